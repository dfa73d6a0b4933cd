"""What follows an answer that does not yet say what became of the rows: the calls to make next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow import words
from odoo_widgets.flow.before import reads_before
from odoo_widgets.flow.calls import Ask, Batch, Call
from odoo_widgets.flow.errors import StoppedError
from odoo_widgets.flow.methods import State, known, window
from odoo_widgets.flow.narrowed import narrowed
from odoo_widgets.flow.operations import OPERATIONS, look_at, part
from odoo_widgets.flow.plan import follow_ups
from odoo_widgets.flow.policy import Wait
from odoo_widgets.flow.proofs import there
from odoo_widgets.flow.responses import Outcome
from odoo_widgets.flow.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from odoo_widgets.flow.facts import Facts


@attrs.frozen
class Verdict:
    """What an exchange means.

    Attributes:
        outcomes: What became of the call's rows.
        stop: Why no further call is to be made; None if the send goes on.
        reason: What to say of the rows that no call was made for, if it stops.
        follow: The calls to make next, for rows that have no outcome yet.
        server: What is known of the server now; None if nothing was learned.
        wait: The pause before what follows; None for none.
        again: Whether what follows is a try again, which the budget counts.
        slower: Whether fewer calls are to be made at a time from here on.
        lines: Field to the position of a row to the ids of its lines, as far as they are known now.
    """

    outcomes: tuple[Outcome, ...] = ()
    stop: StoppedError | None = None
    reason: str = ""
    follow: tuple[Call, ...] = ()
    server: Server | None = None
    wait: Wait | None = None
    again: bool = False
    slower: bool = False
    lines: Mapping[str, Mapping[int, list[int | None]]] = attrs.field(factory=dict)


def _next(call: Call, ask: Ask) -> Call:
    return attrs.evolve(call, ask=ask)


def _outcome(
    facts: Facts,
    places: Sequence[int],
    status: str,
    error: str | None = None,
    field: str | None = None,
    *,
    there: bool = True,
) -> Outcome:
    """What became of some rows of the call, which a look at their records told."""
    ask = facts.call.ask
    ids = ask.batch.ids if ask.batch is not None else ask.effect_of.ids if ask.effect_of is not None else None
    ids = ids if there else None
    return Outcome(
        rows=[ask.rows[place] for place in places],
        status=status,
        ids=None if ids is None else [ids[place] for place in places],
        batch=facts.call.number,
        http_status=facts.status,
        error_field=field,
        error=error,
        attempts=1,
        seconds=facts.exchange.seconds,
    )


def _after_log_in(facts: Facts) -> Verdict:
    assert isinstance(facts.result, int)
    return Verdict(server=attrs.evolve(facts.knows, uid=facts.result))


def _after_whose(facts: Facts) -> Verdict:
    name = f"{facts.call.model}/{facts.call.ask.method}"
    return Verdict(server=attrs.evolve(facts.knows, of_records=facts.knows.of_records | {name}))


def _after_look_up(facts: Facts) -> Verdict:
    """Sends the rows whose records are there, and, for a method, where it can be called on them."""
    if facts.call.ask.newest is not None:
        return _after_newest(facts)
    found = there(facts.call.ask, facts.result) or {}
    known_before = facts.knows
    facts, outcomes = _narrowed(facts, found)
    batch = facts.call.ask.batch
    assert batch is not None
    assert batch.ids is not None
    target = facts.settings.endpoint
    # Rows with a key are written, whatever the settings call it.
    operation = batch.operation or target.operation
    method = known(target.model, operation)
    nothing_to_write = operation == "write"
    send: dict[int, State] = {}
    missing, same = [], []
    for place, (each, record) in enumerate(zip(batch.ids, batch.records, strict=True)):
        state = found.get(each)
        if state is None:
            missing.append(place)
        elif (nothing_to_write and not record) or (method is not None and method.there(state)):
            same.append(place)
        elif method is not None and not method.ready(state):
            outcomes.append(_outcome(facts, [place], "rejected", words.not_ready(facts, state)))
        else:
            send[each] = state
    if missing and facts.call.ask.doubted and operation == "unlink":
        # They were there before the call whose answer was lost.
        outcomes.append(_outcome(facts, missing, "deleted"))
    elif missing:
        outcomes.append(_outcome(facts, missing, "rejected", words.no_record(facts), facts.settings.ids, there=False))
    if same:
        outcomes.append(_outcome(facts, same, "unchanged"))
    calls = follow_ups(facts.call, facts.settings, send, facts.knows)
    if method is not None or reads_before(facts.call.ask):
        calls = (_next(call, attrs.evolve(call.ask, states=send)) for call in calls)
    learned = facts.knows if facts.knows is not known_before else None
    return Verdict(tuple(outcomes), follow=tuple(calls), server=learned)


def _narrowed(facts: Facts, found: dict[int, State]) -> tuple[Facts, list[Outcome]]:
    """The look-up for the rows that are written, with only the cells that differ; and the other rows' outcomes."""
    ask = facts.call.ask
    if not facts.settings.only_changes or ask.batch is None:
        return facts, []
    batch, conflicts, knows = narrowed(ask.batch, found, ask.arguments["fields"], facts.settings, facts.knows)
    outcomes = [_outcome(facts, [place], "rejected", each.sentence, each.field) for place, each in conflicts.items()]
    rest = part(batch, [place for place in range(len(batch.rows)) if place not in conflicts])
    look = _next(facts.call, attrs.evolve(ask, rows=rest.rows, batch=rest))
    return attrs.evolve(facts, call=look, knows=knows), outcomes


def _after_newest(facts: Facts) -> Verdict:
    """Sends the rows, now that it is known which ids are old."""
    newest = max(there(facts.call.ask, facts.result) or {}, default=0)
    calls = follow_ups(facts.call, facts.settings, (), facts.knows)
    return Verdict(follow=tuple(_next(call, attrs.evolve(call.ask, newest=newest)) for call in calls))


def _after_method(facts: Facts) -> Verdict:
    """A method's answer proves nothing: its records are read."""
    ask = facts.call.ask
    method = known(facts.call.model, ask.method)
    assert method is not None
    return Verdict(follow=(_next(facts.call, look_at(ask, method.fields, window(facts.result) or "")),))


def _after_effect(facts: Facts) -> Verdict:
    """Each row is what its record holds now."""
    ask = facts.call.ask
    called = ask.effect_of
    assert called is not None
    assert called.ids is not None
    method = known(facts.call.model, called.method)
    assert method is not None
    now = there(ask, facts.result) or {}
    worked = [method.worked(called.states[each], now.get(each, {})) for each in called.ids]
    done = [place for place, each in enumerate(worked) if each]
    failed = [place for place, each in enumerate(worked) if not each]
    outcomes = [
        _outcome(facts, [place], "needs_attention", words.no_effect(facts, now.get(called.ids[place], {})))
        for place in failed
    ]
    return Verdict((*([_outcome(facts, done, "called")] if done else []), *outcomes))


def _under_another_name(facts: Facts) -> Verdict:
    """The same call again, under the argument's name that the server wants: this one was never made."""
    call = facts.call
    name = words.WANTED.search(facts.message)
    assert name is not None
    server = facts.knows.takes(call.model, call.ask.method, (name["name"],))
    return Verdict(follow=(call,), server=server)


def _one_by_one(facts: Facts) -> Verdict:
    """A `write` for each row, where the server does not have `web_save_multi`."""
    call, ask = facts.call, facts.call.ask
    server = facts.knows.lacks(call.model, ask.method)
    batch = Batch(ask.rows, ask.arguments["vals_list"], ask.ids)
    asks = (
        attrs.evolve(each, doubted=ask.doubted, remarks=ask.remarks) for each in OPERATIONS["write"].calls(batch, False)
    )
    return Verdict(follow=tuple(_next(call, each) for each in asks), server=server)


FOLLOW: dict[str, Callable[[Facts], Verdict]] = {
    "logged in": _after_log_in,
    "of records": _after_whose,
    "found": _after_look_up,
    "answered": _after_method,
    "read": _after_effect,
    "renamed": _under_another_name,
    "one by one": _one_by_one,
}
