"""JSON-RPC: `POST /jsonrpc` (addons/rpc/controllers/jsonrpc.py), deprecated since Odoo 19, there until 21.

An error comes with HTTP 200, and its code says nothing: `data.name` and `data.message` do. `data.debug`, a traceback,
stays unread. A method that returns nothing has an answer with neither `result` nor `error`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import orjson

from odoo_widgets.flow.exchange import Exchange, Reply
from odoo_widgets.flow.protocols.envelope import headers
from odoo_widgets.flow.protocols.execute_kw import address, service, with_key
from odoo_widgets.flow.server import NOTHING_KNOWN, Server

if TYPE_CHECKING:
    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.settings import Settings

NAME = "JSON-RPC"
LIMIT = "JSON-RPC takes a list of records in one call, and logs in before the first."
LOGS_IN = True


def encode(call: Call, settings: Settings, credential: Credential, server: Server = NOTHING_KNOWN) -> httpx.Request:
    """The request that makes a call.

    Args:
        call: What to call, and the records.
        settings: The address, the context and more headers.
        credential: The database, the login and the key, which stands in the body.
        server: Whose user id the login brought; without it, a word stands in its place.

    Returns:
        The whole request.
    """
    name, method, arguments = service(call, settings, credential, server)
    body = {
        "jsonrpc": "2.0",
        "method": "call",
        "id": _id(call),
        "params": {"service": name, "method": method, "args": arguments},
    }
    target = address(call, settings, "/jsonrpc")
    envelope = headers(settings, "application/json")
    content = orjson.dumps(body)
    return httpx.Request("POST", target, headers=envelope, content=with_key(content, credential, orjson.dumps))


def _id(call: Call) -> str:
    """What the answer has to repeat: another call's answer is none to this one (JSON-RPC 2.0, 5)."""
    first = call.rows[0] if len(call.rows) else 0
    return f"{call.number}/{call.ask.method}/{first}"


def decode(exchange: Exchange) -> Reply:
    """What a response says.

    Args:
        exchange: The request and its response, read to its end.

    Returns:
        The result, or the exception's name and message; not readable where it is no answer to this request.
    """
    assert exchange.response is not None
    try:
        content = orjson.loads(exchange.response.content)
        asked = orjson.loads(exchange.request.content)
    except orjson.JSONDecodeError:
        return Reply(readable=False)
    if not isinstance(content, dict) or content.get("jsonrpc") != "2.0" or content.get("id") != asked["id"]:
        return Reply(readable=False)
    if "error" not in content:
        return Reply(result=content.get("result"))
    return _failed(content["error"])


def _failed(error: Any) -> Reply:
    data = error.get("data") if isinstance(error, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        return Reply(readable=False)
    return Reply(error_type=data["name"], message=str(data.get("message") or ""))
