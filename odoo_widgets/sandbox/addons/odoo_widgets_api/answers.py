"""The kind of route that answers with JSON whatever happens: wrong keys and servers that fail included.

Odoo's own `type='http'` answers an error with an HTML page, and raises the one about a wrong key before a route's code
runs (`HttpDispatcher.handle_error` in odoo/http.py, 19.0), so a route of that type cannot mend it.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import psycopg2
from odoo.exceptions import ConcurrencyError, RedirectWarning, UserError
from odoo.http import Dispatcher, SessionExpiredException
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from psycopg2.errors import DatatypeMismatch
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Callable

KIND = "odoo_widgets_api"
FAILED = "The server failed. Its log says more."
# The first that fits counts. Odoo itself has tried five times before a conflict gets here. What the ORM and the
# database say of a value that a field cannot take is a plain ValueError, TypeError,
# OverflowError or DataError.
STATUSES: tuple[tuple[Any, Callable[[Any], int]], ...] = (
    (HTTPException, lambda error: error.code),
    (SessionExpiredException, lambda _: HTTPStatus.UNAUTHORIZED),
    (UserError, lambda error: error.http_status),
    (RedirectWarning, lambda _: HTTPStatus.UNPROCESSABLE_ENTITY),
    ((ConcurrencyError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY), lambda _: HTTPStatus.CONFLICT),
    ((ValueError, TypeError, OverflowError), lambda _: HTTPStatus.UNPROCESSABLE_ENTITY),
    ((psycopg2.DataError, DatatypeMismatch), lambda _: HTTPStatus.UNPROCESSABLE_ENTITY),
    (Exception, lambda _: HTTPStatus.INTERNAL_SERVER_ERROR),
)


def status(error: Exception) -> int:
    """The HTTP status of an error.

    Args:
        error: What was raised.

    Returns:
        Its status.
    """
    return int(next(of(error) for kinds, of in STATUSES if isinstance(error, kinds)))


def message(error: Exception) -> str:
    """What may be said of an error: never a traceback, and of a failing server nothing.

    Args:
        error: What was raised.

    Returns:
        One or more lines.
    """
    if status(error) == HTTPStatus.INTERNAL_SERVER_ERROR:
        return FAILED
    if isinstance(error, HTTPException):
        return str(error.description)
    said = str(error.args[0] if isinstance(error, RedirectWarning) else error)
    # PostgreSQL goes on with an excerpt of the statement, with other values of the record in it.
    said = said.partition("\n")[0] if isinstance(error, psycopg2.Error) else said
    # Half of a character, which JSON can hold and UTF-8 cannot.
    return said.encode("utf-8", "backslashreplace").decode("utf-8") or type(error).__name__


class JsonDispatcher(Dispatcher):
    """Odoo's part between a route that matches and its code, as `Json2Dispatcher` is for `/json/2`."""

    routing_type = KIND
    mimetypes = ("application/json", "application/x-www-form-urlencoded")

    @classmethod
    def is_compatible_with(cls, request: Any) -> bool:
        """Whether a request may be for these routes.

        Args:
            request: Odoo's request.

        Returns:
            True for their addresses; Odoo lists the kinds that fit in its answers to others.
        """
        return request.httprequest.path.partition("/api")[0] == ""

    def dispatch(self, endpoint: Callable[..., Any], args: dict[str, Any]) -> Any:
        """Calls a route with what stands in its address; it reads the body itself.

        Args:
            endpoint: The route.
            args: What stands in the address.

        Returns:
            The response.
        """
        self.request.params = dict(args)
        return self.request.registry["ir.http"]._dispatch(endpoint)

    def handle_error(self, exc: Exception) -> Any:
        """Turns an error into an answer; the transaction is rolled back by then.

        Args:
            exc: What was raised.

        Returns:
            The response.
        """
        code = status(exc)
        if code < HTTPStatus.INTERNAL_SERVER_ERROR:
            # A value that does not fit is no failure of the server's: a line in its log, not a traceback.
            exc.loglevel = logging.INFO
        name = f"{type(exc).__module__}.{type(exc).__name__}"
        headers = exc.get_headers() if isinstance(exc, HTTPException) else []
        kept = [(header, value) for header, value in headers if header.lower() != "content-type"]
        error = {"name": name, "message": message(exc)}
        return self.request.make_json_response({"error": error}, headers=kept, status=code)
