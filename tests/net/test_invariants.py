"""Whatever a server does, each row ends in one status, none is committed twice, and no status says what is not so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import httpx
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import StoppedError
from odoo_widgets.flow.policy import Policy
from odoo_widgets.flow.responses import STATUSES
from tests.net.servers import error
from tests.net.speaking import METHODS, Odoo, RefusedError

if TYPE_CHECKING:
    from tests.net.speaking import Asked

SERVER = "https://mycompany.example.com"
KEY = "5ec2e7" * 6
ME = Credential(SERVER, "mycompany", api_key=KEY)
PAGE = httpx.Response(502, html="<html></html>")
CLASH = error(500, "psycopg2.errors.SerializationFailure", "could not serialize access")
# What happens in place of an answer; and whether Odoo has done its work by then.
FAULTS: dict[str, tuple[Any, bool]] = {
    "refused": (httpx.ConnectError("x"), False),
    "cut before": (httpx.ReadError("x"), False),
    "cut after": (httpx.RemoteProtocolError("x"), True),
    "late": (httpx.ReadTimeout("x"), True),
    "a gateway before": (PAGE, False),
    "a gateway after": (PAGE, True),
    "half an answer": (httpx.Response(200, content=b"[1, "), True),
    "nothing": (httpx.Response(200), True),
    "busy": (httpx.Response(429, headers={"retry-after": "0"}), False),
    "closed": (httpx.Response(503, headers={"retry-after": "0"}), False),
    "a clash": (CLASH, False),
    "no key": (httpx.Response(401), False),
    "elsewhere": (httpx.Response(302, headers={"location": "/x"}), False),
}
POLICIES = st.builds(
    Policy,
    tries=st.integers(1, 4),
    spare=st.integers(0, 10),
    share=st.sampled_from([0.0, 0.1, 1.0]),
    first_wait=st.just(0.0),
)


@attrs.define
class Failing:
    """An Odoo behind a script of faults, one for each request; None lets it pass."""

    odoo: Odoo
    script: list[str | None]

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        fault = self.script.pop(0) if self.script else None
        if fault is None:
            return await self.odoo(request)
        answer, done = FAULTS[fault]
        if done:
            await self.odoo(request)
        if isinstance(answer, Exception):
            raise answer
        return answer


def refusing(method: str, made: list[str]) -> Any:
    """A method that refuses bad rows and keeps nothing of them, and counts what it commits."""

    def call(odoo: Odoo, asked: Asked) -> Any:
        records = [dict(zip(asked.given[0], row, strict=True)) for row in asked.given[1]] if method == "load" else None
        names = [record["name"] for record in records or asked.given[0]]
        bad = [place for place, name in enumerate(names) if name.startswith("bad")]
        if bad and method == "load":
            rows = [{"type": "error", "rows": {"from": place, "to": place}, "message": "No."} for place in bad]
            return {"ids": False, "messages": rows}
        if bad:
            raise RefusedError("odoo.exceptions.ValidationError", "No.")
        made.extend(names)
        return METHODS[method](odoo, asked)

    return call


SCRIPTS = st.lists(st.none() | st.none() | st.sampled_from(sorted(FAULTS)), max_size=25)


def outcome(odoo: Odoo, script: list[str | None], operation: str, frame: pd.DataFrame, **options: Any) -> Any:
    policy = options.pop("policy")
    destination = Destination(f"{SERVER}/json/2/res.partner/{operation}", **options)
    transport = httpx.MockTransport(Failing(odoo, list(script)))
    # Each example is a world of its own, whatever the ones before it sent.
    sending = destination.delivery(frame, ME, policy=policy, transport=transport, again=True)
    try:
        responses = sending.result()
    except StoppedError as stopped:
        responses = stopped.responses
    assert len(responses) == len(frame)
    assert set(responses["status"]) <= set(STATUSES)
    # A row has an id where it is green, and where its record is there to be changed; words where it is not green.
    green = responses["status"].isin(["created", "updated", "saved", "deleted", "unchanged"])
    on_ids = operation in ("write", "unlink")
    assert (responses["id"].notna() == green).all() or (on_ids and responses["id"].notna()[green].all())
    assert (responses["error"].notna() == ~green).all()
    assert KEY not in responses.to_csv()
    counted = sending.progress.statuses
    assert all(count <= (responses["status"] == status).sum() for status, count in counted.items())
    return responses


@given(
    operation=st.sampled_from(["create", "load"]),
    bad=st.lists(st.booleans(), min_size=1, max_size=14),
    script=SCRIPTS,
    size=st.integers(1, 6),
    concurrency=st.integers(1, 3),
    policy=POLICIES,
)
def test_no_row_is_made_twice_and_each_is_told_what_became_of_it(
    *, operation: str, bad: list[bool], script: list[str | None], size: int, concurrency: int, policy: Policy
) -> None:
    frame = pd.DataFrame({"name": [f"{'bad' if each else 'good'} {row}" for row, each in enumerate(bad)]})
    made: list[str] = []
    odoo = Odoo(methods={operation: refusing(operation, made)})
    responses = outcome(odoo, script, operation, frame, batch_size=size, concurrency=concurrency, policy=policy)
    assert len(made) == len(set(made))
    for name, status, each in zip(frame["name"], responses["status"], responses["id"], strict=True):
        if status in ("created", "saved"):
            assert odoo.records[each]["name"] == name
        elif status != "in_doubt":
            assert name not in made
        assert status != "rejected" or name.startswith("bad")


@given(
    operation=st.sampled_from(["write", "unlink"]),
    values=st.lists(st.sampled_from("abc"), min_size=1, max_size=14),
    gone=st.sets(st.integers(1, 14), max_size=3),
    script=SCRIPTS,
    size=st.integers(1, 6),
    concurrency=st.integers(1, 3),
    policy=POLICIES,
)
def test_what_is_changed_is_told_and_what_is_told_is_so(
    *,
    operation: str,
    values: list[str],
    gone: set[int],
    script: list[str | None],
    size: int,
    concurrency: int,
    policy: Policy,
) -> None:
    frame = pd.DataFrame({"id": range(1, len(values) + 1), "name": values})
    odoo = Odoo({each: {"name": "old"} for each in frame["id"] if each not in gone})
    responses = outcome(odoo, script, operation, frame, batch_size=size, concurrency=concurrency, policy=policy)
    for each, value, status in zip(frame["id"], values, responses["status"], strict=True):
        held = odoo.records.get(each, {}).get("name")
        if status == "updated":
            assert held == value
        elif status == "deleted":
            assert held is None
            assert each not in gone
        elif status == "rejected":
            assert each in gone
        elif status == "not_sent":
            assert held == (None if each in gone else "old")
