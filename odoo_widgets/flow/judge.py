"""What an exchange means for the rows of its call: by the first rule of the table that fits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow import barred, lined, words
from odoo_widgets.flow.again import AGAIN
from odoo_widgets.flow.batches import rows_text
from odoo_widgets.flow.documented import DOCUMENTED, after_create
from odoo_widgets.flow.documents import blamed
from odoo_widgets.flow.errors import EndpointError, FieldsError, ModelError, RefusedError, StoppedError
from odoo_widgets.flow.facts import Facts
from odoo_widgets.flow.follow import FOLLOW, Verdict
from odoo_widgets.flow.matched import MATCHED
from odoo_widgets.flow.proofs import prove, refusals
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.responses import Outcome
from odoo_widgets.flow.rules import RULES, asks_when
from odoo_widgets.flow.server import NOTHING_KNOWN, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.exchange import Exchange, Reply
    from odoo_widgets.flow.policy import Standing
    from odoo_widgets.flow.settings import Settings

# What follows an answer that does not yet say what became of the rows.
NEXT = {**FOLLOW, **MATCHED, **DOCUMENTED}

# The settings that would be right where a send stops, by what it stops with.
WAYS_OUT = {EndpointError: words.way_out, ModelError: words.way_out, FieldsError: barred.way_out}

# Where Odoo's messages name the field: odoo/orm/models.py, odoo/orm/fields_selection.py, odoo/orm/fields_*.py.
FIELD_IN_MESSAGE = (
    re.compile(r"Invalid field '(?P<field>\w+)' (?:in|on) "),
    re.compile(r"Wrong value for [\w.]+\.(?P<field>\w+):"),
    re.compile(r"[Ff]ield: .*?\((?P<field>\w+)\)"),
    re.compile(r"(?:for the field|following constraint:) '.*?' \((?P<field>\w+)\)"),
    re.compile(r"column \"(?P<field>\w+)\""),
)


def error_field(message: str) -> str | None:
    """The field that a message of Odoo's names, if it names one."""
    return next((match["field"] for pattern in FIELD_IN_MESSAGE if (match := pattern.search(message))), None)


def _parts(whole: Outcome, facts: Facts) -> Iterator[Outcome]:
    """The outcome of a call, parted where the answer says different things of its rows."""
    result = facts.result
    if whole.status == "done":
        for proof in prove(facts.call.ask, result, facts.settings.id_path) or ():
            rows = [whole.rows[place] for place in proof.places] if proof.places is not None else whole.rows
            done = attrs.evolve(whole, rows=rows, status=proof.status, ids=proof.ids)
            yield from _remarked(
                attrs.evolve(done, error=proof.warning or None, error_field=proof.field or None), facts
            )
    elif whole.status in ("rejected", "needs_attention") and (found := refusals(facts.call.ask, result)):
        for refusal in found:
            rows = [whole.rows[place] for place in refusal.places]
            ids = [whole.ids[place] for place in refusal.places] if whole.ids is not None else None
            said = words.of_half(facts, refusal.message)
            yield attrs.evolve(whole, rows=rows, ids=ids, error=said, error_field=refusal.field or None)
    else:
        yield whole


def _remarked(done: Outcome, facts: Facts) -> Iterator[Outcome]:
    """Rows that are done, parted by what is to be told of their records all the same."""
    remarks = facts.call.ask.remarks
    if not remarks or done.ids is None:
        yield done
        return
    places: dict[str, list[int]] = {}
    for place, each in enumerate(done.ids):
        places.setdefault(remarks.get(each, ""), []).append(place)
    for told, same in places.items():
        rows, ids = [done.rows[place] for place in same], [done.ids[place] for place in same]
        yield attrs.evolve(done, rows=rows, ids=ids, error=told or done.error)


def _meant(status: str, call: Call) -> str:
    """What a status means for the rows of a call that itself changes nothing."""
    if call.ask.prepares:
        return "not_sent"
    if call.ask.effect_of is not None:
        # The method was called all the same.
        return "in_doubt"
    if call.ask.become and status == "rejected":
        # The document is there, and not all of its lines.
        return "needs_attention"
    if call.ask.doubted and status != "done":
        # Whatever a second call met, the first one may have done.
        return "in_doubt"
    return status if call.ask.changes or status != "in_doubt" else "not_sent"


def _there(facts: Facts) -> list[int] | None:
    """The records of the call's rows, where Odoo has said that they are there; REST is asked for none."""
    ask = facts.call.ask
    if facts.settings.endpoint.protocol == "rest":
        return None
    return ask.ids if ask.changes else ask.effect_of.ids if ask.effect_of is not None else None


def _stop(kind: type[StoppedError], sentence: str, facts: Facts) -> StoppedError:
    if issubclass(kind, RefusedError):
        return kind(sentence, facts.error)
    proposed = WAYS_OUT.get(kind)
    return kind(sentence, instead=proposed(facts) if proposed else None)


def judge(
    call: Call,
    exchange: Exchange,
    settings: Settings,
    server: Server = NOTHING_KNOWN,
    standing: Standing | None = None,
    *,
    answered: bool = False,
) -> Verdict:
    """What an exchange means for the rows of its call.

    Args:
        call: The call that was made.
        exchange: What came of it.
        settings: The settings that it was made with.
        server: What is known of the server.
        standing: How the send stands; None where nothing is to be made again.
        answered: Whether Odoo has answered a call of this send before.

    Returns:
        What became of every row of the call, or the calls that follow for it, and whether the send goes on.
    """
    decode: Callable[[Exchange], Reply] = PROTOCOLS[settings.endpoint.protocol].decode
    reply = decode(exchange) if exchange.response is not None else None
    facts = Facts(call, exchange, settings, reply, server, answered)
    if call.ask.refusal is not None:
        # With what is known now, the refusal means what it means.
        server = barred.learned(facts)
        meant = judge(*call.ask.refusal, settings, server, standing, answered=answered)
        return attrs.evolve(meant, server=meant.server or server)
    rule = next(rule for rule in RULES if rule.fits(facts))
    if rule.status in NEXT:
        return NEXT[rule.status](facts)
    if standing is not None and rule.then and (verdict := AGAIN[rule.then](facts, standing)) is not None:
        return verdict
    if asks_when(facts):
        # What is asked about was told before.
        return NEXT["undated"](facts)
    sentence = rule.say(facts)
    if call.ask.effect_of is not None:
        sentence = words.of_effect(facts, sentence)
    elif call.ask.doubted and rule.status != "done":
        sentence = words.of_doubted(facts, sentence)
    field = barred.missing(facts) if rule.stop is FieldsError else error_field(facts.message)
    if call.ask.lined is not None and rule.status == "rejected" and len(call.rows) == 1:
        batch = lined.of_rows(call.ask.lined, call.rows).batch
        sentence, path = blamed(sentence, batch.records[0], batch.lines)
        field = path or field
    whole = Outcome(
        rows=call.rows,
        status=_meant(rule.status, call),
        ids=_there(facts),
        batch=call.number,
        http_status=facts.status or None,
        error_type=(facts.reply.error_type or None) if facts.reply else None,
        error_field=field,
        error=sentence or None,
        attempts=1,
        seconds=exchange.seconds,
    )
    reason = (
        sentence if whole.status == "not_sent" else f"Not sent: the send stopped at {rows_text(call.rows)}, in doubt."
    )
    # Without a user no call can be made, whatever kept the login from succeeding.
    prepares = bool(call.ask.prepares) and not call.ask.reads
    kind = rule.stop or (StoppedError if prepares else None)
    stop = _stop(kind, sentence, facts) if kind else None
    outcomes = tuple(_parts(whole, facts))
    return Verdict(outcomes, stop, reason, after_create(facts, outcomes) if whole.status == "done" else ())
