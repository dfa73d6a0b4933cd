"""The part of a request that a person may edit: what is asked, without the envelope that says as whom.

For Odoo's own APIs that is one JSON object, whatever the protocol wraps it in: `ids`, the method's arguments and
`context`. For REST it is the body as it goes out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
import orjson

from odoo_widgets.flow.errors import PayloadError
from odoo_widgets.flow.limits import check, limits_of
from odoo_widgets.flow.protocols.rest import body
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.flow.unsendable import UnsendableError

if TYPE_CHECKING:
    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.settings import Settings

IDS, CONTEXT = "ids", "context"


def text(call: Call, settings: Settings, server: Server = NOTHING_KNOWN) -> str:
    """What a call asks, indented for reading and editing.

    Args:
        call: The call.
        settings: The context, and for REST the format.
        server: What is known of the server: an add-on may have renamed a method's arguments.

    Returns:
        The text, which `edited` reads back.
    """
    ask = call.ask
    if settings.endpoint.protocol == "rest":
        return _rest(call, settings)
    content: dict[str, Any] = {} if ask.ids is None else {IDS: ask.ids}
    content |= _arguments(call, settings, server)
    if context := ask.context_with(settings.context):
        content[CONTEXT] = context
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()


def _arguments(call: Call, settings: Settings, server: Server) -> dict[str, Any]:
    # Over JSON-RPC and XML-RPC, arguments have no names.
    named = settings.endpoint.protocol == "json2" and not call.ask.by_name
    return server.named(call.model, call.ask.method, call.ask.arguments) if named else call.ask.arguments


def _rest(call: Call, settings: Settings) -> str:
    content = body(call.ask, settings) or b""
    if settings.content_format != "JSON" or not content:
        return content.decode()
    return orjson.dumps(orjson.loads(content), option=orjson.OPT_INDENT_2).decode()


def edited(call: Call, settings: Settings, payload: str, server: Server = NOTHING_KNOWN) -> Call:
    """A call that asks what a person wrote.

    Args:
        call: The call as it was planned.
        settings: What it was planned with.
        payload: The text, edited.
        server: What was known of the server when the text was made.

    Returns:
        The call with the text's content; the same call if nothing was changed.

    Raises:
        PayloadError: The text cannot be sent; the sentence says where and why.
    """
    if payload == text(call, settings, server):
        return call
    if settings.endpoint.protocol == "rest":
        if settings.content_format == "JSON":
            _read(payload)
        return attrs.evolve(call, ask=attrs.evolve(call.ask, body=_bytes(payload)))
    content = _read(payload)
    if not isinstance(content, dict):
        raise PayloadError("The payload is no object: it starts with { and ends with }. Use Reset to start again.")
    ids, context = content.pop(IDS, None), content.pop(CONTEXT, {})
    ask = call.ask
    if (ids is None) != (ask.ids is None) or (ids is not None and not _fit(ids, len(ask.rows))):
        wanted = f"{len(ask.rows)} different whole numbers" if ask.ids is not None else "nothing: leave it out"
        raise PayloadError(f"The payload's ids must be {wanted}.")
    if not isinstance(context, dict):
        raise PayloadError('The payload\'s context is no object such as {"lang": "fr_FR"}.')
    asked = _arguments(call, settings, server)
    if not ask.by_name and set(content) != set(asked):
        known = ", ".join(asked) or "none"
        raise PayloadError(f"The payload's arguments must be: {known}. {ask.method} is called with these.")
    if not ask.by_name:
        # Over JSON-RPC and XML-RPC, their order is their meaning.
        content = {own: content[name] for own, name in zip(ask.arguments, asked, strict=True)}
    records = content.get("vals_list", content.get("data"))
    size = sum(ask.sizes) or len(ask.rows)
    if records is not None and (not isinstance(records, list) or len(records) != size):
        each = "one for each line of a document" if ask.sizes else "one for each row"
        raise PayloadError(
            f"The payload must hold {size} record{'s' if size > 1 else ''}, {each}. "
            "Change values here, and rows in the frame."
        )
    _carried({**content, "context": context}, settings)
    changed = attrs.evolve(ask, ids=ids, arguments=content, context=context, whole_context=True)
    return attrs.evolve(call, ask=changed)


def _carried(content: dict[str, Any], settings: Settings) -> None:
    limits = limits_of(settings)
    try:
        if limits is not None:
            check(content, limits)
    except UnsendableError as error:
        raise PayloadError(f"The payload cannot be sent: {error}") from None


def _fit(ids: Any, rows: int) -> bool:
    return (
        isinstance(ids, list)
        and len(ids) == rows
        and all(type(each) is int and each > 0 for each in ids)
        and len(set(ids)) == rows
    )


def _bytes(payload: str) -> bytes:
    try:
        return payload.encode()
    except UnicodeEncodeError as error:
        line = payload.count("\n", 0, error.start) + 1
        raise PayloadError(
            f"Line {line} of the payload holds half a surrogate pair, which nothing can carry."
        ) from None


def _read(payload: str) -> Any:
    _bytes(payload)
    try:
        content = json.loads(payload, parse_constant=_constant)
        orjson.dumps(content)
        # orjson would write null for 1e999.
        json.dumps(content, allow_nan=False)
    except json.JSONDecodeError as error:
        raise PayloadError(
            f"The payload is no JSON: {error.msg} in line {error.lineno}, column {error.colno}. Nothing was sent."
        ) from None
    except PayloadError:
        raise
    except (TypeError, ValueError, RecursionError):
        raise PayloadError("The payload holds a number that is too large, or is nested too deep.") from None
    return content


def _constant(name: str) -> Any:
    raise PayloadError(f"The payload holds {name}, which is no JSON. Put a number there, or false.")
