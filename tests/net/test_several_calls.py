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
from odoo_widgets.flow.credential import Credential
from tests.net.servers import error

if TYPE_CHECKING:
    from odoo_widgets.net.delivery import Delivery

SERVER = "https://mycompany.odoo.com"
ME = Credential(SERVER, "mycompany", api_key="5ec2e7" * 6)
# In each batch of five: two rows of "x", two of "y", one of its own.
FRAME = pd.DataFrame({"id": range(1, 11), "name": ["x", "y", "x", "y", "a", "y", "x", "b", "x", "y"]})
STOPPED = "The send was stopped before this row."
DOUBT = "Not sent: the send stopped at rows 1, 3, in doubt."


class Odoo:
    """Answers as an Odoo does, and keeps what it was asked; an answer of another kind by the number of the request."""

    def __init__(self, answers: Any = None) -> None:
        self.asked = []
        self.answers = answers or {}

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.asked.append((request.url.path, body))
        answer = self.answers.get(len(self.asked) - 1)
        if callable(answer):
            answer = await answer()
        if answer is not None:
            return answer
        method = request.url.path.rpartition("/")[2]
        if method == "web_save_multi":
            return httpx.Response(200, json=[{"id": each} for each in body["ids"]])
        ids = [100 + place for place in range(len(body.get("data", [])))]
        return httpx.Response(200, json={"ids": ids, "messages": []} if method == "load" else True)


def delivery(odoo: Odoo, operation: str = "write", frame: pd.DataFrame = FRAME, **options: Any) -> Delivery:
    destination = Destination(f"{SERVER}/json/2/res.partner/{operation}", batch_size=5)
    return destination.delivery(frame, ME, transport=httpx.MockTransport(odoo), **options)


def test_every_row_is_answered_in_its_own_place_whatever_call_it_was_in() -> None:
    odoo = Odoo()
    responses = delivery(odoo).result()
    assert responses["status"].tolist() == ["updated"] * 10
    assert responses["id"].tolist() == FRAME["id"].tolist()
    assert responses["batch"].tolist() == [0] * 5 + [1] * 5
    assert [(path.rpartition("/")[2], body["ids"]) for path, body in odoo.asked] == [
        ("write", [1, 3]),
        ("write", [2, 4]),
        ("write", [5]),
        ("write", [6, 10]),
        ("write", [7, 9]),
        ("write", [8]),
    ]


def test_a_call_that_is_refused_takes_no_other_of_its_batch_with_it() -> None:
    refused = error(422, "odoo.exceptions.ValidationError", "No.")
    responses = delivery(Odoo({1: refused})).result()
    assert responses["status"].tolist() == ["updated", "rejected", "updated", "rejected", "updated"] + ["updated"] * 5


STATUSES = {
    "stop": ["updated", "updated", "updated", "updated", "not_sent"],
    "cut": ["updated", "in_doubt", "updated", "in_doubt", "not_sent"],
}


@pytest.mark.parametrize("end", STATUSES)
def test_a_stop_in_the_middle_of_a_batch_accounts_for_each_of_its_rows(end: str) -> None:
    reached, opened = threading.Event(), threading.Event()

    async def gate() -> None:
        reached.set()
        while not opened.is_set():  # noqa: ASYNC110 - opened from another thread, whose event no loop waits for
            await asyncio.sleep(0.005)

    odoo = Odoo({1: gate})
    sending = delivery(odoo).start()
    reached.wait()
    getattr(sending, end)()
    opened.set()
    responses = sending.result()
    assert responses["status"].tolist() == STATUSES[end] + ["not_sent"] * 5
    assert set(responses.loc[responses["status"] == "not_sent", "error"]) == {STOPPED if end == "stop" else DOUBT}
    assert responses["batch"].notna().tolist() == [True] * 4 + [False] * 6
    assert len(odoo.asked) == 2
    assert sum(sending.progress.statuses.values()) == 4


def test_an_answer_that_proves_nothing_ends_the_send_in_the_middle_of_a_batch() -> None:
    odoo = Odoo({1: httpx.Response(200, json=None)})
    responses = delivery(odoo).result()
    assert responses["status"].tolist() == STATUSES["cut"] + ["not_sent"] * 5
    assert set(responses["error"].iloc[4:]) == {DOUBT}
    assert len(odoo.asked) == 2


def test_progress_counts_rows_and_calls_where_a_batch_takes_several() -> None:
    seen = []
    sending = delivery(Odoo(), on_progress=seen.append)
    assert (sending.progress.rows, sending.progress.batches) == (10, 2)
    sending.result()
    assert [(each.made, each.done) for each in seen] == [(0, 0), (1, 2), (2, 4), (3, 5), (4, 7), (5, 9), (6, 10)]
    assert seen[-1].seconds_left == 0


LOADED = pd.DataFrame({"name": list("abcdefghij"), "ref": [None, "1"] * 5, "vip": [True, None, None, False, True] * 2})


@pytest.mark.parametrize(("operation", "frame"), [("write", FRAME), ("unlink", FRAME), ("load", LOADED)])
def test_samples_are_the_very_requests_that_go_out(operation: str, frame: pd.DataFrame) -> None:
    odoo = Odoo()
    delivery(odoo, operation, frame).result()
    destination = Destination(f"{SERVER}/json/2/res.partner/{operation}", batch_size=5)
    shown = destination.samples(frame, n=len(frame))
    assert [(each.request.url.path, json.loads(each.request.content)) for each in shown] == odoo.asked
    assert sorted(row for each in shown for row in each.call.rows) == list(range(len(frame)))


def test_as_many_samples_are_shown_as_were_asked_for_though_a_batch_takes_more() -> None:
    destination = Destination(f"{SERVER}/json/2/res.partner/write", batch_size=5)
    assert [list(each.call.rows) for each in destination.samples(FRAME, n=2)] == [[0, 2], [1, 3]]
    assert [list(each.call.rows) for each in destination.samples(FRAME, rows=[3, 7])] == [[1, 3], [7]]
    assert [each.title.partition(" · ")[0] for each in destination.samples(FRAME, rows=[3])] == ["rows 1, 3"]
