from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from odoo_widgets.flow.errors import NoOdooError, SandboxError
from odoo_widgets.sandbox.packages import named, odoo_stage, package_stage, python_path, version
from odoo_widgets.sandbox.stages import build, is_whole
from odoo_widgets.sandbox.steps import silent

if TYPE_CHECKING:
    from pathlib import Path

    from odoo_widgets.sandbox.stages import Stage

RELEASE = "odoo-19.0.post1/odoo/release.py"
TEXT = b"version = '19.0'\n"


def archive(file: Path, name: str = RELEASE) -> Path:
    if file.suffix == ".zip":
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr(name, TEXT)
    else:
        with tarfile.open(file, "w:gz") as packed:
            entry = tarfile.TarInfo(name)
            entry.size = len(TEXT)
            packed.addfile(entry, io.BytesIO(TEXT))
    return file


def stage(folder: Path, user_file: Path | None) -> Stage:
    return odoo_stage(folder / "odoo", folder / "package", folder / "log", silent, user_file)


def package(folder: Path, *, has_apt: bool, names: list[str]) -> Stage:
    def fetch(*_: Any) -> list[str]:
        return names

    return package_stage(folder / "package", folder / "log", silent, lambda: has_apt, fetch)


@pytest.mark.parametrize("has_apt", [True, False])
def test_where_no_odoo_can_be_had_one_message_names_the_ways(tmp_path: Path, has_apt: bool) -> None:
    with pytest.raises(NoOdooError) as told:
        build(package(tmp_path, has_apt=has_apt, names=[]))
    for way in ("odoo-19", "sid", "apt-get update", "ODOO_WIDGETS_ODOO_PACKAGE=", ".tar.gz"):
        assert way in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_a_mirror_that_cannot_be_reached_is_a_message_that_names_the_ways(tmp_path: Path) -> None:
    def fetch(*_: Any) -> list[str]:
        raise SandboxError("Reading Debian's list of packages failed.")

    with pytest.raises(NoOdooError, match=r"list of packages failed\. .*ODOO_WIDGETS_ODOO_PACKAGE="):
        build(package_stage(tmp_path / "package", tmp_path / "log", silent, lambda: True, fetch))


def test_the_files_that_apt_brought_are_noted(tmp_path: Path) -> None:
    made = package(tmp_path, has_apt=True, names=["odoo-19_19.0_all.deb"])
    build(made)
    assert is_whole(made)


def test_a_package_that_the_user_names_must_be_there_and_be_one(tmp_path: Path) -> None:
    assert named({}) is None
    file = archive(tmp_path / "odoo.tar.gz")
    assert named({"ODOO_WIDGETS_ODOO_PACKAGE": str(file)}) == file
    (tmp_path / "odoo.exe").touch()
    for wrong in (tmp_path / "odoo.exe", tmp_path / "none.deb", tmp_path):
        with pytest.raises(NoOdooError, match="ODOO_WIDGETS_ODOO_PACKAGE names"):
            named({"ODOO_WIDGETS_ODOO_PACKAGE": str(wrong)})


@pytest.mark.parametrize("name", ["odoo.tar.gz", "odoo.zip"])
def test_odoos_own_archives_are_unpacked(tmp_path: Path, name: str) -> None:
    build(stage(tmp_path, archive(tmp_path / name)))
    assert python_path(tmp_path / "odoo").name == "odoo-19.0.post1"
    assert version(tmp_path / "odoo") == "19.0"


def test_an_odoo_made_from_a_file_stays_when_the_file_is_not_named_any_more(tmp_path: Path) -> None:
    file = archive(tmp_path / "odoo.zip")
    build(stage(tmp_path, file))
    file.unlink()
    assert is_whole(stage(tmp_path, None))


def test_another_file_is_unpacked_anew(tmp_path: Path) -> None:
    build(stage(tmp_path, archive(tmp_path / "odoo.zip")))
    assert build(stage(tmp_path, archive(tmp_path / "odoo.tar.gz")))


@pytest.mark.parametrize("name", ["odoo.tar.gz", "odoo.zip", "odoo.deb"])
def test_a_damaged_package_leaves_nothing(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"no archive at all")
    with pytest.raises(SandboxError):
        build(stage(tmp_path, file))
    assert not (tmp_path / "odoo").exists()


def test_a_package_that_is_cut_is_called_damaged(tmp_path: Path) -> None:
    file = archive(tmp_path / "odoo.tar.gz")
    file.write_bytes(file.read_bytes()[:60])
    with pytest.raises(SandboxError, match="damaged"):
        build(stage(tmp_path, file))


def test_an_archive_of_something_else_is_no_odoo(tmp_path: Path) -> None:
    with pytest.raises(NoOdooError, match=r"no odoo/release\.py"):
        build(stage(tmp_path, archive(tmp_path / "other.zip", "other/release.py")))


def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    with pytest.raises(SandboxError):
        build(stage(tmp_path, archive(tmp_path / "odoo.tar.gz", "../../escaped")))
    assert not (tmp_path.parent / "escaped").exists()
    assert not (tmp_path / "escaped").exists()
