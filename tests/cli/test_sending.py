"""`odoo-widgets send` and `resume`, as a scheduler types them, against no Odoo at all."""

from __future__ import annotations

import json
import threading
from subprocess import DEVNULL
from typing import TYPE_CHECKING

import keyring
import pandas as pd
from werkzeug import Response

from odoo_widgets import Credential, remember
from tests.cli.place import FRAME, KEY, PATH
from tests.ring import InMemory

if TYPE_CHECKING:
    import pytest
    from werkzeug import Request

    from tests.cli.place import Place


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


def test_without_a_key_nobody_is_asked(place: Place) -> None:
    told = place.typed("contacts.toml", "-", given=FRAME, ODOO_API_KEY="")
    assert told.returncode == 1
    assert "nobody to ask. Set ODOO_API_KEY" in told.stderr


def test_a_stored_credential_is_found_by_its_name_and_the_environment_says_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.set_keyring(InMemory())
    monkeypatch.setenv("XDG_CONFIG_HOME", place.environment["XDG_CONFIG_HOME"])
    assert remember("mycompany", Credential(place.environment["ODOO_SERVER"], "stored", api_key=KEY)) == "keyring"
    place.answers(7, 8)
    nothing = dict.fromkeys(("ODOO_SERVER", "ODOO_DATABASE", "ODOO_API_KEY"), "")
    code, out, said = place.within("send", "contacts.toml", "data.csv", "--credential", "mycompany", **nothing)
    assert (code, out) == (0, "contacts in stored: created 2\n"), said
    assert place.server.log[0][0].headers["Authorization"] == f"bearer {KEY}"


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


# --- sent before -----------------------------------------------------------------------------------------------------


def test_rows_that_were_sent_before_are_refused_in_one_line_until_it_is_said_what_to_do(place: Place) -> None:
    place.answers(7, 8)
    assert place.within("send", "contacts.toml", "data.csv")[0] == 0
    (place.folder / "data.csv").write_text(f"{FRAME}Cid,3\n", encoding="utf-8")
    code, out, said = place.within("send", "contacts.toml", "data.csv")
    assert (code, out) == (1, "")
    [_title, line] = said.splitlines()
    assert line.startswith("Nothing was sent. 2 of 3 rows were sent on 20")
    assert line.endswith("there twice. --others sends the other rows, --again sends all of them once more.")
    assert place.within("send", "contacts.toml", "data.csv", "--again", "--others")[0] == 2
    place.answers(9)
    code, out, _ = place.within("send", "contacts.toml", "data.csv", "--others", "--out", "responses.csv")
    assert (code, out) == (0, "contacts in db: created 3\n")
    assert pd.read_csv(place.folder / "responses.csv")["id"].tolist() == [7, 8, 9]
    place.answers(10, 11, 12)
    assert place.within("send", "contacts.toml", "data.csv", "--again")[0] == 0


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
    code, _, said = place.within("resume", "contacts.toml", "data.csv")
    assert (code, said.count("\n")) == (1, 2)
    assert "There is nothing to resume" in said
    sending = place.started("send", "contacts.toml", "data.csv", stdout=DEVNULL, stderr=DEVNULL)
    try:
        assert arrived.wait(30)
        code, _, said = place.within("send", "contacts.toml", "data.csv")
        assert code == 1
        assert "is still going on, in process" in said
        assert "(running)" in place.within("journal")[1]
    finally:
        sending.kill()
        sending.wait()
        hold.set()
    assert "(stopped)" in place.within("journal")[1]
    place.answers(9)
    code, out, said = place.within("resume", "contacts.toml", "data.csv")
    assert code == 4, said
    assert out.startswith("contacts in db: created 2 · in doubt 1\nrow 1: in doubt: ")
