"""With a key: whatever is lost on the way, each row is in Odoo once, and none is sent again unseen."""

from __future__ import annotations

import itertools
import tempfile
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.policy import Policy
from tests.faults import faults
from tests.faults.conftest import PROTOCOLS, delivery, sent, told, where
from tests.faults.faults import after, answering, closed, refusing, reset
from tests.faults.killing import CHILDREN, EVER, go_on
from tests.faults.proxy import passed, proxy
from tests.faults.test_lost_answers import EVERY, LOST, WRONG
from tests.net.servers import SOON
from tests.real import call

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.conftest import Truth
    from tests.faults.proxy import Answer, Fault
    from tests.net.servers import Line

MANY = [("json2", name) for name in LOST] + list(itertools.product(("jsonrpc", "xmlrpc"), ("an end", "a reset")))
BY_NAME: dict[str, Any] = {"key": "name", "mode": "upsert"}
CLASH = ("psycopg2.errors.SerializationFailure", "could not serialize access due to concurrent update")


def held_until(wait: threading.Event, reached: threading.Event | None = None) -> Fault:
    """A request that Odoo hears of only when something else has happened."""

    def fail(line: Line, forward: Callable[[], Answer]) -> None:
        if reached is not None:
            reached.set()
        assert wait.wait(30)
        passed(line, forward)

    return fail


# --- the answer to a load is lost ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("protocol", "name"), MANY)
def test_rows_that_were_made_and_not_answered_are_looked_up_and_not_sent_again(
    truth: Truth, protocol: str, name: str
) -> None:
    frame = truth.frame(3)
    with proxy(truth.odoo.url, {"load": [LOST[name]]}) as through:
        responses = sent(truth, through, protocol, "create", frame, batch_size=2, **BY_NAME)
    assert told(responses) == ["created"] * 3
    records = truth.of(frame)
    assert [record["name"] for record in records] == frame["name"].tolist()
    assert [record["id"] for record in records] == responses["id"].tolist()
    # One look-up for each batch and one more, and each batch sent once.
    assert (through.count("search_read"), through.count("load")) == (3, 2)


@EVERY
def test_rows_whose_answer_comes_too_late_are_looked_up_and_not_sent_again(truth: Truth, protocol: str) -> None:
    frame = truth.frame(2)
    with proxy(truth.odoo.url, {"load": [after(faults.stalled)]}) as through:
        responses = sent(truth, through, protocol, "create", frame, timeout=2, **BY_NAME)
    assert told(responses) == ["created"] * 2
    assert truth.names(frame) == frame["name"].tolist()
    assert (through.count("search_read"), through.count("load")) == (2, 1)


@pytest.mark.parametrize(
    ("protocol", "name"), [(each, "false") for each in ("jsonrpc", "xmlrpc")] + [("jsonrpc", "another's number")]
)
def test_an_answer_to_something_else_is_found_out_too(truth: Truth, protocol: str, name: str) -> None:
    frame = truth.frame(2)
    with proxy(truth.odoo.url, {"load": [WRONG[protocol][name]]}) as through:
        responses = sent(truth, through, protocol, "create", frame, **BY_NAME)
    assert told(responses) == ["created"] * 2
    assert truth.names(frame) == frame["name"].tolist()
    assert through.count("load") == 1


@EVERY
@pytest.mark.parametrize("fault", [closed, reset, answering(502)])
def test_rows_that_did_not_arrive_are_looked_up_and_then_sent(truth: Truth, protocol: str, fault: Fault) -> None:
    frame = truth.frame(2)
    with proxy(truth.odoo.url, {"load": [fault]}) as through:
        responses = sent(truth, through, protocol, "create", frame, **BY_NAME)
    assert told(responses) == ["created"] * 2
    assert truth.names(frame) == frame["name"].tolist()
    assert (through.count("search_read"), through.count("load")) == (2, 2)


def test_a_first_try_that_is_still_under_way_and_a_second_one_make_each_row_once(truth: Truth) -> None:
    frame = truth.frame(2)
    looked = threading.Event()

    def late(line: Line, forward: Callable[[], Answer]) -> None:
        faults.stalled(line, forward)
        looked.wait(30)
        forward()

    def look(line: Line, forward: Callable[[], Answer]) -> None:
        answer = forward()
        looked.set()
        faults.write(line, answer)

    with proxy(truth.odoo.url, {"load": [late], "search_read": [None, look]}) as through:
        responses = sent(truth, through, "json2", "create", frame, timeout=5, **BY_NAME)
    assert set(responses["status"]) <= {"created", "updated"}
    assert truth.names(frame) == frame["name"].tolist()
    assert [record["id"] for record in truth.of(frame)] == responses["id"].tolist()


@EVERY
def test_rows_that_are_never_answered_say_what_to_do_and_that_is_safe(truth: Truth, protocol: str) -> None:
    frame = truth.frame(4)
    script: dict[str, list[Any]] = {"load": [closed] * 9}
    with proxy(truth.odoo.url, script) as through:
        responses = sent(truth, through, protocol, "create", frame, batch_size=2, **BY_NAME)
    assert told(responses) == ["in_doubt"] * 2 + ["not_sent"] * 2
    assert responses["error"].iloc[0].endswith("they are looked up by their key, and none is made twice.")
    with proxy(truth.odoo.url) as through:
        assert told(sent(truth, through, protocol, "create", frame, batch_size=2, **BY_NAME)) == ["created"] * 4
    assert truth.names(frame) == frame["name"].tolist()


@EVERY
def test_a_clash_is_looked_up_before_it_is_sent_again(truth: Truth, protocol: str) -> None:
    frame = truth.frame(2)
    with proxy(truth.odoo.url, {"load": [refusing(protocol, *CLASH)] * 2}) as through:
        responses = sent(truth, through, protocol, "create", frame, **BY_NAME)
    assert told(responses) == ["created"] * 2
    assert truth.names(frame) == frame["name"].tolist()
    assert (through.count("search_read"), through.count("load")) == (3, 3)


# --- what is asked before and after ----------------------------------------------------------------------------------


@EVERY
def test_a_lost_question_about_the_fields_or_the_keys_is_asked_again(truth: Truth, protocol: str) -> None:
    frame = truth.frame(2)
    script: dict[str, list[Any]] = {"fields_get": [closed, None], "search_read": [answering(502), None]}
    with proxy(truth.odoo.url, script) as through:
        responses = sent(truth, through, protocol, "create", frame, **BY_NAME)
    assert told(responses) == ["created"] * 2
    assert (through.count("fields_get"), through.count("search_read"), through.count("load")) == (2, 2, 1)


@EVERY
@pytest.mark.parametrize("fault", [closed, answering(404)])
def test_rows_of_which_it_cannot_be_read_whether_they_were_made_are_saved(
    truth: Truth, protocol: str, fault: Fault
) -> None:
    frame = truth.frame(2)
    script: dict[str, list[Any]] = {"formatted_read_group": [fault] * 9}
    with proxy(truth.odoo.url, script) as through:
        responses = sent(truth, through, protocol, "create", frame, **BY_NAME)
    assert told(responses) == ["saved"] * 2
    assert responses["id"].tolist() == [record["id"] for record in truth.of(frame)]
    assert set(responses["error"]) == {"Saved. Whether the record was made or updated could not be read."}


@EVERY
def test_a_write_that_is_lost_is_found_out_and_written_again(truth: Truth, protocol: str) -> None:
    frame = truth.made(3).assign(function=["a", "b", "c"])
    with proxy(truth.odoo.url, {"web_save_multi": [after(closed)]}) as through:
        responses = sent(truth, through, protocol, "create", frame.drop(columns="id"), **BY_NAME)
    assert told(responses) == ["updated"] * 3
    assert responses["id"].tolist() == frame["id"].tolist()
    assert [record["function"] for record in truth.of(frame, "function")] == ["a", "b", "c"]
    assert (through.count("web_save_multi"), through.count("load")) == (2, 0)


def test_bad_rows_are_told_apart_and_the_good_ones_land(truth: Truth) -> None:
    frame = truth.frame(12).assign(color=1)
    frame.loc[[3, 7], "color"] = 2**31 - 1
    frame["email"] = "x@example.com"
    frame.loc[[3, 7], "type"] = "nowhere"
    with proxy(truth.odoo.url) as through:
        responses = sent(truth, through, "json2", "create", frame, **BY_NAME)
    assert told(responses) == ["rejected" if row in (3, 7) else "created" for row in range(12)]
    assert truth.names(frame) == sorted(frame["name"].drop([3, 7]))


# --- two at once -----------------------------------------------------------------------------------------------------


@EVERY
@pytest.mark.parametrize("mode", ["create", "upsert"])
def test_of_two_sends_that_found_nothing_one_makes_the_records_and_the_other_says_so(
    truth: Truth, protocol: str, mode: str
) -> None:
    frame = truth.frame(3)
    go, waiting = threading.Event(), threading.Event()
    with proxy(truth.odoo.url, {"load": [held_until(go, waiting)]}) as slow, proxy(truth.odoo.url) as quick:
        stalled = delivery(truth, slow, protocol, "create", frame, key="name", mode=mode, journal=False).start()
        assert waiting.wait(30)
        first = sent(truth, quick, protocol, "create", frame, key="name", mode=mode, journal=False)
        go.set()
        second = stalled.result()
    assert told(first) == ["created"] * 3
    assert told(second) == ["updated"] * 3
    assert second["error"].str.contains("somebody else made").all()
    assert first["id"].tolist() == second["id"].tolist() == [record["id"] for record in truth.of(frame)]


@pytest.mark.parametrize(("protocol", "mode"), [("json2", "create"), *((each, "upsert") for each in PROTOCOLS)])
def test_two_processes_that_send_one_frame_at_once_make_each_row_once(truth: Truth, protocol: str, mode: str) -> None:
    frame = truth.frame(60)
    options = where(truth.odoo.url, protocol, "create") | {"batch_size": 10, "key": "name", "mode": mode}
    me = truth.odoo.credential
    who = (me.server, me.database, me.login, me.api_key.get_secret_value())
    with tempfile.TemporaryDirectory() as name:
        # As on two machines: neither sees what the other writes down.
        folders = [Path(name, each) for each in "ab"]
        for each in folders:
            each.mkdir()
        children = [CHILDREN.Process(target=go_on, args=(options, who, frame, each), daemon=True) for each in folders]
        for child in children:
            child.start()
        for child in children:
            child.join(EVER)
        answers = [pd.read_pickle(each / "answer") for each in folders]  # noqa: S301 - our own children wrote them
    assert Counter(truth.names(frame)) == Counter(frame["name"])
    ids = {record["name"]: record["id"] for record in truth.of(frame)}
    for answer in answers:
        assert set(answer["status"]) <= {"created", "updated", "unchanged"}
        assert answer["id"].tolist() == [ids[each] for each in frame["name"]]
    made = sum(answer["status"].eq("created").to_numpy().astype(int) for answer in answers)
    assert made.max() <= 1


@EVERY
@pytest.mark.parametrize(("mode", "status", "symbol"), [("upsert", "updated", "new"), ("create", "unchanged", "old")])
def test_a_record_that_somebody_made_since_the_look_up_is_found_where_odoo_refuses_a_second_one(
    truth: Truth, protocol: str, mode: str, status: str, symbol: str
) -> None:
    # The codes of currencies have three letters.
    names = [f"{mode[0]}{PROTOCOLS.index(protocol)}{each}".upper() for each in "xyz"]

    def meanwhile(line: Line, forward: Callable[[], Answer]) -> None:
        call(truth.odoo, "res.currency", "create", vals_list=[{"name": names[1], "symbol": "old"}])
        passed(line, forward)

    frame = pd.DataFrame({"name": names, "symbol": "new", "rounding": [0.01, 0.01, -1.0]})
    with proxy(truth.odoo.url, {"load": [meanwhile]}) as through:
        me = truth.odoo.credential
        there = {
            name: str(each).replace("partner", "currency")
            for name, each in where(through.url, protocol, "create").items()
        }
        who = Credential(through.url, me.database, me.login, me.api_key.get_secret_value())
        responses = Destination(**there, key="name", mode=mode).delivery(frame, who, policy=SOON).result()
    # What a constraint refuses for another reason is not there, and stays refused in Odoo's words.
    assert told(responses) == ["created", status, "rejected"]
    assert "ounding" in responses["error"].iloc[2]
    found = call(
        truth.odoo,
        "res.currency",
        "search_read",
        domain=[["name", "in", names]],
        fields=["name", "symbol"],
        context={"active_test": False},
    )
    assert {each["name"]: each["symbol"] for each in found} == {names[0]: "new", names[1]: symbol}
    assert len(found) == 2


# --- whatever happens ------------------------------------------------------------------------------------------------

ANYTHING: dict[str, Fault] = {
    "an end before": closed,
    "a reset before": reset,
    "a page before": answering(502),
    "an end after": after(closed),
    "a reset after": after(reset),
    "half an answer": faults.truncated,
    "a page after": after(answering(504)),
    "busy": answering(429, {"Retry-After": "0"}),
}
SCRIPTS = st.lists(st.none() | st.none() | st.sampled_from(sorted(ANYTHING)), max_size=14)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.integers(1, 7),
    there=st.sets(st.integers(0, 6), max_size=3),
    size=st.integers(1, 4),
    concurrency=st.integers(1, 3),
    script=SCRIPTS,
    protocol=st.sampled_from(PROTOCOLS),
    mode=st.sampled_from(["create", "upsert", "update"]),
)
def test_whatever_is_lost_each_key_is_there_at_most_once_and_each_row_is_told_what_became_of_it(
    *,
    truth: Truth,
    rows: int,
    there: set[int],
    size: int,
    concurrency: int,
    script: list[str | None],
    protocol: str,
    mode: str,
) -> None:
    frame = truth.frame(rows).assign(function="new")
    before = [row for row in sorted(there) if row < rows]
    if before:
        old = frame.iloc[before].assign(function="old").to_dict("records")
        call(truth.odoo, "res.partner", "create", vals_list=old)
    left = list(script)

    def fault(_method: str) -> Fault | None:
        name = left.pop(0) if left else None
        return None if name is None else ANYTHING[name]

    options = {"key": "name", "mode": mode, "batch_size": size, "concurrency": concurrency, "journal": False}
    few = Policy(tries=3, first_wait=0.0)
    with proxy(truth.odoo.url, fault) as through:
        responses = sent(truth, through, protocol, "create", frame, policy=few, **options)
    found = {record["name"]: record for record in truth.of(frame, "function")}
    assert max(Counter(truth.names(frame)).values(), default=1) == 1
    assert len(responses) == rows
    for row, (name, status, each) in enumerate(zip(frame["name"], responses["status"], responses["id"], strict=True)):
        held_now = found.get(name, {}).get("function")
        was = "old" if row in before else None
        if status in ("created", "updated", "saved"):
            assert (found[name]["id"], held_now) == (each, "new")
            assert status != "created" or was is None
        elif status == "unchanged":
            assert found[name]["id"] == each
        elif status in ("not_sent", "rejected"):
            assert held_now == was
        else:
            assert status == "in_doubt"
    # Whatever is left over goes with a second send.
    with proxy(truth.odoo.url) as through:
        second = sent(truth, through, protocol, "create", frame, **options)
    assert Counter(truth.names(frame)) == Counter(frame["name"] if mode != "update" else frame["name"].iloc[before])
    assert set(second["status"]) <= {"created", "updated", "unchanged", "rejected"}
