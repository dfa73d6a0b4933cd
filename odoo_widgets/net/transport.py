"""Requests out, answers in: one httpx client for each send."""

from __future__ import annotations

import asyncio
import ssl
import time
import zlib
from email.utils import formatdate
from typing import TYPE_CHECKING

import httpx

from odoo_widgets.flow.credential import is_loopback
from odoo_widgets.flow.exchange import Exchange, OverBudgetError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.flow.credential import Secret
    from odoo_widgets.flow.settings import Settings

CONNECT_SECONDS = 10.0
# An answer to a send is ids or an error. One that is larger than this is not Odoo's.
MOST_BYTES = 64 * 1024 * 1024
# The codings that are undone (RFC 9110, 8.4.1); zlib tells them apart itself.
PACKED, EITHER = ("gzip", "x-gzip", "deflate"), zlib.MAX_WBITS | 32
PIECE = 64 * 1024


class TooLargeError(httpx.TransportError):
    """An answer that is longer than any that Odoo gives."""


def client(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client for one send: no redirects, the machine's proxies but none to the machine itself.

    Requests are built apart from it, so it adds no cookie to them. Odoo binds its session cookie to a database, and
    answers 403 when it comes back with another one.

    Args:
        settings: Where to, and how long a call may take.
        transport: What carries the requests in place of the network.

    Returns:
        The client; whoever asked for it closes it.
    """
    here = is_loopback(settings.url)
    plain = here and httpx.URL(settings.url).scheme == "http"
    return httpx.AsyncClient(
        transport=transport,
        # To read whom this machine trusts takes longer than a small send, and over plain http nobody asks.
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else True,
        # Connecting ends before the whole call does: only then is it known that nothing was sent.
        timeout=httpx.Timeout(settings.timeout, connect=min(CONNECT_SECONDS, settings.timeout / 2)),
        follow_redirects=False,
        # With HTTP_PROXY set, httpx would ask the proxy for 127.0.0.1.
        trust_env=not here,
    )


async def perform(client: httpx.AsyncClient, request: httpx.Request, settings: Settings, secret: Secret) -> Exchange:
    """Sends one request, and reads the answer to its end.

    Args:
        client: The client of this send.
        request: What to send.
        settings: How long that may take in all, since a timeout between two reads never ends on an answer that drips;
            and how long the body may be.
        secret: The key. An answer that repeats it, as some add-ons' errors do, gets a mask in its place.

    Returns:
        The exchange. No error is raised, but that of being cancelled.
    """
    if settings.max_bytes is not None and len(request.content) > settings.max_bytes:
        return Exchange(request, error=OverBudgetError())
    started = time.monotonic()
    try:
        async with asyncio.timeout(settings.timeout):
            response = await client.send(request, stream=True)
            try:
                content = await _content(response)
            finally:
                await response.aclose()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is judged: the request may have been sent
        # The trace from below holds the headers in its locals, and with them the key.
        return Exchange(request, error=error.with_traceback(None), seconds=time.monotonic() - started)
    headers = _plain(response.headers, secret)
    # Whoever receives an answer without a date, adds when that was (RFC 9110, 6.6.1).
    headers.setdefault("date", formatdate(usegmt=True))
    whole = httpx.Response(response.status_code, headers=headers, content=secret.masked(content))
    return Exchange(request, response=whole, seconds=time.monotonic() - started)


async def _content(response: httpx.Response) -> bytes:
    """The body, unpacked no further than an answer may be long.

    httpx unpacks each piece whole, and codings within codings: 3 kB become gigabytes, past every deadline.
    """
    if response.is_stream_consumed:
        # A transport in place of the network answers all at once.
        return response.content
    packed = response.headers.get("content-encoding", "").strip().lower() in PACKED
    unpacking = zlib.decompressobj(EITHER) if packed else None
    parts: list[bytes] = []
    size = 0
    async for raw in response.aiter_raw():
        for part in _unpacked(unpacking, raw) if unpacking is not None else (raw,):
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise TooLargeError("The answer is too long.")
    return b"".join(parts)


def _unpacked(unpacking: zlib._Decompress, raw: bytes) -> Iterator[bytes]:
    """What is packed in a piece, in pieces; what comes behind the end counts as it is."""
    if unpacking.eof:
        yield raw
        return
    while raw:
        yield unpacking.decompress(raw, PIECE)
        raw = unpacking.unconsumed_tail


def _plain(headers: httpx.Headers, secret: Secret) -> httpx.Headers:
    """The headers without those that describe the coding, which has been undone."""
    kept = [
        (name, secret.masked(value))
        for name, value in headers.raw
        if name.lower() not in (b"content-encoding", b"content-length")
    ]
    return httpx.Headers(kept)
