"""What stands in a page for people, or in half an answer, as far as it may be shown: text, short, without secrets."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

# As many characters tell whose page it is, and what of.
MOST = 200
# What of a body is looked at: a page of megabytes says who it is at its beginning, too.
LOOKED_AT = 20_000
UNSEEN = re.compile(r"<!--.*?(?:-->|$)|<(script|style|template)\b.*?(?:</\1\s*>|$)", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<[^>]*(?:>|$)")
# Where a server's own code begins to speak, also inside of JSON.
TRACE = re.compile(r"Traceback|\bdebug\b")
# What follows these words is nobody's business, nor is what is too long for a word.
TOLD = re.compile(
    r"\b([\w-]*(?:password|passwd|secret|token|api.?key|session.?id|authorization|cookie))(\W{1,3})"
    r"(?:bearer |basic )?[^\s,;}]+",
    re.IGNORECASE,
)
USER = re.compile(r"://[^/\s@]+@")
LONG = re.compile(r"[\w+/=-]{24,}")


def shown(response: httpx.Response | None) -> str:
    """The first words of a body.

    Args:
        response: What was answered; None for nothing.

    Returns:
        At most 200 characters on one line, without tags, scripts, traces and what looks like a secret; empty where
        nothing is left.
    """
    if response is None:
        return ""
    text = response.content[:LOOKED_AT].decode(response.encoding or "utf-8", errors="replace")
    text = html.unescape(TAG.sub(" ", UNSEEN.sub(" ", text)))
    # What was written as text may look like a tag now.
    text = TRACE.split(TAG.sub(" ", text))[0].replace("<", " ").replace(">", " ").replace("\ufffd", "")
    text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    text = LONG.sub("***", USER.sub("://***@", TOLD.sub(r"\1\2***", text)))
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"
