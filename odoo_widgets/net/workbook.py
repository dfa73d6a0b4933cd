"""The rows of a workbook of Excel, as a person sees them there. Loaded only where openpyxl is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.cell.read_only import EmptyCell

from odoo_widgets.flow.errors import TableError

if TYPE_CHECKING:
    from typing import BinaryIO

# What shows 7 as 007.
ZEROS = re.compile(r"0{2,}")


def rows(stream: BinaryIO, name: str, sheet: str) -> list[list[Any]]:
    """The values of a sheet, row by row, each as long as the longest. An empty row is none, as an empty line of CSV.

    Args:
        stream: The file.
        name: What it is called in a sentence.
        sheet: The sheet's name; empty for the first that is shown.

    Raises:
        TableError: It is no workbook, has no such sheet, or no rows in the first of several; or a formula came to an
            error, or was never calculated.
    """
    try:
        # What formulas came to, and not the formulas; pandas would take one that failed for an empty cell.
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        shown = [each for each in book.worksheets if each.sheet_state == "visible"] or book.worksheets
        chosen = [each for each in book.worksheets if each.title == sheet] if sheet else shown[:1]
        for each in chosen:
            each.reset_dimensions()
        cells = [list(row) for each in chosen for row in each.iter_rows()]
        waiting = _uncalculated(stream, chosen[0].title, cells) if chosen else ""
        values = [[_value(cell) for cell in row] for row in cells]
    except Exception as error:  # noqa: BLE001 - a broken file makes errors of every kind
        raise TableError(f"{name} cannot be read as Excel: {str(error) or type(error).__name__}.") from None
    if not chosen:
        raise TableError(f"{name} has no sheet {sheet!r}. Its sheets are: {', '.join(book.sheetnames)}.")
    if failed := [cell for row in cells for cell in row if cell.data_type == "e"]:
        raise TableError(f"{name}, cell {failed[0].coordinate}: its formula came to {failed[0].value}.")
    if waiting:
        raise TableError(
            f"{name}, cell {waiting}: its formula was never calculated. Open the file in a spreadsheet, and save it."
        )
    # An empty one would be a record of its own.
    filled = list(filter(None, map(_filled, values)))
    others = [each for each in book.sheetnames if each != chosen[0].title]
    if others and not (filled[1:] or sheet):
        raise TableError(
            f"{name}: its first sheet has no rows. Say which one to read: --sheet. The others are: {', '.join(others)}."
        )
    width = max(map(len, filled), default=0)
    return [row + [None] * (width - len(row)) for row in filled]


def _uncalculated(stream: BinaryIO, sheet: str, cells: list[list[Any]]) -> str:
    """The first cell with a formula that whoever wrote the file did not calculate; empty where there is none."""
    # A cell that is there and holds nothing has a look of its own, or a formula.
    bare = {
        cell.coordinate
        for row in cells
        for cell in row
        if cell.value is None and cell.data_type == "n" and not isinstance(cell, EmptyCell)
    }
    if not bare:
        return ""
    formulas = openpyxl.load_workbook(stream, read_only=True)[sheet]
    formulas.reset_dimensions()
    found = (cell.coordinate for row in formulas.iter_rows() for cell in row if cell.data_type == "f")
    return next((place for place in found if place in bare), "")


def _value(cell: Any) -> Any:
    """What a cell holds; the text that is shown where a number has zeros in front, as a postal code may."""
    value = cell.value
    if type(value) is int and value >= 0 and ZEROS.fullmatch(cell.number_format):
        return str(value).zfill(len(cell.number_format))
    return value


def _filled(row: list[Any]) -> list[Any]:
    """A row without the empty cells at its end."""
    while row and row[-1] in (None, ""):
        row.pop()
    return [None if cell == "" else cell for cell in row]
