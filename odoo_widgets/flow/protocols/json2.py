"""JSON-2: `POST /json/2/<model>/<method>`, from Odoo 19.0 on (addons/rpc/controllers/json2.py).

The body is one object of the method's own argument names and `context`; the answer is the method's return value.
A failure is an object of `name`, `message`, `arguments`, `context` and `debug`. `debug`, a traceback, stays unread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import orjson

from odoo_widgets.flow.endpoint import json2_address
from odoo_widgets.flow.exchange import Exchange, Reply
from odoo_widgets.flow.protocols.envelope import headers, parsed
from odoo_widgets.flow.server import NOTHING_KNOWN, Server

if TYPE_CHECKING:
    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.settings import Settings

NAME = "JSON-2"
LIMIT = "JSON-2 takes a list of records in one call."
# The key goes with each call: no login before it.
LOGS_IN = False


def encode(call: Call, settings: Settings, credential: Credential, server: Server = NOTHING_KNOWN) -> httpx.Request:
    """The request that makes a call.

    Args:
        call: What to call, and the records.
        settings: The address, the context and more headers.
        credential: Whose key goes into the header, and which database is meant.
        server: What is known of the server: an add-on may have renamed a method's arguments.

    Returns:
        The whole request.
    """
    ask = call.ask
    body: dict[str, Any] = {} if ask.ids is None else {"ids": ask.ids}
    body |= server.named(call.model, ask.method, ask.arguments)
    if context := ask.context_with(settings.context):
        body["context"] = context
    envelope = headers(settings, "application/json")
    if credential.database:
        envelope["X-Odoo-Database"] = credential.database
    request = httpx.Request(
        "POST",
        parsed(json2_address(call.url or settings.url, call.model, ask.method)),
        headers=envelope,
        content=orjson.dumps(body),
    )
    # The key comes last: no frame that can fail holds it.
    request.headers["Authorization"] = f"bearer {credential.api_key.get_secret_value()}"
    return request


def decode(exchange: Exchange) -> Reply:
    """What a response says.

    Args:
        exchange: The request and its response, read to its end.

    Returns:
        The result, or the exception's name and message; not readable where Odoo's JSON-2 did not write the body.
    """
    assert exchange.response is not None
    try:
        content = orjson.loads(exchange.response.content)
    except orjson.JSONDecodeError:
        return Reply(readable=False)
    if exchange.response.is_success:
        return Reply(result=content)
    if not isinstance(content, dict) or not isinstance(content.get("name"), str):
        return Reply(readable=False)
    return Reply(error_type=content["name"], message=str(content.get("message") or ""))
