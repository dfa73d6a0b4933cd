"""Something that goes on in a thread of its own, is waited for, and ends with whoever interrupts the wait."""

from __future__ import annotations

import sys
import threading
from abc import ABC, abstractmethod
from concurrent import futures
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


# Whoever waits looks whether it was interrupted.
LOOK_SECONDS = 0.2
# How long a thread that computes keeps one waiting that has something to do.
TURN_SECONDS = 1e-5


class _Turns:
    """Lets a send have its turn while a cell of the notebook computes.

    A thread that wants the interpreter asks for it after the switch interval, and asks anew whenever the one that has
    it lets go for a moment (take_gil in Python's ceval_gil.c). Beside a cell that does so at every step, as `apply` of
    pandas does, a send would stand still at the usual 5 ms. So the interval is short while anything is sent.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sending = 0
        self._usual = 0.0

    @contextmanager
    def short(self) -> Iterator[None]:
        """As long as this is entered by any thread."""
        with self._lock:
            if not self._sending:
                self._usual = sys.getswitchinterval()
                sys.setswitchinterval(min(self._usual, TURN_SECONDS))
            self._sending += 1
        try:
            yield
        finally:
            with self._lock:
                self._sending -= 1
                if not self._sending:
                    sys.setswitchinterval(self._usual)


TURNS = _Turns()


class InterruptedSendError(KeyboardInterrupt):
    """A send that was interrupted from outside.

    Attributes:
        responses: What became of the rows until then; those of the call in flight are `in_doubt`.
    """

    def __init__(self, responses: pd.DataFrame) -> None:
        super().__init__("The send was interrupted. What became of each row is in this error's .responses.")
        self.responses = responses


class OwnThread(ABC):
    """A send or an undo.

    Args:
        name: What to call its thread.

    Attributes:
        future: Its end, for whoever wants to be told of it.
    """

    def __init__(self, name: str) -> None:
        self.future: futures.Future[pd.DataFrame] = futures.Future()
        # Whoever stops waiting for it does not cancel it.
        self.future.set_running_or_notify_cancel()
        self._thread = threading.Thread(target=self._take_turns, name=f"odoo_widgets {name}", daemon=True)

    def start(self) -> Self:
        """Starts it."""
        self._thread.start()
        return self

    @abstractmethod
    def stop(self) -> None:
        """Makes no further call. The one in flight is waited for."""

    @abstractmethod
    def cut(self) -> None:
        """Ends the call in flight too; its rows are in doubt."""

    @property
    @abstractmethod
    def responses(self) -> pd.DataFrame:
        """What has become of the rows until now."""

    def _take_turns(self) -> None:
        with TURNS.short():
            self._run()

    @abstractmethod
    def _run(self) -> None:
        """What is done in the thread: it ends with a result, or an error, of `future`."""

    def result(self) -> pd.DataFrame:
        """Waits for the end; starts it if nobody has.

        Returns:
            The responses.

        Raises:
            OdooWidgetsError: Nothing was sent; the sentence says why. What shows at the first call only
                (`StoppedError`) holds the responses, too.
            InterruptedSendError: An interrupt came while waiting; the error holds the responses.
        """
        try:
            if self._thread.ident is None:
                self.start()
            # Where a library has threads of its own, one of them may get the signal: this one sees it when it looks.
            while not self.future.done():
                futures.wait([self.future], LOOK_SECONDS)
            return self.future.result()
        except KeyboardInterrupt:
            self.cut()
            self.wait()
            raise InterruptedSendError(self.responses) from None

    def wait(self) -> None:
        """Waits until no call is made any more."""
        with suppress(RuntimeError):  # the interrupt came before the thread did
            self._thread.join()
