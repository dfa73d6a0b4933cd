"""The package, built from a clean clone: it installs by itself and works on each Python, lowest versions included.

`make test-package` runs this. It takes each Python from the oldest that the package allows which is on this machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from odoo_widgets.sandbox.python_environment import tell_version

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OLDEST = (3, 11)
# Those that need neither Odoo nor a browser nor a moment's wait.
PURE = ("tests/flow", "tests/net/test_reading.py", "tests/cli/test_bad_input.py", "tests/test_exports.py")
TOOLS = ("hypothesis", "pytest", "pytest-httpserver", "pytest-timeout", "pytest-xdist")
# What the package brings may grow by a few, and not by a notebook server or a second table library.
MOST_PACKAGES, MOST_BYTES = 72, 240_000_000
HEAVY = {"jupyterlab", "notebook", "pyarrow", "openpyxl", "nbconvert", "ipykernel", "requests"}
pytestmark = pytest.mark.timeout(900)


def pythons() -> dict[str, str]:
    """Each Python on this machine that the package is for: version to interpreter."""
    places = [Path(folder) for folder in os.get_exec_path()]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    places += sorted(versions.glob("*/bin"))
    found = {}
    for number in PROJECT["classifiers"]:
        version = number.rpartition(" :: ")[2]
        for place in places:
            python = place / f"python{version}"
            if "." in version and python.exists() and tell_version(str(python)):
                found.setdefault(version, str(python))
    return found


PYTHONS = pythons()
ENVIRONMENTS = [(version, "highest") for version in PYTHONS]
ENVIRONMENTS += [(version, "lowest-direct") for version in PYTHONS if version == ".".join(map(str, OLDEST))]


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What a program prints; what it complained about, if it failed."""
    # Nothing but what is installed is to be found, whatever the shell that runs the tests has set.
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    told = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout[-5000:] + told.stderr[-5000:]
    return str(told.stdout)


def uv(*words: str | Path) -> str:
    return run(sys.executable, "-m", "uv", "--no-progress", *words)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone") / "odoo_widgets"
    run("git", "clone", "--quiet", "--no-hardlinks", ROOT, folder)
    return folder


@pytest.fixture(scope="module")
def built(clone: Path) -> Path:
    run(sys.executable, "-m", "build", "--installer", "uv", clone)
    return clone / "dist"


@pytest.fixture(scope="module", params=ENVIRONMENTS, ids=" ".join)
def python(request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An environment with the wheel in it and what that asks for, and nothing else."""
    version, resolution = request.param
    folder = tmp_path_factory.mktemp(f"{version}-{resolution}")
    uv("venv", "--no-python-downloads", "--python", PYTHONS[version], folder / "environment")
    made = folder / "environment" / "bin" / "python"
    chosen = folder / "chosen.txt"
    uv("pip", "compile", "--resolution", resolution, "--python", made, "--extra", "files", "--extra", "sandbox",
       "--output-file", chosen, built.parent / "pyproject.toml")  # fmt: skip
    (wheel,) = built.glob("*.whl")
    uv("pip", "install", "--python", made, "--constraint", chosen, wheel)
    yield made
    shutil.rmtree(folder)


def test_there_is_a_python_to_try() -> None:
    assert PYTHONS


def test_the_wheel_holds_the_package_and_nothing_else(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"odoo_widgets", f"odoo_widgets-{PROJECT['version']}.dist-info"}
    for needed in (
        "py.typed",
        "forms/style.css",
        "forms/clipboard.js",
        "sandbox/addons/odoo_widgets_api/__manifest__.py",
    ):
        assert f"odoo_widgets/{needed}" in names


def test_the_wheel_can_be_built_from_the_sdist_alone(built: Path, tmp_path: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    uv("build", "--wheel", "--out-dir", tmp_path / "again", sdist)
    (again,), (wheel,) = (tmp_path / "again").glob("*.whl"), built.glob("*.whl")
    assert sorted(zipfile.ZipFile(again).namelist()) == sorted(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_alone_works_and_the_pure_tests_pass_on_it(python: Path, clone: Path, tmp_path: Path) -> None:
    uv("pip", "check", "--python", python)
    lines = uv("pip", "freeze", "--python", python).splitlines()
    packages = {line.partition("==")[0].partition(" @")[0] for line in lines}
    size = sum(each.stat().st_size for each in python.parents[1].rglob("*") if each.is_file())
    print(f"\n{python.parents[1].parent.name}: {len(packages)} packages, {size / 1e6:.0f} MB")
    assert len(packages) <= MOST_PACKAGES
    assert size <= MOST_BYTES
    assert not packages & HEAVY
    made = "import pandas as pd, odoo_widgets as ow; ow.DestinationForm(pd.DataFrame({'name': ['x']})).widget"
    run(python, "-W", "error", "-c", made, cwd=tmp_path)
    assert "send" in run(python.with_name("odoo-widgets"), "--help", cwd=tmp_path)
    assert "--view" in run(python.with_name("odoo-widgets"), "sample", "--help", cwd=tmp_path)

    # What the tests themselves need. The package's own files stay out of their way.
    chosen = python.parents[2] / "chosen.txt"
    extras = ("openpyxl", "pyarrow", "psutil", "python-debian", *TOOLS)
    uv("pip", "install", "--python", python, "--constraint", chosen, *extras)
    shutil.copytree(clone / "tests", tmp_path / "tests")
    shutil.copy(clone / "pyproject.toml", tmp_path)
    options = ("-q", "-o", "addopts=", "-p", "no:cacheprovider")
    told = run(python, "-m", "pytest", *options, *PURE, cwd=tmp_path)
    print(told.splitlines()[-1])
    assert " passed" in told
