from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.calls import Ask, Batch
from odoo_widgets.flow.endpoint import WITHOUT_IDS
from odoo_widgets.flow.operations import MANY, OPERATIONS, look_up, only
from odoo_widgets.flow.plan import follow_ups, plan
from odoo_widgets.flow.proofs import PROOFS
from odoo_widgets.flow.settings import Settings

if TYPE_CHECKING:
    from odoo_widgets.flow.calls import Call

SERVER = "https://mycompany.odoo.com/json/2/res.partner"
A, B, C, D = ({"name": name} for name in "abcd")
LINES = {"order_line": [[0, 0, {"product_id": 1}]]}


def asks(operation: str, records: list[dict[str, Any]], first: int = 10, *, several: bool = True) -> list[Ask]:
    ids = [100 + place for place in range(len(records))] if OPERATIONS[operation].needs_ids else None
    return list(OPERATIONS[operation].calls(Batch(range(first, first + len(records)), records, ids), several))


def write(rows: Any, vals: dict[str, Any]) -> Ask:
    return Ask(rows, "write", {"vals": vals}, [90 + row for row in rows])


def multi(rows: Any, *vals: dict[str, Any]) -> Ask:
    return Ask(rows, "web_save_multi", {"vals_list": list(vals), "specification": {}}, [90 + row for row in rows])


WRITES = {
    "one row": ([A], [write(range(10, 11), A)]),
    "all the same": ([A, A, A], [write(range(10, 13), A)]),
    "all different": ([A, B, C], [multi(range(10, 13), A, B, C)]),
    "a few the same": ([A, B, A, C], [multi(range(10, 14), A, B, A, C)]),
    "many the same": ([A, *[B] * MANY, C], [write(list(range(11, 11 + MANY)), B), multi([10, 11 + MANY], A, C)]),
    "one left over": ([A, *[B] * MANY], [write([10], A), write(list(range(11, 11 + MANY)), B)]),
    "many of each, in the order in which each first comes": (
        [A, *[B] * MANY, *[A] * MANY],
        [write([10, *range(11 + MANY, 11 + 2 * MANY)], A), write(list(range(11, 11 + MANY)), B)],
    ),
    "beside commands": (
        [A, LINES, A, LINES, B],
        [write([10, 12], A), multi([11, 13, 14], LINES, LINES, B)],
    ),
    "fields in another order": ([{"x": 1, "y": 2}, {"y": 2, "x": 1}], [write(range(10, 12), {"x": 1, "y": 2})]),
    "what Python takes for equal": (
        [{"x": 1}, {"x": True}, {"x": "1"}, {"x": None}],
        [multi(range(10, 14), {"x": 1}, {"x": True}, {"x": "1"}, {"x": None})],
    ),
    "left out is not cleared": ([{}, {"name": None}], [multi(range(10, 12), {}, {"name": None})]),
}


@pytest.mark.parametrize("name", WRITES)
def test_many_rows_with_the_same_values_share_a_write_and_all_others_one_web_save_multi(name: str) -> None:
    records, expected = WRITES[name]
    assert asks("write", records) == expected


def test_create_is_one_call_for_the_batch() -> None:
    assert asks("create", [A, A, B]) == [Ask(range(10, 13), "create", {"vals_list": [A, A, B]})]


def test_unlink_is_one_call_with_nothing_but_ids() -> None:
    assert asks("unlink", [{}, {}]) == [Ask(range(10, 12), "unlink", {}, [100, 101])]


def load(rows: Any, fields: list[str], *data: Any) -> Ask:
    return Ask(rows, "load", {"fields": fields, "data": list(data)}, context={"tz": "UTC"})


LOADS = {
    "all filled": (
        [{"id": "x.a", "name": "a"}, {"id": "x.b", "name": "b"}],
        [load(range(10, 12), ["id", "name"], ["x.a", "a"], ["x.b", "b"])],
    ),
    "parted by the columns that are filled": (
        [{"id": "x.a", "name": "a"}, {"name": "b"}, {"id": "x.c", "name": "c"}],
        [load([10, 12], ["id", "name"], ["x.a", "a"], ["x.c", "c"]), load([11], ["name"], ["b"])],
    ),
    "a record's later row comes after its earlier ones": (
        [{"id": "x", "a": 1}, {"id": "x"}, {"id": "__import__.x", "a": 2}, {"id": "y", "a": 3}],
        [
            load([10], ["id", "a"], ["x", "1"]),
            load([11], ["id"], ["x"]),
            load([12, 13], ["id", "a"], ["__import__.x", "2"], ["y", "3"]),
        ],
    ),
    "so does it by a database's id": (
        [{".id": 7, "a": 1}, {".id": 7}, {".id": 7, "a": 2}],
        [load([10], [".id", "a"], ["7", "1"]), load([11], [".id"], ["7"]), load([12], [".id", "a"], ["7", "2"])],
    ),
    "a row without any": ([{}], [load(range(10, 11), [], [])]),
    "cleared": ([A, {"name": None}], [load(range(10, 12), ["name"], ["a"], [None])]),
    "every cell is text, as in a file": (
        [{"id": 7, "b": True, "c": False, "i": -3, "f": 1.5, "s": "é", "e": ""}],
        [load(range(10, 11), ["id", "b", "c", "i", "f", "s", "e"], ["7", "1", "0", "-3", "1.5", "é", ""])],
    ),
}


@pytest.mark.parametrize("name", LOADS)
def test_load_takes_rows_of_the_same_filled_columns_with_cells_as_text(name: str) -> None:
    records, expected = LOADS[name]
    assert asks("load", records) == expected


VALUES = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["a", "b", 0.5])
RECORDS = st.lists(st.dictionaries(st.sampled_from("xyz"), VALUES, max_size=3), min_size=1, max_size=12)


def sent(ask: Ask) -> list[Any]:
    """What a call says of each of its rows."""
    match ask.method:
        case "write":
            return [ask.arguments["vals"]] * len(ask.rows)
        case "unlink":
            return [{}] * len(ask.rows)
        case "load":
            return [dict(zip(ask.arguments["fields"], row, strict=True)) for row in ask.arguments["data"]]
        case _:
            return ask.arguments["vals_list"]


def exactly(record: dict[str, Any]) -> str:
    """A record as text, since 1 == True == 1.0."""
    return repr(sorted(record.items()))


def as_text(record: dict[str, Any]) -> dict[str, Any]:
    truth = {True: "1", False: "0"}
    return {
        name: truth[cell] if isinstance(cell, bool) else None if cell is None else f"{cell}"
        for name, cell in record.items()
    }


@pytest.mark.parametrize("operation", OPERATIONS)
@given(records=RECORDS)
def test_every_row_is_in_exactly_one_call_with_its_own_values_and_id(
    operation: str, records: list[dict[str, Any]]
) -> None:
    form = {"load": as_text, "unlink": lambda _record: {}}.get(operation, dict)
    calls = asks(operation, records)
    assert sorted(row for ask in calls for row in ask.rows) == list(range(10, 10 + len(records)))
    for ask in calls:
        assert list(map(exactly, sent(ask))) == [exactly(form(records[row - 10])) for row in ask.rows]
        assert ask.ids == ([90 + row for row in ask.rows] if OPERATIONS[operation].needs_ids else None)


@given(records=RECORDS)
def test_a_write_never_takes_more_calls_than_there_are_values_that_repeat_and_one(records: list[Any]) -> None:
    several = Counter(repr(sorted(record.items())) for record in records)
    assert len(asks("write", records)) <= sum(count > 1 for count in several.values()) + 1


def test_operations_are_the_ones_that_settings_know() -> None:
    assert tuple(name for name, each in OPERATIONS.items() if not each.needs_ids) == WITHOUT_IDS


def test_every_method_that_is_called_has_a_proof() -> None:
    called = {ask.method for name in OPERATIONS for ask in asks(name, [A, *[B] * MANY, C])}
    assert called == set(PROOFS)


FRAME = pd.DataFrame({"key": [7, 8, 9, 10], "name": ["a", "b", "a", "c"], "email": ["x", None, None, "y"], "note": "n"})


def test_the_column_of_ids_leaves_the_payload_and_missing_cells_do_as_told() -> None:
    settings = Settings(f"{SERVER}/write", ids="key", missing={"email": "clear"}, exclude=["note"], batch_size=3)
    first, second = plan(FRAME, settings)
    assert (first.number, first.ask.batch.ids) == (0, [7, 8, 9])
    assert followed(first, settings, {7, 8, 9}) == [
        (
            0,
            Ask(
                range(3),
                "web_save_multi",
                {
                    "vals_list": [
                        {"name": "a", "email": "x"},
                        {"name": "b", "email": None},
                        {"name": "a", "email": None},
                    ],
                    "specification": {},
                },
                [7, 8, 9],
            ),
        )
    ]
    assert followed(second, settings, {10}) == [
        (1, Ask(range(3, 4), "write", {"vals": {"name": "c", "email": "y"}}, [10]))
    ]


def followed(call: Call, settings: Settings, found: set[int]) -> list[tuple[int, Ask]]:
    return [(each.number, each.ask) for each in follow_ups(call, settings, found)]


def test_an_excluded_column_can_still_hold_the_ids() -> None:
    settings = Settings(f"{SERVER}/unlink", ids="key", exclude=["key"])
    (call,) = plan(FRAME, settings)
    assert followed(call, settings, {7, 8, 9, 10}) == [(0, Ask(range(4), "unlink", {}, [7, 8, 9, 10]))]


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in WITHOUT_IDS])
def test_which_records_are_there_is_asked_before_anything_is_done_to_them(operation: str) -> None:
    settings = Settings(f"{SERVER}/{operation}", ids="key", batch_size=3, keep_before=False)
    assert [
        (call.number, call.rows, call.ask.method, call.ask.arguments, call.ask.context)
        for call in plan(FRAME, settings)
    ] == [
        (0, range(3), "search_read", {"domain": [["id", "in", [7, 8, 9]]], "fields": ["id"]}, {"active_test": False}),
        (1, range(3, 4), "search_read", {"domain": [["id", "in", [10]]], "fields": ["id"]}, {"active_test": False}),
    ]


def test_only_records_that_are_there_are_written_each_with_its_own_values() -> None:
    settings = Settings(f"{SERVER}/write", ids="key", exclude=["note", "email"])
    (call,) = plan(FRAME, settings)
    assert followed(call, settings, {7, 9, 10}) == [
        (
            0,
            Ask(
                [0, 2, 3],
                "web_save_multi",
                {"vals_list": [{"name": "a"}, {"name": "a"}, {"name": "c"}], "specification": {}},
                [7, 9, 10],
            ),
        ),
    ]
    assert followed(call, settings, {8}) == [(0, Ask([1], "write", {"vals": {"name": "b"}}, [8]))]
    assert followed(call, settings, set()) == []


@given(records=RECORDS, found=st.sets(st.integers(100, 111)))
def test_a_batch_keeps_the_rows_of_the_records_that_are_there_and_no_other(records: list[Any], found: Any) -> None:
    ids = [100 + place for place in range(len(records))]
    batch = only(look_up(Batch(range(10, 10 + len(records)), records, ids)).batch, found)
    places = [place for place, each in enumerate(ids) if each in found]
    assert [*batch.rows] == [10 + place for place in places]
    assert batch.records == [records[place] for place in places]
    assert batch.ids == [ids[place] for place in places]


def test_a_load_keeps_the_column_called_id_for_it_is_the_external_id() -> None:
    frame = pd.DataFrame({"id": ["x.a", None], "name": ["a", "b"]})
    calls = list(plan(frame, Settings(f"{SERVER}/load")))
    assert [(call.number, call.ask.arguments["fields"]) for call in calls] == [(0, ["id", "name"]), (0, ["name"])]
