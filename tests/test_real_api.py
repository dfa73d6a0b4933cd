"""The sandbox's own /api, over plain HTTP: what our Odoo module does and refuses, looked at from outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.real import call, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.sandbox import Sandbox

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
# Of a moment, the default is now.
NOW = {"calendar_last_notif_ack"}


@pytest.fixture(scope="module")
def odoo() -> Iterator[Sandbox]:
    with sandbox() as fresh:
        yield fresh


def client(odoo: Sandbox, key: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key}", "X-Odoo-Database": odoo.database}
    return httpx.Client(base_url=f"{odoo.url}/api/", headers=headers, trust_env=False, timeout=60)


@pytest.fixture(scope="module")
def api(odoo: Sandbox) -> Iterator[httpx.Client]:
    with client(odoo, odoo.credential.api_key.get_secret_value()) as admin:
        yield admin


@pytest.fixture(scope="module")
def plain(odoo: Sandbox) -> Iterator[httpx.Client]:
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
    with client(odoo, shown["context"]["default_key"]) as user:
        yield user


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


CONTEXTS = {
    "no JSON": ("x", 400, "werkzeug.exceptions.BadRequest", "no JSON"),
    "no object": ("[]", 400, "werkzeug.exceptions.BadRequest", "must be a JSON object"),
    "no language": ('{"lang": "xx_XX"}', 422, "odoo.exceptions.UserError", "xx_XX"),
    "no company": ('{"allowed_company_ids": [99]}', 403, "odoo.exceptions.AccessError", "companies"),
}


@pytest.mark.parametrize("case", CONTEXTS)
def test_a_wrong_context_is_refused(api: httpx.Client, case: str) -> None:
    context, status, name, words = CONTEXTS[case]
    assert words in refused(api.post("res.partner", json={"name": "x"}, params={"context": context}), status, name)


BODIES = {
    "nothing": (b"", JSON, 400, "no JSON"),
    "half": (b'{"name": "x"', JSON, 400, "no JSON"),
    "a number": (b"1", JSON, 400, "must be a JSON object"),
    "numbers": (b"[1]", JSON, 400, "must be a JSON object"),
    "NaN": (b'{"name": "x", "color": NaN}', JSON, 400, "NaN is no number"),
    "too deep": (b"[" * 100_000, JSON, 400, "no JSON"),
    "Latin-1": ('{"name": "é"}'.encode("latin-1"), JSON, 400, "no UTF-8"),
    "XML": (b"<a/>", {"content-type": "text/xml"}, 415, "not text/xml"),
    "no type": (b'{"name": "x"}', {}, 415, "Content-Type"),
    "no form": (b"name", FORM, 400, "no URL-encoded form"),
    "a form in Latin-1": (b"name=%E9", FORM, 400, "no URL-encoded form"),
    "a form with a name twice": (b"name=a&name=b", FORM, 400, "a field twice"),
}
KINDS = {400: "BadRequest", 415: "UnsupportedMediaType"}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_that_cannot_be_read_is_refused(api: httpx.Client, case: str) -> None:
    content, headers, status, words = BODIES[case]
    answer = api.post("res.partner", content=content, headers=headers)
    assert words in refused(answer, status, f"werkzeug.exceptions.{KINDS[status]}")


def test_one_record_takes_one_object(api: httpx.Client) -> None:
    for verb in ("PATCH", "PUT"):
        words = refused(api.request(verb, "res.partner/1", json=[{"name": "x"}]), 400, "werkzeug.exceptions.BadRequest")
        assert "not an array" in words


VALUES = {
    "unknown field": ({"nope": 1}, "builtins.ValueError", "Invalid field 'nope' in 'res.partner'"),
    "too large": ({"color": 2**31}, "psycopg2.errors.NumericValueOutOfRange", "integer out of range"),
    "text for a number": ({"color": "x"}, "builtins.ValueError", "'x'"),
    "list for a number": ({"color": [1]}, "builtins.TypeError", "not 'list'"),
    "text for a reference": ({"country_id": "US"}, "builtins.ValueError", "country_id: 'US'"),
    "digits for a reference": ({"country_id": "21"}, "builtins.ValueError", "country_id: '21'"),
    "a pair for a reference": ({"user_id": [2, "Administrator"]}, "builtins.ValueError", "user_id: [2"),
    "truth for a reference": ({"user_id": True}, "builtins.ValueError", "user_id: True"),
    "no such country": ({"country_id": 10**7}, "odoo.exceptions.ValidationError", "Country"),
    "no such parent": ({"parent_id": 10**7}, "odoo.exceptions.MissingError", "res.partner(10000000,)"),
    "NUL": ({"ref": "\0"}, "builtins.ValueError", "NUL"),
    "half a character": ({"ref": "\ud800"}, "builtins.UnicodeEncodeError", "surrogates not allowed"),
    "half a character in a name": ({"\ud800": 1}, "builtins.ValueError", "Invalid field '\\ud800'"),
    "no picture": ({"image_1920": "?x"}, "odoo.exceptions.UserError", "base64"),
    "no name": ({"name": False}, "odoo.exceptions.ValidationError", "Contacts require a name"),
}


@pytest.mark.parametrize("verb", ["POST", "PATCH", "PUT"])
@pytest.mark.parametrize("case", VALUES)
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_written(
    odoo: Sandbox, api: httpx.Client, verb: str, case: str
) -> None:
    values, name, words = VALUES[case]
    key = call(odoo, "res.partner", "create", vals_list=[{"name": "Stays", "street": "s"}])[0]
    address = "res.partner" if verb == "POST" else f"res.partner/{key}"
    content = json.dumps({"name": "Never", "street": "n", **values}).encode()
    assert words in refused(api.request(verb, address, content=content, headers=JSON), 422, name)
    assert count(odoo, "Never") == 0
    assert read(odoo, "res.partner", key, "name", "street") == {"id": key, "name": "Stays", "street": "s"}


FORMS = {
    "unknown field": ({"nope": "x"}, "builtins.ValueError", "Invalid field 'nope'"),
    "own id": ({"id": "7"}, "builtins.ValueError", "Invalid field 'id'"),
    "lines": ({"child_ids": "x"}, "builtins.ValueError", "Send JSON"),
    "no truth": ({"active": "maybe"}, "odoo.exceptions.ValidationError", "'maybe'"),
    "no number": ({"color": "1.5"}, "odoo.exceptions.ValidationError", "'1.5'"),
    "no such name": ({"country_id": "Nowhere"}, "odoo.exceptions.ValidationError", "'Nowhere'"),
    "no such id": ({"country_id": "9999999"}, "odoo.exceptions.ValidationError", "9999999"),
    "no selection": ({"type": "zzz"}, "odoo.exceptions.ValidationError", "'zzz'"),
}


@pytest.mark.parametrize("case", FORMS)
def test_a_text_in_a_form_that_does_not_fit_is_refused(odoo: Sandbox, api: httpx.Client, case: str) -> None:
    form, name, words = FORMS[case]
    assert words in refused(api.post("res.partner", data={"name": "Never formed", **form}), 422, name)
    assert count(odoo, "Never formed") == 0


def test_a_name_that_two_records_have_is_not_guessed(odoo: Sandbox, api: httpx.Client) -> None:
    call(odoo, "res.partner", "create", vals_list=[{"name": "Twin"}, {"name": "Twin"}])
    answer = api.post("res.partner", data={"name": "x", "parent_id": "Twin"})
    assert "multiple matches" in refused(answer, 422, "odoo.exceptions.ValidationError")


KEYS = {
    "no key": ({}, "not authenticated"),
    "an unknown key": ({"Authorization": f"Bearer {'0' * 40}"}, "Invalid apikey"),
    "a password": ({"Authorization": "Basic YWRtaW46YWRtaW4="}, "not authenticated"),
}


@pytest.mark.parametrize("address", ["res.partner", "res.partner/1", "res.nope", "no/such/address"])
@pytest.mark.parametrize("case", KEYS)
def test_without_a_good_key_every_address_answers_401_in_json(odoo: Sandbox, case: str, address: str) -> None:
    headers, words = KEYS[case]
    with httpx.Client(trust_env=False, timeout=60) as nobody:
        answer = nobody.post(
            f"{odoo.url}/api/{address}", json={}, headers={"X-Odoo-Database": odoo.database, **headers}
        )
    assert words in refused(answer, 401, "werkzeug.exceptions.Unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "set-cookie" not in answer.headers


def test_a_user_has_their_own_rights_and_no_others(odoo: Sandbox, plain: httpx.Client) -> None:
    key = call(odoo, "res.partner", "create", vals_list=[{"name": "Not Pia's"}])[0]
    answers = [
        plain.post("res.partner", json={"name": "By Pia"}),
        plain.post("res.partner", json=[]),
        plain.post("res.partner", data={"name": "By Pia"}),
        plain.patch(f"res.partner/{key}", json={"name": "By Pia"}),
        plain.put(f"res.partner/{key}", json={"name": "By Pia"}),
        plain.delete(f"res.partner/{key}"),
        # Who may do nothing here is not told which records there are.
        plain.patch("res.partner/99999999", json={"name": "By Pia"}),
        plain.get("ir.model"),
        plain.post("account.move", json={}),
        plain.post("hr.employee", json={}),
    ]
    assert all("You are not allowed" in refused(answer, 403, "odoo.exceptions.AccessError") for answer in answers)
    assert count(odoo, "By Pia") == 0
    assert count(odoo, "Not Pia's") == 1


def test_a_user_s_rights_go_down_to_records_and_fields(odoo: Sandbox, api: httpx.Client, plain: httpx.Client) -> None:
    mine = done(plain.post("ir.filters", json={"name": "Mine", "model_id": "res.partner"}), 201)["id"]
    done(plain.patch(f"ir.filters/{mine}", json={"name": "Mine too"}), 200)
    theirs = done(
        api.post("ir.filters", json={"name": "Theirs", "model_id": "res.partner", "user_ids": [[4, 2]]}), 201
    )["id"]
    refused(plain.patch(f"ir.filters/{theirs}", json={"name": "By Pia"}), 403, "odoo.exceptions.AccessError")
    refused(plain.delete(f"ir.filters/{theirs}"), 403, "odoo.exceptions.AccessError")
    assert read(odoo, "ir.filters", theirs, "name")["name"] == "Theirs"
    assert "totp_last_counter" not in done(plain.get("res.users"), 200)["replaced"]


@pytest.mark.parametrize("key", ["0", "-1", "99999999", str(2**31), str(10**30)])
def test_an_unknown_record_is_not_found(api: httpx.Client, key: str) -> None:
    for verb in ("PATCH", "PUT", "DELETE"):
        answer = api.request(verb, f"res.partner/{key}", json={"name": "x"})
        assert f"(Record: res.partner({key},), User: 2)" in refused(answer, 404, "odoo.exceptions.MissingError")


@pytest.mark.parametrize("address", ["res.nope", "res.nope/1", "", "res.partner/x", "res.partner/1/name"])
def test_an_unknown_model_or_address_is_not_found(api: httpx.Client, address: str) -> None:
    verb = "PATCH" if address.endswith("/1") else "POST"
    refused(api.request(verb, address, json={"name": "x"}), 404, "werkzeug.exceptions.NotFound")


VERBS = {"res.partner": {"GET", "POST"}, "res.partner/1": {"DELETE", "PATCH", "PUT"}}


@pytest.mark.parametrize("address", VERBS)
@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_a_verb_that_is_not_served_changes_nothing(odoo: Sandbox, api: httpx.Client, address: str, verb: str) -> None:
    if verb in VERBS[address]:
        verb = "LINK"
    answer = api.request(verb, address, json={"name": "By a wrong verb"})
    refused(answer, 405, "werkzeug.exceptions.MethodNotAllowed")
    assert set(answer.headers["allow"].split(", ")) == VERBS[address]
    assert count(odoo, "By a wrong verb") == 0


def test_what_odoo_forbids_is_told_in_its_words(odoo: Sandbox, api: httpx.Client) -> None:
    assert "cannot delete the admin user" in refused(api.delete("res.users/2"), 422, "odoo.exceptions.UserError")
    # A mixin has no records.
    assert "mail.thread" in refused(api.post("mail.thread", json={}), 403, "odoo.exceptions.AccessError")
    assert read(odoo, "res.users", 2, "active")["active"] is True


def test_a_failing_server_says_no_more_than_that(api: httpx.Client) -> None:
    # Odoo 19.0's own hr.employee looks for a name before anybody asks for one.
    words = refused(api.post("hr.employee", json={}), 500, "builtins.KeyError")
    assert words == "The server failed. Its log says more."


def test_a_body_over_the_server_s_limit_is_refused(odoo: Sandbox, api: httpx.Client) -> None:
    limit = call(
        odoo, "ir.config_parameter", "create", vals_list=[{"key": "web.max_file_upload_size", "value": "2000"}]
    )
    try:
        for sent in (
            {"json": {"name": "Large", "comment": "x" * 3000}},
            {"data": {"name": "Large", "ref": "x" * 3000}},
        ):
            refused(api.post("res.partner", **sent), 413, "werkzeug.exceptions.RequestEntityTooLarge")
        done(api.post("res.partner", json={"name": "Small"}), 201)
    finally:
        call(odoo, "ir.config_parameter", "unlink", ids=limit)
    assert count(odoo, "Large") == 0


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
