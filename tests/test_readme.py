"""The README is true: its code runs, its links lead somewhere, its figures were measured, and it is short."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from odoo_widgets import Credential, Destination
from tests.real import sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [textwrap.dedent(code) for code in re.findall(r"^ *```python\n(.*?)^ *```", README, re.DOTALL | re.MULTILINE)]


def links() -> Iterator[tuple[str, str]]:
    """Each page of ours, and what it links to on this machine."""
    for path in [*ROOT.glob("*.md"), *sorted((ROOT / "notebooks").glob("*.ipynb"))]:
        cells = nbformat.read(path, as_version=4).cells if path.suffix == ".ipynb" else []
        text = "\n".join(cell.source for cell in cells) if cells else path.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" not in link:
                yield path.relative_to(ROOT).as_posix(), link


@pytest.mark.parametrize(("page", "link"), sorted(set(links())))
def test_a_link_leads_to_a_file_and_to_a_heading_that_is_there(page: str, link: str) -> None:
    path, _, heading = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    assert target.exists()
    if heading:
        names = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        assert heading in [re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-") for name in names]


def test_it_is_a_page() -> None:
    assert len(README.split()) < 2_400
    assert len(README.splitlines()) < 180


def test_its_picture_is_small() -> None:
    assert 20_000 < (ROOT / "notebooks" / "form.png").stat().st_size < 150_000


def results() -> list[tuple[str, str]]:
    """Each line of the table of results: the figure, and the file that has it."""
    table = README.partition("## Results\n")[2].partition("\n<!--")[0]
    rows = [line.strip("| ").split(" | ") for line in table.strip().splitlines()[2:]]
    return [(figure, re.findall(r"\]\(([^)]+)\)", source)[0]) for _what, figure, source in rows]


def test_there_are_results() -> None:
    assert results()


@pytest.mark.parametrize(("figure", "file"), results())
def test_each_figure_was_measured(figure: str, file: str) -> None:
    measured = set(re.findall(r"\d[\d,.]*\d|\d", (ROOT / file).read_text(encoding="utf-8")))
    assert set(re.findall(r"\d[\d,.]*\d|\d", figure)) <= measured


def missed() -> list[tuple[str, str]]:
    """Each goal that was not reached: the file that says so, and its figures there."""
    there = sorted({file for _figure, file in results()})
    lines = [(file, line) for file in there for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
    return [(file, line.partition("at ")[2] or line) for file, line in lines if "**missed**" in line]


@pytest.mark.parametrize(("file", "line"), missed())
def test_a_goal_that_was_missed_is_told_of_as_such(file: str, line: str) -> None:
    figures = set(re.findall(r"\d[\d,.]*\d|\d", line))
    told = [figure for figure, source in results() if source == file]
    parts = [part for figure in told for part in figure.split("; ") if "missed" in part]
    assert any(figures.intersection(re.findall(r"\d[\d,.]*\d|\d", part)) for part in parts)


def test_its_code_does_what_it_says_on_a_real_odoo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with sandbox() as odoo:
        monkeypatch.setattr(Credential, "ask", lambda *_args, **_more: odoo.credential)
        for block in BLOCKS:
            there: dict[str, Any] = {}
            exec(block.replace("https://mycompany.odoo.com", odoo.url), there)  # noqa: S102 - that is what readers do
        responses, df = there["responses"], there["df"]
        assert responses["status"].tolist() == ["updated", "created"]
        assert responses["id"].notna().all()
        destination = Destination.load(tmp_path / "contacts.toml")
        assert destination == there["destination"]
        assert (tmp_path / "receipt.csv").exists()
        # The first row was there from the test, and was written as it was.
        assert destination.undo(responses, odoo.credential)["status"].tolist() == ["unchanged", "deleted"]
        assert len(BLOCKS) == 2
        assert len(df) == 2
