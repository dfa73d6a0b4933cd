"""Rows that were sent before: whether sending them again would make them twice, and which rows of a frame they are.

A machine knows the rows that it sent in the last 90 days, by their values. One cell changed, a column more or less,
another `context`, another machine: without a key, these are new rows, and Odoo makes them once more. Rows that were
sent as a test or are in doubt count as sent. Sent again, they raise `RepeatedError`, whose `rows` are their positions;
`again=False` sends the others, `again=True` all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pandas as pd

from odoo_widgets.flow import records
from odoo_widgets.flow.methods import known
from odoo_widgets.flow.operations import OF_LOAD
from odoo_widgets.flow.presets import preset
from odoo_widgets.flow.responses import STATUSES, Outcome, figures

if TYPE_CHECKING:
    from odoo_widgets.flow.errors import Repeats
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

# Sent, and not answered yet: what a row is in the journal while its call is in flight.
IN_FLIGHT = "in flight"
# What is said of such a row once nobody waits for the answer any more.
LOST = "Sent, and its process ended before the answer came: it may be in Odoo. Look there for this row."
# Planned, and no call of it did anything.
NOT_BEGUN = "not begun"
# What leaves nothing in Odoo.
WITHOUT_TRACE = ("rejected", "not_sent", "deleted", "unchanged", NOT_BEGUN)
LEFT_A_TRACE = (*(status for status in STATUSES if status not in WITHOUT_TRACE), IN_FLIGHT)

# Whatever is sent of a row again, its record is where it was.
REPEATABLE = ("write", "unlink", "PUT", "PATCH", "DELETE")


@attrs.frozen
class Past:
    """What of earlier sends counts for one that starts.

    Attributes:
        outcomes: What became of rows that are not sent again.
        in_doubt: The positions of rows that were sent, and whose answer is not known: that is found out first.
        rows: The positions of the rows to send.
        batches: How many batches there were.
        steps: What became of the steps after the rows: each step's name to row to that.
    """

    outcomes: tuple[Outcome, ...] = ()
    in_doubt: Sequence[int] = ()
    rows: Sequence[int] = ()
    batches: int = 0
    steps: Mapping[str, Mapping[int, Outcome]] = attrs.field(factory=dict)


@attrs.frozen
class Unfinished:
    """A send that did not come to its end, and that can go on.

    Attributes:
        day: When it started, for people.
        rows: How many rows it has.
        done: How many are done, whatever became of them.
        in_doubt: How many were sent, and not answered.
        left: How many a resumed send sends, or finds out about.
    """

    day: str
    rows: int
    done: int
    in_doubt: int
    left: int


def said(repeats: Repeats) -> str:
    """How many of some rows were sent before, when, and what became of them."""
    rows, one = len(repeats.rows), len(repeats.rows) == 1
    noun = "row" if repeats.of == 1 else "rows"
    which = f"{rows:,} of {repeats.of:,} {noun}" if repeats.others else f"All {rows:,} {noun}"
    which = "The one row" if repeats.of == 1 else which
    when = f"on {repeats.first}" if repeats.first == repeats.last else f"between {repeats.first} and {repeats.last}"
    test = "as a test " if repeats.tests else ""
    return (
        f"{which} {'was' if one else 'were'} sent {test}{when} ({figures(repeats.statuses, ', ')}). "
        f"Sent again, {'it' if one else 'they'} would be there twice."
    )


def doubling(source: Source, settings: Settings, rows: Sequence[int]) -> np.ndarray[Any, Any]:
    """The rows that would be made, or called, twice if they were sent twice.

    Args:
        source: The bound frame, the rows of it without problems.
        settings: What it is sent with.
        rows: The positions of the rows to send.

    Returns:
        Their places among these rows.
    """
    there = settings.endpoint
    if there.operation in REPEATABLE and settings.mode == "upsert" and settings.needs_ids:
        # Rows without an id are posted.
        ids = np.array(records.ids(source.frame.iloc[list(rows)], settings))
        return np.flatnonzero(ids == 0)
    if there.operation == "write" or settings.key:
        # Their records are looked up, and written once more; lines of them would be made once more.
        lines = _with_lines(source, settings, rows)
        return np.array([place for place, row in enumerate(rows) if row in lines] if lines else [], int)
    safe = (
        there.operation in REPEATABLE
        or preset(there.model, there.operation) is not None
        or known(there.model, there.operation) is not None
    )
    if there.operation == "load" and not safe:
        # A row that names its record finds it again.
        names = tuple(column for column in records.columns(source, settings) if column.field in OF_LOAD)
        named = records.records(source.frame.iloc[list(rows)], names)
        return np.flatnonzero([not any(record.values()) for record in named])
    return np.arange(0 if safe else len(rows))


def findable(source: Source, settings: Settings, rows: Sequence[int]) -> list[int]:
    """The rows that may be sent again once their records have been looked up, though an earlier call may have done it.

    Args:
        source: The bound frame, without problems.
        settings: What it is sent with.
        rows: The positions of rows that were sent, and not answered.

    Returns:
        Those whose second call would do nothing that the first one did. Lists may hold commands that make lines.
    """
    if settings.key or settings.endpoint.operation == "unlink":
        return list(rows)
    if settings.endpoint.operation != "write":
        return []
    lines = _with_lines(source, settings, rows)
    return [row for row in rows if row not in lines]


def _with_lines(source: Source, settings: Settings, rows: Sequence[int]) -> set[int]:
    """The rows of which a cell makes lines: a list with the command 0 (odoo/orm/commands.py)."""
    columns = tuple(each for each in records.columns(source, settings) if source.may_nest(each.position))
    if not columns or not len(rows):
        return set()
    found = records.records(source.frame.iloc[list(rows)], columns)
    return {row for row, record in zip(rows, found, strict=True) if any(map(_makes_lines, record.values()))}


def _makes_lines(value: Any) -> bool:
    if isinstance(value, dict):
        # The values of a line that is there may make lines of its own.
        return any(map(_makes_lines, value.values()))
    return isinstance(value, list) and (value[:1] == [0] or any(map(_makes_lines, value)))


def matched(digests: np.ndarray[Any, Any], earlier: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Which of some rows were there before: two rows that are the same need two that were.

    Args:
        digests: The rows' digests.
        earlier: Those of the rows of earlier sends.

    Returns:
        Pairs of places, one in each of the two, int64, in the rows' order.
    """
    here, there = (_numbered(each) for each in (digests, earlier))
    found = here.reset_index().merge(there.reset_index(), on=["digest", "time"], suffixes=("", "_before"))
    pairs: np.ndarray[Any, Any] = found[["index", "index_before"]].to_numpy(dtype="int64")
    return pairs


def near(earlier: np.ndarray[Any, Any], digests: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The rows of an earlier send that may be among some rows.

    To look among the others costs each frame as much as all earlier rows.

    Args:
        earlier: The digests of the rows of an earlier send, sorted.
        digests: The rows' digests.

    Returns:
        The places of those that have one of these digests, in order.
    """
    wanted = np.unique(digests)
    starts, ends = (np.searchsorted(earlier, wanted, side) for side in ("left", "right"))
    lengths = ends - starts
    before = np.cumsum(lengths) - lengths
    found: np.ndarray[Any, Any] = np.repeat(starts - before, lengths) + np.arange(lengths.sum())
    return found


def _numbered(digests: np.ndarray[Any, Any]) -> pd.DataFrame:
    frame = pd.DataFrame({"digest": digests})
    return frame.assign(time=frame.groupby("digest").cumcount())
