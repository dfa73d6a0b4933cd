"""The half of a form's state that sends: what goes on in the background, and what came of it.

Handlers start and stop; the sending thread reports. Both change what is here under the state's one lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets
from immutabledict import immutabledict

from odoo_widgets.flow.errors import StoppedError
from odoo_widgets.forms import obstacles
from odoo_widgets.forms.asking import Asking
from odoo_widgets.forms.obstacles import IDLE
from odoo_widgets.forms.sentences import headline, in_words, result
from odoo_widgets.forms.value import NOTHING, Value

if TYPE_CHECKING:
    from odoo_widgets.net.delivery import Delivery, Progress

# A send reports after every call; a screen needs no more than this.
REPORT_SECONDS = 0.1

SENDING, STOPPING, CUTTING = "sending", "stopping", "cutting"


class Sending(Asking):
    """What a form sends, and what became of it.

    In: what `Asking` keeps, and `problem`, which `State` finds.
    Out: `phase`, `progress`, `responses`, `last`, `outcome`, and `way_out`, settings that would be right after it;
    `confirmation` is what was typed.
    """

    problem = traitlets.Unicode()
    phase = traitlets.Enum([IDLE, SENDING, STOPPING, CUTTING], IDLE)
    progress = Value(None)
    responses = Value(None)
    confirmation = traitlets.Unicode()
    last = traitlets.Unicode()
    way_out = Value(NOTHING)

    def __init__(self) -> None:
        super().__init__()
        self._delivery: Delivery | None = None
        self._reported = 0.0

    @property
    def obstacle(self) -> str:
        """Why nothing can be sent now, in words; empty if it can."""
        return obstacles.obstacle(self)

    @property
    def to_confirm(self) -> str:
        """What has to be typed before rows are sent that may do harm; else empty."""
        return obstacles.to_confirm(self)

    def confirm(self, typed: str) -> None:
        """Takes what was typed to confirm a send."""
        with self._changing():
            self.confirmation = typed

    def send(self) -> None:
        """Starts to send what is bound, in the background. What goes wrong becomes `outcome`."""
        with self._changing():
            if self.obstacle:
                return
            try:
                delivery = self.destination.delivery(
                    self.data, self.credential, server=self.known, on_progress=self._on_progress
                )
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                self.outcome = in_words(error)
                return
            self._delivery, self._reported = delivery, 0.0
            self.phase, self.progress, self.outcome = SENDING, None, ""
            self.confirmation = ""
            sent = headline(self)
            delivery.future.add_done_callback(lambda _future: self._on_end(delivery, sent))
            delivery.start()

    def stop(self) -> None:
        """Once: no new call. Twice: cuts the call in flight."""
        with self._changing():
            if self._delivery is None:
                return
            if self.phase == SENDING:
                self._delivery.stop()
                self.phase = STOPPING
            elif self.phase == STOPPING:
                self._delivery.cut()
                self.phase = CUTTING

    def _on_progress(self, progress: Progress) -> None:
        # In the sending thread.
        first_or_last = progress.done in (0, progress.rows)
        if first_or_last or progress.seconds - self._reported >= REPORT_SECONDS:
            self._reported = progress.seconds
            with self._changing():
                self.progress = progress

    def _on_end(self, delivery: Delivery, sent: str) -> None:
        # In the sending thread.
        responses, outcome, way_out = None, "", NOTHING
        try:
            responses = delivery.future.result()
        except StoppedError as error:
            responses, outcome, way_out = error.responses, str(error), immutabledict(error.instead)
        except Exception as error:  # noqa: BLE001 - a thread's error ends on a log that nobody sees
            outcome = in_words(error)
        with self._changing():
            self._delivery = None
            self.phase, self.progress, self.outcome = IDLE, delivery.progress, outcome
            self.way_out = way_out
            if responses is not None:
                self.responses, self.last = responses, result(responses, sent)

    def close(self) -> None:
        """Lets a send end after the call in flight, and lets go of everybody who listens."""
        with self._changing():
            self.unobserve_all()
            if self.phase == SENDING:
                self.stop()
