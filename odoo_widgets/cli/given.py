"""What a command is given: a destination, a table, and who sends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from odoo_widgets.cli.telling import aside
from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import MASK, Credential, host
from odoo_widgets.flow.errors import CredentialError, DataError, SettingsError
from odoo_widgets.net import keys, reading

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def active(file: Path) -> Destination:
    """The destination of a file that is in use.

    Raises:
        SettingsError: It is paused, or the file cannot be read.
    """
    target = Destination.load(file)
    if not target.active:
        raise SettingsError(
            f"{file} is paused, so nothing was sent. Look at what it would send with --sample 3, and activate "
            f"it in the form, or with: odoo-widgets activate {file}"
        )
    return target


def table(path: str, how: reading.Reading, *, lines: bool) -> pd.DataFrame:
    """The rows of a file, or of standard input where the path is `-`.

    Args:
        path: The file.
        how: What the file does not say by itself.
        lines: Whether standard input is JSON lines, and not CSV.
    """
    ending = ".jsonl" if lines else ".csv"
    return reading.read_stream(sys.stdin.buffer, ending, how) if path == "-" else reading.read(path, how)


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
