"""The same destination without a notebook, and the sandbox: the command `odoo-widgets`.

The table is a `.csv`, `.jsonl`, `.parquet` or `.xlsx` file (the last two need `pip install 'odoo-widgets[files]'`), or
`-` for CSV on standard input, with `--lines` for JSON lines. A column of a CSV file is numbers or truth only where
nothing of its text is lost by that: `7`, `1.5` and `true` are; `007` and `1.50` stay text, which Odoo itself reads into
a field of numbers. `--text zip` and `--number price` say it for a column; prices such as `1.234,50` want `--decimal ,`
beside it, and a file that is not UTF-8 `--encoding cp1252`. Only an empty cell is missing: `NA` is Namibia. A whole
number of Excel's that it shows with zeros in front, such as 00123, is that text. Rows are counted from 0, the first
below the header; an empty line is none.

Standard output has the data, in one JSON object with `--json`, also where nothing was sent; how far a send is goes to
standard error, in one line on a terminal and every ten seconds in a log. An interrupt, SIGTERM and a closed terminal
end a send in peace: what became of each row is said, and written to the file. A reader that is gone, such as `head`,
ends nothing.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated

import typer

from odoo_widgets.cli import credentials, journal, looking, sandbox, sending, switching, undoing
from odoo_widgets.cli.interrupts import in_peace
from odoo_widgets.cli.telling import data, in_a_line
from odoo_widgets.flow import report
from odoo_widgets.flow.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Callable

MISTYPED = "The command is typed wrong, and nothing was done. Standard error says where."
# Not to be filled up to the width of the screen (click, "Preventing Rewrapping").
AS_WRITTEN = "\b\n"
CODES = AS_WRITTEN + "\n".join(["Exit codes:", *(f"{code:>5}  {meaning}" for code, meaning in report.CODES.items())])


# In plain text: a log has no use for frames and colours.
group = partial(typer.Typer, rich_markup_mode=None, pretty_exceptions_enable=False, epilog=CODES)
COMMANDS: tuple[Callable[..., None], ...] = (
    sending.send,
    looking.check,
    looking.sample,
    sending.resume,
    undoing.undo,
    switching.activate,
    switching.pause,
)
OF_SANDBOX: tuple[Callable[..., None], ...] = (sandbox.start, sandbox.stop, sandbox.status, sandbox.reset)


@in_a_line
def _tell_version(*, wanted: bool) -> None:
    if wanted:
        data([f"odoo-widgets {version('odoo-widgets')}"])
        raise typer.Exit


def _whole(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Odoo from the command line."""


app = group(no_args_is_help=True, add_completion=False)
app.callback()(_whole)
for command in COMMANDS:
    app.command(epilog=CODES)(in_peace(in_a_line(command)))

journal_app = group(help="What has been sent from this machine.")
journal_app.callback(invoke_without_command=True)(in_a_line(journal.journal))
journal_app.command()(in_a_line(journal.forget))
app.add_typer(journal_app, name="journal")

credential_app = group(help="Who sends: servers and logins by name, their keys in the keyring.", no_args_is_help=True)
credential_app.command()(in_peace(in_a_line(credentials.add)))
credential_app.command("list")(in_a_line(credentials.show))
credential_app.command()(in_a_line(credentials.forget))
app.add_typer(credential_app, name="credential")

sandbox_app = group(help="A real Odoo with a real PostgreSQL on this machine.", no_args_is_help=True)
for command in OF_SANDBOX:
    sandbox_app.command()(in_a_line(command))
app.add_typer(sandbox_app, name="sandbox")


def main() -> None:
    """The command `odoo-widgets`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a letter is no reason to end in the midst of a send.
            stream.reconfigure(errors="replace")
    try:
        app()
    except SystemExit as ended:
        # What could not be understood has no options: its words are all there is to tell who asked.
        if ended.code == report.TYPED_WRONG and "--json" in sys.argv:
            with suppress(TableError):
                data([json.dumps({"code": report.TYPED_WRONG, "error": MISTYPED})])
        raise
