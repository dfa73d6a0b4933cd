"""The part of a form's state that takes a send back: what that would do, and what came of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import traitlets

from odoo_widgets.flow import tested, undo
from odoo_widgets.flow.credential import host
from odoo_widgets.forms.obstacles import IDLE
from odoo_widgets.forms.resuming import Resuming
from odoo_widgets.forms.sending import LOOKING, UNDOING
from odoo_widgets.forms.sentences import in_words, result, where
from odoo_widgets.forms.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd


class Undoing(Resuming):
    """What is taken back.

    In: `archive` (whether what Odoo refuses to delete is archived instead), `undo_confirmation`.
    Out: `undo_plan`, what an undo of the last send would do; `undo_problem`.
    """

    # What this is, `State` says.
    _derive: Callable[..., None]

    undo_plan = Value(None)
    undo_problem = traitlets.Unicode()
    undo_confirmation = traitlets.Unicode()
    archive = traitlets.Bool(False)

    @property
    def can_look(self) -> bool:
        """Whether there is a send to take back, and nothing goes on."""
        return self.phase == IDLE and self.sent_with is not None

    @property
    def undo_to_confirm(self) -> str:
        """What has to be typed before records are deleted: the database's name, or the server's; else empty."""
        if self.undo_plan is None or self.sent_with is None or not undo.deletions(self.undo_plan):
            return ""
        destination, credential = self.sent_with
        return credential.database or host(destination.url)

    @property
    def can_undo_all(self) -> bool:
        """Whether what the preview shows may be done."""
        if self.phase != IDLE or self.undo_plan is None or not undo.headline(self.undo_plan):
            return False
        return self.undo_confirmation.strip() == self.undo_to_confirm or not self.undo_to_confirm

    def look_at_undo(self) -> None:
        """Asks Odoo, in the background, what an undo of the last send would do. Nothing is changed."""
        with self._changing():
            if not self.can_look:
                return
            self.phase, self.undo_plan, self.undo_problem, self.undo_confirmation = LOOKING, None, "", ""
            self.progress = None
            threading.Thread(target=self._preview_undo, name="odoo_widgets undo preview", daemon=True).start()

    def _preview_undo(self) -> None:
        plan, problem = None, ""
        assert self.sent_with is not None
        try:
            destination, credential = self.sent_with
            plan = destination.undo_preview(self.responses, credential)
        except Exception as error:  # noqa: BLE001 - a thread's error ends on a log that nobody sees
            problem = in_words(error)
        with self._changing():
            self.phase, self.undo_plan, self.undo_problem = IDLE, plan, problem

    def leave_undo(self) -> None:
        """Closes the preview."""
        with self._changing():
            self.undo_plan, self.undo_problem, self.undo_confirmation = None, "", ""

    def confirm_undo(self, typed: str) -> None:
        """Takes what was typed to confirm an undo."""
        with self._changing():
            self.undo_confirmation = typed

    def archive_instead(self, wanted: bool) -> None:
        """Archives what Odoo refuses to delete, or leaves it."""
        with self._changing():
            self.archive = wanted

    def undo_all(self) -> None:
        """Starts to undo the last send, in the background. Then its responses are shown."""
        with self._changing():
            if not self.can_undo_all or self.sent_with is None:
                return
            destination, credential = self.sent_with
            undoing = destination.undoing(
                self.responses, credential, archive=self.archive, on_progress=self._on_progress
            )
            self._delivery, self._reported = undoing, 0.0
            self.phase, self.progress, self.undo_problem = UNDOING, None, ""
            done = f"Undo {where(self)}" if self.destination is not None else "Undo"

            def take(answer: pd.DataFrame) -> None:
                self._take_back(answer)
                self._sent, self.sent_with, self.only_rejected = None, None, False
                self.signed = (credential, datetime.now(UTC))
                self.responses, self.last = answer, result(answer, done)

            undoing.future.add_done_callback(lambda _future: self._on_undone(undoing, take))
            undoing.start()

    def _take_back(self, answer: pd.DataFrame) -> None:
        """Takes that records of tests may be gone with those of the send."""
        self.tests = tuple(tested.undone(each, answer) for each in self.tests)

    def _on_undone(self, undoing: Any, take: Any) -> None:
        # In the sending thread.
        answer, problem = None, ""
        try:
            answer = undoing.future.result()
        except Exception as error:  # noqa: BLE001 - a thread's error ends on a log that nobody sees
            problem = in_words(error)
        with self._changing():
            self._delivery, self.phase = None, IDLE
            self.undo_plan, self.undo_problem, self.undo_confirmation = None, problem, ""
            if answer is not None:
                take(answer)
            # Rows that were left out are to go again, and that is written down by now.
            self._looked = ()
            self._derive()
            self.progress = undoing.progress
