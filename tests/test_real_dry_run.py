"""What a real Odoo would refuse, and that it keeps nothing of a dry run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.flow.errors import DataError, SettingsError
from tests.models import NOWHERE, PROTOCOLS, Given, destination, plain_user
from tests.real import call, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)
CONTACTS = "res.partner"


@pytest.fixture(scope="module")
def given() -> Iterator[Given]:
    with sandbox() as odoo:
        yield Given.made(odoo)


def tried(
    given: Given, frame: Any, model: str = CONTACTS, operation: str = "create", protocol: str = "json2", **settings: Any
) -> pd.DataFrame:
    target = destination(given.odoo, protocol, model, operation, **settings)
    return target.dry_run(pd.DataFrame(frame), given.odoo.credential)


@EVERY
def test_each_row_would_be_saved_or_is_refused_with_its_field(given: Given, protocol: str) -> None:
    count = call(given.odoo, CONTACTS, "search_count", domain=[])
    frame = pd.DataFrame(
        {
            "name": ["a", 'b "B", c\nd', "c", "d", None],
            "color": [1, 2, "x", None, 5],
            "country_id": [21, 75, 21, NOWHERE, 21],
            "is_company": [True, False, True, False, False],
            "category_id": [[], None, None, None, None],
        },
        index=list("vwxyz"),
    )
    found = tried(given, frame, protocol=protocol)
    assert found["status"].to_dict() == {
        "v": "would_save", "w": "would_save", "x": "rejected", "y": "rejected", "z": "rejected"
    }  # fmt: skip
    assert found["error_field"].tolist()[2:4] == ["color", "country_id"]
    assert "does not seem to be an integer" in found["error"]["x"]
    assert "Contacts require a name" in found["error"]["z"]
    assert found["error"].isna().tolist() == [True, True, False, False, False]
    assert "rolled back" in found.attrs["cannot_see"]
    assert call(given.odoo, CONTACTS, "search_count", domain=[]) == count


def test_many_refused_rows_are_all_named(given: Given) -> None:
    frame = {"name": [f"n{row}" if row % 3 else None for row in range(60)], "ref": [f"r{row}" for row in range(60)]}
    found = tried(given, frame)
    assert found["status"].tolist() == ["would_save" if row % 3 else "rejected" for row in range(60)]


def test_records_that_are_there_are_tried_as_changes(given: Given) -> None:
    ids = call(given.odoo, CONTACTS, "create", vals_list=[{"name": "a", "color": 1}, {"name": "b", "color": 2}])
    found = tried(given, {"id": [*ids, NOWHERE], "color": [7, 8, 9]}, operation="write")
    assert found["status"].tolist() == ["would_save", "would_save", "rejected"]
    assert [each["color"] for each in call(given.odoo, CONTACTS, "read", ids=ids, fields=["color"])] == [1, 2]


def test_times_are_read_in_utc_and_lines_are_not_tried(given: Given) -> None:
    call(given.odoo, "res.users", "write", ids=[2], vals={"tz": "Asia/Tokyo"})
    when = pd.to_datetime(["2026-03-01 10:20:30"]).tz_localize("UTC")
    assert tried(given, {"name": ["a"], "date_closed": when}, "crm.lead")["status"].tolist() == ["would_save"]
    lines = {"partner_id": [given.customer], "order_line": [[[0, 0, {"product_id": given.service}]]]}
    found = tried(given, lines, "sale.order")
    assert found["status"].tolist() == ["not_tried"]
    assert found["error"].iloc[0].startswith("this row holds lines")


def test_the_columns_may_be_called_otherwise_and_cells_may_be_empty(given: Given) -> None:
    frame = {"Name": ["a", "b", "c"], "Color": [1, None, None], "ref": [None, "r", None]}
    found = tried(given, frame, fields={"Name": "name", "Color": "color"}, missing={"ref": "clear"})
    assert found["status"].tolist() == ["would_save"] * 3
    assert tried(given, {"name": ["a"], "nope": ["b"]})["error"].iloc[0].startswith("Invalid field name 'nope'")


def test_what_cannot_be_tried_is_said(given: Given) -> None:
    with pytest.raises(SettingsError, match="unlink saves no rows"):
        tried(given, {"id": [1]}, operation="unlink")
    with pytest.raises(DataError, match="infinity cannot be sent"):
        tried(given, {"name": ["a"], "color": [float("inf")]})
    target = destination(given.odoo, "json2", CONTACTS, "create")
    found = target.dry_run(pd.DataFrame({"name": ["a", "b"]}), plain_user(given.odoo))
    assert found["status"].tolist() == ["rejected", "rejected"]
    assert found["error"].str.contains("not allowed to create").all()
