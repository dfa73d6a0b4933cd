"""What is known of a frame before it goes: asked of a server that is only read, column by column, each value once.

It finds unknown fields (did you mean), required ones without a value, those that Odoo drops or writes past its own
screens, values of the wrong type, ids that no record has, rows that write different values into one shared record, and
what goes wrong with invoices, stock counts and employees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow.asking import asked_fields, question
from odoo_widgets.flow.barred import NO_COMPANY, OTHER_USER, RIGHTS
from odoo_widgets.flow.checks import (
    after,
    cells,
    columns,
    lines,
    links,
    lookups,
    models,
    parents,
    people,
    single,
    unsendable,
)
from odoo_widgets.flow.checks.notes import ERROR, NOTE, Note, table
from odoo_widgets.flow.checks.subject import Subject, subject
from odoo_widgets.flow.dry_run import dry_run
from odoo_widgets.flow.errors import DataError, EndpointError, ModelError, RefusedError
from odoo_widgets.flow.looking import looked_up
from odoo_widgets.flow.operations import operation
from odoo_widgets.flow.resolved import AS_EMPTY, UNKNOWN, resolved
from odoo_widgets.flow.server import NOTHING_KNOWN
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.trying import FINE
from odoo_widgets.flow.waves import waves

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    import pandas as pd

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.settings import Settings


def checked(data: pd.DataFrame | Source, settings: Settings) -> Questions[pd.DataFrame]:
    """What a check finds.

    Args:
        data: The frame to send.
        settings: How it would be sent.

    Returns:
        What `notes.table` makes. Where the model or the right is missing, that is all there is to find.
    """
    return table((yield from _notes(Source.of(data), settings)))


def _notes(source: Source, settings: Settings) -> Questions[list[Note]]:
    notes = unsendable.notes(source, settings)
    model = settings.endpoint.model
    try:
        fields = yield from asked_fields(model)
        if not (yield from _may(settings)):
            problem = f"This user has no right to {RIGHTS[settings.endpoint.operation]} {model}."
            return [*notes, Note(ERROR, problem, OTHER_USER)]
    except ModelError as error:
        return [*notes, Note(ERROR, f"{model} is no model of this Odoo. {error}", "Correct the URL or the model.")]
    except RefusedError as refused:
        return [*notes, Note(ERROR, refused.said, refused.advice)]
    if any(not note.column for note in notes):
        # Of a frame that cannot be sent at all, it is not known how its columns would go out.
        return notes
    server = yield from looked_up(source, settings, NOTHING_KNOWN.describes(model, fields))
    notes += yield from lookups.notes(source, settings, server)
    found = resolved(source, settings, server, to_make=AS_EMPTY)
    without = {note.column for note in notes if note.severity == ERROR}
    # Nor is a state where its country is not known, which has been told of that.
    without |= {each.link.column for each in found.linked if each.of(*UNKNOWN)}
    found_now = {each.link.path: each.found() for each in found.linked}
    checked = subject(found.source, found.settings, fields, without, looked_up=found_now)
    checked = attrs.evolve(checked, above=parents.above(waves(source, settings, found.linked)))
    for look in LOOKS:
        try:
            notes += [*_of_sent((yield from look(checked)), found.rejected)]
        except RefusedError as refused:
            if NO_COMPANY in refused.said:
                return [*notes, Note(ERROR, refused.said, refused.advice)]
            notes.append(Note(NOTE, f"Something could not be looked at. {refused}"))
    return notes


def _of_sent(notes: Iterable[Note], rejected: Container[int]) -> Iterator[Note]:
    """Notes without the rows that are not sent."""
    for note in notes:
        rows = None if note.rows is None else [row for row in note.rows if row not in rejected]
        if rows or note.rows is None or not len(note.rows):
            yield attrs.evolve(note, rows=rows)


def _may(settings: Settings) -> Questions[bool]:
    """Whether the user has the right; where that cannot be asked (before 18), it is taken to be there."""
    right = RIGHTS.get(settings.endpoint.operation)
    if right is None:
        return True
    try:
        answer = yield question(settings.endpoint.model, "has_access", {"operation": right}, ids=[])
    except (RefusedError, EndpointError):
        return True
    return answer is not False


def _columns(subject: Subject) -> Questions[list[Note]]:
    """Columns beside fields, values beside the types of these, and required fields without a value."""
    if not operation(subject.settings.endpoint.operation).takes_values or not (subject.makes or subject.changes):
        return []
    notes = [*columns.unknown(subject), *columns.dropped(subject), *cells.values(subject)]
    names = columns.wanted(subject)
    defaults = (yield question(subject.model, "default_get", {"fields": names})) if names and subject.makes else {}
    given = defaults if isinstance(defaults, dict) else {}
    needed, there = [*columns.required(subject, given)], list[int]()
    if subject.settings.key and needed:
        try:
            there = yield from parents.records_there(subject)
        except (RefusedError, EndpointError):
            # That is told where keys are looked up; as far as is known, all are new.
            there = []
        needed = [*columns.required(subject, given, there)]
    if any(not note.column for note in needed) and (yield from _saves(subject, notes, there)):
        needed = [note for note in needed if note.column]
    return [*notes, *needed]


def _saves(subject: Subject, notes: list[Note], there: Sequence[int]) -> Questions[bool]:
    """Whether Odoo's own import saves a row without what the schema requires: what makes records may supply it.

    A row whose record is there would say nothing of that.
    """
    faulty = {int(row) for note in notes if note.rows is not None for row in note.rows}
    faulty |= {row for row, each in enumerate(there) if each}
    row = next((each for each in range(len(subject.source)) if each not in faulty), None)
    if row is None:
        return False
    try:
        answer = yield from dry_run(subject.source.frame.iloc[[row]], subject.settings)
    except (DataError, RefusedError, EndpointError):
        return False
    return bool(answer["status"].isin(FINE).all())


LOOKS: tuple[Callable[[Subject], Questions[list[Note]]], ...] = (
    _columns,
    links.records,
    links.links,
    lines.lines,
    parents.shared,
    parents.addresses,
    models.of_model,
    single.single,
    people.told,
    after.steps,
)
