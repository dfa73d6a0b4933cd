"""A batch with bad rows in it: they are told apart in few calls, and the good ones land."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.conftest import sent, told
from tests.faults.proxy import proxy

if TYPE_CHECKING:
    from tests.faults.conftest import Truth

# Calls for k bad rows of 100, by halving; from 20 on, one by one is as short.
CREATES = {1: 14, 2: 24, 5: 46, 10: 74, 20: 113, 100: 113}
EVERY = pytest.mark.parametrize("protocol", ["json2", "jsonrpc", "xmlrpc"])


def spoiled(truth: Truth, bad: int, value: dict[str, Any], seed: int = 0) -> tuple[Any, list[int]]:
    places = sorted(random.Random(seed).sample(range(100), bad))
    column, (good, wrong) = next(iter(value.items()))
    return truth.frame(100).assign(**{column: [wrong if row in places else good for row in range(100)]}), places


def checked(truth: Truth, frame: Any, places: list[int], responses: Any, done: str) -> None:
    assert told(responses) == ["rejected" if row in places else done for row in range(100)]
    assert truth.names(frame) == sorted(frame["name"].drop(places))
    ids = {record["name"]: record["id"] for record in truth.of(frame)}
    assert [ids.get(name) for name in frame["name"]] == [None if each is None else each for each in _ids(responses)]
    assert responses["error"].iloc[places].notna().all()


def _ids(responses: Any) -> list[int | None]:
    return responses["id"].astype(object).where(responses["id"].notna(), None).tolist()


@pytest.mark.parametrize("bad", CREATES)
def test_the_bad_rows_of_a_create_are_found_in_few_calls_and_the_others_are_made(truth: Truth, bad: int) -> None:
    frame, places = spoiled(truth, bad, {"type": ("contact", "nope")})
    with proxy(truth.odoo.url) as through:
        responses = sent(truth, through, "json2", "create", frame)
    checked(truth, frame, places, responses, "created")
    assert set(responses["error"].iloc[places]) == {"Wrong value for res.partner.type: 'nope'"}
    assert set(responses["error_field"].iloc[places]) == {"type"}
    assert through.count() <= CREATES[bad] + 2


@pytest.mark.parametrize("bad", CREATES)
def test_the_bad_rows_of_a_load_are_named_by_odoo_and_the_others_are_saved(truth: Truth, bad: int) -> None:
    frame, places = spoiled(truth, bad, {"color": ("1", "x")})
    with proxy(truth.odoo.url) as through:
        responses = sent(truth, through, "json2", "load", frame)
    checked(truth, frame, places, responses, "saved")
    assert set(responses["error_field"].iloc[places]) == {"color"}
    assert through.count() <= 2 + bad / 10


@pytest.mark.parametrize("bad", [1, 5])
def test_the_bad_rows_of_a_load_that_odoo_finds_late_are_found_too(truth: Truth, bad: int) -> None:
    frame, places = spoiled(truth, bad, {"type": ("contact", "nope")})
    with proxy(truth.odoo.url) as through:
        responses = sent(truth, through, "json2", "load", frame)
    checked(truth, frame, places, responses, "saved")
    assert through.count() <= 2 + bad


@pytest.mark.parametrize(
    ("operation", "protocol"),
    [*itertools.product(("create", "load"), ("jsonrpc", "xmlrpc")), ("create", "rest")],
)
def test_bad_rows_are_told_apart_over_every_protocol(truth: Truth, protocol: str, operation: str) -> None:
    frame, places = spoiled(truth, 1, {"type": ("contact", "nope")}, 1)
    with proxy(truth.odoo.url) as through:
        responses = sent(truth, through, protocol, operation, frame, batch_size=100)
    checked(truth, frame, places, responses, "created" if operation == "create" else "saved")
    assert through.count() <= CREATES[1] + 2


@EVERY
def test_a_bad_row_of_a_write_leaves_the_others_written(truth: Truth, protocol: str) -> None:
    frame = truth.made(8)
    kinds = ["contact"] * 5 + ["nope", "contact", "other"]
    rows = frame[["id"]].assign(type=kinds, function=[f"f{row}" for row in range(8)])
    with proxy(truth.odoo.url) as through:
        responses = sent(truth, through, protocol, "write", rows)
    assert told(responses) == ["updated"] * 5 + ["rejected"] + ["updated"] * 2
    written = [record["function"] for record in truth.of(frame, "function")]
    assert written == [*rows["function"].iloc[:5], False, *rows["function"].iloc[6:]]
