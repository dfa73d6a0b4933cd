"""What becomes of rows, as a send would decide it before it writes: which are made, which written, with which lines.

Only what tells this is asked: which records hold the keys, and which of their lines were made from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow import matching
from odoo_widgets.flow.asking import page
from odoo_widgets.flow.asks import of_lines, written
from odoo_widgets.flow.calls import Lined
from odoo_widgets.flow.choices import CREATE, UPDATE
from odoo_widgets.flow.comparing import differing
from odoo_widgets.flow.documents import with_lines
from odoo_widgets.flow.fetching import told
from odoo_widgets.flow.holding import holding
from odoo_widgets.flow.lined import decided, held
from odoo_widgets.flow.lines_there import owners
from odoo_widgets.flow.operations import part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.calls import Batch
    from odoo_widgets.flow.methods import State
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings

LEFT = "record {id} has this key already, and mode='create' leaves it as it is."
NO_CHANGE = "record {id} has this key, and the row holds nothing to write."
NO_DIFFERENCE = "record {id} holds this already, and only_changes leaves it as it is."


@attrs.frozen
class Fate:
    """What becomes of a row.

    Attributes:
        record: What is sent of it.
        id: The id of its record; 0 for one that is still to be made.
        refusal: Why it is not sent; empty where it is.
        field: The field that this is about.
        left: Why nothing has to be sent; empty where something has to.
    """

    record: dict[str, Any]
    id: int = 0
    refusal: str = ""
    field: str = ""
    left: str = ""


def fates(batch: Batch, settings: Settings, server: Server) -> Questions[list[Fate]]:
    """What becomes of some rows.

    Args:
        batch: The rows as they would go out, with the ids of their records or with keys.
        settings: How they would be sent.
        server: The fields of the model, and of the lines of those that have some.

    Returns:
        One for each row.
    """
    if batch.keys is None:
        if settings.only_changes and batch.ids:
            batch = yield from _narrowed(batch, settings, server)
        ids = batch.ids or [0] * len(batch.rows)
        return [_written(Fate(each, number), settings) for each, number in zip(batch.records, ids, strict=True)]
    model = settings.endpoint.model
    names = list(dict.fromkeys((*batch.keys[0], *of_lines(batch, model, server))))
    answer = told(model, (yield page(model, matching.domain(batch.keys), names)), names)
    found = matching.matches(batch, ["id", *names], answer) or []
    there = [place for place, records in enumerate(found) if len(records) == 1]
    ids = [found[place][0]["id"] for place in there]
    if settings.when_found == CREATE:
        known = {place: Fate({}, number, left=LEFT.format(id=number)) for place, number in zip(there, ids, strict=True)}
    else:
        states = {number: found[place][0] for place, number in zip(there, ids, strict=True)}
        changed = yield from _changed(written(part(batch, there), ids), states, settings, server)
        known = dict(zip(there, changed, strict=True))
    return [known.get(place) or _absent(batch, place, found[place], settings) for place in range(len(batch.rows))]


def _absent(batch: Batch, place: int, records: list[State], settings: Settings) -> Fate:
    """What becomes of a row that no record is there for, or several are."""
    assert batch.keys is not None
    key, record = batch.keys[place], batch.records[place]
    if records:
        return Fate(record, refusal=matching.several(key, [each["id"] for each in records]), field=next(iter(key)))
    if settings.when_found == UPDATE:
        return Fate(record, refusal=matching.nobody(settings.endpoint.model, key), field=next(iter(key)))
    # A key that is excluded from the payload goes to a new record all the same.
    return Fate({**key, **record})


def _changed(batch: Batch, states: Mapping[int, State], settings: Settings, server: Server) -> Questions[list[Fate]]:
    """What becomes of rows whose records are there, with those of their lines that are written."""
    assert batch.ids is not None
    ids, fields = batch.ids, server.fields.get(settings.endpoint.model, {})
    if settings.only_changes:
        batch = yield from _narrowed(batch, settings, server)
    lined = Lined(batch, held(states.values(), with_lines(batch.lines, fields)), states=states)
    for name, by_document in lined.ids.items():
        every = [each for some in by_document.values() for each in some]
        names = yield from owners(fields[name].relation, every)
        lined = attrs.evolve(lined, names={**lined.names, name: names})
        if settings.only_changes:
            inside = server.fields.get(fields[name].relation, {})
            sent = {each for record in batch.records for line in record.get(name) or () for each in line}
            cells = yield from holding(
                fields[name].relation, every, {each: inside[each] for each in inside.keys() & sent}
            )
            lined = attrs.evolve(lined, cells={**lined.cells, name: cells.cells})
    # Where one line differs all of them are tried, so that each keeps its place.
    whole = decided(lined, settings.replace(only_changes=False), server)
    parts = decided(lined, settings, server) if settings.only_changes else whole
    return [
        _written(Fate({name: each.record[name] for name in some.record}, number, each.refusal, each.field), settings)
        for number, each, some in zip(ids, whole, parts, strict=True)
    ]


def _written(fate: Fate, settings: Settings) -> Fate:
    """What becomes of a row whose record is there: without anything to write, it is left."""
    if fate.record or fate.refusal or not (settings.key or settings.only_changes):
        return fate
    return attrs.evolve(fate, left=(NO_DIFFERENCE if settings.only_changes else NO_CHANGE).format(id=fate.id))


def _narrowed(batch: Batch, settings: Settings, server: Server) -> Questions[Batch]:
    """Rows whose records are there, with the cells that Odoo does not hold."""
    assert batch.ids is not None
    model = settings.endpoint.model
    fields = server.fields.get(model, {})
    sent = {name for record in batch.records for name in record}
    held = yield from holding(model, batch.ids, {name: fields[name] for name in fields.keys() & sent})
    records = []
    for number, record in zip(batch.ids, batch.records, strict=True):
        there = held.cells.get(number)
        differs = record if there is None else differing(record, there, fields)
        records.append({name: value for name, value in record.items() if name in differs or name not in fields})
    return attrs.evolve(batch, records=records)
