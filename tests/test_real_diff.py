"""A frame beside what a real Odoo holds, and sends that write only what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.flow.errors import SettingsError
from tests.models import NOWHERE, PROTOCOLS, Given, destination
from tests.real import call

if TYPE_CHECKING:
    from odoo_widgets.destination import Destination

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)
CONTACTS = "res.partner"


def people(given: Given, ref: str, count: int = 3) -> list[int]:
    values = [{"name": f"{ref} {row}", "ref": f"{ref}{row}", "color": row, "country_id": 21} for row in range(count)]
    return call(given.odoo, CONTACTS, "create", vals_list=values)  # type: ignore[no-any-return]


def writing(given: Given, protocol: str = "json2", model: str = CONTACTS, **settings: Any) -> Destination:
    return destination(given.odoo, protocol, model, "write", **settings)


def cells(difference: pd.DataFrame) -> list[list[Any]]:
    return difference.drop(columns="id").to_numpy().tolist()


# --- diff ------------------------------------------------------------------------------------------------------------


@EVERY
def test_the_cells_that_differ_are_told_with_both_values(given: Given, protocol: str) -> None:
    ids = people(given, protocol)
    frame = pd.DataFrame(
        {
            "id": [*ids, NOWHERE],
            "name": [f"{protocol} 0", "new", f"{protocol} 2", "x"],
            "color": [0, 1, 7, 8],
            "country_id": [21, 75, 21, 21],
            "email": [None, None, "a@example.com", None],
        }
    )
    found = writing(given, protocol).diff(frame, given.odoo.credential)
    assert cells(found) == [
        [1, "name", f"{protocol} 1", "new"],
        [1, "country_id", 21, 75],
        [2, "color", 2, 7],
        [2, "email", None, "a@example.com"],
    ]
    assert found["id"].tolist() == [ids[1], ids[1], ids[2], ids[2]]
    assert found.attrs["counts"] == {"create": 0, "update": 2, "unchanged": 1, "gone": 1, "several": 0, "rejected": 0}
    assert found.attrs["never_settle"] == {}


@EVERY
def test_rows_are_found_by_their_key(given: Given, protocol: str) -> None:
    people(given, f"k{protocol}", 2)
    call(given.odoo, CONTACTS, "create", vals_list=[{"name": "d", "ref": f"k{protocol}2"}] * 2)
    frame = pd.DataFrame({"Ref": [f"k{protocol}{row}" for row in range(4)], "color": [0, 9, 9, 9]})
    target = destination(given.odoo, protocol, CONTACTS, "create", key="Ref", mode="upsert", fields={"Ref": "ref"})
    found = target.diff(frame, given.odoo.credential)
    assert cells(found) == [[1, "color", 1, 9]]
    assert found.attrs["counts"] == {"create": 1, "update": 1, "unchanged": 1, "gone": 0, "several": 1, "rejected": 0}


def test_what_was_fetched_differs_in_nothing(given: Given) -> None:
    people(given, "none")
    target = writing(given)
    pulled = target.fetch(given.odoo.credential, [["ref", "like", "none%"]])
    found = target.diff(pulled, given.odoo.credential)
    assert found.empty, found
    assert found.attrs["counts"]["unchanged"] == 3


def test_amounts_are_the_same_where_their_currency_rounds_them_so(given: Given) -> None:
    (lead,) = call(given.odoo, "crm.lead", "create", vals_list=[{"name": "a", "expected_revenue": 10.13}])
    target = writing(given, model="crm.lead")
    assert target.diff(pd.DataFrame({"id": [lead], "expected_revenue": [10.128]}), given.odoo.credential).empty
    found = target.diff(pd.DataFrame({"id": [lead], "expected_revenue": [10.12]}), given.odoo.credential)
    assert cells(found) == [[0, "expected_revenue", 10.13, 10.12]]


def test_fields_that_never_settle_are_named(given: Given) -> None:
    (someone,) = people(given, "never", 1)
    frame = pd.DataFrame({"id": [someone], "complete_name": ["x"], "color": [0]})
    found = writing(given).diff(frame, given.odoo.credential)
    assert found.empty
    assert list(found.attrs["never_settle"]) == ["complete_name"]
    # For rows that would be made as well, what says which records they are for is no cell.
    making = destination(given.odoo, "json2", CONTACTS, "create").diff(frame[["id", "color"]], given.odoo.credential)
    assert making.attrs["never_settle"] == {}


def test_what_cannot_be_compared_is_said(given: Given) -> None:
    frame = pd.DataFrame({"name": ["a"], "e-mail": ["b"]})
    with pytest.raises(SettingsError, match=r"no field 'e-mail' .*Did you mean 'email'\?"):
        destination(given.odoo, "json2", CONTACTS, "create").diff(frame, given.odoo.credential)
    with pytest.raises(SettingsError, match="no column is called 'id'"):
        destination(given.odoo, "json2", CONTACTS, "create").diff(frame[["name"]], given.odoo.credential)
