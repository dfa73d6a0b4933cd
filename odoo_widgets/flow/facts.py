"""What is known of one exchange: all that a rule, and the sentence that it says, may look at."""

from __future__ import annotations

import attrs

from odoo_widgets.flow.calls import Call
from odoo_widgets.flow.exchange import Exchange, Reply
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.flow.settings import Settings

OK, SUCCESS = 200, range(200, 300)


@attrs.frozen
class Facts:
    """All that a rule may look at; `answered` is whether a call of this send was answered by Odoo before."""

    call: Call
    exchange: Exchange
    settings: Settings
    reply: Reply | None
    knows: Server = NOTHING_KNOWN
    answered: bool = False

    @property
    def result(self) -> object:
        """What the method returned; None where it did not."""
        return self.reply.result if self.reply else None

    @property
    def status(self) -> int:
        """The HTTP status; 0 if there was no response."""
        return self.exchange.response.status_code if self.exchange.response is not None else 0

    @property
    def succeeded(self) -> bool:
        """Whether the HTTP status is one of success: Odoo's own APIs know 200 only."""
        return self.status == OK or (self.settings.endpoint.protocol == "rest" and self.status in SUCCESS)

    @property
    def error(self) -> str:
        """Odoo's name of the exception, without its module."""
        return self.reply.error_type.rpartition(".")[2] if self.reply else ""

    @property
    def exception(self) -> str:
        """Odoo's name of the exception, its module with it."""
        return self.reply.error_type if self.reply else ""

    @property
    def message(self) -> str:
        """Odoo's message for people."""
        return self.reply.message.strip() if self.reply else ""

    @property
    def server(self) -> str:
        """The server's host, as it is called in a sentence."""
        return self.exchange.request.url.netloc.decode()

    @property
    def protocol(self) -> str:
        """The protocol's name in a sentence."""
        return str(PROTOCOLS[self.settings.endpoint.protocol].NAME)

    @property
    def where(self) -> str:
        """What to check where Odoo does not know what was called."""
        return "the URL" if self.settings.endpoint.protocol in ("json2", "rest") else "model and operation"
