"""What is asked: calls that every protocol can make, and requests that only one of them can."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from .protocols import JSON, XML, Account, Call, Sent, json2, json_service, jsonrpc, with_content, xml_service, xmlrpc

if TYPE_CHECKING:
    from collections.abc import Mapping

PARTNER = "res.partner"
ORDER = "sale.order"
WRONG_KEY = "0" * 40
NO_DATABASE = "no_such_database"
NO_ID = 99999999
HALF_CHARACTER = Call(PARTNER, "create", {"vals_list": [{"name": "a\ud800"}]})


@frozen
class Records:
    """Records made for one protocol's calls."""

    partner: int
    second: int
    archived: int
    draft: int
    confirmed: int


def calls(records: Records) -> Mapping[str, Call]:
    one = {"vals_list": [{"name": "One"}]}
    read = {"domain": [["id", "in", [records.partner, records.second]]], "fields": ["name", "ref"]}
    return {
        "create a list": Call(PARTNER, "create", {"vals_list": [{"name": "One"}, {"name": "Two"}]}),
        "create a dict": Call(PARTNER, "create", {"vals_list": {"name": "One"}}),
        "create by name": Call(PARTNER, "create", one, by_name=True),
        "create nothing": Call(PARTNER, "create", {"vals_list": []}),
        "write": Call(PARTNER, "write", {"vals": {"ref": "r1"}}, ids=[records.partner]),
        "write by name": Call(PARTNER, "write", {"vals": {"ref": "r2"}}, ids=[records.partner], by_name=True),
        "write to no record": Call(PARTNER, "write", {"vals": {"ref": "r3"}}, ids=[]),
        "search_read": Call(PARTNER, "search_read", read),
        "search_read by name": Call(PARTNER, "search_read", read, by_name=True),
        "read a missing record": Call(PARTNER, "read", {"fields": ["name"]}, ids=[NO_ID]),
        "web_save_multi": Call(
            PARTNER,
            "web_save_multi",
            {"vals_list": [{"ref": "a"}, {"ref": "b"}], "specification": {"ref": {}}},
            ids=[records.partner, records.second],
        ),
        "web_save_multi, unequal": Call(
            PARTNER,
            "web_save_multi",
            {"vals_list": [{"ref": "a"}], "specification": {"ref": {}}},
            ids=[records.partner, records.second],
        ),
        "unlink": Call(PARTNER, "unlink", ids=[records.second]),
        "unlink a missing record": Call(PARTNER, "unlink", ids=[NO_ID]),
        "method returns nothing": Call(ORDER, "action_lock", ids=[records.draft]),
        "method returns nothing, archive": Call(PARTNER, "action_archive", ids=[records.archived]),
        "method returns a window": Call(ORDER, "action_quotation_send", ids=[records.draft]),
        "load": Call(PARTNER, "load", {"fields": ["id", "name"], "data": [["recorded.one", "One"]]}),
        "load refused": Call(PARTNER, "load", {"fields": ["name", "color"], "data": [["One", "1"], ["Two", "x"]]}),
        "load, unknown column": Call(PARTNER, "load", {"fields": ["name", "nope"], "data": [["One", "1"]]}),
        "load, no right": Call("res.users", "load", {"fields": ["login"], "data": [["x"]]}, plain=True),
        "context_get": Call("res.users", "context_get"),
        "unknown model": Call("res.nope", "create", one),
        "unknown method": Call(PARTNER, "nope", ids=[records.partner]),
        "unknown method of an unknown model": Call("res.nope", "nope", ids=[1]),
        "private method": Call(PARTNER, "_compute_display_name", ids=[records.partner]),
        "private method that is not there": Call(PARTNER, "_compute_x", ids=[records.partner]),
        "method marked private": Call(PARTNER, "browse", ids=[records.partner]),
        "missing argument": Call(PARTNER, "write", ids=[records.partner]),
        "unexpected argument": Call(
            PARTNER, "write", {"vals": {"ref": "x"}, "nope": 1}, ids=[records.partner], by_name=True
        ),
        "argument of another name": Call(PARTNER, "create", {"list_vals": [{"name": "One"}]}, by_name=True),
        "too many arguments": Call(PARTNER, "write", {"vals": {"ref": "x"}, "nope": 1}, ids=[records.partner]),
        "ids on a method of the model": Call(PARTNER, "create", one, ids=[records.partner]),
        "no ids on a method of records": Call(PARTNER, "write", {"vals": {"ref": "x"}}),
        "ids that is a number": Call(PARTNER, "write", {"vals": {"ref": "x"}}, ids=records.partner),
        "unknown field": Call(PARTNER, "create", {"vals_list": [{"name": "One", "nope": 1}]}),
        "unknown field read": Call(PARTNER, "search_read", {"domain": [], "fields": ["nope"]}),
        "wrong selection": Call(PARTNER, "create", {"vals_list": [{"name": "One", "type": "zzz"}]}),
        "wrong number": Call(PARTNER, "create", {"vals_list": [{"name": "One", "color": "x"}]}),
        "wrong date": Call(ORDER, "create", {"vals_list": [{"partner_id": 1, "date_order": "2026-03-01T10:20:30"}]}),
        "link that is text": Call(PARTNER, "create", {"vals_list": [{"name": "One", "country_id": "US"}]}),
        "link to a missing record by a command": Call(
            PARTNER, "create", {"vals_list": [{"name": "One", "category_id": [[6, 0, [NO_ID]]]}]}
        ),
        "text that is no base64": Call(PARTNER, "create", {"vals_list": [{"name": "One", "image_1920": "?"}]}),
        "picture that is none": Call(PARTNER, "create", {"vals_list": [{"name": "One", "image_1920": "aGVsbG8="}]}),
        "domain that is wrong": Call(PARTNER, "search_read", {"domain": [["name", "nope", 1]], "fields": ["name"]}),
        "broken constraint of SQL": Call(PARTNER, "create", {"vals_list": [{"email": "a@example.com"}]}),
        "missing required field": Call(ORDER, "create", {"vals_list": [{"note": "x"}]}),
        "link to a missing record": Call(PARTNER, "create", {"vals_list": [{"name": "One", "country_id": NO_ID}]}),
        "broken constraint of Python": Call(
            PARTNER, "write", {"vals": {"parent_id": records.partner}}, ids=[records.partner]
        ),
        "not unique": Call("res.users", "create", {"vals_list": [{"name": "Again", "login": "admin"}]}),
        "refused by Odoo": Call(ORDER, "unlink", ids=[records.confirmed]),
        "missing record": Call(PARTNER, "write", {"vals": {"ref": "x"}}, ids=[NO_ID]),
        "no right to create": Call("account.move", "create", {"vals_list": [{}]}, plain=True),
        "no right, nothing to create": Call("account.move", "create", {"vals_list": []}, plain=True),
        "right to create asked": Call("account.move", "has_access", {"operation": "create"}, ids=[], plain=True),
        "no right to read": Call("ir.model", "search_read", {"domain": [], "fields": ["model"]}, plain=True),
        "no right to a record": Call("res.users", "write", {"vals": {"name": "x"}}, ids=[2], plain=True),
        "integer too large": Call(PARTNER, "create", {"vals_list": [{"name": "One", "color": 2**31}]}),
        "NUL in text": Call(PARTNER, "create", {"vals_list": [{"name": "a\x00b"}]}),
        "unknown language": Call(PARTNER, "create", one, context={"lang": "xx_XX"}),
        "language not active": Call(PARTNER, "create", one, context={"lang": "fr_FR"}),
        "unknown company": Call(PARTNER, "create", one, context={"allowed_company_ids": [NO_ID]}),
    }


def of_json2(account: Account, records: Records) -> Mapping[str, Sent]:
    count = json2(account, Call(PARTNER, "search_count", {"domain": [["id", "=", records.partner]]}))
    bare = dict(count.headers)
    del bare["Authorization"]
    return {
        "wrong key": json2(evolve(account, key=WRONG_KEY), Call("res.users", "context_get")),
        "no key": evolve(count, headers=bare),
        "unknown database": json2(evolve(account, database=NO_DATABASE), Call("res.users", "context_get")),
        "no JSON": evolve(count, content='{"domain": ['),
        "JSON that is a list": evolve(count, content="[[]]"),
        "empty body": evolve(count, content=""),
        "another content type": evolve(count, headers=count.headers | {"Content-Type": XML}),
        "query string": evolve(count, path=count.path + "?x=1"),
        "query string with an argument": evolve(count, path=count.path + "?limit=0"),
        "query string instead of a body": evolve(count, path=count.path + "?domain=[]", content="{}"),
        "wrong verb": evolve(count, verb="GET"),
        "method left out": evolve(count, path=f"/json/2/{PARTNER}"),
        "NaN": json2(account, Call(PARTNER, "create", {"vals_list": [{"name": "One", "partner_latitude": math.nan}]})),
        "half of a character": json2(account, HALF_CHARACTER),
    }


def of_jsonrpc(account: Account, records: Records) -> Mapping[str, Sent]:
    count = jsonrpc(account, Call(PARTNER, "search_count", {"domain": [["id", "=", records.partner]]}))
    whoami = Call("res.users", "context_get")
    who = [account.database, account.login, account.key, {}]
    return {
        "wrong key": jsonrpc(evolve(account, key=WRONG_KEY), whoami),
        "wrong uid": jsonrpc(evolve(account, uid=NO_ID), whoami),
        "uid that is false": jsonrpc(evolve(account, uid=False), whoami),
        "unknown database": jsonrpc(evolve(account, database=NO_DATABASE), whoami),
        "version": json_service("common", "version", []),
        "authenticate": json_service("common", "authenticate", who),
        "authenticate, wrong key": json_service("common", "authenticate", [who[0], who[1], WRONG_KEY, {}]),
        "authenticate, wrong login": json_service("common", "authenticate", [who[0], "nobody", who[2], {}]),
        "authenticate, unknown database": json_service("common", "authenticate", [NO_DATABASE, *who[1:]]),
        "databases": json_service("db", "list", []),
        "unknown service": json_service("nope", "nope", []),
        "unknown method of a service": json_service("object", "nope", who),
        "half of a character": jsonrpc(account, HALF_CHARACTER),
        "an id that is text": json_service("common", "version", [], number="row 7"),
        "no JSON": evolve(count, content='{"params": ['),
        "JSON that is a list": evolve(count, content=f"[{count.content}]"),
        "another content type": evolve(count, headers={"Content-Type": XML}),
        "wrong verb": evolve(count, verb="GET"),
    }


def of_xmlrpc(account: Account, records: Records) -> Mapping[str, Sent]:
    count = xmlrpc(account, Call(PARTNER, "search_count", {"domain": [["id", "=", records.partner]]}))
    whoami = Call("res.users", "context_get")
    who = [account.database, account.login, account.key, {}]

    def write(text: str) -> Sent:
        call = Call(PARTNER, "write", {"vals": {"street": "TEXT"}}, ids=[records.partner])
        return with_content(xmlrpc(account, call), lambda content: content.replace("TEXT", text))

    read = Call(PARTNER, "read", {"fields": ["street"]}, ids=[records.partner])
    return {
        "wrong key": xmlrpc(evolve(account, key=WRONG_KEY), whoami),
        "wrong uid": xmlrpc(evolve(account, uid=NO_ID), whoami),
        "uid that is false": xmlrpc(evolve(account, uid=False), whoami),
        "unknown database": xmlrpc(evolve(account, database=NO_DATABASE), whoami),
        "version": xml_service("common", "version", []),
        "authenticate": xml_service("common", "authenticate", who),
        "authenticate, wrong key": xml_service("common", "authenticate", [who[0], who[1], WRONG_KEY, {}]),
        "authenticate, wrong login": xml_service("common", "authenticate", [who[0], "nobody", who[2], {}]),
        "authenticate, unknown database": xml_service("common", "authenticate", [NO_DATABASE, *who[1:]]),
        "databases": xml_service("db", "list", []),
        "unknown service": xml_service("nope", "nope", []),
        "unknown method of a service": xml_service("object", "nope", who),
        "no XML": evolve(count, content="<methodCall><methodName>"),
        "JSON in place of XML": evolve(count, content="{}", headers={"Content-Type": JSON}),
        "another content type": evolve(count, headers={"Content-Type": JSON}),
        "another content type, header of a form": evolve(
            count, headers={"Content-Type": "application/x-www-form-urlencoded"}
        ),
        "wrong verb": evolve(count, verb="GET"),
        "integer too large, as int": with_content(
            xmlrpc(account, calls(records)["integer too large"]),
            lambda content: content.replace("i8>", "int>"),
        ),
        "method returns nothing, archive, read after": xmlrpc(
            account, Call(PARTNER, "read", {"fields": ["active"]}, ids=[records.archived])
        ),
        "line ends, 1 write as they are": write("a\r\nb\rc"),
        "line ends, 2 read by JSON-2": json2(account, read),
        "line ends, 3 write as references": write("a&#13;\nb&#13;c"),
        "line ends, 4 read by JSON-2": json2(account, read),
        "line ends, 5 read by XML-RPC": xmlrpc(account, read),
    }


def of_http(account: Account, plain: Account) -> Mapping[str, Sent]:
    def read_docs(who: Account) -> Sent:
        headers = {"Authorization": f"bearer {who.key}", "X-Odoo-Database": who.database}
        return Sent("/doc-bearer/res.partner.json", "", headers, "GET")

    return {
        "version": Sent("/web/version", "", {}, "GET"),
        "databases": Sent("/web/database/list", "{}", {"Content-Type": JSON}),
        "documentation": read_docs(account),
        "documentation, no right": read_docs(plain),
        "documentation, wrong key": read_docs(evolve(account, key=WRONG_KEY)),
        "documentation, unknown database": read_docs(evolve(account, database=NO_DATABASE)),
        "no such page": Sent("/nowhere/res.partner", "{}", {"Content-Type": JSON, "X-Odoo-Database": account.database}),
        "no such page, unknown database": Sent(
            "/nowhere/res.partner", "{}", {"Content-Type": JSON, "X-Odoo-Database": NO_DATABASE}
        ),
        "XML-RPC, database in a header": Sent(
            "/xmlrpc/2/common",
            xml_service("common", "version", []).content,
            {"Content-Type": XML, "X-Odoo-Database": NO_DATABASE},
        ),
    }
