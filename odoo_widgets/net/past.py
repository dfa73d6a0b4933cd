"""What of the sends that are written down counts for one that starts."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
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
    Past,
    doubling,
    matched,
)
from odoo_widgets.flow.responses import Outcome, figures
from odoo_widgets.net import sends
from odoo_widgets.net.written import Written, headless, planned, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source
    from odoo_widgets.net.sends import Head

UNKNOWN = (
    "Whether these rows were among it is not known, so nothing was sent. Look in Odoo; then again=True sends all rows, "
    "or delete all files of that name."
)
HEADLESS = (
    "{} of these rows were sent before, and where to is not known any more: {} is gone or cannot be read. Nothing was "
    "sent. Look in Odoo whether they are there; then again=True sends all rows, or delete all files of that name."
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
    found = {} if again else sent_before(source, settings, rows, digests, earlier)
    if found and again is None:
        repeats = _repeats(found, len(rows))
        raise RepeatedError([_repeated(source, found, repeats)], repeats)
    left_out = tuple(as_before(written, place, row, of_this=False) for row, (written, place) in found.items())
    return Past(left_out, rows=[row for row in rows if row not in found] if found else rows)


def sent_before(
    source: Source, settings: Settings, rows: Sequence[int], digests: Digests, earlier: list[Head]
) -> dict[int, tuple[Written, int]]:
    """The rows that a send before left something of in Odoo: position to that send, and the row's place there."""
    with sure():
        loose = list(headless())
    if not (earlier or loose) or not len(places := doubling(source, settings, rows)):
        return {}
    mine = np.asarray(rows)[places]
    for path, digests_before, statuses in loose:
        traces = digests_before[np.isin(statuses, LEFT_A_TRACE)]
        if same := len(matched(digests.of(mine.tolist()), traces)):
            raise JournalError(HEADLESS.format(f"{same:,}", path.with_suffix(".json")))
    written = [_read(head) for head in earlier if head.ended or not sends.running(head)]
    if not any(len(each.rows) for each in written):
        return {}
    left = [np.flatnonzero(np.isin(each.statuses, LEFT_A_TRACE)) for each in written]
    before = np.concatenate([each.digests[kept] for each, kept in zip(written, left, strict=True)])
    origin = [(each, place) for each, kept in zip(written, left, strict=True) for place in kept.tolist()]
    pairs = matched(digests.of(mine.tolist()), before)
    return {int(mine[here]): origin[there] for here, there in pairs.tolist()}


@contextmanager
def sure() -> Iterator[None]:
    """Says of a journal that cannot be read what that means: nobody knows whether these rows were among it."""
    try:
        yield
    except JournalError as error:
        if error.__cause__ is None:
            raise
        raise JournalError(f"{error} {UNKNOWN}") from error


def known_before(
    source: Source, settings: Settings, target: str, database: str
) -> tuple[tuple[Outcome, ...], frozenset[int]]:
    """What became of the rows that were sent to the same place before, and would be there twice.

    Args:
        source: The bound frame.
        settings: What it is sent with.
        target: Where it goes.
        database: To which database.

    Returns:
        One outcome for each such row; and the positions of those that were sent as a test. Nothing, where the frame
        cannot be sent, or what is written down cannot be read.
    """
    earlier = sends.heads(target, database)
    if not earlier:
        return (), frozenset()
    rows = range(len(source))
    try:
        found = sent_before(source, settings, rows, Digests(source, settings, rows), earlier)
    except (DataError, JournalError):
        return (), frozenset()
    outcomes = tuple(as_before(written, place, row, of_this=False) for row, (written, place) in found.items())
    return outcomes, frozenset(row for row, (written, _place) in found.items() if written.head.test)


def _read(head: Head) -> Written:
    try:
        with sure():
            return read(head)
    except JournalError as error:
        if error.__cause__ is not None and (sends.folder() / f"{head.name}.json").exists():
            raise
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


def as_before(written: Written, place: int, row: int, *, of_this: bool = True) -> Outcome:
    """What became of a row; in no batch where another send had it."""
    if written.statuses[place] == IN_FLIGHT:
        return Outcome([row], "in_doubt", error=LOST)
    outcome = written.outcome(place, row)
    return outcome if of_this else attrs.evolve(outcome, batch=None)
