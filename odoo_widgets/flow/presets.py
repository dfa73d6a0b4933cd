"""Models whose `create` is no plain creation: what they need to be sent with, and what their rows are told apart by."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class Preset:
    """What a model needs.

    Attributes:
        context: What its calls add to the context.
        key: The fields that say which record a row is: `create` answers with the id of the one that is there.
    """

    context: dict[str, Any]
    key: tuple[str, ...]


# Odoo 19.0, addons/stock/models/stock_quant.py, create: with `inventory_mode`, a count of a product and place that is
# there goes to the quant that is there. Without it, a second quant is made beside it, and the stock is counted twice.
PRESETS: dict[str, Preset] = {
    "stock.quant": Preset(
        context={"inventory_mode": True},
        key=("product_id", "location_id", "lot_id", "package_id", "owner_id"),
    ),
}

# The operations that a preset is for.
OPERATIONS = ("create", "load")


def preset(model: str, operation: str) -> Preset | None:
    """What a model needs for an operation; None for the most of them."""
    return PRESETS.get(model) if operation in OPERATIONS else None
