"""The part of a form's state that reads back what Odoo kept of the last send."""

from __future__ import annotations

import threading
from functools import partial

import traitlets

from odoo_widgets.forms.obstacles import IDLE
from odoo_widgets.forms.sending import LOOKING
from odoo_widgets.forms.sentences import in_words
from odoo_widgets.forms.undoing import Undoing
from odoo_widgets.forms.value import Value


class Reading(Undoing):
    """What Odoo kept.

    Out: `kept`, one row for each cell of the last send that is in Odoo (None before, and after the next send), and
    `kept_problem`, why it cannot be read.
    """

    kept = Value(None)
    kept_problem = traitlets.Unicode()

    def __init__(self) -> None:
        super().__init__()
        self.observe(lambda _: self._forget_kept(), "responses")

    @property
    def can_read_back(self) -> bool:
        """Whether there is a send to read back, and nothing goes on."""
        return self.phase == IDLE and self.sent_with is not None and self._sent is not None

    def read_back(self) -> None:
        """Asks Odoo, in the background, what it holds of each cell of the last send. Nothing is changed."""
        with self._changing():
            if not self.can_read_back or self.sent_with is None:
                return
            destination, credential = self.sent_with
            self.phase, self.progress = LOOKING, None
            self._forget_kept()
            work = partial(destination.read_back, self.responses, credential, self._sent)
            threading.Thread(target=partial(self._read, work), name="odoo_widgets reads back", daemon=True).start()

    def _read(self, work: partial[object]) -> None:
        kept, problem = None, ""
        try:
            kept = work()
        except Exception as error:  # noqa: BLE001 - a thread's error ends on a log that nobody sees
            problem = in_words(error)
        with self._changing():
            self.phase, self.kept, self.kept_problem = IDLE, kept, problem

    def leave_read_back(self) -> None:
        """Closes what was read."""
        with self._changing():
            self._forget_kept()

    def _forget_kept(self) -> None:
        self.kept, self.kept_problem = None, ""
