"""What an exchange means for the rows of its call: one table, read from the top, the first rule that fits counts.

Nothing is done by default: `created`, `updated`, `deleted` and `saved` need the server's own word (`proofs.py`).
Whatever this table does not know is in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import httpx

from odoo_widgets.flow.batches import rows_text
from odoo_widgets.flow.errors import CredentialError, EndpointError, StoppedError
from odoo_widgets.flow.exchange import Exchange, Reply
from odoo_widgets.flow.plan import Call
from odoo_widgets.flow.proofs import prove, refusals
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.responses import Outcome
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
class Facts:
    """All that a rule may look at."""

    call: Call
    exchange: Exchange
    settings: Settings
    reply: Reply | None

    @property
    def status(self) -> int:
        """The HTTP status; 0 if there was no response."""
        return self.exchange.response.status_code if self.exchange.response is not None else 0

    @property
    def error(self) -> str:
        """Odoo's name of the exception, without its module."""
        return self.reply.error_type.rpartition(".")[2] if self.reply else ""

    @property
    def message(self) -> str:
        """Odoo's message for people."""
        return self.reply.message.strip() if self.reply else ""

    @property
    def server(self) -> str:
        """The server's host, as it is called in a sentence."""
        return self.exchange.request.url.netloc.decode()


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
    """

    outcomes: tuple[Outcome, ...]
    stop: StoppedError | None = None
    reason: str = ""


def _no_connection(facts: Facts) -> str:
    error = facts.exchange.error
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return (
            f"{facts.server} did not prove who it is: its certificate is expired, self-made or another host's. "
            "Nothing was sent. Ask its administrator."
        )
    return f"Nothing answers at {facts.server}. Check the server's address and this machine's network."


def _no_answer(facts: Facts) -> str:
    late = isinstance(facts.exchange.error, TimeoutError | httpx.TimeoutException)
    waited = f" within {facts.settings.timeout:g} s" if late else ""
    return (
        f"Sent, no whole answer came{waited}: the records may be in Odoo. Look there for the first of them before "
        "sending these rows again."
    )


def _redirected(facts: Facts) -> str:
    assert facts.exchange.response is not None
    told = facts.exchange.response.headers.get("location", "")
    try:
        target = (
            repr(str(httpx.URL(told).copy_with(userinfo=b"", query=None, fragment=None))) if told else "another one"
        )
    except (httpx.InvalidURL, ValueError):
        target = "another one"
    return f"{facts.server} says that the address is {target}. Nothing was sent there. Correct the URL."


def _unknown_key(facts: Facts) -> str:
    return f"{facts.server}: key unknown or expired (Odoo's default lifetime is one day). Make a new one in Odoo."


def _wrong_call(facts: Facts) -> str:
    return f"{facts.server} answers: {facts.message}. Check the URL."


def _no_api(facts: Facts) -> str:
    database = facts.exchange.request.headers.get("x-odoo-database")
    if database:
        return (
            f"No database called {database!r} on {facts.server}, or an Odoo older than 19, which has no JSON-2. "
            "Check the credential's database."
        )
    return (
        f"{facts.server} does not answer JSON-2 here. Name the database, Credential(database=…), if the server has "
        "several; Odoo older than 19 has no JSON-2."
    )


def _too_large(facts: Facts) -> str:
    size = len(facts.exchange.request.content)
    return f"{facts.server} takes no request of {size:,} bytes. Use a smaller batch size than {len(facts.call.rows)}."


def _busy(facts: Facts) -> str:
    assert facts.exchange.response is not None
    wait = facts.exchange.response.headers.get("retry-after", "")
    when = f"after {wait} s" if wait.isdigit() else "later"
    return f"{facts.server} is too busy (HTTP {facts.status}) and took nothing. Send again {when}."


def _unreadable(facts: Facts) -> str:
    return (
        f"Sent, and {facts.server} answered something that Odoo does not write (HTTP {facts.status}): the records may "
        "be in Odoo. Look there for the first of them before sending these rows again."
    )


def _odoo_says(facts: Facts) -> str:
    return facts.message or f"Odoo refused these rows and did not say why ({facts.error})."


def _nothing(_facts: Facts) -> str:
    return ""


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


def _proved(facts: Facts) -> bool:
    return facts.status == OK and facts.reply is not None and prove(facts.call.ask, facts.reply.result) is not None


def _load_refused(facts: Facts) -> bool:
    return facts.status == OK and facts.reply is not None and bool(refusals(facts.call.ask, facts.reply.result))


def _always(_facts: Facts) -> bool:
    return True


# fmt: off
RULES: tuple[Rule, ...] = (
    # what was seen, and what shows it                                          the rows are, the words, what stops
    Rule("no connection",              _raised(*NOT_CONNECTED),                    "not_sent", _no_connection, EndpointError),
    Rule("no answer",                  _raised(Exception),                         "in_doubt", _no_answer, StoppedError),
    Rule("another address",            _http(*REDIRECTS),                          "not_sent", _redirected, EndpointError),
    Rule("unknown key",                _http(UNAUTHORIZED),                        "not_sent", _unknown_key, CredentialError),
    Rule("unknown user",               _named("AccessDenied"),                     "not_sent", _unknown_key, CredentialError),
    Rule("too many calls",             _http(TOO_MANY),                            "not_sent", _busy, StoppedError),
    Rule("maintenance",                _maintenance,                               "not_sent", _busy, StoppedError),
    Rule("request too large",          _http(TOO_LARGE),                           "not_sent", _too_large, StoppedError),
    Rule("no such model or method",    _named("NotFound"),                         "not_sent", _wrong_call, EndpointError),
    Rule("a call that cannot be made", _named("UnprocessableEntity", "BadRequest"), "not_sent", _wrong_call, EndpointError),
    Rule("no such database or API",    _not_odoo(*NOT_HERE),                       "not_sent", _no_api, EndpointError),
    Rule("rolled back",                _named(*ROLLED_BACK),                       "not_sent", _odoo_says),
    Rule("an error of Odoo's",         _refused,                                   "rejected", _odoo_says),
    Rule("an error in load's answer",  _load_refused,                              "rejected", _nothing),
    Rule("the method's own proof",     _proved,                                    "done",     _nothing),
    Rule("anything else",              _always,                                    "in_doubt", _unreadable, StoppedError),
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
            yield attrs.evolve(whole, rows=rows, status=proof.status, ids=proof.ids, error=proof.warning or None)
    elif not whole.error and whole.status == "rejected":
        for refusal in refusals(facts.call.ask, result):
            rows = [whole.rows[place] for place in refusal.places]
            yield attrs.evolve(whole, rows=rows, error=refusal.message, error_field=refusal.field or None)
    else:
        yield whole


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
    sentence = rule.say(facts)
    whole = Outcome(
        rows=call.rows,
        status=rule.status,
        batch=call.number,
        http_status=facts.status or None,
        error_type=(facts.reply.error_type or None) if facts.reply else None,
        error_field=error_field(facts.message),
        error=sentence or None,
        attempts=1,
        seconds=exchange.seconds,
    )
    reason = (
        sentence if rule.status == "not_sent" else f"Not sent: the send stopped at {rows_text(call.rows)}, in doubt."
    )
    return Verdict(tuple(_parts(whole, facts)), rule.stop(sentence) if rule.stop else None, reason)
