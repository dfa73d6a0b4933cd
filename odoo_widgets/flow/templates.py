"""`{column}` in a URL: the row's own value in its place, percent-encoded, in path or query only.

A row without a value is named before the first call.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from odoo_widgets.flow.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = re.compile(r"\{([^{}]*)\}")
# A part of a path that is only dots leads elsewhere (RFC 3986, 5.2.4), and httpx, servers and proxies follow it.
DOTS = re.compile(r"\.+")
# What ends scheme and host (RFC 3986, 3.2).
AUTHORITY = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*")


def names(url: str) -> tuple[str, ...]:
    """The columns whose values a URL takes, each once."""
    return tuple(dict.fromkeys(PLACE.findall(url)))


def outside(url: str) -> str:
    """The URL, once it is sure that no value can change where it leads.

    Args:
        url: An address, with or without `{column}` in it.

    Returns:
        The same.

    Raises:
        SettingsError: A brace stands in scheme or host, alone, or around nothing.
    """
    if not isinstance(url, str):
        raise SettingsError("That is not the address of a server. Write it like https://mycompany.odoo.com.")
    server = AUTHORITY.match(url.strip())
    if "{" in (server.group() if server else "") or "}" in (server.group() if server else ""):
        raise SettingsError("The server in the URL is the same for every row: {column} may stand behind it only.")
    if any(brace in PLACE.sub("", url) for brace in "{}") or "" in names(url):
        raise SettingsError("A brace in the URL stands alone. Write a column's name between two, like {ref}.")
    return url


def filled(url: str, values: Mapping[str, Any]) -> str:
    """A URL with a row's values in it.

    Args:
        url: The address.
        values: Column to the row's value, as it goes on the wire.

    Returns:
        The address of this row. A value cannot end the part that it stands in (RFC 3986, 2.1).
    """
    return PLACE.sub(lambda match: _quoted(_text(values[match[1]])), url)


def _quoted(text: str) -> str:
    # A part of a path that is one or two dots stands for another part (RFC 3986, 5.2.4).
    return quote(text, safe="") if text.strip(".") else text.replace(".", "%2E")


def parent(url: str) -> str:
    """A URL without the last part of its path, for what is not there yet."""
    path, mark, query = url.partition("?")
    return path.rstrip("/").rpartition("/")[0] + mark + query


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
