"""Models of stock Odoo, what makes records of them, and how to send to them over each protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import pandas as pd

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.sandbox import Sandbox
from tests.real import call
from tests.recorded.protocols import Account
from tests.recorded.record import Odoo

if TYPE_CHECKING:
    from collections.abc import Iterable

PROTOCOLS = ("json2", "jsonrpc", "xmlrpc")
ADMINISTRATOR = 2
NOWHERE = 99_999_999
# Over JSON-2, Odoo's refusals have an HTTP status of their own; in the other two they stand inside 200.
REFUSED = {"json2": {"UserError": 422, "AccessError": 403}}


def destination(odoo: Sandbox, protocol: str, model: str, operation: str, **settings: Any) -> Destination:
    """Where a frame goes over one of the protocols."""
    if protocol == "json2":
        return Destination(f"{odoo.url}/json/2/{model}/{operation}", **settings)
    path = {"jsonrpc": "/jsonrpc", "xmlrpc": "/xmlrpc/2/object"}[protocol]
    return Destination(odoo.url + path, model=model, operation=operation, **settings)


def refused(protocol: str, error: str) -> int:
    """The HTTP status that a refusal of Odoo's comes with."""
    return REFUSED.get(protocol, {}).get(error, 200)


@attrs.frozen
class Given:
    """A database, and what the records of every model lean on."""

    odoo: Sandbox
    user: Server
    customer: int
    service: int
    place: int

    @classmethod
    def made(cls, odoo: Sandbox) -> Given:
        (customer,) = call(odoo, "res.partner", "create", vals_list=[{"name": "customer"}])
        product = {"name": "hour", "type": "service", "list_price": 20, "taxes_id": []}
        (service,) = call(odoo, "product.product", "create", vals_list=[product])
        (place,) = call(odoo, "stock.location", "search", domain=[["usage", "=", "internal"]], limit=1)
        uid = call(odoo, "res.users", "context_get")["uid"]
        return cls(odoo, Server(uid=uid), customer, service, place)

    def goods(self, count: int) -> list[int]:
        """Products that are kept in stock, of which there is none yet."""
        products = [{"name": f"goods {number}", "is_storable": True} for number in range(count)]
        return call(self.odoo, "product.product", "create", vals_list=products)  # type: ignore[no-any-return]

    def send(
        self, protocol: str, model: str, operation: str, frame: Any, *, log_in: bool = False, **settings: Any
    ) -> pd.DataFrame:
        """Sends a frame, and logs in before only if asked: a login takes Odoo as long as ten other calls."""
        target = destination(self.odoo, protocol, model, operation, **settings)
        server = NOTHING_KNOWN if log_in else self.user
        # Whether rows were sent before is for other tests.
        return target.delivery(pd.DataFrame(frame), self.odoo.credential, server=server, again=True).result()


@attrs.frozen
class Model:
    """A model, and what the tests do with records of it.

    Attributes:
        records: Three records, as the values that make them.
        method: A method whose effect can be read.
        effect: What a record holds once it has worked; of the records' own values, for each record.
        change: A field, and four values to write to it.
        lines: The fields that hold lines: to the lines' model.
        context: What every call needs in its context.
        unlinked: The exception that Odoo answers a deletion with; empty where it deletes.
    """

    records: Callable[[Given], list[dict[str, Any]]]
    method: str
    effect: Callable[[dict[str, Any]], dict[str, Any]]
    change: tuple[str, tuple[Any, ...]]
    lines: dict[str, str] = attrs.field(factory=dict)
    context: dict[str, Any] = attrs.field(factory=dict)
    unlinked: str = ""


def _partners(_given: Given) -> list[dict[str, Any]]:
    return [
        {"name": "Ana", "ref": "a", "color": 1, "child_ids": [[0, 0, {"name": "Ann", "type": "other"}]]},
        {"name": 'Bé "B"', "ref": "b", "color": 2, "child_ids": []},
        {"name": "😀", "ref": "c", "color": 3, "child_ids": [[0, 0, {"name": each, "type": "other"}] for each in "xy"]},
    ]


def _orders(given: Given) -> list[dict[str, Any]]:
    lines = [{"product_id": given.service, "product_uom_qty": amount, "price_unit": 7.25} for amount in (1, 2.5, 3)]
    return [
        {"partner_id": given.customer, "client_order_ref": f"PO{number}", "order_line": commands(lines[:number])}
        for number in (1, 2, 3)
    ]


def _invoices(given: Given) -> list[dict[str, Any]]:
    lines = [{"name": f"line {price}", "quantity": 2, "price_unit": price, "tax_ids": []} for price in (5, 10.5, 0.25)]
    return [
        {"move_type": "out_invoice", "partner_id": given.customer, "ref": f"S{number}", "invoice_date": "2026-03-01",
         "invoice_line_ids": commands(lines[:number])}
        for number in (1, 2, 3)
    ]  # fmt: skip


def _employees(_given: Given) -> list[dict[str, Any]]:
    return [{"name": name, "job_title": f"{name}'s job", "work_email": f"{name}@example.com"} for name in "abc"]


def _counts(given: Given) -> list[dict[str, Any]]:
    goods = zip(given.goods(3), (25, 3.5, 7), strict=True)
    return [{"product_id": each, "location_id": given.place, "inventory_quantity": count} for each, count in goods]


MODELS: dict[str, Model] = {
    "res.partner": Model(
        _partners,
        "action_archive",
        lambda _record: {"active": False},
        ("ref", ("p", "q", "é 😀", "s")),
        lines={"child_ids": "res.partner"},
    ),
    "sale.order": Model(
        _orders,
        "action_confirm",
        lambda _record: {"state": "sale"},
        ("client_order_ref", ("p", "q", "r", "s")),
        lines={"order_line": "sale.order.line"},
    ),
    "account.move": Model(
        _invoices,
        "action_post",
        lambda _record: {"state": "posted"},
        ("ref", ("p", "q", "r", "s")),
        lines={"invoice_line_ids": "account.move.line"},
    ),
    "hr.employee": Model(
        _employees, "action_archive", lambda _record: {"active": False}, ("job_title", ("p", "q", "r", "s"))
    ),
    "stock.quant": Model(
        _counts,
        "action_apply_inventory",
        lambda record: {"quantity": record["inventory_quantity"], "inventory_quantity_set": False},
        ("inventory_quantity", (4, 5, 6.5, 8)),
        context={"inventory_mode": True},
        unlinked="AccessError",
    ),
}


def plain_user(odoo: Sandbox, *groups: str) -> Credential:
    """A user whose only group is that of employees, and more by their external IDs."""
    own = odoo.credential
    with httpx.Client(base_url=odoo.url, trust_env=False, timeout=60) as client:
        account = Account(own.database, own.login, ADMINISTRATOR, own.api_key.get_secret_value())
        plain = Odoo(client, account).make_plain_user(*groups)
    return Credential(own.server, own.database, plain.login, plain.key)


def commands(lines: Iterable[dict[str, Any]]) -> list[list[Any]]:
    """Lines as the commands that make them."""
    return [[0, 0, line] for line in lines]


def held(odoo: Sandbox, model: str, ids: list[int], wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What records hold of the fields that are wanted of them, in the shape in which it was sent."""
    found = _values(odoo, model, ids, list(dict.fromkeys(name for record in wanted for name in record)))
    return [
        {name: _lines(odoo, MODELS[model].lines, name, record[name], given[name]) for name in given}
        for record, given in zip(found, wanted, strict=True)
    ]


def _lines(odoo: Sandbox, lines: dict[str, str], name: str, value: Any, wanted: Any) -> Any:
    if name not in lines or not wanted:
        return value
    return commands(_values(odoo, lines[name], value, list(wanted[0][2])))


def _values(odoo: Sandbox, model: str, ids: list[int], fields: list[str]) -> list[dict[str, Any]]:
    """What records hold; of a record that is linked to, its id."""
    records = call(odoo, model, "read", ids=ids, fields=fields, load=None)
    assert [record.pop("id") for record in records] == ids
    return records  # type: ignore[no-any-return]


def there(odoo: Sandbox, model: str, ids: list[int]) -> list[int]:
    """Which of some records are there, archived ones included."""
    context = {"active_test": False}
    return call(odoo, model, "search", domain=[["id", "in", ids]], order="id", context=context)  # type: ignore[no-any-return]
