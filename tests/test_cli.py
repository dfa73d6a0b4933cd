"""`odoo-widgets send`, as a scheduler types it, against no Odoo at all."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from werkzeug import Response

from odoo_widgets import Destination
from odoo_widgets.cli import main
from odoo_widgets.cli.options import View
from odoo_widgets.cli.telling import Teller
from odoo_widgets.flow.views import VIEWS
from odoo_widgets.net.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_httpserver import HTTPServer
    from werkzeug import Request

KEY = "0123456789abcdef0123456789abcdef01234567"
PATH = "/json/2/res.partner/create"
FRAME = "name,color\nAna,1\nBea,2\n"


class Place:
    """A folder with a destination's file in it, and a shell."""

    def __init__(self, folder: Path, server: HTTPServer) -> None:
        self.folder, self.server = folder, server
        self.environment = {
            **os.environ,
            "ODOO_SERVER": server.url_for("").rstrip("/"),
            "ODOO_DATABASE": "db",
            "ODOO_API_KEY": KEY,
            "XDG_CONFIG_HOME": str(folder / "config"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        self.destination = Destination(server.url_for(PATH), name="contacts", active=True, batch_size=1)
        self.destination.save(folder / "contacts.toml")
        (folder / "data.csv").write_text(FRAME, encoding="utf-8")

    def typed(
        self, *words: str, given: str = "", command: str = "send", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        told = subprocess.run(
            [sys.executable, "-m", "odoo_widgets.cli", command, *words],
            cwd=self.folder, env={**self.environment, **environment}, input=given, capture_output=True,
            encoding="utf-8", errors="replace", timeout=60, check=False,
        )  # fmt: skip
        assert "Traceback" not in told.stderr
        self.holds_no_key(told.stdout, told.stderr)
        return told

    def within(self, *words: str) -> tuple[int, str, str]:
        """The exit code of a command, and what it says; in this process, which is there already."""
        with (
            pytest.MonkeyPatch.context() as patch,
            redirect_stdout(io.StringIO()) as out,
            redirect_stderr(io.StringIO()) as err,
        ):
            patch.chdir(self.folder)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["odoo-widgets", *words])
            with pytest.raises(SystemExit) as ended:
                main()
        return int(ended.value.code or 0), out.getvalue(), err.getvalue()

    def refused(self, *words: str) -> str:
        """The one line that a command says which sends nothing."""
        code, out, err = self.within(*words)
        assert (code, out, self.server.log) == (1, "", [])
        (line,) = err.splitlines()
        return line

    def holds_no_key(self, *texts: str) -> None:
        files = [path.read_bytes() for path in self.folder.rglob("*") if path.is_file()]
        assert not any(KEY in text for text in texts)
        assert not any(KEY.encode() in content for content in files)

    def answers(self, *ids: int) -> None:
        for each in ids:
            self.server.expect_ordered_request(PATH).respond_with_json([each])

    def refuses(self) -> None:
        body = {"name": "odoo.exceptions.ValidationError", "message": "no\x1b[2J", "arguments": [], "context": {}}
        self.server.expect_ordered_request(PATH).respond_with_json({**body, "debug": "Traceback (…)"}, status=422)


@pytest.fixture
def place(tmp_path: Path, httpserver: HTTPServer) -> Place:
    return Place(tmp_path, httpserver)


def test_every_row_done_is_0(place: Place) -> None:
    place.answers(7, 8)
    told = place.typed("contacts.toml", "data.csv", "--out", "responses.parquet")
    assert told.returncode == 0, told.stderr
    assert told.stdout == "contacts in db: created 2\n"
    assert told.stderr == "contacts in db: 2 rows\n"
    out = pd.read_parquet(place.folder / "responses.parquet")
    assert out[["row", "status", "id"]].to_dict("list") == {"row": [0, 1], "status": ["created"] * 2, "id": [7, 8]}
    assert place.server.log[0][0].headers["Authorization"] == f"bearer {KEY}"


def test_a_rejected_row_is_3_and_named(place: Place) -> None:
    place.answers(7)
    place.refuses()
    told = place.typed("contacts.toml", "-", "--out", "responses.csv", given=FRAME)
    assert told.returncode == 3
    assert told.stdout == "contacts in db: created 1 · rejected 1\nrow 1: rejected: no\ufffd[2J\n"
    assert pd.read_csv(place.folder / "responses.csv")["status"].tolist() == ["created", "rejected"]


def test_another_program_reads_one_json_object(place: Place) -> None:
    place.answers(7)
    place.refuses()
    told = place.typed("contacts.toml", "-", "--lines", "--json", given='{"name": "x"}\n{"name": "y"}\n')
    found = json.loads(told.stdout)
    assert (told.returncode, found["code"], found["statuses"]) == (3, 3, {"created": 1, "rejected": 1})
    assert [each["row"] for each in found["not_done"]] == [1]


def test_a_paused_destination_sends_nothing_and_shows_what_it_would(place: Place) -> None:
    place.destination.replace(batch_size=None, timeout=5).save(place.folder / "contacts.toml")
    told = place.typed("contacts.toml", "data.csv")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith("contacts.toml is paused, so nothing was sent.")
    shown = place.typed("contacts.toml", "data.csv", "--sample", "1", ODOO_API_KEY="")
    assert shown.returncode == 0, shown.stderr
    assert "# rows 0" in shown.stdout or "# row 0" in shown.stdout
    assert '"name": "Ana"' in shown.stdout
    assert "Bea" not in shown.stdout
    assert "X-Odoo-Database: db" in shown.stdout
    assert place.server.log == []


def test_a_login_is_shown_before_the_calls_that_need_it(place: Place) -> None:
    where = {"url": place.server.url_for("/jsonrpc"), "model": "res.partner", "operation": "create"}
    Destination(**where).save(place.folder / "rpc.toml")
    shown = place.typed("rpc.toml", "data.csv", "--sample", "1", ODOO_LOGIN="anna")
    assert shown.stdout.startswith("# log in")
    assert '"anna"' in shown.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["none.toml", "data.csv"], "none.toml cannot be read: No such file"),
        (["contacts.toml", "none.csv"], "none.csv cannot be read: No such file"),
        (["contacts.toml", "data.pdf"], "has to end in .csv, .jsonl, .parquet, .xlsx"),
        (["contacts.toml", "data.csv", "--out", "nowhere/x.csv"], "nowhere/x.csv cannot be written"),
        (["contacts.toml", "data.csv", "--out", "x.txt"], "has to end in"),
        (["contacts.toml", "data.csv", "--credential", "typo"], "no credential called 'typo'"),
        (["contacts.toml", "data.csv", "--text", "zip"], "has no column 'zip'"),
        (["contacts.toml", "data.csv", "--number", "name"], "Column 'name', row 0: 'Ana' is no number"),
    ],
)
def test_what_keeps_it_from_sending_is_one_sentence_and_1(place: Place, words: list[str], sentence: str) -> None:
    assert sentence in place.refused("send", *words)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ('url = "https://x', "other.toml cannot be read: "),
        ("url = 7", "other.toml, line 1: url=7 is not the address of a server."),
        ('url = ["{url}"]', "other.toml, line 1: url=['"),
        ('url = "{url}"\ncolour = "red"', "other.toml, line 2: there is no setting 'colour'."),
        ('url = "{url}"\nbatch_size = "many"', "other.toml, line 2: batch_size='many' is not a number of records."),
        ("batch_size = 5", "other.toml does not say 'url'."),
        ('url = "{write}"\nactive = true\nids = "partner"', "Nothing was sent. write needs one column of database ids"),
        ('url = "{url}?x={{ref}}"\nactive = true', "Nothing was sent. The URL takes the value of one column"),
        ('url = "{url}"\nactive = true\nmissing = {{email = "clear"}}', "for one column, and none is called 'email'"),
        (
            'url = "{url}"\nactive = true\ngrouping = "by column"\ngroup_by = "country"',
            "Nothing was sent. The rows are to be grouped by one column, and none is called 'country'.",
        ),
    ],
)
def test_a_wrong_destination_and_a_column_that_the_table_lacks_are_one_sentence_and_1(
    place: Place, setting: str, sentence: str
) -> None:
    url = place.server.url_for(PATH)
    text = (
        setting.format(url=url, write=url.replace("create", "write"))
        if "{url}" in setting or "{write}" in setting
        else setting
    )
    (place.folder / "other.toml").write_text(text, encoding="utf-8")
    assert sentence in place.refused("send", "other.toml", "data.csv")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("broken.xlsx", b"PK\x03\x04", "broken.xlsx cannot be read as Excel: "),
        ("empty.xlsx", b"", "empty.xlsx cannot be read as Excel: "),
        ("broken.parquet", b"no", "broken.parquet cannot be read as Parquet: "),
        ("latin.csv", b"name\nAndr\xe9\n", "latin.csv, line 2: that is not UTF-8."),
        ("ragged.csv", b"a,b\n1\n", "ragged.csv, line 2: 1 cells, and the header has 2."),
        ("empty.csv", b"", "empty.csv is empty: "),
        ("broken.jsonl", b"{", "broken.jsonl, line 1: that is no JSON: "),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence_and_1(
    place: Place, name: str, content: bytes, sentence: str
) -> None:
    (place.folder / name).write_bytes(content)
    assert sentence in place.refused("send", "contacts.toml", name)


def test_a_sheet_that_is_not_there_is_one_sentence_that_names_those_that_are(place: Place) -> None:
    pd.DataFrame({"name": ["x"]}).to_excel(place.folder / "book.xlsx", index=False, sheet_name="May")
    said = place.refused("send", "contacts.toml", "book.xlsx", "--sheet", "June")
    assert said == "book.xlsx has no sheet 'June'. Its sheets are: May."


def test_a_destination_is_paused_and_put_to_use_with_its_comments_kept(place: Place) -> None:
    file = place.folder / "contacts.toml"
    url = place.server.url_for(PATH)
    text = f'# who: the finance team\r\nurl = "{url}"  # live\r\nbatch_size = 1\r\n\r\n[missing]\r\ncolor = "clear"\r\n'
    file.write_bytes(text.encode())
    said = place.refused("send", "contacts.toml", "data.csv")
    assert said.endswith("with: odoo-widgets activate contacts.toml")
    activated = place.within("activate", "contacts.toml")
    assert activated == (0, "contacts.toml is active: Create res.partner\n", "")
    for line in text.splitlines():
        assert line in file.read_bytes().decode().splitlines()
    place.answers(7, 8)
    assert place.typed("contacts.toml", "data.csv").returncode == 0
    paused = place.within("pause", "contacts.toml")
    assert paused == (0, "contacts.toml is paused: Create res.partner\n", "")
    assert place.within("send", "contacts.toml", "data.csv")[0] == 1
    assert "# who: the finance team" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", ["activate", "pause"])
def test_a_file_that_is_no_destination_is_not_touched(place: Place, verb: str) -> None:
    (place.folder / "other.toml").write_text('url = "nowhere"', encoding="utf-8")
    for name in ("other.toml", "none.toml"):
        assert place.refused(verb, name).startswith(name)
    assert (place.folder / "other.toml").read_text(encoding="utf-8") == 'url = "nowhere"'
    assert not (place.folder / "none.toml").exists()


def test_without_a_key_nobody_is_asked(place: Place) -> None:
    told = place.typed("contacts.toml", "-", given=FRAME, ODOO_API_KEY="")
    assert told.returncode == 1
    assert "nobody to ask. Set ODOO_API_KEY" in told.stderr


def test_a_key_of_another_server_is_not_sent(place: Place) -> None:
    told = place.typed("contacts.toml", "data.csv", ODOO_SERVER="https://other.example.com")
    assert told.returncode == 1
    assert "The key belongs to https://other.example.com" in told.stderr
    assert place.server.log == []


def test_an_unknown_key_is_1_and_every_row_is_in_the_file(place: Place) -> None:
    body = {"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey", "arguments": [], "context": {}}
    place.server.expect_request(PATH).respond_with_json(body, status=401)
    told = place.typed("contacts.toml", "data.csv", "--out", "r.csv")
    assert (told.returncode, told.stdout) == (1, "")
    assert "key unknown or expired" in told.stderr
    assert pd.read_csv(place.folder / "r.csv")["status"].tolist() == ["not_sent", "not_sent"]


def test_an_answer_that_breaks_off_is_4(place: Place) -> None:
    place.server.expect_request(PATH).respond_with_data("", status=502)
    told = place.typed("contacts.toml", "data.csv")
    assert told.returncode == 4
    assert "in doubt 1" in told.stdout


def test_a_formula_in_the_responses_is_text_to_a_spreadsheet(place: Place) -> None:
    body = {"name": "odoo.exceptions.UserError", "message": '=HYPERLINK("x")', "arguments": [], "context": {}}
    place.server.expect_request(PATH).respond_with_json(body, status=422)
    place.typed("contacts.toml", "data.csv", "--out", "r.csv")
    assert pd.read_csv(place.folder / "r.csv")["error"][0] == '\'=HYPERLINK("x")'


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_ends_it_is_told_what_became_of_the_rows(place: Place, number: int) -> None:
    arrived = threading.Event()

    def slow(_request: Request) -> Response:
        arrived.set()
        time.sleep(5)  # longer than a busy machine takes to send a signal
        return Response("[9]", content_type="application/json")

    place.answers(7)
    place.server.expect_ordered_request(PATH).respond_with_handler(slow)
    command = [sys.executable, "-m", "odoo_widgets.cli", "send", "contacts.toml", "data.csv", "--out", "r.csv"]
    sending = subprocess.Popen(
        command, cwd=place.folder, env=place.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert arrived.wait(timeout=30)
    sending.send_signal(number)
    out, err = sending.communicate(timeout=30)
    assert sending.returncode == 130, err
    assert "The send was interrupted." in err
    assert pd.read_csv(place.folder / "r.csv")["status"].tolist() == ["created", "in_doubt"]
    place.holds_no_key(out, err)


def test_a_log_gets_whole_lines_and_no_control_characters(place: Place) -> None:
    place.answers(7, 8)
    told = place.typed("contacts.toml", "data.csv")
    assert all(line.isprintable() for line in (told.stdout + told.stderr).splitlines())


def test_a_table_without_rows_is_1(place: Place) -> None:
    told = place.typed("contacts.toml", "-", given="name,color\n")
    assert told.returncode == 1
    assert "The frame has no rows." in told.stderr


def test_a_command_that_is_typed_wrong_is_2(place: Place) -> None:
    assert place.typed("contacts.toml").returncode == 2
    assert place.typed("contacts.toml", "data.csv", "--api-key", "x").returncode == 2
    assert "Exit codes" in place.typed("--help").stdout


def test_every_view_can_be_shown() -> None:
    assert {view.value for view in View} == set(VIEWS)


def test_a_terminal_that_cannot_show_a_letter_ends_no_send(place: Place) -> None:
    place.answers(7)
    place.refuses()
    told = place.typed("contacts.toml", "data.csv", PYTHONIOENCODING="latin-1")
    assert told.returncode == 3
    assert "row 1: rejected: no?[2J" in told.stdout


def test_a_column_cannot_move_the_cursor(place: Place) -> None:
    told = place.typed("contacts.toml", "-", "--text", "x", given="a\x1b[2J\n1\n")
    assert told.returncode == 1
    assert "a\ufffd[2J" in told.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is POSIX's")
def test_on_a_terminal_one_line_says_how_far_it_is(place: Place) -> None:
    def slow(_request: Request) -> Response:
        time.sleep(0.2)
        return Response("[9]", content_type="application/json")

    place.server.expect_request(PATH).respond_with_handler(slow)
    ours, theirs = os.openpty()
    try:
        command = [sys.executable, "-m", "odoo_widgets.cli", "send", "contacts.toml", "data.csv"]
        told = subprocess.run(
            command, cwd=place.folder, env=place.environment, stdout=subprocess.PIPE, stderr=theirs, check=False
        )
        seen = os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert told.returncode == 0
    assert "\r\x1b[K1 of 2 rows, " in seen
    assert seen.endswith("\r\x1b[K")


def test_a_log_gets_a_line_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    teller = Teller()
    for seconds in (0.0, 1.0, 10.0, 11.0, 25.0):
        teller(Progress(rows=1000, batches=10, statuses={"created": int(seconds * 10)}, made=1, seconds=seconds))
    teller.end()
    assert capsys.readouterr().err.splitlines() == [
        "100 of 1,000 rows, 10 a second, 90 s left",
        "250 of 1,000 rows, 10 a second, 75 s left",
    ]


# --- sent before -----------------------------------------------------------------------------------------------------


def test_rows_that_were_sent_before_are_refused_in_one_line_until_it_is_said_what_to_do(place: Place) -> None:
    place.answers(7, 8)
    assert place.typed("contacts.toml", "data.csv").returncode == 0
    (place.folder / "data.csv").write_text(f"{FRAME}Cid,3\n", encoding="utf-8")
    told = place.typed("contacts.toml", "data.csv")
    assert (told.returncode, told.stdout) == (1, "")
    [_title, line] = told.stderr.splitlines()
    assert line.startswith("Nothing was sent. 2 of 3 rows were sent on 20")
    assert line.endswith("there twice. --others sends the other rows, --again sends all of them once more.")
    assert place.typed("contacts.toml", "data.csv", "--again", "--others").returncode == 2
    place.answers(9)
    told = place.typed("contacts.toml", "data.csv", "--others", "--out", "responses.csv")
    assert (told.returncode, told.stdout) == (0, "contacts in db: created 3\n")
    assert pd.read_csv(place.folder / "responses.csv")["id"].tolist() == [7, 8, 9]
    place.answers(10, 11, 12)
    assert place.typed("contacts.toml", "data.csv", "--again").returncode == 0


def test_a_send_that_was_killed_goes_on(place: Place) -> None:
    arrived = threading.Event()
    hold = threading.Event()

    def held(_request: Request) -> Response:
        arrived.set()
        hold.wait(30)
        return Response("[8]", content_type="application/json")

    place.answers(7)
    place.server.expect_ordered_request(PATH).respond_with_handler(held)
    (place.folder / "data.csv").write_text(f"{FRAME}Cid,3\n", encoding="utf-8")
    words = [sys.executable, "-m", "odoo_widgets.cli"]
    nothing = place.typed("contacts.toml", "data.csv", command="resume")
    assert (nothing.returncode, nothing.stderr.count("\n")) == (1, 2)
    assert "There is nothing to resume" in nothing.stderr
    sending = subprocess.Popen(
        [*words, "send", "contacts.toml", "data.csv"], cwd=place.folder, env=place.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert arrived.wait(30)
        busy = place.typed("contacts.toml", "data.csv")
        assert busy.returncode == 1
        assert "is still going on, in process" in busy.stderr
        assert "(running)" in place.typed(command="journal").stdout
    finally:
        sending.kill()
        sending.wait()
        hold.set()
    assert "(stopped)" in place.typed(command="journal").stdout
    place.answers(9)
    told = place.typed("contacts.toml", "data.csv", command="resume")
    assert told.returncode == 4, told.stderr
    assert told.stdout.startswith("contacts in db: created 2 · in doubt 1\nrow 1: in doubt: ")


def test_what_was_sent_is_listed_and_forgotten(place: Place) -> None:
    assert place.typed(command="journal").stdout == "Nothing has been sent from this machine, or it was forgotten.\n"
    place.answers(7, 8)
    place.typed("contacts.toml", "data.csv")
    [line] = place.typed(command="journal").stdout.splitlines()
    assert line[16:] == "  Create res.partner in db: 2 rows  created 2"
    assert place.typed("forget", "--days", "1", command="journal").stdout == "0 sends forgotten.\n"
    assert place.typed("forget", "--days", "0", command="journal").stdout == "1 send forgotten.\n"
    assert "forgotten" in place.typed(command="journal").stdout
