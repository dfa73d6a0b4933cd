"""What cannot be sent, named by row and column: looked for once, column by column, before the first call."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from odoo_widgets.flow import records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from odoo_widgets.flow.settings import Settings

Rows: TypeAlias = "np.ndarray[Any, Any]"
# The rows that cannot be sent, and the sentence about them: what is wrong, and what to do.
Finding: TypeAlias = "tuple[Rows, str]"

# Odoo's formats have four-digit years; both calendars agree from the year 1 on.
FIRST, LAST = np.datetime64("0001-01-01", "s"), np.datetime64("9999-12-31T23:59:59", "s")
# orjson and PostgreSQL's bigint end here.
LARGEST = 2**63


def problems(frame: pd.DataFrame, settings: Settings) -> tuple[str, ...]:
    """What keeps a frame from being sent.

    Args:
        frame: The bound frame.
        settings: The settings that it is to be sent with.

    Returns:
        One sentence for each problem; none if the frame can be sent.
    """
    return tuple(_shape(frame, settings)) or tuple(_values(frame, settings))


def row_name(index: pd.Index, row: int) -> str:
    """How a row is called in a sentence: its position from 0, and its label where that is another."""
    label = index[row]
    return f"row {row}" if isinstance(label, int | np.integer) and label == row else f"row {row} (index {label!r})"


def _shape(frame: object, settings: Settings) -> Iterator[str]:
    if not isinstance(frame, pd.DataFrame):
        yield f"The data is a {type(frame).__name__}, not a pandas DataFrame. Make it one with pd.DataFrame(…)."
        return
    if not len(frame):
        yield "The frame has no rows."
    others = [name for name in frame.columns if not isinstance(name, str)]
    if others:
        yield (
            f"The column name {others[0]!r} is not text, so no field can be called like it. "
            "Rename it: df.columns = df.columns.map(str)."
        )
    counts = Counter(name for name in frame.columns if name not in settings.exclude)
    doubles = [(name, count) for name, count in counts.items() if count > 1]
    if doubles:
        yield "The column name {!r} stands {} times. Rename or drop all but one.".format(*doubles[0])
    if "" in frame.columns:
        yield "A column has an empty name. Rename it to a field's name, or exclude it."
    if all(name in settings.exclude for name in frame.columns):
        yield (
            "The frame has no columns."
            if not len(frame.columns)
            else "All columns are excluded: nothing is left to send."
        )


def _values(frame: pd.DataFrame, settings: Settings) -> Iterator[str]:
    for position, name in enumerate(frame.columns):
        if name in settings.exclude:
            continue
        column = frame.iloc[:, position]
        for rows, sentence in _column(column, settings.timezone):
            others = f", and {len(rows) - 1:,} more rows" if len(rows) > 1 else ""
            yield f"Column {name!r}, {row_name(frame.index, int(rows[0]))}{others}: {sentence}"


def _column(column: pd.Series, zone: str | None) -> Iterator[Finding]:
    kind = records.kind(column.dtype)
    if kind == "":
        yield np.arange(len(column)), f"values of the type {column.dtype} cannot be sent. Make them numbers or text."
    elif kind == "category":
        codes = column.cat.codes.to_numpy()
        for bad, sentence in _column(pd.Series(column.cat.categories), zone):
            rows = np.flatnonzero(np.isin(codes, bad))
            if len(rows):
                yield rows, sentence
    elif kind == "object":
        yield from _objects(column, zone)
    else:
        for check in CHECKS[kind]:
            rows, sentence = check(column, zone)
            if len(rows):
                yield rows, sentence


def _objects(column: pd.Series, zone: str | None) -> Iterator[Finding]:
    """Sorts the cells by type, and checks those of one type as a column of their own."""
    present = np.flatnonzero(column.notna().to_numpy())
    cells = column.iloc[present].tolist()
    found = {cell: records.cell_kind(cell) for cell in set(map(type, cells))}
    for cell, kind in found.items():
        places = present[[type(value) is cell for value in cells]]
        if kind is None:
            what = f"a value of the type {cell.__name__} cannot be sent. Turn it into text, a number, a date or a time."
            yield places, what
            continue
        for check in CHECKS.get(kind, ()) if kind != "moment" else ():
            rows, sentence = check(column.iloc[places], zone)
            if len(rows):
                yield places[rows], sentence
    moments = [row for row, value in zip(present.tolist(), cells, strict=True) if isinstance(value, dt.datetime)]
    naive = np.array([row for row in moments if column.iloc[row].tzinfo is None], dtype=int)
    for rows, sentence in _column(records.naive_moments(column), zone) if len(naive) else ():
        yield naive[rows], sentence


def _none(_column: pd.Series, _zone: str | None) -> Finding:
    return np.array([], dtype=int), ""


def _infinite(column: pd.Series, _zone: str | None) -> Finding:
    numbers = column.to_numpy(dtype="float64", na_value=np.nan)
    return np.flatnonzero(np.isinf(numbers)), "infinity cannot be sent. Put a number there, or leave the cell empty."


def _too_large(column: pd.Series, _zone: str | None) -> Finding:
    numbers = column.to_numpy(dtype=object, na_value=0)
    rows = np.flatnonzero((numbers >= LARGEST) | (numbers < -LARGEST))
    return rows, "the number is larger than Odoo can hold. Send it as text."


def _without_zone(column: pd.Series, zone: str | None) -> Finding:
    naive = records.naive_moments(column)
    if zone or not len(naive) or records.moment_unit(column) == records.DATE:
        return _none(column, zone)
    rows = np.flatnonzero(naive.notna().to_numpy())
    return rows, "a time without a zone. Say where it was read, for example timezone='Europe/Brussels' or 'UTC'."


def _skipped_time(column: pd.Series, zone: str | None) -> Finding:
    if records.moment_unit(column) == records.DATE:
        return _none(column, zone)
    lost = records.in_utc(column, zone).isna().to_numpy() & column.notna().to_numpy()
    return np.flatnonzero(lost), f"the clocks in {zone} skip this time or show it twice. Give it with its zone."


def _off_calendar(column: pd.Series, _zone: str | None) -> Finding:
    moments = records.in_utc(column, None).to_numpy(dtype=records.MOMENT)
    rows = np.flatnonzero((moments < FIRST) | (moments > LAST))
    return rows, "the year does not have four digits. Correct it, or leave the cell empty."


def _unsendable_text(column: pd.Series, _zone: str | None) -> Finding:
    rows: list[int] = []
    for start in range(0, len(column), records.BLOCK):
        block = column.iloc[start : start + records.BLOCK]
        texts = block.where(block.notna(), "").tolist()
        if not _is_sendable("".join(texts)):
            rows += [start + row for row, text in enumerate(texts) if not _is_sendable(text)]
    return np.array(rows, dtype=int), (
        "the text holds a NUL or half a surrogate pair, which Odoo cannot store. "
        r"Remove it: .str.replace(r'[\x00\ud800-\udfff]', '', regex=True)."
    )


def _is_sendable(text: str) -> bool:
    # PostgreSQL stores no NUL (its manual, 8.3), and UTF-8 has no surrogates (RFC 3629, 3).
    return "\0" not in text and not any(map(_is_surrogate, set(text) if not text.isascii() else ""))


def _is_surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"


CHECKS: dict[str, tuple[Callable[[pd.Series, str | None], Finding], ...]] = {
    "boolean": (),
    "integer": (_too_large,),
    "float": (_infinite,),
    "moment": (_without_zone, _skipped_time, _off_calendar),
    "text": (_unsendable_text,),
}
