"""Jobs as companies have them, each done twice on a real Odoo: the second time changes nothing and doubles nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.models import Given, destination
from tests.real import call

PRODUCTS, QUANTS, PEOPLE = "product.product", "stock.quant", "hr.employee"


def read(given: Given, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
    context = {"active_test": False}
    return call(  # type: ignore[no-any-return]
        given.odoo, model, "search_read", domain=domain, fields=list(fields), order="id", load="", context=context
    )


# --- stock counts ----------------------------------------------------------------------------------------------------


def counted(given: Given, goods: list[int]) -> tuple[list[tuple[int, float]], int]:
    """What is on hand of each product, quant by quant, and how many moves made it so."""
    quants = read(
        given, QUANTS, [["product_id", "in", goods], ["location_id", "=", given.place]], "product_id", "quantity"
    )
    moves = call(given.odoo, "stock.move", "search_count", domain=[["product_id", "in", goods], ["quantity", "!=", 0]])
    return [(each["product_id"], each["quantity"]) for each in quants], moves


def test_counts_are_applied_once_however_often_they_are_sent(given: Given) -> None:
    goods = given.goods(3)
    frame = pd.DataFrame({"product_id": goods, "location_id": given.place, "inventory_quantity": [25.0, 3.5, 7.0]})
    target = destination(given.odoo, "json2", QUANTS, "create", then=["action_apply_inventory"])
    first = target.send(frame, given.odoo.credential)
    assert (first["status"].tolist(), first["action_apply_inventory"].tolist()) == (["created"] * 3, ["called"] * 3)
    after = counted(given, goods)
    assert after == (list(zip(goods, [25.0, 3.5, 7.0], strict=True)), 3)
    second = target.send(frame, given.odoo.credential)
    assert second["id"].tolist() == first["id"].tolist()
    assert (second["status"].tolist(), second["action_apply_inventory"].tolist()) == (["updated"] * 3, ["called"] * 3)
    assert counted(given, goods) == after


def test_counts_that_apply_themselves_are_repeated_without_harm(given: Given) -> None:
    goods = given.goods(2)
    frame = pd.DataFrame(
        {"product_id": goods, "location_id": given.place, "inventory_quantity_auto_apply": [25.0, 3.5]}
    )
    for operation, statuses in (("create", ["created", "updated"]), ("load", ["saved", "saved"])):
        told = (
            frame
            if operation == "create"
            else frame.rename(columns={"product_id": "product_id/.id", "location_id": "location_id/.id"})
        )
        target = destination(given.odoo, "json2", QUANTS, operation)
        found = [target.send(told, given.odoo.credential)["status"].tolist() for _ in range(2)]
        assert found[-1] == [statuses[-1]] * 2, found
    assert counted(given, goods) == (list(zip(goods, [25.0, 3.5], strict=True)), 2)


# --- employees -------------------------------------------------------------------------------------------------------


def test_employees_are_updated_in_place_and_no_history_is_made_of_it(given: Given) -> None:
    jobs = call(given.odoo, "hr.job", "create", vals_list=[{"name": "cook"}, {"name": "baker"}])
    mails = ["ana@example.com", "ben@example.com"]
    frame = pd.DataFrame({"work_email": mails, "name": ["Ana", "Ben"], "job_id": jobs[0]})
    target = destination(given.odoo, "json2", PEOPLE, "create", key="work_email", mode="upsert", only_changes=True)
    made = target.send(frame, given.odoo.credential)
    assert made["status"].tolist() == ["created"] * 2, made["error"].tolist()
    promoted = frame.assign(job_id=jobs)
    findings = target.check(promoted, given.odoo.credential)
    assert any("live on the employee's current version" in each for each in findings["problem"])
    statuses = [target.send(promoted, given.odoo.credential)["status"].tolist() for _ in range(2)]
    assert statuses == [["unchanged", "updated"], ["unchanged"] * 2]
    people = read(given, PEOPLE, [["work_email", "in", mails]], "job_id")
    assert [each["job_id"] for each in people] == jobs
    ids = [each["id"] for each in people]
    assert call(given.odoo, "hr.version", "search_count", domain=[["employee_id", "in", ids]]) == 2


# --- prices ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shirts(given: Given) -> list[int]:
    """Two variants of one template, which has their price, and a product of its own."""
    sizes = {"name": "size", "value_ids": [[0, 0, {"name": "S"}], [0, 0, {"name": "M"}]]}
    (size,) = call(given.odoo, "product.attribute", "create", vals_list=[sizes])
    values = call(given.odoo, "product.attribute.value", "search", domain=[["attribute_id", "=", size]])
    lines = [[0, 0, {"attribute_id": size, "value_ids": [[6, 0, values]]}]]
    made = [{"name": "shirt", "attribute_line_ids": lines, "list_price": 10}]
    (template,) = call(given.odoo, "product.template", "create", vals_list=made)
    variants = call(given.odoo, PRODUCTS, "search", domain=[["product_tmpl_id", "=", template]], order="id")
    for each, code in zip(variants, ("S-1", "M-1"), strict=True):
        call(given.odoo, PRODUCTS, "write", ids=[each], vals={"default_code": code})
    hats = call(given.odoo, PRODUCTS, "create", vals_list=[{"name": "hat", "default_code": "H-1"}])
    return [*variants, *hats]


def prices(given: Given) -> dict[str, float]:
    found = read(given, PRODUCTS, [["default_code", "in", ["S-1", "M-1", "H-1"]]], "default_code", "list_price")
    return {each["default_code"]: each["list_price"] for each in found}


@pytest.mark.parametrize("batch_size", [100, 1])
def test_two_prices_for_one_template_are_found_and_not_written_by_turns(
    given: Given, shirts: list[int], batch_size: int
) -> None:
    call(given.odoo, PRODUCTS, "write", ids=shirts, vals={"list_price": 10})
    frame = pd.DataFrame({"default_code": ["S-1", "H-1", "M-1"], "list_price": [11.0, 6.0, 15.0]})
    target = destination(
        given.odoo, "json2", PRODUCTS, "write", key="default_code", only_changes=True, batch_size=batch_size
    )
    (found,) = target.check(frame, given.odoo.credential).itertuples()
    assert (found.field, found.first_rows) == ("list_price", [0, 2])
    assert "list_price" in target.diff(frame, given.odoo.credential).attrs["never_settle"]
    for statuses in (["updated", "updated", "rejected"], ["unchanged", "unchanged", "rejected"]):
        sent = target.send(frame, given.odoo.credential)
        assert sent["status"].tolist() == statuses
        assert sent["error_field"].iloc[2] == "list_price"
        assert f"for record {shirts[0]}, which gives it 11; this row says 15" in sent["error"].iloc[2]
        assert prices(given) == {"S-1": 11, "M-1": 11, "H-1": 6}


@pytest.mark.usefixtures("shirts")
def test_one_price_for_both_variants_is_written_once_and_then_left(given: Given) -> None:
    frame = pd.DataFrame({"default_code": ["S-1", "M-1"], "list_price": [12.5, 12.5]})
    target = destination(given.odoo, "json2", PRODUCTS, "write", key="default_code", only_changes=True)
    assert target.check(frame, given.odoo.credential).empty
    statuses = [target.send(frame, given.odoo.credential)["status"].tolist() for _ in range(2)]
    assert statuses == [["updated"] * 2, ["unchanged"] * 2]
    assert prices(given)["S-1"] == prices(given)["M-1"] == 12.5
