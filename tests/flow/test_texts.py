from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.errors import TableError
from odoo_widgets.flow.texts import column, number, text


@pytest.mark.parametrize(
    ("cells", "dtype", "values"),
    [
        (["7", "-12", "0"], "Int64", [7, -12, 0]),
        (["7", ""], "Int64", [7, None]),
        (["1.5", "3"], "Float64", [1.5, 3.0]),
        (["true", "FALSE", ""], "boolean", [True, False, None]),
        # What a number would not be written like again.
        (["007", "12"], "string", ["007", "12"]),
        (["1.50"], "string", ["1.50"]),
        (["1.0"], "string", ["1.0"]),
        (["-0"], "string", ["-0"]),
        (["+32475"], "string", ["+32475"]),
        (["1,5"], "string", ["1,5"]),
        (["1e3"], "string", ["1e3"]),
        (["1_000"], "string", ["1_000"]),
        ([" 7"], "string", [" 7"]),
        (["٣"], "string", ["٣"]),
        (["1234567890123456"], "string", ["1234567890123456"]),
        (["0.1234567890123456"], "string", ["0.1234567890123456"]),
        # Words that other readers take for a missing cell.
        (["NA", "null", "None", "nan"], "string", ["NA", "null", "None", "nan"]),
        (["true", "1"], "string", ["true", "1"]),
        (["", ""], "string", [None, None]),
        ([], "string", []),
    ],
)
def test_a_column_is_numbers_only_where_nothing_of_its_text_is_lost(cells: Any, dtype: str, values: Any) -> None:
    made = column(cells)
    assert made.dtype == dtype
    assert [None if value else cell for cell, value in zip(made, made.isna(), strict=True)] == values


@given(st.lists(st.from_regex(r"-?[0-9]{0,18}(\.[0-9]{0,18})?", fullmatch=True) | st.text(max_size=5), max_size=5))
def test_whatever_stands_in_a_column_can_be_written_again(cells: list[str]) -> None:
    made = column(cells)
    written = ["" if missing else _again(cell) for cell, missing in zip(made, made.isna(), strict=True)]
    if made.dtype != "boolean":
        assert written == cells


def _again(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def test_a_column_stays_text_or_becomes_numbers_where_that_is_asked_for() -> None:
    assert text(["7", ""]).tolist()[0] == "7"
    assert number(["007", "", "+5"], "n").tolist() == [7, None, 5]
    assert number(["1.50", "2"], "n").tolist() == [1.5, 2.0]


@pytest.mark.parametrize("cell", ["1,5", "x", "inf", "nan", "0x10", "1_0", "--1"])
def test_a_cell_that_is_no_number_is_named(cell: str) -> None:
    with pytest.raises(TableError, match=r"^Column 'price', row 1: .* is no number"):
        number(["1", cell], "price")
