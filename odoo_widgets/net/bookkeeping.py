"""What a send writes down of its frames, and what of earlier sends counts for them."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import attrs

from odoo_widgets.flow.digests import Digests, target
from odoo_widgets.flow.errors import JournalError
from odoo_widgets.flow.identity import doubled
from odoo_widgets.flow.operations import what
from odoo_widgets.flow.repeats import Past
from odoo_widgets.flow.responses import Outcome
from odoo_widgets.net.journal import Journal
from odoo_widgets.net.key_space import KeySpace
from odoo_widgets.net.past import Earlier, fresh
from odoo_widgets.net.sends import Head, forget, said, starting
from odoo_widgets.net.unfinished import left, unfinished

if TYPE_CHECKING:
    from collections.abc import Sequence

    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

LOG = logging.getLogger(__name__)


@attrs.frozen
class Kind:
    """What kind of send it is.

    Attributes:
        again: Whether rows go once more that were sent before; see `Delivery`.
        resume: Whether it goes on with an earlier one.
        test: Whether it is a test of some rows.
        undo: The name of the send that it takes back.
        frames: Whether it is of several frames.
        written: Whether it is written down.
    """

    again: bool | None = None
    resume: bool = False
    test: bool = False
    undo: str = ""
    frames: bool = False
    written: bool = True


class Bookkeeping:
    """One send, in the thread that sends; opened with its first frame, and closed after the last.

    Args:
        settings: What is sent with.
        credential: As whom.
        kind: What kind of send it is.

    Attributes:
        journal: Where it is written down; None before its first frame, and if it is written down nowhere.
        known: How many rows the send had come to that this one goes on with.
    """

    def __init__(self, settings: Settings, credential: Credential, kind: Kind) -> None:
        self._settings, self._credential, self._kind = settings, credential, kind
        self._target = target(settings)
        self._earlier = Earlier(self._target, credential.database)
        self._held = ExitStack()
        self._keys = self._held.enter_context(KeySpace()) if kind.frames else None
        self.known = 0
        self.journal: Journal | None = None

    def open(self, source: Source, rows: Sequence[int]) -> Past:
        """What of a frame is to be sent. From now on, its rows are those that are written down.

        Args:
            source: The frame, without problems.
            rows: The positions of the rows to send.

        Raises:
            RepeatedError: Rows were sent before, and nothing says what to do.
            JournalError: The same rows are being sent, there is nothing to go on with, or nothing can be written down.
        """
        repeated = self._keys.repeated(source, self._settings) if self._keys is not None else {}
        if not self._kind.written:
            return _without(Past(rows=rows), repeated, source)
        digests = Digests(source, self._settings, rows)
        with starting(self._target):
            past = _without(self._past(source, rows, digests), repeated, source)
            assert self.journal is not None
            self.journal.plan(rows, source.first + len(source))
        if repeated:
            self.journal.settled(outcome for outcome in past.outcomes if outcome.rows[0] in repeated)
        return past

    def _past(self, source: Source, rows: Sequence[int], digests: Digests) -> Past:
        if self.journal is None and self._kind.resume:
            head = unfinished(source, self._settings, digests, self._earlier, frames=self._kind.frames)
            self.known = head.rows
            self.journal = self._held.enter_context(Journal(head))
        own = self.journal.head.name if self.journal is not None else ""
        if self._kind.resume:
            assert self.journal is not None
            self.journal.turn(source, digests)
            return left(source, self._settings, digests, self._earlier, journal=self.journal, known=self.known)
        past = fresh(source, self._settings, rows, digests, self._earlier, again=self._kind.again, own=own)
        if self.journal is None:
            forget()
            self.journal = self._held.enter_context(Journal(self._head(source, rows, digests)))
        self.journal.turn(source, digests)
        return past

    def _head(self, source: Source, rows: Sequence[int], digests: Digests) -> Head:
        settings, kind = self._settings, self._kind
        done = what(settings.endpoint, settings.when_found)
        return Head.new(
            f"Undo: {done}" if kind.undo else done,
            self._credential,
            target=self._target,
            fingerprint=digests.fingerprint(),
            rows=0,
            test=kind.test,
            model=settings.endpoint.model,
            operation=settings.endpoint.operation,
            context=dict(settings.context),
            undo=kind.undo,
            again=kind.again is True and len(rows) == len(source),
            steps={step.name: step.method for step in settings.steps},
            frames=kind.frames,
        )

    def check_all(self, rows: int) -> None:
        """Makes sure that no row is missing of a send that goes on.

        Raises:
            JournalError: The frames had more rows when they were sent.
        """
        if rows < self.known and self.journal is not None:
            raise JournalError(f"{said(self.journal.head)} had more rows than these frames, which have {rows:,}.")

    def end(self, statuses: dict[str, int], owed: int) -> None:
        """The send has come to its end, whatever became of its rows, and of the steps after them."""
        if self.journal is None:
            return
        try:
            self.journal.end(statuses, owed)
        except JournalError as error:
            # The rows are written down, and what became of them must not be lost: only the list shows no end.
            LOG.warning("%s The send itself is over.", error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._held.close()


def _without(past: Past, repeated: dict[int, int], source: Source) -> Past:
    """What is to be sent, but for rows whose record a row of a frame before is for: these are rejected."""
    told = {row for outcome in past.outcomes for row in outcome.rows} if repeated else set()
    new = {row: earlier for row, earlier in repeated.items() if row not in told}
    if not new:
        return past
    rejected = [
        Outcome([row], "rejected", error=doubled(row + source.first, earlier)) for row, earlier in sorted(new.items())
    ]
    return attrs.evolve(past, outcomes=(*past.outcomes, *rejected), rows=[row for row in past.rows if row not in new])
