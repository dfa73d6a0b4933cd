"""The Dockerfile of `binder/` makes a JupyterLab in which the quickstart runs, without root, network or more than 2 GB.

`make test-binder` runs this, as root on a Linux with debootstrap. What it measures is printed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import psutil
import pytest

from tests.apart import containers
from tests.apart.containers import ROOT, Image

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCKERFILE = ROOT / "binder" / "Dockerfile"
# What a public BinderHub promises to each visitor.
LIMIT = 2_000_000_000
pytestmark = pytest.mark.timeout(3000)


@attrs.frozen
class Visit:
    """What a visitor saw, and the most memory that everything in the image took meanwhile."""

    seen: dict[str, Any]
    html: str
    resident: int
    proportional: int


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    with tempfile.TemporaryDirectory(prefix="odoo-widgets-image-") as folder:
        made = Image(Path(folder) / "root", containers.context(Path(folder) / "context"))
        started = time.monotonic()
        containers.debian(made.root, containers.suite(DOCKERFILE))
        print(f"\n{time.monotonic() - started:6.1f} s  a fresh Debian")
        for step, code in _timed(containers.build(made, DOCKERFILE)):
            assert code == 0, step
        yield made


def _timed(steps: Iterator[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    started = time.monotonic()
    for step, code in steps:
        if (seconds := time.monotonic() - started) > 1:
            print(f"{seconds:6.1f} s  {' '.join(step.split())[:100]}")
        yield step, code
        started = time.monotonic()


@pytest.fixture(scope="module")
def visit(image: Image) -> Visit:
    shutil.copy(Path(__file__).with_name("visitor.py"), image.root / "visitor.py")
    peaks = {"rss": 0, "pss": 0}
    with image.start("python", "/visitor.py", *image.command, stdout=subprocess.PIPE) as program:
        watch = threading.Thread(target=_watch, args=(psutil.Process(program.pid), peaks))
        watch.start()
        assert program.stdout is not None
        first = program.stdout.readline()
        resident, proportional = peaks["rss"], peaks["pss"]
        rest = program.stdout.read()
        program.wait()
        watch.join()
    assert program.returncode == 0
    seen, page = json.loads(first), json.loads(rest)
    told = Visit(seen, page.pop("html"), resident, proportional)
    print(
        "\n", json.dumps(seen | page | {"RSS": resident, "PSS": proportional, "PSS with Voila": peaks["pss"]}, indent=1)
    )
    return told


def _watch(program: psutil.Process, peaks: dict[str, int]) -> None:
    with suppress(psutil.NoSuchProcess):
        while program.status() != psutil.STATUS_ZOMBIE:
            taken = [found for each in program.children(recursive=True) if (found := _memory(each))]
            # What processes share counts as often as there are processes in the first, and once in the second.
            for name, most in peaks.items():
                peaks[name] = max(most, sum(getattr(each, name) for each in taken))
            time.sleep(0.25)


def _memory(process: psutil.Process) -> Any:
    with suppress(psutil.Error):
        return process.memory_full_info()


def test_the_image_asks_for_no_root_and_for_no_program_around_its_command(image: Image) -> None:
    assert image.user == 1000
    assert image.entrypoint == []
    assert image.folder == image.variables["HOME"] == "/home/jovyan"


def test_the_sandbox_in_the_image_belongs_to_the_user(image: Image) -> None:
    sandbox = image.root / "home/jovyan/.local/share/odoo-widgets/sandbox"
    assert (sandbox / "run/data/manifest.json").exists()
    assert {path.lstat().st_uid for path in (image.root / "home/jovyan").rglob("*")} == {1000}


def test_the_quickstart_runs_without_root_and_network(visit: Visit) -> None:
    assert visit.seen["uid"] == 1000
    assert "created   3,376" in visit.seen["printed"]


def test_the_first_cell_runs_within_seconds_of_the_page(visit: Visit) -> None:
    (first, *_) = visit.seen["cells"].values()
    assert first < 15
    assert visit.seen["cells"]["from odoo_widgets import Destination, Sandbox"] < 60


def test_everything_fits_into_two_gigabytes(visit: Visit) -> None:
    assert 0 < visit.proportional < LIMIT


def test_as_a_page_the_quickstart_shows_the_form_and_no_code(visit: Visit) -> None:
    assert "application/vnd.jupyter.widget-view+json" in visit.html
    assert "created   3,376" in visit.html
    assert "import DestinationForm" not in visit.html


def test_the_tool_that_builds_for_binder_reads_the_folder() -> None:
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120)
    assert DOCKERFILE.read_text(encoding="utf-8").strip() in told.stdout + told.stderr
