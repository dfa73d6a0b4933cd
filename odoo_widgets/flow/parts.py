"""Some rows of a frame: what cannot be sent in them, and what goes out, each found out once.

Whoever types sees the same rows again with every key, mostly with the same values in them: those are looked up.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from odoo_widgets.flow.findings import Finding, findings
from odoo_widgets.flow.kinds import plain
from odoo_widgets.flow.records import converted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from odoo_widgets.flow.limits import Limits
    from odoo_widgets.flow.source import Source
    from odoo_widgets.flow.values import Column, Values

# So many rows are remembered with what was found out of them: more than a person is shown, fewer than a send converts
# at once.
MOST_ROWS = 8_192
# As many answers for a column, so that a setting can be changed to and fro.
MOST_ANSWERS = 12
# Rows lie close together where there are no more others between them than this many times as many.
CLOSE = 4
FIRST, LATEST = "the first rows", "the rows asked for last"


class Part:
    """Some rows of a frame.

    Args:
        source: The bound frame.
        rows: Their positions.
        larger: The first rows of the frame, these among them: what is known of all of them is true of these.
    """

    def __init__(self, source: Source, rows: Sequence[int], larger: Part | None = None) -> None:
        self.rows = rows
        self._source = source
        self._larger = larger
        self._fine: set[Column] = set()
        self._answers: dict[tuple[Any, ...], Any] = {}

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows, with all columns."""
        return self._source.part(self.rows)

    def cells(self, column: Column) -> pd.Series:
        """A column of the rows, as `Column.cells` gives it."""
        return self._once(plain, (column.position,), lambda: plain(self._read(column)))

    def findings(self, column: Column, limits: Limits | None = None) -> tuple[Finding, ...]:
        """What cannot be sent in a column; see `findings.findings`."""
        if self._larger is not None and not self._larger.findings(column, limits):
            return ()
        found: tuple[Finding, ...] = self._once(
            findings, (column, limits), lambda: tuple(findings(self.cells(column), column, limits))
        )
        if not found:
            self._fine.add(column)
        return found

    def is_fine(self, column: Column) -> bool:
        """Whether a column was looked through, and nothing was found in it."""
        return column in self._fine

    def values(self, column: Column) -> Values:
        """What goes out of a column that nothing was found in; see `records.converted`."""
        if self._larger is not None and self._larger.is_fine(column):
            return _of(self._larger.values(column), self.rows)
        answer: Values = self._once(converted, (column,), lambda: converted(self._read(column), column))
        return answer

    def _read(self, column: Column) -> pd.Series:
        cells: pd.Series = self._once(part, (column.position,), lambda: self.frame.iloc[:, column.position])
        return cells

    def _once(self, what: Callable[..., Any], about: tuple[Any, ...], find_out: Callable[[], Any]) -> Any:
        question = (what, *about)
        # A send may ask meanwhile, in its thread.
        answer = self._answers.get(question)
        if answer is None:
            if len(self._answers) >= MOST_ANSWERS * len(self._source.frame.columns):
                self._answers.clear()
            answer = self._answers[question] = find_out()
        return answer


def _of(values: Values, rows: Sequence[int]) -> Values:
    """The values of some rows among those of the first."""
    found, missing = values
    if rows == range(len(rows)):
        return found[: len(rows)], missing[: np.searchsorted(missing, len(rows))]
    return [found[row] for row in rows], np.flatnonzero(np.isin(np.asarray(rows), missing))


def part(source: Source, rows: Sequence[int] | np.ndarray[Any, Any]) -> Part:
    """Some rows of a frame, as they are remembered.

    Of the first rows the most that were ever asked for are remembered, and the first time that these are too few, some
    more than are asked for: larger batches, typed figure by figure, have nothing more to find out then. Rows that lie
    close together are taken from these, and of any others those that were asked for last are remembered.

    Args:
        source: The bound frame.
        rows: Their positions, in any order.
    """
    wanted: Sequence[int] = rows.tolist() if isinstance(rows, np.ndarray) else rows
    if not 0 < len(wanted) <= MOST_ROWS:
        return Part(source, wanted)
    known: Part | None = source.remembered.get(FIRST)
    number = (wanted[-1] if isinstance(wanted, range) else max(wanted)) + 1
    if number <= min(CLOSE * len(wanted), MOST_ROWS) or (known is not None and number <= len(known.rows)):
        return _among(_first(source, number), source, wanted)
    latest: Part | None = source.remembered.get(LATEST)
    if latest is None or latest.rows != wanted:
        latest = source.remembered[LATEST] = Part(source, wanted)
    return latest


def _among(larger: Part, source: Source, rows: Sequence[int]) -> Part:
    return larger if rows == larger.rows else Part(source, rows, larger)


def _first(source: Source, number: int) -> Part:
    """At least so many of the first rows."""
    known: Part | None = source.remembered.get(FIRST)
    if known is None or len(known.rows) < number:
        # The next power of two: at most twice as many as are asked for.
        size = number if known is None else min(1 << (number - 1).bit_length(), MOST_ROWS, len(source))
        known = source.remembered[FIRST] = Part(source, range(size))
    return known
