"""Dates and times: which moments of a column are dates, and how both are written for Odoo."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from odoo_widgets.flow.kinds import kind, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

# How moments go out: as days, or to the second.
DATE, MOMENT = "datetime64[D]", "datetime64[s]"
# Odoo's formats have four-digit years.
FIRST, LAST = np.datetime64("0001-01-01", "s"), np.datetime64("9999-12-31T23:59:59", "s")
# Rows to look at first, since most columns show in these that they hold more than dates.
SOME = 1_000


def has_zone(column: pd.Series) -> bool:
    """Whether the moments of a column carry a zone."""
    return isinstance(column.dtype, pd.DatetimeTZDtype)


def unit(column: pd.Series) -> str:
    """Whether a column's naive moments go out as dates: they do where all of them are midnights.

    Midnight in Brussels, shifted to UTC, is the day before: a date must not be shifted.

    Args:
        column: A column of any kind, the whole of it, as the frame has it.

    Returns:
        `DATE` or `MOMENT`.
    """
    # Moments are looked at in part: the whole of them takes long to change into NumPy's.
    column = column if kind(column.dtype) == "moment" else plain(column)
    if kind(column.dtype) == "category":
        used = column.cat.remove_unused_categories() if _may_hold_moments(column.cat.categories.dtype) else column
        column = pd.Series(used.cat.categories)
    if kind(column.dtype) == "object":
        cells = column.tolist()
        some = any(issubclass(cell, dt.datetime) for cell in set(map(type, cells)))
        times = {cell.time() for cell in cells if some and _is_moment(cell) and cell.tzinfo is None}
        return DATE if times == {dt.time()} else MOMENT
    if kind(column.dtype) != "moment" or has_zone(plain(column.iloc[:1])) or column.isna().all():
        return MOMENT
    parts = (plain(part).dropna().to_numpy() for part in (column.iloc[:SOME], column))
    return DATE if all((moments == moments.astype(DATE)).all() for moments in parts) else MOMENT


def holds_naive(column: pd.Series) -> bool:
    """Whether a column of any kind holds moments without a zone."""
    if kind(column.dtype) == "category":
        column = pd.Series(column.cat.categories)
    if kind(column.dtype) == "object":
        cells = column.tolist()
        some = any(issubclass(cell, dt.datetime) for cell in set(map(type, cells)))
        return some and any(_is_moment(cell) and cell.tzinfo is None for cell in cells)
    return kind(column.dtype) == "moment" and not has_zone(column) and bool(column.notna().any())


def _may_hold_moments(dtype: Any) -> bool:
    return kind(dtype) in ("moment", "object")


def _is_moment(cell: object) -> bool:
    return isinstance(cell, dt.datetime) and cell is not pd.NaT


def of_cells(cells: Iterable[dt.datetime]) -> pd.Series:
    """Naive cells as a column of datetimes; of cells with a zone, their UTC."""
    return pd.Series(np.array([pd.Timestamp(cell).to_datetime64().astype(MOMENT) for cell in cells], dtype=MOMENT))


def in_utc(column: pd.Series, zone: str | None) -> pd.Series:
    """Moments as naive UTC. A time that the zone skips or has twice becomes missing; `problems` names it."""
    if not has_zone(column):
        if zone is None:
            return column
        # Nanoseconds end in 2262, where a zone may lead beyond; seconds do not.
        column = column.astype(MOMENT).dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    return column.dt.tz_convert("UTC").dt.tz_localize(None)


def texts(column: pd.Series, zone: str | None, unit: str) -> tuple[list[str], np.ndarray[Any, Any]]:
    """A column of moments as Odoo's text, and where there is none.

    Args:
        column: The moments.
        zone: The zone of naive ones.
        unit: Whether they go out as dates.

    Returns:
        One text for each row, and the positions of missing ones.
    """
    moments = in_utc(column, zone if unit == MOMENT else None).to_numpy(dtype=unit)
    width = len("2026-03-01") if unit == DATE else len("2026-03-01T10:20:30")
    text = np.datetime_as_string(moments).astype(f"U{width}")
    if unit == MOMENT:
        # Odoo refuses the T of ISO 8601 (odoo/tools/misc.py, DEFAULT_SERVER_DATETIME_FORMAT): put a space there.
        text.view(np.uint32).reshape(-1, width)[:, len("2026-03-01")] = ord(" ")
    return text.tolist(), np.flatnonzero(np.isnat(moments))


def text_of(cell: dt.datetime, zone: str | None, unit: str) -> str:
    """One moment as Odoo's text. A cell that has a zone keeps its time, whatever the cells beside it are."""
    moment = pd.Timestamp(cell)
    if moment.tzinfo is not None:
        unit = MOMENT
    elif unit == MOMENT:
        moment = moment.tz_localize(zone)
    return str(moment.to_datetime64().astype(unit)).replace("T", " ")
