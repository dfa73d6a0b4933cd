"""What was sent before: rows that would be there twice, a send that stopped, rows in doubt, rows that are corrected."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets import Destination
from odoo_widgets.flow.errors import DataError
from odoo_widgets.net import sends
from tests.forms.screen import EVER

if TYPE_CHECKING:
    from odoo_widgets.flow.repeats import Unfinished
    from tests.forms.odoo import Odoo
    from tests.forms.screen import Screen, Show

REFUSED = {"name": "odoo.exceptions.ValidationError", "message": "no such type"}


def click(screen: Screen, name: str) -> None:
    screen.click(name)
    screen.wait_for_end()


def visible(screen: Screen, name: str) -> bool:
    return any(getattr(each, "description", None) == name for each in screen.visible)


def stopped(show: Show, frame: pd.DataFrame, odoo: Odoo, *, cut: bool = False) -> Screen:
    """A send that is stopped while its first call is in flight."""
    screen = show(frame, odoo.destination, odoo.credential)
    odoo.open.clear()
    screen.click("Send")
    odoo.wait_for_call()
    screen.click("Stop")
    if cut:
        screen.click("Cut")
    else:
        odoo.open.set()
    screen.wait_for_end()
    odoo.open.set()
    # It looks once more when it has ended.
    screen.wait(lambda: screen.form._state._looker is None)
    return screen


def refusing(odoo: Odoo, *refused: str) -> None:
    """From now on, a call with one of these rows is refused."""

    def answer(records: list[dict[str, Any]]) -> tuple[Any, int]:
        if any(record["ref"] in refused for record in records):
            del odoo.records[-len(records) :]
            return REFUSED, 422
        return odoo.create(records)

    odoo.answer = answer


# --- rows that are new since the last send ----------------------------------------------------------------------------


def test_after_a_send_the_rows_that_are_new_in_changed_data_are_sent_alone(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame.head(10), odoo.destination, odoo.credential)
    click(screen, "Send")
    assert visible(screen, "Send")
    screen.form.data = frame.iloc[::-1]
    screen.wait(lambda: visible(screen, "Send new rows"))
    screen.wait(lambda: screen.says("12 rows · 1 call to ") and len(screen.titles) == 1)
    assert [title.description.split(" · ")[1] for title in screen.titles] == ["rows 0–1"]
    assert screen.button("Send new rows").tooltip.startswith("Create 2 res.partner in mycompany")
    click(screen, "Send new rows")
    assert sorted(record["ref"] for record in odoo.records) == sorted(frame.ref)
    assert screen.form.responses.status.tolist() == ["created"] * 12
    assert screen.form.responses.id.tolist()[2:] == list(range(10, 0, -1))
    assert screen.text("question") == ""
    screen.wait(lambda: screen.form._state._looker is None)
    assert not visible(screen, "Send new rows")


# Row by row, each key that is typed would take a minute.
@pytest.mark.timeout(60)
def test_however_many_rows_were_sent_before_new_ones_are_shown_at_once(show: Show, odoo: Odoo) -> None:
    frame = pd.DataFrame({"name": [f"n{row}" for row in range(20_002)]})
    screen = show(frame.head(20_000), odoo.destination.replace(batch_size=20_000), odoo.credential)
    screen.type("Confirmation", "mycompany")
    click(screen, "Send")
    screen.form.data = frame
    screen.wait(lambda: visible(screen, "Send new rows"))
    for size in (5, 50, 1):
        screen.type("Batch Size", size)
    assert [title.description.split(" · ")[1] for title in screen.titles] == ["row 20,000", "row 20,001"]
    assert screen.text("plan").startswith("2 of 20,002 rows · 2 calls to ")


def test_what_another_form_has_sent_is_not_nothing(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    # One is there before the send, and one after it.
    before = show(frame, odoo.destination, odoo.credential)
    click(show(frame, odoo.destination, odoo.credential), "Send")
    after = show(frame, odoo.destination, odoo.credential)
    after.wait(lambda: "4 calls" in after.text("plan") and "nothing sent yet" not in after.text("plan"))
    assert before.text("plan").endswith("nothing sent yet")
    click(before, "Send")
    assert before.text("question").startswith("All 12 rows were sent on ")
    assert "nothing sent yet" not in before.text("plan")


def test_data_without_a_new_row_are_asked_about(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    click(screen, "Send")
    screen.form.data = frame.head(3)
    screen.wait(lambda: screen.form._state.earlier is not None)
    assert visible(screen, "Send")
    click(screen, "Send")
    assert screen.text("question").startswith("All 3 rows were sent on ")
    assert len(odoo.records) == 12


# --- rows that were sent before --------------------------------------------------------------------------------------


def test_rows_that_were_sent_before_are_named_and_only_the_others_go(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    first = show(frame.head(10), odoo.destination, odoo.credential)
    click(first, "Send")
    screen = show(frame, odoo.destination, odoo.credential)
    click(screen, "Send")
    [day] = {head.day for head in sends.heads()}
    assert screen.text("question") == (
        f"10 of 12 rows were sent on {day} (created 10). Sent again, they would be there twice."
    )
    assert len(odoo.records) == 10
    assert screen.form.responses is None
    click(screen, "Send the other 2 rows")
    assert [record["ref"] for record in odoo.records] == frame.ref.tolist()
    assert screen.form.responses.id.tolist() == list(range(1, 13))
    assert screen.text("question") == ""


def test_where_all_were_sent_nothing_else_is_offered_and_another_setting_takes_the_question_back(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    click(screen, "Send")
    click(screen, "Send")
    assert screen.text("question").startswith("All 12 rows were sent on ")
    assert screen.text("question").endswith("Nothing else is left to send.")
    assert not any(getattr(each, "description", "").startswith("Send the other") for each in screen.visible)
    screen.type("Batch Size", 5)
    assert screen.text("question") == ""
    assert not visible(screen, "Send all again")


def test_a_lot_goes_once_more_only_after_the_database_was_typed(show: Show, odoo: Odoo) -> None:
    frame = pd.DataFrame({"name": [f"n{row}" for row in range(1_100)]})
    screen = show(frame, odoo.destination.replace(batch_size=600), odoo.credential)
    screen.type("Confirmation", "mycompany")
    click(screen, "Send")
    screen.type("Confirmation", "mycompany")
    click(screen, "Send")
    assert screen.button("Send all again").disabled
    screen.form._state.send_repeated(again=True)
    assert len(odoo.records) == 1_100
    screen.type("Confirmation", "mycompany")
    click(screen, "Send all again")
    assert len(odoo.records) == 2_200


def test_another_kernel_knows_the_rows_that_were_tested(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    screen.click("Test")
    click(screen, "Send Test Data: 1 real record to mycompany")
    screen.form.close()
    screen = show(frame, odoo.destination, odoo.credential)
    screen.wait(lambda: screen.says("1 row already sent as a test."))
    click(screen, "Send")
    assert len(odoo.records) == 12


def test_who_sends_before_it_is_known_which_rows_were_tested_is_asked(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    asked = threading.Event()

    class Slow(Destination):
        def sent_before(self, *given: Any) -> pd.DataFrame:
            asked.wait(EVER)
            return super().sent_before(*given)

    slow = Slow(odoo.url, batch_size=3)
    slow.test(frame, odoo.credential)
    screen = show(frame, slow, odoo.credential)
    click(screen, "Send")
    assert screen.text("question").startswith("1 of 12 rows was sent as a test on ")
    asked.set()
    click(screen, "Send the other 11 rows")
    assert len(odoo.records) == 12


def test_who_wants_a_tested_row_again_has_not_said_that_of_the_others(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    click(screen, "Send")
    screen.click("Test")
    click(screen, "Send Test Data: 1 real record to mycompany")
    screen.type("Tested Rows", "send again")
    click(screen, "Send")
    assert screen.text("question").startswith("All 12 rows were sent ")
    assert len(odoo.records) == 13


@pytest.mark.parametrize("rows", [1, 12])
def test_a_row_whose_test_was_undone_is_sent_without_a_question(
    show: Show, frame: pd.DataFrame, odoo: Odoo, rows: int
) -> None:
    screen = show(frame.head(rows), odoo.destination, odoo.credential)
    screen.click("Test")
    click(screen, "Send Test Data: 1 real record to mycompany")
    click(screen, "Undo")
    click(screen, "Send")
    assert len(odoo.records) == rows + 1
    assert screen.form.responses.status.tolist() == ["created"] * rows
    click(screen, "Send")
    assert visible(screen, "Send all again")
    assert len(odoo.records) == rows + 1


# --- a send that stopped ---------------------------------------------------------------------------------------------


def test_a_send_that_was_stopped_is_offered_and_goes_on(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = stopped(show, frame, odoo)
    [head] = sends.heads()
    offer = f"The send of {head.day} stopped at 3 of 12 rows."
    screen.wait(lambda: screen.text("question") == offer)
    screen.form.close()
    screen = show(frame, odoo.destination, odoo.credential)
    screen.wait(lambda: screen.text("question") == offer)
    click(screen, "Resume")
    assert [record["ref"] for record in odoo.records] == frame.ref.tolist()
    assert screen.form.responses.status.tolist() == ["created"] * 12
    assert screen.text("question") == ""
    screen.form.close()
    screen = show(frame, odoo.destination, odoo.credential)
    screen.wait(lambda: screen.form._state._looker is None)
    assert screen.form._state.unfinished is None


@pytest.mark.parametrize("changed", [{"name": "other"}, {"_rows": 5}])
def test_other_rows_are_offered_nothing(show: Show, frame: pd.DataFrame, odoo: Odoo, changed: dict[str, Any]) -> None:
    stopped(show, frame, odoo)
    data = frame.head(changed["_rows"]) if "_rows" in changed else frame.assign(**changed)
    screen = show(data, odoo.destination, odoo.credential)
    screen.wait(lambda: screen.form._state._looker is None)
    assert not visible(screen, "Resume")


def test_once_the_rest_was_sent_there_is_nothing_to_resume(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = stopped(show, frame, odoo)
    click(screen, "Send")
    click(screen, "Send the other 9 rows")
    screen.wait(lambda: screen.form._state._looker is None)
    assert not visible(screen, "Resume")
    assert len(odoo.records) == 12


def test_data_are_looked_at_once_for_each_place_they_may_go_to(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    stopped(show, frame, odoo)
    looks: list[str] = []

    class Counted(Destination):
        def unfinished(self, *given: Any) -> Unfinished | None:
            looks.append("unfinished")
            return super().unfinished(*given)

        def sent_before(self, *given: Any) -> pd.DataFrame:
            looks.append("sent before")
            return super().sent_before(*given)

    screen = show(frame, Counted(odoo.url, batch_size=3), odoo.credential)
    screen.wait(lambda: visible(screen, "Resume"))
    for size in (4, 5, 6):
        screen.type("Batch Size", size)
    screen.type("Request Headers", "a:b")
    screen.wait(lambda: screen.form._state._looker is None)
    assert looks == ["unfinished", "sent before"]
    assert visible(screen, "Resume")
    screen.type("Model", "crm.lead")
    screen.wait(lambda: screen.form._state._looker is None)
    assert looks == ["unfinished", "sent before"] * 2
    assert not visible(screen, "Resume")


# --- rows in doubt ---------------------------------------------------------------------------------------------------


def test_rows_in_doubt_are_said_to_be_and_how_to_look_for_them(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = stopped(show, frame, odoo, cut=True)
    assert screen.says("3 rows: sent, no answer: may be in Odoo. Nothing tells which record it would be")
    assert not visible(screen, "Find out")
    link = next(each.value for each in screen.visible if "ow-link" in each._dom_classes)
    assert f"{odoo.credential.server}/odoo?db=mycompany" in link
    table = next(each for each in screen.widgets if type(each).__name__ == "ITable")
    assert table.df.status.tolist()[:3] == ["sent, no answer: may be in Odoo"] * 3
    screen.wait(lambda: visible(screen, "Resume"))
    click(screen, "Resume")
    assert screen.form.responses.status.tolist() == ["in_doubt"] * 3 + ["created"] * 9


def test_what_became_of_a_write_in_doubt_is_found_out(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    frame = pd.DataFrame({"id": range(1, 5)})
    odoo.records = [{}] * 4
    cut = iter([True])

    def unlink(ids: list[int]) -> tuple[Any, int]:
        odoo.deleted.extend(ids)
        if next(cut, False):
            odoo.arrived.release()
            assert odoo.open.wait(30)
        return True, 200

    odoo.unlink = unlink
    there = odoo.destination.replace(url=odoo.url.replace("create", "unlink"))
    screen = show(frame, there, odoo.credential)
    odoo.open.clear()
    screen.type("Confirmation", "mycompany")
    screen.click("Send")
    odoo.wait_for_call()
    screen.click("Stop")
    screen.click("Cut")
    screen.wait_for_end()
    odoo.open.set()
    screen.wait(lambda: visible(screen, "Find out"))
    assert screen.says("3 rows: sent, no answer: may be in Odoo. Find out asks Odoo what became of them.")
    screen.wait(lambda: screen.form._state.unfinished is not None)
    screen.type("Confirmation", "mycompany")
    click(screen, "Find out")
    assert "in_doubt" not in screen.form.responses.status.tolist()
    assert set(odoo.deleted) == {1, 2, 3, 4}


# --- rejected rows that are corrected --------------------------------------------------------------------------------


def test_corrected_rows_go_alone_and_the_responses_are_whole(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    data = frame.set_axis([f"x{row % 6}" for row in range(12)])
    refusing(odoo, "R3", "R4", "R9")
    screen = show(data, odoo.destination.replace(batch_size=1), odoo.credential)
    with pytest.raises(DataError, match="Nothing has been sent yet"):
        screen.form.retry(data)
    click(screen, "Send")
    fixed = screen.form.rejected
    assert fixed.ref.tolist() == ["R3", "R4", "R9"]
    for wrong, words in (
        (fixed.rename(index={"x4": "x5"}), "Row 'x5' is not among the rejected rows."),
        (fixed.iloc[:1], "2 rejected rows are called 'x3', and 1 came: send all of them."),
        (fixed.iloc[[1, 1]], "Row 'x4' was rejected once, and came 2 times."),
    ):
        with pytest.raises(DataError, match=words):
            screen.form.retry(wrong)
    fixed["ref"] += " corrected"
    screen.form.retry(fixed)
    screen.wait_for_end()
    assert [record["ref"] for record in odoo.records[-3:]] == ["R3 corrected", "R4 corrected", "R9 corrected"]
    assert screen.form.responses.status.tolist() == ["created"] * 12
    assert screen.form.responses.id.iloc[[3, 4, 9]].tolist() == [10, 11, 12]
    assert screen.form.responses.batch.is_unique
    pd.testing.assert_index_equal(screen.form.responses.index, data.index)
    assert screen.form.rejected.empty
    assert not visible(screen, "Send corrected rows")


def test_the_button_sends_the_rejected_rows_as_they_are_bound_by_now(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    refusing(odoo, "R3", "R4")
    screen = show(frame, odoo.destination.replace(batch_size=1), odoo.credential)
    assert not visible(screen, "Send corrected rows")
    click(screen, "Send")
    assert screen.says("fixed = form.rejected, then form.retry(fixed)")
    screen.form.data = frame.head(3)
    click(screen, "Send corrected rows")
    assert "The bound data have other rows" in screen.text("problem")
    screen.form.data = frame.replace({"ref": {"R3": "new"}})
    click(screen, "Send corrected rows")
    assert screen.form.responses.status.tolist() == ["created"] * 4 + ["rejected"] + ["created"] * 7
    assert screen.form.rejected.ref.tolist() == ["R4"]
    odoo.answer = odoo.create
    click(screen, "Send corrected rows")
    assert screen.form.responses.status.tolist() == ["created"] * 12
    assert sorted(record["ref"] for record in odoo.records) == sorted([*frame.ref.drop(3), "new"])


def test_a_corrected_row_that_is_there_already_is_asked_about(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    refusing(odoo, "R3")
    screen = show(frame, odoo.destination.replace(batch_size=1), odoo.credential)
    click(screen, "Send")
    screen.form.retry(screen.form.rejected.assign(name="Company 4", ref="R4"))
    screen.wait_for_end()
    assert screen.text("question").startswith("The one row was sent on ")
    click(screen, "Send all again")
    assert screen.form.responses.status.tolist() == ["created"] * 12
