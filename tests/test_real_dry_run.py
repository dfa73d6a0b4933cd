"""What a real Odoo would refuse, and that it keeps nothing of a dry run."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from odoo_widgets.flow.errors import DataError, SettingsError
from tests.models import NOWHERE, PROTOCOLS, Given, destination, plain_user
from tests.real import call

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)
CONTACTS = "res.partner"


def tried(
    given: Given, frame: Any, model: str = CONTACTS, operation: str = "create", protocol: str = "json2", **settings: Any
) -> pd.DataFrame:
    target = destination(given.odoo, protocol, model, operation, **settings)
    return target.dry_run(pd.DataFrame(frame), given.odoo.credential)


@EVERY
def test_each_row_would_be_saved_or_is_refused_with_its_field(given: Given, protocol: str) -> None:
    count = call(given.odoo, CONTACTS, "search_count", domain=[])
    frame = pd.DataFrame(
        {
            "name": ["a", 'b "B", c\nd', "c", "d", None],
            "color": [1, 2, "x", None, 5],
            "country_id": [21, 75, 21, NOWHERE, 21],
            "is_company": [True, False, True, False, False],
            "category_id": [[], None, None, None, None],
        },
        index=list("vwxyz"),
    )
    found = tried(given, frame, protocol=protocol)
    assert found["status"].to_dict() == {
        "v": "would_save", "w": "would_save", "x": "rejected", "y": "rejected", "z": "rejected"
    }  # fmt: skip
    assert found["error_field"].tolist()[2:4] == ["color", "country_id"]
    assert "does not seem to be an integer" in found["error"]["x"]
    assert "Contacts require a name" in found["error"]["z"]
    assert found["error"].isna().tolist() == [True, True, False, False, False]
    assert "rolled back" in found.attrs["cannot_see"]
    assert call(given.odoo, CONTACTS, "search_count", domain=[]) == count


def test_many_refused_rows_are_all_named(given: Given) -> None:
    frame = {"name": [f"n{row}" if row % 3 else None for row in range(60)], "ref": [f"r{row}" for row in range(60)]}
    found = tried(given, frame)
    assert found["status"].tolist() == ["would_save" if row % 3 else "rejected" for row in range(60)]


@EVERY
def test_a_parent_that_another_row_loads_is_no_refusal(given: Given, protocol: str) -> None:
    frame = {
        "id": [f"{protocol}.tried", f"{protocol}.below", f"{protocol}.lost"],
        "name": ["a", "b", "c"],
        "parent_id/id": [None, f"{protocol}.tried", f"{protocol}.nobody"],
    }
    found = tried(given, frame, operation="load", protocol=protocol)
    assert found["status"].tolist() == ["would_save", "would_save", "rejected"], found["error"].tolist()


@EVERY
def test_an_archived_record_is_tried_as_it_is_sent(given: Given, protocol: str) -> None:
    asleep = {"name": "asleep", "ref": f"asleep {protocol}", "active": False}
    call(given.odoo, CONTACTS, "create", vals_list=[asleep])
    frame = {"ref": [asleep["ref"], f"awake {protocol}"], "name": ["a", "b"]}
    found = tried(given, frame, protocol=protocol, key="ref", mode="upsert")
    assert found["status"].tolist() == ["would_save"] * 2, found["error"].tolist()


def test_records_that_are_there_are_tried_as_changes(given: Given) -> None:
    ids = call(given.odoo, CONTACTS, "create", vals_list=[{"name": "a", "color": 1}, {"name": "b", "color": 2}])
    found = tried(given, {"id": [*ids, NOWHERE], "color": [7, 8, 9]}, operation="write")
    assert found["status"].tolist() == ["would_save", "would_save", "rejected"]
    assert [each["color"] for each in call(given.odoo, CONTACTS, "read", ids=ids, fields=["color"])] == [1, 2]


def test_times_are_read_in_utc_and_commands_that_change_lines_are_not_tried(given: Given) -> None:
    call(given.odoo, "res.users", "write", ids=[2], vals={"tz": "Asia/Tokyo"})
    when = pd.to_datetime(["2026-03-01 10:20:30"]).tz_localize("UTC")
    assert tried(given, {"name": ["a"], "date_closed": when}, "crm.lead")["status"].tolist() == ["would_save"]
    lines = [[[0, 0, {"product_id": given.service}]], [[1, 1, {"product_uom_qty": 2}]]]
    found = tried(given, {"partner_id": given.customer, "order_line": lines}, "sale.order")
    assert found["status"].tolist() == ["would_save", "not_tried"]
    assert found["error"].iloc[1].startswith("this row holds lists or dicts that a file of Odoo's import cannot hold")


@EVERY
def test_documents_are_tried_with_their_lines_and_the_refused_line_is_named(given: Given, protocol: str) -> None:
    line = {"product_id": given.service, "product_uom_qty": 2, "price_unit": 0.00001}
    lines = [
        [line, line],
        [line, {**line, "product_id": NOWHERE}, line],
        [],
        # Only trying it alone shows which one of these it is.
        [line, {"product_uom_qty": 1, "price_unit": 1}],
        [line, {**line, "price_unit": "x"}],
    ]
    frame = {"client_order_ref": list("abcde"), "partner_id": given.customer, "order_line": lines}
    found = tried(given, frame, "sale.order", protocol=protocol)
    assert found["status"].tolist() == ["would_save", "rejected", "would_save", "rejected", "rejected"]
    assert found["error_field"].tolist()[1] == "order_line/product_id"
    assert [str(found["error"].iloc[row]).partition(": ")[0] for row in (1, 3, 4)] == ["Line 1"] * 3
    assert call(given.odoo, "sale.order", "search_count", domain=[]) == 0


@pytest.mark.parametrize("protocol", ["json2", "xmlrpc"])
def test_documents_that_are_there_are_tried_as_a_send_would_write_them(given: Given, protocol: str) -> None:
    line = {"product_id": given.service, "product_uom_qty": 2, "price_unit": 5}
    lines = [[line, line], [line], [line], [line]]
    refs = [f"{protocol} {name}" for name in "pqrs"]
    frame = pd.DataFrame({"client_order_ref": refs, "partner_id": given.customer, "order_line": lines})
    keyed = {"key": "client_order_ref", "mode": "upsert"}
    target = destination(given.odoo, protocol, "sale.order", "create", **keyed)
    sent = target.send(frame.head(2), given.odoo.credential)
    by_hand = {"partner_id": given.customer, "client_order_ref": refs[2], "order_line": [[0, 0, line]]}
    call(given.odoo, "sale.order", "create", vals_list=[by_hand])
    held = call(given.odoo, "sale.order.line", "search_count", domain=[])

    edited = frame.assign(order_line=[[line, {**line, "product_id": NOWHERE}], *lines[1:]])
    found = target.dry_run(edited, given.odoo.credential)
    assert found["status"].tolist() == ["rejected", "would_save", "rejected", "would_save"]
    assert found["error"].iloc[0].startswith("Line 1: No matching record found")
    assert "1 line in order_line that was not made from here" in found["error"].iloc[2]
    for settings, statuses in (
        ({"mode": "create"}, ["unchanged", "unchanged", "unchanged", "would_save"]),
        ({"mode": "update", "lines": "add"}, ["rejected", "would_save", "would_save", "rejected"]),
    ):
        found = target.replace(**settings).dry_run(edited, given.odoo.credential)
        assert found["status"].tolist() == statuses, found["error"].tolist()
    assert call(given.odoo, "sale.order.line", "search_count", domain=[]) == held
    assert sent["status"].tolist() == ["created", "created"]


def test_lines_that_fill_different_fields_are_tried_as_far_as_a_file_can_hold_them(given: Given) -> None:
    accounts = call(given.odoo, "account.account", "search", domain=[], limit=2)

    def entry(credit: int) -> list[dict[str, Any]]:
        one = {"name": "a", "debit": 10, "account_id": accounts[0]}
        return [one, {"name": "b", "credit": credit, "account_id": accounts[1]}]

    # Nothing of the third entry stands beside its lines.
    frame = {"ref": ["a", "b", None], "line_ids": [entry(10), entry(9), entry(10)]}
    found = tried(given, frame, "account.move")
    assert found["status"].tolist() == ["would_save", "rejected", "would_save"]
    assert found["error"].iloc[1] == "The entry is not balanced."


@EVERY
def test_numbers_and_dates_that_odoo_cannot_read_are_refused_by_row(given: Given, protocol: str) -> None:
    frame = {"name": list("abcd"), "partner_latitude": ["x", 1, "y", "x"]}
    found = tried(given, frame, protocol=protocol)
    assert found["status"].tolist() == ["rejected", "would_save", "rejected", "rejected"]
    days = {"name": list("abc"), "date_deadline": ["03/01/2026", "2026-03-01", "z"]}
    found = tried(given, days, "crm.lead", protocol=protocol)
    assert found["status"].tolist() == ["rejected", "would_save", "rejected"]
    assert found["error_field"].iloc[0] == "date_deadline"


def test_the_columns_may_be_called_otherwise_and_cells_may_be_empty(given: Given) -> None:
    frame = {"Name": ["a", "b", "c"], "Color": [1, None, None], "ref": [None, "r", None]}
    found = tried(given, frame, fields={"Name": "name", "Color": "color"}, missing={"ref": "clear"})
    assert found["status"].tolist() == ["would_save"] * 3
    assert tried(given, {"name": ["a"], "nope": ["b"]})["error"].iloc[0].startswith("Invalid field name 'nope'")


def test_what_cannot_be_tried_is_said(given: Given) -> None:
    with pytest.raises(SettingsError, match="unlink saves no rows"):
        tried(given, {"id": [1]}, operation="unlink")
    with pytest.raises(DataError, match="infinity cannot be sent"):
        tried(given, {"name": ["a"], "color": [float("inf")]})
    target = destination(given.odoo, "json2", CONTACTS, "create")
    found = target.dry_run(pd.DataFrame({"name": ["a", "b"]}), plain_user(given.odoo))
    assert found["status"].tolist() == ["rejected", "rejected"]
    assert found["error"].str.contains("not allowed to create").all()


def test_words_for_true_and_what_is_false_are_tried_as_a_send_takes_them(given: Given) -> None:
    words = ["Ja", "false", True, None]
    frame = pd.DataFrame({"name": list("abcd"), "is_company": words})
    target = destination(given.odoo, "json2", "res.partner", "create")
    assert set(target.dry_run(frame, given.odoo.credential)["status"]) == {"would_save"}
    assert set(target.send(frame, given.odoo.credential)["status"]) == {"created"}
    loads = destination(given.odoo, "json2", "res.partner", "load")
    assert loads.dry_run(frame, given.odoo.credential)["status"].tolist() == ["rejected", *["would_save"] * 3]
    assert loads.send(frame, given.odoo.credential)["status"].tolist() == ["rejected", *["saved"] * 3]
    nothing = pd.DataFrame({"ref": ["no name"], "name": pd.Series([False], dtype=object)})
    assert target.dry_run(nothing, given.odoo.credential)["status"].tolist() == ["rejected"]
    assert target.send(nothing, given.odoo.credential)["status"].tolist() == ["rejected"]


def test_with_only_changes_what_odoo_holds_is_unchanged_and_the_rest_is_tried(given: Given) -> None:
    lines = [{"name": "a", "quantity": 1, "price_unit": 9.99}, {"name": "b", "quantity": 2, "price_unit": 10}]
    frame = pd.DataFrame({"ref": ["only 1", "only 2"], "partner_id": given.customer, "move_type": "out_invoice"})
    frame["invoice_date"], frame["invoice_line_ids"] = "2026-01-31", [lines, lines[:1]]
    target = destination(
        given.odoo, "json2", "account.move", "create", key="ref", mode="upsert", only_changes=True, then="action_post"
    )
    assert target.dry_run(frame, given.odoo.credential)["status"].tolist() == ["would_save"] * 2
    assert target.send(frame, given.odoo.credential)["action_post"].tolist() == ["called"] * 2
    # A posted invoice takes no cell, not even the one that it has.
    assert target.dry_run(frame, given.odoo.credential)["status"].tolist() == ["unchanged"] * 2
    assert target.send(frame, given.odoo.credential)["status"].tolist() == ["unchanged"] * 2
    changed = frame.assign(invoice_line_ids=[[lines[0], {**lines[1], "quantity": 3}], lines[:1]])
    tried = target.dry_run(changed, given.odoo.credential)
    assert tried["status"].tolist() == ["rejected", "unchanged"]
    assert "posted" in tried["error"][0]
    assert tried["error"][1].endswith("holds this already, and only_changes leaves it as it is.")
    assert target.send(changed, given.odoo.credential)["status"].tolist() == ["rejected", "unchanged"]


def test_with_only_changes_only_the_cells_that_differ_are_tried(given: Given) -> None:
    ids = call(given.odoo, "res.partner", "create", vals_list=[{"name": name, "color": 1} for name in "ab"])
    frame = pd.DataFrame({"id": [*ids, NOWHERE], "name": list("abc"), "color": [1, 2, 3]})
    target = destination(given.odoo, "json2", "res.partner", "write", only_changes=True)
    tried = target.dry_run(frame, given.odoo.credential)
    assert tried["status"].tolist() == ["unchanged", "would_save", "rejected"]


def test_times_are_tried_as_a_send_takes_them(given: Given) -> None:
    times = pd.to_datetime(["2026-03-29 12:30"]).tz_localize("Europe/Brussels")
    frame = pd.DataFrame({"name": ["a"], "date_deadline": times})
    target = destination(given.odoo, "json2", "crm.lead", "create")
    assert target.dry_run(frame, given.odoo.credential)["status"].tolist() == ["would_save"]
    assert target.send(frame, given.odoo.credential)["status"].tolist() == ["created"]
    frame = pd.DataFrame({"name": ["a"], "start": ["2026-01-01 10:00"], "stop": ["2026-01-01 11:00:00"]})
    target = destination(given.odoo, "json2", "calendar.event", "create")
    assert target.dry_run(frame, given.odoo.credential)["status"].tolist() == ["would_save"]
    assert target.send(frame, given.odoo.credential)["status"].tolist() == ["created"]
