"""One frame in memory, or several frames one after the other: told apart, and said to whoever gives the wrong ones."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from odoo_widgets.flow import foreign
from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.source import Source

# What can be walked through, and is no row of frames: one frame, or none.
NO_FRAMES = (pd.DataFrame, Source, str, bytes, Mapping, np.ndarray, pd.Series, pd.Index, set, frozenset)


def are_frames(data: object) -> bool:
    """Whether something is several frames; what is neither is one, and `problems` says what is wrong with it."""
    if isinstance(data, NO_FRAMES) or foreign.is_foreign(data):
        return False
    if isinstance(data, list | tuple):
        return all(isinstance(each, pd.DataFrame | Source) or foreign.is_foreign(each) for each in data)
    return is_dask(data) or isinstance(data, Iterable)


def is_dask(data: object) -> bool:
    """Whether something is a DataFrame of Dask's; a program that has none has not imported it."""
    module = sys.modules.get("dask.dataframe")
    return module is not None and isinstance(data, module.DataFrame)


def not_one(data: object) -> str:
    """What is wrong with data where one frame is wanted, as a sentence; empty if it is one."""
    found = foreign.as_pandas(data)
    if isinstance(found, pd.DataFrame | Source):
        return ""
    name = f"{type(data).__name__} of Dask's" if is_dask(data) else type(data).__name__
    if are_frames(data):
        return f"The data is a {name}: several frames, which only a send takes. Give one of them, such as the first."
    if hasattr(data, "collect"):
        return f"The data is a {name}, which is not computed yet. Give what its collect() returns."
    return f"The data is a {name}, not a pandas DataFrame. Make it one with pd.DataFrame(…)."


def one(data: object) -> Source:
    """The Source of one frame.

    Raises:
        DataError: It is none, or several.
    """
    if wrong := not_one(data):
        raise DataError([wrong])
    return data if isinstance(data, Source) else Source(foreign.as_pandas(data))
