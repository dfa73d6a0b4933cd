"""What cannot be sent, named by row and column: looked for once, column by column, before the first call."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from odoo_widgets.flow import moments
from odoo_widgets.flow.kinds import cell_kind, kind, plain
from odoo_widgets.flow.operations import OPERATIONS
from odoo_widgets.flow.records import Column, Source, columns, numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from odoo_widgets.flow.settings import Settings

# The rows that cannot be sent, and the sentence about them: what is wrong, and what to do.
Finding: TypeAlias = "tuple[np.ndarray[Any, Any], str]"

# Odoo's formats have four-digit years.
FIRST, LAST = np.datetime64("0001-01-01", "s"), np.datetime64("9999-12-31T23:59:59", "s")
A_DAY = np.timedelta64(1, "D")
# orjson and PostgreSQL's bigint end here.
LARGEST = 2**63
# PostgreSQL's integer, which Odoo numbers records with, ends here.
LAST_ID = 2**31 - 1
# Texts to look through at once: enough to be fast, few enough to stay small in memory.
BLOCK = 50_000


def problems(data: pd.DataFrame | Source, settings: Settings, rows: range | None = None) -> tuple[str, ...]:
    """What keeps a frame from being sent.

    Args:
        data: The bound frame.
        settings: The settings that it is to be sent with.
        rows: Positions of the rows to look at; all if left out.

    Returns:
        One sentence for each problem; none if the frame can be sent.
    """
    source = Source.of(data)
    rows = range(len(source)) if rows is None else rows
    return tuple(shape(source.frame, settings)) or tuple(_values(source, settings, rows))


def row_name(index: pd.Index, row: int) -> str:
    """How a row is called in a sentence: its position from 0, and its label where that is another."""
    label = index[row]
    return f"row {row}" if isinstance(label, int | np.integer) and label == row else f"row {row} (index {label!r})"


def takes_values(settings: Settings) -> bool:
    """Whether the columns are values to send."""
    return OPERATIONS[settings.endpoint.operation].takes_values


# --- the frame -------------------------------------------------------------------------------------------------------


def shape(frame: object, settings: Settings) -> Iterator[str]:
    """What keeps a frame from being sent whatever its values are."""
    if not isinstance(frame, pd.DataFrame):
        yield f"The data is a {type(frame).__name__}, not a pandas DataFrame. Make it one with pd.DataFrame(…)."
        return
    if not len(frame):
        yield "The frame has no rows."
    if not len(frame.columns):
        yield "The frame has no columns."
        return
    others = [name for name in frame.columns if not isinstance(name, str)]
    if others:
        yield (
            f"The column name {others[0]!r} is not text, so no field can be called like it. "
            "Rename it: df.columns = df.columns.map(str)."
        )
    names = [name for name in frame.columns if isinstance(name, str) and name not in settings.exclude]
    doubles = [(name, count) for name, count in Counter(names).items() if count > 1]
    if doubles:
        yield "The column name {!r} stands {} times. Rename or drop all but one.".format(*doubles[0])
    if "" in names:
        yield "A column has an empty name. Rename it to a field's name, or drop it."
    unsendable = [name for name in names if not _is_sendable(name)]
    if unsendable:
        yield f"The column name {unsendable[0]!r} holds a NUL or half a surrogate pair. Rename it to a field's name."
    own = sum(isinstance(name, str) and name == settings.ids for name in frame.columns)
    if settings.needs_ids and own != 1:
        there = f"{own} are" if own else "none is"
        yield (
            f"{settings.endpoint.operation} needs one column of database ids, and {there} called {settings.ids!r}. "
            "Say which it is: ids='…'."
        )
    values = [name for name in names if not (settings.needs_ids and name == settings.ids)]
    if not values and not others and takes_values(settings):
        yield "All columns are excluded: nothing is left to send."


def _values(source: Source, settings: Settings, rows: range) -> Iterator[str]:
    part = source.frame.iloc[rows.start : rows.stop]
    if settings.needs_ids:
        yield from _ids(source, settings, rows)
    for column in columns(source, settings) if takes_values(settings) else ():
        for found, sentence in chain(_column(column.cells(part), column), _missing(column.cells(part), column)):
            if len(found):
                first = row_name(source.frame.index, rows.start + int(found[0]))
                yield f"Column {column.name!r}, {first}{_more(len(found) - 1)}: {sentence}"


def _ids(source: Source, settings: Settings, rows: range) -> Iterator[str]:
    position = source.frame.columns.get_loc(settings.ids)
    found = numbers(plain(source.frame.iloc[rows.start : rows.stop, position])).to_numpy()
    wrong = ~((found > 0) & (found == np.floor(found)) & (found <= LAST_ID))
    doubled = source.repeated(position)[rows.start : rows.stop] & ~wrong
    for found, sentence in (
        (np.flatnonzero(wrong), "this is not the id of a record. Ids are whole numbers above 0, none missing."),
        (np.flatnonzero(doubled), "another row above is for the same record. Keep one row for each record."),
    ):
        if len(found):
            first = row_name(source.frame.index, rows.start + int(found[0]))
            yield f"Column {settings.ids!r}, {first}{_more(len(found) - 1)}: {sentence}"


def _missing(cells: pd.Series, column: Column) -> Iterator[Finding]:
    if column.missing == "reject":
        rows = np.flatnonzero(cells.isna().to_numpy())
        yield rows, "the cell is empty, and missing='reject' wants none. Fill it, or choose omit or clear."


def _more(rows: int) -> str:
    return f", and {rows:,} more row{'s' if rows > 1 else ''}" if rows else ""


# --- its columns -----------------------------------------------------------------------------------------------------


def _column(cells: pd.Series, column: Column) -> Iterator[Finding]:
    found = COLUMNS.get(kind(cells.dtype), _unknown)
    return found(cells, column)


def _unknown(cells: pd.Series, _column: Column) -> Iterator[Finding]:
    yield (
        np.flatnonzero(cells.notna().to_numpy()),
        f"values of the type {cells.dtype} cannot be sent. Make them numbers or text.",
    )


def _fine(_cells: pd.Series, _column: Column) -> Iterator[Finding]:
    yield from ()


def _integers(cells: pd.Series, _column: Column) -> Iterator[Finding]:
    numbers = cells.to_numpy(dtype=object, na_value=0)
    yield (
        np.flatnonzero((numbers >= LARGEST) | (numbers < -LARGEST)),
        "the number is larger than Odoo can hold. Send it as text.",
    )


def _floats(cells: pd.Series, _column: Column) -> Iterator[Finding]:
    numbers = cells.to_numpy(dtype="float64", na_value=np.nan)
    yield np.flatnonzero(np.isinf(numbers)), "infinity cannot be sent. Put a number there, or leave the cell empty."


def _moments(cells: pd.Series, column: Column) -> Iterator[Finding]:
    known = moments.in_utc(cells, None)
    off = _outside(known, FIRST, LAST)
    yield np.flatnonzero(off), "the year does not have four digits. Correct it, or leave the cell empty."
    if moments.has_zone(cells) or column.unit == moments.DATE:
        return
    known = known.mask(off)
    if column.zone is None:
        yield (
            np.flatnonzero(known.notna().to_numpy()),
            "a time without a zone. Say where it was read, for example timezone='Europe/Brussels' or 'UTC'.",
        )
        return
    # No zone is further than a day from UTC.
    edge = _outside(known, FIRST + A_DAY, LAST - A_DAY) if column.zone != "UTC" else np.zeros(len(known), dtype=bool)
    yield np.flatnonzero(edge), "this close to the end of the calendar, only dates and times in UTC can be sent."
    known = known.mask(edge)
    utc = moments.in_utc(known, column.zone)
    yield (
        np.flatnonzero(utc.isna().to_numpy() & known.notna().to_numpy()),
        f"the clocks in {column.zone} skip this time or show it twice. Give it with its zone.",
    )


def _outside(naive: pd.Series, first: np.datetime64, last: np.datetime64) -> np.ndarray[Any, Any]:
    seconds = naive.to_numpy(dtype=moments.MOMENT)
    outside: np.ndarray[Any, Any] = (seconds < first) | (seconds > last)
    return outside


def _texts(cells: pd.Series, _column: Column) -> Iterator[Finding]:
    rows: list[int] = []
    for start in range(0, len(cells), BLOCK):
        block = cells.iloc[start : start + BLOCK]
        texts = block.where(block.notna(), "").tolist()
        if not _is_sendable("".join(texts)):
            rows += [start + row for row, text in enumerate(texts) if not _is_sendable(text)]
    sentence = (
        "the text holds a NUL or half a surrogate pair, which Odoo cannot store. "
        r"Remove it: .str.replace(r'[\x00\ud800-\udfff]', '', regex=True)."
    )
    yield np.array(rows, dtype=int), sentence


def _is_sendable(text: str) -> bool:
    # PostgreSQL stores no NUL (its manual, 8.3), and UTF-8 has no surrogates (RFC 3629, 3).
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _categories(cells: pd.Series, column: Column) -> Iterator[Finding]:
    codes = cells.cat.codes.to_numpy()
    for bad, sentence in _column(plain(pd.Series(cells.cat.categories)), column):
        yield np.flatnonzero(np.isin(codes, bad)), sentence


def _objects(cells: pd.Series, column: Column) -> Iterator[Finding]:
    """Sorts the cells by what they are, and looks at those of one kind as a column of their own."""
    present = np.flatnonzero(cells.notna().to_numpy())
    values = cells.iloc[present].tolist()
    sorts = {cell: cell_kind(cell) for cell in set(map(type, values))}
    places: dict[tuple[str, type | bool], list[int]] = {}
    for place, value in zip(present.tolist(), values, strict=True):
        sort = sorts[type(value)]
        places.setdefault((sort, value.tzinfo is None if sort == "moment" else type(value)), []).append(place)
    for (sort, detail), rows in places.items():
        same = cells.iloc[rows]
        if sort == "moment":
            stamps = moments.of_cells(same.tolist())
            same = stamps if detail else stamps.dt.tz_localize("UTC")
        for bad, sentence in CELLS[sort](same, column):
            yield np.array(rows)[bad], sentence


def _strange(cells: pd.Series, _column: Column) -> Iterator[Finding]:
    cell = type(cells.iloc[0]).__name__
    yield (
        np.arange(len(cells)),
        f"a value of the type {cell} cannot be sent. Turn it into text, a number, a date or a time.",
    )


COLUMNS: dict[str, Callable[[pd.Series, Column], Iterator[Finding]]] = {
    "boolean": _fine,
    "integer": _integers,
    "float": _floats,
    "moment": _moments,
    "text": _texts,
    "category": _categories,
    "object": _objects,
}
# The kinds of cells in a column of objects.
CELLS = {**COLUMNS, "date": _fine, "": _strange}
