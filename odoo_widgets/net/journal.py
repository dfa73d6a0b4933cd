"""A send that is being written down: before and after each call, in the thread that sends.

It holds digests of rows, ids of records and what became of each row; no key, and no cell of the frame but those that
Odoo repeats in its messages. What records held before they were written is in a file of its own beside it. A file
belongs to the process that sends. SQLite's log needs no shared memory where one process has the file for itself
(sqlite.org/wal.html, section 8), so this works in a home on a network too.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any, Self

import attrs

from odoo_widgets.flow.repeats import IN_FLIGHT, NOT_BEGUN
from odoo_widgets.net.before import BeforeFile
from odoo_widgets.net.sends import folder, held, here, now, told, write_head
from odoo_widgets.net.written import CELLS, opened, write_planned

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    import numpy as np

    from odoo_widgets.flow.before import Kept
    from odoo_widgets.flow.responses import Outcome
    from odoo_widgets.net.sends import Head

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


class Journal:
    """One send that is being written down, in the thread that sends.

    Args:
        head: What it is.
        digests: From the positions of rows to their digests.
        rows: The positions of the rows that it is going to send; None for a send that goes on.

    Attributes:
        head: What a list shows of it.

    Raises:
        JournalError: It cannot be written, or another process sends it.
    """

    def __init__(
        self, head: Head, digests: Callable[[Sequence[int]], np.ndarray[Any, Any]], rows: Sequence[int] | None = None
    ) -> None:
        # One that goes on has no end any more.
        self.head, self._digests = attrs.evolve(head, process=here(), ended="", statuses={}), digests
        self._path = folder() / head.name
        with told("written", folder()), ExitStack() as stack:
            stack.enter_context(held(head))
            self._file = stack.enter_context(closing(opened(self._path.with_suffix(".sqlite"))))
            if rows is not None:
                write_planned(self.head, rows, digests(rows))
            write_head(self.head)
            self._held = stack.pop_all()
        self._kept: BeforeFile | None = None

    def sending(self, rows: Sequence[int], ids: Sequence[int] | None = None, kept: Sequence[Kept] = ()) -> None:
        """Before a call: its rows may be in Odoo from now on.

        Args:
            rows: Their positions.
            ids: The records that they are for; None for records that are still to be made.
            kept: What the records hold that the call writes over.

        Raises:
            JournalError: That cannot be written down, so the call must not be made.
        """
        known = ids if ids is not None else [None] * len(rows)
        digests = self._digests(rows).tolist()
        with told("written", self._path):
            if kept:
                self._before().keep(kept)
            with self._file:
                begun = zip(rows, digests, known, strict=True)
                self._file.executemany(BEGIN, ((row, digest, IN_FLIGHT, each) for row, digest, each in begun))

    def _before(self) -> BeforeFile:
        # Most sends write over nothing.
        if self._kept is None:
            self._kept = self._held.enter_context(BeforeFile(self.head))
        return self._kept

    def settled(self, outcomes: Iterable[Outcome], left: Sequence[int] = ()) -> None:
        """After a call: what became of rows, and which rows the call did nothing to.

        Raises:
            JournalError: That cannot be written down.
        """
        with told("written", self._path), self._file:
            for outcome in outcomes:
                ids = outcome.ids if outcome.ids is not None else [None] * len(outcome.rows)
                same = [getattr(outcome, name) for name in CELLS[1:]]
                digests = self._digests(outcome.rows).tolist()
                self._file.executemany(
                    SETTLE,
                    (
                        (row, digest, outcome.status, each, *same)
                        for row, digest, each in zip(outcome.rows, digests, ids, strict=True)
                    ),
                )
            if left:
                self._file.executemany(LEAVE, ((NOT_BEGUN, row, IN_FLIGHT) for row in left))

    def of_step(self, step: str) -> StepJournal:
        """What writes down a step after the rows."""
        return StepJournal(self._file, self._path, step)

    def end(self, statuses: dict[str, int], owed: int = 0) -> None:
        """The send has come to its end, whatever became of its rows, and of the steps after them."""
        self.head = attrs.evolve(self.head, ended=now(), statuses=statuses, owed=owed)
        with told("written", self._path):
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
    """

    def __init__(self, file: sqlite3.Connection, path: Path, step: str) -> None:
        self._file, self._path, self._step = file, path, step

    def sending(self, rows: Sequence[int], ids: Sequence[int] | None = None, kept: Sequence[Kept] = ()) -> None:
        """Before a call of the step. What it writes over is kept with the row's own write, where there was one.

        Raises:
            JournalError: That cannot be written down, so the call must not be made.
        """
        del kept
        known = ids if ids is not None else [None] * len(rows)
        with told("written", self._path), self._file:
            begun = ((self._step, row, IN_FLIGHT, each) for row, each in zip(rows, known, strict=True))
            self._file.executemany(BEGIN_STEP, begun)

    def settled(self, outcomes: Iterable[Outcome], left: Sequence[int] = ()) -> None:
        """After a call of the step: what became of it on rows, and which rows it did nothing to.

        Raises:
            JournalError: That cannot be written down.
        """
        with told("written", self._path), self._file:
            for outcome in outcomes:
                ids = outcome.ids if outcome.ids is not None else [None] * len(outcome.rows)
                same = [getattr(outcome, name) for name in CELLS[1:]]
                self._file.executemany(
                    SETTLE_STEP,
                    (
                        (self._step, row, outcome.status, each, *same)
                        for row, each in zip(outcome.rows, ids, strict=True)
                    ),
                )
            if left:
                self._file.executemany(LEAVE_STEP, ((NOT_BEGUN, self._step, row, IN_FLIGHT) for row in left))
