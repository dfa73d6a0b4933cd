"""What the sandbox's own /api does, over plain HTTP, looked at from outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.real import call
from tests.real_api import client, count, done, read, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from odoo_widgets.sandbox import Sandbox

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
# Of a moment, the default is now.
NOW = {"calendar_last_notif_ack"}


@pytest.fixture(scope="module")
def api(odoo: Sandbox) -> Iterator[httpx.Client]:
    with client(odoo, odoo.credential.api_key.get_secret_value()) as admin:
        yield admin


def test_a_record_is_created_updated_and_removed(odoo: Sandbox, api: httpx.Client) -> None:
    key = done(api.post("res.partner", json={"name": "Zoë 漢字 😀", "ref": "r"}), 201)["id"]
    assert read(odoo, "res.partner", key, "name", "ref") == {"id": key, "name": "Zoë 漢字 😀", "ref": "r"}
    assert done(api.patch(f"res.partner/{key}", json={"ref": "s"}), 200) == {"id": key}
    assert read(odoo, "res.partner", key, "name", "ref") == {"id": key, "name": "Zoë 漢字 😀", "ref": "s"}
    assert done(api.delete(f"res.partner/{key}"), 200) == {"id": key}
    assert count(odoo, "Zoë 漢字 😀") == 0


def test_an_array_is_created_in_its_order(odoo: Sandbox, api: httpx.Client) -> None:
    names = [f"Row {row}" for row in range(7)]
    keys = done(api.post("res.partner", json=[{"name": name} for name in names]), 201)["ids"]
    assert [read(odoo, "res.partner", key, "name")["name"] for key in keys] == names
    assert done(api.post("res.partner", json=[]), 201) == {"ids": []}


def test_an_array_is_created_all_or_none(odoo: Sandbox, api: httpx.Client) -> None:
    rows = [{"name": "All or none"}, {"name": "All or none", "type": "é"}]
    assert refused(api.post("res.partner", json=rows), 422, "builtins.ValueError") == (
        "Wrong value for res.partner.type: 'é'"
    )
    assert count(odoo, "All or none") == 0


def test_what_the_database_refuses_at_the_very_end_leaves_nothing(odoo: Sandbox, api: httpx.Client) -> None:
    call(odoo, "res.users", "create", vals_list=[{"name": "First", "login": "taken"}])
    words = refused(
        api.post("res.users", json=[{"name": "Second", "login": "free"}, {"name": "Second", "login": "taken"}]),
        422,
        "odoo.exceptions.ValidationError",
    )
    assert "same login" in words
    assert count(odoo, "Second") == 0


PARTNER = {
    "name": "Before", "email": "a@b.example", "phone": "1", "street": "s", "city": "c", "country_id": 21, "color": 3,
    "active": False, "is_company": True, "user_id": 2, "type": "invoice", "website": "x.example", "barcode": "4711",
    "credit_limit": 5, "tz": "Europe/Brussels", "comment": "<p>x</p>",
    "image_1920": PICTURE, "category_id": [[0, 0, {"name": "Kept"}]], "child_ids": [[0, 0, {"name": "Child"}]],
}  # fmt: skip
PRODUCT = {
    "name": "Before", "type": "service", "default_code": "D", "weight": 2, "volume": 3, "list_price": 9, "sequence": 5,
    "sale_ok": False, "description": "x", "invoice_policy": "delivery", "responsible_id": 2,
    "image_1920": PICTURE, "product_tag_ids": [[0, 0, {"name": "Kept"}]],
}  # fmt: skip
REPLACED = {
    "res.partner": (PARTNER, {"name": "After", "ref": "r"}, ["image_1920", "category_id", "child_ids"]),
    "product.template": (PRODUCT, {"name": "After", "list_price": 4}, ["image_1920", "product_tag_ids"]),
}


@pytest.mark.parametrize("model", REPLACED)
def test_put_leaves_what_a_new_record_would_have_and_touches_nothing_else(
    odoo: Sandbox, api: httpx.Client, model: str
) -> None:
    before, after, kept = REPLACED[model]
    told = done(api.get(model), 200)
    assert told["model"] == model
    replaced = set(told["replaced"])
    assert {name for name in before if name not in kept} <= replaced
    assert not replaced & {*kept, "id", "create_date", "write_uid", "display_name", "message_ids", "activity_ids"}

    key = done(api.post(model, json=before), 201)["id"]
    old = read(odoo, model, key)
    assert done(api.put(f"{model}/{key}", json=after), 200) == {"id": key}
    new = read(odoo, model, key)
    fresh = read(odoo, model, done(api.post(model, json=after), 201)["id"])

    assert {name: new[name] for name in replaced - NOW} == {name: fresh[name] for name in replaced - NOW}
    assert {name: new[name] for name in after} == after
    assert all(old[name] and new[name] == old[name] for name in kept)
    # Of all that can be written, only what was told changed, in the record and not in its neighbours.
    fields = call(odoo, model, "fields_get", attributes=["readonly", "store", "type"])
    stored = {name for name, field in fields.items() if field["store"] and not field["readonly"]}
    changed = {name for name in stored if new[name] != old[name]}
    assert changed - {"message_ids"} <= replaced


def test_put_empties_exactly_what_it_told_and_was_not_given(odoo: Sandbox, api: httpx.Client) -> None:
    replaced = done(api.get("res.country.group"), 200)["replaced"]
    country = call(odoo, "res.country", "search", domain=[["code", "=", "BE"]])
    values = {"name": "Group", "code": "GR", "country_ids": [[6, 0, country]]}
    key = done(api.post("res.country.group", json=values), 201)["id"]
    before = read(odoo, "res.country.group", key)
    assert sorted(replaced) == ["code", "name"]
    done(api.put(f"res.country.group/{key}", json={"name": "Group"}), 200)
    after = read(odoo, "res.country.group", key)
    assert {name for name in before if before[name] != after[name]} - {"write_date"} == {"code"}
    assert (after["code"], after["country_ids"]) == (False, country)


def test_put_names_the_required_fields_that_would_be_empty_and_writes_nothing(odoo: Sandbox, api: httpx.Client) -> None:
    [country] = call(odoo, "res.country", "search_read", domain=[["code", "=", "BE"]], fields=[])
    key = country["id"]
    words = refused(api.put(f"res.country/{key}", json={"phone_code": 99}), 422, "odoo.exceptions.ValidationError")
    assert "'code', 'name' of 'res.country' must not be empty" in words
    words = refused(
        api.put(f"res.country/{key}", json={"code": "BE", "name": None}), 422, "odoo.exceptions.ValidationError"
    )
    assert "'name' of 'res.country'" in words
    assert read(odoo, "res.country", key) == country


def test_put_keeps_an_order_s_number_and_its_lines(odoo: Sandbox, api: httpx.Client) -> None:
    partner = done(api.post("res.partner", json={"name": "Buyer"}), 201)["id"]
    line = {"name": "A line", "display_type": "line_note"}
    values = {"partner_id": partner, "client_order_ref": "theirs", "order_line": [[0, 0, line]]}
    key = done(api.post("sale.order", json=values), 201)["id"]
    old = read(odoo, "sale.order", key, "name", "order_line", "state")
    done(api.put(f"sale.order/{key}", json={"partner_id": partner}), 200)
    assert read(odoo, "sale.order", key, "name", "order_line", "state") == old
    assert read(odoo, "sale.order", key, "client_order_ref")["client_order_ref"] is False


def test_put_leaves_the_record_alone_that_another_one_inherits_from(odoo: Sandbox, api: httpx.Client) -> None:
    key = done(api.post("res.users", json={"name": "Heir", "login": "heir", "email": "heir@x.example"}), 201)["id"]
    old = read(odoo, "res.users", key, "partner_id", "name", "email")
    done(api.put(f"res.users/{key}", json={"login": "heir"}), 200)
    assert read(odoo, "res.users", key, "partner_id", "name", "email") == old


def test_put_replaces_what_depends_on_the_company_for_the_context_s_company_only(
    odoo: Sandbox, api: httpx.Client
) -> None:
    [other] = call(odoo, "res.company", "create", vals_list=[{"name": "Other"}])
    call(odoo, "res.users", "write", ids=[2], vals={"company_ids": [[4, other]]})
    key = done(api.post("res.partner", json={"name": "Both", "barcode": "first"}), 201)["id"]
    there = {"context": json.dumps({"allowed_company_ids": [other]})}
    done(api.patch(f"res.partner/{key}", json={"barcode": "second"}, params=there), 200)
    done(api.put(f"res.partner/{key}", json={"name": "Both"}), 200)
    assert read(odoo, "res.partner", key, "barcode")["barcode"] is False
    context = {"allowed_company_ids": [other]}
    [found] = call(odoo, "res.partner", "read", ids=[key], fields=["barcode"], context=context)
    assert found["barcode"] == "second"


def test_put_empties_a_translated_field_in_every_language(odoo: Sandbox, api: httpx.Client) -> None:
    french = call(odoo, "res.lang", "search", domain=[["code", "=", "fr_FR"]], context={"active_test": False})
    call(odoo, "res.lang", "write", ids=french, vals={"active": True})
    key = done(api.post("product.template", json={"name": "Chair", "description_sale": "Sit"}), 201)["id"]
    query = {"context": json.dumps({"lang": "fr_FR"})}
    french_words = {"name": "Chaise", "description_sale": "Assis"}
    done(api.patch(f"product.template/{key}", json=french_words, params=query), 200)
    done(api.put(f"product.template/{key}", json={"name": "Stool"}), 200)
    [found] = call(odoo, "product.template", "read", ids=[key], fields=[*french_words], context={"lang": "fr_FR"})
    assert found == {"id": key, "name": "Chaise", "description_sale": False}
    assert read(odoo, "product.template", key, "name")["name"] == "Stool"


def test_a_form_is_read_by_the_fields_own_types(odoo: Sandbox, api: httpx.Client) -> None:
    belgium = call(odoo, "res.country", "search", domain=[["code", "=", "BE"]])[0]
    tags = call(odoo, "res.partner.category", "create", vals_list=[{"name": "One"}, {"name": "Two"}])
    form = {
        "name": "Fömé & 漢 + %", "active": "false", "is_company": "yes", "color": "3", "partner_latitude": "1.5",
        "country_id": "Belgium", "type": "Invoice", "category_id": ",".join(map(str, tags)), "ref": "",
    }  # fmt: skip
    key = done(api.post("res.partner", data=form), 201)["id"]
    [found] = call(odoo, "res.partner", "read", ids=[key], fields=list(form))
    assert found == {
        "id": key, "name": "Fömé & 漢 + %", "active": False, "is_company": True, "color": 3, "partner_latitude": 1.5,
        "country_id": [belgium, "Belgium"], "type": "invoice", "category_id": tags, "ref": False,
    }  # fmt: skip
    done(api.patch(f"res.partner/{key}", data={"country_id/id": "base.us"}), 200)
    assert read(odoo, "res.partner", key, "country_id")["country_id"][1] == "United States"
    done(api.patch(f"res.partner/{key}", data={"country_id": str(belgium)}), 200)
    assert read(odoo, "res.partner", key, "country_id")["country_id"][0] == belgium


MOMENTS = {
    "UTC if nothing is said": ({}, "2026-07-01 10:00:00"),
    "the context's": ({"tz": "Asia/Tokyo"}, "2026-07-01 01:00:00"),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_a_moment_in_a_form_is_in_the_zone(odoo: Sandbox, api: httpx.Client, name: str) -> None:
    context, stored = MOMENTS[name]
    # Whatever the user's own zone is.
    call(odoo, "res.users", "write", ids=[2], vals={"tz": "America/Lima"})
    form = {"name": "x", "start": "2026-07-01 10:00:00", "stop": "2026-07-01 10:00:00"}
    query = {"context": json.dumps(context)}
    key = done(api.post("calendar.event", data=form, params=query), 201)["id"]
    assert read(odoo, "calendar.event", key, "start")["start"] == stored


def test_the_context_in_the_address_reaches_the_orm(odoo: Sandbox, api: httpx.Client) -> None:
    query = {"context": json.dumps({"default_city": "Gent", "tracking_disable": True})}
    key = done(api.post("res.partner", json={"name": "Here"}, params=query), 201)["id"]
    assert read(odoo, "res.partner", key, "city")["city"] == "Gent"


def test_it_needs_no_installation_and_bears_one(odoo: Sandbox, api: httpx.Client) -> None:
    call(odoo, "ir.module.module", "update_list")
    domain = [["name", "=", "odoo_widgets_api"]]
    [module] = call(odoo, "ir.module.module", "search_read", domain=domain, fields=["state", "license"])
    assert (module["state"], module["license"]) == ("uninstalled", "Other OSI approved licence")
    call(odoo, "ir.module.module", "button_immediate_install", ids=[module["id"]])
    assert read(odoo, "ir.module.module", module["id"], "state")["state"] == "installed"
    key = done(api.post("res.partner", json={"name": "Installed"}), 201)["id"]
    assert count(odoo, "Installed") == 1
    done(api.delete(f"res.partner/{key}"), 200)
