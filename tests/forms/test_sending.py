"""A send goes on in the background; what it meets is told in the form, and nothing is raised from a handler."""

from __future__ import annotations

import re
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from IPython.utils.capture import capture_output

from odoo_widgets import Credential
from odoo_widgets.forms.sending import REPORT_SECONDS
from tests.forms.examples import KEY
from tests.forms.screen import EVER, Show

if TYPE_CHECKING:
    from tests.forms.odoo import Odoo


def test_send_goes_on_in_the_background_and_ends_with_responses(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    odoo.open.clear()
    screen.click("Send")
    odoo.wait_for_call()
    assert (screen.button("Send").disabled, screen.button("Stop").disabled) == (True, False)
    assert screen.says("A send is going on.") is False
    screen.wait(lambda: screen.text("figures") == "0/12 · sending")
    assert screen.form.responses is None
    odoo.open.set()
    screen.wait_for_end()
    assert screen.form.responses.status.tolist() == ["created"] * 12
    assert [record["name"] for record in odoo.records] == frame.name.tolist()
    assert screen.text("counts").endswith(": created 12")
    assert screen.says("12 rows · 4 calls to ")
    assert screen.text("figures").startswith("12/12 · ")
    assert (screen.bar.value, screen.bar.max) == (12, 12)
    assert (screen.button("Send").disabled, screen.button("Stop").disabled) == (False, True)


def test_a_cell_waits_for_what_was_started_in_the_form(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    assert screen.form.wait() is None
    odoo.open.clear()
    screen.click("Send")
    odoo.wait_for_call()
    with pytest.raises(TimeoutError, match=r"still sending after 0\.01 s"):
        screen.form.wait(0.01)
    threading.Timer(0.05, odoo.open.set).start()
    assert screen.form.wait(EVER).status.tolist() == ["created"] * 12
    assert screen.form.wait() is not None


def test_the_bar_and_the_figures_follow_every_call_that_takes_its_time(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    seen = []
    screen.bar.observe(lambda change: seen.append(change.new), "value")

    def slow(records: list[dict[str, Any]]) -> tuple[Any, int]:
        time.sleep(2 * REPORT_SECONDS)
        return odoo.create(records)

    odoo.answer = slow
    screen.click("Send")
    screen.wait(lambda: re.fullmatch(r"6/12 · \d+/s · \d s left · sending", screen.text("figures")))
    screen.wait_for_end()
    assert seen == [3, 6, 9, 12]


def test_every_send_gives_a_new_frame_of_responses(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    given = []
    for button in ("Send", "Send", "Send all again"):
        screen.click(button)
        screen.wait_for_end()
        given.append(screen.form.responses)
    first, none_new, second = given
    pd.testing.assert_frame_equal(first, none_new)
    assert first is not second
    assert first.id.tolist() == list(range(1, 13))
    assert second.id.tolist() == list(range(13, 25))


def test_the_responses_have_the_index_of_the_data(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    data = frame.set_index(pd.MultiIndex.from_arrays([["a", "a", "b"] * 4, range(12)], names=["x", None]))
    screen = show(data, odoo.destination, odoo.credential)
    screen.click("Send")
    screen.wait_for_end()
    pd.testing.assert_index_equal(screen.form.responses.index, data.index)
    assert screen.text("problem") == ""


def test_stop_once_waits_for_the_call_in_flight(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    odoo.open.clear()
    screen.click("Send")
    odoo.wait_for_call()
    screen.click("Stop")
    screen.wait(lambda: "stopping after this call" in screen.text("figures"))
    assert screen.button("Cut").tooltip == "End the call in flight too; its rows may be in Odoo or not"
    odoo.open.set()
    screen.wait_for_end()
    assert screen.form.responses.status.tolist() == ["created"] * 3 + ["not_sent"] * 9
    assert len(odoo.records) == 3
    assert screen.text("counts").endswith(": created 3 · not sent 9")
    assert screen.button("Stop").disabled


def test_stop_twice_cuts_the_call_in_flight_and_leaves_its_rows_in_doubt(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    odoo.open.clear()
    screen.click("Send")
    odoo.wait_for_call()
    screen.click("Stop")
    screen.click("Cut")
    screen.wait_for_end()
    assert screen.form.responses.status.tolist() == ["in_doubt"] * 3 + ["not_sent"] * 9
    assert len(odoo.records) == 3


def test_stop_while_the_data_are_looked_through_sends_nothing(show: Show, odoo: Odoo, on_disk: Any) -> None:
    screen = show(on_disk({"name": ["x", "y"]}), odoo.destination, odoo.credential)
    on_disk.reading, on_disk.may_go_on = threading.Event(), threading.Event()
    screen.click("Send")
    assert on_disk.reading.wait(EVER)
    assert screen.text("figures") == "looking through the data"
    screen.click("Stop")
    on_disk.may_go_on.set()
    screen.wait_for_end()
    assert screen.form.responses.status.tolist() == ["not_sent", "not_sent"]
    assert odoo.records == []


def test_settings_can_be_edited_while_a_send_goes_on_and_count_for_the_next_one(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    odoo.open.clear()
    screen.click("Send")
    odoo.wait_for_call()
    screen.type("Exclude Attributes", "ref")
    screen.form.data = frame.head(1)
    odoo.open.set()
    screen.wait_for_end()
    assert [sorted(record) for record in odoo.records] == [["name", "ref"]] * 12
    screen.click("Send")
    screen.wait_for_end()
    assert odoo.records[12:] == [{"name": "Company 0"}]


def test_closing_the_form_lets_the_call_in_flight_end_and_makes_no_further_one(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    odoo.open.clear()
    screen.click("Send")
    odoo.wait_for_call()
    screen.form.close()
    odoo.open.set()
    screen.wait_for_end()
    assert screen.form.responses.status.tolist() == ["created"] * 3 + ["not_sent"] * 9


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (({"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"}, 401), "key unknown or expired"),
        (({"name": "werkzeug.exceptions.NotFound", "message": "no such model"}, 404), "no such model. Check the URL."),
        (("<html>", 404), "No database called 'mycompany'"),
    ],
)
def test_a_send_that_cannot_succeed_says_why_in_the_form(
    show: Show, frame: pd.DataFrame, odoo: Odoo, answer: tuple[Any, int], words: str
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    odoo.answer = lambda _records: answer
    screen.click("Send")
    screen.wait_for_end()
    assert words in screen.text("problem")
    assert KEY not in screen.text("problem")
    assert len(odoo.records) == 3
    assert set(screen.form.responses.status) == {"not_sent"}
    assert (screen.text("figures"), screen.bar.value) == ("0/12", 0)
    assert not screen.button("Send").disabled
    odoo.answer = odoo.create
    screen.click("Send")
    screen.wait_for_end()
    assert screen.text("problem") == ""


def test_a_server_that_is_not_there_is_named(show: Show, frame: pd.DataFrame) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        screen = show(frame, credential=Credential(f"http://127.0.0.1:{taken.getsockname()[1]}", api_key=KEY))
        screen.click("Send")
        screen.wait_for_end()
    assert screen.text("problem").startswith("Nothing answers at 127.0.0.1:")


def test_rows_that_odoo_refuses_are_counted_and_shown_on_top(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)

    def refuse_the_third(records: list[dict[str, Any]]) -> tuple[Any, int]:
        if records[0]["name"] != "Company 6":
            return odoo.create(records)
        message = "Wrong value for res.partner.type: 'x'"
        return {"name": "odoo.exceptions.ValidationError", "message": message}, 422

    odoo.answer = refuse_the_third
    screen.click("Send")
    screen.wait_for_end()
    assert screen.text("counts").endswith(": created 11 · rejected 1")
    assert screen.form.responses.error_field.dropna().unique().tolist() == ["type"]
    assert screen.text("problem") == ""


def test_a_row_far_below_that_cannot_be_sent_is_named_before_anything_goes(show: Show, odoo: Odoo) -> None:
    data = pd.DataFrame({"x": [1.0] * 600})
    data.loc[550, "x"] = float("inf")
    screen = show(data, odoo.destination.replace(batch_size=10), odoo.credential)
    assert screen.text("problem") == ""
    screen.click("Send")
    screen.wait_for_end()
    assert screen.text("problem").startswith("Nothing was sent.\nColumn 'x', row 550: infinity cannot be sent.")
    assert odoo.records == []
    assert screen.form.responses is None
    screen.form.data = data.fillna(0).replace(float("inf"), 1)
    assert screen.text("problem") == ""


def test_an_error_of_any_kind_ends_as_words(show: Show, odoo: Odoo, on_disk: Any) -> None:
    screen = show(on_disk({"name": ["x"]}), odoo.destination, odoo.credential)
    on_disk.is_lost = True
    screen.click("Send")
    screen.wait_for_end()
    assert (
        screen.text("problem")
        == "The send ended with an error of its own, please report it: OSError('the disk is gone')"
    )
    assert odoo.records == []
    assert not screen.button("Send").disabled


def test_a_credential_of_another_server_is_not_sent_anywhere(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, Credential("https://mycompany.odoo.com", api_key=KEY))
    screen.form._state.send()
    assert odoo.records == []
    assert screen.form._state.phase == "idle"


@pytest.mark.usefixtures("shell")
def test_the_summary_says_what_became_of_the_rows(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    with capture_output() as output:
        screen.form._ipython_display_()
        screen.click("Send")
        screen.wait_for_end()
    *_, summary = output.outputs
    assert "12 rows · 4 calls to localhost" in summary.data["text/html"]
    assert "created 12" in summary.data["text/html"]
    assert summary.update
