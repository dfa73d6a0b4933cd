"""What a check finds before anything goes, held against what a real Odoo then does."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from odoo_widgets.flow.checks.notes import sentences
from odoo_widgets.flow.errors import FieldsError
from tests.models import NOWHERE, PROTOCOLS, Given, destination, plain_user
from tests.real import call

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)
CONTACTS = "res.partner"


def check(
    given: Given, frame: Any, model: str = CONTACTS, operation: str = "create", protocol: str = "json2", **settings: Any
) -> pd.DataFrame:
    target = destination(given.odoo, protocol, model, operation, **settings)
    return target.check(pd.DataFrame(frame), given.odoo.credential)


def only(findings: pd.DataFrame, field: str) -> pd.Series[Any]:
    (found,) = [row for _, row in findings.iterrows() if row["field"] == field]
    return found


@EVERY
def test_a_frame_that_odoo_takes_has_no_error(given: Given, protocol: str) -> None:
    frame = pd.DataFrame(
        {"name": ["a", "b"], "email": ["a@x.y", None], "country_id": [21, 75], "is_company": [True, False]}
    )
    findings = check(given, frame, protocol=protocol)
    assert findings.empty, findings["problem"].tolist()
    assert findings.columns.tolist() == [
        "severity",
        "column",
        "field",
        "rows",
        "first_rows",
        "first_lines",
        "problem",
        "advice",
    ]
    target = destination(given.odoo, protocol, CONTACTS, "create")
    assert set(target.send(frame, given.odoo.credential)["status"]) == {"created"}


# column, its cells, how bad, the rows, what the sentence says; whether Odoo refuses the first of these rows
CELLS: list[tuple[str, list[Any], str, list[int], str, bool]] = [
    ("color", [1, "x", "7"], "error", [1], "no whole numbers. Found: 'x'.", True),
    ("color", [1, 5.5, 2], "warning", [1], "5.5 → 5", False),
    ("color", [1, 2**31, 2], "error", [1], "larger than a whole number", True),
    ("partner_latitude", ["1,5", "2", "3.5"], "error", [0], "no numbers. Found: '1,5'.", True),
    ("partner_latitude", [50.1234567891, 1, 2.5], "note", [0], "50.1234567891 → 50.1234568", False),
    ("is_company", ["false", "yes", "1"], "error", [0], "'false' → True", False),
    ("type", ["Contact", "other", "DELIVERY"], "error", [0, 2], "'Contact' is 'contact', 'DELIVERY' is", True),
    ("type", ["contact", "farm", "other"], "error", [1], "no choices of this field. Found: 'farm'.", True),
    ("country_id", [False, True, 75], "error", [1], "no ids of res.country", True),
    ("country_id", [21, NOWHERE, 75], "error", [1], f"of these ids that this user may see. Found: {NOWHERE}", True),
    ("category_id", [[1, NOWHERE], [], None], "error", [0], f"Found: 1, {NOWHERE}", True),
    ("category_id", [[1.5], [], None], "error", [0], "other things than ids or commands", True),
    ("image_1920", ["data:image/png;base64,AAAA", None, None], "error", [0], "neither bytes nor base64", True),
]  # fmt: skip


@pytest.mark.parametrize("case", CELLS, ids=lambda case: f"{case[0]} {case[4]}")
def test_a_value_that_does_not_fit_is_found(
    given: Given, case: tuple[str, list[Any], str, list[int], str, bool]
) -> None:
    column, cells, severity, rows, words, refused = case
    frame = pd.DataFrame({"name": ["a", "b", "c"], column: pd.Series(cells, dtype=object)})
    found = only(check(given, frame), column)
    assert (found["severity"], found["first_rows"], found["rows"]) == (severity, rows, len(rows))
    assert words in found["problem"]
    assert (sent(given, frame)[rows[0]] != "created") is refused


def test_words_for_true_that_an_import_does_not_read_are_found(given: Given) -> None:
    frame = pd.DataFrame({"name": list("abcdef"), "is_company": ["Yes", "1", "no", True, "Ja", 2]}, dtype=object)
    target = destination(given.odoo, "json2", CONTACTS, "load")
    found = only(target.check(frame, given.odoo.credential), "is_company")
    assert (found["severity"], found["first_rows"]) == ("warning", [4, 5])
    assert "Odoo's import refuses these, unless" in found["problem"]
    statuses = target.send(frame, given.odoo.credential)["status"].tolist()
    assert statuses == ["saved", "saved", "saved", "saved", "rejected", "rejected"]


def sent(given: Given, frame: pd.DataFrame) -> list[str]:
    """What becomes of each row of a send that stops at nothing but a column that fits no field."""
    try:
        responses = destination(given.odoo, "json2", CONTACTS, "create").send(frame, given.odoo.credential)
    except FieldsError:
        return ["not_sent"] * len(frame)
    return responses["status"].tolist()


# model, column, cell, how bad, what the sentence says
MOMENTS = [
    ("date_deadline", "01/03/2026", "error", "no dates"),
    ("date_deadline", "2026-02-30", "error", "no dates"),
    ("date_deadline", pd.Timestamp("2026-03-01 00:30", tz="Europe/Brussels"), "warning", "→ 2026-02-28"),
    ("date_conversion", "2026-03-01T10:20:30", "error", "no times as Odoo reads them"),
    ("date_conversion", pd.Timestamp("2026-03-01"), "warning", "midnight in UTC"),
]


@pytest.mark.parametrize(("column", "cell", "severity", "words"), MOMENTS)
def test_a_date_or_time_that_does_not_fit_is_found(
    given: Given, column: str, cell: Any, severity: str, words: str
) -> None:
    findings = check(given, {"name": ["a"], column: [cell]}, "crm.lead")
    found = [row["severity"] for _, row in findings.iterrows() if row["field"] == column and words in row["problem"]]
    assert found == [severity]


@EVERY
def test_columns_are_held_against_the_fields(given: Given, protocol: str) -> None:
    frame = {"name": ["a"], "e-mail": ["x"], "Country": [21], "complete_name": ["b"], "create_date": ["2026-03-01"]}
    findings = check(given, frame, protocol=protocol)
    assert "Did you mean 'email'?" in only(findings, "e-mail")["problem"]
    assert "Did you mean 'country_id'?" in only(findings, "Country")["problem"]
    assert findings.set_index("field")["severity"].to_dict() == {
        "e-mail": "error", "Country": "error", "complete_name": "warning", "create_date": "warning"
    }  # fmt: skip
    mapped = check(given, frame, fields={"e-mail": "email", "Country": "country_id"}, protocol=protocol)
    assert mapped["severity"].tolist() == ["warning", "warning"]


@EVERY
def test_what_is_required_and_supplied_by_nothing_is_found(given: Given, protocol: str) -> None:
    none = check(given, {"client_order_ref": ["a"]}, "sale.order", protocol=protocol)
    assert none[["field", "severity"]].to_numpy().tolist() == [["partner_id", "error"]]
    some = check(given, {"partner_id": [given.customer, None]}, "sale.order", protocol=protocol)
    assert only(some, "partner_id")["first_rows"] == [1]
    assert check(given, {"list_price": [1.0]}, "product.product", protocol=protocol)["field"].tolist() == ["name"]
    cleared = check(
        given, {"id": [given.customer], "partner_id": [None]}, "sale.order", "write", missing={"partner_id": "clear"}
    )
    assert only(cleared, "partner_id")["severity"] == "error"


def test_a_stored_field_that_is_read_only_is_a_warning(given: Given) -> None:
    (goods,) = given.goods(1)
    frame = {"product_id": [goods], "location_id": [given.place], "quantity": [50]}
    assert "written as told" in only(check(given, frame, "stock.quant"), "quantity")["problem"]
    assert (
        "written as told"
        in only(check(given, {"partner_id": [given.customer], "state": ["sale"]}, "sale.order"), "state")["problem"]
    )


def test_rows_for_records_that_are_gone_or_archived_are_found(given: Given) -> None:
    ids = call(given.odoo, CONTACTS, "create", vals_list=[{"name": "a"}, {"name": "b", "active": False}])
    findings = check(given, {"id": [*ids, NOWHERE], "color": [1, 2, 3]}, operation="write")
    assert findings[["severity", "first_rows"]].to_numpy().tolist() == [["error", [2]], ["note", [1]]]
    gone = check(given, {"id": [NOWHERE]}, operation="unlink")
    assert gone["severity"].tolist() == ["error"]


def test_a_link_to_an_archived_record_is_a_warning(given: Given) -> None:
    (archived,) = call(given.odoo, CONTACTS, "create", vals_list=[{"name": "old", "active": False}])
    found = only(check(given, {"name": ["a", "b"], "parent_id": [archived, given.customer]}), "parent_id")
    assert (found["severity"], found["first_rows"]) == ("warning", [0])
    assert f"archived. Found: {archived}" in found["problem"]


# --- records that rows share -----------------------------------------------------------------------------------------


def test_prices_of_variants_of_one_template_are_found(given: Given) -> None:
    sizes = {"name": "size", "value_ids": [[0, 0, {"name": "S"}], [0, 0, {"name": "M"}]]}
    (size,) = call(given.odoo, "product.attribute", "create", vals_list=[sizes])
    values = call(given.odoo, "product.attribute.value", "search", domain=[["attribute_id", "=", size]])
    lines = [[0, 0, {"attribute_id": size, "value_ids": [[6, 0, values]]}]]
    (template,) = call(
        given.odoo, "product.template", "create", vals_list=[{"name": "shirt", "attribute_line_ids": lines}]
    )
    variants = call(given.odoo, "product.product", "search", domain=[["product_tmpl_id", "=", template]])
    others = call(given.odoo, "product.product", "create", vals_list=[{"name": "hat"}])
    frame = pd.DataFrame({"id": [*others, *variants], "list_price": [9, 11, 15], "default_code": ["h", "s", "m"]})
    found = only(check(given, frame, "product.product", "write"), "list_price")
    assert (found["severity"], found["first_rows"]) == ("warning", [1, 2])
    assert check(given, frame.assign(list_price=[9, 11, 11]), "product.product", "write").empty
    destination(given.odoo, "json2", "product.product", "write").send(frame, given.odoo.credential)
    prices = call(given.odoo, "product.product", "read", ids=variants, fields=["list_price"])
    assert {each["list_price"] for each in prices} == {15}


def test_addresses_of_contacts_of_one_company_are_found(given: Given) -> None:
    (parent,) = call(given.odoo, CONTACTS, "create", vals_list=[{"name": "company", "is_company": True}])
    frame = pd.DataFrame(
        {"name": ["a", "b", "c"], "parent_id": [parent, parent, given.customer], "street": ["A", "B", "C"]}
    )
    found = only(check(given, frame), "street")
    assert (found["severity"], found["first_rows"]) == ("warning", [0, 1])
    assert check(given, frame.assign(type="other")).empty
    assert check(given, frame.assign(street=["A", "A", "C"])).empty


def test_an_address_that_a_contact_and_its_company_say_otherwise_is_found_and_never_settles(given: Given) -> None:
    frame = pd.DataFrame(
        {
            "ref": ["family 2", "family 1", "family 3", "family 4"],
            "name": ["Ana", "Mill", "Ben", "Depot"],
            "parent_id/ref": ["family 1", None, "family 1", "family 1"],
            "type": [None, None, None, "delivery"],
            "country_id/code": ["US", "US", None, "BE"],
            "state_id/code": ["OR", "WA", None, None],
        }
    )
    target = destination(given.odoo, "json2", CONTACTS, "create", key="ref", mode="upsert")
    fine = frame.assign(**{"state_id/code": ["WA", "WA", None, None]})
    for _ in range(2):
        # At first the rows make the records, then they are there.
        found = only(target.check(frame, given.odoo.credential), "state_id")
        assert (found["severity"], found["first_rows"]) == ("warning", [0, 1])
        assert target.check(fine, given.odoo.credential).empty
        target.send(fine, given.odoo.credential)
    assert [*target.diff(frame, given.odoo.credential).attrs["never_settle"]] == ["state_id"]
    assert target.diff(fine, given.odoo.credential).attrs["never_settle"] == {}
    # Also where only Odoo knows whose contact it is, and of which type.
    bare = frame.drop(columns=["parent_id/ref", "type"])
    assert only(target.check(bare, given.odoo.credential), "state_id")["first_rows"] == [0, 1]


def test_a_contact_that_is_there_needs_no_name_in_the_frame(given: Given) -> None:
    call(given.odoo, CONTACTS, "create", vals_list=[{"name": "Ana", "ref": "named"}])
    frame = {"ref": ["named", "new"], "color": [1, 2]}
    found = only(check(given, frame, key="ref", mode="upsert"), "name")
    assert (found["severity"], found["first_rows"]) == ("error", [1])
    emptied = {**frame, "name": [None, "b"]}
    assert check(given, emptied, key="ref", mode="upsert").empty
    cleared = check(given, emptied, key="ref", mode="upsert", missing={"name": "clear"})
    assert only(cleared, "name")["first_rows"] == [0]


def test_a_state_of_a_country_that_is_not_known_is_no_finding_of_its_own(given: Given) -> None:
    frame = {"name": ["a", "b"], "country_id": ["Nowhere", "United States"], "state_id": ["Washington", "Oregon"]}
    findings = check(given, frame)
    assert findings["field"].tolist() == ["country_id"], findings["problem"].tolist()


# --- single models ---------------------------------------------------------------------------------------------------


def test_what_goes_wrong_with_invoices_is_found(given: Given) -> None:
    lines = [[[0, 0, {"name": "x", "quantity": 1, "price_unit": 5}]]] * 2
    bare = check(given, {"partner_id": [given.customer] * 2, "invoice_line_ids": lines}, "account.move")
    assert only(bare, "move_type")["severity"] == "error"
    call(given.odoo, "res.company", "write", ids=[1], vals={"sale_lock_date": "2025-12-31"})
    frame = {"move_type": ["out_invoice", "in_invoice"], "invoice_date": ["2025-06-01", None], "name": [None, "X/1"],
             "partner_id": [given.customer] * 2, "invoice_line_ids": lines}  # fmt: skip
    findings = check(given, frame, "account.move")
    call(given.odoo, "res.company", "write", ids=[1], vals={"sale_lock_date": False})
    assert only(findings, "name")["first_rows"] == [1]
    assert only(findings, "invoice_line_ids")["severity"] == "note"
    dates = findings[findings["field"] == "invoice_date"]
    assert dates["first_rows"].tolist() == [[0], [1]] or dates["first_rows"].tolist() == [[1], [0]]
    assert dates["problem"].str.contains("the books are closed").sum() == 1


def test_counts_that_wait_and_employees_without_a_history_are_told(given: Given) -> None:
    goods = given.goods(2)
    counts = {"product_id": [goods[0], goods[0]], "location_id": [given.place] * 2, "inventory_quantity": [3, 4]}
    assert "has the same product_id, location_id" in check(given, counts, "stock.quant")["problem"].iloc[0]
    counts["product_id"] = goods
    assert check(given, counts, "stock.quant")["severity"].tolist() == ["note"]
    assert check(given, counts, "stock.quant", then=["action_apply_inventory"]).empty
    (job,) = call(given.odoo, "hr.job", "create", vals_list=[{"name": "cook"}])
    (person,) = call(given.odoo, "hr.employee", "create", vals_list=[{"name": "Ana"}])
    (found,) = check(given, {"id": [person], "job_id": [job]}, "hr.employee", "write")["problem"]
    assert "job_id live on the employee's current version" in found


# --- what ends a check -----------------------------------------------------------------------------------------------


@EVERY
def test_what_makes_every_row_fail_is_one_finding(given: Given, protocol: str) -> None:
    frame = {"name": [f"n{row}" for row in range(20)]}
    (gone,) = check(given, frame, "res.nope", protocol=protocol)["problem"]
    assert gone.startswith("res.nope is no model of this Odoo.")
    language = check(given, frame, context={"lang": "xx_XX"}, protocol=protocol)
    assert language[["problem", "advice"]].to_numpy().tolist() == [
        ["Invalid language code: xx_XX", "Install the language in Odoo, or choose another one."]
    ]


def test_a_user_without_the_right_gets_one_finding(given: Given) -> None:
    plain = plain_user(given.odoo)
    for model in (CONTACTS, "sale.order"):
        target = destination(given.odoo, "json2", model, "create")
        findings = target.check(pd.DataFrame({"name": ["a"], "nope": [1]}), plain)
        assert findings["problem"].tolist() == [f"This user has no right to create {model}."]


def test_ten_thousand_unknown_names_are_one_finding(given: Given) -> None:
    frame = {"name": ["a"] * 10_000, "country_id": [f"land {row}" for row in range(10_000)]}
    (found,) = check(given, frame).itertuples()
    assert (found.rows, found.first_rows) == (10_000, [0, 1, 2, 3, 4])
    assert found.problem.endswith("Found: 'land 0', 'land 1', 'land 2' and 9,997 more values.")


def test_rows_of_one_key_and_rows_of_none_are_found_by_row_and_column_beside_all_else(given: Given) -> None:
    frame = {"ref": ["a", "b", "a"], "name": ["x", "y", "z"], "country_id": ["Nowhere", None, None]}
    found = check(given, frame, key="ref", mode="upsert").set_index("field")
    assert set(found.index) == {"ref", "country_id"}
    assert found.loc["ref", ["column", "rows", "first_rows"]].tolist() == ["ref", 1, [2]]
    assert "has the same key ref" in found.loc["ref", "problem"]
    found = check(given, {**frame, "ref": ["a", None, "c"]}, key="ref", mode="upsert").set_index("field")
    assert set(found.index) == {"ref", "country_id"}
    assert found.loc["ref", ["column", "first_rows"]].tolist() == ["ref", [1]]


def test_what_cannot_be_sent_at_all_is_found_beside_all_else(given: Given) -> None:
    when = pd.to_datetime(["2026-03-01 10:20:30"] * 3)
    frame = {"name": ["a", "b", "c"], "date_closed": when, "color": [1, float("inf"), 3], "nope": [1, 2, 3]}
    findings = check(given, frame, "crm.lead").set_index("field")
    assert findings["severity"].to_dict() == {"date_closed": "error", "color": "error", "nope": "error"}
    assert findings["first_rows"]["color"] == [1]
    assert findings["problem"]["date_closed"].startswith("A time without a zone. Say where it was read")
    double = pd.DataFrame([["a", "b"]], columns=["name", "name"])
    assert check(given, double)["problem"].tolist() == [
        "The column name 'name' stands 2 times. Rename or drop all but one."
    ]


def test_findings_are_short_sentences_on_a_screen(given: Given) -> None:
    findings = check(given, {"name": ["a", "b"], "country_id": [NOWHERE, NOWHERE]})
    (said,) = sentences(findings)
    assert said.startswith("Error · country_id: res.country has no record")
    assert "(2 rows, rows 0, 1) Look the ids up again." in said
    assert sentences(pd.concat([findings] * 3), most=2)[-1] == "… and 1 more."


# --- whom a send tells of it, and what is done after it --------------------------------------------------------------


def test_how_many_people_would_be_e_mailed_is_told(given: Given) -> None:
    users = [{"name": f"seller {number}", "login": f"seller{number}@example.com"} for number in range(3)]
    ids = call(given.odoo, "res.users", "create", vals_list=users)
    # Nobody is e-mailed of what one assigns to oneself.
    frame = {"partner_id": [given.customer] * 5, "user_id": [*ids, ids[0], given.user.uid]}
    (off,) = check(given, frame, "sale.order").itertuples()
    assert (off.severity, off.field) == ("note", "user_id")
    assert off.problem == "Records are assigned to 3 people, who get no e-mail of it."
    (on,) = check(given, frame, "sale.order", assignment_emails=True).itertuples()
    assert (on.severity, on.problem) == ("warning", "3 people would be e-mailed that records are assigned to them.")
    target = destination(given.odoo, "json2", "sale.order", "create", assignment_emails=True)
    told = [["body", "like", "You have been assigned"], ["model", "=", "sale.order"]]
    for settings, mails in (({"assignment_emails": False}, 0), ({"tracking": False}, 0), ({}, 4)):
        answer = target.send(pd.DataFrame(frame), given.odoo.credential, again=True, **settings)
        domain = [*told, ["res_id", "in", answer["id"].tolist()]]
        assert call(given.odoo, "mail.message", "search_count", domain=domain) == mails


def test_what_it_costs_to_write_no_history_is_told_and_is_so(given: Given) -> None:
    frame = pd.DataFrame({"name": ["told", "untold"]})
    (found,) = check(given, frame, tracking=False)["problem"]
    assert found.startswith("Nothing is written into these records' chatter (tracking=False)")
    for tracking, messages in ((True, 2), (False, 0)):
        target = destination(given.odoo, "json2", CONTACTS, "create", tracking=tracking)
        answer = target.send(frame, given.odoo.credential, again=True)
        domain = [["model", "=", CONTACTS], ["res_id", "in", answer["id"].tolist()]]
        assert call(given.odoo, "mail.message", "search_count", domain=domain) == messages


def test_what_keeps_steps_from_being_run_is_found(given: Given) -> None:
    frame = {"partner_id": [given.customer] * 3, "when": ["2026-03-01 10:00:00"] * 3, "Total": ["40", "4,5", None]}
    settings = {"then": ["action_x", {"write": ["when"]}], "exclude": ["when"]}
    findings = check(given, frame, "sale.order", expect={"amount_totale": "Total"}, **settings).set_index("field")
    assert findings["problem"]["amount_totale"].endswith("Did you mean 'amount_total'?")
    assert findings["severity"]["when"] == "error"
    findings = check(given, frame, "sale.order", expect={"amount_total": "Total"}, **settings)
    totals = findings[findings["field"] == "amount_total"]
    assert totals[["severity", "first_rows"]].to_numpy().tolist() == [["error", [1]], ["warning", [2]]]
    assert (
        findings["problem"].iloc[-1] == "What action_x does cannot be read, so it is called on each record once only."
    )


def test_a_company_or_a_field_that_the_user_may_not_use_is_one_finding(given: Given) -> None:
    (company,) = check(given, {"name": ["a"]}, company=NOWHERE)["problem"]
    assert "compan" in company.casefold()


def test_a_company_that_is_none_of_the_user_s_ends_a_check_that_looks_records_up(given: Given) -> None:
    context = {"allowed_company_ids": [NOWHERE]}
    (found,) = check(given, {"name": ["a"], "country_id/code": ["BE"]}, context=context).itertuples()
    assert (found.severity, "companies" in found.problem) == ("error", True)


def test_keys_of_several_records_and_of_none_are_found_as_a_send_finds_them(given: Given) -> None:
    me, frame = given.odoo.credential, pd.DataFrame({"ref": ["one", "none", "two"], "function": "x"})
    call(given.odoo, "res.partner", "create", vals_list=[{"name": each, "ref": each} for each in ("one", "two", "two")])
    target = destination(given.odoo, "json2", "res.partner", "write", key="ref")
    findings = target.check(frame, me)
    assert findings[["severity", "column", "first_rows"]].to_numpy().tolist() == [
        ["error", "ref", [2]], ["error", "ref", [1]],
    ]  # fmt: skip
    assert findings["problem"].tolist() == [
        "Several records of res.partner have the same key. Found: two.",
        "res.partner has no record with these keys that this user may see. Found: none.",
    ]
    assert target.send(frame, me)["status"].tolist() == ["updated", "rejected", "rejected"]
    making = destination(given.odoo, "json2", "res.partner", "create", key="ref", mode="upsert")
    assert making.check(frame.assign(name="n"), me)["first_rows"].tolist() == [[2]]


@EVERY
def test_what_a_model_requires_and_supplies_by_itself_is_no_finding(given: Given, protocol: str) -> None:
    # A company's contact is made with it (odoo/addons/base/models/res_company.py, create): no schema says so.
    frame = pd.DataFrame({"name": [f"branch {protocol}"]})
    assert check(given, frame, "res.company", protocol=protocol).empty
    assert call(given.odoo, "res.company", "search_count", domain=[["name", "=", f"branch {protocol}"]]) == 0
    (missing,) = check(given, {"sequence": [1]}, "hr.job", protocol=protocol).itertuples()
    assert (missing.severity, missing.field) == ("error", "name")


# What a required field is sent, how, and in which of the rows Odoo refuses it: the second row's record is there.
EMPTIES: list[tuple[str, list[Any], dict[str, Any], list[int]]] = [
    ("type", ["", "consu", ""], {}, [0, 2]),
    ("type", ["", "", "consu"], {"key": "default_code", "mode": "upsert"}, [0, 1]),
    ("type", ["", "", "consu"], {"key": "default_code"}, [0]),
    ("type", [None, None, "consu"], {"key": "default_code", "mode": "upsert"}, []),
    ("uom_id", ["", None, None], {}, [0]),
    ("name", ["", "", "a"], {}, []),
    ("name", ["", "", "a"], {"key": "default_code", "mode": "upsert"}, [0]),
    ("name", [None, None, "a"], {"key": "default_code", "mode": "upsert"}, [0]),
    ("name", [False, "a", False], {"key": "default_code", "mode": "upsert"}, [0, 2]),
]


@pytest.mark.parametrize("number", range(len(EMPTIES)))
def test_what_empties_a_required_field_is_found_in_the_rows_that_odoo_refuses(given: Given, number: int) -> None:
    field, cells, settings, refused = EMPTIES[number]
    codes = [f"empty {number} {row}" for row in range(3)]
    call(given.odoo, "product.template", "create", vals_list=[{"name": "there", "default_code": codes[1]}])
    frame = pd.DataFrame({"default_code": codes, "name": "b", field: pd.Series(cells, dtype=object)})
    target = destination(given.odoo, "json2", "product.template", "create", **settings)
    findings = target.check(frame, given.odoo.credential)
    found = findings[findings["severity"] == "error"]
    assert found["first_rows"].tolist() == ([refused] if refused else []), findings["problem"].tolist()
    assert all("is required, and these cells are empty." in problem for problem in found["problem"])
    sent = target.send(frame, given.odoo.credential)
    assert [row for row, status in enumerate(sent["status"]) if status == "rejected"] == refused


def test_each_archived_record_is_told_of_once_and_by_what_leads_to_it(given: Given) -> None:
    call(given.odoo, CONTACTS, "create", vals_list=[{"name": "asleep co", "active": False}, {"name": "twice co"}])
    (twin,) = call(given.odoo, CONTACTS, "create", vals_list=[{"name": "twice co", "active": False}])
    frame = pd.DataFrame({"name": ["a", "b"], "partner_id": ["asleep co", "twice co"]})
    settlements = {"partner_id": {"twice co": twin}}
    findings = check(given, frame, "crm.lead", settlements=settlements)
    told = findings[["severity", "first_rows", "problem"]].to_numpy().tolist()
    archived = "These records of res.partner are archived. Found:"
    # What was settled is told of by the id that somebody chose.
    assert told == [["warning", [0], f"{archived} 'asleep co'."], ["warning", [1], f"{archived} {twin}."]]


def test_a_row_that_is_settled_as_rejected_has_no_empty_cell(given: Given) -> None:
    frame = pd.DataFrame({"acc_number": ["BE00 1"], "partner_id": ["nobody at all"]})
    settlements = {"partner_id": {"nobody at all": "reject"}}
    findings = check(given, frame, "res.partner.bank", settlements=settlements)
    assert findings["severity"].tolist() == ["note"], findings["problem"].tolist()


def test_a_text_that_empties_a_line_is_found_where_a_key_makes_it(given: Given) -> None:
    frame = pd.DataFrame({"client_order_ref": [""], "partner_id": given.customer})
    frame["order_line"] = [[{"product_id": given.service, "name": "a"}, {"product_id": given.service, "name": ""}]]
    for settings, refused in (({}, False), ({"key": "client_order_ref"}, True)):
        target = destination(given.odoo, "json2", "sale.order", "create", **settings)
        frame["client_order_ref"] = f"blank {refused}"
        errors = target.check(frame, given.odoo.credential).query("severity == 'error'")
        assert errors["first_lines"].tolist() == ([["row 0, line 1"]] if refused else [])
        assert (target.send(frame, given.odoo.credential)["status"][0] != "created") == refused


# What only one record may have: model, field, what one there has, what is sent, and the rows that Odoo refuses.
SINGLE: list[tuple[str, str, str, list[str | None], list[int]]] = [
    ("product.template", "barcode", "4711", ["4712", "4711", "4712", None], [1, 2]),
    ("product.product", "barcode", "4713", ["4714", "4713", "4714", None], [1, 2]),
    ("hr.employee", "barcode", "4711", ["4712", "4711", "4712", None], [1, 2]),
    ("res.users", "login", "one@x.y", ["two@x.y", "one@x.y", "two@x.y", "three@x.y"], [1, 2]),
]


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case[0])
def test_what_only_one_record_may_have_is_found(
    given: Given, case: tuple[str, str, str, list[str | None], list[int]]
) -> None:
    model, field, has, cells, refused = case
    (there,) = call(given.odoo, model, "create", vals_list=[{"name": "there", field: has}])
    frame = pd.DataFrame({"name": list("abcd"), field: cells})
    errors = check(given, frame, model).query("severity == 'error'")
    assert sorted(row for rows in errors["first_rows"] for row in rows) == refused, errors["problem"].tolist()
    sent = destination(given.odoo, "json2", model, "create").send(frame, given.odoo.credential)
    assert [row for row, status in enumerate(sent["status"]) if status == "rejected"] == refused
    # A record may keep what it has.
    own = pd.DataFrame({"id": [there], "name": ["b"], field: [has]})
    assert "error" not in check(given, own, model, "write")["severity"].tolist()


def test_an_archived_product_keeps_no_barcode_from_another(given: Given) -> None:
    values = [{"name": "there", "barcode": "4720", "active": False}]
    call(given.odoo, "product.template", "create", vals_list=values)
    frame = pd.DataFrame({"name": ["a"], "barcode": ["4720"]})
    assert "error" not in check(given, frame, "product.template")["severity"].tolist()
    sent = destination(given.odoo, "json2", "product.template", "create").send(frame, given.odoo.credential)
    assert sent["status"].tolist() == ["created"]


def test_a_required_field_without_a_column_is_missed_by_new_records_only(given: Given) -> None:
    values = [{"name": "there", "default_code": f"price {row}", "barcode": f"48{row}"} for row in range(2)]
    call(given.odoo, "product.template", "create", vals_list=values)
    # The first row is refused for its barcode, and would say nothing of names.
    frame = pd.DataFrame({"default_code": ["price 0", "price 1"], "barcode": ["481", "481"], "list_price": [7, 8]})
    target = {"model": "product.template", "key": "default_code", "mode": "upsert"}
    assert not any("no column has it" in each for each in check(given, frame, **target)["problem"])
    more = pd.DataFrame({"default_code": ["price 0", "price new"], "list_price": [7, 8]})
    (found,) = check(given, more, **target).query("severity == 'error'").to_dict("records")
    assert (found["field"], found["first_rows"]) == ("name", [1])
    sent = destination(given.odoo, "json2", "product.template", "create", key="default_code", mode="upsert").send(
        more, given.odoo.credential
    )
    assert sent["status"].tolist() == ["updated", "rejected"]
