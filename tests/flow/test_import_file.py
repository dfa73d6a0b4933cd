from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from odoo_widgets.flow.import_file import NoFileError, Row, blocks, row, text_of
from odoo_widgets.flow.model import Field

FIELDS = {
    "ref": Field("ref", "char"),
    "partner_id": Field("partner_id", "many2one", relation="res.partner"),
    "lines": Field("lines", "one2many", relation="line"),
    "notes": Field("notes", "one2many", relation="note"),
}
INSIDE = {
    "lines": {
        "product_id": Field("product_id", "many2one", relation="product"),
        "price": Field("price", "float"),
        "tax_ids": Field("tax_ids", "many2many", relation="tax"),
        "id": Field("id", "integer"),
    }
}


def made(record: dict[str, Any], position: int = 0, **options: Any) -> Row:
    return row(position, record, FIELDS, INSIDE, **options)


def table(rows: list[Row]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of(rows))))


def test_the_lines_of_a_document_stand_below_its_own_cells() -> None:
    line = {"product_id": 7, "price": 0.00001, "tax_ids": [1, 2]}
    first = made({"ref": "a", "partner_id": 3, "lines": [line, {**line, "price": None}]})
    second = made({"ref": "b", "partner_id": False, "lines": [line]}, 1)
    assert (first.size, second.size) == (2, 1)
    assert table([first, second]) == [
        ["ref", "partner_id/.id", "lines/product_id/.id", "lines/price", "lines/tax_ids/.id"],
        ["a", "3", "7", "0.00001", "1,2"],
        ["", "", "7", "", "1,2"],
        ["b", "", "7", "0.00001", "1,2"],
    ]


def test_lines_of_two_fields_stand_beside_each_other() -> None:
    both = made({"ref": "a", "lines": [{"price": 1}], "notes": [{"text": "x"}, {"text": "y"}]})
    assert table([both]) == [["ref", "lines/price", "notes/text"], ["a", "1", "x"], ["", "", "y"]]
    assert table([both.with_only("notes", 1)]) == [["ref", "notes/text"], ["a", "y"]]
    assert table([both.with_only()]) == [["ref"], ["a"]]


def test_what_only_tells_lines_apart_and_the_ids_of_new_ones_stay_out() -> None:
    lines = [{"number": 1, "price": 2, "id": "odoo_widgets.x"}]
    assert made({"ref": "a", "lines": lines}, apart=["number"]).lines == {"lines": [{"lines/price": "2"}]}
    known = made({"ref": "a", "lines": lines}, apart=["number"], number=5)
    assert known.cells[".id"] == "5"
    assert known.lines == {"lines": [{"lines/price": "2", "lines/id": "odoo_widgets.x"}]}


def test_commands_that_make_lines_are_lines() -> None:
    assert made({"ref": "a", "lines": [[0, 0, {"price": 1}]]}) == made({"ref": "a", "lines": [{"price": 1}]})


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"ref": "a", "lines": [{"price": 1}, {"price": None}]}, "line 1 of lines has no value"),
        ({"ref": "a", "lines": [{}]}, "line 0 of lines has no value"),
        ({"ref": "a", "lines": [[1, 5, {"price": 1}]]}, "this row holds lists or dicts"),
        ({"ref": "a", "lines": [{"price": [1]}]}, "this row holds lists or dicts"),
        ({"ref": None}, "this row has no value"),
    ],
)
def test_what_no_file_holds_is_said(record: dict[str, Any], said: str) -> None:
    with pytest.raises(NoFileError, match=said):
        made(record)


def test_rows_that_fill_the_same_columns_share_a_file_up_to_its_size() -> None:
    rows = [made({"ref": str(place), "lines": [{"price": 1}] * 2}, place) for place in range(5)]
    other = made({"ref": "x"}, 5)
    shared = [[each.position for each in some] for some in blocks([*rows, other], 4)]
    assert shared == [[0, 1], [2, 3], [4], [5]]


def test_a_document_without_a_cell_of_its_own_has_a_file_of_its_own() -> None:
    bare = [made({"ref": None, "lines": [{"price": 1}]}, place) for place in range(2)]
    assert [[each.position for each in some] for some in blocks(bare, 10)] == [[0], [1]]


def test_lines_that_fill_different_cells_are_known() -> None:
    assert made({"ref": "a", "lines": [{"price": 1}, {"product_id": 2}]}).is_uneven
    assert not made({"ref": "a", "lines": [{"price": 1}, {"price": 2}]}).is_uneven
