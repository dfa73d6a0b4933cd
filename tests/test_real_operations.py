"""What a real Odoo does with every operation: what the responses say, held against what then stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.errors import DataError, RefusedError
from tests.models import PROTOCOLS, destination
from tests.real import call

if TYPE_CHECKING:
    from odoo_widgets.sandbox import Sandbox

NOWHERE = 99_999_999
# What makes three records of a model.
MODELS = {
    "res.partner": {"name": ["a", "b", "c"]},
    "hr.employee": {"name": ["a", "b", "c"], "job_title": ["x", "y", "z"]},
    "crm.lead": {"name": ["a", "b", "c"], "type": "opportunity"},
    "product.template": {"name": ["a", "b", "c"], "default_code": ["1", "2", "3"]},
    # By itself, Odoo answers true to a write or an unlink of a category that is not there.
    "res.partner.category": {"name": ["a", "b", "c"]},
}
NO_RECORD = "{} has no record of this id that this user may see. Look the id up again."


def send(odoo: Sandbox, operation: str, frame: Any, model: str = "res.partner", **settings: Any) -> pd.DataFrame:
    destination = Destination(f"{odoo.url}/json/2/{model}/{operation}", **settings)
    return destination.send(pd.DataFrame(frame), odoo.credential)


def created(odoo: Sandbox, frame: Any, model: str = "res.partner") -> list[int]:
    responses = send(odoo, "create", frame, model)
    assert set(responses["status"]) == {"created"}, responses["error"].tolist()
    return responses["id"].tolist()


def read(odoo: Sandbox, ids: list[int], *fields: str, model: str = "res.partner") -> list[tuple[Any, ...]]:
    records = call(odoo, model, "read", ids=ids, fields=list(fields))
    assert [record["id"] for record in records] == ids
    return [tuple(record[field] for field in fields) for record in records]


def there(odoo: Sandbox, ids: list[int], model: str = "res.partner") -> list[int]:
    return call(odoo, model, "search", domain=[["id", "in", ids]], order="id", context={"active_test": False})


# --- write -----------------------------------------------------------------------------------------------------------

WRITES = {
    "the same": ["x", "x", "x", "x"],
    "different": ["w", "x", "y", "z"],
    "mixed": ["x", "y", "x", "z"],
    "one left over": ["x", "x", "y", "x"],
}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("backwards", [False, True])
def test_values_that_are_written_are_read_back_from_their_own_records(
    odoo: Sandbox, name: str, backwards: bool
) -> None:
    ids = created(odoo, {"name": ["a", "b", "c", "d"], "email": "a@example.com"})[:: -1 if backwards else 1]
    names = WRITES[name]
    responses = send(odoo, "write", {"name": names, "key": ids}, ids="key")
    assert responses["status"].tolist() == ["updated"] * 4
    assert responses["id"].tolist() == ids
    assert read(odoo, ids, "name", "email") == [(each, "a@example.com") for each in names]


def test_an_empty_cell_leaves_a_value_as_it_was_or_clears_it_as_told(odoo: Sandbox) -> None:
    ids = created(odoo, {"name": ["a", "b"], "email": "a@example.com", "phone": "1", "color": 3})
    frame = {"id": ids, "email": ["new@example.com", None], "phone": ["2", None], "color": [4, None]}
    responses = send(odoo, "write", frame, missing={"phone": "clear", "color": "clear"})
    assert responses["status"].tolist() == ["updated", "updated"]
    assert read(odoo, ids, "email", "phone", "color") == [("new@example.com", "2", 4), ("a@example.com", False, 0)]


def test_a_bad_value_leaves_its_row_as_it_was_and_the_others_are_written(odoo: Sandbox) -> None:
    ids = created(odoo, {"name": ["a", "b", "c", "d", "e"]})
    frame = {"id": ids, "name": ["x", "x", "y", "z", "x"], "type": ["contact", "contact", "contact", "nope", "contact"]}
    responses = send(odoo, "write", frame)
    assert responses["status"].tolist() == ["updated", "updated", "updated", "rejected", "updated"]
    assert responses["error"].iloc[3] == "Wrong value for res.partner.type: 'nope'"
    assert responses["error_field"].iloc[3] == "type"
    # The record of the row that was rejected is there, and can be looked at.
    assert responses["id"].tolist() == ids
    assert [name for (name,) in read(odoo, ids, "name")] == ["x", "x", "y", "d", "x"]


@pytest.mark.parametrize("names", [["x", "x"], ["x", "y"]])
@pytest.mark.parametrize("model", MODELS)
def test_a_record_that_is_not_there_is_not_updated_and_the_others_of_its_call_are(
    odoo: Sandbox, model: str, names: list[str]
) -> None:
    (own,) = created(odoo, pd.DataFrame(MODELS[model]).head(1), model)
    responses = send(odoo, "write", {"key": [own, NOWHERE], "name": names}, model, ids="key")
    assert responses["status"].tolist() == ["updated", "rejected"]
    assert responses["error"].tolist() == [pd.NA, NO_RECORD.format(model)]
    assert responses["error_field"].tolist() == [pd.NA, "key"]
    assert responses["id"].tolist() == [own, pd.NA]
    assert read(odoo, [own], "name", model=model) == [("x",)]


@pytest.mark.parametrize("operation", ["write", "unlink"])
def test_what_odoo_answers_true_to_without_doing_anything_is_rejected(odoo: Sandbox, operation: str) -> None:
    vals = {"vals": {"name": "x"}} if operation == "write" else {}
    assert call(odoo, "res.partner.category", operation, ids=[NOWHERE], **vals) is True
    responses = send(odoo, operation, {"id": [NOWHERE], "name": ["x"]}, "res.partner.category")
    assert responses["status"].tolist() == ["rejected"]
    assert responses["error"].tolist() == [NO_RECORD.format("res.partner.category")]
    assert responses["error_field"].tolist() == ["id"]


def test_an_archived_record_can_be_updated_and_deleted(odoo: Sandbox) -> None:
    ids = created(odoo, {"name": ["a", "b"], "active": [False, False]})
    assert call(odoo, "res.partner", "search", domain=[["id", "in", ids]]) == []
    written = send(odoo, "write", {"id": ids, "name": ["x", "y"]}, context={"active_test": True})
    assert written["status"].tolist() == ["updated", "updated"]
    assert read(odoo, ids, "name", "active") == [("x", False), ("y", False)]
    assert send(odoo, "unlink", {"id": ids})["status"].tolist() == ["deleted", "deleted"]
    assert there(odoo, ids) == []


# --- load ------------------------------------------------------------------------------------------------------------


def test_load_creates_by_external_id_and_then_updates_the_same_records(odoo: Sandbox) -> None:
    frame = {"id": ["our.a", "our.b"], "name": ["a", "b"], "color": [1, 2], "is_company": [True, False]}
    first = send(odoo, "load", frame)
    again = send(odoo, "load", frame | {"name": ["A", "B"]})
    assert first["status"].tolist() == again["status"].tolist() == ["saved", "saved"]
    assert again["id"].tolist() == first["id"].tolist()
    assert read(odoo, again["id"].tolist(), "name", "color", "is_company") == [("A", 1, True), ("B", 2, False)]


def test_an_external_id_that_is_a_number_is_taken(odoo: Sandbox) -> None:
    responses = send(odoo, "load", {"id": [4711, 4712], "name": ["a", "b"]})
    assert responses["status"].tolist() == ["saved", "saved"]
    external = call(odoo, "res.partner", "get_external_id", ids=responses["id"].tolist())
    assert list(external.values()) == ["__import__.4711", "__import__.4712"]


def test_every_kind_of_cell_that_is_loaded_is_read_back(odoo: Sandbox) -> None:
    (belgium,) = call(odoo, "res.country", "search", domain=[["code", "=", "BE"]])
    frame = {"name": ["a"], "ref": [12], "color": [3], "partner_latitude": [0.5], "is_company": [True],
             "employee": [False], "country_id/.id": [belgium], "type": ["invoice"]}  # fmt: skip
    responses = send(odoo, "load", frame)
    assert responses["status"].tolist() == ["saved"], responses["error"].tolist()
    fields = ("name", "ref", "color", "partner_latitude", "is_company", "employee", "type")
    assert read(odoo, responses["id"].tolist(), *fields) == [("a", "12", 3, 0.5, True, False, "invoice")]
    assert read(odoo, responses["id"].tolist(), "country_id")[0][0][0] == belgium


def test_times_that_are_loaded_are_utc_whatever_the_context_s_zone(odoo: Sandbox) -> None:
    noon = pd.Timestamp("2026-07-01 12:00", tz="Europe/Brussels")
    frame = {"name": ["a"], "start": [noon], "stop": [noon]}
    responses = send(odoo, "load", frame, "calendar.event", context={"tz": "Asia/Tokyo"})
    assert read(odoo, responses["id"].tolist(), "start", model="calendar.event") == [("2026-07-01 10:00:00",)]


def test_two_rows_of_one_external_id_are_one_record_that_is_written_twice(odoo: Sandbox) -> None:
    responses = send(odoo, "load", {"id": ["our.twice", "our.twice"], "name": ["first", "last"]})
    assert responses["status"].tolist() == ["saved", "saved"]
    first, second = responses["id"].tolist()
    assert first == second
    assert read(odoo, [first], "name") == [("last",)]


def test_the_last_row_of_an_external_id_wins_whatever_columns_the_rows_fill(odoo: Sandbox) -> None:
    frame = {"id": ["our.thrice"] * 3, "name": ["first", "second", "last"], "ref": ["a", None, "c"]}
    responses = send(odoo, "load", frame)
    assert responses["status"].tolist() == ["saved"] * 3
    assert read(odoo, responses["id"].tolist()[:1], "name", "ref") == [("last", "c")]


def test_a_row_that_load_refuses_is_named_with_its_field_and_the_others_of_its_call_are_saved(odoo: Sandbox) -> None:
    before = call(odoo, "res.partner", "search_count", domain=[])
    responses = send(
        odoo, "load", {"name": ["a", "b", "c", "d", "e"], "color": ["1", "x", "3", "4", "5"]}, batch_size=3
    )
    assert responses["status"].tolist() == ["saved", "rejected", "saved", "saved", "saved"]
    assert responses["error"].tolist() == [
        pd.NA,
        "'x' does not seem to be an integer for field 'Color Index'",
        pd.NA,
        pd.NA,
        pd.NA,
    ]
    assert responses["error_field"].tolist() == [pd.NA, "color", pd.NA, pd.NA, pd.NA]
    assert set(responses["http_status"]) == {200}
    assert call(odoo, "res.partner", "search_count", domain=[]) == before + 4


def test_a_fraction_for_an_integer_is_refused_and_not_cut(odoo: Sandbox) -> None:
    responses = send(odoo, "load", {"name": ["a"], "color": [1.5]})
    assert responses["status"].tolist() == ["rejected"]
    assert "'1.5' does not seem to be an integer" in responses["error"].iloc[0]


def test_the_first_row_that_odoo_names_for_a_later_one_s_sake_is_saved(odoo: Sandbox) -> None:
    responses = send(odoo, "load", {"name": ["a", "b", "c"], "barcode": ["b1", "b2", "b2"]})
    clash = "Another partner already has this barcode"
    assert responses["error"].tolist() == [pd.NA, pd.NA, clash]
    found = call(odoo, "res.partner", "search_read", domain=[["barcode", "in", ["b1", "b2"]]], fields=["name"])
    assert sorted(record["name"] for record in found) == ["a", "b"]


def test_so_many_refusals_that_odoo_stops_looking_leave_no_row_without_a_word(odoo: Sandbox) -> None:
    responses = send(odoo, "load", {"name": [None] * 25}, missing={"name": "clear"})
    assert set(responses["status"]) == {"rejected"}
    assert responses["error"].str.startswith("Contacts require a name").all()


def test_load_guesses_no_record_by_its_name(odoo: Sandbox) -> None:
    """Of two called the same it would take one, and say so in a warning only."""
    first, _ = call(odoo, "res.partner.category", "create", vals_list=[{"name": "twin"}, {"name": "twin"}])
    frame = {"name": ["guess a", "guess b"], "category_id": ["twin", None]}
    with pytest.raises(DataError, match=r"'category_id', row 0: several records of res.partner.category"):
        send(odoo, "load", frame)
    assert call(odoo, "res.partner", "search_count", domain=[["name", "like", "guess "]]) == 0
    by_id = {"name": frame["name"], "category_id/.id": pd.array([first, None], dtype="Int64")}
    responses = send(odoo, "load", by_id)
    assert responses["status"].tolist() == ["saved", "saved"]
    assert responses["error"].isna().all()
    assert [kind for (kind,) in read(odoo, responses["id"].tolist(), "category_id")] == [[first], []]


def test_an_empty_cell_of_load_s_is_left_to_the_default_or_cleared_as_told(odoo: Sandbox) -> None:
    frame = {"name": ["a", "b"], "type": ["invoice", None]}
    omitted = send(odoo, "load", frame)
    cleared = send(odoo, "load", frame | {"name": ["c", "d"]}, missing={"type": "clear"})
    assert [kind for (kind,) in read(odoo, omitted["id"].tolist(), "type")] == ["invoice", "contact"]
    assert [kind for (kind,) in read(odoo, cleared["id"].tolist(), "type")] == ["invoice", False]


# --- unlink ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_records_are_created_updated_and_deleted(odoo: Sandbox, model: str) -> None:
    ids = created(odoo, MODELS[model], model)
    written = send(odoo, "write", {"id": ids, "name": ["x", "x", "y"]}, model)
    assert written["status"].tolist() == ["updated"] * 3, written["error"].tolist()
    assert read(odoo, ids, "name", model=model) == [("x",), ("x",), ("y",)]
    deleted = send(odoo, "unlink", {"id": ids[:2], "name": "is not sent"}, model)
    assert deleted["status"].tolist() == ["deleted", "deleted"], deleted["error"].tolist()
    assert deleted["id"].tolist() == ids[:2]
    assert deleted["link"].isna().all()
    assert there(odoo, ids, model) == ids[2:]


@pytest.mark.parametrize("model", MODELS)
def test_a_record_that_is_not_there_is_not_deleted_and_the_others_of_its_call_are(odoo: Sandbox, model: str) -> None:
    (own,) = created(odoo, pd.DataFrame(MODELS[model]).head(1), model)
    responses = send(odoo, "unlink", {"id": [own, NOWHERE]}, model)
    assert responses["status"].tolist() == ["deleted", "rejected"]
    assert responses["error"].tolist() == [pd.NA, NO_RECORD.format(model)]
    assert there(odoo, [own], model) == []


def test_a_record_that_others_need_is_not_deleted_in_odoo_s_words(odoo: Sandbox) -> None:
    (country,) = created(odoo, {"name": ["Nowhere"], "code": ["XZ"]}, "res.country")
    created(odoo, {"name": ["a"], "country_id": [country]})
    responses = send(odoo, "unlink", {"id": [country]}, "res.country")
    assert responses["status"].tolist() == ["rejected"]
    assert responses["http_status"].tolist() == [422]
    assert responses["error"].iloc[0].startswith("The operation cannot be completed: ")
    assert "res_partner" in responses["error"].iloc[0]
    assert there(odoo, [country], "res.country") == [country]


def test_a_stock_count_is_deleted_by_nobody(odoo: Sandbox) -> None:
    (product,) = created(odoo, {"name": ["a"], "is_storable": [True]}, "product.product")
    (location,) = call(odoo, "stock.location", "search", domain=[["usage", "=", "internal"]], limit=1)
    (quant,) = created(odoo, {"product_id": [product], "location_id": [location], "quantity": [3]}, "stock.quant")
    with pytest.raises(RefusedError, match="You are not allowed to delete") as stopped:
        send(odoo, "unlink", {"id": [quant]}, "stock.quant")
    responses = stopped.value.responses
    assert responses is not None
    assert responses[["status", "http_status", "error_type"]].to_numpy().tolist() == [
        ["not_sent", 403, "odoo.exceptions.AccessError"]
    ]
    assert there(odoo, [quant], "stock.quant") == [quant]


def test_a_draft_invoice_is_created_updated_and_deleted(odoo: Sandbox) -> None:
    (customer,) = created(odoo, {"name": ["a"]})
    frame = {"move_type": ["out_invoice"], "partner_id": [customer], "ref": ["first"]}
    (invoice,) = created(odoo, frame, "account.move")
    written = send(odoo, "write", {"id": [invoice], "ref": ["last"]}, "account.move")
    assert written["status"].tolist() == ["updated"]
    assert read(odoo, [invoice], "move_type", "ref", "state", model="account.move") == [
        ("out_invoice", "last", "draft")
    ]
    assert send(odoo, "unlink", {"id": [invoice]}, "account.move")["status"].tolist() == ["deleted"]
    assert there(odoo, [invoice], "account.move") == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_rows_of_one_external_id_make_one_record_that_is_as_the_last_says_also_with_calls_at_a_time(
    odoo: Sandbox, protocol: str
) -> None:
    own = f"one_{protocol}"
    names = [own, "a", f"__import__.{own}", "b", own, "c", f"__import__.{own}", own]
    frame = pd.DataFrame({"id": [each if own in each else f"{each}_{protocol}" for each in names]})
    frame["name"] = [f"{protocol} row {row}" for row in range(len(names))]
    target = destination(odoo, protocol, "res.partner", "load", batch_size=1, concurrency=8)
    responses = target.send(frame, odoo.credential)
    assert set(responses["status"]) == {"saved"}, responses["error"].tolist()
    (record,) = set(responses["id"][[own in each for each in names]])
    assert read(odoo, [int(record)], "name") == [(f"{protocol} row 7",)]
    found = call(odoo, "res.partner", "search", domain=[["name", "like", f"{protocol} row "]])
    assert sorted(found) == sorted(set(responses["id"]))
    assert len(found) == 4
