from __future__ import annotations

from typing import Any

import httpx
import pytest

from odoo_widgets.flow.calls import Ask, Batch, Call
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.exchange import Exchange, Reply
from odoo_widgets.flow.operations import OPERATIONS, look_up
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.settings import Settings

KEY = "0123456789abcdef0123456789abcdef01234567"
SERVER = "https://mycompany.odoo.com"
CREATE = f"{SERVER}/json/2/res.partner/create"

# The settings, the database and the records; then every byte that goes out.
REQUESTS = {
    "two records": (
        Settings(CREATE),
        "mycompany",
        [{"name": "A", "color": 1, "credit": 0.5, "active": True, "date": "2026-03-01"}, {}],
        (
            b"POST /json/2/res.partner/create\r\n"
            b"Host: mycompany.odoo.com\r\n"
            b"Accept: application/json\r\n"
            b"User-Agent: odoo_widgets\r\n"
            b"Content-Type: application/json\r\n"
            b"X-Odoo-Database: mycompany\r\n"
            b"Content-Length: 88\r\n"
            b"Authorization: bearer 0123456789abcdef0123456789abcdef01234567\r\n\r\n"
            b'{"vals_list":[{"name":"A","color":1,"credit":0.5,"active":true,"date":"2026-03-01"},{}]}'
        ),
    ),
    "a server of one database, a context, headers of one's own": (
        Settings(
            "http://127.0.0.1:8069/json/2/x_thing/create/",
            context={"lang": "fr_FR", "allowed_company_ids": [2]},
            headers={"X-Request-Source": "notebook", "user-agent": "mine"},
        ),
        "",
        [{"name": 'é"\\\n😀'}],
        (
            b"POST /json/2/x_thing/create\r\n"
            b"Host: 127.0.0.1:8069\r\n"
            b"Accept: application/json\r\n"
            b"X-Request-Source: notebook\r\n"
            b"user-agent: mine\r\n"
            b"Content-Type: application/json\r\n"
            b"Content-Length: 92\r\n"
            b"Authorization: bearer 0123456789abcdef0123456789abcdef01234567\r\n\r\n"
            b'{"vals_list":[{"name":"\xc3\xa9\\"\\\\\\n\xf0\x9f\x98\x80"}],'
            b'"context":{"lang":"fr_FR","allowed_company_ids":[2]}}'
        ),
    ),
}


# A method, its arguments, ids and context; the body.
METHODS = {
    "write": (
        Ask([3, 5], "write", {"vals": {"name": "é", "email": None, "active": False}}, [7, 9]),
        b'{"ids":[7,9],"vals":{"name":"\xc3\xa9","email":null,"active":false},"context":{"tz":"Asia/Tokyo"}}',
    ),
    "web_save_multi": (
        Ask(range(2), "web_save_multi", {"vals_list": [{"name": "a"}, {}], "specification": {}}, [9, 7]),
        b'{"ids":[9,7],"vals_list":[{"name":"a"},{}],"specification":{},"context":{"tz":"Asia/Tokyo"}}',
    ),
    "unlink": (
        Ask(range(2), "unlink", {}, [7, 2147483647]),
        b'{"ids":[7,2147483647],"context":{"tz":"Asia/Tokyo"}}',
    ),
    "search_read": (
        look_up(Batch([3, 5], [{"name": "a"}, {"name": "b"}], [7, 2147483647])),
        (b'{"domain":[["id","in",[7,2147483647]]],"fields":["id"],"context":{"tz":"Asia/Tokyo","active_test":false}}'),
    ),
    "load": (
        Ask(range(2), "load", {"fields": ["id", "vip"], "data": [["x.a", "1"], ["x.b", None]]}, context={"tz": "UTC"}),
        b'{"fields":["id","vip"],"data":[["x.a","1"],["x.b",null]],"context":{"tz":"UTC"}}',
    ),
}


@pytest.mark.parametrize("name", METHODS)
def test_a_call_of_any_method_goes_to_its_own_address_with_its_own_arguments(name: str) -> None:
    ask, body = METHODS[name]
    operation = name if name in OPERATIONS else "write"
    settings = Settings(f"{SERVER}/json/2/res.partner/{operation}", context={"tz": "Asia/Tokyo"})
    request = PROTOCOLS["json2"].encode(Call(0, "res.partner", ask), settings, Credential(SERVER, "db", api_key=KEY))
    head = (
        f"POST /json/2/res.partner/{name}\r\n"
        "Host: mycompany.odoo.com\r\n"
        "Accept: application/json\r\n"
        "User-Agent: odoo_widgets\r\n"
        "Content-Type: application/json\r\n"
        "X-Odoo-Database: db\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"Authorization: bearer {KEY}\r\n\r\n"
    )
    assert on_the_wire(request) == head.encode() + body


def on_the_wire(request: httpx.Request) -> bytes:
    head = [f"{request.method} {request.url.raw_path.decode()}".encode()]
    head += [name + b": " + value for name, value in request.headers.raw]
    return b"\r\n".join([*head, b"", request.content])


@pytest.mark.parametrize("name", REQUESTS)
def test_a_call_becomes_these_bytes(name: str) -> None:
    settings, database, records, expected = REQUESTS[name]
    call = Call(0, settings.endpoint.model, Ask(range(len(records)), "create", {"vals_list": records}))
    request = PROTOCOLS["json2"].encode(call, settings, Credential(settings.url, database, api_key=KEY))
    assert on_the_wire(request) == expected


def error(name: str, message: str) -> dict[str, Any]:
    body = {"name": name, "message": message, "arguments": [message], "context": {}, "debug": "Traceback (most recent"}
    return {"json": body}


PAGE = b"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n"
MISSING = "Record does not exist or has been deleted.\n(Record: res.partner(99999999,), User: 2)"

# What a real Odoo 19 answered; then what it says.
RESPONSES = {
    "ids": (200, {"content": b"[7, 8]"}, Reply(result=[7, 8])),
    "no ids": (200, {"content": b"[]"}, Reply(result=[])),
    "null": (200, {"content": b"null"}, Reply(result=None)),
    "an object that is no error": (200, {"content": b'{"name": "x"}'}, Reply(result={"name": "x"})),
    "an unknown key": (
        401,
        error("werkzeug.exceptions.Unauthorized", "Invalid apikey"),
        Reply(error_type="werkzeug.exceptions.Unauthorized", message="Invalid apikey"),
    ),
    "a missing record": (
        404,
        error("odoo.exceptions.MissingError", MISSING),
        Reply(error_type="odoo.exceptions.MissingError", message=MISSING),
    ),
    "an unknown field": (
        500,
        error("builtins.ValueError", "Invalid field 'nope' in 'res.partner'"),
        Reply(error_type="builtins.ValueError", message="Invalid field 'nope' in 'res.partner'"),
    ),
    "an error without a message": (
        500,
        {"json": {"name": "builtins.KeyError", "message": None}},
        Reply(error_type="builtins.KeyError"),
    ),
    "a page": (404, {"content": PAGE}, Reply(readable=False)),
    "a page with 200": (200, {"content": PAGE}, Reply(readable=False)),
    "half a list": (200, {"content": b"[7, 8"}, Reply(readable=False)),
    "no body": (200, {"content": b""}, Reply(readable=False)),
    "NaN": (200, {"content": b"[NaN]"}, Reply(readable=False)),
    "another error's JSON": (502, {"json": {"error": "bad gateway"}}, Reply(readable=False)),
    "a list for an error": (500, {"json": ["name"]}, Reply(readable=False)),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_a_response_says_this(name: str) -> None:
    status, body, expected = RESPONSES[name]
    exchange = Exchange(httpx.Request("POST", CREATE), httpx.Response(status, **body))
    assert PROTOCOLS["json2"].decode(exchange) == expected


def test_a_header_of_ones_own_takes_the_place_of_ours_whatever_its_case() -> None:
    settings = Settings(CREATE, headers={"ACCEPT": "text/plain"})
    call = Call(0, "res.partner", Ask(range(1), "create", {"vals_list": [{}]}))
    request = PROTOCOLS["json2"].encode(call, settings, Credential(SERVER, api_key=KEY))
    assert request.headers.get_list("accept") == ["text/plain"]
