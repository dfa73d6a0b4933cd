"""What a column is, and what a cell is: the one list of all that can be sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types


def kind(dtype: Any) -> str:
    """The kind of column that a dtype makes; "" for a dtype that cannot be sent."""
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


def cell_kind(cell: type) -> str:
    """The kind of column that cells of a type make; "" for a type that cannot be sent."""
    return next((kind for known, kind in CELLS if issubclass(cell, known)), "")


def plain(column: pd.Series) -> pd.Series:
    """The same values without a wrapping that only saves space, and Arrow's dates and times as pandas' own."""
    if isinstance(column.dtype, pd.SparseDtype):
        return column.sparse.to_dense()
    if not isinstance(column.dtype, pd.ArrowDtype):
        return column
    inner = column.dtype.pyarrow_dtype
    if hasattr(inner, "value_type") and hasattr(inner, "index_type"):
        return plain(column.astype(pd.ArrowDtype(inner.value_type)))
    if kind(column.dtype) != "moment":
        return column
    unit = getattr(inner, "unit", "ms" if "date64" in str(inner) else "s")
    return column.astype(f"datetime64[{unit}, UTC]" if getattr(inner, "tz", None) else f"datetime64[{unit}]")
