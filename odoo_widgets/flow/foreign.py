"""Frames of other libraries as pandas' own, by the interface that they share: Arrow's PyCapsule interface.

Arrow's tables and batches have it, and so have the frames of Polars, DuckDB and others
(arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html). Cells stay Arrow's own: whole numbers with a
missing one among them stay whole.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pandas as pd

from odoo_widgets.flow.errors import DataError

INTERFACE = ("__arrow_c_stream__", "__arrow_c_array__")


def is_foreign(data: object) -> bool:
    """Whether something is a frame of another library; a stream of frames is none."""
    one = any(hasattr(data, name) for name in INTERFACE) and not hasattr(data, "__next__")
    return one and not isinstance(data, pd.DataFrame | pd.Series | pd.Index)


def as_pandas(data: Any) -> Any:
    """A frame as pandas' own; anything that is no frame as it is.

    Raises:
        DataError: It takes pyarrow to read it, which is not there.
    """
    if not is_foreign(data):
        return data
    if find_spec("pyarrow") is None:
        raise DataError(
            [f"A frame of {type(data).__module__} needs pyarrow. Install it with: pip install 'odoo-widgets[files]'."]
        )
    import pyarrow as pa  # noqa: PLC0415

    try:
        return pa.table(data).to_pandas(types_mapper=pd.ArrowDtype)
    except pa.ArrowInvalid:
        # A column alone has the interface too.
        return data
