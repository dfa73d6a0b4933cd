from __future__ import annotations

import pandas as pd
import pytest

from odoo_widgets import Destination
from odoo_widgets.flow.chain import is_responses, model_of, next_source
from odoo_widgets.flow.responses import COLUMNS, Outcome, link, linked_model, responses


def made(index: pd.Index | None = None) -> pd.DataFrame:
    outcomes = [Outcome([0, 2], "created", [7, 8], 0), Outcome([1], "rejected", batch=1, error="no")]
    return responses(outcomes, pd.RangeIndex(3) if index is None else index, "https://a.b", "sale.order")


def test_responses_become_the_rows_that_have_an_id() -> None:
    frame, exclude, ids, left_out = next_source(made(pd.Index(["a", "b", "c"])))
    assert (frame.index.tolist(), frame["id"].tolist(), ids, left_out) == (["a", "c"], [7, 8], "id", 1)
    assert {*exclude, ids} == set(COLUMNS)


def test_what_they_become_is_what_a_method_is_called_on() -> None:
    frame, exclude, ids, _ = next_source(made())
    destination = Destination("https://a.b/json/2/sale.order/action_confirm", exclude=exclude, ids=ids)
    assert destination.problems(frame) == ()
    assert [sample.call.ask.ids for sample in destination.samples(frame)][1] == [7, 8]


def test_a_column_of_the_source_beside_them_is_kept_to_be_sent() -> None:
    frame, exclude, *_ = next_source(made().assign(client_order_ref=["p", "q", "r"]))
    assert frame["client_order_ref"].tolist() == ["p", "r"]
    assert "client_order_ref" not in exclude


@pytest.mark.parametrize("status", ["rejected", "in_doubt", "not_sent"])
def test_a_row_that_was_not_done_takes_no_next_step_though_its_record_is_there(status: str) -> None:
    outcomes = [Outcome([0], "updated", [7], 0), Outcome([1], status, [8], 0, error="no")]
    frame, *_, left_out = next_source(responses(outcomes, pd.RangeIndex(2), "https://a.b", "sale.order"))
    assert (frame["id"].tolist(), left_out) == ([7], 1)


@pytest.mark.parametrize("lacking", COLUMNS)
def test_a_frame_that_lacks_a_column_of_theirs_is_any_frame(lacking: str) -> None:
    frame = made().drop(columns=lacking)
    assert not is_responses(frame)
    assert next_source(frame).frame is frame
    assert next_source(frame)[1:] == ((), None, 0)


def test_two_columns_of_one_name_are_no_responses() -> None:
    frame = made()
    assert not is_responses(pd.concat([frame, frame["id"]], axis="columns"))


@pytest.mark.parametrize("size", [0, 3])
def test_no_row_or_no_id_leaves_an_empty_frame(size: int) -> None:
    nothing = responses([], pd.RangeIndex(size), "https://a.b", "sale.order")
    frame, _, _, left_out = next_source(nothing)
    assert (len(frame), left_out) == (0, size)


def test_the_model_of_responses_is_the_one_that_their_links_lead_to() -> None:
    assert model_of(made()) == "sale.order"
    assert model_of(made().assign(link=pd.NA)) == ""
    assert model_of(pd.DataFrame({"name": ["a"]})) == ""
    assert linked_model(link("https://a.b", "x_model", 7, "db")) == "x_model"
    assert linked_model("https://a.b/web#id=7") == ""
