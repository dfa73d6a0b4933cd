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


def values(cells: pd.Series, column: Column) -> Values | None:
    """The values of some cells of a column, as `values.values` gives them.

    Args:
        cells: The cells as the frame has them, without problems.
        column: What is known of the whole column.

    Returns:
        One value for each cell, and the positions of those that are missing; None where Arrow is no help.
    """
    if isinstance(cells.dtype, pd.ArrowDtype) and hasattr(inner := cells.dtype.pyarrow_dtype, "index_type"):
        return _dictionary(cells.array.__arrow_array__()) if str(inner.value_type) in TEXTS else None
    if (
        isinstance(cells.array, pd.arrays.ArrowStringArray | pd.arrays.ArrowExtensionArray)
        and kind(cells.dtype) == "text"
    ):
        # Arrow holds nothing but plain text: no cell needs to be looked at.
        return cells.to_numpy(dtype=object).tolist(), np.flatnonzero(cells.isna().to_numpy())
    if kind(cells.dtype) != "moment" or isinstance(cells.dtype, pd.SparseDtype) or not _is_there():
        return None
    import pyarrow as pa  # noqa: PLC0415

    data = pa.array(cells, from_pandas=True)
    # Times of a zone need its rules, which pandas has. A time with a zone goes out in full, whatever the others are.
    zoned = getattr(data.type, "tz", None) is not None
    unit = MOMENT if zoned else column.unit
    return _texts(data, unit) if zoned or unit == DATE or column.zone in (None, "UTC") else None


@cache
def _is_there() -> bool:
    return find_spec("pyarrow") is not None


def _missing(data: Any) -> np.ndarray[Any, Any]:
    return np.flatnonzero(data.is_null().to_numpy(zero_copy_only=False))


def _texts(data: Any, unit: str) -> Values:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    wanted = {DATE: pa.date32(), MOMENT: pa.timestamp("s")}[unit]
    if pa.types.is_timestamp(data.type):
        # Times before 1970 are cut downwards, as later ones are.
        data = pc.floor_temporal(data.cast(pa.timestamp(data.type.unit)), unit="second")
    return data.cast(wanted, safe=False).cast(pa.string()).to_pylist(), _missing(data)


def _dictionary(data: Any) -> Values:
    import pyarrow as pa  # noqa: PLC0415

    data = data.combine_chunks() if isinstance(data, pa.ChunkedArray) else data
    found = [*data.dictionary.to_pylist(), None]
    codes = data.indices.fill_null(len(found) - 1).to_numpy(zero_copy_only=False)
    return [found[code] for code in codes.tolist()], _missing(data)
