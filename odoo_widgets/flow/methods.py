"""Methods whose effect can be read: what a record must hold before, and what it holds once the method has worked.

A method's answer proves nothing: `action_post` answers false when it worked, and a window when it did not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from odoo_widgets.flow.endpoint import WITHOUT_IDS
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.naming import alike, did_you_mean

if TYPE_CHECKING:
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings

OF_MODEL = (
    "{method!r} is a method of {model} itself, and not of its records: it would take their ids for something else. "
    "Use create, write, unlink, load, or a method of records."
)

UNLISTED = "Odoo lists no method {name!r} of {model}.{meant}"

# A record's fields, as `search_read` answers them.
State: TypeAlias = dict[str, Any]


@attrs.frozen
class Known:
    """A method whose effect can be read.

    Attributes:
        fields: What to read of a record.
        ready: Whether the method can be called on it.
        there: Whether a record is already where the method would bring it: then it is not called again.
        worked: Whether the method did its work, from what the record held before and what it holds now: nothing, where
            the record is gone.
        wants: What the method wants of a record, in words.
        order: The field by which records are taken, one call after the other; empty where their order decides nothing.
        sent_as: The fields that a frame may say it in, the first of them that it has.
    """

    fields: tuple[str, ...]
    ready: Callable[[State], bool]
    there: Callable[[State], bool]
    worked: Callable[[State, State], bool]
    wants: str
    order: str = ""
    sent_as: tuple[str, ...] = ()


def _moves(field: str, before: tuple[Any, ...], after: tuple[Any, ...], **more: Any) -> Known:
    """A method that takes one field from one of some values to one of others."""
    names = " or ".join(str(value) for value in before)
    return Known(
        fields=(field,),
        ready=lambda state: state[field] in before,
        there=lambda state: state[field] in after,
        worked=lambda _before, now: now.get(field) in after,
        wants=f"{field} {names}",
        **more,
    )


def _counted(before: State, now: State) -> bool:
    # Odoo throws a quant of nothing away (addons/stock/models/stock_quant.py, _unlink_zero_quants).
    if not now:
        return bool(before["inventory_quantity"] == 0)
    return not now["inventory_quantity_set"] and bool(now["quantity"] == before["inventory_quantity"])


# Odoo 19.0, addons: sale/models/sale_order.py, account/models/account_move.py, stock/models/stock_quant.py.
KNOWN: dict[tuple[str, str], Known] = {
    ("sale.order", "action_confirm"): _moves("state", ("draft", "sent"), ("sale",)),
    ("sale.order", "action_quotation_sent"): _moves("state", ("draft",), ("sent",)),
    ("sale.order", "action_cancel"): _moves("state", ("draft", "sent", "sale"), ("cancel",)),
    ("sale.order", "action_draft"): _moves("state", ("cancel", "sent"), ("draft",)),
    ("sale.order", "action_lock"): _moves("locked", (False,), (True,)),
    ("sale.order", "action_unlock"): _moves("locked", (True,), (False,)),
    # Numbers follow the order in which entries are posted.
    ("account.move", "action_post"): _moves(
        "state", ("draft",), ("posted",), order="date", sent_as=("date", "invoice_date")
    ),
    ("account.move", "button_draft"): _moves("state", ("posted", "cancel"), ("draft",)),
    ("account.move", "button_cancel"): _moves("state", ("draft",), ("cancel",)),
    ("stock.quant", "action_apply_inventory"): Known(
        fields=("inventory_quantity_set", "inventory_quantity", "quantity"),
        ready=lambda state: bool(state["inventory_quantity_set"]),
        # Without a count waiting there is nothing to apply: a second call would take the stock to nothing.
        there=lambda state: not state["inventory_quantity_set"],
        worked=_counted,
        wants="a counted quantity",
    ),
}

# The same on every model that can be archived (odoo/orm/models.py, toggle of `active`).
ON_ANY_MODEL: dict[str, Known] = {
    "action_archive": _moves("active", (True,), (False,)),
    "action_unarchive": _moves("active", (False,), (True,)),
}


def known(model: str, method: str) -> Known | None:
    """What is known of a method.

    Args:
        model: The model, such as `sale.order`.
        method: The method, such as `action_confirm`.

    Returns:
        What to read and how to judge it; None for a method that nothing is known of, which is never called again.
    """
    return KNOWN.get((model, method), ON_ANY_MODEL.get(method))


def named(settings: Settings) -> tuple[str, ...]:
    """The operations and methods that settings name: that of the rows, and those of the steps after them."""
    return (settings.endpoint.operation, *(step.method for step in settings.steps))


def check(settings: Settings, server: Server) -> None:
    """Looks whether each method is one to call on records, as far as that is known of the server.

    XML-RPC and JSON-RPC put the ids first among the arguments, and Odoo reads them as ids only for a method of records
    (19.0, odoo/service/model.py, call_kw); JSON-2 refuses ids for others.

    Args:
        settings: The model, the operation and the steps.
        server: What is known of the server.

    Raises:
        SettingsError: A method is the model's own.
    """
    model = settings.endpoint.model
    for name in named(settings):
        if name not in WITHOUT_IDS and f"{model}/{name}" in server.of_models:
            raise SettingsError(OF_MODEL.format(method=name, model=model))


def unlisted(model: str, names: Iterable[str], server: Server) -> str:
    """What is said of a method that the server does not list, which may be a slip of the pen.

    It is no refusal: methods that Odoo calls deprecated are not listed, and are there all the same, such as
    `toggle_active` (19.0, addons/api_doc/controllers/api_doc.py, is_public_method).

    Args:
        model: The model.
        names: The methods.
        server: What is known of the server.

    Returns:
        A sentence about the first of them; empty where all are listed, or nobody has listed the model's.
    """
    if model not in server.listed:
        return ""
    there = server.methods(model)
    for name in names:
        if name not in there:
            return UNLISTED.format(name=name, model=model, meant=did_you_mean(alike(name, there)))
    return ""


def window(result: Any) -> str | None:
    """The title of a window that a method answers with in place of doing its work.

    Args:
        result: What the method returned.

    Returns:
        Odoo's title of it; None if it is no window, or one that only closes another.
    """
    kind = result.get("type") if isinstance(result, dict) else None
    if not isinstance(kind, str) or not kind.startswith("ir.actions.") or kind == "ir.actions.act_window_close":
        return None
    params = result.get("params")
    told = params.get("message") if isinstance(params, dict) else None
    titles = [title for title in (result.get("name"), told) if title and isinstance(title, str)]
    return titles[0] if titles else f"a window of the kind {result.get('res_model') or kind}"
