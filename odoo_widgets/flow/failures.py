"""What an endpoint answers with a status of success, and is an error: each add-on says it in words of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# What says that it did not work where it is false, and where the HTTP status is one of success. Every name is looked
# for in small letters and without strokes, however it is spelled.
FLAGS = ("success", "ok", "issuccess")
# Where a value is due.
VALUES = ("result", "data", "id")
# What answers name after what was done.
DEEDS = ("created", "updated", "written", "deleted", "ids")
# Where one more answer may stand.
INNER = ("result", "data", "record", "response", "params")
# How answers of success call a failure in the member `status`, and a success.
FAILED = ("denied", "error", "exception", "fail", "failed", "failure", "invalid", "ko")
WORKED = ("done", "ok", "success", "successful")
CODES = ("status", "statuscode", "code")
FIRST_CODE, LAST_CODE = 400, 599
REASONS = ("errorcode", "errormessage", "errordescription", "exception", "fault", "iserror", "haserror", "haserrors")
# How Odoo itself calls an exception, where it says what went wrong (odoo/http.py, serialize_exception).
EXCEPTION = re.compile(r"(odoo|openerp|werkzeug|psycopg2|builtins)\.[\w.]+", re.ASCII)
FALSE = ("false", "0", "no")
# How a text begins that says that it did not work, and what a kind of error is called.
SAYS_NO = re.compile(
    r"\W*((an?|the|internal|server|validation|access|key|type|value|user)[\s_]*)*"
    r"(error|exception|fail(ed|ure)?|denied|forbidden|unauthori[sz]ed|invalid|false|missing|not[\s_]found|traceback)(?![a-z])",
    re.IGNORECASE,
)
MESSAGES = (
    "message", "messages", "error_descrip", "error_description", "description", "detail", "msg", "title",
    "error_message", "errorMessage", "Message",
)  # fmt: skip
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
    if isinstance(content, list) and content and all(isinstance(one, dict) or one is False for one in content):
        found = [error(one) for one in content]
        return found[0] if all(found) else None
    if isinstance(content, dict):
        return ((_told(content) or ("", NOT_WHY)) if _failed(content) else None) or _inside(content)
    if isinstance(content, str):
        return _said(content)
    return ("", "The endpoint answered false.") if content is False else None


def affirms(content: Any) -> bool:
    """Whether an answer says in so many words that it worked."""
    members = _members(content)
    status = members.get("status")
    worked = isinstance(status, str) and status.strip().lower() in WORKED
    return worked or status is True or any(members.get(flag) not in (None, "", False, 0) for flag in FLAGS)


def is_silent(content: Any) -> bool:
    """Whether an answer has nothing where a value is due, and says nowhere that it worked."""
    if isinstance(content, dict) and "jsonrpc" in content and opened(content) is None:
        return True
    members = _members(opened(content))
    return not affirms(opened(content)) and any(members.get(name, 1) in (None, "") for name in VALUES)


def is_naught(content: Any) -> bool:
    """Whether an answer is a 0 or a no where a value or a deed is due, and says nowhere that it worked."""
    inner = opened(content)
    members = {"": inner} if not isinstance(inner, dict) else _members(inner)
    zero = any(_is_zero(members.get(name)) for name in ("", "status", *VALUES))
    return not affirms(inner) and (zero or any(_denies(members.get(name)) for name in DEEDS))


def _failed(content: dict[str, Any]) -> bool:
    members = _members(content)
    result = members.get("result")
    if any(_denies(members.get(flag)) for flag in FLAGS) or (_denies(result) and not _is_zero(result)):
        return True
    if members.get("error") or members.get("errors"):
        return True
    # A record that is answered may have a field of such a name.
    return not members.get("id") and _denied(content, members)


def _denied(content: dict[str, Any], members: dict[str, Any]) -> bool:
    """Whether what is no record says that it did not work."""
    status = members.get("status")
    if status is False or (isinstance(status, str) and status.strip().lower() in FAILED):
        return True
    if any(_is_code(members.get(name)) for name in CODES) or any(_is_reason(members.get(name)) for name in REASONS):
        return True
    name = members.get("name")
    if "message" in members and isinstance(name, str) and EXCEPTION.fullmatch(name):
        return True
    if affirms(content):
        return False
    kind = members.get("type")
    empty = any(members.get(name) is False for name in VALUES)
    return empty or any(_said(text) is not None for text in (kind, members.get("message")) if isinstance(text, str))


def _inside(content: dict[str, Any]) -> tuple[str, str] | None:
    """The error one level down, unless the answer says that it worked, or is a record's own."""
    members = _members(content)
    if members.get("id") or affirms(content):
        return None
    each = [members[name] for name in INNER if isinstance(members.get(name), dict | str)]
    return next((found for one in each if (found := error(one)) is not None), None)


def _said(text: str) -> tuple[str, str] | None:
    """What a text says that says that it did not work."""
    return ("", " ".join(_message(text).split())) if SAYS_NO.match(text) else None


def _members(content: Any) -> dict[str, Any]:
    """The members of an answer by their names in small letters; the first of each."""
    pairs = reversed(content.items()) if isinstance(content, dict) else ()
    return {str(name).lower().replace("_", ""): value for name, value in pairs}


def _denies(value: Any) -> bool:
    return value is False or _is_zero(value) or (isinstance(value, str) and value.strip().lower() in FALSE)


def _is_reason(value: Any) -> bool:
    return bool(value) and not _denies(value)


def _is_zero(value: Any) -> bool:
    return type(value) is int and value == 0


def _is_code(value: Any) -> bool:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) == len(str(LAST_CODE)):
        value = int(value)
    return type(value) is int and FIRST_CODE <= value <= LAST_CODE


def told(content: Any) -> tuple[str, str]:
    """The error's name and message, of an answer whose HTTP status says that it is one."""
    if isinstance(content, dict):
        return _told(content) or ("", _message(content))
    return "", _message(content)


def _told(content: dict[str, Any]) -> tuple[str, str] | None:
    members = _members(content)
    named = ("error", "errors", "exception", "fault")
    inner = next((found for name in named if (found := members.get(name))), None)
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
