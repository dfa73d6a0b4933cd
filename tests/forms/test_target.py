"""Model and operation stand in a JSON-2 URL, and beside any other: the form keeps both through every change."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from odoo_widgets import Destination
from tests.forms.examples import ME, PLAIN, URL

if TYPE_CHECKING:
    import pandas as pd

    from tests.forms.screen import Screen, Show

SERVER = "https://mycompany.odoo.com"
JSONRPC, XMLRPC = f"{SERVER}/jsonrpc", f"{SERVER}/xmlrpc/2/object"
LEADS = {"json2": f"{SERVER}/json/2/crm.lead/write", "jsonrpc": JSONRPC, "xmlrpc": XMLRPC}
FIXED = {"json2": ("POST", "JSON"), "jsonrpc": ("POST", "JSON"), "xmlrpc": ("POST", "XML")}
WORDS = {
    "json2": ["JSON-2 takes POST only: the URL's last part says what to do.", "JSON-2 takes JSON only."],
    "jsonrpc": ["JSON-RPC takes POST only: Operation says what to do.", "JSON-RPC takes JSON only."],
    "xmlrpc": ["XML-RPC takes POST only: Operation says what to do.", "XML-RPC takes XML only."],
}
OPERATIONS = {
    "Create": "create",
    "Update (write)": "write",
    "Delete (unlink)": "unlink",
    "Create or update (load)": "load",
}


def leads(protocol: str, operation: str = "write") -> Destination:
    """A destination for leads, by a protocol."""
    if protocol == "json2":
        return Destination(f"{SERVER}/json/2/crm.lead/{operation}")
    return Destination(LEADS[protocol], model="crm.lead", operation=operation)


def target(screen: Screen) -> tuple[str, str, str]:
    return tuple(screen.field(label).value for label in ("Model", "Operation", "Method Name"))


@pytest.mark.parametrize(("old", "new"), list(itertools.permutations(LEADS, 2)))
def test_another_protocol_keeps_model_and_operation_and_fixes_its_own_method_and_format(
    show: Show, frame: pd.DataFrame, old: str, new: str
) -> None:
    screen = show(frame.assign(id=range(1, 13)), leads(old), ME)
    screen.type("URL", LEADS[new])
    assert screen.text("problem") == ""
    assert screen.form.destination == leads(new)
    assert target(screen) == ("crm.lead", "write", "")
    assert (screen.field("Method").value, screen.field("Content Format").value) == FIXED[new]
    # A verb that is picked for JSON-2 has its own way there, which is offered.
    assert screen.field("Method").disabled == (new != "json2")
    assert screen.field("Content Format").disabled
    assert all(screen.says(words) for words in WORDS[new])
    assert screen.everything() == show(frame.assign(id=range(1, 13)), leads(new), ME).everything()


@pytest.mark.parametrize("protocol", LEADS)
def test_the_destination_moves_model_operation_and_method_name(show: Show, frame: pd.DataFrame, protocol: str) -> None:
    screen = show(frame.assign(id=range(1, 13)), PLAIN, ME)
    for operation in (*OPERATIONS.values(), "action_archive"):
        screen.form.destination = leads(protocol, operation)
        method = "" if operation in OPERATIONS.values() else operation
        assert target(screen) == ("crm.lead", operation, method)
        assert screen.text("problem") == ""
        assert screen.text("outcome") == ""


@pytest.mark.parametrize("protocol", LEADS)
def test_an_operation_is_picked_by_its_words(show: Show, frame: pd.DataFrame, protocol: str) -> None:
    screen = show(frame.assign(id=range(1, 13)), leads(protocol, "create"), ME)
    for words, name in OPERATIONS.items():
        screen.type("Operation", words)
        assert screen.form.destination == leads(protocol, name)
        assert screen.text("headline").startswith(f"{words} crm.lead in mycompany")


@pytest.mark.parametrize("protocol", LEADS)
def test_a_method_is_run_by_its_name(show: Show, frame: pd.DataFrame, protocol: str) -> None:
    screen = show(frame.assign(id=range(1, 13)), leads(protocol, "create"), ME)
    assert screen.field("Method Name") not in screen.visible
    assert screen.field("Record Ids") not in screen.visible
    screen.type("Operation", "Run a method…")
    assert screen.text("problem") == "Type the name of the method to run, under Method Name."
    assert screen.form.destination == leads(protocol, "create")
    assert screen.button("Send").disabled
    assert screen.field("Method Name") in screen.visible
    assert screen.field("Record Ids") in screen.visible
    screen.type("Method Name", "action_archive")
    assert screen.text("problem") == ""
    assert screen.form.destination == leads(protocol, "action_archive")
    assert target(screen) == ("crm.lead", "action_archive", "action_archive")
    assert screen.text("headline").startswith("Run action_archive on crm.lead in mycompany")
    assert screen.says("It wants active True, and what it did is read afterwards.")
    screen.type("Method Name", "set_nothing")
    assert target(screen) == ("crm.lead", "", "set_nothing")
    assert screen.says("nothing is known of set_nothing")
    screen.type("Method Name", "_private")
    assert "is a private method" in screen.text("problem")
    assert screen.field("Method Name").value == "_private"
    screen.type("Operation", "Create")
    assert screen.form.destination == leads(protocol, "create")
    assert screen.everything() == show(frame.assign(id=range(1, 13)), leads(protocol, "create"), ME).everything()


def test_the_methods_that_are_offered_are_those_known_of_the_model(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    everywhere = ("action_archive", "action_unarchive")
    assert screen.field("Method Name").options == everywhere
    screen.type("Model", "account.move")
    assert screen.field("Method Name").options == ("action_post", "button_draft", "button_cancel", *everywhere)


def test_a_known_method_is_picked_like_any_operation(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame.assign(id=range(1, 13)), leads("json2", "create"), ME)
    assert "Run action_confirm" not in screen.field("Operation")._options_labels
    screen.type("Model", "sale.order")
    assert screen.form.destination == Destination(f"{SERVER}/json/2/sale.order/create")
    screen.type("Operation", "Run action_confirm")
    assert screen.form.destination == Destination(f"{SERVER}/json/2/sale.order/action_confirm")
    assert target(screen) == ("sale.order", "action_confirm", "action_confirm")
    assert screen.says("It wants state draft or sent, and what it did is read afterwards.")
    # On another model it is a method like any other.
    screen.type("Model", "crm.lead")
    assert target(screen) == ("crm.lead", "", "action_confirm")


def test_the_name_of_an_operation_typed_as_a_methods_is_that_operation(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame.assign(id=range(1, 13)), leads("jsonrpc", "action_archive"))
    screen.type("Method Name", "unlink")
    assert target(screen) == ("crm.lead", "unlink", "")
    assert screen.field("Method Name") not in screen.visible


@pytest.mark.parametrize("url", [JSONRPC, XMLRPC])
def test_a_url_that_says_no_model_as_the_first_asks_for_one(show: Show, frame: pd.DataFrame, url: str) -> None:
    screen = show(frame)
    screen.type("URL", url)
    assert screen.text("problem").startswith("Type the model that the rows are for")
    assert not screen.field("Model").disabled
    screen.type("Model", "crm.lead")
    assert screen.form.destination == Destination(url, model="crm.lead", operation="create")
    assert screen.everything() == show(frame, screen.form.destination).everything()


NAMES = [
    ("Model", "", "Type the model that the rows are for"),
    ("Model", "res.partner/../../web", "is not the name of a model"),
    ("Method Name", "", "Type the name of the method to run"),
    ("Method Name", "search_read", "only reads"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("url", [JSONRPC, XMLRPC])
def test_a_name_that_cannot_be_stays_until_it_is_corrected(
    show: Show, frame: pd.DataFrame, url: str, name: tuple[str, str, str]
) -> None:
    label, typed, words = name
    wanted = Destination(url, model="res.partner", operation="action_archive")
    screen = show(frame.assign(id=range(1, 13)), wanted, ME)
    before, good = screen.everything(), screen.field(label).value
    screen.type(label, typed)
    assert words in screen.text("problem")
    assert screen.field(label).value == typed
    assert screen.form.destination == wanted
    screen.type(label, good)
    assert screen.everything() == before


def test_a_bad_name_is_not_forgotten_when_another_protocol_is_typed(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, leads("jsonrpc", "create"))
    screen.type("Model", "no model")
    screen.type("URL", XMLRPC)
    assert "'no model' is not the name of a model" in screen.text("problem")
    screen.type("URL", URL)
    assert screen.form.destination == PLAIN


def test_a_slip_in_the_url_leaves_model_and_operation_where_they_are(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, leads("xmlrpc", "create"))
    screen.type("URL", f"{SERVER}/xmlrpc/3")
    assert "no address that Odoo's JSON-2, JSON-RPC or XML-RPC answers at" in screen.text("problem")
    screen.type("Model", "res.partner")
    screen.type("Operation", "Create or update (load)")
    screen.type("URL", XMLRPC)
    assert screen.form.destination == Destination(XMLRPC, model="res.partner", operation="load")


def test_protocols_are_switched_while_something_else_is_wrong(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    screen.type("Request Headers", "no colon")
    screen.type("URL", XMLRPC)
    assert target(screen) == ("res.partner", "create", "")
    assert screen.field("Content Format").value == "XML"
    screen.type("Model", "crm.lead")
    assert screen.field("URL").value == XMLRPC
    screen.type("URL", f"{SERVER}/json/2/hr.employee/create")
    screen.type("Model", "sale.order")
    assert screen.field("URL").value == f"{SERVER}/json/2/sale.order/create"
    assert screen.field("Content Format").value == "JSON"
    screen.type("Request Headers", "")
    assert screen.form.destination == Destination(f"{SERVER}/json/2/sale.order/create")


def test_a_column_in_the_url_is_named_where_it_is_not_there(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN.replace(exclude=["ref"]))
    screen.type("URL", f"{URL}?source={{reff}}")
    assert screen.text("problem") == (
        "The URL takes the value of one column, and none is called 'reff'. Correct the URL, or the frame. Did you "
        "mean 'ref'?"
    )
    screen.type("URL", f"{URL}?source={{ref}}")
    assert screen.text("problem") == ""
    assert "POST /json/2/res.partner/create?source=R0" in screen.sample
    assert screen.text("plan").startswith("12 rows · 1 batch to ")
    screen.type("Model", "crm.lead")
    assert screen.field("URL").value == f"{SERVER}/json/2/crm.lead/create?source={{ref}}"
    screen.type("URL", "https://{ref}.odoo.com/json/2/res.partner/create")
    assert screen.text("problem").startswith("The server in the URL is the same for every row")
    screen.type("URL", f"{URL}?source={{ref")
    assert screen.text("problem").startswith("A brace in the URL stands alone.")
    screen.type("URL", f"{URL}?source={{ref}}")
    screen.form.data = frame.assign(ref=["R0", None, *range(10)])
    assert "Column 'ref', row 1: the URL takes this value, and there is none." in screen.text("problem")


def test_rest_takes_the_method_as_its_operation_and_the_model_from_the_url(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    screen.type("URL", f"{SERVER}/api/crm.lead/{{ref}}")
    assert screen.form.destination == Destination(f"{SERVER}/api/crm.lead/{{ref}}")
    assert screen.field("Operation") not in screen.visible
    assert screen.field("Method Name") not in screen.visible
    assert screen.field("Record Ids") not in screen.visible
    assert screen.field("Model").value == "crm.lead"
    screen.type("Content Format", "XML")
    screen.type("Method", "PATCH")
    assert "PATCH /api/crm.lead/R0" in screen.sample
    assert screen.text("headline").startswith("Update (PATCH) crm.lead in mycompany")
    assert not screen.button("Send").disabled
    screen.type("Method", "POST")
    screen.type("URL", XMLRPC)
    assert screen.form.destination == Destination(XMLRPC, model="crm.lead", operation="create")
    assert screen.everything() == show(frame, screen.form.destination, ME).everything()
