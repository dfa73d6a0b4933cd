"""Runs a coroutine in a thread and an event loop of its own: in a notebook, the caller's loop is running already."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

Result = TypeVar("Result")


def in_own_loop(asking: Coroutine[Any, Any, Result], name: str) -> Result:
    """Waits for a coroutine, and ends it where the wait is interrupted.

    Args:
        asking: What to run.
        name: What to call its thread.

    Returns:
        What it returns; what it raises is raised.
    """
    loop = asyncio.new_event_loop()
    task = loop.create_task(asking)
    future: Future[Result] = Future()
    thread = threading.Thread(target=_run, args=(loop, task, future), name=name, daemon=True)
    thread.start()
    try:
        return future.result()
    except KeyboardInterrupt:
        # A closed loop means that the answer came with the interrupt.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(task.cancel)
        raise
    finally:
        thread.join()


def _run(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any], future: Future[Any]) -> None:
    try:
        future.set_result(loop.run_until_complete(task))
    except BaseException as error:  # noqa: BLE001 - whatever it is, whoever waits is told
        future.set_exception(error)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
