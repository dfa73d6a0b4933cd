"""The calls of a sample: what follows a look-up that finds every record, and the steps after the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow import records, totals
from odoo_widgets.flow.asking import spoken
from odoo_widgets.flow.asks import in_turn, ways
from odoo_widgets.flow.batches import rows_text
from odoo_widgets.flow.calls import FIELDS_GET, LOG_IN, LOOK_UP, WHOSE, Call, Lined
from odoo_widgets.flow.documents import lines_of, with_lines
from odoo_widgets.flow.lined import ask_documents, ask_lines, told
from odoo_widgets.flow.loading import unfit
from odoo_widgets.flow.methods import known
from odoo_widgets.flow.operations import GET_METADATA, look_at, look_when, part
from odoo_widgets.flow.plan import follow_ups, plan, sending
from odoo_widgets.flow.then import in_order, sent_by
from odoo_widgets.flow.values import values
from odoo_widgets.flow.views import Scene

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from odoo_widgets.flow.calls import Batch
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

# The calls for no row, by what they ask.
NO_ROWS = {LOG_IN: "log in", FIELDS_GET: "ask for the fields", WHOSE: "ask whose method it is"}
# Of these, what a step knows from the rows before it.
KNOWN_BY_THEN = (LOG_IN, WHOSE)
# The calls that ask about the lines of documents.
LINES = {LOOK_UP: "read their lines", GET_METADATA: "ask which lines were made from here"}
TOTALS = ("totals · ask for the fields", "totals · read what Odoo computed", "totals · read how amounts are rounded")


def expanded(calls: Iterable[Call], settings: Settings, wanted: set[int] | None, server: Server) -> Iterator[Call]:
    """Calls with those that follow where every record is there, as far as they are for wanted rows."""
    for call in calls:
        yield call
        if call.ask.batch is not None and call.ask.batch.keys:
            yield from _by_key(call, settings, server)
        elif call.ask.lined is not None:
            yield from _lines_after(call, call.ask.lined.batch, settings, server)
        elif call.ask.batch is not None:
            for each in follow_ups(call, settings, call.ask.batch.ids or (), server):
                if wanted is None or not wanted.isdisjoint(each.rows):
                    yield each
                    if each.ask.by_name and (method := known(each.model, each.ask.method)):
                        yield attrs.evolve(each, ask=look_at(each.ask, method.fields))


def of_steps(
    source: Source, settings: Settings, rows: Sequence[int], masked: Credential, server: Server
) -> Iterator[Scene]:
    """The calls of the steps after rows, as if each row was done and no record was where a step brings it."""
    # The rows of a frame with many are looked up only where they say their records.
    said = records.ids(source.frame.iloc[list(rows)], settings) if settings.needs_ids else None
    numbers = said or [0] * len(rows)
    ids = dict(zip(rows, numbers, strict=True))
    model, names, guesses = settings.endpoint.model, list(settings.expect), not all(numbers)
    for call, words in zip(_of_totals(model, names, numbers, server), TOTALS, strict=False):
        yield Scene(call, spoken(settings), masked, server, words, guesses)
    for step in settings.steps:
        taken, told = sent_by(source, settings, step, ids, server)
        method = known(model, step.method)
        order = method.order if method is not None else ""
        if order and len(rows) > 1:
            call = totals.of_records(model, numbers, [order])
            yield Scene(
                call, spoken(settings), masked, server, f"{step.words} · read {order}, which says the order", guesses
            )
        run = in_order(rows, _dates(source, settings, method.sent_as) if method is not None else {})
        planned = plan(taken, told, server, 0, run)
        for call in expanded(planned, told, None, server):
            if call.ask.prepares in KNOWN_BY_THEN:
                continue
            of_rows = f" · {rows_text(call.rows)}" if call.rows else ""
            yield Scene(call, told, masked, server, f"{step.words} · {_does(call)}{of_rows}", guesses)


def _of_totals(model: str, names: Sequence[str], numbers: Sequence[int], server: Server) -> Iterator[Call]:
    """The calls that read totals. In which currency an amount is, is known once the fields are."""
    if not names:
        return
    currencies = totals.currencies_of(server.fields.get(model, {}), names)
    yield totals.of_fields(model, names)
    yield totals.of_records(model, numbers, [*names, *currencies])
    if currencies or model not in server.fields:
        yield totals.of_records(totals.CURRENCIES, [0], ["rounding"])


def _does(call: Call) -> str:
    if call.ask.prepares:
        return NO_ROWS[call.ask.prepares]
    return "look up" if call.ask.batch is not None else "read what it did" if call.ask.effect_of is not None else "call"


def _dates(source: Source, settings: Settings, fields: Sequence[str]) -> dict[int, object]:
    """The dates that rows are taken by, as far as the frame says them."""
    columns = {column.field: column for column in records.columns(source, settings)}
    column = next((columns[name] for name in fields if name in columns), None)
    if column is None:
        return {}
    found, missing = values(column.cells(source.frame), column)
    return dict(enumerate(found)) if not len(missing) else {}


def _by_key(call: Call, settings: Settings, server: Server) -> Iterator[Call]:
    """The calls that may follow a look-up by key: for rows whose records are not there, and for those that are."""
    assert call.ask.batch is not None
    fields = server.fields.get(call.model, {})
    for way in ways(call.ask.batch, settings.when_found, 0):
        made = way.operation == "load"
        wrong = unfit(way, fields) if made else {}
        fine = [place for place, record in enumerate(way.records) if place not in wrong and (made or record)]
        # How a value is loaded depends on the type of its field.
        if not fine or (made and not fields):
            continue
        rows = part(way, fine)
        names = with_lines(way.lines, fields)
        if any(lines_of(record, names) for record in rows.records):
            yield from _documents(call, rows, settings, server)
            continue
        for each in sending(call, rows, settings, server):
            yield each
            if made:
                loaded = attrs.evolve(each.ask, ids=[0] * len(each.rows))
                yield attrs.evolve(each, ask=look_when(loaded))


def _documents(call: Call, rows: Batch, settings: Settings, server: Server) -> Iterator[Call]:
    """The calls for documents with lines, as they go where none of their records is there, or all are."""
    fields = server.fields.get(call.model, {})
    names = with_lines(rows.lines, fields)
    if not all(name in fields and server.fields.get(fields[name].relation) for name in names):
        # How a value is loaded depends on the type of its field.
        return
    if rows.ids is not None:
        lined = Lined(rows, {name: {0: [0]} for name in names})
        while (asked := ask_lines(call, lined, settings, server))[1] is not None:
            question = asked[1]
            yield question
            answer = [{"id": 0, "xmlid": ""}] if question.ask.method == GET_METADATA else []
            lined = told(question.ask, answer) or lined
    for turn, batch in enumerate(in_turn(attrs.evolve(rows, operation="load"), settings, server)):
        of_turn = attrs.evolve(batch, ids=[0] * len(batch.rows)) if turn and rows.ids is None else batch
        for each in sending(call, of_turn, settings, server):
            yield each
            if of_turn.ids is None:
                loaded = attrs.evolve(each.ask, ids=[0] * len(each.rows))
                yield attrs.evolve(each, ask=look_when(loaded))
    yield from _lines_after(call, rows, settings, server)


def _lines_after(call: Call, rows: Batch, settings: Settings, server: Server) -> Iterator[Call]:
    """The calls that ask for the ids of the lines of documents that are written."""
    fields = server.fields.get(call.model, {})
    names = with_lines(rows.lines, fields)
    question: Call | None = ask_documents(call.number, call.model, attrs.evolve(rows, ids=[0] * len(rows.rows)), names)
    while question is not None:
        yield question
        named = question.ask.method == GET_METADATA
        lined = told(question.ask, [{"id": 0, "xmlid": ""}] if named else [{"id": 0, **{name: [0] for name in names}}])
        assert lined is not None
        question = ask_lines(call, lined, settings, server)[1] if names[0] in fields else None
