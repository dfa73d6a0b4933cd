"""What JSON-RPC and XML-RPC share: the arguments of Odoo's `object` and `common` services.

`execute_kw(database, uid, key, model, method, args, kwargs)`: the ids are the first of `args`, and the context is one
of `kwargs` (Odoo 19.0, odoo/service/model.py). The key stands in the body of every call.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import httpx

from odoo_widgets.flow.calls import LOG_IN
from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.protocols.envelope import parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings

# What stands in a sample where the login's answer goes.
UID = "(user id)"

COMMON, OBJECT = "common", "object"
# Stands where the key goes until the body is written: no frame that can fail on a value holds the key.
KEY_HERE = secrets.token_hex(16)
# What is no context, where it is asked whose method one is: of a method of records, Odoo takes the ids first and fails
# on their absence; of a model's own, it fails on this, and of neither calls it (19.0, odoo/service/model.py, call_kw).
NO_CONTEXT = "none: only to ask whose method it is"


def address(call: Call, settings: Settings, path: str) -> httpx.URL:
    """Where a call goes: the server and query of its URL, with the path of the service.

    Args:
        call: What to call.
        settings: The address for a call that has none of its own.
        path: The path of the service.

    Returns:
        The address. A login is for no row, so a query that takes values of rows stays out of it.
    """
    url = parsed(call.url or settings.url)
    query = url.query if call.url or not settings.url_columns else b""
    return httpx.URL(f"{origin(str(url))}{path}").copy_with(query=query or None)


def service(call: Call, settings: Settings, credential: Credential, server: Server) -> tuple[str, str, list[Any]]:
    """Which service a call asks, by which method, with which arguments.

    Args:
        call: What to call.
        settings: The context.
        credential: The database and the login.
        server: Whose user id the login brought.

    Returns:
        `common`, `authenticate` and its arguments, for the login; else `object`, `execute_kw` and its arguments.
        `KEY_HERE` stands for the key in them, before anything of the frame; `with_key` puts it in.
    """
    ask = call.ask
    if ask.method == LOG_IN:
        return COMMON, LOG_IN, [credential.database, credential.login, KEY_HERE, {}]
    uid = UID if server.uid is None else server.uid
    called = [credential.database, uid, KEY_HERE, call.model, ask.method]
    if ask.whose:
        return OBJECT, "execute_kw", [*called, [], {"context": NO_CONTEXT}]
    numbered = [] if ask.by_name else list(ask.arguments.values())
    args = [*([] if ask.ids is None else [ask.ids]), *numbered]
    kwargs: dict[str, Any] = dict(ask.arguments) if ask.by_name else {}
    if context := ask.context_with(settings.context):
        kwargs["context"] = context
    return OBJECT, "execute_kw", [*called, args, kwargs]


def with_key(body: bytes, credential: Credential, written: Callable[[str], bytes]) -> bytes:
    """A body with the key in it.

    Args:
        body: The body, with `KEY_HERE` in place of the key.
        credential: Whose key it is.
        written: From a text to how the protocol writes it.

    Returns:
        The body that goes out.
    """
    return body.replace(written(KEY_HERE), written(credential.api_key.get_secret_value()), 1)
