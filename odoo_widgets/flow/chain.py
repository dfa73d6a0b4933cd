"""The responses of a send as what is sent next: the records that it made are the rows that a method is called on."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from odoo_widgets.flow.responses import COLUMNS, linked_model
from odoo_widgets.flow.steps import ERROR, named

IDS = "id"
# The statuses of rows that a next step is not for, though their records may be there.
UNDONE = ("rejected", "in_doubt", "not_sent")


class NextSource(NamedTuple):
    """A frame to send, and the settings that it wants.

    Attributes:
        frame: The rows to send.
        exclude: Columns that are no values of records.
        ids: The column of database ids; None where the frame does not say one.
        left_out: How many rows have no id or were not done, and are left out.
    """

    frame: pd.DataFrame
    exclude: tuple[str, ...]
    ids: str | None
    left_out: int


def is_responses(frame: object) -> bool:
    """Whether a frame is what a send returned: it has every column of the contract, once."""
    return isinstance(frame, pd.DataFrame) and all(list(frame.columns).count(name) == 1 for name in COLUMNS)


def model_of(frame: pd.DataFrame) -> str:
    """The model whose records responses lead to, by the first link; empty where there is none."""
    first = next(iter(frame["link"].dropna()), "") if "link" in frame.columns else ""
    return linked_model(str(first))


def next_source(frame: pd.DataFrame) -> NextSource:
    """What to bind of a frame that may be the responses of a send, with columns of the source beside them or without.

    Args:
        frame: Any frame.

    Returns:
        Of responses, the rows that have an id and were done, their columns excluded, those of steps among them; of any
        other frame, the frame itself.
    """
    if not is_responses(frame):
        return NextSource(frame, (), None, 0)
    known = (frame[IDS].notna() & ~frame["status"].isin(UNDONE)).to_numpy(dtype=bool)
    kept = frame if known.all() else frame[known]
    after = [each for name in named(map(str, frame.columns)) for each in (name, name + ERROR)]
    excluded = (*(name for name in COLUMNS if name != IDS), *after)
    return NextSource(kept, excluded, IDS, int((~known).sum()))
