"""Every operation on every model over every protocol: what the responses say, held against what then stands in Odoo."""

from __future__ import annotations

from typing import Any

import attrs
import pandas as pd
import pytest

from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import DataError, EndpointError, RefusedError, SettingsError, StoppedError
from tests.models import MODELS, NOWHERE, PROTOCOLS, Given, Model, commands, destination, held, refused, there
from tests.real import call


@attrs.frozen
class Case:
    """One operation on one model over one protocol."""

    given: Given
    protocol: str
    name: str

    @property
    def model(self) -> Model:
        return MODELS[self.name]

    def send(self, operation: str, frame: Any, **settings: Any) -> pd.DataFrame:
        context = self.model.context
        return self.given.send(self.protocol, self.name, operation, frame, context=context, **settings)

    def made(self) -> tuple[list[int], list[dict[str, Any]]]:
        """Three records, made without this package, and the values that made them."""
        records = self.model.records(self.given)
        context = self.model.context
        return call(self.given.odoo, self.name, "create", vals_list=records, context=context), records

    def held(self, ids: list[int], wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return held(self.given.odoo, self.name, ids, wanted)


def create(case: Case) -> None:
    records = case.model.records(case.given)
    responses = case.send("create", records, log_in=True)
    assert responses["status"].tolist() == ["created"] * 3, responses["error"].tolist()
    assert case.held(responses["id"].tolist(), records) == records


def _written(case: Case, values: tuple[Any, ...]) -> None:
    ids, records = case.made()
    field = case.model.change[0]
    # The ids are not in the order of the records: each value must find its own.
    responses = case.send("write", {"number": ids[::-1], field: list(values)}, ids="number")
    assert responses["status"].tolist() == ["updated"] * 3, responses["error"].tolist()
    assert responses["id"].tolist() == ids[::-1]
    wanted = [record | {field: value} for record, value in zip(records[::-1], values, strict=True)]
    assert case.held(ids[::-1], wanted) == wanted


def write_the_same_values(case: Case) -> None:
    _written(case, case.model.change[1][:1] * 3)


def write_different_values(case: Case) -> None:
    _written(case, case.model.change[1][1:])


def unlink(case: Case) -> None:
    ids, _ = case.made()
    if error := case.model.unlinked:
        with pytest.raises(RefusedError, match="You are not allowed to delete") as stopped:
            case.send("unlink", {"id": ids[:2]})
        responses = stopped.value.responses
        assert responses is not None
        assert responses["status"].tolist() == ["not_sent"] * 2
        assert responses["http_status"].tolist() == [refused(case.protocol, error)] * 2
        assert responses["error_type"].tolist() == [f"odoo.exceptions.{error}"] * 2
        assert there(case.given.odoo, case.name, ids) == ids
    else:
        responses = case.send("unlink", {"id": ids[:2]})
        assert responses["status"].tolist() == ["deleted"] * 2, responses["error"].tolist()
        assert there(case.given.odoo, case.name, ids) == ids[2:]


def load(case: Case) -> None:
    """Lines cannot be loaded row by row; a record that is linked to is named by its id."""
    records = [
        {name: value for name, value in record.items() if name not in case.model.lines}
        for record in case.model.records(case.given)
    ]
    frame = pd.DataFrame(records)
    frame.columns = [f"{name}/.id" if name in LINKS else name for name in frame.columns]
    responses = case.send("load", frame)
    assert responses["status"].tolist() == ["saved"] * 3, responses["error"].tolist()
    assert case.held(responses["id"].tolist(), records) == records


LINKS = ("partner_id", "product_id", "location_id")


def method(case: Case) -> None:
    """A second run finds every record where the first has brought it, and calls nothing."""
    ids, records = case.made()
    wanted = [case.model.effect(record) for record in records]
    assert case.held(ids, wanted) != wanted
    first = case.send(case.model.method, {"id": ids})
    assert first["status"].tolist() == ["called"] * 3, first["error"].tolist()
    assert case.held(ids, wanted) == wanted
    again = case.send(case.model.method, {"id": ids})
    assert again["status"].tolist() == ["unchanged"] * 3, again["error"].tolist()
    assert again["id"].tolist() == ids
    assert case.held(ids, wanted) == wanted


OPERATIONS = {
    each.__name__: each for each in (create, write_the_same_values, write_different_values, unlink, load, method)
}


@pytest.fixture(params=[(protocol, model) for protocol in PROTOCOLS for model in MODELS], ids=" ".join)
def case(request: pytest.FixtureRequest, given: Given) -> Case:
    return Case(given, *request.param)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_does_in_odoo_what_the_responses_say(case: Case, operation: str) -> None:
    OPERATIONS[operation](case)


# --- lines -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["sale.order", "account.move"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_commands_in_a_cell_change_add_and_remove_lines(given: Given, protocol: str, model: str) -> None:
    case = Case(given, protocol, model)
    ids, records = case.made()
    ((field, line_model),) = case.model.lines.items()
    (_, old), (_, gone, other) = ([None, *each[field]] for each in call(given.odoo, model, "read", ids=ids[:2]))
    line = records[0][field][0][2] | {"price_unit": 99.5}
    cells = [[[1, old, {"price_unit": 3}], [0, 0, line]], [[2, gone, 0], [1, other, {"price_unit": 4}]]]
    responses = case.send("write", {"id": ids[:2], field: cells})
    assert responses["status"].tolist() == ["updated"] * 2, responses["error"].tolist()
    first, second = (each[field] for each in call(given.odoo, model, "read", ids=ids[:2], fields=[field]))
    prices = [each["price_unit"] for each in call(given.odoo, line_model, "read", ids=[*first, *second])]
    assert prices == [3, 99.5, 4]
    assert (first[0], second) == (old, [other])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_lines_are_not_loaded_where_no_row_could_be_told_its_record(given: Given, protocol: str) -> None:
    frame = {"partner_id/.id": [given.customer], "order_line/product_id/.id": [given.service]}
    before = call(given.odoo, "sale.order", "search_count", domain=[])
    with pytest.raises(DataError, match="Use create, with lists of commands"):
        given.send(protocol, "sale.order", "load", frame)
    assert call(given.odoo, "sale.order", "search_count", domain=[]) == before


# --- what Odoo refuses ----------------------------------------------------------------------------------------------

REFUSALS = {
    "a confirmed order is not deleted": ("sale.order", "unlink", {}, "You can not delete a sent quotation"),
    "a posted invoice is not deleted": ("account.move", "unlink", {}, "You can't delete a posted journal item."),
    "a posted invoice keeps its customer": (
        "account.move",
        "write",
        {"partner_id": 1},
        "You cannot modify the following readonly fields on a posted move: partner_id",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_odoo_refuses_is_rejected_in_its_words_and_the_others_of_its_call_are_done(
    given: Given, protocol: str, name: str
) -> None:
    model, operation, values, words = REFUSALS[name]
    case = Case(given, protocol, model)
    ids, _ = case.made()
    call(given.odoo, model, case.model.method, ids=ids[:1])
    responses = case.send(operation, [{"id": each, **values} for each in ids[:2]])
    done = {"write": "updated", "unlink": "deleted"}[operation]
    assert responses["status"].tolist() == ["rejected", done]
    assert responses["http_status"].iloc[0] == refused(protocol, "UserError")
    assert responses["error_type"].iloc[0] == "odoo.exceptions.UserError"
    assert responses["error"].iloc[0].startswith(words)
    kept = [ids[0], ids[2]]
    assert case.held(kept, [{"partner_id": given.customer}] * 2) == [{"partner_id": given.customer}] * 2


# --- methods ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_count_is_applied_once_however_often_it_is_sent(given: Given, protocol: str) -> None:
    (product,) = given.goods(1)
    case = Case(given, protocol, "stock.quant")
    frame = {"product_id": [product], "location_id": [given.place], "inventory_quantity": [25]}
    quants = case.send("create", frame)
    statuses = [case.send("action_apply_inventory", quants[["id"]])["status"].item() for _ in range(3)]
    assert statuses == ["called", "unchanged", "unchanged"]
    (stock,) = call(given.odoo, "product.product", "read", ids=[product], fields=["qty_available"])
    assert stock["qty_available"] == 25
    moves = call(given.odoo, "stock.move", "search_read", domain=[["product_id", "=", product]], fields=["quantity"])
    assert [move["quantity"] for move in moves] == [25]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_count_that_the_stock_has_overtaken_is_not_applied_and_shows_odoo_s_question(
    given: Given, protocol: str
) -> None:
    case = Case(given, protocol, "stock.quant")
    ids, records = case.made()
    call(given.odoo, "stock.quant", "write", ids=ids[:1], vals={"quantity": 2})
    responses = case.send("action_apply_inventory", {"id": ids[:1]})
    assert responses["status"].tolist() == ["needs_attention"]
    assert "Conflict in Inventory Adjustment" in responses["error"].item()
    wanted = [{"quantity": 2, "inventory_quantity": records[0]["inventory_quantity"], "inventory_quantity_set": True}]
    assert case.held(ids[:1], wanted) == wanted


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_window_in_place_of_an_effect_needs_attention_under_odoo_s_title(given: Given, protocol: str) -> None:
    case = Case(given, protocol, "sale.order")
    ids, _ = case.made()
    responses = case.send("action_quotation_send", {"id": ids[:1]})
    assert responses["status"].tolist() == ["needs_attention"]
    assert responses["error"].tolist() == ["Send"]
    assert case.held(ids[:1], [{"state": "draft"}]) == [{"state": "draft"}]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_each_row_of_a_batch_is_told_what_its_own_record_allows(given: Given, protocol: str) -> None:
    case = Case(given, protocol, "sale.order")
    (draft, confirmed, cancelled), _ = case.made()
    call(given.odoo, "sale.order", "action_confirm", ids=[confirmed])
    call(given.odoo, "sale.order", "action_cancel", ids=[cancelled])
    ids = [cancelled, NOWHERE, confirmed, draft]
    responses = case.send("action_confirm", {"id": ids})
    assert responses["status"].tolist() == ["rejected", "rejected", "unchanged", "called"]
    assert responses["error"].tolist() == [
        "action_confirm wants state draft or sent; of this record, state is cancel. It was not called.",
        "sale.order has no record of this id that this user may see. Look the id up again.",
        pd.NA,
        pd.NA,
    ]
    states = [{"state": state} for state in ("sale", "sale", "cancel")]
    assert case.held([draft, confirmed, cancelled], states) == states


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_method_that_odoo_refuses_for_one_record_is_done_for_the_others_of_its_call(
    given: Given, protocol: str
) -> None:
    case = Case(given, protocol, "account.move")
    (fine, *_), records = case.made()
    (empty,) = call(given.odoo, "account.move", "create", vals_list=[records[0] | {"invoice_line_ids": []}])
    responses = case.send("action_post", {"id": [fine, empty]})
    assert responses["status"].tolist() == ["called", "rejected"]
    assert responses["http_status"].iloc[1] == refused(protocol, "UserError")
    assert responses["error"].tolist() == [pd.NA, "Even magicians can't post nothing!"]
    states = [{"state": "posted"}, {"state": "draft"}]
    assert case.held([fine, empty], states) == states


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_columns_of_a_method_are_its_arguments(given: Given, protocol: str) -> None:
    case = Case(given, protocol, "res.partner")
    ids, _ = case.made()
    frame = {"id": ids[:2], "body": ["first", "second"], "message_type": "comment"}
    responses = case.send("message_post", frame)
    assert responses["status"].tolist() == ["called", "called"], responses["error"].tolist()
    domain = [["model", "=", "res.partner"], ["res_id", "in", ids], ["message_type", "=", "comment"]]
    messages = call(given.odoo, "mail.message", "search_read", domain=domain, fields=["res_id", "body"], order="res_id")
    assert [(each["res_id"], each["body"]) for each in messages] == [
        (ids[0], "<p>first</p>"),
        (ids[1], "<p>second</p>"),
    ]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_method_that_is_not_there_ends_the_send_before_anything_is_done(given: Given, protocol: str) -> None:
    case = Case(given, protocol, "sale.order")
    ids, _ = case.made()
    with pytest.raises(EndpointError, match=r"The method 'sale\.order\.action_nope' does not exist") as stopped:
        case.send("action_nope", {"id": ids}, batch_size=1)
    assert stopped.value.responses["status"].tolist() == ["not_sent"] * 3
    assert "\n" not in str(stopped.value)


@pytest.mark.parametrize("name", ["_compute_amounts", "__class__"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_private_method_is_refused_before_anything_is_sent(given: Given, protocol: str, name: str) -> None:
    with pytest.raises(SettingsError, match="is a private method, which Odoo lets nobody call from outside"):
        destination(given.odoo, protocol, "sale.order", name)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_empty_list_leaves_lines_as_they_are_and_a_command_clears_them(given: Given, protocol: str) -> None:
    case = Case(given, protocol, "sale.order")
    ids, records = case.made()
    responses = case.send("write", {"id": ids[:1], "order_line": [[]]})
    assert responses["status"].tolist() == ["updated"]
    assert case.held(ids[:1], records[:1]) == records[:1]
    cleared = case.send("write", {"id": ids[:1], "order_line": [[[5, 0, 0]]]})
    assert cleared["status"].tolist() == ["updated"]
    assert case.held(ids[:1], [{"order_line": commands([])}]) == [{"order_line": []}]


# --- who sends -------------------------------------------------------------------------------------------------------

STRANGERS = {
    "login": {"login": "nobody"},
    "key": {"api_key": "0" * 40},
    "database": {"database": "nope"},
    "database with a quote": {"database": """no'p"e"""},
}


@pytest.mark.parametrize("name", STRANGERS)
@pytest.mark.parametrize("protocol", ["jsonrpc", "xmlrpc"])
def test_a_login_that_fails_ends_the_send_in_one_sentence_and_nothing_more_is_asked(
    given: Given, protocol: str, name: str
) -> None:
    own = given.odoo.credential
    mine = {"server": own.server, "database": own.database, "login": own.login, "api_key": own.api_key}
    target = destination(given.odoo, protocol, "res.partner", "create", batch_size=1)
    delivery = target.delivery(pd.DataFrame({"name": ["a", "b"]}), Credential(**mine | STRANGERS[name]))
    with pytest.raises(StoppedError) as stopped:
        delivery.result()
    assert delivery.progress.made == 1
    assert stopped.value.responses["status"].tolist() == ["not_sent", "not_sent"]
    sentence = str(stopped.value)
    assert ". Check the " in sentence
    assert not any(word in sentence for word in ("\n", "Traceback", "psycopg2", "0" * 40))
