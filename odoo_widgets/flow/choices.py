"""Which settings go together: what an API fixes for itself, and what only REST knows, or some of its formats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from odoo_widgets.flow import steps as after
from odoo_widgets.flow.answers import steps
from odoo_widgets.flow.endpoint import FIXED, MEANING, Endpoint, address, fixed, json2_model, rpc_address
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.key_headers import key_header

if TYPE_CHECKING:
    from collections.abc import Mapping

# The choices that only REST has, and what they are by themselves.
OF_REST = {"wrap": "", "id_path": "", "key_header": "Authorization"}
# What becomes of the lines of a document that were not made from here: no such document is written, they stay and the
# rest is written, the row's are made beside them, or in their place.
REFUSE, KEEP, ADD, REPLACE = "refuse", "keep", "add", "replace"
# The choices that only the lines of documents with a key have.
OF_LINES: dict[str, Any] = {"lines": REFUSE, "line_key": ()}
# What is done with a row whose record is there already, or is not: made whatever is there, only updated, or either.
CREATE, UPDATE, UPSERT = "create", "update", "upsert"
# The operations that take commands, which may add to what a field holds.
ADDING = ("create", "write")
# The formats that have names around their records.
WRAPPED = ("JSON", "XML")
# The verbs that are for a record which may not be there yet.
UPSERTS = ("PUT", "PATCH")
# XML 1.0, 2.3 and Namespaces in XML 1.0, 4: what an element may be called, in the letters that every reader takes.
XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")

# What stands in a list is called so in XML. A key of a dict is not: nobody could tell the two apart.
ITEM = "item"


def check(target: Endpoint, settings: Mapping[str, Any]) -> None:
    """Looks for settings that contradict each other.

    Args:
        target: What their URL says.
        settings: All of them by name, each valid by itself.

    Raises:
        SettingsError: Two do not fit together; with what would, where that can be said.
    """
    _only_changes(target, settings)
    _lines(settings)
    if settings["add"] and (target.protocol == "rest" or target.operation not in ADDING):
        said = f"add={list(settings['add'])!r} is for create and write over Odoo's own APIs. Leave it out."
        raise SettingsError(said, {"add": ()})
    after.check(target.protocol, target.operation, settings)
    for name, (value, reason) in fixed(settings["url"]).items():
        if (said := settings[name]) != value:
            if name == "method" and target.protocol == "json2":
                raise _verb(settings, target.model, reason)
            instead = {name: value}
            raise SettingsError(f"{name}={said!r} does not fit the URL. {reason}", instead)
    if target.protocol == "rest":
        _wrap(settings)
        _mode(settings)
        _key_header(settings)
        return
    for name, value in _made(settings).items():
        raise SettingsError(f"{name}={settings[name]!r} is for REST only. Leave it out.", {name: value})
    _key(target, settings)


def check_verb(settings: Mapping[str, Any]) -> None:
    """Looks for a verb to a model or record below JSON-2's address, which has neither.

    Args:
        settings: All of them by name, each valid by itself.

    Raises:
        SettingsError: It is one; with the operation that does the same.
    """
    model = json2_model(settings["url"]) if settings["method"] != "POST" else None
    if model is not None:
        raise _verb(settings, model, FIXED["json2"]["method"][1])


def _verb(settings: Mapping[str, Any], model: str, reason: str) -> SettingsError:
    verb = settings["method"]
    instead = over_odoo(settings, model, MEANING[verb])
    seen = instead["url"].partition("?")[0]
    return SettingsError(
        f"method={verb!r} does not fit the URL. {reason} What does the same as {verb} is {MEANING[verb]}: {seen}.",
        instead,
    )


def over_odoo(settings: Mapping[str, Any], model: str, operation: str, protocol: str = "json2") -> dict[str, Any]:
    """The settings to change, to do over one of Odoo's own APIs what a verb would do over REST.

    Args:
        settings: What they are now, by name.
        model: The model.
        operation: The operation.
        protocol: Which API.

    Returns:
        Names and values for `replace`; what that API has no use for goes back to what it is by itself.
    """
    there = rpc_address(settings["url"], protocol)
    apart = {"url": there, "model": model, "operation": operation}
    made = apart if there else {"url": address(settings["url"], model, operation)}
    kind = FIXED[protocol]["content_format"][0]
    content = {"content_format": kind} if settings["content_format"] != kind else {}
    # Without a key nothing is looked up, so the rows that have no id cannot be made beside.
    mode = {"mode": CREATE} if settings["mode"] != CREATE and not settings["key"] else {}
    return {"method": "POST", **made, **content, **_made(settings), **mode}


def _only_changes(target: Endpoint, settings: Mapping[str, Any]) -> None:
    if not settings["only_changes"]:
        return
    off = {"only_changes": False}
    if target.protocol == "rest":
        raise SettingsError("only_changes reads what the records hold, which an endpoint of REST has no way to.", off)
    if target.operation != "write" and not (settings["key"] and settings["mode"] in (UPDATE, UPSERT)):
        raise SettingsError("only_changes is for records that are there. Use write, or a key with mode='upsert'.", off)


def _lines(settings: Mapping[str, Any]) -> None:
    """What is for the lines of documents with a key."""
    if settings["key"]:
        return
    for name, default in OF_LINES.items():
        if settings[name] != default:
            raise SettingsError(
                f"{name}={settings[name]!r} is for the lines of documents with a key. Name the columns that say which "
                "document a row is, like key='client_order_ref'.",
                {name: default},
            )


def _made(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the choices of REST that were made are by themselves."""
    return {name: default for name, default in OF_REST.items() if settings[name] != default}


def _wrap(settings: Mapping[str, Any]) -> None:
    wrap, kind = settings["wrap"], settings["content_format"]
    if wrap and kind not in WRAPPED:
        raise SettingsError(
            f"wrap={wrap!r} does nothing in {kind}, which has no names around a record. Leave it out, or use JSON.",
            {"wrap": ""},
        )
    names = steps(wrap)
    if not all(isinstance(name, str) for name in names):
        raise SettingsError(f"wrap={wrap!r} has a place in a list. Write names only, like data or params.data.")
    if wrap and kind == "XML" and not all(XML_NAME.fullmatch(str(name)) for name in names):
        raise SettingsError(f"wrap={wrap!r} cannot name elements in XML. Write it like data or params.data.")


# Why an operation goes without a key, and what to do.
KEYLESS = {
    "load": "load finds records by external ids, in a column called id. Use create with mode='upsert'.",
    "unlink": "Deleting wants the ids of the records: read them first, so that it is seen what will be gone.",
}


def _key(target: Endpoint, settings: Mapping[str, Any]) -> None:
    """Which records rows are for, over Odoo's own APIs."""
    key, mode = settings["key"], settings["mode"]
    told = f"key={key[0] if len(key) == 1 else list(key)!r}" if key else ""
    if not key and mode != CREATE:
        raise SettingsError(
            f"mode={mode!r} needs to know which record a row is. Name the columns that say it, like key='ref'."
        )
    if key and target.operation not in ("create", "write"):
        why = KEYLESS.get(
            target.operation,
            f"{target.operation} is called on the ids of records: read them first, so that it is seen on which.",
        )
        raise SettingsError(f"{told} is for create and write. {why}", {"key": None, "mode": CREATE})
    if "id" in key:
        raise SettingsError("key='id' is Odoo's own number of a record. Use write, with ids='id'.", {"key": None})
    if key and target.operation == "write" and mode == UPSERT:
        raise SettingsError("mode='upsert' makes records, and write does not. Use create.")


def _mode(settings: Mapping[str, Any]) -> None:
    if settings["key"]:
        raise SettingsError(
            "key is for Odoo's own APIs: an endpoint of REST looks nothing up. Put the id into the URL, or use JSON-2.",
            {"key": None},
        )
    if settings["mode"] == UPDATE:
        raise SettingsError("mode='update' is what PATCH does over REST. Leave it out.", {"mode": CREATE})
    if settings["mode"] != UPSERT:
        return
    method, place = settings["method"], f"{{{settings['ids']}}}"
    if method not in UPSERTS:
        raise SettingsError(
            f"mode='upsert' is for PUT and PATCH: {method} is the same for rows with an id and without.",
            {"mode": CREATE},
        )
    if settings["url"].partition("?")[0].rstrip("/").rpartition("/")[2] != place:
        raise SettingsError(
            f"mode='upsert' posts rows without an id to the URL without its last part, so that part has to be {place}, "
            f"like https://mycompany.odoo.com/api/res.partner/{place}.",
            {"mode": CREATE},
        )


def _key_header(settings: Mapping[str, Any]) -> None:
    header = key_header(settings["key_header"]).name
    if header.lower() in {name.lower() for name in settings["headers"]}:
        raise SettingsError(f"The header {header} stands in headers, and the key goes into it. Take it out of headers.")
