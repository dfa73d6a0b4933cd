"""Records that the lines of documents name by a text: orders and invoices, by code, reference and name, twice."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd
import pytest

from odoo_widgets import DataError, Destination, nest
from odoo_widgets.sandbox import Sandbox
from tests.real import call, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = itertools.count(1)
TAX = "15% of both"
PRODUCT = "product_id/default_code"


@attrs.frozen
class Given:
    """An Odoo with a customer, two products, an account, and a tax on sales and one on purchases of the same name."""

    odoo: Sandbox
    partner: int
    products: dict[str, int]
    account: dict[str, Any]
    taxes: dict[str, int]

    def destination(self, model: str, path: str = "json2", **options: Any) -> Destination:
        if path == "json2":
            return Destination(f"{self.odoo.url}/json/2/{model}/create", **options)
        return Destination(f"{self.odoo.url}/{path}", model=model, operation="create", **options)

    def orders(self) -> pd.DataFrame:
        """Two orders, of three lines together."""
        tag = f"l{next(NUMBERS)}"
        flat = pd.DataFrame(
            {
                "client_order_ref": [f"{tag} A", f"{tag} A", f"{tag} B"],
                "partner_id/ref": "C-7",
                PRODUCT: ["D-1", "D-2", "D-1"],
                "product_uom_qty": [1.0, 2.0, 3.0],
            }
        )
        return nest(flat, by="client_order_ref", lines=[PRODUCT, "product_uom_qty"], into="order_line")

    def invoices(self) -> pd.DataFrame:
        """An invoice and a bill."""
        tag = f"l{next(NUMBERS)}"
        line = {"name": "work", "account_id/code": self.account["code"], "tax_ids": TAX, "price_unit": 100.0}
        return pd.DataFrame(
            {
                "ref": [f"{tag} out", f"{tag} in"],
                "move_type": ["out_invoice", "in_invoice"],
                "partner_id/ref": "C-7",
                "invoice_date": ["2026-01-05", "2026-01-05"],
                "invoice_line_ids": [[line], [{**line, PRODUCT: code} for code in ("D-1", "D-2")]],
            }
        )

    def read(self, model: str, ids: Any, lines: str, *fields: str) -> list[list[dict[str, Any]]]:
        """What the lines of some documents hold, document by document."""
        read = self.odoo
        of = {each["id"]: each[lines] for each in call(read, model, "read", ids=[*map(int, ids)], fields=[lines])}
        return [
            call(read, LINES[model], "read", ids=sorted(of[int(number)]), fields=list(fields), load="")
            for number in ids
        ]

    def count(self, model: str, domain: list[Any]) -> int:
        return int(call(self.odoo, model, "search_count", domain=domain))


LINES = {"sale.order": "sale.order.line", "account.move": "account.move.line"}


@pytest.fixture(scope="module")
def given() -> Iterator[Given]:
    with sandbox() as odoo:
        (partner,) = call(odoo, "res.partner", "create", vals_list=[{"name": "Customer", "ref": "C-7"}])
        made = [{"name": name, "default_code": name, "list_price": 10.0} for name in ("D-1", "D-2")]
        products = call(odoo, "product.product", "create", vals_list=made)
        taxes = [{"name": TAX, "amount": 15, "type_tax_use": use} for use in ("sale", "purchase")]
        sale, purchase = call(odoo, "account.tax", "create", vals_list=taxes)
        domain = [["account_type", "=", "income"]]
        (account,) = call(odoo, "account.account", "search_read", domain=domain, fields=["code"], limit=1)
        codes = dict(zip(("D-1", "D-2"), products, strict=True))
        yield Given(odoo, partner, codes, account, {"sale": sale, "purchase": purchase})


@pytest.mark.parametrize("path", ["json2", "jsonrpc", "xmlrpc/2/object"])
def test_orders_without_a_key_are_made_with_what_their_lines_name(given: Given, path: str) -> None:
    answer = given.destination("sale.order", path).send(given.orders(), given.odoo.credential)
    assert answer["status"].tolist() == ["created", "created"], answer["error"].tolist()
    held = given.read("sale.order", answer["id"], "order_line", "product_id", "product_uom_qty")
    one, two = given.products.values()
    found = [[(each["product_id"], each["product_uom_qty"]) for each in lines] for lines in held]
    assert found == [[(one, 1.0), (two, 2.0)], [(one, 3.0)]]


@pytest.mark.parametrize("line_key", [(), PRODUCT])
def test_orders_sent_twice_with_a_key_have_each_line_once(given: Given, line_key: Any) -> None:
    orders = given.orders()
    target = given.destination("sale.order", key="client_order_ref", mode="upsert", line_key=line_key)
    first = target.send(orders, given.odoo.credential)
    assert first["status"].tolist() == ["created", "created"], first["error"].tolist()
    again = target.send(orders, given.odoo.credential)
    assert again["status"].tolist() == ["updated", "updated"], again["error"].tolist()
    assert again["order_line/.id"].tolist() == first["order_line/.id"].tolist()
    held = given.read("sale.order", first["id"], "order_line", "product_id")
    one, two = given.products.values()
    assert [[each["product_id"] for each in lines] for lines in held] == [[one, two], [one]]
    assert given.count("sale.order", [["client_order_ref", "in", orders["client_order_ref"].tolist()]]) == 2
    assert target.diff(orders, given.odoo.credential).empty
    only = target.send(orders, given.odoo.credential, only_changes=True)
    assert only["status"].tolist() == ["unchanged", "unchanged"], only["error"].tolist()


def test_the_tax_of_a_line_is_one_for_what_its_invoice_is(given: Given) -> None:
    invoices = given.invoices()
    target = given.destination("account.move", key="ref", mode="upsert")
    first = target.send(invoices, given.odoo.credential)
    assert first["status"].tolist() == ["created", "created"], first["error"].tolist()
    again = target.send(invoices, given.odoo.credential)
    assert again["status"].tolist() == ["updated", "updated"], again["error"].tolist()
    assert again["invoice_line_ids/.id"].tolist() == first["invoice_line_ids/.id"].tolist()
    held = given.read("account.move", first["id"], "invoice_line_ids", "tax_ids", "account_id", "product_id")
    sale, purchase = given.taxes["sale"], given.taxes["purchase"]
    assert [[each["tax_ids"] for each in lines] for lines in held] == [[[sale]], [[purchase], [purchase]]]
    assert {each["account_id"] for lines in held for each in lines} == {given.account["id"]}
    assert [each["product_id"] for each in held[1]] == [*given.products.values()]


def test_without_what_an_invoice_is_a_tax_of_two_is_a_finding(given: Given) -> None:
    invoices = given.invoices().drop(columns="move_type")
    with pytest.raises(DataError, match=r"several records of account\.tax with this name") as told:
        given.destination("account.move").send(invoices, given.odoo.credential)
    assert "Column 'invoice_line_ids/tax_ids', row 0, line 0, and 1 more row" in str(told.value)
    kind = {"default_move_type": "out_invoice"}
    target = given.destination("account.move", context=kind)
    assert target.lookups(invoices, given.odoo.credential)["found"].map(len).eq(1).all()


def with_unknown(orders: pd.DataFrame) -> pd.DataFrame:
    """Orders, of which the second has a product that is not there."""
    cells = orders["order_line"].tolist()
    return orders.assign(order_line=[cells[0], [*cells[1], {**cells[1][0], PRODUCT: "D-3"}]])


@pytest.mark.parametrize("options", [{}, {"key": "client_order_ref", "mode": "upsert"}])
def test_an_unknown_product_is_one_finding_and_nothing_is_sent(given: Given, options: Any) -> None:
    orders = with_unknown(given.orders())
    target = given.destination("sale.order", **options)
    said = (
        "Column 'order_line/product_id/default_code', row 1, line 1: no record of product.product with this "
        "default_code, archived ones included. Found: 'D-3'."
    )
    for asks in (target.send, target.diff, target.dry_run) if options else (target.send, target.dry_run):
        with pytest.raises(DataError) as told:
            asks(orders, given.odoo.credential)
        assert said in str(told.value)
        assert str(told.value).count("Column ") == 1
    assert given.count("sale.order", [["client_order_ref", "in", orders["client_order_ref"].tolist()]]) == 0
    findings = target.check(orders, given.odoo.credential)
    findings = findings[findings["severity"] == "error"]
    assert findings["column"].tolist() == ["order_line/product_id/default_code"], findings["problem"].tolist()
    assert findings["field"].tolist() == ["order_line/product_id"]
    assert findings["first_rows"].tolist() == [[1]]
    assert findings["first_lines"].tolist() == [["row 1, line 1"]]
    assert "'D-3'" in findings["problem"].iloc[0]


def test_what_lines_name_is_settled_once(given: Given) -> None:
    orders = with_unknown(given.orders())
    target = given.destination("sale.order", key="client_order_ref", mode="upsert")
    table = target.lookups(orders, given.odoo.credential)
    wanted = ["order_line/product_id/default_code", "order_line/product_id", "D-3", 1, [1], []]
    assert table.loc[0, ["column", "field", "value", "rows", "first_rows", "found"]].tolist() == wanted
    rejecting = target.settled(table.assign(settlement=["reject", *[None] * (len(table) - 1)]))
    answer = rejecting.send(orders, given.odoo.credential)
    assert answer["status"].tolist() == ["created", "rejected"], answer["error"].tolist()
    assert "'D-3' is settled as reject" in answer["error"].iloc[1]
    ready = target.settled(table.assign(settlement=[given.products["D-2"], *[None] * (len(table) - 1)]))
    answer = ready.send(orders, given.odoo.credential)
    assert answer["status"].tolist() == ["updated", "created"], answer["error"].tolist()
    held = given.read("sale.order", answer["id"], "order_line", "product_id")
    one, two = given.products.values()
    assert [[each["product_id"] for each in lines] for lines in held] == [[one, two], [one, two]]


@pytest.mark.parametrize("options", [{}, {"key": "client_order_ref", "mode": "create"}])
def test_samples_show_the_names_of_what_lines_lead_to(given: Given, options: Any) -> None:
    orders = given.orders()
    target = given.destination("sale.order", **options)
    assert "order_line/product_id/default_code" in target.samples(orders)[0].note
    known = target.looked_up(orders, given.odoo.credential, target.server(given.odoo.credential))
    noted = [sample.note for sample in target.samples(orders, server=known)]
    one, two = given.products.values()
    assert any(f"order_line/product_id: {one} [D-1] D-1, {two} [D-2] D-2." in note for note in noted), noted


def test_a_check_of_orders_that_can_be_sent_finds_no_error(given: Given) -> None:
    findings = given.destination("sale.order").check(given.orders(), given.odoo.credential)
    assert not findings["severity"].eq("error").any(), findings["problem"].tolist()


def test_a_comparison_shows_the_names_that_lines_lead_to(given: Given) -> None:
    orders = given.orders()
    target = given.destination("sale.order", key="client_order_ref", mode="upsert")
    target.send(orders, given.odoo.credential)
    cells = orders["order_line"].tolist()
    changed = orders.assign(order_line=[[{**cells[0][0], PRODUCT: "D-2"}, cells[0][1]], cells[1]])
    found = target.diff(changed, given.odoo.credential)
    assert found[["field", "odoo_names", "frame_names"]].to_numpy().tolist() == [
        ["order_line[0].product_id", "[D-1] D-1", "[D-2] D-2"]
    ]


def test_taxes_of_lines_replace_those_that_are_there_or_are_added_to_them(given: Given) -> None:
    invoices = given.invoices().iloc[:1]
    other = call(given.odoo, "account.tax", "create", vals_list=[{"name": "3%", "amount": 3, "type_tax_use": "sale"}])
    target = given.destination("account.move", key="ref", mode="upsert")
    first = target.send(invoices, given.odoo.credential)
    changed = invoices.assign(invoice_line_ids=[[{**invoices["invoice_line_ids"][0][0], "tax_ids": "3%"}]])
    adding = target.replace(add="invoice_line_ids/tax_ids")
    for again in (adding, adding, target):
        answer = again.send(changed, given.odoo.credential)
        assert answer["status"].tolist() == ["updated"], answer["error"].tolist()
        ((line,),) = given.read("account.move", first["id"], "invoice_line_ids", "tax_ids")
        assert sorted(line["tax_ids"]) == sorted([*other, *([given.taxes["sale"]] if again is adding else [])])
