"""What is folded up: language, company, e-mails, time zone, the rate, values from before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets import Server
from tests.forms.examples import ME, PLAIN

if TYPE_CHECKING:
    from tests.forms.screen import Show

EMAILS = "E-mail people about records that are assigned to them?"
TRACKING = "Write who made and changed the records into their chatter?"
EDITS = [
    ("Language", "fr_FR", {"context": {"lang": "fr_FR"}}, '"lang": "fr_FR"'),
    ("Company", "3", {"context": {"allowed_company_ids": [3]}}, '"allowed_company_ids": [\n      3\n    ]'),
    (EMAILS, True, {"context": {"mail_auto_subscribe_no_notify": False}}, '"mail_auto_subscribe_no_notify": false'),
    (TRACKING, False, {"context": {"tracking_disable": True}}, '"tracking_disable": true'),
    ("Then", "action_archive; write email", {"then": ["action_archive", {"write": ["email"]}]}, "vals_list"),
    ("Expect", "credit = user_id", {"expect": {"credit": "user_id"}}, "vals_list"),
    ("Time Zone", "Europe/Brussels", {"timezone": "Europe/Brussels"}, "vals_list"),
    ("Calls at a Time", 4, {"concurrency": 4}, "vals_list"),
    ("Calls per Second", "2.5", {"calls_per_second": 2.5}, "vals_list"),
    ("Seconds per Call", 30.0, {"timeout": 30.0}, "vals_list"),
    ("Keep what records hold before they are updated?", False, {"keep_before": False}, "vals_list"),
]


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"name": ["A", None], "email": [None, "b@example.com"], "user_id": [2, 3]})


@pytest.mark.parametrize(("label", "typed", "change", "words"), EDITS)
def test_a_control_changes_the_destination_and_the_destination_moves_the_control(  # noqa: PLR0917
    show: Show, frame: pd.DataFrame, label: str, typed: Any, change: dict[str, Any], words: str
) -> None:
    screen = show(frame, PLAIN, ME)
    screen.type(label, typed)
    assert screen.text("problem") == ""
    assert screen.form.destination == PLAIN.replace(**change)
    assert words in screen.sample
    given = show(frame, PLAIN, ME)
    given.form.destination = PLAIN.replace(**change)
    assert given.everything() == screen.everything()
    assert given.field(label).value == typed
    given.form.destination = PLAIN
    assert given.everything() == show(frame, PLAIN, ME).everything()


def test_steps_that_cannot_be_stay_as_they_are_typed_until_they_are_mended(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    assert screen.type("Then", "write") == "write"
    assert 'Write it like "action_confirm; write date_order".' in screen.text("problem")
    assert screen.type("Then", "") == ""
    assert screen.text("problem") == ""
    assert screen.form.destination == PLAIN


def test_nothing_is_to_be_confirmed_as_long_as_the_step_cannot_be(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    screen.type("Then", "action_archive")
    assert screen.says("What action_archive does cannot be taken back from here. To confirm, type mycompany.")
    screen.type("Then", "action_archive; write")
    assert not screen.says("To confirm")
    assert screen.field("Confirmation") not in screen.visible


def test_steps_are_offered_where_they_can_follow_the_rows(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    screen.click("▸ More")
    assert screen.field("Then") in screen.visible
    screen.form.destination = PLAIN.replace(url="https://mycompany.odoo.com/api/res.partner")
    assert screen.field("Then") not in screen.visible


def test_one_choice_of_the_context_leaves_the_others_alone(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN.replace(context={"tracking_disable": True, "lang": "nl_BE"}), ME)
    assert screen.field("Language").value == "nl_BE"
    screen.type("Company", "2")
    screen.type("Language", "")
    assert screen.form.destination.context == {"tracking_disable": True, "allowed_company_ids": [2]}
    screen.type("Company", "")
    assert screen.form.destination.context == {"tracking_disable": True}


def test_people_are_not_e_mailed_unless_it_is_chosen_and_the_sample_shows_it(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    assert screen.field(EMAILS).value is False
    assert '"mail_auto_subscribe_no_notify": true' in screen.sample
    screen.type(EMAILS, True)
    assert '"mail_auto_subscribe_no_notify": true' not in screen.sample
    screen.type(EMAILS, False)
    assert screen.form.destination == PLAIN


def test_a_company_is_shown_by_its_name_once_the_server_has_told_it(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN.replace(context={"allowed_company_ids": [2]}), ME)
    assert screen.field("Company").value == "2"
    screen.form._state.server = Server(PLAIN.url, companies={1: "My Company", 2: "Branch"})
    assert screen.field("Company").value == "2 Branch"
    screen.type("Company", "1 My Company")
    assert screen.form.destination.context == {"allowed_company_ids": [1]}


def test_a_company_that_is_no_number_is_not_taken(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN.replace(context={"allowed_company_ids": [2]}), ME)
    assert screen.type("Company", "Branch") == "2"
    assert screen.form.destination.context == {"allowed_company_ids": [2]}
    screen.click("▸ More")
    assert screen.says("Company is the number that Odoo knows it by")
    screen.form._state.server = Server(PLAIN.url, companies={1: "My Company", 3: "Branch"})
    assert screen.type("Company", "Branch") == "3 Branch"
    assert not screen.says("Company is the number")
    assert screen.form.destination.context == {"allowed_company_ids": [3]}


def test_a_time_zone_that_is_none_stays_until_it_is_corrected(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    assert screen.type("Time Zone", "Mars/Base") == "Mars/Base"
    assert "timezone='Mars/Base' is not known" in screen.text("problem")
    screen.type("Time Zone", "")
    assert screen.form.destination == PLAIN
    assert screen.text("problem") == ""


def test_to_odoo_online_it_is_one_call_a_second_unless_said_otherwise(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN.replace(batch_size=1), ME)
    screen.click("▸ More")
    assert screen.field("Calls per Second").placeholder == "1, as Odoo's terms ask"
    assert screen.says("To Odoo Online it is one call a second")
    assert screen.says("2 calls take 1 s at least.")
    screen.type("Calls per Second", "5")
    assert screen.form.destination.rate == 5
    assert screen.says("ask for no more than one call a second")
    screen.type("Calls per Second", "1")
    screen.type("Calls at a Time", 2)
    assert screen.says("ask for no more than one call a second")
    screen.form.destination = PLAIN.replace(url="https://erp.example.com/json/2/res.partner/create")
    assert screen.field("Calls per Second").placeholder == "no limit, or such as 5"
    assert not screen.says("call a second")


def test_a_long_send_is_announced(show: Show) -> None:
    many = pd.DataFrame({"name": [f"Company {n}" for n in range(301)]})
    screen = show(many, PLAIN.replace(batch_size=1), ME)
    assert screen.says("301 rows · 301 calls to mycompany.odoo.com · 5 min at least · nothing sent yet")


def test_a_rate_that_is_no_number_stays_until_it_is_corrected(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    for typed in ("fast", "-1", "nan", "1e999", "5/s"):
        assert screen.type("Calls per Second", typed) == typed
        assert (
            screen.text("problem")
            == "Calls per Second is a number above 0, such as 5 or 0.5. Leave it empty for no limit."
        )
    screen.type("Calls per Second", "0.0")
    assert screen.form.destination == PLAIN
    screen.type("Calls per Second", " 0.50 ")
    assert screen.form.destination.calls_per_second == 0.5
    assert screen.field("Calls per Second").value == "0.5"


def test_the_settings_fold_up_and_down(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    assert screen.field("Language") not in screen.visible
    screen.click("▸ More")
    assert screen.field("Language") in screen.visible
    screen.click("▾ More")
    assert screen.field("Language") not in screen.visible
