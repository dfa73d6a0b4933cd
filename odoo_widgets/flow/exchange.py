"""One request and what came of it, before anybody judges it."""

from __future__ import annotations

from typing import Any

import attrs
import httpx


class OverBudgetError(Exception):
    """A request whose body is longer than `max_bytes`. It is not sent."""


@attrs.frozen
class Exchange:
    """One request and its response, or the error in its place.

    Attributes:
        request: What was sent, or was to be sent. Holds the key in its headers, so it is never shown.
        response: What came back, read to its end; None if nothing did.
        error: What happened in place of a response.
        seconds: From the start of sending to the end of reading.
    """

    request: httpx.Request = attrs.field(repr=False)
    response: httpx.Response | None = None
    error: Exception | None = None
    seconds: float = 0.0


@attrs.frozen
class Reply:
    """What a response says, whatever its protocol wraps it in.

    Attributes:
        readable: Whether it is a body that the protocol writes at all. A proxy's error page is not.
        result: What the operation returned; None if it failed.
        error_type: Odoo's name of the exception; empty if it did not fail.
        message: The exception's message for people; never the server's traceback.
    """

    readable: bool = True
    result: Any = None
    error_type: str = ""
    message: str = ""
