from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path
from odoo_widgets.sandbox.steps import Lines, Step, measure, size, timed


@pytest.mark.parametrize(
    ("count", "written"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (122_533_504, "123 MB"), (1_176_253_071, "1.2 GB"), (3e12, "3.0 TB")],
)
def test_a_size_is_written_as_people_write_it(count: float, written: str) -> None:
    assert size(count) == written


def test_a_step_tells_what_how_much_and_how_long() -> None:
    assert str(Step("unpack", 1.26)) == "unpack · 1.3 s"
    assert str(Step("download", 2, done=60_000_000, total=123_000_000)) == "download · 60 MB of 123 MB · 2.0 s"
    assert str(Step("download", 2, done=123_000_000, total=123_000_000)) == "download · 123 MB · 2.0 s"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_folder_is_measured_by_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.deb").write_text("1234")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b").write_text("56")
    (tmp_path / "deep" / "gone").symlink_to("nowhere")
    assert measure(tmp_path) == 6 + len("nowhere")
    assert measure(tmp_path, ".deb") == 4
    assert measure(tmp_path / "none") == 0


STEPS = [Step("a", 0), Step("a", 1), Step("a", 11), Step("a", 12), Step("a", 13, finished=True), Step("b", 0)]


def test_where_lines_cannot_renew_themselves_they_come_now_and_then() -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    for step in STEPS:
        lines(step)
    assert stream.getvalue() == "… a · 0.0 s\n… a · 11.0 s\n✓ a · 13.0 s\n… b · 0.0 s\n"


def test_on_a_terminal_a_line_renews_itself() -> None:
    stream = Terminal()
    lines = Lines(stream)
    for step in [*STEPS[:2], STEPS[4]]:
        lines(step)
    assert stream.getvalue() == "\r\x1b[K… a · 0.0 s\r\x1b[K… a · 1.0 s\r\x1b[K✓ a · 13.0 s\n"


def test_a_step_that_fails_says_so() -> None:
    steps: list[Step] = []

    def fail() -> None:
        with timed("a", steps.append) as progress:
            progress.done = 5
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert [(step.done, step.finished, step.failed) for step in steps] == [(0, False, False), (5, False, True)]
