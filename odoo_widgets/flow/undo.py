"""An undo: what it does about each record that was sent, and how that is shown.

Four groups: what is created from here is to `delete`, what was written over to `put back`; what Odoo refused to delete
can be archived: `archive instead`; and what is `refused`, with the reason. What is not certain is refused.

Left alone is what was posted or confirmed, stock counts, what was changed since, what was not made here, methods and
deletions; nothing is cancelled. Numbers that were used, e-mails that were sent and the contacts of employees stay; the
preview names them. To put back, a `write` reads the fields that it writes first, and keeps what they held in a file for
the user alone; with `keep_before=False` it does not. Files, lines and what `load` or a PATCH changed are not put back.
Undone rows can be sent again.

Before Odoo 19, a server tells whole seconds only: a change within the second in which a record was made is not seen,
and the record is deleted all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd

from odoo_widgets.flow.history import OPEN, Event
from odoo_widgets.flow.steps import WRITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from odoo_widgets.flow.history import Origin

# Sentences that a summary names.
NAMED = 4
DELETE, PUT_BACK, ARCHIVE, REFUSED = GROUPS = ("delete", "put back", "archive instead", "refused")

NOT_OURS = (
    "Nothing that was written down on this machine says that it was created or written from here: it was matched and "
    "not created by us, sent elsewhere, or sent with journal=False."
)
NOT_FROM_HERE = "What that did cannot be taken back from here."
WHY_NOT = {
    **dict.fromkeys(("called", "needs_attention"), f"A method was called on it. {NOT_FROM_HERE}"),
    "saved": "load does not say whether it created or updated the record.",
    "deleted": "It was deleted. Deleted records do not come back.",
    "unchanged": "The send did nothing to it.",
    **dict.fromkeys(OPEN, "It is not known what became of it. Find that out first: resume the send."),
}
NOTHING_DONE = {
    "rejected": "There is nothing to undo: the row was rejected.",
    "not_sent": "There is nothing to undo: the row was not sent.",
}
NO_ID = "The row has no id, so no record can be found for it."
NOT_KEPT = "What it held before is not known: it was sent with keep_before=False, over REST, or its file is gone."


@attrs.frozen
class Step:
    """What undo does about one record.

    Attributes:
        id: The record; None for a row without one.
        rows: The places of its rows among the given responses.
        group: One of `GROUPS`.
        reason: Why it is refused, or only archived.
        stays: What is left once it is done.
        name: What Odoo calls the record.
        held: For what is put back: field to what it held, as it goes on the wire.
        event: What is undone.
        status: For what is refused, what its rows are: `not_sent`, or `unchanged` where there is nothing to do.
        can_archive: Whether the record can be archived.
        gone: Whether an undo deleted it before, which may not be written down of the send that made it.
    """

    id: int | None
    rows: tuple[int, ...]
    group: str = REFUSED
    reason: str = ""
    stays: str = ""
    name: str = ""
    held: dict[str, Any] = attrs.field(factory=dict)
    event: Event | None = None
    status: str = "not_sent"
    can_archive: bool = False
    gone: bool = False


@attrs.frozen
class Wanted:
    """A record that is to be undone.

    Attributes:
        id: The record; None for a row without one.
        rows: The places of its rows among the given responses.
        status: What the first of them says.
        seconds: The time that it says; None where it says none.
    """

    id: int | None
    rows: tuple[int, ...]
    status: str
    seconds: float | None = None


def wanted(
    ids: Sequence[int | None], statuses: Sequence[str], seconds: Sequence[float | None] | None = None
) -> list[Wanted]:
    """The records of responses, in the order in which each first comes; a row without an id stands alone.

    Args:
        ids: The rows' ids.
        statuses: Their statuses.
        seconds: Their times.
    """
    places: dict[int, list[int]] = {}
    for place, each in enumerate(ids):
        places.setdefault(-1 - place if each is None else each, []).append(place)
    return [
        Wanted(each if each > 0 else None, tuple(rows), statuses[rows[0]], seconds[rows[0]] if seconds else None)
        for each, rows in places.items()
    ]


# --- what is known without a question --------------------------------------------------------------------------------


def refused(each: Wanted, found: Origin | None, always: str = "") -> Step | None:
    """Why nothing is done about a record, where that is known without a look at it; None where it is not.

    Args:
        each: The record.
        found: What it stands for.
        always: Why no record of its model is undone; empty where some are.
    """
    if each.id is None or found is None:
        # A row that was refused may have the id of the record that it was for.
        reason = NOTHING_DONE.get(each.status, NO_ID if each.id is None else NOT_OURS)
        return Step(
            each.id, each.rows, reason=reason, status="unchanged" if each.status in NOTHING_DONE else "not_sent"
        )
    event, undone = found.event, found.undone
    if undone is not None and undone.status not in OPEN:
        archived = event.status == "created" and undone.status == "updated"
        said = f"It was {'archived' if archived else 'undone'} already: on {undone.day}."
        # An undo whose process died has not said so of the send that it took back.
        return Step(each.id, each.rows, reason=said, status="unchanged", event=event, gone=undone.status == "deleted")
    reason = always or _why_not(event)
    if not reason:
        return None
    done = event.status == "unchanged" and not event.called
    return Step(each.id, each.rows, reason=reason, status="unchanged" if done else "not_sent", event=event)


def _why_not(event: Event) -> str:
    """Why what a send did cannot be taken back; empty where it may be."""
    if methods := [name for name in dict.fromkeys(event.called) if name != WRITE]:
        return f"{' and '.join(methods)} was called on it. {NOT_FROM_HERE}"
    if event.status == "updated" and event.called:
        return "Columns were written again after the row itself. What they held before is not kept."
    if event.status not in ("created", "updated"):
        return WHY_NOT.get(event.status, NOT_OURS)
    return NOT_KEPT if event.status == "updated" and event.kept is None else ""


# --- what is shown of it ---------------------------------------------------------------------------------------------

COLUMNS = {"id": "Int64", "group": "string", "reason": "string", "stays": "string", "summary": "string"}
DOES = {
    DELETE: "Deletes {what}.",
    PUT_BACK: "Puts {fields} of {what} back.",
    ARCHIVE: "Archives {what} instead, with archive=True.",
    REFUSED: "Leaves {what} as it is.",
}
# What stands beside the headline, with how many.
BESIDE = {ARCHIVE: "Archive instead {:,}", REFUSED: "Leave {:,}"}


def preview(model: str, steps: Sequence[Step]) -> pd.DataFrame:
    """What an undo would do: one row for each record."""
    shown = [step for step in steps if step.id is not None]
    cells = {name: [getattr(step, name) for step in shown] for name in ("id", "group", "reason", "stays")}
    cells["summary"] = [_summary(model, step) for step in shown]
    return pd.DataFrame(
        {name: pd.array([each or None for each in cells[name]], dtype=COLUMNS[name]) for name in COLUMNS}
    )


def _summary(model: str, step: Step) -> str:
    what = f"{model} {step.id}{f' ({step.name})' if step.name else ''}"
    return DOES[step.group].format(what=what, fields=", ".join(step.held))


def headline(plan: pd.DataFrame) -> str:
    """What a preview comes to: `Delete 118, put back 2`; empty where nothing can be undone."""
    return _upper(", ".join(f"{group} {number:,}" for group in GROUPS[:3] if (number := _number(plan, group))))


def deletions(plan: pd.DataFrame) -> int:
    """How many records a preview has to delete."""
    return _number(plan, DELETE) + _number(plan, ARCHIVE)


def sentences(plan: pd.DataFrame) -> list[str]:
    """What a preview says beside its headline: why records are left as they are, or archived, and what stays."""
    said = [
        f"{done.format(_number(plan, group))}: {_most(plan.loc[plan['group'] == group, 'reason'])}"
        for group, done in BESIDE.items()
        if _number(plan, group)
    ]
    left = plan["stays"].dropna()
    return [*said, f"What stays: {_most(left)}"] if len(left) else said


def _number(plan: pd.DataFrame, group: str) -> int:
    return int((plan["group"] == group).sum())


def _most(texts: pd.Series) -> str:
    """What is said most often, with how often where that is more than once."""
    # Behind the first colon stand dates and numbers that differ from record to record.
    counted = texts.str.partition(":")[0].str.rstrip(".").value_counts()
    parts = [f"{text} ({number:,})" if number > 1 else str(text) for text, number in counted.items()]
    more = f"; and {len(parts) - NAMED:,} more" if len(parts) > NAMED else ""
    return f"{'; '.join(parts[:NAMED])}{more}."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
