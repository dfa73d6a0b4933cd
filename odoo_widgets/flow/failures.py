"""What an endpoint answers with a status of success, and is an error: each add-on says it in words of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# What says that it did not work where it is false, and where the HTTP status is one of success.
FLAGS = ("result", "success", "ok", "is_success")
# How answers of success call a failure in the member `status`.
FAILED = ("error", "fail", "failed", "failure")
MESSAGES = ("message", "messages", "error_descrip", "error_description", "description", "detail", "msg", "title")
# What is for the server's own people.
HIDDEN = frozenset({"arguments", "context", "debug", "exc_info", "stack", "stacktrace", "trace", "traceback"})
NAMES = ("name", "type")
NAME = re.compile(r"[\w.: /-]{1,100}")
TRACEBACK = "Traceback (most recent call last)"
# Characters of a message that are shown, and how deep and how wide it is looked for.
LONGEST, DEEPEST, WIDEST = 1_000, 5, 5
NOT_WHY = "The endpoint answered that it did not work, and not why."


def opened(content: Any) -> Any:
    """The result inside a JSON-RPC envelope, whose own `id` numbers the request; other content is its own."""
    return content.get("result") if isinstance(content, dict) and "jsonrpc" in content else content


def error(content: Any) -> tuple[str, str] | None:
    """The error that an answer holds, whatever its HTTP status says.

    Args:
        content: The decoded body.

    Returns:
        The error's name, which may be empty, and its message; None if it holds none. A traceback stays unread.
    """
    if isinstance(content, dict) and "jsonrpc" in content and not content.get("error"):
        # An envelope in an envelope is no answer of anybody's.
        inner = opened(content)
        return None if isinstance(inner, dict) and "jsonrpc" in inner else error(inner)
    if isinstance(content, list) and content and all(isinstance(one, dict) for one in content):
        found = [error(one) for one in content]
        return found[0] if all(found) else None
    if isinstance(content, dict):
        return (_told(content) or ("", NOT_WHY)) if _failed(content) else None
    return ("", "The endpoint answered false.") if content is False else None


def _failed(content: dict[str, Any]) -> bool:
    if any(content.get(flag) is False or content.get(flag) in ("false", "False") for flag in FLAGS):
        return True
    # A record that is answered may have a field of this name.
    failed = "id" not in content and content.get("status") in FAILED
    return failed or bool(content.get("error") or content.get("errors"))


def told(content: Any) -> tuple[str, str]:
    """The error's name and message, of an answer whose HTTP status says that it is one."""
    if isinstance(content, dict):
        return _told(content) or ("", _message(content))
    return "", _message(content)


def _told(content: dict[str, Any]) -> tuple[str, str] | None:
    inner = content.get("error") or content.get("errors")
    message = _first(content, MESSAGES)
    if isinstance(inner, dict):
        # JSON-RPC keeps what people read one level deeper.
        data = inner["data"] if isinstance(inner.get("data"), dict) else inner
        return _name(data), _first(data, MESSAGES) or _first(inner, MESSAGES) or _message(data) or message
    if isinstance(inner, str):
        return (_name({"name": inner}), message) if message else ("", _message(inner))
    if inner and inner is not True:
        return "", _message(inner)
    return (_name(content), message) if message else None


def _name(content: dict[str, Any]) -> str:
    names = (content.get(name) for name in NAMES)
    return next((name for name in names if isinstance(name, str) and NAME.fullmatch(name)), "")


def _first(content: dict[str, Any], names: Sequence[str]) -> str:
    return next((text for name in names if (text := _message(content.get(name)))), "")


def _message(value: Any, depth: int = 0) -> str:
    """What there is to read for people in some content; of a traceback the last line, which says what went wrong."""
    if value is None or isinstance(value, bool) or depth > DEEPEST:
        return ""
    if isinstance(value, dict):
        text = next((found for name in MESSAGES if (found := _message(value.get(name), depth + 1))), "")
        others = ((name, inner) for name, inner in value.items() if name.lower() not in HIDDEN)
        read = ((name, _message(inner, depth + 1)) for name, inner in others)
        return text or "; ".join([f"{name}: {text}" for name, text in read if text][:WIDEST])[:LONGEST]
    if isinstance(value, list):
        return "; ".join(filter(None, (_message(inner, depth + 1) for inner in value[:WIDEST])))[:LONGEST]
    text = str(value).strip()
    if TRACEBACK in text:
        text = text.splitlines()[-1].strip()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
