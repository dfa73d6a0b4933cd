"""A credential as it is being typed."""

from __future__ import annotations

import attrs

from odoo_widgets.flow.credential import Secret, origin
from odoo_widgets.flow.errors import SettingsError

NO_KEY = Secret("")


@attrs.frozen
class Typed:
    """A credential as it is being typed. Nothing of it needs to be complete, and its key shows itself nowhere."""

    server: str = ""
    database: str = ""
    login: str = ""
    name: str = ""
    key: Secret = NO_KEY

    def with_server(self, text: str) -> Typed:
        """The same with another server. A key is typed for one server, and does not follow to another."""
        text = text.strip()
        try:
            server = origin(text if not text or "://" in text else f"https://{text}")
        except SettingsError:
            server = text
        keeps = not self.server or server == self.server
        return attrs.evolve(self, server=server, key=self.key if keeps else NO_KEY)
