"""Rows that write different values into one record that they share: the last one would win."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from odoo_widgets.flow.asking import page
from odoo_widgets.flow.checks.links import MANY
from odoo_widgets.flow.checks.notes import WARNING, Note
from odoo_widgets.flow.comparing import one_id
from odoo_widgets.flow.holding import records_of
from odoo_widgets.flow.records import ids

# A record by its id, or, where it is new, by the position of the row that makes it.
Whose: TypeAlias = tuple[bool, int]

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.checks.subject import Subject
    from odoo_widgets.flow.waves import Waves

# A contact of the type `contact` has its parent's address (Odoo 19.0, odoo/addons/base/models/res_partner.py).
ADDRESS = ("street", "street2", "zip", "city", "state_id", "country_id")
CONTACTS, PARENT, KIND, OF_PARENT = "res.partner", "parent_id", "type", "contact"
ONE_ADDRESS = (
    "These contacts of one company, or they and the company, have different addresses. A contact of the type 'contact' "
    "has its company's address, so the last one written is the one that all of them have."
)
OTHER_TYPE = "Give the contacts the type 'other' or 'delivery'."


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


def above(waves: Waves) -> dict[int, int]:
    """The rows whose parents other rows are, with these."""
    return {
        row: parent
        for column, parents in waves.parents
        if column.link.field.name == PARENT
        for row, parent in enumerate(parents.tolist())
        if parent >= 0
    }


def addresses(subject: Subject) -> Questions[list[Note]]:
    """Contacts of one company with addresses of their own: as type `contact`, they and the company all get one."""
    differing = yield from addresses_apart(subject)
    if not differing:
        return []
    rows = sorted(set().union(*differing.values()))
    first = next(iter(differing))
    return [Note(WARNING, ONE_ADDRESS, OTHER_TYPE, subject.sent[first].column.name, first, rows)]


def addresses_apart(subject: Subject) -> Questions[dict[str, list[int]]]:
    """The parts of addresses that contacts of one company, or they and the company, hold differently, with the rows."""
    parts = [name for name in ADDRESS if name in subject.sent]
    if subject.model != CONTACTS or not parts:
        return {}
    if not (families := (yield from _families(subject))):
        return {}
    found = {name: _differing(families, subject.sent[name].of_rows()) for name in parts}
    return {name: rows for name, rows in found.items() if rows}


def _families(subject: Subject) -> Questions[dict[int, Whose]]:
    """The contacts that have their company's address, and the companies among the rows, each with whose it is.

    That is a record, or a row which is to make one.
    """
    sent = {name: subject.sent[name].of_rows() for name in (PARENT, KIND) if name in subject.sent}
    if not (subject.changes or subject.above or any(map(is_one, sent.get(PARENT, ())))):
        return {}
    own = (yield from records_there(subject)) if subject.changes else []
    held = yield from _held(subject.model, own, [PARENT, KIND])
    itself: list[Whose] = [(not each, each or row) for row, each in enumerate(own or [0] * len(subject.source))]
    children: dict[int, Whose] = {}
    for row, (is_new, record) in enumerate(itself):
        there = {} if is_new else held.get(record, {})
        parent, kind = (
            cells[row] if (cells := sent.get(name)) and cells[row] is not None else there.get(name)
            for name in (PARENT, KIND)
        )
        if kind and kind != OF_PARENT:
            continue
        if row in subject.above:
            children[row] = itself[subject.above[row]]
        elif is_one(parent):
            children[row] = (False, one_id(parent))
    wanted = set(children.values())
    return children | {row: each for row, each in enumerate(itself) if row not in children and each in wanted}


def is_one(value: Any) -> bool:
    """Whether a value leads to a record."""
    return one_id(value) > 0


def _parents(subject: Subject, link: str) -> Questions[dict[int, int]]:
    """For each row, the record that one of its fields leads to: as the frame says, or as Odoo does."""
    if link in subject.sent:
        return {row: one_id(each) for row, each in enumerate(subject.sent[link].of_rows()) if is_one(each)}
    of_rows = yield from records_there(subject)
    held = yield from _held(subject.model, of_rows, [link])
    known = {each: one_id(cells[link]) for each, cells in held.items()}
    return {row: known[each] for row, each in enumerate(of_rows) if known.get(each)}


def records_there(subject: Subject) -> Questions[list[int]]:
    """For each row the id of its record, 0 for none; nothing where no row says it."""
    settings = subject.settings
    if settings.key:
        fields = {settings.field_of(name) for name in settings.key}
        if not subject.fields.keys() >= fields or not subject.unfit.isdisjoint(fields):
            return []
        found = yield from records_of(subject.source, settings)
        return [each[0] if len(each) == 1 else 0 for each in found]
    return ids(subject.source.frame, settings) or []


def _held(model: str, wanted: Iterable[int], names: list[str]) -> Questions[dict[int, dict[str, Any]]]:
    """What some records hold of some fields."""
    held: dict[int, dict[str, Any]] = {}
    every = sorted({each for each in wanted if each})
    for start in range(0, len(every), MANY):
        answer = yield page(model, [["id", "in", every[start : start + MANY]]], names)
        held |= {each["id"]: each for each in answer}
    return held


def _differing(parents: Mapping[int, Hashable], values: list[Any]) -> list[int]:
    """The rows of each parent that has rows of different values, missing ones apart."""
    rows: dict[Hashable, list[int]] = {}
    held: dict[Hashable, set[bytes]] = {}
    for row, parent in parents.items():
        if values[row] is None:
            continue
        rows.setdefault(parent, []).append(row)
        held.setdefault(parent, set()).add(orjson.dumps(values[row]))
    return sorted(row for parent, several in held.items() if len(several) > 1 for row in rows[parent])
