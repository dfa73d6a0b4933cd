"""How the tests of the sandbox's /api send to it, read its answers, and look at what stands in Odoo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from tests.real import call

if TYPE_CHECKING:
    from odoo_widgets.sandbox import Sandbox


def client(odoo: Sandbox, key: str) -> httpx.Client:
    """What sends to /api with a key."""
    headers = {"Authorization": f"Bearer {key}", "X-Odoo-Database": odoo.database}
    return httpx.Client(base_url=f"{odoo.url}/api/", headers=headers, trust_env=False, timeout=60)


def employee(odoo: Sandbox) -> httpx.Client:
    """A user who may do what every employee may, with a key that they made themselves, as Odoo has people do it."""
    call(odoo, "res.users", "create", vals_list=[{"name": "Pia", "login": "pia", "password": "pia's own word"}])
    with httpx.Client(base_url=odoo.url, trust_env=False, timeout=60) as web:
        who = {"db": odoo.database, "login": "pia", "password": "pia's own word"}
        web.post("/web/session/authenticate", json={"params": who}).raise_for_status()

        def click(model: str, method: str, *args: Any, **context: Any) -> Any:
            asked = {"model": model, "method": method, "args": args, "kwargs": {"context": context}}
            return web.post("/web/dataset/call_kw", json={"params": asked}).json()["result"]

        [description] = click("res.users.apikeys.description", "create", [{"name": "api", "duration": "1"}])
        asked = click("res.users.apikeys.description", "make_key", [description])
        shown = click(asked["res_model"], "run_check", [asked["res_id"]], password="pia's own word")
    return client(odoo, shown["context"]["default_key"])


def done(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    return answer.json()


def refused(answer: httpx.Response, status: int, name: str) -> str:
    """The message of an error, which is never more than that."""
    found = done(answer, status)
    assert found.keys() == {"error"}
    assert found["error"].keys() == {"name", "message"}
    assert found["error"]["name"] == name
    assert "Traceback" not in answer.text
    return str(found["error"]["message"])


def read(odoo: Sandbox, model: str, key: int, *fields: str) -> dict[str, Any]:
    [record] = call(odoo, model, "read", ids=[key], fields=list(fields))
    return dict(record)


def count(odoo: Sandbox, name: str) -> int:
    # Those in the archive as well.
    domain = [["name", "=", name], ["active", "in", [True, False]]]
    return int(call(odoo, "res.partner", "search_count", domain=domain))
