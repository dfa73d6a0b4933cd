"""What only a REST endpoint has to be told, and the button that offers what would be right."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd
import pytest
from werkzeug import Request, Response

from odoo_widgets import Credential, CredentialError, Destination, Server
from tests.forms.examples import KEY, ME, PLAIN
from tests.forms.screen import EVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_httpserver import HTTPServer

    from tests.forms.screen import Screen, Show

SERVER = "https://mycompany.odoo.com"
PATCH = Destination(f"{SERVER}/api/res.partner/{{id}}", method="PATCH")
UPSERT = "Make the rows that have no id, by POST?"
# What is typed into which control, the setting that it makes, and what the open sample says then.
EDITS = [
    ("Wrap Records In", "params.data", {"wrap": "params.data"}, '"params": {\n    "data":'),
    ("Id in Answer", "data[0].id", {"id_path": "data[0].id"}, "PATCH /api/res.partner/1"),
    ("Key Header", "api-key", {"key_header": "api-key"}, "Api-Key: ***"),
    ("Key Header", "Cookie: session_id={key}", {"key_header": "Cookie: session_id={key}"}, "Cookie: session_id=***"),
    (UPSERT, True, {"mode": "upsert"}, "PATCH /api/res.partner/1"),
    ("Method", "PUT", {"method": "PUT"}, "PUT /api/res.partner/1"),
    ("Content Format", "form", {"content_format": "form"}, "application/x-www-form-urlencoded"),
    ("Model", "crm.lead", {"model": "crm.lead"}, "PATCH /api/res.partner/1"),
]
MEANINGS = {
    "POST": "POST makes new records.",
    "PUT": "PUT may empty the fields that are not sent (back to their defaults).",
    "PATCH": "PATCH changes the fields that are sent.",
    "DELETE": "DELETE removes the records.",
}


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"id": [1, 2], "name": ["A", "B"]})


def offers(screen: Screen) -> list[Any]:
    return [each.description for each in screen.visible if "ow-use" in each._dom_classes]


@pytest.mark.parametrize("edited", EDITS)
def test_a_control_changes_the_destination_and_the_destination_moves_the_control(
    show: Show, frame: pd.DataFrame, edited: tuple[str, Any, dict[str, Any], str]
) -> None:
    label, typed, change, words = edited
    screen = show(frame, PATCH)
    screen.type(label, typed)
    assert screen.text("problem") == ""
    assert screen.form.destination == PATCH.replace(**change)
    assert words in screen.sample
    given = show(frame, PATCH)
    given.form.destination = PATCH.replace(**change)
    assert given.everything() == screen.everything()
    assert given.field(label).value == typed


def test_an_emptied_field_is_what_the_setting_is_by_itself(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PATCH.replace(wrap="data", id_path="id", key_header="api-key"))
    for label in ("Wrap Records In", "Id in Answer", "Key Header"):
        screen.type(label, "")
    assert screen.form.destination == PATCH
    assert screen.field("Key Header").value == "Authorization"


@pytest.mark.parametrize("method", MEANINGS)
def test_each_method_says_what_it_does_and_upsert_is_for_those_that_may_miss_a_record(
    show: Show, frame: pd.DataFrame, method: str
) -> None:
    screen = show(frame, PATCH.replace(method=method))
    assert screen.says(MEANINGS[method])
    assert (screen.field(UPSERT) in screen.visible) == (method in ("PUT", "PATCH"))
    assert screen.says("Model is for the links to the records")


def test_the_controls_are_there_for_rest_only_and_a_wrapping_where_a_format_has_one(
    show: Show, frame: pd.DataFrame
) -> None:
    screen = show(frame, PATCH)
    controls = [screen.field(label) for label in (UPSERT, "Wrap Records In", "Id in Answer", "Key Header")]
    for kind in ("JSON", "XML", "form", "CSV"):
        screen.type("Content Format", kind)
        assert (controls[1] in screen.visible) == (kind in ("JSON", "XML"))
    screen.form.destination = PLAIN
    assert [each for each in controls if each in screen.visible] == []
    assert not screen.says("POST makes new records.")


def test_what_only_rest_knows_is_left_behind_with_it(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PATCH.replace(wrap="data", id_path="id", key_header="api-key", mode="upsert"))
    screen.type("URL", f"{SERVER}/json/2/res.partner/write")
    assert screen.text("problem") == ""
    assert screen.form.destination == Destination(f"{SERVER}/json/2/res.partner/write", batch_size=100)


@pytest.mark.parametrize(("method", "operation"), [("PUT", "write"), ("PATCH", "write"), ("DELETE", "unlink")])
def test_a_verb_on_json2_is_offered_the_operation_that_does_the_same(
    show: Show, frame: pd.DataFrame, method: str, operation: str
) -> None:
    screen = show(frame, PLAIN, ME)
    screen.type("Method", method)
    assert screen.text("problem").startswith(f"method={method!r} does not fit the URL.")
    assert offers(screen) == [f"Use POST /json/2/res.partner/{operation}"]
    assert screen.form.destination == PLAIN
    screen.click(f"Use POST /json/2/res.partner/{operation}")
    assert screen.form.destination == Destination(f"{SERVER}/json/2/res.partner/{operation}")
    assert (screen.field("Method").value, screen.text("problem"), offers(screen)) == ("POST", "", [])


PROPOSED = [
    (f"{SERVER}/xmlrpc/2/common", "Use /xmlrpc/2/object", f"{SERVER}/xmlrpc/2/object"),
    (f"{SERVER}/api/x?key=secret#part", "Use /api/x", f"{SERVER}/api/x?key=secret"),
]


@pytest.mark.parametrize("proposed", PROPOSED)
def test_a_problem_with_a_way_out_has_one_button_for_it(
    show: Show, frame: pd.DataFrame, proposed: tuple[str, str, str]
) -> None:
    typed, words, url = proposed
    screen = show(frame, PLAIN, ME)
    screen.type("URL", typed)
    assert offers(screen) == [words]
    assert "secret" not in screen.text("problem")
    screen.click(words)
    assert screen.form.destination.url == url


def test_settings_of_rest_that_do_not_fit_are_taken_back_by_the_button(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PATCH.replace(wrap="data"))
    screen.type("Content Format", "CSV")
    assert offers(screen) == ["Use no wrapping"]
    screen.click("Use no wrapping")
    assert screen.form.destination == PATCH.replace(content_format="CSV")
    screen.type(UPSERT, True)
    screen.type("Method", "DELETE")
    assert offers(screen) == ["Use only rows that have an id"]
    screen.click("Use only rows that have an id")
    assert screen.form.destination == PATCH.replace(content_format="CSV", method="DELETE")
    assert screen.field(UPSERT) not in screen.visible


def test_a_key_of_another_server_is_offered_the_same_address_there(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, Credential("https://other.example.com", api_key=KEY))
    assert offers(screen) == ["Use /json/2/res.partner/create at other.example.com"]
    screen.click("Use /json/2/res.partner/create at other.example.com")
    assert screen.form.destination.url == "https://other.example.com/json/2/res.partner/create"
    assert not screen.button("Send").disabled


def test_a_send_to_an_api_that_is_not_there_offers_json2(
    show: Show, frame: pd.DataFrame, httpserver: HTTPServer
) -> None:
    page = Response("<!doctype html><title>404</title>", 404, content_type="text/html")
    httpserver.expect_request("/api/res.partner").respond_with_response(page)
    destination = Destination(httpserver.url_for("/api/res.partner"), wrap="data", exclude=["id"])
    screen = show(frame, destination, Credential(httpserver.url_for("/"), "mycompany", "me", KEY))
    screen.click("Send")
    screen.wait_for_end()
    assert screen.says("Odoo by itself has no /api.")
    assert offers(screen) == ["Use POST /json/2/res.partner/create"]
    screen.click("Use POST /json/2/res.partner/create")
    assert screen.form.destination == Destination(httpserver.url_for("/json/2/res.partner/create"), exclude=["id"])
    assert (screen.text("problem"), offers(screen)) == ("", [])
    assert len(httpserver.log) == 1


PAGES = [
    "/odoo/contacts", "/en/odoo/contacts", "/fr_BE/web#action=5", "/es_419/web/", "/en",
    "/web#model=sale.order&view_type=form&id=4", "/web?debug=1#action=5", "/odoo", "/", "",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "before",
    [None, PLAIN, Destination(f"{SERVER}/jsonrpc", model="crm.lead", operation="create"), PATCH],
    ids=["nothing", "json2", "jsonrpc", "rest"],
)
def test_a_page_for_people_is_cut_to_its_server_and_the_form_says_so(
    show: Show, frame: pd.DataFrame, page: str, before: Destination | None
) -> None:
    screen = show(frame, before)
    screen.type("URL", f"https://other.odoo.com{page}")
    expected = {
        "": Destination("https://other.odoo.com/json/2/res.partner/create"),
        "jsonrpc": Destination("https://other.odoo.com/jsonrpc", model="crm.lead", operation="create"),
        "rest": Destination("https://other.odoo.com/json/2/res.partner/write"),
    }
    wanted = expected.get(before.endpoint.protocol if before else "", expected[""])
    assert screen.form.destination.url == wanted.url == screen.field("URL").value
    assert screen.form.destination.endpoint == wanted.endpoint
    assert screen.says("what to do there was added.")
    screen.type("Batch Size", 7)
    assert not screen.says("what to do there was added.")


def test_the_same_page_typed_twice_leaves_the_address_in_the_control(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    for _ in range(2):
        assert screen.type("URL", f"{SERVER}/odoo/contacts") == PLAIN.url
    assert screen.form.destination == PLAIN


def test_a_server_that_is_known_to_be_old_is_sent_to_over_xml_rpc(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    screen.form._state.server = Server(SERVER, version="17.0")
    screen.type("URL", f"{SERVER}/odoo")
    assert screen.form.destination == Destination(f"{SERVER}/xmlrpc/2/object", model="res.partner", operation="create")
    assert json.dumps(screen.form.destination.content_format) == '"XML"'


def test_each_row_with_an_address_of_its_own_is_a_call(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PATCH)
    assert screen.says("2 rows: 2 calls.")
    screen.form.destination = PATCH.replace(batch_size=2)
    assert screen.says("2 rows: 1 batch.")


def test_what_http_basic_lacks_keeps_rows_from_being_sent(show: Show, frame: pd.DataFrame) -> None:
    nobody = Credential(SERVER, "mycompany", api_key=KEY)
    screen = show(frame, PATCH.replace(key_header="Authorization: Basic {login}:{key}"), nobody)
    assert screen.says("HTTP Basic wants the login beside the key")
    assert screen.button("Send").disabled
    screen.form.credential = ME
    assert not screen.button("Send").disabled
    with pytest.raises(CredentialError, match=r"wants the login beside the key: .* Nothing was sent\."):
        screen.form.destination.send(frame, nobody)


# --- what a PUT empties, asked by the form itself ---------------------------------------------------------------------

REPLACED = {"model": "res.partner", "replaced": ["city", "name", "zip"]}
UNKNOWN = "PUT may empty the fields that are not sent (back to their defaults). Not every server says which"


class Replacing:
    """A loopback server that says what its PUT replaces, and what it was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answer: Any = REPLACED
        self.open = threading.Event()
        self.open.set()
        self.put = Destination(server.url_for("/api/res.partner/{id}"), method="PUT")
        self.me = Credential(server.url_for("/"), "mycompany", "me", KEY)
        server.expect_request(re.compile("/api/.*")).respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        self.asked.append((request.method, request.full_path))
        assert self.open.wait(EVER)
        return Response(json.dumps(self.answer), content_type="application/json")


@pytest.fixture
def replacing(httpserver: HTTPServer) -> Iterator[Replacing]:
    made = Replacing(httpserver)
    yield made
    made.open.set()


def test_before_a_put_the_form_asks_by_itself_how_many_fields_it_empties(
    show: Show, frame: pd.DataFrame, replacing: Replacing
) -> None:
    replacing.open.clear()
    screen = show(frame, replacing.put.replace(method="PATCH"), replacing.me)
    assert replacing.asked == []
    screen.type("Method", "PUT")
    # Nothing waits for the answer.
    assert screen.says(UNKNOWN)
    screen.type("Batch Size", 3)
    replacing.open.set()
    # What is said in two places is not said in both at once.
    screen.wait(lambda: not screen.says(UNKNOWN))
    assert screen.says("PUT empties 2 fields that are not sent: city, zip (back to their defaults).")
    assert screen.says("city, zip (back to their defaults). To confirm, type mycompany.")
    assert screen.button("Send").disabled
    screen.type("Exclude Attributes", "name")
    screen.form.data = frame.assign(city="x", zip="1")
    assert screen.says("PUT empties 1 field that is not sent: name")
    assert replacing.asked == [("GET", "/api/res.partner?limit=1")]


@pytest.mark.parametrize("answer", [{"data": []}, {**REPLACED, "model": "crm.lead"}], ids=["a list", "another model"])
def test_a_server_that_does_not_say_what_a_put_empties_is_asked_once(
    show: Show, frame: pd.DataFrame, replacing: Replacing, answer: Any
) -> None:
    replacing.answer = answer
    screen = show(frame, replacing.put, replacing.me)
    screen.wait(lambda: not screen.form._state._foreseeing)
    for size in (2, 3):
        screen.type("Batch Size", size)
    assert screen.says(UNKNOWN)
    assert len(replacing.asked) == 1


def test_another_credential_asks_for_itself(show: Show, frame: pd.DataFrame, replacing: Replacing) -> None:
    replacing.open.clear()
    screen = show(frame, replacing.put, replacing.me)
    screen.form.credential = attrs.evolve(replacing.me, login="other")
    replacing.open.set()
    screen.wait(lambda: screen.says("PUT empties 2 fields"))
    assert len(replacing.asked) == 2


def test_nobody_is_asked_what_a_put_empties_that_cannot_be_sent_so(
    show: Show, frame: pd.DataFrame, replacing: Replacing
) -> None:
    show(frame, replacing.put)
    show(frame, replacing.put, ME)
    show(frame.drop(columns="id"), replacing.put, replacing.me)
    last = show(frame, replacing.put.replace(headers={"X-Team": "${NOT_IN_THE_ENVIRONMENT}"}), replacing.me)
    last.wait(lambda: not last.form._state._foreseeing)
    assert replacing.asked == []
