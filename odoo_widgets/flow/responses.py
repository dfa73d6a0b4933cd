"""Outcomes to the DataFrame of responses: one row for each source row, with the source's own index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import numpy as np
import pandas as pd

from odoo_widgets.flow.steps import ERROR, named

if TYPE_CHECKING:
    from collections.abc import Iterable

STATUSES = (
    "created",
    "updated",
    "saved",
    "deleted",
    "called",
    "unchanged",
    "rejected",
    "needs_attention",
    "in_doubt",
    "not_sent",
)

# Rows whose record is there as it was to be, and steps that did their work.
DONE = ("created", "updated", "saved", "called", "unchanged")

# The contract's columns, in its order, and their dtypes.
COLUMNS = {
    "status": "string",
    "id": "Int64",
    "link": "string",
    "batch": "Int64",
    "http_status": "Int64",
    "error_type": "string",
    "error_field": "string",
    "error": "string",
    "attempts": "Int64",
    "seconds": "Float64",
}

NO_LINES: Mapping[str, Mapping[int, Sequence[int | None]]] = MappingProxyType({})
# What a screen shows of them, what it always shows first.
ON_SCREEN = ("status", "id", "error", "error_field", "link", "batch", "http_status")
ALWAYS_SHOWN = ON_SCREEN[:2]
LAST = ("link", "batch", "http_status")
NEED_A_LOOK = ("rejected", "in_doubt", "needs_attention", "not_sent")


@attrs.frozen
class Outcome:
    """What became of some rows of one batch.

    Attributes:
        rows: Their positions in the frame.
        status: One of `STATUSES`.
        ids: The records' ids, in the order of the rows; None where there are none.
        batch: The batch that they were sent with; None for rows that no call was made for.
        http_status: The status of the last answer; None if none came.
        error_type: Odoo's name of the exception.
        error_field: The field that the exception names.
        error: What went wrong, for people.
        attempts: Calls made for the batch.
        seconds: The time of the last call.
    """

    rows: Sequence[int]
    status: str
    ids: Sequence[int] | None = None
    batch: int | None = None
    http_status: int | None = None
    error_type: str | None = None
    error_field: str | None = None
    error: str | None = None
    attempts: int = 0
    seconds: float | None = None


def link(server: str, model: str, record: int, database: str = "") -> str:
    """A record's page in Odoo: `/odoo/<model>/<id>`, as Odoo 18 and newer spell it (addons/web, router.js).

    With a database, `?db=` chooses it: a browser that has not logged in is asked for one otherwise.
    """
    return f"{server}/odoo/{model if '.' in model else 'm-' + model}/{record}{_choice(database)}"


def front(server: str, database: str = "") -> str:
    """Odoo's own first page: a model's list has no address of its own (addons/web, action_service.js)."""
    return f"{server}/odoo{_choice(database)}"


def _choice(database: str) -> str:
    return f"?{httpx.QueryParams(db=database)}" if database else ""


def counts(responses: pd.DataFrame) -> dict[str, int]:
    """How many rows have which status, in the order of `STATUSES`; statuses that no row has are left out."""
    found = responses["status"].value_counts()
    return {status: int(found[status]) for status in STATUSES if status in found.index}


def figures(statuses: Mapping[str, int], between: str = " · ") -> str:
    """How many rows have which status, for people: `created 118 · in doubt 2`."""
    return between.join(f"{status.replace('_', ' ')} {number:,}" for status, number in statuses.items())


def shown(responses: pd.DataFrame, most: int = 1_000, *, only: Sequence[str] = STATUSES) -> tuple[pd.DataFrame, str]:
    """What a screen shows of responses: what needs a look first, and the columns that say something.

    Args:
        responses: What a send returned.
        most: The most rows to show.
        only: The statuses of the rows to show.

    Returns:
        A smaller frame, and the sentence that says what was left off; empty if nothing was.
    """
    # The others have one place, after all of these.
    rank = responses["status"].map({each: place for place, each in enumerate(NEED_A_LOOK)}).fillna(len(NEED_A_LOOK))
    wanted = np.flatnonzero(responses["status"].isin(only).to_numpy(dtype=bool))
    order = wanted[np.argsort(rank.to_numpy(dtype=float)[wanted], kind="stable")][:most]
    after = [each for name in named(map(str, responses.columns)) for each in (name, name + ERROR)]
    told = [name for name in (*ON_SCREEN, *after) if name in ALWAYS_SHOWN or responses[name].notna().any()]
    # Where a record is does not stand between what became of it and what of its steps.
    columns = [*(name for name in told if name not in LAST), *(name for name in told if name in LAST)]
    left_off = len(wanted) - len(order)
    sentence = f"The first {most:,} of {len(wanted):,} rows, those that need a look on top." if left_off else ""
    part = responses.iloc[order][columns].astype(object)
    if not pd.api.types.is_integer_dtype(responses.index.dtype):
        # Labels may be data, which a saved notebook is not to keep: rows are called by their position.
        part.index = pd.Index(order, name="row")
    return part.where(part.notna(), ""), sentence


def responses(
    outcomes: Iterable[Outcome],
    index: pd.Index,
    server: str,
    model: str,
    *,
    reason: str = "",
    database: str = "",
    lines: Mapping[str, Mapping[int, Sequence[int | None]]] = NO_LINES,
) -> pd.DataFrame:
    """The DataFrame that a send returns.

    Args:
        outcomes: What became of the rows; each row in one outcome at most, in any order.
        index: The source's index, kept as it is, duplicates included.
        server: Where the records are, for their links.
        model: The records' model, for their links.
        database: Where they are on the server, for their links.
        reason: Why rows without an outcome were not sent.
        lines: Field to the position of a row to the ids of its lines.

    Returns:
        One row for each source row, with the columns of `COLUMNS`, and one for each field that has lines, such as
        `order_line/.id`: lists of ids. Rows without an outcome are `not_sent`.
    """
    size = len(index)
    cells: dict[str, list[Any]] = {name: [None] * size for name in COLUMNS}
    cells["status"] = ["not_sent"] * size
    cells["error"] = [reason or None] * size
    cells["attempts"] = [0] * size
    for outcome in outcomes:
        for name in ("status", "batch", "http_status", "error_type", "error_field", "error", "attempts", "seconds"):
            _put(cells[name], outcome.rows, [getattr(outcome, name)] * len(outcome.rows))
        if outcome.ids is not None:
            _put(cells["id"], outcome.rows, outcome.ids)
            if outcome.status != "deleted":
                _put(cells["link"], outcome.rows, [link(server, model, each, database) for each in outcome.ids])
    made: dict[str, Any] = {name: pd.array(cells[name], dtype=dtype) for name, dtype in COLUMNS.items()}
    for name, ids in lines.items():
        # An array made of a list would take lists of one length for rows of a table.
        listed = (list(ids[row]) if row in ids else None for row in range(size))
        made[f"{name}/.id"] = np.fromiter(listed, dtype=object, count=size)
    return pd.DataFrame(made, index=index)


def _put(cells: list[Any], rows: Sequence[int], values: Sequence[Any]) -> None:
    if isinstance(rows, range):
        cells[rows.start : rows.stop] = values
    else:
        for row, value in zip(rows, values, strict=True):
            cells[row] = value
