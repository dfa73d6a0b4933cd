"""JSON-2: `POST /json/2/<model>/<method>`, from Odoo 19.0 on (addons/rpc/controllers/json2.py).

The body is one object of the method's own argument names and `context`; the answer is the method's return value.
A failure is an object of `name`, `message`, `arguments`, `context` and `debug`. `debug`, a traceback, stays unread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import orjson

from odoo_widgets.flow.exchange import Reply
from odoo_widgets.flow.settings import json2_address

if TYPE_CHECKING:
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.plan import Call
    from odoo_widgets.flow.settings import Settings

LIMIT = "JSON-2 takes a list of records in one call."


def encode(call: Call, settings: Settings, credential: Credential) -> httpx.Request:
    """The request that makes a call.

    Args:
        call: What to call, and the records.
        settings: The address, the context and more headers.
        credential: Whose key goes into the header, and which database is meant.

    Returns:
        The whole request.
    """
    ask = call.ask
    body: dict[str, Any] = {} if ask.ids is None else {"ids": ask.ids}
    body |= ask.arguments
    if context := {**settings.context, **ask.context}:
        body["context"] = context
    headers = httpx.Headers({"Accept": "application/json", "User-Agent": "odoo_widgets"})
    headers.update(settings.headers)
    headers["Content-Type"] = "application/json"
    if credential.database:
        headers["X-Odoo-Database"] = credential.database
    request = httpx.Request(
        "POST", json2_address(settings.url, call.model, ask.method), headers=headers, content=orjson.dumps(body)
    )
    # The key comes last: no frame that can fail holds it.
    request.headers["Authorization"] = f"bearer {credential.api_key.get_secret_value()}"
    return request


def decode(response: httpx.Response) -> Reply:
    """What a response says.

    Args:
        response: The response, read to its end.

    Returns:
        The result, or the exception's name and message; not readable where Odoo's JSON-2 did not write the body.
    """
    try:
        content = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return Reply(readable=False)
    if response.is_success:
        return Reply(result=content)
    if not isinstance(content, dict) or not isinstance(content.get("name"), str):
        return Reply(readable=False)
    return Reply(error_type=content["name"], message=str(content.get("message") or ""))
