"""What cannot be sent in a column: the rows, and the sentence about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pandas as pd
from pandas.api import types

from odoo_widgets.flow import cells, moments, unsendable
from odoo_widgets.flow.kinds import cell_kind, is_missing, is_sendable, kind, plain
from odoo_widgets.flow.limits import Limits, check
from odoo_widgets.flow.lines import Lines, of_cells
from odoo_widgets.flow.moments import FIRST, LAST
from odoo_widgets.flow.unsendable import UnsendableError, shown
from odoo_widgets.flow.values import Column, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# No zone is further than a day from UTC.
A_DAY = np.timedelta64(1, "D")
# What the fields end in that lead to one record, by Odoo's rule for their names (its Coding guidelines, Symbols and
# Conventions), and the columns of ids.
OF_IDS = ("_id", "/.id")
# Cells to look through at once: enough to be fast, few enough to stay small in memory.
BLOCK = 50_000


@attrs.frozen
class Finding:
    """What is wrong with some rows of a column.

    Attributes:
        rows: Their positions in the cells that were looked at.
        sentence: What is wrong, and what to do.
        value: What is wrong in the first of them, as it is shown, where that is not the whole cell.
        lines: What the first lines in them are called that it is about; empty where it is about none.
    """

    rows: np.ndarray[Any, Any]
    sentence: str
    value: str = ""
    lines: tuple[str, ...] = ()


def findings(column_cells: pd.Series, column: Column, limits: Limits | None = None) -> Iterator[Finding]:
    """What cannot be sent in a column.

    Args:
        column_cells: What `Column.cells` gives.
        column: What is known of the whole column.
        limits: What the protocol carries; looked at as soon as nothing else is wrong.

    Returns:
        One finding for each sort of wrong cell.
    """
    if column.lines:
        found = list(_lines(column_cells, column, limits))
    else:
        found = [each for each in _column(column_cells, column) if len(each.rows)]
    if limits and not found and not column.lines:
        found = [*_beyond(column_cells, column, limits)]
    yield from found
    if column.missing == "reject" and len(rows := np.flatnonzero(is_missing(column_cells))):
        yield Finding(rows, "the cell is empty, and missing='reject' wants none. Fill it, or choose omit or clear.")


def _lines(column_cells: pd.Series, column: Column, limits: Limits | None) -> Iterator[Finding]:
    """What cannot be sent in the lines of a column; of other lists in it, what could not be sent elsewhere either."""
    table = of_cells(column_cells, [each.name for each in column.lines])
    yield from in_lines(table, column, lambda cells, inner: findings(cells, inner, limits))
    # What clears a field is no line either where that is all there is.
    empty = np.logical_and.reduce([is_missing(plain(table.frame.iloc[:, at])) for at in range(len(column.lines))])
    if len(lines := np.flatnonzero(empty)):
        yield Finding(table.cells(lines), unsendable.EMPTY_LINE.format(place=table.place(int(lines[0]))))
    named = [each.field for each in column.lines if not is_sendable(each.field)]
    if named:
        yield Finding(np.flatnonzero(table.starts < table.ends), unsendable.TEXT, f"{shown(named[0])} inside a list")
    others = np.flatnonzero(table.starts == table.ends)
    for each in findings(column_cells.iloc[others], attrs.evolve(column, lines=(), missing="omit"), limits):
        yield attrs.evolve(each, rows=others[each.rows])


def in_lines(table: Lines, column: Column, look: Callable[[pd.Series, Column], Iterator[Finding]]) -> Iterator[Finding]:
    """What a look at the columns of lines finds, by the cells that hold these.

    Args:
        table: The lines.
        column: The column that they stand in.
        look: From the cells of one column of lines, and that, to what is wrong in it.

    Yields:
        One for each: its rows are cells of the column, its sentence names the first line and the name in it.
    """
    for place, inner in enumerate(column.lines):
        cells = plain(table.frame.iloc[:, place])
        for each in look(cells, inner):
            if not len(each.rows):
                continue
            first = int(each.rows[0])
            held = each.value or ("" if is_missing(cells)[first] else shown(cells.iloc[first]))
            sentence = f"line {table.place(first)}, {inner.name!r}: {each.sentence}"
            yield Finding(table.cells(each.rows), sentence, held or "nothing there", table.called(each.rows))


def _beyond(column_cells: pd.Series, column: Column, limits: Limits) -> Iterator[Finding]:
    def checked() -> Iterator[tuple[int, Any]]:
        for start in range(0, len(column_cells), BLOCK):
            found, missing = values(column_cells.iloc[start : start + BLOCK], column)
            absent = set(missing.tolist())
            # What stands where a cell is missing is never sent.
            yield from ((start + row, value) for row, value in enumerate(found) if row not in absent)

    yield from _each(checked(), lambda value: check(value, limits, as_text=bool(column.flat)))


def _each(numbered: Iterable[tuple[int, Any]], look: Callable[[Any], object]) -> Iterator[Finding]:
    """Looks at one cell after the other; a finding for each sentence that comes up."""
    found: dict[str, tuple[list[int], str]] = {}
    for row, cell in numbered:
        try:
            look(cell)
        except UnsendableError as error:
            inside = f"{shown(error.value)} inside a {type(cell).__name__}" if error.value is not cell else ""
            found.setdefault(error.sentence, ([], inside))[0].append(row)
        except Exception:  # noqa: BLE001 - whatever a stranger raises, its cell cannot be sent
            found.setdefault(unsendable.strange(type(cell)), ([], ""))[0].append(row)
    for sentence, (rows, inside) in found.items():
        yield Finding(np.array(rows), sentence, inside)


def _column(column_cells: pd.Series, column: Column) -> Iterator[Finding]:
    return COLUMNS.get(kind(column_cells.dtype), _unknown)(column_cells, column)


# --- one check for each kind of column -------------------------------------------------------------------------------


def _unknown(column_cells: pd.Series, _column: Column) -> Iterator[Finding]:
    yield Finding(
        np.flatnonzero(~is_missing(column_cells)),
        f"values of the type {column_cells.dtype} cannot be sent. Make them numbers or text.",
    )


def _fine(_cells: pd.Series, _column: Column) -> Iterator[Finding]:
    yield from ()


def _integers(column_cells: pd.Series, _column: Column) -> Iterator[Finding]:
    # Whole numbers with a sign end where Odoo's do.
    if types.is_unsigned_integer_dtype(column_cells.dtype):
        numbers = column_cells.to_numpy(dtype="uint64", na_value=0)
        yield Finding(np.flatnonzero(numbers >= cells.LARGEST), unsendable.LARGE)


def _floats(column_cells: pd.Series, column: Column) -> Iterator[Finding]:
    with np.errstate(over="ignore"):
        numbers = column_cells.to_numpy(dtype="float64", na_value=np.nan)
    infinite = np.flatnonzero(np.isinf(numbers))
    # NumPy has longer floats than those that go out.
    long = np.array([not np.isinf(cell) for cell in column_cells.iloc[infinite].tolist()], dtype=bool)
    yield Finding(infinite[~long], unsendable.INFINITE)
    yield Finding(infinite[long], unsendable.LARGE)
    if column.field.endswith(OF_IDS):
        yield Finding(np.flatnonzero(np.isfinite(numbers) & (numbers != np.floor(numbers))), unsendable.NO_ID)


def _moments(column_cells: pd.Series, column: Column) -> Iterator[Finding]:
    known = moments.in_utc(column_cells, None)
    off = _outside(known, FIRST, LAST)
    yield Finding(np.flatnonzero(off), unsendable.YEAR)
    if moments.has_zone(column_cells) or column.unit == moments.DATE:
        return
    known = known.mask(off)
    if column.zone is None:
        yield Finding(np.flatnonzero(known.notna().to_numpy()), unsendable.NO_ZONE)
        return
    if column.zone == "UTC":
        return
    edge = _outside(known, FIRST + A_DAY, LAST - A_DAY)
    yield Finding(np.flatnonzero(edge), unsendable.EDGE)
    known = known.mask(edge)
    utc = moments.in_utc(known, column.zone)
    yield Finding(np.flatnonzero(utc.isna().to_numpy() & known.notna().to_numpy()), unsendable.clocks(column.zone))


def _outside(naive: pd.Series, first: np.datetime64, last: np.datetime64) -> np.ndarray[Any, Any]:
    seconds = naive.to_numpy(dtype=moments.MOMENT)
    outside: np.ndarray[Any, Any] = (seconds < first) | (seconds > last)
    return outside


def _texts(column_cells: pd.Series, _column: Column) -> Iterator[Finding]:
    rows: list[int] = []
    for start in range(0, len(column_cells), BLOCK):
        texts = column_cells.iloc[start : start + BLOCK].fillna("").to_numpy(dtype=object).tolist()
        if not is_sendable("".join(texts)):
            rows += [start + row for row, text in enumerate(texts) if not is_sendable(text)]
    yield Finding(np.array(rows, dtype=int), unsendable.TEXT)


def _categories(column_cells: pd.Series, column: Column) -> Iterator[Finding]:
    codes = column_cells.cat.codes.to_numpy()
    for found in _column(plain(pd.Series(column_cells.cat.categories)), column):
        yield attrs.evolve(found, rows=np.flatnonzero(np.isin(codes, found.rows)))


def _values(column_cells: pd.Series, column: Column) -> Iterator[Finding]:
    present = np.flatnonzero(~is_missing(column_cells))
    numbered = zip(present.tolist(), column_cells.iloc[present].tolist(), strict=True)
    yield from _each(numbered, lambda cell: cells.value(cell, column.zone))


def _nested(column_cells: pd.Series, column: Column) -> Iterator[Finding]:
    if column.flat:
        yield Finding(np.flatnonzero(~is_missing(column_cells)), column.flat)
        return
    yield from _values(column_cells, column)


def _objects(column_cells: pd.Series, column: Column) -> Iterator[Finding]:
    """Sorts the cells by what they are, and looks at those of one kind as a column of their own."""
    present = np.flatnonzero(~is_missing(column_cells))
    found = column_cells.iloc[present].tolist()
    sorts = {cell: cell_kind(cell) for cell in set(map(type, found))}
    if all(CELLS[sort] is _fine for sort in sorts.values()):
        return
    places: dict[tuple[str, type | bool], list[int]] = {}
    if len(sorts) == 1 and "moment" not in sorts.values():
        # As text mostly is: no cell has to be sorted.
        places = {(sort, cell): present.tolist() for cell, sort in sorts.items()}
    else:
        for place, cell in zip(present.tolist(), found, strict=True):
            sort = sorts[type(cell)]
            detail = cell.tzinfo is None if sort == "moment" else type(cell)
            places.setdefault((sort, detail), []).append(place)
    for (sort, detail), rows in places.items():
        same = column_cells.iloc[rows]
        if sort == "moment":
            stamps = moments.of_cells(same.tolist())
            same = stamps if detail else stamps.dt.tz_localize("UTC")
        for each in CELLS[sort](same, column):
            yield attrs.evolve(each, rows=np.array(rows)[each.rows])


COLUMNS: dict[str, Callable[[pd.Series, Column], Iterator[Finding]]] = {
    "boolean": _fine,
    "integer": _integers,
    "float": _floats,
    "moment": _moments,
    "text": _texts,
    "category": _categories,
    "object": _objects,
    "decimal": _values,
    "binary": _fine,
    "nested": _nested,
}
# The kinds of cells in a column of objects. Whole numbers of Python's have no end, and a stranger is only a cell.
CELLS = {**COLUMNS, "integer": _values, "date": _fine, "": _values}
