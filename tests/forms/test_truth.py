"""What the form shows is what it will send, and what it says of a send is true of that send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tests.forms.examples import ME, PLAIN

if TYPE_CHECKING:
    from tests.forms.odoo import Odoo
    from tests.forms.screen import Show


def test_what_a_cell_does_to_form_data_is_not_sent_unless_it_is_bound_again(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    data = screen.form.data
    data.loc[0, "name"] = "changed"
    data["secret"] = "x"
    screen.click("Send")
    screen.wait_for_end()
    assert odoo.records == frame.to_dict("records")


def test_what_a_cell_does_to_form_responses_is_not_for_the_form(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    screen.click("Send")
    screen.wait_for_end()
    responses = screen.form.responses
    del responses["status"]
    screen.form.credential = None
    assert screen.button("Send").disabled
    assert screen.text("problem") == ""
    assert (screen.form.responses.status == "created").all()


def test_whoever_follows_is_told_once_of_a_change_and_sees_all_of_it(show: Show, frame: pd.DataFrame) -> None:
    state = show(frame, PLAIN, ME).form._state
    told: list[tuple[int, int]] = []

    def follow() -> None:
        told.append((state.destination.batch_size, len(state.samples)))
        if state.destination.batch_size == 5:
            # What a follower changes is told with the rest.
            state.edit(batch_size=4)

    state.on("destination", "samples", "batches", call=follow)
    told.clear()
    state.edit(batch_size=6)
    assert told == [(6, 2)]
    state.edit(batch_size=5)
    assert told == [(6, 2), (5, 3), (4, 3)]


def test_the_result_of_a_send_is_told_of_that_send_only(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    odoo.open.clear()
    screen.click("Send")
    odoo.wait_for_call()
    assert "nothing sent yet" not in screen.text("plan")
    odoo.open.set()
    screen.wait_for_end()
    screen.form.data = frame.head(2)
    assert screen.text("plan").startswith("2 rows · 1 call to ")
    assert "created" not in screen.text("plan")
    assert screen.text("counts").startswith("Last send, 12 rows · Create res.partner in mycompany")
    assert screen.text("counts").endswith(": created 12")
    assert screen.form._state.progress is None


def test_a_row_that_was_tested_is_neither_nothing_sent_nor_among_those_to_go(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    assert screen.text("plan").endswith("nothing sent yet")
    screen.click("Test")
    screen.click("Send Test Data: 1 real record to mycompany")
    screen.wait_for_end()
    screen.click("Close Test")
    assert screen.says("11 of 12 rows · 4 calls to ")
    assert "nothing sent" not in " ".join(screen.texts).lower()
    assert screen.says("11 of 12 rows: 4 calls.")


@pytest.mark.parametrize(("label", "value"), [("Model", "crm.lead"), ("URL", None)])
def test_url_and_model_agree_while_something_else_is_wrong(
    show: Show, frame: pd.DataFrame, odoo: Odoo, label: str, value: str | None
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    screen.type("Request Headers", "no colon")
    screen.type(label, value or odoo.url.replace("res.partner", "crm.lead"))
    assert screen.field("Model").value == "crm.lead"
    assert "/crm.lead/create" in screen.field("URL").value
    screen.type("Request Headers", "")
    assert screen.form.destination.endpoint.model == "crm.lead"


def test_labels_that_are_data_are_not_kept_by_the_table(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame.set_index("name", drop=False), odoo.destination, odoo.credential)
    screen.click("Send")
    screen.wait_for_end()
    assert screen.form.responses.index.tolist() == frame["name"].tolist()
    kept = [str(widget.get_state()) for widget in screen.widgets if "ow-request" not in widget._dom_classes]
    assert not [state for state in kept if "Company 11" in state]


def test_a_large_batch_shows_fewer_samples(show: Show, odoo: Odoo) -> None:
    frame = pd.DataFrame({"name": ["x"] * 9_000})
    screen = show(frame, odoo.destination.replace(batch_size=3_000), odoo.credential)
    assert len(screen.form._state.samples) == 1


def test_a_call_too_large_to_show_while_typing_says_so_and_can_be_sent(show: Show, odoo: Odoo) -> None:
    frame = pd.DataFrame({"name": ["x"] * 6_000})
    screen = show(frame, odoo.destination.replace(batch_size=10_000), odoo.credential)
    assert screen.says("A call of 6,000 records is too large to show while you type.")
    assert screen.text("plan").startswith("6,000 rows · 1 call to ")
    screen.type("Confirmation", "mycompany")
    assert not screen.button("Send").disabled
    screen.form.data = pd.DataFrame({"name": [1.5, float("inf")] * 3_000})
    assert "infinity cannot be sent" in screen.text("problem")
