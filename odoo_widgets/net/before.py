"""What records held before a send wrote to them, in a file of its own beside the send's journal.

The file holds values of records, which the journal does not: it is for its user alone (mode 600), is thrown away with
the journal's files, and there is none for a send with `keep_before=False`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Self

from odoo_widgets.flow.before import Kept
from odoo_widgets.net.sends import folder, held, told
from odoo_widgets.net.written import BEFORE, opened, there

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from odoo_widgets.net.sends import Head

SCHEMA = """
CREATE TABLE IF NOT EXISTS before (row INTEGER PRIMARY KEY, id INTEGER NOT NULL, held TEXT NOT NULL, sent TEXT NOT NULL)
"""
# A row that is sent once more has written over what it held at first.
KEEP = "INSERT INTO before (row, id, held, sent) VALUES (?, ?, ?, ?) ON CONFLICT (row) DO NOTHING"
READ = "SELECT row, id, held, sent FROM before ORDER BY row"


def path_of(head: Head) -> Path:
    """The file of a send."""
    return folder() / f"{head.name}{BEFORE}.sqlite"


class BeforeFile:
    """What a send is about to write over, in the process that sends.

    Args:
        head: The send, whose lock this process holds.
    """

    def __init__(self, head: Head) -> None:
        # It survives the end of the process without a wait for the disk at each call. The journal waits for that.
        self._file = opened(path_of(head), SCHEMA, synchronous="NORMAL")

    def keep(self, kept: Iterable[Kept]) -> None:
        """Keeps what some rows write over."""
        with self._file:
            self._file.executemany(
                KEEP, ((each.row, each.id, json.dumps(each.before), json.dumps(each.sent)) for each in kept)
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()


def read(head: Head) -> dict[int, Kept]:
    """What a send wrote over.

    Args:
        head: A send that no process is writing down now.

    Returns:
        Row to what was kept of it; nothing where nothing was.

    Raises:
        JournalError: The file cannot be read, or a process is writing it.
    """
    path = path_of(head)
    if not path.exists():
        return {}
    with told("read", path), held(head), there(path) as file:
        found = file.execute(READ).fetchall()
        return {row: Kept(row, each, json.loads(before), json.loads(sent)) for row, each, before, sent in found}
