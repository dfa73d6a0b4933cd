from __future__ import annotations

import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.server import NOTHING_KNOWN, Server, proposed

HOST = "https://mycompany.odoo.com"


@pytest.mark.parametrize(
    ("version", "major", "protocol"),
    [
        ("19.0", 19, "json2"),
        ("20.0", 20, "json2"),
        ("saas~19.1", 19, "json2"),
        ("saas~18.3", 18, "xmlrpc"),
        ("8.0", 8, "xmlrpc"),
        ("", None, "json2"),
    ],
)
def test_the_best_protocol_is_json2_from_19_on(version: str, major: int | None, protocol: str) -> None:
    server = Server(version=version)
    assert (server.major, server.protocol) == (major, protocol)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://MyCompany.odoo.com",
        "https://mycompany.odoo.com/",
        "https://mycompany.odoo.com:443/odoo/contacts",
        "https://mycompany.odoo.com/odoo/res.partner/7?debug=1",
        "https://mycompany.odoo.com/web/login?redirect=/odoo",
        "https://mycompany.odoo.com/web#id=7&model=res.partner&view_type=form",
        "https://mycompany.odoo.com/web/login?login=me@example.com#a@b",
        "https://mycompany.odoo.com/json/2/res.users/write",
    ],
)
def test_any_page_of_a_server_leads_to_where_its_records_are_made(typed: str) -> None:
    new, old = Server(HOST, version="19.0"), Server(HOST, version="17.0")
    url = f"{HOST}/json/2/res.partner/create"
    assert proposed(new, "res.partner", "create", typed=typed) == {"url": url, "model": None, "operation": None}
    said = {"model": "res.partner", "operation": "create"}
    assert proposed(old, "res.partner", "create", typed=typed) == {"url": f"{HOST}/xmlrpc/2/object", **said}


@pytest.mark.parametrize("start", [f"{HOST}/json/2/res.users/write", f"{HOST}/jsonrpc", f"{HOST}/xmlrpc/2/object"])
@pytest.mark.parametrize("protocol", ["json2", "jsonrpc", "xmlrpc"])
def test_what_is_proposed_replaces_the_settings_of_any_protocol(start: str, protocol: str) -> None:
    names = {} if "json/2" in start else {"model": "res.users", "operation": "write"}
    changes = proposed(Server(HOST), "sale.order", "action_confirm", protocol=protocol)
    target = Destination(start, **names).replace(**changes).endpoint
    assert (target.protocol, target.model, target.operation) == (protocol, "sale.order", "action_confirm")


def test_an_address_typed_before_anything_is_known_is_taken_for_a_new_odoo() -> None:
    changes = proposed(NOTHING_KNOWN, "res.partner", "create", typed=f"{HOST}/odoo")
    assert changes["url"] == f"{HOST}/json/2/res.partner/create"


@pytest.mark.parametrize(
    ("typed", "model", "operation", "sentence"),
    [
        ("https://other.odoo.com", "res.partner", "create", "the address leads elsewhere"),
        ("http://mycompany.odoo.com", "res.partner", "create", "the address leads elsewhere"),
        ("mycompany", "res.partner", "create", "not the address of a server"),
        ("", "res.partner/../..", "create", "is not the name of a model"),
        ("", "res.partner", "_create", "private method"),
    ],
)
@pytest.mark.parametrize("version", ["19.0", "17.0"])
def test_what_cannot_be_proposed_is_one_sentence(
    typed: str, model: str, operation: str, sentence: str, version: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        proposed(Server(HOST, version=version), model, operation, typed=typed)


def test_without_any_address_nothing_is_proposed() -> None:
    with pytest.raises(SettingsError, match="not the address of a server"):
        proposed(NOTHING_KNOWN, "res.partner", "create")


def test_arguments_go_under_the_names_that_an_add_on_gave_them() -> None:
    server = Server().takes("res.partner", "create", ("list_vals",)).takes("res.partner", "load", ("names", "rows"))
    assert server.named("res.partner", "create", {"vals_list": 1}) == {"list_vals": 1}
    assert server.named("res.partner", "load", {"fields": 1, "data": 2}) == {"names": 1, "rows": 2}
    assert server.named("res.users", "create", {"vals_list": 1}) == {"vals_list": 1}


def test_an_argument_that_a_column_gives_keeps_its_name() -> None:
    # In place of Odoo's refusal of `reason`, its value would become the note.
    server = Server().takes("sale.order", "message_post", ("body", "subject"))
    assert server.named("sale.order", "message_post", {"reason": "x"}) == {"reason": "x"}
