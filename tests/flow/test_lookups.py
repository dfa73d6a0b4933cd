"""Cells that say by a text which record is meant: what is asked, what they become, and in which order rows go."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.answering import linked, unasked
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.linking import called, may_link
from odoo_widgets.flow.looks import Look, Match
from odoo_widgets.flow.model import Field
from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.resolved import AS_EMPTY, AS_TEXT, resolved, waits
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.waves import waves

URL = "https://mycompany.example.com/json/2/res.partner/"
CODE, NAME = Field("code", "char"), Field("name", "char")
SHOWN = Field("display_name", "char", depends=("name",))
FIELDS = {
    "name": NAME,
    "ref": Field("ref", "char"),
    "country_id": Field("country_id", "many2one", relation="res.country"),
    "state_id": Field("state_id", "many2one", relation="res.country.state"),
    "category_id": Field("category_id", "many2many", relation="res.partner.category"),
    "parent_id": Field("parent_id", "many2one", relation="res.partner"),
}
COUNTRIES, STATES = Look("res.country", "code"), "res.country.state"


def known(**tags: tuple[Match, ...]) -> Server:
    server = NOTHING_KNOWN.describes("res.partner", FIELDS)
    for model in ("res.country", STATES, "res.partner.category"):
        server = server.describes(model, {"code": CODE, "name": NAME, "display_name": SHOWN})
    server = server.knows(COUNTRIES, {"US": (Match(233),), "AU": (Match(13),)})
    server = server.knows(Look(STATES, "code", (("country_id", 233),)), {"WA": (Match(56),)})
    server = server.knows(Look(STATES, "code", (("country_id", 13),)), {"WA": (Match(8),)})
    return server.knows(Look("res.partner.category", "name"), tags)


def sent(frame: dict[str, Any], server: Server, operation: str = "create", **settings: Any) -> list[Any]:
    calls = list(plan(pd.DataFrame(frame), Destination(URL + operation, **settings), server))
    (arguments,) = [call.ask.arguments for call in calls]
    return arguments["vals_list"] if operation == "create" else [arguments["fields"], *arguments["data"]]  # type: ignore[no-any-return]


def test_a_state_is_looked_up_in_its_row_s_country() -> None:
    frame = {"country_id/code": ["US", "AU", None], "state_id/code": ["WA", "WA", None]}
    assert sent(frame, known()) == [{"country_id": 233, "state_id": 56}, {"country_id": 13, "state_id": 8}, {}]
    assert sent(frame | {"name": ["a", "b", "c"]}, known(), "load", missing=dict.fromkeys(frame, "clear")) == [
        ["country_id/.id", "state_id/.id", "name"], ["233", "56", "a"], ["13", "8", "b"], [None, None, "c"],
    ]  # fmt: skip


def test_each_value_is_asked_once_in_each_scope() -> None:
    frame = pd.DataFrame(
        {"country_id/code": ["US", "AU", "US", "XX"] * 500, "state_id/code": ["WA", "WA", "OR", "A"] * 500}
    )
    target = Destination(URL + "create")
    asked = dict(unasked(linked(Source(frame), target, known())))
    # Among the states of a country that is not known itself, nothing can be asked.
    assert asked == {COUNTRIES: ["XX"], Look(STATES, "code", (("country_id", 233),)): ["OR"]}


def test_several_tags_stand_in_a_text_with_commas_or_in_a_list() -> None:
    server = known(a=(Match(1),), b=(Match(2),), **{"c, d": (Match(3),)})
    cells = ["a, b", ["b", "c, d", 7], None, [], ""]
    assert sent({"category_id": pd.Series(cells, dtype=object), "name": list("vwxyz")}, server) == [
        {"category_id": [1, 2], "name": "v"},
        {"category_id": [2, 3, 7], "name": "w"},
        {"name": "x"},
        {"category_id": [], "name": "y"},
        {"name": "z"},
    ]


def test_ids_stay_ids_and_text_of_digits_in_a_whole_column_is_one() -> None:
    assert sent({"country_id": [20, 21]}, known()) == [{"country_id": 20}, {"country_id": 21}]
    assert may_link(Source(pd.DataFrame({"country_id": [20, 21]})), Destination(URL + "create")) == ()
    assert sent({"country_id": ["20", "21"]}, known()) == [{"country_id": "20"}, {"country_id": "21"}]
    # `load` would take a number for a name.
    assert sent({"country_id": [20]}, known(), "load") == [["country_id/.id"], ["20"]]
    assert sent({"country_id/.id": ["20"]}, known()) == [{"country_id": 20}]


def test_a_column_with_a_value_that_is_not_known_stays_as_it_is() -> None:
    assert sent({"country_id/code": ["US", "XX"]}, known()) == [{"country_id/code": "US"}, {"country_id/code": "XX"}]
    assert sent({"country_id/code": ["US"]}, NOTHING_KNOWN) == [{"country_id/code": "US"}]


def test_what_is_settled_counts_in_its_scope_first_and_rejects_its_rows_only() -> None:
    settlements = {
        "country_id/code": {"XX": 20, "YY": "empty"},
        "state_id/code": {"WA": 99, "WA (country_id=13)": "reject"},
    }
    frame = {
        "country_id/code": ["US", "AU", "XX", "YY"],
        "state_id/code": ["WA", "WA", "WA", None],
        "name": list("abcd"),
    }
    target = Destination(URL + "create", settlements=settlements)
    found = resolved(Source(pd.DataFrame(frame)), target, known())
    assert found.rejected == {
        1: ("state_id", "Column 'state_id/code': 'WA' is settled as reject, so this row is not sent.")
    }
    assert sent(frame, known(), settlements=settlements) == [
        {"country_id": 233, "state_id": 99, "name": "a"},
        {"country_id": 20, "state_id": 99, "name": "c"},
        {"name": "d"},
    ]


def test_a_row_that_is_not_sent_keeps_no_column_of_the_others_from_being_known() -> None:
    # Among the states of a country that is none, nothing can be asked.
    frame = {"country_id/code": ["US", "XX"], "state_id/code": ["WA", "WA"], "name": list("ab")}
    settlements = {"country_id/code": {"XX": "reject"}, "state_id/code": {"WA": 99}}
    target = Destination(URL + "create", settlements=settlements)
    assert sent(frame, known(), settlements=settlements) == [{"country_id": 233, "state_id": 99, "name": "a"}]
    found = resolved(Source(pd.DataFrame(frame)), target, known())
    assert found.settings.fields["state_id/code"] == "state_id"
    assert waits(Source(pd.DataFrame(frame)), target, known()) == ((), ())


def test_what_waits_for_a_record_that_is_made_is_empty_until_then() -> None:
    frame = pd.DataFrame({"country_id/code": ["US", "XX"], "state_id/code": ["WA", "WA"]})
    target = Destination(URL + "create", settlements={"country_id/code": {"XX": "create"}})
    assert "state_id/code" not in resolved(Source(frame), target, known()).settings.fields
    for to_make, empty in ((AS_EMPTY, None), (AS_TEXT, "WA")):
        found = resolved(Source(frame), target, known(), to_make=to_make)
        assert found.settings.fields["state_id/code"] == "state_id"
        cell = found.source.frame["state_id/code"].tolist()[1]
        assert (None if pd.isna(cell) else cell) == empty


@pytest.mark.parametrize("settlement", [0, -1, True, "make", 1.5, None])
def test_a_settlement_that_is_none_is_refused(settlement: Any) -> None:
    with pytest.raises(SettingsError, match=r"settlements has .* for 'XX' in the column 'country_id'"):
        Destination(URL + "create", settlements={"country_id": {"XX": settlement}})


def test_records_are_called_by_what_is_shown_of_them() -> None:
    assert called({"display_name": Field("display_name", "char", depends=("complete_name",))}) == "complete_name"
    assert called({"display_name": Field("display_name", "char", depends=("code", "name"))}) == "name"
    assert called({"name": NAME, "display_name": Field("display_name", "char", depends=("a.b",))}) == "name"
    place = Field("display_name", "char", depends=("name", "location_id.complete_name", "name"))
    assert called({"name": NAME, "complete_name": NAME, "display_name": place}) == "complete_name"
    assert called({"name": NAME, "display_name": place}) == "name"
    assert called({}) == "display_name"


def order(refs: list[str], parents: list[str | None]) -> tuple[list[list[int]], tuple[int, ...]]:
    frame = Source(pd.DataFrame({"ref": refs, "parent_id/ref": parents}))
    target = Destination(URL + "create", key="ref")
    server = known().knows(Look("res.partner", "ref"), {each: () for each in parents if each})
    found = waves(frame, target, linked(frame, target, server))
    return [list(rows) for rows in found.rows], found.circle


def test_parents_come_a_wave_before_their_children() -> None:
    assert order(["c", "a", "b", "d"], ["b", None, "a", None]) == ([[1, 3], [2], [0]], ())
    assert order(["a", "b"], [None, None]) == ([[0, 1]], ())
    assert order(["a", "b", "c", "d"], ["b", "a", "a", None]) == ([[3]], (0, 1, 2))
    assert order(["a"], ["a"]) == ([[]], (0,))


def test_a_long_line_of_parents_takes_no_time() -> None:
    refs = [str(number) for number in range(20_000)]
    found, circle = order(refs, [None, *refs[:-1]])
    assert (len(found), circle) == (20_000, ())


ORDERS = "https://mycompany.example.com/json/2/account.move/create"
PRODUCTS = Look("product.product", "default_code")
LINE_FIELDS = {
    "product_id": Field("product_id", "many2one", relation="product.product"),
    "tax_ids": Field("tax_ids", "many2many", relation="account.tax"),
    "state_id": Field("state_id", "many2one", relation=STATES),
}


def moves() -> Server:
    above = {
        "move_type": Field("move_type", "selection"),
        "country_id": Field("country_id", "many2one", relation="res.country"),
        "line_ids": Field("line_ids", "one2many", relation="account.move.line"),
    }
    server = known().describes("account.move", above).describes("account.move.line", LINE_FIELDS)
    for model in ("product.product", "account.tax"):
        server = server.describes(model, {"default_code": CODE, "name": NAME, "display_name": SHOWN})
    server = server.knows(PRODUCTS, {"A": (Match(1),), "B": (Match(2),)})
    for number, use in ((7, "sale"), (8, "purchase")):
        server = server.knows(Look("account.tax", "name", (("type_tax_use", use),)), {"15%": (Match(number),)})
    return server


def lines(*documents: list[dict[str, Any]], **columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"line_ids": list(documents), **columns})


def test_what_lines_name_becomes_ids_and_a_tax_is_for_what_its_document_is() -> None:
    line = {"product_id/default_code": "A", "tax_ids": ["15%"], "quantity": 2}
    frame = lines([line], [line, {"product_id/default_code": "B"}], move_type=["out_refund", "in_invoice"])
    found = resolved(Source(frame), Destination(ORDERS), moves())
    assert found.source.frame["line_ids"].tolist() == [
        [{"product_id/default_code": 1, "tax_ids": [7], "quantity": 2}],
        [{"product_id/default_code": 1, "tax_ids": [8], "quantity": 2}, {"product_id/default_code": 2}],
    ]
    (call,) = plan(frame, Destination(ORDERS), moves())
    assert [made["line_ids"] for made in call.ask.arguments["vals_list"]] == [
        [[0, 0, {"product_id": 1, "tax_ids": [7], "quantity": 2}]],
        [[0, 0, {"product_id": 1, "tax_ids": [8], "quantity": 2}], [0, 0, {"product_id": 2}]],
    ]


def test_a_value_in_many_lines_is_asked_once_and_only_for_rows_that_count() -> None:
    cells = [[{"product_id/default_code": code} for code in ("A", "C", "D")] for _ in range(500)]
    frame = lines(*cells, [{"product_id/default_code": "E"}])
    columns = linked(Source(frame), Destination(ORDERS), moves(), range(500))
    assert dict(unasked(columns)) == {PRODUCTS: ["C", "D"]}
    (column,) = columns
    assert column.rows(column.of("unasked")).tolist() == list(range(500))


def test_a_line_is_looked_up_among_what_its_document_says_it_is_of() -> None:
    frame = lines([{"state_id/code": "WA"}], [{"state_id/code": "WA"}], **{"country_id/code": ["US", "AU"]})
    (call,) = plan(frame, Destination(ORDERS), moves())
    assert [made["line_ids"][0][2] for made in call.ask.arguments["vals_list"]] == [{"state_id": 56}, {"state_id": 8}]


def test_a_settlement_in_lines_empties_a_cell_or_rejects_the_document() -> None:
    frame = lines([{"product_id/default_code": "X", "quantity": 1}], [{"product_id/default_code": "Y"}])
    settlements = {"line_ids/product_id/default_code": {"X": "empty", "Y": "reject"}}
    target = Destination(ORDERS, settlements=settlements)
    found = resolved(Source(frame), target, moves())
    assert list(found.rejected) == [1]
    assert found.rejected[1][0] == "line_ids/product_id"
    (call,) = plan(frame, target, moves())
    assert call.ask.arguments["vals_list"] == [{"line_ids": [[0, 0, {"quantity": 1}]]}]


def test_the_records_of_a_column_are_added_where_that_is_said() -> None:
    server = known(a=(Match(1),), b=(Match(2),))
    frame = {"category_id": ["a, b", None, "b"], "name": list("xyz")}
    assert sent(frame, server, add="category_id") == [
        {"category_id": [[4, 1, 0], [4, 2, 0]], "name": "x"},
        {"name": "y"},
        {"category_id": [[4, 2, 0]], "name": "z"},
    ]
    ids = pd.Series([[7, 8], [[6, 0, [9]]], []], dtype=object)
    assert [each["category_id"] for each in sent({"category_id": ids}, server, add=["category_id"])] == [
        [[4, 7, 0], [4, 8, 0]], [[6, 0, [9]]], [],
    ]  # fmt: skip
    (call,) = plan(
        lines([{"tax_ids": ["15%"]}], move_type="in_invoice"), Destination(ORDERS, add="line_ids/tax_ids"), moves()
    )
    assert call.ask.arguments["vals_list"][0]["line_ids"] == [[0, 0, {"tax_ids": [[4, 8, 0]]}]]


def test_what_is_added_is_for_create_and_write_and_for_columns_that_are_there() -> None:
    for url in (URL + "load", "https://mycompany.example.com/api/res.partner"):
        with pytest.raises(SettingsError, match="is for create and write over Odoo's own APIs"):
            Destination(url, add="category_id")
    with pytest.raises(SettingsError, match="add=7 is not a column name"):
        Destination(URL + "create", add=7)
    frame = pd.DataFrame({"category_id": ["a"]})
    (said,) = Destination(URL + "create", add="category_ids").problems(frame)
    assert (
        "add is for one column, and none is called 'category_ids'. Correct its name. Did you mean 'category_id'?"
        in said
    )


def test_two_columns_of_lines_for_one_field_are_refused() -> None:
    frame = lines([{"product_id/default_code": "A", "product_id": 3}])
    (said,) = Destination(ORDERS).problems(frame)
    assert "in its lines, 'product_id/default_code' and 'product_id' fill the field 'product_id'." in said


def test_samples_say_what_of_lines_is_looked_up_first_until_their_fields_are_known() -> None:
    frame, target = lines([{"product_id/default_code": "A"}]), Destination(ORDERS)
    above = NOTHING_KNOWN.describes("account.move", moves().fields["account.move"])
    for server, waiting in ((NOTHING_KNOWN, True), (above, True), (moves(), False)):
        sample = target.samples(frame, server=server)[0]
        assert (sample.waiting == ("line_ids/product_id/default_code",)) is waiting
