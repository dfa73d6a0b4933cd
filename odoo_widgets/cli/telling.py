"""What a command says: its data on standard output, all else on standard error, for a person or for a log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from odoo_widgets.flow.report import printed

if TYPE_CHECKING:
    from odoo_widgets.net.progress import Progress


def aside(line: str) -> None:
    """Says a line on standard error."""
    typer.echo(printed(line), err=True)


class Teller:
    """Says how far a send is: on a terminal in one line that changes, in a log every few seconds in a new one."""

    LOG_SECONDS, SCREEN_SECONDS = 10.0, 0.1

    def __init__(self) -> None:
        self._screen = sys.stderr.isatty()
        self._told = 0.0

    def __call__(self, progress: Progress) -> None:
        """Says it, unless it was said a moment ago."""
        if progress.seconds - self._told < (self.SCREEN_SECONDS if self._screen else self.LOG_SECONDS):
            return
        self._told = progress.seconds
        left = "" if progress.seconds_left is None else f", {progress.seconds_left:.0f} s left"
        line = f"{progress.done:,} of {progress.rows:,} rows, {progress.rows_per_second:,.0f} a second{left}"
        typer.echo(f"\r\x1b[K{line}" if self._screen else line, err=True, nl=not self._screen)

    def end(self) -> None:
        """Takes the line off the screen."""
        if self._screen and self._told:
            typer.echo("\r\x1b[K", err=True, nl=False)
