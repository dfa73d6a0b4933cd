"""Records made one cell at a time: slow and obvious, to hold the fast way against."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import json
import math
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd


def is_missing(cell: Any) -> bool:
    if isinstance(cell, decimal.Decimal):
        return cell.is_nan()
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


def inner(cell: Any, zone: str | None) -> Any:
    return False if is_missing(cell) else value(cell, zone, only_midnights=False)


def nested(cell: Any, zone: str | None) -> Any:
    if isinstance(cell, dict):
        return {"".join(key): inner(each, zone) for key, each in cell.items()}
    return [inner(each, zone) for each in cell]


def exact(cell: Any) -> bool | int | float:
    if not isinstance(cell, decimal.Decimal):
        return bool(cell) if isinstance(cell, bool | np.bool_) else int(cell)
    number = json.loads(f"{cell:f}")
    return int(number) if number == int(number) and abs(number) < 2**63 else float(number)


def written(cell: Any) -> str:
    if isinstance(cell, bytes | bytearray | memoryview):
        return base64.encodebytes(bytes(cell)).decode().replace("\n", "")
    return "".join(cell)


def value(cell: Any, zone: str | None, *, only_midnights: bool) -> Any:
    if isinstance(cell, pd.Timestamp):
        cell = cell.to_pydatetime(warn=False)
    if isinstance(cell, dict | list | tuple | np.ndarray):
        return nested(cell, zone)
    if isinstance(cell, bool | np.bool_ | int | np.integer | decimal.Decimal):
        return exact(cell)
    if isinstance(cell, float | np.floating):
        return int(cell) if float(cell).is_integer() and abs(cell) <= 2**53 else float(cell)
    if isinstance(cell, dt.datetime):
        return moment(cell, zone, only_midnights=only_midnights)
    return day(cell) if isinstance(cell, dt.date) else written(cell)


def is_lines(cell: Any) -> bool:
    listed = isinstance(cell, list | tuple) or (isinstance(cell, np.ndarray) and cell.ndim == 1)
    return listed and len(cell) > 0 and all(isinstance(each, dict) for each in cell)


def lines(cells: list[Any], zone: str | None) -> list[Any]:
    """Each cell of a column that has lines: a missing value stays out of its line, as it does out of its row."""
    every = [line for cell in cells if is_lines(cell) for line in cell]
    midnights = {}
    for name in {name for line in every for name in line}:
        naive = [line[name] for line in every if name in line and is_naive_moment(line[name])]
        midnights[name] = bool(naive) and all(cell.time() == dt.time() for cell in naive)

    def made(line: dict[str, Any]) -> dict[str, Any]:
        return {
            "".join(name): value(each, zone, only_midnights=midnights[name])
            for name, each in line.items()
            if not is_missing(each)
        }

    return [[made(line) for line in cell] if is_lines(cell) else cell for cell in cells]


def records(frame: pd.DataFrame, zone: str | None = None, exclude: Any = ()) -> list[dict[str, Any]]:
    rows = [{} for _ in range(len(frame))]
    for name in frame.columns:
        if name in exclude:
            continue
        cells = [frame[name].iloc[row] for row in range(len(frame))]
        # A sparse column shows NumPy's own times.
        cells = [pd.Timestamp(cell) if isinstance(cell, np.datetime64) else cell for cell in cells]
        if any(is_lines(cell) and any(cell) for cell in cells):
            for row, cell, told in zip(rows, cells, lines(cells, zone), strict=True):
                if is_lines(cell):
                    row[name] = told
                elif not is_missing(cell) and not (isinstance(cell, list | tuple | np.ndarray) and len(cell) == 0):
                    row[name] = value(cell, zone, only_midnights=False)
            continue
        naive = [cell for cell in cells if is_naive_moment(cell)]
        only_midnights = bool(naive) and all(cell.time() == dt.time() for cell in naive)
        for row, cell in zip(rows, cells, strict=True):
            if not is_missing(cell):
                row[name] = value(cell, zone, only_midnights=only_midnights)
    return rows


def typed(rows: int) -> list[Any]:
    """Records with the types beside the values, since 1 == True == 1.0."""
    return [[(name, type(value), value) for name, value in row.items()] for row in rows]
