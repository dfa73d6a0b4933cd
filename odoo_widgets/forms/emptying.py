"""The part of a form's state that knows what a PUT is going to empty: it asks by itself, since nobody else would.

One GET for each address and credential, in a thread, once the settings can be sent. It changes nothing there, and
nothing waits for it: until the answer comes, the samples say that they do not know.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from odoo_widgets.flow.replacing import question
from odoo_widgets.forms.deciding import Deciding
from odoo_widgets.forms.obstacles import IDLE

if TYPE_CHECKING:
    from odoo_widgets.destination import Destination
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.server import Server

# A server that takes longer to say it is not asked again.
SECONDS = 10


class Emptying(Deciding):
    """What is known of the server, and beside it which fields a PUT puts back to their defaults."""

    def __init__(self) -> None:
        super().__init__()
        # What was asked with the credential in use: where and how to the model's fields; None where it is not said.
        self._emptied: dict[tuple[object, ...], tuple[str, ...] | None] = {}
        self._foreseeing = False

    @property
    def known(self) -> Server:
        """What is known of the server that the URL leads to."""
        known = super().known
        if self.destination is None:
            return known
        model, fields = self.destination.endpoint.model, self._emptied.get(_how(self.destination))
        return known if fields is None or model in known.replaced else known.replaces(model, fields)

    def _meet(self, me: Credential | None) -> None:
        if me != self.credential:
            self._emptied = {}
        super()._meet(me)

    def _foresee(self) -> None:
        """Asks what a PUT empties, where that is not known and nobody asked there before."""
        me, target = self.credential, self.destination
        if self._foreseeing or self.problem or target is None or me is None or not question(target):
            return
        if _how(target) in self._emptied or target.endpoint.model in self.known.replaced:
            return
        self._foreseeing = True
        run = partial(self._foresee_with, target, me)
        threading.Thread(target=run, name="odoo_widgets form foresees", daemon=True).start()

    def _foresee_with(self, target: Destination, me: Credential) -> None:
        fields, model = None, target.endpoint.model
        # A send says what is wrong, and the samples that nothing is known.
        with suppress(Exception):
            fields = target.replace(timeout=min(target.timeout, SECONDS)).replaced(me).replaced.get(model)
        with self._changing():
            self._foreseeing = False
            if self.credential is not me:
                # Whoever came meanwhile has not been asked for.
                self._foresee()
                return
            self._emptied[_how(target)] = fields
            if self.phase == IDLE and not self.outcome:
                # The samples show it, and ask on where the address is another by now.
                self.bind()


def _how(target: Destination) -> tuple[object, ...]:
    """What a question depends on, beside the credential."""
    return question(target), target.endpoint.model, target.key_header, target.headers
