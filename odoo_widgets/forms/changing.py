"""Values that change under one lock, and those who follow them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import traitlets

from odoo_widgets.forms.sentences import in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Changing(traitlets.HasTraits):
    """What handlers and threads change together, and what goes wrong meanwhile."""

    outcome = traitlets.Unicode()

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._lock = threading.RLock()
        self._changes = False
        # Those who follow, in the order in which they are to be called: each once, however much has changed.
        self._called: dict[Callable[[], None], None] = {}

    def on(self, *names: str, call: Callable[[], None]) -> None:
        """Calls a function now, and after whatever changes one or more of the named values, once.

        What it raises then is shown.
        """

        def note(_change: object) -> None:
            with self._lock:
                self._called[call] = None
                self._tell()

        self.observe(note, list(names))
        call()

    def _tell(self) -> None:
        """Calls those who follow, unless more is being changed. What one of them changes is told with the rest."""
        while self._called and not self._changes:
            call = next(iter(self._called))
            del self._called[call]
            try:
                call()
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                self.outcome = in_words(error)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nothing changes meanwhile: what is laid out is of one state, and no part of it is replaced by then."""
        with self._lock:
            yield

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock:
            outermost, self._changes = not self._changes, True
            try:
                with self.hold_trait_notifications():
                    yield
            finally:
                if outermost:
                    self._changes = False
                    self._tell()
