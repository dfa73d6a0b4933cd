"""What is copied elsewhere sends there what the form sends, to the byte, and holds no key."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets import Destination
from odoo_widgets.flow.copies import COPIES, is_same_in_csv
from tests.forms.examples import KEY, ME, PLAIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.forms.odoo import Odoo
    from tests.forms.screen import Show

TOOLTIP = "Copy this text"
SHELL = shutil.which("sh") or "/bin/sh"
RUN = f"{sys.executable} -c 'from odoo_widgets.cli import main; main()'"


@pytest.fixture
def sent(
    show: Show, frame: pd.DataFrame, odoo: Odoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """What the form sends, and each of its copies."""
    monkeypatch.setenv("ODOO_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    data = frame.assign(comment='it\'s "odd" $HOME \\ é')
    destination = odoo.destination.replace(batch_size=5, headers="X-Source:a form", context={"lang": "fr_FR"})
    screen = show(data, destination, odoo.credential)
    screen.form.destination = destination.replace(active=True, name="Contacts of today")
    copies = {}
    for name in COPIES:
        screen.type("Copy As", name)
        assert KEY not in str(screen.everything())
        copies[name] = screen.copied(TOOLTIP)
        assert KEY not in copies[name]
    screen.click("Send again")
    screen.wait_for_end()
    found, odoo.received = odoo.received, []
    # Copies are for elsewhere, where nothing is known of what was sent here.
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
    assert len(found) == 3
    return {"calls": found, "copies": copies, "data": data, "destination": screen.form.destination}


def test_the_python_cell_sends_the_same(sent: dict[str, Any], odoo: Odoo) -> None:
    names = {"df": sent["data"]}
    exec(sent["copies"]["Python cell"], names)  # noqa: S102 - what a person would do with it
    assert names["responses"].status.tolist() == ["created"] * 12
    assert odoo.received == sent["calls"]


def test_the_file_is_the_destination(sent: dict[str, Any], odoo: Odoo, tmp_path: Path) -> None:
    (tmp_path / "contacts.toml").write_text(sent["copies"]["TOML"], encoding="utf-8")
    loaded = Destination.load(tmp_path / "contacts.toml")
    assert loaded == sent["destination"]
    loaded.send(sent["data"], odoo.credential)
    assert odoo.received == sent["calls"]


def test_the_command_sends_the_same(sent: dict[str, Any], odoo: Odoo, tmp_path: Path) -> None:
    (tmp_path / "contacts_of_today.toml").write_text(sent["copies"]["TOML"], encoding="utf-8")
    sent["data"].to_csv(tmp_path / "rows.csv", index=False)
    command = sent["copies"]["command line"]
    assert "odoo-widgets send contacts_of_today.toml rows.csv" in command
    done = subprocess.run(
        [SHELL, "-c", command.replace("odoo-widgets", RUN)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert odoo.received == sent["calls"]


def test_the_command_sends_the_same_of_columns_that_no_csv_file_keeps(
    show: Show, frame: pd.DataFrame, odoo: Odoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ODOO_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    df = frame.assign(
        color=pd.array([7, None] * 6, "Int64"), zip=["1050"] * 12, partner_latitude=0.5, is_company=True,
        comment=["", "x"] * 6, date=pd.Timestamp("2026-03-01"), category_id=[[1, 2]] * 12,
    )  # fmt: skip
    screen = show(df, odoo.destination, odoo.credential)
    screen.form.destination = odoo.destination.replace(active=True, name="Typed")
    screen.type("Copy As", "TOML")
    (tmp_path / "typed.toml").write_text(screen.copied(TOOLTIP), encoding="utf-8")
    screen.type("Copy As", "command line")
    command = screen.copied(TOOLTIP)
    assert command.startswith('# In the notebook first: df.to_parquet("rows.parquet")\n')
    exec(command.splitlines()[0].partition(": ")[2], {"df": df})  # noqa: S102 - what a person would do with it
    screen.click("Send again")
    screen.wait_for_end()
    found, odoo.received = odoo.received, []
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
    shell = [SHELL, "-c", command.replace("odoo-widgets", RUN)]
    done = subprocess.run(shell, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(found) == 4
    assert odoo.received == found


@pytest.mark.parametrize(
    ("cells", "same"),
    [
        (["a", None], True),
        ([None, None], True),
        (["007"], True),
        (["7"], False),
        (["true"], False),
        (["a", ""], False),
        ([1, 2], False),
        ([True], False),
        (["a", 1], False),
    ],
)
def test_only_text_that_looks_like_text_is_the_same_in_a_csv_file(cells: list[Any], same: bool) -> None:
    assert is_same_in_csv(pd.Series(cells, dtype=object)) is same


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_curl_makes_the_call_of_the_open_sample(sent: dict[str, Any], odoo: Odoo) -> None:
    subprocess.run([SHELL, "-c", sent["copies"]["curl"]], capture_output=True, check=True)
    assert odoo.received == sent["calls"][:1]


@pytest.mark.parametrize("name", COPIES)
def test_a_secret_in_clear_is_copied_nowhere(show: Show, frame: pd.DataFrame, name: str) -> None:
    screen = show(frame, PLAIN.replace(headers={"X-Token": "in-clear"}), ME)
    screen.type("Copy As", name)
    assert "in-clear" not in str([each for each in screen.everything() if each[0] != "Text"])
    if name != "curl":
        assert "looks like a secret" in screen.text("problem")


def test_without_a_credential_it_says_what_to_do(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    screen.type("Copy As", "Python cell")
    assert screen.says("Choose a credential first")
    screen.type("Copy As", "nothing")
    assert screen.text("problem") == ""
