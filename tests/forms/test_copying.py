"""What is copied elsewhere sends there what the form sends, to the byte, and holds no key."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from odoo_widgets import Destination
from odoo_widgets.flow.copies import COPIES
from tests.forms.examples import KEY, ME, PLAIN

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

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
