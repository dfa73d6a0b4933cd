"""`odoo-widgets send` to a real Odoo, and what assigning a record to somebody does there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets import Destination, Sandbox
from odoo_widgets.flow.chain import next_source
from odoo_widgets.flow.context import with_assignment_emails
from tests.real import call

if TYPE_CHECKING:
    from pathlib import Path


def typed(
    odoo: Sandbox, folder: Path, *words: str, given: str = "", what: str = "send"
) -> subprocess.CompletedProcess[str]:
    me = odoo.credential
    environment = {
        **os.environ,
        "ODOO_SERVER": odoo.url,
        "ODOO_DATABASE": me.database,
        "ODOO_LOGIN": me.login,
        "ODOO_API_KEY": me.api_key.get_secret_value(),
        "XDG_CONFIG_HOME": str(folder),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    told = subprocess.run(
        [sys.executable, "-m", "odoo_widgets.cli", what, *words],
        cwd=folder, env=environment, input=given, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    key = me.api_key.get_secret_value()
    assert key not in told.stdout + told.stderr
    assert not any(key.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return told


def partners(odoo: Sandbox, ids: list[int], *fields: str) -> list[dict[str, Any]]:
    return call(odoo, "res.partner", "read", ids=ids, fields=list(fields))  # type: ignore[no-any-return]


@pytest.mark.parametrize("protocol", ["json2", "xmlrpc"])
def test_a_csv_file_becomes_the_records_that_it_says(odoo: Sandbox, tmp_path: Path, protocol: str) -> None:
    where: dict[str, Any] = {
        "json2": {"url": f"{odoo.url}/json/2/res.partner/create"},
        "xmlrpc": {"url": f"{odoo.url}/xmlrpc/2/object", "model": "res.partner", "operation": "create"},
    }[protocol]
    Destination(**where, name="contacts", active=True).save(tmp_path / "contacts.toml")
    (tmp_path / "data.csv").write_text(
        "name,zip,ref,color,partner_latitude,is_company,country_id\n"
        "Ana,0100,7,1,12.50,true,20\n"
        '"Bé ""B""",NA,8.5,2,3.25,false,\n',
        encoding="utf-8",
    )
    told = typed(odoo, tmp_path, "contacts.toml", "data.csv", "--out", "responses.jsonl")
    assert told.returncode == 0, told.stderr
    out = pd.read_json(tmp_path / "responses.jsonl", lines=True)
    assert out["status"].tolist() == ["created", "created"]
    found = partners(odoo, out["id"].tolist(), "name", "zip", "ref", "color", "partner_latitude", "is_company")
    assert [{name: value for name, value in each.items() if name != "id"} for each in found] == [
        {"name": "Ana", "zip": "0100", "ref": "7", "color": 1, "partner_latitude": 12.5, "is_company": True},
        {"name": 'Bé "B"', "zip": "NA", "ref": "8.5", "color": 2, "partner_latitude": 3.25, "is_company": False},
    ]
    assert [bool(each["country_id"]) for each in partners(odoo, out["id"].tolist(), "country_id")] == [True, False]


def test_a_rejected_row_is_named_and_the_others_are_made(odoo: Sandbox, tmp_path: Path) -> None:
    destination = Destination(f"{odoo.url}/json/2/res.partner/create", name="contacts", active=True, batch_size=1)
    destination.save(tmp_path / "contacts.toml")
    told = typed(odoo, tmp_path, "contacts.toml", "-", "--json", given="name;color\ngood;1\nbad;x\n")
    found = json.loads(told.stdout)
    assert told.returncode == 3
    assert found["statuses"] == {"created": 1, "rejected": 1}
    assert [each["row"] for each in found["not_done"]] == [1]
    assert call(odoo, "res.partner", "search_count", domain=[["name", "in", ["good", "bad"]]]) == 1


def test_a_key_said_on_the_command_line_makes_each_record_once_and_then_writes_nothing(
    odoo: Sandbox, tmp_path: Path
) -> None:
    Destination(f"{odoo.url}/json/2/res.partner/create", active=True).save(tmp_path / "contacts.toml")
    rows = "ref,name\nkeyed-1,one\nkeyed-2,two\n"
    words = ("contacts.toml", "-", "--key", "ref", "--mode", "upsert", "--json")
    made = [json.loads(typed(odoo, tmp_path, *words, given=rows).stdout) for _ in range(2)]
    assert [each["statuses"] for each in made] == [{"created": 2}, {"updated": 2}]
    changed = rows.replace("two", "three")
    again = typed(odoo, tmp_path, *words, "--only-changes", given=changed)
    assert (again.returncode, json.loads(again.stdout)["statuses"]) == (0, {"updated": 1, "unchanged": 1})
    settled = typed(odoo, tmp_path, *words, "--only-changes", given=changed)
    assert (settled.returncode, json.loads(settled.stdout)["statuses"]) == (0, {"unchanged": 2})
    found = call(odoo, "res.partner", "search_read", domain=[["ref", "like", "keyed-"]], fields=["name"], order="ref")
    assert [each["name"] for each in found] == ["one", "three"]


def test_a_look_says_what_odoo_would_refuse_and_keeps_nothing(odoo: Sandbox, tmp_path: Path) -> None:
    # Paused: a look is what comes before it is put to use.
    Destination(f"{odoo.url}/json/2/res.partner/create").save(tmp_path / "contacts.toml")
    rows = "name,tz,colour\nlooked at 1,Europe/Brussels,1\nlooked at 2,Europe/Nowhere,2\n"
    found = typed(odoo, tmp_path, "contacts.toml", "-", given=rows, what="check")
    assert found.returncode == 3, found.stderr
    assert "colour: " in found.stdout
    told = json.loads(typed(odoo, tmp_path, "contacts.toml", "-", "--json", given=rows, what="check").stdout)
    assert (told["code"], told["rows"]) == (3, 2)
    assert "colour" in [each["column"] for each in told["findings"] if each["severity"] == "error"]

    fine = rows.replace(",colour", ",color")
    tried = typed(odoo, tmp_path, "contacts.toml", "-", "--dry-run", "--out", "tried.csv", given=fine)
    assert tried.returncode == 3, tried.stderr
    assert "Odoo would save 1 and reject 1" in tried.stdout
    assert pd.read_csv(tmp_path / "tried.csv")["status"].tolist() == ["would_save", "rejected"]
    good = fine.replace("Nowhere", "Paris")
    tried = typed(odoo, tmp_path, "contacts.toml", "-", "--dry-run", "--json", given=good)
    assert (tried.returncode, json.loads(tried.stdout)["statuses"]) == (0, {"would_save": 2})
    assert typed(odoo, tmp_path, "contacts.toml", "-", given=good, what="check").returncode == 0
    assert call(odoo, "res.partner", "search_count", domain=[["name", "like", "looked at"]]) == 0


def test_a_paused_destination_makes_nothing(odoo: Sandbox, tmp_path: Path) -> None:
    Destination(f"{odoo.url}/json/2/res.partner/create").save(tmp_path / "contacts.toml")
    told = typed(odoo, tmp_path, "contacts.toml", "-", given="name\npaused\n")
    assert told.returncode == 1
    assert "is paused" in told.stderr
    assert call(odoo, "res.partner", "search_count", domain=[["name", "=", "paused"]]) == 0


def test_the_responses_of_one_send_are_what_the_next_is_for(odoo: Sandbox) -> None:
    made = Destination(f"{odoo.url}/json/2/res.partner/create", batch_size=1).send(
        pd.DataFrame({"name": ["one", None, "three"]}), odoo.credential
    )
    frame, exclude, ids, left_out = next_source(made)
    assert left_out == 1
    archive = Destination(f"{odoo.url}/json/2/res.partner/action_archive", exclude=exclude, ids=ids)
    assert archive.send(frame, odoo.credential)["status"].tolist() == ["called", "called"]
    assert [each["active"] for each in partners(odoo, frame["id"].tolist(), "active")] == [False, False]


@pytest.fixture(scope="module")
def colleague(odoo: Sandbox) -> int:
    values = {"name": "Colleague", "login": "colleague", "email": "colleague@example.com"}
    (made,) = call(odoo, "res.users", "create", vals_list=[values])
    return made  # type: ignore[no-any-return]


@pytest.mark.parametrize("model", ["res.partner", "crm.lead", "sale.order"])
@pytest.mark.parametrize("operation", ["create", "write", "load"])
@pytest.mark.parametrize("wanted", [False, True])
def test_people_are_e_mailed_of_what_is_assigned_to_them_only_if_that_was_chosen(
    odoo: Sandbox, colleague: int, model: str, operation: str, wanted: bool
) -> None:
    values: dict[str, Any] = {"name": "x"}
    if model == "sale.order":
        (customer,) = call(odoo, "res.partner", "create", vals_list=[{"name": "customer"}])
        values = {"partner_id": customer}
    frame = pd.DataFrame([values])
    if operation == "write":
        frame = pd.DataFrame({"id": call(odoo, model, "create", vals_list=[{**values, "user_id": False}])})
    if operation == "load":
        frame = frame.rename(columns={"partner_id": "partner_id/.id"})
    frame["user_id/.id" if operation == "load" else "user_id"] = colleague
    destination = Destination(f"{odoo.url}/json/2/{model}/{operation}")
    chosen = destination.replace(context=with_assignment_emails(destination.context, wanted))
    responses = chosen.send(frame, odoo.credential)
    assert responses["status"].isin(["created", "updated", "saved"]).all(), responses["error"].tolist()
    (record,) = responses["id"]
    told = call(
        odoo, "mail.message", "search_count",
        domain=[["model", "=", model], ["res_id", "=", int(record)], ["message_type", "=", "user_notification"]],
    )  # fmt: skip
    assert told == int(wanted)


def test_what_was_sent_is_undone_once_the_database_is_named(odoo: Sandbox, tmp_path: Path) -> None:
    Destination(f"{odoo.url}/json/2/res.partner/create", active=True).save(tmp_path / "contacts.toml")
    (tmp_path / "data.csv").write_text("name\nto undo 1\nto undo 2\n", encoding="utf-8")
    assert typed(odoo, tmp_path, "contacts.toml", "data.csv", "--out", "responses.csv").returncode == 0
    ids = pd.read_csv(tmp_path / "responses.csv")["id"].tolist()
    words = ("contacts.toml", "responses.csv")
    told = json.loads(typed(odoo, tmp_path, *words, "--json", what="undo").stdout)
    assert (told["confirm"], [each["group"] for each in told["records"]]) == (odoo.database, ["delete", "delete"])
    shown = typed(odoo, tmp_path, *words, what="undo")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines() == [
        f"Delete 2 in {odoo.database}.",
        f"Nothing was changed. To do it, add --confirm {odoo.database}.",
    ]
    wrong = typed(odoo, tmp_path, *words, "--confirm", "another", what="undo")
    assert (wrong.returncode, "Nothing was changed." in wrong.stderr) == (1, True)
    assert [each["id"] for each in partners(odoo, ids, "name")] == ids
    done = typed(odoo, tmp_path, *words, "--confirm", odoo.database, "--out", "undone.csv", what="undo")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"Undo in {odoo.database}: deleted 2"
    assert pd.read_csv(tmp_path / "undone.csv")["status"].tolist() == ["deleted", "deleted"]
    assert call(odoo, "res.partner", "search", domain=[["id", "in", ids]]) == []
