"""Records that cells name by a text, looked up in a real Odoo: contacts, countries, states, tags; twice in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.flow.errors import DataError, RefusedError
from tests.models import PROTOCOLS, Given, destination, plain_user
from tests.real import call

if TYPE_CHECKING:
    from odoo_widgets.destination import Destination

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)
CONTACTS, TAGS = "res.partner", "res.partner.category"
COUNTRIES = {"BE": "Belgium", "US": "United States", "AU": "Australia"}


def contacts(given: Given, protocol: str = "json2", operation: str = "create", **settings: Any) -> Destination:
    return destination(given.odoo, protocol, CONTACTS, operation, **settings)


def read(given: Given, ids: Any, *fields: str, model: str = CONTACTS) -> list[dict[str, Any]]:
    numbers = [int(each) for each in ids]
    found = call(given.odoo, model, "read", ids=numbers, fields=list(fields), load="")
    by_id = {each["id"]: each for each in found}
    return [by_id[number] for number in numbers]


def country(given: Given, code: str) -> int:
    (found,) = call(given.odoo, "res.country", "search", domain=[["code", "=", code]])
    return int(found)


@EVERY
def test_contacts_with_countries_and_states_by_code_are_sent_twice_and_there_once(given: Given, protocol: str) -> None:
    frame = pd.DataFrame(
        {
            "ref": [f"{protocol}-{number}" for number in range(4)],
            "name": ["a", "b", "c", "d"],
            "Country": ["BE", "US", "AU", None],
            "state_id/code": [None, "WA", "WA", None],
        }
    )
    target = contacts(given, protocol, key="ref", mode="upsert", fields={"Country": "country_id/code"})
    first = target.send(frame, given.odoo.credential)
    assert first["status"].tolist() == ["created"] * 4
    again = target.send(frame, given.odoo.credential)
    assert again["id"].tolist() == first["id"].tolist()
    held = read(given, first["id"], "country_id", "state_id")
    codes = [each["country_id"] for each in held]
    assert codes == [*(country(given, code) for code in COUNTRIES), False]
    states = [each["state_id"] for each in held]
    (washington, western) = states[1:3]
    assert [states[0], states[3]] == [False, False]
    shown = read(given, [washington, western], "name", model="res.country.state")
    assert [each["name"] for each in shown] == ["Washington", "Western Australia"]
    assert target.diff(frame, given.odoo.credential).empty
    only = target.send(frame, given.odoo.credential, only_changes=True)
    assert set(only["status"]) == {"unchanged"}
    kept = target.read_back(first, given.odoo.credential, frame)
    assert set(kept["kept"]) == {"same"}


def test_a_state_without_its_country_is_several_and_nothing_is_sent(given: Given) -> None:
    frame = pd.DataFrame({"name": ["nowhere"], "state_id/code": ["WA"]})
    target = contacts(given)
    with pytest.raises(DataError, match=r"Column 'state_id/code', row 0: several records of res.country.state") as told:
        target.send(frame, given.odoo.credential)
    assert "Washington (US)" in str(told.value)
    assert call(given.odoo, CONTACTS, "search_count", domain=[["name", "=", "nowhere"]]) == 0


def test_tags_by_name_that_are_not_there_are_made_once_as_they_are_settled(given: Given) -> None:
    (known,) = call(given.odoo, TAGS, "create", vals_list=[{"name": "known tag"}])
    frame = pd.DataFrame(
        {
            "ref": ["t0", "t1", "t2", "t3"],
            "name": ["a", "b", "c", "d"],
            "category_id": ["known tag, new tag", "new tag", "odd tag", "bad tag, known tag"],
        }
    )
    target = contacts(given, key="ref", mode="upsert")
    table = target.lookups(frame, given.odoo.credential)
    assert table["value"].tolist() == ["new tag", "odd tag", "bad tag", "known tag"]
    assert table.set_index("value").loc["known tag", ["rows", "first_rows", "found", "names"]].tolist() == [
        2, [0, 3], [known], ["known tag"],
    ]  # fmt: skip
    with pytest.raises(DataError, match="'new tag', 'odd tag', 'bad tag'"):
        target.send(frame, given.odoo.credential)
    table["settlement"] = table["value"].map({"new tag": "create", "odd tag": "empty", "bad tag": "reject"})
    target = target.settled(table)
    for _ in range(2):
        sent = target.send(frame, given.odoo.credential)
        assert sent["status"].tolist()[3] == "rejected"
        assert sent["error"].tolist()[3] == (
            "Column 'category_id': 'bad tag' is settled as reject, so this row is not sent."
        )
        (made,) = call(given.odoo, TAGS, "search", domain=[["name", "=", "new tag"]])
        held = [sorted(each["category_id"]) for each in read(given, sent["id"].tolist()[:3], "category_id")]
        assert held == [sorted([known, made]), [made], []]
    assert call(given.odoo, CONTACTS, "search_count", domain=[["ref", "in", ["t0", "t1", "t2", "t3"]]]) == 3
    # Called otherwise since, it is still the record that was made of the value.
    call(given.odoo, TAGS, "write", ids=[made], vals={"name": "renamed tag"})
    sent = target.send(frame, given.odoo.credential)
    assert read(given, sent["id"].tolist()[1:2], "category_id")[0]["category_id"] == [made]
    assert read(given, [made], "name", model=TAGS)[0]["name"] == "renamed tag"


def test_an_archived_record_is_found_and_marked(given: Given) -> None:
    (asleep,) = call(given.odoo, TAGS, "create", vals_list=[{"name": "asleep", "active": False}])
    frame = pd.DataFrame({"name": ["a"], "category_id/name": ["asleep"]})
    table = contacts(given).lookups(frame, given.odoo.credential)
    assert (table.loc[0, "found"], table.loc[0, "archived"]) == ([asleep], True)
    findings = contacts(given).check(frame, given.odoo.credential)
    assert findings["severity"].tolist() == ["warning"]
    assert "archived. Found: 'asleep'" in findings["problem"][0]


def test_a_check_says_what_may_have_been_meant(given: Given) -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "country_id": ["Belgum", "Germany"], "state_id/cod": ["WA", None]})
    findings = contacts(given).check(frame, given.odoo.credential).set_index("column")
    assert "Did you mean 'Belgium' for 'Belgum'?" in findings.loc["country_id", "problem"]
    assert findings.loc["country_id", "first_rows"] == [0]
    assert (
        "has no field 'cod' that this user may see. Found: 'WA'. Did you mean 'code'?"
        in (findings.loc["state_id/cod", "problem"])
    )


def test_ten_thousand_unknown_names_are_one_finding_and_nothing_is_sent(given: Given) -> None:
    frame = pd.DataFrame({"name": "many", "country_id": [f"land {number}" for number in range(10_000)]})
    target = contacts(given)
    findings = target.check(frame, given.odoo.credential)
    assert findings["rows"].tolist() == [10_000]
    assert "'land 0', 'land 1', 'land 2' and 9,997 more values" in findings["problem"][0]
    with pytest.raises(DataError, match=r"row 0, and 9,999 more rows: no record of res.country") as told:
        target.send(frame, given.odoo.credential)
    assert len(told.value.problems) == 1
    assert call(given.odoo, CONTACTS, "search_count", domain=[["name", "=", "many"]]) == 0


@EVERY
@pytest.mark.parametrize("operation", ["create", "load"])
def test_ids_external_ids_names_and_codes_lead_to_the_same_record(given: Given, protocol: str, operation: str) -> None:
    belgium = country(given, "BE")
    ways: dict[str, Any] = {
        "country_id": ["Belgium"],
        "country_id/code": ["BE"],
        "country_id/id": ["base.be"],
        "country_id/.id": [str(belgium)],
    }
    for column, cells in ways.items():
        frame = pd.DataFrame({"name": [f"{protocol} {operation} {column}"], column: cells})
        sent = contacts(given, protocol, operation).send(frame, given.odoo.credential)
        assert read(given, sent["id"], "country_id")[0]["country_id"] == belgium, column
    ids = contacts(given, protocol, operation).send(
        pd.DataFrame({"name": [f"{protocol} {operation} id"], "country_id": [belgium]}), given.odoo.credential
    )
    assert read(given, ids["id"], "country_id")[0]["country_id"] == belgium


@pytest.mark.parametrize("number", ["99999999999999999999", "2147483648"])
def test_an_id_larger_than_any_is_a_finding_and_nothing_is_sent(given: Given, number: str) -> None:
    frame = pd.DataFrame({"name": [f"large {number}"], "country_id/.id": [number]})
    assert contacts(given).check(frame, given.odoo.credential)["severity"].tolist() == ["error"]
    with pytest.raises(DataError, match=rf"'country_id/.id', row 0: .*{number}"):
        contacts(given).send(frame, given.odoo.credential)
    # Odoo's own import reads such a column by itself.
    loaded = contacts(given, operation="load").send(frame, given.odoo.credential)
    assert loaded["status"].tolist() == ["rejected"]
    assert call(given.odoo, CONTACTS, "search_count", domain=[["name", "=", f"large {number}"]]) == 0


@pytest.mark.parametrize("codes", [[1.5, None], [20.0, None]])
def test_a_broken_number_where_a_code_belongs_is_not_taken_for_an_id(given: Given, codes: list[float | None]) -> None:
    frame = pd.DataFrame({"name": f"broken {codes[0]}", "country_id/code": codes})
    with pytest.raises(DataError, match=r"these are numbers, and code of res.country is text"):
        contacts(given).send(frame, given.odoo.credential)
    assert contacts(given).check(frame, given.odoo.credential)["severity"].tolist() == ["error"]
    assert call(given.odoo, CONTACTS, "search_count", domain=[["name", "=", f"broken {codes[0]}"]]) == 0


def test_a_number_may_be_what_a_record_is_found_by(given: Given) -> None:
    (made,) = call(given.odoo, "account.tax", "create", vals_list=[{"name": "by amount", "amount": 17.25}])
    target = destination(given.odoo, "json2", "product.product", "create")
    sent = target.send(pd.DataFrame({"name": ["a"], "taxes_id/amount": [17.25]}), given.odoo.credential)
    assert read(given, sent["id"], "taxes_id", model="product.product")[0]["taxes_id"] == [made]


def test_a_user_who_may_not_read_external_ids_is_told_so_and_nothing_is_sent(given: Given) -> None:
    frame = pd.DataFrame({"name": ["a"], "country_id/id": ["base.be"]})
    with pytest.raises(DataError, match=r"res.country could not be looked into. You are not allowed to access"):
        contacts(given).send(frame, plain_user(given.odoo))


def test_products_and_what_has_no_active_field_are_looked_up_by_their_codes(given: Given) -> None:
    product, other = call(
        given.odoo, "product.product", "create",
        vals_list=[{"name": "p", "default_code": "00123"}, {"name": "q", "default_code": "00124"}],
    )  # fmt: skip
    (order,) = call(given.odoo, "sale.order", "create", vals_list=[{"partner_id": given.customer}])
    target = destination(given.odoo, "json2", "sale.order.line", "create", fields={"code": "product_id/default_code"})
    frame = pd.DataFrame({"order_id": [order, order], "code": ["00123", "00124"], "product_uom_qty": [2, 3]})
    sent = target.send(frame, given.odoo.credential)
    held = read(given, sent["id"], "product_id", model="sale.order.line")
    assert [each["product_id"] for each in held] == [product, other]
    with pytest.raises(DataError, match=r"these are numbers, and default_code of product.product is text"):
        target.send(frame.assign(code=[123, 124]), given.odoo.credential)


def test_taxes_are_looked_up_by_what_they_are_for(given: Given) -> None:
    sale, purchase = call(
        given.odoo, "account.tax", "create",
        vals_list=[{"name": "seven", "amount": 7, "type_tax_use": use} for use in ("sale", "purchase")],
    )  # fmt: skip
    target = destination(given.odoo, "json2", "product.product", "create")
    frame = pd.DataFrame({"name": ["taxed"], "taxes_id": ["seven"], "supplier_taxes_id": ["seven"]})
    sent = target.send(frame, given.odoo.credential)
    (held,) = read(given, sent["id"], "taxes_id", "supplier_taxes_id", model="product.product")
    assert (held["taxes_id"], held["supplier_taxes_id"]) == ([sale], [purchase])


@EVERY
def test_samples_show_the_names_and_are_the_requests_that_are_sent(given: Given, protocol: str) -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "country_id/code": ["BE", "US"]})
    target = contacts(given, protocol)
    before = target.samples(frame)[0]
    assert before.names == {}
    assert "What stands in country_id/code is looked up before, and goes as ids." in before.note
    known = target.looked_up(frame, given.odoo.credential)
    (sample,) = target.samples(frame, server=known)
    ids = [country(given, "BE"), country(given, "US")]
    assert sample.names == {"country_id": dict(zip(ids, ["Belgium", "United States"], strict=True))}
    assert [each["country_id"] for each in sample.call.ask.arguments["vals_list"]] == ids
    assert f"country_id: {ids[0]} Belgium, {ids[1]} United States." in repr(target.samples(frame, server=known))
    delivered = []
    target.delivery(frame, given.odoo.credential, edit=lambda call: delivered.append(call.ask) or call).result()
    assert [ask.arguments for ask in delivered] == [sample.call.ask.arguments]


def test_a_dry_run_tries_the_records_that_were_found(given: Given) -> None:
    frame = pd.DataFrame({"name": ["a", None], "country_id/code": ["BE", "US"]})
    tried = contacts(given, missing={"name": "clear"}).dry_run(frame, given.odoo.credential)
    assert tried["status"].tolist() == ["would_save", "rejected"]


def test_a_place_in_a_warehouse_is_found_by_the_name_that_people_see(given: Given) -> None:
    (place,) = call(
        given.odoo, "stock.location", "search_read", domain=[["id", "=", given.place]], fields=["display_name"]
    )
    (goods,) = given.goods(1)
    frame = pd.DataFrame({"product_id": [goods], "location_id": [place["display_name"]], "inventory_quantity": [5]})
    target = destination(given.odoo, "json2", "stock.quant", "create")
    assert "error" not in target.check(frame, given.odoo.credential)["severity"].tolist()
    assert target.lookups(frame, given.odoo.credential)["found"].tolist() == [[given.place]]
    assert target.send(frame, given.odoo.credential)["status"].tolist() == ["created"]


def test_a_row_that_is_settled_as_rejected_is_in_no_way_of_the_others(given: Given) -> None:
    # Among which states NY is meant is said by a country that is none.
    frame = pd.DataFrame(
        {"ref": ["r0", "r1"], "name": ["a", "b"], "country_id/code": ["BE", "USA"], "state_id/code": ["VAN", "NY"]}
    )
    target = contacts(given, key="ref", mode="upsert", only_changes=True)
    table = target.lookups(frame, given.odoo.credential)
    target = target.settled(table.assign(settlement=table["value"].map({"USA": "reject"})))
    findings = target.check(frame, given.odoo.credential)
    assert findings[["severity", "first_rows"]].to_numpy().tolist() == [["note", [1]]]
    assert findings["problem"][0] == "These rows are not sent, as it is settled. Found: 'USA'."
    assert target.dry_run(frame, given.odoo.credential)["status"].tolist() == ["would_save", "rejected"]
    sent = target.send(frame, given.odoo.credential)
    assert sent["status"].tolist() == ["created", "rejected"]
    kept = target.read_back(sent, given.odoo.credential, frame)
    assert kept["row"].tolist() == [0] * 4
    assert set(kept["kept"]) == {"same"}
    found = target.diff(frame, given.odoo.credential)
    assert found.empty
    assert {name: count for name, count in found.attrs["counts"].items() if count} == {"unchanged": 1, "rejected": 1}


def test_a_comparison_shows_names_beside_the_ids_of_what_was_looked_up(given: Given) -> None:
    first, second = call(given.odoo, TAGS, "create", vals_list=[{"name": "one tag"}, {"name": "two tag"}])
    (number,) = call(
        given.odoo, CONTACTS, "create", vals_list=[{"name": "a", "country_id": country(given, "US"), "color": 1}]
    )
    frame = pd.DataFrame(
        {"id": [number], "country_id/code": ["BE"], "category_id": ["one tag, two tag"], "color": [2], "name": ["a"]}
    )
    found = contacts(given, operation="write").diff(frame, given.odoo.credential).set_index("field")
    assert found.loc["country_id"].tolist()[2:] == [
        country(given, "US"), country(given, "BE"), "United States", "Belgium",
    ]  # fmt: skip
    assert found.loc["category_id", "in_frame"] == [first, second]
    assert found.loc["category_id", "frame_names"] == "one tag, two tag"
    assert pd.isna(found.loc["category_id", "odoo_names"])
    assert found.loc["color", ["odoo_names", "frame_names"]].isna().all()


def test_what_changed_since_a_comparison_is_told_by_what_was_looked_up(given: Given) -> None:
    ids = [country(given, code) for code in ("US", "BE", "AU")]
    made = [{"name": f"since {row}", "country_id": ids[0]} for row in range(4)]
    numbers = call(given.odoo, CONTACTS, "create", vals_list=made)
    frame = pd.DataFrame({"id": numbers, "country_id/code": ["BE", "BE", "US", "US"], "color": 5})
    target = contacts(given, operation="write", only_changes=True)
    since = target.diff(frame, given.odoo.credential)
    # One that was to be changed is another now; one that was as it is sent is no longer.
    call(given.odoo, CONTACTS, "write", ids=numbers[1:3], vals={"country_id": ids[2]})
    sent = target.send(frame, given.odoo.credential, since=since)
    assert sent["status"].tolist() == ["updated", "rejected", "rejected", "updated"], sent["error"].tolist()
    assert sent["error_field"].tolist()[1:3] == ["country_id", "country_id"]
    held = [each["country_id"] for each in read(given, numbers, "country_id")]
    assert held == [ids[1], ids[2], ids[2], ids[0]]


@EVERY
@pytest.mark.parametrize("settings", [{"operation": "write"}, {"key": "ref", "mode": "upsert"}])
def test_tags_replace_those_that_are_there_or_are_added_to_them(
    given: Given, protocol: str, settings: dict[str, Any]
) -> None:
    label = f"{protocol} {len(settings)}"
    names = [f"{label} {name}" for name in ("old", "new")]
    old, new = call(given.odoo, TAGS, "create", vals_list=[{"name": name} for name in names])
    made = [{"name": label, "ref": f"{label} {row}", "category_id": [old]} for row in range(2)]
    numbers = call(given.odoo, CONTACTS, "create", vals_list=made)
    known = {"id": numbers} if "operation" in settings else {"ref": [each["ref"] for each in made]}
    frame = pd.DataFrame({**known, "category_id": names[1], "color": [1, 2]})
    adding = contacts(given, protocol, **settings, add="category_id", only_changes=True)
    found = adding.diff(frame, given.odoo.credential)
    tags = found[found["field"] == "category_id"]
    assert tags[["in_odoo", "in_frame"]].to_numpy().tolist() == [[[old], [new]]] * 2
    assert adding.send(frame, given.odoo.credential)["status"].tolist() == ["updated", "updated"]
    assert [sorted(each["category_id"]) for each in read(given, numbers, "category_id")] == [[old, new]] * 2
    assert adding.diff(frame, given.odoo.credential).empty
    assert adding.send(frame, given.odoo.credential)["status"].tolist() == ["unchanged", "unchanged"]
    adding.replace(add=()).send(frame, given.odoo.credential)
    assert [each["category_id"] for each in read(given, numbers, "category_id")] == [[new]] * 2


def test_a_dry_run_tries_what_is_added(given: Given) -> None:
    call(given.odoo, TAGS, "create", vals_list=[{"name": "tried tag"}])
    frame = pd.DataFrame({"name": ["a"], "category_id": ["tried tag"]})
    found = contacts(given, add="category_id").dry_run(frame, given.odoo.credential)
    assert found["status"].tolist() == ["would_save"], found["error"].tolist()


def test_a_department_that_is_to_be_made_is_called_by_its_value(given: Given) -> None:
    frame = pd.DataFrame({"name": ["Ana", "Ben"], "department_id": ["Kitchen", "Kitchen"]})
    target = destination(given.odoo, "json2", "hr.employee", "create")
    table = target.lookups(frame, given.odoo.credential)
    target = target.settled(table.assign(settlement="create"))
    sent = target.send(frame, given.odoo.credential)
    assert sent["status"].tolist() == ["created"] * 2, sent["error"].tolist()
    (made,) = call(given.odoo, "hr.department", "search_read", domain=[["name", "=", "Kitchen"]], fields=["parent_id"])
    held = call(given.odoo, "hr.employee", "read", ids=sent["id"].tolist(), fields=["department_id"], load=None)
    assert [each["department_id"] for each in held] == [made["id"]] * 2
    # A path says whose it is, which no name of a new one does.
    below = frame.assign(department_id="Kitchen / Pastry")
    target = target.settled(target.lookups(below, given.odoo.credential).assign(settlement="create"))
    with pytest.raises(RefusedError, match=r"'Kitchen / Pastry', as it is settled\. It is called by the names of the"):
        target.send(below, given.odoo.credential)
