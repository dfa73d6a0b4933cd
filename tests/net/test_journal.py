"""What is written down of a send: rows that were sent before, a send that goes on, and what no file holds."""

from __future__ import annotations

import errno
import os
import stat
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import DataError, EndpointError, JournalError, RepeatedError
from odoo_widgets.flow.retry import rejected
from odoo_widgets.net import listed, sends
from tests.net.servers import SOON
from tests.net.speaking import Odoo, reaching

if TYPE_CHECKING:
    from odoo_widgets.net.delivery import Delivery
    from tests.net.speaking import Asked

SERVER = "https://mycompany.example.com"
KEY = "5ec2e7" * 6
ME = Credential(SERVER, "mycompany", "me@example.com", KEY)
FRAME = pd.DataFrame({"name": [f"n{row}" for row in range(10)], "_loaded_at": "today"})
CREATE = Destination(f"{SERVER}/json/2/res.partner/create", batch_size=2, exclude=["_loaded_at"])


def delivery(odoo: Odoo, frame: pd.DataFrame = FRAME, target: Destination = CREATE, **options: Any) -> Delivery:
    return target.delivery(frame, ME, transport=odoo.transport, **{"policy": SOON} | options)


def names(odoo: Odoo) -> list[str]:
    return sorted(record["name"] for record in odoo.records.values())


def interrupted(odoo: Odoo, *, after: int, frame: pd.DataFrame = FRAME, target: Destination = CREATE) -> pd.DataFrame:
    """The responses of a send whose call after so many is answered by nobody, as when its process is killed there."""
    odoo._instead[len(odoo.asked) + after] = httpx.ReadError("cut")
    return delivery(odoo, frame, target).result()


# --- sent before -----------------------------------------------------------------------------------------------------


def test_the_same_rows_are_refused_until_it_is_said_what_to_do() -> None:
    odoo = Odoo()
    first = delivery(odoo).result()
    with pytest.raises(RepeatedError) as refused:
        delivery(odoo).result()
    assert refused.value.rows == tuple(range(10))
    assert "All 10 rows were sent before (created 10), row 0 on 20" in str(refused.value)
    left_out = delivery(odoo, again=False).result()
    assert len(odoo.records) == 10
    assert left_out["id"].tolist() == first["id"].tolist()
    assert left_out["batch"].isna().all()
    assert set(delivery(odoo, again=True).result()["status"]) == {"created"}
    assert len(odoo.records) == 20


def test_only_what_is_sent_tells_rows_apart() -> None:
    odoo = Odoo()
    delivery(odoo).result()
    later = FRAME.assign(_loaded_at="tomorrow")[["_loaded_at", "name"]].sample(frac=1, random_state=1)
    for changes in ({}, {"batch_size": 5}, {"timeout": 60}, {"headers": "x-source:a"}, {"name": "Contacts"}):
        with pytest.raises(RepeatedError, match="All 10 rows"):
            delivery(odoo, later, CREATE.replace(**changes)).result()
    elsewhere = CREATE.replace(context={"allowed_company_ids": [2]})
    assert set(delivery(odoo, later, elsewhere).result()["status"]) == {"created"}
    other = Credential(SERVER, "mycompany-test", "me@example.com", KEY)
    assert set(CREATE.delivery(FRAME, other, transport=odoo.transport).result()["status"]) == {"created"}


def test_a_database_that_is_named_is_the_one_that_was_not() -> None:
    odoo = Odoo()
    unnamed = Credential(SERVER, api_key=KEY)
    CREATE.delivery(FRAME, unnamed, transport=odoo.transport).result()
    with pytest.raises(RepeatedError):
        delivery(odoo).result()


def test_the_pace_of_what_goes_on_is_that_of_its_own_rows() -> None:
    odoo, seen = Odoo(), []
    interrupted(odoo, after=3)
    going_on = delivery(odoo, resume=True, on_progress=seen.append)
    going_on.result()
    # Eight rows had gone before, two of them in doubt; the first word comes before any call.
    assert (seen[0].done, seen[0].before, seen[0].seconds_left) == (8, 8, None)
    assert (going_on.progress.done, going_on.progress.before) == (10, 8)
    assert going_on.progress.rows_per_second == pytest.approx(2 / going_on.progress.seconds)


def test_some_rows_that_stopped_go_on_without_the_others() -> None:
    odoo = Odoo(instead={1: httpx.ReadError("cut")})
    delivery(odoo, rows=[0, 2, 4, 6, 8]).result()
    after = delivery(odoo, resume=True).result()
    assert after["status"].tolist()[::2] == ["created", "created", "in_doubt", "in_doubt", "created"]
    assert set(after["status"].tolist()[1::2]) == {"not_sent"}
    assert names(odoo) == ["n0", "n2", "n8"]


def test_a_frame_that_grew_is_refused_with_the_rows_that_were_there() -> None:
    odoo = Odoo()
    delivery(odoo).result()
    # Twice the same row is two records, of which one was made.
    grown = pd.concat([FRAME, FRAME.iloc[:1], pd.DataFrame({"name": ["new"], "_loaded_at": ["x"]})], ignore_index=True)
    with pytest.raises(RepeatedError, match="10 of the 12 rows") as refused:
        delivery(odoo, grown).result()
    assert refused.value.rows == tuple(range(10))
    assert delivery(odoo, grown, again=False).result()["status"].tolist() == ["created"] * 12
    assert names(odoo) == sorted([*FRAME["name"], "n0", "new"])


def test_rows_that_left_nothing_in_odoo_may_be_sent() -> None:
    odoo = Odoo(instead={0: httpx.Response(404, json={"name": "werkzeug.exceptions.NotFound", "message": "no model"})})
    with pytest.raises(EndpointError):
        delivery(odoo).result()
    assert set(delivery(odoo).result()["status"]) == {"created"}


@pytest.mark.parametrize("operation", ["write", "unlink", "action_archive"])
def test_what_may_be_repeated_is_not_refused(operation: str) -> None:
    def archive(odoo: Odoo, asked: Asked) -> None:
        for each in asked.ids:
            odoo.records[each]["active"] = False

    records = {each: {"name": "old", "active": True} for each in range(1, 11)}
    odoo = Odoo(records, methods={"action_archive": archive})
    frame = pd.DataFrame({"id": range(1, 11)}) if operation != "write" else FRAME.assign(id=range(1, 11))
    target = CREATE.replace(url=f"{SERVER}/json/2/res.partner/{operation}")
    delivery(odoo, frame, target).result()
    again = {"write": "updated", "unlink": "rejected", "action_archive": "unchanged"}[operation]
    assert set(delivery(odoo, frame, target).result()["status"]) == {again}


def test_a_row_that_was_tested_is_known_to_the_send() -> None:
    odoo = Odoo()
    delivery(odoo, rows=[3], test=True).result()
    with pytest.raises(RepeatedError, match="1 of the 10 rows"):
        delivery(odoo).result()
    assert set(delivery(odoo, again=False).result()["status"]) == {"created"}
    assert names(odoo) == sorted(FRAME["name"])


def test_rows_in_doubt_count_as_sent() -> None:
    odoo = Odoo()
    interrupted(odoo, after=1)
    with pytest.raises(RepeatedError, match=r"4 of the 10 rows were sent before \((created|in doubt) 2, "):
        delivery(odoo).result()


# --- a send that goes on ---------------------------------------------------------------------------------------------


def test_a_send_that_stopped_goes_on_and_what_is_in_doubt_stays_so() -> None:
    odoo = Odoo()
    before = interrupted(odoo, after=2)
    assert before["status"].tolist() == ["created"] * 4 + ["in_doubt"] * 2 + ["not_sent"] * 4
    after = delivery(odoo, resume=True).result()
    assert after["status"].tolist() == ["created"] * 4 + ["in_doubt"] * 2 + ["created"] * 4
    assert after["id"].tolist()[:4] == before["id"].tolist()[:4]
    assert after["batch"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert names(odoo) == sorted(set(FRAME["name"]) - {"n4", "n5"})
    assert "May be in Odoo" in after["error"][4] or "may be in Odoo" in after["error"][4]


@pytest.mark.parametrize("operation", ["write", "unlink"])
def test_what_can_be_found_out_is_found_out_when_a_send_goes_on(operation: str) -> None:
    odoo = Odoo({each: {"name": "old"} for each in range(1, 11)})
    target = CREATE.replace(url=f"{SERVER}/json/2/res.partner/{operation}")
    frame = FRAME.assign(id=range(1, 11)) if operation == "write" else pd.DataFrame({"id": range(1, 11)})
    odoo._instead[5] = httpx.ReadError("cut")
    sending = target.delivery(frame, ME, transport=odoo.transport, policy=SOON.__class__(tries=1))
    assert "in_doubt" in set(sending.result()["status"])
    done = "updated" if operation == "write" else "deleted"
    assert set(delivery(odoo, frame, target, resume=True).result()["status"]) == {done}


def test_lines_in_doubt_are_not_written_again() -> None:
    odoo = Odoo({each: {"name": "old"} for each in range(1, 5)})
    target = CREATE.replace(url=f"{SERVER}/json/2/sale.order/write")
    line = [[0, 0, {"product_uom_qty": 1}]]
    frame = pd.DataFrame({"id": range(1, 5), "order_line": [line, None, line, line], "name": "new"})
    odoo._instead[1] = httpx.ReadError("cut")
    cut = delivery(odoo, frame, target).result()
    assert cut["status"].tolist() == ["in_doubt"] * 2 + ["not_sent"] * 2
    after = delivery(odoo, frame, target, resume=True).result()
    assert after["status"].tolist() == ["in_doubt", "updated", "updated", "updated"]


def test_a_frame_with_other_values_is_refused_with_its_rows() -> None:
    odoo = Odoo()
    interrupted(odoo, after=2)
    asked = len(odoo.asked)
    changed = FRAME.assign(name=FRAME["name"].where(FRAME.index != 3, "other"))
    with pytest.raises(JournalError, match=r"had other values in row 3\. Nothing was sent"):
        delivery(odoo, changed, resume=True).result()
    # Row 9 was not begun, and is another one all the same.
    later = FRAME.assign(name=FRAME["name"].where(FRAME.index != 9, "other"))
    with pytest.raises(JournalError, match=r"had other values in row 9\. Nothing was sent"):
        delivery(odoo, later, resume=True).result()
    with pytest.raises(JournalError, match="had 10 rows, and this frame has 9"):
        delivery(odoo, FRAME.iloc[:9], resume=True).result()
    assert len(odoo.asked) == asked


def test_without_a_send_that_stopped_there_is_nothing_to_resume() -> None:
    odoo = Odoo()
    with pytest.raises(JournalError, match="nothing to resume"):
        delivery(odoo, resume=True).result()
    delivery(odoo).result()
    with pytest.raises(JournalError, match="nothing to resume"):
        delivery(odoo, resume=True).result()


def test_rows_that_a_send_left_out_are_left_out_when_it_goes_on() -> None:
    odoo = Odoo()
    delivery(odoo, rows=[3], test=True).result()
    odoo._instead[len(odoo.asked) + 2] = httpx.ReadError("cut")
    delivery(odoo, again=False).result()
    after = delivery(odoo, resume=True).result()
    assert after["status"].value_counts().to_dict() == {"created": 8, "in_doubt": 2}
    assert len(names(odoo)) == len(set(names(odoo))) == 8


def test_of_two_that_start_at_once_one_sends() -> None:
    odoo, told = Odoo(), []

    def start() -> None:
        try:
            told.append(set(delivery(odoo).result()["status"]))
        except (RepeatedError, JournalError) as error:
            told.append(type(error))

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count({"created"}) == 1
    assert names(odoo) == sorted(FRAME["name"])


def test_the_same_rows_cannot_be_sent_while_they_are_being_sent() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold(_progress: object) -> None:
        begun.set()
        go_on.wait(20)

    odoo = Odoo()
    first = delivery(odoo, on_progress=hold).start()
    assert begun.wait(20)
    try:
        for options in ({}, {"again": True}, {"resume": True}):
            with pytest.raises(JournalError, match=r"still going on|nothing to resume"):
                delivery(odoo, **options).result()
        for same in (FRAME[::-1], FRAME.iloc[3:5]):
            with pytest.raises(JournalError, match="still going on"):
                delivery(odoo, same).result()
        # Other rows may go to the same place meanwhile.
        other = pd.DataFrame({"name": ["other"], "_loaded_at": [""]})
        assert delivery(odoo, other).result()["status"].tolist() == ["created"]
    finally:
        go_on.set()
    assert set(first.result()["status"]) == {"created"}
    assert len(odoo.records) == 11


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cuts=st.lists(st.integers(0, 6), max_size=4),
    size=st.integers(1, 4),
    rows=st.lists(st.sampled_from("abcde"), min_size=1, max_size=12),
)
def test_however_often_it_is_cut_no_row_is_made_twice_and_each_is_accounted_for(
    cuts: list[int], size: int, rows: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("example")))
        frame = pd.DataFrame({"name": rows, "_loaded_at": ""})
        target, odoo = CREATE.replace(batch_size=size), Odoo()
        for cut in cuts:
            odoo._instead[len(odoo.asked) + cut] = httpx.ReadError("cut")
        answer = _until_it_ends(odoo, frame, target)
    done = frame["name"][(answer["status"] == "created").to_numpy()]
    assert names(odoo) == sorted(done)
    assert set(answer["status"]) <= {"created", "in_doubt"}
    assert len(answer) == len(frame)


def _until_it_ends(odoo: Odoo, frame: pd.DataFrame, target: Destination) -> pd.DataFrame:
    answer = None
    for _ in range(20):
        try:
            answer = delivery(odoo, frame, target, resume=answer is not None).result()
        except EndpointError as stopped:
            answer = stopped.responses
        assert answer is not None
        if "not_sent" not in set(answer["status"]):
            return answer
    raise AssertionError(answer)


# --- the files -------------------------------------------------------------------------------------------------------


def test_no_file_holds_the_key_or_a_cell_and_nobody_else_may_read_it() -> None:
    odoo = Odoo()
    delivery(odoo, pd.DataFrame({"name": ["Confidential Ltd"], "_loaded_at": [""]})).result()
    files = list(sends.folder().iterdir())
    assert {path.suffix for path in files} == {".json", ".sqlite", ".planned", ".lock"}
    for path in files:
        content = path.read_bytes()
        assert KEY.encode() not in content
        assert b"Confidential" not in content
    assert stat.S_IMODE(sends.folder().stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files if path.suffix == ".sqlite"} == {0o600}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(422, json={"name": "odoo.exceptions.UserError", "message": f"The token {KEY} is not good"}),
        httpx.Response(302, headers={"location": f"https://elsewhere.example.com/{KEY}"}),
    ],
    ids=["an error", "an address"],
)
def test_a_key_that_an_answer_repeats_is_nowhere(answer: httpx.Response) -> None:
    told = delivery(Odoo(instead={2: answer, 3: answer}), target=CREATE.replace(batch_size=1)).result()
    assert "***" in told["error"].iloc[2]
    assert KEY not in told.to_csv()
    assert not [path for path in sends.folder().iterdir() if KEY.encode() in path.read_bytes()]


def test_what_there_is_to_go_on_with_is_known_without_asking_the_server() -> None:
    odoo = Odoo()
    assert CREATE.unfinished(FRAME, ME) is None
    delivery(odoo, test=True, rows=[0]).result()
    assert CREATE.unfinished(FRAME, ME) is None
    interrupted(odoo, after=2, frame=FRAME[1:].reset_index(drop=True))
    assert CREATE.unfinished(FRAME, ME) is None
    found = CREATE.unfinished(FRAME[1:], ME)
    assert found is not None
    assert (found.rows, found.done, found.in_doubt, found.left) == (9, 4, 2, 3)
    assert CREATE.unfinished(FRAME[1:].assign(name="other"), ME) is None
    delivery(odoo, FRAME[1:], resume=True).result()
    assert CREATE.unfinished(FRAME[1:], ME) is None


def test_a_send_whose_rest_was_sent_anew_is_not_gone_on_with() -> None:
    odoo = Odoo()
    running = delivery(odoo)
    odoo._instead[1] = httpx.Response(401, json={"name": "werkzeug.exceptions.Unauthorized", "message": "no"})
    running.result()
    assert CREATE.unfinished(FRAME, ME) is not None
    assert set(delivery(odoo, again=False).result()["status"]) == {"created"}
    assert CREATE.unfinished(FRAME, ME) is None
    with pytest.raises(JournalError, match="There is nothing to resume"):
        delivery(odoo, resume=True).result()
    assert names(odoo) == sorted(FRAME["name"])


def test_corrected_rows_are_merged_in_their_places() -> None:
    odoo = Odoo(instead={1: httpx.Response(422, json={"name": "odoo.exceptions.ValidationError", "message": "no"})})
    target = reaching(odoo, CREATE)
    frame = FRAME.head(3).set_axis(["a", "b", "b"])
    responses = target.replace(batch_size=1).send(frame, ME)
    fixed = rejected(frame, responses)
    assert fixed.index.tolist() == ["b"]
    whole = target.retry(fixed.assign(name="corrected"), ME, responses)
    assert whole["status"].tolist() == ["created"] * 3
    assert whole.index.tolist() == ["a", "b", "b"]
    assert [record["name"] for record in odoo.records.values()] == ["n0", "n2", "corrected"]
    assert whole["batch"].tolist() == [0, 3, 2]
    with pytest.raises(DataError, match="Row 'a' is not among the rejected rows"):
        CREATE.retry(frame.head(1), ME, responses)


def test_the_sends_are_a_table() -> None:
    assert listed.sends().empty
    delivery(Odoo(), test=True, rows=[0]).result()
    delivery(Odoo(), again=True).result()
    found = listed.sends()
    assert found["statuses"].tolist() == ["created 10", "created 1"]
    assert found["test"].tolist() == [False, True]
    assert found["state"].tolist() == ["ended", "ended"]
    assert str(found["when"].dtype.tz) == "UTC"
    assert found.dtypes.equals(listed.sends().head(0).dtypes)


def test_an_old_send_is_forgotten_when_a_new_one_starts() -> None:
    delivery(Odoo()).result()
    [old] = sends.heads()
    for path in sends.folder().glob(f"{old.name}.*"):
        path.rename(path.with_name("20200101T000000000000-00000000" + path.suffix))
    head = sends.folder() / "20200101T000000000000-00000000.json"
    head.write_text(head.read_text().replace(old.name, head.stem))
    delivery(Odoo(), again=True).result()
    assert [each.name > "2021" for each in sends.heads()] == [True]


def test_sends_are_listed_and_thrown_away_when_they_are_old() -> None:
    delivery(Odoo(), test=True, rows=[0]).result()
    delivery(Odoo(), again=True).result()
    newest, oldest = sends.heads()
    assert (newest.title, newest.rows, newest.statuses) == ("Create res.partner", 10, {"created": 10})
    assert (oldest.test, newest.test, newest.left) == (True, False, 0)
    assert sends.forget() == []
    assert sends.forget(timedelta(seconds=-5)) == [newest, oldest]
    assert [path.name.partition("-")[0] for path in sends.folder().iterdir()] == ["starting"]


def test_a_folder_that_is_closed_is_told_with_what_names_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_given: Any, **_options: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("pathlib.Path.mkdir", closed)
    odoo = Odoo()
    with pytest.raises(JournalError, match=r"Permission denied \(.*\)\. XDG_STATE_HOME may name another folder\.$"):
        delivery(odoo).result()
    assert odoo.asked == []


@pytest.mark.skipif(os.name != "posix", reason="looks at Unix permissions")
def test_what_cannot_be_written_down_is_not_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    odoo = Odoo()
    with pytest.raises(JournalError, match="cannot be written: Not a directory"):
        delivery(odoo).result()
    assert odoo.asked == []
    assert set(delivery(odoo, journal=False).result()["status"]) == {"created"}


def test_a_file_that_is_none_keeps_nobody_from_sending() -> None:
    sends.folder().mkdir(parents=True)
    (sends.folder() / "20200101T000000-00000000.json").write_text("{")
    assert set(delivery(Odoo()).result()["status"]) == {"created"}


def test_a_send_is_listed_as_its_file_has_it_now() -> None:
    delivery(Odoo()).result()
    [head] = sends.heads()
    assert sends.heads() == [head]
    # As another process writes it.
    again = attrs.evolve(head, statuses={"created": 7})
    sends.write_head(again)
    assert sends.heads() == [again]
    (sends.folder() / f"{head.name}.json").unlink()
    assert sends.heads() == []


def test_a_journal_that_cannot_be_ended_loses_no_responses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_head: object) -> None:
        raise OSError(28, "No space left on device")

    odoo = Odoo()
    with monkeypatch.context() as patch:
        sending = delivery(odoo, on_progress=lambda _: patch.setattr("odoo_widgets.net.journal.write_head", full))
        assert set(sending.result()["status"]) == {"created"}
    assert "cannot be written: No space left on device" in caplog.text
    with pytest.raises(RepeatedError, match="All 10 rows"):
        delivery(odoo).result()


@pytest.mark.parametrize(
    "failure",
    [OSError(30, "Read-only file system"), OSError(37, "No locks available"), NotImplementedError("No flock here.")],
)
def test_a_lock_that_cannot_be_made_is_one_sentence(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def refuse(_lock: object, *_given: object, **_how: object) -> None:
        raise failure

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    odoo = Odoo()
    with pytest.raises(
        JournalError, match=r"cannot be written: (Read-only file system|No locks available|No flock here\.) \("
    ):
        delivery(odoo).result()
    assert odoo.asked == []


def test_rows_that_may_stand_in_a_journal_nobody_can_read_are_not_sent_again_unless_that_is_said() -> None:
    odoo = Odoo()
    delivery(odoo).result()
    for path in sends.folder().glob("*.sqlite"):
        path.write_bytes(b"no database" * 1000)
    for again in (None, False):
        with pytest.raises(JournalError, match=r"cannot be read: file is not a database .* Look in Odoo"):
            delivery(odoo, again=again).result()
    assert len(odoo.records) == 10
    known = {each: dict(record) for each, record in odoo.records.items()}
    write = CREATE.replace(url=f"{SERVER}/json/2/res.partner/write")
    assert set(delivery(Odoo(known), FRAME.assign(id=range(1, 11)), write).result()["status"]) == {"updated"}
    assert set(delivery(odoo, again=True).result()["status"]) == {"created"}


LOSSES = {
    "its rows are gone": ("*.sqlite", Path.unlink),
    "its rows are emptied": ("*.sqlite", lambda path: path.write_bytes(b"")),
    "its head is gone": ("*.json", Path.unlink),
    "its head is garbage": ("*.json", lambda path: path.write_text("{")),
    "its head is another's": ("*.json", lambda path: path.write_text("[1]")),
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_send_of_which_a_file_is_lost_is_not_sent_again_unless_that_is_said(name: str) -> None:
    odoo = Odoo()
    interrupted(odoo, after=2)
    there, asked = dict(odoo.records), len(odoo.asked)
    files, lose = LOSSES[name]
    for path in sends.folder().glob(files):
        lose(path)
    for again in (None, False):
        with pytest.raises(JournalError, match=r"Look in Odoo.* again=True sends all rows, or delete all files of tha"):
            delivery(odoo, again=again).result()
    with pytest.raises(JournalError, match=r"othing (was sent|to resume)|nothing (was sent|to resume)"):
        delivery(odoo, resume=True).result()
    assert (odoo.records, len(odoo.asked)) == (there, asked)
    if "head" in name:
        # Other rows are none of its business.
        assert set(delivery(odoo, FRAME + "x").result()["status"]) == {"created"}
    assert set(delivery(odoo, again=True).result()["status"]) == {"created"}


def test_a_send_whose_plan_is_lost_is_not_resumed() -> None:
    odoo = Odoo()
    interrupted(odoo, after=2)
    for path in sends.folder().glob("*.planned"):
        path.unlink()
    with pytest.raises(JournalError, match=r"cannot be read: No such file .* nothing was sent"):
        delivery(odoo, resume=True).result()


def test_a_clock_that_is_set_back_hides_no_send(monkeypatch: pytest.MonkeyPatch) -> None:
    odoo = Odoo()
    delivery(odoo).result()

    class Back(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) - timedelta(days=2)

    monkeypatch.setattr("odoo_widgets.net.sends.datetime", Back)
    odoo._instead[len(odoo.asked) + 2] = httpx.Response(401, json={"name": "odoo.exceptions.AccessDenied"})
    assert set(delivery(odoo, again=True).result()["status"]) == {"created", "not_sent"}
    newest, oldest = sends.heads()
    assert (newest.number, oldest.number) == (2, 1)
    assert newest.name < oldest.name
    assert CREATE.unfinished(FRAME, ME) is not None
    assert set(delivery(odoo, resume=True).result()["status"]) == {"created"}
    assert len(odoo.records) == 20


def test_a_journal_of_a_newer_version_counts() -> None:
    odoo = Odoo()
    delivery(odoo).result()
    [head] = sends.folder().glob("*.json")
    head.write_text(head.read_text().replace("{", '{"weather": "fine",', 1))
    with pytest.raises(RepeatedError, match="All 10 rows"):
        delivery(odoo).result()


def test_rows_that_were_to_go_once_more_do_so_when_their_send_goes_on() -> None:
    odoo = Odoo()
    first = delivery(odoo).result()
    odoo._instead[len(odoo.asked) + 2] = httpx.ReadError("cut")
    assert set(delivery(odoo, again=True).result()["status"]) == {"created", "in_doubt", "not_sent"}
    after = delivery(odoo, resume=True).result()
    assert after["status"].tolist() == ["created"] * 4 + ["in_doubt"] * 2 + ["created"] * 4
    assert not set(after["id"].dropna()) & set(first["id"])
    assert len(odoo.records) == 18
