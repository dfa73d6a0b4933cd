"""Ids that lead to records: whether these are there, asked in bulk, archived ones marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.asking import question
from odoo_widgets.flow.checks.cells import is_id
from odoo_widgets.flow.checks.notes import ERROR, NOTE, WARNING, Note, found
from odoo_widgets.flow.choices import UPDATE
from odoo_widgets.flow.errors import EndpointError, RefusedError
from odoo_widgets.flow.holding import records_of
from odoo_widgets.flow.model import TO_MANY, TO_ONE
from odoo_widgets.flow.records import ids

if TYPE_CHECKING:
    from collections.abc import Iterable

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.checks.subject import Distinct, Subject

# Ids to ask for at once.
MANY = 5_000
LINK_TO, SET = 4, 6
NONE: frozenset[int] = frozenset()
NO_RECORDS = "{} has no record of these ids that this user may see."
SEVERAL = "Merge them in Odoo or correct the keys, or name another key."
GONE = "Correct the keys, or use create with mode='upsert'."


def links(subject: Subject) -> Questions[list[Note]]:
    """The ids in columns that lead to other records, each relation asked once."""
    by_relation: dict[str, list[tuple[str, Distinct, list[set[int]]]]] = {}
    for name, held in subject.sent.items():
        field, path = subject.field(name), name.partition("/")[2]
        if field is None or field.type not in (*TO_ONE, *TO_MANY) or path not in ("", ".id") or not field.relation:
            continue
        told = subject.looked_up.get(name.partition("/")[0], NONE)
        # In the one column that may be text of several, they stand between commas.
        led = [_led(value, field.type) - told for value in held.values]
        if any(led):
            by_relation.setdefault(field.relation, []).append((name, held, led))
    notes: list[Note] = []
    for relation, columns in by_relation.items():
        wanted = set().union(*(each for _, _, led in columns for each in led))
        try:
            answer = yield from existing(relation, wanted)
        except (RefusedError, EndpointError) as refused:
            name, held, _ = columns[0]
            problem = f"Whether these records of {relation} are there could not be asked. {refused}"
            notes.append(Note(NOTE, problem, "", held.column.name, name))
            continue
        for name, held, led in columns:
            notes += _notes(name, held, led, answer, relation)
    return notes


def records(subject: Subject) -> Questions[list[Note]]:
    """The records that the rows themselves are for."""
    settings = subject.settings
    if settings.key:
        return (yield from _keyed(subject))
    if not settings.needs_ids:
        return []
    of_rows = ids(subject.source.frame, settings) or []
    there, active = yield from existing(subject.model, {each for each in of_rows if each})
    gone = [row for row, each in enumerate(of_rows) if each and each not in there]
    archived = [row for row, each in enumerate(of_rows) if each in there and each not in active]
    notes = []
    if gone:
        problem = NO_RECORDS.format(subject.model)
        shown = found(_distinct(of_rows[row] for row in gone))
        notes.append(Note(ERROR, problem + shown, "Look the ids up again, or drop the rows.", settings.ids, "id", gone))
    if archived:
        notes.append(
            Note(NOTE, "These records are archived.", "They are changed all the same.", settings.ids, "id", archived)
        )
    return notes


def _keyed(subject: Subject) -> Questions[list[Note]]:
    """Keys that several records have, and those that none has where none may be made."""
    settings = subject.settings
    fields = [settings.field_of(name) for name in settings.key]
    if not subject.fields.keys() >= set(fields) or not subject.unfit.isdisjoint(fields):
        return []
    try:
        of_rows = yield from records_of(subject.source, settings)
    except (RefusedError, EndpointError) as refused:
        return [
            Note(NOTE, f"Which records have these keys could not be asked. {refused}", "", settings.key[0], fields[0])
        ]
    several = [row for row, each in enumerate(of_rows) if len(each) > 1]
    gone = [row for row, each in enumerate(of_rows) if not each] if settings.when_found == UPDATE else []
    notes = []
    for rows, problem, advice in (
        (several, f"Several records of {subject.model} have the same key.", SEVERAL),
        (gone, f"{subject.model} has no record with these keys that this user may see.", GONE),
    ):
        if rows:
            shown = found(_distinct(", ".join(_keys(subject, row)) for row in rows))
            notes.append(Note(ERROR, problem + shown, advice, settings.key[0], fields[0], rows))
    return notes


def _keys(subject: Subject, row: int) -> list[str]:
    return [str(subject.source.frame[name].iloc[row]) for name in subject.settings.key]


def existing(model: str, wanted: Iterable[int]) -> Questions[tuple[set[int], set[int]]]:
    """Which of some records are there, and which of these are not archived."""
    every = sorted(wanted)
    there: set[int] = set()
    active: set[int] = set()
    for start in range(0, len(every), MANY):
        domain = [["id", "in", every[start : start + MANY]]]
        for archived_too, kept in ((True, there), (False, active)):
            answer = yield question(model, "search", {"domain": domain}, context={"active_test": not archived_too})
            kept.update(each for each in (answer if isinstance(answer, list) else ()) if type(each) is int)
    return there, active


def _led(value: Any, kind: str) -> set[int]:
    if kind in TO_ONE:
        return {int(value)} if is_id(value) else set()
    if isinstance(value, str):
        return {int(each) for each in value.split(",") if is_id(each.strip())}
    if not isinstance(value, list):
        return set()
    led: set[int] = set()
    for each in value:
        if is_id(each):
            led.add(int(each))
        elif isinstance(each, list) and len(each) > 1 and each[0] in (LINK_TO, SET):
            led.update(int(one) for one in (each[-1] if each[0] == SET else each[1:2]) or () if is_id(one))
    return led


def _notes(
    name: str, held: Distinct, led: list[set[int]], existing: tuple[set[int], set[int]], relation: str
) -> Iterable[Note]:
    there, active = existing
    lost = [each - there for each in led]
    if any(lost):
        problem = f"{NO_RECORDS.format(relation)}{_shown(lost)}"
        rows = held.rows(_places(lost))
        yield Note(ERROR, problem, "Look the ids up again.", held.column.name, name, rows)
    asleep = [each & there - active for each in led]
    if any(asleep):
        problem = f"These records of {relation} are archived.{_shown(asleep)}"
        rows = held.rows(_places(asleep))
        yield Note(WARNING, problem, "Choose others, unless that is meant.", held.column.name, name, rows)


def _places(several: list[set[int]]) -> list[int]:
    return [place for place, each in enumerate(several) if each]


def _shown(several: list[set[int]]) -> str:
    return found(_distinct(one for each in several for one in sorted(each)))


def _distinct(values: Iterable[object]) -> list[str]:
    return [str(each) for each in dict.fromkeys(values)]
