"""Folders that are whole or absent: built beside their place, moved into it in one step, with a manifest inside.

Whatever ends a build (kill -9, a full disk, a cut download), it leaves a folder under another name, which the next
build removes. A folder whose manifest tells another recipe counts as absent. Not guarded against: the operating
system itself going down in the middle of writing; `reset()` heals that.
"""

from __future__ import annotations

import errno
import json
import secrets
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

from odoo_widgets.flow.errors import SandboxError

from .steps import measure, size

MANIFEST = "manifest.json"


@attrs.frozen
class Stage:
    """One folder to be built.

    Args:
        target: Its place.
        recipe: All that decides its content; another recipe asks for another build.
        needs: The free bytes that building it takes.
        make: Fills the folder it is given, and returns what is worth noting in the manifest.
        is_sound: Whether a finished folder still works.
    """

    target: Path
    recipe: Mapping[str, Any]
    needs: int
    make: Callable[[Path], Mapping[str, Any]]
    is_sound: Callable[[Path], bool] = lambda _: True


def manifest(folder: Path) -> dict[str, Any]:
    """What a whole folder says of itself.

    Args:
        folder: A stage's target.

    Returns:
        Its recipe, its notes and its unique `build`; empty where the folder is not whole.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_whole(stage: Stage) -> bool:
    """Whether a stage's folder is there and made by its recipe.

    Args:
        stage: The folder to be built.

    Returns:
        True if nothing needs to be done.
    """
    return manifest(stage.target).get("recipe") == dict(stage.recipe) and stage.is_sound(stage.target)


def build(stage: Stage, *, free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free) -> bool:
    """Builds a stage's folder unless it is whole. The caller holds the lock of the folder that it stands in.

    Args:
        stage: The folder to be built.
        free: Tells the free bytes where a folder stands.

    Returns:
        Whether it was built.

    Raises:
        SandboxError: The disk is full, or making it failed.
    """
    if is_whole(stage):
        return False
    parent = stage.target.parent
    clean(stage.target)
    if (left := free(parent)) < stage.needs:
        raise _disk_full(stage, f"{size(left)} are left")
    staging = parent / f".{stage.target.name}-{secrets.token_hex(4)}"
    staging.mkdir(mode=0o755)
    try:
        notes = stage.make(staging)
        # The size is noted, since walking through fifty thousand files takes a second.
        written = {"recipe": dict(stage.recipe), "build": secrets.token_hex(8), "bytes": measure(staging), **notes}
        (staging / MANIFEST).write_text(json.dumps(written, indent=2), encoding="utf-8")
        if stage.target.exists():
            stage.target.rename(parent / f".{stage.target.name}-{secrets.token_hex(4)}")
        staging.rename(stage.target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_full(stage, "none is left") from error
        raise SandboxError(f"{stage.target} cannot be made: {error}.") from error
    finally:
        clean(stage.target)
    return True


def clean(target: Path) -> None:
    """Removes what unfinished builds of a stage left behind.

    Args:
        target: The stage's place.
    """
    for left in target.parent.glob(f".{target.name}-*"):
        shutil.rmtree(left, ignore_errors=True)


def _disk_full(stage: Stage, left: str) -> SandboxError:
    return SandboxError(
        f"The disk is full: {stage.target.parent} needs {size(stage.needs)} for {stage.target.name}, and {left}. "
        "Make room, or name a folder on another disk in ODOO_WIDGETS_SANDBOX_HOME. Nothing half-made is kept."
    )
