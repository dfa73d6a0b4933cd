"""The APIs that an endpoint can speak: one file each, with encode and decode side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.flow.protocols import json2, jsonrpc, rest, xmlrpc

if TYPE_CHECKING:
    from types import ModuleType

PROTOCOLS: dict[str, ModuleType] = {
    "json2": json2,
    "jsonrpc": jsonrpc,
    "rest": rest,
    "xmlrpc": xmlrpc,
}
