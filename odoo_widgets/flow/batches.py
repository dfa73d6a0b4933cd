"""Rows to batches. A batch is the rows that one call is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from odoo_widgets.flow.settings import Settings

# Rows that do not follow each other are named up to here.
NAMED = 5


def in_row_order(rows: int, settings: Settings) -> Iterator[range]:
    """The rows as they come, as many in a batch as the settings allow."""
    step = settings.rows_per_call
    for start in range(0, rows, step):
        yield range(start, min(start + step, rows))


GROUPINGS: dict[str, Callable[[int, Settings], Iterator[range]]] = {"sequential": in_row_order}


def batches(rows: int, settings: Settings) -> Iterator[range]:
    """Every row in exactly one batch.

    Args:
        rows: How many rows the frame has.
        settings: How many records one call may hold, and which rows may share one.

    Returns:
        The positions of each batch's rows, from 0.
    """
    return GROUPINGS[settings.grouping](rows, settings)


def count(rows: int, settings: Settings) -> int:
    """How many batches there are."""
    return -(-rows // settings.rows_per_call)


def rows_text(rows: Sequence[int]) -> str:
    """Some rows for people: `row 7`, `rows 0–99`, `rows 3, 5, 6 …`."""
    if len(rows) == 1:
        return f"row {rows[0]:,}"
    if rows[-1] - rows[0] == len(rows) - 1:
        return f"rows {rows[0]:,}–{rows[-1]:,}"
    return f"rows {', '.join(f'{row:,}' for row in rows[:NAMED])}{' …' if len(rows) > NAMED else ''}"
