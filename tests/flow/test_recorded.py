"""What each recorded answer of the real server is taken for: the same over every protocol, where it means the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from odoo_widgets.flow.calls import LOG_IN, Ask, Batch, Call
from odoo_widgets.flow.errors import CredentialError, EndpointError, ModelError, RefusedError, StoppedError
from odoo_widgets.flow.exchange import Reply
from odoo_widgets.flow.judge import judge
from odoo_widgets.flow.operations import log_in, look_up
from tests.flow.wire import CASES, RECORDED, URLS, decoded, exchange_of, recorded, settings

if TYPE_CHECKING:
    from odoo_widgets.flow.follow import Verdict

# --- what they say ---------------------------------------------------------------------------------------------------

NOTHING, FINE, PAGE = "nothing", "a result", "no answer of this protocol's"
VALUE, SQL = "ValueError", "psycopg2.errors."
# What Odoo raised: its name without the module, and how the message begins.
SAYS: dict[str, Any] = {
    "NUL in text": (VALUE, "A string literal cannot contain NUL (0x00) characters."),
    "NaN": (VALUE, "cannot convert float NaN to integer"),
    "JSON that is a list": ("UnprocessableEntity", "missing a required argument: 'domain'"),
    "empty body": ("UnprocessableEntity", "missing a required argument: 'domain'"),
    "query string instead of a body": ("UnprocessableEntity", "missing a required argument: 'domain'"),
    "no JSON": ("BadRequest", "could not parse the body as json"),
    "no key": ("Unauthorized", "User not authenticated"),
    "method left out": ("NotFound", "Did you mean POST"),
    "broken constraint of Python": ("ValidationError", "You cannot create recursive Partner hierarchies."),
    "broken constraint of SQL": ("ValidationError", "The operation cannot be completed: Contacts require a name"),
    "not unique": ("ValidationError", "The operation cannot be completed: You can not have two users"),
    "missing required field": ("ValidationError", "The operation cannot be completed: Missing required value for"),
    "link to a missing record": ("ValidationError", "The operation cannot be completed: Another model is using"),
    "link to a missing record by a command": (
        "MissingError",
        "Record does not exist or has been deleted.\n(Record: res",
    ),
    "missing record": ("MissingError", "Record does not exist or has been deleted.\n(Record: res.partner(99999999,)"),
    "unlink a missing record": ("MissingError", "Record does not exist or has been deleted."),
    "wrong uid": ("MissingError", "Record does not exist or has been deleted.\n(Record: res.users(99999999,)"),
    "refused by Odoo": ("UserError", "You can not delete a sent quotation or a confirmed sales order."),
    "picture that is none": ("UserError", "This file could not be decoded as an image file."),
    "unknown language": ("UserError", "Invalid language code: xx_XX"),
    "language not active": ("UserError", "Invalid language code: fr_FR"),
    "unknown company": ("AccessError", "Access to unauthorized or invalid companies."),
    "no right to a record": (
        "AccessError",
        "You are not allowed to modify 'User' (res.users) records.\n\nThis operation",
    ),
    "no right to create": ("AccessError", "You are not allowed to create 'Journal Entry' (account.move) records."),
    "no right to read": ("AccessError", "You are not allowed to access 'Models' (ir.model) records."),
    "private method": ("AccessError", "Private methods (such as 'res.partner._compute_display_name') cannot be called"),
    "private method that is not there": ("AccessError", "Private methods (such as 'res.partner._compute_x') cannot"),
    "method marked private": (
        "AccessError",
        "Private methods (such as 'res.partner.browse') cannot be called remotely.",
    ),
    "uid that is false": ("AccessDenied", "Access Denied"),
    "unknown field": (VALUE, "Invalid field 'nope' in 'res.partner'"),
    "unknown field read": (VALUE, "Invalid field 'nope' on 'res.partner'"),
    "load, unknown column": (VALUE, "Invalid field name 'nope'"),
    "wrong selection": (VALUE, "Wrong value for res.partner.type: 'zzz'"),
    "wrong number": (VALUE, "invalid literal for int() with base 10: 'x'"),
    "wrong date": (VALUE, "time data '2026-03-01T10:20:30' does not match format '%Y-%m-%d %H:%M:%S'"),
    "domain that is wrong": (VALUE, "Invalid operator in condition ('name', 'nope', 1)"),
    "web_save_multi, unequal": (VALUE, "Each record must have a corresponding vals entry."),
    "unknown method of a service": (VALUE, "not enough values to unpack (expected at least 5, got 4)"),
    "unknown service": ("KeyError", "nope"),
    "create by name": ("IndexError", "list index out of range"),
    "integer too large": ("NumericValueOutOfRange", "integer out of range"),
    "integer too large, as int": ("NumericValueOutOfRange", "integer out of range"),
    "link that is text": ("InvalidTextRepresentation", 'invalid input syntax for type integer: "US"\nLINE 1: '),
    "unknown model": ("UserError", "Object res.nope doesn't exist"),
    "unknown method of an unknown model": ("UserError", "Object res.nope doesn't exist"),
    "unknown method": ("AttributeError", "The method 'res.partner.nope' does not exist"),
    "missing argument": ("TypeError", "ResPartner.write() missing 1 required positional argument: 'vals'"),
    "no ids on a method of records": ("TypeError", "ResPartner.write() missing 1 required positional argument: 'vals'"),
    "unexpected argument": ("TypeError", "ResPartner.write() got an unexpected keyword argument 'nope'"),
    "argument of another name": ("TypeError", "ResPartner.create() got an unexpected keyword argument 'list_vals'"),
    "too many arguments": ("TypeError", "ResPartner.write() takes 2 positional arguments but 3 were given"),
    "ids on a method of the model": ("TypeError", "ResPartner.create() takes 2 positional arguments but 3 were given"),
    "unknown database": ("OperationalError", 'connection to server at "127.0.0.1", port PORT failed: FATAL:  database'),
    "authenticate, unknown database": ("OperationalError", 'connection to server at "127.0.0.1", port PORT failed'),
    "wrong key": ("AccessDenied", "Access Denied"),
    "JSON in place of XML": ("ExpatError", "not well-formed (invalid token): line 1, column 0"),
    "no XML": ("ExpatError", "no element found: line 1, column 24"),
    "another content type, header of a form": ("ExpatError", "no element found: line 1, column 0"),
    "method returns nothing": NOTHING,
    "method returns nothing, archive": NOTHING,
    "another content type": PAGE,
    "half of a character": PAGE,
}
UNPROCESSABLE = "UnprocessableEntity"
# Where a protocol says it in another way.
OTHERWISE: dict[tuple[str, str], Any] = {
    ("json2", "unknown model"): ("NotFound", "the model 'res.nope' does not exist"),
    ("json2", "unknown method of an unknown model"): ("NotFound", "the model 'res.nope' does not exist"),
    ("json2", "unknown method"): ("NotFound", "The method 'res.partner.nope' does not exist"),
    ("json2", "missing argument"): (UNPROCESSABLE, "missing a required argument: 'vals'"),
    ("json2", "unexpected argument"): (UNPROCESSABLE, "got an unexpected keyword argument 'nope'"),
    ("json2", "too many arguments"): (UNPROCESSABLE, "got an unexpected keyword argument 'nope'"),
    ("json2", "argument of another name"): (UNPROCESSABLE, "missing a required argument: 'vals_list'"),
    ("json2", "ids on a method of the model"): (UNPROCESSABLE, "cannot call res.partner.create with ids"),
    ("json2", "wrong key"): ("Unauthorized", "Invalid apikey"),
    ("json2", "wrong verb"): ("NotFound", "Did you mean POST"),
    ("json2", "unknown database"): PAGE,
    ("json2", "no ids on a method of records"): FINE,
    ("json2", "create by name"): FINE,
    ("jsonrpc", "no JSON"): PAGE,
    ("jsonrpc", "JSON that is a list"): PAGE,
    ("xmlrpc", "wrong verb"): PAGE,
    ("xmlrpc", "another content type"): FINE,
    ("xmlrpc", "NUL in text"): ("ExpatError", "not well-formed (invalid token): line 26, column 16"),
    ("xmlrpc", "unknown service"): ("KeyError", "'nope'"),
    # Of another protocol, read along the way.
    ("xmlrpc", "line ends, 2 read by JSON-2"): PAGE,
    ("xmlrpc", "line ends, 4 read by JSON-2"): PAGE,
    # It repeats no number.
    ("jsonrpc", "databases"): FINE,
}
# A fault of code 2 is any of these, and does not say which.
ONE_OF_THREE = ("ValidationError", "MissingError", "UserError")
TRACE = re.compile(r'Traceback|^\s*File "', re.MULTILINE)


@pytest.mark.parametrize(("protocol", "case"), CASES)
def test_a_recorded_answer_says_this(protocol: str, case: str) -> None:
    expected = OTHERWISE.get((protocol, case), SAYS.get(case, FINE))
    reply = decoded(protocol, recorded(protocol, case))
    assert not TRACE.search(reply.message)
    if isinstance(expected, tuple):
        name, message = expected
        if protocol == "xmlrpc" and name in ONE_OF_THREE:
            name = "UserError"
        assert (reply.readable, reply.result, reply.error_type.rpartition(".")[2]) == (True, None, name)
        assert reply.message.startswith(message)
    else:
        assert reply.readable == (expected != PAGE)
        assert (reply.error_type, reply.message, reply.result is not None) == ("", "", expected == FINE)


# What XML says in another way is left out.
PAIRS = [
    case
    for case in RECORDED["jsonrpc"]
    if case in RECORDED["xmlrpc"] and isinstance(SAYS.get(case), tuple) and ("xmlrpc", case) not in OTHERWISE
]


@pytest.mark.parametrize("case", PAIRS)
def test_both_rpc_protocols_say_the_same(case: str) -> None:
    json, xml = (decoded(protocol, recorded(protocol, case)) for protocol in ("jsonrpc", "xmlrpc"))
    assert json.message.strip() == xml.message.strip()


IDS_OF = {"json2": [10, 11], "jsonrpc": [27, 28], "xmlrpc": [43, 44]}


@pytest.mark.parametrize("protocol", URLS)
def test_results_are_what_the_methods_returned(protocol: str) -> None:
    said = {case: decoded(protocol, recorded(protocol, case)).result for case in RECORDED[protocol]}
    assert said["create a list"] == IDS_OF[protocol]
    assert said["write"] is True
    assert said["create nothing"] == []
    assert [sorted(each) for each in said["search_read"]] == [["id", "name", "ref"]] * 2
    assert said["search_read"][1]["ref"] is False
    assert said["load refused"]["ids"] is False
    assert said["load refused"]["messages"][0]["rows"] == {"from": 1, "to": 1}
    assert said["method returns a window"]["type"] == "ir.actions.act_window"


@pytest.mark.parametrize("protocol", URLS)
@pytest.mark.parametrize("case", ["create a list", "unknown field", "search_read"])
def test_an_answer_that_breaks_off_is_not_readable(protocol: str, case: str) -> None:
    answer = RECORDED[protocol][case]
    body = answer["body"].rstrip().encode()
    for length in range(0, len(body), 5):
        exchange = exchange_of(protocol, answer["http_status"], body[:length])
        assert decoded(protocol, exchange) == Reply(readable=False)


# --- what they mean for the rows -------------------------------------------------------------------------------------

CREATE = Call(3, "res.partner", Ask(range(2), "create", {"vals_list": [{}, {}]}))
WRITE = Call(3, "res.partner", Ask([4], "write", {"vals": {"ref": "x"}}, [7]))
UNLINK = Call(3, "res.partner", Ask([4], "unlink", {}, [7]))
LOAD = Call(3, "res.partner", Ask(range(2), "load", {"fields": ["name"], "data": [["a"], ["b"]]}))
LOAD_ONE = Call(3, "res.partner", Ask([4], "load", {"fields": ["name"], "data": [["a"]]}))
METHOD = Call(3, "res.partner", Ask([4], "button", {}, [7], by_name=True))
LOOK_UP = Call(3, "res.partner", look_up(Batch([4], [{}], [7])))
LOGIN = Call(0, "", log_in())

ADDRESS, MODEL, KEY, STOP = EndpointError, ModelError, CredentialError, StoppedError
NO_KEY = "mycompany.odoo.com: key unknown or expired (Odoo's default lifetime is one day). Make a new one in Odoo."
NO_LOGIN = (
    "mycompany.odoo.com: login unknown, or key unknown or expired (Odoo's default lifetime is one day). Check the login"
)
NO_DATABASE = "No database called 'no_such_database' on mycompany.odoo.com. Check the credential's database."
ANSWERS = "mycompany.odoo.com answers: "
DOUBT = "Sent, and mycompany.odoo.com answered something that Odoo does not write"

# The call that is answered so; what its rows are then, what stops the send, and how the sentence begins.
MEANS: dict[str, tuple[Call, str, type[StoppedError] | None, str]] = {
    "create a list": (CREATE, "created", None, ""),
    "create a dict": (CREATE, "in_doubt", STOP, DOUBT),
    "create nothing": (CREATE, "in_doubt", STOP, DOUBT),
    "half of a character": (CREATE, "in_doubt", STOP, DOUBT),
    "write": (WRITE, "updated", None, ""),
    "unlink": (UNLINK, "deleted", None, ""),
    "load": (LOAD_ONE, "saved", None, ""),
    "load refused": (LOAD, "rejected", None, ""),
    "load, no right": (LOAD_ONE, "rejected", None, "You are not allowed to create 'User' (res.users) records."),
    "load, unknown column": (LOAD, "rejected", None, "Invalid field name 'nope'"),
    "method returns nothing": (METHOD, "called", None, ""),
    "method returns a window": (METHOD, "needs_attention", None, "Send"),
    "wrong key": (CREATE, "not_sent", KEY, NO_KEY),
    "no key": (CREATE, "not_sent", KEY, NO_KEY),
    "uid that is false": (CREATE, "not_sent", KEY, NO_KEY),
    "unknown database": (CREATE, "not_sent", ADDRESS, NO_DATABASE),
    "unknown model": (CREATE, "not_sent", MODEL, ANSWERS),
    "unknown method": (METHOD, "not_sent", MODEL, f"{ANSWERS}The method 'res.partner.nope' does not exist. Check"),
    "unknown method of an unknown model": (METHOD, "not_sent", MODEL, ANSWERS),
    "unexpected argument": (METHOD, "not_sent", ADDRESS, ANSWERS),
    "too many arguments": (WRITE, "not_sent", ADDRESS, ANSWERS),
    "ids on a method of the model": (CREATE, "not_sent", ADDRESS, ANSWERS),
    **{
        case: (CREATE, "not_sent", RefusedError, f"{SAYS[case][1].rstrip('.')}. That goes for every row")
        for case in ("unknown language", "language not active", "unknown company")
    },
    "missing record": (WRITE, "rejected", None, "Record does not exist or has been deleted."),
    "integer too large": (CREATE, "rejected", None, "integer out of range"),
    "link that is text": (CREATE, "rejected", None, 'invalid input syntax for type integer: "US"'),
    **{
        case: (CREATE, "rejected", None, SAYS[case][1])
        for case in (
            "NUL in text", "broken constraint of Python", "broken constraint of SQL", "not unique",
            "missing required field", "link to a missing record", "link to a missing record by a command",
            "refused by Odoo", "picture that is none", "no right to a record", "no right to create", "no right to read",
            "private method", "method marked private", "unknown field",
            "wrong selection", "wrong number", "wrong date", "web_save_multi, unequal",
        )
    },
    "search_read": (LOOK_UP, "not_sent", STOP, "mycompany.odoo.com was asked which records are there, and answered"),
    "domain that is wrong": (LOOK_UP, "rejected", None, "Invalid operator in condition"),
    "authenticate, wrong key": (LOGIN, "not_sent", KEY, NO_LOGIN),
    "authenticate, wrong login": (LOGIN, "not_sent", KEY, NO_LOGIN),
    "authenticate, unknown database": (LOGIN, "not_sent", ADDRESS, NO_DATABASE),
    "unknown service": (LOGIN, "not_sent", STOP, ""),
    "unknown method of a service": (LOGIN, "not_sent", STOP, ""),
    "version": (LOGIN, "not_sent", STOP, "mycompany.odoo.com was asked who has this login and key, and answered"),
}  # fmt: skip
# Where a protocol does not say as much.
MEANS_OTHERWISE = {
    ("json2", "unknown database"): (CREATE, "not_sent", ADDRESS, "mycompany.odoo.com does not answer JSON-2 here."),
    ("xmlrpc", "NUL in text"): (CREATE, "rejected", None, "not well-formed (invalid token): line 26, column 16"),
}
MEANT = [(protocol, case) for protocol, case in CASES if case in MEANS]


def verdict_on(protocol: str, case: str) -> tuple[Verdict, tuple[Any, ...]]:
    call, *expected = MEANS_OTHERWISE.get((protocol, case), MEANS[case])
    operation = call.ask.method if call.ask.method != LOG_IN and call.ask.batch is None else "write"
    return judge(call, recorded(protocol, case), settings(protocol, operation)), tuple(expected)


@pytest.mark.parametrize(("protocol", "case"), MEANT)
def test_a_recorded_answer_means_this_for_its_rows(protocol: str, case: str) -> None:
    verdict, (status, stop, words) = verdict_on(protocol, case)
    assert {each.status for each in verdict.outcomes} == {status}
    assert type(verdict.stop) is (stop or type(None))
    assert verdict.follow == ()
    first = verdict.outcomes[0]
    assert (first.error or "").startswith(words)
    assert bool(first.error) == (status not in ("created", "updated", "deleted", "saved", "called"))
    assert stop is None or str(verdict.stop) == first.error


@pytest.mark.parametrize(("protocol", "case"), CASES)
def test_no_sentence_shows_a_traceback_sql_or_where_postgresql_is(protocol: str, case: str) -> None:
    for call in (CREATE, WRITE, UNLINK, LOAD, METHOD, LOOK_UP, LOGIN):
        verdict = judge(call, recorded(protocol, case), settings(protocol, "write"))
        told = " ".join([verdict.reason, str(verdict.stop), *(each.error or "" for each in verdict.outcomes)])
        assert not TRACE.search(told)
        assert not [secret for secret in ("127.0.0.1", "PORT", "LINE 1") if secret in told]


@pytest.mark.parametrize("protocol", ["jsonrpc", "xmlrpc"])
def test_a_login_teaches_the_user_s_id(protocol: str) -> None:
    verdict = judge(LOGIN, recorded(protocol, "authenticate"), settings(protocol))
    assert verdict.server is not None
    assert (verdict.server.uid, verdict.stop, verdict.outcomes, verdict.follow) == (2, None, (), ())


@pytest.mark.parametrize(("protocol", "case"), CASES)
def test_whatever_a_login_is_answered_the_user_is_known_or_the_send_stops(protocol: str, case: str) -> None:
    verdict = judge(LOGIN, recorded(protocol, case), settings(protocol))
    assert (verdict.stop is None) == (verdict.server is not None)
    assert {each.status for each in verdict.outcomes} <= {"not_sent"}


@pytest.mark.parametrize("protocol", URLS)
def test_a_server_without_web_save_multi_gets_a_write_for_each(protocol: str) -> None:
    missing = RECORDED[protocol]["unknown method"]
    body = missing["body"].replace("res.partner.nope", "res.partner.web_save_multi")
    values = {"vals_list": [{"ref": "a"}, {"ref": "b"}], "specification": {}}
    call = Call(3, "res.partner", Ask([4, 6], "web_save_multi", values, [7, 9]))
    verdict = judge(call, exchange_of(protocol, missing["http_status"], body), settings(protocol, "write"))
    assert [each.ask for each in verdict.follow] == [
        Ask([4], "write", {"vals": {"ref": "a"}}, [7]),
        Ask([6], "write", {"vals": {"ref": "b"}}, [9]),
    ]
    assert (verdict.stop, verdict.outcomes) == (None, ())
    assert verdict.server is not None
    assert not verdict.server.has("res.partner", "web_save_multi")
