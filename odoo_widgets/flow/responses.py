"""Outcomes to the DataFrame of responses: one row for each source row, with the source's own index."""

from __future__ import annotations

import re
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

# What each row has of its own; the rest it shares with the rows of its outcome.
OWN, TEXT = ("id", "link"), "string"
# Rows to make the links of at once.
BLOCK = 50_000

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


# What `link` makes.
LINK = re.compile(r"/odoo/(?:m-)?(?P<model>[^/?#]+)/\d+(?:\?|$)")


def link(server: str, model: str, record: int, database: str = "") -> str:
    """A record's page in Odoo: `/odoo/<model>/<id>`, as Odoo 18 and newer spell it (addons/web, router.js).

    With a database, `?db=` chooses it: a browser that has not logged in is asked for one otherwise.
    """
    return f"{server}/odoo/{model if '.' in model else 'm-' + model}/{record}{_choice(database)}"


def linked_model(address: str) -> str:
    """The model of the record that a link leads to; empty where it is no such link."""
    found = LINK.search(address)
    return found["model"] if found else ""


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
    # What rows of one outcome share is held once: a list for each column would be larger than what is returned.
    known = [Outcome((), "not_sent", error=reason or None), *outcomes]
    which, ids = np.zeros(size, dtype="int64"), np.zeros(size, dtype="int64")
    for number, outcome in enumerate(known):
        rows = outcome.rows
        places = slice(rows.start, rows.stop) if isinstance(rows, range) and rows.step == 1 else list(rows)
        which[places] = number
        if outcome.ids is not None:
            ids[places] = outcome.ids
    shared = {
        name: pd.array([getattr(outcome, name) for outcome in known], dtype=dtype).take(which)
        for name, dtype in COLUMNS.items()
        if name not in OWN
    }
    gone = np.array([outcome.status == "deleted" for outcome in known])[which]
    own = {"id": pd.arrays.IntegerArray(ids, ids == 0), "link": _links(np.where(gone, 0, ids), server, model, database)}
    made: dict[str, Any] = {name: own[name] if name in OWN else shared[name] for name in COLUMNS}
    for name, of_lines in lines.items():
        # An array made of a list would take lists of one length for rows of a table.
        listed = (list(of_lines[row]) if row in of_lines else None for row in range(size))
        made[f"{name}/.id"] = np.fromiter(listed, dtype=object, count=size)
    # The arrays are this table's alone: a copy of each would double it.
    return pd.DataFrame(made, index=index, copy=False)


def _links(ids: np.ndarray[Any, Any], server: str, model: str, database: str) -> Any:
    """The pages of records, missing where an id is 0; made block by block."""
    before, after = link(server, model, 0).removesuffix("0"), _choice(database)
    blocks = [
        pd.Series(
            [f"{before}{each}{after}" if each else None for each in ids[start : start + BLOCK].tolist()], dtype=TEXT
        )
        for start in range(0, len(ids), BLOCK)
    ]
    return pd.concat(blocks, ignore_index=True).array if blocks else pd.array([], dtype=TEXT)
