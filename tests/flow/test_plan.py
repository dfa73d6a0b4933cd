from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.batches import GROUPINGS, batches, count, rows_text
from odoo_widgets.flow.plan import calls_of, plan
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source

URL = "https://mycompany.odoo.com/json/2/res.partner/create"
SIZES = st.none() | st.integers(1, 40)


def numbers(rows: Any) -> pd.DataFrame:
    return pd.DataFrame({"n": np.arange(rows), "odd": [None if n % 2 else "x" for n in range(rows)]})


@pytest.mark.parametrize("grouping", GROUPINGS)
@given(rows=st.integers(0, 200), size=SIZES)
def test_every_row_is_in_exactly_one_batch_in_order(grouping: str, rows: Any, size: int | None) -> None:
    settings = Settings(URL, batch_size=size, grouping=grouping, group_by="n")
    source = Source.of(numbers(rows))
    made = list(batches(source, settings))
    assert [row for batch in made for row in batch] == list(range(rows))
    assert len(made) == count(source, settings)
    assert all(0 < len(batch) <= (size or 1) for batch in made)


@given(rows=st.integers(1, 120), size=SIZES, block=st.integers(0, 130))
def test_every_row_is_in_exactly_one_call_in_order(rows: Any, size: int | None, block: int) -> None:
    calls = list(plan(numbers(rows), Settings(URL, batch_size=size), block=block))
    assert [call.number for call in calls] == list(range(len(calls)))
    assert [row for call in calls for row in call.rows] == list(range(rows))
    assert [record["n"] for call in calls for record in call.ask.arguments["vals_list"]] == list(range(rows))
    sent = [pair for call in calls for pair in zip(call.rows, call.ask.arguments["vals_list"], strict=True)]
    assert [row for row, record in sent if "odd" in record] == [row for row in range(rows) if not row % 2]


@given(rows=st.integers(1, 60), size=SIZES, chosen=st.sets(st.integers(-5, 70)))
def test_the_calls_of_chosen_rows_are_those_of_the_plan(rows: Any, size: int | None, chosen: set[int]) -> None:
    settings = Settings(URL, batch_size=size)
    assert list(calls_of(numbers(rows), settings, chosen)) == [
        call for call in plan(numbers(rows), settings) if chosen & set(call.rows)
    ]


@given(rows=st.integers(1, 30), size=SIZES, chosen=st.sets(st.integers(-5, 40)))
def test_a_batch_of_several_calls_gives_chosen_rows_only_their_own(
    rows: Any, size: int | None, chosen: set[int]
) -> None:
    frame = pd.DataFrame({"id": range(1, rows + 1), "n": [row % 4 for row in range(rows)]})
    settings = Settings("https://mycompany.odoo.com/json/2/res.partner/write", batch_size=size)
    assert list(calls_of(frame, settings, chosen)) == [
        call for call in plan(frame, settings) if chosen & set(call.rows)
    ]


def test_a_call_says_what_the_address_says() -> None:
    call = next(plan(numbers(1), Settings(URL)))
    assert (call.model, call.ask.method) == ("res.partner", "create")


def test_a_batch_size_of_none_is_one_record_for_each_call() -> None:
    assert [len(call.rows) for call in plan(numbers(3), Settings(URL, batch_size=None))] == [1, 1, 1]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (range(7, 8), "row 7"),
        (range(100), "rows 0–99"),
        (range(999, 1100), "rows 999–1,099"),
        ([7], "row 7"),
        ([3, 4, 5], "rows 3–5"),
        ([3, 5], "rows 3, 5"),
        ([1, 3, 5, 7, 9999], "rows 1, 3, 5, 7, 9,999"),
        ([1, 3, 5, 7, 9, 11], "rows 1, 3, 5, 7, 9 …"),
    ],
)
def test_rows_are_named_for_people(rows: Any, text: str) -> None:
    assert rows_text(rows) == text
