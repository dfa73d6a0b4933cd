"""Rows that write different values into one record that they share: the last one would win."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from odoo_widgets.flow.asking import page
from odoo_widgets.flow.checks.links import MANY
from odoo_widgets.flow.checks.notes import WARNING, Note
from odoo_widgets.flow.comparing import one_id
from odoo_widgets.flow.holding import records_of
from odoo_widgets.flow.records import ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.checks.subject import Subject

# A contact of the type `contact` has its parent's address (Odoo 19.0, odoo/addons/base/models/res_partner.py).
ADDRESS = ("street", "street2", "zip", "city", "state_id", "country_id")
CONTACTS = "res.partner"


def shared(subject: Subject) -> Questions[list[Note]]:
    """Fields of `_inherits`, such as the price of a product's variants, which is their template's."""
    notes: list[Note] = []
    by_link: dict[str, list[str]] = {}
    for name, link in subject.inherited.items():
        if name in subject.sent and len(subject.sent[name].values) > 1:
            by_link.setdefault(link, []).append(name)
    for link, names in by_link.items():
        parents = yield from _parents(subject, link)
        for name in names:
            if rows := _differing(parents, subject.sent[name].of_rows()):
                model = subject.fields[link].relation
                problem = (
                    f"{name} belongs to the {model} that these rows share, and they hold different values: the last "
                    "one written is the one that all of them have."
                )
                advice = "Give them one value, or exclude the column."
                notes.append(Note(WARNING, problem, advice, subject.sent[name].column.name, name, rows))
    return notes


def addresses(subject: Subject) -> Questions[list[Note]]:
    """Contacts of one company with addresses of their own: as type `contact`, they all get one."""
    parts = [name for name in ADDRESS if name in subject.sent]
    if subject.model != CONTACTS or not parts:
        return []
    parents: Mapping[int, int] = {}
    if "parent_id" in subject.sent:
        parents = {row: one_id(each) for row, each in enumerate(subject.sent["parent_id"].of_rows()) if is_one(each)}
    elif subject.changes:
        parents = yield from _parents(subject, "parent_id")
    kinds = subject.sent["type"].of_rows() if "type" in subject.sent else []
    of_type = {
        row: parent for row, parent in parents.items() if parent and (not kinds or kinds[row] in (None, "contact"))
    }
    if not of_type:
        return []
    held = list(zip(*(subject.sent[name].of_rows() for name in parts), strict=True))
    if not (rows := _differing(of_type, held)):
        return []
    problem = (
        "These contacts of one company have different addresses. A contact of the type 'contact' has its company's "
        "address, so the last one written is the one that all of them, and the company, have."
    )
    column = subject.sent[parts[0]].column
    return [Note(WARNING, problem, "Give them the type 'other' or 'delivery'.", column.name, parts[0], rows)]


def is_one(value: Any) -> bool:
    """Whether a value leads to a record."""
    return one_id(value) > 0


def _parents(subject: Subject, link: str) -> Questions[dict[int, int]]:
    """For each row, the record that one of its fields leads to: as the frame says, or as Odoo does."""
    if link in subject.sent:
        return {row: one_id(each) for row, each in enumerate(subject.sent[link].of_rows()) if is_one(each)}
    found = (yield from records_of(subject.source, subject.settings)) if subject.settings.key else []
    of_rows = [each[0] if len(each) == 1 else 0 for each in found] or ids(subject.source.frame, subject.settings) or []
    known: dict[int, int] = {}
    wanted = sorted({each for each in of_rows if each})
    for start in range(0, len(wanted), MANY):
        answer = yield page(subject.model, [["id", "in", wanted[start : start + MANY]]], [link])
        known |= {each["id"]: one_id(each[link]) for each in answer}
    return {row: known[each] for row, each in enumerate(of_rows) if known.get(each)}


def _differing(parents: Mapping[int, int], values: list[Any]) -> list[int]:
    """The rows of each parent that has rows of different values, missing ones apart."""
    rows: dict[int, list[int]] = {}
    held: dict[int, set[bytes]] = {}
    for row, parent in parents.items():
        if values[row] is None or (isinstance(values[row], tuple) and not any(values[row])):
            continue
        rows.setdefault(parent, []).append(row)
        held.setdefault(parent, set()).add(orjson.dumps(values[row]))
    return sorted(row for parent, several in held.items() if len(several) > 1 for row in rows[parent])
