"""Batches that take several calls: what is in them, and what is left of them when a send stops in the middle."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow import operations
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import StoppedError
from tests.net.servers import ONCE, error

if TYPE_CHECKING:
    from odoo_widgets.net.delivery import Delivery

SERVER = "https://mycompany.example.com"
ME = Credential(SERVER, "mycompany", api_key="5ec2e7" * 6)
# In each batch of five: two rows of "x", two of "y", one of its own.
FRAME = pd.DataFrame({"id": range(1, 11), "name": ["x", "y", "x", "y", "a", "y", "x", "b", "x", "y"]})
STOPPED = "The send was stopped before this row."
DOUBT = "Not sent: the send stopped at rows 1, 3, in doubt."


@pytest.fixture(autouse=True)
def two_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows with the same values have a call of their own."""
    monkeypatch.setattr(operations, "MANY", operations.LEAST)


class Odoo:
    """Answers as an Odoo does, and keeps what it was asked; an answer of another kind by the number of the request."""

    def __init__(self, answers: Any = None, gone: Any = ()) -> None:
        self.asked = []
        self.answers = answers or {}
        self.gone = gone

    @property
    def methods(self) -> list[str]:
        return [path.rpartition("/")[2] for path, _ in self.asked]

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.asked.append((request.url.path, body))
        answer = self.answers.get(len(self.asked) - 1)
        if callable(answer):
            answer = await answer()
        if answer is not None:
            return answer
        method = request.url.path.rpartition("/")[2]
        if method == "search_read":
            ((field, operator, ids),) = body["domain"]
            assert (field, operator, body["context"]["active_test"]) == ("id", "in", False)
            there = [each for each in reversed(ids) if each not in self.gone]
            held = dict.fromkeys(body["fields"], False)
            return httpx.Response(200, json=[{**held, "id": each} for each in there])
        if method == "web_save_multi":
            return httpx.Response(200, json=[{"id": each} for each in body["ids"]])
        if method == "fields_get":
            return httpx.Response(200, json={name: {"type": "char"} for name in body["allfields"]})
        ids = [100 + place for place in range(len(body.get("data", [])))]
        return httpx.Response(200, json={"ids": ids, "messages": []} if method == "load" else True)


def delivery(odoo: Odoo, operation: str = "write", frame: pd.DataFrame = FRAME, **options: Any) -> Delivery:
    destination = Destination(f"{SERVER}/json/2/res.partner/{operation}", batch_size=5)
    return destination.delivery(frame, ME, transport=httpx.MockTransport(odoo), **{"policy": ONCE} | options)


def test_every_row_is_answered_in_its_own_place_whatever_call_it_was_in() -> None:
    odoo = Odoo()
    responses = delivery(odoo).result()
    assert responses["status"].tolist() == ["updated"] * 10
    assert responses["id"].tolist() == FRAME["id"].tolist()
    assert responses["batch"].tolist() == [0] * 5 + [1] * 5
    asked = [body.get("ids") or body["domain"][0][2] for _, body in odoo.asked]
    assert list(zip(odoo.methods, asked, strict=True)) == [
        ("search_read", [1, 2, 3, 4, 5]),
        ("write", [1, 3]),
        ("write", [2, 4]),
        ("write", [5]),
        ("search_read", [6, 7, 8, 9, 10]),
        ("write", [6, 10]),
        ("write", [7, 9]),
        ("write", [8]),
    ]


def test_a_call_that_is_refused_takes_no_other_of_its_batch_with_it() -> None:
    refused = error(422, "odoo.exceptions.ValidationError", "No.")
    responses = delivery(Odoo(dict.fromkeys((2, 3, 4), refused))).result()
    assert responses["status"].tolist() == ["updated", "rejected", "updated", "rejected", "updated"] + ["updated"] * 5


NO_RECORD = "res.partner has no record of this id that this user may see. Look the id up again."


@pytest.mark.parametrize(("operation", "done"), [("write", "updated"), ("unlink", "deleted")])
def test_rows_whose_record_is_gone_are_rejected_and_the_others_of_their_call_are_sent(
    operation: str, done: str
) -> None:
    odoo = Odoo(gone={1, 4, 6, 7, 8, 9, 10})
    sending = delivery(odoo, operation)
    responses = sending.result()
    assert responses["status"].tolist() == ["rejected", done, done, "rejected", done] + ["rejected"] * 5
    assert responses["id"].tolist() == [pd.NA, 2, 3, pd.NA, 5] + [pd.NA] * 5
    assert set(responses.loc[responses["status"] == "rejected", "error"]) == {NO_RECORD}
    assert set(responses.loc[responses["status"] == "rejected", "error_field"]) == {"id"}
    assert responses["batch"].tolist() == [0] * 5 + [1] * 5
    assert sorted(each for _, body in odoo.asked for each in body.get("ids", [])) == [2, 3, 5]
    assert odoo.methods[-1] == "search_read"
    assert sending.progress.statuses == {"rejected": 7, done: 3}


def test_a_look_up_that_is_refused_takes_no_other_batch_with_it() -> None:
    refused = error(403, "odoo.exceptions.AccessError", "No.")
    odoo = Odoo({0: refused})
    responses = delivery(odoo, "unlink").result()
    assert responses["status"].tolist() == ["rejected"] * 5 + ["deleted"] * 5
    # It may have been one of rights, which is asked.
    assert odoo.methods == ["search_read", "has_access", "search_read", "unlink"]


STATUSES = {
    "stop": ["updated", "updated", "updated", "updated", "not_sent"],
    "cut": ["updated", "in_doubt", "updated", "in_doubt", "not_sent"],
}


class Gate:
    """Holds an answer back until it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    async def __call__(self) -> None:
        self.reached.set()
        while not self.opened.is_set():  # noqa: ASYNC110 - opened from another thread, whose event no loop waits for
            await asyncio.sleep(0.005)


def ended(odoo: Odoo, gate: Gate, end: str, operation: str = "write") -> tuple[pd.DataFrame, Delivery]:
    """A send that is ended while the gate holds an answer back."""
    sending = delivery(odoo, operation).start()
    assert gate.reached.wait(10)
    getattr(sending, end)()
    gate.opened.set()
    return sending.result(), sending


@pytest.mark.parametrize("end", STATUSES)
def test_a_stop_in_the_middle_of_a_batch_accounts_for_each_of_its_rows(end: str) -> None:
    gate = Gate()
    odoo = Odoo({2: gate})
    responses, sending = ended(odoo, gate, end)
    assert responses["status"].tolist() == STATUSES[end] + ["not_sent"] * 5
    assert set(responses.loc[responses["status"] == "not_sent", "error"]) == {STOPPED if end == "stop" else DOUBT}
    assert responses["batch"].notna().tolist() == [True] * 4 + [False] * 6
    assert len(odoo.asked) == 3
    assert sum(sending.progress.statuses.values()) == 4


UNANSWERED = "mycompany.example.com was asked which records are there, and no whole answer came. Nothing was sent."


@pytest.mark.parametrize("operation", ["write", "unlink"])
@pytest.mark.parametrize(("end", "words"), [("stop", STOPPED), ("cut", UNANSWERED)])
def test_a_stop_while_records_are_looked_up_leaves_their_rows_not_sent(end: str, words: str, operation: str) -> None:
    gate = Gate()
    odoo = Odoo({0: gate})
    responses, _ = ended(odoo, gate, end, operation)
    assert responses["status"].tolist() == ["not_sent"] * 10
    assert set(responses["error"]) == {words}
    assert odoo.methods == ["search_read"]


@pytest.mark.parametrize(("end", "words"), [("stop", STOPPED), ("cut", UNANSWERED)])
def test_a_stop_while_a_later_batch_is_looked_up_keeps_what_was_done(end: str, words: str) -> None:
    gate = Gate()
    odoo = Odoo({3: gate}, gone={2, 7})
    responses, sending = ended(odoo, gate, end)
    # What a look-up that came to its end does not find is known, though the rest of its batch is not sent.
    found = "rejected" if end == "stop" else "not_sent"
    assert responses["status"].tolist() == [
        *["updated", "rejected", "updated", "updated", "updated"],
        *["not_sent", found, "not_sent", "not_sent", "not_sent"],
    ]
    assert set(responses.loc[responses["status"] == "not_sent", "error"]) == {words}
    assert odoo.methods == ["search_read", "write", "web_save_multi", "search_read"]
    counted = sending.progress.statuses
    assert (counted["updated"], counted["rejected"]) == (4, 2 if end == "stop" else 1)


def test_rows_that_are_being_looked_up_are_not_in_doubt() -> None:
    gate = Gate()
    sending = delivery(Odoo({0: gate}), "unlink").start()
    assert gate.reached.wait(10)
    assert set(sending.responses["status"]) == {"not_sent"}
    assert set(sending.responses["error"]) == {STOPPED}
    gate.opened.set()
    assert set(sending.result()["status"]) == {"deleted"}


def test_an_answer_that_proves_nothing_ends_the_send_in_the_middle_of_a_batch() -> None:
    odoo = Odoo({2: httpx.Response(200, json=None)})
    responses = delivery(odoo).result()
    assert responses["status"].tolist() == STATUSES["cut"] + ["not_sent"] * 5
    assert set(responses["error"].iloc[4:]) == {DOUBT}
    assert len(odoo.asked) == 3


NONSENSE = (
    "mycompany.example.com was asked which records are there, and answered something that Odoo does not write "
    "(HTTP 200{}). Nothing was sent."
)


@pytest.mark.parametrize(
    ("answer", "words"),
    [(None, ", without a word"), (True, ": 'true'"), ([7], ": '[7]'"), ([{"id": 99}], ": '[{\"id\":99}]'")],
)
def test_an_answer_to_no_look_up_ends_the_send_before_anything_is_changed(answer: Any, words: str) -> None:
    odoo = Odoo({0: httpx.Response(200, json=answer)})
    with pytest.raises(StoppedError) as caught:
        delivery(odoo).result()
    assert str(caught.value) == NONSENSE.format(words)
    responses = caught.value.responses
    assert set(responses["status"]) == {"not_sent"}
    assert set(responses["error"]) == {NONSENSE.format(words)}
    assert odoo.methods == ["search_read"]


def test_an_answer_to_no_look_up_keeps_what_was_done_before() -> None:
    odoo = Odoo({2: httpx.Response(200, json=None)})
    responses = delivery(odoo, "unlink").result()
    assert responses["status"].tolist() == ["deleted"] * 5 + ["not_sent"] * 5
    assert set(responses["error"].iloc[5:]) == {NONSENSE.format(", without a word")}


READING = ("search_read", "has_access", "fields_get")
ANSWERS = {
    "refused": error(403, "odoo.exceptions.AccessError", "No."),
    "rolled back": error(503, "psycopg2.errors.SerializationFailure", "could not serialize access"),
    "no such key": httpx.Response(401, html="<html></html>"),
    "nonsense": httpx.Response(200, json="?"),
    "a gateway's": httpx.Response(502, html="<html></html>"),
}


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("operation", ["write", "unlink"])
def test_whatever_one_call_is_answered_each_row_is_told_what_became_of_it(
    operation: str, name: str, number: int
) -> None:
    odoo = Odoo({number: ANSWERS[name]}, gone={2, 8})
    sending = delivery(odoo, operation)
    try:
        responses = sending.result()
    except StoppedError as stopped:
        responses = stopped.responses
    bodies = [body for method, (_, body) in zip(odoo.methods, odoo.asked, strict=True) if method not in READING]
    asked_for = [each for body in bodies for each in body["ids"]]
    odd = set(odoo.asked[number][1].get("ids", ())) if number < len(odoo.asked) else set()
    done = {"write": "updated", "unlink": "deleted"}[operation]
    for key, status, words in zip(FRAME["id"], responses["status"], responses["error"], strict=True):
        # What Odoo refused of these rows, and kept nothing of, is asked for again, in smaller calls.
        narrowed = name == "refused" and len(odd) > 1
        assert asked_for.count(key) <= 1 + (narrowed and key in odd)
        assert (status == done) == (key in asked_for and (key not in odd or narrowed))
        assert status != "in_doubt" or key in odd
        assert (status == done) == pd.isna(words)
    assert sum(sending.progress.statuses.values()) <= sending.progress.rows
    counted = responses["status"][responses["batch"].notna()].value_counts().to_dict()
    assert counted == sending.progress.statuses


def test_progress_counts_rows_and_calls_where_a_batch_takes_several() -> None:
    seen = []
    sending = delivery(Odoo(gone={8}), on_progress=seen.append)
    assert (sending.progress.rows, sending.progress.batches) == (10, 2)
    sending.result()
    assert [(each.made, each.done) for each in seen] == [
        *[(0, 0), (1, 0), (2, 2), (3, 4), (4, 5)],
        *[(5, 6), (6, 8), (7, 10)],
    ]
    assert seen[-1].statuses == {"updated": 9, "rejected": 1}
    assert [each.seconds_left is None for each in seen] == [True, True] + [False] * 6
    assert seen[-1].seconds_left == 0


LOADED = pd.DataFrame({"name": list("abcdefghij"), "ref": [None, "1"] * 5, "vip": [True, None, None, False, True] * 2})


@pytest.mark.parametrize(("operation", "frame"), [("write", FRAME), ("unlink", FRAME), ("load", LOADED)])
def test_samples_are_the_very_requests_that_go_out(operation: str, frame: pd.DataFrame) -> None:
    odoo = Odoo()
    delivery(odoo, operation, frame).result()
    destination = Destination(f"{SERVER}/json/2/res.partner/{operation}", batch_size=5)
    shown = destination.samples(frame, n=2 * len(frame))
    assert [(each.request.url.path, json.loads(each.request.content)) for each in shown] == odoo.asked
    looked_up = [each for each in shown if each.call.ask.batch is not None]
    assert len(looked_up) == (0 if operation == "load" else 2)
    changing = [each for each in shown if each not in looked_up]
    assert sorted(row for each in changing for row in each.call.rows) == list(range(len(frame)))


def test_as_many_samples_are_shown_as_were_asked_for_though_a_batch_takes_more() -> None:
    destination = Destination(f"{SERVER}/json/2/res.partner/write", batch_size=5)
    first, second = [*range(5)], [*range(5, 10)]
    assert [list(each.call.rows) for each in destination.samples(FRAME, n=2)] == [first, [0, 2]]
    assert [list(each.call.rows) for each in destination.samples(FRAME, rows=[3, 7])] == [first, [1, 3], second, [7]]
    titles = [each.title.partition(" · ")[0] for each in destination.samples(FRAME, rows=[3])]
    assert titles == ["look up", "rows 1, 3"]
