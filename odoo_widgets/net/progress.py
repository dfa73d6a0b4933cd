"""How far a send is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Self

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from odoo_widgets.flow.policy import Wait
    from odoo_widgets.flow.responses import Outcome


@attrs.frozen
class Progress:
    """How far a send is.

    Attributes:
        rows: Rows to send in all; of several frames, those of the frames that it has come to.
        batches: Batches to send in all, of the same. Each takes one call or several.
        statuses: How many rows have which status by now.
        before: How many of them had it before this send began, from a send that it goes on with or from tests.
        made: Calls made.
        waiting: The most seconds that the next call waits, after one that is made again; else 0.
        seconds: Since the send started.
        step: The step after the rows that it is at; empty while it is at the rows.
        step_rows: How many rows that step is for.
        step_done: How many of them are accounted for.
        more: Whether frames may follow whose rows are not known yet.
    """

    rows: int
    batches: int
    statuses: dict[str, int] = attrs.field(factory=dict)
    before: int = 0
    made: int = 0
    waiting: float = 0.0
    seconds: float = 0.0
    step: str = ""
    step_rows: int = 0
    step_done: int = 0
    more: bool = False

    @property
    def done(self) -> int:
        """Rows that are accounted for."""
        return sum(self.statuses.values())

    @property
    def rows_per_second(self) -> float:
        """The rate of this send so far; 0 before the first answer."""
        return (self.done - self.before) / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """The time that the rest takes at this rate; None before the first answer, and where the rest is not known."""
        return (self.rows - self.done) / self.rows_per_second if self.rows_per_second and not self.more else None

    def counted(self, outcomes: Iterable[Outcome]) -> Self:
        """The same with rows that are accounted for."""
        statuses = Counter(self.statuses)
        for outcome in outcomes:
            statuses[outcome.status] += len(outcome.rows)
        return attrs.evolve(self, statuses=dict(statuses))

    def found(self, outcomes: Iterable[Outcome]) -> Self:
        """The same with rows that were accounted for before this send began."""
        counted = self.counted(outcomes)
        return attrs.evolve(counted, before=self.before + counted.done - self.done)

    def called(self, wait: Wait | None, seconds: float) -> Self:
        """The same after one more call."""
        waiting = wait.seconds if wait is not None else 0.0
        return attrs.evolve(self, made=self.made + 1, seconds=seconds, waiting=waiting)
