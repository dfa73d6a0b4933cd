"""What undo leaves alone: documents that are final, records that Odoo deletes none of, and what stays after a deletion.

Undo cancels nothing and takes nothing back to draft: whoever does that decides about a company's books.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

# A record's fields, as `search_read` answers them without names of records.
State: TypeAlias = "dict[str, Any]"


@attrs.frozen
class Lasting:
    """What is known of a model's records.

    Attributes:
        fields: What to read of a record.
        final: Why nothing of it is undone; empty where it can be.
        stays: What is left once it is deleted; empty for nothing.
        never: Why none of them is deleted; empty where Odoo does.
        lines: The field with its lines, whose changes do not show in the record itself.
    """

    fields: tuple[str, ...] = ()
    final: Callable[[State], str] = lambda _state: ""
    stays: Callable[[State], str] = lambda _state: ""
    never: str = ""
    lines: str = ""


def _final(words: dict[str, str], field: str = "state") -> Callable[[State], str]:
    return lambda state: words.get(state.get(field) or "", "")


def _posted(state: State) -> str:
    if state.get("state") == "posted":
        return "It is posted."
    return "It was posted before, and may have used a number." if state.get("posted_before") else ""


def _number(state: State) -> str:
    name = state.get("name")
    return f"the number {name}, which is not used again" if name and name not in ("/", "New") else ""


def _linked(field: str, words: str) -> Callable[[State], str]:
    def stays(state: State) -> str:
        return f"{words} {state[field]}" if state.get(field) else ""

    return stays


SOLD = _final({"sent": "It was sent to the customer.", "sale": "It is confirmed.", "done": "It is done."})
BOUGHT = _final(
    {
        "sent": "It was sent to the supplier.",
        "to approve": "It is confirmed.",
        "purchase": "It is confirmed.",
        "done": "It is done.",
    }
)
MOVED = _final(
    {
        **dict.fromkeys(("waiting", "confirmed", "partially_available", "assigned"), "It is confirmed."),
        "done": "It is done.",
    }
)
CANCELLED_ONLY = "Odoo deletes it only once it is cancelled, and undo cancels nothing."
COUNT = "It is a stock count: Odoo lets nobody delete it, and undo moves no stock."

# Odoo 19.0, addons: account/models, sale/models, purchase/models, stock/models, mrp/models, hr/models/hr_employee.py.
LASTING: dict[str, Lasting] = {
    "account.move": Lasting(("state", "posted_before", "name"), _posted, _number, lines="line_ids"),
    "account.bank.statement.line": Lasting(("state", "posted_before", "name"), _posted, _number),
    "account.move.line": Lasting(("parent_state",), _final({"posted": "Its entry is posted."}, "parent_state")),
    "account.payment": Lasting(
        ("state", "name"),
        _final(dict.fromkeys(("in_process", "paid", "rejected"), "It is posted.")),
        _number,
    ),
    "sale.order": Lasting(("state", "name"), SOLD, _number, lines="order_line"),
    "sale.order.line": Lasting(("state",), SOLD),
    "purchase.order": Lasting(("state", "name"), BOUGHT, _number, never=CANCELLED_ONLY, lines="order_line"),
    "purchase.order.line": Lasting(("state",), BOUGHT),
    "stock.picking": Lasting(("state", "name"), MOVED, _number, lines="move_ids"),
    "stock.move": Lasting(("state",), MOVED),
    "stock.move.line": Lasting(("state",), _final({"done": "It is done."})),
    "stock.quant": Lasting(final=lambda _state: COUNT, never=COUNT),
    "mrp.production": Lasting(
        ("state", "name"),
        _final({**dict.fromkeys(("confirmed", "progress", "to_close"), "It is confirmed."), "done": "It is done."}),
        _number,
        never=CANCELLED_ONLY,
    ),
    "hr.employee": Lasting(("work_contact_id",), stays=_linked("work_contact_id", "its contact, res.partner")),
    "res.users": Lasting(("partner_id",), stays=_linked("partner_id", "its contact, res.partner")),
}
NOTHING_KNOWN = Lasting()


def lasting(model: str) -> Lasting:
    """What is known of a model's records; of most, nothing that would keep them from being undone."""
    return LASTING.get(model, NOTHING_KNOWN)
