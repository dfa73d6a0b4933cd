"""What a real Odoo kept of what was sent."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.kept import kept
from odoo_widgets.flow.model import Field
from tests.models import PROTOCOLS, Given, destination
from tests.real import call

CONTACTS = "res.partner"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_each_cell_says_what_became_of_it(given: Given, protocol: str) -> None:
    frame = pd.DataFrame(
        {
            "name": ["a", "b", None],
            "color": [5.7, 2, 3],
            "partner_latitude": [50.123456789, None, 1],
            "complete_name": ["x", None, None],
            "comment": ["hello", "a<script>alert(1)</script>", None],
            "country_id": [21, None, 75],
        },
        index=list("xyz"),
    )
    target = destination(given.odoo, protocol, CONTACTS, "create")
    responses = target.send(frame, given.odoo.credential)
    assert responses["status"].tolist() == ["created", "created", "rejected"]
    found = target.read_back(responses, given.odoo.credential, frame)
    first = found[found["row"] == 0].set_index("field")["kept"].to_dict()
    assert first == {
        "name": "same", "color": "truncated", "partner_latitude": "rounded", "complete_name": "dropped",
        "comment": "same", "country_id": "same",
    }  # fmt: skip
    second = found[found["row"] == 1].set_index("field")
    assert second["kept"].to_dict() == {"name": "same", "color": "same", "comment": "changed"}
    assert second["in_odoo"]["comment"] == "<p>a</p>"
    assert set(found["row"]) == {0, 1}
    some = target.read_back(responses.iloc[[1]], given.odoo.credential, frame)
    assert set(some["row"]) == {1}
    with pytest.raises(DataError, match="another frame"):
        target.read_back(responses.reset_index(), given.odoo.credential, frame.head(2))


def test_amounts_are_rounded_and_commands_are_not_compared(given: Given) -> None:
    (lead,) = call(given.odoo, "crm.lead", "create", vals_list=[{"name": "a"}])
    frame = pd.DataFrame({"id": [lead], "name": ["a"], "expected_revenue": [10.128]})
    leads = destination(given.odoo, "json2", "crm.lead", "write")
    found = leads.read_back(leads.send(frame, given.odoo.credential), given.odoo.credential, frame)
    assert found[["field", "in_odoo", "kept"]].to_numpy().tolist()[1] == ["expected_revenue", 10.13, "rounded"]
    lines = [[[0, 0, {"product_id": given.service, "product_uom_qty": 2}]]]
    orders = destination(given.odoo, "json2", "sale.order", "create")
    frame = pd.DataFrame({"partner_id": [given.customer], "order_line": lines})
    found = orders.read_back(orders.send(frame, given.odoo.credential), given.odoo.credential, frame)
    assert found["kept"].tolist() == ["same", "not_compared"]


def orders(given: Given) -> pd.DataFrame:
    """Two orders, the first of two lines; Odoo keeps two decimals of a discount, and all of a price."""
    line = {
        "product_id": given.service,
        "name": "work",
        "product_uom_qty": 2,
        "price_unit": 0.00001,
        "discount": 12.3456,
    }
    lines = [[{**line, "price_subtotal": 7}, {**line, "price_subtotal": 7, "discount": 5}], [line]]
    return pd.DataFrame({"client_order_ref": ["a", "b"], "partner_id": given.customer, "order_line": lines})


@pytest.mark.parametrize(
    ("protocol", "settings"),
    [(protocol, options) for protocol in PROTOCOLS for options in ({}, {"key": "client_order_ref", "mode": "upsert"})],
)
def test_each_cell_of_each_line_says_what_became_of_it(given: Given, protocol: str, settings: dict[str, Any]) -> None:
    frame = orders(given)
    frame["client_order_ref"] += f" {protocol} {bool(settings)}"
    target = destination(given.odoo, protocol, "sale.order", "create", **settings)
    responses = target.send(frame, given.odoo.credential)
    assert responses["status"].tolist() == ["created", "created"], responses["error"].tolist()
    forgotten = responses.drop(columns="order_line/.id")
    for said in (responses, forgotten):
        found = target.read_back(said, given.odoo.credential, frame)
        own = found[found["line"].isna()]
        assert own["kept"].tolist() == ["same"] * 4
        cells = found[found["line"].notna()]
        told = {(each.row, each.line, each.field): (each.in_odoo, each.kept) for each in cells.itertuples()}
        assert len(told) == len(cells) == 17
        assert told[0, 0, "order_line/discount"] == (12.35, "rounded")
        assert told[0, 0, "order_line/price_subtotal"] == (0.0, "dropped")
        assert told[0, 1, "order_line/discount"] == (5.0, "same")
        assert told[0, 1, "order_line/price_unit"] == (0.00001, "same")
        assert told[1, 0, "order_line/product_id"] == (given.service, "same")


def test_lines_that_changed_or_went_in_odoo_are_told_of(given: Given) -> None:
    frame = orders(given)
    frame["client_order_ref"] += " went"
    keyed = {"key": "client_order_ref", "mode": "upsert"}
    target = destination(given.odoo, "json2", "sale.order", "create", **keyed)
    responses = target.send(frame, given.odoo.credential)
    first, second = responses["order_line/.id"][0]
    call(given.odoo, "sale.order.line", "write", ids=[first], vals={"product_uom_qty": 9})
    call(given.odoo, "sale.order.line", "unlink", ids=[second])
    beside = {"order_line": [[0, 0, {"product_id": given.service}]]}
    call(given.odoo, "sale.order", "write", ids=[int(responses["id"][1])], vals=beside)
    found = target.read_back(responses, given.odoo.credential, frame)
    odd = found[~found["kept"].isin(["same", "rounded"]) & ~found["field"].str.endswith("subtotal")]
    assert odd[["row", "line", "field", "in_odoo", "kept"]].to_numpy().tolist() == [
        [0, 0, "order_line/product_uom_qty", 9.0, "changed"],
        # Odoo computes the price of another quantity anew.
        [0, 0, "order_line/price_unit", 20.0, "changed"],
        [0, 1, "order_line", None, "dropped"],
    ]
    # What an earlier send made is known by its key, and what others made is none of the frame's.
    assert set(found[found["row"] == 1]["line"].dropna()) == {0}


def test_what_was_sent_in_one_language_is_read_in_it(given: Given) -> None:
    french = call(given.odoo, "res.lang", "search", domain=[["code", "=", "fr_FR"]], context={"active_test": False})
    call(given.odoo, "res.lang", "write", ids=french, vals={"active": True})
    made = call(given.odoo, "product.template", "create", vals_list=[{"name": "chair"}])
    frame = pd.DataFrame({"id": made, "name": ["chaise"]})
    target = destination(given.odoo, "json2", "product.template", "write", context={"lang": "fr_FR"})
    responses = target.send(frame, given.odoo.credential)
    assert target.read_back(responses, given.odoo.credential, frame)["kept"].tolist() == ["same"]
    english = target.replace(context={}).read_back(responses, given.odoo.credential, frame)
    assert english[["in_odoo", "kept"]].to_numpy().tolist() == [["chair", "translated"]]


# type, more of the field, sent, held, what became of it
WORDS: list[tuple[str, dict[str, Any], Any, Any, str]] = [
    ("char", {"size": 2}, "abc", "ab", "truncated"),
    ("char", {}, "abc", "ab", "truncated"),
    ("char", {}, "abc", False, "dropped"),
    ("char", {}, "abc", "xyz", "changed"),
    ("char", {}, None, False, "same"),
    ("date", {}, "2026-03-01 10:00:00", "2026-03-01", "truncated"),
    ("integer", {}, 5, 6, "changed"),
    ("float", {}, 5.5, 0.0, "dropped"),
    ("float", {}, 5.555, 5.56, "rounded"),
    ("float", {}, 0.001, 0.0, "rounded"),
    ("many2one", {}, 3, [3, "x"], "same"),
    ("many2many", {}, [1], [1, 2], "changed"),
    ("many2many", {}, [[6, 0, [1, 2]]], [2, 1], "same"),
    ("char", {"readonly": True, "depends": ("x",)}, "a", "b", "dropped"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "more", "sent", "held", "word"), WORDS)
def test_one_word_says_what_became_of_a_value(kind: str, more: dict[str, Any], sent: Any, held: Any, word: str) -> None:
    assert kept(Field("x", kind, **more), sent, held) == word


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_load_reads_as_it_goes_out_is_held_against_the_records_that_it_leads_to(
    given: Given, protocol: str
) -> None:
    frame = pd.DataFrame(
        {
            "id": [f"{protocol}.a", f"{protocol}.b"],
            "name": ["a", "b"],
            "parent_id/id": [None, f"{protocol}.a"],
            "country_id": ["Belgium", "Belgium"],
            "user_id/.id": [2, None],
        }
    )
    target = destination(given.odoo, protocol, CONTACTS, "load")
    assert target.diff(frame.drop(columns="parent_id/id"), given.odoo.credential).attrs["counts"]["create"] == 2
    responses = target.send(frame, given.odoo.credential)
    assert responses["status"].tolist() == ["saved"] * 2, responses["error"].tolist()
    found = target.read_back(responses, given.odoo.credential, frame)
    assert found["field"].tolist() == ["name", "country_id", "user_id", "name", "parent_id", "country_id"]
    assert set(found["kept"]) == {"same"}
    edited = frame.assign(name=["a", "other"])
    differences = target.diff(edited, given.odoo.credential)
    assert differences[["row", "id", "field"]].to_numpy().tolist() == [[1, responses["id"][1], "name"]]
    assert differences.attrs["counts"] | {"update": 1, "unchanged": 1, "create": 0} == differences.attrs["counts"]
