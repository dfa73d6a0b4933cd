"""An Odoo that speaks every protocol: functions say what its methods answer, the protocol how that is written."""

from __future__ import annotations

import json
import xmlrpc.client
from typing import TYPE_CHECKING, Any

import httpx

from odoo_widgets.destination import Destination
from tests.net.servers import SOON

if TYPE_CHECKING:
    from collections.abc import Callable

    from odoo_widgets.net.delivery import Delivery

UID = 7
ENDS = "TypeError: cannot marshal None unless allow_none is enabled"


class RefusedError(Exception):
    """What a method raises in Odoo: the exception's name and message, and the HTTP status over JSON-2."""

    def __init__(self, name: str, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.name, self.message, self.status = name, message, status


class Asked:
    """One call as the server reads it.

    Attributes:
        method: The method.
        ids: The ids, for a method on records; else None.
        given: Its other arguments, in order.
        names: The names of those that came with one.
        context: The context.
        uid: Who asks; None over JSON-2.
    """

    def __init__(
        self, method: str, ids: Any, given: list[Any], *, names: Any = (), context: Any = None, uid: Any = None
    ) -> None:
        self.method, self.ids, self.given = method, ids, given
        self.names, self.context, self.uid = names, context, uid

    def __repr__(self) -> str:
        return f"{self.method}({self.ids}, {self.given})"


class Odoo:
    """Records of one model, and methods that change them.

    Args:
        records: Id to fields.
        methods: Name to what a method does, beside those below; called with the server and what was asked.
        instead: What to answer in place of anything else, by the number of the request.
    """

    def __init__(
        self,
        records: dict[int, dict[str, Any]] | None = None,
        methods: dict[str, Callable[[Odoo, Asked], Any]] | None = None,
        instead: dict[int, Any] | None = None,
    ) -> None:
        self.records = records or {}
        self.asked: list[Asked] = []
        self.requests: list[httpx.Request] = []
        self._methods = METHODS | (methods or {})
        self._instead = instead or {}

    @property
    def methods(self) -> list[str]:
        return [each.method for each in self.asked]

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        protocol = "xmlrpc" if "xmlrpc" in request.url.path else request.url.path.split("/")[1]
        asked, answer = PROTOCOLS[protocol](request)
        self.requests.append(request)
        self.asked.append(asked)
        odd = self._instead.get(len(self.asked) - 1)
        if callable(odd):
            odd = await odd()
        if isinstance(odd, Exception):
            raise odd
        if odd is not None:
            return odd
        if isinstance(asked.context, str):
            return answer(None, RefusedError("IndexError", "list index out of range"))
        try:
            return answer(self._methods[asked.method](self, asked), None)
        except RefusedError as refused:
            return answer(None, refused)


def reaching(odoo: Odoo, target: Destination) -> Destination:
    """A destination of the same settings, each of whose sends reaches an Odoo of this file, and waits for nothing."""

    class Reaching(Destination):
        def delivery(self, *given: Any, **options: Any) -> Delivery:
            return super().delivery(*given, transport=odoo.transport, policy=SOON, **options)

    return Reaching(**target.by_name())


# --- what the methods do ---------------------------------------------------------------------------------------------


def _search_read(odoo: Odoo, asked: Asked) -> Any:
    ((_, _, ids),), fields, *_ = asked.given
    assert asked.context["active_test"] is False
    return [
        {name: (each if name == "id" else odoo.records[each].get(name, False)) for name in fields}
        for each in ids
        if each in odoo.records
    ]


def _write(odoo: Odoo, asked: Asked) -> bool:
    for each in asked.ids:
        odoo.records[each].update(asked.given[0])
    return True


def _save_multi(odoo: Odoo, asked: Asked) -> Any:
    for each, values in zip(asked.ids, asked.given[0], strict=True):
        odoo.records[each].update(values)
    return [{"id": each} for each in asked.ids]


def _unlink(odoo: Odoo, asked: Asked) -> bool:
    for each in asked.ids:
        del odoo.records[each]
    return True


def _create(odoo: Odoo, asked: Asked) -> list[int]:
    first = max(odoo.records, default=0) + 1
    odoo.records |= {first + place: dict(values) for place, values in enumerate(asked.given[0])}
    return list(range(first, first + len(asked.given[0])))


def _load(odoo: Odoo, asked: Asked) -> dict[str, Any]:
    fields, data = asked.given
    records = [dict(zip(fields, row, strict=True)) for row in data]
    return {"ids": _create(odoo, Asked("create", None, [records])), "messages": []}


METHODS: dict[str, Callable[[Odoo, Asked], Any]] = {
    "authenticate": lambda _odoo, _asked: UID,
    "search_read": _search_read,
    "write": _write,
    "web_save_multi": _save_multi,
    "unlink": _unlink,
    "create": _create,
    "load": _load,
}

# --- how it is written -----------------------------------------------------------------------------------------------


def _json2(request: httpx.Request) -> tuple[Asked, Callable[..., httpx.Response]]:
    body = json.loads(request.content)
    method = request.url.path.rpartition("/")[2]
    ids, context = body.pop("ids", None), body.pop("context", {})

    def answer(result: Any, refused: RefusedError | None) -> httpx.Response:
        if refused is None:
            return httpx.Response(200, content=json.dumps(result).encode())
        return httpx.Response(refused.status, json={"name": refused.name, "message": refused.message})

    return Asked(method, ids, list(body.values()), names=list(body), context=context), answer


def _asked(service: str, method: str, arguments: list[Any]) -> Asked:
    if service == "common":
        return Asked(method, None, arguments)
    _, uid, _, _, name, args, kwargs = arguments
    context = kwargs.pop("context", {})
    of_model = name in ("create", "load", "search_read")
    ids = None if of_model or isinstance(context, str) else args.pop(0)
    return Asked(name, ids, [*args, *kwargs.values()], names=list(kwargs), context=context, uid=uid)


def _jsonrpc(request: httpx.Request) -> tuple[Asked, Callable[..., httpx.Response]]:
    body = json.loads(request.content)
    told = {"jsonrpc": "2.0", "id": body["id"]}

    def answer(result: Any, refused: RefusedError | None) -> httpx.Response:
        if refused is None:
            return httpx.Response(200, json=told if result is None else {**told, "result": result})
        data = {"name": refused.name, "message": refused.message}
        return httpx.Response(200, json={**told, "error": {"code": 0, "data": data}})

    params = body["params"]
    return _asked(params["service"], params["method"], params["args"]), answer


def _xmlrpc(request: httpx.Request) -> tuple[Asked, Callable[..., httpx.Response]]:
    arguments, method = xmlrpc.client.loads(request.content)

    def answer(result: Any, refused: RefusedError | None) -> httpx.Response:
        if refused is not None:
            text = (
                f'Traceback (most recent call last):\n  File "a.py", line 1, in a\n{refused.name}: {refused.message}\n'
            )
            written = xmlrpc.client.dumps(xmlrpc.client.Fault(1, text))
        elif result is None:
            written = xmlrpc.client.dumps(xmlrpc.client.Fault(1, ENDS))
        else:
            written = xmlrpc.client.dumps((result,), methodresponse=True)
        return httpx.Response(200, content=written.encode())

    return _asked(request.url.path.rpartition("/")[2], method, list(arguments)), answer


PROTOCOLS = {"json": _json2, "jsonrpc": _jsonrpc, "xmlrpc": _xmlrpc}
