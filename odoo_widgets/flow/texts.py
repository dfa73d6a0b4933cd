"""Columns of text, as a CSV file has them, to columns of numbers and truth: only where nothing of the text is lost.

`7` becomes a number, since Odoo takes ids and truth as such only; `007`, `1.50`, `+32`, `1e3` and numbers of more than
15 digits stay text, which Odoo itself reads into a field of numbers. `1,5` stays text, too, and Odoo refuses it there:
that a comma stands before the decimals has to be said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from odoo_widgets.flow.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# As many digits as a float keeps of any number (IEEE 754, binary64).
DIGITS = 15
WHOLE = re.compile(r"0|-?[1-9][0-9]*")
DECIMAL = re.compile(r"(0|-?[1-9][0-9]*)|-?(0|[1-9][0-9]*)\.[0-9]*[1-9]")
# A number however it is written, by what stands before its decimals: after a comma, points are between thousands.
POINT, COMMA = ".", ","
NUMBERS = {
    POINT: re.compile(r"[+-]?[0-9]+(\.[0-9]+)?"),
    COMMA: re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)(,[0-9]+)?"),
}
TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def _is_whole(cell: str) -> bool:
    return WHOLE.fullmatch(cell) is not None and len(cell.lstrip("-")) <= DIGITS


def _is_decimal(cell: str) -> bool:
    return DECIMAL.fullmatch(cell) is not None and sum(map(str.isdigit, cell)) <= DIGITS


# In this order: what every filled cell has to be, what becomes of one, and the dtype of the column.
KINDS: tuple[tuple[Callable[[str], bool], Callable[[str], Any], str], ...] = (
    (_is_whole, int, "Int64"),
    (_is_decimal, float, "Float64"),
    (TRUTH.__contains__, TRUTH.__getitem__, "boolean"),
)


def column(cells: Sequence[str]) -> pd.Series:
    """A column of a CSV file.

    Args:
        cells: The texts; an empty one is a missing cell.

    Returns:
        Whole numbers (Int64), numbers (Float64) or truth (boolean) where all filled cells are written as such, and
        would be written so again; else text.
    """
    filled = {cell for cell in cells if cell}
    for fits, made, dtype in KINDS:
        if filled and all(map(fits, filled)):
            return pd.Series([made(cell) if cell else None for cell in cells], dtype=dtype)
    return text(cells)


def text(cells: Sequence[str]) -> pd.Series:
    """A column of a CSV file as text, whatever stands in it; an empty cell is a missing one."""
    return pd.Series([cell or None for cell in cells], dtype="string")


def number(cells: Sequence[str], name: str, decimal: str = POINT) -> pd.Series:
    """A column of a CSV file as numbers, however they are written: `007` is 7, and `1.50` is 1.5.

    Args:
        cells: The texts; an empty one is a missing cell.
        name: The column's name, for the sentence.
        decimal: What stands before the decimals, `.` or `,`; with a comma, `1.234,5` is 1234.5.

    Raises:
        TableError: A cell is no number; with its row, from 0.
    """
    for row, cell in enumerate(cells):
        if cell and not NUMBERS[decimal].fullmatch(cell.strip()):
            raise TableError(f"Column {name!r}, row {row}: {cell[:40]!r} is no number. Write it like 1234{decimal}5.")
    cells = cells if decimal == POINT else [cell.replace(POINT, "").replace(decimal, POINT) for cell in cells]
    whole = all("." not in cell for cell in cells)
    made: Callable[[str], Any] = int if whole else float
    return pd.Series([made(cell) if cell else None for cell in cells], dtype=object if whole else "Float64")
