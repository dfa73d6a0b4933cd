from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.repeats import doubling, matched, near
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source

LOAD = "https://mycompany.odoo.com/json/2/res.partner/load"
NAMES = ["one", "two", "three"]

LOADS: dict[str, tuple[dict[str, Any], dict[str, Any], list[int]]] = {
    "each row has an external ID": ({"id": ["a", "b", "c"]}, {}, []),
    "some rows have none": ({"id": ["a", None, ""]}, {}, [1, 2]),
    "or a database's": ({"id": ["a", None, None], ".id": pd.array([None, 7, None], dtype="Int64")}, {}, [2]),
    "none has": ({}, {}, [0, 1, 2]),
    "they stay out of the payload": ({"id": ["a", "b", "c"]}, {"exclude": ["id"]}, [0, 1, 2]),
    "the column has another name": ({"ours": ["a", None, "c"]}, {"fields": {"ours": "id"}}, [1]),
}


@pytest.mark.parametrize("name", LOADS)
def test_a_row_of_load_s_is_made_twice_unless_it_names_its_record(name: str) -> None:
    columns, others, expected = LOADS[name]
    source = Source.of(pd.DataFrame({"name": NAMES, **columns}))
    assert doubling(source, Settings(LOAD, **others), range(3)).tolist() == expected


LINE = [0, 0, {"name": "a line"}]
WRITES: dict[str, tuple[Any, list[int]]] = {
    "a new line": ([[LINE], None, None], [0]),
    "links": ([[[4, 7, 0]], [[6, 0, [7]]], [7, 8]], []),
    "a line of a line": ([None, [[1, 5, {"child_ids": [LINE]}]], [[1, 5, {"name": "x"}]]], [1]),
}


@pytest.mark.parametrize("key", [None, "ref"])
@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_made_twice_where_it_makes_lines(name: str, key: str | None) -> None:
    lines, expected = WRITES[name]
    frame = pd.DataFrame({"id": [1, 2, 3], "ref": NAMES, "child_ids": lines})
    source = Source.of(frame if key is None else frame.drop(columns="id"))
    settings = Settings("https://mycompany.odoo.com/json/2/res.partner/write", key=key)
    assert doubling(source, settings, range(3)).tolist() == expected


DIGESTS = st.lists(st.integers(-3, 3), max_size=12).map(lambda each: np.array(each, dtype="int64"))


@given(earlier=DIGESTS.map(np.sort), rows=DIGESTS)
def test_rows_are_matched_with_those_near_as_with_all_earlier_ones(
    earlier: np.ndarray[Any, Any], rows: np.ndarray[Any, Any]
) -> None:
    places = near(earlier, rows)
    pairs = matched(rows, earlier[places])
    pairs[:, 1] = places[pairs[:, 1]]
    assert pairs.tolist() == matched(rows, earlier).tolist()
    assert set(earlier[places].tolist()) <= set(rows.tolist())
