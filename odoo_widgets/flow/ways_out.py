"""What to use in place of an address that a server does not have: Odoo's own API, as its version has it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.choices import over_odoo
from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.endpoint import LIKELY, MEANING, MODEL_NAME, VERSION

if TYPE_CHECKING:
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings

# Where add-ons put their addresses.
API = re.compile(r"/api(/|$)")
# A part of a path that writes a model's dots as strokes, as some add-ons do: sale_order.
SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def instead(settings: Settings, path: str, server: Server) -> dict[str, Any]:
    """The settings to use in place of an /api that is not there, or of JSON-2 where Odoo is too old for it.

    Args:
        settings: What was sent with.
        path: The path that it was sent to.
        server: What is known of the server; of one whose version is not known, the newest is assumed.

    Returns:
        Names and values for `replace`; empty where none can be proposed.
    """
    target = settings.endpoint
    if target.protocol == "json2" and server.protocol != "json2":
        return over_odoo(settings.by_name(), target.model, target.operation, server.protocol)
    model = target.model or _model(path)
    if target.protocol != "rest" or not API.match(path) or not model:
        return {}
    return over_odoo(settings.by_name(), model, MEANING[target.operation], server.protocol)


def hint(settings: Settings, path: str, server: Server) -> str:
    """The same as a sentence, which ends what is said of an address that is not there; empty where it is no /api."""
    proposed = instead(settings, path, server)
    if not proposed and not API.match(path):
        return ""
    known = server.major is not None
    says = f"Odoo {server.version} has no /api." if known else "Odoo by itself has no /api."
    operation = MEANING.get(settings.endpoint.operation, "create")
    url = proposed.get("url") or f"{origin(settings.url)}/json/2/<model>/{operation}, with a model such as {LIKELY}"
    if not proposed and server.protocol != "json2":
        url = f"{origin(settings.url)}/xmlrpc/2/object, with a model such as {LIKELY}"
    elder = "" if known else " Before Odoo 19, it is /xmlrpc/2/object."
    return f"{says} Use {url}?{elder}"


def _model(path: str) -> str:
    """The model that the path of an /api may mean, where it does not spell it as Odoo does; empty if none."""
    parts = [part for part in path.split("/")[2:] if part and not VERSION.match(part)]
    model = parts[0].replace("_", ".") if parts and SLUG.fullmatch(parts[0]) else ""
    return model if MODEL_NAME.fullmatch(model) else ""
