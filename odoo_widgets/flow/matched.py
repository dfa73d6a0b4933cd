"""What follows where rows have a key: what their look-up found, what their `load` answered, what it had made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow import keying, matching
from odoo_widgets.flow.asks import written
from odoo_widgets.flow.calls import Ask, Call, Lined
from odoo_widgets.flow.choices import CREATE, UPDATE
from odoo_widgets.flow.dicts import misshapen
from odoo_widgets.flow.documented import after, begun, turn, updated
from odoo_widgets.flow.documents import lines_of, with_lines
from odoo_widgets.flow.errors import FieldsError
from odoo_widgets.flow.follow import Verdict
from odoo_widgets.flow.model import fields
from odoo_widgets.flow.operations import ask_fields, look_when, part
from odoo_widgets.flow.plan import sending
from odoo_widgets.flow.proofs import made_when, prove
from odoo_widgets.flow.updating import both, outcome, unchanged, unloadable, update

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from odoo_widgets.flow.calls import Batch
    from odoo_widgets.flow.facts import Facts
    from odoo_widgets.flow.methods import State
    from odoo_widgets.flow.responses import Outcome

OLD = (
    "The record was made for this key before, or somebody else made or changed it meanwhile. It was given this row's "
    "values."
)
UNSEEN = "Saved, in a record that this user may not see: whether it was made or updated cannot be told."
UNDATED = "Saved. Whether the record was made or updated could not be read."
# By whether a record was made by the call; None where it cannot be read.
SAID = {True: ("created", ""), False: ("updated", OLD), None: ("saved", UNSEEN)}


def _described(facts: Facts) -> Verdict:
    """Keeps what is known of the fields now, or stops before anything is written."""
    call, ask = facts.call, facts.call.ask
    found = fields(facts.result)
    assert found is not None
    missing = keying.missing_fields(ask.wanted, found)
    if missing and ask.arguments["allfields"]:
        # All of them are asked for, to say which ones may be meant.
        whole = attrs.evolve(ask_fields(wanted=ask.wanted, cells=ask.cells), shapes=ask.shapes)
        return Verdict(follow=(attrs.evolve(call, ask=whole),))
    unfit = keying.misread(ask.cells, found) or misshapen(ask.shapes, found)
    if sentence := keying.no_field(call.model, missing, found) if missing else unfit:
        return _stopped(f"{sentence} Nothing was sent.")
    return Verdict(server=facts.knows.describes(call.model, found))


def _stopped(sentence: str) -> Verdict:
    return Verdict(stop=FieldsError(sentence), reason=sentence)


def _matched(facts: Facts) -> Verdict:
    """Each row goes where its record says: nowhere, to be written, to be made, or back to whoever sent it."""
    batch = facts.call.ask.batch
    assert batch is not None
    assert batch.keys is not None
    found = matching.matches(batch, facts.call.ask.arguments["fields"], facts.result)
    assert found is not None
    when_found, doubted = facts.settings.when_found, facts.call.ask.doubted
    places: dict[str, list[int]] = {name: [] for name in ("absent", "there", "several")}
    for place, records in enumerate(found):
        places["absent" if not records else "there" if len(records) == 1 else "several"].append(place)
    ids = {place: found[place][0]["id"] for place in places["there"]}
    # What was sent and not answered may be among them.
    status = "in_doubt" if doubted else "rejected"
    outcomes = [
        outcome(
            facts,
            [batch.rows[place]],
            status,
            matching.several(batch.keys[place], [each["id"] for each in found[place]]),
        )
        for place in places["several"]
    ]
    calls: list[Call] = []
    known = Verdict()
    if doubted and facts.call.ask.keyed is None and when_found != CREATE:
        # They may have been written, and lists may hold commands that make lines: these are not written again.
        lists = [place for place in places["there"] if _has_parts(facts, batch, place)]
        outcomes += [outcome(facts, [batch.rows[place]], "in_doubt", doubted, ids=[ids[place]]) for place in lists]
        places["there"] = [place for place in places["there"] if place not in lists]
        known = _there(facts, batch, found, places["there"])
    elif doubted and places["there"]:
        # These rows were sent to be made, since no record had their key then.
        there = [ids[place] for place in places["there"]]
        calls.append(_look_when(facts, part(batch, places["there"]), there, {}))
    elif when_found == CREATE:
        same = part(batch, places["there"])
        outcomes += unchanged(facts, same, [found[place][0] for place in places["there"]])
        calls += _after(facts, same, list(ids.values()))
    elif places["there"]:
        known = _there(facts, batch, found, places["there"])
    if when_found == UPDATE:
        outcomes += [
            outcome(facts, [batch.rows[place]], "rejected", matching.nobody(facts.call.model, batch.keys[place]))
            for place in places["absent"]
        ]
    elif facts.call.ask.refused:
        outcomes += [_refused(facts, batch.rows[place]) for place in places["absent"]]
    elif places["absent"]:
        calls += _make(facts, part(batch, places["absent"]), outcomes)
    return both(known, Verdict(tuple(outcomes), follow=tuple(calls)))


def _refused(facts: Facts, row: int) -> Outcome:
    """What Odoo said of a row that was to be made, and whose record nobody else has made."""
    message, field, exception = facts.call.ask.refused[row]
    return outcome(facts, [row], "rejected", message, error_field=field or None, error_type=exception or None)


def _has_parts(facts: Facts, batch: Batch, place: int) -> bool:
    """Whether a list of a row may hold commands. Lines with external IDs of their own are none: they find theirs."""
    lines = _lines(facts, batch, place)
    return any(isinstance(value, list | dict) for name, value in batch.records[place].items() if name not in lines)


def _lines(facts: Facts, batch: Batch, place: int) -> dict[str, list[dict[str, Any]]]:
    return lines_of(batch.records[place], with_lines(batch.lines, facts.knows.fields.get(facts.call.model, {})))


def _there(facts: Facts, batch: Batch, found: list[list[State]], places: list[int]) -> Verdict:
    """What follows for rows whose records are there; of documents with lines, these are asked about first."""
    documents = [place for place in places if _lines(facts, batch, place)]
    others = [place for place in places if place not in set(documents)]
    verdict = Verdict()
    for some, follow in ((others, update), (documents, begun)):
        if some:
            records = [found[place][0] for place in some]
            rows = written(part(batch, some), [each["id"] for each in records])
            knows = attrs.evolve(facts, knows=verdict.server or facts.knows)
            verdict = both(verdict, follow(knows, rows, records))
    return verdict


def _make(facts: Facts, batch: Batch, outcomes: list[Outcome]) -> list[Call]:
    """The calls that make records of rows, but for those that `load` would take for something else."""
    fine, refused = unloadable(facts, batch, {})
    outcomes += refused
    if not fine.rows:
        return []
    return list(sending(facts.call, attrs.evolve(fine, operation="load"), facts.settings, facts.knows))


def _loaded(facts: Facts) -> Verdict:
    """`load` answers the ids of what it made and of what it updated alike: their records are asked."""
    ask = facts.call.ask
    assert ask.keyed is not None
    if ask.keyed.ids is not None:
        return updated(facts)
    proofs = prove(ask, facts.result) or []
    ids: dict[int, int] = {}
    remarks: dict[int, str] = {}
    for proof in proofs:
        places = proof.places if proof.places is not None else range(len(ask.rows))
        for place, each in zip(places, proof.ids or (), strict=True):
            ids[place] = each
            if proof.warning:
                remarks[each] = proof.warning
    return Verdict(follow=(_look_when(facts, ask.keyed, [ids[place] for place in range(len(ask.rows))], remarks),))


def _after(facts: Facts, batch: Batch, ids: list[int]) -> tuple[Call, ...]:
    """The call that asks for the ids of the lines of documents that are there now."""
    return after(facts, Lined(attrs.evolve(batch, ids=ids)))


def _look_when(facts: Facts, rows: Batch, ids: list[int], remarks: dict[int, str]) -> Call:
    made = Ask(rows.rows, "load", {}, ids, keyed=rows, remarks=remarks)
    return attrs.evolve(facts.call, ask=look_when(made), tries=1, sent=0)


def _dated(facts: Facts) -> Verdict:
    """A row is `created` where its record was not written since it was made, else `updated`."""
    ask = facts.call.ask
    made = ask.effect_of
    assert made is not None
    assert made.ids is not None
    when = made_when(ask, facts.result)
    assert when is not None
    said: dict[int, tuple[str, str]] = {}
    for each in made.ids:
        status, told = SAID[when.get(each)]
        said[each] = status, "\n".join(filter(None, (told, made.remarks.get(each, ""))))
    return _made(facts, made, said)


def _undated(facts: Facts) -> Verdict:
    """The rows are in records that `load` named, and whether it made them cannot be read."""
    ask = facts.call.ask
    made = ask.effect_of
    assert made is not None
    return _made(facts, made, dict.fromkeys(made.ids or (), ("saved", UNDATED)))


def _made(facts: Facts, made: Ask, said: Mapping[int, tuple[str, str]]) -> Verdict:
    """Rows whose records a `load` named are done, but for documents of whose lines some go in a turn of their own."""
    assert made.keyed is not None
    assert made.ids is not None
    whole = attrs.evolve(made.keyed, ids=made.ids)
    status, remarks = ({number: each[place] for number, each in said.items()} for place in (0, 1))
    next_turn, waiting = turn(facts, whole, Lined(whole), status, remarks)
    done = part(whole, [place for place, row in enumerate(whole.rows) if row not in waiting])
    parts: dict[tuple[str, str], list[int]] = {}
    for place, number in enumerate(done.ids or ()):
        parts.setdefault(said[number], []).append(place)
    outcomes = tuple(
        outcome(facts, [done.rows[at] for at in places], name, told, ids=[(done.ids or [])[at] for at in places])
        for (name, told), places in parts.items()
    )
    return Verdict(outcomes, follow=(*next_turn, *after(facts, Lined(done))))


MATCHED: dict[str, Callable[[Facts], Verdict]] = {
    "described": _described,
    "matched": _matched,
    "loaded": _loaded,
    "dated": _dated,
    "undated": _undated,
}
