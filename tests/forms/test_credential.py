"""Who sends: typed, picked or set from a cell; and what the server says of itself and of the key."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from werkzeug import Request, Response

from odoo_widgets import Credential, Destination, remember
from odoo_widgets.flow.errors import CredentialError
from odoo_widgets.forms import checking
from odoo_widgets.net import keys
from tests.forms.examples import KEY, ME, PLAIN
from tests.forms.test_secrets import only_ours, saved

if TYPE_CHECKING:
    import pandas as pd
    from pytest_httpserver import HTTPServer

    from tests.forms.screen import Screen, Show
    from tests.ring import InMemory

SERVER = "https://mycompany.odoo.com"
FIELDS = ("Server", "Database", "Login", "API Key or Password", "Name")
USER = {
    "name": "Anna", "lang": "en_US", "tz": "Europe/Brussels", "company_id": [1, "My Company"], "company_ids": [1, 2],
}  # fmt: skip


class Known:
    """A server on this machine that says what it is, in JSON-2 where it is new enough."""

    def __init__(self, server: HTTPServer, version: str = "19.0") -> None:
        self.url, self.version = server.url_for("").rstrip("/"), version
        self.asked: list[str] = []
        self.open = threading.Event()
        self.open.set()
        self.refusal: Response | None = None
        self.answers: dict[str, Any] = {
            "res.users/context_get": {"lang": "en_US", "tz": "Europe/Brussels", "uid": 2},
            "res.users/read": [USER],
            "res.company/search_read": [{"id": 2, "name": "Branch"}],
            "res.lang/get_installed": [["en_US", "English"], ["fr_FR", "French"]],
            "ir.model/get_available_models": [
                {"model": "a.model", "display_name": "Journal Entry"},
                {"model": "res.partner", "display_name": "Contact"},
            ],
        }
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        self.asked.append(request.path)
        assert self.open.wait(30)
        if request.path == "/web/version":
            return _json({"version": self.version, "version_info": []})
        if request.path == "/web/database/list":
            return _json({"result": ["mycompany", "other"]})
        if self.refusal is not None:
            return self.refusal
        found = self.answers.get(request.path.removeprefix("/json/2/").removeprefix("/doc-bearer/"))
        return _json(found) if found is not None else Response("no", 404, content_type="text/html")


def _json(content: Any) -> Response:
    return Response(json.dumps(content), content_type="application/json")


def type_credential(screen: Screen, **typed: str) -> None:
    screen.click("New…")
    for label, text in typed.items():
        screen.type(label.replace("_", " "), text)


@pytest.fixture
def known(httpserver: HTTPServer) -> Any:
    made = Known(httpserver)
    yield made
    made.open.set()


def test_a_credential_is_typed_and_used_as_soon_as_it_is_one(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame)
    assert [label for label in FIELDS if screen.field(label) in screen.visible] == []
    screen.click("New…")
    assert [label for label in FIELDS if screen.field(label) in screen.visible] == list(FIELDS)
    assert screen.type("Server", "mycompany.odoo.com/odoo/contacts") == SERVER
    assert screen.form.credential is None
    # A server is enough for samples.
    assert screen.form.destination == PLAIN
    assert "Company 0" in screen.sample
    assert screen.type("API Key or Password", KEY) == ""
    assert screen.form.credential == Credential(SERVER, api_key=KEY)
    assert screen.form.destination == PLAIN
    screen.type("Database", "mycompany")
    screen.type("Login", "me@example.com")
    assert screen.form.credential == ME
    assert not screen.button("Send").disabled
    assert screen.text("headline") == "Create res.partner in mycompany (live) as me@example.com"
    screen.click("Close")
    assert screen.form.credential == ME
    assert [label for label in FIELDS if screen.field(label) in screen.visible] == []


def test_a_key_is_typed_for_one_server_and_does_not_follow_to_another(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame)
    type_credential(screen, Server=SERVER, API_Key_or_Password=KEY)
    screen.type("Server", "https://other.example.com")
    assert screen.form.credential is None
    assert screen.button("Send").disabled
    screen.type("Server", SERVER)
    assert screen.form.credential is None
    screen.type("API Key or Password", KEY)
    assert screen.form.credential == Credential(SERVER, api_key=KEY)


def test_the_url_follows_a_server_that_is_typed_again_as_long_as_it_is_on_it(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame)
    type_credential(screen, Server="mycompny.odoo.com")
    assert screen.field("URL").value == "https://mycompny.odoo.com/json/2/res.partner/create"
    screen.type("Model", "crm.lead")
    screen.type("Server", "mycompany.odoo.com")
    assert screen.field("URL").value == "https://mycompany.odoo.com/json/2/crm.lead/create"
    screen.type("Server", "no server")
    assert screen.field("URL").value == "https://mycompany.odoo.com/json/2/crm.lead/create"
    screen.type("Server", "http://127.0.0.1:8069/odoo")
    assert screen.field("URL").value == "http://127.0.0.1:8069/json/2/crm.lead/create"
    screen.type("URL", "https://elsewhere.example.com/json/2/res.partner/create")
    screen.type("Server", "mycompany.odoo.com")
    assert screen.field("URL").value == "https://elsewhere.example.com/json/2/res.partner/create"
    screen.type("URL", "http://mycompany.odoo.com/json/2/res.partner/create")
    screen.type("API Key or Password", KEY)
    assert screen.button("Use /json/2/res.partner/create at https://mycompany.odoo.com") in screen.visible


def test_the_server_of_the_url_is_proposed_and_what_is_in_use_stays_until_there_is_another(
    show: Show, frame: pd.DataFrame
) -> None:
    screen = show(frame, PLAIN, ME)
    screen.click("New…")
    assert screen.field("Server").value == SERVER
    screen.type("Database", "another")
    assert screen.form.credential is ME
    screen.type("API Key or Password", "k" * 20)
    assert screen.form.credential == Credential(SERVER, "another", api_key="k" * 20)


WRONG = [
    ("Server", "http://mycompany.example.com", "is not encrypted, so everybody on the way could read the key."),
    ("Server", "not a server", "The server's address"),
    ("API Key or Password", "two\nlines", "holds a line break"),
    ("Database", "zwölf", "The database's name holds"),
    ("Login", "a\nb", "The login holds a line break"),
]


@pytest.mark.parametrize(("label", "typed", "words"), WRONG)
def test_what_is_no_credential_is_said_and_not_used(
    show: Show, frame: pd.DataFrame, label: str, typed: str, words: str
) -> None:
    screen = show(frame)
    screen.click("New…")
    if label != "Server":
        screen.type("Server", SERVER)
    screen.type(label, typed)
    if label != "API Key or Password":
        screen.type("API Key or Password", KEY)
    assert screen.says(words) or screen.says("That is not the address of a server.")
    assert screen.form.credential is None
    assert typed not in saved(screen.form) or label != "API Key or Password"


def test_check_says_who_answers_as_whom_in_which_company_with_which_databases(
    show: Show, frame: pd.DataFrame, known: Known
) -> None:
    screen = show(frame, credential=Credential(known.url, "mycompany", api_key=KEY))
    known.open.clear()
    screen.click("Check")
    assert screen.says(f"Asking {known.url.partition('://')[2]} …")
    assert screen.button("Check").disabled
    known.open.set()
    screen.wait_for_answer()
    assert screen.says("is Odoo 19.0 and knows the key: you are Anna in My Company, and may also work in Branch.")
    assert screen.says("Language en_US, time zone Europe/Brussels.")
    assert screen.says("Databases here: mycompany, other.")
    assert screen.text("headline") == "Create Contacts in mycompany (sandbox) as Anna"
    assert not screen.button("Check").disabled
    assert known.asked.count("/json/2/res.users/read") == 1
    assert [path for path in known.asked if "create" in path] == []


def test_models_are_picked_from_those_of_the_server_and_called_what_people_call_them(
    show: Show, frame: pd.DataFrame, known: Known
) -> None:
    screen = show(frame, credential=Credential(known.url, "mycompany", api_key=KEY))
    assert screen.field("Model").options[:2] == ("res.partner", "product.template")
    screen.click("Check")
    screen.wait_for_answer()
    assert screen.field("Model").options == ("res.partner · Contact", "a.model · Journal Entry")
    for typed in ("a.model · Journal Entry", "res.partner", "journal entries"):
        screen.type("Model", typed)
    assert screen.field("Model").value == "a.model"
    assert screen.form.destination == Destination(f"{known.url}/json/2/a.model/create")
    assert screen.text("headline") == "Create Journal Entries in mycompany (sandbox) as Anna"
    screen.click("Activate")
    assert screen.says("Create 12 Journal Entries in mycompany (sandbox) as Anna, 1 call.")
    screen.form.data = frame.head(1)
    one = "Create 1 Journal Entry in mycompany (sandbox) as Anna, 1 call."
    assert screen.says(one)
    assert {screen.button(name).tooltip for name in ("Send", "Activate and send")} == {one}
    screen.type("Model", "no.such.model")
    assert screen.text("headline") == "Create no.such.model in mycompany (sandbox) as Anna"
    assert screen.says("This user may read no model called 'no.such.model'.")
    screen.type("Model", "res.patner")
    assert screen.says("This user may read no model called 'res.patner'. Did you mean 'res.partner'?")
    screen.type("Model", "res.partner")
    assert not screen.says("This user may read no model")


def test_a_method_that_the_server_does_not_list_is_told_beside_the_field_where_it_was_typed(
    show: Show, frame: pd.DataFrame, known: Known
) -> None:
    listed = {name: {"parameters": {}} for name in ("create", "write", "action_archive")}
    known.answers["res.partner.json"] = {"methods": listed, "fields": {}}
    screen = show(frame, credential=Credential(known.url, "mycompany", api_key=KEY))
    screen.click("▸ More")
    screen.type("Then", "acton_archive")
    said = "Odoo lists no method 'acton_archive' of res.partner. Did you mean 'action_archive'?"
    assert not screen.says(said)
    screen.click("Check")
    screen.wait_for_answer()
    assert screen.says(said)
    screen.type("Then", "action_archive; write name")
    assert not screen.says(said)
    screen.type("Then", "")
    screen.type("URL", f"{known.url}/json/2/res.partner/acton_archive")
    assert screen.says(said)


def test_check_offers_what_the_server_has(show: Show, frame: pd.DataFrame, known: Known) -> None:
    screen = show(frame, credential=Credential(known.url, "mycompany", api_key=KEY))
    assert screen.field("Language").options == ()
    screen.click("Check")
    screen.wait_for_answer()
    assert screen.field("Language").options == ("en_US", "fr_FR")
    assert screen.field("Company").options == ("1 My Company", "2 Branch")
    assert screen.field("Time Zone").options == ("Europe/Brussels", "UTC")


def test_an_odoo_without_json2_is_offered_what_it_has(
    show: Show, frame: pd.DataFrame, known: Known, httpserver: HTTPServer
) -> None:
    known.version = "17.0"
    page = b"<methodResponse><params><param><value><int>2</int></value></param></params></methodResponse>"
    known.refusal = Response(page, content_type="text/xml")
    screen = show(frame, credential=Credential(known.url, "mycompany", "me", KEY))
    screen.click("Check")
    screen.wait_for_answer()
    assert screen.says("is Odoo 17.0 and knows the key: you are me.")
    screen.click("Use /xmlrpc/2/object")
    assert screen.form.destination == Destination(
        httpserver.url_for("/xmlrpc/2/object"), model="res.partner", operation="create"
    )
    assert screen.text("problem") == ""


def test_the_version_of_a_server_that_does_not_know_the_key_decides_what_is_offered_for_its_api(
    show: Show, frame: pd.DataFrame, known: Known
) -> None:
    known.version = "17.0"
    screen = show(frame, Destination(f"{known.url}/api/res.partner"), Credential(known.url, "mycompany", api_key=KEY))
    screen.click("Check")
    screen.wait_for_answer()
    assert screen.says("is Odoo 17.0, to be asked over XML-RPC, which wants the login beside the key")
    screen.click("Send")
    screen.wait_for_end()
    assert screen.says(f"Odoo 17.0 has no /api. Use {known.url}/xmlrpc/2/object?")
    screen.click("Use POST /xmlrpc/2/object")
    assert screen.form.destination == Destination(
        f"{known.url}/xmlrpc/2/object", model="res.partner", operation="create"
    )


REFUSED = [
    (Response(json.dumps({"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"}), 401,
              content_type="application/json"), "key unknown or expired (Odoo's default lifetime is one day)"),
    (Response("<!doctype html>", 404, content_type="text/html"), "No database called 'gone' on"),
]  # fmt: skip


@pytest.mark.parametrize("refused", REFUSED)
def test_check_says_what_a_refusal_means(
    show: Show, frame: pd.DataFrame, known: Known, refused: tuple[Response, str]
) -> None:
    known.refusal, words = refused
    screen = show(frame, credential=Credential(known.url, "gone", api_key=KEY))
    screen.click("Check")
    screen.wait_for_answer()
    assert screen.says(words)
    assert not screen.says("Custom plan")
    assert KEY not in saved(screen.form)


def test_on_odoo_online_a_refusal_may_be_the_plans() -> None:
    refused = CredentialError("mycompany.odoo.com: key unknown or expired.")
    assert "Custom plans only" in checking.failed(refused, ME)
    assert "Custom plans only" not in checking.failed(refused, Credential("https://erp.example.com", api_key=KEY))
    assert "Custom plans only" not in checking.failed(OSError(), ME)


def test_check_of_another_servers_key_asks_that_server_and_nothing_is_raised_where_nobody_answers(
    show: Show, frame: pd.DataFrame, known: Known
) -> None:
    screen = show(frame, PLAIN, Credential(known.url, api_key=KEY))
    screen.click("Check")
    screen.wait_for_answer()
    assert screen.says("you are Anna")
    screen.form.credential = Credential("http://127.0.0.1:9", api_key=KEY)
    assert not screen.says("you are Anna")
    screen.click("Check")
    screen.wait_for_answer()
    assert screen.says("was asked what it is, and no whole answer came") or screen.says("Nothing answers at")


def test_what_is_said_of_a_credential_that_is_no_longer_in_use_is_not_shown(
    show: Show, frame: pd.DataFrame, known: Known
) -> None:
    screen = show(frame, credential=Credential(known.url, "mycompany", api_key=KEY))
    known.open.clear()
    screen.click("Check")
    screen.form.credential = ME
    known.open.set()
    screen.wait_for_answer()
    assert not screen.says("you are Anna")
    assert screen.form._state.server.version == ""


def test_a_credential_is_remembered_and_picked_by_its_name(show: Show, frame: pd.DataFrame, ring: InMemory) -> None:
    screen = show(frame, PLAIN)
    assert screen.button("Remember on this computer").disabled
    type_credential(screen, Server=SERVER, Database="mycompany", Login="me@example.com", Name="books",
                    API_Key_or_Password=KEY)  # fmt: skip
    screen.click("Remember on this computer")
    screen.wait_for_answer()
    assert screen.says("Remembered as 'books'. The key is in this computer's keyring.")
    assert list(ring.kept.values()) == [KEY]
    assert keys.credential("books") == ME
    assert screen.field("Credential").value == "books"
    later = show(frame)
    assert later.form.credential is None
    later.type("Credential", "books")
    later.wait_for_answer()
    assert later.form.credential == ME
    assert later.form.destination == PLAIN
    assert KEY not in saved(later.form)
    assert later.field("Credential").value == "books"
    assert later.type("Credential", "not stored: mycompany") == "books"
    later.form.credential = Credential(SERVER, "other", api_key=KEY)
    assert later.field("Credential").label == "not stored: other"


def test_without_a_name_nothing_is_remembered(show: Show, frame: pd.DataFrame, ring: InMemory) -> None:
    screen = show(frame, PLAIN, ME)
    screen.click("New…")
    screen.click("Remember on this computer")
    screen.wait_for_answer()
    assert screen.says("A credential is stored under a name")
    assert (ring.kept, keys.stored()) == ({}, ())


def test_without_a_keyring_the_form_says_that_the_key_stays_in_memory(show: Show, frame: pd.DataFrame) -> None:
    keyring.set_keyring(NoKeyring())
    screen = show(frame)
    type_credential(screen, Server=SERVER, Name="books in memory", API_Key_or_Password=KEY)
    screen.click("Remember on this computer")
    screen.wait_for_answer()
    assert screen.says("so the key stays in memory and is gone when the kernel ends.")
    keys.forget("books in memory")


def test_a_stored_name_whose_key_is_gone_asks_for_it_in_the_form(
    show: Show, frame: pd.DataFrame, ring: InMemory
) -> None:
    remember("books", ME)
    ring.kept.clear()
    screen = show(frame, PLAIN)
    screen.type("Credential", "books")
    screen.wait_for_answer()
    assert screen.says("The key of 'books' is not on this computer: type it again.")
    assert [screen.field(label).value for label in FIELDS] == [SERVER, "mycompany", "me@example.com", "", "books"]
    assert screen.field("Credential").label == "none yet"
    screen.type("API Key or Password", KEY)
    assert screen.form.credential == ME


def test_a_key_is_in_no_widget_before_or_after_anything(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame)
    field = next(each for each in screen.widgets if getattr(each, "description", "") == "API Key or Password")
    sent = []
    field.observe(lambda change: sent.append(change.new), "value")
    type_credential(screen, Server=SERVER, API_Key_or_Password=f"  {KEY}\n")
    assert sorted(sent) == ["", f"  {KEY}\n"]
    assert field.value == ""
    assert screen.form.credential.api_key.get_secret_value() == KEY
    assert KEY not in saved(screen.form)
    assert KEY not in str(screen.everything())
    assert not field.trait_metadata("value", "echo_update", default=True)
    screen.type("Server", "http://plain.example.com")
    screen.type("API Key or Password", KEY)
    assert screen.says("is not encrypted")
    assert KEY not in saved(screen.form)
    assert KEY not in repr(screen.form._state.typed)


@pytest.mark.parametrize("hostile", ["<img src=x onerror=alert(1)>", "</pre><b onclick='alert(1)'>\"&amp;"])
def test_hostile_text_of_a_server_is_shown_as_text(show: Show, frame: pd.DataFrame, known: Known, hostile: str) -> None:
    known.answers["res.users/read"] = [{**USER, "name": hostile, "company_id": [1, hostile]}]
    screen = show(frame, credential=Credential(known.url, "mycompany", api_key=KEY))
    screen.click("Check")
    screen.wait_for_answer()
    assert hostile in screen.text("headline")
    only_ours(screen)


PLACES = [
    ("https://mycompany.odoo.com", "live", "nothing says otherwise; if it is a copy, say so"),
    ("https://mycompany-test-123.dev.odoo.com", "live", "if it is a staging one, say test copy"),
    ("http://127.0.0.1:8069", "sandbox", "the server is on this machine"),
]


@pytest.mark.parametrize(("server", "word", "why"), PLACES)
def test_the_band_says_live_test_copy_or_sandbox_in_words(
    show: Show, frame: pd.DataFrame, server: str, word: str, why: str
) -> None:
    screen = show(frame, credential=Credential(server, "books", api_key=KEY))
    assert screen.text("band").startswith(f"{word}: ")
    assert f"in books ({word})" in screen.text("headline")
    assert screen.field("This Is").value == word
    assert screen.says(why)


def test_the_user_says_what_a_database_is_and_each_database_is_its_own(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    screen.type("This Is", "test copy")
    assert screen.text("band").startswith("test copy: nothing here is in the company's books")
    assert screen.says("test copy: you said so.")
    assert "in mycompany (test copy) as" in screen.text("headline")
    screen.form.credential = Credential(SERVER, "another", api_key=KEY)
    assert screen.field("This Is").value == "live"
    screen.form.credential = ME
    assert screen.field("This Is").value == "test copy"
