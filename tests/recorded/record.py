"""Asks a real Odoo 19 every case, and keeps what it answers: `python -m tests.recorded.record`."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import httpx

from odoo_widgets.sandbox import Sandbox

from . import ANSWERS
from .cases import ORDER, PARTNER, Records, calls, of_http, of_json2, of_jsonrpc, of_xmlrpc
from .protocols import PROTOCOLS, Account, Call, Sent, json2

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Answer = dict[str, Any]

LOGIN = "plain"
PASSWORD = "a password of no other use"
GROUP_USER = "base.group_user"
ADMINISTRATOR = 2  # the uid of base.user_admin in every Odoo
HEAD, TAIL = 2, 6
PAGE = 400


class Odoo:
    """A server to be asked, by one administrator."""

    def __init__(self, client: httpx.Client, account: Account) -> None:
        self._client = client
        self.account = account

    def send(self, sent: Sent) -> httpx.Response:
        self._client.cookies.clear()
        return self._client.request(sent.verb, sent.path, content=sent.content, headers=sent.headers)

    def call(self, model: str, method: str, *, ids: list[int] | None = None, **arguments: Any) -> Any:
        return self.send(json2(self.account, Call(model, method, arguments, ids))).raise_for_status().json()

    def make_plain_user(self, *groups: str) -> Account:
        """A user whose only group is that of employees, and more if asked, with a key of their own making."""
        of, who = [self._group(name) for name in (GROUP_USER, *groups)], "-".join((LOGIN, *groups))
        vals = {"name": "Plain", "login": who, "password": PASSWORD, "group_ids": [[6, 0, of]]}
        [uid] = self.call("res.users", "create", vals_list=[vals])
        login = {"db": self.account.database, "login": who, "password": PASSWORD}
        self._client.cookies.clear()
        self._ask_session("/web/session/authenticate", login)
        wizard = "res.users.apikeys.description"
        made = self._call_session(wizard, "create", [{"name": "recorded", "duration": "1"}])
        check = self._call_session(wizard, "make_key", [made])["res_id"]
        shown = self._call_session("res.users.identitycheck", "run_check", [check], context={"password": PASSWORD})
        return Account(self.account.database, who, uid, shown["context"]["default_key"])

    def _call_session(self, model: str, method: str, arguments: list[Any], **named: Any) -> Any:
        call = {"model": model, "method": method, "args": arguments, "kwargs": named}
        return self._ask_session(f"/web/dataset/call_kw/{model}/{method}", call)

    def _ask_session(self, path: str, params: dict[str, Any]) -> Any:
        answer = self._client.post(path, json={"params": params}).json()
        if "result" not in answer:
            raise RuntimeError(answer)
        return answer["result"]

    def _group(self, group: str) -> int:
        module, name = group.split(".")
        domain = [["module", "=", module], ["name", "=", name]]
        [found] = self.call("ir.model.data", "search_read", domain=domain, fields=["res_id"])
        return found["res_id"]

    def make_records(self) -> Records:
        partners = self.call(PARTNER, "create", vals_list=[{"name": name} for name in ("P", "Q", "R")])
        orders = self.call(ORDER, "create", vals_list=[{"partner_id": partners[0]}] * 2)
        self.call(ORDER, "action_confirm", ids=[orders[1]])
        return Records(*partners, *orders)


def record(odoo: Odoo, plain: Account) -> dict[str, dict[str, Answer]]:
    """Every case over every protocol, each protocol with records of its own."""
    own = {"json2": of_json2, "jsonrpc": of_jsonrpc, "xmlrpc": of_xmlrpc}
    found: dict[str, dict[str, Answer]] = {}
    for protocol, written in PROTOCOLS.items():
        records = odoo.make_records()
        sent = {
            name: written(plain if call.plain else odoo.account, call) for name, call in calls(records).items()
        } | dict(own[protocol](odoo.account, records))
        found[protocol] = ask_all(odoo, sent)
    found["http"] = ask_all(odoo, of_http(odoo.account, plain))
    return found


def ask_all(odoo: Odoo, sent: Mapping[str, Sent]) -> dict[str, Answer]:
    answers = {}
    for name, request in sent.items():
        answer = odoo.send(request)
        answers[name] = {
            "http_status": answer.status_code,
            "content_type": answer.headers.get("content-type", ""),
            "body": shortened(PARTS.get(name, str)(answer.text)),
        }
    return answers


def _two_methods(body: str) -> str:
    methods = json.loads(body)["methods"]
    return json.dumps({"methods": {name: methods[name] for name in ("create", "write")}})


def _one_database(body: str) -> str:
    """The list with one database, whatever others this machine has."""
    as_json = re.sub(r'(?<="result": \[)".*"(?=])', '"DATABASE"', body)
    return re.sub(
        r"(?<=<data>\n)(<value><string>.*</string></value>\n)+", "<value><string>DATABASE</string></value>\n", as_json
    )


# Of these answers only a part is kept.
PARTS: dict[str, Callable[[str], str]] = {"documentation": _two_methods, "databases": _one_database}

TRACEBACK = re.compile(r"Traceback \(most recent call last\):\n.*?(?=</string>|\Z)", re.DOTALL)


def shortened(body: str) -> str:
    """The body with two and six lines of a traceback, and with the beginning of a page."""
    if body.lower().startswith("<!doctype html"):
        return body[:PAGE]
    try:
        decoded = json.loads(body)
    except ValueError:
        return TRACEBACK.sub(lambda found: _few_lines(found.group()), body)
    holder = decoded
    for name in ("error", "data"):
        holder = holder.get(name, holder) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or "debug" not in holder:
        return body
    holder["debug"] = _few_lines(holder["debug"])
    return json.dumps(decoded)


def _few_lines(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return text if len(lines) <= HEAD + TAIL else "".join([*lines[:HEAD], "  ...\n", *lines[-TAIL:]])


def with_fixed_words(body: str, sandbox: Sandbox, plain: Account) -> str:
    """The body without what differs from run to run and from machine to machine: keys, database, ports, folders."""
    words = {
        re.escape(sandbox.credential.api_key.get_secret_value()): "KEY",
        re.escape(plain.key): "KEY_OF_PLAIN",
        re.escape(sandbox.database): "DATABASE",
        re.escape(sandbox.url): "http://127.0.0.1:PORT",
        r"(?<=, port )\d+(?= failed)": "PORT",
        r"(?<=')[0-9T:-]{19}(?='::timestamp)": "MOMENT",
        r"(?<=0x)[0-9a-f]{8,}": "ADDRESS",
        r'(?<=File )(\\?")/[^"\\]*/(?:dist-packages|site-packages|python3\.\d+)/': r"\1",
    }
    for pattern, word in words.items():
        body = re.sub(pattern, word, body)
    return body


def main() -> int:
    with Sandbox() as sandbox:
        key = sandbox.credential.api_key.get_secret_value()
        administrator = Account(sandbox.database, sandbox.login, ADMINISTRATOR, key)
        with httpx.Client(base_url=sandbox.url, trust_env=False, timeout=60) as client:
            odoo = Odoo(client, administrator)
            plain = odoo.make_plain_user()
            found = record(odoo, plain)
        for answers in found.values():
            for answer in answers.values():
                answer["body"] = with_fixed_words(answer["body"], sandbox, plain)
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
    ANSWERS.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
