"""Rows to batches: which rows are sent together.

`batch_size` rows share a call as they come; `grouping="by column"` with `group_by="country"` never mixes two countries
in one, and `"keep together"` never splits one. Calls go one after the other; with `concurrency=4`, four at a time,
never two with the same value of the column to group by. `calls_per_second=5` holds back; to Odoo Online it is one a
second unless said otherwise, as Odoo's terms ask. `max_bytes=1_000_000` makes several calls of one whose request would
be larger, but leaves together what is to be kept together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import Any, TypeAlias

import attrs
import numpy as np

from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source

Positions: TypeAlias = "np.ndarray[Any, Any]"

# Rows that do not follow each other are named up to here.
NAMED = 5
# A column of so many rows is looked through while a person waits for nothing. Of a longer one the first rows are looked
# at, then a few times as many, as long as that costs little beside the whole.
AT_ONCE, TIMES = 10_000, 8
# And so many values are counted.
VALUES_AT_ONCE = 20_000


@attrs.frozen
class Grouping:
    """Which rows share a call.

    Attributes:
        words: What it is called on a screen.
        needs_column: Whether it looks at the values of a column.
        batches: From the source, the settings and the rows to part, to the positions of each batch's rows.
        count: From the same to how many batches there are, without making them where that can be.
    """

    words: str
    needs_column: bool
    batches: Callable[[Source, Settings, Sequence[int]], Iterator[Sequence[int]]]
    count: Callable[[Source, Settings, Sequence[int]], int]


def _in_row_order(_source: Source, settings: Settings, among: Sequence[int]) -> Iterator[Sequence[int]]:
    """The rows as they come, as many in a batch as the settings allow."""
    step = settings.rows_per_call
    for start in range(0, len(among), step):
        yield among[start : start + step]


def _count_in_row_order(_source: Source, settings: Settings, among: Sequence[int]) -> int:
    return -(-len(among) // settings.rows_per_call)


def _by_column(source: Source, settings: Settings, among: Sequence[int]) -> Iterator[Sequence[int]]:
    """The rows of one value after those of another, in the order in which the values first come."""
    step, first = settings.rows_per_call, 0
    for batch in _full_at_first(source, settings, among):
        yield batch
        first += 1
    groups = _groups(source, settings, among)
    parted = (rows[start : start + step] for rows in groups for start in range(0, len(rows), step))
    yield from map(_positions, islice(parted, first, None))


def _full_at_first(source: Source, settings: Settings, among: Sequence[int]) -> Iterator[Sequence[int]]:
    """The full batches of the value that comes first, as far as they are found without a look at the whole column.

    What follows a batch that is full changes nothing about it.
    """
    position = group_position(source, settings)
    if position is None or is_known(source, settings) or among != range(len(source)):
        return
    step, start, end = settings.rows_per_call, 0, AT_ONCE
    while end <= AT_ONCE * TIMES and end * TIMES <= len(source):
        rows = source.first_value(position, end)
        while start + step <= len(rows):
            yield _positions(rows[start : start + step])
            start += step
        end *= TIMES


def _count_by_column(source: Source, settings: Settings, among: Sequence[int]) -> int:
    return int((-(-_sizes(source, settings, among) // settings.rows_per_call)).sum())


def _keep_together(source: Source, settings: Settings, among: Sequence[int]) -> Iterator[Sequence[int]]:
    """All rows of a value in one batch, as many values in a batch as the settings allow rows."""
    together: list[Positions] = []
    size = 0
    for rows in _groups(source, settings, among):
        if together and size + len(rows) > settings.rows_per_call:
            yield _positions(np.concatenate(together))
            together, size = [], 0
        together.append(rows)
        size += len(rows)
    if together:
        yield _positions(np.concatenate(together))


def _count_kept_together(source: Source, settings: Settings, among: Sequence[int]) -> int:
    batches, room = 0, 0
    for size in _sizes(source, settings, among).tolist():
        if not batches or size > room:
            batches, room = batches + 1, settings.rows_per_call
        room -= size
    return batches


GROUPINGS: dict[str, Grouping] = {
    "sequential": Grouping("in row order", needs_column=False, batches=_in_row_order, count=_count_in_row_order),
    "by column": Grouping("never mix values of …", needs_column=True, batches=_by_column, count=_count_by_column),
    "keep together": Grouping(
        "keep together rows of the same …", needs_column=True, batches=_keep_together, count=_count_kept_together
    ),
}


def batches(source: Source, settings: Settings, among: Sequence[int] | None = None) -> Iterator[Sequence[int]]:
    """Every row in exactly one batch; rows of one batch in the frame's order, as far as the grouping leaves it.

    Args:
        source: The bound frame. One without the column to group by has no batches.
        settings: How many records one call may hold, and which rows may share one.
        among: The positions of the rows to part, in order; all if left out.

    Returns:
        The positions of each batch's rows, from 0.
    """
    return GROUPINGS[settings.grouping].batches(source, settings, range(len(source)) if among is None else among)


def count(source: Source, settings: Settings, among: Sequence[int] | None = None) -> int:
    """How many batches there are."""
    return GROUPINGS[settings.grouping].count(source, settings, range(len(source)) if among is None else among)


def is_known(source: Source, settings: Settings) -> bool:
    """Whether all batches are counted at once, without a first look at every cell of a long column."""
    position = group_position(source, settings) if GROUPINGS[settings.grouping].needs_column else None
    return position is None or len(source) <= AT_ONCE * TIMES or source.is_ordered(position)


def is_shown(source: Source, settings: Settings, first: int, among: Sequence[int] | None = None) -> bool:
    """Whether the first batches are found at once, without a look at every cell of a long column."""
    if is_known(source, settings):
        return True
    rows = range(len(source)) if among is None else among
    full = _full_at_first(source, settings, rows) if settings.grouping == "by column" else iter(())
    return len(list(islice(full, first))) == first


def is_counted(source: Source, settings: Settings) -> bool:
    """Whether `count` takes no time that a person would notice."""
    position = group_position(source, settings) if GROUPINGS[settings.grouping].needs_column else None
    return position is None or (is_known(source, settings) and len(source.sizes(position)) <= VALUES_AT_ONCE)


def look_through(source: Source, settings: Settings) -> None:
    """Looks at every cell of the column to group by, so that from then on all about its batches is known."""
    position = group_position(source, settings)
    if position is not None:
        source.order(position)


def group_position(source: Source, settings: Settings) -> int | None:
    """The place of the column to group by; None where it is not there, or there twice, or what is bound is no frame."""
    if not len(source):
        return None
    places = [place for place, name in enumerate(source.frame.columns) if name == settings.group_by]
    return places[0] if len(places) == 1 else None


def _groups(source: Source, settings: Settings, among: Sequence[int]) -> Iterator[Positions]:
    """The positions of the rows of each value, in the order in which the values first come."""
    position = group_position(source, settings)
    if position is None or not len(among):
        return
    if among == range(len(source)):
        ordered, ends = source.order(position), source.ends(position)
    else:
        rows = np.asarray(among)
        ordered = rows[np.argsort(source.groups(position)[0][rows], kind="stable")]
        ends = np.cumsum(_sizes(source, settings, among))
    # One by one: whoever looks at the first batches waits for no others.
    yield from (ordered[start:end] for start, end in pairwise(chain([0], ends)))


def _sizes(source: Source, settings: Settings, among: Sequence[int]) -> Positions:
    """How many rows each value has, values that no row has left out."""
    position = group_position(source, settings)
    if position is None:
        return np.zeros(0, dtype=np.int64)
    if among == range(len(source)):
        return source.sizes(position)
    sizes = np.bincount(source.groups(position)[0][np.asarray(among)])
    return sizes[sizes > 0]


def _positions(rows: Positions) -> Sequence[int]:
    """Positions as the range that they are, or as a list."""
    first, last = int(rows[0]), int(rows[-1])
    if last - first == len(rows) - 1 and (rows[1:] > rows[:-1]).all():
        return range(first, last + 1)
    return rows.tolist()  # type: ignore[no-any-return]


def together(parts: Sequence[Sequence[int]]) -> Sequence[int]:
    """The rows of some batches, one batch after the other: as a range where they are one."""
    if parts and all(isinstance(each, range) for each in parts) and all(a[-1] + 1 == b[0] for a, b in pairwise(parts)):
        return range(parts[0][0], parts[-1][-1] + 1)
    return [*chain.from_iterable(parts)]


def rows_text(rows: Sequence[int]) -> str:
    """Some rows for people: `row 7`, `rows 0–99`, `rows 3, 5, 6 …`."""
    if not len(rows):
        return "no rows"
    if len(rows) == 1:
        return f"row {rows[0]:,}"
    if isinstance(rows, range) or rows == list(range(rows[0], rows[-1] + 1)):
        return f"rows {rows[0]:,}–{rows[-1]:,}"
    return f"rows {', '.join(f'{row:,}' for row in rows[:NAMED])}{' …' if len(rows) > NAMED else ''}"
