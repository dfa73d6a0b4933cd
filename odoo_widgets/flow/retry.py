"""Rows that were rejected: what was wrong with them, and where they belong once they are corrected."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from odoo_widgets.flow.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

ERRORS = ("error_type", "error_field", "error")
# As many labels as a sentence names.
NAMED = 5


def rejected(frame: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """The rows that were rejected, as they were, with what was wrong with them.

    Args:
        frame: The frame that was sent.
        responses: Its responses.

    Returns:
        The frame's columns and its index, then error_type, error_field and error; where the frame has a column of
        such a name already, `odoo_` is put before it.
    """
    there = having(responses, "rejected")
    errors, mine = responses.iloc[there][list(ERRORS)], frame.iloc[there]
    errors.columns = pd.Index([f"odoo_{name}" if name in mine.columns else name for name in ERRORS])
    return pd.concat([mine, errors.set_axis(mine.index)], axis=1)


def without_errors(fixed: pd.DataFrame) -> pd.DataFrame:
    """Corrected rows without the columns that `rejected` put beside them."""
    added = [f"odoo_{name}" if f"odoo_{name}" in fixed.columns else name for name in ERRORS]
    # Some of them alone are the frame's own.
    return fixed.drop(columns=added) if set(added) <= set(fixed.columns) else fixed


def places(fixed: pd.DataFrame, responses: pd.DataFrame) -> list[int]:
    """Where corrected rows belong in the responses of the send that rejected them.

    Args:
        fixed: The corrected rows, with the labels that they had.
        responses: The responses.

    Returns:
        A position for each of them. Rows with the same label are told apart by their order.

    Raises:
        DataError: A label is not among the rejected ones, or some rows of one label are there and others are not.
    """
    there = having(responses, "rejected")
    labels = responses.index[there].tolist()
    free: dict[Any, list[int]] = {}
    for place, label in zip(there, labels, strict=True):
        free.setdefault(label, []).append(place)
    wanted = Counter(fixed.index.tolist())
    if strangers := [label for label in wanted if label not in free]:
        raise DataError([f"{_named(strangers)} not among the rejected rows. {HOW}"])
    if unclear := [label for label, number in wanted.items() if number != len(free[label]) and len(free[label]) > 1]:
        label = unclear[0]
        raise DataError(
            [f"{len(free[label])} rejected rows are called {label!r}, and {wanted[label]} came: send all of them."]
        )
    if doubled := [label for label, number in wanted.items() if number > len(free[label])]:
        raise DataError([f"Row {doubled[0]!r} was rejected once, and came {wanted[doubled[0]]} times."])
    turns = {label: iter(each) for label, each in free.items()}
    return [next(turns[label]) for label in fixed.index.tolist()]


OTHERS = (
    "The bound data have other rows than the ones that were sent. Bind the corrected frame with the index that it had, "
    "or give form.retry(fixed) the corrected rows of form.rejected."
)
HOW = "Correct the rows of form.rejected, and keep their index."


def _named(labels: Sequence[Any]) -> str:
    shown = ", ".join(repr(label) for label in labels[:NAMED])
    more = f" and {len(labels) - NAMED:,} more" if len(labels) > NAMED else ""
    return f"Row {shown} is" if len(labels) == 1 else f"Rows {shown}{more} are"


def of(frame: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """The rows of a corrected frame that the send of an earlier one rejected.

    Args:
        frame: The whole frame, corrected, with the index that it had.
        responses: What the send of the earlier one returned.

    Raises:
        DataError: The frame has another index.
    """
    if not frame.index.equals(responses.index):
        raise DataError([OTHERS])
    return frame.iloc[having(responses, "rejected")]


def merged(responses: pd.DataFrame, answer: pd.DataFrame, places: Sequence[int]) -> pd.DataFrame:
    """The responses of a send with those of its corrected rows in their places.

    Args:
        responses: The send's.
        answer: The corrected rows', in the order of `places`.
        places: Where they belong.
    """
    first = responses["batch"].max()
    later = answer.assign(batch=answer["batch"] + (0 if pd.isna(first) else first + 1))
    # Where only one of them has lines, the rows of the other have None in place of ids, as rows without lines have.
    lined = [name for name in {**responses, **later} if str(name).endswith("/.id")]
    whole, part = (each.assign(**{name: each.get(name) for name in lined}) for each in (responses, later))
    return _put(whole, part, places)


def corrected(frame: pd.DataFrame, fixed: pd.DataFrame, places: Sequence[int]) -> pd.DataFrame:
    """A frame with its corrected rows in their places."""
    return _put(frame, fixed, places)


def _put(whole: pd.DataFrame, part: pd.DataFrame, places: Sequence[int]) -> pd.DataFrame:
    order = np.arange(len(whole))
    order[list(places)] = len(whole) + np.arange(len(part))
    return pd.concat([whole, part]).iloc[order].set_axis(whole.index)


def having(responses: pd.DataFrame, status: str) -> list[int]:
    """The positions of the rows that have a status."""
    found: list[int] = np.flatnonzero((responses["status"] == status).to_numpy(dtype=bool, na_value=False)).tolist()
    return found
