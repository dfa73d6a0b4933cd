"""What a command is given: a destination, a table, and who sends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from odoo_widgets.cli.telling import aside
from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import MASK, Credential, host
from odoo_widgets.flow.errors import CredentialError, DataError, SettingsError, TableError
from odoo_widgets.net import keys, reading, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from odoo_widgets.cli.options import Mode


def destination(
    file: Path,
    key: Sequence[str] | None,
    mode: Mode | None,
    *,
    only_changes: bool,
    to_send: bool,
) -> Destination:
    """The destination of a file, with what the command says in place of it.

    Args:
        file: The file.
        key: The columns that say which record a row is; none for those of the file.
        mode: What becomes of a row with a key; None for what the file says.
        only_changes: Whether only what differs is written; False for what the file says.
        to_send: Whether it has to be in use.

    Raises:
        SettingsError: It is paused, the file cannot be read, or what the command says does not fit the rest.
    """
    found = Destination.load(file)
    if to_send and not found.active:
        raise SettingsError(
            f"{file} is paused, so nothing was sent. Look at what it would send with: odoo-widgets sample {file} …, "
            f"and activate it in the form, or with: odoo-widgets activate {file}"
        )
    said: dict[str, Any] = {"key": key, "mode": mode and mode.value, "only_changes": only_changes}
    return found.replace(**{name: value for name, value in said.items() if value})


def table(path: str, how: reading.Reading, *, lines: bool) -> pd.DataFrame:
    """The rows of a file, or of standard input where the path is `-`.

    Args:
        path: The file.
        how: What the file does not say by itself.
        lines: Whether standard input is JSON lines, and not CSV.

    Raises:
        TableError: There is no such file, or it is no table. The sentence says where.
    """
    if path == "-":
        # A process may be started without it.
        if sys.stdin is None:
            raise TableError("Standard input is closed, so there is no table in it.")
        return reading.read_stream(sys.stdin.buffer, ".jsonl" if lines else ".csv", how)
    if lines:
        raise TableError(f"--lines is for standard input. What {path} is, its name says.")
    return reading.read(path, how)


def check_out(out: Path | None, read: str | Path) -> None:
    """Makes sure that there is a place for the responses, before there are any.

    Args:
        out: The file for them; None for none.
        read: What the command reads, which they must not take the place of.

    Raises:
        TableError: They cannot be written there.
    """
    if out is None:
        return
    tables.check_writable(out)
    if out.exists() and Path(read).exists() and out.samefile(read):
        raise TableError(f"--out {out} would take the place of {read}, which is read. Give it another name.")


def sender(name: str) -> Credential:
    """A stored credential by its name, or that of the environment. Nobody is asked for a key.

    Raises:
        CredentialError: There is none of that name, or no key.
    """
    if name:
        # A name that is typed wrong is not to become whoever the environment says.
        keys.entry(name)

    def nobody(_question: str) -> str:
        # Standard input may be the table.
        raise EOFError

    return keys.credential(name, prompt=nobody)


def as_whom(name: str) -> Credential | None:
    """The same without the key, for a look; None where the environment names no server."""
    try:
        found = keys.entry(name)
    except CredentialError:
        if name:
            raise
        return None
    return Credential(found.server, found.database, found.login, MASK, allow_http=True)


def announced(target: Destination, frame: pd.DataFrame, me: Credential) -> str:
    """What goes where as whom, as the title of what follows; it is said with the number of rows.

    Raises:
        DataError: The settings name a column that the table lacks. That is found before anything is said.
    """
    if lacking := target.problems(frame, rows=0):
        raise DataError(lacking)
    title = f"{target.title} in {me.database or host(me.server)}{' as ' if me.login else ''}{me.login}"
    aside(f"{title}: {len(frame):,} row{'s' if len(frame) != 1 else ''}")
    return title
