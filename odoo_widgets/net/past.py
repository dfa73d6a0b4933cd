"""What of the sends that are written down counts for one that starts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs
import numpy as np

from odoo_widgets.flow.digests import Digests
from odoo_widgets.flow.errors import DataError, JournalError, RepeatedError, Repeats
from odoo_widgets.flow.problems import row_name
from odoo_widgets.flow.repeats import (
    IN_FLIGHT,
    LEFT_A_TRACE,
    LOST,
    NOT_BEGUN,
    Past,
    Unfinished,
    doubling,
    findable,
    matched,
)
from odoo_widgets.flow.responses import Outcome, figures
from odoo_widgets.net import sends
from odoo_widgets.net.written import Written, first_rows, planned, positions, read, tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source
    from odoo_widgets.net.sends import Head

# What a resumed send sends: rows that no call was made for, or whose call was stopped before it did anything.
OPEN = (NOT_BEGUN, "not_sent")
IN_DOUBT = (IN_FLIGHT, "in_doubt")
UNKNOWN = (
    "Whether these rows were among it is not known, so nothing was sent. Look in Odoo; then again=True sends all rows, "
    "or delete that file."
)


def fresh(
    source: Source,
    settings: Settings,
    rows: Sequence[int],
    digests: Digests,
    earlier: list[Head],
    *,
    again: bool | None,
) -> Past:
    """The past of a new send: rows that would be made twice are refused or left out.

    Args:
        source: The bound frame, the rows of it without problems.
        settings: What it is sent with.
        rows: The positions of the rows to send.
        digests: What tells the rows apart.
        earlier: The sends to the same place.
        again: True sends rows once more that were sent before, False leaves them out, None refuses the frame.

    Returns:
        What to send, and what became before of the rows that are left out.

    Raises:
        RepeatedError: Rows were sent before, and `again` does not say what to do.
        JournalError: The same rows are being sent now.
    """
    for head in earlier:
        if not head.ended and (process := sends.running(head)):
            same = head.fingerprint == digests.fingerprint()
            mine = np.asarray(rows)[doubling(source, settings, rows)] if not again else np.zeros(0, dtype="int64")
            if same or (len(mine) and len(matched(digests.of(mine.tolist()), planned(head)[1]))):
                raise JournalError(f"{sends.said(head)} is still going on, in process {process}. Wait for its end.")
    found = {} if again else _sent_before(source, settings, rows, digests, earlier)
    if found and again is None:
        repeats = _repeats(found, len(rows))
        raise RepeatedError([_repeated(source, found, repeats)], repeats)
    left_out = tuple(_as_before(written, place, row, of_this=False) for row, (written, place) in found.items())
    return Past(left_out, rows=[row for row in rows if row not in found] if found else rows)


def _sent_before(
    source: Source, settings: Settings, rows: Sequence[int], digests: Digests, earlier: list[Head]
) -> dict[int, tuple[Written, int]]:
    """The rows that a send before left something of in Odoo: position to that send, and the row's place there."""
    if not earlier or not len(places := doubling(source, settings, rows)):
        return {}
    written = [_read(head) for head in earlier if head.ended or not sends.running(head)]
    if not any(len(each.rows) for each in written):
        return {}
    left = [np.flatnonzero(np.isin(each.statuses, LEFT_A_TRACE)) for each in written]
    before = np.concatenate([each.digests[kept] for each, kept in zip(written, left, strict=True)])
    origin = [(each, place) for each, kept in zip(written, left, strict=True) for place in kept.tolist()]
    mine = np.asarray(rows)[places]
    pairs = matched(digests.of(mine.tolist()), before)
    return {int(mine[here]): origin[there] for here, there in pairs.tolist()}


def _read(head: Head) -> Written:
    try:
        return read(head)
    except JournalError as error:
        if error.__cause__ is not None:
            # Nobody knows whether these rows were among it.
            raise JournalError(f"{error} {UNKNOWN}") from error
        # Another process took it, or threw it away, between the list and now.
        return Written(head, *(np.zeros(0, dtype="int64"),) * 2, [], [])


def _repeats(found: dict[int, tuple[Written, int]], size: int) -> Repeats:
    heads = {written.head.name: written.head for written, _place in found.values()}
    return Repeats(
        rows=tuple(sorted(found)),
        of=size,
        first=heads[min(heads)].day,
        last=heads[max(heads)].day,
        statuses=Counter(_status(written.statuses[place]) for written, place in found.values()),
        tests=all(head.test for head in heads.values()),
    )


def _status(written: str) -> str:
    return "in_doubt" if written == IN_FLIGHT else written


def _repeated(source: Source, found: dict[int, tuple[Written, int]], repeats: Repeats) -> str:
    first = min(found)
    written, _place = found[first]
    which = f"{len(found):,} of the {repeats.of:,} rows were" if repeats.others else f"All {repeats.of:,} rows were"
    which = "The row was" if repeats.of == 1 else which
    return (
        f"{which} sent before ({figures(repeats.statuses, ', ')}), "
        f"{row_name(source.frame.index, first)} on {written.head.day}. Sent again, they would be there twice. "
        "again=False leaves them out, again=True sends them once more, and key='…' says by which column a record is "
        "found, so that nothing is there twice."
    )


def _as_before(written: Written, place: int, row: int, *, of_this: bool = True) -> Outcome:
    """What became of a row; in no batch where another send had it."""
    if written.statuses[place] == IN_FLIGHT:
        return Outcome([row], "in_doubt", error=LOST)
    outcome = written.outcome(place, row)
    return outcome if of_this else attrs.evolve(outcome, batch=None)


# --- a send that goes on ---------------------------------------------------------------------------------------------


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
    head = latest(source, digests, earlier) or next(iter(begun), None)
    if head is None or not head.left:
        raise JournalError(
            f"There is nothing to resume: no send of these rows to {settings.endpoint.model or settings.url} was ended "
            "before its last row. Use send."
        )
    _check_same(source, head, digests)
    written = read(head)
    status = dict(zip(written.rows.tolist(), written.statuses, strict=True))
    place = {row: place for place, row in enumerate(written.rows.tolist())}
    doubted = [row for row, each in status.items() if each in IN_DOUBT]
    settled = [row for row, each in status.items() if each not in (*OPEN, *IN_DOUBT)]
    outcomes = [_as_before(written, place[row], row) for row in settled]
    found_out = findable(source, settings, doubted)
    outcomes += [_as_before(written, place[row], row) for row in sorted(set(doubted).difference(found_out))]
    rest = [row for row in planned(head)[0].tolist() if status.get(row, NOT_BEGUN) in OPEN]
    # Rows that it left out at its start, since they had been sent before, are left out again.
    others = [each for each in earlier if each.name != head.name]
    left_out = _sent_before(source, settings, rest, digests, others) if rest and not head.again else {}
    outcomes += [_as_before(found, at, row, of_this=False) for row, (found, at) in left_out.items()]
    batches = max((each[1] for each in written.cells if each[1] is not None), default=-1) + 1
    return head, Past(tuple(outcomes), found_out, [row for row in rest if row not in left_out], batches)


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
    except (DataError, JournalError):
        return None
    if head is None or not statuses:
        return None
    done = sum(statuses.values()) - len(doubted) - sum(statuses.get(status, 0) for status in OPEN)
    left = head.rows - done - len(doubted) + found_out
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


NAMED = 5
# As many rows as tell whether a send had the same.
COMPARED = 100
TAKE = "Nothing was sent. Resume it with the frame as it was, or send this one with again=False."
