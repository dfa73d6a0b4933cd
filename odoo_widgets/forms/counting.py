"""The part of a form's state that counts the batches: at once, or in the background where that takes a whole column."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import traitlets

from odoo_widgets.flow import tested
from odoo_widgets.flow.batches import count, is_known, look_through
from odoo_widgets.forms.foretelling import Foretelling
from odoo_widgets.forms.sentences import in_words

if TYPE_CHECKING:
    from odoo_widgets.destination import Destination
    from odoo_widgets.flow.source import Source


class Counting(Foretelling):
    """How many calls a send makes.

    Out: `batches` (how many; 0 while nothing can be sent, None while they are being counted).
    """

    batches = traitlets.Int(0, allow_none=True)

    def __init__(self) -> None:
        super().__init__()
        # One at a time: what two look through, neither knows sooner.
        self._looking_through = False

    def _counted(self) -> int | None:
        """How many batches there are; None where that is found out in the background, which then says it."""
        assert self.destination is not None
        if is_known(self.data, self.destination):
            return count(self.data, self.destination, tested.among(len(self.data), self.left_out))
        if not self._looking_through:
            self._looking_through = True
            run = partial(self._look_through, self.data, self.destination)
            threading.Thread(target=run, name="odoo_widgets form counts", daemon=True).start()
        return None

    def _look_through(self, data: Source, destination: Destination) -> None:
        wrong = ""
        try:
            look_through(data, destination)
        except Exception as error:  # noqa: BLE001 - a thread's error ends on a log that nobody sees
            wrong = in_words(error)
        with self._changing():
            self._looking_through = False
            if wrong and self.data is data and self.destination == destination:
                self.problem, self.batches = wrong, 0
            elif self.batches is None:
                # Of other data or settings by now, it may take another look.
                self.batches = self._counted()
