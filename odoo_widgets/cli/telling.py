"""What a command says: its data on standard output, all else on standard error, for a person or for a log."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec

import typer

from odoo_widgets.flow.errors import OdooWidgetsError, TableError
from odoo_widgets.flow.report import NOTHING_SENT, printed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from odoo_widgets.net.progress import Progress

# What each command calls the option that has it speak to another program.
AS_JSON = "as_json"
Given = ParamSpec("Given")
ERASED = "\r\x1b[K"


def answer(lines: Callable[[], Sequence[str]], told: Callable[[], Any], *, as_json: bool) -> None:
    """Says what a command was asked for, on standard output.

    Args:
        lines: Makes it for a person.
        told: Makes it for another program.
        as_json: Which of the two.

    Raises:
        TableError: It cannot be written there.
    """
    data([json.dumps(told())] if as_json else map(printed, lines()))


def data(lines: Iterable[str]) -> None:
    """Writes lines to standard output. A reader that has read enough, such as `head`, ends nothing.

    Raises:
        TableError: They cannot be written there.
    """
    try:
        for line in lines:
            typer.echo(line)
    except BrokenPipeError:
        # What is left in the stream is for nobody, and Python would complain of it at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise TableError(f"Standard output cannot be written: {error.strerror or error}.") from None


def refused(why: str, code: int, *, as_json: bool) -> NoReturn:
    """Says why nothing was done, on standard error, and to another program on standard output too; then ends."""
    aside(why)
    if as_json:
        with suppress(TableError):
            data([json.dumps({"code": code, "error": why})])
    raise typer.Exit(code)


def in_a_line(command: Callable[Given, None]) -> Callable[Given, None]:
    """A command that ends with one line, and exit code 1, where an error of ours keeps it from its work."""

    @wraps(command)
    def run(*args: Given.args, **options: Given.kwargs) -> None:
        try:
            command(*args, **options)
        except OdooWidgetsError as error:
            refused(str(error), NOTHING_SENT, as_json=bool(options.get(AS_JSON)))

    return run


def aside(line: str) -> None:
    """Says a line on standard error. If nobody listens there, a send goes on all the same."""
    with suppress(OSError):
        typer.echo(printed(line), err=True)


class Teller:
    """Says how far a send is: on a terminal in one line that changes, in a log every few seconds in a new one."""

    LOG_SECONDS, SCREEN_SECONDS = 10.0, 0.1

    def __init__(self) -> None:
        # A process may be started without it.
        self._screen = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._told = 0.0

    def __call__(self, progress: Progress) -> None:
        """Says it, unless it was said a moment ago."""
        if progress.seconds - self._told < (self.SCREEN_SECONDS if self._screen else self.LOG_SECONDS):
            return
        self._told = progress.seconds
        left = "" if progress.seconds_left is None else f", {progress.seconds_left:.0f} s left"
        line = f"{progress.done:,} of {progress.rows:,} rows, {progress.rows_per_second:,.0f} a second{left}"
        if self._screen:
            self._draw(ERASED + line[: _width()])
        else:
            aside(line)

    def end(self) -> None:
        """Takes the line off the screen."""
        if self._screen and self._told:
            self._draw(ERASED)

    def _draw(self, text: str) -> None:
        with suppress(OSError):
            typer.echo(text, err=True, nl=False)


def _width() -> int | None:
    """As many letters as go into one line of the screen, which is erased as one; None where it does not say."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except OSError:
        return None
    return columns - 1 if columns else None
