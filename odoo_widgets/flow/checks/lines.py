"""Lines of documents: checked as the rows of a table of their own, beside the fields of their model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from odoo_widgets.flow.asking import asked_fields, question
from odoo_widgets.flow.checks import cells, columns
from odoo_widgets.flow.checks.links import links
from odoo_widgets.flow.checks.notes import ERROR, WARNING, Note
from odoo_widgets.flow.checks.subject import Distinct, Subject
from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.documents import OF_LINES, is_lines
from odoo_widgets.flow.server import Server, proposed
from odoo_widgets.flow.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.lines import Lines
    from odoo_widgets.flow.model import Field


def lines(subject: Subject) -> Questions[list[Note]]:
    """What a check finds in the lines of documents. Each note has the rows of the documents, and names the lines."""
    notes: list[Note] = []
    for name, held in subject.sent.items():
        field = subject.field(name)
        if field is None or field.type != OF_LINES:
            continue
        if held.column.lines:
            notes += yield from _inside(subject, held, field)
        elif places := [place for place, value in enumerate(held.values) if is_lines(value)]:
            problem = f"{subject.settings.endpoint.operation} takes no lists of dicts: they would be lines to make."
            advice = "Send lines with create, or with a key; or write commands such as [0, 0, {…}]."
            notes.append(Note(ERROR, problem, advice, held.column.name, name, held.rows(places)))
    return notes


def _inside(subject: Subject, held: Distinct, field: Field) -> Questions[list[Note]]:
    found = subject.source.lines(held.column.position)
    assert found is not None
    table, source = found
    fields = yield from asked_fields(field.relation)
    looked_up = {name: subject.looked_up[f"{field.name}/{name}"] for name in _within(field.name, subject.looked_up)}
    unfit = _within(field.name, subject.unfit)
    sent = {
        each.field: Distinct(source, each)
        for each in held.column.lines
        # What only tells lines apart is no field; what leads to no record has been told of.
        if (each.field in fields or each.field not in subject.settings.line_key)
        and each.field.partition("/")[0] not in unfit
    }
    settings = _settings(subject.settings, field.relation)
    inner = Subject(source, settings, fields, sent, looked_up, unfit, field.inverse, has_key=subject.has_key)
    notes = [*columns.unknown(inner), *columns.dropped(inner), *cells.values(inner), *(yield from links(inner))]
    # The line's document is said by where it stands.
    names = [each for each in columns.wanted(inner) if each != field.inverse]
    defaults = (yield question(inner.model, "default_get", {"fields": names})) if names else {}
    given = {**(defaults if isinstance(defaults, dict) else {}), field.inverse: True}
    notes += columns.required(inner, given)
    keys = [each.name for each in held.column.lines if each.field in subject.settings.line_key]
    above = [_above(note, held, table, keys) for note in notes]
    bare = np.flatnonzero(table.starts == table.ends)
    if len(bare) and subject.makes:
        advice = "Send them so only if that is meant."
        above.append(Note(WARNING, "These documents have no lines.", advice, held.column.name, field.name, bare))
    return above


def _within(name: str, paths: Iterable[str]) -> frozenset[str]:
    """Of some paths those that lead into the lines of a field, from there on."""
    return frozenset(path.removeprefix(f"{name}/") for path in paths if path.startswith(f"{name}/"))


def _above(note: Note, held: Distinct, table: Lines, keys: Sequence[str]) -> Note:
    """A note about lines as one about their documents; names in lines are paths, as the settings have them."""
    column, name = held.column.name, held.column.field
    return attrs.evolve(
        note,
        problem=f"In the lines: {note.problem}",
        column=f"{column}/{note.column}" if note.column else column,
        field=f"{name}/{note.field}" if note.field else name,
        rows=None if note.rows is None else table.cells(note.rows),
        lines=() if note.rows is None else table.called(note.rows, keys),
    )


def _settings(settings: Settings, model: str) -> Settings:
    """Settings that make records of a model, at the same server."""
    protocol = settings.endpoint.protocol
    where = proposed(Server(url=origin(settings.url)), model, "create", protocol=protocol)
    return Settings(
        url=where["url"] or "", model=where["model"], operation=where["operation"], context=settings.context
    )
