"""Which record a row is, and what becomes of it: the controls of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from odoo_widgets import Destination
from tests.forms.examples import ME, PLAIN, URL

if TYPE_CHECKING:
    import pandas as pd

    from tests.forms.screen import Show

UPSERT = PLAIN.replace(key="ref", mode="upsert")
WRITE = Destination(URL.replace("/create", "/write"))
EDITS: list[tuple[str, Any, Destination, Destination, str]] = [
    ("Match On", "ref", PLAIN, UPSERT, "A row without a record makes one. Sent again, nothing is there twice."),
    ("Match On", "ref, name", UPSERT, UPSERT.replace(key=["ref", "name"]), "A row without a record makes one."),
    ("Match On", "", UPSERT, PLAIN, "12 rows: 1 call."),
    ("When Found", "leave it as it is", UPSERT, UPSERT.replace(mode="create"), "A row without a record makes one."),
    (
        "When Found",
        "only update, never make one",
        UPSERT,
        UPSERT.replace(mode="update"),
        "without a record is rejected",
    ),
    ("When Found", "update it", UPSERT.replace(mode="update"), UPSERT, "A row without a record makes one."),
    ("Match On", "ref", WRITE, WRITE.replace(key="ref"), "A row without a record is rejected."),
]


@pytest.mark.parametrize("edit", EDITS)
def test_a_control_changes_the_destination_and_what_is_said_of_it(
    show: Show, frame: pd.DataFrame, edit: tuple[Any, ...]
) -> None:
    label, typed, before, after, words = edit
    screen = show(frame, before, ME)
    screen.type(label, typed)
    assert screen.form.destination == after
    assert screen.says(words)
    assert screen.everything() == show(frame, after, ME).everything()


@pytest.mark.parametrize("edit", EDITS)
def test_the_destination_moves_the_controls(show: Show, frame: pd.DataFrame, edit: tuple[Any, ...]) -> None:
    label, typed, before, after, words = edit
    screen, typed_into = show(frame, before, ME), show(frame, before, ME)
    typed_into.type(label, typed)
    screen.form.destination = after
    assert screen.field(label).value == typed_into.field(label).value
    assert screen.says(words)


def test_what_becomes_of_a_record_is_asked_only_with_a_key(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    assert screen.field("Match On") in screen.visible
    assert screen.field("Match On").options == ("name", "ref")
    assert screen.field("When Found") not in screen.visible
    screen.type("Match On", "ref")
    assert screen.field("When Found") in screen.visible
    assert screen.field("When Found").value == "upsert"


def test_a_write_never_makes_a_record_and_needs_no_ids(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, WRITE.replace(key="ref"), ME)
    assert screen.field("When Found").disabled
    assert screen.field("When Found").value == "update"
    assert screen.field("Record Ids") not in screen.visible
    assert screen.text("problem") == ""


@pytest.mark.parametrize("url", [URL.replace("/create", "/load"), "https://mycompany.odoo.com/api/res.partner"])
def test_where_nothing_is_looked_up_there_is_no_key(show: Show, frame: pd.DataFrame, url: str) -> None:
    screen = show(frame, Destination(url), ME)
    assert screen.field("Match On") not in screen.visible


def test_an_operation_that_goes_without_a_key_says_why_and_offers_to_drop_it(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame.assign(id=range(1, 13)), UPSERT, ME)
    screen.type("Operation", "Delete (unlink)")
    assert "Deleting wants the ids of the records" in screen.text("problem")
    assert screen.field("Match On") in screen.visible
    screen.click("Use no key")
    assert screen.text("problem") == ""
    assert screen.form.destination.key == ()


def test_a_key_stays_behind_where_an_endpoint_looks_nothing_up(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, UPSERT, ME)
    screen.type("URL", "https://mycompany.odoo.com/api/res.partner")
    assert screen.text("problem") == ""
    assert (screen.form.destination.key, screen.form.destination.mode) == ((), "create")
    screen.type("URL", URL)
    assert screen.form.destination == PLAIN


def test_another_model_keeps_the_key(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, UPSERT, ME)
    screen.type("Model", "crm.lead")
    assert (screen.form.destination.key, screen.form.destination.mode) == (("ref",), "upsert")


def test_the_band_says_that_records_are_made_or_updated(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, UPSERT, ME)
    assert screen.says("Create or update res.partner")
