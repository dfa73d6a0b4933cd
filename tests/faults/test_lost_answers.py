"""The server committed and the answer was lost: nothing is sent twice that would be made twice."""

from __future__ import annotations

import itertools
import resource
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults import faults
from tests.faults.conftest import ALL, PROTOCOLS, delivery, sent, told
from tests.faults.faults import after, answering, closed, edited, reset
from tests.faults.proxy import proxy
from tests.net.servers import SOON

if TYPE_CHECKING:
    from tests.faults.conftest import Truth
    from tests.faults.proxy import Fault

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)
ARCHIVE = "action_archive"
# Odoo has done its work in all of these, and its answer does not say so any more.
LOST: dict[str, Fault] = {
    "an end": after(closed),
    "a reset": after(reset),
    "half an answer": faults.truncated,
    "a gateway's page": after(answering(502)),
    "a gateway's time": after(answering(504)),
    "a closed door": after(answering(503)),
    "a page with 200": after(answering(200)),
    "no body": edited(lambda _body: b""),
    "half a body": edited(lambda body: body[: len(body) // 2]),
    "an invalid body": edited(lambda _body: b"<methodResponse><params>{[&"),
    "a bomb": edited(lambda _body: faults.BOMB),
}
ENDS = ("an end", "half a body")
# Which of them are a page that says something.
PAGES = ("a gateway's page", "a gateway's time", "a closed door", "a page with 200")
# What one of these makes of Odoo's answer to a create of two rows.
WRONG = {
    "json2": {
        "fewer ids": edited(lambda body: body.replace(b",", b"],[", 1).partition(b"],[")[0] + b"]"),
        "false": edited(lambda _body: b"false"),
    },
    "jsonrpc": {
        "another's number": faults.wrong_id,
        "no result": edited(lambda body: body.replace(b'"result"', b'"answer"')),
        "false": edited(lambda body: body.partition(b'"result"')[0] + b'"result": false}'),
    },
    "xmlrpc": {
        "false": edited(lambda _body: XML.replace(b"?", b"<boolean>0</boolean>")),
        "fewer ids": edited(
            lambda _body: XML.replace(b"?", b"<array><data><value><int>1</int></value></data></array>")
        ),
    },
}
WRONG["rest"] = {
    "fewer ids": edited(lambda _body: b"[1]"),
    "no ids": edited(lambda _body: b"{}"),
}
XML = b"<?xml version='1.0'?><methodResponse><params><param><value>?</value></param></params></methodResponse>"


def turns(*operations: str) -> list[tuple[str, str, str]]:
    """Ends of a connection over every protocol; what only the judge tells apart, over one after the other."""
    ends = [(each, protocol, name) for each in operations[:1] for protocol in PROTOCOLS for name in ENDS]
    others = itertools.product(operations, LOST)
    return ends + [(each, protocol, name) for protocol, (each, name) in zip(itertools.cycle(PROTOCOLS), others)]


@pytest.mark.parametrize(
    ("operation", "protocol", "name"), [*turns("create", "load"), *(("create", "rest", name) for name in LOST)]
)
def test_rows_that_were_made_and_not_answered_are_in_doubt_and_never_sent_again(
    truth: Truth, operation: str, protocol: str, name: str
) -> None:
    frame = truth.frame(3)
    with proxy(truth.odoo.url, {operation: [LOST[name]]}) as through:
        responses = sent(truth, through, protocol, operation, frame, batch_size=2)
    assert told(responses) == ["in_doubt", "in_doubt", "not_sent"]
    assert truth.names(frame) == frame["name"].tolist()[:2]
    assert through.count(operation) == 1
    there = "there" if protocol == "rest" else "in Odoo"
    assert (
        responses["error"]
        .iloc[0]
        .endswith(f"the records may be {there}. Look there for the first of them before sending these rows again.")
    )
    assert "<script" not in responses.to_csv()
    assert "alert(1)" not in responses.to_csv()
    assert ("'Sorry'" in responses["error"].iloc[0]) == (name in PAGES)


@pytest.mark.parametrize(("protocol", "name"), [(each, name) for each, some in WRONG.items() for name in some])
def test_an_answer_to_something_else_leaves_every_row_of_the_call_in_doubt(
    truth: Truth, protocol: str, name: str
) -> None:
    frame = truth.frame(3)
    with proxy(truth.odoo.url, {"create": [WRONG[protocol][name]]}) as through:
        responses = sent(truth, through, protocol, "create", frame, batch_size=2)
    assert told(responses) == ["in_doubt", "in_doubt", "not_sent"]
    assert truth.names(frame) == frame["name"].tolist()[:2]


@pytest.mark.parametrize("protocol", ALL)
@pytest.mark.parametrize("fault", [faults.stalled, after(faults.stalled), faults.dripping])
def test_an_answer_that_does_not_end_is_waited_for_to_the_deadline(truth: Truth, protocol: str, fault: Fault) -> None:
    frame = truth.frame(2)
    with proxy(truth.odoo.url, {"create": [fault]}) as through:
        started = time.monotonic()
        responses = sent(truth, through, protocol, "create", frame, timeout=1, batch_size=2)
        # One that is silent would be given up after 15 s, one that drips never ends.
        assert time.monotonic() - started < 15
    assert told(responses) == ["in_doubt"] * 2
    assert "within 1 s" in responses["error"].iloc[0]
    assert len(truth.of(frame)) == (0 if fault is faults.stalled else 2)


@pytest.mark.parametrize("protocol", ALL)
def test_a_huge_answer_is_not_held(truth: Truth, protocol: str) -> None:
    frame = truth.frame(2)
    with proxy(truth.odoo.url, {"create": [faults.endless]}) as through:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        responses = sent(truth, through, protocol, "create", frame, batch_size=2)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert told(responses) == ["in_doubt"] * 2
    assert grown < (64 + 50) * 1024


# --- what can be found out -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("protocol", "name"), [each[1:] for each in turns("write")[len(ENDS) :]])
def test_a_write_without_an_answer_is_found_out_and_written_again(truth: Truth, protocol: str, name: str) -> None:
    frame = truth.made(3).assign(function=["a", "b", "c"])
    with proxy(truth.odoo.url, {"web_save_multi": [LOST[name]]}) as through:
        responses = sent(truth, through, protocol, "write", frame)
    assert told(responses) == ["updated"] * 3
    assert [record["function"] for record in truth.of(frame, "function")] == ["a", "b", "c"]
    assert (through.count("search_read"), through.count("web_save_multi")) == (2, 2)


@pytest.mark.parametrize(("protocol", "name"), [each[1:] for each in turns("unlink")[len(ENDS) :]])
def test_records_that_were_deleted_without_an_answer_are_found_to_be_gone(
    truth: Truth, protocol: str, name: str
) -> None:
    frame = truth.made(3)
    with proxy(truth.odoo.url, {"unlink": [LOST[name]]}) as through:
        responses = sent(truth, through, protocol, "unlink", frame[["id"]])
    assert told(responses) == ["deleted"] * 3
    assert truth.of(frame) == []
    assert (through.count("search_read"), through.count("unlink")) == (2, 1)


@EVERY
def test_records_that_were_not_deleted_are_deleted_again(truth: Truth, protocol: str) -> None:
    frame = truth.made(3)
    with proxy(truth.odoo.url, {"unlink": [closed, answering(504)]}) as through:
        responses = sent(truth, through, protocol, "unlink", frame[["id"]])
    assert told(responses) == ["deleted"] * 3
    assert truth.of(frame) == []
    assert (through.count("search_read"), through.count("unlink")) == (3, 3)


@EVERY
@pytest.mark.parametrize("operation", ["write", "unlink"])
def test_a_write_that_is_never_answered_stays_in_doubt_and_ends_the_send(
    truth: Truth, protocol: str, operation: str
) -> None:
    frame = truth.made(4).assign(function="a")
    script: dict[str, list[Any]] = {operation: [closed] * 9}
    with proxy(truth.odoo.url, script) as through:
        responses = sent(truth, through, protocol, operation, frame[["id", "function"]], batch_size=2)
    assert told(responses) == ["in_doubt"] * 2 + ["not_sent"] * 2
    # In between, its rows were looked up.
    assert 2 <= through.count(operation) <= SOON.tries
    assert "may" in responses["error"].iloc[0]


@pytest.mark.parametrize("protocol", ALL)
@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_page_where_odoo_answered_before_may_hide_that_the_call_was_done(
    truth: Truth, protocol: str, status: int
) -> None:
    frame = truth.frame(6)
    with proxy(truth.odoo.url, {"create": [None, after(answering(status))]}) as through:
        responses = sent(truth, through, protocol, "create", frame, batch_size=2)
    assert told(responses) == ["created"] * 2 + ["in_doubt"] * 2 + ["not_sent"] * 2
    assert f"HTTP {status}" in responses["error"].iloc[2]
    assert len(truth.of(frame)) == 4
    assert through.count("create") == 2


@EVERY
def test_with_a_key_such_a_page_is_found_out(truth: Truth, protocol: str) -> None:
    frame = truth.frame(6)
    with proxy(truth.odoo.url, {"load": [after(answering(403)), answering(404)]}) as through:
        responses = sent(truth, through, protocol, "create", frame, batch_size=3, key="name", mode="upsert")
    assert told(responses) == ["created"] * 6
    assert responses["id"].tolist() == [record["id"] for record in truth.of(frame)]


@pytest.mark.parametrize(
    ("protocol", "operation", "odd"),
    [
        ("json2", "write", answering(429, {"Retry-After": "301"})),
        ("json2", "unlink", answering(302, {"Location": "/x"})),
        ("jsonrpc", "unlink", answering(401)),
        ("xmlrpc", "write", closed),
    ],
)
def test_what_keeps_rows_from_being_found_out_leaves_them_in_doubt(
    truth: Truth, protocol: str, operation: str, odd: Fault
) -> None:
    frame = truth.made(2).assign(function="a")
    with proxy(truth.odoo.url, {operation: [after(closed)], "search_read": [None] + [odd] * 9}) as through:
        responses = sent(truth, through, protocol, operation, frame[["id", "function"]])
    assert told(responses) == ["in_doubt"] * 2
    assert responses["error"].str.contains("may (?:have changed in|be gone from) Odoo").all()
    assert through.count(operation) == 1


@EVERY
@pytest.mark.parametrize("end", ["stop", "cut"])
def test_rows_stay_in_doubt_where_the_send_ends_before_they_are_found_out(
    truth: Truth, protocol: str, end: str
) -> None:
    frame = truth.made(4).assign(function="a")

    def watch(progress: Any) -> None:
        if progress.waiting:
            getattr(sending, end)()

    with proxy(truth.odoo.url, {"write": [after(closed)]}) as through:
        sending = delivery(
            truth, through, protocol, "write", frame[["id", "function"]], batch_size=2, on_progress=watch
        )
        responses = sending.result()
    assert told(responses) == ["in_doubt"] * 2 + ["not_sent"] * 2
    assert through.count("write") == 1


@EVERY
def test_a_lost_look_up_is_made_again_and_nothing_is_in_doubt(truth: Truth, protocol: str) -> None:
    frame = truth.made(3).assign(function="a")
    with proxy(truth.odoo.url, {"search_read": [answering(502), after(reset), faults.truncated]}) as through:
        responses = sent(truth, through, protocol, "write", frame[["id", "function"]])
    assert told(responses) == ["updated"] * 3
    assert (through.count("search_read"), through.count("write")) == (4, 1)


@EVERY
def test_lines_that_may_have_been_made_are_not_made_again(truth: Truth, protocol: str) -> None:
    frame = truth.made(1)
    lines = frame[["id"]].assign(child_ids=[[[0, 0, {"name": "child", "type": "contact"}]]])
    with proxy(truth.odoo.url, {"write": [after(closed)]}) as through:
        responses = sent(truth, through, protocol, "write", lines)
    assert told(responses) == ["in_doubt"]
    assert through.count("write") == 1
    assert len(truth.of(frame, "child_ids")[0]["child_ids"]) == 1


@EVERY
def test_a_method_without_an_answer_is_not_called_again(truth: Truth, protocol: str) -> None:
    frame = truth.made(2)
    with proxy(truth.odoo.url, {ARCHIVE: [after(closed)]}) as through:
        responses = sent(truth, through, protocol, ARCHIVE, frame[["id"]])
    assert told(responses) == ["in_doubt"] * 2
    assert through.count(ARCHIVE) == 1
    assert [record["active"] for record in truth.of(frame, "active")] == [False, False]


@EVERY
def test_what_a_method_did_is_read_again_where_that_was_lost(truth: Truth, protocol: str) -> None:
    frame = truth.made(2)
    with proxy(truth.odoo.url, {"search_read": [None, answering(502), after(closed)]}) as through:
        responses = sent(truth, through, protocol, ARCHIVE, frame[["id"]])
    assert told(responses) == ["called"] * 2
    assert (through.count(ARCHIVE), through.count("search_read")) == (1, 4)
