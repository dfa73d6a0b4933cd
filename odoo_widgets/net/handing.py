"""Hands the responses of each frame from the thread that sends to whoever walks through them."""

from __future__ import annotations

import threading
from contextlib import suppress
from queue import Full, Queue
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from odoo_widgets.net.delivery import Delivery

    Take: TypeAlias = "Callable[[pd.DataFrame | None], None]"

# The sending thread looks whether anybody is still there.
LOOK_SECONDS = 0.1


def handed(made: Callable[[Take], Delivery]) -> Iterator[pd.DataFrame]:
    """The responses of a send, frame by frame. It starts as soon as the first is asked for, and waits for who walks.

    Args:
        made: From what takes the responses of a frame to the send.

    Raises:
        OdooWidgetsError: As `Delivery.result`, after the responses until then. Whoever walks away stops the send.
    """
    # One is looked at while the next is sent.
    waiting: Queue[pd.DataFrame | None] = Queue(maxsize=1)
    gone = threading.Event()

    def take(answer: pd.DataFrame | None) -> None:
        while not gone.is_set():
            with suppress(Full):
                waiting.put(answer, timeout=LOOK_SECONDS)
                return

    return _walked(made(take), waiting, take, gone)


def _walked(
    delivery: Delivery, waiting: Queue[pd.DataFrame | None], take: Take, gone: threading.Event
) -> Iterator[pd.DataFrame]:
    delivery.future.add_done_callback(lambda _ended: take(None))
    delivery.start()
    try:
        while (answer := waiting.get()) is not None:
            yield answer
    except KeyboardInterrupt:
        delivery.cut()
        raise
    finally:
        gone.set()
        delivery.stop()
        delivery.wait()
    delivery.result()
