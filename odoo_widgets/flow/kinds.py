"""What a column is, and what a cell is: the one list of all that can be sent."""

from __future__ import annotations

import datetime as dt
import decimal
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types


def kind(dtype: Any) -> str:
    """The kind of column that a dtype makes; "" for a dtype that cannot be sent."""
    # A dtype of categories holds all of them, which is much to look up.
    return "category" if isinstance(dtype, pd.CategoricalDtype) else _kind(dtype)


@lru_cache(maxsize=256)
def _kind(dtype: Any) -> str:
    if isinstance(dtype, pd.ArrowDtype) and not _is_known(dtype):
        return ""
    if types.is_object_dtype(dtype):
        return "object"
    tests = {
        "boolean": types.is_bool_dtype,
        "integer": types.is_integer_dtype,
        "float": types.is_float_dtype,
        "moment": types.is_datetime64_any_dtype,
        "text": types.is_string_dtype,
    }
    return next((name for name, test in tests.items() if test(dtype)), "") or _arrow_kind(dtype)


def _is_known(dtype: pd.ArrowDtype) -> bool:
    """Whether pandas can say what the cells of an Arrow type are: it has no word for some, such as views of lists."""
    try:
        return dtype.type is not None
    except NotImplementedError:
        return False


# The kinds that only Arrow has columns for; pandas keeps such values as objects.
OF_ARROW = ("decimal", "binary", "nested")


def _arrow_kind(dtype: Any) -> str:
    # A map comes as a list of pairs, which is neither a dict nor a list of commands.
    if not isinstance(dtype, pd.ArrowDtype) or "map<" in str(dtype):
        return ""
    found = cell_kind(dtype.type)
    return found if found in OF_ARROW else ""


# The type of a cell, its heirs included, and the kind of column that such cells make. The first that fits counts:
# a bool is an int, a datetime is a date, and a span of time of NumPy's an integer.
CELLS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((np.timedelta64,), ""),
    ((str,), "text"),
    ((bool, np.bool_), "boolean"),
    ((int, np.integer), "integer"),
    ((float, np.floating), "float"),
    ((dt.datetime,), "moment"),
    ((dt.date,), "date"),
    ((decimal.Decimal,), "decimal"),
    ((bytes, bytearray, memoryview), "binary"),
    ((list, tuple, dict, np.ndarray), "nested"),
)


def cell_kind(cell: type) -> str:
    """The kind of column that cells of a type make; "" for a type that cannot be sent."""
    return next((kind for known, kind in CELLS if issubclass(cell, known)), "")


def is_missing(column: pd.Series) -> np.ndarray[Any, Any]:
    """Which cells of a column hold no value: None, NaN of floats and decimals, pd.NA, pd.NaT."""
    # pandas compares each decimal with itself, which raises for a signalling NaN (Python's decimal, Context.traps).
    with decimal.localcontext(decimal.Context(traps=[])):
        found: np.ndarray[Any, Any] = column.isna().to_numpy()
    if isinstance(column.dtype, pd.ArrowDtype) and kind(column.dtype) == "float":
        # Arrow tells a NaN from a missing cell.
        found = np.isnan(column.to_numpy(dtype="float64", na_value=np.nan))
    return found


def is_sendable(text: str) -> bool:
    """Whether Odoo can store a text: PostgreSQL stores no NUL (its manual, 8.3), UTF-8 no surrogates (RFC 3629, 3)."""
    try:
        # An heir of str may encode itself in its own way.
        return b"\0" not in str.encode(text)
    except UnicodeEncodeError:
        return False


def plain(column: pd.Series) -> pd.Series:
    """The same values without a wrapping that only saves space, and Arrow's dates and times as pandas' own."""
    if isinstance(column.dtype, pd.SparseDtype):
        return column.sparse.to_dense()
    if not isinstance(column.dtype, pd.ArrowDtype):
        return column
    inner = column.dtype.pyarrow_dtype
    if hasattr(inner, "value_type") and hasattr(inner, "index_type"):
        import pyarrow as pa  # noqa: PLC0415

        chunks = column.array.__arrow_array__().chunks
        data = pa.chunked_array([each.dictionary_decode() for each in chunks], inner.value_type)
        return plain(pd.Series(pd.arrays.ArrowExtensionArray(data), column.index))
    if kind(column.dtype) != "moment":
        return column
    # What pandas' own conversion makes, without a Python object for each cell.
    moments = column.array.__arrow_array__().to_numpy()
    naive = pd.Series(moments.astype("datetime64[s]") if moments.dtype == "datetime64[D]" else moments, column.index)
    return naive.dt.tz_localize("UTC") if getattr(inner, "tz", None) else naive
