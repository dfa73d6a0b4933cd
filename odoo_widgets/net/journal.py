"""A send that is being written down: before and after each call, in the thread that sends.

It holds digests of rows, ids of records and what became of each row; no key, and no cell of the frame but those that
Odoo repeats in its messages. What records held before they were written is in a file of its own beside it. A file
belongs to the process that sends. SQLite's log needs no shared memory where one process has the file for itself
(sqlite.org/wal.html, section 8), so this works in a home on a network too.
"""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from itertools import repeat
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np

from odoo_widgets.flow.repeats import IN_FLIGHT, NOT_BEGUN
from odoo_widgets.net.before import BeforeFile
from odoo_widgets.net.sends import folder, held, here, now, told, write_head
from odoo_widgets.net.written import CELLS, opened, plan, read

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from odoo_widgets.flow.before import Kept
    from odoo_widgets.flow.digests import Digests
    from odoo_widgets.flow.responses import Outcome
    from odoo_widgets.flow.source import Source
    from odoo_widgets.net.sends import Head
    from odoo_widgets.net.written import Written

BEGIN = """
INSERT INTO rows (row, digest, status, id) VALUES (?, ?, ?, ?)
ON CONFLICT (row) DO UPDATE SET status = excluded.status, id = COALESCE(excluded.id, rows.id)"""
SETTLE = """
INSERT INTO rows (row, digest, status, id, batch, http_status, error_type, error_field, error, attempts, seconds)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (row) DO UPDATE SET
  status = excluded.status, id = COALESCE(excluded.id, rows.id), batch = excluded.batch,
  http_status = excluded.http_status, error_type = excluded.error_type, error_field = excluded.error_field,
  error = excluded.error, attempts = excluded.attempts, seconds = excluded.seconds"""
BEGIN_STEP = """
INSERT INTO steps (step, row, status, id) VALUES (?, ?, ?, ?)
ON CONFLICT (step, row) DO UPDATE SET status = excluded.status, id = excluded.id"""
SETTLE_STEP = """
INSERT OR REPLACE INTO steps
  (step, row, status, id, batch, http_status, error_type, error_field, error, attempts, seconds)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
LEAVE_STEP = "UPDATE steps SET status = ? WHERE step = ? AND row = ? AND status = ?"
LEAVE = "UPDATE rows SET status = ? WHERE row = ? AND status = ?"


@contextmanager
def synced(file: sqlite3.Connection, synchronous: str) -> Iterator[sqlite3.Connection]:
    """A transaction; what its end waits for, see `written.opened`."""
    file.execute(f"PRAGMA synchronous = {synchronous}")
    with file:
        yield file


class Journal:
    """One send that is being written down, in the thread that sends: frame by frame, each turned to before its rows.

    Args:
        head: What it is. The rows that it says are known already.

    Attributes:
        head: What a list shows of it.

    Raises:
        JournalError: It cannot be written, or another process sends it.
    """

    def __init__(self, head: Head) -> None:
        # One that goes on has no end any more.
        self.head = attrs.evolve(head, process=here(), ended="", statuses={})
        self._path = folder() / head.name
        with told("written", folder()), ExitStack() as stack:
            stack.enter_context(held(head))
            self._file = stack.enter_context(closing(opened(self._path.with_suffix(".sqlite"))))
            self._held = stack.pop_all()
        self._first = 0
        self._digests: Callable[[Sequence[int]], np.ndarray[Any, Any]]
        self._kept: BeforeFile | None = None
        self._batches: int | None = None

    def turn(self, source: Source, digests: Digests) -> None:
        """Turns to a frame: from now on, rows are those of this frame."""
        self._first, self._digests = source.first, digests.of

    def plan(self, rows: Sequence[int], end: int) -> None:
        """Writes which rows of the frame are going to be sent, before any of them is.

        Args:
            rows: Their positions; those that are written down already are passed over.
            end: How many rows the send has, this frame's included.

        Raises:
            JournalError: That cannot be written down.
        """
        new = np.asarray(rows, dtype="int64")
        new = new[new + self._first >= self.head.rows]
        with told("written", self._path):
            plan(self.head, new + self._first, self._digests(new.tolist()))
            # A row counts from here on.
            self.head = attrs.evolve(self.head, rows=max(end, self.head.rows))
            write_head(self.head)

    def written(self, rows: range) -> Written:
        """What became of the rows between two positions, counted from the first of all frames on."""
        with told("read", self._path):
            return read(self._file, rows)

    def batches(self) -> int:
        """How many batches there were before the first frame. All rows are gone through for it, once."""
        if self._batches is None:
            with told("read", self._path):
                [last] = self._file.execute("SELECT max(batch) FROM rows").fetchone()
            self._batches = 0 if last is None else int(last) + 1
        return self._batches

    def sending(self, rows: Sequence[int], ids: Sequence[int] | None = None, kept: Sequence[Kept] = ()) -> None:
        """Before a call: its rows may be in Odoo from now on.

        Args:
            rows: Their positions.
            ids: The records that they are for; None for records that are still to be made.
            kept: What the records hold that the call writes over.

        Raises:
            JournalError: That cannot be written down, so the call must not be made.
        """
        known = ids if ids is not None else repeat(None)
        begun = zip(self._counted(rows), self._digests(rows).tolist(), repeat(IN_FLIGHT), known, strict=False)
        with told("written", self._path):
            if kept:
                self._before().keep(attrs.evolve(each, row=each.row + self._first) for each in kept)
            with synced(self._file, "FULL") as file:
                file.executemany(BEGIN, begun)

    def _counted(self, rows: Sequence[int]) -> Iterable[int]:
        """Rows of the frame, counted from the first of all frames on."""
        if isinstance(rows, range):
            return range(rows.start + self._first, rows.stop + self._first, rows.step)
        return (row + self._first for row in rows)

    def _before(self) -> BeforeFile:
        # Most sends write over nothing.
        if self._kept is None:
            self._kept = self._held.enter_context(BeforeFile(self.head))
        return self._kept

    def settled(self, outcomes: Iterable[Outcome], left: Sequence[int] = ()) -> None:
        """After a call: what became of rows, and which rows the call did nothing to.

        It survives the end of the process without a wait for the disk, and a power cut as soon as the next call is
        written down: until then, such a cut leaves the rows in doubt.

        Raises:
            JournalError: That cannot be written down.
        """
        with told("written", self._path), synced(self._file, "NORMAL") as file:
            for outcome in outcomes:
                ids = outcome.ids if outcome.ids is not None else repeat(None)
                same = [repeat(getattr(outcome, name)) for name in CELLS[1:]]
                rows, digests = self._counted(outcome.rows), self._digests(outcome.rows).tolist()
                file.executemany(SETTLE, zip(rows, digests, repeat(outcome.status), ids, *same, strict=False))
            if left:
                file.executemany(LEAVE, zip(repeat(NOT_BEGUN), self._counted(left), repeat(IN_FLIGHT), strict=False))

    def of_step(self, step: str) -> StepJournal:
        """What writes down a step after the rows."""
        return StepJournal(self._file, self._path, step, self._first)

    def end(self, statuses: dict[str, int], owed: int = 0) -> None:
        """The send has come to its end, whatever became of its rows, and of the steps after them."""
        self.head = attrs.evolve(self.head, ended=now(), statuses=statuses, owed=owed)
        with told("written", self._path):
            # A send that has ended is one whose rows are on the disk.
            self._file.execute("PRAGMA wal_checkpoint(FULL)")
            write_head(self.head)

    def close(self) -> None:
        """Lets go of the files."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class StepJournal:
    """A step of a send that is being written down, in the file of the send.

    Args:
        file: The rows of the send.
        path: What to call it where something goes wrong.
        step: The step's name.
        first: Where the rows of the frame begin, counted from the first of all frames on.
    """

    def __init__(self, file: sqlite3.Connection, path: Path, step: str, first: int = 0) -> None:
        self._file, self._path, self._step, self._first = file, path, step, first

    def sending(self, rows: Sequence[int], ids: Sequence[int] | None = None, kept: Sequence[Kept] = ()) -> None:
        """Before a call of the step. What it writes over is kept with the row's own write, where there was one.

        Raises:
            JournalError: That cannot be written down, so the call must not be made.
        """
        del kept
        known = ids if ids is not None else [None] * len(rows)
        with told("written", self._path), synced(self._file, "FULL"):
            begun = ((self._step, row + self._first, IN_FLIGHT, each) for row, each in zip(rows, known, strict=True))
            self._file.executemany(BEGIN_STEP, begun)

    def settled(self, outcomes: Iterable[Outcome], left: Sequence[int] = ()) -> None:
        """After a call of the step: what became of it on rows, and which rows it did nothing to.

        Raises:
            JournalError: That cannot be written down.
        """
        with told("written", self._path), synced(self._file, "NORMAL"):
            for outcome in outcomes:
                ids = outcome.ids if outcome.ids is not None else [None] * len(outcome.rows)
                same = [getattr(outcome, name) for name in CELLS[1:]]
                self._file.executemany(
                    SETTLE_STEP,
                    (
                        (self._step, row + self._first, outcome.status, each, *same)
                        for row, each in zip(outcome.rows, ids, strict=True)
                    ),
                )
            if left:
                self._file.executemany(
                    LEAVE_STEP, ((NOT_BEGUN, self._step, row + self._first, IN_FLIGHT) for row in left)
                )
