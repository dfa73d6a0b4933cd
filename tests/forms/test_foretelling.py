"""How a send would go: a check and a dry run in the background, and what Send says of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from werkzeug import Response

from odoo_widgets import Credential, Destination
from odoo_widgets.flow import foretold
from odoo_widgets.flow.dry_run import CANNOT_SEE
from odoo_widgets.forms.panels.foretold import BUTTONS
from tests.forms.examples import ME, PLAIN
from tests.forms.screen import EVER

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

    from tests.forms.odoo import Odoo
    from tests.forms.screen import Screen, Show

FIELDS = {
    "name": {"type": "char", "string": "Name", "required": True, "size": 8},
    "ref": {"type": "char", "string": "Reference"},
    "create_date": {"type": "datetime"},
    "write_date": {"type": "datetime"},
}
FINE = "Odoo would take these rows as far as a check can see."


def check(screen: Screen, button: str = "Check rows") -> None:
    screen.click(button)
    screen.wait(lambda: not screen.form._state.foretelling)
    # Whoever follows is told before anything else goes on.
    with screen.form._state.still():
        pass


def test_a_check_that_finds_nothing_says_so_and_sends_nothing(show: Show, odoo: Odoo, frame: pd.DataFrame) -> None:
    odoo.fields = (FIELDS, 200)
    screen = show(frame.assign(name="A"), odoo.destination, odoo.credential)
    assert "reads only" in screen.button("Check rows").tooltip
    check(screen)
    assert screen.says(FINE), screen.texts
    assert screen.text("findings") == screen.text("warning") == ""
    assert odoo.received == []


def test_what_a_check_finds_is_listed_and_send_warns_but_goes(show: Show, odoo: Odoo, frame: pd.DataFrame) -> None:
    odoo.fields = (FIELDS, 200)
    screen = show(frame.assign(name="A").assign(Refrence=1), odoo.destination, odoo.credential)
    check(screen)
    assert screen.says("The check found 1 error.")
    assert "Error · Refrence: res.partner has no field 'Refrence'" in screen.text("findings")
    assert screen.text("warning").startswith("1 error found: Refrence: res.partner has no field 'Refrence'")
    assert screen.text("warning").endswith("Did you mean 'ref'? Send sends the rows all the same.")
    screen.click("Activate")
    assert screen.text("warning").count("1 error found") == 2
    screen.click("Send")
    screen.wait_for_end()
    assert len(odoo.received) == 4


def test_send_is_said_to_go_only_where_it_can(show: Show, odoo: Odoo, frame: pd.DataFrame) -> None:
    odoo.fields = (FIELDS, 200)
    screen = show(frame.assign(name="A").set_axis(["name"] * 2, axis=1), odoo.destination, odoo.credential)
    check(screen)
    assert screen.says("The check found 1 error.")
    assert screen.button("Send").disabled
    assert screen.text("warning") == ""


@pytest.mark.parametrize("change", ["setting", "data", "credential", "draft"])
def test_what_was_found_is_gone_with_the_values_it_was_found_for(
    show: Show, odoo: Odoo, frame: pd.DataFrame, change: str
) -> None:
    odoo.fields = (FIELDS, 200)
    screen = show(frame, odoo.destination.replace(fields={"name": "nmae"}), odoo.credential)
    check(screen)
    assert screen.text("findings") != ""
    screen.unfold(1)
    assert screen.text("warning") != ""
    {
        "setting": lambda: screen.type("Batch Size", 5),
        "data": lambda: setattr(screen.form, "data", frame),
        "credential": lambda: setattr(screen.form, "credential", None),
        "draft": lambda: screen.type("Largest Request", "huge"),
    }[change]()
    assert screen.text("findings") == screen.text("warning") == ""
    assert screen.button("Check rows").disabled == (change in ("credential", "draft"))


def test_a_name_lets_nothing_go_that_was_found(show: Show, odoo: Odoo, frame: pd.DataFrame) -> None:
    odoo.fields = (FIELDS, 200)
    screen = show(frame.assign(Refrence=1), odoo.destination, odoo.credential)
    check(screen)
    screen.form.destination = screen.form.destination.replace(name="Contacts, weekly")
    assert "no field 'Refrence'" in screen.text("findings")
    screen.click("Activate")
    assert screen.text("warning").count("1 error found") == 2


@pytest.mark.parametrize("way", [words for words, _ in BUTTONS.values()])
def test_a_server_that_does_not_answer_is_not_said_to_lack_the_model(show: Show, frame: pd.DataFrame, way: str) -> None:
    server = "http://127.0.0.1:9"
    nowhere = Destination(f"{server}/json/2/res.partner/create")
    screen = show(frame, nowhere, Credential(server, "mycompany", api_key="k" * 20))
    check(screen, way)
    assert screen.says("Nothing answers at 127.0.0.1:9.")
    assert "no model of this Odoo" not in " ".join(screen.texts)
    assert screen.text("warning") == ""


def test_an_answer_that_comes_after_a_change_is_let_go(
    show: Show, odoo: Odoo, httpserver: HTTPServer, frame: pd.DataFrame
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def late(_request: Any) -> Response:
        asked.set()
        assert go_on.wait(EVER)
        return Response("{}", 200, content_type="application/json")

    httpserver.expect_oneshot_request("/json/2/res.partner/fields_get").respond_with_handler(late)
    screen = show(frame, odoo.destination, odoo.credential)
    screen.click("Check rows")
    assert screen.says("Checking 12 rows …")
    assert all(screen.button(name).disabled for name, _ in BUTTONS.values())
    assert asked.wait(EVER)
    screen.type("Batch Size", 5)
    assert not screen.says("Checking")
    assert not screen.button("Check rows").disabled
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "odoo_widgets form foretells":
            thread.join(EVER)
    assert screen.text("findings") == ""


def test_why_nothing_could_be_found_out_is_said(show: Show, odoo: Odoo, frame: pd.DataFrame) -> None:
    screen = show(frame, odoo.destination.replace(url=odoo.url.replace("create", "unlink"), ids="ref"), odoo.credential)
    check(screen, "Dry run")
    assert screen.says("unlink saves no rows, so there is nothing to try."), screen.texts
    assert screen.text("warning") == ""


def test_without_a_credential_there_is_nothing_to_find_out(show: Show, frame: pd.DataFrame) -> None:
    assert show(frame, PLAIN).button("Check rows").disabled
    assert show(frame).button("Dry run").disabled
    assert not show(frame, PLAIN, ME).button("Dry run").disabled


def test_a_dry_run_is_told_by_what_odoo_said_with_its_rows() -> None:
    answer = pd.DataFrame(
        {
            "status": ["would_save", "not_tried", *["rejected"] * 7],
            "error_field": [None, None, *["type"] * 6, None],
            "error": [None, "Lines.", *["No such type."] * 6, "Odd."],
        },
        dtype="string",
    )
    answer.attrs["cannot_see"] = CANNOT_SEE
    told = foretold.of_dry_run(answer)
    assert told.headline == "In a dry run, of 9 rows, Odoo would save 1 and reject 7; 1 row could not be tried."
    assert told.sentences == (
        "Rejected · type: No such type. (6 rows, rows 2, 3, 4, 5, 6, …)",
        "Rejected · Odd. (1 row, row 8)",
        "Not tried · Lines. (1 row, row 1)",
        CANNOT_SEE,
    )
    assert told.warning.startswith("Odoo would reject 7 rows, and says of the first: No such type. ")
    assert foretold.of_dry_run(answer[:1]).warning == ""
    assert foretold.of_dry_run(answer[:1]).headline == "Odoo would save the row, as far as a dry run can see."


def test_what_odoo_said_ends_before_what_to_do(show: Show, odoo: Odoo, frame: pd.DataFrame) -> None:
    odoo.fields = ({"name": "builtins.ValueError", "message": "Invalid language code: xx_YY"}, 500)
    screen = show(frame, odoo.destination.replace(context={"lang": "xx_YY"}), odoo.credential)
    check(screen)
    assert "Invalid language code: xx_YY. Install the language in Odoo" in screen.text("findings")


def test_a_form_that_is_closed_while_it_checks_listens_no_more(show: Show, frame: pd.DataFrame) -> None:
    nowhere = Destination("http://127.0.0.1:9/json/2/res.partner/create")
    screen = show(frame, nowhere, ME)
    screen.click("Check rows")
    screen.form.close()
