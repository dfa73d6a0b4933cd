"""What a person files after a send: which row became which record, by whom and when.

In a `.csv` or `.xlsx` file, text that a spreadsheet would take for a formula gets an apostrophe before it.
"""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

# A spreadsheet takes text that starts with one of these for a formula, in full width too (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# A spreadsheet shows what stands behind it as text.
AS_TEXT = "'"
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def receipt(responses: pd.DataFrame, *, who: str = "", when: datetime | None = None) -> pd.DataFrame:
    """The receipt of a send.

    Args:
        responses: What the send returned, all of it or some of its rows.
        who: Who sent it.
        when: When it was sent, with a time zone; None leaves the column empty.

    Returns:
        One row for each row, numbered from 0: `row` (its label in the source; those of several levels as one text),
        `status`, `id` (Int64), `link`, `who`, `when` (UTC).
    """
    index = responses.index
    moment = pd.NaT if when is None else pd.Timestamp(when.astimezone(UTC))
    return pd.DataFrame(
        {
            "row": labels(index),
            "status": responses["status"].array,
            "id": responses["id"].array,
            "link": responses["link"].array,
            "who": pd.array([who] * len(index), dtype="string"),
            "when": pd.Series([moment] * len(index), dtype="datetime64[us, UTC]"),
        }
    )


def labels(index: pd.Index) -> pd.Series:
    """The labels of an index as a column; those of several levels as one text."""
    return pd.Series([" / ".join(map(str, label)) for label in index] if index.nlevels > 1 else index)


def by_row(responses: pd.DataFrame) -> pd.DataFrame:
    """Responses for a file: their labels as the first column, `row`."""
    made = responses.reset_index(drop=True)
    made.insert(0, "row", labels(responses.index))
    return made


def escaped(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose text no spreadsheet takes for a formula: an apostrophe goes before what looks like one.

    Args:
        frame: The frame to write to a file. Its index is not looked at.

    Returns:
        A frame of the same shape; numbers and times stay what they are.
    """
    return _mapped(frame, _escaped)


def printable(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose text fits into Excel: what no workbook can hold (XML 1.0, 2.2) becomes U+FFFD."""
    return _mapped(frame, lambda cell: UNFIT.sub("\ufffd", cell))


def _mapped(frame: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    made = frame.copy(deep=False)
    for position in range(frame.shape[1]):
        cells = frame.iloc[:, position]
        if not pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_datetime64_any_dtype(cells.dtype):
            # Cell by cell: objects and categories hold text too.
            texts = [change(cell) if isinstance(cell, str) else cell for cell in cells.tolist()]
            made.isetitem(position, pd.Series(texts, frame.index, dtype=object))
    names = [change(name) if isinstance(name, str) else name for name in frame.columns]
    made.columns = pd.Index(names, dtype=object)
    return made


def _escaped(cell: str) -> str:
    return AS_TEXT + cell if cell.lstrip(" \0").startswith(FORMULA) else cell
