from __future__ import annotations

import json
from typing import Any

import httpx
import pandas as pd
import pytest

from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.endpoint import endpoint
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.exchange import Exchange
from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.protocols import rest
from odoo_widgets.flow.replacing import NOT_ASKED, asks, told
from odoo_widgets.flow.samples import samples
from odoo_widgets.flow.server import NOTHING_KNOWN
from odoo_widgets.flow.settings import Settings

KEY = "0123456789abcdef0123456789abcdef01234567"
SERVER = "https://mycompany.odoo.com"
URL = f"{SERVER}/api/res.partner"
ONE = f"{URL}/{{id}}"
ME = Credential(SERVER, api_key=KEY)
TWO = pd.DataFrame({"id": [7, 9], "name": ['é "\\', "a\r\nb"], "color": [1, None]})


def sent(frame: pd.DataFrame, settings: Settings, me: Credential = ME) -> list[httpx.Request]:
    assert problems(frame, settings) == ()
    return [rest.encode(call, settings, me) for call in plan(frame, settings)]


def on_the_wire(request: httpx.Request) -> bytes:
    head = [f"{request.method} {request.url.raw_path.decode()}".encode()]
    head += [name + b": " + value for name, value in request.headers.raw]
    return b"\r\n".join([*head, b"", request.content])


# --- every byte ------------------------------------------------------------------------------------------------------

HEADS: dict[str, tuple[dict[str, Any], str, bytes]] = {
    "a record, and no database": (
        {},
        "",
        (
            b"POST /api/res.partner\r\n"
            b"Host: mycompany.odoo.com\r\n"
            b"Accept: application/json, */*;q=0.5\r\n"
            b"User-Agent: odoo_widgets\r\n"
            b"Content-Type: application/json\r\n"
            b"Content-Length: 13\r\n"
            b"Authorization: Bearer 0123456789abcdef0123456789abcdef01234567\r\n\r\n"
            b'{"name":"A1"}'
        ),
    ),
    "a header for the key, a database, and headers of one's own": (
        {"key_header": "api-key", "headers": "X-Source:notebook,accept:text/plain", "content_format": "CSV"},
        "mycompany",
        (
            b"POST /api/res.partner\r\n"
            b"Host: mycompany.odoo.com\r\n"
            b"User-Agent: odoo_widgets\r\n"
            b"X-Source: notebook\r\n"
            b"accept: text/plain\r\n"
            b"Content-Type: text/csv; charset=utf-8\r\n"
            b"X-Odoo-Database: mycompany\r\n"
            b"Content-Length: 10\r\n"
            b"api-key: 0123456789abcdef0123456789abcdef01234567\r\n\r\n"
            b"name\r\nA1\r\n"
        ),
    ),
    "a record to remove": (
        {"url": f"{URL}/{{name}}?db=x", "method": "DELETE"},
        "",
        (
            b"DELETE /api/res.partner/A1?db=x\r\n"
            b"Host: mycompany.odoo.com\r\n"
            b"Accept: application/json, */*;q=0.5\r\n"
            b"User-Agent: odoo_widgets\r\n"
            b"Authorization: Bearer 0123456789abcdef0123456789abcdef01234567\r\n\r\n"
        ),
    ),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_request_is_these_bytes(name: str) -> None:
    chosen, database, expected = HEADS[name]
    settings = Settings(**({"url": URL} | chosen))
    (request,) = sent(pd.DataFrame({"name": ["A1"]}), settings, Credential(SERVER, database, api_key=KEY))
    assert on_the_wire(request) == expected


XML = b'<?xml version="1.0" encoding="utf-8"?>\n'
FIRST, SECOND = '{"name":"é \\"\\\\","color":1}'.encode(), b'{"name":"a\\r\\nb"}'
FIRST_XML = '<record><name>é "\\</name><color>1</color></record>'.encode()
SECOND_XML = b"<record><name>a&#13;\nb</name></record>"
FORMS = (b"name=%C3%A9+%22%5C&color=1", b"name=a%0D%0Ab")
CSVS = ('name,color\r\n"é ""\\",1\r\n'.encode(), b'name\r\n"a\r\nb"\r\n')

# The settings; then each request's body.
BODIES: dict[str, tuple[dict[str, Any], list[bytes]]] = {
    "JSON": ({}, [FIRST, SECOND]),
    "JSON, several": ({"batch_size": 2}, [b"[" + FIRST + b"," + SECOND + b"]"]),
    "JSON, several, one left": ({"batch_size": 1}, [b"[" + FIRST + b"]", b"[" + SECOND + b"]"]),
    "JSON, wrapped": (
        {"wrap": "params.data"},
        [b'{"params":{"data":' + FIRST + b"}}", b'{"params":{"data":' + SECOND + b"}}"],
    ),
    "JSON, wrapped in a name with a dot": (
        {"wrap": '["res.partner"].data'},
        [b'{"res.partner":{"data":' + FIRST + b"}}", b'{"res.partner":{"data":' + SECOND + b"}}"],
    ),
    "JSON, several, wrapped": ({"batch_size": 2, "wrap": "data"}, [b'{"data":[' + FIRST + b"," + SECOND + b"]}"]),
    "XML": ({"content_format": "XML"}, [XML + FIRST_XML, XML + SECOND_XML]),
    "XML, several": (
        {"content_format": "XML", "batch_size": 2},
        [XML + b"<records>" + FIRST_XML + SECOND_XML + b"</records>"],
    ),
    "XML, wrapped": (
        {"content_format": "XML", "wrap": "params.data"},
        [XML + b"<params><data>" + each + b"</data></params>" for each in (FIRST_XML, SECOND_XML)],
    ),
    "XML, several, wrapped": (
        {"content_format": "XML", "batch_size": 2, "wrap": "data"},
        [XML + b"<data><records>" + FIRST_XML + SECOND_XML + b"</records></data>"],
    ),
    "form": ({"content_format": "form"}, [*FORMS]),
    "CSV": ({"content_format": "CSV"}, [*CSVS]),
    "CSV, several: rows of other fields go apart": ({"content_format": "CSV", "batch_size": 2}, [*CSVS]),
}
CLEARED: dict[str, tuple[dict[str, Any], list[bytes]]] = {
    "JSON": ({}, [FIRST, b'{"name":"a\\r\\nb","color":null}']),
    "XML": ({"content_format": "XML"}, [XML + FIRST_XML, XML + SECOND_XML.replace(b"</r", b"<color /></r")]),
    "form": ({"content_format": "form"}, [FORMS[0], FORMS[1] + b"&color="]),
    "CSV, several": (
        {"content_format": "CSV", "batch_size": 2},
        [CSVS[0] + b'"a\r\nb",\r\n'],
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_the_records_are_these_bytes(name: str) -> None:
    chosen, bodies = BODIES[name]
    requests = sent(TWO, Settings(URL, exclude=["id"], **chosen))
    assert [request.content for request in requests] == bodies
    assert {(request.method, request.url.path) for request in requests} == {("POST", "/api/res.partner")}


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
def test_a_list_of_updates_says_in_each_body_which_record_it_is_for(verb: str) -> None:
    (request,) = sent(TWO, Settings(URL, method=verb, batch_size=9))
    assert request.method == verb
    assert [record["id"] for record in json.loads(request.content)] == TWO["id"].tolist()


@pytest.mark.parametrize("name", CLEARED)
def test_a_cell_that_is_to_be_cleared_is_written_empty(name: str) -> None:
    chosen, bodies = CLEARED[name]
    requests = sent(TWO, Settings(URL, exclude=["id"], missing={"color": "clear"}, **chosen))
    assert [request.content for request in requests] == bodies


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
@pytest.mark.parametrize("batch_size", [None, 2])
@pytest.mark.parametrize("name", [name for name in BODIES if "several" not in name])
def test_a_record_s_own_address_takes_one_record_whatever_the_batch_size(
    name: str, verb: str, batch_size: int | None
) -> None:
    chosen, bodies = BODIES[name]
    requests = sent(TWO, Settings(ONE, method=verb, **(chosen | {"batch_size": batch_size})))
    assert [(request.method, request.url.path) for request in requests] == [
        (verb, "/api/res.partner/7"),
        (verb, "/api/res.partner/9"),
    ]
    assert [request.content for request in requests] == bodies


@pytest.mark.parametrize("name", ["JSON", "XML", "form", "CSV"])
def test_what_is_deleted_has_no_body_and_no_content_type(name: str) -> None:
    requests = sent(TWO, Settings(ONE, method="DELETE", content_format=name))
    assert [request.url.path for request in requests] == ["/api/res.partner/7", "/api/res.partner/9"]
    assert {request.content for request in requests} == {b""}
    assert not {"content-type", "content-length"} & {name for each in requests for name in each.headers}


def test_an_address_with_a_fixed_id_takes_one_record_not_a_list() -> None:
    (request,) = sent(TWO[:1], Settings(f"{URL}/42", method="PATCH", exclude=["id"], batch_size=100))
    assert (request.url.path, request.content) == ("/api/res.partner/42", FIRST)


# --- upsert by URL ---------------------------------------------------------------------------------------------------

UPSERT = pd.DataFrame({"id": [7, None, None], "name": ["x", "y", "z"]})


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
def test_rows_without_an_id_are_posted_to_the_address_above(verb: str) -> None:
    requests = sent(UPSERT, Settings(f"{ONE}/?db=a", method=verb, mode="upsert"))
    assert [(each.method, each.url.raw_path, each.content) for each in requests] == [
        (verb, b"/api/res.partner/7/?db=a", b'{"name":"x"}'),
        ("POST", b"/api/res.partner?db=a", b'{"name":"y"}'),
        ("POST", b"/api/res.partner?db=a", b'{"name":"z"}'),
    ]


def test_rows_without_an_id_go_together_where_the_endpoint_takes_lists() -> None:
    requests = sent(UPSERT, Settings(ONE, method="PATCH", mode="upsert", batch_size=3))
    assert [(each.method, each.content) for each in requests] == [
        ("PATCH", b'{"name":"x"}'),
        ("POST", b'[{"name":"y"},{"name":"z"}]'),
    ]


def test_rows_that_are_kept_together_go_as_a_list_though_one_record_goes_alone() -> None:
    frame = pd.DataFrame({"order": ["a", "a", "b"], "n": [1, 2, 3]})
    settings = Settings(URL, grouping="keep together", group_by="order", batch_size=None)
    bodies = [json.loads(request.content) for request in sent(frame, settings)]
    assert [[record["n"] for record in body] for body in bodies] == [[1, 2], [3]]


# --- what a row puts into its address --------------------------------------------------------------------------------

PATHS = {
    "a slash": ("a/b", b"/api/x/a%2Fb"),
    "a way up with more": ("../y", b"/api/x/..%2Fy"),
    "a question": ("a?b#c", b"/api/x/a%3Fb%23c"),
    "a percent": ("%2e%2e", b"/api/x/%252e%252e"),
    "a line break": ("a\r\nHost: b", b"/api/x/a%0D%0AHost%3A%20b"),
    "another letter": ("é", b"/api/x/%C3%A9"),
    "a brace": ("{id}", b"/api/x/%7Bid%7D"),
    "a float that is whole": (7.0, b"/api/x/7"),
    "a truth": (True, b"/api/x/true"),
}


@pytest.mark.parametrize("name", PATHS)
def test_no_value_leads_to_another_address(name: str) -> None:
    value, path = PATHS[name]
    (request,) = sent(pd.DataFrame({"ref": [value], "a": [1]}), Settings(f"{SERVER}/api/x/{{ref}}", method="PATCH"))
    assert request.url.raw_path == path
    assert request.url.host == "mycompany.odoo.com"


NOT_IN_A_URL = {
    "..": "Column 'ref', row 0: this value is only dots, so the URL would lead to another address. Correct it.",
    ".": "Column 'ref', row 0: this value is only dots, so the URL would lead to another address. Correct it.",
    " ": "Column 'ref', row 0: the URL takes this value, and there is none.",
}


@pytest.mark.parametrize("value", NOT_IN_A_URL)
def test_a_value_that_cannot_stand_in_an_address_is_named(value: str) -> None:
    found = problems(pd.DataFrame({"ref": [value], "a": [1]}), Settings(f"{SERVER}/api/x/{{ref}}"))
    assert found == (f"{NOT_IN_A_URL[value]} Found: {value!r}.",)


def test_a_list_cannot_stand_in_an_address() -> None:
    found = problems(pd.DataFrame({"ref": [[1]], "a": [1]}), Settings(f"{SERVER}/api/x/{{ref}}"))
    assert found == (
        "Column 'ref', row 0: an address holds text, not a list or dict. Take another column into the URL. Found: [1].",
    )


NO_ID = "this is not the id of a record. Ids are whole numbers above 0, none missing."
IDS = {
    "text": (["7", "9"], f"{NO_ID} Found: '7'."),
    "half ones": (
        [1.5, 2.0],
        f"{NO_ID} Found: 1.5.",
    ),
    "missing ones": ([None, 2], "this is not the id of a record. Ids are whole numbers above 0, none missing."),
    "doubles": ([7, 7], "another row above is for the same record. Keep one row for each record. Found: 7."),
}


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("name", IDS)
def test_what_is_no_id_of_a_record_is_named(name: str, verb: str) -> None:
    ids, sentence = IDS[name]
    found = problems(pd.DataFrame({"id": ids, "a": [1, 2]}), Settings(ONE, method=verb))
    assert any(each.startswith("Column 'id', row ") and each.endswith(sentence) for each in found), found


def test_one_address_is_not_deleted_for_several_rows() -> None:
    frame = pd.DataFrame({"model": ["res.partner", "sale.order", "res.partner", "res.partner"]})
    assert problems(frame, Settings(f"{SERVER}/api/{{model}}", method="DELETE")) == (
        (
            "Row 2, and 1 more row: another row above deletes at the same address, which may be all there is. Put the "
            "column of ids into the URL, like {id}, or keep one row for each address."
        ),
    )
    assert problems(frame[:2], Settings(f"{SERVER}/api/{{model}}", method="DELETE")) == ()


@pytest.mark.parametrize("kind", ["JSON", "XML", "form", "CSV"])
def test_a_row_without_a_value_does_not_replace_a_record(kind: str) -> None:
    frame = pd.DataFrame({"id": [7, 8], "name": ["x", None]}, index=["a", "b"])
    settings = Settings(ONE, method="PUT", content_format=kind)
    assert problems(frame, settings) == (
        "Row 1 (index 'b'): all cells are empty, and PUT would empty the whole record. Drop the row, or use PATCH.",
    )
    assert problems(frame, settings.replace(missing={"name": "clear"})) == ()
    assert kind == "CSV" or problems(frame, settings.replace(method="PATCH")) == ()


def test_whole_floats_are_ids_and_an_excluded_column_still_has_them() -> None:
    settings = Settings(ONE, method="PATCH", exclude=["id"])
    requests = sent(pd.DataFrame({"id": [7.0, 9.0], "a": [1, 2]}), settings)
    assert [request.url.path for request in requests] == ["/api/res.partner/7", "/api/res.partner/9"]


def test_what_is_posted_to_a_record_may_be_posted_twice() -> None:
    frame = pd.DataFrame({"id": [7, 7], "body": ["a", "b"]})
    requests = sent(frame, Settings(f"{ONE}/message", batch_size=5))
    assert [json.loads(request.content) for request in requests] == [[{"body": "a"}, {"body": "b"}]]


# --- what is refused -------------------------------------------------------------------------------------------------

MANY = pd.DataFrame({"id": range(1203), "name": "x"})
# The settings and the frame; the sentence.
FRAMES: dict[str, tuple[dict[str, Any], str]] = {
    "many rows and one record": (
        {"url": f"{URL}/42", "method": "PATCH"},
        "This would send 1,203 rows to record 42. Put the column of ids in its place: /api/res.partner/{id}.",
    ),
    "the same, with a slash at the end": (
        {"url": f"{URL}/42/", "method": "PUT", "ids": "odoo_id"},
        "This would send 1,203 rows to record 42. Put the column of ids in its place: /api/res.partner/{odoo_id}.",
    ),
    "the same, posted": (
        {"url": f"{URL}/42"},
        "This would send 1,203 rows to record 42. Put the column of ids in its place: /api/res.partner/{id}.",
    ),
    "the same, posted to a name without a dot": (
        {"url": f"{SERVER}/api/v1/contacts/42"},
        "This would send 1,203 rows to record 42. Put the column of ids in its place: /api/v1/contacts/{id}.",
    ),
    "all that there is": (
        {"url": URL, "method": "DELETE"},
        (
            "DELETE to /api/res.partner would be for all there is. Put the column of ids into the URL: "
            "/api/res.partner/{id}."
        ),
    ),
    "all that there is, with the same values": (
        {"url": URL, "method": "PUT", "exclude": ["id"]},
        (
            "PUT to /api/res.partner would be for all there is. Put the column of ids into the URL: "
            "/api/res.partner/{id}."
        ),
    ),
    "a column that is not there": (
        {"url": f"{URL}/{{key}}", "method": "PATCH", "ids": "key"},
        "The URL takes the value of one column, and none is called 'key'. Correct the URL, or the frame.",
    ),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_that_does_not_fit_its_address_is_refused_with_the_reason(name: str) -> None:
    chosen, sentence = FRAMES[name]
    assert problems(MANY, Settings(**chosen)) == (sentence,)


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE"])
def test_a_row_is_not_sent_to_the_address_of_another_record(verb: str) -> None:
    settings = Settings(f"{URL}/42", method=verb)
    sentence = (
        "The row is for record 7, as its column 'id' says, and the URL is that of record 42. Put the column into the "
        "URL, /api/res.partner/{id}, or exclude it."
    )
    for said, found in ((7, (sentence,)), (7.0, (sentence,)), (None, ()), ("x", ())):
        assert problems(pd.DataFrame({"id": [said], "name": "x"}), settings) == found
    assert problems(pd.DataFrame({"id": [42], "name": "x"}), settings) == ()
    assert problems(MANY[7:8], settings.replace(exclude=["id"])) == ()


@pytest.mark.parametrize("path", ["/hooks/catch/12345/", "/api/2", "/api/v1/2", "/rest/v1.0/2"])
def test_a_number_that_is_no_record_s_is_posted_to(path: str) -> None:
    assert problems(MANY, Settings(SERVER + path)) == ()


ONE_RECORD = ["/res_partner_42", "/42.json", f"/{'9' * 19}", "/0b8e7c1a-1111-4222-8333-444455556666", "/42/image"]


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
@pytest.mark.parametrize("path", [*(f"/api/res.partner{part}" for part in ONE_RECORD), "/send_request?model=x&Id=42"])
def test_rows_with_ids_are_not_sent_to_one_record_s_address(path: str, verb: str) -> None:
    assert problems(MANY, Settings(SERVER + path, method=verb)) == (
        (
            f"This would send 1,203 rows to one address, {path.partition('?')[0]}. Put the column of ids into the URL, "
            "like {id}, or use the address of all records, like /api/res.partner."
        ),
    )
    assert problems(MANY, Settings(SERVER + path)) == ()
    assert problems(MANY[:1], Settings(SERVER + path, method=verb)) == ()


@pytest.mark.parametrize("path", ["res.partner", "contacts/", "v1.0/contacts", "2/contacts", "contacts?db=a", "a/b-c"])
def test_rows_with_ids_may_go_to_the_address_of_all_records(path: str) -> None:
    assert problems(MANY, Settings(f"{SERVER}/api/{path}", method="PATCH")) == ()


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
@pytest.mark.parametrize("path", ["res.partner/{k}", "send_request?Id={k}", "res.partner/{k}/image"])
def test_rows_are_not_written_over_each_other_at_one_address(path: str, verb: str) -> None:
    settings = Settings(f"{SERVER}/api/{path}", method=verb)
    frame = pd.DataFrame({"id": [1, 2, 3], "k": [7, 8, 7], "name": "x"})
    assert problems(frame, settings) == (
        (
            "Row 2: another row above writes to the same address, so this one would be written over it. Put the column "
            "of ids into the URL, like {id}, or keep one row for each address."
        ),
    )
    assert problems(frame[:2], settings) == ()
    assert problems(frame, settings.replace(method="POST")) == ()
    assert problems(frame, settings.replace(ids="k")) != ()


@pytest.mark.parametrize("chosen", [{"batch_size": 100}, {"grouping": "keep together", "group_by": "id"}], ids=str)
def test_what_an_upsert_makes_fits_no_form_in_lists(chosen: dict[str, Any]) -> None:
    settings = Settings(ONE, method="PATCH", content_format="form", **chosen)
    assert problems(TWO, settings) == ()
    assert problems(TWO, settings.replace(mode="upsert")) == (
        "A form holds one record. Send each record in a call of its own, or use JSON, XML or CSV.",
    )


def test_many_rows_may_be_posted_to_an_address_that_ends_in_a_number() -> None:
    assert problems(MANY, Settings(f"{SERVER}/hooks/42")) == ()


NO_PLACE = (
    "key_header is not a header that a key goes into. Write it like api-key, Authorization: Basic {login}:{key} or "
    "Cookie: session_id={key}."
)
UPSERTS_LAST = (
    "mode='upsert' posts rows without an id to the URL without its last part, so that part has to be {id}, like "
    "https://mycompany.odoo.com/api/res.partner/{id}."
)


def only_post(verb: str, operation: str) -> str:
    return (
        f"method='{verb}' does not fit the URL. JSON-2 takes POST only: the URL's last part says what to do. What does "
        f"the same as {verb} is {operation}: {SERVER}/json/2/res.partner/{operation}."
    )


# The settings; the sentence, and what to use in place.
SETTINGS: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "a user in the address": (
        {"url": "https://user:pass@mycompany.odoo.com/api/res.partner"},
        "A user or password has no place in an address. Give login and api_key instead.",
        {},
    ),
    "a wrapped form": (
        {"content_format": "form", "wrap": "data"},
        "wrap='data' does nothing in form, which has no names around a record. Leave it out, or use JSON.",
        {"wrap": ""},
    ),
    "wrapped CSV": (
        {"content_format": "CSV", "wrap": "data"},
        "wrap='data' does nothing in CSV, which has no names around a record. Leave it out, or use JSON.",
        {"wrap": ""},
    ),
    "a place in a list to wrap in": (
        {"wrap": "data[0]"},
        "wrap='data[0]' has a place in a list. Write names only, like data or params.data.",
        {},
    ),
    "a wrap that is no name in XML": (
        {"content_format": "XML", "wrap": "two words"},
        "wrap='two words' cannot name elements in XML. Write it like data or params.data.",
        {},
    ),
    "a wrap that is no name in XML, in quotes": (
        {"content_format": "XML", "wrap": '["two words"]'},
        "wrap='[\"two words\"]' cannot name elements in XML. Write it like data or params.data.",
        {},
    ),
    "a path that is none": (
        {"id_path": "data[x].id"},
        "id_path='data[x].id' is not a path. Write it like data, params.data or data[0].id.",
        {},
    ),
    "the key as a cookie": (
        {"key_header": "Cookie"},
        NO_PLACE,
        {},
    ),
    "a line break in the name of the key's header": (
        {"key_header": "a\r\nHost"},
        NO_PLACE,
        {},
    ),
    "the key's header twice": (
        {"key_header": "api-key", "headers": "API-Key:${OTHER}"},
        "The header api-key stands in headers, and the key goes into it. Take it out of headers.",
        {},
    ),
    "an operation": (
        {"operation": "write"},
        "operation='write' is not for REST, where the method says what to do. Leave it out.",
        {},
    ),
    "an upsert by POST": (
        {"mode": "upsert", "url": ONE},
        "mode='upsert' is for PUT and PATCH: POST is the same for rows with an id and without.",
        {"mode": "create"},
    ),
    "an upsert that deletes": (
        {"mode": "upsert", "url": ONE, "method": "DELETE"},
        "mode='upsert' is for PUT and PATCH: DELETE is the same for rows with an id and without.",
        {"mode": "create"},
    ),
    "an upsert without a place": ({"mode": "upsert", "method": "PATCH"}, UPSERTS_LAST, {"mode": "create"}),
    "an upsert whose place is not the last": (
        {"mode": "upsert", "method": "PATCH", "url": f"{ONE}/write"},
        UPSERTS_LAST,
        {"mode": "create"},
    ),
    "PATCH over JSON-2": (
        {"url": f"{SERVER}/json/2/res.partner/create", "method": "PATCH"},
        only_post("PATCH", "write"),
        {"method": "POST", "url": f"{SERVER}/json/2/res.partner/write"},
    ),
    "PUT over JSON-2, as CSV to a header of its own": (
        {
            "url": f"{SERVER}/json/2/res.partner/write?db={{db}}",
            "method": "PUT",
            "content_format": "CSV",
            "key_header": "api-key",
        },
        only_post("PUT", "write"),
        {
            "method": "POST",
            "url": f"{SERVER}/json/2/res.partner/write?db={{db}}",
            "content_format": "JSON",
            "key_header": "Authorization",
        },
    ),
    "DELETE over JSON-2": (
        {"url": f"{SERVER}/json/2/res.partner/create", "method": "DELETE"},
        only_post("DELETE", "unlink"),
        {"method": "POST", "url": f"{SERVER}/json/2/res.partner/unlink"},
    ),
    "PATCH of a record over JSON-2": (
        {"url": f"{SERVER}/json/2/res.partner/{{id}}", "method": "PATCH"},
        only_post("PATCH", "write"),
        {"method": "POST", "url": f"{SERVER}/json/2/res.partner/write"},
    ),
    "PUT of a fixed record over JSON-2": (
        {"url": f"{SERVER}/json/2/res.partner/42", "method": "PUT"},
        only_post("PUT", "write"),
        {"method": "POST", "url": f"{SERVER}/json/2/res.partner/write"},
    ),
    "DELETE of a model over JSON-2, as CSV": (
        {"url": f"{SERVER}/json/2/res.partner", "method": "DELETE", "content_format": "CSV"},
        only_post("DELETE", "unlink"),
        {"method": "POST", "url": f"{SERVER}/json/2/res.partner/unlink", "content_format": "JSON"},
    ),
    "PATCH over JSON-RPC": (
        {"url": f"{SERVER}/jsonrpc", "method": "PATCH", "model": "res.partner", "operation": "write"},
        "method='PATCH' does not fit the URL. JSON-RPC takes POST only: Operation says what to do.",
        {"method": "POST"},
    ),
    "a wrap over JSON-2": (
        {"url": f"{SERVER}/json/2/res.partner/create", "wrap": "data"},
        "wrap='data' is for REST only. Leave it out.",
        {"wrap": ""},
    ),
    "a page of Odoo's": (
        {"url": f"{SERVER}/odoo/contacts/7?debug=1"},
        (
            f"'{SERVER}/odoo/contacts/7' is a page of Odoo's for people. To send, use an address such as "
            f"{SERVER}/json/2/res.partner/create."
        ),
        {"url": f"{SERVER}/json/2/res.partner/create"},
    ),
    "an older page of Odoo's": (
        {"url": f"{SERVER}/web#id=3&model=res.partner"},
        (
            f"'{SERVER}/web' is a page of Odoo's for people. To send, use an address such as "
            f"{SERVER}/json/2/res.partner/create."
        ),
        {"url": f"{SERVER}/json/2/res.partner/create"},
    ),
    "a part that no server sees": (
        {"url": f"{URL}?db=a#top"},
        f"What stands behind # stays on this machine. Use {URL}.",
        {"url": f"{URL}?db=a"},
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_that_do_nothing_or_harm_are_refused_with_what_to_use_in_place(name: str) -> None:
    chosen, sentence, instead = SETTINGS[name]
    with pytest.raises(SettingsError) as caught:
        Settings(**({"url": URL} | chosen))
    assert (str(caught.value), caught.value.instead) == (sentence, instead)
    if instead:
        # What is proposed is right, all at once.
        Settings(**({"url": URL} | chosen | instead))


MODELS = {
    "/api/res.partner": "res.partner",
    "/api/v1.0/sale.order/{id}": "sale.order",
    "/restapi/1.0/object": "",
    "/api/sale_order": "",
    "/hooks/v2.1": "",
}


@pytest.mark.parametrize("path", MODELS)
def test_a_name_with_a_dot_in_the_path_is_the_model_s(path: str) -> None:
    assert endpoint(SERVER + path).model == MODELS[path]
    assert endpoint(SERVER + path, "crm.lead").model == "crm.lead"


# --- what a PUT empties ----------------------------------------------------------------------------------------------

KNOWN = NOTHING_KNOWN.replaces("res.partner", ("city", "email", "name", "street", "zip"))
# What a record has; the note.
NOTES = {
    "4 fields that are not sent: city, email, street, … (back to their defaults).": {"name": ["a"]},
    "2 fields that are not sent: city, email (back to their defaults).": {"name": ["a"], "street": ["b"], "zip": ["c"]},
    "1 field that is not sent: name (back to its default).": {
        "name": [None],
        "zip": ["1"],
        "city": ["b"],
        "street": ["c"],
        "email": ["d"],
    },
}


@pytest.mark.parametrize("note", NOTES)
def test_a_sample_of_a_put_says_how_many_fields_it_empties(note: str) -> None:
    shown = samples(pd.DataFrame({"id": [7], **NOTES[note]}), Settings(ONE, method="PUT"), server=KNOWN)
    assert shown[0].note == f"PUT empties {note}"
    assert repr(shown) == f"1  {shown[0].title}\n   {shown[0].note}"
    assert f"<p>PUT empties {note}</p><pre>" in shown._repr_html_()


def test_a_put_that_sends_all_says_so_and_one_that_nobody_asked_about_too() -> None:
    whole = pd.DataFrame([[7, "a", "b", "c", "d", "e"]], columns=["id", "city", "email", "name", "street", "zip"])
    settings = Settings(ONE, method="PUT")
    assert samples(whole, settings, server=KNOWN)[0].note == "PUT empties no field: all that it replaces are sent."
    assert samples(whole, settings)[0].note == NOT_ASKED
    other = Settings(f"{SERVER}/api/crm.lead/{{id}}", method="PUT")
    assert samples(whole, other, server=KNOWN)[0].note == NOT_ASKED


def test_a_reference_that_is_sent_by_its_external_id_is_not_emptied() -> None:
    known = NOTHING_KNOWN.replaces("res.partner", ("city", "country_id", "parent_id"))
    frame = pd.DataFrame({"id": [7], "country_id/id": ["base.be"], "parent_id/.id": [3]})
    shown = samples(frame, Settings(ONE, method="PUT", content_format="form"), server=known)
    assert shown[0].note == "PUT empties 1 field that is not sent: city (back to its default)."


def test_other_verbs_have_no_note() -> None:
    for verb in ("POST", "PATCH", "DELETE"):
        shown = samples(TWO, Settings(ONE, method=verb), server=KNOWN)
        assert [sample.note for sample in shown] == ["", ""]
        assert "<p>" not in shown._repr_html_()


# The address of a PUT; that of the question.
QUESTIONS = {
    ONE: "/api/res.partner?limit=1",
    f"{ONE}/?db=a": "/api/res.partner?limit=1",
    f"{URL}/42": "/api/res.partner?limit=1",
    URL: "/api/res.partner?limit=1",
    f"{SERVER}/api/{{kind}}/{{id}}": None,
    f"{SERVER}/api/things/{{id}}": None,
}


@pytest.mark.parametrize("url", QUESTIONS)
def test_a_server_is_asked_at_the_address_of_all_the_model_s_records(url: str) -> None:
    request = asks(Settings(url, method="PUT", key_header="api-key"), Credential(SERVER, "db", api_key=KEY))
    if QUESTIONS[url] is None:
        assert request is None
        return
    assert request is not None
    assert (
        on_the_wire(request)
        == (
            f"GET {QUESTIONS[url]}\r\n"
            "Host: mycompany.odoo.com\r\n"
            "Accept: application/json, */*;q=0.5\r\n"
            "User-Agent: odoo_widgets\r\n"
            "X-Odoo-Database: db\r\n"
            f"api-key: {KEY}\r\n\r\n"
        ).encode()
    )


@pytest.mark.parametrize("settings", [Settings(ONE, method="PATCH"), Settings(f"{SERVER}/json/2/res.partner/write")])
def test_only_a_put_is_asked_about(settings: Settings) -> None:
    assert asks(settings, ME) is None


def answered(status: int, body: Any) -> Exchange:
    return Exchange(httpx.Request("GET", URL), httpx.Response(status, json=body))


def test_what_a_server_says_that_it_replaces_is_known_afterwards() -> None:
    server = told(answered(200, {"model": "res.partner", "replaced": ["city", "zip"]}), NOTHING_KNOWN, "res.partner")
    assert server.replaced == {"res.partner": ("city", "zip")}


SILENT = [
    answered(200, {"model": "crm.lead", "replaced": ["city"]}),
    answered(200, {"model": "res.partner", "replaced": "city"}),
    answered(200, {"model": "res.partner", "replaced": ["<b>"]}),
    answered(200, {"model": "res.partner", "replaced": [1]}),
    answered(200, [{"id": 1}]),
    answered(403, {"error": {"name": "odoo.exceptions.AccessError", "message": "no"}}),
    Exchange(httpx.Request("GET", URL), httpx.Response(200, html="<p>")),
    Exchange(httpx.Request("GET", URL), error=httpx.ConnectError("no")),
]


@pytest.mark.parametrize("exchange", SILENT)
def test_another_answer_teaches_nothing(exchange: Exchange) -> None:
    assert told(exchange, KNOWN, "res.partner") == KNOWN
