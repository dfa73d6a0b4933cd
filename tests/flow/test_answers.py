from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from odoo_widgets.flow.answers import LAST_ID, PATH, at, steps
from odoo_widgets.flow.calls import Ask, Call
from odoo_widgets.flow.errors import CredentialError, EndpointError, ModelError, StoppedError
from odoo_widgets.flow.exchange import Exchange
from odoo_widgets.flow.judge import judge
from odoo_widgets.flow.server import Server
from odoo_widgets.flow.settings import Settings

if TYPE_CHECKING:
    from odoo_widgets.flow.follow import Verdict

SERVER = "https://mycompany.odoo.com"
URL = f"{SERVER}/api/res.partner"
TRACE = 'Traceback (most recent call last):\n  File "/opt/odoo/x.py", line 1\nKeyError: secret_internals'


def verdict(verb: str, answer: httpx.Response, rows: int = 1, ids: list[int] | None = None, **chosen: Any) -> Verdict:
    url = f"{URL}/{ids[0]}" if ids else URL
    settings = Settings(f"{URL}/{{id}}" if ids else URL, method=verb, batch_size=None if rows == 1 else rows, **chosen)
    records = [{"name": "x"}] * rows
    call = Call(0, "res.partner", Ask(range(rows), verb, {} if verb == "DELETE" else {"records": records}, ids), url)
    return judge(call, Exchange(httpx.Request(verb, url), answer), settings)


def seen(found: Verdict) -> list[tuple[str, list[int] | None, str]]:
    return [(each.status, None if each.ids is None else list(each.ids), each.error or "") for each in found.outcomes]


def js(content: Any, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, content=json.dumps(content), headers={"Content-Type": "application/json", **headers})


def body(content: str | bytes, kind: str, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, content=content, headers={"Content-Type": kind, **headers})


# --- what add-ons answer to a POST of one record ---------------------------------------------------------------------

MADE = {
    "a bare number": js(7),
    "its id": js({"id": 7}, 201),
    "ids": js({"ids": [7]}, 201),
    "a list of one id": js([7]),
    "the list of records read": js({"count": 1, "data": [{"id": 7, "name": "x"}]}),
    "the id and the record": js({"id": 7, "record": {"id": 7, "error": None}}, 201),
    "the record alone": js({"record": {"id": 7}}),
    "what was sent, with its id": js({"params": {"data": {"id": 7}}}),
    "a record in the data": js({"data": {"record": {"id": 7}}}),
    "data in the data": js({"data": {"data": [{"id": 7}]}}),
    "its id, as text": js({"id": "7"}),
    "results": js({"results": [{"id": "7"}]}),
    "a result": js({"result": 7}),
    "an envelope without a number of its own": js({"jsonrpc": "2.0", "id": None, "result": 7}),
    "an envelope with one": js({"jsonrpc": "2.0", "id": 1, "result": 7}),
    "an envelope around the record": js({"jsonrpc": "2.0", "id": 1, "result": {"success": True, "data": {"id": 7}}}),
    "a name in English": js({"New resource": [{"id": 7, "name": "x"}]}),
    "a success and the data": js({"success": True, "data": {"id": 7}}),
    "under the model's name": js({"res.partner": [{"id": 7}]}),
    "no error": js({"id": 7, "error": None, "errors": [], "status": "ok"}),
    "a record with fields of such names": js(
        {"id": 7, "code": 404, "error_message": "no", "message": "Error", "data": False}
    ),
    "a record in a result with such": js(
        {"result": {"id": 7, "type": "invalid", "status": "Error", "data": {"error": 1}}}
    ),
    "a record with a field called status": js({"id": 7, "status": "failed"}),
    "the place of what was made": httpx.Response(201, headers={"Location": "/api/res.partner/7"}),
    "the whole address of it": httpx.Response(201, headers={"Location": f"{URL}/7/?x=8"}),
    "JSON that is called a page": body('{"id": 7}', "text/html; charset=utf-8"),
    "a number as text": body("7", "text/plain"),
    "a number in a page": body(" 7\n", "text/html"),
    "no content type": httpx.Response(200, content=b'{"id": 7}'),
    "another name for JSON": body('{"data": {"id": 7}}', "application/vnd.api+json"),
    "a byte order mark": body(b'\xef\xbb\xbf{"id": 7}', "application/json"),
    "XML": body("<record><id>7</id><name>x</name></record>", "application/xml"),
    "XML with a declaration": body('<?xml version="1.0" encoding="iso-8859-1"?><r><id>7</id></r>', "text/xml"),
    "XML in a name space": body('<a:r xmlns:a="urn:x"><a:data><a:id>7</a:id></a:data></a:r>', "application/atom+xml"),
    "XML with a list of one": body("<records><record><id>7</id></record></records>", "text/xml"),
    "XML with attributes": body('<response><record id="7"/></response>', "text/xml"),
    "the root is the id": body("<id>7</id>", "text/xml"),
}


@pytest.mark.parametrize("name", MADE)
def test_the_id_of_what_was_made_is_found_where_add_ons_put_it(name: str) -> None:
    found = verdict("POST", MADE[name])
    assert (seen(found), found.stop) == ([("created", [7], "")], None)


SEVERAL = {
    "a list": js([7, 8, 9]),
    "ids": js({"ids": [7, 8, 9]}, 201),
    "records": js([{"id": 7}, {"id": 8}, {"id": 9}]),
    "data": js({"count": 3, "data": [{"id": 7}, {"id": 8}, {"id": 9}]}),
    "a result": js({"jsonrpc": "2.0", "id": 5, "result": [7, 8, 9]}),
    "ids in data": js({"data": {"ids": [7, 8, 9]}}),
    "XML": body("<records><record><id>7</id></record><record><id>8</id></record><record><id>9</id></record></records>",
                "text/xml"),
}  # fmt: skip


@pytest.mark.parametrize("name", SEVERAL)
def test_the_ids_of_a_batch_are_found_in_the_order_of_its_rows(name: str) -> None:
    assert seen(verdict("POST", SEVERAL[name], rows=3)) == [("created", [7, 8, 9], "")]


# --- what says that it was called, and no more -----------------------------------------------------------------------

CALLED = {
    "ok": (body("ok", "text/plain"), ""),
    "ok as a page": (body("OK", "text/html"), ""),
    "ok as JSON": (js("ok"), ""),
    "nothing": (httpx.Response(200), ""),
    "no content": (httpx.Response(204), ""),
    "null": (js(None), ""),
    "true": (js(True), ""),
    "an object": (js({"received": True}), ""),
    "an id that is text": (js({"id": "3f2a-77"}), ""),
    "an id that is a float": (js({"id": 7.5}), ""),
    "an id of 0": (js({"id": 0}), ""),
    "an id that is true": (js({"id": True}), ""),
    "an id beyond the last": (js({"id": LAST_ID + 1}), ""),
    "an envelope with no result": (js({"jsonrpc": "2.0", "id": 1}), ""),
    "accepted for later, with the number of a job": (js({"id": 17}, 202), ""),
    "accepted for later, with the address of a job": (httpx.Response(202, headers={"Location": "/jobs/17"}), ""),
    "an address without a 201": (httpx.Response(200, headers={"Location": "/api/res.partner/17"}), ""),
    "a sentence": (body("Sent:  one\npartner", "text/plain"), "The endpoint answered: Sent: one partner"),
}


@pytest.mark.parametrize("name", CALLED)
def test_an_answer_that_names_no_record_says_only_that_it_was_called(name: str) -> None:
    answer, said = CALLED[name]
    found = verdict("POST", answer)
    assert (seen(found), found.stop) == ([("called", None, said)], None)


@pytest.mark.parametrize("location", ["", "/api/things/abc", "http://[", "/9" * 40, "/" + "9" * 5000, "/api/x/0"])
def test_a_201_says_that_one_record_was_made_whatever_address_it_names(location: str) -> None:
    ids = [9] if location == "/9" * 40 else None
    assert seen(verdict("POST", httpx.Response(201, headers={"Location": location}))) == [("created", ids, "")]


# --- what is refused -------------------------------------------------------------------------------------------------

NOT_WHY = "The endpoint answered that it did not work, and not why."
REFUSED = {
    "a validation error": (
        js({"error": {"name": "odoo.exceptions.ValidationError", "message": "Name is required", "debug": TRACE}}, 422),
        "Name is required",
    ),
    "the same with 200": (
        js({"error": {"name": "odoo.exceptions.ValidationError", "message": "Name is required", "debug": TRACE}}),
        "Name is required",
    ),
    "an envelope's error": (
        js({
            "jsonrpc": "2.0",
            "id": None,
            "error": {
                "code": 200,
                "message": "Odoo Server Error",
                "data": {"name": "odoo.exceptions.UserError", "message": "No", "debug": TRACE, "arguments": ["No"]},
            },
        }),
        "No",
    ),
    "an envelope's error that says nothing": (
        js({"jsonrpc": "2.0", "id": 1, "error": {"message": "Odoo Server Error", "data": {"debug": TRACE}}}),
        "Odoo Server Error",
    ),
    "a false result": (js({"result": False}), "The endpoint answered that it did not work, and not why."),
    "a false result in an envelope": (
        js({"jsonrpc": "2.0", "id": 1, "result": False}),
        "The endpoint answered false.",
    ),
    "an error in an envelope's result": (
        js({"jsonrpc": "2.0", "id": 1, "result": {"is_success": False, "messages": "Bad payload"}}),
        "Bad payload",
    ),
    "false": (js(False), "The endpoint answered false."),
    "no success, and why": (js({"success": False, "message": "No such field"}), "No such field"),
    "not ok": (js({"ok": False}), "The endpoint answered that it did not work, and not why."),
    "true, and a message": (js({"error": True, "message": "Bad", "status_code": 400}), "Bad"),
    "true, and none": (js({"error": True}), "The endpoint answered that it did not work, and not why."),
    "a code and a description": (js({"error": "invalid", "error_descrip": "Bad field"}, 400), "Bad field"),
    "only a text": (js({"error": "Bad field"}), "Bad field"),
    "a status": (js({"status": "error", "message": "Bad field"}), "Bad field"),
    "a list of errors": (
        js({"errors": [{"title": "Bad", "traceback": TRACE}, {"detail": "Worse"}]}, 422),
        "Bad; Worse",
    ),
    "errors by field": (js({"name": ["It is required."], "traceback": TRACE}, 400), "name: It is required."),
    "what a framework says": (js({"detail": [{"loc": ["name"], "msg": "field required"}]}, 422), "field required"),
    "a traceback for a message": (js({"error": {"message": TRACE}}, 422), "KeyError: secret_internals"),
    "a list with one error": (js([{"error": "Bad field"}]), "Bad field"),
    "text": (body("Bad field", "text/plain", 400), "Bad field"),
    "nothing": (
        httpx.Response(422),
        "mycompany.odoo.com refused these rows and did not say why (HTTP 422).",
    ),
    "a record that is not there": (js({"error": "not_found", "error_descrip": "No partner 7"}, 404), "No partner 7"),
    "XML": (body("<error><message>Bad field</message></error>", "text/xml"), "Bad field"),
    "XML that says it in the root": (body("<error>Bad field</error>", "text/xml"), "Bad field"),
    "XML that says no": (body("<r><success>False</success><message>Bad</message></r>", "text/xml"), "Bad"),
    "a false success in a result": (js({"result": {"success": False, "message": "no"}}), "no"),
    "an error in the data": (js({"data": {"error": "no"}}), "no"),
    "false data": (js({"data": False}), NOT_WHY),
    "a false id": (js({"id": False}), NOT_WHY),
    "a false id in the data": (js({"data": {"id": False}}), NOT_WHY),
    "a list of false": (js([False]), "The endpoint answered false."),
    "a status in an envelope": (js({"jsonrpc": "2.0", "id": 3, "result": {"status": 400, "message": "bad"}}), "bad"),
    "a status in large letters": (js({"status": "Error", "message": "bad"}), "bad"),
    "a false status": (js({"status": False, "message": "bad"}), "bad"),
    "a status in digits": (js({"status": 400, "message": "bad"}), "bad"),
    "a status code": (js({"status_code": 404, "message": "bad"}), "bad"),
    "a status code as text": (js({"statusCode": "404", "message": "bad"}), "bad"),
    "a code": (js({"code": 500, "message": "bad"}), "bad"),
    "a large letter": (js({"Error": "bad"}), "bad"),
    "a code and a message of an error": (js({"error_code": "x", "error_message": "bad"}), "bad"),
    "a success of 0": (js({"success": 0}), NOT_WHY),
    "a success of false, as text": (js({"Success": "FALSE"}), NOT_WHY),
    "XML with a success of 0": (body("<r><success>0</success></r>", "text/xml"), NOT_WHY),
    "XML whose root is a success of 0": (body("<success>0</success>", "text/xml"), NOT_WHY),
    "a kind and a message": (js({"type": "invalid", "message": "no"}), "no"),
    "a message that says no": (js({"message": "Access Denied"}), "Access Denied"),
    "a text: false": (body("False", "text/plain"), "False"),
    "a text: an error": (body("Error:  no\nsuch partner", "text/plain"), "Error: no such partner"),
    "a text of JSON": (js("Access Denied"), "Access Denied"),
    "a text in an envelope": (js({"jsonrpc": "2.0", "id": 1, "result": "Access Error: bad"}), "Access Error: bad"),
    "a kind with strokes": (js({"type": "invalid_token", "message": "no"}), "no"),
    "Odoo's own exception with 200": (
        js({"name": "odoo.exceptions.UserError", "message": "No", "arguments": ["No"], "context": {}, "debug": TRACE}),
        "No",
    ),
    "an exception": (js({"exception": "Bad field"}), "Bad field"),
    "a fault": (js({"fault": {"message": "Bad field"}}), "Bad field"),
    "XML-RPC's fault": (
        body("<methodResponse><fault><value>No</value></fault></methodResponse>", "text/xml"),
        "value: No",
    ),
    "a flag of errors": (js({"hasErrors": True, "message": "Bad field"}), "Bad field"),
    "a flag of an error": (js({"is_error": "true", "data": None}), NOT_WHY),
    "an error in a response": (js({"response": {"error": "Bad field"}}), "Bad field"),
    "an error in the params": (js({"params": {"error": "Bad field"}}), "Bad field"),
    "Odoo's own exception with 500": (
        js({"error": {"name": "builtins.ValueError", "message": "Invalid field 'nope' in 'res.partner'"}}, 500),
        "Invalid field 'nope' in 'res.partner'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("verb", ["POST", "PATCH"])
@pytest.mark.parametrize("name", REFUSED)
def test_an_error_is_one_whatever_its_http_status_and_its_traceback_stays_unread(name: str, verb: str) -> None:
    answer, sentence = REFUSED[name]
    found = verdict(verb, answer, ids=None if verb == "POST" else [7])
    assert (seen(found), found.stop) == ([("rejected", None, sentence)], None)
    assert "Traceback" not in sentence


def test_a_field_that_the_message_names_is_named() -> None:
    (outcome,) = verdict("POST", REFUSED["Odoo's own exception with 500"][0]).outcomes
    assert (outcome.error_type, outcome.error_field) == ("builtins.ValueError", "nope")


def test_a_long_message_is_cut() -> None:
    ((_, _, error),) = seen(verdict("POST", js({"error": "x" * 100_000})))
    assert error == "x" * 1000 + "…"


# --- what stops the send ---------------------------------------------------------------------------------------------

ODD = "Sent, and mycompany.odoo.com answered {}: the records may be there. "
ODD += "Look there for the first of them before sending these rows again."
PAGE = "with a page for people, or with what is neither JSON, XML nor text (HTTP 200)"
XHTML = '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "u"><html><b>Log in</b></html>'
BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a><id>&c;</id></a>'
# The answer, and how many rows the call has.
DOUBTED = {
    "a page": (body("<!DOCTYPE html><html><body>Welcome</body></html>", "text/html"), 1, PAGE),
    "a page that is called JSON": (body("<html>Log in</html>", "application/json"), 1, PAGE),
    "a page that is called text": (body("Hello <b>you</b>", "text/plain"), 1, PAGE),
    "a page in XHTML": (body(XHTML, "text/html"), 1, PAGE),
    "a page in XHTML that says so": (body(XHTML, "application/xhtml+xml"), 1, PAGE),
    "a page that is called XML": (body("<html><body>Error</body></html>", "text/xml"), 1, PAGE),
    "a page that is called XML, in a name space": (body('<h:html xmlns:h="u"><h:a/></h:html>', "text/xml"), 1, PAGE),
    "a page without a root": (body("<!-- x --><!doctype HTML><p>Error</p>", "application/xml"), 1, PAGE),
    "a page in a text of JSON": (js("<html><body>Error</body></html>"), 1, PAGE),
    "a page in an envelope": (js({"jsonrpc": "2.0", "id": 1, "result": "<p>Error</p>"}), 1, PAGE),
    "half of JSON": (body('{"id": 7', "application/json"), 1, PAGE),
    "a picture": (body(b"\x89PNG\r\n\x1a\n\x00", "image/png"), 1, PAGE),
    "bytes that are called text": (body(b"\x00\x01", "text/plain"), 1, PAGE),
    "not UTF-8": (body(b"\xff\xfe", "text/plain"), 1, PAGE),
    "an XML bomb": (body(BOMB, "text/xml"), 1, PAGE),
    "XML in no known letters": (body('<?xml version="1.0" encoding="foo"?><a/>', "text/xml"), 1, PAGE),
    "very deep XML": (body("<a>" * 20_000 + "</a>" * 20_000, "text/xml"), 1, PAGE),
    "very deep JSON": (body("[" * 20_000 + "]" * 20_000, "application/json"), 1, PAGE),
    "fewer ids than rows": (js([7, 8]), 3, "2 ids for 3 records"),
    "one id for several": (js({"id": 7}), 3, "1 id for 3 records"),
    "more ids than rows": (js([7, 8]), 1, "2 ids for 1 record"),
    "doubled ids": (js({"ids": [7, 8, 7]}), 3, "one id twice for 3 records"),
    "an error among them": (js([{"id": 7}, {"error": "bad"}]), 2, "no id for some of 2 records"),
    "an error among the data": (js({"data": [{"id": 7}, {"name": "b"}]}), 2, "no id for some of 2 records"),
    "an error among the results": (js({"results": [{"id": 1}, {"error": "no"}]}), 2, "no id for some of 2 records"),
    "a count of failures": (js({"created": 1, "failed": 1}), 2, "no id for some of 2 records"),
    "201 for several and no id": (httpx.Response(201), 2, "no id for some of 2 records"),
    "one address for several": (httpx.Response(201, headers={"Location": "/api/x/7"}), 2, "1 id for 2 records"),
    "several outcomes": (js([{"status": 201}], 207), 2, "HTTP 207, which does not say what became of 2 records"),
    "a failing server": (js({"message": "database is down."}, 500), 1, "HTTP 500: database is down"),
    "a failing proxy": (body("<h1>Bad gateway</h1>", "text/html", 502), 1, "HTTP 502, 'Bad gateway'"),
    "Odoo's words from a proxy": (
        js({"error": {"name": "odoo.exceptions.UserError", "message": "No"}}, 504), 1, "HTTP 504: No"),
}  # fmt: skip


@pytest.mark.parametrize("name", DOUBTED)
def test_an_answer_that_proves_nothing_leaves_the_rows_in_doubt_and_says_why(name: str) -> None:
    answer, rows, answered = DOUBTED[name]
    found = verdict("POST", answer, rows=rows)
    assert without_words(seen(found)) == [("in_doubt", None, ODD.format(answered))]
    assert type(found.stop) is StoppedError


def without_words(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What became of rows, without the words of the page that came."""
    return [
        (status, ids, re.sub(r"\), (['\"]).*\1: the records", "): the records", told)) for status, ids, told in found
    ]


def test_a_page_in_place_of_an_answer_is_shown_without_its_tags() -> None:
    [(_, _, told)] = seen(verdict("POST", DOUBTED["a page in XHTML"][0], rows=1))
    assert "(HTTP 200), 'Log in': the records may be there" in told


STOPPED = {
    "an unknown key": (
        js({"type": "access_error", "message": "token expired", "debug": TRACE}, 401),
        CredentialError,
        "mycompany.odoo.com answers HTTP 401: token expired. Check the key, and the header that it goes into.",
    ),
    "an unknown key, as a page": (
        body("<h1>No</h1>", "text/html", 401),
        CredentialError,
        "mycompany.odoo.com answers HTTP 401. Check the key, and the header that it goes into.",
    ),
    "a stock server": (
        body("<h1>Not Found</h1>", "text/html", 404),
        EndpointError,
        (
            "mycompany.odoo.com has nothing at /api/res.partner (HTTP 404): no such address or database. Odoo by "
            "itself has no /api. Use https://mycompany.odoo.com/json/2/res.partner/create? Before Odoo 19, it is "
            "/xmlrpc/2/object."
        ),
    ),
    "a route of another kind": (
        body("<p>Function declared as capable of type json</p>", "text/html", 400),
        EndpointError,
        (
            "mycompany.odoo.com refused what came to /api/res.partner with a page for people (HTTP 400). Check the "
            "content format, the header that the key goes into, and the URL. Odoo by itself has no /api. Use "
            "https://mycompany.odoo.com/json/2/res.partner/create? Before Odoo 19, it is /xmlrpc/2/object."
        ),
    ),
    "a format that is not taken": (
        js({"error": {"name": "werkzeug.exceptions.UnsupportedMediaType", "message": "Send JSON."}}, 415),
        EndpointError,
        "mycompany.odoo.com does not take JSON at /api/res.partner: Send JSON. Choose another format.",
    ),
    "another verb": (
        httpx.Response(405, headers={"Allow": "GET, PUT"}),
        EndpointError,
        (
            "mycompany.odoo.com does not take POST at /api/res.partner. It takes GET, PUT. Choose another method, or "
            "correct the URL."
        ),
    ),
    "another model": (
        js({"error": {"name": "werkzeug.exceptions.NotFound", "message": "the model 'res.nope' does not exist"}}, 404),
        ModelError,
        "mycompany.odoo.com answers: the model 'res.nope' does not exist. Check the URL.",
    ),
    "another address": (
        httpx.Response(307, headers={"Location": "https://user:pass@evil.example/api?key=1"}),
        EndpointError,
        (
            "mycompany.odoo.com says that the address is 'https://evil.example/api'. Nothing was sent there. Correct "
            "the URL."
        ),
    ),
}


@pytest.mark.parametrize("name", STOPPED)
def test_what_would_end_the_same_for_every_row_stops_the_send(name: str) -> None:
    answer, error, sentence = STOPPED[name]
    found = verdict("POST", answer)
    assert seen(found) == [("not_sent", None, sentence)]
    assert type(found.stop) is error
    assert str(found.stop) == sentence


def test_what_is_proposed_in_place_of_an_api_that_is_not_there_fits_at_once() -> None:
    chosen = {"content_format": "XML", "wrap": "data", "id_path": "x", "key_header": "api-key"}
    found = verdict("PATCH", body("<h1>No</h1>", "text/html", 404), ids=[7], **chosen)
    assert found.stop is not None
    assert found.stop.instead == {
        "method": "POST",
        "url": f"{SERVER}/json/2/res.partner/write",
        "content_format": "JSON",
        "wrap": "",
        "id_path": "",
        "key_header": "Authorization",
    }
    replaced = Settings(f"{URL}/{{id}}", method="PATCH", **chosen).replace(**found.stop.instead)
    assert (replaced.endpoint.protocol, replaced.endpoint.operation, replaced.batch_size) == ("json2", "write", 100)


# The address, what is known of the server, the verb; the sentence's end, and what is proposed.
OFFERS: dict[str, tuple[str, str, str, str, dict[str, str]]] = {
    "of a version that is not known": (
        "/api/res.partner", "", "POST",
        f"Odoo by itself has no /api. Use {SERVER}/json/2/res.partner/create? Before Odoo 19, it is /xmlrpc/2/object.",
        {"url": f"{SERVER}/json/2/res.partner/create"},
    ),
    "19": (
        "/api/res.partner", "19.0", "POST",
        f"Odoo 19.0 has no /api. Use {SERVER}/json/2/res.partner/create?",
        {"url": f"{SERVER}/json/2/res.partner/create"},
    ),
    "17": (
        "/api/res.partner", "17.0", "POST",
        f"Odoo 17.0 has no /api. Use {SERVER}/xmlrpc/2/object?",
        {"url": f"{SERVER}/xmlrpc/2/object", "model": "res.partner", "operation": "create"},
    ),
    "18 online, with strokes for dots, to delete": (
        "/api/v1/sale_order/{id}", "saas~18.3", "DELETE",
        f"Odoo saas~18.3 has no /api. Use {SERVER}/xmlrpc/2/object?",
        {"url": f"{SERVER}/xmlrpc/2/object", "model": "sale.order", "operation": "unlink"},
    ),
    "with strokes for dots": (
        "/api/sale_order/{id}", "19.0", "PATCH",
        f"Odoo 19.0 has no /api. Use {SERVER}/json/2/sale.order/write?",
        {"url": f"{SERVER}/json/2/sale.order/write"},
    ),
    "a name that means no model": (
        "/api/contacts", "19.0", "POST",
        f"Odoo 19.0 has no /api. Use {SERVER}/json/2/<model>/create, with a model such as res.partner?",
        {},
    ),
    "the same on an elder one": (
        "/api/contacts", "16.0", "POST",
        f"Odoo 16.0 has no /api. Use {SERVER}/xmlrpc/2/object, with a model such as res.partner?",
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OFFERS)
def test_in_place_of_an_api_that_is_not_there_goes_what_the_server_s_version_has(name: str) -> None:
    path, version, verb, sentence, proposed = OFFERS[name]
    settings = Settings(f"{SERVER}{path}", method=verb)
    ids = [7] if "{id}" in path else None
    url = f"{SERVER}{path}".replace("{id}", "7")
    ask = Ask(range(1), verb, {} if verb == "DELETE" else {"records": [{"name": "x"}]}, ids)
    page = Exchange(httpx.Request(verb, url), body("<h1>No</h1>", "text/html", 404))
    found = judge(Call(0, "res.partner", ask, url), page, settings, Server(SERVER, version=version))
    assert found.stop is not None
    assert str(found.stop).endswith(f" {sentence}")
    taken = found.stop.instead
    assert {each: taken[each] for each in proposed} == proposed
    assert bool(taken) == bool(proposed)
    if taken:
        made = settings.replace(**taken)
        kind = {"url": made.url, "model": made.model, "operation": made.operation}
        assert proposed.items() <= kind.items()
        assert (made.batch_size, made.method) == (100, "POST")


def test_an_odoo_that_is_known_to_have_no_json2_is_offered_xml_rpc() -> None:
    settings = Settings(f"{SERVER}/json/2/res.partner/write", context={"lang": "fr_FR"})
    call = Call(0, "res.partner", Ask(range(1), "write", {"vals": {"a": 1}}, [7]))
    page = Exchange(httpx.Request("POST", settings.url), body("<p>", "text/html", 404))
    found = judge(call, page, settings, Server(SERVER, version="17.0"))
    assert found.stop is not None
    assert str(found.stop) == (f"mycompany.odoo.com is Odoo 17.0, which has no JSON-2. Use {SERVER}/xmlrpc/2/object?")
    made = settings.replace(**found.stop.instead)
    assert made == Settings(
        f"{SERVER}/xmlrpc/2/object", model="res.partner", operation="write", context={"lang": "fr_FR"}
    )


def test_nothing_is_proposed_where_an_api_is_there_and_the_model_is_not() -> None:
    error = {"name": "werkzeug.exceptions.NotFound", "message": "the model 'res.partner' does not exist"}
    found = verdict("POST", js({"error": error}, 404))
    assert found.stop is not None
    assert found.stop.instead == {}


def test_nothing_is_proposed_for_an_address_that_is_no_api() -> None:
    settings = Settings(f"{SERVER}/hooks/a.b")
    call = Call(0, "a.b", Ask(range(1), "POST", {"records": [{}]}))
    found = judge(call, Exchange(httpx.Request("POST", settings.url), body("<p>", "text/html", 404)), settings)
    assert found.stop is not None
    assert found.stop.instead == {}
    assert str(found.stop).endswith("(HTTP 404): no such address or database. Check the URL.")


# --- the other verbs -------------------------------------------------------------------------------------------------

WORKED = {
    "its id": js({"id": 42}),
    "its id, and fields of such names": js({"id": 42, "status": 500, "code": 404, "data": None, "result": 0}),
    "a status and no data": js({"status": "success", "data": None}),
    "a success and no data": js({"success": True, "data": None, "message": "Deleted"}),
    "a success, and the values": js({"success": True, "data": {"status": "error", "error": "x", "id": 42}}),
    "a message": js({"message": "Partner deleted"}),
    "a code": js({"code": 200, "error_code": 0, "error": None}),
    "the record": js({"count": 1, "data": [{"id": 42}]}),
    "nothing": httpx.Response(204),
    "an empty body": httpx.Response(200),
    "true": js({"result": True}),
    "the number of a request": js({"jsonrpc": "2.0", "id": 1, "result": True}),
    "how many": js({"result": 1}),
    "a bare number": js(1),
    "ok": js({"ok": True}),
}


@pytest.mark.parametrize(("verb", "status"), [("PUT", "updated"), ("PATCH", "updated"), ("DELETE", "deleted")])
@pytest.mark.parametrize("name", WORKED)
def test_a_status_of_success_is_the_word_for_a_record_s_own_address(name: str, verb: str, status: str) -> None:
    assert seen(verdict(verb, WORKED[name], ids=[42])) == [(status, [42], "")]


@pytest.mark.parametrize("verb", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("name", ["response", "boolean"])
def test_a_no_in_xml_is_one_whatever_it_is_called(name: str, verb: str) -> None:
    answer = body(f"<{name}>false</{name}>", "application/xml", 201 if verb == "POST" else 200)
    found = verdict(verb, answer, ids=None if verb == "POST" else [42])
    assert seen(found) == [("rejected", None, "The endpoint answered false.")]


MAYBE = {
    "another record": (js({"id": 43}), "about record 43 to what was for 42"),
    "another record among data": (js({"data": [{"id": 43}]}), "about record 43 to what was for 42"),
    "no record": (js({"count": 0, "data": []}), "that it found no record"),
    "an empty list": (js([]), "that it found no record"),
    "a result of 0": (js({"result": 0}), "that it found no record"),
    "an id of 0": (js({"data": 0, "id": 0}), "that it found no record"),
    "0": (js(0), "that it found no record"),
    "0 in XML": (body("<response>0</response>", "application/xml"), "that it found no record"),
    "a deed that was not done": (js({"updated": False, "deleted": False}), "that it found no record"),
    "no ids": (js({"ids": False}), "that it found no record"),
    "a page": (body("<p>Welcome</p>", "text/html"), PAGE),
    "a page in XHTML": (body(XHTML, "application/xhtml+xml"), PAGE),
    "a page in a text of JSON": (js("<!DOCTYPE html><p>Log in"), PAGE),
    "a part": (httpx.Response(206), "HTTP 206, which does not say what became of 1 record"),
}
MAY = {"PUT": "the records may have changed", "DELETE": "the records may be gone"}


@pytest.mark.parametrize("verb", MAY)
@pytest.mark.parametrize("name", MAYBE)
def test_an_answer_about_another_record_proves_nothing_of_this_one(name: str, verb: str) -> None:
    answer, answered = MAYBE[name]
    sentence = ODD.format(answered).replace("the records may be there", MAY[verb])
    assert without_words(seen(verdict(verb, answer, ids=[42]))) == [("in_doubt", None, sentence)]


NULLS = [None, {"result": None}, {"data": None}, {"id": None}, {"jsonrpc": "2.0", "id": 1}]
LATER = [
    *((js(null), "") for null in NULLS),
    (js({"id": 17}, 202), ""),
    (js("Updated"), ""),
    (js("partner saved"), "The endpoint answered: partner saved"),
]


@pytest.mark.parametrize(("answer", "said"), LATER)
@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE"])
def test_what_is_only_accepted_or_answered_in_words_was_called(verb: str, answer: httpx.Response, said: str) -> None:
    assert seen(verdict(verb, answer, ids=[42])) == [("called", [42], said)]


@pytest.mark.parametrize("content", [{"pk": None}, {"id": 42}, {"result": True}], ids=str)
@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE"])
def test_an_answer_without_the_id_at_its_place_proves_nothing(verb: str, content: Any) -> None:
    ((status, _, error),) = seen(verdict(verb, js(content), ids=[42], id_path="pk"))
    assert (status, "no id at id_path='pk' for 1 record" in error) == ("in_doubt", True)


@pytest.mark.parametrize("answer", [httpx.Response(204), js({"pk": 42}), js({"success": True})])
def test_nothing_the_id_or_a_success_prove_a_record_s_own_verb(answer: httpx.Response) -> None:
    assert seen(verdict("PATCH", answer, ids=[42], id_path="pk")) == [("updated", [42], "")]


def test_what_is_posted_to_a_record_is_not_called_created() -> None:
    assert seen(verdict("POST", js({"id": 99}, 201), ids=[42])) == [("called", [42], "")]


# --- where somebody said that the id is ------------------------------------------------------------------------------

PATHS = {
    "data[0].id": {"data": [{"id": 7}], "id": 1},
    "result.partner.key": {"result": {"partner": {"key": 7}}},
    "New resource[1][0]": {"New resource": [None, [7]]},
    "number": {"number": "7", "id": 1},
    "ids": {"ids": ["7"]},
    "[0]": [7],
    "New resource": {"New resource": [{"id": 7}]},
    '["New resource"][0].id': {"New resource": [{"id": 7}]},
    '["res.partner"][0].id': {"res.partner": [{"id": 7}], "res": {"partner": [{"id": 8}]}},
    "data['res.partner'].id": {"data": {"res.partner": {"id": 7}}},
    """['say "id"']["it's"]""": {'say "id"': {"it's": 7}},
    '["[0]"]["7"]': {"[0]": {"7": 7}},
}


@pytest.mark.parametrize("path", PATHS)
def test_the_id_is_read_where_somebody_said_that_it_is(path: str) -> None:
    assert seen(verdict("POST", js(PATHS[path]), id_path=path)) == [("created", [7], "")]


@pytest.mark.parametrize("content", [{"id": 7}, {"data": []}, {"data": [{"id": None}]}, {"data": "7"}, [], None])
@pytest.mark.parametrize("status", [200, 201])
def test_nothing_is_made_up_where_no_id_stands_at_that_place(content: Any, status: int) -> None:
    found = verdict("POST", js(content, status, Location="/api/res.partner/7"), id_path="data[0].id")
    what = "that it found no record" if content == [] else "no id at id_path='data[0].id' for 1 record"
    assert seen(found) == [("in_doubt", None, ODD.format(what))]


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)


@given(st.lists(WORDS.filter(lambda name: not {"'", '"'} <= set(name)) | st.integers(0, 999), min_size=1, max_size=4))
def test_any_name_that_has_not_both_quotes_can_be_said_in_a_path(way: list[str | int]) -> None:
    path = "".join(
        f"[{step}]" if isinstance(step, int) else f"['{step}']" if '"' in step else f'["{step}"]' for step in way
    )
    assert PATH.fullmatch(path)
    assert steps(path) == way


# --- anything at all -------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["id", "ids", "data", "result", "record", "error", "errors", "message", "jsonrpc", "success", "status", "count",
     "name", "detail", "debug", "traceback"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-1, 9) | st.sampled_from(["", "ok", "error", "2.0", TRACE, "7"])
CONTENT = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4))
BODIES = CONTENT.map(orjson.dumps) | st.binary(max_size=30) | st.text(max_size=30).map(str.encode)
KINDS = st.sampled_from(["application/json", "text/html", "text/plain", "text/xml", "image/png", "", "x/y+json", "é;"])
STATUSES = st.sampled_from([200, 201, 202, 204, 207, 302, 400, 401, 404, 405, 409, 415, 422, 429, 500, 502, 503])
OURS = {"created", "updated", "deleted", "called", "rejected", "not_sent", "in_doubt"}


@example(orjson.dumps(TRACE), "application/json", 200, "POST", 1)
@given(BODIES, KINDS, STATUSES, st.sampled_from(["POST", "PUT", "DELETE"]), st.integers(0, 3))
def test_whatever_comes_back_every_row_has_a_status_and_no_traceback_is_shown(
    content: bytes, kind: str, status: int, verb: str, rows: int
) -> None:
    # No row stands for one with an address of its own.
    ids, rows = (None, rows) if rows else ([42], 1)
    answer = httpx.Response(status, content=content, headers={"Content-Type": kind.encode()})
    found = verdict(verb, answer, rows, ids)
    assert [row for outcome in found.outcomes for row in outcome.rows] == list(range(rows))
    assert {outcome.status for outcome in found.outcomes} <= OURS
    for outcome in found.outcomes:
        assert "Traceback" not in (outcome.error or "")
        assert "/opt/odoo" not in (outcome.error or "")
        if outcome.status == "created" and outcome.ids is not None:
            assert len(set(outcome.ids)) == len(outcome.rows)
        if status >= 300:
            assert outcome.status in {"rejected", "not_sent", "in_doubt"}


@given(st.lists(st.sampled_from(["data", "New resource", "a-b", 0, 12]), min_size=1, max_size=5))
def test_a_path_reads_back_as_its_steps(parts: list[str | int]) -> None:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")
    assert PATH.fullmatch(path)
    assert steps(path) == parts
    content: Any = "here"
    for part in reversed(parts):
        content = [None] * part + [content] if isinstance(part, int) else {part: content}
    assert at(content, path) == "here"
