"""A process that sends, is killed in the midst of it, and begun again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import JournalError

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from multiprocessing.process import BaseProcess

# A child that is forked from a process with everything loaded starts at once, and has no thread of the test's.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["odoo_widgets", "tests.faults.killing", "asyncio", "httpx", "pandas"])
EVER = 120.0


@attrs.frozen
class Trial:
    """One send that was killed some times.

    Attributes:
        responses: What the last process said of the rows.
        kills: How often a process was killed in the midst of sending.
    """

    responses: pd.DataFrame
    kills: int


def cut(frame: pd.DataFrame, size: int) -> Iterator[pd.DataFrame]:
    """A frame in frames of so many rows, one after the other."""
    return (frame.iloc[start : start + size] for start in range(0, len(frame), size))


def go_on(
    settings: dict[str, Any], me: tuple[str, str, str, str], frame: pd.DataFrame, folder: Path, size: int = 0
) -> None:
    """What a person does: sends, and after a crash resumes. With a size, frames of so many rows."""
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    who = Credential(*me)
    destination = Destination(**settings)

    def begun(_progress: object) -> None:
        (folder / "begun").touch()

    def data() -> Any:
        return cut(frame, size) if size else frame

    try:
        answer = destination.resume(data(), who, on_progress=begun)
    except JournalError:
        answer = destination.send(data(), who, on_progress=begun)
    answer.to_pickle(folder / "answer.new")
    (folder / "answer.new").rename(folder / "answer")


def trial(
    settings: dict[str, Any],
    me: Credential,
    frame: pd.DataFrame,
    *,
    kills: int,
    seconds: float,
    chance: random.Random,
    size: int = 0,
) -> Trial:
    """Sends a frame with so many kills in between.

    Args:
        settings: Those of the destination.
        me: As whom.
        frame: What to send.
        kills: How often to kill.
        seconds: The most time between the begin of a send and its kill.
        chance: Where the moments come from.
        size: How many rows go in a frame, one after the other; 0 for one frame.
    """
    # A credential is handed to no other process.
    who = (me.server, me.database, me.login, me.api_key.get_secret_value())
    killed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(kills + 1):
            child = CHILDREN.Process(target=go_on, args=(settings, who, frame, folder, size), daemon=True)
            child.start()
            if number < kills:
                killed += _kill(child, folder, chance.uniform(0, seconds))
            child.join(EVER)
            assert child.exitcode is not None, "A send did not end."
            (folder / "begun").unlink(missing_ok=True)
            if (folder / "answer").exists():
                break
        return Trial(pd.read_pickle(folder / "answer"), killed)  # noqa: S301 - our own child wrote it


def _kill(child: BaseProcess, folder: Path, seconds: float) -> bool:
    """Kills a process some time after it began to send; whether it was still at it."""
    until = time.monotonic() + EVER
    while not (folder / "begun").exists() and child.is_alive() and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(seconds)
    alive = child.is_alive() and not (folder / "answer").exists()
    if child.pid is not None and child.is_alive():
        os.kill(child.pid, signal.SIGKILL)
    return alive
