"""A send that did not come to its end: which one it is, and what is left of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from odoo_widgets.flow.digests import Digests
from odoo_widgets.flow.errors import DataError, JournalError
from odoo_widgets.flow.problems import row_name
from odoo_widgets.flow.repeats import IN_FLIGHT, NOT_BEGUN, Past, Unfinished, findable
from odoo_widgets.flow.then import CUT_OFF
from odoo_widgets.net import sends
from odoo_widgets.net.past import as_before, sent_before, sure
from odoo_widgets.net.written import first_rows, owed, planned, positions, read, tally

if TYPE_CHECKING:
    from odoo_widgets.flow.responses import Outcome
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source
    from odoo_widgets.net.sends import Head

# What a resumed send sends: rows that no call was made for, or whose call was stopped before it did anything.
OPEN = (NOT_BEGUN, "not_sent")
IN_DOUBT = (IN_FLIGHT, "in_doubt")
NAMED = 5
# As many rows as tell whether a send had the same.
COMPARED = 100
TAKE = "Nothing was sent. Resume it with the frame as it was, or send this one with again=False."


def unfinished(source: Source, settings: Settings, digests: Digests, target: str, database: str) -> tuple[Head, Past]:
    """The last send of these rows that did not come to its end, and what became of its rows.

    Args:
        source: The bound frame, without problems.
        settings: What it is sent with.
        digests: What tells the rows apart.
        target: Where they go.
        database: To which database.

    Returns:
        The send to go on with.

    Raises:
        JournalError: There is none, it still goes on, or the frame is not the one that was sent.
    """
    earlier = sends.heads(target, database)
    begun = [head for head in earlier if not head.test and not head.undo and head.left]
    with sure():
        head = latest(source, digests, earlier) or next(iter(begun), None)
    if head is None or not head.left:
        raise JournalError(
            f"There is nothing to resume: no send of these rows to {settings.endpoint.model or settings.url} was ended "
            "before its last row. Use send."
        )
    with sure():
        _check_same(source, head, digests)
        written = read(head)
    status = dict(zip(written.rows.tolist(), written.statuses, strict=True))
    place = {row: place for place, row in enumerate(written.rows.tolist())}
    doubted = [row for row, each in status.items() if each in IN_DOUBT]
    settled = [row for row, each in status.items() if each not in (*OPEN, *IN_DOUBT)]
    outcomes = [as_before(written, place[row], row) for row in settled]
    found_out = findable(source, settings, doubted)
    outcomes += [as_before(written, place[row], row) for row in sorted(set(doubted).difference(found_out))]
    rest = [row for row in planned(head)[0].tolist() if status.get(row, NOT_BEGUN) in OPEN]
    # Rows that it left out at its start, since they had been sent before, are left out again.
    others = [each for each in earlier if each.name != head.name]
    left_out = sent_before(source, settings, rest, digests, others) if rest and not head.again else {}
    outcomes += [as_before(found, at, row, of_this=False) for row, (found, at) in left_out.items()]
    batches = max((each[1] for each in written.cells if each[1] is not None), default=-1) + 1
    to_send = [row for row in rest if row not in left_out]
    return head, Past(tuple(outcomes), found_out, to_send, batches, _steps(written.steps))


def _steps(steps: dict[str, dict[int, Outcome]]) -> dict[str, dict[int, Outcome]]:
    """What became of the steps: one that was begun and not answered may have worked."""
    return {
        name: {
            row: attrs.evolve(each, status="in_doubt", error=CUT_OFF.format(method=name))
            if each.status == IN_FLIGHT
            else each
            for row, each in rows.items()
        }
        for name, rows in steps.items()
    }


def latest(source: Source, digests: Digests, earlier: list[Head]) -> Head | None:
    """The last send of the same rows, tests aside; None if there was none.

    Raises:
        JournalError: It still goes on.
    """
    for head in earlier:
        if not head.test and not head.undo and head.rows == len(source):
            rows, before = first_rows(head, COMPARED)
            if len(rows) and np.array_equal(digests.of(rows.tolist()), before):
                return head
    return None


def resumable(source: Source, settings: Settings, target: str, database: str) -> Unfinished | None:
    """What there is to go on with of the last send of these rows.

    Args:
        source: The bound frame.
        settings: What it is sent with.
        target: Where it goes.
        database: To which database.

    Returns:
        How far it came; None if it came to its end, goes on, or is not known.
    """
    earlier = sends.heads(target, database)
    if not any(head.left and not head.test for head in earlier):
        return None
    try:
        head = latest(source, Digests(source, settings, range(len(source))), earlier)
        statuses = tally(head) if head is not None and head.left else {}
        doubted = positions(head, IN_DOUBT) if head is not None and statuses else []
        found_out = len(findable(source, settings, doubted))
        steps_left = owed(head) if head is not None and statuses else 0
    except (DataError, JournalError):
        return None
    if head is None or not statuses:
        return None
    done = sum(statuses.values()) - len(doubted) - sum(statuses.get(status, 0) for status in OPEN)
    left = head.rows - done - len(doubted) + max(found_out, steps_left)
    return Unfinished(head.day, head.rows, done, len(doubted), left) if left > 0 and done + len(doubted) else None


def _check_same(source: Source, head: Head, digests: Digests) -> None:
    size = len(source)
    if head.rows != size:
        raise JournalError(f"{sends.said(head)} had {head.rows:,} rows, and this frame has {size:,}. {TAKE}")
    rows, before = planned(head)
    if len(changed := rows[digests.of(rows.tolist()) != before].tolist()):
        names = ", ".join(row_name(source.frame.index, row) for row in changed[:NAMED])
        more = f" and {len(changed) - NAMED:,} more" if len(changed) > NAMED else ""
        raise JournalError(f"{sends.said(head)} had other values in {names}{more}. {TAKE}")
