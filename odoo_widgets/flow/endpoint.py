"""What an address says: which API answers there, and for which model and operation."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs
import httpx

from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.templates import outside

if TYPE_CHECKING:
    from collections.abc import Callable

# The operations that have a form of their own, and what their rows need. Any other name is a method on records.
WITHOUT_IDS = ("create", "load")
# What asks who a login and key belong to.
LOG_IN = "authenticate"
# What every model has, reads, and is no method on records (19.0, odoo/orm/models.py and addons/web/models/models.py).
READERS = (
    "default_get", "fields_get", "formatted_read_group", "formatted_read_grouping_sets", "get_empty_list_help",
    "get_import_templates", "get_property_definition", "get_view", "get_views", "hierarchy_read", "name_search",
    "read_progress_bar", "search", "search_count", "search_panel_select_multi_range", "search_panel_select_range",
    "search_read", "view_header_get", "web_name_search", "web_read_group", "web_search_read",
)  # fmt: skip

# What makes or sends something, and is no method on records either: over XML-RPC and JSON-RPC, each would take the ids
# for its first argument, which is this (19.0, odoo/orm/models.py and addons/mail/models: mail_thread.py,
# mail_thread_blacklist.py, res_partner.py).
OF_MODELS = {
    "name_create": "a name",
    "find_or_create": "an e-mail address",
    "find_or_create_record": "the name of a model",
    "message_new": "a message",
    "message_parse": "a message",
    "message_process": "the name of a model",
    "message_route": "a message",
    "notify_cancel_by_type": "a kind of notification",
}

# Model and method names as Odoo spells them. Anything else could change the path:
# `res.partner/../../web/session` reaches another address in httpx and requests.
JSON2_PATH = re.compile(r"/json/2/(?P<model>[a-z0-9_.]+)/(?P<operation>\w+)/?", re.ASCII)
# What people of REST write for a model, or for one of its records.
JSON2_RECORDS = re.compile(r"/json/2/(?P<model>[a-z0-9_.]+)(/(\{[^{}/]*\}|\d*))?/?", re.ASCII)
# A part of a path such as v1.0.
VERSION = re.compile(r"v?\d+(\.\d+)*$", re.ASCII)
MODEL_NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
METHOD_NAME = re.compile(r"[a-zA-Z]\w*", re.ASCII)

# The addresses at which model and operation are named apart from the URL.
RPC_PATHS = {"/jsonrpc": "jsonrpc", "/xmlrpc/2/object": "xmlrpc"}
PROTOCOLS = ("json2", *RPC_PATHS.values(), "rest")
VERBS = ("POST", "PUT", "PATCH", "DELETE")
# Odoo's own addresses that no call goes to: its APIs, misspelt, and its pages for people.
OWN_APIS = re.compile(r"/+(json|jsonrpc|xmlrpc)(/|$)")
# The pages may stand below a language, as on a website of Odoo's (19.0, addons/http_routing): `/fr_BE/web`.
PAGES = re.compile(r"(/([a-z]{2}|[a-z]{2,3}_[A-Z0-9]{2,3}))?(/(odoo|web)(/|$)|/?$)")
# What a person is most likely to send to.
LIKELY = "res.partner"
# What is typed for another, and the one that is meant.
MEANT = {
    "/xmlrpc/2/common": "/xmlrpc/2/object",
    "/xmlrpc/common": "/xmlrpc/2/object",
    "/xmlrpc/object": "/xmlrpc/2/object",
    "/xmlrpc/2": "/xmlrpc/2/object",
    "/xmlrpc": "/xmlrpc/2/object",
    "/jsonrpc/2": "/jsonrpc",
}

# What a protocol fixes for itself: the value, and why, in words.
FIXED: dict[str, dict[str, tuple[str, str]]] = {
    "json2": {
        "method": ("POST", "JSON-2 takes POST only: the URL's last part says what to do."),
        "content_format": ("JSON", "JSON-2 takes JSON only."),
    },
    "jsonrpc": {
        "method": ("POST", "JSON-RPC takes POST only: Operation says what to do."),
        "content_format": ("JSON", "JSON-RPC takes JSON only."),
    },
    "xmlrpc": {
        "method": ("POST", "XML-RPC takes POST only: Operation says what to do."),
        "content_format": ("XML", "XML-RPC takes XML only."),
    },
}


@attrs.frozen
class Endpoint:
    """Where a call goes.

    Attributes:
        protocol: Which API answers there: `json2`, `jsonrpc`, `xmlrpc` or `rest`.
        model: The model, such as `res.partner`.
        operation: `create`, `write`, `unlink`, `load`, or a method on records; for REST the verb.
    """

    protocol: str
    model: str
    operation: str


def endpoint(url: str, model: str | None = None, operation: str | None = None, method: str = "POST") -> Endpoint:
    """Reads protocol, model and operation off a URL, or beside it where the protocol keeps them out of it.

    Args:
        url: For example `https://mycompany.odoo.com/json/2/res.partner/create`.
        model: The model, for `/jsonrpc` and `/xmlrpc/2/object`.
        operation: The operation, for the same.
        method: The HTTP method, for REST.

    Returns:
        For example `Endpoint("json2", "res.partner", "create")`.

    Raises:
        SettingsError: The URL is no address, leads to no API that this package speaks, or the names do not fit it.
    """
    checks: tuple[tuple[Any, Callable[[Any], str]], ...] = ((model, _model), (operation, operation_name))
    for name, check in checks:
        if name is not None and not isinstance(name, str):
            check(name)
    return _endpoint(url, model, operation, method)


@lru_cache(maxsize=1024)
def _endpoint(url: str, model: str | None, operation: str | None, method: str) -> Endpoint:
    server = origin(outside(url))
    path = httpx.URL(url.strip()).path
    if (protocol := RPC_PATHS.get(path)) and "#" not in url:
        return Endpoint(protocol, _model(model), operation_name(operation))
    if not OWN_APIS.match(path) and not PAGES.match(path) and "#" not in url:
        return _rest(path, model, operation, method)
    if "#" in url and not OWN_APIS.match(path) and not PAGES.match(path):
        seen = url.partition("#")[0].strip()
        # What stands behind a ? may be a key: it is not repeated.
        raise SettingsError(f"What stands behind # stays on this machine. Use {seen.partition('?')[0]}.", {"url": seen})
    match = JSON2_PATH.fullmatch(path)
    if not match or not MODEL_NAME.fullmatch(match["model"]) or "#" in url:
        raise _nowhere(server, path)
    told = {"model": model, "operation": operation}
    for name, value in told.items():
        if value is not None and value != match[name]:
            raise SettingsError(f"{name}={value!r} does not fit the URL, which says {match[name]!r}. Leave it out.")
    return Endpoint("json2", match["model"], operation_name(match["operation"]))


def _nowhere(server: str, path: str) -> SettingsError:
    """The error about an address that no call goes to. What stands behind a ? may be a key: it is not repeated."""
    if path in MEANT:
        return SettingsError(
            f"{server + path!r} takes no calls for records. Use {server}{MEANT[path]}.", {"url": server + MEANT[path]}
        )
    if PAGES.match(path):
        likely = json2_address(server, LIKELY, "create")
        return SettingsError(
            f"{server + path!r} is a page of Odoo's for people. To send, use an address such as {likely}.",
            {"url": likely},
        )
    return SettingsError(
        f"{server + path!r} is no address that Odoo's JSON-2, JSON-RPC or XML-RPC answers at. Write it like "
        "https://mycompany.odoo.com/json/2/res.partner/create, …/jsonrpc or …/xmlrpc/2/object."
    )


def _rest(path: str, model: str | None, operation: str | None, method: str) -> Endpoint:
    if operation is not None and operation != method:
        raise SettingsError(f"operation={operation!r} is not for REST, where the method says what to do. Leave it out.")
    # `/api/res.partner/{id}`: a name with a dot in it is a model's.
    parts = [part for part in path.split("/") if "." in part and MODEL_NAME.fullmatch(part) and not VERSION.match(part)]
    return Endpoint("rest", _model(model) if model is not None else (parts[-1] if parts else ""), method)


def _model(name: str | None) -> str:
    if name is None:
        raise SettingsError("model is not said, and the URL does not say it. Write it like model='res.partner'.")
    if not isinstance(name, str) or not MODEL_NAME.fullmatch(name):
        raise SettingsError(f"{name!r} is not the name of a model. Odoo writes them like res.partner or sale.order.")
    return name


def operation_name(name: str | None) -> str:
    """An operation's name, if it is one that sends rows.

    Raises:
        SettingsError: It is missing, private, or does something else.
    """
    if name is None:
        raise SettingsError(
            "operation is not said, and the URL does not say it. Use create, write, unlink, load, or a method's name."
        )
    if isinstance(name, str) and name.startswith("_"):
        raise SettingsError(f"{name!r} is a private method, which Odoo lets nobody call from outside.")
    if not isinstance(name, str) or not METHOD_NAME.fullmatch(name):
        raise SettingsError(f"{name!r} is not the name of a method. Odoo writes them like create or action_confirm.")
    if name in VERBS:
        raise SettingsError(f"{name!r} is a method of HTTP, not of Odoo. Use create, write, unlink or load.")
    if name == LOG_IN:
        raise SettingsError(f"{name!r} is the login's own method. It is called by itself where it is needed.")
    if name in OF_MODELS:
        raise SettingsError(f"{name!r} is for no records: it would take their ids for {OF_MODELS[name]}. Use create.")
    if name in READERS:
        raise SettingsError(f"{name!r} only reads, and is for no records. Use an operation that sends rows.")
    return name


def fixed(url: str) -> dict[str, tuple[str, str]]:
    """The settings that an address leaves no choice for.

    Args:
        url: The address; one that leads nowhere fixes nothing.

    Returns:
        Name of the setting to its one value, and the reason in words.
    """
    return FIXED.get(protocol_of(url) or "", {})


def protocol_of(url: str) -> str | None:
    """The protocol that an address speaks, whatever model and operation are; None if it speaks none."""
    try:
        return endpoint(url).protocol
    except SettingsError:
        pass
    try:
        return endpoint(url, "res.partner", "create").protocol
    except SettingsError:
        return None


# What a verb of REST asks of a record, as an operation.
MEANING = {"POST": "create", "PUT": "write", "PATCH": "write", "DELETE": "unlink"}


def json2_model(url: str) -> str | None:
    """The model that an address names as REST would, below JSON-2's; None where it does not."""
    origin(outside(url))
    match = JSON2_RECORDS.fullmatch(httpx.URL(url.strip()).path)
    return match["model"] if match and MODEL_NAME.fullmatch(match["model"]) and "#" not in url else None


def rpc_address(url: str, protocol: str) -> str:
    """The address of XML-RPC or JSON-RPC on the server of another address; empty for other protocols."""
    return next((origin(url) + path for path, spoken in RPC_PATHS.items() if spoken == protocol), "")


def address(url: str, model: str, operation: str) -> str:
    """The JSON-2 address of a model's operation on the server of another address.

    Args:
        url: Any address on the server.
        model: A model such as `res.partner`.
        operation: An operation such as `create`.

    Returns:
        For example `https://mycompany.odoo.com/json/2/res.partner/create`.

    Raises:
        SettingsError: The URL is no address, or a name would change its path.
    """
    return json2_address(url, _model(model), operation_name(operation))


@lru_cache(maxsize=256)
def json2_address(url: str, model: str, method: str) -> str:
    """The JSON-2 address of any method, on the server of another address, whose query stays."""
    # Not as httpx writes it, which would be without the places of values.
    query = url.partition("#")[0].partition("?")[2].strip()
    return f"{origin(url)}/json/2/{model}/{method}{'?' if query else ''}{query}"
