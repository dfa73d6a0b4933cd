"""REST: any verb to any address, with the records in the body and the ids in the address.

No Odoo serves such addresses by itself. Add-ons do, and each wraps records and answers in its own way: the settings
`wrap`, `id_path` and `key_header` say how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import httpx
import orjson
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from odoo_widgets.flow import answers
from odoo_widgets.flow.answers import Answer
from odoo_widgets.flow.exchange import Exchange, Reply
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.protocols.envelope import headers, parsed
from odoo_widgets.flow.server import NOTHING_KNOWN, Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from odoo_widgets.flow.calls import Ask, Call
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.settings import Settings

NAME = "REST"
LIMIT = "One record in a call, unless this endpoint takes a list of them."
LOGS_IN = False
BEARER = "authorization"


def encode(call: Call, settings: Settings, credential: Credential, _server: Server = NOTHING_KNOWN) -> httpx.Request:
    """The request that makes a call.

    Args:
        call: The verb, the records and the address.
        settings: The content format, the wrapping, the key's header and more headers.
        credential: Whose key goes into the header, and which database is meant.

    Returns:
        The whole request. Without records to send, it has no body.
    """
    written = FORMATS[settings.content_format]
    content = body(call.ask, settings)
    envelope = headers(settings, written.content_type)
    envelope["Accept"] = "application/json, */*;q=0.5"
    if content is None:
        del envelope["Content-Type"]
    if credential.database:
        envelope["X-Odoo-Database"] = credential.database
    request = httpx.Request(call.ask.method, parsed(call.url or settings.url), headers=envelope, content=content)
    # The key comes last: no frame that can fail holds it.
    key = credential.api_key.get_secret_value()
    request.headers[settings.key_header] = f"Bearer {key}" if settings.key_header.lower() == BEARER else key
    return request


def body(ask: Ask, settings: Settings) -> bytes | None:
    """The body of a request; None for one that has none."""
    if ask.body is not None:
        return ask.body
    records = ask.arguments.get("records")
    # An address with an id in it is one record's.
    several = settings.batch_size is not None and ask.ids is None
    wrapped = settings.wrap.split(".") if settings.wrap else []
    return None if records is None else FORMATS[settings.content_format].write(records, several, wrapped)


def decode(exchange: Exchange) -> Reply:
    """What a response says.

    Args:
        exchange: The request and its response, read to its end.

    Returns:
        An `Answer`, or the error's name and message, also where it comes with a status of success; not readable where
        the body is a page for people, or no content that this package reads.
    """
    response = exchange.response
    assert response is not None
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        content = READERS.get(kind, _plain)(response.content) if response.content.strip() else None
    except (ValueError, ParseError, DefusedXmlException):
        return Reply(readable=False)
    if not response.is_success:
        name, message = answers.told(content)
        if response.is_server_error and not name:
            # Whether anything was kept, only Odoo's own exceptions say.
            return Reply(readable=False)
        return Reply(error_type=name or f"HTTP {response.status_code}", message=message)
    if found := answers.error(content):
        return Reply(error_type=found[0] or "error", message=found[1])
    return Reply(result=Answer(response.status_code, content, response.headers.get("location", "")))


def _plain(content: bytes) -> Any:
    """A body that does not say what it is: JSON, as add-ons forget to say."""
    return orjson.loads(content)


def _page(_content: bytes) -> Any:
    raise ValueError("a page for people")


def _xml(content: bytes) -> Any:
    root = fromstring(content.decode())
    return {root.tag: _element(root), **(inner if isinstance(inner := _element(root), dict) else {})}


def _element(element: Element) -> Any:
    if not len(element):
        value = (element.text or "").strip()
        return int(value) if value.isdecimal() else {"true": True, "false": False}.get(value, value)
    names = [child.tag for child in element]
    if len(names) > 1 and len(set(names)) == 1:
        return [_element(child) for child in element]
    return {child.tag: _element(child) for child in element}


READERS: dict[str, Callable[[bytes], Any]] = {
    "application/json": orjson.loads,
    "application/xml": _xml,
    "text/xml": _xml,
    "text/html": _page,
}
