"""Moments, and columns of Arrow's own, as lists that Arrow makes in a third of the time that pandas takes.

pandas uses pyarrow where it is installed, and so does this; without it, `values.values` does the same.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from odoo_widgets.flow.kinds import kind
from odoo_widgets.flow.moments import DATE, MOMENT

if TYPE_CHECKING:
    from odoo_widgets.flow.values import Column, Values


# Arrow's names for text.
TEXTS = ("string", "large_string")
# Values to look at, to see whether they repeat.
SOME = 100


def values(cells: pd.Series, column: Column) -> Values | None:
    """The values of some cells of a column, as `values.values` gives them.

    Args:
        cells: The cells as the frame has them, without problems.
        column: What is known of the whole column.

    Returns:
        One value for each cell, and the positions of those that are missing; None where Arrow is no help.
    """
    if isinstance(cells.dtype, pd.ArrowDtype) and hasattr(inner := cells.dtype.pyarrow_dtype, "index_type"):
        return _listed(cells.array.__arrow_array__()) if str(inner.value_type) in TEXTS else None
    if (
        isinstance(cells.array, pd.arrays.ArrowStringArray | pd.arrays.ArrowExtensionArray)
        and kind(cells.dtype) == "text"
    ):
        # Arrow holds nothing but plain text: no cell needs to be looked at.
        return _listed(cells.array.__arrow_array__())
    if kind(cells.dtype) != "moment" or isinstance(cells.dtype, pd.SparseDtype) or not _is_there():
        return None
    # Times of a zone need its rules, which pandas has. A time with a zone goes out in full, whatever the others are.
    zoned = getattr(cells.dtype, "tz", None) or getattr(getattr(cells.dtype, "pyarrow_dtype", None), "tz", None)
    unit = MOMENT if zoned else column.unit
    return _texts(cells, unit) if zoned or unit == DATE or column.zone in (None, "UTC") else None


@cache
def _is_there() -> bool:
    return find_spec("pyarrow") is not None


def _texts(cells: pd.Series, unit: str) -> Values:
    import pyarrow as pa  # noqa: PLC0415

    # NumPy cuts times before 1970 downwards, as later ones are, and both keep UTC of times with a zone.
    own = isinstance(cells.dtype, pd.ArrowDtype)
    moments = cells.array.__arrow_array__().to_numpy() if own else cells.to_numpy(dtype=f"M8[{cells.dt.unit}]")
    data = pa.array(moments.astype(unit))
    # There are not as many days as rows.
    return _looked_up(data.dictionary_encode()) if unit == DATE else _listed(data)


def _listed(data: Any) -> Values:
    """Arrow's values as a list; those that repeat are made once."""
    import pyarrow as pa  # noqa: PLC0415

    data = data.combine_chunks() if isinstance(data, pa.ChunkedArray) else data
    if pa.types.is_dictionary(data.type):
        return _looked_up(data)
    first = _objects(data[:SOME]).tolist()
    if len(set(first)) <= len(first) // 2:
        return _looked_up(data.dictionary_encode())
    return _objects(data).tolist(), np.flatnonzero(data.is_null().to_numpy(zero_copy_only=False))


def _looked_up(data: Any) -> Values:
    """The values of an array that names each by its place in a dictionary."""
    import pyarrow as pa  # noqa: PLC0415

    distinct = np.array([*_objects(data.dictionary), None], dtype=object)
    codes = data.indices.cast(pa.int64()).fill_null(len(distinct) - 1).to_numpy()
    # A dictionary may have a missing value among its own.
    return distinct[codes].tolist(), np.flatnonzero(pd.isna(distinct)[codes])


def _objects(data: Any) -> np.ndarray[Any, Any]:
    """Texts, or moments as text, as NumPy's objects."""
    import pyarrow as pa  # noqa: PLC0415

    texts = data.cast(pa.string()) if pa.types.is_temporal(data.type) else data
    found: np.ndarray[Any, Any] = texts.to_numpy(zero_copy_only=False)
    return found
