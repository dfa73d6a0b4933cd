"""Documents with lines on a real Odoo: made once, changed in place, never doubled, each line told by its own id."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd
import pytest

from odoo_widgets import Credential, DataError, Destination, FieldsError, nest
from odoo_widgets.flow.checks.notes import sentences
from odoo_widgets.sandbox import Sandbox
from tests.faults.killing import trial
from tests.models import plain_user
from tests.real import call, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.net.progress import Progress

NUMBERS = itertools.count(1)
PATHS = {"json2": "/json/2/{model}/create", "jsonrpc": "/jsonrpc", "xmlrpc": "/xmlrpc/2/object"}
LINE = ["product_id", "product_uom_qty", "price_unit"]


@attrs.frozen
class Given:
    """An Odoo with a customer, three products, a tax and two accounts."""

    odoo: Sandbox
    partner: int
    products: list[int]
    tax: int
    accounts: list[int]

    def destination(self, protocol: str = "json2", model: str = "sale.order", **options: Any) -> Destination:
        url = self.odoo.url + PATHS[protocol].format(model=model)
        named = {} if protocol == "json2" else {"model": model, "operation": "create"}
        return Destination(url, **named, **options)

    def keyed(self, mode: str = "upsert", **options: Any) -> Destination:
        return self.destination(**{"key": "client_order_ref", "mode": mode} | options)

    def flat(self, lines: dict[str, int] | None = None) -> pd.DataFrame:
        """A table of lines, of orders that no other test has."""
        tag = f"n{next(NUMBERS)}"
        sizes = lines or {"A": 2, "B": 1, "C": 3}
        rows = [(f"{tag} {name}", place) for name, size in sizes.items() for place in range(size)]
        return pd.DataFrame(
            {
                "client_order_ref": [name for name, _ in rows],
                "partner_id": self.partner,
                "product_id": [self.products[place] for _, place in rows],
                "product_uom_qty": [place + 1.5 for _, place in rows],
                "price_unit": [10.25 * (place + 1) for _, place in rows],
            }
        )

    def orders(self, lines: dict[str, int] | None = None) -> pd.DataFrame:
        return nest(self.flat(lines), by="client_order_ref", lines=LINE, into="order_line")

    def read(self, frame: pd.DataFrame) -> list[dict[str, Any]]:
        domain = [["client_order_ref", "in", frame["client_order_ref"].tolist()]]
        fields = ["client_order_ref", "order_line", "state", "note"]
        return call(self.odoo, "sale.order", "search_read", domain=domain, fields=fields, order="client_order_ref")

    def lines(self, ids: list[int]) -> list[dict[str, Any]]:
        """What some lines hold, in the order of their ids."""
        return call(self.odoo, "sale.order.line", "search_read", domain=[["id", "in", ids]], fields=LINE, order="id")


@pytest.fixture(scope="module")
def given() -> Iterator[Given]:
    with sandbox() as odoo:
        (partner,) = call(odoo, "res.partner", "create", vals_list=[{"name": "Customer"}])
        made = [{"name": name, "default_code": name, "list_price": 10.0} for name in ("P1", "P2", "P3")]
        products = call(odoo, "product.product", "create", vals_list=made)
        (tax,) = call(odoo, "account.tax", "search", domain=[["type_tax_use", "=", "sale"]], limit=1)
        accounts = call(odoo, "account.account", "search", domain=[["account_type", "=", "income"]], limit=2)
        yield Given(odoo, partner, products, tax, accounts)


def orders_with(orders: pd.DataFrame, row: int, lines: list[Any]) -> pd.DataFrame:
    """Orders, one of which has other lines."""
    cells = orders["order_line"].tolist()
    return orders.assign(order_line=[lines if place == row else cell for place, cell in enumerate(cells)])


def inside(given: Given, frame: pd.DataFrame, responses: pd.DataFrame) -> None:
    """That Odoo holds each line of a frame once, as it is there, under the id that the responses say."""
    found = {each["client_order_ref"]: each for each in given.read(frame)}
    assert len(given.read(frame)) == len(found) == len(frame)
    for name, lines, ids in zip(
        frame["client_order_ref"], frame["order_line"], responses["order_line/.id"], strict=True
    ):
        assert sorted(found[name]["order_line"]) == sorted(ids)
        held = {each["id"]: each for each in given.lines(ids)}
        for number, line in zip(ids, lines, strict=True):
            assert held[number]["product_id"][0] == line["product_id"]
            assert held[number]["product_uom_qty"] == line["product_uom_qty"]
            assert held[number]["price_unit"] == line["price_unit"]


@pytest.mark.parametrize("protocol", PATHS)
def test_documents_without_a_key_are_made_with_their_lines_and_say_their_ids(given: Given, protocol: str) -> None:
    orders = given.orders()
    answer = given.destination(protocol).send(orders, given.odoo.credential)
    assert answer["status"].tolist() == ["created"] * 3
    inside(given, orders, answer)


@pytest.mark.parametrize("mode", ["create", "upsert"])
def test_documents_that_are_sent_twice_have_their_lines_once(given: Given, mode: str) -> None:
    orders = given.orders()
    destination = given.keyed(mode, batch_size=2)
    first = destination.send(orders, given.odoo.credential)
    assert first["status"].tolist() == ["created"] * 3
    inside(given, orders, first)
    again = destination.send(orders, given.odoo.credential)
    assert again["status"].tolist() == ["unchanged" if mode == "create" else "updated"] * 3
    assert again["order_line/.id"].tolist() == first["order_line/.id"].tolist()
    inside(given, orders, again)


@pytest.fixture(scope="module")
def seller(given: Given) -> Credential:
    """A user with no right but to sell."""
    user = plain_user(given.odoo)
    domain = [["module", "=", "sales_team"], ["name", "=", "group_sale_salesman_all_leads"]]
    (group,) = call(given.odoo, "ir.model.data", "search_read", domain=domain, fields=["res_id"])
    (found,) = call(given.odoo, "res.users", "search", domain=[["login", "=", user.login]])
    call(given.odoo, "res.users", "write", ids=[found], vals={"group_ids": [[4, group["res_id"], 0]]})
    return user


@pytest.mark.parametrize("protocol", PATHS)
def test_whoever_may_sell_has_lines_once_over_each_protocol(given: Given, seller: Credential, protocol: str) -> None:
    orders = given.orders()
    destination = given.keyed(protocol=protocol)
    first, again = (destination.send(orders, seller) for _ in range(2))
    assert (first["status"].tolist(), again["status"].tolist()) == (["created"] * 3, ["updated"] * 3)
    assert again["order_line/.id"].tolist() == first["order_line/.id"].tolist()
    inside(given, orders, again)
    assert destination.send(orders, seller, only_changes=True)["status"].tolist() == ["unchanged"] * 3
    assert destination.diff(orders, seller).attrs["counts"]["unchanged"] == 3


def test_a_line_that_somebody_gave_another_external_id_stays_its_own(given: Given) -> None:
    orders = given.orders({"A": 2})
    first = given.keyed().send(orders, given.odoo.credential)
    # An external ID as an export makes them; of two, the older one comes first.
    ids = first["order_line/.id"][0]
    domain = [["model", "=", "sale.order.line"], ["res_id", "in", ids]]
    own = call(given.odoo, "ir.model.data", "search_read", domain=domain, fields=["module", "name", "model", "res_id"])
    call(given.odoo, "ir.model.data", "unlink", ids=[each["id"] for each in own])
    more = [{**each, "module": "__export__", "name": f"line_{each['id']}"} for each in own]
    made = [{name: value for name, value in each.items() if name != "id"} for each in [*more, *own]]
    call(given.odoo, "ir.model.data", "create", vals_list=made)
    again = given.keyed().send(orders, given.odoo.credential)
    assert (again["status"].tolist(), again["order_line/.id"][0]) == (["updated"], ids)
    inside(given, orders, again)


def test_what_changed_in_the_frame_changes_its_lines_and_makes_what_is_new(given: Given) -> None:
    orders = given.orders({"A": 1, "B": 2})
    first = given.keyed().send(orders, given.odoo.credential)
    changed = orders_with(
        orders,
        0,
        [
            {**orders["order_line"][0][0], "price_unit": 99.0},
            {"product_id": given.products[2], "product_uom_qty": 7.0, "price_unit": 1.0},
        ],
    )
    again = given.keyed().send(changed, given.odoo.credential)
    inside(given, changed, again)
    assert again["order_line/.id"][0][:1] == first["order_line/.id"][0]


def test_a_line_that_is_gone_from_the_frame_stays_and_is_told_of_unless_lines_are_replaced(given: Given) -> None:
    orders = given.orders({"A": 3})
    first = given.keyed().send(orders, given.odoo.credential)
    fewer = orders_with(orders, 0, orders["order_line"][0][:1])
    answer = given.keyed().send(fewer, given.odoo.credential)
    assert answer["status"].tolist() == ["updated"]
    assert answer["error"][0].startswith(
        "2 lines in order_line that an earlier send made are not in the frame, and stay"
    )
    assert given.read(orders)[0]["order_line"] == first["order_line/.id"][0]
    answer = given.keyed(lines="replace").send(fewer, given.odoo.credential)
    assert (answer["status"].tolist(), answer["error"].isna().all()) == (["updated"], True)
    inside(given, fewer, answer)


def test_lines_are_told_apart_by_their_key_where_one_is_named(given: Given) -> None:
    flat = given.flat({"A": 3}).assign(number=["x", "y", "z"])
    orders = nest(flat, by="client_order_ref", lines=LINE, into="order_line", line_key="number")
    destination = given.keyed(line_key="number")
    first = destination.send(orders, given.odoo.credential)
    inside(given, orders, first)
    # By their places, each line would get another one's values.
    turned = orders_with(orders, 0, orders["order_line"][0][::-1])
    again = destination.send(turned, given.odoo.credential)
    assert again["order_line/.id"][0] == first["order_line/.id"][0][::-1]
    inside(given, turned, again)


# --- lines that leave cells empty ------------------------------------------------------------------------------------


def uneven(given: Given) -> pd.DataFrame:
    """Orders with sections, with prices of their own and those of the product, with a discount here and there."""
    one, two, three = given.products
    rows = [
        ("A", {"display_type": "line_section", "name": "Section"}),
        ("A", {"product_id": one, "product_uom_qty": 2.0, "price_unit": 9.5}),
        ("A", {"product_id": two, "product_uom_qty": 1.0}),
        ("A", {"product_id": three, "product_uom_qty": 3.0, "price_unit": 4.0, "discount": 50.0}),
        ("B", {"product_id": one}),
        ("B", {"product_id": two, "price_unit": 7.0}),
        ("C", {"product_id": one, "product_uom_qty": 1.0, "price_unit": 1.0}),
    ]
    tag = f"n{next(NUMBERS)}"
    lines = [{"client_order_ref": f"{tag} {name}", "partner_id": given.partner, **line} for name, line in rows]
    names = ["display_type", "name", "product_id", "product_uom_qty", "price_unit", "discount"]
    return nest(pd.DataFrame(lines), by="client_order_ref", lines=names, into="order_line")


def cells(given: Given, answer: pd.DataFrame) -> list[list[tuple[Any, ...]]]:
    """What Odoo holds in the lines of each order, in the order of these."""
    names = ["display_type", "product_id", "product_uom_qty", "price_unit", "discount"]
    found = []
    for ids in answer["order_line/.id"]:
        arguments = {"domain": [["id", "in", ids]], "fields": names, "load": "", "order": "sequence, id"}
        held = call(given.odoo, "sale.order.line", "search_read", **arguments)
        assert [each["id"] for each in held] == ids
        found.append([tuple(each[name] for name in names) for each in held])
    return found


@pytest.mark.parametrize("protocol", ["json2", "xmlrpc"])
def test_lines_may_leave_cells_empty_and_get_what_odoo_gives_them(given: Given, protocol: str) -> None:
    orders = uneven(given)
    made = given.destination().send(orders.assign(client_order_ref="made without a key"), given.odoo.credential)
    first = given.keyed(protocol=protocol).send(orders, given.odoo.credential)
    assert first["status"].tolist() == ["created"] * 3, first["error"].tolist()
    assert cells(given, first) == cells(given, made)
    again = given.keyed(protocol=protocol).send(orders, given.odoo.credential)
    assert again["status"].tolist() == ["updated"] * 3, again["error"].tolist()
    assert again["order_line/.id"].tolist() == first["order_line/.id"].tolist()
    assert cells(given, again) == cells(given, made)
    same = given.keyed(protocol=protocol, only_changes=True).send(orders, given.odoo.credential)
    assert same["status"].tolist() == ["unchanged"] * 3


def test_a_document_of_which_a_later_line_is_refused_needs_attention_until_it_is_corrected(given: Given) -> None:
    orders = uneven(given)
    orders["order_line"][0][2]["product_id"] = 99_999_999
    answer = given.keyed().send(orders, given.odoo.credential)
    assert answer["status"].tolist() == ["needs_attention", "created", "created"]
    assert answer["error"][0].startswith(
        "The document is there, and not all of its lines are. Send the row again, and its other lines follow. Odoo "
        "says of these: Line 2: "
    )
    assert len(given.read(orders)[0]["order_line"]) == 2
    orders["order_line"][0][2]["product_id"] = given.products[1]
    answer = given.keyed().send(orders, given.odoo.credential)
    assert answer["status"].tolist() == ["updated"] * 3
    assert len(cells(given, answer)[0]) == 4


def killed(given: Given, orders: pd.DataFrame, *, seconds: float, chance: random.Random, **more: Any) -> pd.DataFrame:
    """The responses of a send of orders whose process is killed now and then, gone on with to its end."""
    url = given.odoo.url + PATHS["json2"].format(model="sale.order")
    settings = {"url": url, "key": "client_order_ref", **more}
    done = trial(settings, given.odoo.credential, orders, kills=3, seconds=seconds, chance=chance)
    assert done.kills >= 1
    assert set(done.responses["status"]) <= {"created", "updated", "unchanged"}
    return done.responses


@pytest.mark.parametrize("mode", ["create", "upsert"])
def test_a_send_that_is_killed_between_the_lines_of_a_document_ends_with_all_of_them(given: Given, mode: str) -> None:
    orders = pd.concat([uneven(given) for _ in range(6)], ignore_index=True)
    responses = killed(given, orders, batch_size=3, mode=mode, seconds=1.5, chance=random.Random(f"turns {mode}"))
    assert [len(each) for each in cells(given, responses)] == [len(each) for each in orders["order_line"]]


# --- lines that somebody else made -----------------------------------------------------------------------------------


def by_hand(given: Given, orders: pd.DataFrame) -> dict[str, Any]:
    lines = [[0, 0, {"product_id": product}] for product in given.products[:2]]
    values = {"partner_id": given.partner, "client_order_ref": orders["client_order_ref"][0], "order_line": lines}
    call(given.odoo, "sale.order", "create", vals_list=[values])
    return given.read(orders)[0]


def test_a_document_with_lines_of_others_is_refused_with_the_choices(given: Given) -> None:
    orders = given.orders({"A": 1}).assign(note="changed")
    before = by_hand(given, orders)
    answer = given.keyed().send(orders, given.odoo.credential)
    assert (answer["status"][0], answer["error_field"][0]) == ("rejected", "order_line")
    assert f"sale.order {before['id']} has 2 lines in order_line that were not made from here" in answer["error"][0]
    for choice in ("lines='keep'", "lines='add'", "lines='replace'"):
        assert choice in answer["error"][0]
    assert given.read(orders)[0] == before


def test_lines_of_others_are_kept_and_the_rest_is_written(given: Given) -> None:
    orders = given.orders({"A": 1}).assign(note="changed")
    before = by_hand(given, orders)
    answer = given.keyed(lines="keep").send(orders, given.odoo.credential)
    after = given.read(orders)[0]
    assert answer["status"].tolist() == ["updated"]
    assert (after["order_line"], after["note"]) == (before["order_line"], "<p>changed</p>")
    assert answer["order_line/.id"].tolist() == [[None]]


def test_lines_are_added_beside_those_of_others_once(given: Given) -> None:
    orders = given.orders({"A": 2})
    before = by_hand(given, orders)
    for _ in range(2):
        answer = given.keyed(lines="add").send(orders, given.odoo.credential)
        assert answer["status"].tolist() == ["updated"]
        assert given.read(orders)[0]["order_line"] == [*before["order_line"], *answer["order_line/.id"][0]]


def test_lines_of_others_are_replaced(given: Given) -> None:
    orders = given.orders({"A": 2})
    by_hand(given, orders)
    for _ in range(2):
        answer = given.keyed(lines="replace").send(orders, given.odoo.credential)
        assert answer["status"].tolist() == ["updated"]
        inside(given, orders, answer)


def test_lines_of_a_confirmed_document_are_never_replaced(given: Given) -> None:
    orders = given.orders({"A": 2})
    before = by_hand(given, orders)
    call(given.odoo, "sale.order", "action_confirm", ids=[before["id"]])
    answer = given.keyed(lines="replace").send(orders, given.odoo.credential)
    assert answer["status"].tolist() == ["rejected"]
    assert "is in the state 'sale': lines of a confirmed or posted document are not deleted" in answer["error"][0]
    assert given.read(orders)[0]["order_line"] == before["order_line"]


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keyed", [True, False])
def test_a_document_with_one_bad_line_is_rejected_alone_and_names_the_line(given: Given, keyed: bool) -> None:
    orders = given.orders({"A": 1, "B": 3, "C": 2})
    orders["order_line"][1][1]["product_id"] = 99_999_999
    destination = given.keyed() if keyed else given.destination()
    answer = destination.send(orders, given.odoo.credential)
    assert answer["status"].tolist() == ["created", "rejected", "created"]
    assert answer["error"][1].startswith("Line 1: ")
    assert answer["error_field"][1] == "order_line/product_id"
    assert [each["client_order_ref"][-1] for each in given.read(orders)] == ["A", "C"]
    inside(given, orders.iloc[[0, 2]], answer.iloc[[0, 2]])


def test_a_column_that_lines_have_no_field_for_is_refused_before_anything_is_sent(given: Given) -> None:
    orders = given.orders({"A": 1})
    orders["order_line"][0][0]["price"] = 1.0
    with pytest.raises(Exception, match=r"sale.order.line has no field 'price'"):
        given.keyed().send(orders, given.odoo.credential)
    assert given.read(orders) == []


def test_a_write_by_id_is_told_before_that_nothing_says_which_lines_are_meant(given: Given) -> None:
    orders = given.orders({"A": 1})
    ids = given.destination().send(orders, given.odoo.credential)["id"]
    for protocol in PATHS:
        options = (
            {"url": given.odoo.url + "/json/2/sale.order/write"} if protocol == "json2" else {"operation": "write"}
        )
        destination = given.destination(protocol).replace(**options)
        with pytest.raises(FieldsError, match="a list of dicts is lines, and without a key nothing says which lines"):
            destination.send(orders.assign(id=ids), given.odoo.credential)


# --- only what changed -----------------------------------------------------------------------------------------------


def test_lines_that_odoo_holds_are_not_written_again(given: Given) -> None:
    orders = given.orders({"A": 2, "B": 3})
    first = given.keyed().send(orders, given.odoo.credential)
    destination = given.keyed(only_changes=True)
    answer = destination.send(orders, given.odoo.credential)
    assert answer["status"].tolist() == ["unchanged", "unchanged"]
    assert answer["order_line/.id"].tolist() == first["order_line/.id"].tolist()
    orders["order_line"][1][2]["price_unit"] = 5.5
    before = written(given, first)
    answer = destination.send(orders, given.odoo.credential)
    assert answer["status"].tolist() == ["unchanged", "updated"]
    inside(given, orders, answer)
    # Which lines were written, Odoo says.
    after = written(given, first)
    assert [number for number in before if before[number] != after[number]] == [first["order_line/.id"][1][2]]


def test_a_comparison_names_the_cells_of_lines_that_differ_and_the_lines_that_are_not_there(given: Given) -> None:
    orders = given.orders({"A": 2, "B": 1})
    answer = given.keyed().send(orders, given.odoo.credential)
    assert given.keyed().diff(orders, given.odoo.credential).attrs["counts"]["unchanged"] == 2
    orders["order_line"][0][1]["price_unit"] = 5.5
    more = orders_with(orders, 1, [*orders["order_line"][1], {**orders["order_line"][1][0], "product_uom_qty": 9.0}])
    found = given.keyed().diff(more, given.odoo.credential)
    assert found[["row", "id", "field"]].to_numpy().tolist() == [
        [0, answer["id"][0], "order_line[1].price_unit"],
        [1, answer["id"][1], "order_line[1]"],
    ]
    assert (found["in_odoo"][0], found["in_frame"][0]) == (20.5, 5.5)


def test_a_comparison_leaves_out_lines_that_are_kept(given: Given) -> None:
    orders = given.orders({"A": 1}).assign(note="changed")
    by_hand(given, orders)
    found = given.keyed(lines="keep").diff(orders, given.odoo.credential)
    assert found["field"].tolist() == ["note"]
    assert given.keyed(lines="add").diff(orders, given.odoo.credential)["field"].tolist() == ["note", "order_line[0]"]


def nested_as_fetched(given: Given, destination: Destination, orders: pd.DataFrame) -> pd.DataFrame:
    """Orders as they are in Odoo, with their lines and the ids of these."""
    domain = [["client_order_ref", "in", orders["client_order_ref"].tolist()]]
    pulled = destination.fetch(given.odoo.credential, domain, ["client_order_ref", "partner_id"])
    lines = given.destination(model="sale.order.line").fetch(
        given.odoo.credential, [["order_id", "in", pulled["id"].tolist()]], ["order_id", *LINE]
    )
    lines = lines.rename(columns={"id": "id_of_line", "order_id": "id"})
    found = nest(pulled, lines=lines, on="id", into="order_line")
    cells = [[{"id": line.pop("id_of_line"), **line} for line in some] for some in found["order_line"]]
    return found.assign(order_line=pd.Series(cells, dtype=object))


@pytest.mark.parametrize(
    ("by", "protocol"), [("diff", "json2"), ("diff", "jsonrpc"), ("diff", "xmlrpc"), ("fetch", "json2")]
)
def test_lines_that_changed_in_odoo_since_are_not_written_over(given: Given, by: str, protocol: str) -> None:
    orders = given.orders({"A": 2, "B": 2, "C": 2, "D": 2, "E": 2, "F": 1})
    destination = given.keyed(only_changes=True, protocol=protocol)
    made = given.keyed().send(orders, given.odoo.credential)
    fetched = nested_as_fetched(given, destination, orders)
    edited = orders.copy(deep=True)
    for row, cell in enumerate(orders["order_line"]):
        edited = orders_with(edited, row, [{**cell[0], "price_unit": 77.0}, *cell[1:]])
    since = destination.diff(edited, given.odoo.credential) if by == "diff" else fetched
    ids = made["order_line/.id"].tolist()

    def change(number: int, **values: Any) -> None:
        call(given.odoo, "sale.order.line", "write", ids=[number], vals=values)

    # The same cell, a cell that nobody touched here, a value that is sent too, a line that is gone, a new one beside.
    change(ids[0][0], price_unit=5.0)
    change(ids[1][1], product_uom_qty=50.0, price_unit=20.5)
    change(ids[2][0], price_unit=77.0)
    call(given.odoo, "sale.order.line", "unlink", ids=[ids[3][1]])
    beside = {"order_line": [[0, 0, {"product_id": given.products[0]}]]}
    call(given.odoo, "sale.order", "write", ids=[int(made["id"][5])], vals=beside)
    sent = destination.send(edited, given.odoo.credential, since=since, lines="add")
    assert sent["status"].tolist() == ["rejected", "rejected", "unchanged", "rejected", "updated", "updated"]
    assert sent["error_field"].tolist()[:2] == ["order_line/price_unit", "order_line/product_uom_qty"]
    assert sent["error"][0] == (
        "line 0: price_unit was 10.25 when it was compared, and is 5.0 in Odoo now. Compare again."
    )
    assert sent["error"][1].startswith("line 1: product_uom_qty was 2.5 when it was compared, and is 50.0")
    assert "gone from Odoo now" in sent["error"][3]
    held = [given.lines(each) for each in ids]
    prices = [[line["price_unit"] for line in lines] for lines in held]
    assert prices == [[5.0, 20.5], [10.25, 20.5], [77.0, 20.5], [10.25], [77.0, 20.5], [77.0]]
    assert held[1][1]["product_uom_qty"] == 50.0


def test_lines_that_somebody_added_since_are_not_deleted(given: Given) -> None:
    orders = given.orders({"A": 2, "B": 2})
    made = given.keyed().send(orders, given.odoo.credential)
    fewer = orders_with(orders_with(orders, 0, orders["order_line"][0][:1]), 1, orders["order_line"][1][:1])
    destination = given.keyed(only_changes=True, lines="replace")
    since = destination.diff(fewer, given.odoo.credential)
    ids = made["order_line/.id"].tolist()
    assert since[["field", "in_odoo", "in_frame"]].to_numpy().tolist() == [
        ["order_line", [ids[0][1]], None], ["order_line", [ids[1][1]], None],
    ]  # fmt: skip
    beside = {"order_line": [[0, 0, {"product_id": given.products[0]}]]}
    call(given.odoo, "sale.order", "write", ids=[int(made["id"][0])], vals=beside)
    sent = destination.send(fewer, given.odoo.credential, since=since)
    assert sent["status"].tolist() == ["rejected", "updated"], sent["error"].tolist()
    assert sent["error"][0].startswith("1 line in order_line that were not there when it was compared")
    held = [len(each["order_line"]) for each in given.read(orders)]
    assert held == [3, 1]


def test_what_was_fetched_without_lines_guards_none(given: Given) -> None:
    orders = given.orders({"A": 1})
    given.keyed().send(orders, given.odoo.credential)
    destination = given.keyed(only_changes=True)
    domain = [["client_order_ref", "in", orders["client_order_ref"].tolist()]]
    pulled = destination.fetch(given.odoo.credential, domain, ["client_order_ref", "order_line"])
    for since in (pulled, pulled.drop(columns="order_line")):
        with pytest.raises(DataError, match="since does not say what the lines in 'order_line' held"):
            destination.send(orders, given.odoo.credential, since=since)


def written(given: Given, responses: pd.DataFrame) -> dict[int, float]:
    ids = [number for some in responses["order_line/.id"] for number in some]
    groupby = ["write_date:second_number", "write_date:day"]
    arguments = {"domain": [["id", "in", ids]], "groupby": [*groupby[:1], "id"], "aggregates": []}
    groups = call(given.odoo, "sale.order.line", "formatted_read_group", **arguments)
    return {group["id"][0]: group[groupby[0]] for group in groups}


# --- invoices --------------------------------------------------------------------------------------------------------


def test_invoices_with_taxes_and_accounts_are_made_once_and_say_what_odoo_computed(given: Given) -> None:
    tag = f"i{next(NUMBERS)}"
    flat = pd.DataFrame(
        {
            "ref": [f"{tag} A", f"{tag} A", f"{tag} B"],
            "move_type": "out_invoice",
            "partner_id": given.partner,
            "invoice_date": pd.Timestamp("2026-03-01"),
            "name": ["a", "b", "c"],
            "quantity": [2, 1, 3],
            "price_unit": [10.5, 20.0, 5.25],
            "account_id": [*given.accounts, given.accounts[0]],
            "tax_ids": [[given.tax], [given.tax], [given.tax]],
        }
    )
    names = ["name", "quantity", "price_unit", "account_id", "tax_ids"]
    invoices = nest(flat, by="ref", lines=names, into="invoice_line_ids")
    destination = given.destination(model="account.move", key="ref", mode="upsert")
    first = destination.send(invoices, given.odoo.credential)
    assert first["status"].tolist() == ["created", "created"]
    for answer in (first, destination.send(invoices, given.odoo.credential)):
        fields = ["ref", "invoice_line_ids", "amount_untaxed", "amount_tax", "invoice_date", "state"]
        domain = [["ref", "like", tag]]
        held = call(given.odoo, "account.move", "search_read", domain=domain, fields=fields, order="ref")
        assert [each["amount_untaxed"] for each in held] == [41.0, 15.75]
        assert all(each["amount_tax"] > 0 and each["invoice_date"] == "2026-03-01" for each in held)
        assert [sorted(each["invoice_line_ids"]) for each in held] == answer["invoice_line_ids/.id"].tolist()
    lines = call(
        given.odoo,
        "account.move.line",
        "search_read",
        domain=[["id", "in", first["invoice_line_ids/.id"][0]]],
        fields=["name", "account_id", "tax_ids"],
        order="id",
    )
    assert [(each["name"], each["account_id"][0], each["tax_ids"]) for each in lines] == [
        ("a", given.accounts[0], [given.tax]),
        ("b", given.accounts[1], [given.tax]),
    ]


# --- a process that is killed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["create", "upsert"])
def test_documents_of_a_send_that_is_killed_are_there_once_each_with_its_lines(given: Given, mode: str) -> None:
    orders = given.orders({str(number): 1 + number % 3 for number in range(24)})
    responses = killed(given, orders, batch_size=4, mode=mode, seconds=0.6, chance=random.Random(f"lines {mode}"))
    held = {each["client_order_ref"]: len(each["order_line"]) for each in given.read(orders)}
    assert len(given.read(orders)) == len(held)
    assert held == {
        name: len(lines) for name, lines in zip(orders["client_order_ref"], orders["order_line"], strict=True)
    }
    inside(given, orders, responses)


@pytest.mark.parametrize("keyed", [True, False])
def test_a_send_that_goes_on_says_the_lines_of_the_rows_before_too(given: Given, keyed: bool) -> None:
    orders = given.orders({"A": 2, "B": 1, "C": 3})
    destination = (given.keyed if keyed else given.destination)(batch_size=1)

    def stop(progress: Progress) -> None:
        if "created" in progress.statuses:
            begun.stop()

    begun = destination.delivery(orders, given.odoo.credential, on_progress=stop)
    assert begun.result()["status"].tolist() == ["created", "not_sent", "not_sent"]
    answer = destination.resume(orders, given.odoo.credential)
    assert answer["status"].tolist() == ["created"] * 3
    inside(given, orders, answer)


def test_corrected_rows_say_their_lines_beside_those_of_the_others(given: Given) -> None:
    orders = given.orders({"A": 1, "B": 3, "C": 2})
    bad = orders_with(orders, 1, [{**line, "product_id": 99_999_999} for line in orders["order_line"][1]])
    destination = given.keyed()
    answer = destination.send(bad, given.odoo.credential)
    answer = destination.retry(orders.iloc[[1]], given.odoo.credential, answer)
    assert answer["status"].tolist() == ["created"] * 3
    inside(given, orders, answer)


# --- samples, check, undo --------------------------------------------------------------------------------------------


def test_what_a_check_finds_in_lines_names_their_field_and_the_rows_of_their_documents(given: Given) -> None:
    orders = given.orders({"A": 2, "B": 1, "C": 1})
    orders["order_line"][1][0]["product_id"] = 99_999_999
    orders = orders_with(orders, 2, [])
    found = given.keyed().check(orders, given.odoo.credential)
    told = {(each.severity, each.field, tuple(each.first_rows)) for each in found.itertuples()}
    assert ("error", "order_line/product_id", (1,)) in told
    assert ("warning", "order_line", (2,)) in told
    assert found.set_index("field")["first_lines"]["order_line/product_id"] == ["row 1, line 0"]
    shown = sentences(found)
    assert any("(1 row, row 1, line 0)" in each for each in shown), shown


@pytest.mark.parametrize("kind", ["price_unit", "product_uom_qty"])
def test_what_a_check_finds_in_lines_names_them_by_their_key_too(given: Given, kind: str) -> None:
    flat = given.flat({"A": 3, "B": 2}).assign(number=["a1", "a2", "a3", "b1", "b2"])
    orders = nest(flat, by="client_order_ref", lines=LINE, into="order_line", line_key="number")
    wrong = "much" if kind == "price_unit" else float("inf")
    orders["order_line"][0][2][kind] = orders["order_line"][1][0][kind] = wrong
    found = given.keyed(line_key="number").check(orders, given.odoo.credential)
    (lines,) = found[found["severity"] == "error"]["first_lines"]
    # What cannot go out at all is found before keys are looked at.
    named = [" (number 'a3')", " (number 'b1')"] if kind == "price_unit" else ["", ""]
    assert lines == [f"row 0, line 2{named[0]}", f"row 1, line 0{named[1]}"]


def test_documents_are_undone_with_their_lines(given: Given) -> None:
    orders = given.orders()
    answer = given.keyed().send(orders, given.odoo.credential)
    undone = given.keyed().undo(answer, given.odoo.credential)
    assert undone["status"].tolist() == ["deleted"] * 3
    assert given.read(orders) == []
    assert given.lines([number for some in answer["order_line/.id"] for number in some]) == []
