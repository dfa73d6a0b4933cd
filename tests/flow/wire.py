"""What every table of bytes needs: a call made into a request, and a request as the bytes that go out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from odoo_widgets.flow.calls import Ask, Batch, Call
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.exchange import Exchange
from odoo_widgets.flow.operations import log_in, look_up
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.server import Server
from odoo_widgets.flow.settings import Settings
from tests.recorded import answers

if TYPE_CHECKING:
    from odoo_widgets.flow.exchange import Reply

SERVER = "https://mycompany.odoo.com"
KEY = "0123456789abcdef0123456789abcdef01234567"
ME = Credential(SERVER, "mycompany", "me@example.com", KEY)
URLS = {
    "json2": f"{SERVER}/json/2/res.partner/create",
    "jsonrpc": f"{SERVER}/jsonrpc",
    "xmlrpc": f"{SERVER}/xmlrpc/2/object",
}
KNOWN_USER = Server(uid=2)
NESTED = {"name": "é <&> \"'\\ \U0001f600", "note": "a\r\nb\rc", "line_ids": [[0, 0, {"qty": 1.5, "ok": False}], [5]]}

# What is asked, for rows of res.partner. Each protocol's table says how it is written.
ASKS = {
    "login": log_in(),
    "create": Ask(range(2), "create", {"vals_list": [NESTED, {}]}),
    "write, the same for all": Ask([3, 5], "write", {"vals": {"email": None, "active": True, "color": -7}}, [7, 9]),
    "web_save_multi": Ask(
        range(2), "web_save_multi", {"vals_list": [{"name": "a"}, {}], "specification": {}}, [9, 2147483647]
    ),
    "unlink": Ask(range(2), "unlink", {}, [7, 9]),
    "load": Ask(
        range(2), "load", {"fields": ["id", "vip"], "data": [["x.a", "1"], ["x.b", None]]}, context={"tz": "UTC"}
    ),
    "a method without arguments": Ask(range(2), "action_archive", {}, [7, 9], by_name=True),
    "a method with arguments": Ask([4], "message_post", {"body": "é", "partner_ids": [1, 2]}, [7], by_name=True),
    "a look-up": look_up(Batch([3, 5], [{"name": "a"}, {"name": "b"}], [7, 9]), ("state",)),
}


def settings(protocol: str, operation: str = "create", **others: Any) -> Settings:
    if protocol == "json2":
        return Settings(f"{SERVER}/json/2/res.partner/{operation}", **others)
    return Settings(URLS[protocol], model="res.partner", operation=operation, **others)


def encoded(ask: Ask, chosen: Settings, server: Server = KNOWN_USER, me: Credential = ME) -> httpx.Request:
    call = Call(3, "" if ask == log_in() else "res.partner", ask)
    request: httpx.Request = PROTOCOLS[chosen.endpoint.protocol].encode(call, chosen, me, server)
    return request


def head(request: httpx.Request) -> bytes:
    """The request line and the headers, as they go out."""
    lines = [f"{request.method} {request.url.raw_path.decode()}".encode()]
    return b"\r\n".join([*lines, *(name + b": " + value for name, value in request.headers.raw)])


# What was asked when the answers of the real server were recorded, as far as an answer repeats it.
ASKED = {"json2": b"{}", "jsonrpc": b'{"id":1}', "xmlrpc": b""}
RECORDED = answers()
CASES = [(protocol, case) for protocol in ("json2", "jsonrpc", "xmlrpc") for case in RECORDED[protocol]]


def exchange_of(
    protocol: str, status: int, content: str | bytes, kind: str = "", asked: bytes | None = None
) -> Exchange:
    content = content.encode() if isinstance(content, str) else content
    headers = {"content-type": kind} if kind else {}
    body = ASKED[protocol] if asked is None else asked
    request = httpx.Request("POST", URLS[protocol], content=body)
    return Exchange(request, httpx.Response(status, headers=headers, content=content), seconds=1.5)


def recorded(protocol: str, case: str) -> Exchange:
    """A recorded answer, to a request that it fits."""
    answer = RECORDED[protocol][case]
    # An answer repeats the number of its request as it was.
    asked = b'{"id":"row 7"}' if case == "an id that is text" else None
    return exchange_of(protocol, answer["http_status"], answer["body"], answer["content_type"], asked)


def decoded(protocol: str, exchange: Exchange) -> Reply:
    reply: Reply = PROTOCOLS[protocol].decode(exchange)
    return reply
