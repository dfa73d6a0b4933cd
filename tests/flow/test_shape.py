"""Columns beside settings: what would be taken for something else, guessed at, sent twice or parted is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pandas as pd
import pytest

from odoo_widgets.flow import payloads
from odoo_widgets.flow.errors import DataError, PayloadError, SettingsError
from odoo_widgets.flow.plan import follow_ups, plan
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.samples import samples, stand_in
from odoo_widgets.flow.saved import from_text, to_text
from odoo_widgets.flow.settings import Settings

SERVER = "https://mycompany.example.com"


def json2(path: str, **values: Any) -> Settings:
    return Settings(f"{SERVER}/json/2/{path}", **values)


def over(protocol: str, operation: str, **values: Any) -> Settings:
    return Settings(f"{SERVER}/{protocol}", model="res.partner", operation=operation, **values)


TOGETHER = {"grouping": "keep together", "group_by": "g"}
# The settings, the columns, and what is said; nothing where the frame can be sent.
FRAMES: dict[str, tuple[Settings, dict[str, Any], str]] = {
    "ids beside the ids of a method": (json2("res.partner/f", ids="key"), {"key": [1], "ids": [2]}, "a call has 'ids'"),
    "context as an argument": (json2("res.partner/f"), {"id": [1], "context": ["x"]}, "a call has 'context'"),
    "ids that are the ids": (json2("res.partner/f", ids="ids"), {"ids": [1]}, ""),
    "a field called ids": (json2("res.partner/create"), {"name": ["a"], "ids": [1]}, ""),
    "load by name": (
        json2("res.partner/load"),
        {"state_id": ["WA"], "category_id": ["a,b"], "country_id/code": ["BE"]},
        "",
    ),
    "one field by two ways": (
        json2("res.partner/load"),
        {"country_id/code": ["BE"], "country_id/.id": [20]},
        "The columns 'country_id/code' and 'country_id/.id' all fill the field 'country_id'",
    ),
    "load by id": (json2("res.partner/load"), {"state_id/.id": [7], "category_id/id": ["a.b"]}, ""),
    "create by id": (json2("res.partner/create"), {"state_id": [7]}, ""),
    "one product and place twice": (
        json2("stock.quant/create"),
        {"product_id": [1, 1], "location_id": [8, 8], "inventory_quantity": [3, 4]},
        "Row 1: a row above has the same product_id, location_id",
    ),
    "the same for load": (
        json2("stock.quant/load"),
        {"product_id/.id": [1, 2, 1], "location_id/.id": [8, 8, 8]},
        "Row 2: a row above has the same product_id/.id, location_id/.id",
    ),
    "doubles but for what is left out": (
        json2("stock.quant/create", exclude=["lot_id"]),
        {"product_id": [1, 1], "lot_id": [1, 2]},
        "the same product_id",
    ),
    "one product in two places": (json2("stock.quant/create"), {"product_id": [1, 1], "location_id": [8, 9]}, ""),
    "load that is kept together and has gaps": (
        json2("res.partner/load", **TOGETHER),
        {"g": [1, 1], "ref": ["a", None]},
        "rows that are kept together would go in several",
    ),
    "the same, cleared": (
        json2("res.partner/load", missing={"ref": "clear"}, **TOGETHER),
        {"g": [1, 1], "ref": ["a", None]},
        "",
    ),
    "CSV that is kept together and has gaps": (
        Settings(f"{SERVER}/api/res.partner", content_format="CSV", **TOGETHER),
        {"g": [1, 1], "ref": ["a", None]},
        "CSV leaves no cell out of a call, so rows that are kept together would go in several",
    ),
    "JSON that is kept together and has gaps": (
        Settings(f"{SERVER}/api/res.partner", **TOGETHER),
        {"g": [1, 1], "ref": ["a", None]},
        "",
    ),
    "a policy for a column that is not there": (
        json2("res.partner/create", missing={"emial": "clear"}),
        {"email": ["a"]},
        "none is called 'emial'. Correct its name. Did you mean 'email'?",
    ),
    "an excluded column that is misspelt": (
        json2("res.partner/create", exclude=["_loadedat"]),
        {"name": ["a"], "_loaded_at": [1]},
        "the frame has no such column. Correct it, or take it out. Did you mean '_loaded_at'?",
    ),
    "an excluded column in other letters": (
        json2("res.partner/create", exclude=["E-Mail"]),
        {"name": ["a"], "email": ["b"]},
        "Did you mean 'email'?",
    ),
    "an excluded column that is not there, and is like none": (
        json2("res.partner/create", exclude=["_loaded_at"]),
        {"name": ["a"]},
        "",
    ),
    "an excluded column that is not there, and is like one that is excluded too": (
        json2("res.partner/create", exclude=["_loaded_at", "_loadedat"]),
        {"name": ["a"], "_loaded_at": [1]},
        "",
    ),
    "a column to group by that is misspelt": (
        json2("res.partner/create", grouping="by column", group_by="contry"),
        {"country": ["a"]},
        "none is called 'contry'. Correct group_by. Did you mean 'country'?",
    ),
    "a column of ids that is misspelt": (
        json2("res.partner/write", ids="Odoo ID"),
        {"odoo_id": [1], "name": ["a"]},
        "Say which it is: ids='…'. Did you mean 'odoo_id'?",
    ),
    "a column in the URL that is misspelt": (
        Settings(f"{SERVER}/api/x/{{partner}}"),
        {"partners": [1], "name": ["a"]},
        "Correct the URL, or the frame. Did you mean 'partners'?",
    ),
    "Arrow's NaN where none may be": (
        json2("res.partner/create", missing={"n": "reject"}),
        {"n": pd.array([1.0, np.nan], dtype="double[pyarrow]")},
        "Column 'n', row 1: the cell is empty",
    ),
    "Arrow's NaN in the URL": (
        Settings(f"{SERVER}/api/x/{{n}}"),
        {"n": pd.array([1.0, np.nan], dtype="double[pyarrow]"), "name": ["a", "b"]},
        "Column 'n', row 1: the URL takes this value",
    ),
    "half a surrogate pair in the URL": (
        Settings(f"{SERVER}/api/x/{{n}}", exclude=["n"]),
        {"n": pd.Series(["\ud800"], dtype=object), "name": ["a"]},
        "half a surrogate pair",
    ),
    "an id of 400 digits": (json2("res.partner/write"), {"id": [10**400], "name": ["a"]}, "not the id of a record"),
    "a context that XML-RPC cannot carry": (
        over("xmlrpc/2/object", "create", context={"a": [{"b": 2**31}]}),
        {"name": ["a"]},
        "The context cannot be sent: XML-RPC holds whole numbers",
    ),
    "the same over JSON-RPC": (over("jsonrpc", "create", context={"a": [{"b": 2**31}]}), {"name": ["a"]}, ""),
}


@pytest.mark.parametrize("name", FRAMES)
def test_what_would_go_wrong_is_said_before_anything_is_sent(name: str) -> None:
    settings, columns, sentence = FRAMES[name]
    found = problems(pd.DataFrame(columns), settings)
    assert (len(found), sentence in " ".join(found)) == (1 if sentence else 0, True)


def test_load_takes_an_empty_text_for_a_missing_one() -> None:
    frame = pd.DataFrame({"name": ["a", "b", "c"], "type": ["", "contact", None]})
    calls = list(plan(frame, json2("res.partner/load")))
    assert [(list(call.rows), call.ask.arguments["fields"]) for call in calls] == [
        ([0, 2], ["name"]),
        ([1], ["name", "type"]),
    ]


def test_rows_with_commands_never_share_a_write() -> None:
    lines = [[0, 0, {"product_id": 1}]]
    frame = pd.DataFrame({"id": [1, 2, 3, 4], "order_line": [lines, lines, None, None], "note": "x"})
    (look_up,) = plan(frame, json2("sale.order/write"))
    calls = {call.ask.method: list(call.rows) for call in follow_ups(look_up, json2("sale.order/write"), {1, 2, 3, 4})}
    assert calls == {"write": [2, 3], "web_save_multi": [0, 1]}


@pytest.mark.parametrize("values", [[1, 1, 1, 1], [1, 2, 1, 2], [1, 2, 3, 4]], ids=str)
def test_rows_that_are_kept_together_are_written_in_one_call(values: list[int]) -> None:
    settings = json2("res.partner/write", batch_size=2, **TOGETHER)
    frame = pd.DataFrame({"id": [1, 2, 3, 4], "g": list("aaaa"), "color": values})
    (look_up,) = plan(frame, settings)
    (call,) = follow_ups(look_up, settings, {1, 2, 3, 4})
    assert list(call.rows) == [0, 1, 2, 3]


def test_the_budget_holds_also_where_a_record_is_gone() -> None:
    settings = json2("res.partner/write", max_bytes=180)
    frame = pd.DataFrame({"id": range(1, 7), "comment": ["x" * 40, "y" * 40] * 3})
    for look_up in plan(frame, settings):
        for gone in look_up.ask.batch.ids if look_up.ask.batch else ():
            for call in follow_ups(look_up, settings, {*range(1, 7)} - {gone}):
                request = PROTOCOLS["json2"].encode(call, settings, stand_in(settings.url))
                assert len(request.content) <= 180


@pytest.mark.parametrize(
    "row",
    [3, -1],
)
def test_a_sample_of_a_row_that_is_not_there_is_refused(row: int) -> None:
    with pytest.raises(DataError, match=f"There is no row {row}: the frame has rows 0 to 2"):
        samples(pd.DataFrame({"name": list("abc")}), json2("res.partner/create"), among=[row])


PAYLOADS = {
    "1e999": ("jsonrpc", "too large"),
    "2147483648": ("xmlrpc/2/object", "XML-RPC holds whole numbers"),
    '"\\u0001"': ("xmlrpc/2/object", "control character"),
}


@pytest.mark.parametrize("value", PAYLOADS)
def test_a_payload_that_cannot_be_carried_is_refused(value: str) -> None:
    path, sentence = PAYLOADS[value]
    settings = over(path, "create")
    (call,) = list(plan(pd.DataFrame({"color": [7]}), settings))[1:]
    text = payloads.text(call, settings)
    assert payloads.edited(call, settings, text.replace("7", "8")).ask.arguments == {"vals_list": [{"color": 8}]}
    with pytest.raises(PayloadError, match=sentence):
        payloads.edited(call, settings, text.replace("7", value))


def test_a_payload_keeps_the_order_of_a_method_s_arguments() -> None:
    settings = over("jsonrpc", "load")
    (call,) = list(plan(pd.DataFrame({"name": ["a"]}), settings))[1:]
    content = orjson.loads(payloads.text(call, settings))
    turned = orjson.dumps({"data": [["b"]], "fields": content["fields"], "context": {"tz": "UTC"}}).decode()
    edited = payloads.edited(call, settings, turned)
    assert list(edited.ask.arguments.items()) == [("fields", ["name"]), ("data", [["b"]])]


@pytest.mark.parametrize("value", ["secret${X}", "${X}secret", "Bearer s${X}", "secret"])
def test_a_secret_beside_a_name_from_the_environment_is_not_saved(value: str) -> None:
    with pytest.raises(SettingsError, match="api-key looks like a secret"):
        to_text(json2("res.partner/create", headers={"api-key": value}))
    assert "Bearer ${X}" in to_text(json2("res.partner/create", headers={"api-key": "Bearer ${X}"}))


FILES = {
    'url = "https://x.example.com/json/2/nope"': 1,
    'batch_size = 3\nurl = "https://x.example.com/json/2/nope"': 2,
    'url = "https://x.example.com/jsonrpc"\nmodel = "res/partner"\noperation = "create"': 2,
    'url = "https://x.example.com/jsonrpc"\nmodel = "res.partner"\noperation = "_private"': 3,
    'url = "https://x.example.com/json/2/a/create"\ntimeout = 5\nheaders = "a"': 3,
    'url = "https://x.example.com/json/2/a/create"\nmodel = "b"': 2,
}


@pytest.mark.parametrize("text", FILES)
def test_a_file_names_the_line_of_what_is_wrong(text: str) -> None:
    with pytest.raises(SettingsError, match=f"^it, line {FILES[text]}: "):
        from_text(Settings, text, "it")
