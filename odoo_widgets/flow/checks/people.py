"""Whom a send tells of what it does: e-mails about records that are assigned, and the history that others read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.asking import question
from odoo_widgets.flow.checks.notes import NOTE, WARNING, Note
from odoo_widgets.flow.comparing import one_id
from odoo_widgets.flow.context import ASSIGNING

if TYPE_CHECKING:
    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.checks.subject import Subject

# The field that a model has whose records tell people of themselves (Odoo 19.0, addons/mail/models/mail_thread.py).
CHATTER = "message_ids"
LINK_TO, SET = 4, 6
UNTRACKED = (
    "Nothing is written into these records' chatter (tracking=False): nobody will see there who made them or what was "
    "changed, and nobody follows them."
)


def told(subject: Subject) -> Questions[list[Note]]:
    """Who is e-mailed, or would be, and what is not written down for others."""
    settings = subject.settings
    if CHATTER not in subject.fields or not (subject.makes or subject.changes):
        return []
    if not settings.tracking:
        return [Note(NOTE, UNTRACKED, "Leave tracking on where the history counts.")]
    notes = []
    for name in ASSIGNING:
        held = subject.sent.get(name)
        people = set().union(*(_people(value) for value in held.values)) if held is not None else set()
        if held is None or not people:
            continue
        me = yield question("res.users", "context_get")
        # Nobody is told of what one assigns to oneself.
        others = len(people - {me.get("uid") if isinstance(me, dict) else None})
        who = f"{others:,} {'people' if others != 1 else 'person'}"
        if others and settings.assignment_emails:
            problem = f"{who} would be e-mailed that records are assigned to them."
            notes.append(Note(WARNING, problem, "assignment_emails=False sends none.", held.column.name, name))
        elif others:
            problem = f"Records are assigned to {who}, who get no e-mail of it."
            notes.append(Note(NOTE, problem, "assignment_emails=True sends them.", held.column.name, name))
    return notes


def _people(value: Any) -> set[int]:
    """The users that a cell assigns a record to."""
    if not isinstance(value, list) or (value and not isinstance(value[0], list)):
        return {each for each in map(one_id, value if isinstance(value, list) else [value]) if each > 0}
    linked = [each[-1] if each[0] == SET else each[1:2] for each in value if each and each[0] in (LINK_TO, SET)]
    return {each for ids in linked for each in ids or () if isinstance(each, int) and each > 0}
