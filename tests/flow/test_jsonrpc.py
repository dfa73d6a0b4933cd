from __future__ import annotations

import json
from typing import Any

import pytest

from odoo_widgets.flow.calls import Ask, Call
from odoo_widgets.flow.exchange import Reply
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.flow.settings import Settings
from tests.flow.wire import ASKS, KEY, KNOWN_USER, ME, SERVER, decoded, encoded, exchange_of, head, settings

WHO = f'"mycompany",2,"{KEY}","res.partner"'
CONTEXT = '{"context":{"lang":"fr_FR"}}'

# The number of the call; the arguments of the service.
ARGUMENTS = {
    "login": ("3/authenticate/0", f'["mycompany","me@example.com","{KEY}",{{}}]'),
    "create": (
        "3/create/0",
        (
            f'[{WHO},"create",[[{{"name":"é <&> \\"\'\\\\ 😀","note":"a\\r\\nb\\rc",'
            f'"line_ids":[[0,0,{{"qty":1.5,"ok":false}}],[5]]}},{{}}]],{CONTEXT}]'
        ),
    ),
    "write, the same for all": (
        "3/write/3",
        f'[{WHO},"write",[[7,9],{{"email":null,"active":true,"color":-7}}],{CONTEXT}]',
    ),
    "web_save_multi": (
        "3/web_save_multi/0",
        f'[{WHO},"web_save_multi",[[9,2147483647],[{{"name":"a"}},{{}}],{{}}],{CONTEXT}]',
    ),
    "unlink": ("3/unlink/0", f'[{WHO},"unlink",[[7,9]],{CONTEXT}]'),
    "load": (
        "3/load/0",
        f'[{WHO},"load",[["id","vip"],[["x.a","1"],["x.b",null]]],{{"context":{{"lang":"fr_FR","tz":"UTC"}}}}]',
    ),
    "a method without arguments": ("3/action_archive/0", f'[{WHO},"action_archive",[[7,9]],{CONTEXT}]'),
    "a method with arguments": (
        "3/message_post/4",
        f'[{WHO},"message_post",[[7]],{{"body":"é","partner_ids":[1,2],"context":{{"lang":"fr_FR"}}}}]',
    ),
    "a look-up": (
        "3/search_read/3",
        (
            f'[{WHO},"search_read",[[["id","in",[7,9]]],["id","state"]],'
            '{"context":{"lang":"fr_FR","active_test":false}}]'
        ),
    ),
}


@pytest.mark.parametrize("name", ASKS)
def test_a_call_becomes_these_bytes(name: str) -> None:
    number, arguments = ARGUMENTS[name]
    request = encoded(ASKS[name], settings("jsonrpc", context={"lang": "fr_FR"}))
    service, method = ("common", "authenticate") if name == "login" else ("object", "execute_kw")
    body = (
        f'{{"jsonrpc":"2.0","method":"call","id":"{number}",'
        f'"params":{{"service":"{service}","method":"{method}","args":{arguments}}}}}'
    ).encode()
    assert request.content == body
    assert head(request) == (
        b"POST /jsonrpc\r\n"
        b"Host: mycompany.odoo.com\r\n"
        b"Accept: application/json\r\n"
        b"User-Agent: odoo_widgets\r\n"
        b"Content-Type: application/json\r\n"
        b"Content-Length: " + str(len(body)).encode()
    )


@pytest.mark.parametrize("protocol", ["jsonrpc", "xmlrpc"])
def test_headers_and_the_query_go_along_and_a_header_of_ones_own_takes_the_place_of_ours(protocol: str) -> None:
    chosen = settings(protocol, headers={"X-Request-Source": "notebook", "ACCEPT": "text/plain"})
    request = encoded(ASKS["unlink"], chosen.replace(url=f"{chosen.url}?db=x&a=%2F"))
    assert request.url.raw_path.endswith(b"?db=x&a=%2F")
    assert request.headers.get_list("accept") == ["text/plain"]
    assert request.headers["x-request-source"] == "notebook"
    assert "authorization" not in request.headers


@pytest.mark.parametrize("protocol", ["jsonrpc", "xmlrpc"])
def test_without_a_context_none_is_sent_and_without_a_user_a_word_stands_in_its_place(protocol: str) -> None:
    request = encoded(ASKS["unlink"], settings(protocol), server=NOTHING_KNOWN)
    assert b"context" not in request.content
    assert request.content.count(b"(user id)") == 1


def test_a_renamed_argument_goes_by_its_own_name_over_json_2_and_by_its_place_over_the_others() -> None:
    server = Server(uid=2).takes("res.partner", "create", ("values",))
    assert b'"values":[' in encoded(ASKS["create"], settings("json2"), server).content
    assert encoded(ASKS["create"], settings("jsonrpc"), server).content == (
        encoded(ASKS["create"], settings("jsonrpc")).content
    )


def test_a_row_s_own_address_takes_the_place_of_the_settings_url() -> None:
    for protocol, path in {
        "json2": "/json/2/res.partner/create?ref=a%2Fb",
        "jsonrpc": "/jsonrpc?ref=a%2Fb",
        "xmlrpc": "/xmlrpc/2/object?ref=a%2Fb",
    }.items():
        chosen = settings(protocol)
        template = chosen.replace(url=f"{chosen.url}?ref={{ref}}")
        call = Call(0, "res.partner", ASKS["create"], f"{chosen.url}?ref=a%2Fb")
        request = PROTOCOLS[protocol].encode(call, template, ME, KNOWN_USER)
        assert request.url.raw_path.decode() == path


def answered(body: Any, status: int = 200, asked: bytes = b'{"id":"3/create/0"}') -> Reply:
    return decoded(
        "jsonrpc", exchange_of("jsonrpc", status, body if isinstance(body, bytes) else json.dumps(body), asked=asked)
    )


UNREADABLE = Reply(readable=False)
OURS = {"jsonrpc": "2.0", "id": "3/create/0"}
DATA = {"name": "builtins.ValueError", "message": "No.", "debug": "Traceback (most recent call last)"}
RESPONSES = {
    "ids": ({**OURS, "result": [7, 8]}, Reply(result=[7, 8])),
    "nothing returned": (OURS, Reply()),
    "null": ({**OURS, "result": None}, Reply()),
    "an error": (
        {**OURS, "error": {"code": 0, "message": "Odoo Server Error", "data": DATA}},
        Reply(error_type="builtins.ValueError", message="No."),
    ),
    "an error beside a result": (
        {**OURS, "result": [7], "error": {"data": DATA}},
        Reply(error_type="builtins.ValueError", message="No."),
    ),
    "an error without a message": (
        {**OURS, "error": {"data": {"name": "x.Y", "message": None}}},
        Reply(error_type="x.Y"),
    ),
    "an error without data": ({**OURS, "error": {"code": -32700, "message": "Parse error"}}, UNREADABLE),
    "an error that is text": ({**OURS, "error": "no"}, UNREADABLE),
    "an error of none": ({**OURS, "error": None}, UNREADABLE),
    "another call's answer": ({**OURS, "id": "4/create/0", "result": [7, 8]}, UNREADABLE),
    "nobody's answer": ({**OURS, "id": None, "result": [7, 8]}, UNREADABLE),
    "an answer without a number": ({"jsonrpc": "2.0", "result": [7, 8]}, UNREADABLE),
    "another version": ({**OURS, "jsonrpc": "1.0", "result": [7]}, UNREADABLE),
    "no version": ({"id": "3/create/0", "result": [7]}, UNREADABLE),
    "several answers": ([{**OURS, "result": [7]}], UNREADABLE),
    "JSON-2's own": ([7, 8], UNREADABLE),
    "half an answer": (b'{"jsonrpc": "2.0", "id": "3/create/0", "result": [7', UNREADABLE),
    "a page": (b"<!DOCTYPE html>", UNREADABLE),
    "no body": (b"", UNREADABLE),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_a_response_says_this(name: str) -> None:
    body, expected = RESPONSES[name]
    assert answered(body) == expected


def test_the_answers_to_the_calls_of_a_send_cannot_be_taken_for_each_other() -> None:
    chosen = Settings(f"{SERVER}/jsonrpc", model="res.partner", operation="write")
    asks = [
        Ask([3], "write", {"vals": {}}, [7]),
        Ask([4], "write", {"vals": {}}, [8]),
        ASKS["a look-up"],
        ASKS["login"],
    ]
    numbers = [json.loads(encoded(ask, chosen).content)["id"] for ask in asks]
    assert len(set(numbers)) == len(asks)
