"""What a long set-up is doing now, as values, and the plain lines that show them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

import attrs

if TYPE_CHECKING:
    from pathlib import Path

UNITS = ("B", "kB", "MB", "GB", "TB")
THOUSAND = 1000


@attrs.frozen
class Step:
    """One long step at one moment.

    Args:
        name: What is being done, such as "download odoo-19".
        seconds: How long it has taken so far.
        done: Bytes that are there; 0 where bytes say nothing.
        total: Bytes there will be; 0 where nobody knows.
        finished: Whether it is done.
        failed: Whether it was given up.
    """

    name: str
    seconds: float
    done: int = 0
    total: int = 0
    finished: bool = False
    failed: bool = False

    def __str__(self) -> str:
        sizes = f"{size(self.done)} of {size(self.total)}" if self.total > self.done else size(self.done)
        return " · ".join([self.name, *([sizes] if self.done else []), f"{self.seconds:.1f} s"])


Report = Callable[[Step], None]


def silent(step: Step) -> None:
    """Shows nothing.

    Args:
        step: What is going on.
    """


class Lines:
    """Shows steps as lines: one that renews itself on a terminal, else one at each end and now and then.

    Args:
        stream: Where to write; standard error if none is given, looked up at each line, since notebooks replace it.
        every: Seconds between two lines about one step where lines cannot renew themselves.
    """

    def __init__(self, stream: TextIO | None = None, every: float = 10) -> None:
        self._stream = stream
        self._every = every
        self._shown: tuple[str, float] = ("", 0.0)

    def __call__(self, step: Step) -> None:
        """Shows one step.

        Args:
            step: What is going on.
        """
        stream = self._stream or sys.stderr
        last = step.finished or step.failed
        mark = "✓" if step.finished else "✗" if step.failed else "…"
        if stream.isatty():
            stream.write(f"\r\x1b[K{mark} {step}" + ("\n" if last else ""))
        elif last or self._shown[0] != step.name or step.seconds - self._shown[1] >= self._every:
            self._shown = (step.name, step.seconds)
            stream.write(f"{mark} {step}\n")
        stream.flush()


class Progress:
    """A step under way: made by `timed`, told the bytes by whoever does the work."""

    def __init__(self, name: str, report: Report, total: int) -> None:
        self._name = name
        self._report = report
        self._since = time.monotonic()
        self.total = total
        self.done = 0

    def show(self, done: int | None = None, *, finished: bool = False, failed: bool = False) -> None:
        """Reports how far the step is.

        Args:
            done: Bytes that are there; as before if not given.
            finished: Whether it is done.
            failed: Whether it is given up.
        """
        self.done = self.done if done is None else done
        seconds = time.monotonic() - self._since
        self._report(Step(self._name, seconds, self.done, self.total, finished=finished, failed=failed))


@contextmanager
def timed(name: str, report: Report, total: int = 0) -> Iterator[Progress]:
    """Reports a step at its beginning and at its end, good or bad.

    Args:
        name: What is being done.
        report: Whom to tell.
        total: Bytes there will be; 0 where nobody knows.

    Yields:
        The step under way.
    """
    progress = Progress(name, report, total)
    progress.show()
    try:
        yield progress
    except BaseException:
        progress.show(failed=True)
        raise
    progress.show(finished=True)


def size(count: float) -> str:
    """A number of bytes as people write it.

    Args:
        count: The number of bytes.

    Returns:
        `123 MB`, or `1.2 GB`.
    """
    for unit in UNITS:
        if count < THOUSAND or unit == UNITS[-1]:
            break
        count /= THOUSAND
    return f"{count:.1f} {unit}" if unit in UNITS[3:] else f"{count:.0f} {unit}"


def measure(folder: Path, suffix: str = "") -> int:
    """The bytes of all files below a folder; what goes away meanwhile counts nothing.

    Args:
        folder: Where to look; need not exist.
        suffix: How the names end of those that count.

    Returns:
        The sum of the files' lengths.
    """
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            if name.endswith(suffix):
                with suppress(OSError):
                    total += os.lstat(f"{place}/{name}").st_size
    return total
