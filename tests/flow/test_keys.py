"""Rows that find their records by a key: what is refused, what is asked, and what an answer means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import pytest

from odoo_widgets.flow.calls import Batch, Call
from odoo_widgets.flow.errors import FieldsError, SettingsError
from odoo_widgets.flow.exchange import Exchange
from odoo_widgets.flow.judge import judge
from odoo_widgets.flow.loading import links, loads, unfit
from odoo_widgets.flow.matching import domain, external_id, matches
from odoo_widgets.flow.model import Field
from odoo_widgets.flow.operations import ask_fields, look_for, look_when
from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.samples import samples
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.flow.settings import Settings

if TYPE_CHECKING:
    from odoo_widgets.flow.follow import Verdict

SERVER = "https://mycompany.odoo.com"
URL = f"{SERVER}/json/2/res.partner/create"
MODEL = "res.partner"
FIELDS = {
    "ref": Field("ref", "char"),
    "name": Field("name", "char"),
    "color": Field("color", "integer"),
    "active": Field("active", "boolean"),
    "company_id": Field("company_id", "many2one"),
    "category_id": Field("category_id", "many2many"),
    "type": Field("type", "selection", selection={"contact": "Contact", "other": "contact", "b": "B"}),
}
KNOWN = NOTHING_KNOWN.describes(MODEL, FIELDS)
FRAME = pd.DataFrame({"ref": ["A", "B"], "name": ["a", "b"]})


def keyed(mode: str = "upsert", **others: Any) -> Settings:
    # What a record held before is not for these tests: a look-up reads what the key needs.
    return Settings(URL, **{"key": "ref", "mode": mode, "keep_before": False} | others)


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"), [(None, ()), ("", ()), ([], ()), ("ref", ("ref",)), (["a", "b", "a"], ("a", "b"))]
)
def test_a_key_is_one_column_or_several(given: Any, kept: tuple[str, ...]) -> None:
    assert Settings(URL, key=given).key == kept


ACTION = {"url": f"{SERVER}/jsonrpc", "model": MODEL}
REFUSED = {
    "no name": ({"key": 7}, "key=7 is not a column name"),
    "an empty name among others": ({"key": ["ref", ""]}, "is not a column name"),
    "a mode without a key": ({"mode": "upsert"}, "Name the columns that say it, like key='ref'"),
    "an update without a key": ({"mode": "update"}, "Name the columns"),
    "load": ({**ACTION, "operation": "load", "key": "ref"}, "load finds records by external ids"),
    "unlink": ({**ACTION, "operation": "unlink", "key": "ref"}, "read them first, so that it is seen what will be"),
    "a method": ({**ACTION, "operation": "action_archive", "key": ["a", "b"]}, r"key=\['a', 'b'\] is for create and"),
    "Odoo's own number": ({"key": "id"}, "Use write, with ids='id'"),
    "a write that makes": ({**ACTION, "operation": "write", "key": "ref", "mode": "upsert"}, "Use create"),
    "REST": ({"url": f"{SERVER}/api/res.partner", "key": "ref"}, "an endpoint of REST looks nothing up"),
    "an update over REST": ({"url": f"{SERVER}/api/res.partner", "mode": "update"}, "is what PATCH does"),
    "an unknown mode": ({"key": "ref", "mode": "merge"}, "Use one of: create, update, upsert"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_go_with_a_key_is_refused_with_what_does(name: str) -> None:
    given, words = REFUSED[name]
    with pytest.raises(SettingsError, match=words):
        Settings(**{"url": URL} | given)


def test_a_write_with_a_key_needs_no_ids_and_only_updates() -> None:
    settings = Settings(f"{SERVER}/json/2/res.partner/write", key="ref")
    assert (settings.needs_ids, settings.when_found) == (False, "update")
    assert problems(FRAME, settings) == ()


# --- the frame -------------------------------------------------------------------------------------------------------

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "doubled": ({"ref": ["A", "A"]}, "Column 'ref', row 1: another row above has the same key ref"),
    "the same as text": ({"ref": [1, "1"]}, "row 1: another row above has the same key ref"),
    "missing": ({"ref": ["A", None]}, "Column 'ref', row 1: the key is empty"),
    "empty": ({"ref": ["", "B"]}, "Column 'ref', row 0: the key is empty"),
    "numbers with a point": ({"ref": [1.0, 2.5]}, "a number with a point says no record for sure"),
    "one of them": ({"ref": pd.Series(["A", 2.5], dtype=object)}, "a number with a point"),
    "truth": ({"ref": [True, False]}, "true or false is no key"),
    "lists": ({"ref": [[1], [2]]}, "a list or dict is no key"),
    "an id": ({"id": [1, 2]}, "Column 'id': with a key, the ids of records are looked up"),
    "lines": ({"child_ids": [[[0, 0, {"name": "x"}]], None]}, "Column 'child_ids', row 0: with a key, new records are"),
    "dicts": ({"properties": [{"a": 1}, None]}, "load, which takes no dict"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_tells_no_records_apart_is_named_by_row_and_column(name: str) -> None:
    columns, words = WRONG[name]
    assert any(words in each for each in problems(FRAME.assign(**columns), keyed()))


def test_a_key_that_the_frame_does_not_have_is_named() -> None:
    assert problems(FRAME[["name"]], keyed()) == (
        "A key says which record a row is, and none is called 'ref'. Correct key.",
    )


def test_lines_go_where_nothing_is_made() -> None:
    frame = FRAME.assign(child_ids=[[[0, 0, {"name": "x"}]], None])
    assert problems(frame, keyed("update")) == ()


def test_a_key_of_several_columns_is_doubled_only_where_all_are() -> None:
    settings = keyed(key=["ref", "color"])
    assert problems(pd.DataFrame({"ref": ["A", "A"], "color": [1, 2]}), settings) == ()
    assert "the same key ref and color" in problems(pd.DataFrame({"ref": ["A", "A"], "color": [1, 1]}), settings)[0]


def test_a_key_that_stays_out_of_the_payload_is_still_the_key() -> None:
    settings = keyed(exclude=["ref"])
    assert "another row above has the same key" in problems(FRAME.assign(ref="A"), settings)[0]
    (look,) = plan(FRAME, settings, KNOWN)
    assert look.ask.arguments["domain"] == [["ref", "in", ["A", "B"]]]
    assert look.ask.batch is not None
    (load,) = loads(look.ask.batch, MODEL, FIELDS)
    # The record could not be found later without it.
    assert load.arguments["fields"] == ["id", "ref", "name"]


# --- what is asked ---------------------------------------------------------------------------------------------------


def test_an_external_id_is_the_same_for_ever() -> None:
    # What stands in databases by now: another one would make every record once more.
    assert external_id("res.partner", {"ref": "A1"}) == "odoo_widgets.8c81cf7c8007befca20a64309bd56e273583ffc6"


def test_an_external_id_takes_values_as_text_and_fields_in_any_order() -> None:
    assert external_id(MODEL, {"a": 1, "b": "x"}) == external_id(MODEL, {"b": "x", "a": "1"})
    others = [{"a": "1", "b": "x"}, {"a": "x", "b": "1"}, {"a": "1"}, {"a": "1x"}, {"ab": "1"}]
    assert len({external_id(model, key) for model in (MODEL, "sale.order") for key in others}) == 10
    assert " " not in external_id(MODEL, {"a b": " "})


def test_fields_are_asked_for_first_and_not_where_they_are_known() -> None:
    first, look = plan(FRAME, keyed())
    assert (first.ask.method, list(first.rows)) == ("fields_get", [])
    assert first.ask.arguments["allfields"] == ["ref", "name", "active"]
    assert not first.ask.changes
    assert look.ask.arguments["fields"] == ["id", "ref"]
    (look,) = plan(FRAME, keyed(), KNOWN)
    assert look.ask.arguments["fields"] == ["id", "ref", "active"]
    assert look.ask.context == {"active_test": False}
    # A column that is not known is asked about, and so is one that does not fit.
    assert next(plan(FRAME.assign(x=1), keyed(), KNOWN)).ask.method == "fields_get"
    assert next(plan(FRAME.assign(ref=[1, 2]), keyed(), KNOWN)).ask.method == "fields_get"


def test_several_columns_are_looked_up_together_and_told_apart_here() -> None:
    keys = [{"ref": "A", "color": 1}, {"ref": "B", "color": 2}, {"ref": "A", "color": 3}]
    assert domain(keys) == [["ref", "in", ["A", "B"]], ["color", "in", [1, 2, 3]]]
    batch = Batch(range(3), [{}] * 3, keys=keys)
    answer = [
        {"id": 7, "ref": "A", "color": 1},
        {"id": 8, "ref": "A", "color": 2},
        {"id": 9, "ref": "A", "color": 3},
        {"id": 6, "ref": "A", "color": 3},
    ]
    found = matches(batch, ["id", "ref", "color"], answer)
    assert [[each["id"] for each in records] for records in found or []] == [[7], [], [6, 9]]


def test_a_link_is_told_apart_by_its_id() -> None:
    batch = Batch(range(2), [{}] * 2, keys=[{"company_id": 1}, {"company_id": 2}])
    answer = [{"id": 7, "company_id": [2, "My Company"]}, {"id": 8, "company_id": False}]
    assert [len(each) for each in matches(batch, ["id", "company_id"], answer) or []] == [0, 1]


@pytest.mark.parametrize("answer", [None, {}, [7], [{"id": 7}], [{"id": True, "ref": "A"}], [{"ref": "A"}], "x", 1])
def test_an_answer_to_something_else_is_no_answer(answer: Any) -> None:
    assert matches(Batch(range(1), [{}], keys=[{"ref": "A"}]), ["id", "ref"], answer) is None


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ([1, 2], [1, 2]),
        ([], []),
        ([[6, 0, [3]]], [3]),
        ([[4, 1, 0], [4, 2]], [1, 2]),
        ([[4, 1], [5, 0, 0]], []),
        ([[0, 0, {}]], None),
        ([[1, 7, {}]], None),
        ([[2, 7]], None),
        ([[6, 0]], None),
        (["x"], None),
        ({"a": 1}, None),
        ("3", None),
    ],
)
def test_lists_are_links_where_they_make_nothing(value: Any, ids: list[int] | None) -> None:
    assert links(value) == ids


def test_load_gets_text_parted_by_the_columns_that_are_filled() -> None:
    records = [{"name": "a", "color": 7, "category_id": [[6, 0, [1, 2]]]}, {"name": "b"}, {"name": None, "color": 1.5}]
    keys = [{"ref": name} for name in "ABC"]
    asks = list(loads(Batch([4, 5, 6], records, keys=keys), MODEL, FIELDS))
    ids = [external_id(MODEL, key) for key in keys]
    assert [(list(ask.rows), ask.arguments) for ask in asks] == [
        ([4], {"fields": ["id", "ref", "name", "color", "category_id/.id"], "data": [[ids[0], "A", "a", "7", "1,2"]]}),
        ([5], {"fields": ["id", "ref", "name"], "data": [[ids[1], "B", "b"]]}),
        ([6], {"fields": ["id", "ref", "name", "color"], "data": [[ids[2], "C", None, "1"]]}),
    ]
    assert all(ask.context == {"tz": "UTC"} for ask in asks)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("contact", ""),
        ("b", ""),
        (None, ""),
        ("B", "has no choice 'B'"),
        ("Contact", "has no choice 'Contact'. Its choices are: 'contact', 'other', 'b'."),
    ],
)
def test_a_choice_is_never_a_label(value: Any, words: str) -> None:
    found = unfit(Batch(range(1), [{"type": value}], keys=[{"ref": "A"}]), FIELDS)
    assert (words in found[0][1]) if words else not found


def test_of_hundreds_of_choices_a_sentence_names_the_first() -> None:
    field = Field("tz", "selection", selection={f"Zone {number}": "" for number in range(600)})
    [(_, sentence)] = unfit(Batch(range(1), [{"tz": "Ghent"}], keys=[{"ref": "A"}]), {"tz": field}).values()
    assert sentence.endswith(
        "Its choices are: 'Zone 0', 'Zone 1', 'Zone 2', 'Zone 3', 'Zone 4', 'Zone 5', 'Zone 6', 'Zone 7' and 592 more."
    )


def test_a_choice_that_load_would_take_for_another_is_refused() -> None:
    field = Field("type", "selection", selection={"a": "b", "b": "x"})
    found = unfit(Batch(range(1), [{"type": "b"}], keys=[{"ref": "A"}]), {"type": field})
    assert "load would take 'b' for 'a'" in found[0][1]


# --- what an answer means --------------------------------------------------------------------------------------------


def judged(call: Call, answer: Any, settings: Settings, server: Server = KNOWN) -> Verdict:
    request = httpx.Request("POST", URL, content=b"{}")
    return judge(call, Exchange(request, httpx.Response(200, json=answer), seconds=0.5), settings, server)


def looked(mode: str, found: list[dict[str, Any]], frame: pd.DataFrame = FRAME, **others: Any) -> Verdict:
    settings = keyed(mode, **others)
    (look,) = plan(frame, settings, KNOWN)
    return judged(look, found, settings)


ONE = {"id": 7, "ref": "A", "active": True}
OUTCOMES = {
    "create": [("unchanged", [0], [7], None)],
    "upsert": [],
    "update": [("rejected", [1], None, "res.partner has no record with ref 'B' that this user may see.")],
}


@pytest.mark.parametrize("mode", OUTCOMES)
def test_each_row_goes_where_its_record_says(mode: str) -> None:
    verdict = looked(mode, [ONE])
    told = [(each.status, list(each.rows), each.ids) for each in verdict.outcomes]
    assert told == [each[:3] for each in OUTCOMES[mode]]
    for outcome, (*_, words) in zip(verdict.outcomes, OUTCOMES[mode], strict=True):
        assert (outcome.error or "").startswith(words or "")
    follow = {call.ask.method: (list(call.rows), call.ask.ids) for call in verdict.follow}
    write, load = {"write": ([0], [7])}, {"load": ([1], None)}
    assert follow == {"create": load, "upsert": {**write, **load}, "update": write}[mode]
    for call in verdict.follow:
        # The key itself is not written.
        assert call.ask.method != "write" or call.ask.arguments == {"vals": {"name": "a"}}


@pytest.mark.parametrize("mode", OUTCOMES)
def test_several_records_of_a_key_are_named_and_none_is_touched(mode: str) -> None:
    verdict = looked(mode, [{**ONE, "id": each} for each in range(9, 1, -1)], FRAME[:1])
    (outcome,) = verdict.outcomes
    assert (outcome.status, verdict.follow) == ("rejected", ())
    assert (outcome.error or "").startswith("8 records have ref 'A': 2, 3, 4, 5, 6 and 3 more. Merge them in Odoo")


def test_an_archived_record_is_said_to_be_one() -> None:
    archived = {**ONE, "active": False}
    (outcome,) = looked("create", [archived], FRAME[:1]).outcomes
    assert (outcome.status, outcome.ids, outcome.error) == ("unchanged", [7], "The record is archived.")
    (call,) = looked("upsert", [archived], FRAME[:1]).follow
    (outcome,) = judged(call, True, keyed()).outcomes
    assert (outcome.status, outcome.ids, outcome.error) == ("updated", [7], "The record is archived.")


def test_a_row_with_nothing_but_its_key_changes_nothing() -> None:
    (outcome,) = looked("upsert", [ONE], FRAME[:1][["ref"]]).outcomes
    assert (outcome.status, outcome.ids) == ("unchanged", [7])


def test_fields_that_are_there_are_kept() -> None:
    ask = ask_fields(["ref"], wanted=["ref"], cells={"ref": "text"})
    verdict = judged(Call(0, MODEL, ask), {"ref": {"type": "char"}}, keyed(), NOTHING_KNOWN)
    assert verdict.server is not None
    assert verdict.server.fields[MODEL]["ref"].type == "char"
    assert not verdict.follow


def test_fields_that_are_not_there_are_named_with_what_may_be_meant() -> None:
    ask = ask_fields(["reff", "x_no"], wanted=["reff", "x_no"])
    (again,) = judged(Call(0, MODEL, ask), {}, keyed(), NOTHING_KNOWN).follow
    assert again.ask.arguments["allfields"] == []
    verdict = judged(again, {"ref": {"type": "char"}, "name": {"type": "char"}}, keyed(), NOTHING_KNOWN)
    assert isinstance(verdict.stop, FieldsError)
    assert str(verdict.stop).startswith("res.partner has no field 'reff' (did you mean 'ref'?), 'x_no' that this user")


MISREAD = {
    ("integer", "char"): "The key column 'ref' holds numbers, and the field is text: 00123 read as 123",
    ("integer/text", "char"): "dtype={'ref': str}",
    ("text", "integer"): "holds text, and the field is of the type integer, which cannot be compared with that",
    ("text", "many2one"): "of the type many2one, which cannot be compared",
    ("integer", "float"): "of the type float, which is no key",
    ("text", "many2many"): "of the type many2many, which is no key",
    ("text", "html"): "which is no key",
}
FITS = [("text", "char"), ("integer", "integer"), ("integer", "many2one"), ("text", "selection"), ("date", "date")]


@pytest.mark.parametrize(("cells", "kind"), [*MISREAD, *FITS])
def test_a_key_that_was_read_as_something_else_is_refused_before_anything_is_written(cells: str, kind: str) -> None:
    ask = ask_fields(["ref"], wanted=["ref"], cells={"ref": cells})
    verdict = judged(Call(0, MODEL, ask), {"ref": {"type": kind}}, keyed(), NOTHING_KNOWN)
    assert (verdict.stop is None) == ((cells, kind) in FITS)
    assert MISREAD.get((cells, kind), "") in str(verdict.stop)


# Two rows of one load: the parts of the second at which they were made and written, and what they are then.
T, OTHER, LATER = 31.633796, 30.0, 59.123456
TIMES: dict[str, tuple[tuple[float, float], tuple[float, float], list[str]]] = {
    "both made": ((T, T), (T, T), ["created", "created"]),
    "one was there": ((T, T), (OTHER, T), ["created", "updated"]),
    "both were there": ((OTHER, T), (OTHER, T), ["updated", "updated"]),
    "one made and written since": ((T, T), (T, LATER), ["created", "created"]),
    "one made, one there and written since": ((T, T), (OTHER, LATER), ["created", "updated"]),
}


@pytest.mark.parametrize("name", TIMES)
def test_when_a_record_was_made_says_whether_this_call_made_it(name: str) -> None:
    one, other, wanted = TIMES[name]
    (load,) = looked("upsert", []).follow
    (look,) = judged(load, {"ids": [7, 8], "messages": []}, keyed()).follow
    assert look.ask == look_when(look.ask.effect_of)  # type: ignore[arg-type]
    groups = [
        {"create_date:second_number": made, "write_date:second_number": written, "id:array_agg": [each]}
        for each, (made, written) in ((7, one), (8, other))
    ]
    told = {row: each.status for each in judged(look, groups, keyed()).outcomes for row in each.rows}
    assert [told[row] for row in (0, 1)] == wanted


def test_a_record_that_cannot_be_read_afterwards_is_saved() -> None:
    (load,) = looked("upsert", [], FRAME[:1]).follow
    (look,) = judged(load, {"ids": [7], "messages": []}, keyed()).follow
    (outcome,) = judged(look, [], keyed()).outcomes
    assert (outcome.status, outcome.ids) == ("saved", [7])


def test_what_load_warns_of_stands_beside_the_row() -> None:
    (load,) = looked("upsert", [], FRAME[:1]).follow
    warning = {"type": "warning", "message": "Careful.", "rows": {"from": 0, "to": 0}}
    (look,) = judged(load, {"ids": [7], "messages": [warning]}, keyed()).follow
    group = {"create_date:second_number": T, "write_date:second_number": T, "id:array_agg": [7]}
    (outcome,) = judged(look, [group], keyed()).outcomes
    assert (outcome.status, outcome.error) == ("created", "Careful.")


# --- samples ---------------------------------------------------------------------------------------------------------


def test_samples_show_the_look_up_and_what_follows_either_way() -> None:
    found = samples(FRAME, keyed(keep_before=True), server=KNOWN)
    titles = [each.title.rsplit(" · ", 1)[0] for each in found]
    assert titles == [
        "look up · rows 0–1 · 2 records",
        "those that are not there · rows 0–1 · 2 records",
        "read what it did · rows 0–1 · 2 records",
        "those that are there · rows 0–1 · 2 records",
    ]
    assert found.fields is None
    assert '"ids": [\n    0,\n    0\n  ]' in found[3].payload
    assert found[3].note == "0 stands for each id, which only the call before it tells."


def test_samples_without_a_server_say_that_fields_are_asked_for_first() -> None:
    found = samples(FRAME, keyed("create"))
    assert found.fields is not None
    assert found.fields.title.startswith("ask for the fields · ")
    assert [each.call.ask.method for each in found] == ["search_read"]
    assert "asked for first" in found[0].note


def test_a_look_up_asks_for_the_keys_of_its_rows() -> None:
    batch = Batch(range(2), [{}, {}], keys=[{"ref": "A"}, {"ref": "B"}])
    ask = look_for(batch, ["active"])
    assert ask.arguments == {"domain": [["ref", "in", ["A", "B"]]], "fields": ["id", "ref", "active"]}
    assert not ask.changes
