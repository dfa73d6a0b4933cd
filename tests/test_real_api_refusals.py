"""What the sandbox's own /api refuses, and that nothing is left of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.real import call
from tests.real_api import client, count, done, employee, read, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.sandbox import Sandbox

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def api(odoo: Sandbox) -> Iterator[httpx.Client]:
    with client(odoo, odoo.credential.api_key.get_secret_value()) as admin:
        yield admin


@pytest.fixture(scope="module")
def plain(odoo: Sandbox) -> Iterator[httpx.Client]:
    with employee(odoo) as user:
        yield user


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


# Goes out as 1e999, which is JSON.
HUGE = float("inf")
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
    "too large for a fraction": ({"partner_latitude": HUGE}, "builtins.OverflowError", "infinity"),
    "half a command": ({"category_id": [[6]]}, "builtins.ValueError", "category_id: [6]"),
    "text for an id in a command": ({"category_id": [[3, "x"]]}, "builtins.ValueError", "category_id: [3, 'x']"),
    "text for ids in a command": ({"category_id": [[6, 0, "x"]]}, "builtins.ValueError", "category_id: [6, 0, 'x']"),
    "an id for ids in a command": ({"category_id": [[6, 0, 5]]}, "builtins.ValueError", "category_id: [6, 0, 5]"),
    "no command": ({"category_id": [[9, 1]]}, "builtins.ValueError", "category_id: [9, 1]"),
    "text for lines": ({"child_ids": "x"}, "builtins.ValueError", "child_ids: 'x'"),
    "a line that is no object": ({"child_ids": [[0, 0, [1]]]}, "builtins.TypeError", "A line is an object"),
    "unknown field in a line": ({"child_ids": [[0, 0, {"nope": 1}]]}, "builtins.ValueError", "Invalid field 'nope'"),
    "text for a reference in a line": (
        {"child_ids": [[0, 0, {"name": "Never", "country_id": "Belgium"}]]},
        "builtins.ValueError",
        "id: 'Belgium'",
    ),
    "the same, deeper": (
        {"child_ids": [[0, 0, {"name": "Never", "child_ids": [[0, 0, {"user_id": "x"}]]}]]},
        "builtins.ValueError",
        "'x'",
    ),
    "an object for text": ({"ref": {"a": 1}}, "builtins.TypeError", "ref: {'a': 1}. It takes text."),
    "a list for a page": ({"comment": ["a"]}, "builtins.TypeError", "comment: ['a']. It takes text."),
    "an object for a page": ({"comment": {}}, "builtins.TypeError", "comment: {}. It takes text."),
    "a truth for a file": ({"image_1920": True}, "builtins.TypeError", "A file is text in base64."),
    "no base64": ({"image_1920": "?x"}, "builtins.ValueError", "this is none"),
    "no letter of base64": ({"image_1920": "!!"}, "builtins.ValueError", "this is none"),
    "no picture": ({"image_1920": "aGVsbG8="}, "odoo.exceptions.UserError", "image file"),
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
    content = json.dumps({"name": "Never", "street": "n", **values}).replace("Infinity", "1e999").encode()
    assert words in refused(api.request(verb, address, content=content, headers=JSON), 422, name)
    assert count(odoo, "Never") == 0
    assert read(odoo, "res.partner", key, "name", "street") == {"id": key, "name": "Stays", "street": "s"}


@pytest.mark.parametrize("value", [[1], "x", 7, [[0, 0, {}]]])
def test_properties_that_are_none_are_refused(api: httpx.Client, value: object) -> None:
    answer = api.post("crm.lead", json={"name": "Never", "lead_properties": value})
    assert "Properties are an object" in refused(answer, 422, "builtins.ValueError")


def test_a_reference_inside_a_line_is_not_emptied(odoo: Sandbox, api: httpx.Client) -> None:
    line = [0, 0, {"name": "Kid", "country_id": 20}]
    parent = done(api.post("res.partner", json={"name": "Parent", "child_ids": [line]}), 201)["id"]
    [kid] = read(odoo, "res.partner", parent, "child_ids")["child_ids"]
    for values in ({"country_id": "Belgium"}, {"country_id": [20, "Belgium"]}, {"nope": 1}):
        answer = api.patch(f"res.partner/{parent}", json={"child_ids": [[1, kid, values]]})
        refused(answer, 422, "builtins.ValueError")
    assert read(odoo, "res.partner", kid, "country_id")["country_id"][0] == 20
    for commands in ([[1, kid, {"country_id": 21}]], [[4, kid]], [kid], [[6, 0, [kid]]]):
        done(api.patch(f"res.partner/{parent}", json={"child_ids": commands}), 200)
    assert read(odoo, "res.partner", kid, "country_id")["country_id"][0] == 21
    assert read(odoo, "res.partner", parent, "child_ids")["child_ids"] == [kid]


@pytest.mark.parametrize("key", ["1", "3"])
def test_a_record_that_only_the_body_names_is_a_wrong_value(api: httpx.Client, key: str) -> None:
    answer = api.patch(f"res.partner/{key}", json={"country_id": 999_999})
    assert "res.country(999999,)" in refused(answer, 422, "odoo.exceptions.MissingError")


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
    # Odoo 19.0's own hr.employee takes the first letter of a name that has none.
    words = refused(api.post("hr.employee", json={"name": ""}), 500, "builtins.IndexError")
    assert words == "The server failed. Its log says more."


@pytest.mark.parametrize(
    ("model", "values", "name"),
    [("hr.employee", {}, "name"), ("account.move", {"transaction_ids": [[0, 0, {}]]}, "provider_id")],
    ids=["the record", "a line"],
)
def test_what_odoo_s_own_code_misses_in_a_body_is_named(
    api: httpx.Client, model: str, values: dict[str, object], name: str
) -> None:
    words = refused(api.post(model, json=values), 422, "odoo.exceptions.ValidationError")
    assert words == f"Odoo looks for {name!r} in these values: it is missing there, or does not fit."


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
