"""One call of a method, written as each protocol wants it, without this package: the truth of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xmlrpc.client import dumps

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = "application/json"
XML = "text/xml"


@frozen
class Account:
    """Who asks, of which database."""

    database: str
    login: str
    uid: int
    key: str


@frozen
class Call:
    """A method of a model with its arguments; `ids` stand first where a protocol knows only positions."""

    model: str
    method: str
    arguments: dict[str, Any] = field(factory=dict)
    ids: list[int] | int | None = None
    context: dict[str, Any] | None = None
    by_name: bool = False
    """Whether XML-RPC and JSON-RPC send the arguments by their names too, instead of by position."""
    plain: bool = False
    """Whether the user without rights asks."""


@frozen
class Sent:
    """A request, but for the address of the server."""

    path: str
    content: str | bytes
    headers: dict[str, str]
    verb: str = "POST"


def json2(account: Account, call: Call) -> Sent:
    body = dict(call.arguments)
    if call.ids is not None:
        body["ids"] = call.ids
    if call.context is not None:
        body["context"] = call.context
    headers = {
        "Authorization": f"bearer {account.key}",
        "X-Odoo-Database": account.database,
        "Content-Type": JSON,
    }
    return Sent(f"/json/2/{call.model}/{call.method}", json.dumps(body), headers)


def jsonrpc(account: Account, call: Call) -> Sent:
    return json_service("object", "execute_kw", _execute(account, call))


def xmlrpc(account: Account, call: Call) -> Sent:
    return xml_service("object", "execute_kw", _execute(account, call))


def json_service(service: str, method: str, arguments: list[Any], number: int | str = 1) -> Sent:
    params = {"service": service, "method": method, "args": arguments}
    body = {"jsonrpc": "2.0", "method": "call", "id": number, "params": params}
    return Sent("/jsonrpc", json.dumps(body), {"Content-Type": JSON})


def xml_service(service: str, method: str, arguments: list[Any]) -> Sent:
    content = dumps(tuple(_short(arguments)), method, allow_none=True)
    for size in LARGE:
        content = content.replace(f"<string>{size}</string>", f"<i8>{size}</i8>")
    return Sent(f"/xmlrpc/2/{service}", content, {"Content-Type": XML})


# Python's xmlrpc writes no integer of this size; a server reads it from the tag of Apache's extension.
LARGE = (2**31,)


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _short(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_short(item) for item in value]
    return str(value) if value in LARGE else value


def _execute(account: Account, call: Call) -> list[Any]:
    named = dict(call.arguments) if call.by_name else {}
    if call.context is not None:
        named["context"] = call.context
    positional = [] if call.ids is None else [call.ids]
    if not call.by_name:
        positional += call.arguments.values()
    return [account.database, account.uid, account.key, call.model, call.method, positional, named]


PROTOCOLS: dict[str, Callable[[Account, Call], Sent]] = {"json2": json2, "jsonrpc": jsonrpc, "xmlrpc": xmlrpc}


def with_content(sent: Sent, change: Callable[[str], str]) -> Sent:
    return evolve(sent, content=change(str(sent.content)))
