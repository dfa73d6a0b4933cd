"""What a real Odoo tells of itself, and what that is then good for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.checks.beside import beside, sentences
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.endpoint import OF_MODELS, READERS
from odoo_widgets.flow.errors import CredentialError, EndpointError, SettingsError
from odoo_widgets.flow.methods import ON_ANY_MODEL, unlisted
from odoo_widgets.flow.operations import OPERATIONS
from odoo_widgets.flow.server import Server, proposed
from odoo_widgets.net.odoo import probe
from tests.real import call, sandbox
from tests.recorded.protocols import Account
from tests.recorded.record import Odoo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.sandbox import Sandbox

ADMINISTRATOR = 2
PROTOCOLS = ["json2", "jsonrpc", "xmlrpc"]
FRAME = pd.DataFrame({"name": ["a", "b"], "ref": ["1", "2"]})


@pytest.fixture(scope="module")
def odoo() -> Iterator[Sandbox]:
    """An Odoo with two companies and two languages."""
    with sandbox() as odoo:
        [company] = call(odoo, "res.company", "create", vals_list=[{"name": "Second"}])
        call(
            odoo, "res.users", "write", ids=[ADMINISTRATOR], vals={"company_ids": [[4, company, 0]], "tz": "Asia/Tokyo"}
        )
        french = call(odoo, "res.lang", "search", domain=[["code", "=", "fr_FR"]], context={"active_test": False})
        call(odoo, "res.lang", "write", ids=french, vals={"active": True})
        yield odoo


def destination(odoo: Sandbox, protocol: str) -> Destination:
    return Destination(**proposed(probe(odoo.credential), "res.partner", "create", protocol=protocol))


def other(odoo: Sandbox, **changes: Any) -> Credential:
    own = odoo.credential
    values = {"database": own.database, "login": own.login, "api_key": own.api_key, **changes}
    return Credential(own.server, **values)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_tells_the_same(odoo: Sandbox, protocol: str) -> None:
    server = destination(odoo, protocol).server(odoo.credential)
    names = {name: company for company, name in server.companies.items()}
    assert (server.url, server.version, server.protocol) == (odoo.url, "19.0", "json2")
    assert odoo.database in server.databases
    assert (server.uid, server.user, server.language, server.timezone) == (2, "Administrator", "en_US", "Asia/Tokyo")
    assert set(names) == {"Sandbox", "Second"}
    assert server.company == names["Sandbox"]
    assert set(server.languages) == {"en_US", "fr_FR"}
    assert server.arguments["res.partner/create"] == ("vals_list",)
    assert server.arguments["res.partner/search_read"] == ("domain", "fields", "offset", "limit", "order")
    assert server.has("res.partner", "web_save_multi")
    assert (server.models["res.partner"], server.models["account.move"]) == ("Contact", "Journal Entry")


OWN = "get_partner_localisation_fields_required_to_invoice"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_a_model_requires_and_has_defaults_for_is_told(odoo: Sandbox, protocol: str) -> None:
    where: dict[str, Any] = proposed(probe(odoo.credential), "hr.job", "create", protocol=protocol)
    target = Destination(**where)
    server = target.server(odoo.credential)
    defaults, fields = server.defaults["hr.job"], server.fields["hr.job"]
    required = {name for name, field in fields.items() if field.required}
    assert "name" in required - defaults
    assert defaults <= required
    found = beside(pd.DataFrame({"sequence": [1]}), target, fields, defaults)
    assert found is not None
    assert found.missing == ("name",)
    assert sentences(found)[-1] == "Required, and no column has it: name. Odoo has no default: add a column."


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_method_that_the_server_says_takes_no_records_is_called_on_none(odoo: Sandbox, protocol: str) -> None:
    target = Destination(**proposed(probe(odoo.credential), "res.partner", OWN, protocol=protocol))
    server, frame = target.server(odoo.credential), pd.DataFrame({"id": [ADMINISTRATOR]})
    sentence = f"'{OWN}' is a method of res.partner itself, and not of its records"
    with pytest.raises(SettingsError, match=sentence):
        target.samples(frame, server=server)
    with pytest.raises(SettingsError, match=sentence):
        target.delivery(frame, odoo.credential, server=server)


# A method of the model's own that makes something of whatever it is given.
SETTING = {"model": "ir.config_parameter", "operation": "set_param"}


def settings_of(odoo: Sandbox, value: str) -> int:
    return call(odoo, "ir.config_parameter", "search_count", domain=[["value", "=", value]])


@pytest.fixture(scope="module")
def plain(odoo: Sandbox) -> Credential:
    """A user without any right but an employee's: Odoo's documentation is not for them."""
    key = odoo.credential.api_key.get_secret_value()
    with httpx.Client(base_url=odoo.url, trust_env=False, timeout=60) as client:
        made = Odoo(client, Account(odoo.database, odoo.login, ADMINISTRATOR, key)).make_plain_user()
    return other(odoo, login=made.login, api_key=made.key)


@pytest.mark.parametrize("path", ["/jsonrpc", "/xmlrpc/2/object"])
def test_over_rpc_it_is_asked_whose_method_it_is_before_any_id_goes_to_it(odoo: Sandbox, path: str) -> None:
    target = Destination(odoo.url + path, **SETTING)
    with pytest.raises(EndpointError, match=r"'set_param' is a method of ir\.config_parameter itself"):
        target.send(pd.DataFrame({"id": [1], "value": [path]}), odoo.credential)
    assert settings_of(odoo, path) == 0


@pytest.mark.parametrize("path", ["/jsonrpc", "/xmlrpc/2/object"])
def test_over_rpc_whose_method_a_step_is_is_asked_before_any_row_is_made(odoo: Sandbox, path: str) -> None:
    target = Destination(odoo.url + path, model="res.partner", operation="create", then=[OWN])
    with pytest.raises(EndpointError, match=f"'{OWN}' is a method of res.partner itself"):
        target.send(pd.DataFrame({"name": [path]}), odoo.credential)
    assert call(odoo, "res.partner", "search_count", domain=[["name", "=", path]]) == 0


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_step_that_the_server_says_takes_no_records_is_refused_before_any_row(odoo: Sandbox, protocol: str) -> None:
    target = destination(odoo, protocol).replace(then=[OWN])
    server, frame = target.server(odoo.credential), pd.DataFrame({"name": ["a"]})
    with pytest.raises(SettingsError, match=f"'{OWN}' is a method of res.partner itself"):
        target.delivery(frame, odoo.credential, server=server)


def test_a_method_that_the_server_does_not_list_is_told_with_what_was_meant(odoo: Sandbox) -> None:
    server = destination(odoo, "json2").server(odoo.credential)
    assert unlisted("res.partner", [*OPERATIONS, *ON_ANY_MODEL], server) == ""
    assert unlisted("res.partner", ["action_archive", "acton_archive"], server) == (
        "Odoo lists no method 'acton_archive' of res.partner. Did you mean 'action_archive'?"
    )
    assert unlisted("sale.order", ["acton_confirm"], server) == ""
    # It is no refusal, since there are methods that Odoo does not list.
    call(odoo, "res.partner", "toggle_active", ids=[])
    assert unlisted("res.partner", ["toggle_active"], server)


@pytest.mark.parametrize("path", ["/jsonrpc", "/xmlrpc/2/object"])
def test_a_method_of_records_that_nothing_is_known_of_is_called_by_who_may_not_read_of_it(
    odoo: Sandbox, plain: Credential, path: str
) -> None:
    (partner,) = call(odoo, "res.partner", "create", vals_list=[{"name": "p"}])
    (own,) = call(odoo, "res.users", "search_read", domain=[["login", "=", plain.login]], fields=["partner_id"])
    target = Destination(odoo.url + path, model="res.partner", operation="message_subscribe")
    frame = pd.DataFrame({"id": [partner], "partner_ids": [own["partner_id"][:1]]})
    responses = target.send(frame, plain)
    assert responses["status"].tolist() == ["called"], responses["error"].tolist()
    (held,) = call(odoo, "res.partner", "read", ids=[partner], fields=["message_partner_ids"])
    assert own["partner_id"][0] in held["message_partner_ids"]


def test_over_json2_odoo_itself_refuses_ids_for_such_a_method(odoo: Sandbox) -> None:
    target = Destination(f"{odoo.url}/json/2/res.partner/{OWN}")
    with pytest.raises(EndpointError, match=f"cannot call res.partner.{OWN} with ids"):
        target.send(pd.DataFrame({"id": [ADMINISTRATOR]}), odoo.credential)


def test_what_is_refused_by_its_name_is_in_odoo_a_method_of_models(odoo: Sandbox) -> None:
    names = {*READERS, *OF_MODELS}
    found = {name for model in ("res.partner", "crm.lead") for name in methods_of_model(odoo, model)}
    assert names - found == set()
    assert {name for name in found & names if name not in methods_of_model(odoo, "crm.lead")} == {"find_or_create"}


def methods_of_model(odoo: Sandbox, model: str) -> set[str]:
    """The methods of a model's that Odoo's own documentation says take no records."""
    known = Destination(f"{odoo.url}/json/2/{model}/create").server(odoo.credential).of_models
    return {name.partition("/")[2] for name in known}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_wrong_key_login_or_database_is_told_apart(odoo: Sandbox, protocol: str) -> None:
    target = destination(odoo, protocol)
    with pytest.raises(CredentialError, match="key unknown or expired"):
        target.server(other(odoo, api_key="0" * 40))
    # Of many databases, a few are named.
    sentence = rf"No database called 'no_such_database' on .*It has: (.*\b{odoo.database}\b|.* and \d+ more)"
    with pytest.raises(EndpointError, match=sentence):
        target.server(other(odoo, database="no_such_database"))
    if protocol != "json2":
        with pytest.raises(CredentialError, match="login unknown, or key unknown"):
            target.server(other(odoo, login="nobody"))
        with pytest.raises(CredentialError, match="wants the login beside the key"):
            target.server(other(odoo, login=""))


def test_a_user_who_may_not_read_the_documentation_is_known_all_the_same(odoo: Sandbox, plain: Credential) -> None:
    server = destination(odoo, "json2").server(plain)
    assert server.uid not in (None, ADMINISTRATOR)
    assert (server.user, dict(server.arguments), server.of_records) == ("Plain", {}, frozenset())
    assert list(server.companies.values()) == ["Sandbox"]
    assert set(server.languages) == {"en_US", "fr_FR"}
    assert server.models["res.partner"] == "Contact"
    assert "account.move" not in server.models
    assert server.has("res.partner", "web_save_multi")


def test_a_password_is_known_over_rpc_where_json2_wants_a_key(odoo: Sandbox) -> None:
    password = "a password of no other use but this"
    user = {"name": "Paul", "login": "paul", "password": password}
    call(odoo, "res.users", "create", vals_list=[user])
    paul = other(odoo, login="paul", api_key=password)
    with pytest.raises(CredentialError, match="key unknown"):
        probe(paul)
    assert probe(paul, protocol="xmlrpc").user == probe(paul, protocol="jsonrpc").user == "Paul"


@pytest.mark.parametrize("protocol", ["jsonrpc", "xmlrpc"])
def test_samples_show_the_user_and_a_send_does_not_log_in_again(odoo: Sandbox, protocol: str) -> None:
    target = destination(odoo, protocol)
    server = target.server(odoo.credential)
    before, after = target.samples(FRAME), target.samples(FRAME, server=server)
    assert (before.log_in is not None, after.log_in) == (True, None)
    assert ("(user id)" in before[0].view(), "(user id)" in after[0].view()) == (True, False)
    sends = [target.delivery(FRAME, odoo.credential, server=each, again=True) for each in (Server(), server)]
    assert [set(send.result()["status"]) for send in sends] == [{"created"}, {"created"}]
    assert [send.progress.made for send in sends] == [2, 1]


def test_what_is_proposed_for_a_typed_address_creates_records(odoo: Sandbox) -> None:
    server = probe(odoo.credential)
    target = Destination(**proposed(server, "res.partner", "create", typed=f"{odoo.url}/odoo/contacts?debug=1#top"))
    responses = target.send(FRAME, odoo.credential)
    assert [
        record["ref"] for record in call(odoo, "res.partner", "read", ids=responses["id"].tolist(), fields=["ref"])
    ] == [
        "1",
        "2",
    ]
