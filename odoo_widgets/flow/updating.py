"""Rows with a key whose records are there: what is written of them, and what is told where nothing is."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow import matching
from odoo_widgets.flow.asks import line_fields
from odoo_widgets.flow.before import reads_before
from odoo_widgets.flow.follow import Verdict
from odoo_widgets.flow.loading import unfit
from odoo_widgets.flow.narrowed import narrowed
from odoo_widgets.flow.operations import part
from odoo_widgets.flow.plan import sending
from odoo_widgets.flow.responses import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from odoo_widgets.flow.calls import Batch
    from odoo_widgets.flow.facts import Facts
    from odoo_widgets.flow.methods import State

ARCHIVED = "The record is archived."
NOTHING_TOLD: Mapping[int, str] = MappingProxyType({})


def outcome(facts: Facts, rows: list[int], status: str, error: str = "", **told: Any) -> Outcome:
    """What became of some rows, as a look at their records, or an answer about these, told."""
    return Outcome(
        rows=rows,
        status=status,
        batch=facts.call.number,
        http_status=facts.status,
        error=error or None,
        attempts=1,
        seconds=facts.exchange.seconds,
        **told,
    )


def both(one: Verdict, other: Verdict) -> Verdict:
    """What two parts of an answer mean together: the second one knows what the first one learned."""
    return Verdict(
        (*one.outcomes, *other.outcomes),
        follow=(*one.follow, *other.follow),
        server=other.server or one.server,
        lines={**one.lines, **other.lines},
    )


def update(facts: Facts, whole: Batch, found: Sequence[State], told: Mapping[int, str] = NOTHING_TOLD) -> Verdict:
    """The calls that write rows to their records; those with nothing to write are told of at once.

    Args:
        facts: The look-up and its answer.
        whole: The rows as they are written, with the ids of their records.
        found: What the record of each row holds.
        told: What is told of records besides, by id.
    """
    held = {record["id"]: record for record in found}
    whole, conflicts, knows = narrowed(whole, held, facts.call.ask.arguments["fields"], facts.settings, facts.knows)
    assert whole.ids is not None
    outcomes = [
        outcome(facts, [whole.rows[at]], "rejected", each.sentence, error_field=each.field, ids=[whole.ids[at]])
        for at, each in conflicts.items()
    ]
    empty = [at for at, record in enumerate(whole.records) if not record and at not in conflicts]
    outcomes += unchanged(facts, part(whole, empty), [found[at] for at in empty], told)
    full = part(whole, [at for at, record in enumerate(whole.records) if record and at not in conflicts])
    calls = sending(attrs.evolve(facts.call, sent=0), full, facts.settings, knows) if full.rows else ()
    remarks = {number: said for number, record in held.items() if (said := _remark(record, told))}
    states = held if reads_before(facts.call.ask) else {}
    # What is told of a row that is done stands beside its call.
    follow = tuple(attrs.evolve(call, ask=attrs.evolve(call.ask, remarks=remarks, states=states)) for call in calls)
    return Verdict(tuple(outcomes), follow=follow, server=knows if knows is not facts.knows else None)


def unchanged(
    facts: Facts, batch: Batch, found: Sequence[State], told: Mapping[int, str] = NOTHING_TOLD
) -> list[Outcome]:
    """What becomes of rows that are left as they are.

    Args:
        facts: The look-up and its answer.
        batch: The rows.
        found: What the record of each row holds.
        told: What is told of records besides, by id.
    """
    by_remark: dict[str, list[int]] = {}
    for place, record in enumerate(found):
        by_remark.setdefault(_remark(record, told), []).append(place)
    return [
        outcome(
            facts,
            [batch.rows[place] for place in same],
            "unchanged",
            remark,
            ids=[found[place]["id"] for place in same],
        )
        for remark, same in by_remark.items()
    ]


def _remark(record: State, told: Mapping[int, str]) -> str:
    archived = ARCHIVED if record.get(matching.ACTIVE, True) is False else ""
    return "\n".join(filter(None, (archived, told.get(record["id"], ""))))


def unloadable(facts: Facts, batch: Batch, wrong: Mapping[int, tuple[str, str]]) -> tuple[Batch, list[Outcome]]:
    """The rows that can be loaded, and what becomes of the others.

    Args:
        facts: The look-up and its answer.
        batch: The rows.
        wrong: The places of rows that are not to be loaded, each with the field and the sentence; those of rows that
            `load` would take for something else are added.
    """
    model, knows = facts.settings.endpoint.model, facts.knows
    found = {**unfit(batch, knows.fields.get(model, {}), line_fields(batch.lines, model, knows)), **wrong}
    ids = batch.ids
    refused = [
        outcome(facts, [batch.rows[place]], "rejected", sentence, error_field=field, ids=ids and [ids[place]])
        for place, (field, sentence) in found.items()
    ]
    return part(batch, [place for place in range(len(batch.rows)) if place not in found]), refused
