"""Some rows of a frame: what cannot be sent in them, and what goes out, each found out once.

Whoever types sees the same rows again with every key, mostly with the same values in them: those are looked up.
"""

from __future__ import annotations

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
FIRST, LATEST = "the first rows", "the rows asked for last"


class Part:
    """Some rows of a frame.

    Args:
        frame: The rows, with all columns.
        larger: A part that begins with the same rows: what it knows of all of them is true of these.

    Attributes:
        frame: As given.
    """

    def __init__(self, frame: pd.DataFrame, larger: Part | None = None) -> None:
        self.frame = frame
        self._larger = larger
        self._fine: set[Column] = set()
        self._answers: dict[tuple[Any, ...], Any] = {}

    def cells(self, column: Column) -> pd.Series:
        """A column of the rows, as `Column.cells` gives it."""
        return self._once(plain, (column.position,), lambda: plain(self.frame.iloc[:, column.position]))

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
            found, missing = self._larger.values(column)
            return found[: len(self.frame)], missing[: np.searchsorted(missing, len(self.frame))]
        answer: Values = self._once(
            converted, (column,), lambda: converted(self.frame.iloc[:, column.position], column)
        )
        return answer

    def _once(self, what: Callable[..., Any], about: tuple[Any, ...], find_out: Callable[[], Any]) -> Any:
        question = (what, *about)
        if question not in self._answers:
            if len(self._answers) >= MOST_ANSWERS * len(self.frame.columns):
                self._answers.clear()
            self._answers[question] = find_out()
        return self._answers[question]


def part(source: Source, rows: Sequence[int] | np.ndarray[Any, Any]) -> Part:
    """Some rows of a frame, as they are remembered.

    Of the first rows the most that were ever asked for are remembered, and the first time that these are too few, some
    more than are asked for: larger batches, typed figure by figure, have nothing more to find out then.

    Args:
        source: The bound frame.
        rows: Their positions, in any order.
    """
    if len(rows) > MOST_ROWS:
        return Part(source.part(rows))
    if isinstance(rows, range) and rows == range(len(rows)):
        return _first(source, len(rows))
    wanted = rows.tolist() if isinstance(rows, np.ndarray) else list(rows)
    known = source.remembered.get(LATEST)
    if known is None or known[0] != wanted:
        known = source.remembered[LATEST] = (wanted, Part(source.part(wanted)))
    found: Part = known[1]
    return found


def _first(source: Source, number: int) -> Part:
    known: Part | None = source.remembered.get(FIRST)
    if known is None or len(known.frame) < number:
        # The next power of two: at most twice as many as are asked for.
        size = number if known is None else min(1 << (number - 1).bit_length(), MOST_ROWS, len(source))
        known = source.remembered[FIRST] = Part(source.part(range(size)))
    return known if len(known.frame) == number else Part(source.part(range(number)), known)
