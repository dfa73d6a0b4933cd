from __future__ import annotations

import os
from pathlib import Path

import pytest

from odoo_widgets.flow.errors import SandboxError
from odoo_widgets.sandbox.folders import Folders, find
from odoo_widgets.sandbox.ports import free_port, listener

NOBODY = 65534


def test_a_home_is_asked_for_or_named_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOO_WIDGETS_SANDBOX_HOME", str(tmp_path / "named"))
    assert find() == Folders(tmp_path / "named")
    assert find(tmp_path / "asked") == Folders(tmp_path / "asked")
    assert not (tmp_path / "named").exists()


def test_a_user_keeps_it_at_home_and_root_where_postgresqls_user_can_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ODOO_WIDGETS_SANDBOX_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert find(is_root=False).home.is_relative_to(tmp_path)
    assert not find(is_root=True).home.is_relative_to(tmp_path)


def test_the_folders_are_closed_to_others(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "home")
    folders.make(is_root=False)
    assert folders.home.stat().st_mode & 0o077 == 0
    folders.make(is_root=False)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o1777])
def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home").chmod(mode)
    with pytest.raises(SandboxError, match="others may write to it"):
        Folders(tmp_path / "home").make(is_root=False)


def test_a_folder_that_somebody_else_prepared_is_refused(tmp_path: Path) -> None:
    # Root can give a folder away; everybody else finds one of root's.
    home = tmp_path / "home" if os.geteuid() == 0 else Path("/usr")
    if os.geteuid() == 0:
        home.mkdir()
        os.chown(home, NOBODY, NOBODY)
    with pytest.raises(SandboxError, match="belongs to another user"):
        Folders(home).make(is_root=False)


def test_root_is_told_where_postgresqls_user_cannot_enter(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    with pytest.raises(SandboxError, match="nobody, who cannot enter"):
        Folders(tmp_path / "closed" / "home").make(is_root=True)


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SandboxError, match="cannot be made"):
        Folders(tmp_path / "file" / "home").make(is_root=False)


def test_a_port_that_is_taken_is_left_alone() -> None:
    with listener() as taken:
        port = taken.getsockname()[1]
        assert free_port(port) != port
    assert free_port(port) == port
