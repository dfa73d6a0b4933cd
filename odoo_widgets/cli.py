"""The same destination without a notebook, and the sandbox."""

from __future__ import annotations

import io
import json
import signal
import sys
import tempfile
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from odoo_widgets.destination import Destination
from odoo_widgets.flow import report, undo
from odoo_widgets.flow.credential import MASK, Credential, host
from odoo_widgets.flow.errors import (
    CredentialError,
    DataError,
    OdooWidgetsError,
    RepeatedError,
    SandboxError,
    SettingsError,
    StoppedError,
    TableError,
)
from odoo_widgets.flow.receipt import by_row
from odoo_widgets.flow.repeats import said
from odoo_widgets.flow.report import printed
from odoo_widgets.flow.samples import size_text
from odoo_widgets.flow.views import VIEWS
from odoo_widgets.net import keys, listed, reading, tables
from odoo_widgets.net import sends as written
from odoo_widgets.net.delivery import InterruptedSendError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import pandas as pd

    from odoo_widgets.net.progress import Progress
    from odoo_widgets.sandbox import Status


CHOICES = "--others sends the other rows, --again sends all of them once more."


class View(StrEnum):
    """The views of a sample."""

    HTTP, CURL, PYTHON = VIEWS


File = Annotated[Path, typer.Argument(help="The destination's file, such as contacts.toml.")]

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Odoo from the command line."
)
sandbox_app = typer.Typer(no_args_is_help=True, help="A real Odoo with a real PostgreSQL on this machine.")
app.add_typer(sandbox_app, name="sandbox")
journal_app = typer.Typer(help="What has been sent from this machine.")
app.add_typer(journal_app, name="journal")


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


def _sandbox() -> ModuleType:
    try:
        from odoo_widgets import sandbox  # noqa: PLC0415 - needs the libraries of its extra
    except ModuleNotFoundError as error:
        raise SandboxError(
            f"The sandbox needs {error.name}. Install it with: pip install 'odoo-widgets[sandbox]'."
        ) from None
    return sandbox


def _show(status: Status, *, password: bool = False) -> None:
    lines = {
        "state": f"running at {status.url}" if status.running else "not running",
        "Odoo": status.version or "not installed",
        "databases": ", ".join(status.databases),
        "login": f"{status.login} / {status.password}" if password and status.password else "",
        "folder": str(status.folder),
        "on disk": ", ".join(f"{name} {size_text(size)}" for name, size in status.sizes.items() if size),
    }
    for name, text in lines.items():
        if text:
            typer.echo(f"{name:>9}  {text}")


# --- send ------------------------------------------------------------------------------------------------------------


@app.command(
    epilog="Exit codes: 0 every row is done; 1 nothing was sent; 2 the command is typed wrong; 3 some rows are "
    "rejected, not sent or need attention; 4 some rows are in doubt: they may be in Odoo; 5 the rows are sent, and the "
    "file for the responses cannot be written; 130 interrupted."
)
def send(
    destination: File,
    table: Annotated[str, typer.Argument(help="The rows: a .csv, .jsonl, .parquet or .xlsx file; - reads CSV.")],
    *,
    credential: Annotated[str, typer.Option(help="The name of a stored credential; else ODOO_SERVER and so on.")] = "",
    out: Annotated[Path | None, typer.Option(help="A .csv, .jsonl, .parquet or .xlsx file for the responses.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say what became of the rows as one JSON object.")] = False,
    sample: Annotated[int, typer.Option(min=0, help="Show so many calls, and send nothing.")] = 0,
    view: Annotated[View, typer.Option(help="How to show them.")] = View.HTTP,
    lines: Annotated[bool, typer.Option("--lines", help="For -, read JSON lines in place of CSV.")] = False,
    separator: Annotated[str, typer.Option(help="For CSV, what stands between two cells.")] = "",
    text: Annotated[list[str] | None, typer.Option(help="For CSV, a column that is text. Repeat it for more.")] = None,
    number: Annotated[list[str] | None, typer.Option(help="For CSV, a column of numbers. Repeat it for more.")] = None,
    sheet: Annotated[str, typer.Option(help="For Excel, the sheet; else the first.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Send rows once more that were sent before.")] = False,
    others: Annotated[bool, typer.Option("--others", help="Leave out rows that were sent before.")] = False,
) -> None:
    """Send a table to Odoo, as the form or `Destination.save` wrote it down.

    The key comes from the keyring or from ODOO_API_KEY. A cell of a CSV file is a number where nothing of its text is
    lost by that: 7 and 1.5 are, 007 and 1.50 stay text, which Odoo reads into a field of numbers.
    """
    if again and others:
        raise typer.BadParameter("--again sends rows that were sent before, and --others leaves them out.")
    target = Destination.load(destination) if sample else _active(destination)
    if out is not None:
        tables.check_writable(out)
    me = None if sample else _sender(credential)
    frame = _read(table, reading.Reading(separator, text or (), number or (), sheet), lines=lines)
    if me is None:
        _show_samples(target, frame, sample, view, _as_whom(credential))
        return
    before = True if again else False if others else None
    work = partial(target.send, frame, me, again=before)
    raise typer.Exit(_delivered(work, _title(target, frame, me), out, as_json=as_json))


@app.command(epilog="Exit codes: as those of `send`; 1 if there is nothing to resume.")
def resume(
    destination: File,
    table: Annotated[str, typer.Argument(help="The rows that were sent, from the same file, or - .")],
    *,
    credential: Annotated[str, typer.Option(help="The name of a stored credential; else ODOO_SERVER and so on.")] = "",
    out: Annotated[Path | None, typer.Option(help="A .csv, .jsonl, .parquet or .xlsx file for the responses.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say what became of the rows as one JSON object.")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="For -, read JSON lines in place of CSV.")] = False,
    separator: Annotated[str, typer.Option(help="For CSV, what stands between two cells.")] = "",
    text: Annotated[list[str] | None, typer.Option(help="For CSV, a column that is text. Repeat it for more.")] = None,
    number: Annotated[list[str] | None, typer.Option(help="For CSV, a column of numbers. Repeat it for more.")] = None,
    sheet: Annotated[str, typer.Option(help="For Excel, the sheet; else the first.")] = "",
) -> None:
    """Go on with the last send of a table that did not come to its end. Rows that are done are not sent again."""
    target = _active(destination)
    if out is not None:
        tables.check_writable(out)
    me = _sender(credential)
    frame = _read(table, reading.Reading(separator, text or (), number or (), sheet), lines=lines)
    raise typer.Exit(_delivered(partial(target.resume, frame, me), _title(target, frame, me), out, as_json=as_json))


def _active(destination: Path) -> Destination:
    target = Destination.load(destination)
    if not target.active:
        raise SettingsError(
            f"{destination} is paused, so nothing was sent. Look at what it would send with --sample 3, and activate "
            f"it in the form, or with: odoo-widgets activate {destination}"
        )
    return target


def _read(table: str, how: reading.Reading, *, lines: bool) -> pd.DataFrame:
    ending = ".jsonl" if lines else ".csv"
    return reading.read_stream(sys.stdin.buffer, ending, how) if table == "-" else reading.read(table, how)


def _title(target: Destination, frame: pd.DataFrame, me: Credential) -> str:
    # What the settings name and the table lacks is found before anything is said.
    if lacking := target.problems(frame, rows=0):
        raise DataError(lacking)
    title = f"{target.title} in {me.database or host(me.server)}{' as ' if me.login else ''}{me.login}"
    typer.echo(printed(f"{title}: {len(frame):,} row{'s' if len(frame) != 1 else ''}"), err=True)
    return title


def _sender(name: str) -> Credential:
    if name:
        # A name that is typed wrong is not to become whoever the environment says.
        keys.entry(name)

    def nobody(_question: str) -> str:
        # Standard input may be the table.
        raise EOFError

    return keys.credential(name, prompt=nobody)


def _as_whom(name: str) -> Credential | None:
    try:
        found = keys.entry(name)
    except CredentialError:
        if name:
            raise
        return None
    return Credential(found.server, found.database, found.login, MASK, allow_http=True)


def _show_samples(target: Destination, frame: pd.DataFrame, number: int, view: View, me: Credential | None) -> None:
    shown = target.samples(frame, number, credential=me)
    for each in (*filter(None, [shown.log_in]), *shown):
        typer.echo(f"# {each.title}\n" + (f"# {each.note}\n" if each.note else "") + f"{each.view(view.value)}\n")


def _delivered(work: Callable[..., pd.DataFrame], title: str, out: Path | None, *, as_json: bool) -> int:
    # Whoever ends this process wants to know what became of the rows.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    teller, stop = _Teller(), ""
    try:
        responses = work(on_progress=teller)
        code = report.code(responses)
    except RepeatedError as error:
        raise OdooWidgetsError(f"Nothing was sent. {said(error.repeats)} {CHOICES}") from None
    except StoppedError as error:
        if error.responses is None:
            raise
        responses, code, stop = error.responses, report.NOTHING_SENT, str(error)
    except InterruptedSendError as error:
        responses, code, stop = error.responses, report.INTERRUPTED, "The send was interrupted."
    finally:
        teller.end()
    if as_json:
        told = {**report.summary(responses, title), "code": code, "error": stop}
        typer.echo(json.dumps(told))
    elif code != report.NOTHING_SENT:
        typer.echo("\n".join(report.lines(responses, title)))
    if stop:
        typer.echo(printed(stop), err=True)
    return code if out is None or _written(responses, out) else report.UNWRITTEN


def _written(responses: pd.DataFrame, out: Path) -> bool:
    try:
        tables.write(by_row(responses), out)
    except TableError as error:
        # What is in Odoo must not be forgotten for a full disk.
        instead = Path(tempfile.mkdtemp()) / "responses.csv"
        tables.write(by_row(responses), instead)
        typer.echo(f"{error} The responses are in {instead} instead.", err=True)
        return False
    return True


class _Teller:
    """Says how far a send is: on a terminal in one line that changes, in a log every few seconds in a new one."""

    LOG_SECONDS, SCREEN_SECONDS = 10.0, 0.1

    def __init__(self) -> None:
        self._screen = sys.stderr.isatty()
        self._told = 0.0

    def __call__(self, progress: Progress) -> None:
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


# --- activate, pause -------------------------------------------------------------------------------------------------


@app.command()
def activate(destination: File) -> None:
    """Put a destination to use, so that `send` sends. Nothing else in its file changes."""
    typer.echo(printed(f"{destination} is active: {Destination.switch(destination, active=True).title}"))


@app.command()
def pause(destination: File) -> None:
    """Pause a destination, so that `send` sends nothing. Nothing else in its file changes."""
    typer.echo(printed(f"{destination} is paused: {Destination.switch(destination, active=False).title}"))


# --- journal ---------------------------------------------------------------------------------------------------------


@journal_app.callback(invoke_without_command=True)
def journal(context: typer.Context) -> None:
    """List what has been sent from this machine: when, what, where, how many rows, and what became of them."""
    if context.invoked_subcommand is not None:
        return
    found = listed.sends()
    if found.empty:
        typer.echo("Nothing has been sent from this machine, or it was forgotten.")
    for each in found.itertuples(index=False):
        where = each.database or host(each.server)
        when = f"{each.when.to_pydatetime().astimezone():%Y-%m-%d %H:%M}"
        test = " as a test" if each.test else ""
        rows = f"{each.rows:,} row{'s' if each.rows != 1 else ''}"
        state = "" if each.state == "ended" else f"  ({each.state})"
        typer.echo(printed(f"{when}  {each.what} in {where}{test}: {rows}  {each.statuses}{state}"))


@journal_app.command()
def forget(
    days: Annotated[int, typer.Option(min=0, help="How many days of sends to keep.")] = written.KEPT.days,
) -> None:
    """Throw away what is written down of older sends. Their rows are not known any more then."""
    gone = len(written.forget(timedelta(days=days)))
    typer.echo(f"{gone:,} send{'s' if gone != 1 else ''} forgotten.")


# --- undo ------------------------------------------------------------------------------------------------------------


@app.command("undo", epilog="Exit codes: as for send; 0 as well where it is only shown what would be done.")
def take_back(
    destination: Annotated[Path, typer.Argument(help="The destination's file that the rows were sent with.")],
    responses: Annotated[Path, typer.Argument(help="The file that send --out wrote, or some rows of it.")],
    *,
    credential: Annotated[str, typer.Option(help="The name of a stored credential; else ODOO_SERVER and so on.")] = "",
    confirm: Annotated[str, typer.Option(help="The database's name. Without it, nothing is changed.")] = "",
    archive: Annotated[bool, typer.Option("--archive", help="Archive what Odoo refuses to delete.")] = False,
    out: Annotated[Path | None, typer.Option(help="A .csv, .jsonl, .parquet or .xlsx file for the responses.")] = None,
) -> None:
    """Delete what a send created and put back what it wrote, as far as that can be; first say what would be done."""
    target, me = Destination.load(destination), _sender(credential)
    wanted = me.database or host(me.server)
    if confirm and confirm != wanted:
        raise SettingsError(f"--confirm {confirm} is not {wanted}, which the credential is for. Nothing was changed.")
    if out is not None:
        tables.check_writable(out)
    given = reading.read(str(responses), reading.Reading())
    plan = target.undo_preview(given, me)
    headline = undo.headline(plan) or "Nothing can be undone"
    typer.echo("\n".join(map(printed, [f"{headline} in {wanted}.", *undo.sentences(plan)])))
    if not confirm:
        typer.echo(f"Nothing was changed. To do it, add --confirm {wanted}.")
        return
    teller = _Teller()
    try:
        done = target.undo(given, me, archive=archive, on_progress=teller)
    finally:
        teller.end()
    typer.echo("\n".join(report.lines(done, f"Undo in {wanted}")))
    raise typer.Exit(report.code(done) if out is None or _written(done, out) else report.UNWRITTEN)


# --- sandbox ---------------------------------------------------------------------------------------------------------


@sandbox_app.command()
def start() -> None:
    """Start the sandbox, and keep it running until `stop`. The first time, this downloads and installs it."""
    _show(_sandbox().start())


@sandbox_app.command()
def stop() -> None:
    """Stop the sandbox. Its databases stay."""
    typer.echo("The sandbox has stopped." if _sandbox().stop() else "The sandbox was not running.")


@sandbox_app.command()
def status(
    password: Annotated[bool, typer.Option("--password", help="Show the password of the web login too.")] = False,
) -> None:
    """Say whether the sandbox runs, and where."""
    _show(_sandbox().status(), password=password)


@sandbox_app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    keep_installation: Annotated[bool, typer.Option("--keep-installation", help="Drop the databases only.")] = False,
) -> None:
    """Throw the sandbox away: its databases, and what was installed. The next start builds it anew."""
    if not yes:
        what = "all databases of the sandbox" if keep_installation else "the sandbox with all its databases"
        typer.confirm(f"Throw away {what}?", abort=True)
    _sandbox().reset(installation=not keep_installation)
    typer.echo("It is gone. The next start builds it anew.")


if __name__ == "__main__":
    main()
