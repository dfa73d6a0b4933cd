"""What an exchange means for the rows of its call: one table, read from the top, the first rule that fits counts.

Nothing is done by default: `created`, `updated`, `deleted` and `saved` need the server's own word (`proofs.py`).
Whatever this table does not know is in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import attrs
import httpx

from odoo_widgets.flow import words
from odoo_widgets.flow.batches import rows_text
from odoo_widgets.flow.errors import CredentialError, EndpointError, StoppedError
from odoo_widgets.flow.plan import Call, follow_ups
from odoo_widgets.flow.proofs import prove, refusals, rolled_back, there
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.responses import Outcome
from odoo_widgets.flow.words import Facts

if TYPE_CHECKING:
    from odoo_widgets.flow.exchange import Exchange
    from odoo_widgets.flow.settings import Settings

OK, UNAUTHORIZED, TOO_LARGE, TOO_MANY, SERVER_ERROR, UNAVAILABLE = 200, 401, 413, 429, 500, 503
REDIRECTS = range(300, 400)
# Odoo answers with a page, not with JSON-2, where a database is not found or the route does not exist.
NOT_HERE = (400, 403, 404, 405, 415)

# Nothing has left this machine when these are raised (httpx, _exceptions.py), so nothing can have been done.
NOT_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)

# What Odoo rolled back and gave up after five tries of its own (odoo/service/model.py, retrying).
ROLLED_BACK = ("SerializationFailure", "LockNotAvailable", "DeadlockDetected")

# Where Odoo's messages name the field: odoo/orm/models.py, odoo/orm/fields_selection.py, odoo/orm/fields_*.py.
FIELD_IN_MESSAGE = (
    re.compile(r"Invalid field '(?P<field>\w+)' (?:in|on) "),
    re.compile(r"Wrong value for [\w.]+\.(?P<field>\w+):"),
    re.compile(r"[Ff]ield: .*?\((?P<field>\w+)\)"),
    re.compile(r"(?:for the field|following constraint:) '.*?' \((?P<field>\w+)\)"),
    re.compile(r"column \"(?P<field>\w+)\""),
)


@attrs.frozen
class Rule:
    """One row of the table.

    Attributes:
        signal: What was seen, in words.
        fits: Whether an exchange shows it.
        status: What the call's rows are then.
        say: The sentence for the analyst.
        stop: The error that ends the send, where every further call would end the same way.
    """

    signal: str
    fits: Callable[[Facts], bool]
    status: str
    say: Callable[[Facts], str]
    stop: type[StoppedError] | None = None


@attrs.frozen
class Verdict:
    """What an exchange means.

    Attributes:
        outcomes: What became of the call's rows.
        stop: Why no further call is to be made; None if the send goes on.
        reason: What to say of the rows that no call was made for, if it stops.
        follow: The calls to make next, for rows that have no outcome yet.
    """

    outcomes: tuple[Outcome, ...]
    stop: StoppedError | None = None
    reason: str = ""
    follow: tuple[Call, ...] = ()


def _raised(*errors: type[Exception]) -> Callable[[Facts], bool]:
    return lambda facts: isinstance(facts.exchange.error, errors)


def _http(*statuses: int) -> Callable[[Facts], bool]:
    return lambda facts: facts.status in statuses


def _named(*names: str) -> Callable[[Facts], bool]:
    return lambda facts: facts.error in names


def _not_odoo(*statuses: int) -> Callable[[Facts], bool]:
    return lambda facts: facts.status in statuses and facts.reply is not None and not facts.reply.readable


def _maintenance(facts: Facts) -> bool:
    response = facts.exchange.response
    return response is not None and response.status_code == UNAVAILABLE and "retry-after" in response.headers


def _refused(facts: Facts) -> bool:
    # Above 500 a proxy speaks for a server that it does not know the state of (RFC 9110, 15.6).
    return bool(facts.error) and facts.status <= SERVER_ERROR


def _looked_up(facts: Facts) -> bool:
    return facts.status == OK and facts.reply is not None and there(facts.call.ask, facts.reply.result) is not None


def _proved(facts: Facts) -> bool:
    return facts.status == OK and facts.reply is not None and prove(facts.call.ask, facts.reply.result) is not None


def _load_rolled_back(facts: Facts) -> bool:
    return facts.status == OK and facts.reply is not None and bool(rolled_back(facts.call.ask, facts.reply.result))


def _load_refused(facts: Facts) -> bool:
    return facts.status == OK and facts.reply is not None and bool(refusals(facts.call.ask, facts.reply.result))


def _always(_facts: Facts) -> bool:
    return True


# fmt: off
RULES: tuple[Rule, ...] = (
    # what was seen, and what shows it                                          the rows are, the words, what stops
    Rule("no connection",              _raised(*NOT_CONNECTED),                    "not_sent", words.no_connection, EndpointError),
    Rule("no answer",                  _raised(Exception),                         "in_doubt", words.no_answer, StoppedError),
    Rule("another address",            _http(*REDIRECTS),                          "not_sent", words.redirected, EndpointError),
    Rule("unknown key",                _http(UNAUTHORIZED),                        "not_sent", words.unknown_key, CredentialError),
    Rule("unknown user",               _named("AccessDenied"),                     "not_sent", words.unknown_key, CredentialError),
    Rule("too many calls",             _http(TOO_MANY),                            "not_sent", words.busy, StoppedError),
    Rule("maintenance",                _maintenance,                               "not_sent", words.busy, StoppedError),
    Rule("request too large",          _http(TOO_LARGE),                           "not_sent", words.too_large, StoppedError),
    Rule("no such model or method",    _named("NotFound"),                         "not_sent", words.wrong_call, EndpointError),
    Rule("a call that cannot be made", _named("UnprocessableEntity", "BadRequest"), "not_sent", words.wrong_call, EndpointError),
    Rule("no such database or API",    _not_odoo(*NOT_HERE),                       "not_sent", words.no_api, EndpointError),
    Rule("rolled back",                _named(*ROLLED_BACK),                       "not_sent", words.odoo_says),
    Rule("an error of Odoo's",         _refused,                                   "rejected", words.odoo_says),
    Rule("rolled back inside load",    _load_rolled_back,                          "not_sent", words.load_rolled_back),
    Rule("an error in load's answer",  _load_refused,                              "rejected", words.nothing),
    Rule("which records are there",    _looked_up,                                 "found",    words.nothing),
    Rule("the method's own proof",     _proved,                                    "done",     words.nothing),
    Rule("anything else",              _always,                                    "in_doubt", words.unreadable, StoppedError),
)
# fmt: on


def error_field(message: str) -> str | None:
    """The field that a message of Odoo's names, if it names one."""
    return next((match["field"] for pattern in FIELD_IN_MESSAGE if (match := pattern.search(message))), None)


def _parts(whole: Outcome, facts: Facts) -> Iterator[Outcome]:
    """The outcome of a call, parted where the answer says different things of its rows."""
    result = facts.reply.result if facts.reply else None
    if whole.status == "done":
        for proof in prove(facts.call.ask, result) or ():
            rows = [whole.rows[place] for place in proof.places] if proof.places is not None else whole.rows
            done = attrs.evolve(whole, rows=rows, status=proof.status, ids=proof.ids)
            yield attrs.evolve(done, error=proof.warning or None, error_field=proof.field or None)
    elif not whole.error and whole.status == "rejected":
        for refusal in refusals(facts.call.ask, result):
            rows = [whole.rows[place] for place in refusal.places]
            yield attrs.evolve(whole, rows=rows, error=refusal.message, error_field=refusal.field or None)
    else:
        yield whole


def _after_look_up(facts: Facts) -> Verdict:
    ask, call = facts.call.ask, facts.call
    assert facts.reply is not None
    assert ask.batch is not None
    found = there(ask, facts.reply.result) or frozenset()
    missing = [row for row, each in zip(call.rows, ask.batch.ids or (), strict=True) if each not in found]
    gone = Outcome(
        missing,
        "rejected",
        batch=call.number,
        http_status=facts.status,
        error_field=facts.settings.ids,
        error=words.no_record(facts),
        attempts=1,
        seconds=facts.exchange.seconds,
    )
    return Verdict((gone,) if missing else (), follow=tuple(follow_ups(call, facts.settings, found)))


def judge(call: Call, exchange: Exchange, settings: Settings) -> Verdict:
    """What an exchange means for the rows of its call.

    Args:
        call: The call that was made.
        exchange: What came of it.
        settings: The settings that it was made with.

    Returns:
        What became of every row of the call, and whether the send goes on.
    """
    response = exchange.response
    decode: Callable[[httpx.Response], Any] = PROTOCOLS[settings.endpoint.protocol].decode
    facts = Facts(call, exchange, settings, decode(response) if response is not None else None)
    rule = next(rule for rule in RULES if rule.fits(facts))
    if rule.status == "found":
        return _after_look_up(facts)
    sentence = rule.say(facts)
    whole = Outcome(
        rows=call.rows,
        # A look-up changes nothing: whatever became of it, its rows have not been sent.
        status="not_sent" if rule.status == "in_doubt" and call.ask.batch is not None else rule.status,
        batch=call.number,
        http_status=facts.status or None,
        error_type=(facts.reply.error_type or None) if facts.reply else None,
        error_field=error_field(facts.message),
        error=sentence or None,
        attempts=1,
        seconds=exchange.seconds,
    )
    reason = (
        sentence if whole.status == "not_sent" else f"Not sent: the send stopped at {rows_text(call.rows)}, in doubt."
    )
    return Verdict(tuple(_parts(whole, facts)), rule.stop(sentence) if rule.stop else None, reason)
