"""What is done about an answer that leaves rows undone: made again, waited for, narrowed to the bad ones, found out.

Each function answers with the verdict, or with None where there is nothing that may be done: then the rows stay as the
rule says.
"""

from __future__ import annotations

import email.utils
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import attrs
import httpx

from odoo_widgets.flow import barred, words
from odoo_widgets.flow.asks import archived, looked_up, of_lines
from odoo_widgets.flow.before import reads_before
from odoo_widgets.flow.calls import LOG_IN, Ask, Batch, Call, pick
from odoo_widgets.flow.follow import Verdict
from odoo_widgets.flow.lined import of_rows
from odoo_widgets.flow.methods import known
from odoo_widgets.flow.operations import log_in, look_for, look_up, part
from odoo_widgets.flow.policy import Standing, Wait
from odoo_widgets.flow.proofs import FIRST_ROW, WITH_THE_OTHERS, refusals
from odoo_widgets.flow.responses import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from odoo_widgets.flow.facts import Facts

# The arguments that hold one element for each row.
FOR_EACH_ROW = ("data", "records", "vals_list")


def again(facts: Facts, standing: Standing, *, costly: bool = False) -> Verdict | None:
    """The same call, after a while: nothing of it was done."""
    call = facts.call
    if not standing.allows(call.tries, costly=costly):
        return None
    return Verdict(follow=(_once_more(call),), wait=Wait(standing.wait(call.tries)), again=True)


def slower(facts: Facts, standing: Standing) -> Verdict | None:
    """The same call, with fewer beside it: others were writing the same records."""
    verdict = again(facts, standing, costly=True)
    if verdict is None:
        return None
    if facts.call.ask.keyed is not None:
        # Whoever it met may have made the same records.
        verdict = attrs.evolve(verdict, follow=(_look_again(facts, facts.call.ask.doubted),))
    return attrs.evolve(verdict, slower=True)


def as_told(facts: Facts, standing: Standing) -> Verdict | None:
    """The same call, when the server says so."""
    seconds = told(facts)
    if seconds is None:
        verdict = again(facts, standing)
        return attrs.evolve(verdict, slower=True) if verdict is not None else None
    if seconds > standing.policy.longest_told or not standing.allows(facts.call.tries):
        return None
    return Verdict(follow=(_once_more(facts.call),), wait=Wait(seconds, told=True), again=True, slower=True)


def told(facts: Facts) -> float | None:
    """The seconds to wait that an answer names (RFC 9110, 10.2.3): a number, or a date beside the answer's own."""
    response = facts.exchange.response
    after = response.headers.get("retry-after", "").strip() if response is not None else ""
    if after.isdecimal():
        return float(after)
    try:
        assert response is not None
        wanted = email.utils.parsedate_to_datetime(after)
        return max(0.0, (wanted - email.utils.parsedate_to_datetime(response.headers["date"])).total_seconds())
    except (ValueError, KeyError, TypeError, AssertionError):
        return None


def log_in_again(facts: Facts, standing: Standing) -> Verdict | None:
    """A new login, once, and the same call: a user that was known a moment ago."""
    call = facts.call
    if facts.knows.uid is None or call.ask.method == LOG_IN or call.tries > 1 or not standing.allows(call.tries):
        return None
    server = attrs.evolve(facts.knows, uid=None)
    return Verdict(follow=(Call(call.number, "", log_in()), _once_more(call)), again=True, server=server)


def find_out(facts: Facts, standing: Standing) -> Verdict | None:
    """What became of rows in doubt, where that can be read, or does not matter since the call can be repeated."""
    ask, tries = facts.call.ask, facts.call.tries
    if not ask.changes:
        return again(facts, standing)
    late = isinstance(facts.exchange.error, TimeoutError | httpx.TimeoutException)
    if not standing.allows(tries, costly=late) or not (ask.keyed is not None or repeatable(ask)):
        return None
    if ask.keyed is not None:
        look = _look_again(facts, ask.doubted or words.lost(facts))
        return Verdict(follow=(look,), wait=Wait(standing.wait(tries)), again=True)
    records = ask.arguments.get("vals_list") or [ask.arguments.get("vals", {})] * len(ask.rows)
    batch = Batch(ask.rows, records, ask.ids, operation="unlink" if ask.method == "unlink" else "write")
    look = _found_out(facts.call, attrs.evolve(look_up(batch), doubted=ask.doubted or words.lost(facts)))
    return Verdict(follow=(look,), wait=Wait(standing.wait(tries)), again=True)


def _look_again(facts: Facts, doubted: str) -> Call:
    """The look-up of rows with a key before they are sent once more: some may be there by now."""
    call, lined = facts.call, facts.call.ask.lined
    assert call.ask.keyed is not None
    if call.ask.keyed.ids is not None and lined is not None:
        # Documents that were there: they are looked up as before, and written anew.
        batch = attrs.evolve(of_rows(lined, call.rows).batch, ids=None, operation="")
        return _found_out(call, attrs.evolve(looked_up(batch, facts.settings, facts.knows), doubted=doubted))
    look = look_for(call.ask.keyed, archived(call.model, facts.knows))
    return _found_out(call, attrs.evolve(look, doubted=doubted, keyed=call.ask.keyed))


def repeatable(ask: Ask) -> bool:
    """Whether making a call twice does what making it once does.

    Writing plain values does, and deleting. Lists may hold commands that make lines, so they do not.
    """
    if ask.by_name or ask.ids is None:
        return False
    if ask.method == "unlink":
        return True
    records = ask.arguments.get("vals_list") or [ask.arguments.get("vals")]
    plain = all(isinstance(each, dict) and not any(map(_has_parts, each.values())) for each in records)
    return ask.method in ("write", "web_save_multi") and plain


def _has_parts(value: Any) -> bool:
    return isinstance(value, list | dict)


# --- narrowing -------------------------------------------------------------------------------------------------------


def narrow(facts: Facts, standing: Standing) -> Verdict | None:
    """The same rows in smaller calls, so that the good ones land and the bad ones are told apart."""
    call, ask = facts.call, facts.call.ask
    if (asked := barred.question(facts)) is not None:
        return Verdict(follow=(asked,))
    if reads_before(ask) and ask.batch is not None:
        # What cannot be read is not kept; whether it can be written, the call itself tells.
        bare = look_for(ask.batch, _bare(ask.batch, facts)) if ask.batch.keys else look_up(ask.batch)
        bare = attrs.evolve(bare, doubted=ask.doubted, keyed=ask.keyed)
        return Verdict(follow=(attrs.evolve(call, ask=bare),))
    if len(ask.rows) == 1 and _perhaps_there(facts):
        return Verdict(follow=(_look_whether_there(facts, [0]),))
    if len(ask.rows) < 2 or not ask.changes or not _rolled_back_whole(facts):  # noqa: PLR2004 - one row is as narrow as it gets
        return None
    if ask.method == "load" and not ask.by_name:
        return _narrow_load(facts, standing)
    return Verdict(follow=_parts(call, standing))


def _bare(batch: Batch, facts: Facts) -> tuple[str, ...]:
    """The least that a look-up by key reads: whether a record is archived, and of documents, what lines they have."""
    model = facts.settings.endpoint.model
    return (*archived(model, facts.knows), *of_lines(batch, model, facts.knows))


def unasked(call: Call, standing: Standing) -> tuple[Call, ...]:
    """The parts of a call that need not be made, since it would be refused: the half before it was refused nothing."""
    several = len(call.rows) > 1
    return _parts(call, standing) if several and call.refused_before == standing.refused else ()


def _rolled_back_whole(facts: Facts) -> bool:
    """Whether the refusal is Odoo's own, so that no row of the call was kept, and not one of another whole model."""
    if any(told in facts.message for told in barred.NO_RIGHT):
        return False
    if facts.call.ask.by_name and known(facts.call.model, facts.call.ask.method) is None:
        # A method that nothing is known of may have told others before it failed, such as a carrier: that stays.
        return False
    return facts.settings.endpoint.protocol != "rest" or "." in facts.exception


def _narrow_load(facts: Facts, standing: Standing) -> Verdict:
    """`load` names the rows that it refuses: the others go again, without these."""
    call, ask = facts.call, facts.call.ask
    found = refusals(ask, facts.result)
    if any(message in each.message for each in found for message in barred.NO_RIGHT):
        return Verdict(_refused(facts, list(range(len(ask.rows)))))
    sure = [each for each in found if FIRST_ROW not in each.message and each.message != WITH_THE_OTHERS]
    bad = {place for each in sure for place in each.places}
    rest = [place for place in range(len(ask.rows)) if place not in bad]
    if not bad:
        return Verdict(follow=_parts(call, standing))
    others = (_part(call, rest),) if rest else ()
    if _perhaps_there(facts):
        return Verdict(follow=(_look_whether_there(facts, sorted(bad)), *others))
    return Verdict(_refused(facts, sorted(bad)), follow=others)


def _perhaps_there(facts: Facts) -> bool:
    """Whether rows may have been refused since somebody made their records after they were looked up.

    A model's own constraint says so in words of its own, in the user's language: so that is looked up, not read.
    """
    ask = facts.call.ask
    return (
        ask.keyed is not None
        and ask.keyed.ids is None
        and ask.changes
        and not ask.doubted
        and _rolled_back_whole(facts)
    )


def _look_whether_there(facts: Facts, places: Sequence[int]) -> Call:
    """The look-up of rows that were refused. What is still not there is, as Odoo said."""
    call = _part(facts.call, places)
    assert call.ask.keyed is not None
    exception = facts.reply.error_type if facts.reply is not None else ""
    said = dict.fromkeys(call.rows, (words.odoo_says(facts), "", exception))
    said |= {
        facts.call.rows[place]: (each.message, each.field, exception)
        for each in refusals(facts.call.ask, facts.result)
        for place in each.places
    }
    look = look_for(call.ask.keyed, _bare(call.ask.keyed, facts))
    refused = {row: said[row] for row in call.rows}
    return attrs.evolve(call, ask=attrs.evolve(look, keyed=call.ask.keyed, refused=refused))


def _refused(facts: Facts, places: list[int]) -> tuple[Outcome, ...]:
    wanted, ask = set(places), facts.call.ask
    return tuple(
        Outcome(
            rows=[facts.call.rows[place]],
            # Of a document that is there, not all lines are.
            status="needs_attention" if ask.become else "rejected",
            ids=[ask.keyed.ids[place]] if ask.become and ask.keyed is not None and ask.keyed.ids else None,
            batch=facts.call.number,
            http_status=facts.status,
            error_field=each.field or None,
            error=words.of_half(facts, each.message),
            attempts=1,
            seconds=facts.exchange.seconds,
        )
        for each in refusals(facts.call.ask, facts.result)
        for place in each.places
        if place in wanted
    )


def _parts(call: Call, standing: Standing) -> tuple[Call, ...]:
    rows = len(call.rows)
    if standing.one_by_one:
        return tuple(_part(call, [place]) for place in range(rows))
    second = attrs.evolve(_part(call, range(rows // 2, rows)), refused_before=standing.refused)
    return (_part(call, range(rows // 2)), second)


def _part(call: Call, places: Sequence[int]) -> Call:
    """A call for some of its rows, by their places in it."""
    ask = call.ask
    arguments = ask.arguments
    if not ask.by_name:
        arguments = {
            name: _picked(value, places, ask.sizes) if name in FOR_EACH_ROW else value
            for name, value in ask.arguments.items()
        }
    ids = None if ask.ids is None else pick(ask.ids, places)
    keyed = None if ask.keyed is None else part(ask.keyed, places)
    return attrs.evolve(
        call,
        ask=attrs.evolve(
            ask,
            rows=pick(ask.rows, places),
            ids=ids,
            arguments=arguments,
            keyed=keyed,
            sizes=pick(ask.sizes, places) if ask.sizes else (),
        ),
        tries=1,
        refused_before=-1,
    )


def _picked(elements: Sequence[Any], places: Sequence[int], sizes: Sequence[int]) -> Any:
    """The elements of an argument for some rows, each of which has one, or as many as its size."""
    if not sizes:
        return pick(elements, places)
    ends = list(accumulate(sizes))
    return [each for place in places for each in elements[ends[place] - sizes[place] : ends[place]]]


def _once_more(call: Call) -> Call:
    return attrs.evolve(call, tries=call.tries + 1)


def _found_out(call: Call, look: Ask) -> Call:
    """The look-up of rows that were sent: it costs nothing to ask it as often as any other question."""
    return attrs.evolve(call, ask=look, tries=1, sent=call.tries)


AGAIN: dict[str, Callable[[Facts, Standing], Verdict | None]] = {
    "again": again,
    "slower": slower,
    "as told": as_told,
    "log in": log_in_again,
    "find out": find_out,
    "narrow": narrow,
}
