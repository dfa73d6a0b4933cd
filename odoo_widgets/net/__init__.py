"""The only outgoing I/O. This room moves bytes and waits; what they mean is decided in `flow`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from odoo_widgets.net import (
        asking,
        delivery,
        frames,
        growing,
        handing,
        odoo,
        past,
        replaced,
        tables,
        undoing,
        unfinished,
    )

# What a destination calls, loaded with its first call: whoever describes one waits for no event loop and no database.
__all__ = [
    "asking",
    "delivery",
    "frames",
    "growing",
    "handing",
    "odoo",
    "past",
    "replaced",
    "tables",
    "undoing",
    "unfinished",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
