"""A sending process is killed, and another goes on: what is in Odoo is what the responses say."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.conftest import ALL, PROTOCOLS, where
from tests.faults.killing import trial

if TYPE_CHECKING:
    import pandas as pd

    from tests.faults.conftest import Truth
    from tests.faults.killing import Trial

SIZE = 5


def killed(truth: Truth, protocol: str, operation: str, frame: pd.DataFrame, size: int = 0, **options: Any) -> Trial:
    settings = where(truth.odoo.url, protocol, operation) | {"batch_size": SIZE} | options
    chance = random.Random(operation)
    return trial(settings, truth.odoo.credential, frame, kills=3, seconds=0.4, chance=chance, size=size)


def none_is_twice(truth: Truth, frame: pd.DataFrame, done: Trial) -> None:
    there = Counter(truth.names(frame))
    assert done.kills >= 1
    assert set(there.values()) == {1}
    status = done.responses.set_index(frame["name"])["status"]
    assert set(status) <= {"created", "in_doubt"}
    assert (status == "in_doubt").sum() <= SIZE * done.kills
    assert set(status.index[status == "created"]) <= set(there)
    assert set(there) - set(status.index[status == "created"]) <= set(status.index[status == "in_doubt"])


def each_is_there_once(truth: Truth, frame: pd.DataFrame, done: Trial) -> None:
    assert done.kills >= 1
    assert Counter(truth.names(frame)) == Counter(frame["name"])
    assert set(done.responses["status"]) <= {"created", "updated", "unchanged"}
    ids = {record["name"]: record["id"] for record in truth.of(frame)}
    assert done.responses["id"].tolist() == [ids[name] for name in frame["name"]]


@pytest.mark.parametrize("protocol", ALL)
def test_without_a_key_no_row_is_made_twice_and_at_most_one_call_of_each_kill_is_in_doubt(
    truth: Truth, protocol: str
) -> None:
    frame = truth.frame(60)
    done = killed(truth, protocol, "create", frame)
    none_is_twice(truth, frame, done)


def test_a_write_that_is_killed_goes_on_until_all_is_written(truth: Truth) -> None:
    frame = truth.made(40)
    frame = frame.assign(name=[f"{name} changed" for name in frame["name"]])
    done = killed(truth, "json2", "write", frame)
    assert done.kills >= 1
    assert set(done.responses["status"]) == {"updated"}
    assert truth.names(frame) == sorted(frame["name"])


@pytest.mark.parametrize(("protocol", "mode"), [("json2", "create"), *((each, "upsert") for each in PROTOCOLS)])
def test_with_a_key_a_send_that_is_killed_goes_on_until_each_row_is_there_once(
    truth: Truth, protocol: str, mode: str
) -> None:
    frame = truth.frame(60)
    done = killed(truth, protocol, "create", frame, key="name", mode=mode)
    each_is_there_once(truth, frame, done)


def test_frames_that_are_killed_go_on_until_each_row_is_there_once(truth: Truth) -> None:
    frame = truth.frame(60)
    done = killed(truth, "json2", "create", frame, size=13, key="name", mode="upsert")
    each_is_there_once(truth, frame, done)
    assert done.responses.index.tolist() == frame.index.tolist()


def test_without_a_key_no_row_of_frames_is_made_twice(truth: Truth) -> None:
    frame = truth.frame(60)
    done = killed(truth, "json2", "create", frame, size=13)
    none_is_twice(truth, frame, done)
