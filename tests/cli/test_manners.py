"""How a command behaves among others: signals, pipes, terminals, logs, full disks. Rows are told whatever comes."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
import time
import tomllib
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from werkzeug import Response

from odoo_widgets.cli.telling import Teller
from odoo_widgets.flow import report
from odoo_widgets.net.progress import Progress
from tests.cli.place import PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug import Request

    from tests.cli.place import Place

SEND = ("send", "contacts.toml", "data.csv")
READING = [("check", *SEND[1:]), (*SEND, "--dry-run"), (*SEND, "--dry-run", "--json")]
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals, pipes and terminals are POSIX's")


@posix
@pytest.mark.parametrize("words", READING, ids=" ".join)
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_whoever_ends_what_only_reads_is_told_in_one_line(place: Place, words: tuple[str, ...], name: str) -> None:
    arrived, hold = threading.Event(), threading.Event()

    def held(_request: Request) -> Response:
        arrived.set()
        hold.wait(30)
        return Response("{}", content_type="application/json")

    place.server.expect_request(re.compile(".*")).respond_with_handler(held)
    asking = place.started(*words, stdout=PIPE, stderr=PIPE)
    assert arrived.wait(timeout=30)
    asking.send_signal(getattr(signal, name))
    out, err = asking.communicate(timeout=30)
    hold.set()
    line = "It was interrupted. Nothing was changed in Odoo."
    assert asking.returncode == report.INTERRUPTED
    assert err.splitlines()[-1] == line
    assert out == (json.dumps({"code": 130, "error": line}) + "\n" if "--json" in words else "")
    assert "Traceback" not in err


@posix
@pytest.mark.parametrize("times", [1, 3], ids=["once", "impatiently"])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_whoever_ends_it_is_told_what_became_of_the_rows(place: Place, name: str, times: int) -> None:
    arrived, hold = threading.Event(), threading.Event()

    def held(_request: Request) -> Response:
        arrived.set()
        hold.wait(30)
        return Response("[9]", content_type="application/json")

    place.answers(7)
    place.server.expect_ordered_request(PATH).respond_with_handler(held)
    sending = place.started(*SEND, "--out", "r.csv", "--json", stdout=PIPE, stderr=PIPE)
    assert arrived.wait(timeout=30)
    for _ in range(times):
        sending.send_signal(getattr(signal, name))
    out, err = sending.communicate(timeout=30)
    hold.set()
    assert sending.returncode == report.INTERRUPTED, err
    assert err.splitlines()[-1] == "It was interrupted."
    found = json.loads(out)
    assert (found["code"], found["statuses"]) == (130, {"created": 1, "in_doubt": 1})
    assert pd.read_csv(place.folder / "r.csv")["status"].tolist() == ["created", "in_doubt"]
    place.holds_no_key(out, err)


@posix
def test_a_closed_terminal_does_not_end_what_nohup_started(place: Place) -> None:
    arrived, hold = threading.Event(), threading.Event()

    def held(_request: Request) -> Response:
        arrived.set()
        hold.wait(30)
        return Response("[7]", content_type="application/json")

    place.server.expect_ordered_request(PATH).respond_with_handler(held)
    place.answers(8)
    sending = place.started(
        *SEND, stdout=PIPE, stderr=PIPE, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    assert arrived.wait(timeout=30)
    sending.send_signal(signal.SIGHUP)
    hold.set()
    out, err = sending.communicate(timeout=30)
    assert (sending.returncode, out) == (0, "contacts in db: created 2\n"), err


@posix
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_reader_that_is_gone_ends_no_send_and_changes_no_exit_code(place: Place, stream: str) -> None:
    place.answers(7)
    place.refuses()
    theirs, ours = os.pipe()
    os.close(theirs)
    try:
        sending = place.started(*SEND, "--out", "r.csv", **{"stdout": PIPE, "stderr": PIPE, stream: ours})
        told = "".join(filter(None, sending.communicate(timeout=60)))
    finally:
        os.close(ours)
    assert sending.returncode == report.SOME_NOT_DONE
    assert "Traceback" not in told
    assert "BrokenPipe" not in told
    assert pd.read_csv(place.folder / "r.csv")["status"].tolist() == ["created", "rejected"]


@posix
@pytest.mark.parametrize("closed", [[1], [2], [0, 1, 2]], ids=str)
def test_a_process_that_is_started_without_streams_sends(place: Place, closed: list[int]) -> None:
    place.answers(7, 8)
    sending = place.started(*SEND, "--out", "r.csv", preexec_fn=lambda: [os.close(each) for each in closed])
    assert sending.wait(timeout=60) == 0
    assert pd.read_csv(place.folder / "r.csv")["status"].tolist() == ["created", "created"]


@posix
def test_a_table_of_standard_input_that_is_closed_is_one_line(place: Place) -> None:
    sending = place.started("send", "contacts.toml", "-", stderr=PIPE, preexec_fn=lambda: os.close(0))
    assert sending.communicate(timeout=60)[1] == "Standard input is closed, so there is no table in it.\n"
    assert sending.returncode == 1


@posix
def test_who_reads_the_first_lines_only_gets_them_and_no_complaint(place: Place) -> None:
    (place.folder / "data.csv").write_text("name\n" + "somebody\n" * 5_000, encoding="utf-8")
    showing = place.started("sample", "contacts.toml", "data.csv", "-n", "5000", stdout=PIPE, stderr=PIPE)
    assert showing.stdout is not None
    assert showing.stderr is not None
    assert showing.stdout.readline().startswith("# row 0 ")
    showing.stdout.close()
    assert showing.stderr.read() == ""
    showing.stderr.close()
    assert showing.wait(timeout=60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_what_cannot_be_said_is_5_and_the_file_is_there(place: Place) -> None:
    place.answers(7, 8)
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        sending = place.started(*SEND, "--out", "r.csv", stdout=full, stderr=PIPE)
        _, err = sending.communicate(timeout=60)
    assert sending.returncode == report.UNWRITTEN
    assert err.splitlines()[-1] == "Standard output cannot be written: No space left on device."
    assert pd.read_csv(place.folder / "r.csv")["status"].tolist() == ["created", "created"]


def test_a_log_gets_whole_lines_and_no_control_characters(place: Place) -> None:
    place.answers(7, 8)
    told = place.typed("contacts.toml", "data.csv")
    assert all(line.isprintable() for line in (told.stdout + told.stderr).splitlines())


def test_a_terminal_that_cannot_show_a_letter_ends_no_send(place: Place) -> None:
    place.answers(7)
    place.refuses()
    told = place.typed("contacts.toml", "data.csv", PYTHONIOENCODING="latin-1")
    assert told.returncode == 3
    assert "row 1: rejected: no?[2J" in told.stdout


def on_terminal(place: Place, prepare: Callable[[int], object] = lambda _terminal: None) -> str:
    """What a person sees of a send that takes a while, on a terminal that was prepared."""

    def slow(_request: Request) -> Response:
        time.sleep(0.2)
        return Response("[9]", content_type="application/json")

    place.server.expect_request(PATH).respond_with_handler(slow)
    ours, theirs = os.openpty()
    try:
        prepare(theirs)
        sending = place.started(*SEND, stdout=DEVNULL, stderr=theirs)
        assert sending.wait(timeout=60) == 0
        return os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)


@posix
@pytest.mark.parametrize("kind", ["xterm", "dumb"])
def test_on_a_terminal_one_line_says_how_far_it_is(place: Place, kind: str) -> None:
    place.environment["TERM"] = kind
    seen = on_terminal(place)
    assert ("\r\x1b[K1 of 2 rows, " in seen) is (kind == "xterm")
    assert seen.endswith("\r\x1b[K") is (kind == "xterm")
    assert ("\x1b" in seen) is (kind == "xterm")


@posix
def test_a_narrow_terminal_gets_no_more_than_a_line(place: Place) -> None:
    import fcntl  # noqa: PLC0415 - POSIX's
    import struct  # noqa: PLC0415
    import termios  # noqa: PLC0415

    narrow = struct.pack("HHHH", 24, 12, 0, 0)
    place.environment["TERM"] = "xterm"
    seen = on_terminal(place, lambda terminal: fcntl.ioctl(terminal, termios.TIOCSWINSZ, narrow))
    drawn = [each for each in seen.split("\r\x1b[K")[1:] if each]
    assert drawn
    assert {len(each) for each in drawn} == {11}


def test_a_log_gets_a_line_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    teller = Teller()
    for seconds in (0.0, 1.0, 10.0, 11.0, 25.0):
        teller(Progress(rows=1000, batches=10, statuses={"created": int(seconds * 10)}, made=1, seconds=seconds))
    teller.end()
    assert capsys.readouterr().err.splitlines() == [
        "100 of 1,000 rows, 10 a second, 90 s left",
        "250 of 1,000 rows, 10 a second, 75 s left",
    ]


def test_each_exit_code_stands_in_the_help_of_each_command_that_has_them(place: Place) -> None:
    for words in ([], ["send"], ["check"], ["sample"], ["resume"], ["undo"]):
        code, out, _ = place.within(*words, "--help")
        assert code == 0
        for number, meaning in report.CODES.items():
            assert f"{number:>5}  {meaning}" in out


def test_it_says_which_version_it_is(place: Place) -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert place.within("--version") == (0, f"odoo-widgets {project['version']}\n", "")
