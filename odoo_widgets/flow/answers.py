"""What a REST endpoint answers, which each add-on writes differently: where the ids stand, and what is an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import orjson

if TYPE_CHECKING:
    from collections.abc import Sequence

# What PostgreSQL's largest integer can number.
LAST_ID = 2**63 - 1

# Where add-ons put the ids of what was made, tried in this order. The empty path is the answer itself.
COMMON_PLACES = ("", "id", "ids", "result", "data", "record", "records", "New resource")

STEP = re.compile(r"(?P<name>[^.\[\]]+)|\[(?P<place>\d+)\]")
PATH = re.compile(r"(?:[^.\[\]]+|\[\d+\])(?:\.[^.\[\]]+|\[\d+\])*")
# A number at the end of an address is a record's.
LAST_PART = re.compile(r"/(\d+)/?$")


@attrs.frozen
class Answer:
    """What an endpoint answered to a verb.

    Attributes:
        status: The HTTP status.
        content: The decoded body; None where it is empty.
        location: The address of what was made, if the answer names it.
    """

    status: int
    content: Any = attrs.field(default=None, repr=False)
    location: str = ""


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


def ids(answer: Answer, path: str = "") -> Sequence[int] | None:
    """The ids that an answer names.

    Args:
        answer: The answer.
        path: Where they stand, such as `data[0].id`; empty for the common places.

    Returns:
        One id, or as many as there are records in a list; None if none can be found.
    """
    for place in (path,) if path else COMMON_PLACES:
        if (found := _ids(at(answer.content, place))) is not None:
            return found
    match = LAST_PART.search(httpx.URL(answer.location).path) if answer.location else None
    return [int(match[1])] if match and not path else None


def _ids(value: Any) -> Sequence[int] | None:
    if isinstance(value, dict):
        value = value.get("id")
    if not isinstance(value, list):
        return [value] if _is_id(value) else None
    each: list[Any] = [one.get("id") if isinstance(one, dict) else one for one in value]
    return each if each and all(map(_is_id, each)) else None


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value <= LAST_ID


def error(content: Any) -> tuple[str, str] | None:
    """The error that an answer holds, whatever its HTTP status says.

    Args:
        content: The decoded body.

    Returns:
        The error's name, which may be empty, and its message; None if it holds none. A traceback stays unread.
    """
    if not isinstance(content, dict):
        return ("", "The endpoint answered false.") if content is False else None
    if content.get("result") is False or content.get("success") is False or content.get("ok") is False:
        return _told(content) or ("", "The endpoint answered that it did not work, and not why.")
    return _told(content) if content.get("error") or content.get("errors") else None


def told(content: Any) -> tuple[str, str]:
    """The error's name and message, of an answer whose HTTP status says that it is one."""
    return (_told(content) if isinstance(content, dict) else None) or ("", "")


def _told(content: dict[str, Any]) -> tuple[str, str] | None:
    inner = content.get("error") or content.get("errors")
    if isinstance(inner, dict):
        # JSON-RPC keeps what people read one level deeper.
        inner = inner["data"] if isinstance(inner.get("data"), dict) else inner
        return _first(inner, "name", "type"), _first(inner, "message", "description", "detail")
    message = _first(content, "message", "error_descrip", "error_description", "detail")
    if isinstance(inner, str):
        return (inner, message) if message else ("", inner)
    if inner and inner is not True:
        return "", orjson.dumps(inner).decode()
    return (_first(content, "type", "name"), message) if message else None


def _first(content: dict[str, Any], *names: str) -> str:
    return next((str(content[name]) for name in names if content.get(name)), "")
