"""The same destination without a notebook, and the sandbox: the command `odoo-widgets`."""

from __future__ import annotations

import io
import sys

import typer

from odoo_widgets.cli import journal, sandbox, sending, switching, undoing
from odoo_widgets.flow import report
from odoo_widgets.flow.errors import DataError, OdooWidgetsError
from odoo_widgets.flow.report import printed

CODES = (
    "Exit codes: 0 every row is done; 1 nothing was sent; 2 the command is typed wrong; 3 some rows are "
    "rejected, not sent or need attention; 4 some rows are in doubt: they may be in Odoo; 5 the rows are sent, and the "
    "file for the responses cannot be written; 130 interrupted."
)

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Odoo from the command line."
)
app.command(epilog=CODES)(sending.send)
app.command(epilog="Exit codes: as those of `send`; 1 if there is nothing to resume.")(sending.resume)
app.command(epilog="Exit codes: as for send; 0 as well where it is only shown what would be done.")(undoing.undo)
app.command()(switching.activate)
app.command()(switching.pause)

journal_app = typer.Typer(help="What has been sent from this machine.")
journal_app.callback(invoke_without_command=True)(journal.journal)
journal_app.command()(journal.forget)
app.add_typer(journal_app, name="journal")

sandbox_app = typer.Typer(no_args_is_help=True, help="A real Odoo with a real PostgreSQL on this machine.")
for command in (sandbox.start, sandbox.stop, sandbox.status, sandbox.reset):
    sandbox_app.command()(command)
app.add_typer(sandbox_app, name="sandbox")


def main() -> None:
    """The command `odoo-widgets`: errors of ours are one sentence on standard error, and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a letter is no reason to end in the midst of a send.
            stream.reconfigure(errors="replace")
    try:
        app()
    except OdooWidgetsError as error:
        told = str(error).splitlines()
        # One problem is one line in a log.
        if isinstance(error, DataError) and len(error.problems) == 1:
            told = [" ".join(told)]
        typer.echo("\n".join(map(printed, told)), err=True)
        sys.exit(report.NOTHING_SENT)
