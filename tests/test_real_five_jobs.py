"""Five whole jobs of a company, each sent twice to a real Odoo and counted there over a connection of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from odoo_widgets import nest
from tests.models import Given, destination
from tests.real import call

if TYPE_CHECKING:
    from odoo_widgets.destination import Destination

CONTACTS, TAGS, PRODUCTS, TEMPLATES = "res.partner", "res.partner.category", "product.product", "product.template"
ORDERS, INVOICES, COUNTS, PEOPLE = "sale.order", "account.move", "stock.quant", "hr.employee"


def to(given: Given, model: str, operation: str = "create", **settings: Any) -> Destination:
    return destination(given.odoo, "json2", model, operation, **settings)


def read(given: Given, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
    """What Odoo holds, archived records included, by id."""
    told = {"domain": domain, "fields": list(fields), "order": "id", "load": "", "context": {"active_test": False}}
    return call(given.odoo, model, "search_read", **told)  # type: ignore[no-any-return]


def of(given: Given, model: str, field: str, names: list[str]) -> dict[str, int]:
    """Records by what they are called."""
    found = read(given, model, [[field, "in", names]], field)
    ids = {each[field]: each["id"] for each in found}
    assert len(ids) == len(found) == len(names)
    return ids


def moments(given: Given, model: str, ids: Any) -> list[Any]:
    """When records were last written, to the microsecond."""
    groupby = ["id", "write_date:hour", "write_date:second_number"]
    domain = [["id", "in", [int(each) for each in ids]]]
    groups = call(given.odoo, model, "formatted_read_group", domain=domain, groupby=groupby, aggregates=[])
    return [[group[name] for name in groupby] for group in groups]


def test_contacts_with_countries_states_tags_companies_and_children(given: Given) -> None:
    frame = pd.DataFrame(
        {
            "ref": ["K-3", "K-1", "K-4", "K-2"],
            "name": ["Ana", "Brewery", "Ben", "Mill"],
            "is_company": [False, True, False, True],
            "parent_id/ref": ["K-1", None, "K-2", None],
            "country_id/code": [None, "US", None, "AU"],
            "state_id/code": [None, "WA", None, "WA"],
            "category_id": ["buyer", "customer, buyer", None, "customer"],
        }
    )
    call(given.odoo, TAGS, "create", vals_list=[{"name": "customer"}])
    target, me = to(given, CONTACTS, key="ref", mode="upsert"), given.odoo.credential
    table = target.lookups(frame, me)
    target = target.settled(table.assign(settlement=table["value"].map({"buyer": "create"})))
    findings = target.check(frame, me)
    assert (findings["severity"].tolist(), findings["column"].tolist()) == (["note"], ["category_id"])

    first = target.send(frame, me)
    assert first["status"].tolist() == ["created"] * 4, first["error"].tolist()
    again = target.send(frame, me)
    assert again["status"].tolist() == ["updated"] * 4, again["error"].tolist()
    before = moments(given, CONTACTS, first["id"])
    assert target.send(frame, me, only_changes=True)["status"].tolist() == ["unchanged"] * 4
    assert moments(given, CONTACTS, first["id"]) == before

    tags = of(given, TAGS, "name", ["customer", "buyer"])
    countries = of(given, "res.country", "code", ["US", "AU"])
    states = {
        each["country_id"]: each["id"]
        for each in read(given, "res.country.state", [["code", "=", "WA"]], "country_id")
        if each["country_id"] in countries.values()
    }
    ids = of(given, CONTACTS, "ref", frame["ref"].tolist())
    fields = ["parent_id", "country_id", "state_id", "category_id"]
    held = {each["ref"]: each for each in read(given, CONTACTS, [["id", "in", [*ids.values()]]], "ref", *fields)}
    assert [ids[each] for each in frame["ref"]] == again["id"].tolist() == first["id"].tolist()
    assert [held[each]["parent_id"] for each in frame["ref"]] == [ids["K-1"], False, ids["K-2"], False]
    for ref, code in (("K-1", "US"), ("K-2", "AU")):
        assert (held[ref]["country_id"], held[ref]["state_id"]) == (countries[code], states[countries[code]])
    assert [sorted(held[each]["category_id"]) for each in frame["ref"]] == [
        [tags["buyer"]], sorted(tags.values()), [], [tags["customer"]],
    ]  # fmt: skip


def test_prices_by_default_code_with_variants(given: Given) -> None:
    sizes = {"name": "size", "value_ids": [[0, 0, {"name": "S"}], [0, 0, {"name": "M"}]]}
    (size,) = call(given.odoo, "product.attribute", "create", vals_list=[sizes])
    values = call(given.odoo, "product.attribute.value", "search", domain=[["attribute_id", "=", size]])
    lines = [[0, 0, {"attribute_id": size, "value_ids": [[6, 0, values]]}]]
    (shirt,) = call(given.odoo, TEMPLATES, "create", vals_list=[{"name": "shirt", "attribute_line_ids": lines}])
    codes = ["SHIRT-S", "SHIRT-M"]
    for each, code in zip(read(given, PRODUCTS, [["product_tmpl_id", "=", shirt]]), codes, strict=True):
        call(given.odoo, PRODUCTS, "write", ids=[each["id"]], vals={"default_code": code})
    call(given.odoo, PRODUCTS, "create", vals_list=[{"name": "hat", "default_code": "HAT"}])
    there = [call(given.odoo, model, "search_count", domain=[]) for model in (PRODUCTS, TEMPLATES)]

    frame = pd.DataFrame(
        {
            "default_code": ["SHIRT-S", "HAT", "SHIRT-M"],
            "list_price": [12.5, 6.0, 12.5],
            "standard_price": [4.0, 2.0, 4.5],
        }
    )
    target, me = to(given, PRODUCTS, "write", key="default_code"), given.odoo.credential
    assert target.check(frame, me)["problem"].tolist() == []
    for settings, status in (({}, "updated"), ({}, "updated"), ({"only_changes": True}, "unchanged")):
        sent = target.send(frame, me, **settings)
        assert sent["status"].tolist() == [status] * 3, sent["error"].tolist()
        held = read(given, PRODUCTS, [["default_code", "in", frame["default_code"].tolist()]], *frame.columns)
        prices = {each["default_code"]: (each["list_price"], each["standard_price"]) for each in held}
        assert prices == {"SHIRT-S": (12.5, 4.0), "SHIRT-M": (12.5, 4.5), "HAT": (6.0, 2.0)}
        assert [call(given.odoo, model, "search_count", domain=[]) for model in (PRODUCTS, TEMPLATES)] == there


def test_sale_orders_with_lines_confirmed(given: Given) -> None:
    call(given.odoo, CONTACTS, "create", vals_list=[{"name": "Shop", "ref": "SHOP"}])
    goods = [
        {"name": code, "default_code": code, "is_storable": True, "taxes_id": [], "list_price": 1} for code in "XY"
    ]
    call(given.odoo, PRODUCTS, "create", vals_list=goods)
    flat = pd.DataFrame(
        {
            "client_order_ref": ["SO-A", "SO-A", "SO-B"],
            "partner_id/ref": "SHOP",
            "date_order": pd.Timestamp("2024-03-01 08:00", tz="UTC"),
            "product_id/default_code": ["X", "Y", "X"],
            "product_uom_qty": [2.0, 1.0, 3.0],
            "price_unit": [10.0, 5.5, 10.0],
        }
    )
    of_lines = ["product_id/default_code", "product_uom_qty", "price_unit"]
    frame = nest(flat, by="client_order_ref", lines=of_lines, into="order_line").assign(Total=[25.5, 30.0])
    steps = ["action_confirm", {"write": ["date_order"]}]
    target = to(given, ORDERS, key="client_order_ref", expect={"amount_total": "Total"}, then=steps)
    assert target.check(frame, given.odoo.credential)["problem"].tolist() == []

    seen = []
    for status, step in (("created", "called"), ("unchanged", "unchanged")):
        sent = target.send(frame, given.odoo.credential)
        assert sent["status"].tolist() == [status] * 2, sent["error"].tolist()
        assert sent["expect"].tolist() == ["agrees"] * 2
        assert sent["action_confirm"].tolist() == [step] * 2, sent["action_confirm_error"].tolist()
        fields = ["client_order_ref", "state", "amount_total", "date_order", "order_line"]
        orders = read(given, ORDERS, [["client_order_ref", "in", ["SO-A", "SO-B"]]], *fields)
        lines = read(given, "sale.order.line", [["order_id", "in", [each["id"] for each in orders]]], "product_id")
        moves = read(given, "stock.move", [["sale_line_id", "in", [each["id"] for each in lines]]], "product_uom_qty")
        assert [sorted(each["order_line"]) for each in orders] == sent["order_line/.id"].tolist()
        seen.append((orders, lines, moves))
    assert seen[0] == seen[1]
    orders, lines, moves = seen[0]
    assert [(each["client_order_ref"], each["state"], each["amount_total"], each["date_order"]) for each in orders] == [
        ("SO-A", "sale", 25.5, "2024-03-01 08:00:00"),
        ("SO-B", "sale", 30.0, "2024-03-01 08:00:00"),
    ]
    codes = of(given, PRODUCTS, "default_code", ["X", "Y"])
    assert [each["product_id"] for each in lines] == [codes[each] for each in "XYX"]
    assert sorted(each["product_uom_qty"] for each in moves) == [1.0, 2.0, 3.0]


def test_customer_invoices_with_taxes_and_accounts_totals_compared_posted(given: Given) -> None:
    call(given.odoo, CONTACTS, "create", vals_list=[{"name": "Client", "ref": "CLIENT"}])
    taxes = [{"name": "twenty", "amount": 20, "type_tax_use": use} for use in ("sale", "purchase")]
    tax, _ = call(given.odoo, "account.tax", "create", vals_list=taxes)
    account, other = read(given, "account.account", [["account_type", "in", ["income", "income_other"]]], "code")[:2]
    flat = pd.DataFrame(
        {
            "ref": ["I-1", "I-1", "I-2", "I-3"],
            "move_type": "out_invoice",
            "partner_id/ref": "CLIENT",
            "invoice_date": pd.to_datetime(["2024-05-02", "2024-05-02", "2024-05-01", "2024-05-03"]),
            "name": ["a", "b", "c", "d"],
            "quantity": [2.0, 1.0, 3.0, 1.0],
            "price_unit": [10.5, 20.0, 5.25, 1.0],
            "account_id/code": [account["code"], other["code"], account["code"], account["code"]],
            "tax_ids": "twenty",
        }
    )
    of_lines = ["name", "quantity", "price_unit", "account_id/code", "tax_ids"]
    frame = nest(flat, by="ref", lines=of_lines, into="invoice_line_ids").assign(Due=[49.2, 18.9, 9.99])
    target = to(given, INVOICES, key="ref", expect={"amount_total": "Due"}, then=["action_post"], batch_size=2)
    assert target.check(frame, given.odoo.credential)["problem"].tolist() == []

    seen = []
    for status, step in (("created", "called"), ("unchanged", "unchanged")):
        sent = target.send(frame, given.odoo.credential)
        assert sent["status"].tolist() == [status] * 3, sent["error"].tolist()
        assert sent["expect"].tolist() == ["agrees", "agrees", "differs"]
        assert sent["expect_error"][2] == "amount_total is 1.20 in Odoo and 9.99 in the column 'Due'."
        assert sent["action_post"].tolist() == [step, step, "not_sent"], sent["action_post_error"].tolist()
        fields = ["ref", "name", "state", "invoice_date", "amount_untaxed", "amount_total"]
        moves = read(given, INVOICES, [["ref", "in", frame["ref"].tolist()]], *fields)
        domain = [["move_id", "in", [each["id"] for each in moves]]]
        items = read(given, "account.move.line", domain, "display_type", "account_id", "tax_ids", "balance")
        assert [each["id"] for each in moves] == sent["id"].tolist()
        seen.append((moves, items))
    assert seen[0] == seen[1]
    moves, items = seen[0]
    assert [(each["state"], each["amount_untaxed"], each["amount_total"]) for each in moves] == [
        ("posted", 41.0, 49.2), ("posted", 15.75, 18.9), ("draft", 1.0, 1.2),
    ]  # fmt: skip
    # Numbers go by date: I-2 is a day before I-1.
    assert moves[1]["name"] < moves[0]["name"]
    products = [each for each in items if each["display_type"] == "product"]
    assert [each["account_id"] for each in products] == [account["id"], other["id"], account["id"], account["id"]]
    assert [each["tax_ids"] for each in products] == [[tax]] * 4
    assert round(sum(each["balance"] for each in items), 2) == 0


def test_stock_counts_applied_and_employees_updated(given: Given) -> None:
    me, codes = given.odoo.credential, ["BOLT", "NUT"]
    goods = [{"name": code, "default_code": code, "is_storable": True} for code in codes]
    call(given.odoo, PRODUCTS, "create", vals_list=goods)
    (place,) = read(given, "stock.location", [["id", "=", given.place]], "complete_name")
    counts = pd.DataFrame(
        {
            "product_id/default_code": codes,
            "location_id/complete_name": place["complete_name"],
            "inventory_quantity": [25.0, 3.5],
        }
    )
    counting = to(given, COUNTS, then=["action_apply_inventory"])
    assert "error" not in counting.check(counts, me)["severity"].tolist()
    ids = of(given, PRODUCTS, "default_code", codes)
    seen = []
    for status in ("created", "updated"):
        sent = counting.send(counts, me)
        assert sent["status"].tolist() == [status] * 2, sent["error"].tolist()
        assert sent["action_apply_inventory"].tolist() == ["called"] * 2
        here = [["product_id", "in", [*ids.values()]], ["location_id", "=", given.place]]
        quants = read(given, COUNTS, here, "product_id", "quantity", "inventory_quantity_set")
        moves = read(given, "stock.move", [["product_id", "in", [*ids.values()]], ["quantity", "!=", 0]], "quantity")
        assert [each["id"] for each in quants] == sent["id"].tolist()
        seen.append((quants, moves))
    assert seen[0] == seen[1]
    quants, moves = seen[0]
    assert [(each["product_id"], each["quantity"], each["inventory_quantity_set"]) for each in quants] == [
        (ids["BOLT"], 25.0, False), (ids["NUT"], 3.5, False),
    ]  # fmt: skip
    assert sorted(each["quantity"] for each in moves) == [3.5, 25.0]

    call(given.odoo, "hr.job", "create", vals_list=[{"name": "cook"}, {"name": "baker"}])
    call(given.odoo, "hr.department", "create", vals_list=[{"name": "Kitchen"}])
    mails = ["ana@example.com", "ben@example.com"]
    staff = [{"name": mail[:3], "work_email": mail} for mail in mails]
    call(given.odoo, PEOPLE, "create", vals_list=staff)
    people = pd.DataFrame({"work_email": mails, "job_id": ["cook", "baker"], "department_id/name": "Kitchen"})
    moving = to(given, PEOPLE, "write", key="work_email", only_changes=True)
    assert "error" not in moving.check(people, me)["severity"].tolist()
    sent = moving.send(people, me)
    assert sent["status"].tolist() == ["updated"] * 2, sent["error"].tolist()
    before = moments(given, PEOPLE, sent["id"])
    assert moving.send(people, me)["status"].tolist() == ["unchanged"] * 2
    assert moments(given, PEOPLE, sent["id"]) == before
    held = read(given, PEOPLE, [["work_email", "in", mails]], "job_id", "department_id")
    jobs, (kitchen,) = (
        of(given, "hr.job", "name", ["cook", "baker"]),
        of(given, "hr.department", "name", ["Kitchen"]).values(),
    )
    assert [(each["job_id"], each["department_id"]) for each in held] == [(jobs[name], kitchen) for name in jobs]
    assert [each["id"] for each in held] == sent["id"].tolist()
    versions = read(given, "hr.version", [["employee_id", "in", sent["id"].tolist()]])
    assert len(versions) == 2
