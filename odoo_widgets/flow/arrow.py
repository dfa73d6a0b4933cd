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
    return _listed(pa.array(moments.astype(unit)), as_text=True)


def _listed(data: Any, *, as_text: bool = False) -> Values:
    """Arrow's values as a list; those that repeat are made once."""
    import pyarrow as pa  # noqa: PLC0415

    data = data.combine_chunks() if isinstance(data, pa.ChunkedArray) else data
    if not pa.types.is_dictionary(data.type):
        first = data[:SOME].to_pylist()
        if len(set(first)) > len(first) // 2:
            texts = data.cast(pa.string()) if as_text else data
            return texts.to_numpy(zero_copy_only=False).tolist(), np.flatnonzero(data.is_null().to_numpy(False))
        data = data.dictionary_encode()
    distinct = data.dictionary.cast(pa.string()) if as_text else data.dictionary
    found = [*distinct.to_pylist(), None]
    codes = data.indices.cast(pa.int64()).fill_null(len(found) - 1).to_numpy()
    # A dictionary may have a missing value among its own.
    nothing = [code for code, value in enumerate(found) if value is None]
    return [found[code] for code in codes.tolist()], np.flatnonzero(np.isin(codes, nothing))
