"""Rows that were sent as a test: where they stand, what a send owes them, and what undoes them."""

from __future__ import annotations

import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow import tested
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.responses import Outcome, responses
from odoo_widgets.flow.source import Source

SERVER = "https://mycompany.odoo.com"
ME = Credential(SERVER, "mycompany", "me", "k" * 40)
CREATE = Destination(f"{SERVER}/json/2/res.partner/create")


def made(frame: pd.DataFrame, rows: list[int], status: str = "created") -> tested.Tested:
    outcome = Outcome(range(len(rows)), status, ids=[row + 100 for row in rows])
    answer = responses([outcome], frame.index[rows], SERVER, "res.partner")
    return tested.tested(Source(frame), CREATE, ME, rows, answer)


@pytest.mark.parametrize(
    "index", [None, ["a", "a", "b", "c"], pd.MultiIndex.from_tuples([("x", 1), ("x", 1), ("x", 2), ("y", 1)])]
)
def test_a_send_with_its_tested_rows_is_whole_and_has_the_index_of_the_frame(index: object) -> None:
    frame = pd.DataFrame({"name": ["w", "x", "y", "z"], "tags": [[1], [2], [3], None]}, index=index)
    left_out = tested.known([made(frame, [1, 2])], tested.target(CREATE, ME))
    rest = tested.among(len(frame), left_out)
    assert list(rest) == [0, 3]
    answer = responses([Outcome([0, 1], "created", ids=[1, 2], batch=0)], frame.index[rest], SERVER, "res.partner")
    whole = tested.whole(Source(frame), answer, left_out)
    pd.testing.assert_index_equal(whole.index, frame.index)
    assert whole.id.tolist() == [1, 101, 102, 2]
    assert whole.batch.isna().tolist() == [False, True, True, False]
    pd.testing.assert_series_equal(whole.dtypes, answer.dtypes)


@pytest.mark.parametrize("status", ["rejected", "not_sent", "deleted"])
def test_what_left_nothing_in_odoo_is_still_to_be_sent(status: str) -> None:
    frame = pd.DataFrame({"name": ["w", "x"]})
    assert tested.known([made(frame, [0], status)], tested.target(CREATE, ME)).empty


def test_a_row_in_doubt_is_not_sent_again() -> None:
    frame = pd.DataFrame({"name": ["w", "x"]})
    assert list(tested.known([made(frame, [1], "in_doubt")], tested.target(CREATE, ME)).index) == [1]


def test_an_earlier_test_of_a_row_counts_again_once_the_later_one_is_undone() -> None:
    frame = pd.DataFrame({"name": ["w", "x"]})
    later = made(frame, [0])
    answer = responses([Outcome([0], "deleted", ids=[100])], frame.index[[0]], SERVER, "res.partner")
    tests = [made(frame, [0], "in_doubt"), tested.undone(later, answer)]
    assert tests[1].created.empty
    assert tested.known(tests, tested.target(CREATE, ME)).loc[[0]].status.tolist() == ["in_doubt"]


@pytest.mark.parametrize(
    "index",
    [["a", "b", "b", "c"], ["a"] * 4, pd.MultiIndex.from_tuples([("x", 1), ("x", 1), ("x", 2), ("y", 1)])],
    ids=["labels", "one label", "levels"],
)
def test_tested_rows_are_found_in_another_order_each_once(index: object) -> None:
    frame = pd.DataFrame({"name": ["w", "x", "x", "z"], "price": [1.5, None, None, 2.0]}, index=index)
    frame = frame if frame.index.nlevels > 1 else pd.concat([frame, frame.iloc[1:2]])
    test = made(frame, [0, 1, len(frame) - 1])
    assert tested.rebound(test, Source(frame.assign(city="Gent"))).rows[:2] == (0, 1)
    found = tested.rebound(test, Source(frame.iloc[::-1])).rows
    assert len(set(found)) == 3
    for row, before in zip(found, test.rows, strict=True):
        assert frame.iloc[::-1].iloc[row].equals(frame.iloc[before])
    assert tested.rebound(test, Source(frame.assign(name="other"))).rows == (-1, -1, -1)
    assert tested.rebound(test, Source(frame.drop(columns="price"))).rows == (-1, -1, -1)
    assert tested.rebound(test, Source(frame.reset_index(drop=True))).rows == (-1, -1, -1)


# Each tested row beside each row of its label would take minutes.
@pytest.mark.timeout(60)
def test_however_many_rows_have_one_label_tested_ones_are_found_at_once() -> None:
    frame = pd.DataFrame({"name": [f"n{row}" for row in range(20_000)]}, index=["a"] * 20_000)
    test = made(frame, list(range(100)))
    assert tested.rebound(test, Source(frame.iloc[::-1])).rows == tuple(range(19_999, 19_899, -1))
