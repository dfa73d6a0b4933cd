"""The lock file names what the project asks for, so that a newcomer gets the versions that were tested."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# The second has what the image for Binder holds beyond the first.
LOCKS = [ROOT / "requirements.lock", ROOT / "binder" / "requirements.txt"]
ASKED = [*PROJECT["dependencies"], *(each for extra in PROJECT["optional-dependencies"].values() for each in extra)]


def name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


@pytest.mark.parametrize("requirement", sorted({each for each in ASKED if name(each) != "odoo-widgets"}))
def test_what_is_asked_for_is_locked(requirement: str) -> None:
    locked = {name(line) for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()}
    assert name(requirement) in locked


def test_no_version_is_locked_twice() -> None:
    names = [name(line) for file in LOCKS for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(names) == len(set(names))


def test_the_lock_names_versions_only_and_no_place_to_fetch_them_from() -> None:
    lines = [line for file in LOCKS for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[\w.+]+", line)] == []
