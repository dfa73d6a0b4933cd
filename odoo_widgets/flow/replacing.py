"""What a PUT does to the fields that are not sent, and how a server is asked about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx

from odoo_widgets.flow.protocols import rest
from odoo_widgets.flow.templates import names, parent

if TYPE_CHECKING:
    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.exchange import Exchange
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings

# Fields that a sentence names, where there are more.
NAMED = 3
MAY_EMPTY = "PUT may empty the fields that are not sent (back to their defaults)."
NOT_ASKED = f"{MAY_EMPTY} Not every server says which: Check, or destination.server(me), asks."
FIELD = re.compile(r"\w+", re.ASCII)
# The address of a model's records: a model's name comes last, or one that stands for it.
FIXED_ID = re.compile(r"/\d+/?$", re.ASCII)


def note(call: Call, server: Server) -> str:
    """What a PUT does to the fields that its records leave out.

    Args:
        call: Any call.
        server: What is known of the server.

    Returns:
        A sentence; empty for another verb.
    """
    if call.ask.method != "PUT":
        return ""
    known = server.replaced.get(call.model)
    if known is None:
        return NOT_ASKED
    records = call.ask.arguments.get("records", [])
    # A form says behind a stroke by what a reference is found.
    sent = [{name.partition("/")[0] for name in record} for record in records]
    left_out = [name for name in known if any(name not in each for each in sent)]
    if not left_out:
        return "PUT empties no field: all that it replaces are sent."
    some = ", ".join(left_out[:NAMED]) + (", …" if len(left_out) > NAMED else "")
    fields = f"{len(left_out):,} fields that are" if len(left_out) > 1 else "1 field that is"
    return (
        f"PUT empties {fields} not sent: {some} (back to {'their defaults' if len(left_out) > 1 else 'its default'})."
    )


def question(settings: Settings) -> str:
    """The address at which it can be asked what a PUT replaces: that of all the model's records.

    Args:
        settings: The settings of a PUT.

    Returns:
        The address; empty for other verbs, and where it cannot be told from the URL.
    """
    target = settings.endpoint
    if target.protocol != "rest" or settings.method != "PUT" or not target.model:
        return ""
    collection = settings.url.partition("?")[0]
    last = collection.rstrip("/").rpartition("/")[2]
    if names(last) or FIXED_ID.search(settings.path):
        collection = parent(collection)
    # Add-ons that list records where ours describes the model are to list one.
    return "" if names(collection) else f"{collection}?limit=1"


def asks(settings: Settings, credential: Credential) -> httpx.Request | None:
    """The request that asks what a PUT replaces.

    Args:
        settings: The settings of a PUT.
        credential: As whom.

    Returns:
        A GET, which changes nothing; None where `question` knows no address for it.
    """
    address = question(settings)
    if not address:
        return None
    envelope = rest.envelope_of(settings, credential, None)
    return rest.signed(httpx.Request("GET", address, headers=envelope), settings, credential)


def told(exchange: Exchange, server: Server, model: str) -> Server:
    """What is known of a server once it was asked what a PUT replaces.

    Args:
        exchange: The question and what came of it.
        server: What was known before.
        model: The model that it was about.

    Returns:
        The server, with the model's fields; as it was, where the answer says nothing of them.
    """
    if exchange.response is None:
        return server
    reply = rest.decode(exchange)
    content = reply.result.content if reply.result is not None else None
    fields = content.get("replaced") if isinstance(content, dict) and content.get("model") == model else None
    if not isinstance(fields, list) or not all(isinstance(each, str) and FIELD.fullmatch(each) for each in fields):
        return server
    return server.replaces(model, tuple(fields))
