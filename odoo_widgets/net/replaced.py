"""Asks a server which fields a PUT puts back to their defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.flow.bound import own
from odoo_widgets.flow.replacing import asks, told
from odoo_widgets.net.environment import filled
from odoo_widgets.net.own_loop import in_own_loop
from odoo_widgets.net.transport import client, perform

if TYPE_CHECKING:
    import httpx

    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings


async def areplaced(
    settings: Settings,
    credential: Credential,
    server: Server,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Server:
    """Asks which fields of a model a PUT without them puts back to their defaults. It changes nothing.

    Args:
        settings: Those of the PUT, headers from the environment filled in.
        credential: As whom.
        server: What is known of the server.
        transport: What carries the request in place of the network.

    Returns:
        The server with the model's fields among `replaced`; as it was, where the settings are for no PUT, no answer
        comes, or it says nothing of them.

    Raises:
        CredentialError: The key belongs to another server; nothing was asked.
    """
    own(credential, settings.url, "ask")
    request = asks(settings, credential)
    if request is None:
        return server
    async with client(settings, transport) as http:
        exchange = await perform(http, request, settings, credential.api_key)
        return told(exchange, server, settings.endpoint.model)


def replaced(
    settings: Settings,
    credential: Credential,
    server: Server,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Server:
    """The same, for whoever waits; headers are filled in from the environment first.

    Args:
        settings: As for `areplaced`, headers as they were given.
        credential: As whom.
        server: What is known of the server.
        transport: What carries the request in place of the network.

    Returns:
        As `areplaced`.

    Raises:
        CredentialError: The key belongs to another server; nothing was asked.
        SettingsError: A header's value is not in the environment.
    """
    return in_own_loop(areplaced(filled(settings), credential, server, transport=transport), "odoo_widgets probe")
