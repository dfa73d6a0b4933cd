"""The real Odoo: what a user of `Sandbox` gets."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from odoo_widgets.flow.errors import SandboxError
from odoo_widgets.sandbox import Sandbox, silent, start, status, stop
from odoo_widgets.sandbox.lifecycle import databases
from odoo_widgets.sandbox.passwords import read_passwords
from odoo_widgets.sandbox.ports import listener
from odoo_widgets.sandbox.sql import Sql
from odoo_widgets.sandbox.state import State
from odoo_widgets.sandbox.template import programs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.sandbox.folders import Folders


def call(odoo: Sandbox, model: str, method: str, **arguments: Any) -> Any:
    headers = {
        "Authorization": f"bearer {odoo.credential.api_key.get_secret_value()}",
        "X-Odoo-Database": odoo.database,
    }
    with httpx.Client(trust_env=False, timeout=60) as client:
        answer = client.post(f"{odoo.url}/json/2/{model}/{method}", headers=headers, json=arguments)
    assert answer.status_code == httpx.codes.OK, answer.text[:500]
    return answer.json()


@pytest.fixture(scope="module")
def odoo(own: Folders) -> Iterator[Sandbox]:
    with Sandbox(home=own.home, report=silent) as fresh:
        yield fresh


def test_a_fresh_database_is_another_one_each_time_and_gone_at_the_end(odoo: Sandbox, own: Folders) -> None:
    with Sandbox(home=own.home, report=silent) as other:
        assert other.database != odoo.database
        assert other.url == odoo.url
        call(other, "res.partner", "create", vals_list=[{"name": "Only here"}])
        assert call(odoo, "res.partner", "search_count", domain=[["name", "=", "Only here"]]) == 0
        assert {odoo.database, other.database} <= set(status(home=own.home).databases)
    assert other.database not in status(home=own.home).databases
    assert not (own.data / "odoo" / "filestore" / other.database).exists()


def test_the_credential_is_the_administrators_and_bound_to_the_sandbox(odoo: Sandbox) -> None:
    assert call(odoo, "res.users", "context_get")["uid"] == 2
    assert odoo.credential.belongs_to(f"{odoo.url}/json/2/res.partner/create")
    assert (odoo.credential.database, odoo.credential.login) == (odoo.database, "admin")


@pytest.mark.parametrize(
    "model", ["res.partner", "sale.order", "account.move", "stock.picking", "hr.employee", "crm.lead"]
)
def test_contacts_sales_invoicing_inventory_employees_and_crm_are_there(odoo: Sandbox, model: str) -> None:
    assert call(odoo, model, "search_count", domain=[]) >= 0


def test_a_sale_can_be_confirmed_delivered_and_invoiced(odoo: Sandbox) -> None:
    [partner] = call(odoo, "res.partner", "create", vals_list=[{"name": "Anna"}])
    [product] = call(odoo, "product.product", "create", vals_list=[{"name": "Chair", "is_storable": True}])
    line = {"product_id": product, "product_uom_qty": 2, "price_unit": 10}
    [sale] = call(odoo, "sale.order", "create", vals_list=[{"partner_id": partner, "order_line": [[0, 0, line]]}])
    call(odoo, "sale.order", "action_confirm", ids=[sale])
    [confirmed] = call(odoo, "sale.order", "read", ids=[sale], fields=["state", "picking_ids"])
    assert confirmed["state"] == "sale"
    assert len(confirmed["picking_ids"]) == 1
    invoice = {"product_id": product, "quantity": 1, "price_unit": 10}
    values = {"move_type": "out_invoice", "partner_id": partner, "invoice_line_ids": [[0, 0, invoice]]}
    [move] = call(odoo, "account.move", "create", vals_list=[values])
    call(odoo, "account.move", "action_post", ids=[move])
    assert call(odoo, "account.move", "read", ids=[move], fields=["state"])[0]["state"] == "posted"


def test_a_browser_gets_to_a_record_and_can_log_in(odoo: Sandbox) -> None:
    with httpx.Client(trust_env=False, timeout=60, follow_redirects=True) as browser:
        page = browser.get(f"{odoo.url}/odoo/res.partner/1?db={odoo.database}")
        assert page.url.path == "/web/login"
        who = {"db": odoo.database, "login": odoo.login, "password": odoo.password.get_secret_value()}
        answer = browser.post(f"{odoo.url}/web/session/authenticate", json={"params": who}).json()
        assert answer["result"]["uid"] == 2


def test_it_listens_on_loopback_only(odoo: Sandbox, own: Folders) -> None:
    assert odoo.url.startswith("http://127.0.0.1:")
    listening = {
        connection.laddr.ip
        for pid in status(home=own.home).pids
        for connection in psutil.Process(pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


@pytest.mark.usefixtures("odoo")
def test_postgresql_lets_nobody_in_without_the_password(own: Folders) -> None:
    state = State.read(own.state)
    assert state is not None
    with pytest.raises(SandboxError, match="PostgreSQL refused"):
        Sql(programs(own), state.postgres_port, "wrong")("SELECT 1")
    assert not databases(own, state).sql("SELECT 1 FROM pg_hba_file_rules WHERE auth_method = 'trust'")


def test_secrets_are_readable_by_their_owner_only_and_shown_nowhere(odoo: Sandbox, own: Folders) -> None:
    for file in (own.state, own.run / "odoo.conf", own.data / "secrets.json", own.template / "secrets.json"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    passwords = read_passwords(own.data)
    hidden = {passwords.superuser, passwords.odoo, passwords.master, passwords.admin, passwords.api_key}
    arguments = [" ".join(psutil.Process(pid).cmdline()) for pid in status(home=own.home).pids]
    shown = [repr(odoo), str(odoo), repr(odoo.credential), repr(status(home=own.home)), repr(passwords), *arguments]
    shown += [log.read_text(errors="replace") for log in own.logs.iterdir()]
    assert not [secret for secret in hidden for text in shown if secret in text]


def test_a_proxy_in_the_environment_is_not_asked(odoo: Sandbox, own: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Sandbox(home=own.home, report=silent) as other:
        assert other.url == odoo.url


@pytest.mark.usefixtures("odoo")
def test_a_name_that_no_database_can_have_leaves_no_use_behind(own: Folders) -> None:
    before = sorted(own.leases.iterdir())
    with pytest.raises(SandboxError, match="cannot be the name"):
        Sandbox(database="No Such Name", home=own.home, report=silent)
    assert sorted(own.leases.iterdir()) == before


def test_a_named_database_is_kept_and_the_address_with_it(own: Folders) -> None:
    first = Sandbox(database="kept", home=own.home, report=silent)
    [partner] = call(first, "res.partner", "create", vals_list=[{"name": "Stays"}])
    first.close()
    assert stop(home=own.home)
    with Sandbox(database="kept", home=own.home, report=silent) as second:
        assert call(second, "res.partner", "read", ids=[partner], fields=["name"]) == [{"id": partner, "name": "Stays"}]
        assert second.url == first.url
    assert "kept" in status(home=own.home).databases


def test_a_port_that_is_taken_is_left_to_its_owner(own: Folders) -> None:
    with Sandbox(home=own.home, report=silent) as before:
        port = httpx.URL(before.url).port
    stop(home=own.home)
    with listener(port), Sandbox(home=own.home, report=silent) as moved:
        assert moved.url != before.url
        assert call(moved, "res.users", "context_get")["uid"] == 2
    stop(home=own.home)


def test_started_by_hand_it_stays_without_a_user_until_it_is_stopped(own: Folders) -> None:
    shown = start(home=own.home, report=silent, idle=0.5)
    assert shown.running
    assert shown.version == "19.0"
    assert (shown.folder, shown.login) == (own.home, "admin")
    assert set(shown.sizes) == {"odoo", "environment", "template", "data", "logs"}
    with pytest.raises(psutil.TimeoutExpired):
        psutil.Process(shown.pids[0]).wait(2)
    assert stop(home=own.home)
    assert not stop(home=own.home)
    assert not status(home=own.home).running
