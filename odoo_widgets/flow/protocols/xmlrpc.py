"""XML-RPC: `POST /xmlrpc/2/object` (addons/rpc/controllers/xmlrpc.py), deprecated since Odoo 19, there until 21.

An error comes with HTTP 200, as a fault. Its code tells four kinds apart, and of code 1 the text is a traceback whose
last part is the exception.
"""

from __future__ import annotations

import xmlrpc.client
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

import httpx
from defusedxml.common import DefusedXmlException
from defusedxml.xmlrpc import DefusedExpatParser

from odoo_widgets.flow.exchange import Exchange, Reply
from odoo_widgets.flow.protocols.envelope import headers
from odoo_widgets.flow.protocols.execute_kw import address, service, with_key
from odoo_widgets.flow.server import NOTHING_KNOWN, Server

if TYPE_CHECKING:
    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.settings import Settings

NAME = "XML-RPC"
LIMIT = "XML-RPC takes a list of records in one call, several times as large as JSON, and logs in before the first."
LOGS_IN = True

# Odoo's answer where a method worked and returned nothing: its writer knows no None, and notices after the commit.
NOTHING = "TypeError: cannot marshal None unless allow_none is enabled"
# odoo/addons/rpc/controllers/xmlrpc.py: what a fault's code stands for. Code 2 is any of UserError, ValidationError and
# MissingError.
FAULTS = {2: "odoo.exceptions.UserError", 3: "odoo.exceptions.AccessDenied", 4: "odoo.exceptions.AccessError"}


def encode(call: Call, settings: Settings, credential: Credential, server: Server = NOTHING_KNOWN) -> httpx.Request:
    """The request that makes a call.

    Args:
        call: What to call, and the records.
        settings: The address, the context and more headers.
        credential: The database, the login and the key, which stands in the body.
        server: Whose user id the login brought; without it, a word stands in its place.

    Returns:
        The whole request.
    """
    name, method, arguments = service(call, settings, credential, server)
    body = xmlrpc.client.dumps(tuple(arguments), method, allow_none=True)
    # XML reads a bare carriage return as a line feed (XML 1.0, 2.11).
    content = body.replace("\r", "&#13;").encode()
    target = address(call, settings, f"/xmlrpc/2/{name}")
    envelope = headers(settings, "text/xml")
    return httpx.Request("POST", target, headers=envelope, content=with_key(content, credential, _written))


def _written(text: str) -> bytes:
    return xmlrpc.client.escape(text).encode()


def decode(exchange: Exchange) -> Reply:
    """What a response says. No entity in it is expanded.

    Args:
        exchange: The request and its response, read to its end.

    Returns:
        The result, or the exception's name and message; not readable where Odoo did not write the body.
    """
    assert exchange.response is not None
    reader = xmlrpc.client.Unmarshaller(use_builtin_types=True)
    parser = DefusedExpatParser(reader)
    try:
        parser.feed(exchange.response.content)
        parser.close()
        (result,) = reader.close()
    except xmlrpc.client.Fault as fault:
        return _failed(fault)
    except (ExpatError, DefusedXmlException, xmlrpc.client.Error, ValueError, TypeError, LookupError, ArithmeticError):
        return Reply(readable=False)
    return Reply(result=result)


def _failed(fault: xmlrpc.client.Fault) -> Reply:
    text: Any = fault.faultString
    if not isinstance(text, str):
        return Reply(readable=False)
    if fault.faultCode in FAULTS:
        return Reply(error_type=FAULTS[fault.faultCode], message=text)
    exception = _exception(text)
    if exception.strip() == NOTHING:
        return Reply()
    name, _, message = exception.partition(": ")
    return Reply(error_type=name.strip() or "Fault", message=message.strip())


def _exception(text: str) -> str:
    """The exception at the end of a traceback: what follows the last line of code, which stands indented."""
    lines = text.strip().splitlines()
    code = [place for place, line in enumerate(lines) if line.startswith("  File ")]
    after = lines[code[-1] + 1 :] if code else lines
    while after and after[0].startswith("    "):
        after = after[1:]
    return "\n".join(after)
