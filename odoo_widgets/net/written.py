"""The rows of sends, as they were written down: what each was to send, and what became of each row."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from odoo_widgets.flow.responses import Outcome
from odoo_widgets.net.sends import Head, folder, held, told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


# What is kept of a row's outcome beside its status.
CELLS = ("id", "batch", "http_status", "error_type", "error_field", "error", "attempts", "seconds")
SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
  row INTEGER PRIMARY KEY,
  digest INTEGER NOT NULL,
  status TEXT NOT NULL,
  id INTEGER,
  batch INTEGER,
  http_status INTEGER,
  error_type TEXT,
  error_field TEXT,
  error TEXT,
  attempts INTEGER,
  seconds REAL
)"""
READ = """
SELECT row, digest, status, id, batch, http_status, error_type, error_field, error, attempts, seconds
FROM rows ORDER BY row"""
# What the responses say no record of, whichever the row was for.
WITHOUT_ID = ("rejected", "not_sent")


def opened(path: Path, schema: str = SCHEMA, *, synchronous: str = "FULL") -> sqlite3.Connection:
    """The rows of a send, or what is kept beside them, for this process alone.

    Args:
        path: The file.
        schema: What makes its table.
        synchronous: What a commit waits for (sqlite.org/pragma.html): with FULL, what was written before a call is
            there after a power cut too.
    """
    path.touch(mode=0o600)
    # The thread that sends makes it; whoever waited for that one may close it.
    file = sqlite3.connect(path, check_same_thread=False)
    file.execute("PRAGMA locking_mode = EXCLUSIVE")
    file.execute("PRAGMA journal_mode = WAL")
    file.execute(f"PRAGMA synchronous = {synchronous}")
    file.execute(schema)
    return file


@attrs.frozen(eq=False)
class Written:
    """The rows of a send as they were written down, by position.

    Attributes:
        head: The send.
        rows: Their positions in the frame, int64.
        digests: Their digests, int64.
        statuses: What became of each; `in flight` for one whose call was not answered.
        cells: The rest of each row's outcome, in the order of `CELLS`.
    """

    head: Head
    rows: np.ndarray[Any, Any]
    digests: np.ndarray[Any, Any]
    statuses: list[str]
    cells: list[tuple[Any, ...]]

    def outcome(self, place: int, row: int) -> Outcome:
        """What became of a row, as the outcome of a row of another frame."""
        record, *rest = self.cells[place]
        told, status = dict(zip(CELLS[1:], rest, strict=True)), self.statuses[place]
        ids = None if record is None or status in WITHOUT_ID else [record]
        return Outcome([row], status, ids=ids, **told)


def write_planned(head: Head, rows: Sequence[int], digests: np.ndarray[Any, Any]) -> None:
    """Writes which rows a send is going to send, before it begins: also while it goes on, others can read that."""
    path = folder() / f"{head.name}.npy"
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        np.save(file, np.stack([np.asarray(rows, dtype="int64"), digests]))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def planned(head: Head) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The rows that a send was to send: their positions and their digests.

    Raises:
        JournalError: They cannot be read.
    """
    path = folder() / f"{head.name}.npy"
    with told("read", path):
        rows, digests = np.load(path)
    return rows, digests


def read(head: Head) -> Written:
    """The rows of a send that no process is writing down now.

    Raises:
        JournalError: They cannot be read, or a process is writing them.
    """
    path = folder() / f"{head.name}.sqlite"
    with told("read", path), held(head), closing(opened(path)) as file:
        found = file.execute(READ).fetchall()
    rows, digests = (np.array([each[place] for each in found], dtype="int64") for place in (0, 1))
    return Written(head, rows, digests, [each[2] for each in found], [each[3:] for each in found])


def tally(head: Head) -> dict[str, int]:
    """How many rows of a send have which status by now, as they were written down.

    Raises:
        JournalError: They cannot be read, or a process is writing them.
    """
    if head.ended:
        return dict(head.statuses)
    path = folder() / f"{head.name}.sqlite"
    with told("read", path), held(head), closing(opened(path)) as file:
        return dict(file.execute("SELECT status, count(*) FROM rows GROUP BY status").fetchall())


def first_rows(head: Head, most: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The first rows of a send that were written down: their positions and their digests.

    Raises:
        JournalError: They cannot be read, or a process is writing them.
    """
    path = folder() / f"{head.name}.sqlite"
    with told("read", path), held(head), closing(opened(path)) as file:
        found = file.execute("SELECT row, digest FROM rows ORDER BY row LIMIT ?", (most,)).fetchall()
    pairs = np.array(found, dtype="int64").reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def positions(head: Head, statuses: Sequence[str]) -> list[int]:
    """The positions of the rows of a send that have one of some statuses.

    Raises:
        JournalError: They cannot be read, or a process is writing them.
    """
    path = folder() / f"{head.name}.sqlite"
    found = f"SELECT row FROM rows WHERE status IN ({', '.join('?' * len(statuses))}) ORDER BY row"  # noqa: S608 - marks
    with told("read", path), held(head), closing(opened(path)) as file:
        return [row for (row,) in file.execute(found, tuple(statuses))]
