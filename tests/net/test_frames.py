"""Frames that are sent one after the other: one send, whose rows go on counting."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from odoo_widgets.destination import Destination
from odoo_widgets.flow import retry
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import (
    CredentialError,
    DataError,
    JournalError,
    RepeatedError,
    StoppedError,
    TableError,
)
from odoo_widgets.flow.responses import COLUMNS
from odoo_widgets.net import listed, sends
from odoo_widgets.net.handing import handed
from tests.net.servers import SOON
from tests.net.speaking import METHODS, Asked, Odoo, RefusedError, reaching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from odoo_widgets.net.delivery import Delivery
    from odoo_widgets.net.progress import Progress

SERVER = "https://mycompany.example.com"
ME = Credential(SERVER, "mycompany", "me@example.com", "5ec2e7" * 6)
CREATE = Destination(f"{SERVER}/json/2/res.partner/create", batch_size=2)
KEYED = CREATE.replace(key="ref", mode="upsert")
REFUSED = httpx.Response(401, json={"name": "werkzeug.exceptions.Unauthorized", "message": "no"})
ROWS = pd.DataFrame({"name": [f"n{row}" for row in range(10)]}, index=[f"label {row}" for row in range(10)])


def parts(frame: pd.DataFrame = ROWS, size: int = 3) -> Iterator[pd.DataFrame]:
    return (frame.iloc[start : start + size] for start in range(0, len(frame), size))


def delivery(odoo: Odoo, frames: Any, target: Destination = CREATE, **options: Any) -> Delivery:
    return target.delivery(frames, ME, transport=odoo.transport, **{"policy": SOON} | options)


def names(odoo: Odoo) -> list[str]:
    return sorted(record["name"] for record in odoo.records.values())


def stopped(sending: Delivery) -> StoppedError:
    with pytest.raises(StoppedError) as error:
        sending.result()
    return error.value


# --- one send --------------------------------------------------------------------------------------------------------


def test_frames_are_sent_as_their_rows_in_one_frame_would_be() -> None:
    odoo = Odoo()
    answer = delivery(odoo, parts()).result()
    pd.testing.assert_index_equal(answer.index, ROWS.index)
    assert answer["status"].tolist() == ["created"] * 10
    assert [odoo.records[each]["name"] for each in answer["id"]] == ROWS["name"].tolist()
    # A call never holds rows of two frames.
    assert answer["batch"].tolist() == [0, 0, 1, 2, 2, 3, 4, 4, 5, 6]
    [head] = sends.heads()
    assert (head.rows, head.statuses, head.left) == (10, {"created": 10}, 0)
    assert listed.sends()["state"].tolist() == ["ended"]


def only_known_cities(odoo: Odoo, asked: Asked) -> Any:
    if any(values["city"] != "Ghent" for values in asked.given[0]):
        raise RefusedError("ValidationError", "There is no such city.")
    return METHODS["create"](odoo, asked)


def arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


KINDS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "a list of pandas' frames": lambda frame: [*parts(frame)],
    "a generator of Arrow's batches": lambda frame: (each for each in arrow(frame).to_batches(max_chunksize=3)),
    "Arrow's reader": lambda frame: arrow(frame).to_reader(max_chunksize=3),
    "Arrow's tables": lambda frame: map(arrow, parts(frame)),
    "Polars' slices": lambda frame: pl.DataFrame(frame.to_dict("list")).iter_slices(3),
    "one table of Arrow's": arrow,
    "one frame of Polars'": lambda frame: pl.DataFrame(frame.to_dict("list")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_frames_of_other_libraries_send_the_same_values(kind: str) -> None:
    odoo = Odoo()
    frame = ROWS.reset_index(drop=True).assign(color=[1, 2, 3, 4, 5, 6, 7, 8, 9, 2**60])
    answer = delivery(odoo, KINDS[kind](frame)).result()
    assert answer["status"].tolist() == ["created"] * 10
    assert list(odoo.records.values()) == frame.to_dict("records")


@pytest.mark.parametrize("kind", ["a generator of Arrow's batches", "Polars' slices"])
def test_rows_of_frames_without_labels_are_called_by_their_positions_over_all_frames(kind: str) -> None:
    odoo = Odoo(methods={"create": only_known_cities})
    frame = ROWS.reset_index(drop=True).assign(city=["Ghent", "Gent"] * 5)
    answer = delivery(odoo, KINDS[kind](frame), CREATE.replace(batch_size=1)).result()
    assert answer.index.tolist() == [*range(10)]
    assert answer.index[answer["status"] == "rejected"].tolist() == [1, 3, 5, 7, 9]
    # So that the rows to correct can be taken out of the whole.
    fixed = frame[answer["status"] == "rejected"].assign(city="Ghent")
    assert retry.places(fixed, answer) == [1, 3, 5, 7, 9]


def test_whole_numbers_of_arrow_stay_whole_where_one_is_missing() -> None:
    odoo = Odoo()
    delivery(odoo, iter([pa.table({"name": ["a", "b"], "color": pa.array([2**60 + 1, None])})])).result()
    assert list(odoo.records.values()) == [{"name": "a", "color": 2**60 + 1}, {"name": "b"}]


def test_a_file_of_parquet_is_sent_row_group_by_row_group(tmp_path: Path) -> None:
    odoo = Odoo()
    parquet.write_table(arrow(ROWS), tmp_path / "rows.parquet", row_group_size=4)
    with parquet.ParquetFile(tmp_path / "rows.parquet") as file:
        answer = delivery(odoo, file.iter_batches(batch_size=4)).result()
    assert answer["batch"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert names(odoo) == sorted(ROWS["name"])


def test_a_csv_file_is_sent_in_chunks_with_the_index_that_pandas_counts_on(tmp_path: Path) -> None:
    odoo = Odoo()
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    with pd.read_csv(tmp_path / "rows.csv", chunksize=4) as chunks:
        answer = delivery(odoo, chunks).result()
    assert answer.index.tolist() == [*range(10)]


def test_a_frame_is_asked_for_only_once_the_one_before_is_sent() -> None:
    odoo, sent_before = Odoo(), []

    def frames() -> Iterator[pd.DataFrame]:
        for part in parts():
            sent_before.append(len(odoo.records))
            yield part

    delivery(odoo, frames()).result()
    assert sent_before == [0, 3, 6, 9]


def test_frames_without_rows_are_passed_over() -> None:
    odoo = Odoo()
    assert len(delivery(odoo, iter([ROWS[:0], ROWS[:2], ROWS[:0], ROWS[2:], ROWS[:0]])).result()) == 10
    assert len(delivery(odoo, iter([])).result()) == 0


def test_progress_counts_over_all_frames_and_says_that_more_may_come() -> None:
    seen: list[Progress] = []
    sending = delivery(Odoo(), parts(), on_progress=seen.append)
    sending.result()
    assert [each.rows for each in seen if not each.made] == [3]
    assert [each.done for each in seen] == sorted(each.done for each in seen)
    assert (seen[-1].rows, seen[-1].done, seen[-1].batches, seen[-1].more) == (10, 10, 7, False)
    assert all(each.more and each.seconds_left is None for each in seen[:-1])


def test_a_list_is_known_before_the_first_call() -> None:
    sending = delivery(Odoo(), [*parts()])
    assert (sending.progress.rows, sending.progress.batches, sending.progress.more) == (10, 7, False)


def test_a_rate_is_one_for_all_frames() -> None:
    odoo = Odoo()
    sending = delivery(odoo, parts(size=2), CREATE.replace(calls_per_second=20))
    sending.result()
    # Five calls, of which the first waits for nothing.
    assert sending.progress.seconds >= 4 / 20


# --- one key space ---------------------------------------------------------------------------------------------------

TWICE = [pd.DataFrame({"name": ["a", "b"], "ref": ["1", "2"]}), pd.DataFrame({"name": ["c", "d"], "ref": ["3", "1"]})]


def test_a_key_that_repeats_over_a_list_is_found_before_anything_is_sent() -> None:
    odoo = Odoo()
    with pytest.raises(DataError, match="Row 3 is for the same record as row 0"):
        delivery(odoo, TWICE, KEYED).result()
    assert odoo.asked == []


def test_an_id_that_a_frame_before_had_is_rejected_too() -> None:
    odoo = Odoo()
    odoo.records.update({1: {"name": "a"}, 2: {"name": "b"}})
    write = Destination(f"{SERVER}/json/2/res.partner/write")
    frames = [pd.DataFrame({"id": [1, 2], "name": ["x", "y"]}), pd.DataFrame({"id": [2], "name": ["z"]})]
    assert delivery(odoo, iter(frames), write).result()["status"].tolist() == ["updated", "updated", "rejected"]
    assert odoo.records[2]["name"] == "y"


def test_days_that_turn_out_to_be_times_stop_the_send() -> None:
    odoo = Odoo()
    day, time = pd.Timestamp("2026-03-01"), pd.Timestamp("2026-03-01 10:20")
    target = CREATE.replace(timezone="UTC")
    frames = [pd.DataFrame({"name": "a", "date": [day]}), pd.DataFrame({"name": "b", "date": [time]})]
    error = stopped(delivery(odoo, iter(frames), target))
    assert "Column 'date' holds times, and in the frames before it held midnights only" in str(error)
    assert "Give it a zone from this frame on" in str(error)
    zoned = frames[1].assign(date=frames[1]["date"].dt.tz_localize("UTC"))
    assert delivery(odoo, iter([frames[0], zoned]), target, resume=True).result()["status"].tolist() == ["created"] * 2
    assert [each["date"] for each in odoo.records.values()] == ["2026-03-01", "2026-03-01 10:20:00"]
    odoo = Odoo()
    delivery(odoo, iter(frames[::-1]), target, again=True).result()
    # The other way round, midnights are times like those before.
    assert [each["date"] for each in odoo.records.values()] == ["2026-03-01 10:20:00", "2026-03-01 00:00:00"]


# --- what stops it ---------------------------------------------------------------------------------------------------


def test_the_first_frame_is_refused_as_one_frame_is() -> None:
    odoo = Odoo()
    with pytest.raises(DataError, match="infinit"):
        delivery(odoo, iter([pd.DataFrame({"name": ["a"], "color": [float("inf")]}), ROWS])).result()
    with pytest.raises(DataError, match="not a pandas DataFrame"):
        delivery(odoo, iter([7])).result()
    assert odoo.asked == []
    assert sends.heads() == []


def test_a_later_frame_that_cannot_be_sent_stops_the_send_which_goes_on_once_it_is_corrected() -> None:
    odoo = Odoo()
    wrong = [ROWS[:3], ROWS[3:6].assign(color=[1.0, float("inf"), 2.0]), ROWS[6:]]
    error = stopped(delivery(odoo, iter(wrong)))
    assert "The send stopped at frame 2: Column 'color', row 4 (index 'label 4')" in str(error)
    assert error.responses["status"].tolist() == ["created"] * 3 + ["not_sent"] * 3
    assert listed.sends()["state"].tolist() == ["stopped"]
    right = [wrong[0], wrong[1].assign(color=1.0), wrong[2]]
    after = delivery(odoo, iter(right), resume=True).result()
    assert after["status"].tolist() == ["created"] * 10
    assert names(odoo) == sorted(ROWS["name"])


def test_frames_that_cannot_be_read_stop_the_send_and_what_was_sent_is_told() -> None:
    odoo = Odoo()

    def broken(good: int) -> Iterator[pd.DataFrame]:
        yield from [*parts()][:good]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        delivery(odoo, broken(0)).result()
    error = stopped(delivery(odoo, broken(2)))
    assert str(error).startswith("Frame 3 could not be read: ZeroDivisionError().")
    assert error.responses["status"].tolist() == ["created"] * 6
    assert len(delivery(odoo, parts(), resume=True).result()) == 10
    assert names(odoo) == sorted(ROWS["name"])


def test_a_send_that_stops_in_the_middle_says_so_and_goes_on_with_other_cuts() -> None:
    odoo = Odoo(instead={3: REFUSED})
    error = stopped(delivery(odoo, parts()))
    assert isinstance(error, CredentialError)
    assert error.responses["status"].tolist() == ["created"] * 5 + ["not_sent"]
    after = delivery(odoo, parts(size=4), resume=True).result()
    assert after["status"].tolist() == ["created"] * 10
    assert names(odoo) == sorted(ROWS["name"])


def test_a_list_that_stops_in_the_middle_has_all_its_rows_in_the_responses() -> None:
    odoo = Odoo(instead={3: REFUSED})
    answer = delivery(odoo, [*parts()]).result()
    assert answer["status"].tolist() == ["created"] * 5 + ["not_sent"] * 5
    assert delivery(odoo, [*parts()], resume=True).result()["status"].tolist() == ["created"] * 10
    assert names(odoo) == sorted(ROWS["name"])


def test_frames_that_are_fewer_or_others_are_not_gone_on_with() -> None:
    odoo = Odoo(instead={5: REFUSED})
    stopped(delivery(odoo, parts()))
    assert "had more rows than these frames" in str(stopped(delivery(odoo, parts(ROWS[:4]), resume=True)))
    changed = ROWS.assign(name=[*ROWS["name"][:4], "other", *ROWS["name"][5:]])
    assert "had other values in row 4 (index 'label 4')" in str(stopped(delivery(odoo, parts(changed), resume=True)))
    with pytest.raises(JournalError, match="There is nothing to resume"):
        delivery(odoo, ROWS, resume=True).result()
    assert delivery(odoo, parts(), resume=True).result()["status"].tolist() == ["created"] * 10


def test_rows_that_were_sent_before_are_found_in_each_frame_and_each_once() -> None:
    odoo = Odoo()
    delivery(odoo, ROWS[:5]).result()
    with pytest.raises(RepeatedError, match="All 3 rows were sent before"):
        delivery(odoo, parts()).result()
    # The first of them once more: that is another record.
    more = pd.concat([ROWS, ROWS[:1]])
    answer = delivery(odoo, parts(more), again=False).result()
    assert answer["status"].tolist() == ["created"] * 11
    assert answer["batch"].isna().tolist() == [True] * 5 + [False] * 6
    assert names(odoo) == sorted(more["name"])


def test_rows_that_were_sent_before_stop_the_send_at_a_later_frame() -> None:
    odoo = Odoo()
    delivery(odoo, ROWS[5:6]).result()
    error = stopped(delivery(odoo, parts()))
    assert isinstance(error.__cause__, RepeatedError)
    assert names(odoo) == sorted([*ROWS["name"][:3], "n5"])


ONE_ONLY: dict[str, Callable[[Any], Any]] = {
    "samples": CREATE.samples,
    "sent_before": lambda frames: CREATE.sent_before(frames, ME),
    "unfinished": lambda frames: CREATE.unfinished(frames, ME),
}


@pytest.mark.parametrize("verb", ONE_ONLY)
def test_what_wants_one_frame_says_so(verb: str) -> None:
    for frames in (parts(), [*parts()], arrow(ROWS).to_reader()):
        with pytest.raises(DataError, match="several frames, which only a send takes"):
            ONE_ONLY[verb](frames)
    with pytest.raises(DataError, match=r"a LazyFrame, which is not computed yet. Give what its collect\(\) returns"):
        ONE_ONLY[verb](pl.LazyFrame({"name": ["a"]}))


# --- where the responses go ------------------------------------------------------------------------------------------


@pytest.fixture
def odoo() -> Odoo:
    return Odoo()


@pytest.fixture
def target(odoo: Odoo) -> Destination:
    return reaching(odoo, CREATE)


READERS = {
    ".parquet": pd.read_parquet,
    ".csv": pd.read_csv,
    ".jsonl": lambda path: pd.read_json(path, lines=True),
}


@pytest.mark.parametrize("ending", READERS)
def test_responses_go_to_a_file_as_they_come(odoo: Odoo, target: Destination, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"responses{ending}"
    assert target.send(parts(), ME, out=path) == {"created": 10}
    found = READERS[ending](path)
    assert found["status"].tolist() == ["created"] * 10
    assert [odoo.records[each]["name"] for each in found["id"]] == ROWS["name"].tolist()
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", READERS)
def test_a_send_that_is_refused_leaves_the_file_of_the_one_before(
    odoo: Odoo, target: Destination, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"responses{ending}"
    target.send(parts(), ME, out=path)
    with pytest.raises(RepeatedError):
        target.send(parts(), ME, out=path)
    assert READERS[ending](path)["status"].tolist() == ["created"] * 10
    assert len(odoo.records) == 10


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_of_no_rows_there_is_a_table_too(odoo: Odoo, target: Destination, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"responses{ending}"
    assert target.send(iter([]), ME, out=path) == {}
    assert [*READERS[ending](path)] == [*COLUMNS]
    assert len(READERS[ending](path)) == 0
    assert odoo.asked == []


def test_a_file_of_a_send_that_stopped_has_what_was_sent_and_that_of_the_rest_has_all(
    odoo: Odoo, target: Destination, tmp_path: Path
) -> None:
    path = tmp_path / "responses.parquet"
    odoo._instead[3] = REFUSED
    with pytest.raises(CredentialError):
        target.send(parts(), ME, out=path)
    assert pd.read_parquet(path)["status"].tolist() == ["created"] * 5 + ["not_sent"]
    assert target.resume(parts(), ME, out=path) == {"created": 10}
    assert len(pd.read_parquet(path)) == 10
    with pytest.raises(TableError, match=r"cannot be written piece by piece"):
        target.send(parts(), ME, out=tmp_path / "responses.xlsx")


def test_responses_come_one_frame_after_the_other(odoo: Odoo, target: Destination) -> None:
    sizes = [len(answer) for answer in target.send_each(parts(), ME)]
    assert sizes == [3, 3, 3, 1]
    assert len(odoo.records) == 10


def test_whoever_walks_away_stops_the_send_which_goes_on_later(odoo: Odoo, target: Destination) -> None:
    walking = target.send_each(parts(size=1), ME)
    first = next(walking)
    walking.close()
    assert first["status"].tolist() == ["created"]
    assert len(odoo.records) < 10
    rest = pd.concat(target.send_each(parts(size=1), ME, resume=True))
    assert rest["status"].tolist() == ["created"] * 10
    assert names(odoo) == sorted(ROWS["name"])


def test_an_error_comes_after_the_responses_until_then(odoo: Odoo, target: Destination) -> None:
    odoo._instead[2] = REFUSED
    seen = []
    with pytest.raises(CredentialError):
        seen.extend(target.send_each(parts(), ME))
    assert [answer["status"].tolist() for answer in seen] == [["created"] * 3, ["not_sent"] * 3]


def test_nothing_is_kept_of_responses_that_are_handed_over() -> None:
    seen: list[int] = []
    sending = delivery(Odoo(), parts(), on_responses=lambda answer: seen.append(len(answer)))
    assert len(sending.result()) == 0
    assert (seen, sending.statuses) == ([3, 3, 3, 1], {"created": 10})


def test_a_file_that_turns_out_full_stops_the_send() -> None:
    def full(_answer: pd.DataFrame) -> None:
        raise TableError("responses.csv cannot be written: no space left.")

    odoo = Odoo()
    assert "no space left" in str(stopped(delivery(odoo, parts(), on_responses=full)))
    assert len(odoo.records) == 3


def test_a_database_of_its_own_thread_can_be_read_from() -> None:
    odoo = Odoo()
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as file:
        ROWS.to_sql("rows", file, index=False)
        assert len(delivery(odoo, pd.read_sql("SELECT * FROM rows", file, chunksize=4)).result()) == 10


def test_handing_over_waits_for_whoever_walks() -> None:
    odoo = Odoo()
    walking = handed(lambda take: delivery(odoo, parts(size=1), on_responses=take))
    next(walking)
    walking.close()
