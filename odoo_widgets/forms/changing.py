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

    def on(self, *names: str, call: Callable[[], None]) -> None:
        """Calls a function now, and whenever one of the named values changes. What it raises then is shown."""

        def guarded(_change: object) -> None:
            try:
                call()
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                self.outcome = in_words(error)

        self.observe(guarded, list(names))
        call()

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nothing changes meanwhile: what is laid out is of one state, and no part of it is replaced by then."""
        with self._lock:
            yield

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock, self.hold_trait_notifications():
            yield
