"""One cell as the value that goes on the wire, or why it cannot go.

A list, tuple or array is a list of commands or ids, a dict holds fields or properties; what is in them goes out as it
would in a cell of its own. A missing value in them is false, Odoo's own word for an empty field.

What a cell becomes in Odoo:

* Text, numbers, truth and categories, NumPy's and Arrow's too: the same; 12.0 goes out as 12.
* A `Decimal`: the number of the same digits; refused where a number in JSON would lose some.
* A date, or a column that is all midnights: a date, never shifted.
* A time with a zone: UTC, as Odoo keeps times, midnight too: 1 March in Brussels is 2026-02-28 23:00:00. Where days are
  meant, take the zone off: `df["day"].dt.tz_localize(None)`.
* A time without a zone: UTC, read in the zone of `timezone`, which it needs.
* Bytes: base64, for files and pictures.
* A list: ids, or commands: `[[0, 0, {"product_id": 7, "product_uom_qty": 2}]]` adds a line to an order.
* A list of dicts: the lines of a document, see `documents`; over REST, and for properties, as it is. Other fields that
  lead to records take none, and neither does a `write` without a key.
* A dict: as it is, for properties.
* A missing cell: nothing, so that the field stays out; `missing={"email": "clear"}` empties it, and `"reject"` refuses
  the frame. An empty list changes nothing in Odoo: to clear tags, leave the cell missing and say `clear`.

Over REST in form and CSV, and for `load`, every cell is text.
"""

from __future__ import annotations

import base64
import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from odoo_widgets.flow import moments, unsendable
from odoo_widgets.flow.kinds import cell_kind, is_sendable
from odoo_widgets.flow.unsendable import UnsendableError

if TYPE_CHECKING:
    import decimal
    from collections.abc import Callable

# Whole numbers up to here are exact as floats (IEEE 754, binary64).
EXACT = 2**53
# Below, every hundredth is told from the next: a float has 15 digits for sure (C11, 5.2.4.2.2, DBL_DIG).
HUNDREDTHS = 10**13
# orjson and PostgreSQL's bigint end here.
LARGEST = 2**63
# No command of Odoo's is nested as deep; a list that holds itself is.
DEEPEST = 50


def value(cell: Any, zone: str | None) -> Any:
    """The value of one cell.

    Args:
        cell: A cell of any type.
        zone: The zone of naive times.

    Returns:
        A text, number, truth, list or dict; false for a missing cell.

    Raises:
        UnsendableError: The cell, or a value in it, cannot be sent.
    """
    return _value(cell, zone, 0)


def _value(cell: Any, zone: str | None, depth: int) -> Any:
    kind = cell_kind(type(cell))
    if kind == "nested" and np.ndim(cell if isinstance(cell, np.ndarray) else [0]):
        if depth == DEEPEST:
            raise UnsendableError(unsendable.DEEP, cell)
        if isinstance(cell, dict):
            return {_key(key): _value(each, zone, depth + 1) for key, each in cell.items()}
        return [_value(each, zone, depth + 1) for each in cell]
    if _is_nothing(cell, kind):
        return False
    return CELLS.get(kind, _strange)(cell, zone)


def _is_nothing(cell: Any, kind: str) -> bool:
    return (
        cell is None
        or cell is pd.NA
        or cell is pd.NaT
        or (kind == "float" and bool(np.isnan(cell)))
        or (kind == "decimal" and cell.is_nan())
    )


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise UnsendableError(unsendable.KEY, key)
    return text(key)


def text(cell: str, _zone: str | None = None) -> str:
    """A text; of an enumeration's member its text, where str() gives its name."""
    if not is_sendable(cell):
        raise UnsendableError(unsendable.TEXT, cell)
    return str.__str__(cell)


def integer(cell: Any, _zone: str | None = None) -> int:
    """A whole number."""
    if not -LARGEST <= cell < LARGEST:
        raise UnsendableError(unsendable.LARGE, cell)
    return int(cell)


def number(cell: Any, _zone: str | None = None) -> float | int:
    """A float. pandas turns integers into floats as soon as one is missing; 12.0 goes out as the 12 that it was."""
    nearest = float(cell)
    if math.isinf(nearest):
        # NumPy has longer floats than Python.
        raise UnsendableError(unsendable.INFINITE if np.isinf(cell) else unsendable.LARGE, cell)
    return int(cell) if nearest.is_integer() and abs(cell) <= EXACT else nearest


def exact(cell: decimal.Decimal, _zone: str | None = None) -> float | int:
    """A decimal as the number that is written with the same digits."""
    if cell.is_infinite():
        raise UnsendableError(unsendable.INFINITE, cell)
    if -LARGEST <= cell < LARGEST and cell == int(cell):
        return int(cell)
    nearest = float(cell)
    if math.isinf(nearest):
        raise UnsendableError(unsendable.LARGE, cell)
    if cell != type(cell)(repr(nearest)):
        raise UnsendableError(_too_many(cell), cell)
    return nearest


def _too_many(cell: decimal.Decimal) -> str:
    """What to do about a decimal with more digits than a float, by how large it is."""
    if not -LARGEST <= cell < LARGEST:
        return unsendable.LARGE
    return unsendable.DIGITS if -HUNDREDTHS < cell < HUNDREDTHS else unsendable.WHOLE


def moment(cell: dt.datetime, zone: str | None) -> str:
    """A date and time inside a list or dict, as UTC text.

    A naive midnight is refused: as a time it may shift to the day before, as a day it may lose hours (see
    `moments.unit` for columns, where the other cells tell).
    """
    stamp = pd.Timestamp(cell)
    if stamp.tzinfo is None:
        if stamp.time() == dt.time():
            raise UnsendableError(unsendable.MIDNIGHT, cell)
        if zone is None:
            raise UnsendableError(unsendable.NO_ZONE, cell)
        try:
            stamp = stamp.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
        except (OverflowError, ValueError):
            raise UnsendableError(unsendable.EDGE, cell) from None
        if stamp is pd.NaT:
            raise UnsendableError(unsendable.clocks(zone), cell)
    utc = stamp.to_datetime64().astype(moments.MOMENT)
    if not moments.FIRST <= utc <= moments.LAST:
        raise UnsendableError(unsendable.YEAR, cell)
    return str(utc).replace("T", " ")


def binary(cell: Any, _zone: str | None = None) -> str:
    """Bytes as Odoo takes files and images: base64 as text."""
    return base64.b64encode(bytes(cell)).decode("ascii")


def _strange(cell: Any, _zone: str | None) -> Any:
    raise UnsendableError(unsendable.strange(type(cell)), cell)


CELLS: dict[str, Callable[[Any, str | None], Any]] = {
    "text": text,
    "boolean": lambda cell, _zone: bool(cell),
    "integer": integer,
    "float": number,
    "moment": moment,
    "date": lambda cell, _zone: dt.date.isoformat(cell),
    "decimal": exact,
    "binary": binary,
}
