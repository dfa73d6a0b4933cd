"""What a REST endpoint answers, which each add-on writes differently: where the ids stand, and what is an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
import httpx

if TYPE_CHECKING:
    from collections.abc import Sequence

# What PostgreSQL's largest integer can number.
LAST_ID = 2**63 - 1

# Where add-ons put the ids of what was made, tried in this order. The empty path is the answer itself.
COMMON_PLACES = ("", "result", "result.data", "result.record", "data", "record", "records", "New resource")

STEP = re.compile(r"(?P<name>[^.\[\]]+)|\[(?P<place>\d{1,9})\]", re.ASCII)
PATH = re.compile(r"(?:[^.\[\]]+|\[\d{1,9}\])(?:\.[^.\[\]]+|\[\d{1,9}\])*", re.ASCII)
# A number at the end of an address is a record's.
LAST_PART = re.compile(r"/(\d{1,18})/?$", re.ASCII)
DIGITS = re.compile(r"\d{1,18}", re.ASCII)

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


@attrs.frozen
class Answer:
    """What an endpoint answered to a verb.

    Attributes:
        status: The HTTP status.
        content: The decoded body; text where it is no data; None where it is empty.
        location: The address of what was made, if the answer names it.
    """

    status: int
    content: Any = attrs.field(default=None, repr=False)
    location: str = ""


# --- ids -------------------------------------------------------------------------------------------------------------


def steps(path: str) -> list[str | int]:
    """A path such as `data[0].id` as names and places."""
    return [int(match["place"]) if match["place"] else match["name"] for match in STEP.finditer(path)]


def at(content: Any, path: str) -> Any:
    """What stands at a path in decoded content; None where nothing does."""
    for step in steps(path):
        if isinstance(step, int):
            content = content[step] if isinstance(content, list) and step < len(content) else None
        else:
            content = content.get(step) if isinstance(content, dict) else None
    return content


def opened(content: Any) -> Any:
    """The result inside a JSON-RPC envelope, whose own `id` numbers the request; other content is its own."""
    return content.get("result") if isinstance(content, dict) and "jsonrpc" in content else content


def _places(content: Any) -> list[Any]:
    """What stands where ids commonly do, the answer itself first."""
    inner = opened(content)
    # Some name the list of records after the model.
    models = [value for name, value in inner.items() if "." in name] if isinstance(inner, dict) else []
    return [*(at(inner, place) for place in COMMON_PLACES), *models]


def ids(answer: Answer, path: str = "", *, named: bool = False) -> Sequence[int] | None:
    """The ids that an answer names.

    Args:
        answer: The answer.
        path: Where they stand, such as `data[0].id`; empty for the common places.
        named: Whether only what the answer calls an id counts: a bare number may count records, too.

    Returns:
        One id, or as many as there are records in a list; None if none can be found.
    """
    if path:
        return _ids(_number(at(answer.content, path)), named=False)
    return next((found for place in _places(answer.content) if (found := _ids(place, named=named)) is not None), None)


def made_at(location: str) -> Sequence[int] | None:
    """The id at the end of the address of what was made; None if there is none."""
    try:
        match = LAST_PART.search(httpx.URL(location).path)
    except (httpx.InvalidURL, ValueError):
        return None
    return [int(match[1])] if match and _is_id(int(match[1])) else None


def is_mixed(content: Any) -> bool:
    """Whether a list of what became of each record has an id for some of them only, or an error."""
    lists = [place for place in _places(content) if isinstance(place, list)]
    return any(_ids([one], named=True) is not None or error(one) is not None for each in lists for one in each)


def _ids(value: Any, *, named: bool) -> Sequence[int] | None:
    if isinstance(value, dict):
        value, named = value.get("id") or value.get("ids"), False
    if not isinstance(value, list):
        return [value] if _is_id(value) and not named else None
    each: list[Any] = [one.get("id") if isinstance(one, dict) else None if named else one for one in value]
    return each if each and all(map(_is_id, each)) else None


def _number(value: Any) -> Any:
    """Where somebody said that there is an id, text of digits is one."""
    if isinstance(value, list):
        return [_number(one) for one in value]
    return int(value) if isinstance(value, str) and DIGITS.fullmatch(value) else value


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value <= LAST_ID


# --- errors ----------------------------------------------------------------------------------------------------------


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
