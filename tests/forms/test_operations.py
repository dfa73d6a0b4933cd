"""Whose records an operation is for, and what has to be there or typed before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from odoo_widgets import Credential, Destination
from tests.forms.examples import KEY, URL

if TYPE_CHECKING:
    from tests.forms.odoo import Odoo
    from tests.forms.screen import Show


def to(odoo: Odoo, operation: str) -> Destination:
    return odoo.destination.replace(url=odoo.url.replace("/create", f"/{operation}"))


def test_the_column_of_ids_is_asked_for_only_where_an_operation_needs_it(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    assert screen.field("Record Ids") not in screen.visible
    screen.type("Operation", "Update (write)")
    assert screen.field("Record Ids") in screen.visible
    assert "'id'" in screen.text("problem")
    screen.form.data = frame.assign(number=range(1, 13))
    screen.type("Record Ids", "number")
    assert screen.text("problem") == ""
    assert screen.form.destination.ids == "number"


CONFIRMED = {
    "unlink": "Deleted records do not come back.",
    "action_archive": "What action_archive does cannot be taken back from here.",
    "create": "These are 1,001 rows.",
    "load": "These are 1,001 rows.",
}


@pytest.mark.parametrize("operation", CONFIRMED)
def test_what_may_do_harm_is_not_sent_before_the_database_has_been_typed(
    show: Show, odoo: Odoo, operation: str
) -> None:
    rows = 12 if operation in ("unlink", "action_archive") else 1_001
    data = pd.DataFrame({"name": ["x"] * rows, "id": range(1, rows + 1)})
    screen = show(data, to(odoo, operation), odoo.credential)
    confirm = screen.field("Confirmation")
    assert confirm in screen.visible
    assert screen.says(f"{CONFIRMED[operation]} To confirm, type mycompany.")
    assert screen.button("Send").disabled
    screen.form._state.send()
    assert screen.form._state.phase == "idle"
    screen.type("Confirmation", "othercompany")
    assert screen.button("Send").disabled
    screen.type("Confirmation", "mycompany")
    assert not screen.button("Send").disabled
    screen.form.data = data.assign(id=range(5_001, 5_001 + rows))
    assert confirm.value == ""
    assert screen.button("Send").disabled
    assert odoo.records == []


def test_steps_after_the_rows_are_said_before_they_are_decided(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    steps = ["action_archive", {"write": ["name"]}]
    screen = show(frame, odoo.destination.replace(then=steps, expect={"color": "ref"}), odoo.credential)
    assert screen.says("What action_archive does cannot be taken back from here. To confirm, type mycompany.")
    steps = "totals are compared, action_archive, write name"
    assert screen.says(f"After all rows: {steps}. destination.samples(df).steps shows the calls.")
    screen.click("Activate")
    assert screen.says("; then action_archive, write name on each record whose totals agree.")


def test_a_confirmation_is_for_one_send(show: Show, odoo: Odoo) -> None:
    screen = show(pd.DataFrame({"name": ["x"] * 1_001}), odoo.destination.replace(batch_size=500), odoo.credential)
    screen.type("Confirmation", "mycompany")
    screen.click("Send")
    screen.wait_for_end()
    assert len(odoo.records) == 1_001
    assert screen.field("Confirmation").value == ""
    assert screen.button("Send").disabled


def test_without_a_database_the_servers_name_is_typed(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    nameless = Credential(odoo.credential.server, api_key=KEY)
    screen = show(frame.assign(id=range(1, 13)), to(odoo, "unlink"), nameless)
    server = odoo.url.split("/")[2]
    assert screen.says(f"To confirm, type {server.split(':')[0]}")
    screen.type("Confirmation", screen.field("Confirmation").placeholder)
    assert not screen.button("Send").disabled


def test_nothing_has_to_be_typed_before_a_few_records_are_created(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    assert screen.field("Confirmation") not in screen.visible
    assert not screen.button("Send").disabled
    screen.form.data = pd.DataFrame({"name": ["x"] * 1_000})
    assert not screen.button("Send").disabled


@pytest.mark.parametrize(
    ("database", "login", "words"),
    [
        ("mycompany", "", "JSON-RPC wants the login beside the key, and the credential has none."),
        ("", "me", "JSON-RPC wants the database beside the key, and the credential has none."),
        ("", "", "JSON-RPC wants the database and the login beside the key"),
    ],
)
def test_a_protocol_that_logs_in_says_what_the_credential_lacks(
    show: Show, frame: pd.DataFrame, database: str, login: str, words: str
) -> None:
    destination = Destination("https://mycompany.odoo.com/jsonrpc", model="res.partner", operation="create")
    screen = show(frame, destination, Credential("https://mycompany.odoo.com", database, login, KEY))
    assert screen.says(words)
    assert screen.button("Send").disabled
    screen.type("URL", URL)
    assert not screen.button("Send").disabled


def test_a_header_that_the_environment_lacks_is_named_and_nothing_is_sent(
    show: Show, frame: pd.DataFrame, odoo: Odoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_OF_ROWS", raising=False)
    screen = show(frame, odoo.destination.replace(headers={"X-Source": "${SOURCE_OF_ROWS}"}), odoo.credential)
    assert "X-Source: ${SOURCE_OF_ROWS}" in screen.sample
    screen.click("Send")
    screen.wait_for_end()
    assert screen.text("problem") == (
        "The header X-Source takes SOURCE_OF_ROWS from the environment, which does not have it. Nothing was sent."
    )
    assert odoo.records == []
    monkeypatch.setenv("SOURCE_OF_ROWS", "a notebook")
    screen.click("Send")
    screen.wait_for_end()
    assert len(odoo.records) == 12
    assert "a notebook" not in str(screen.everything())
