"""What was done to records from this machine, as it is written down of sends, and what an undo changes there."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.history import Event
from odoo_widgets.flow.repeats import IN_FLIGHT
from odoo_widgets.flow.responses import STATUSES
from odoo_widgets.flow.then import MAY_HAVE_WORKED
from odoo_widgets.net import before, sends
from odoo_widgets.net.written import reading, steps_of, there

if TYPE_CHECKING:
    from collections.abc import Iterable

    from odoo_widgets.flow.before import Kept
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.net.sends import Head

READ = "SELECT row, id, status, seconds, error FROM rows WHERE id IS NOT NULL ORDER BY row"
MARK = "UPDATE rows SET status = 'deleted' WHERE row = ? AND status = 'created'"


def histories(me: Credential, model: str, ids: Iterable[int]) -> dict[int, list[Event]]:
    """What was done to records from here.

    Args:
        me: On which server and database.
        model: The records' model.
        ids: Their ids.

    Returns:
        Id to what was done to it, the newest first; ids that nothing is written down of are left out.

    Raises:
        JournalError: Records of this model are being undone right now.
    """
    wanted, found = set(ids), defaultdict(list)
    for head in sends.heads():
        if (head.server, head.database, head.model) != (me.server, me.database, model):
            continue
        if process := sends.running(head):
            if head.undo:
                raise sends.going_on(head, process)
            continue
        for each, event in _events(head, wanted):
            found[each].append(event)
    return dict(found)


def called_before(me: Credential, model: str, method: str, ids: Iterable[int]) -> dict[int, str]:
    """The records that a method was called on from here, or may have been, as a step after rows or by itself.

    Args:
        me: On which server and database.
        model: The records' model.
        method: The method.
        ids: Their ids.

    Returns:
        Id to when that was, for people.

    Raises:
        JournalError: What is written down cannot be read.
    """
    return {
        record: event.day
        for record, events in histories(me, model, ids).items()
        for event in events
        if method in event.called or (event.operation == method and event.status in MAY_HAVE_WORKED)
    }


def _events(head: Head, wanted: set[int]) -> Iterable[tuple[int, Event]]:
    with reading(head) as file:
        rows = [each for each in file.execute(READ) if each[1] in wanted]
        after = [(record, step, status) for step, _, status, record, *_ in steps_of(file) if record in wanted]
    if not rows:
        return
    kept = before.read(head)
    of: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for each in rows:
        of[each[1]].append(each)
    for record, mine in of.items():
        statuses = [status for _, _, status, *_ in mine]
        # Made and then written over by another row of the same send, a record is one that was made.
        status = "created" if "created" in statuses else statuses[-1]
        places = tuple(row for row, *_ in mine)
        yield (
            record,
            Event(
                head.name,
                head.day,
                head.operation,
                status,
                places,
                undo=head.undo,
                context=head.context,
                kept=_together([kept[row] for row in places if row in kept]),
                seconds=tuple(each[3] for each in mine if each[3] is not None),
                error=next((error for *_, error in mine if error), ""),
                called=tuple(
                    head.steps[step] for each, step, become in after if each == record and _may_have(head, step, become)
                ),
            ),
        )


def _may_have(head: Head, step: str, become: str) -> bool:
    """Whether a step that is written down did something to its record, or may have."""
    return step in head.steps and become in (*MAY_HAVE_WORKED, "updated", IN_FLIGHT)


def _together(kept: list[Kept]) -> Kept | None:
    """What several rows wrote to one record: what it held before the first, what it holds after the last."""
    if not kept:
        return None
    held = {name: value for each in reversed(kept) for name, value in each.before.items()}
    sent = {name: value for each in kept for name, value in each.sent.items()}
    return attrs.evolve(kept[0], before=held, sent=sent)


def mark_deleted(events: Iterable[Event]) -> None:
    """Writes down of records that were created, and are deleted again, that they are: then they can be sent again.

    Raises:
        JournalError: That cannot be written down.
    """
    rows: dict[str, list[int]] = defaultdict(list)
    for each in events:
        rows[each.send] += each.rows
    for head in sends.heads():
        if head.name not in rows:
            continue
        path = sends.folder() / f"{head.name}.sqlite"
        with sends.told("written", path), sends.held(head), there(path) as file:
            with file:
                gone = file.executemany(MARK, ((row,) for row in rows[head.name])).rowcount
            statuses = Counter(head.statuses)
            statuses.update(created=-gone, deleted=gone)
            sends.write_head(attrs.evolve(head, statuses={name: statuses[name] for name in STATUSES if statuses[name]}))
