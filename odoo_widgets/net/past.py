"""What of the sends that are written down counts for one that starts."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from odoo_widgets.flow.digests import Digests
from odoo_widgets.flow.errors import DataError, JournalError, RepeatedError, Repeats
from odoo_widgets.flow.problems import row_name
from odoo_widgets.flow.repeats import IN_FLIGHT, LEFT_A_TRACE, Past, doubling, matched, near
from odoo_widgets.flow.responses import Outcome, figures
from odoo_widgets.net import sends, written
from odoo_widgets.net.sends import Head

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

UNKNOWN = (
    "Whether these rows were among it is not known, so nothing was sent. Look in Odoo; then again=True sends all rows, "
    "or delete all files of that name."
)
HEADLESS = (
    "{} of these rows were sent before, and where to is not known any more: {} is gone or cannot be read. Nothing was "
    "sent. Look in Odoo whether they are there; then again=True sends all rows, or delete all files of that name."
)


@attrs.frozen
class Before:
    """A row that an earlier send had.

    Attributes:
        head: That send.
        status: What became of the row, as it was written down.
        outcome: The same as an outcome; in no batch, since another send had it.
    """

    head: Head
    status: str
    outcome: Outcome


class Earlier:
    """The sends to a place before one that starts: which of its rows they had, each of theirs found once.

    Args:
        target: The place, as `digests.target` says.
        database: The database there.
    """

    def __init__(self, target: str, database: str) -> None:
        self._target, self._database = target, database
        # A send that has ended, or whose process has, is read once for all frames.
        self._traces: dict[tuple[str, ...], np.ndarray[Any, Any]] = {}

    def heads(self, own: str = "") -> list[Head]:
        """The sends, the newest first, without one that is our own."""
        return [head for head in sends.heads(self._target, self._database) if head.name != own]

    def found(
        self, source: Source, settings: Settings, rows: Sequence[int], digests: Digests, heads: list[Head]
    ) -> dict[int, Before]:
        """The rows that a send before left something of in Odoo, by position.

        Raises:
            JournalError: What is written down of one cannot be read.
        """
        with sure():
            loose = list(written.headless(LEFT_A_TRACE))
        if not (heads or loose) or not len(doubled := doubling(source, settings, rows)):
            return {}
        mine = np.asarray(rows)[doubled]
        for path, before in loose:
            if same := len(matched(digests.of(mine.tolist()), before["digest"])):
                raise JournalError(HEADLESS.format(f"{same:,}", path.with_suffix(".json")))
        wanted = digests.of(mine.tolist())
        known = [(head, self._of(head)) for head in heads if head.ended or not sends.running(head)]
        places = [near(traces["digest"], wanted) for _, traces in known]
        if not any(map(len, places)):
            return {}
        pairs = matched(
            wanted, np.concatenate([each["digest"][at] for (_, each), at in zip(known, places, strict=True)])
        )
        made: dict[int, Before] = {}
        end = 0
        for (head, traces), at in zip(known, places, strict=True):
            start, end = end, end + len(at)
            here = pairs[(pairs[:, 1] >= start) & (pairs[:, 1] < end)]
            there = at[here[:, 1] - start]
            if not len(there):
                continue
            told = written.outcomes(head, traces["row"][there].tolist())
            for row, (status, outcome) in zip(mine[here[:, 0]].tolist(), told, strict=True):
                made[row] = Before(head, status, attrs.evolve(outcome, rows=[row], batch=None))
            # Two rows that are the same need two that were.
            self._traces[_version(head)] = np.delete(traces, there)
        return dict(sorted(made.items()))

    def _of(self, head: Head) -> np.ndarray[Any, Any]:
        version = _version(head)
        if version not in self._traces:
            self._traces[version] = _traces(head)
        return self._traces[version]


def _version(head: Head) -> tuple[str, ...]:
    """What changes where anything else of a send does."""
    return head.name, head.ended, head.process, str(head.statuses)


def _traces(head: Head) -> np.ndarray[Any, Any]:
    """The rows of a send that left something in Odoo, sorted by their digests; those that are the same in order."""
    try:
        with sure():
            found = written.traces(head, LEFT_A_TRACE)
            return found[np.argsort(found["digest"], kind="stable")]
    except JournalError as error:
        if error.__cause__ is not None and (sends.folder() / f"{head.name}.json").exists():
            raise
        # Another process took it, or threw it away, between the list and now.
        return np.empty(0, dtype=written.PAIR)


@contextmanager
def sure() -> Iterator[None]:
    """Says of a journal that cannot be read what that means: nobody knows whether these rows were among it."""
    try:
        yield
    except JournalError as error:
        if error.__cause__ is None:
            raise
        raise JournalError(f"{error} {UNKNOWN}") from error


def known_before(source: Source, settings: Settings, earlier: Earlier) -> tuple[tuple[Outcome, ...], frozenset[int]]:
    """What became of the rows that were sent to the same place before, and would be there twice.

    Args:
        source: The bound frame.
        settings: What it is sent with.
        earlier: The sends to the same place.

    Returns:
        One outcome for each such row; and the positions of those that were sent as a test. Nothing, where the frame
        cannot be sent, or what is written down cannot be read.
    """
    rows, heads = range(len(source)), earlier.heads()
    if not heads:
        return (), frozenset()
    try:
        found = earlier.found(source, settings, rows, Digests(source, settings, rows), heads)
    except (DataError, JournalError):
        return (), frozenset()
    return tuple(each.outcome for each in found.values()), frozenset(
        row for row, each in found.items() if each.head.test
    )


def fresh(
    source: Source,
    settings: Settings,
    rows: Sequence[int],
    digests: Digests,
    earlier: Earlier,
    *,
    again: bool | None,
    own: str = "",
) -> Past:
    """The past of rows that no call was made for yet: those that would be made twice are refused or left out.

    Args:
        source: The bound frame, the rows of it without problems.
        settings: What it is sent with.
        rows: The positions of the rows to send.
        digests: What tells the rows apart.
        earlier: The sends to the same place.
        again: True sends rows once more that were sent before, False leaves them out, None refuses the frame.
        own: The name of the send that these rows are of, if it has begun.

    Returns:
        What to send, and what became before of the rows that are left out.

    Raises:
        RepeatedError: Rows were sent before, and `again` does not say what to do.
        JournalError: The same rows are being sent now.
    """
    heads = earlier.heads(own)
    for head in heads:
        if not head.ended and (process := sends.running(head)):
            same = head.fingerprint == digests.fingerprint()
            mine = np.asarray(rows)[doubling(source, settings, rows)] if not again else np.zeros(0, dtype="int64")
            if same or (len(mine) and len(matched(digests.of(mine.tolist()), written.planned(head)["digest"]))):
                raise sends.going_on(head, process)
    found = {} if again else earlier.found(source, settings, rows, digests, heads)
    if found and again is None:
        repeats = _repeats(found, len(rows))
        raise RepeatedError([_repeated(source, found, repeats)], repeats)
    left_out = tuple(before.outcome for before in found.values())
    return Past(left_out, rows=[row for row in rows if row not in found] if found else rows)


def _repeats(found: dict[int, Before], size: int) -> Repeats:
    heads = {before.head.name: before.head for before in found.values()}
    return Repeats(
        rows=tuple(sorted(found)),
        of=size,
        first=heads[min(heads)].day,
        last=heads[max(heads)].day,
        statuses=Counter(_status(before.status) for before in found.values()),
        tests=all(head.test for head in heads.values()),
    )


def _status(told: str) -> str:
    return "in_doubt" if told == IN_FLIGHT else told


def _repeated(source: Source, found: dict[int, Before], repeats: Repeats) -> str:
    first = min(found)
    which = f"{len(found):,} of the {repeats.of:,} rows were" if repeats.others else f"All {repeats.of:,} rows were"
    which = "The row was" if repeats.of == 1 else which
    return (
        f"{which} sent before ({figures(repeats.statuses, ', ')}), "
        f"{row_name(source, first)} on {found[first].head.day}. Sent again, they would be there twice. "
        "again=False leaves them out, again=True sends them once more, and key='…' says by which column a record is "
        "found, so that nothing is there twice."
    )
