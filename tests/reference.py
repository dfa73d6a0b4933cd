"""Records made one cell at a time: slow and obvious, to hold the fast way against."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd


def is_missing(cell: Any) -> bool:
    return any(cell is nothing for nothing in (None, pd.NA, pd.NaT)) or (
        isinstance(cell, float | np.floating) and math.isnan(cell)
    )


def is_naive_moment(cell: Any) -> bool:
    return isinstance(cell, dt.datetime) and not is_missing(cell) and cell.tzinfo is None


def day(cell: Any) -> str:
    return f"{cell.year:04}-{cell.month:02}-{cell.day:02}"


def moment(cell: Any, zone: str | None, *, only_midnights: bool) -> str:
    if cell.tzinfo is None:
        if only_midnights:
            return day(cell)
        cell = cell.replace(tzinfo=ZoneInfo(zone))
    cell = cell.astimezone(dt.UTC)
    return f"{day(cell)} {cell.hour:02}:{cell.minute:02}:{cell.second:02}"


def value(cell: Any, zone: str | None, *, only_midnights: bool) -> Any:
    if isinstance(cell, pd.Timestamp):
        cell = cell.to_pydatetime(warn=False)
    if isinstance(cell, bool | np.bool_):
        return bool(cell)
    if isinstance(cell, int | np.integer):
        return int(cell)
    if isinstance(cell, float | np.floating):
        return int(cell) if float(cell).is_integer() and abs(cell) <= 2**53 else float(cell)
    if isinstance(cell, dt.datetime):
        return moment(cell, zone, only_midnights=only_midnights)
    return day(cell) if isinstance(cell, dt.date) else "".join(cell)


def records(frame: pd.DataFrame, zone: str | None = None, exclude: Any = ()) -> list[dict[str, Any]]:
    rows = [{} for _ in range(len(frame))]
    for name in frame.columns:
        if name in exclude:
            continue
        cells = [frame[name].iloc[row] for row in range(len(frame))]
        # A sparse column shows NumPy's own times.
        cells = [pd.Timestamp(cell) if isinstance(cell, np.datetime64) else cell for cell in cells]
        naive = [cell for cell in cells if is_naive_moment(cell)]
        only_midnights = bool(naive) and all(cell.time() == dt.time() for cell in naive)
        for row, cell in zip(rows, cells, strict=True):
            if not is_missing(cell):
                row[name] = value(cell, zone, only_midnights=only_midnights)
    return rows


def typed(rows: int) -> list[Any]:
    """Records with the types beside the values, since 1 == True == 1.0."""
    return [[(name, type(value), value) for name, value in row.items()] for row in rows]
