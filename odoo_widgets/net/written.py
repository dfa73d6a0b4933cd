"""The rows of sends, as they were written down: what each was to send, and what became of each row."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import filelock
import numpy as np

from odoo_widgets.flow.responses import DONE, Outcome
from odoo_widgets.net.sends import LOOK_SECONDS, Head, folder, heads, held, lock, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
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
);
CREATE TABLE IF NOT EXISTS steps (
  step TEXT NOT NULL,
  row INTEGER NOT NULL,
  status TEXT NOT NULL,
  id INTEGER,
  batch INTEGER,
  http_status INTEGER,
  error_type TEXT,
  error_field TEXT,
  error TEXT,
  attempts INTEGER,
  seconds REAL,
  PRIMARY KEY (step, row)
)"""
READ = """
SELECT row, digest, status, id, batch, http_status, error_type, error_field, error, attempts, seconds
FROM rows ORDER BY row"""
READ_STEPS = """
SELECT step, row, status, id, batch, http_status, error_type, error_field, error, attempts, seconds
FROM steps ORDER BY row"""
# What the responses say no record of, whichever the row was for.
WITHOUT_ID = ("rejected", "not_sent")
# How the name of the file goes on that has what records held before.
BEFORE = ".before"


def opened(path: Path, schema: str = SCHEMA, *, synchronous: str = "FULL") -> sqlite3.Connection:
    """The rows of a send, or what is kept beside them, for this process alone.

    Args:
        path: The file.
        schema: What makes its tables.
        synchronous: What a commit waits for (sqlite.org/pragma.html): with FULL, what was written before a call is
            there after a power cut too.
    """
    path.touch(mode=0o600)
    file = _connected(path, synchronous)
    file.executescript(schema)
    return file


def _connected(path: Path, synchronous: str = "FULL") -> sqlite3.Connection:
    # The thread that sends makes it; whoever waited for that one may close it.
    file = sqlite3.connect(path, check_same_thread=False)
    file.execute("PRAGMA locking_mode = EXCLUSIVE")
    file.execute("PRAGMA journal_mode = WAL")
    file.execute(f"PRAGMA synchronous = {synchronous}")
    return file


@contextmanager
def there(path: Path) -> Iterator[sqlite3.Connection]:
    """A file that was written before: one that is missing is not made, as it would say that nothing was sent."""
    path.stat()
    with closing(_connected(path)) as file:
        yield file


@contextmanager
def reading(head: Head) -> Iterator[sqlite3.Connection]:
    """The rows of a send that no process is writing down now.

    Raises:
        JournalError: They cannot be read, or a process is writing them.
    """
    path = folder() / f"{head.name}.sqlite"
    with told("read", path), held(head), there(path) as file:
        yield file


@attrs.frozen(eq=False)
class Written:
    """The rows of a send as they were written down, by position.

    Attributes:
        head: The send.
        rows: Their positions in the frame, int64.
        digests: Their digests, int64.
        statuses: What became of each; `in flight` for one whose call was not answered.
        cells: The rest of each row's outcome, in the order of `CELLS`.
        steps: What became of the steps after the rows: each step's name to row to that.
    """

    head: Head
    rows: np.ndarray[Any, Any]
    digests: np.ndarray[Any, Any]
    statuses: list[str]
    cells: list[tuple[Any, ...]]
    steps: dict[str, dict[int, Outcome]] = attrs.field(factory=dict)

    def outcome(self, place: int, row: int) -> Outcome:
        """What became of a row, as the outcome of a row of another frame."""
        return _outcome(row, self.statuses[place], self.cells[place])


def _outcome(row: int, status: str, cells: Sequence[Any]) -> Outcome:
    record, *rest = cells
    ids = None if record is None or status in WITHOUT_ID else [record]
    return Outcome([row], status, ids=ids, **dict(zip(CELLS[1:], rest, strict=True)))


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
    with reading(head) as file:
        found = file.execute(READ).fetchall()
        after = steps_of(file)
    steps: dict[str, dict[int, Outcome]] = {}
    for step, row, status, *cells in after:
        steps.setdefault(step, {})[row] = _outcome(row, status, cells)
    rows, digests = (np.array([each[place] for each in found], dtype="int64") for place in (0, 1))
    return Written(head, rows, digests, [each[2] for each in found], [each[3:] for each in found], steps)


def steps_of(file: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """What became of the steps after the rows, as `READ_STEPS` reads it; nothing where an older version wrote it."""
    known = file.execute("SELECT name FROM sqlite_master WHERE name = 'steps'").fetchall()
    return file.execute(READ_STEPS).fetchall() if known else []


def headless() -> Iterator[tuple[Path, np.ndarray[Any, Any], list[str]]]:
    """The rows of sends whose head is gone or cannot be read: nobody knows where they went.

    Returns:
        The file of each, the digests of its rows, and their statuses; none that a process is writing now.

    Raises:
        JournalError: A file cannot be read.
    """
    known = {head.name for head in heads()}
    for path in folder().glob("*.sqlite"):
        if path.stem in known or path.stem.endswith(BEFORE):
            continue
        try:
            # It may be one that starts right now.
            with lock(path.stem, LOOK_SECONDS), told("read", path):
                found = _rows_of(path)
        except filelock.Timeout:
            continue
        yield path, np.array([each[1] for each in found], dtype="int64"), [each[2] for each in found]


def _rows_of(path: Path) -> list[tuple[Any, ...]]:
    if not path.exists():
        # Thrown away just now.
        return []
    with there(path) as file:
        begun = file.execute("SELECT name FROM sqlite_master WHERE name = 'rows'").fetchall()
        return file.execute(READ).fetchall() if begun else []


def tally(head: Head) -> dict[str, int]:
    """How many rows of a send have which status by now, as they were written down.

    Raises:
        JournalError: They cannot be read, or a process is writing them.
    """
    if head.ended:
        return dict(head.statuses)
    with reading(head) as file:
        return dict(file.execute("SELECT status, count(*) FROM rows GROUP BY status").fetchall())


def owed(head: Head) -> int:
    """On how many rows of a send that are done a step is not, since the send, or its process, ended before.

    Raises:
        JournalError: They cannot be read, or a process is writing them.
    """
    if head.ended or not head.steps:
        return head.owed
    marks = ", ".join("?" * len(DONE))
    left = f"""
    SELECT count(*) FROM rows WHERE status IN ({marks}) AND ? >
      (SELECT count(*) FROM steps WHERE steps.row = rows.row AND steps.status IN ({marks}))"""  # noqa: S608 - marks
    with reading(head) as file:
        (number,) = file.execute(left, (*DONE, len(head.steps), *DONE)).fetchone()
        return int(number)


def first_rows(head: Head, most: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The first rows of a send that were written down: their positions and their digests.

    Raises:
        JournalError: They cannot be read, or a process is writing them.
    """
    with reading(head) as file:
        found = file.execute("SELECT row, digest FROM rows ORDER BY row LIMIT ?", (most,)).fetchall()
    pairs = np.array(found, dtype="int64").reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def positions(head: Head, statuses: Sequence[str]) -> list[int]:
    """The positions of the rows of a send that have one of some statuses.

    Raises:
        JournalError: They cannot be read, or a process is writing them.
    """
    found = f"SELECT row FROM rows WHERE status IN ({', '.join('?' * len(statuses))}) ORDER BY row"  # noqa: S608 - marks
    with reading(head) as file:
        return [row for (row,) in file.execute(found, tuple(statuses))]
