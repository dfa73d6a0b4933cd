from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.calls import Ask, Batch
from odoo_widgets.flow.operations import look_up
from odoo_widgets.flow.proofs import FIRST_ROW, WITH_THE_OTHERS, prove, refusals, rolled_back, there

ROWS = range(300, 303)
IDS = [7, 8, 9]
ASKS = {
    "create": Ask(ROWS, "create", {"vals_list": [{}] * 3}),
    "write": Ask(ROWS, "write", {"vals": {}}, IDS),
    "web_save_multi": Ask(ROWS, "web_save_multi", {"vals_list": [{}] * 3, "specification": {}}, IDS),
    "unlink": Ask(ROWS, "unlink", {}, IDS),
    "load": Ask(ROWS, "load", {"fields": ["name"], "data": [["a"], ["b"], ["c"]]}),
}
LOAD = ASKS["load"]
READ = [{"id": 7}, {"id": 8}, {"id": 9}]


def loaded(ids: Any = IDS, *messages: Any) -> dict[str, Any]:
    return {"ids": ids, "messages": list(messages), "nextrow": 0}


def error(message: str, *rows: int, kind: str = "error", **more: Any) -> dict[str, Any]:
    about = {"rows": {"from": rows[0], "to": rows[-1]}, "record": rows[0]} if rows else {}
    return {"type": kind, "message": message, **about, **more}


PROVED = [
    ("create", [3, 1, 2], "created", [3, 1, 2]),
    ("write", True, "updated", IDS),
    ("unlink", True, "deleted", IDS),
    ("web_save_multi", READ, "updated", IDS),
    ("web_save_multi", [{"id": each, "name": "x"} for each in IDS], "updated", IDS),
    ("load", loaded(), "saved", IDS),
    ("load", loaded([7, 7, 8]), "saved", [7, 7, 8]),
    ("load", {"ids": IDS}, "saved", IDS),
]


@pytest.mark.parametrize(("method", "result", "status", "ids"), PROVED)
def test_the_method_s_own_word_proves_every_row_of_the_call(
    method: str, result: Any, status: str, ids: list[int]
) -> None:
    (proof,) = prove(ASKS[method], result)
    assert (proof.status, proof.ids, proof.warning) == (status, ids, "")
    assert proof.places is None or list(proof.places) == [0, 1, 2]


NOTHING = [False, None, 0, 1, 1.0, "true", "True", "", [], {}, [True], {"result": True}]
NO_IDS = [[7, 8], [7, 8, 9, 10], [7, 8, "9"], [7, 8, 9.0], [True, 8, 9], [7, 8, None], [0, 8, 9], [7, 8, 2**63], "789"]
UNPROVED = [
    *[(method, result) for method in ASKS for result in NOTHING],
    *[(method, True) for method in ("create", "web_save_multi", "load")],
    *[(method, IDS) for method in ("write", "unlink", "web_save_multi", "load")],
    *[("create", ids) for ids in (*NO_IDS, [7, 7, 8])],
    *[("load", loaded(ids)) for ids in (*NO_IDS, False, None, True)],
    ("load", loaded(IDS, error("x", 0))),
    ("load", loaded(IDS, error("x"))),
    ("web_save_multi", READ[:2]),
    ("web_save_multi", [*READ, {"id": 10}]),
    ("web_save_multi", READ[::-1]),
    ("web_save_multi", [*READ[:2], {"id": 10}]),
    ("web_save_multi", [*READ[:2], {}]),
    ("web_save_multi", [*READ[:2], {"id": "9"}]),
    ("web_save_multi", [*READ[:2], {"id": 9.0}]),
    ("web_save_multi", [*READ[:2], 9]),
]


@pytest.mark.parametrize(("method", "result"), UNPROVED)
def test_anything_else_proves_nothing(method: str, result: Any) -> None:
    assert prove(ASKS[method], result) is None


def test_true_is_no_id_even_where_the_record_is_the_first() -> None:
    ask = Ask(range(1), "web_save_multi", {"vals_list": [{}], "specification": {}}, [1])
    assert prove(ask, [{"id": True}]) is None
    assert prove(ask, [{"id": 1}]) is not None


@pytest.mark.parametrize("method", ["write", "unlink", "web_save_multi"])
@pytest.mark.parametrize("ids", [[], None])
@pytest.mark.parametrize("result", [True, []])
def test_a_call_without_ids_proves_nothing_since_odoo_does_nothing_then(method: str, ids: Any, result: Any) -> None:
    assert prove(Ask([], method, {}, ids), result) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 9) | st.floats(allow_nan=False) | st.sampled_from(["true", "7"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "ids", "messages"]), inner),
    max_leaves=6,
)


@pytest.mark.parametrize("method", ASKS)
@given(result=JSON)
def test_whatever_is_answered_is_proved_for_every_row_once_or_for_none(method: str, result: Any) -> None:
    proofs = prove(ASKS[method], result)
    if proofs is not None:
        places = [place for proof in proofs for place in (range(3) if proof.places is None else proof.places)]
        assert sorted(places) == [0, 1, 2]
        assert all(type(each) is int and each > 0 for proof in proofs for each in proof.ids)


# --- what load warns of ----------------------------------------------------------------------------------------------

WARN = {"kind": "warning"}
WARNINGS = {
    "one row": ([error("2 matches", 1, field="tag", **WARN)], {1: ("2 matches", "tag")}),
    "one row twice": ([error("a", 1, **WARN), error("b", 1, field="f", **WARN)], {1: ("a\nb", "f")}),
    "several rows": ([error("a", 1, 2, **WARN)], {1: ("a", ""), 2: ("a", "")}),
    "no row": ([error("a", **WARN)], {0: ("a", ""), 1: ("a", ""), 2: ("a", "")}),
    "rows that were not sent": ([error("a", 7, 9, **WARN)], {0: ("a", ""), 1: ("a", ""), 2: ("a", "")}),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_what_load_warns_of_stands_with_its_rows_and_all_are_saved(name: str) -> None:
    messages, expected = WARNINGS[name]
    proofs = prove(LOAD, loaded(IDS, *messages))
    assert {proof.status for proof in proofs} == {"saved"}
    assert sorted((place, each) for proof in proofs for place, each in zip(proof.places, proof.ids, strict=True)) == [
        (0, 7),
        (1, 8),
        (2, 9),
    ]
    warned = {place: (proof.warning, proof.field) for proof in proofs for place in proof.places if proof.warning}
    assert warned == expected


# --- what load refuses -----------------------------------------------------------------------------------------------

REST, INNOCENT = (WITH_THE_OTHERS, ""), FIRST_ROW
MANY = "Found more than 10 errors and more than one error per 10 records, interrupted to avoid showing too many errors."
REFUSED = {
    "one row with its field": ([error("bad", 1, field="color")], [REST, ("bad", "color"), REST]),
    "several rows": ([error("a", 0, field="f"), error("b", 2, field="f")], [("a", "f"), REST, ("b", "f")]),
    "several messages for one row": (
        [error("a", 1), error("b", 1, field="f")],
        [REST, ("a\nb", "f"), REST],
    ),
    "one message for several rows": ([error("a", 1, 2)], [REST, ("a", ""), ("a", "")]),
    "a message without rows": ([error("a")], [("a", "")] * 3),
    "two messages without rows": ([error("a"), error("b")], [("a\nb", "")] * 3),
    "rows that were not sent": ([error("a", 3, 9)], [("a", "")] * 3),
    "more rows than were sent": ([error("a", 2, 9)], [REST, REST, ("a", "")]),
    "rows below the first": ([error("a", -5, 0)], [("a", ""), REST, REST]),
    "rows that are no numbers": ([error("a") | {"rows": {"from": "0", "to": True}}], [("a", "")] * 3),
    "rows that are a list": ([error("a") | {"rows": [0, 1]}], [("a", "")] * 3),
    "a warning beside an error": (
        [error("careful", 0, kind="warning"), error("bad", 1)],
        [REST, ("bad", ""), REST],
    ),
    "the notice that Odoo looked no further": (
        [error("bad", 1, field="f"), error(MANY, kind="warning")],
        [REST, ("bad", "f"), REST],
    ),
    "a warning alone": ([error("careful", 1, kind="warning")], [REST, ("careful", ""), REST]),
    "the first row for another one's sake": (
        [error("twice", 0), error("twice", 2)],
        [(f"twice\n{INNOCENT}", ""), REST, ("twice", "")],
    ),
    "the first row on its own": ([error("twice", 0)], [("twice", ""), REST, REST]),
    "a later row first": ([error("a", 1), error("b", 1)], [REST, ("a\nb", ""), REST]),
    "what follows from another row's error": (
        [error("twice", 1), error("Unknown", 2) | {"moreinfo": "Resolve other errors first"}],
        [REST, ("twice", ""), REST],
    ),
    "an error that Odoo does not know, alone": (
        [error("Unknown", 1) | {"moreinfo": "Resolve other errors first"}],
        [REST, ("Unknown", ""), REST],
    ),
    "advice beside a field": (
        [error("bad", 1), error("no date", 2, field="f") | {"moreinfo": "Use the format '2012-12-31'"}],
        [REST, ("bad", ""), ("no date", "f")],
    ),
    "something beside messages": ([7, {"message": None}, error("a", 1)], [REST, ("a", ""), REST]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_load_refuses_the_rows_that_it_names_and_saves_none_of_the_others(name: str) -> None:
    messages, expected = REFUSED[name]
    answer = loaded(False, *messages)
    found = {place: (each.message, each.field) for each in refusals(LOAD, answer) for place in each.places}
    assert [found[place] for place in range(3)] == expected
    assert sum(len(each.places) for each in refusals(LOAD, answer)) == 3
    assert prove(LOAD, answer) is None


def test_the_first_of_documents_with_lines_is_not_taken_to_be_refused_for_a_later_one() -> None:
    # Each takes two rows of what is loaded.
    documents = Ask(ROWS, "load", {}, sizes=[2, 2, 2])
    answer = loaded(False, error("not balanced", 0, 1), error("not balanced", 4, 5))
    found = {place: each.message for each in refusals(documents, answer) for place in each.places}
    assert found == {0: f"not balanced\n{INNOCENT}", 1: WITH_THE_OTHERS, 2: "not balanced"}


def test_a_message_about_a_documents_own_field_names_no_line() -> None:
    batch = Batch(ROWS, [{"color": "x", "lines": [{"name": "y"}, {"name": "x"}]}] * 3, lines=("lines",))
    documents = Ask(ROWS, "load", {}, keyed=batch, sizes=[2, 2, 2])
    for field, said in (
        ("color", "'x' is no number"),
        ("lines", "Line 1: 'x' is no number"),
        ("", "Line 1: 'x' is no number"),
    ):
        answer = loaded(False, error("'x' is no number", 0, 1, **({"field": field} if field else {})))
        assert refusals(documents, answer)[0].message == said


@pytest.mark.parametrize(
    "result",
    [
        loaded(False),
        loaded(None, error("a", 0)),
        loaded([], error("a", 0)),
        {"ids": False},
        {"ids": False, "messages": 7},
    ],
)
def test_an_answer_of_load_without_a_reason_refuses_nothing(result: Any) -> None:
    assert refusals(LOAD, result) == []


@pytest.mark.parametrize("method", sorted(set(ASKS) - {"load"}))
def test_only_load_refuses_inside_an_answer(method: str) -> None:
    assert refusals(ASKS[method], loaded(False, error("a", 0))) == []


@pytest.mark.parametrize(
    "text", ["could not serialize access due to concurrent update", "ERROR: deadlock detected\nDETAIL: x"]
)
def test_a_clash_with_others_is_no_refusal_of_the_row(text: str) -> None:
    assert text in rolled_back(LOAD, loaded(False, error("bad", 0, field="f"), error(text, 1)))
    assert rolled_back(LOAD, loaded(False, error("bad", 0))) == rolled_back(LOAD, loaded()) == ""


LOOK_UP = look_up(Batch(ROWS, [{}] * 3, IDS))


@pytest.mark.parametrize("found", [[], [8], [9, 7], [7, 8, 9]])
def test_a_look_up_says_which_records_are_there_in_any_order(found: list[int]) -> None:
    assert there(LOOK_UP, [{"id": each} for each in found]) == {each: {"id": each} for each in found}


NO_LOOK_UP = [
    *[None, True, 7, "7", {}, {"id": 7}, [7], [None], [[7]], [{}], [{"id": None}], [{"id": True}], [{"id": 7.0}]],
    *[[{"id": "7"}], [{"id": [7]}], [{"id": -7}], [{"id": 7}, None], [{"id": 7}, {"id": 10}]],
]


@pytest.mark.parametrize("answer", NO_LOOK_UP)
def test_an_answer_to_another_question_is_none_to_a_look_up(answer: Any) -> None:
    assert there(LOOK_UP, answer) is None


@pytest.mark.parametrize("method", ASKS)
def test_a_look_up_proves_nothing_done_and_nothing_else_is_a_look_up(method: str) -> None:
    assert prove(LOOK_UP, READ) is None
    assert there(ASKS[method], READ) is None
