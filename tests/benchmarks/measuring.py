"""What every benchmark does with its figures: goals, medians, a table, a plot, and the machine they come from."""

from __future__ import annotations

import os
import platform
import statistics
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RESULTS = Path(__file__).parent / "results"


@attrs.frozen
class Goal:
    """One figure that is wanted, and what was measured for it.

    Args:
        number: Which goal it is.
        what: What is compared with what.
        goal: The figure.
        rounds: What each round measured, in the goal's own unit.
        unit: What stands behind the figures; `×` for ratios.
        least: Whether the figure is wanted at least; at most otherwise.
    """

    number: int
    what: str
    goal: float
    rounds: tuple[float, ...] = attrs.field(converter=tuple)
    unit: str = "×"
    least: bool = True

    @property
    def measured(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rounds)

    @property
    def reached(self) -> bool:
        """Whether the median is as wanted."""
        return self.measured >= self.goal if self.least else self.measured <= self.goal

    @property
    def share(self) -> float:
        """How far beyond the goal: 1 is just there, 2 is twice as good."""
        return self.measured / self.goal if self.least else self.goal / self.measured

    @property
    def line(self) -> str:
        """The goal as a line of a table."""
        spread = f"{figure(min(self.rounds))}–{figure(max(self.rounds))}"
        wanted = f"{'at least' if self.least else 'at most'} {figure(self.goal)} {self.unit}"
        return (
            f"| {self.number} | {self.what} | {wanted} "
            f"| {figure(self.measured)} {self.unit} ({spread}) | {'reached' if self.reached else '**missed**'} |"
        )


def figure(value: float) -> str:
    """A number with as many digits as mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(goals: Iterable[Goal]) -> str:
    """Goals as a table in Markdown."""
    head = "| # | what | goal | median (lowest–highest round) | |\n|---|---|---|---|---|\n"
    return head + "\n".join(each.line for each in goals) + "\n"


def machine(packages: Sequence[str] = ("pandas", "numpy", "pyarrow", "orjson", "httpx")) -> str:
    """What figures were taken on: processor, system, Python and the versions of packages."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    named = (line.partition(": ")[2].strip() for line in lines if line.startswith("model name"))
    processor = next(named, platform.machine())
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, {versions}"


def plot(goals: Sequence[Goal], path: Path) -> None:
    """Draws how far beyond its goal each figure is, as a picture that a browser shows.

    Args:
        goals: The goals.
        path: Where the picture goes, as SVG.
    """
    # Slow to import, and only this needs it.
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("svg")
    # Without these, every run would write another file.
    mpl.rcParams["svg.hashsalt"] = "odoo_widgets"
    from matplotlib import pyplot as plt  # noqa: PLC0415

    picture, axes = plt.subplots(figsize=(9, 0.42 * len(goals) + 1.2), layout="constrained")
    places = range(len(goals), 0, -1)
    colours = ["#3b7dd8" if each.reached else "#c9503c" for each in goals]
    axes.barh(list(places), [each.share for each in goals], color=colours, height=0.62)
    axes.axvline(1, color="#444444", linewidth=1)
    axes.set_xscale("log")
    axes.set_yticks(list(places), [f"{each.number}  {each.what}" for each in goals], fontsize=8)
    axes.set_xlabel("measured / goal (goal = 1, more is better)", fontsize=8)
    for place, each in zip(places, goals, strict=True):
        axes.annotate(
            f"{figure(each.measured)} {each.unit}",
            (each.share, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)
    picture.savefig(path, metadata={"Date": None})
    plt.close(picture)
