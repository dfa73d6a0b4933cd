"""What came back: the rejected ones, their errors, the receipt, and the responses as what is sent next."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets import Credential, DestinationForm, Server
from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.responses import COLUMNS
from tests.forms.examples import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.forms.odoo import Odoo
    from tests.forms.screen import Screen, Show

HOSTILE = "</td><script>alert(1)</script>"


def sent_with_some_rejected(show: Show, frame: pd.DataFrame, odoo: Odoo) -> Screen:
    def answer(records: list[dict[str, Any]]) -> tuple[Any, int]:
        if any(record["ref"] in ("R3", "R4", "R5") for record in records):
            del odoo.records[-len(records) :]
            return {"name": "odoo.exceptions.ValidationError", "message": HOSTILE}, 422
        return odoo.create(records)

    odoo.answer = answer
    screen = show(frame, odoo.destination, odoo.credential)
    assert screen.form.rejected is None
    screen.click("Send")
    screen.wait_for_end()
    return screen


def table(screen: Screen) -> Any:
    return next(each for each in screen.widgets if type(each).__name__ == "ITable")


def test_what_odoo_kept_is_read_back_cell_by_cell_those_that_differ_first(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    assert screen.button("Read back") not in screen.visible
    screen.click("Send")
    screen.wait_for_end()
    odoo.fields = ({"name": {"type": "char"}, "ref": {"type": "char"}}, 200)
    odoo.held = lambda number: {"name": f"Company {number - 1}", "ref": f"R{number - 1}" if number != 5 else "<b>5</b>"}
    screen.click("Read back")
    screen.wait_for_end()
    assert screen.says("Of 24 cells, Odoo holds: 23 same, 1 changed.")
    table = next(each for each in screen.visible if type(each).__name__ == "ITable" and "kept" in each.df.columns)
    assert table.df.iloc[0].tolist() == [5, "ref", "R4", "&lt;b&gt;5&lt;/b&gt;", "changed"]
    assert len(odoo.records) == 12
    screen.click("Close Read back")
    assert not screen.says("Of 24 cells")


def test_what_cannot_be_read_back_is_said(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    screen.click("Send")
    screen.wait_for_end()
    odoo.fields = ({"name": {"type": "char"}, "ref": {"type": "char"}}, 200)
    odoo.find = 401
    screen.click("Read back")
    screen.wait_for_end()
    assert "key unknown" in screen.text("problem")
    assert not screen.button("Read back").disabled


def test_rejected_rows_stand_on_top_and_can_be_shown_alone(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = sent_with_some_rejected(show, frame, odoo)
    assert screen.text("counts").endswith(": created 9 · rejected 3")
    assert table(screen).df.status.tolist() == ["rejected"] * 3 + ["created"] * 9
    screen.click("Show rejected")
    assert table(screen).df.index.tolist() == [3, 4, 5]
    # The rows keep their labels, and the column of sentences is the one that has room.
    assert json.loads(table(screen)._dt_args["data_json"])[0][:2] == [3, "rejected"]
    assert table(screen)._dt_args["columnDefs"][0]["targets"] == 3
    screen.click("Show all")
    assert len(table(screen).df) == 12
    screen.click("Show rejected")
    odoo.answer = odoo.create
    screen.click("Send")
    screen.wait_for_end()
    screen.click("Send the other 3 rows")
    screen.wait_for_end()
    assert len(odoo.records) == 12
    assert len(table(screen).df) == 12
    assert screen.field("Show rejected") not in screen.visible


def test_without_the_tick_there_is_no_frame_and_no_table_and_all_else_is_known(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    tick = "Would you like to process the API response as a new DataFrame (form.responses)?"
    screen = show(frame, odoo.destination, odoo.credential)
    assert screen.field(tick).value is True
    screen.type(tick, False)
    screen.click("Send")
    screen.wait_for_end()
    assert screen.form.responses is None
    assert not any(type(each).__name__ == "ITable" for each in screen.visible)
    assert "created 12" in screen.text("counts")
    assert screen.says("form.responses is empty, as the settings say.")
    screen.type(tick, True)
    assert len(screen.form.responses) == 12
    assert table(screen) in screen.visible


def test_rejected_is_a_frame_with_the_columns_and_labels_of_the_source(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    data = frame.assign(error="mine").set_axis([f"x{n % 4}" for n in range(12)])
    screen = sent_with_some_rejected(show, data, odoo)
    screen.form.data = frame.head(1)
    rejected = screen.form.rejected
    assert list(rejected.columns) == ["name", "ref", "error", "error_type", "error_field", "odoo_error"]
    assert rejected.index.tolist() == ["x3", "x0", "x1"]
    assert rejected.ref.tolist() == ["R3", "R4", "R5"]
    assert rejected.odoo_error.tolist() == [HOSTILE] * 3


def test_each_id_leads_to_its_record_and_what_a_server_says_is_text(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = sent_with_some_rejected(show, frame.rename_axis(index=HOSTILE), odoo)
    state = json.dumps(table(screen)._dt_args, default=str)
    assert 'href=\\\\\\"' + odoo.credential.server in state
    assert "/odoo/res.partner/1?db=mycompany" in state
    assert "<script" not in state
    assert KEY not in state


def test_the_receipt_says_who_sent_what(show: Show, frame: pd.DataFrame, odoo: Odoo, tmp_path: Path) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    with pytest.raises(DataError, match="Nothing has been sent yet"):
        screen.form.receipt()
    screen.click("Send")
    screen.wait_for_end()
    receipt = screen.form.receipt(tmp_path / "receipt.csv")
    assert list(receipt.columns) == ["row", "status", "id", "link", "who", "when"]
    assert set(receipt.who) == {"me@example.com"}
    assert receipt.when.notna().all()
    assert len(pd.read_csv(tmp_path / "receipt.csv")) == 12


def test_without_a_login_the_receipt_names_whom_check_found_behind_the_key(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, Credential(odoo.credential.server, "mycompany", api_key=KEY))
    screen.click("Send")
    screen.wait_for_end()
    assert set(screen.form.receipt().who) == {""}
    screen.form._state.server = Server(odoo.credential.server, user="Anna")
    assert set(screen.form.receipt().who) == {"Anna"}
    screen.form.credential = odoo.credential
    assert set(screen.form.receipt().who) == {""}


def test_responses_alone_are_to_be_written_to_the_records_that_they_made(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = sent_with_some_rejected(show, frame, odoo)
    orders = screen.form.responses.assign(city="Gent")
    orders["link"] = orders["link"].str.replace("res.partner", "sale.order")
    follow = show(orders, None, odoo.credential)
    assert follow.form.destination.url == f"{odoo.credential.server}/json/2/sale.order/write"
    assert follow.form.destination.ids == "id"
    follow.click("Test")
    assert json.loads(follow.field("Payload").value) == {"ids": [1], "vals": {"city": "Gent"}}


def test_responses_are_the_next_source(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = sent_with_some_rejected(show, frame, odoo)
    there = odoo.destination.replace(url=odoo.url.replace("create", "write"))
    follow = show(screen.form.responses.assign(city="Gent"), there, odoo.credential)
    assert isinstance(follow.form, DestinationForm)
    assert set(follow.form.destination.exclude) == set(COLUMNS) - {"id"}
    assert follow.form.destination.ids == "id"
    assert len(follow.form.data) == 9
    assert follow.says("3 rows of the responses, not done or without an id, are left out.")
    follow.click("Test")
    assert json.loads(follow.field("Payload").value) == {"ids": [1], "vals": {"city": "Gent"}}
    follow.click("Close Test")
    follow.form.data = frame.assign(id=1, status="mine")
    assert follow.form.destination.exclude == ()
    assert not follow.says("without an id")
    follow.form.data = screen.form.responses
    follow.form.destination = there.replace(exclude=["name"])
    assert follow.form.destination.exclude[0] == "name"
    assert set(follow.form.destination.exclude) == {"name", *COLUMNS} - {"id"}


def test_a_send_is_undone_after_a_look_at_what_that_does(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    assert screen.button("Undo…") not in screen.visible
    screen.click("Send")
    screen.wait_for_end()
    odoo.changed = [3, 5]
    screen.click("Undo…")
    screen.wait_for_end()
    assert odoo.deleted == []
    assert screen.text("plan").startswith("12 rows")
    assert screen.says("Delete 10. Leave 2: It was changed since (2).")
    do = screen.button("Delete 10")
    assert do.disabled
    screen.click("Close Undo")
    assert do not in screen.visible
    screen.click("Undo…")
    screen.wait_for_end()
    screen.type("Undo Confirmation", "mycompany")
    assert not do.disabled
    screen.click("Delete 10")
    screen.wait_for_end()
    assert sorted(odoo.deleted) == [1, 2, 4, *range(6, 13)]
    assert screen.form.responses.status.value_counts().to_dict() == {"deleted": 10, "not_sent": 2}
    assert "Undo" in screen.text("counts")
    assert "deleted 10 · not sent 2" in screen.text("counts")
    assert screen.button("Undo…") not in screen.visible


def test_a_send_that_did_nothing_offers_no_undo_and_no_reading_back(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    odoo.answer = lambda _: ({"name": "odoo.exceptions.AccessError", "message": "You may not."}, 403)
    screen = show(frame, odoo.destination, odoo.credential)
    screen.click("Send")
    screen.wait_for_end()
    assert screen.says("not sent 12")
    assert screen.button("Undo…") not in screen.visible
    assert screen.button("Read back") not in screen.visible
    odoo.answer = odoo.create
    screen.click("Send")
    screen.wait_for_end()
    assert screen.says("created 12")
    assert screen.button("Undo…") in screen.visible
    assert screen.button("Read back") in screen.visible


def test_what_keeps_an_undo_from_being_shown_is_said(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    screen.click("Send")
    screen.wait_for_end()
    odoo.fields = ({"name": "odoo.exceptions.AccessError", "message": "<b>You</b> may not."}, 403)
    screen.click("Undo…")
    screen.wait_for_end()
    assert "<b>You</b> may not." in html.unescape(screen.text("problem"))
    assert odoo.deleted == []
