"""Documents with lines, made of one table or of two: what comes out, and what is refused with which words."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from odoo_widgets import DataError, nest

FLAT = pd.DataFrame(
    {
        "order_ref": ["B", "A", "B"],
        "partner_id": pd.array([7, 8, 7], dtype="Int32"),
        "product_id": [1, 2, 3],
        "product_uom_qty": [2.5, None, 1.0],
    }
)
LINES = ["product_id", "product_uom_qty"]


def test_a_flat_table_becomes_one_row_for_each_document_in_the_order_in_which_they_first_come() -> None:
    made = nest(FLAT, by="order_ref", lines=LINES, into="order_line")
    assert made["order_ref"].tolist() == ["B", "A"]
    assert made.index.tolist() == [0, 1]
    assert made["partner_id"].dtype == "Int32"
    assert made["order_line"].tolist() == [
        [{"product_id": 1, "product_uom_qty": 2.5}, {"product_id": 3, "product_uom_qty": 1.0}],
        [{"product_id": 2}],
    ]
    assert list(FLAT.columns) == ["order_ref", "partner_id", *LINES]


def test_a_table_of_documents_and_one_of_lines_become_one() -> None:
    orders = pd.DataFrame({"order_ref": ["A", "C", "B"], "partner_id": [8, 9, 7]}, index=[5, 6, 7])
    made = nest(orders, lines=FLAT[["order_ref", *LINES]], on="order_ref", into="order_line")
    assert made.index.tolist() == [0, 1, 2]
    assert [len(each) for each in made["order_line"]] == [1, 0, 2]
    assert made["order_line"][2][1] == {"product_id": 3, "product_uom_qty": 1.0}


def test_cells_of_lines_stay_what_they_are_and_missing_ones_stay_out() -> None:
    flat = pd.DataFrame(
        {
            "ref": ["A", "A"],
            "number": [1, 2],
            "text": pd.array(["x", None], dtype="string"),
            "whole": pd.array([2**60 + 1, None], dtype="Int64"),
            "day": [date(2026, 3, 1), None],
            "time": pd.to_datetime(["2026-03-01 10:20", None]),
            "some": pd.Categorical(["a", None]),
            "taxes": [[1, 2], None],
        }
    )
    ((one, other),) = nest(flat, by="ref", lines=list(flat.columns[1:]), into="lines")["lines"]
    assert other == {"number": 2}
    assert one == {
        "number": 1,
        "text": "x",
        "whole": 2**60 + 1,
        "day": date(2026, 3, 1),
        "time": pd.Timestamp("2026-03-01 10:20"),
        "some": "a",
        "taxes": [1, 2],
    }
    assert type(one["whole"]) is int


def test_several_columns_may_say_the_document() -> None:
    flat = FLAT.assign(year=[2025, 2025, 2026])
    made = nest(flat, by=["order_ref", "year"], lines=LINES, into="order_line")
    assert list(zip(made["order_ref"], made["year"], strict=True)) == [("B", 2025), ("A", 2025), ("B", 2026)]


def test_a_key_of_lines_stays_in_them() -> None:
    made = nest(FLAT.assign(number=[1, 1, 2]), by="order_ref", lines=LINES, into="order_line", line_key="number")
    assert [[line["number"] for line in lines] for lines in made["order_line"]] == [[1, 2], [1]]
    assert "number" not in made.columns


def flat(**changes: Any) -> dict[str, Any]:
    return {"frame": FLAT.assign(**changes), "by": "order_ref", "lines": LINES, "into": "order_line"}


def two(orders: dict[str, Any], **changes: Any) -> dict[str, Any]:
    lines = FLAT[["order_ref", *LINES]].assign(**changes)
    return {"frame": pd.DataFrame(orders), "lines": lines, "on": "order_ref", "into": "order_line"}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "header cells that differ": (
        flat(partner_id=[7, 8, 9]),
        "Column 'partner_id', rows 0 and 2: 7 and 9, though both are of the document 'B'. Correct them, or put",
    ),
    "an empty header cell beside a value": (
        flat(partner_id=[7, 8, None]),
        "7.0 and nothing, though both are of the document 'B'. Correct them, or put it among the lines. Fill it:",
    ),
    "a row without a document": (
        flat(order_ref=["B", None, None]),
        "Row 1 and 1 more: the column 'order_ref' is empty, so it belongs to no document.",
    ),
    "a line key that is there twice": (
        flat() | {"line_key": "note", "frame": FLAT.assign(note="x")},
        "Row 2: another line above of the document 'B' has the same note. Add a column that tells them apart",
    ),
    "a line key that is empty": (
        flat() | {"line_key": "product_uom_qty"},
        "Row 1: the line's key 'product_uom_qty' is empty. Fill it",
    ),
    "a column that is not there": (flat() | {"lines": ["product"]}, "The table has no column 'product'. Did you mean"),
    "a column that is there twice": (
        flat() | {"frame": pd.concat([FLAT, FLAT[["partner_id"]]], axis=1)},
        "The table has several columns 'partner_id'.",
    ),
    "a column in both": (flat() | {"lines": ["order_ref"]}, "'order_ref' cannot both say the document and belong"),
    "a column of that name": (flat() | {"into": "partner_id"}, "The table has a column 'partner_id' already."),
    "no name for the lines": (flat() | {"into": ""}, "nest wants the name of the column for the lines"),
    "no lines": (flat() | {"lines": None}, "nest wants to know the document of a row, and what a line is"),
    "no column in common": (
        {"frame": FLAT, "lines": FLAT, "into": "order_line"},
        "nest wants to know the document of a line",
    ),
    "lines without a document": (
        two({"order_ref": ["A"]}),
        "Row 0 of the lines and 1 more: no document is called 'B'. Add it, drop the line, or make the columns alike",
    ),
    "a document that is there twice": (
        two({"order_ref": ["A", "B", "A"]}),
        "Row 2: the document 'A' stands further above already, in row 0.",
    ),
    "a line that says no document": (
        two({"order_ref": ["A", "B"]}, order_ref=["A", "B", None]),
        "Row 2 of the lines: the column 'order_ref' is empty",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_set_of_documents_is_refused_by_row_column_and_value(name: str) -> None:
    arguments, words = REFUSED[name]
    with pytest.raises(DataError) as raised:
        nest(**arguments)
    assert words in str(raised.value)


def test_documents_that_differ_are_counted() -> None:
    frame = pd.DataFrame({"ref": np.repeat(["A", "B", "C"], 2), "who": range(6), "line": 1})
    with pytest.raises(DataError, match=r"rows 0 and 1: 0 and 1, though both .* 'A', and so in 2 more documents"):
        nest(frame, by="ref", lines=["line"], into="lines")


def test_a_row_without_any_cell_of_a_line_is_a_document_without_one() -> None:
    flat = pd.DataFrame({"ref": ["A", "B", "B"], "qty": [None, 1.0, None], "note": [None, None, "x"]})
    made = nest(flat, by="ref", lines=["qty", "note"], into="order_line")
    assert made["order_line"].tolist() == [[], [{"qty": 1.0}, {"note": "x"}]]


def test_nothing_becomes_nothing() -> None:
    made = nest(FLAT[:0], by="order_ref", lines=LINES, into="order_line")
    assert (len(made), list(made.columns)) == (0, ["order_ref", "partner_id", "order_line"])
