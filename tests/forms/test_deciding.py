"""Done names and saves; Activate says what will happen where, sends, and every changed setting pauses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets import Credential, Destination
from tests.forms.examples import KEY, ME, PLAIN
from tests.forms.test_secrets import saved

if TYPE_CHECKING:
    from pathlib import Path

    from tests.forms.odoo import Odoo
    from tests.forms.screen import Screen, Show


def named(screen: Screen, name: str, file: str = "") -> None:
    if screen.field("Destination Name") not in screen.visible:
        screen.click("Done")
    screen.type("Destination Name", name)
    if file:
        screen.type("File", file)
    screen.click("Save")


def active(screen: Screen) -> bool:
    return bool(screen.form.destination.active)


def test_done_asks_a_name_saves_a_file_and_sends_nothing(
    show: Show, frame: pd.DataFrame, odoo: Odoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    screen = show(frame, odoo.destination, odoo.credential)
    assert screen.field("Destination Name") not in screen.visible
    screen.click("Done")
    screen.click("Save")
    assert screen.says("Give it a name first.")
    screen.type("Destination Name", "Contacts, weekly")
    assert screen.field("File").value == "contacts_weekly.toml"
    screen.click("Save")
    assert screen.says("Saved to contacts_weekly.toml. Nothing was sent.")
    assert Destination.load("contacts_weekly.toml") == odoo.destination.replace(name="Contacts, weekly")
    assert screen.text("headline").startswith("Contacts, weekly ▸ Create res.partner in mycompany")
    assert screen.form.destination.name == "Contacts, weekly"
    assert KEY not in (tmp_path / "contacts_weekly.toml").read_text(encoding="utf-8")
    assert (odoo.records, active(screen)) == ([], False)
    screen.click("Done")
    assert screen.field("Destination Name") not in screen.visible


def test_a_file_that_is_there_is_replaced_only_when_asked_twice(
    show: Show, frame: pd.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / "there.toml"
    file.write_text("mine", encoding="utf-8")
    screen = show(frame, PLAIN, ME)
    named(screen, "Contacts", str(file))
    assert screen.says("is there already. Save again to replace it, or choose another file.")
    assert file.read_text(encoding="utf-8") == "mine"
    assert screen.form.destination == PLAIN
    screen.click("Save")
    assert Destination.load(file) == PLAIN.replace(name="Contacts")
    screen.type("Batch Size", 7)
    screen.click("Save")
    assert Destination.load(file).batch_size == 7


UNSAVED = [
    ("Api-Key:0123456789abcdef0123456789abcdef", "secret.toml", "Api-Key"),
    ("", "no_such_folder/x.toml", "no_such_folder/x.toml cannot be written: No such file or directory."),
]


@pytest.mark.parametrize("unsaved", UNSAVED)
def test_what_cannot_be_saved_is_said(
    show: Show, frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unsaved: tuple[str, str, str]
) -> None:
    headers, file, words = unsaved
    monkeypatch.chdir(tmp_path)
    screen = show(frame, PLAIN.replace(headers=headers), ME)
    named(screen, "Contacts", file)
    assert screen.says(words)
    assert not screen.says("Saved to")
    assert not (tmp_path / "secret.toml").exists()


def test_activate_says_what_will_happen_where_before_it_sends(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    sentence = "Create 12 res.partner in mycompany (sandbox) as me@example.com, 4 calls."
    assert not screen.says(sentence)
    screen.click("Activate")
    assert screen.says(sentence)
    assert odoo.records == []
    screen.click("Not now")
    assert not screen.says(sentence)
    assert (odoo.records, active(screen)) == ([], False)
    screen.click("Activate")
    screen.click("Activate and send")
    screen.wait_for_end()
    assert len(odoo.records) == 12
    assert active(screen)
    assert screen.form.responses.status.tolist() == ["created"] * 12
    assert not screen.says(sentence)
    assert next(each for each in screen.visible if getattr(each, "description", "") == "Send again")
    screen.click("Send again")
    screen.wait_for_end()
    assert len(odoo.records) == 12
    screen.click("Send all again")
    screen.wait_for_end()
    assert len(odoo.records) == 24


CHANGES = [
    ("Batch Size", 5), ("Request Headers", "a:b"), ("Model", "crm.lead"), ("Exclude Attributes", "ref"),
    ("Language", "fr_FR"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "typed"), CHANGES)
def test_a_changed_setting_pauses_it(show: Show, frame: pd.DataFrame, odoo: Odoo, label: str, typed: Any) -> None:
    screen = show(frame, odoo.destination.replace(active=True), odoo.credential)
    assert screen.button("Send again") in screen.visible
    screen.type(label, typed)
    assert not active(screen)
    assert screen.button("Send") in screen.visible


def test_other_data_is_sent_again_and_another_credential_pauses(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination.replace(active=True), odoo.credential)
    screen.form.data = frame.head(3)
    assert active(screen)
    screen.form.credential = odoo.credential
    assert active(screen)
    screen.form.credential = Credential(odoo.credential.server, "another", api_key=KEY)
    assert not active(screen)


def test_the_file_of_the_same_settings_says_that_they_are_in_use_and_one_with_others_is_left(
    show: Show, frame: pd.DataFrame, odoo: Odoo, tmp_path: Path
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    file = tmp_path / "contacts.toml"
    named(screen, "Contacts", str(file))
    assert not Destination.load(file).active
    screen.click("Activate")
    screen.click("Activate and send")
    screen.wait_for_end()
    assert Destination.load(file) == screen.form.destination
    assert Destination.load(file).active
    screen.type("Batch Size", 5)
    screen.click("Activate")
    screen.click("Activate and send")
    screen.wait_for_end()
    assert Destination.load(file).batch_size == 3


def test_what_may_do_harm_is_activated_after_the_database_was_typed(show: Show, odoo: Odoo) -> None:
    screen = show(pd.DataFrame({"name": ["x"] * 2_000}), odoo.destination.replace(batch_size=100), odoo.credential)
    screen.click("Activate")
    assert screen.says("Create 2,000 res.partner in mycompany (sandbox) as me@example.com, 20 calls.")
    assert screen.says("These are 2,000 rows. To confirm, type mycompany.")
    assert screen.button("Activate and send").disabled
    assert screen.field("Confirmation") not in screen.visible
    screen.type("Database Name", "other")
    assert screen.button("Activate and send").disabled
    screen.form._state.activate()
    assert (odoo.records, active(screen)) == ([], False)
    screen.type("Database Name", "mycompany")
    screen.click("Activate and send")
    screen.wait_for_end()
    assert len(odoo.records) == 2_000
    assert active(screen)


def test_a_send_that_cannot_start_activates_nothing(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination.replace(headers={"X-Source": "${NOT_IN_THE_ENVIRONMENT}"}), odoo.credential)
    screen.click("Activate")
    screen.click("Activate and send")
    screen.wait_for_end()
    assert "NOT_IN_THE_ENVIRONMENT" in screen.text("problem")
    assert odoo.records == []
    assert not active(screen)


def test_nothing_can_be_decided_while_something_is_wrong(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame)
    assert screen.button("Done").disabled
    assert screen.button("Activate").disabled
    screen.form.destination = PLAIN
    assert not screen.button("Done").disabled
    assert screen.button("Activate").disabled
    screen.form.credential = ME
    assert not screen.button("Activate").disabled
    screen.type("URL", "nowhere")
    assert screen.button("Done").disabled
    assert screen.button("Activate").disabled
    assert KEY not in saved(screen.form)
