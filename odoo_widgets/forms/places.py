"""What stands behind a server's address: the company's own books, a copy of them, or a sandbox.

Nothing in an address proves it, so whoever knows better says so, and until then the careful word stands: live.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import attrs

from odoo_widgets.flow.credential import is_loopback

LIVE, COPY, SANDBOX = "live", "test copy", "sandbox"
PLACES = (LIVE, COPY, SANDBOX)
# Odoo.sh gives such an address to every build, and one that ends in `main-7268478` may be the production's.
BUILDS = ".dev.odoo.com"

MEANINGS = {
    LIVE: "what is sent is in the company's books",
    COPY: "nothing here is in the company's books",
    SANDBOX: "for trying, nothing here is in a company's books",
}


@attrs.frozen
class Place:
    """What stands behind an address.

    Attributes:
        word: One of `PLACES`.
        why: How that is known, in words.
    """

    word: str
    why: str


def place(url: str, said: str = "") -> Place:
    """What stands behind an address.

    Args:
        url: The address of a server, or one on it.
        said: What the user says, one of `PLACES`; empty for nothing.

    Returns:
        The word, and how it is known.
    """
    if said:
        return Place(said, "you said so")
    if is_loopback(url):
        return Place(SANDBOX, "the server is on this machine; if that leads to the company's Odoo, say live")
    if (urlsplit(url).hostname or "").endswith(BUILDS):
        return Place(LIVE, "Odoo.sh gives such addresses to all its builds; if it is a staging one, say test copy")
    return Place(LIVE, "nothing says otherwise; if it is a copy, say so")
