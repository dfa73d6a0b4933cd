"""An inquiry: as whom a server is asked what it is, by which protocol, and what is known of it by now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.bound import given
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.endpoint import RPC_PATHS
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.server import Server, proposed
from odoo_widgets.flow.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.exchange import Exchange, Reply

OK = 200
USERS = "res.users"
WHO = "context_get"
# An answer to one of these questions takes milliseconds; a model's documentation, a quarter of a second.
SECONDS = 30.0


@attrs.frozen
class Inquiry:
    """What is asked of a server, and what is known by now.

    Attributes:
        credential: As whom.
        settings: The protocol to prefer, more headers, and how long an answer may take.
        model: The model whose methods and fields are read; empty for none.
        server: What is known of the server.
    """

    credential: Credential
    settings: Settings
    model: str
    server: Server

    @property
    def protocol(self) -> str:
        """The protocol that the user is asked for by: the preferred one, as far as the server has it."""
        preferred = self.settings.endpoint.protocol
        return preferred if preferred in RPC_PATHS.values() else self.server.protocol

    @property
    def spoken(self) -> Settings:
        """The settings for that protocol."""
        return self.settings.replace(**proposed(self.server, USERS, WHO, protocol=self.protocol))

    def request(self, call: Call) -> httpx.Request:
        """The request that makes a call."""
        encode: Callable[..., httpx.Request] = PROTOCOLS[self.protocol].encode
        return encode(call, self.spoken, self.credential, self.server)

    def result(self, exchange: Exchange) -> Any:
        """What a method returned; None where it failed."""
        if exchange.response is None or exchange.response.status_code != OK:
            return None
        decode: Callable[[Exchange], Reply] = PROTOCOLS[self.protocol].decode
        return decode(exchange).result


def inquiry(
    credential: Credential, model: str = "", protocol: str | None = None, like: Settings | None = None
) -> Inquiry:
    """An inquiry that nothing has been asked of yet.

    Args:
        credential: As whom.
        model: The model whose methods and fields are read; empty for none.
        protocol: Which protocol to ask by; the best one that the server has if left out.
        like: Settings whose headers each request carries.

    Returns:
        The inquiry, to ask the `QUESTIONS` of in their order.

    Raises:
        CredentialError: There is no credential.
        SettingsError: The model's name is none.
    """
    given(credential, "ask")
    server = Server(url=credential.server)
    if model:
        # It becomes part of an address, so it has to be a name.
        proposed(server, model, "create")
    start: dict[str, Any] = proposed(server, USERS, WHO, protocol=protocol)
    asking = Settings(**start, headers=like.headers if like else {}, timeout=SECONDS)
    return Inquiry(credential, asking, model, server)
