from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from odoo_widgets.flow.calls import Ask, Batch, Call
from odoo_widgets.flow.errors import CredentialError, EndpointError, ModelError, StoppedError
from odoo_widgets.flow.exchange import Exchange
from odoo_widgets.flow.judge import NEXT, error_field, judge
from odoo_widgets.flow.operations import look_up
from odoo_widgets.flow.proofs import WITH_THE_OTHERS
from odoo_widgets.flow.responses import STATUSES, Outcome
from odoo_widgets.flow.rules import RULES
from odoo_widgets.flow.settings import Settings

if TYPE_CHECKING:
    from odoo_widgets.flow.follow import Verdict

URL = "https://mycompany.odoo.com/json/2/res.partner/create"
CALL = Call(3, "res.partner", Ask(range(300, 302), "create", {"vals_list": [{"name": "a"}, {"name": "b"}]}))
PAGE = {"html": "<html><title>Odoo</title></html>"}
WERKZEUG = "werkzeug.exceptions."
LOOK = "may be in Odoo. Look there for the first of them"


def judged(answer: Any, database: str = "", call: Call = CALL, settings: Settings | None = None) -> Verdict:
    headers = {"X-Odoo-Database": database} if database else {}
    request = httpx.Request("POST", URL, headers=headers, content=b"{}")
    if isinstance(answer, Exception):
        exchange = Exchange(request, error=answer, seconds=1.5)
    else:
        status, body = answer
        exchange = Exchange(request, response=httpx.Response(status, **body), seconds=1.5)
    return judge(call, exchange, settings or Settings(URL, timeout=20))


def odoo(name: str, message: str = "No.") -> dict[str, Any]:
    return {"json": {"name": name, "message": message, "arguments": [], "context": {}, "debug": "Traceback: SECRET"}}


def at(location: str) -> dict[str, Any]:
    return {"headers": {"location": location}}


# What came back: what the rows are, what stops the send, and what the sentence holds.
NOT_SENT = {
    "refused": (httpx.ConnectError("x"), EndpointError, "Nothing answers at mycompany.odoo.com."),
    "no name": (httpx.ConnectError("[Errno -2] Name or service not known"), EndpointError, "Nothing answers at"),
    "a slow connection": (httpx.ConnectTimeout("x"), EndpointError, "Nothing answers at"),
    "a certificate": (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] x"), EndpointError, "did not prove who"),
    "a redirect": ((301, at("https://www.example.com/json/2")), EndpointError, "'https://www.example.com/json/2'"),
    "a redirect on the host": ((308, at("/web/login")), EndpointError, "'/web/login'"),
    "a redirect with a secret": ((302, at("https://u:SECRET@h/?t=SECRET#SECRET")), EndpointError, "'https://h/'"),
    "a redirect to nowhere": ((307, at("http://a:b")), EndpointError, "another one"),
    "a redirect without an address": ((302, {}), EndpointError, "is another one. Nothing was sent there."),
    "an unknown key": ((401, odoo(WERKZEUG + "Unauthorized")), CredentialError, "key unknown or expired"),
    "another login page": ((401, PAGE), CredentialError, "key unknown or expired"),
    "another user's session": ((403, odoo("odoo.exceptions.AccessDenied")), CredentialError, "key unknown"),
    "too many calls": ((429, {"headers": {"retry-after": "30"}}), StoppedError, "Send again after 30 s."),
    "too many calls, until": ((429, {"headers": {"retry-after": "Wed, 21 Oct"}}), StoppedError, "Send again later."),
    "maintenance": ((503, {"headers": {"retry-after": "60"}}), StoppedError, "Send again after 60 s."),
    "too large": ((413, PAGE), StoppedError, "Use a smaller batch size than 2."),
    "too large for Odoo": ((413, odoo(WERKZEUG + "RequestEntityTooLarge")), StoppedError, "no request of 2 bytes"),
    "no such model": ((404, odoo(WERKZEUG + "NotFound", "the model 'res.nope' does not")), ModelError, "'res.nope'"),
    "no such argument": ((422, odoo(WERKZEUG + "UnprocessableEntity", "missing an")), EndpointError, "missing"),
    "bad JSON": ((400, odoo(WERKZEUG + "BadRequest", "could not parse")), EndpointError, "could not parse"),
    "no database or API": ((404, PAGE), EndpointError, "Name the database"),
    "a clash of databases": ((403, PAGE), EndpointError, "Name the database"),
    "no JSON taken": ((415, PAGE), EndpointError, "Name the database"),
    "given up by Odoo": ((500, odoo("psycopg2.errors.SerializationFailure", "could not")), None, "could not"),
}  # fmt: skip

REJECTED = {
    "no right": ((403, odoo("odoo.exceptions.AccessError", "You are not allowed to create 'Contact'")), "not allowed"),
    "not valid": ((422, odoo("odoo.exceptions.ValidationError", "The operation cannot be completed: …")), "cannot be"),
    "missing": ((404, odoo("odoo.exceptions.MissingError", "Record does not exist")), "Record does not exist"),
    "locked": ((409, odoo("odoo.exceptions.LockError", "Cannot lock")), "Cannot lock"),
    "unknown field": ((500, odoo("builtins.ValueError", "Invalid field 'nope' in 'res.partner'")), "'nope'"),
    "no words": ((500, odoo("builtins.KeyError", "")), "did not say why (KeyError)"),
}

# Nothing of this proves that both records are there, and nothing that they are not.
IN_DOUBT = {
    "too few ids": (200, {"json": [1]}),
    "too many ids": (200, {"json": [1, 2, 3]}),
    "no ids": (200, {"json": []}),
    "the same id twice": (200, {"json": [7, 7]}),
    "text": (200, {"json": ["1", "2"]}),
    "truth": (200, {"json": [True, 2]}),
    "fractions": (200, {"json": [1.0, 2.0]}),
    "zero": (200, {"json": [0, 1]}),
    "less than zero": (200, {"json": [-1, 1]}),
    "more than can be": (200, {"json": [2**63, 1]}),
    "lists": (200, {"json": [[1], [2]]}),
    "true": (200, {"json": True}),
    "one number": (200, {"json": 7}),
    "null": (200, {"content": b"null"}),
    "an object": (200, {"json": {}}),
    "an object with ids": (200, {"json": {"ids": [1, 2]}}),
    "an error with 200": (200, odoo("odoo.exceptions.UserError")),
    "a page with 200": (200, PAGE),
    "half an answer": (200, {"content": b"[1, 2"}),
    "no body": (200, {}),
    "ids with another status": (201, {"json": [1, 2]}),
    "ids with an error's status": (500, {"json": [1, 2]}),
    "a server's page": (500, PAGE),
    "a gateway": (502, PAGE),
    "a gateway's JSON": (502, {"json": {"name": "Bad Gateway", "message": "x"}}),
    "a gateway's time": (504, PAGE),
    "a closed door without a time": (503, PAGE),
    "a name that is empty": (500, odoo("")),
    "an unknown status": (499, PAGE),
    "a read timeout": httpx.ReadTimeout("x"),
    "a write error": httpx.WriteError("x"),
    "a cut connection": httpx.RemoteProtocolError("Server disconnected"),
    "a deadline": TimeoutError(),
    "a cut call": InterruptedError(),
    "anything": RuntimeError("SECRET"),
}


def outcome_of(verdict: Any) -> Outcome:
    (outcome,) = verdict.outcomes
    assert (outcome.rows, outcome.batch, outcome.attempts, outcome.seconds) == (CALL.rows, 3, 1, 1.5)
    assert "SECRET" not in str(outcome) + str(verdict.stop)
    return outcome


@pytest.mark.parametrize("name", NOT_SENT)
def test_what_was_surely_not_done_is_not_sent(name: str) -> None:
    answer, stop, words = NOT_SENT[name]
    verdict = judged(answer)
    outcome = outcome_of(verdict)
    assert (outcome.status, type(verdict.stop)) == ("not_sent", stop or type(None))
    assert words in outcome.error
    assert stop is None or str(verdict.stop) == verdict.reason == outcome.error


@pytest.mark.parametrize("name", REJECTED)
def test_what_odoo_refuses_is_rejected_in_its_own_words_and_the_send_goes_on(name: str) -> None:
    answer, words = REJECTED[name]
    verdict = judged(answer)
    outcome = outcome_of(verdict)
    assert (outcome.status, verdict.stop, outcome.http_status) == ("rejected", None, answer[0])
    assert words in outcome.error
    assert outcome.error_type == answer[1]["json"]["name"]


@pytest.mark.parametrize("name", IN_DOUBT)
def test_what_the_server_does_not_clearly_say_is_in_doubt_and_stops_the_send(name: str) -> None:
    verdict = judged(IN_DOUBT[name])
    outcome = outcome_of(verdict)
    assert (outcome.status, outcome.ids, type(verdict.stop)) == ("in_doubt", None, StoppedError)
    assert LOOK in outcome.error
    assert verdict.reason == "Not sent: the send stopped at rows 300–301, in doubt."


@pytest.mark.parametrize("status", [400, 403, 404, 405, 415])
def test_a_page_is_in_doubt_once_odoo_has_answered(status: int) -> None:
    request = httpx.Request("POST", URL, content=b"{}")
    exchange = Exchange(request, response=httpx.Response(status, **PAGE), seconds=1.5)
    verdict = judge(CALL, exchange, Settings(URL, timeout=20), answered=True)
    outcome = outcome_of(verdict)
    assert (outcome.status, type(verdict.stop)) == ("in_doubt", StoppedError)
    assert LOOK in outcome.error


def test_over_rest_an_address_of_a_record_may_name_one_that_is_not_there() -> None:
    url = "https://mycompany.odoo.com/api/res.partner/{id}"
    exchange = Exchange(httpx.Request("DELETE", url), response=httpx.Response(404, **PAGE), seconds=1.5)
    verdict = judge(CALL, exchange, Settings(url, method="DELETE"), answered=True)
    assert outcome_of(verdict).status == "not_sent"


@pytest.mark.parametrize("late", [TimeoutError(), httpx.ReadTimeout("x"), httpx.WriteTimeout("x")])
def test_a_late_answer_says_how_long_was_waited(late: Any) -> None:
    assert "within 20 s" in outcome_of(judged(late)).error


def test_one_id_for_each_record_is_created() -> None:
    verdict = judged((200, {"json": [8, 7]}))
    outcome = outcome_of(verdict)
    assert (outcome.status, outcome.ids, outcome.error, verdict.stop) == ("created", [8, 7], None, None)


@pytest.mark.parametrize("answer", [(404, PAGE), (400, PAGE), (405, PAGE)])
def test_a_database_that_was_named_is_the_first_to_check(answer: Any) -> None:
    assert "No database called 'mycopmany' on mycompany.odoo.com" in outcome_of(judged(answer, "mycopmany")).error


ROWS, IDS = [2, 5, 7], [7, 8, 9]
WRITE = Call(3, "res.partner", Ask(ROWS, "web_save_multi", {"vals_list": [{}] * 3, "specification": {}}, IDS))
UNLINK = Call(3, "res.partner", Ask(ROWS, "unlink", {}, IDS))
LOAD = Call(3, "res.partner", Ask(ROWS, "load", {"fields": ["name"], "data": [["a"], ["b"], ["c"]]}))


def told(verdict: Verdict) -> dict[int, Any]:
    """Each row's status, id, field and words."""
    return {
        row: (each.status, each.ids and each.ids[place], each.error_field, each.error)
        for each in verdict.outcomes
        for place, row in enumerate(each.rows)
    }


@pytest.mark.parametrize(
    ("call", "answer", "status"),
    [
        (WRITE, [{"id": 7}, {"id": 8}, {"id": 9}], "updated"),
        (UNLINK, True, "deleted"),
        (LOAD, {"ids": IDS, "messages": []}, "saved"),
    ],
)
def test_what_is_done_is_told_of_each_row_with_its_id(call: Call, answer: Any, status: str) -> None:
    verdict = judged((200, {"json": answer}), call=call)
    assert told(verdict) == {row: (status, key, None, None) for row, key in zip(ROWS, IDS, strict=True)}
    assert verdict.stop is None


def test_the_rows_of_one_load_may_be_told_different_things() -> None:
    bad = {"type": "error", "rows": {"from": 1, "to": 1}, "field": "color", "message": "'x' is no integer"}
    verdict = judged((200, {"json": {"ids": False, "messages": [bad]}}), call=LOAD)
    assert told(verdict) == {
        2: ("rejected", None, None, WITH_THE_OTHERS),
        5: ("rejected", None, "color", "'x' is no integer"),
        7: ("rejected", None, None, WITH_THE_OTHERS),
    }
    assert {(each.batch, each.http_status, each.attempts) for each in verdict.outcomes} == {(3, 200, 1)}
    assert verdict.stop is None


def test_a_warning_of_load_s_stands_with_a_row_that_is_saved() -> None:
    warning = {"type": "warning", "rows": {"from": 2, "to": 2}, "field": "tag", "message": "2 matches"}
    verdict = judged((200, {"json": {"ids": IDS, "messages": [warning]}}), call=LOAD)
    assert told(verdict) == {
        2: ("saved", 7, None, None),
        5: ("saved", 8, None, None),
        7: ("saved", 9, "tag", "2 matches"),
    }


def test_a_load_that_met_others_is_not_sent_and_the_send_goes_on() -> None:
    clash = {"type": "error", "rows": {"from": 0, "to": 0}, "message": "could not serialize access due to …"}
    verdict = judged((200, {"json": {"ids": False, "messages": [clash]}}), call=LOAD)
    assert told(verdict) == dict.fromkeys(ROWS, ("not_sent", None, None, "could not serialize access due to …"))
    assert verdict.stop is None


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (CALL, "the records may be in Odoo. Look"),
        (LOAD, "the records may be in Odoo. Look"),
        (WRITE, "the records may have changed in Odoo. Look"),
        (UNLINK, "the records may be gone from Odoo. Look"),
    ],
)
@pytest.mark.parametrize("answer", [httpx.ReadTimeout("x"), (200, PAGE)])
def test_what_is_in_doubt_says_what_the_call_may_have_done(call: Call, words: str, answer: Any) -> None:
    (outcome,) = judged(answer, call=call).outcomes
    # The records of calls on ids were there when they were looked up.
    assert (outcome.status, outcome.ids, outcome.rows) == ("in_doubt", call.ask.ids, call.rows)
    assert words in outcome.error


def test_a_stop_in_the_middle_of_a_batch_names_the_rows_in_doubt() -> None:
    assert judged((200, PAGE), call=UNLINK).reason == "Not sent: the send stopped at rows 2, 5, 7, in doubt."


def test_only_one_rule_is_green_and_every_status_is_of_the_contract() -> None:
    assert [rule.signal for rule in RULES if rule.status == "done"] == ["the method's own proof"]
    statuses = {rule.status for rule in RULES}
    assert set(NEXT) <= statuses
    assert statuses - {"done", *NEXT} <= {"not_sent", "in_doubt", "rejected"} <= set(STATUSES)


VALUES = [{"name": "a"}, {"name": "b"}, {"name": "a"}]
LOOK_UP = Call(3, "res.partner", look_up(Batch(ROWS, VALUES, IDS)))
WRITING = Settings("https://mycompany.odoo.com/json/2/res.partner/write", ids="key", timeout=20)
DELETING = Settings("https://mycompany.odoo.com/json/2/res.partner/unlink", ids="key", timeout=20)
NO_RECORD = "res.partner has no record of this id that this user may see. Look the id up again."
# The answers that a look-up may get, each with what then follows: rows, method and ids.
FOUND = {
    "all": ([9, 7, 8], [([2, 5, 7], "web_save_multi", [7, 8, 9])]),
    "some": ([9, 8], [([5, 7], "web_save_multi", [8, 9])]),
    "the same values": ([7, 9], [([2, 7], "write", [7, 9])]),
    "one": ([8], [([5], "write", [8])]),
    "none": ([], []),
}


def followed(verdict: Verdict) -> list[Any]:
    assert {call.number for call in verdict.follow} <= {3}
    return [(list(call.rows), call.ask.method, call.ask.ids) for call in verdict.follow]


@pytest.mark.parametrize("name", FOUND)
def test_what_a_look_up_finds_is_sent_and_what_it_does_not_find_is_rejected(name: str) -> None:
    found, follow = FOUND[name]
    answer = (200, {"json": [{"id": each} for each in found]})
    missing = [row for row, each in zip(ROWS, IDS, strict=True) if each not in found]
    for settings in (WRITING, DELETING):
        verdict = judged(answer, call=LOOK_UP, settings=settings)
        assert told(verdict) == dict.fromkeys(missing, ("rejected", None, "key", NO_RECORD))
        assert {(each.batch, each.http_status, each.attempts, each.seconds) for each in verdict.outcomes} <= {
            (3, 200, 1, 1.5)
        }
        assert verdict.stop is None
    assert followed(judged(answer, call=LOOK_UP, settings=WRITING)) == follow
    there = [(row, each) for row, each in zip(ROWS, IDS, strict=True) if each in found]
    assert followed(verdict) == ([([row for row, _ in there], "unlink", [each for _, each in there])] if there else [])


ASKED = "mycompany.odoo.com was asked which records are there, and "


# An empty list is an answer to a look-up: none of the records is there.
@pytest.mark.parametrize("name", sorted(IN_DOUBT.keys() - {"no ids"}))
def test_a_look_up_without_an_answer_to_it_leaves_its_rows_not_sent_and_stops_the_send(name: str) -> None:
    verdict = judged(IN_DOUBT[name], call=LOOK_UP, settings=WRITING)
    (outcome,) = verdict.outcomes
    assert (outcome.status, outcome.rows, outcome.ids, verdict.follow) == ("not_sent", ROWS, None, ())
    assert outcome.error.startswith(ASKED)
    assert outcome.error.endswith("Nothing was sent.")
    assert str(verdict.stop) == verdict.reason == outcome.error


@pytest.mark.parametrize("answer", [True, None, {}, [7], [{"id": True}], [{"id": 7}, {"id": 10}]])
def test_nonsense_is_no_answer_to_a_look_up(answer: Any) -> None:
    verdict = judged((200, {"json": answer}), call=LOOK_UP, settings=WRITING)
    (outcome,) = verdict.outcomes
    assert (outcome.rows, outcome.status, outcome.ids) == (ROWS, "not_sent", None)
    body = httpx.Response(200, json=answer).text if answer is not None else ""
    said = f": {body!r}" if body else ", without a word"
    assert outcome.error == f"{ASKED}answered something that Odoo does not write (HTTP 200{said}). Nothing was sent."
    assert (type(verdict.stop), verdict.follow) == (StoppedError, ())


@pytest.mark.parametrize("name", NOT_SENT)
def test_a_look_up_that_cannot_be_made_stops_what_any_other_call_stops(name: str) -> None:
    answer, stop, _words = NOT_SENT[name]
    verdict = judged(answer, call=LOOK_UP, settings=WRITING)
    (outcome,) = verdict.outcomes
    assert (outcome.status, type(verdict.stop), verdict.follow) == ("not_sent", stop or type(None), ())
    assert outcome.rows == ROWS


def test_a_look_up_that_the_user_may_not_make_is_rejected_in_odoo_s_words_and_the_send_goes_on() -> None:
    answer = (403, odoo("odoo.exceptions.AccessError", "You are not allowed to access 'Contact' records."))
    verdict = judged(answer, call=LOOK_UP, settings=WRITING)
    words = "You are not allowed to access 'Contact' records."
    assert told(verdict) == dict.fromkeys(ROWS, ("rejected", None, None, words))
    assert (verdict.stop, verdict.follow) == (None, ())


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("Invalid field 'nope' in 'res.partner'", "nope"),
        ("Invalid field 'nope' on model 'res.partner'", "nope"),
        ("Wrong value for res.partner.type: 'zzz'", "type"),
        ('null value in column "name" of relation "res_partner" violates not-null constraint', "name"),
        ("The operation cannot be completed: Missing required value for the field 'Name' (name).\nModel:", "name"),
        ("is: 'Contact' (res.partner)\nThanks to the following constraint: 'Country' (country_id)", "country_id"),
        ("You are not allowed to create 'Contact' (res.partner) records.", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_field_is_the_one_that_the_message_names(message: str, field: str | None) -> None:
    assert error_field(message) == field
