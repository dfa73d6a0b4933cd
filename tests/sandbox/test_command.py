"""`odoo-widgets sandbox`, as a person types it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from odoo_widgets.sandbox import status, stop

if TYPE_CHECKING:
    from pathlib import Path

    from odoo_widgets.sandbox.folders import Folders


def typed(home: Path, *words: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "odoo_widgets.cli", "sandbox", *words]
    environment = {**os.environ, "ODOO_WIDGETS_SANDBOX_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, env=environment, input=answer, capture_output=True, text=True, check=False)


def test_start_status_and_stop_say_what_is_so(own: Folders) -> None:
    stop(home=own.home)
    started = typed(own.home, "start")
    assert started.returncode == 0, started.stderr
    assert f"running at {status(home=own.home).url}" in started.stdout
    assert started.stdout == typed(own.home, "status").stdout
    shown = typed(own.home, "status", "--password").stdout
    assert f"admin / {status(home=own.home).password}" in shown
    assert status(home=own.home).password not in started.stdout + started.stderr
    assert typed(own.home, "stop").stdout == "The sandbox has stopped.\n"
    assert typed(own.home, "stop").stdout == "The sandbox was not running.\n"
    assert "not running" in typed(own.home, "status").stdout


def test_reset_asks_first(own: Folders) -> None:
    before = sorted(own.data.iterdir())
    refused = typed(own.home, "reset", "--keep-installation", answer="n\n")
    assert refused.returncode == 1
    assert sorted(own.data.iterdir()) == before
    assert typed(own.home, "reset", "--keep-installation", "--yes").returncode == 0
    assert not own.data.exists()


def test_an_error_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    package = tmp_path / "odoo.deb"
    command = [sys.executable, "-m", "odoo_widgets.cli", "sandbox", "start"]
    environment = {**os.environ, "ODOO_WIDGETS_SANDBOX_HOME": str(tmp_path), "ODOO_WIDGETS_ODOO_PACKAGE": str(package)}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    # As root the folder is refused first, else the package.
    assert len(told.stderr.strip().splitlines()) == 1
    assert str(tmp_path) in told.stderr


@pytest.mark.parametrize("words", [[], ["--help"], ["nonsense"]])
def test_help_names_every_command(words: list[str], tmp_path: Path) -> None:
    shown = typed(tmp_path, *words)
    text = shown.stdout + shown.stderr
    assert all(word in text for word in (["start", "status", "stop", "reset"] if words != ["nonsense"] else ["--help"]))
