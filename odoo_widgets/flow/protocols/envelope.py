"""What every request carries around its body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from odoo_widgets.flow.settings import Settings


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
