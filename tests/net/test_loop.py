"""Pauses, the rate, and several calls at a time."""

from __future__ import annotations

import asyncio
import json
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.policy import Policy
from tests.net.servers import SOON, Odoo, error

if TYPE_CHECKING:
    from odoo_widgets.net.delivery import Delivery
    from odoo_widgets.net.progress import Progress

SERVER = "https://mycompany.example.com"
FRAME = pd.DataFrame({"name": [f"n{row}" for row in range(12)], "parent": list("aabbccaabbcc")})
CLASH = error(500, "psycopg2.errors.SerializationFailure", "could not serialize access")
BUSY = httpx.Response(429, headers={"retry-after": "60"})
SLOW = Policy(first_wait=60, longest_wait=60)


def delivery(odoo: Any, server: str = SERVER, **options: Any) -> Delivery:
    mine = {name: options.pop(name) for name in ("policy", "on_progress", "again") if name in options}
    me = Credential(server, "mycompany", api_key="5ec2e7" * 6)
    settings = {"batch_size": 2, "exclude": ["parent"]} | options
    transport = httpx.MockTransport(odoo)
    return Destination(f"{server}/json/2/res.partner/create", **settings).delivery(
        FRAME, me, transport=transport, **{"policy": SOON} | mine
    )


class Watched(Odoo):
    """An Odoo that takes its time, and tells which calls were with it at the same time."""

    def __init__(self, answers: Any = None) -> None:
        super().__init__(answers)
        self.now: list[list[str]] = []
        self.together: list[list[list[str]]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        names = [record["name"] for record in self.records(request)]
        self.now.append(names)
        self.together.append(list(self.now))
        answer = await super().__call__(request)
        await asyncio.sleep(0.01)
        self.now.remove(names)
        return answer


# --- pauses ----------------------------------------------------------------------------------------------------------

PAUSES = {
    "as told": (BUSY, SOON, "not_sent"),
    "after a clash": (CLASH, SLOW, "not_sent"),
    "after no connection": (httpx.ConnectError("x"), SLOW, "not_sent"),
}


@pytest.mark.parametrize("end", ["stop", "cut"])
@pytest.mark.parametrize("name", PAUSES)
@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_pause_is_shown_and_ends_at_once_when_the_send_is_ended(end: str, name: str, concurrency: int) -> None:
    answer, policy, status = PAUSES[name]
    odoo = Odoo(dict.fromkeys(range(1, 30), answer))
    seen: list[Progress] = []

    def watch(progress: Progress) -> None:
        seen.append(progress)
        if progress.waiting:
            getattr(sending, end)()

    sending = delivery(odoo, policy=policy, on_progress=watch, concurrency=concurrency)
    started = time.monotonic()
    responses = sending.result()
    assert max(each.waiting for each in seen) == 60
    assert time.monotonic() - started < 60
    assert responses["status"].tolist()[:2] == ["created"] * 2
    # A call that was under way when the send was cut may have been made.
    others = set(responses["status"].iloc[2:])
    assert others == {status} if (end, concurrency) != ("cut", 3) else others <= {status, "in_doubt"}
    assert 2 <= len(odoo.requests) <= 1 + concurrency


def test_what_a_server_says_to_one_call_all_others_heed() -> None:
    odoo = Watched({3: httpx.Response(429, headers={"retry-after": "1"})})
    started = time.monotonic()
    responses = delivery(odoo, concurrency=3).result()
    assert set(responses["status"]) == {"created"}
    assert time.monotonic() - started >= 1


# --- the rate --------------------------------------------------------------------------------------------------------


def test_odoo_online_gets_one_call_a_second_and_others_as_many_as_they_take() -> None:
    at: list[float] = []

    async def odoo(request: httpx.Request) -> httpx.Response:
        at.append(time.monotonic())
        return httpx.Response(200, json=list(range(1, 1 + len(json.loads(request.content)["vals_list"]))))

    online = "https://mycompany.odoo.com"
    assert set(delivery(odoo, online, batch_size=4, concurrency=3).result()["status"]) == {"created"}
    assert all(later - earlier >= 0.95 for earlier, later in pairwise(at))
    at.clear()
    delivery(odoo, online, batch_size=1, calls_per_second=100, again=True).result()
    assert at[-1] - at[0] < len(at) - 1
    at.clear()
    delivery(odoo, batch_size=1).result()
    assert at[-1] - at[0] < len(at) - 1


@pytest.mark.parametrize("end", ["stop", "cut"])
def test_a_send_that_waits_for_its_turn_ends_at_once_and_makes_no_further_call(end: str) -> None:
    odoo = Odoo()

    def watch(progress: Progress) -> None:
        if progress.made:
            getattr(sending, end)()

    sending = delivery(odoo, calls_per_second=0.01, on_progress=watch)
    started = time.monotonic()
    responses = sending.result()
    # The next turn comes after 100 s.
    assert time.monotonic() - started < 100
    assert responses["status"].tolist() == ["created"] * 2 + ["not_sent"] * 10
    assert len(odoo.requests) == 1


# --- several at a time -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("concurrency", [1, 2, 5, 32])
def test_every_row_is_sent_once_however_many_calls_are_made_at_a_time(concurrency: int) -> None:
    odoo = Watched()
    responses = delivery(odoo, concurrency=concurrency, batch_size=1).result()
    assert sorted(name for request in odoo.requests for name in (odoo.records(request)[0]["name"],)) == sorted(
        FRAME["name"]
    )
    assert sorted(responses["id"]) == list(range(1, 13))
    assert max(map(len, odoo.together)) == min(concurrency, 11)


@pytest.mark.parametrize(
    ("grouping", "size"), [("by column", 1), ("by column", 2), ("keep together", 1), ("keep together", 8)]
)
def test_no_two_calls_at_a_time_hold_rows_of_one_group(grouping: str, size: int) -> None:
    odoo = Watched()
    responses = delivery(odoo, concurrency=4, grouping=grouping, group_by="parent", batch_size=size).result()
    assert set(responses["status"]) == {"created"}
    parents = dict(zip(FRAME["name"], FRAME["parent"], strict=True))
    for together in odoo.together:
        groups = [{parents[name] for name in names} for names in together]
        assert sum(map(len, groups)) == len(set().union(*groups))
    assert size == 8 or max(map(len, odoo.together)) > 1


def test_a_clash_halves_the_calls_at_a_time() -> None:
    odoo = Watched({1: CLASH, 2: CLASH})
    responses = delivery(odoo, concurrency=4, batch_size=1).result()
    assert set(responses["status"]) == {"created"}
    assert max(map(len, odoo.together)) == 4
    assert max(map(len, odoo.together[-4:])) == 1


class Slowing:
    """Takes what is loaded, the earlier the slower, and keeps what each record then holds."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}
        self.now = self.most = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        data = json.loads(request.content)["data"]
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.05 / (1 + int(data[0][1])))
        self.held |= dict(data)
        self.now -= 1
        return httpx.Response(200, json={"ids": [1] * len(data), "messages": []})


def test_the_last_row_of_an_external_id_wins_also_where_its_rows_are_in_several_calls_at_a_time() -> None:
    odoo = Slowing()
    frame = pd.DataFrame({"id": ["a", "b", "a", "c", "a", "d", "e"], "name": [str(row) for row in range(7)]})
    target = Destination(f"{SERVER}/json/2/res.partner/load", batch_size=1, concurrency=4)
    me = Credential(SERVER, "mycompany", api_key="5ec2e7" * 6)
    responses = target.delivery(frame, me, transport=httpx.MockTransport(odoo), policy=SOON).result()
    assert set(responses["status"]) == {"saved"}
    assert odoo.held["a"] == "4"
    assert odoo.most > 1
