"""What every request carries around its body."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from odoo_widgets.flow.settings import Settings


@lru_cache(maxsize=256)
def parsed(url: str) -> httpx.URL:
    """An address as httpx reads it: once for all the calls that go there, since reading one costs as much as a body."""
    return httpx.URL(url)


def headers(settings: Settings, content_type: str) -> httpx.Headers:
    """The headers of a request, those of the settings among them, without the credential's.

    Args:
        settings: The analyst's own headers.
        content_type: What the body is written in.

    Returns:
        The headers, which may still be added to.
    """
    made = httpx.Headers({"Accept": content_type, "User-Agent": "odoo_widgets"})
    made.update(settings.headers)
    made["Content-Type"] = content_type
    return made
