"""A sample is opened, edited and sent as a test; what it leaves is shown, undone, and known to the send of all rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets import Credential, Destination
from odoo_widgets.flow.responses import COLUMNS
from tests.forms.examples import KEY, ME, PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.forms.odoo import Odoo
    from tests.forms.screen import Screen, Show

REFUSED = {"name": "odoo.exceptions.ValidationError", "message": "<b>no</b> such type"}


def opened(screen: Screen) -> Screen:
    screen.click("Test")
    return screen


def payload(screen: Screen) -> Any:
    return json.loads(screen.field("Payload").value)


def edit(screen: Screen, change: dict[str, Any]) -> None:
    content = payload(screen)
    content["vals_list"][0] |= change
    screen.type("Payload", json.dumps(content))


def button(screen: Screen) -> Any:
    return next(each for each in screen.visible if getattr(each, "description", "").startswith("Send Test Data"))


def send_test(screen: Screen) -> None:
    screen.click(button(screen).description)
    screen.wait_for_end()


def test_test_opens_the_first_record_of_the_open_sample_and_nothing_is_sent(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    assert screen.field("Payload") not in screen.visible
    screen.unfold(1)
    opened(screen)
    assert payload(screen) == {"vals_list": [{"name": "Company 3", "ref": "R3"}]}
    assert screen.sample.startswith("POST /json/2/res.partner/create")
    assert "Authorization: bearer ***" in screen.sample
    assert "Company" not in screen.sample
    assert button(screen).description == "Send Test Data: 1 real record to mycompany"
    screen.type("Whole batch: 3 records", value=True)
    assert [each["ref"] for each in payload(screen)["vals_list"]] == ["R3", "R4", "R5"]
    assert button(screen).description == "Send Test Data: 3 real records to mycompany"
    screen.unfold(2)
    assert len(payload(screen)["vals_list"]) == 3
    screen.click("Close Test")
    assert screen.field("Payload") not in screen.visible
    assert screen.field("Payload").value == ""
    assert odoo.records == []


def test_without_a_database_the_button_names_the_server(show: Show, frame: pd.DataFrame) -> None:
    screen = opened(show(frame, PLAIN, Credential(ME.server, api_key=KEY)))
    assert button(screen).description == "Send Test Data: 1 real record to mycompany.odoo.com"


def test_a_test_sends_the_payload_as_edited_and_tells_what_became_of_it(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    assert screen.form.test_responses.empty
    assert list(screen.form.test_responses.columns) == list(COLUMNS)
    edit(screen, {"name": "Edited"})
    assert screen.says("Edited by hand.")
    send_test(screen)
    assert odoo.records == [{"name": "Edited", "ref": "R0"}]
    assert screen.text("told").startswith("Row 0 → 200 · created 1 · record 1 · ")
    assert screen.text("told").endswith(" s")
    assert "/odoo/res.partner/1?db=mycompany" in next(
        each.value for each in screen.visible if "ow-link" in each._dom_classes
    )
    assert screen.form.test_responses.status.tolist() == ["created"]
    assert list(screen.form.test_responses.columns) == list(COLUMNS)
    assert screen.form.responses is None
    edit(screen, {"name": "Twice"})
    send_test(screen)
    assert screen.form.test_responses.id.tolist() == [1, 2]


def test_a_test_goes_on_in_the_background_and_no_second_send_starts(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    odoo.open.clear()
    screen.click(button(screen).description)
    odoo.wait_for_call()
    assert screen.text("figures") == "sending test data"
    assert [screen.button("Send").disabled, button(screen).disabled, screen.button("Stop").disabled] == [
        True,
        True,
        False,
    ]
    odoo.open.set()
    screen.wait_for_end()
    assert not screen.button("Send").disabled
    assert len(odoo.records) == 1


def test_reset_brings_back_what_the_settings_make(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    assert screen.button("Reset").disabled
    edit(screen, {"name": "Edited"})
    screen.click("Reset")
    assert payload(screen)["vals_list"][0]["name"] == "Company 0"
    screen.type("Payload", "{")
    screen.form.destination = odoo.destination.replace(exclude=["ref"])
    # What was typed by hand is not thrown away by a change of settings.
    assert screen.field("Payload").value == "{"
    screen.click("Reset")
    assert payload(screen) == {"vals_list": [{"name": "Company 0"}]}
    screen.form.destination = odoo.destination.replace(headers="a:b")
    assert payload(screen) == {"vals_list": [{"name": "Company 0", "ref": "R0"}]}
    assert "A: b" in screen.sample


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("{\n  nonsense", "in line 2, column 3"),
        ("[]", "The payload is no object"),
        ('{"vals_list": []}', "The payload must hold 1 record"),
        ('{"vals_list": [{"name": NaN}]}', "NaN, which is no JSON"),
        ('{"values": [{}]}', "The payload's arguments must be: vals_list."),
    ],
)
def test_an_invalid_payload_says_where_and_sends_nothing(
    show: Show, frame: pd.DataFrame, odoo: Odoo, typed: str, words: str
) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    screen.type("Payload", typed)
    send_test(screen)
    assert words in screen.text("problem")
    assert odoo.records == []
    assert screen.form.test_responses.empty
    screen.click("Reset")
    assert words not in screen.text("problem")


def test_a_rejected_test_shows_the_error_and_the_row_is_still_to_be_sent(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    odoo.answer = lambda _records: (REFUSED, 422)
    send_test(screen)
    assert screen.text("told").startswith("Row 0 → 422 · rejected 1 · ")
    assert REFUSED["message"] in screen.text("problem")
    assert screen.button("Undo") not in screen.visible
    assert not screen.says("already sent as a test")
    odoo.answer, odoo.records = odoo.create, []
    screen.click("Send")
    screen.wait_for_end()
    assert len(odoo.records) == 12


def test_a_server_that_cannot_be_reached_is_told_beneath_the_test(show: Show, frame: pd.DataFrame) -> None:
    nobody = Credential("http://127.0.0.1:9", "mycompany", api_key=KEY)
    screen = opened(show(frame, Destination("http://127.0.0.1:9/json/2/res.partner/create"), nobody))
    send_test(screen)
    assert "127.0.0.1" in screen.text("problem")
    assert screen.text("told").startswith("Row 0 → no answer · not sent 1")


def test_tested_rows_are_left_out_of_the_send_and_every_row_is_accounted_for(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    data = frame.set_index("ref", drop=False)
    screen = show(data, odoo.destination, odoo.credential)
    screen.unfold(1)
    opened(screen)
    send_test(screen)
    assert screen.says("1 row already sent as a test.")
    screen.click("Close Test")
    assert [title.description.split(" · ")[1] for title in screen.titles][:2] == ["rows 0–2", "rows 4–6"]
    screen.click("Send")
    screen.wait_for_end()
    assert sorted(record["ref"] for record in odoo.records) == sorted(frame.ref)
    pd.testing.assert_index_equal(screen.form.responses.index, data.index)
    assert screen.form.responses.status.tolist() == ["created"] * 12
    assert screen.form.responses.id.tolist() == [2, 3, 4, 1, *range(5, 13)]
    assert screen.form.responses.batch.isna().tolist() == [row == 3 for row in range(12)]
    assert screen.text("counts").endswith(": created 12")


def test_tested_rows_can_be_sent_again(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    send_test(screen)
    screen.type("Tested Rows", "send again")
    screen.click("Send")
    screen.wait_for_end()
    assert len(odoo.records) == 13
    assert screen.form.responses.id.tolist() == list(range(2, 14))


def test_records_of_tested_rows_can_be_updated_while_the_others_are_made(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    edit(screen, {"name": "Edited"})
    send_test(screen)
    assert screen.field("Tested Rows").options == ("skip", "update", "send again")
    screen.type("Tested Rows", "update")
    assert screen.says("1 row already sent as a test.")
    assert screen.button("Send").tooltip.endswith(", 4 calls. Before that, 1 tested row is updated.")
    screen.click("Send")
    screen.wait_for_end()
    assert odoo.written == [{"ids": [1], "vals": {"name": "Company 0", "ref": "R0"}}]
    assert [record["ref"] for record in odoo.records] == frame.ref.tolist()
    assert screen.form.responses.status.tolist() == ["updated"] + ["created"] * 11
    assert screen.form.responses.id.tolist() == list(range(1, 13))
    assert screen.field("Tested Rows").value == "skip"


def test_where_all_rows_were_tested_update_sends_nothing_else(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    data = frame.head(1).assign(id="own")
    screen = opened(show(data, odoo.destination.replace(exclude=["id"]), odoo.credential))
    send_test(screen)
    screen.type("Tested Rows", "update")
    screen.click("Send")
    screen.wait_for_end()
    assert odoo.written == [{"ids": [1], "vals": {"name": "Company 0", "ref": "R0"}}]
    assert screen.form.responses.status.tolist() == ["updated"]
    assert len(odoo.records) == 1


def test_an_update_that_is_stopped_sends_none_of_the_others(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    send_test(screen)
    screen.type("Tested Rows", "update")
    odoo.find = 401
    screen.click("Send")
    screen.wait_for_end()
    assert odoo.written == []
    assert len(odoo.records) == 1
    assert screen.form.responses is None
    assert "key unknown" in screen.text("problem")


def test_what_was_tested_is_known_to_another_form_which_leaves_it_out_and_can_update_it(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    send_test(opened(show(frame, odoo.destination, odoo.credential)))
    screen = show(frame, odoo.destination, odoo.credential)
    screen.wait(lambda: [each.description.split(" · ")[1] for each in screen.titles][:2] == ["rows 1–3", "rows 4–6"])
    assert screen.says("1 row already sent as a test.")
    screen.type("Tested Rows", "update")
    screen.click("Send")
    screen.wait_for_end()
    assert [each["ids"] for each in odoo.written] == [[1]]
    assert screen.form.responses.id.tolist() == list(range(1, 13))


def test_update_is_not_offered_where_a_key_finds_the_records_by_itself(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination.replace(key="ref", mode="upsert"), odoo.credential)
    assert screen.field("Tested Rows").options == ("skip", "send again")


def test_where_records_cannot_be_updated_any_more_tested_rows_are_left_out(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = opened(show(frame.head(1), odoo.destination, odoo.credential))
    send_test(screen)
    screen.type("Tested Rows", "update")
    assert not screen.button("Send").disabled
    screen.form.destination = odoo.destination.replace(key="ref", mode="upsert")
    assert screen.field("Tested Rows").value == "skip"
    assert screen.button("Send").disabled
    screen.form.destination = odoo.destination
    assert screen.field("Tested Rows").value == "update"
    assert not screen.button("Send").disabled


def test_one_row_that_was_tested_is_not_sent_again_by_itself(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = opened(show(frame.head(1), odoo.destination, odoo.credential))
    send_test(screen)
    assert screen.button("Send").disabled
    assert screen.says("Every row has been sent as a test.")
    assert screen.text("told").startswith("Row 0 → 200 · created 1")
    screen.type("Tested Rows", "send again")
    assert not screen.button("Send").disabled


def test_a_tested_row_is_known_where_it_is_the_same_in_new_data_and_to_the_same_target_only(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    data = frame.set_index("ref", drop=False)
    screen = opened(show(data, odoo.destination, odoo.credential))
    send_test(screen)
    said = "1 row already sent as a test."
    screen.form.data = data.iloc[::-1].assign(city="Gent")
    assert screen.says(said)
    assert list(screen.form._state.sent_before.index) == [11]
    screen.type("Model", "crm.lead")
    assert not screen.says(said)
    screen.type("Model", "res.partner")
    assert screen.says(said)
    screen.form.credential = Credential(odoo.credential.server, "copy", "me@example.com", KEY)
    assert not screen.says(said)
    screen.form.credential = odoo.credential
    screen.form.data = data.assign(name="corrected")
    assert not screen.says(said)


def test_undo_deletes_the_records_of_the_test_and_no_others(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    odoo.records += [{"name": "was there"}]
    screen = opened(show(frame, odoo.destination, odoo.credential))
    screen.type("Whole batch: 3 records", value=True)
    send_test(screen)
    assert screen.text("told").startswith("Rows 0–2 → 200 · created 3 · records 2–4 · ")
    screen.click("Undo")
    screen.wait_for_end()
    assert sorted(odoo.deleted) == [2, 3, 4]
    assert screen.text("told") == "Undone: records 2–4 deleted."
    assert screen.button("Undo") not in screen.visible
    assert screen.form.test_responses.status.tolist() == ["deleted"] * 3
    assert not screen.says("already sent as a test")


def test_an_undo_of_all_takes_the_tested_row_back_too(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = opened(show(frame, odoo.destination.replace(batch_size=11), odoo.credential))
    send_test(screen)
    assert screen.says("11 of 12 rows: 1 call.")
    screen.click("Send")
    screen.wait_for_end()
    screen.click("Undo…")
    screen.wait_for_end()
    screen.type("Undo Confirmation", "mycompany")
    screen.click("Delete 12")
    screen.wait_for_end()
    assert screen.says("12 rows: 2 calls.")
    assert screen.text("plan").startswith("12 rows · 2 calls")
    assert screen.text("told") == ""
    assert screen.button("Undo") not in screen.visible


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_what_is_wrong_with_a_setting_is_said_until_it_is_mended_whatever_a_test_does(
    show: Show, frame: pd.DataFrame, odoo: Odoo, when: str
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    if when == "meanwhile":
        screen.click("Test")
        odoo.open.clear()
        screen.click("Send Test Data: 1 real record to mycompany")
        odoo.wait_for_call()
    screen.type("URL", "nowhere")
    odoo.open.set()
    screen.wait_for_end()
    if when == "before":
        screen.click("Test")
    assert screen.text("problem").startswith("That is not the address of a server.")
    assert screen.button("Send").disabled
    screen.type("URL", odoo.url)
    assert screen.text("problem") == ""


def test_undo_says_what_is_still_there(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    send_test(screen)
    odoo.unlink = lambda _ids: ({"name": "odoo.exceptions.UserError", "message": "It is in use."}, 422)
    screen.click("Undo")
    screen.wait_for_end()
    assert screen.text("told") == "Still there, as far as is known: record 1. It is in use."
    assert screen.button("Undo") in screen.visible
    assert screen.says("1 row already sent as a test.")


def test_undo_goes_to_where_the_test_went(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = opened(show(frame, odoo.destination.replace(url=f"{odoo.url}?a=b"), odoo.credential))
    send_test(screen)
    screen.form.destination = odoo.destination.replace(url=odoo.url.replace("res.partner", "crm.lead"))
    screen.form.credential = None
    screen.click("Undo")
    screen.wait_for_end()
    assert odoo.deleted == [1]


@pytest.mark.parametrize("operation", ["unlink", "action_archive"])
def test_what_may_do_harm_is_typed_before_a_test_too_and_has_no_undo(
    show: Show, frame: pd.DataFrame, odoo: Odoo, operation: str
) -> None:
    odoo.records += [{}] * 12
    there = odoo.destination.replace(url=odoo.url.replace("create", operation))
    screen = opened(show(frame.assign(id=range(1, 13))[["id"]], there, odoo.credential))
    assert payload(screen)["ids"] == [1]
    assert button(screen).disabled
    screen.form._state.test()
    assert screen.form._state.phase == "idle"
    screen.type("Test Confirmation", "mycompany")
    assert not button(screen).disabled
    if operation == "unlink":
        send_test(screen)
        assert odoo.deleted == [1]
        assert screen.text("told").startswith("Row 0 → 200 · deleted 1 · record 1 · ")
        assert screen.button("Undo") not in screen.visible
        assert screen.field("Test Confirmation").value == ""


def test_a_write_is_opened_at_the_call_that_changes(show: Show, frame: pd.DataFrame) -> None:
    there = PLAIN.replace(url=PLAIN.url.replace("create", "write"))
    screen = opened(show(frame.assign(id=range(41, 53)), there, ME))
    assert payload(screen) == {"ids": [41], "vals": {"name": "Company 0", "ref": "R0"}}
    screen.type("Whole batch: 12 records", value=True)
    assert payload(screen)["ids"] == list(range(41, 53))


def test_a_hostile_answer_is_text(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    odoo.answer = lambda _records: ({**REFUSED, "message": "</div><script>alert(1)</script>"}, 422)
    send_test(screen)
    shown = [each.value for each in screen.visible if "ow-problem" in each._dom_classes]
    assert any("&lt;script&gt;" in each for each in shown)
    assert not any("<script>" in each for each in shown)


def test_an_edit_is_of_its_row_only(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    edit(screen, {"name": "Edited"})
    screen.unfold(1)
    assert payload(screen)["vals_list"][0]["name"] == "Company 3"
    edit(screen, {"name": "Edited"})
    screen.form.data = frame.iloc[::-1]
    assert payload(screen)["vals_list"][0]["name"] == "Company 8"


def test_whatever_is_typed_meanwhile_the_result_of_a_test_stays(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    send_test(screen)
    told = screen.text("told")
    screen.type("Batch Size", 2)
    screen.type("Model", "nonsense!")
    screen.type("Model", "res.partner")
    assert screen.text("told") == told
    assert screen.button("Undo") in screen.visible


def test_copies_of_the_payload_hold_what_was_edited(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = opened(show(frame, odoo.destination, odoo.credential))
    edit(screen, {"name": "Edited"})
    assert json.loads(screen.copied("Copy all of what is open, as it is shown"))["vals_list"][0]["name"] == "Edited"


def without_field(odoo: Odoo, name: str) -> None:
    unknown = {"name": "builtins.ValueError", "message": f"Invalid field '{name}' in 'res.partner'"}
    odoo.answer = lambda records: (unknown, 500) if name in records[0] else odoo.create(records)


def send_all(screen: Screen) -> None:
    screen.click("Send")
    screen.wait_for_end()


@pytest.mark.parametrize("send", [send_test, send_all])
def test_a_column_without_a_field_is_excluded_by_a_button_whatever_its_field_is_called(
    show: Show, frame: pd.DataFrame, odoo: Odoo, send: Callable[[Screen], None]
) -> None:
    without_field(odoo, "reference")
    screen = opened(show(frame, odoo.destination.replace(fields={"ref": "reference"}), odoo.credential))
    send(screen)
    screen.click("Exclude ref")
    assert screen.form.destination.exclude == ("ref",)
    assert not screen.says("has no field")


def test_a_field_that_was_typed_into_a_payload_is_no_column_to_exclude(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    without_field(odoo, "reff")
    screen = opened(show(frame, odoo.destination, odoo.credential))
    edit(screen, {"reff": "R"})
    send_test(screen)
    assert screen.says("res.partner has no field 'reff'")
    assert not [each for each in screen.visible if getattr(each, "description", "").startswith("Exclude r")]


def test_a_column_that_odoo_does_not_know_is_excluded_by_a_button(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    without_field(odoo, "ref")
    screen = opened(show(frame, odoo.destination, odoo.credential))
    send_test(screen)
    assert screen.says("res.partner has no field 'ref' that this user may see.")
    screen.click("Exclude ref")
    assert screen.form.destination.exclude == ("ref",)
    assert not screen.says("has no field")
    assert "ref" not in screen.field("Payload").value
    send_test(screen)
    assert "created 1" in screen.text("told")
    assert "Exclude ref" not in [getattr(each, "description", "") for each in screen.visible]
