"""Lines inside rows: what they become, what is asked for them, what is refused, which line Odoo is about."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest

from odoo_widgets.flow import records
from odoo_widgets.flow.asks import in_turn
from odoo_widgets.flow.calls import Batch
from odoo_widgets.flow.dicts import misshapen, shaped
from odoo_widgets.flow.documents import blamed
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.loading import loads, unfit
from odoo_widgets.flow.matching import external_id, line_id
from odoo_widgets.flow.model import Field, Fields
from odoo_widgets.flow.needed import needed
from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.responses import responses
from odoo_widgets.flow.samples import samples
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source

SERVER = "https://mycompany.odoo.com"
URL = f"{SERVER}/json/2/sale.order/create"
ORDER, LINE = "sale.order", "sale.order.line"
FIELDS = {
    "ref": Field("ref", "char"),
    "partner_id": Field("partner_id", "many2one", relation="res.partner"),
    "order_line": Field("order_line", "one2many", relation=LINE, inverse="order_id"),
    "props": Field("props", "properties"),
    "state": Field("state", "selection"),
}
INSIDE = {
    "product_id": Field("product_id", "many2one", relation="product.product"),
    "qty": Field("qty", "float"),
    "tax_ids": Field("tax_ids", "many2many", relation="account.tax"),
    "display_type": Field("display_type", "selection", selection={"line_note": "Note", "line_section": "Section"}),
}
KNOWN = NOTHING_KNOWN.describes(ORDER, FIELDS).describes(LINE, INSIDE)
TWO = [{"product_id": 7, "qty": 2}, {"product_id": 8, "qty": 1.5}]


def orders(*lines: Any, **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"ref": [f"R{place}" for place in range(len(lines))], **columns})
    frame["order_line"] = np.fromiter(lines, dtype=object, count=len(lines))
    return frame


def keyed(**others: Any) -> Settings:
    return Settings(URL, **{"key": "ref", "mode": "upsert", "keep_before": False} | others)


def asked(frame: pd.DataFrame, settings: Settings) -> list[dict[str, Any]]:
    return [call.ask.arguments for call in plan(frame, settings, KNOWN)]


# --- what lines become -----------------------------------------------------------------------------------------------


def test_lines_become_commands_that_make_them() -> None:
    frame = orders(TWO, [], None, (TWO[0],), np.array(TWO))
    made = [[0, 0, line] for line in TWO]
    assert asked(frame, Settings(URL)) == [
        {
            "vals_list": [
                {"ref": "R0", "order_line": made},
                {"ref": "R1"},
                {"ref": "R2"},
                {"ref": "R3", "order_line": made[:1]},
                {"ref": "R4", "order_line": made},
            ]
        }
    ]


def test_values_in_lines_become_what_they_become_in_columns() -> None:
    brussels = pd.Timestamp("2026-03-01", tz="Europe/Brussels")
    cell = {
        "day": pd.Timestamp("2026-03-01"),
        "time": brussels,
        "whole": 12.0,
        "large": 2**60 + 1,
        "none": np.nan,
        "gone": None,
        "truth": np.bool_(True),
        "file": b"x",
    }
    ((line,),) = (each["order_line"] for each in made_of(orders([cell])))
    assert line == {
        "day": "2026-03-01",
        "time": "2026-02-28 23:00:00",
        "whole": 12,
        "large": 2**60 + 1,
        "truth": True,
        "file": "eA==",
    }


def made_of(frame: pd.DataFrame, **settings: Any) -> list[dict[str, Any]]:
    source = Source(frame)
    return records.records(source.frame, records.columns(source, Settings(URL, **settings)))


def test_a_day_among_times_is_a_time_in_lines_as_in_columns() -> None:
    noon, midnight = pd.Timestamp("2026-03-01 12:00"), pd.Timestamp("2026-03-01")
    made = made_of(orders([{"when": noon}], [{"when": midnight}]), timezone="UTC")
    assert [each["order_line"][0]["when"] for each in made] == ["2026-03-01 12:00:00", "2026-03-01 00:00:00"]


def test_paths_name_what_lines_have() -> None:
    frame = orders([{"Qty": 1, "product_id": 7, "x": 1}, {"Qty": None, "product_id": 8, "x": 2}])
    settings = {
        "fields": {"order_line/Qty": "qty"},
        "exclude": ["order_line/x"],
        "missing": {"order_line/Qty": "clear"},
    }
    assert problems(frame, Settings(URL, **settings)) == ()
    assert made_of(frame, **settings)[0]["order_line"] == [{"qty": 1, "product_id": 7}, {"qty": None, "product_id": 8}]


def test_lists_of_dicts_that_are_no_lines_go_out_as_they_are() -> None:
    frame = orders(TWO).rename(columns={"order_line": "props"})
    assert asked(frame, Settings(URL)) == [{"vals_list": [{"ref": "R0", "props": TWO}]}]
    rest = Settings(f"{SERVER}/api/sale.order", batch_size=1)
    (call,) = plan(orders(TWO), rest)
    assert call.ask.arguments["records"] == [{"ref": "R0", "order_line": TWO}]
    method = Settings(f"{SERVER}/json/2/sale.order/tell", ids="id")
    looked, *_ = plan(orders(TWO, id=[3]), method)
    assert looked.ask.batch is not None
    assert looked.ask.batch.records == [{"ref": "R0", "order_line": TWO}]


def test_commands_beside_lines_stay_commands() -> None:
    command = [[0, 0, {"product_id": 7}]]
    assert asked(orders(TWO, command), Settings(URL))[0]["vals_list"][1]["order_line"] == command


def described(frame: pd.DataFrame, settings: Settings, known: Server = KNOWN) -> str:
    """What stops a frame whose columns are asked about, with the fields that are known."""
    (call,) = needed(Source(frame), settings, known)
    return misshapen(call.ask.shapes, known.fields[call.model])


WRITE = f"{SERVER}/json/2/{ORDER}/write"
MISSHAPEN: dict[str, tuple[Any, str, str]] = {
    "lines that nothing tells apart": (TWO, WRITE, "row 0: a list of dicts is lines, and without a key nothing says"),
    "one command by itself": ([0, 0, {"qty": 1}], URL, "row 0: not all in the list is a dict"),
    "a line without anything alone": ([{}], URL, "row 0: line 0 is empty. Fill it, or leave it out."),
    "a dict in place of lines": ({"qty": 1}, URL, "order_line leads to records, and a dict says none. Send a list of"),
    "lines of lines": (
        [{"qty": 1}, {"tax_ids": [{"name": "x"}]}],
        URL,
        "row 0, line 1, 'tax_ids': tax_ids leads to records, and a list of dicts says none.",
    ),
    "a dict in a line": ([{"product_id": {"name": "x"}}], URL, "line 0, 'product_id': product_id leads to records"),
}


@pytest.mark.parametrize("name", MISSHAPEN)
def test_dicts_that_a_field_of_records_does_not_take_are_told_of_before_anything_is_sent(name: str) -> None:
    cell, url, words = MISSHAPEN[name]
    frame = orders(cell, id=[7]) if url == WRITE else orders(cell)
    assert words in described(frame, Settings(url))


def test_lines_of_lines_are_sent_afterwards() -> None:
    inside = {**INSIDE, "parts": Field("parts", "one2many", relation="x.part")}
    frame = orders([{"parts": [{"name": "x"}]}])
    assert described(frame, Settings(URL), KNOWN.describes(LINE, inside)).startswith(
        "Column 'order_line', row 0, line 0, 'parts': lines cannot have lines of their own. Send those afterwards"
    )


def test_dicts_of_properties_and_lists_of_commands_are_asked_about_no_more() -> None:
    frame = orders([[1, 7, {"qty": 1}]], id=[7]).assign(props=[{"size": 3}])
    assert list(needed(Source(frame), Settings(WRITE), KNOWN)) == []


# --- what is asked ---------------------------------------------------------------------------------------------------


def test_whether_a_column_has_lines_is_asked_first_and_no_more_without_a_key() -> None:
    (call,) = needed(Source(orders(TWO)), Settings(URL), NOTHING_KNOWN)
    assert call.ask.arguments["allfields"] == ["order_line", "active", "state"]
    assert list(needed(Source(orders(TWO)), Settings(URL), KNOWN)) == []
    assert list(needed(Source(orders([])), Settings(URL), NOTHING_KNOWN)) == []


def test_the_fields_of_lines_are_asked_with_a_key_but_for_what_only_tells_lines_apart() -> None:
    frame = orders([{**TWO[0], "number": "x"}])
    only = NOTHING_KNOWN.describes(ORDER, FIELDS)
    (call,) = needed(Source(frame), keyed(line_key="number"), only)
    assert (call.model, call.ask.arguments["allfields"]) == (LINE, ["product_id", "qty", "number"])
    assert call.ask.wanted == ["product_id", "qty"]
    assert list(needed(Source(frame), keyed(line_key="number"), KNOWN)) == []
    (call,) = needed(Source(frame), keyed(), KNOWN)
    assert call.ask.wanted == ["product_id", "qty", "number"]


def test_an_external_id_of_a_line_is_the_same_for_ever_and_no_documents() -> None:
    # What stands in databases by now: another one would make every line once more.
    key = {"ref": "A1"}
    assert line_id(ORDER, key, "order_line", {"": 0}) == "odoo_widgets.5220b913532ea796b1c46bf21e36501bad171ae9"
    others = [
        line_id(ORDER, key, "order_line", {"": 1}),
        line_id(ORDER, key, "order_line", {"": 0}),
        line_id(ORDER, key, "other", {"": 0}),
        line_id(ORDER, {"ref": "A2"}, "order_line", {"": 0}),
        line_id(ORDER, key, "order_line", {"product_id": 0}),
        line_id("purchase.order", key, "order_line", {"": 0}),
        external_id(ORDER, key),
    ]
    assert len(set(others)) == len(others)


def test_load_gets_the_lines_of_a_document_in_rows_below_it() -> None:
    lines = [{"product_id": 7, "tax_ids": [1, 2]}, {"product_id": 8, "tax_ids": []}]
    records = [{"partner_id": 3, "order_line": lines}, {"partner_id": 4}, {"partner_id": 5, "order_line": TWO[:1]}]
    keys = [{"ref": name} for name in "ABC"]
    batch = Batch([5, 6, 7], records, keys=keys, lines=("order_line",))
    asks = list(loads(batch, ORDER, FIELDS, {"order_line": INSIDE}))
    header = ["id", "ref", "partner_id/.id"]
    one, other = (line_id(ORDER, keys[0], "order_line", {"": place}) for place in range(2))
    assert [(list(ask.rows), list(ask.sizes), ask.arguments) for ask in asks] == [
        (
            [5],
            [2],
            {
                "fields": [*header, "order_line/id", "order_line/product_id/.id", "order_line/tax_ids/.id"],
                "data": [
                    [external_id(ORDER, keys[0]), "A", "3", one, "7", "1,2"],
                    [None, None, None, other, "8", ""],
                ],
            },
        ),
        ([6], [], {"fields": header, "data": [[external_id(ORDER, keys[1]), "B", "4"]]}),
        (
            [7],
            [],
            {
                "fields": [*header, "order_line/id", "order_line/product_id/.id", "order_line/qty"],
                "data": [
                    [
                        *(external_id(ORDER, keys[2]), "C", "5"),
                        *(line_id(ORDER, keys[2], "order_line", {"": 0}), "7", "2"),
                    ]
                ],
            },
        ),
    ]


def test_load_writes_a_document_that_is_there_by_its_id_and_leaves_its_key_alone() -> None:
    batch = Batch([0], [{"order_line": TWO[:1]}], [9], [{"ref": "A"}], "load", ("order_line",))
    (ask,) = loads(batch, ORDER, FIELDS, {"order_line": INSIDE})
    assert ask.arguments["fields"] == [".id", "order_line/id", "order_line/product_id/.id", "order_line/qty"]
    assert ask.arguments["data"][0][0] == "9"


def test_what_only_tells_lines_apart_is_not_sent() -> None:
    line = {"number": "x", "product_id": 7}
    batch = Batch([0], [{"order_line": [line]}], keys=[{"ref": "A"}], lines=("order_line",))
    (ask,) = loads(batch, ORDER, FIELDS, {"order_line": INSIDE}, ["number"])
    told = dict(zip(ask.arguments["fields"], ask.arguments["data"][0], strict=True))
    assert told["order_line/id"] == line_id(ORDER, {"ref": "A"}, "order_line", {"number": "x"})
    assert "order_line/number" not in told


def test_a_choice_in_a_line_is_never_a_label() -> None:
    batch = Batch([0], [{"order_line": [TWO[0], {"display_type": "Note"}]}], keys=[{"ref": "A"}], lines=("order_line",))
    found = unfit(batch, FIELDS, {"order_line": INSIDE})
    assert found[0][0] == "order_line/display_type"
    assert found[0][1].startswith("line 1: display_type has no choice 'Note'")


# --- what is refused -------------------------------------------------------------------------------------------------

WRONG: dict[str, tuple[pd.DataFrame, dict[str, Any], str]] = {
    "infinity": (
        orders(TWO, [{"qty": 1.0}, {"qty": np.inf}]),
        {},
        "row 1: line 1, 'qty': infinity cannot be sent. Put a number there, or leave the cell empty. Found: inf.",
    ),
    "a time without a zone": (
        orders([{"when": dt.datetime(2026, 3, 1, 12)}]),  # noqa: DTZ001 - a naive time is meant
        {},
        "Column 'order_line', row 0: line 0, 'when': a time without a zone.",
    ),
    "a line key that no line has": (
        orders(TWO),
        {"key": "ref", "line_key": "number"},
        "Column 'order_line', row 0: no line has a 'number', which line_key names.",
    ),
    "a line key that is empty": (
        orders([{"product_id": 7, "number": "x"}, {"product_id": 8}]),
        {"key": "ref", "line_key": "number"},
        "Column 'order_line', row 0: line 1, 'number': the key of the line is empty.",
    ),
    "a line key with a point": (
        orders(TWO),
        {"key": "ref", "line_key": "qty"},
        "Column 'order_line', row 0: line 0: a number with a point says no record for sure",
    ),
    "a line key that is there twice": (
        orders([TWO[0], {**TWO[0], "product_id": "7"}]),
        {"key": "ref", "line_key": "product_id"},
        "Column 'order_line', row 0: line 1: another line of the document has the same product_id",
    ),
    "commands beside lines": (
        orders(TWO, [[0, 0, {"product_id": 7}]]),
        {"key": "ref"},
        "Column 'order_line', row 1: with a key, new records are made by load",
    ),
    "a line without anything": (
        orders(TWO, [TWO[0], {"qty": None}]),
        {},
        "Column 'order_line', row 1: line 1 is empty. Fill it, or leave it out.",
    ),
    "ids of lines": (orders([{"id": "x"}]), {"key": "ref"}, "with a key, lines get external IDs of their own"),
    "lines that are cleared": (
        orders(TWO),
        {"missing": {"order_line": "clear"}},
        "missing='clear' would take the lines off documents",
    ),
    "lines that a step writes again": (
        orders(TWO),
        {"then": ["action_confirm", {"write": ["order_line"]}]},
        "Column 'order_line': then writes no lines again, which are there with their documents. Leave it out.",
    ),
    "two names for one field": (
        orders([{"qty": 1, "Qty": 2}]),
        {"fields": {"order_line/Qty": "qty"}},
        "Column 'order_line': in its lines, 'qty' and 'Qty' fill the field 'qty'. Exclude all but one.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_sent_in_lines_is_named_by_row_line_and_name(name: str) -> None:
    frame, settings, words = WRONG[name]
    (found,) = problems(frame, Settings(**{"url": URL} | settings))
    assert words in found


def turns_of(batch: Batch, fields: Fields = FIELDS) -> list[tuple[list[int], list[str], list[list[str | None]]]]:
    """What is loaded of documents, one turn after the other: the rows, the columns and the cells without IDs."""
    found = []
    known = NOTHING_KNOWN.describes(ORDER, fields).describes(LINE, INSIDE)
    for turn in in_turn(batch, keyed(), known):
        for ask in loads(turn, ORDER, fields, {"order_line": INSIDE}):
            names = [name.partition("/.id")[0] for name in ask.arguments["fields"][1:] if name != "order_line/id"]
            own = [
                place for place, name in enumerate(ask.arguments["fields"]) if name in ("id", ".id", "order_line/id")
            ]
            cells = [[cell for place, cell in enumerate(row) if place not in own] for row in ask.arguments["data"]]
            found.append((list(ask.rows), names, cells))
    return found


def test_lines_that_leave_different_cells_empty_are_loaded_in_turns_in_their_order() -> None:
    lines = [{"product_id": 7, "qty": 2}, {"product_id": 8}, {"product_id": 9}, {"qty": 3, "product_id": 7}]
    records = [{"ref": "A", "order_line": lines}, {"ref": "B", "order_line": lines[1:3]}]
    batch = Batch([4, 5], records, keys=[{"ref": "A"}, {"ref": "B"}], lines=("order_line",))
    assert turns_of(batch) == [
        ([4], ["ref", "order_line/product_id", "order_line/qty"], [["A", "7", "2"]]),
        ([5], ["ref", "order_line/product_id"], [["B", "8"], [None, "9"]]),
        ([4], ["order_line/product_id"], [["8"], ["9"]]),
        ([4], ["order_line/qty", "order_line/product_id"], [["3", "7"]]),
    ]


def test_a_line_keeps_its_external_id_in_whatever_turn_it_goes() -> None:
    lines = [{"product_id": 7, "qty": 2}, {"product_id": 8}]
    batch = Batch([4], [{"order_line": lines}], keys=[{"ref": "A"}], lines=("order_line",))
    asks = [
        ask for turn in in_turn(batch, keyed(), KNOWN) for ask in loads(turn, ORDER, FIELDS, {"order_line": INSIDE})
    ]
    ids = [ask.arguments["data"][0][ask.arguments["fields"].index("order_line/id")] for ask in asks]
    assert ids == [line_id(ORDER, {"ref": "A"}, "order_line", {"": place}) for place in range(2)]


def test_what_is_cleared_is_filled_in_each_line_so_that_they_go_together() -> None:
    (call,) = plan(orders([{"product_id": 7}, TWO[1]]), keyed(missing={"order_line/qty": "clear"}), KNOWN)
    assert call.ask.batch is not None
    assert len([*in_turn(attrs.evolve(call.ask.batch, operation="load"), keyed(), KNOWN)]) == 1


def test_an_entry_is_loaded_at_once_though_its_lines_fill_either_debit_or_credit() -> None:
    fields = {**FIELDS, "order_line": Field("order_line", "one2many", relation="account.move.line")}
    lines = [{"product_id": 7, "debit": 5}, {"product_id": 8, "credit": 5}]
    batch = Batch([0], [{"order_line": lines}], keys=[{"ref": "A"}], lines=("order_line",))
    ((_, names, cells),) = turns_of(batch, fields)
    assert sorted(zip(names[1:], cells[0][1:], cells[1][1:], strict=True)) == [
        ("order_line/credit", "0", "5"), ("order_line/debit", "5", "0"), ("order_line/product_id", "7", "8"),
    ]  # fmt: skip


@pytest.mark.parametrize("setting", [{"lines": "keep"}, {"line_key": "product_id"}])
def test_what_is_for_lines_with_a_key_is_refused_without_one(setting: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="is for the lines of documents with a key") as raised:
        Settings(URL, **setting)
    assert Settings(URL, **setting | raised.value.instead) == Settings(URL)


def test_another_word_for_lines_is_refused() -> None:
    with pytest.raises(SettingsError, match="Use one of: refuse, keep, add, replace"):
        keyed(lines="delete")


# --- what is told ----------------------------------------------------------------------------------------------------

RECORD = {"order_line": [{"product_id": 7, "qty": 3}, {"product_id": 99, "qty": 3}, {"product_id": 8, "qty": "x"}]}


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("No matching record found for database id '99'", ("Line 1: ", "order_line/product_id")),
        ("Record does not exist or has been deleted.\n(Record: product.product(99,), User: 2)", ("Line 1: ", "")),
        ("'x' does not seem to be a number for field 'Order Lines/Quantity'", ("Line 2: ", "order_line/qty")),
        ("'3' is in two of them", ("", "")),
        ("Nothing is named", ("", "")),
    ],
)
def test_the_line_that_a_message_is_about_is_told_where_one_alone_has_the_value(
    message: str, told: tuple[str, str]
) -> None:
    said, path = blamed(message, RECORD, ["order_line"])
    assert said == told[0] + message
    assert path == (told[1] or ("order_line/product_id" if told[0] else ""))


def test_the_ids_of_lines_stand_behind_the_other_columns() -> None:
    made = responses([], pd.Index(["a", "b"]), SERVER, ORDER, lines={"order_line": {1: [3, None]}})
    assert list(made.columns)[-1] == "order_line/.id"
    assert made["order_line/.id"].tolist() == [None, [3, None]]
    assert made.iloc[1:]["order_line/.id"].tolist() == [[3, None]]


# --- samples ---------------------------------------------------------------------------------------------------------


def test_samples_show_the_look_up_the_questions_about_lines_and_both_ways() -> None:
    found = samples(orders(TWO), keyed(), 10, server=KNOWN)
    assert [each.title.rsplit(" · ", 1)[0] for each in found] == [
        "look up · row 0 · 1 record",
        "those that are not there · row 0 · 1 record",
        "read what it did · row 0 · 1 record",
        "read their lines",
        "ask which lines were made from here",
        "ask which lines were made from here",
        "those that are there · row 0 · 1 record",
        "read their lines",
        "ask which lines were made from here",
    ]


@pytest.mark.parametrize("mode", ["create", "update", "upsert"])
def test_samples_of_documents_whose_fields_nobody_knows_show_the_look_up(mode: str) -> None:
    (look,) = samples(orders(TWO), keyed(mode=mode))
    assert look.title.startswith("look up")


def test_samples_without_a_key_show_how_the_ids_of_lines_are_read() -> None:
    found = samples(orders(TWO), Settings(URL), server=KNOWN)
    assert [each.call.ask.method for each in found] == ["create", "search_read"]
    assert '"order_line"' in found[1].payload


def adding(ids: list[int] | None, **record: Any) -> Batch:
    keys = [{"ref": "A"}]
    return Batch([0], [record], ids, keys, lines=("order_line",))


def test_what_is_added_to_a_document_that_is_there_is_added_by_load_too() -> None:
    fields = FIELDS | {"tag_ids": Field("tag_ids", "many2many", relation="crm.tag")}
    line = {"product_id": 1, "tax_ids": [[4, 5, 0]]}
    (ask,) = loads(adding([7], tag_ids=[[4, 3, 0]], order_line=[line]), ORDER, fields, {"order_line": INSIDE})
    assert ask.context == {"tz": "UTC", "update_many2many": True}
    assert ask.arguments["data"][0][-1] == "5"
    # What is new holds nothing to add to.
    (ask,) = loads(adding(None, tag_ids=[[4, 3, 0]], order_line=[line]), ORDER, fields, {"order_line": INSIDE})
    assert ask.context == {"tz": "UTC"}
    both = adding([7], tag_ids=[3], order_line=[line])
    assert unfit(both, fields, {"order_line": INSIDE})[0][1].startswith("A document that is there goes with its lines")
    assert unfit(adding(None, tag_ids=[3], order_line=[line]), fields, {"order_line": INSIDE}) == {}


@pytest.mark.parametrize("inner", [np.array([1, 2]), np.array([], dtype="int64"), pd.NA], ids=["two", "none", "NA"])
def test_a_list_of_what_is_neither_true_nor_false_is_a_list(inner: Any) -> None:
    source = Source.of(pd.DataFrame({"category_id": pd.Series([[inner]], dtype=object)}))
    settings = Settings("https://mycompany.odoo.com/json/2/res.partner/create")
    assert [each.kind for each in shaped(source, records.columns(source, settings))] == ["a list"]
