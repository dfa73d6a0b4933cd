from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import attrs
import pytest

from odoo_widgets.flow.errors import SandboxError
from odoo_widgets.sandbox.stages import Stage, build, is_whole, manifest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def stage(folder: Path, recipe: int = 1, text: str = "whole") -> Stage:
    def make(staging: Path) -> Mapping[str, str]:
        (staging / "file").write_text(text)
        return {"note": text}

    return Stage(folder / "target", {"recipe": recipe}, 10, make)


def failing(folder: Path, error: BaseException) -> Stage:
    def make(staging: Path) -> Mapping[str, str]:
        (staging / "file").write_text("half")
        raise error

    return attrs.evolve(stage(folder), make=make)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_is_built_once(tmp_path: Path) -> None:
    assert build(stage(tmp_path))
    assert not build(stage(tmp_path, text="again"))
    assert (tmp_path / "target" / "file").read_text() == "whole"
    assert manifest(tmp_path / "target")["note"] == "whole"


def test_another_recipe_builds_it_anew_and_leaves_nothing_of_the_old(tmp_path: Path) -> None:
    build(stage(tmp_path))
    first = manifest(tmp_path / "target")["build"]
    assert build(stage(tmp_path, recipe=2, text="new"))
    assert (tmp_path / "target" / "file").read_text() == "new"
    assert manifest(tmp_path / "target")["build"] != first
    assert names(tmp_path) == ["target"]


def test_a_folder_that_does_not_work_any_more_is_built_anew(tmp_path: Path) -> None:
    build(stage(tmp_path))
    sound = attrs.evolve(stage(tmp_path), is_sound=lambda folder: (folder / "file").exists())
    assert is_whole(sound)
    (tmp_path / "target" / "file").unlink()
    assert build(sound)
    assert is_whole(sound)


@pytest.mark.parametrize("error", [SandboxError("no"), KeyboardInterrupt(), OSError(errno.EIO, "bad disk")])
def test_what_fails_half_way_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises((SandboxError, KeyboardInterrupt)):
        build(failing(tmp_path, error))
    assert names(tmp_path) == []


def test_what_fails_half_way_leaves_the_one_before(tmp_path: Path) -> None:
    build(stage(tmp_path))
    with pytest.raises(SandboxError):
        build(attrs.evolve(failing(tmp_path, SandboxError("no")), recipe={"recipe": 2}))
    assert (tmp_path / "target" / "file").read_text() == "whole"
    assert names(tmp_path) == ["target"]


KILLED = """
import os, signal, sys
from pathlib import Path
from odoo_widgets.sandbox.stages import Stage, build
def make(staging):
    (staging / "file").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
build(Stage(Path(sys.argv[1]) / "target", {"recipe": 1}, 10, make))
"""


def test_what_is_killed_half_way_is_neither_used_nor_kept_by_the_next(tmp_path: Path) -> None:
    path = os.pathsep.join(sys.path)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], env={**os.environ, "PYTHONPATH": path}, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert [name.startswith(".target-") for name in names(tmp_path)] == [True]
    assert not is_whole(stage(tmp_path))
    assert build(stage(tmp_path))
    assert names(tmp_path) == ["target"]
    assert (tmp_path / "target" / "file").read_text() == "whole"


def test_a_disk_that_is_too_small_is_told_before_anything_is_made(tmp_path: Path) -> None:
    large = attrs.evolve(stage(tmp_path), needs=1_500_000_000)
    with pytest.raises(SandboxError, match=r"disk is full: .* needs 1\.5 GB for target, and 2 kB are left"):
        build(large, free=lambda _: 2000)
    assert names(tmp_path) == []


def test_a_disk_that_fills_up_meanwhile_is_told_with_size_and_folder(tmp_path: Path) -> None:
    with pytest.raises(SandboxError) as told:
        build(failing(tmp_path, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    assert "The disk is full" in str(told.value)
    assert str(tmp_path) in str(told.value)
    assert names(tmp_path) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"recipe": {"recipe": 2}}'])
def test_a_folder_with_no_manifest_of_this_recipe_is_not_whole(tmp_path: Path, content: str) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "manifest.json").write_text(content)
    assert not is_whole(stage(tmp_path))
    assert build(stage(tmp_path))
