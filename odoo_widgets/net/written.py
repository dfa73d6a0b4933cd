"""The rows of sends, as they were written down: what each was to send, and what became of each row."""

from __future__ import annotations

import os
import sqlite3
from bisect import bisect_left
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import filelock
import numpy as np

from odoo_widgets.flow.repeats import IN_FLIGHT, LOST
from odoo_widgets.flow.responses import DONE, Outcome
from odoo_widgets.net.sends import LOOK_SECONDS, Head, folder, heads, held, lock, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


# What is kept of a row's outcome beside its status.
CELLS = ("id", "batch", "http_status", "error_type", "error_field", "error", "attempts", "seconds")
# How both stand in a table, whether of rows or of the steps after them.
OUTCOME = """
  status TEXT NOT NULL,
  id INTEGER,
  batch INTEGER,
  http_status INTEGER,
  error_type TEXT,
  error_field TEXT,
  error TEXT,
  attempts INTEGER,
  seconds REAL"""
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS rows (
  row INTEGER PRIMARY KEY,
  digest INTEGER NOT NULL,{OUTCOME}
);
CREATE TABLE IF NOT EXISTS steps (
  step TEXT NOT NULL,
  row INTEGER NOT NULL,{OUTCOME},
  PRIMARY KEY (step, row)
)"""
TOLD = ", ".join(["status", *CELLS])
READ = f"SELECT row, digest, {TOLD} FROM rows WHERE row >= ? AND row < ? ORDER BY row"  # noqa: S608 - our own names
READ_STEPS = f"SELECT step, row, {TOLD} FROM steps ORDER BY row"  # noqa: S608 - our own names
# What the responses say no record of, whichever the row was for.
WITHOUT_ID = ("rejected", "not_sent")
# Of a row that is to be sent: its position and its digest, 64 bits each.
PAIR = np.dtype([("row", "<i8"), ("digest", "<i8")])
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
    """Some rows of a send as they were written down.

    Attributes:
        rows: Their positions, int64, in order.
        digests: Their digests, int64.
        statuses: What became of each; `in flight` for one whose call was not answered.
        cells: The rest of each row's outcome, in the order of `CELLS`.
        steps: What became of the steps after the rows: each step's name to row to that.
    """

    rows: np.ndarray[Any, Any]
    digests: np.ndarray[Any, Any]
    statuses: list[str]
    cells: list[tuple[Any, ...]]
    steps: dict[str, dict[int, Outcome]] = attrs.field(factory=dict)

    def outcome(self, place: int, row: int) -> Outcome:
        """What became of a row, as the outcome of a row of another frame."""
        return _told(row, self.statuses[place], self.cells[place])


def _told(row: int, status: str, cells: Sequence[Any]) -> Outcome:
    """An outcome for whoever sends: what was in flight is in doubt."""
    return Outcome([row], "in_doubt", error=LOST) if status == IN_FLIGHT else _outcome(row, status, cells)


def _outcome(row: int, status: str, cells: Sequence[Any]) -> Outcome:
    record, *rest = cells
    ids = None if record is None or status in WITHOUT_ID else [record]
    return Outcome([row], status, ids=ids, **dict(zip(CELLS[1:], rest, strict=True)))


def read(file: sqlite3.Connection, rows: range) -> Written:
    """What became of the rows between two positions, as far as anything is written down of them."""
    found = file.execute(READ, (rows.start, rows.stop)).fetchall()
    positions, digests = (np.array([each[place] for each in found], dtype="int64") for place in (0, 1))
    steps: dict[str, dict[int, Outcome]] = {}
    for step, row, status, *cells in steps_of(file):
        steps.setdefault(step, {})[row] = _outcome(row, status, cells)
    return Written(positions, digests, [each[2] for each in found], [each[3:] for each in found], steps)


def steps_of(file: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """What became of the steps after the rows, as `READ_STEPS` reads it; nothing where an older version wrote it."""
    known = file.execute("SELECT name FROM sqlite_master WHERE name = 'steps'").fetchall()
    return file.execute(READ_STEPS).fetchall() if known else []


# --- rows that are to be sent ----------------------------------------------------------------------------------------


def plan(head: Head, rows: np.ndarray[Any, Any], digests: np.ndarray[Any, Any]) -> None:
    """Writes which rows a send is going to send, before it begins: also while it goes on, others can read that.

    Args:
        head: The send. What stands there of rows that it did not come to is written over.
        rows: Their positions, in order, after those that are written down already.
        digests: Their digests.
    """
    pairs = np.empty(len(rows), dtype=PAIR)
    pairs["row"], pairs["digest"] = rows, digests
    path = _path(head)
    path.touch()
    known = _first(_mapped(path), head.rows)
    with path.open("r+b") as file:
        file.truncate(known * PAIR.itemsize)
        file.seek(0, os.SEEK_END)
        file.write(pairs.tobytes())
        file.flush()
        # Rows that survive a power cut are of no use without it.
        os.fsync(file.fileno())


def planned(head: Head, rows: range | None = None) -> np.ndarray[Any, Any]:
    """The rows that a send was to send: their positions and their digests, in order.

    Args:
        head: The send.
        rows: Only those between two positions; all if left out.

    Returns:
        An array with the fields `row` and `digest`.

    Raises:
        JournalError: They cannot be read.
    """
    path = _path(head)
    with told("read", path):
        if rows is None:
            return np.fromfile(path, dtype=PAIR)
        whole = _mapped(path)
        return np.array(whole[_first(whole, rows.start) : _first(whole, rows.stop)])


def _mapped(path: Path) -> np.ndarray[Any, Any]:
    """Not read into memory: a send may have more rows than fit there."""
    size = path.stat().st_size // PAIR.itemsize
    return np.memmap(path, dtype=PAIR, mode="r", shape=(size,)) if size else np.empty(0, dtype=PAIR)


def _first(pairs: np.ndarray[Any, Any], row: int) -> int:
    """Where the rows from a position on begin."""
    return bisect_left(range(len(pairs)), row, key=lambda place: int(pairs["row"][place]))


def _path(head: Head) -> Path:
    return folder() / f"{head.name}.planned"


# --- a send that no process is writing down now ----------------------------------------------------------------------


def headless(statuses: Sequence[str]) -> Iterator[tuple[Path, np.ndarray[Any, Any]]]:
    """The rows of sends whose head is gone or cannot be read: nobody knows where they went.

    Args:
        statuses: Only the rows that have one of these.

    Returns:
        The file of each, and its rows, as `planned` has them; none that a process is writing now.

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
                found = _rows_of(path, statuses)
        except filelock.Timeout:
            continue
        yield path, found


def _rows_of(path: Path, statuses: Sequence[str]) -> np.ndarray[Any, Any]:
    if path.exists():
        with there(path) as file:
            if file.execute("SELECT name FROM sqlite_master WHERE name = 'rows'").fetchall():
                return _traces(file, statuses)
    # Thrown away just now.
    return np.empty(0, dtype=PAIR)


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


def first_rows(head: Head, most: int) -> np.ndarray[Any, Any]:
    """The first rows of a send that were written down: their positions and their digests, as `planned` has them.

    Raises:
        JournalError: They cannot be read, or a process is writing them.
    """
    with reading(head) as file:
        return np.fromiter(file.execute("SELECT row, digest FROM rows ORDER BY row LIMIT ?", (most,)), dtype=PAIR)


def traces(head: Head, statuses: Sequence[str]) -> np.ndarray[Any, Any]:
    """The rows of a send that have one of some statuses.

    Returns:
        Their positions and digests, as `planned` has them.

    Raises:
        JournalError: They cannot be read, or a process is writing them.
    """
    with reading(head) as file:
        return _traces(file, statuses)


def _traces(file: sqlite3.Connection, statuses: Sequence[str]) -> np.ndarray[Any, Any]:
    marks = ", ".join("?" * len(statuses))
    asked = f"SELECT row, digest FROM rows WHERE status IN ({marks}) ORDER BY row"  # noqa: S608 - marks
    return np.fromiter(file.execute(asked, tuple(statuses)), dtype=PAIR)


def outcomes(head: Head, rows: Sequence[int]) -> list[tuple[str, Outcome]]:
    """What became of some rows of a send: their statuses as they are written down, and outcomes with their positions.

    Raises:
        JournalError: They cannot be read, or a process is writing them.
    """
    with reading(head) as file:
        found = ((row, *file.execute(READ, (row, row + 1)).fetchone()[2:]) for row in rows)
        return [(status, _told(row, status, cells)) for row, status, *cells in found]
