from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from odoo_widgets.sandbox.passwords import Passwords, read_passwords, write_passwords
from odoo_widgets.sandbox.processes import created_at
from odoo_widgets.sandbox.state import READY, Lease, State, leases

if TYPE_CHECKING:
    from pathlib import Path


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def gone() -> tuple[int, float]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    created = created_at(process.pid)
    process.communicate()
    return process.pid, created


def test_the_state_comes_back_as_it_was_written_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    state = State(READY, os.getpid(), created_at(os.getpid()), 8169, 5432, {1: 2.5})
    state.write(tmp_path / "state.json")
    assert State.read(tmp_path / "state.json") == state
    assert mode(tmp_path / "state.json") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"phase": "ready"}', '{"processes": {"x": 1}}', "null"])
def test_a_state_that_cannot_be_read_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "state.json").write_text(content)
    assert State.read(tmp_path / "state.json") is None
    assert State.read(tmp_path / "none.json") is None


def test_a_process_is_known_by_its_number_and_its_start() -> None:
    created = created_at(os.getpid())
    assert State(READY, os.getpid(), created).is_alive
    # The number was given to another process meanwhile.
    assert not State(READY, os.getpid(), created - 60).is_alive
    assert not State(READY, *gone()).is_alive


def test_a_use_ends_with_its_process(tmp_path: Path) -> None:
    held = Lease.take(tmp_path, "fresh_a", idle=60)
    assert list(leases(tmp_path)) == [held]
    assert held.is_held
    assert mode(held.file) == 0o600
    assert not Lease(held.file, *gone()).is_held
    held.give_up()
    held.give_up()
    assert list(leases(tmp_path)) == []


def test_a_use_that_stays_is_held_by_no_process(tmp_path: Path) -> None:
    assert Lease.take(tmp_path, idle=60, stays=True).is_held
    assert Lease.take(tmp_path, idle=60, stays=True).is_held
    assert len(list(leases(tmp_path))) == 1


def test_a_file_that_is_no_lease_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "half.json").write_text('{"pid": ')
    (tmp_path / ".1-ab.json-cd").write_text("being written")
    assert list(leases(tmp_path)) == []


def test_passwords_are_made_up_anew_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    first, second = Passwords(), Passwords()
    for name in ("superuser", "odoo", "master", "admin"):
        assert len(getattr(first, name)) >= 16
        assert getattr(first, name) != getattr(second, name)
        assert getattr(first, name) not in repr(first)
    write_passwords(tmp_path, first)
    assert read_passwords(tmp_path) == first
    assert mode(tmp_path / "secrets.json") == 0o600
