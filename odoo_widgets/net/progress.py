"""How far a send is."""

from __future__ import annotations

import attrs


@attrs.frozen
class Progress:
    """How far a send is.

    Attributes:
        rows: Rows to send in all.
        batches: Batches to send in all. Each takes one call or several.
        statuses: How many rows have which status by now.
        made: Calls made.
        waiting: The most seconds that the next call waits, after one that is made again; else 0.
        seconds: Since the send started.
        step: The step after the rows that it is at; empty while it is at the rows.
        step_rows: How many rows that step is for.
        step_done: How many of them are accounted for.
    """

    rows: int
    batches: int
    statuses: dict[str, int] = attrs.field(factory=dict)
    made: int = 0
    waiting: float = 0.0
    seconds: float = 0.0
    step: str = ""
    step_rows: int = 0
    step_done: int = 0

    @property
    def done(self) -> int:
        """Rows that are accounted for."""
        return sum(self.statuses.values())

    @property
    def rows_per_second(self) -> float:
        """The rate so far; 0 before the first answer."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """The time that the rest takes at this rate; None before the first answer."""
        return (self.rows - self.done) / self.rows_per_second if self.done else None
