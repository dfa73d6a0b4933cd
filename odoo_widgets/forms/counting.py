"""The part of a form's state that counts the batches: at once, or in the background where that takes a whole column."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import traitlets

from odoo_widgets.flow import tested
from odoo_widgets.flow.batches import count, is_counted, is_shown, look_through
from odoo_widgets.forms.foretelling import Foretelling
from odoo_widgets.forms.sentences import SAMPLES, in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from odoo_widgets.destination import Destination
    from odoo_widgets.flow.source import Source


class Counting(Foretelling):
    """How many calls a send makes.

    Out: `batches` (how many; 0 while nothing can be sent, None while they are being counted), `waits` (whether not even
    the first of them is known before).
    """

    batches = traitlets.Int(0, allow_none=True)
    waits = traitlets.Bool(False)

    def __init__(self) -> None:
        super().__init__()
        # One at a time: what two look through, neither knows sooner.
        self._counting = False

    def _are_shown(self, among: Sequence[int] | None) -> bool:
        """Whether the first batches can be shown at once."""
        return is_shown(self.data, self.destination, SAMPLES, among)

    def _counted(self) -> int | None:
        """How many batches there are; None where that is found out in the background, which then says it."""
        assert self.destination is not None
        if is_counted(self.data, self.destination):
            return count(self.data, self.destination, tested.among(len(self.data), self.left_out))
        if not self._counting:
            self._counting = True
            threading.Thread(target=self._count, name="odoo_widgets form counts", daemon=True).start()
        return None

    def _count(self) -> None:
        while (about := self._to_count()) is not None:
            (data, destination, out), number, wrong = about, 0, ""
            try:
                look_through(data, destination)
                number = count(data, destination, tested.among(len(data), out))
            except Exception as error:  # noqa: BLE001 - a thread's error ends on a log that nobody sees
                wrong = in_words(error)
            with self._changing():
                # Of other data or settings by now, it takes another look.
                if self.data is data and self.destination is destination and self.left_out.index.equals(out.index):
                    self._say(number, wrong)

    def _to_count(self) -> tuple[Source, Destination, pd.DataFrame] | None:
        """What somebody waits for; None for nothing, and then whoever waits next has it counted anew."""
        with self._changing():
            self._counting = self.batches is None
            if not self._counting:
                return None
            return self.data, self.destination, self.left_out

    def _say(self, number: int, wrong: str) -> None:
        if wrong:
            self.problem, self.batches, self.waits = wrong, 0, False
            return
        if self.waits:
            # The samples did, too.
            self._derive()
        if self.batches is None:
            self.batches = number
