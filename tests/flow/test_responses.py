from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.responses import COLUMNS, STATUSES, Outcome, link, responses

SERVER = "https://mycompany.odoo.com"
INDEXES = {
    "numbers": pd.RangeIndex(3, name="row"),
    "labels with duplicates": pd.Index(["b", "a", "b"]),
    "times": pd.date_range("2026-03-01", periods=3, freq="D"),
    "two levels with duplicates": pd.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 2)], names=["x", "y"]),
    "missing labels": pd.Index([1.0, None, None]),
}
DONE = Outcome(range(2), "created", [7, 8], batch=0, http_status=200, attempts=1, seconds=0.5)


@pytest.mark.parametrize("name", INDEXES)
@pytest.mark.parametrize("outcomes", [(), (DONE,)])
def test_there_is_one_row_for_each_source_row_under_its_own_index(name: str, outcomes: Any) -> None:
    frame = responses(outcomes, INDEXES[name], SERVER, "res.partner")
    pd.testing.assert_index_equal(frame.index, INDEXES[name], exact=True)


@pytest.mark.parametrize("outcomes", [(), (DONE,)])
@pytest.mark.parametrize("size", [0, 2])
def test_columns_and_dtypes_are_the_contract_s_whatever_is_in_them(outcomes: Any, size: int) -> None:
    frame = responses(outcomes[:size], pd.RangeIndex(size), SERVER, "res.partner")
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "status": "string",
        "id": "Int64",
        "link": "string",
        "batch": "Int64",
        "http_status": "Int64",
        "error_type": "string",
        "error_field": "string",
        "error": "string",
        "attempts": "Int64",
        "seconds": "Float64",
    }
    assert list(frame.columns) == list(COLUMNS)


def test_an_outcome_fills_its_own_rows_and_the_rest_is_not_sent() -> None:
    frame = responses([DONE], pd.RangeIndex(3), SERVER, "res.partner", reason="The send was stopped.")
    assert frame["status"].tolist() == ["created", "created", "not_sent"]
    assert frame["id"].tolist() == [7, 8, pd.NA]
    assert frame["link"].tolist() == [f"{SERVER}/odoo/res.partner/7", f"{SERVER}/odoo/res.partner/8", pd.NA]
    assert frame["http_status"].tolist() == [200, 200, pd.NA]
    assert frame["error"].tolist() == [pd.NA, pd.NA, "The send was stopped."]
    assert frame["attempts"].tolist() == [1, 1, 0]


@given(sizes=st.lists(st.integers(1, 9), max_size=8), left=st.integers(0, 9), data=st.data())
def test_the_statuses_add_up_to_the_rows(sizes: list[int], left: int, data: st.DataObject) -> None:
    edges = [sum(sizes[:position]) for position in range(len(sizes) + 1)]
    outcomes = [Outcome(range(start, stop), data.draw(st.sampled_from(STATUSES))) for start, stop in pairwise(edges)]
    frame = responses(data.draw(st.permutations(outcomes)), pd.RangeIndex(edges[-1] + left), SERVER, "res.partner")
    assert frame["status"].isin(STATUSES).all()
    for outcome in outcomes:
        assert set(frame["status"].iloc[outcome.rows]) == {outcome.status}


@pytest.mark.parametrize(("model", "path"), [("res.partner", "res.partner"), ("x_thing", "m-x_thing")])
def test_a_record_s_page_is_where_odoo_18_and_newer_have_it(model: str, path: str) -> None:
    assert link(SERVER, model, 7) == f"{SERVER}/odoo/{path}/7"


def test_a_link_chooses_the_database_where_one_is_known() -> None:
    frame = responses([DONE], pd.RangeIndex(3), SERVER, "res.partner", database="my company")
    assert frame["link"].dropna().str.endswith("?db=my+company").all()


def test_rows_that_do_not_follow_each_other_keep_their_own_ids() -> None:
    outcomes = [Outcome([2, 0], "updated", [9, 7]), Outcome([1], "rejected", error="No.")]
    frame = responses(outcomes, pd.Index(["b", "a", "b"]), SERVER, "res.partner")
    assert frame["status"].tolist() == ["updated", "rejected", "updated"]
    assert frame["id"].tolist() == [7, pd.NA, 9]
    assert frame["link"].tolist() == [f"{SERVER}/odoo/res.partner/7", pd.NA, f"{SERVER}/odoo/res.partner/9"]
    assert frame["error"].tolist() == [pd.NA, "No.", pd.NA]


def test_a_deleted_record_has_an_id_and_no_page() -> None:
    frame = responses([Outcome([1, 0], "deleted", [8, 7])], pd.RangeIndex(2), SERVER, "res.partner")
    assert frame["id"].tolist() == [7, 8]
    assert frame["link"].isna().all()
