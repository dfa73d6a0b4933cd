from __future__ import annotations

import os
import resource
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from odoo_widgets import Destination
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.net import whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def short_of_room(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    whole.write(file, b"before")
    with short_of_room(4), pytest.raises(OSError, match="File too large"):
        whole.write(file, b"afterwards")
    assert file.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["a.toml"]  # noqa: PTH208 - hidden files too


def test_settings_survive_a_disk_that_is_full(tmp_path: Path) -> None:
    file = tmp_path / "contacts.toml"
    Destination("https://mycompany.example.com/json/2/res.partner/create").save(file)
    before = file.read_bytes()
    with short_of_room(4), pytest.raises(SettingsError, match=r"contacts\.toml cannot be written: File too large\."):
        Destination.switch(file, active=True)
    assert file.read_bytes() == before


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    destination = Destination("https://mycompany.example.com/json/2/res.partner/create")
    with pytest.raises(SettingsError, match=r"x\.toml cannot be written: No such file or directory\."):
        destination.save(tmp_path / "nowhere" / "x.toml")


def test_a_file_keeps_its_mode_and_a_link_leads_to_it_still(tmp_path: Path) -> None:
    file, link = tmp_path / "a", tmp_path / "link"
    whole.write(file, b"1", 0o600)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    link.symlink_to(file)
    whole.write(link, b"2")
    assert link.is_symlink()
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"2", 0o640)
