"""A DataFrame's rows as records: dicts of field to value, as they go on the wire.

A missing cell leaves its field out, so that Odoo's default applies, or empties it where the settings say so.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from odoo_widgets.flow import arrow, lines
from odoo_widgets.flow.cells import value as cell_value
from odoo_widgets.flow.comparing import LINK
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.kinds import is_missing, plain
from odoo_widgets.flow.source import Source, once
from odoo_widgets.flow.steps import used_apart
from odoo_widgets.flow.values import Column, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pandas as pd

    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.values import Values


def columns(data: pd.DataFrame | Source, settings: Settings) -> tuple[Column, ...]:
    """The columns that go into the payload, in the frame's order.

    Args:
        data: The bound frame.
        settings: Which columns stay out, and the zone of naive times.

    Returns:
        One Column for each column of the payload.
    """
    return _columns(Source.of(data), settings)


@once
def _columns(source: Source, settings: Settings) -> tuple[Column, ...]:
    left_out = {*settings.exclude, *([settings.ids] if settings.needs_ids else []), *used_apart(settings)}
    return tuple(
        Column(
            name,
            settings.field_of(str.__str__(name)),
            position,
            settings.timezone,
            source.unit(position),
            settings.missing.get(name, "omit"),
            _flat(settings, settings.field_of(str.__str__(name))),
            str.__str__(name) in settings.add,
            _lines(source, position, settings),
        )
        for position, name in enumerate(source.frame.columns)
        if name not in left_out
    )


def _lines(source: Source, position: int, settings: Settings) -> tuple[Column, ...]:
    """The columns of the lines in a column: each is called by a path, such as `order_line/price_unit`."""
    found = source.lines(position) if settings.makes_lines else None
    if found is None:
        return ()
    above, inside = str.__str__(source.frame.columns[position]), found[1]
    paths = {name: f"{above}/{str.__str__(name)}" for name in inside.frame.columns}
    return tuple(
        Column(
            name,
            settings.fields.get(paths[name], str.__str__(name)),
            place,
            settings.timezone,
            inside.unit(place),
            settings.missing.get(paths[name], "omit"),
            adds=paths[name] in settings.add,
        )
        for place, name in enumerate(inside.frame.columns)
        if paths[name] not in settings.exclude
    )


def written_again(data: pd.DataFrame | Source, settings: Settings) -> tuple[Column, ...]:
    """The columns that only a step after the rows writes, and those with the figures that are expected.

    Args:
        data: The bound frame, which has each of them once.
        settings: Which steps there are.
    """
    names = [*(name for step in settings.steps for name in step.columns), *settings.expect.values()]
    return _apart(Source.of(data), settings, names)


def written_by_steps(data: pd.DataFrame | Source, settings: Settings) -> tuple[Column, ...]:
    """The same without the figures, as far as the frame has them: those whose cells may lead to records."""
    source = Source.of(data)
    there = source.frame.columns.drop_duplicates(keep=False) if settings.steps else ()
    return _apart(source, settings, [name for step in settings.steps for name in step.columns if name in there])


def _apart(source: Source, settings: Settings, names: Sequence[str]) -> tuple[Column, ...]:
    sent = {column.name for column in columns(source, settings)} if names else set()
    return tuple(
        Column(name, settings.field_of(name), position, settings.timezone, source.unit(position))
        for name in dict.fromkeys(names)
        if name not in sent
        for position in (source.frame.columns.get_loc(name),)
    )


def _flat(settings: Settings, name: str) -> str:
    """Why a column holds no lists; see `Column.flat`."""
    target = settings.endpoint
    if target.operation == "load":
        return (
            "load takes text, not a list or dict. Look the records up, and send their ids as one text such as '3,7' "
            f"in a column called {name + '/.id'!r}."
        )
    if target.protocol == "rest" and not FORMATS[settings.content_format].nested:
        return f"{settings.content_format} holds text, not a list or dict. Use JSON or XML, or exclude the column."
    return ""


def ids(block: pd.DataFrame, settings: Settings) -> list[int] | None:
    """The database id of each row's record.

    Args:
        block: Some rows of a frame without problems, with all its columns.
        settings: Which column holds the ids, if the operation needs any.

    Returns:
        One id for each row, 0 for a row of an upsert without one; None if the operation needs none.
    """
    if not settings.needs_ids:
        return None
    column = plain(block.iloc[:, block.columns.get_loc(settings.ids)])
    missing = set(np.flatnonzero(is_missing(column)).tolist())
    return [0 if place in missing else int(value) for place, value in enumerate(column.tolist())]


def records(block: pd.DataFrame, columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """The rows of a block as records.

    Args:
        block: Some rows of the frame, with all its columns.
        columns: What `columns` says of the frame.

    Returns:
        One dict of field to value for each row; a missing cell leaves its field out, or holds None where it clears.
    """
    found = [converted(block.iloc[:, column.position], column) for column in columns]
    return next(in_parts(found, columns, [len(block)]))


def converted(cells: pd.Series, column: Column) -> Values:
    """What goes out of some cells of a column.

    Args:
        cells: The cells as the frame has them, without problems.
        column: What is known of the whole column.

    Returns:
        As `values.values`.
    """
    if column.lines:
        return nested(cells, column)
    if column.adds:
        return _added(values(plain(cells), column))
    return arrow.values(cells, column) or values(plain(cells), column)


def in_parts(
    found: Sequence[Values], columns: tuple[Column, ...], sizes: Iterable[int]
) -> Iterator[list[dict[str, Any]]]:
    """Rows as records, in parts: each is made when it is taken.

    The cells of a block are converted at once, its dicts are not: while few of them are there, they stay in the
    processor's cache.

    Args:
        found: For each column what `converted` says of the rows.
        columns: As for `records`.
        sizes: How many rows each part has, from the first row on.

    Returns:
        The records of one part after the other.
    """
    if not columns:
        for size in sizes:
            yield [{} for _ in range(size)]
        return
    rows = zip(*(cells for cells, _ in found), strict=True)
    made = _dicts(tuple(column.field for column in columns))
    gaps, gap_columns = _gaps(columns, found)
    fates = [(column.field, column.missing == "clear") for column in columns]
    gap_fields = [fates[column] for column in gap_columns]
    start = 0
    for size in sizes:
        part = made(islice(rows, size))
        first, last = bisect_left(gaps, start), bisect_left(gaps, start + size)
        for gap, (field, clears) in zip(gaps[first:last], gap_fields[first:last], strict=True):
            if clears:
                part[gap - start][field] = None
            else:
                del part[gap - start][field]
        yield part
        start += size


def nested(column_cells: pd.Series, column: Column) -> Values:
    """The values of some cells of a column that has lines: those of a cell as a list of records.

    Args:
        column_cells: Some cells of the column, without problems.
        column: What is known of the whole column.

    Returns:
        As `values.values`. A cell without any line is missing: an empty list would say nothing to Odoo either.
    """
    table = lines.of_cells(column_cells, [each.name for each in column.lines])
    # Of the columns of all lines, some may stay out.
    inside = tuple(attrs.evolve(each, position=place) for place, each in enumerate(column.lines))
    made = records(table.frame, inside)
    starts, ends = table.starts.tolist(), table.ends.tolist()
    held = plain(column_cells)
    absent = is_missing(held).copy()
    found: list[Any] = []
    for place, (cell, start, end) in enumerate(zip(held.tolist(), starts, ends, strict=True)):
        is_empty = absent[place] or (lines.is_list(cell) and not len(cell))
        absent[place] = is_empty
        found.append(made[start:end] if start < end else None if is_empty else cell_value(cell, column.zone))
    return found, np.flatnonzero(absent)


def _added(found: Values) -> Values:
    """Lists of ids as commands that add these; anything else, such as commands of its own, as it is."""
    cells, missing = found
    are_ids = (isinstance(cell, list) and all(type(each) is int for each in cell) for cell in cells)
    added = ([[LINK, each, 0] for each in cell] if ids else cell for cell, ids in zip(cells, are_ids, strict=True))
    return list(added), missing


def _gaps(columns: tuple[Column, ...], converted: Sequence[Values]) -> tuple[list[int], list[int]]:
    """The rows that miss a value, from the first on, each as often as it misses one; and the column, from 0."""
    # As text, an empty one and a missing one are the same.
    places = [
        np.union1d(missing, np.array([place for place, value in enumerate(found) if value == ""], dtype=int))
        if column.flat
        else missing
        for column, (found, missing) in zip(columns, converted, strict=True)
    ]
    together = np.concatenate(places)
    order = np.argsort(together, kind="stable")
    return together[order].tolist(), np.repeat(np.arange(len(places)), list(map(len, places)))[order].tolist()


@lru_cache(maxsize=16)
def _dicts(fields: tuple[str, ...]) -> Callable[[Iterable[tuple[Any, ...]]], list[dict[str, Any]]]:
    """A function from rows to dicts that names every field in its own text, which is twice as fast as `dict(zip())`."""
    names = [f"value_{place}" for place in range(len(fields))]
    pairs = ", ".join(f"{field!r}: {name}" for field, name in zip(fields, names, strict=True))
    made: Callable[[Iterable[tuple[Any, ...]]], list[dict[str, Any]]] = eval(  # noqa: S307 - a field gets in as a literal
        f"lambda rows: [{{{pairs}}} for {', '.join(names)}, in rows]"
    )
    return made
