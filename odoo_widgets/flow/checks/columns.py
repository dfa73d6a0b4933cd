"""Columns beside fields: unknown, dropped, read-only and written all the same, required and not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from odoo_widgets.flow.checks.notes import ERROR, WARNING, Note
from odoo_widgets.flow.choices import CREATE
from odoo_widgets.flow.comparing import settles_never
from odoo_widgets.flow.model import OWN, TEXTS, TO_MANY, TO_ONE
from odoo_widgets.flow.naming import did_you_mean, meant
from odoo_widgets.flow.operations import OF_LOAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from odoo_widgets.flow.checks.subject import Distinct, Subject
    from odoo_widgets.flow.model import Field

# Read-only on screens, and meant to be sent when a record is made.
MEANT = {("account.move", "move_type")}
# The types of fields that an empty text and false empty, and the kinds of cells that are neither.
EMPTIED = (*TEXTS, *TO_ONE, "selection", "date", "datetime", "reference")
NEVER_EMPTY = frozenset({"integer", "float", "moment", "date"})


def unknown(subject: Subject) -> Iterator[Note]:
    """Columns that no field is called like: Odoo refuses every call that has one."""
    known = {name: field.label for name, field in subject.fields.items()}
    for name, held in subject.sent.items():
        if subject.field(name) is not None and ("/" not in name or subject.imports):
            continue
        if subject.imports and name in OF_LOAD:
            continue
        plain = name.partition("/")[0]
        yield Note(
            ERROR,
            f"{subject.model} has no field {name!r} that this user may see.{did_you_mean(meant(plain, known))}",
            f"Say which field it is, fields={{{held.column.name!r}: '…'}}, or exclude the column.",
            held.column.name,
            name,
        )


def dropped(subject: Subject) -> Iterator[Note]:
    """Columns whose values go nowhere, and those that are written past Odoo's own screens."""
    inherited = subject.inherited
    for name, held in subject.sent.items():
        field = subject.field(name)
        if field is None or (subject.imports and name in OF_LOAD) or name in inherited:
            continue
        if settles_never(field):
            reason = "Odoo keeps it by itself" if field.name in OWN else "it is read-only and computed"
            yield Note(
                WARNING,
                f"Odoo drops what is sent for {field.name} without a word: {reason}.",
                "Exclude the column.",
                held.column.name,
                name,
            )
        elif field.readonly and field.stored and not field.depends and (subject.model, field.name) not in MEANT:
            yield Note(
                WARNING,
                f"{field.name} is read-only on Odoo's screens, and is written as told: nothing that usually sets it, "
                "or follows from it, happens.",
                "Exclude the column, and use the method that changes it, unless you are sure.",
                held.column.name,
                name,
            )


def wanted(subject: Subject) -> list[str]:
    """The fields that a new record needs a value for, as far as the schema says, whether a default supplies it or not.

    A field that is computed supplies itself; one that leads to a record of `_inherits` is made with it.
    """
    inherited = subject.inherited
    links = set(inherited.values())

    def supplied(name: str, field: Field) -> bool:
        return bool(field.depends and name not in inherited) or name in links or field.type in TO_MANY

    return [
        name
        for name, field in subject.fields.items()
        if field.required and not supplied(name, field) and name not in OWN
    ]


def required(subject: Subject, defaults: Mapping[str, object], there: Sequence[int] = ()) -> Iterator[Note]:
    """What a record cannot be without, and what is not there.

    Args:
        subject: What is checked.
        defaults: What `default_get` answers for `wanted`.
        there: For each row the id of its record, 0 for one that is still to be made; nothing where all of them are.
    """
    by_field = {name.partition("/")[0]: held for name, held in subject.sent.items()}
    needed = wanted(subject)
    for name in dict.fromkeys((*needed, *by_field)):
        if name not in subject.fields or not subject.fields[name].required:
            continue
        held, label = by_field.get(name), subject.fields[name].label
        if held is None:
            new = [row for row, each in enumerate(there) if not each]
            if subject.makes and name not in defaults and name not in subject.unfit and (new or not there):
                problem = f"{name} ({label}) is required, and no column has it."
                # Those whose records are there have it.
                yield Note(ERROR, problem, "Add a column for it.", field=name, rows=new if there else None)
            continue
        rows = _empty(subject, subject.fields[name], held, there, supplied=name in defaults or name not in needed)
        if rows:
            yield Note(
                ERROR,
                f"{name} ({label}) is required, and these cells are empty.",
                "Fill them, or drop the rows.",
                held.column.name,
                name,
                rows,
            )


def _empty(subject: Subject, field: Field, held: Distinct, there: Sequence[int], *, supplied: bool) -> list[int]:
    """The rows that are refused for what stands in a required field: nothing, or what empties it."""
    gaps, texts, falses = {*held.missing.tolist()}, _holding(field, held, ""), _holding(field, held, False)
    if not (gaps or texts or falses):
        return []
    every = set(range(len(subject.source)))
    new = {row for row, each in enumerate(there) if not each} if there else every
    sent = new if subject.settings.when_found == CREATE else every
    # A new record has its default where the cell is left out; one that is there keeps what it has.
    without = sent if held.column.missing == "clear" else new if subject.makes and not supplied else set()
    # A record of a key is made through `load`, to which an empty text is nothing; elsewhere texts may be empty.
    of_texts = sent if subject.imports or field.type not in TEXTS else new if subject.has_key else set()
    return sorted((without & gaps) | (of_texts & texts) | (sent & falses))


def _holding(field: Field, held: Distinct, nothing: object) -> set[int]:
    """The rows that empty a field by an empty text, or by false; numbers and truths are never empty."""
    if field.type not in EMPTIED or held.sorts <= NEVER_EMPTY:
        return set()
    if held.sorts == {"text"}:
        # To tell the values of a long column apart takes longer.
        cells = held.column.cells(held.source.frame)
        return {*np.flatnonzero((cells == nothing).fillna(value=False)).tolist()} if nothing == "" else set()
    places = [place for place, value in enumerate(held.values) if type(value) is type(nothing) and value == nothing]
    return {*held.rows(places).tolist()}
