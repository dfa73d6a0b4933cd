"""What follows where documents have lines: what is known of these in Odoo, what is written, which ids they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow import keying, records, words
from odoo_widgets.flow.calls import Batch, Lined
from odoo_widgets.flow.documents import DELETE, lines_of, with_lines
from odoo_widgets.flow.follow import Verdict
from odoo_widgets.flow.lined import ask_documents, ask_lines, decided, held, ids_of, of_rows, told
from odoo_widgets.flow.narrowed import narrowed
from odoo_widgets.flow.operations import OPERATIONS, operation, part
from odoo_widgets.flow.plan import sending
from odoo_widgets.flow.proofs import prove
from odoo_widgets.flow.resolved import resolved
from odoo_widgets.flow.responses import DONE
from odoo_widgets.flow.turns import later
from odoo_widgets.flow.updating import both, outcome, unloadable, update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from odoo_widgets.flow.calls import Ask, Call
    from odoo_widgets.flow.facts import Facts
    from odoo_widgets.flow.lined import Decision
    from odoo_widgets.flow.methods import State
    from odoo_widgets.flow.responses import Outcome
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

# Documents to ask about at once, of which nothing is sent any more.
BLOCK = 500
# What is said of documents between the call that wrote their lines and the one that deletes the others.
NOT_DELETED = "Its lines were written, and the lines to delete may still be there."


def begun(facts: Facts, batch: Batch, found: Sequence[State]) -> Verdict:
    """The first of what follows for documents whose records are there.

    Args:
        facts: The look-up that found them, and its answer.
        batch: The documents as they are written, with the ids of their records.
        found: What the record of each holds.
    """
    names = with_lines(batch.lines, facts.knows.fields.get(facts.call.model, {}))
    states = {record["id"]: record for record in found}
    lined = Lined(batch, held(found, names), states=states, look=facts.call.ask)
    return _on(facts, lined)


def _lines(facts: Facts) -> Verdict:
    """Asks on; where all is known, tells the ids of lines, or writes the documents."""
    known = told(facts.call.ask, facts.result)
    assert known is not None
    return _on(facts, known)


def _on(facts: Facts, known: Lined) -> Verdict:
    lined, call = ask_lines(facts.call, known, facts.settings, facts.knows)
    if call is not None:
        return Verdict(follow=(attrs.evolve(call, tries=1),))
    return Verdict(lines=ids_of(lined, facts.settings)) if lined.done else _settled(facts, lined)


def _settled(facts: Facts, lined: Lined) -> Verdict:
    """The calls that write documents whose lines are known; those that are not to be written are told of."""
    decisions = decided(lined, facts.settings, facts.knows)
    batch, fields = lined.batch, facts.knows.fields.get(facts.settings.endpoint.model, {})
    assert batch.ids is not None
    assert lined.look is not None
    names = with_lines(batch.lines, fields)
    outcomes = [
        outcome(facts, [batch.rows[place]], "rejected", each.refusal, error_field=each.field, ids=[batch.ids[place]])
        for place, each in enumerate(decisions)
        if each.refusal
    ]
    told_of = {number: each.remark for number, each in zip(batch.ids, decisions, strict=True) if each.remark}
    # From here on it goes as after the look-up that found the documents.
    call = attrs.evolve(facts.call, model=facts.settings.endpoint.model, ask=lined.look)
    before = attrs.evolve(facts, call=call)
    loaded = [place for place, each in enumerate(decisions) if not each.refusal and lines_of(each.record, names)]
    others = [place for place, each in enumerate(decisions) if not each.refusal and not lines_of(each.record, names)]
    known = of_rows(lined, [batch.rows[place] for place in others])
    verdict = Verdict(tuple(outcomes), lines=ids_of(known, facts.settings))
    if others:
        rest = attrs.evolve(part(batch, others), records=[_deleting(decisions[place]) for place in others])
        verdict = both(verdict, update(before, rest, [lined.states[number] for number in rest.ids or ()], told_of))
    if loaded:
        rest = attrs.evolve(part(batch, loaded), records=[decisions[place].record for place in loaded])
        gone = {batch.ids[place]: decisions[place].gone for place in loaded if decisions[place].gone}
        knows = attrs.evolve(before, knows=verdict.server or facts.knows)
        verdict = both(verdict, _loads(knows, rest, attrs.evolve(lined, gone=gone), told_of))
    return verdict


def _deleting(decision: Decision) -> dict[str, Any]:
    """What is written of a document that has no line to write, and may have some to delete."""
    return {**decision.record, **_commands(decision.gone)}


def _commands(gone: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    return {name: [[DELETE, each, 0] for each in ids] for name, ids in gone.items()}


def _loads(facts: Facts, batch: Batch, lined: Lined, told_of: Mapping[int, str]) -> Verdict:
    """The calls that write documents and their lines."""
    model = facts.settings.endpoint.model
    names = with_lines(batch.lines, facts.knows.fields.get(model, {}))
    inside = [lines_of(record, names) for record in batch.records]
    header = [{name: value for name, value in record.items() if name not in names} for record in batch.records]
    bare, asked = attrs.evolve(batch, records=header), facts.call.ask.arguments["fields"]
    small, conflicts, knows = narrowed(bare, lined.states, asked, facts.settings, facts.knows)
    whole = [{**record, **lines} for record, lines in zip(small.records, inside, strict=True)]
    made = attrs.evolve(batch, records=whole, operation="load")
    fine, refused = unloadable(facts, made, {place: (each.field, each.sentence) for place, each in conflicts.items()})
    calls = sending(facts.call, fine, facts.settings, knows) if fine.rows else ()
    follow = tuple(attrs.evolve(call, ask=attrs.evolve(call.ask, lined=lined, remarks=told_of)) for call in calls)
    return Verdict(tuple(refused), follow=follow, server=knows if knows is not facts.knows else None)


def updated(facts: Facts) -> Verdict:
    """Documents that were there are written, with their lines; those to delete are deleted next."""
    ask = facts.call.ask
    batch, lined = ask.keyed, ask.lined
    assert batch is not None
    assert batch.ids is not None
    assert lined is not None
    warnings = dict(_warned(ask, facts.result))
    remarks = {
        number: "\n".join(filter(None, (ask.remarks.get(number), warnings.get(place))))
        for place, number in enumerate(batch.ids)
    }
    became = {number: ask.become.get(number, "updated") for number in batch.ids}
    next_turn, waiting = turn(facts, batch, lined, became, remarks)
    batch = part(batch, [place for place, row in enumerate(batch.rows) if row not in waiting])
    assert batch.ids is not None
    parts: dict[tuple[str, str], list[int]] = {}
    for place, number in enumerate(batch.ids):
        if number not in lined.gone:
            parts.setdefault((became[number], remarks[number]), []).append(place)
    outcomes = [
        outcome(facts, [batch.rows[each] for each in same], status, said, ids=[batch.ids[each] for each in same])
        for (status, said), same in parts.items()
    ]
    deleting = [place for place, number in enumerate(batch.ids) if number in lined.gone]
    calls: list[Call] = [*next_turn]
    if deleting:
        rest = part(batch, deleting)
        records = [_commands(lined.gone[number]) for number in rest.ids or ()]
        asks = OPERATIONS["write"].calls(attrs.evolve(rest, records=records, operation="write"), False)
        calls = [attrs.evolve(facts.call, ask=attrs.evolve(each, doubted=NOT_DELETED), tries=1) for each in asks]
    return Verdict(tuple(outcomes), follow=(*calls, *after(facts, of_rows(lined, batch.rows))))


def turn(
    facts: Facts, batch: Batch, lined: Lined, became: Mapping[int, str], remarks: Mapping[int, str]
) -> tuple[tuple[Call, ...], set[int]]:
    """The calls that load what is left of the lines of documents (see `turns`), and the rows that wait for them.

    Args:
        facts: The answer about the turn before.
        batch: The documents of that turn, with the ids of their records.
        lined: The same with all of their lines.
        became: What they are once that is done: id to status.
        remarks: What is told of them then, by id.
    """
    model = facts.settings.endpoint.model
    rest = later(batch, model, facts.knows.fields.get(model, {}), facts.settings.line_key)
    if rest is None:
        return (), set()
    call = attrs.evolve(facts.call, ask=attrs.evolve(facts.call.ask, doubted=words.HALF), tries=1, sent=0)
    calls = sending(call, rest, facts.settings, facts.knows)
    asks = (
        attrs.evolve(each, ask=attrs.evolve(each.ask, lined=lined, become=became, remarks=remarks)) for each in calls
    )
    return tuple(asks), set(rest.rows)


def _warned(ask: Ask, result: Any) -> Iterator[tuple[int, str]]:
    for proof in prove(ask, result) or ():
        yield from ((place, proof.warning) for place in proof.places or ())


def after(facts: Facts, lined: Lined) -> tuple[Call, ...]:
    """The call that asks for the ids of the lines of documents that are written; none where they have none."""
    model = facts.settings.endpoint.model
    batch = lined.batch
    names = with_lines(batch.lines, facts.knows.fields.get(model, {}))
    places = [place for place, record in enumerate(batch.records) if lines_of(record, names)]
    if not places or not batch.ids:
        return ()
    return (ask_documents(facts.call.number, model, part(batch, places), names),)


def after_create(facts: Facts, outcomes: Iterable[Outcome]) -> tuple[Call, ...]:
    """The same for documents that a `create` made, which has said their ids."""
    lined = facts.call.ask.lined
    if lined is None or facts.call.ask.method != "create":
        return ()
    ids = {row: number for each in outcomes for row, number in zip(each.rows, each.ids or (), strict=False)}
    made = of_rows(lined, [row for row in facts.call.rows if row in ids])
    batch = attrs.evolve(made.batch, ids=[ids[row] for row in made.batch.rows])
    return after(facts, attrs.evolve(made, batch=batch))


def done_before(
    source: Source, settings: Settings, server: Server, outcomes: Iterable[Outcome], block: int = BLOCK
) -> Iterator[Call]:
    """The calls that ask for the ids of the lines of documents that are done, and that nothing is sent of any more.

    Args:
        source: The bound frame, without problems.
        settings: What it is sent with.
        server: The fields of the model and of its lines, and what was looked up of these documents.
        outcomes: What became of rows before.
        block: How many documents a call asks about.
    """
    ids = {
        row: number
        for each in outcomes
        if each.status in DONE
        for row, number in zip(each.rows, each.ids or (), strict=False)
    }
    names = lined_fields(source, settings, server)
    if not ids or not names:
        return
    rows = sorted(ids)
    known = resolved(source, settings, server, rows)
    columns, key = records.columns(known.source, known.settings), keying.columns(known.source, known.settings)
    for start in range(0, len(rows), block):
        some = rows[start : start + block]
        part_of_it = known.source.part(some)
        made = records.records(part_of_it, columns)
        keys = keying.keys(part_of_it, key)
        batch = Batch(some, made, [ids[row] for row in some], keys, lines=names)
        places = [place for place, record in enumerate(made) if lines_of(record, names)]
        if places:
            yield ask_documents(0, settings.endpoint.model, part(batch, places), names)


def lined_fields(source: Source, settings: Settings, server: Server) -> tuple[str, ...]:
    """The fields that have lines in a frame, as far as is known."""
    taken = operation(settings.endpoint.operation).takes_values
    lined = [each.field for each in records.columns(source, settings) if each.lines] if taken else []
    return with_lines(lined, server.fields.get(settings.endpoint.model, {}))


DOCUMENTED: dict[str, Callable[[Facts], Verdict]] = {"lines": _lines}
