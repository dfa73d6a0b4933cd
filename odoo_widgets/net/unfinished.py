"""A send that did not come to its end, and that goes on: which it is, and what of its rows is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from odoo_widgets.flow.digests import Digests
from odoo_widgets.flow.errors import DataError, JournalError
from odoo_widgets.flow.problems import row_name
from odoo_widgets.flow.repeats import IN_FLIGHT, NOT_BEGUN, Past, Unfinished, findable
from odoo_widgets.flow.then import CUT_OFF
from odoo_widgets.net import sends, written
from odoo_widgets.net.past import sure

if TYPE_CHECKING:
    from odoo_widgets.flow.responses import Outcome
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source
    from odoo_widgets.net.journal import Journal
    from odoo_widgets.net.past import Earlier
    from odoo_widgets.net.sends import Head

# What a resumed send sends: rows that no call was made for, or whose call was stopped before it did anything.
OPEN = (NOT_BEGUN, "not_sent")
IN_DOUBT = (IN_FLIGHT, "in_doubt")
NAMED = 5
# As many rows as tell whether a send had the same.
COMPARED = 100
TAKE = "Nothing was sent. Resume it with the frame as it was, or send this one with again=False."


def unfinished(source: Source, settings: Settings, digests: Digests, earlier: Earlier, *, frames: bool) -> Head:
    """The last send of these rows that did not come to its end.

    Args:
        source: The bound frame, without problems; of several, the first.
        settings: What it is sent with.
        digests: What tells the rows apart.
        earlier: The sends to the same place.
        frames: Whether it is one of several frames.

    Raises:
        JournalError: There is none, it still goes on, or the frame is not the one that was sent.
    """
    heads = earlier.heads()
    begun = [head for head in heads if not head.test and not head.undo and head.left and head.frames == frames]
    with sure():
        head = latest(source, digests, heads, frames=frames) or next(iter(begun), None)
    if head is None or not head.left:
        raise JournalError(
            f"There is nothing to resume: no send of these rows to {settings.endpoint.model or settings.url} was ended "
            "before its last row. Use send."
        )
    if not frames and head.rows != len(source):
        raise JournalError(f"{sends.said(head)} had {head.rows:,} rows, and this frame has {len(source):,}. {TAKE}")
    return head


def left(
    source: Source, settings: Settings, digests: Digests, earlier: Earlier, *, journal: Journal, known: int
) -> Past:
    """What became of the rows of a frame in a send that goes on, and which are left.

    Args:
        source: The frame, without problems.
        settings: What it is sent with.
        digests: What tells its rows apart.
        earlier: The sends to the same place.
        journal: The send.
        known: How many rows the send had come to.

    Raises:
        JournalError: The frame is not the one that was sent.
    """
    rows = range(source.first, source.first + len(source))
    with sure():
        found, planned = journal.written(rows), written.planned(journal.head, rows)
    _check_same(source, journal.head, digests, planned[planned["row"] < known])
    places = (found.rows - source.first).tolist()
    status = dict(zip(places, found.statuses, strict=True))
    place = {row: number for number, row in enumerate(places)}
    doubted = [row for row, each in status.items() if each in IN_DOUBT]
    settled = [row for row, each in status.items() if each not in (*OPEN, *IN_DOUBT)]
    outcomes = [found.outcome(place[row], row) for row in settled]
    found_out = findable(source, settings, doubted)
    outcomes += [found.outcome(place[row], row) for row in sorted(set(doubted).difference(found_out))]
    planned_here = (planned["row"][planned["row"] < known] - source.first).tolist()
    # Those that it had not come to, too.
    new = range(max(known - source.first, 0), len(source))
    rest = [row for row in (*planned_here, *new) if status.get(row, NOT_BEGUN) in OPEN]
    # Rows that it left out at its start, since they had been sent before, are left out again.
    head = journal.head
    left_out = earlier.found(source, settings, rest, digests, earlier.heads(head.name)) if not head.again else {}
    outcomes += [before.outcome for before in left_out.values()]
    to_send = [row for row in rest if row not in left_out]
    return Past(tuple(outcomes), found_out, to_send, journal.batches(), _steps(found.steps, rows))


def _steps(steps: dict[str, dict[int, Outcome]], here: range) -> dict[str, dict[int, Outcome]]:
    """What became of the steps on the rows of a frame: one that was begun and not answered may have worked."""
    return {
        name: {
            row - here.start: _doubted(name, attrs.evolve(each, rows=[row - here.start]))
            for row, each in rows.items()
            if row in here
        }
        for name, rows in steps.items()
    }


def _doubted(name: str, outcome: Outcome) -> Outcome:
    if outcome.status != IN_FLIGHT:
        return outcome
    return attrs.evolve(outcome, status="in_doubt", error=CUT_OFF.format(method=name))


def latest(source: Source, digests: Digests, heads: list[Head], *, frames: bool = False) -> Head | None:
    """The last send of the same rows, tests aside; None if there was none.

    Raises:
        JournalError: It still goes on.
    """
    for head in heads:
        if head.test or head.undo or head.frames != frames or not (frames or head.rows == len(source)):
            continue
        first = written.first_rows(head, COMPARED)
        first = first[first["row"] < len(source)]
        if len(first) and np.array_equal(digests.of(first["row"].tolist()), first["digest"]):
            return head
    return None


def resumable(source: Source, settings: Settings, earlier: Earlier) -> Unfinished | None:
    """What there is to go on with of the last send of these rows.

    Args:
        source: The bound frame.
        settings: What it is sent with.
        earlier: The sends to the same place.

    Returns:
        How far it came; None if it came to its end, goes on, or is not known.
    """
    heads = earlier.heads()
    if not any(head.left and not head.test for head in heads):
        return None
    try:
        head = latest(source, Digests(source, settings, range(len(source))), heads)
        statuses = written.tally(head) if head is not None and head.left else {}
        doubted = written.traces(head, IN_DOUBT)["row"].tolist() if head is not None and statuses else []
        found_out = len(findable(source, settings, doubted))
        steps_left = written.owed(head) if head is not None and statuses else 0
    except (DataError, JournalError):
        return None
    if head is None or not statuses:
        return None
    done = sum(statuses.values()) - len(doubted) - sum(statuses.get(status, 0) for status in OPEN)
    left = head.rows - done - len(doubted) + max(found_out, steps_left)
    return Unfinished(head.day, head.rows, done, len(doubted), left) if left > 0 and done + len(doubted) else None


def _check_same(source: Source, head: Head, digests: Digests, planned: np.ndarray[Any, Any]) -> None:
    rows = planned["row"] - source.first
    if len(changed := rows[digests.of(rows.tolist()) != planned["digest"]].tolist()):
        names = ", ".join(row_name(source, row) for row in changed[:NAMED])
        more = f" and {len(changed) - NAMED:,} more" if len(changed) > NAMED else ""
        raise JournalError(f"{sends.said(head)} had other values in {names}{more}. {TAKE}")
