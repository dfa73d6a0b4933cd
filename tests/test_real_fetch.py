"""What a real Odoo answers to questions outside a send, and its records as a DataFrame that can go back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow import fetching
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import CredentialError, EndpointError, RefusedError, SettingsError
from tests.models import PROTOCOLS, destination, plain_user
from tests.real import call

if TYPE_CHECKING:
    from odoo_widgets.sandbox import Sandbox

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)
FIELDS = ("name", "active", "color", "partner_latitude", "type", "country_id", "category_id", "child_ids")


@pytest.fixture(scope="module")
def plain(odoo: Sandbox) -> Credential:
    """A user who may do next to nothing."""
    return plain_user(odoo)


def people(odoo: Sandbox, ref: str) -> list[int]:
    tags = call(odoo, "res.partner.category", "create", vals_list=[{"name": f"{ref} x"}, {"name": f"{ref} y"}])
    (belgium,) = call(odoo, "res.country", "search", domain=[["code", "=", "BE"]])
    values: list[dict[str, Any]] = [
        {"name": "Ana", "country_id": belgium, "category_id": [[6, 0, tags]], "color": 3, "partner_latitude": 50.85},
        {"name": "Bob"},
        {"name": "Cy", "active": False},
    ]
    return call(odoo, "res.partner", "create", vals_list=[{**each, "ref": ref} for each in values])  # type: ignore[no-any-return]


@EVERY
def test_records_come_in_columns_of_the_types_that_odoo_has(odoo: Sandbox, protocol: str) -> None:
    ids = people(odoo, protocol)
    target = destination(odoo, protocol, "res.partner", "write")
    frame = target.fetch(odoo.credential, [["ref", "=", protocol]], FIELDS)
    assert frame.columns.tolist() == ["id", *FIELDS]
    assert [str(dtype) for dtype in frame.dtypes] == [
        "Int64", "string", "bool", "Int64", "float64", "string", "Int64", "object", "object"
    ]  # fmt: skip
    assert frame["id"].tolist() == ids[:2]
    assert frame["country_id"].isna().tolist() == [False, True]
    assert len(frame["category_id"].iloc[0]) == 2
    assert frame["child_ids"].tolist() == [[], []]
    both = target.fetch(odoo.credential, [["ref", "=", protocol]], ["name"], archived=True)
    assert both["name"].tolist() == ["Ana", "Bob", "Cy"]


@EVERY
def test_dates_and_times_come_as_such(odoo: Sandbox, protocol: str) -> None:
    (first, second) = call(odoo, "crm.lead", "create", vals_list=[{"name": "a"}, {"name": "b"}])
    call(odoo, "crm.lead", "write", ids=[first], vals={"date_deadline": "2026-03-01"})
    call(odoo, "crm.lead", "write", ids=[first], vals={"date_closed": "2026-03-01 22:15:07"})
    wanted = ["date_deadline", "date_closed", "expected_revenue"]
    frame = destination(odoo, protocol, "crm.lead", "write").fetch(
        odoo.credential, [["id", "in", [first, second]]], wanted
    )
    assert frame["date_deadline"].tolist() == [pd.Timestamp("2026-03-01"), pd.NaT]
    assert frame["date_closed"].tolist() == [pd.Timestamp("2026-03-01 22:15:07", tz="UTC"), pd.NaT]
    assert frame["expected_revenue"].tolist() == [0.0, 0.0]


def test_what_is_fetched_goes_back_as_it_came(odoo: Sandbox) -> None:
    people(odoo, "back")
    target = destination(odoo, "json2", "res.partner", "write")
    before = target.fetch(odoo.credential, [["ref", "=", "back"]])
    assert len(before.columns) > 40
    responses = target.send(before, odoo.credential)
    assert responses["status"].tolist() == ["updated", "updated"], responses["error"].tolist()
    after = target.fetch(odoo.credential, [["ref", "=", "back"]])
    pd.testing.assert_frame_equal(before, after)


def test_links_to_archived_records_stay_when_a_record_goes_back(odoo: Sandbox) -> None:
    tags = call(odoo, "res.partner.category", "create", vals_list=[{"name": "kept"}, {"name": "old"}])
    values = {"name": "tagged", "ref": "tagged", "category_id": [[6, 0, tags]]}
    (tagged,) = call(odoo, "res.partner", "create", vals_list=[values, {**values, "active": False}])[:1]
    call(odoo, "res.partner.category", "write", ids=tags[1:], vals={"active": False})
    target = destination(odoo, "json2", "res.partner", "write")
    pulled = target.fetch(odoo.credential, [["ref", "=", "tagged"]], ["name", "category_id"])
    assert pulled["id"].tolist() == [tagged]
    assert target.diff(pulled, odoo.credential).empty
    target.send(pulled.assign(name="renamed"), odoo.credential)
    context = {"active_test": False}
    (record,) = call(odoo, "res.partner", "read", ids=[tagged], fields=["name", "category_id"], context=context)
    assert (record["name"], sorted(record["category_id"])) == ("renamed", tags)
    archived = target.fetch(odoo.credential, [["ref", "=", "tagged"], ["active", "=", False]], ["name"])
    assert len(archived) == 1


def test_pages_join_to_all_there_is_and_end_at_the_limit(odoo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = call(odoo, "res.partner", "create", vals_list=[{"name": f"p{each}", "ref": "pages"} for each in range(7)])
    monkeypatch.setattr(fetching, "PAGE", 3)
    target = destination(odoo, "json2", "res.partner", "write")
    domain = ["|", ["ref", "=", "pages"], ["ref", "=", "no such"]]
    assert target.fetch(odoo.credential, domain, ["name"])["id"].tolist() == ids
    assert target.fetch(odoo.credential, domain, ["name"], limit=5)["id"].tolist() == ids[:5]
    assert target.fetch(odoo.credential, domain, ["name"], limit=6)["id"].tolist() == ids[:6]
    none = target.fetch(odoo.credential, [["ref", "=", "no such"]], ["name", "create_date"])
    assert (len(none), [str(dtype) for dtype in none.dtypes]) == (0, ["Int64", "string", "datetime64[s, UTC]"])


@EVERY
def test_values_of_a_frame_may_stand_in_a_domain(odoo: Sandbox, protocol: str) -> None:
    target = destination(odoo, protocol, "res.partner", "create")
    made = target.send(pd.DataFrame({"name": ["a", "b", "c"], "ref": f"domain {protocol}"}), odoo.credential)
    (first, *_) = made["id"]
    yesterday = pd.Timestamp.now(tz="Europe/Brussels") - pd.Timedelta(days=1)
    for term, found in (
        (["id", "=", first], 1), (["id", "in", made["id"]], 3), (["id", "in", made["id"].to_numpy()[1:]], 2),
        (["create_date", ">", yesterday], 3), (["create_date", "<", yesterday.date()], 0),
    ):  # fmt: skip
        domain = [term, ["ref", "=", f"domain {protocol}"]]
        assert len(target.fetch(odoo.credential, domain, ["name"])) == found, term


@EVERY
def test_why_there_is_no_answer_is_one_sentence(odoo: Sandbox, plain: Credential, protocol: str) -> None:
    partners = destination(odoo, protocol, "res.partner", "create")
    with pytest.raises(SettingsError, match=r"has no field 'emial' .* Did you mean 'email'\?"):
        partners.fetch(odoo.credential, fields=["emial"])
    with pytest.raises(EndpointError, match=r"res\.nope"):
        destination(odoo, protocol, "res.nope", "create").fetch(odoo.credential)
    with pytest.raises(
        RefusedError, match=r"not allowed to access .*sale\.order.* Ask Odoo's administrator"
    ) as refused:
        destination(odoo, protocol, "sale.order", "create").fetch(plain)
    assert "\n" not in str(refused.value)
    with pytest.raises(RefusedError, match="Invalid language code: xx_XX"):
        partners.replace(context={"lang": "xx_XX"}).fetch(odoo.credential)
    with pytest.raises(RefusedError, match="no_such"):
        partners.fetch(odoo.credential, [["no_such", "=", 1]])
    with pytest.raises(CredentialError, match="key unknown or expired"):
        partners.fetch(Credential(odoo.url, odoo.database, odoo.login, "0" * 40))
    with pytest.raises(CredentialError, match="belongs to"):
        partners.fetch(Credential("https://mycompany.example.com", "db", "me", "k" * 40))


def test_the_model_behind_a_rest_address_is_asked_over_json2(odoo: Sandbox) -> None:
    people(odoo, "rest")
    target = Destination(f"{odoo.url}/api/res.partner/{{id}}", method="PATCH")
    assert target.fetch(odoo.credential, [["ref", "=", "rest"]], ["name"])["name"].tolist() == ["Ana", "Bob"]


def test_files_come_as_their_text(odoo: Sandbox) -> None:
    (made,) = call(odoo, "ir.attachment", "create", vals_list=[{"name": "a", "datas": "YWJj"}])
    frame = destination(odoo, "json2", "ir.attachment", "write").fetch(odoo.credential, [["id", "=", made]], ["datas"])
    assert frame["datas"].tolist() == ["YWJj"]


@EVERY
def test_attachments_are_fetched_and_compared_whose_model_has_a_search_of_its_own(odoo: Sandbox, protocol: str) -> None:
    frame = pd.DataFrame({"name": [f"{protocol}.txt"], "res_model": "res.partner", "res_id": 1, "datas": [b"hello"]})
    target = destination(odoo, protocol, "ir.attachment", "create", key="name", mode="upsert")
    sent = target.send(frame, odoo.credential)
    assert sent["status"].tolist() == ["created"]
    found = target.fetch(odoo.credential, [["name", "=", f"{protocol}.txt"]], ["name", "res_id"])
    assert found["id"].tolist() == sent["id"].tolist()
    assert target.diff(frame, odoo.credential).attrs["counts"]["create"] == 0
