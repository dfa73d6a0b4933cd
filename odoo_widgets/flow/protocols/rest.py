"""REST: any verb to any address, with the records in the body and the ids in the address.

No Odoo serves such addresses by itself. Add-ons do, and each wraps records and answers in its own way: the settings
`wrap`, `id_path` and `key_header` say how.

The three classic patterns: POST to `/api/res.partner` makes a record in each call, PATCH to `/api/res.partner/{id}`
updates the row's, DELETE there deletes it; to delete without an add-on, `unlink` goes over Odoo's own APIs. What PUT
does to the fields that are not given, the add-on decides; the sandbox's takes most of them back to their defaults. The
samples warn of it; the form asks such an endpoint by itself, and says how many fields that empties.

`mode="upsert"` posts the rows without an id to the URL without its last part. Several rows are never put or patched to
one record's address: a list of updates goes to that of all records, with each row's id in the body. `batch_size=100`
sends lists, `wrap="params.data"` wraps the records, `id_path="data[0].id"` finds the id in the answer; a name with a
dot in it stands in brackets and quotes: `["res.partner"][0].id`. In XML, a list's parts are elements called `item`, so
a key of a dict may not be.

The key goes into the header that `key_header` names: `"access_token"`, `"Authorization: Token {key}"`, HTTP Basic as
`"Authorization: Basic {login}:{key}"` or `{database}:{key}`, or a cookie as `"Cookie: session_id={key}"`, where the
session's id is the credential's `api_key`. Read the add-on's manual first: in some, PATCH calls a method instead of
updating. Where no `/api` answers, what the server's version has is proposed instead: JSON-2, or XML-RPC before Odoo 19.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import httpx
import orjson
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from odoo_widgets.flow import failures
from odoo_widgets.flow.answers import DIGITS, LAST_PART, Answer, steps
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
NOT_FOUND = 404
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
TAG = re.compile(r"<[!/A-Za-z]")
# How a page for people begins, whatever its Content-Type says; XHTML, and some servers' HTML, with comments before.
PAGE = re.compile(rb"(?:<\?xml[^>]*>|<!--(?:(?!-->).)*-->|\s)*<(?:!doctype\s+)?html\b", re.IGNORECASE | re.DOTALL)


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
    url = parsed(call.url or settings.url)
    content = body(call.ask, settings)
    envelope = envelope_of(settings, credential, None if content is None else written.content_type)
    return signed(httpx.Request(call.ask.method, url, headers=envelope, content=content), settings, credential)


def envelope_of(settings: Settings, credential: Credential, content_type: str | None) -> httpx.Headers:
    """The headers of a request, without the key's.

    Args:
        settings: More headers.
        credential: Which database is meant.
        content_type: What the body is written in; None without one.

    Returns:
        The headers.
    """
    envelope = headers(settings, content_type or "")
    if "accept" not in map(str.lower, settings.headers):
        envelope["Accept"] = "application/json, */*;q=0.5"
    if content_type is None:
        del envelope["Content-Type"]
    if credential.database:
        envelope["X-Odoo-Database"] = credential.database
    return envelope


def signed(request: httpx.Request, settings: Settings, credential: Credential) -> httpx.Request:
    """A request with the key in it. It comes last: no frame that can fail holds it."""
    place = settings.place_of_key
    request.headers[place.name] = place.value(credential)
    return request


def body(ask: Ask, settings: Settings) -> bytes | None:
    """The body of a request; None for one that has none."""
    if ask.body is not None:
        return ask.body
    records = ask.arguments.get("records")
    # An address with an id in it is one record's.
    one = ask.method != "POST" and (ask.ids is not None or LAST_PART.search(settings.path) is not None)
    several = settings.sends_lists and not one
    wrapped = [str(name) for name in steps(settings.wrap)]
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
        content = _content(kind, response.content)
    except (ValueError, LookupError, ParseError, DefusedXmlException, RecursionError):
        return Reply(readable=False)
    if not response.is_success:
        name, message = failures.told(content)
        if response.is_server_error and "." not in name:
            # Whether anything was kept, only Odoo's own exceptions say.
            return Reply(readable=False, message=message)
        # A text at an address that is not there is a page for people.
        readable = not (isinstance(content, str) and response.status_code == NOT_FOUND)
        return Reply(readable, error_type=name or f"HTTP {response.status_code}", message=message)
    if found := failures.error(content):
        return Reply(error_type=found[0] or "error", message=found[1])
    is_null = content is None and bool(response.content.strip())
    return Reply(result=Answer(response.status_code, content, response.headers.get("location", ""), is_null))


def _content(kind: str, body: bytes) -> Any:
    """A body as data, or as text where it is none; None where it is empty."""
    body = body.removeprefix(BYTE_ORDER_MARK).strip()
    if not body:
        return None
    if PAGE.match(body):
        raise ValueError("a page for people")
    suffix = kind.rpartition("+")[2]
    content = READERS.get(kind, SUFFIXES.get(suffix, _plain))(body)
    if any(isinstance(text, str) and TAG.search(text) for text in _texts(content)):
        raise ValueError("a page for people in a text")
    return content


def _texts(content: Any) -> list[Any]:
    """What may be all that an answer says."""
    return [content, *(content.get(name) for name in ("result", "data"))] if isinstance(content, dict) else [content]


def _plain(body: bytes) -> Any:
    """A body that does not say what it is, or calls JSON a page, as add-ons do that return text from a route."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        text = body.decode()
    if text.startswith("<?xml"):
        return _xml(body)
    if TAG.search(text) or not text.replace("\r", "").replace("\n", "").replace("\t", "").isprintable():
        raise ValueError("a page for people, or no text at all")
    return text


def _xml(body: bytes) -> Any:
    root = fromstring(body)
    if _name(root).lower() == "html":
        raise ValueError("a page for people, in XML")
    inner = _element(root)
    told = {_name(root): inner, **(inner if isinstance(inner, dict) else {})}
    # A no is all that it says, whatever it is called.
    no = inner is False or inner == 0
    return inner if no and failures.error(told) is None else told


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _element(element: Element) -> Any:
    if not len(element) and not element.attrib:
        value = (element.text or "").strip()
        return int(value) if DIGITS.fullmatch(value) else {"true": True, "false": False}.get(value.lower(), value)
    names = [_name(child) for child in element]
    if len(names) > 1 and len(set(names)) == 1:
        return [_element(child) for child in element]
    attributes = {name: int(value) if DIGITS.fullmatch(value) else value for name, value in element.attrib.items()}
    return {**attributes, **{_name(child): _element(child) for child in element}}


READERS: dict[str, Callable[[bytes], Any]] = {
    "application/json": orjson.loads,
    "application/xml": _xml,
    "text/xml": _xml,
}
# RFC 6839, 3: what ends like this is written in it.
SUFFIXES: dict[str, Callable[[bytes], Any]] = {"json": orjson.loads, "xml": _xml}
