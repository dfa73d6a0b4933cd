"""Asks a server what it is and who the key belongs to; what to ask, and what an answer means, is decided in `flow`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow.errors import StoppedError
from odoo_widgets.flow.inquiry import inquiry
from odoo_widgets.flow.probing import QUESTIONS
from odoo_widgets.net.environment import filled
from odoo_widgets.net.own_loop import in_own_loop
from odoo_widgets.net.replaced import areplaced
from odoo_widgets.net.transport import client, perform

if TYPE_CHECKING:
    import httpx

    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings


async def aprobe(
    credential: Credential,
    *,
    model: str = "",
    protocol: str | None = None,
    settings: Settings | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Server:
    """What a server is, and who the key belongs to; see `probe`. It leaves the event loop free meanwhile."""
    asked = inquiry(credential, model, protocol, settings)
    asked = attrs.evolve(asked, settings=filled(asked.settings))
    async with client(asked.settings, transport) as http:
        try:
            for question in QUESTIONS:
                request = question.request(asked)
                if request is not None:
                    exchange = await perform(http, request, asked.settings, credential.api_key)
                    asked = attrs.evolve(asked, server=question.read(asked, exchange))
        except StoppedError as error:
            # A key that is an add-on's own is unknown to Odoo, whose version is known all the same.
            error.server = asked.server
            raise
    if settings is None:
        return asked.server
    return await areplaced(filled(settings), credential, asked.server, transport=transport)


def probe(
    credential: Credential,
    *,
    model: str = "",
    protocol: str | None = None,
    settings: Settings | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Server:
    """What a server is, and who the key belongs to. It takes up to ten requests, none of which changes anything.

    Args:
        credential: As whom, and on which server.
        model: The model whose methods and fields are read, such as `res.partner`; none if left out.
        protocol: Which protocol to ask by; the best one that the server has if left out.
        settings: Settings whose headers each request carries, such as one that a proxy wants; for a PUT, it is asked
            too which fields that puts back to their defaults.
        transport: What carries the requests in place of the network.

    Returns:
        What could be read. What the user may not read stays unknown.

    Raises:
        CredentialError: The key or the login is unknown, or a login is needed and there is none.
        EndpointError: Nothing answers, or what does is no Odoo or has no such database.
        StoppedError: The server is too busy.
        SettingsError: The model's name is none, or a header's value is not in the environment.
    """
    asking = aprobe(credential, model=model, protocol=protocol, settings=settings, transport=transport)
    return in_own_loop(asking, "odoo_widgets probe")
