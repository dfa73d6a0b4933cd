"""A DataFrame's rows as the values that go on the wire: the one place that knows pandas and its dtypes.

Whole columns are turned into Python lists, block by block, since that is ten times as fast as going cell by cell.
Only the missing cells are patched afterwards: a missing cell leaves its field out, so that Odoo's default applies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np
import pandas as pd
from pandas.api import types

if TYPE_CHECKING:

    from odoo_widgets.flow.settings import Settings

# A column's values, and the positions at which there is none.
Values: TypeAlias = "tuple[list[Any], np.ndarray[Any, Any]]"

# Whole numbers up to here are exact as floats (IEEE 754, binary64).
EXACT = 2**53
# Rows to look through at once: enough to be fast, few enough that a search through text stays small in memory.
BLOCK = 50_000
DATE, MOMENT = "datetime64[D]", "datetime64[s]"


@attrs.frozen
class Column:
    """One column of the frame, the field that it fills, and how its cells become values."""

    name: str
    field: str
    position: int
    values: Callable[[pd.Series], Values]


# --- one converter for each kind of column ---------------------------------------------------------------------------


def _booleans(_zone: str | None, _unit: str, column: pd.Series) -> Values:
    return column.to_numpy(dtype=bool, na_value=False).tolist(), _missing(column)


def _integers(_zone: str | None, _unit: str, column: pd.Series) -> Values:
    wide = "uint64" if types.is_unsigned_integer_dtype(column.dtype) else "int64"
    return column.to_numpy(dtype=wide, na_value=0).tolist(), _missing(column)


def _floats(_zone: str | None, _unit: str, column: pd.Series) -> Values:
    numbers = column.to_numpy(dtype="float64", na_value=np.nan)
    values = numbers.tolist()
    # pandas turns integers into floats as soon as one is missing; 12.0 goes out as the 12 that it was.
    whole = np.flatnonzero((numbers == np.floor(numbers)) & (np.abs(numbers) <= EXACT))
    for position, number in zip(whole.tolist(), numbers[whole].astype("int64").tolist(), strict=True):
        values[position] = number
    return values, np.flatnonzero(np.isnan(numbers))


def _moments(zone: str | None, unit: str, column: pd.Series) -> Values:
    moments = in_utc(column, zone if unit == MOMENT else None).to_numpy(dtype=unit)
    missing = np.isnat(moments)
    width = len("2026-03-01") if unit == DATE else len("2026-03-01T10:20:30")
    text = np.datetime_as_string(moments).astype(f"U{width}")
    if unit == MOMENT:
        # Odoo refuses the T of ISO 8601 (odoo/tools/misc.py, DEFAULT_SERVER_DATETIME_FORMAT): put a space there.
        text.view(np.uint32).reshape(-1, width)[:, len("2026-03-01")] = ord(" ")
    return text.tolist(), np.flatnonzero(missing)


def _texts(_zone: str | None, _unit: str, column: pd.Series) -> Values:
    return column.tolist(), _missing(column)


def _categories(zone: str | None, unit: str, column: pd.Series) -> Values:
    categories = pd.Series(column.cat.categories)
    values, _ = KINDS[kind(categories.dtype)](zone, unit, categories)
    codes = column.cat.codes.to_numpy()
    values.append(None)  # what the code -1 of a missing cell looks up
    return [values[code] for code in codes.tolist()], np.flatnonzero(codes < 0)


def _objects(zone: str | None, unit: str, column: pd.Series) -> Values:
    missing = _missing(column)
    values = column.tolist()
    for position in missing.tolist():
        values[position] = None
    converters = {each: _cell(each, zone, unit) for each in set(map(type, values))}
    if not set(converters) <= {str, type(None)}:
        values = [converters[type(value)](value) for value in values]
    return values, missing


KINDS: dict[str, Callable[[str | None, str, pd.Series], Values]] = {
    "boolean": _booleans,
    "integer": _integers,
    "float": _floats,
    "moment": _moments,
    "text": _texts,
    "category": _categories,
    "object": _objects,
}


def kind(dtype: Any) -> str:
    """The kind of column that a dtype makes: a name in `KINDS`, or "" for a dtype that cannot be sent."""
    if isinstance(dtype, pd.CategoricalDtype):
        return "category"
    if types.is_object_dtype(dtype):
        return "object"
    tests = {
        "boolean": types.is_bool_dtype,
        "integer": types.is_integer_dtype,
        "float": types.is_float_dtype,
        "moment": types.is_datetime64_any_dtype,
        "text": types.is_string_dtype,
    }
    return next((name for name, test in tests.items() if test(dtype)), "")


# --- the cells of a column that holds arbitrary objects --------------------------------------------------------------


def _whole_float(value: float) -> float | int:
    return int(value) if value.is_integer() and abs(value) <= EXACT else float(value)


def _moment_cell(zone: str | None, unit: str, value: dt.datetime) -> str:
    # A cell that has a zone keeps its time, whatever the naive cells beside it are.
    unit = unit if value.tzinfo is None else MOMENT
    return str(_moments(zone, unit, pd.Series([pd.Timestamp(value)]))[0][0])


# The type of a cell, its heirs included, and the kind of column that such cells make. The first that fits counts:
# a bool is an int, a datetime is a date.
CELLS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((str,), "text"),
    ((bool, np.bool_), "boolean"),
    ((int, np.integer), "integer"),
    ((float, np.floating), "float"),
    ((dt.datetime,), "moment"),
    ((dt.date,), "date"),
)


def cell_kind(cell: type) -> str | None:
    """The kind of column that cells of a type make; None for a type that cannot be sent."""
    return next((kind for known, kind in CELLS if issubclass(cell, known)), None)


def _cell(cell: type, zone: str | None, unit: str) -> Callable[[Any], Any]:
    converters: dict[str | None, Callable[[Any], Any]] = {
        "text": str,
        "boolean": bool,
        "integer": int,
        "float": _whole_float,
        "moment": partial(_moment_cell, zone, unit),
        "date": dt.date.isoformat,
    }
    return converters.get(cell_kind(cell), _unsent)


def _unsent(value: Any) -> Any:
    """A missing cell, or one that `problems` names before anything is sent."""
    return value


# --- dates and times -------------------------------------------------------------------------------------------------


def in_utc(column: pd.Series, zone: str | None) -> pd.Series:
    """Moments as naive UTC. A time that the zone skips or has twice becomes missing; `problems` names it."""
    if isinstance(column.dtype, pd.ArrowDtype):
        column = column.astype("datetime64[us, UTC]" if _has_zone(column.dtype) else "datetime64[us]")
    if not _has_zone(column.dtype):
        if zone is None:
            return column
        column = column.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    return column.dt.tz_convert("UTC").dt.tz_localize(None)


def _has_zone(dtype: object) -> bool:
    return getattr(getattr(dtype, "pyarrow_dtype", dtype), "tz", None) is not None


def naive_moments(column: pd.Series) -> pd.Series:
    """The naive moments among the cells of a column, as datetimes; empty where there are none."""
    if kind(column.dtype) == "category":
        column = pd.Series(column.cat.categories)
    if kind(column.dtype) == "moment":
        return column.iloc[:0] if _has_zone(column.dtype) else column
    if kind(column.dtype) != "object":
        return column.iloc[:0]
    cells = [pd.Timestamp(v) for v in column.tolist() if isinstance(v, dt.datetime) and not pd.isna(v)]
    return pd.Series([cell for cell in cells if cell.tzinfo is None], dtype="datetime64[us]")


def moment_unit(column: pd.Series) -> str:
    """Whether a column's moments go out as dates: they do where all of them are naive midnights.

    Midnight in Brussels, shifted to UTC, is the day before: a date must not be shifted.
    """
    naive = naive_moments(column)
    if not len(naive):
        return MOMENT
    for start in range(0, len(naive), BLOCK):
        moments = naive.iloc[start : start + BLOCK].to_numpy(dtype="datetime64[us]")
        moments = moments[~np.isnat(moments)]
        if (moments != moments.astype(DATE)).any():
            return MOMENT
    return DATE


# --- a frame ---------------------------------------------------------------------------------------------------------


def _missing(column: pd.Series) -> np.ndarray[Any, Any]:
    return np.flatnonzero(column.isna().to_numpy())


def columns(frame: pd.DataFrame, settings: Settings) -> tuple[Column, ...]:
    """The columns that go into the payload, in the frame's order, each with its converter.

    Args:
        frame: The bound frame. A naive datetime column is looked through once, to tell dates from times.
        settings: Which columns stay out, and the zone of naive times.

    Returns:
        One Column for each column of the payload.
    """
    found = []
    for position, name in enumerate(frame.columns):
        if name in settings.exclude:
            continue
        column = frame.iloc[:, position]
        convert = KINDS.get(kind(column.dtype), _objects)
        found.append(Column(name, name, position, partial(convert, settings.timezone, moment_unit(column))))
    return tuple(found)


def records(block: pd.DataFrame, columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """The rows of a block as records.

    Args:
        block: Some rows of the frame, with all its columns.
        columns: What `columns` says of the frame.

    Returns:
        One dict of field to value for each row; a missing cell leaves its field out.
    """
    converted = [column.values(block.iloc[:, column.position]) for column in columns]
    fields = [column.field for column in columns]
    if not converted:
        return [{} for _ in range(len(block))]
    rows = [dict(zip(fields, row, strict=True)) for row in zip(*(values for values, _ in converted), strict=True)]
    for field, (_, missing) in zip(fields, converted, strict=True):
        for position in missing.tolist():
            del rows[position][field]
    return rows
