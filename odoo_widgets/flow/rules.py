"""What an exchange may show, and what each of it means: one table, read from the top, the first rule that fits counts.

Nothing is done by default: `created`, `updated`, `deleted` and `saved` need the server's own word (`proofs.py`).
Whatever this table does not know is in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs
import httpx

from odoo_widgets.flow import barred, lined, words
from odoo_widgets.flow.calls import FIELDS_GET, LOG_IN
from odoo_widgets.flow.errors import (
    CredentialError,
    EndpointError,
    FieldsError,
    ModelError,
    RefusedError,
    StoppedError,
)
from odoo_widgets.flow.exchange import OverBudgetError
from odoo_widgets.flow.facts import Facts
from odoo_widgets.flow.matching import matches
from odoo_widgets.flow.methods import known
from odoo_widgets.flow.model import fields
from odoo_widgets.flow.operations import READ_GROUPS, SAVE_MULTI
from odoo_widgets.flow.proofs import made_when, prove, refusals, rolled_back, there

OK, UNAUTHORIZED, NOT_FOUND, NOT_ALLOWED, TOO_LARGE, UNSUPPORTED, TOO_MANY = 200, 401, 404, 405, 413, 415, 429
SERVER_ERROR, UNAVAILABLE = 500, 503
REDIRECTS, SEE_OTHER = range(300, 400), 303
LOG_IN_PAGE = re.compile(r"log_?-?in|sign_?-?in|sso|oauth|/web\b", re.IGNORECASE)
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

# Odoo's words over JSON-RPC and XML-RPC, where JSON-2 has a name of its own (odoo/service/model.py); Python's for
# arguments that do not fit a method.
NO_MODEL = re.compile(r"^Object [\w.]+ doesn't exist")
NO_METHOD = re.compile(r"^The method '[\w.]+' does not exist")
WRONG_ARGUMENTS = re.compile(r"^\w+\.\w+\(\) (missing \d+ required|got an unexpected|takes )")


@attrs.frozen
class Rule:
    """One row of the table.

    Attributes:
        signal: What was seen, in words.
        fits: Whether an exchange shows it.
        status: What the call's rows are then.
        say: The sentence for the analyst.
        stop: The error that ends the send, where every further call would end the same way.
        then: What is done about it first, as long as it may be: one of `again.AGAIN`.
    """

    signal: str
    fits: Callable[[Facts], bool]
    status: str
    say: Callable[[Facts], str]
    stop: type[StoppedError] | None = None
    then: str = ""


def _raised(*errors: type[Exception]) -> Callable[[Facts], bool]:
    return lambda facts: isinstance(facts.exchange.error, errors)


def _http(*statuses: int) -> Callable[[Facts], bool]:
    return lambda facts: facts.status in statuses


def _named(*names: str) -> Callable[[Facts], bool]:
    return lambda facts: facts.error in names


def _not_odoo(*statuses: int) -> Callable[[Facts], bool]:
    return lambda facts: facts.status in statuses and facts.reply is not None and not facts.reply.readable


def _page_in_mid_send(facts: Facts) -> bool:
    # Odoo has answered calls to this address before: what answers now stands in front of it, and may have kept back
    # the answer of a call that was done. Over REST an address may name a record, which is not there.
    named = facts.status == NOT_FOUND and bool(facts.settings.url_columns)
    return facts.answered and not named and _not_odoo(*NOT_HERE)(facts)


def _untrusted(facts: Facts) -> bool:
    # Another try meets the same certificate, or none again.
    return any(each in str(facts.exchange.error) for each in ("CERTIFICATE_VERIFY_FAILED", "WRONG_VERSION_NUMBER"))


def _told_elsewhere(facts: Facts) -> bool:
    # What became of a request that was carried out is read at another address (RFC 9110, 15.4.4), unless that is where
    # people log in: Odoo sends those there that it does not know.
    response = facts.exchange.response
    if facts.status != SEE_OTHER or facts.settings.endpoint.protocol != "rest" or response is None:
        return False
    return facts.call.ask.changes and LOG_IN_PAGE.search(response.headers.get("location", "")) is None


def _not_taken(facts: Facts) -> bool:
    return facts.status == UNSUPPORTED and facts.reply is not None and facts.reply.readable


def _maintenance(facts: Facts) -> bool:
    response = facts.exchange.response
    return response is not None and response.status_code == UNAVAILABLE and "retry-after" in response.headers


def _refused(facts: Facts) -> bool:
    # Above 500 a proxy speaks for a server that it does not know the state of (RFC 9110, 15.6).
    return bool(facts.error) and facts.status <= SERVER_ERROR


def _verb_not_taken(facts: Facts) -> bool:
    return facts.status == NOT_ALLOWED and facts.settings.endpoint.protocol == "rest"


def _log_in_refused(facts: Facts) -> bool:
    return facts.call.ask.method == LOG_IN and facts.status == OK and facts.result is False


def _log_in_failed(facts: Facts) -> bool:
    return facts.call.ask.method == LOG_IN and _refused(facts)


def _logged_in(facts: Facts) -> bool:
    return facts.call.ask.method == LOG_IN and facts.status == OK and type(facts.result) is int and facts.result > 0


def _says(pattern: re.Pattern[str], *names: str) -> Callable[[Facts], bool]:
    """An exception of one of some names, whose message shows a pattern."""
    return lambda facts: facts.error in names and bool(pattern.search(facts.message))


def _another_name(facts: Facts) -> bool:
    # With one argument, the one that is wanted is the one that was given under another name.
    alone = len(facts.call.ask.arguments) == 1 and not facts.call.ask.by_name
    name = words.WANTED.search(facts.message) if facts.error == "UnprocessableEntity" and alone else None
    # Once: a method that wants two arguments would ask for one of them after the other for ever.
    tried = f"{facts.call.model}/{facts.call.ask.method}" in facts.knows.arguments
    return name is not None and not tried and name["name"] not in facts.call.ask.arguments


def _no_save_multi(facts: Facts) -> bool:
    missing = facts.error in ("NotFound", "AttributeError") and SAVE_MULTI in facts.message
    return facts.call.ask.method == SAVE_MULTI and not facts.call.ask.by_name and missing


def _of_records(facts: Facts) -> bool:
    return facts.call.ask.whose and facts.error == "IndexError"


def _of_model(facts: Facts) -> bool:
    return facts.call.ask.whose and facts.error in ("ValueError", "TypeError")


def _no_word(facts: Facts) -> bool:
    return facts.call.ask.whose and facts.reply is not None and facts.reply.readable and not facts.error


def _described(facts: Facts) -> bool:
    return facts.call.ask.method == FIELDS_GET and facts.status == OK and fields(facts.result) is not None


def _matched(facts: Facts) -> bool:
    ask = facts.call.ask
    if ask.batch is None or ask.batch.ids is not None or facts.status != OK:
        return False
    return matches(ask.batch, ask.arguments["fields"], facts.result) is not None


def _lines_told(facts: Facts) -> bool:
    return facts.status == OK and lined.told(facts.call.ask, facts.result) is not None


def _dated(facts: Facts) -> bool:
    return facts.status == OK and made_when(facts.call.ask, facts.result) is not None


def asks_when(facts: Facts) -> bool:
    """Whether it was asked when records were made."""
    return facts.call.ask.method == READ_GROUPS and facts.call.ask.effect_of is not None


def _not_dated(facts: Facts) -> bool:
    # Older servers do not have the method.
    return asks_when(facts) and _refused(facts)


def _loaded(facts: Facts) -> bool:
    return facts.call.ask.keyed is not None and _proved(facts)


def _looked_up(facts: Facts) -> bool:
    return facts.call.ask.batch is not None and facts.status == OK and there(facts.call.ask, facts.result) is not None


def _effect_read(facts: Facts) -> bool:
    ask = facts.call.ask
    return ask.effect_of is not None and facts.status == OK and there(ask, facts.result) is not None


def _answered(facts: Facts) -> bool:
    """An answer of a method whose effect can be read."""
    ask = facts.call.ask
    answer = facts.status == OK and facts.reply is not None and facts.reply.readable and not facts.error
    return ask.by_name and answer and known(facts.call.model, ask.method) is not None


def _proved(facts: Facts) -> bool:
    fine = facts.succeeded and facts.reply is not None and facts.reply.readable and not facts.error
    return fine and prove(facts.call.ask, facts.result, facts.settings.id_path) is not None


def _load_rolled_back(facts: Facts) -> bool:
    return facts.status == OK and bool(rolled_back(facts.call.ask, facts.result))


def _load_refused(facts: Facts) -> bool:
    return facts.status == OK and bool(refusals(facts.call.ask, facts.result))


def _always(_facts: Facts) -> bool:
    return True


# fmt: off
RULES: tuple[Rule, ...] = (
    # what was seen, and what shows it                                                the rows are, the words, what stops, what is done first
    Rule("over the byte budget",          _raised(OverBudgetError),                       "not_sent",   words.over_budget),
    Rule("an untrusted certificate",      _untrusted,                                     "not_sent",   words.no_connection, EndpointError),
    Rule("no connection",                 _raised(*NOT_CONNECTED),                        "not_sent",   words.no_connection, EndpointError, "again"),
    Rule("no answer",                     _raised(Exception),                             "in_doubt",   words.no_answer, StoppedError, "find out"),
    Rule("done, and told elsewhere",      _told_elsewhere,                                "in_doubt",   words.told_elsewhere, EndpointError),
    Rule("another address",               _http(*REDIRECTS),                              "not_sent",   words.redirected, EndpointError),
    Rule("unknown key",                   _http(UNAUTHORIZED),                            "not_sent",   words.unknown_key, CredentialError),
    Rule("unknown user",                  _named("AccessDenied", "SessionExpiredException"), "not_sent", words.unknown_key, CredentialError, "log in"),
    Rule("login refused",                 _log_in_refused,                                "not_sent",   words.unknown_login, CredentialError),
    Rule("too many calls",                _http(TOO_MANY),                                "not_sent",   words.busy, StoppedError, "as told"),
    Rule("maintenance",                   _maintenance,                                   "not_sent",   words.busy, StoppedError, "as told"),
    Rule("request too large",             _http(TOO_LARGE),                               "not_sent",   words.too_large, StoppedError),
    Rule("no such database",              _says(words.NO_DATABASE, "OperationalError"),   "not_sent",   words.no_database, EndpointError),
    Rule("no way to ask when",            _not_dated,                                     "undated",    words.nothing),
    Rule("an argument of other name",     _another_name,                                  "renamed",    words.nothing),
    Rule("no web_save_multi",             _no_save_multi,                                 "one by one", words.nothing),
    Rule("a method of records",           _of_records,                                    "of records", words.nothing),
    Rule("a method of the model's own",   _of_model,                                      "not_sent",   words.of_model, EndpointError),
    Rule("no word on whose method it is", _no_word,                                       "not_sent",   words.unreadable, StoppedError),
    Rule("no such model or method",       _named("NotFound"),                             "not_sent",   words.wrong_call, ModelError),
    Rule("no such model",                 _says(NO_MODEL, "UserError"),                   "not_sent",   words.wrong_call, ModelError),
    Rule("no such method",                _says(NO_METHOD, "AttributeError"),             "not_sent",   words.wrong_call, ModelError),
    Rule("a call that cannot be made",    _named("UnprocessableEntity", "BadRequest"),    "not_sent",   words.wrong_call, EndpointError),
    Rule("arguments that do not fit",     _says(WRONG_ARGUMENTS, "TypeError"),            "not_sent",   words.wrong_call, EndpointError),
    Rule("a verb that is not taken",      _verb_not_taken,                                "not_sent",   words.wrong_verb, EndpointError),
    Rule("a format that is not taken",    _not_taken,                                     "not_sent",   words.wrong_format, EndpointError),
    Rule("a page where Odoo answered",    _page_in_mid_send,                              "in_doubt",   words.unreadable, StoppedError, "find out"),
    Rule("no such database or API",       _not_odoo(*NOT_HERE),                           "not_sent",   words.no_api, EndpointError),
    Rule("a login that failed",           _log_in_failed,                                 "not_sent",   words.no_log_in, StoppedError),
    Rule("rolled back",                   _named(*ROLLED_BACK),                           "not_sent",   words.odoo_says, None, "slower"),
    Rule("no such language",              barred.no_language,                             "not_sent",   barred.language, RefusedError),
    Rule("no such company",               barred.no_company,                              "not_sent",   barred.company, RefusedError),
    Rule("no right to the model",         barred.no_right,                                "not_sent",   barred.right, RefusedError),
    Rule("no such field",                 barred.no_field,                                "not_sent",   barred.field, FieldsError),
    Rule("an error of Odoo's",            _refused,                                       "rejected",   words.odoo_says, None, "narrow"),
    Rule("logged in",                     _logged_in,                                     "logged in",  words.nothing),
    Rule("fields of the model",           _described,                                     "described",  words.nothing),
    Rule("lines of documents",            _lines_told,                                    "lines",      words.nothing),
    Rule("which records have the keys",   _matched,                                       "matched",    words.nothing),
    Rule("when the records were made",    _dated,                                         "dated",      words.nothing),
    Rule("which records are there",       _looked_up,                                     "found",      words.nothing),
    Rule("what the records hold now",     _effect_read,                                   "read",       words.nothing),
    Rule("rolled back inside load",       _load_rolled_back,                              "not_sent",   words.load_rolled_back, None, "slower"),
    Rule("an error in load's answer",     _load_refused,                                  "rejected",   words.nothing, None, "narrow"),
    Rule("an answer that proves nothing", _answered,                                      "answered",   words.nothing),
    Rule("the records of a key",          _loaded,                                        "loaded",     words.nothing),
    Rule("the method's own proof",        _proved,                                        "done",       words.nothing),
    Rule("anything else",                 _always,                                        "in_doubt",   words.unreadable, StoppedError, "find out"),
)
# fmt: on
