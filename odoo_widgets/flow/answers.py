"""What a REST endpoint answers, which each add-on writes differently: where the ids stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
import httpx

from odoo_widgets.flow.failures import error, opened

if TYPE_CHECKING:
    from collections.abc import Sequence

# What PostgreSQL's largest integer can number.
LAST_ID = 2**63 - 1

# Where add-ons put the ids of what was made, tried in this order. The empty path is the answer itself.
COMMON_PLACES = (
    "", "result", "result.data", "result.record", "data", "data.record", "data.data", "record", "records", "results",
    "params.data", "New resource",
)  # fmt: skip

# A name, or in brackets a place in a list, or a name in quotes, which may hold a dot (RFC 9535, 2.5.1).
BARE, BRACKETS = r"[^.\[\]]+", r"\[(?:\d{1,9}|\"[^\"]+\"|'[^']+')\]"
STEP = re.compile(rf"\[(?P<place>\d+)\]|\[\"(?P<double>[^\"]+)\"\]|\['(?P<single>[^']+)'\]|(?P<name>{BARE})", re.ASCII)
PATH = re.compile(rf"(?:{BARE}|{BRACKETS})(?:\.{BARE}|{BRACKETS})*", re.ASCII)
# A number at the end of an address is a record's.
LAST_PART = re.compile(r"/(\d{1,18})/?$", re.ASCII)
DIGITS = re.compile(r"\d{1,18}", re.ASCII)


@attrs.frozen
class Answer:
    """What an endpoint answered to a verb.

    Attributes:
        status: The HTTP status.
        content: The decoded body; text where it is no data; None where it is empty.
        location: The address of what was made, if the answer names it.
        is_null: Whether the body is a null, which is more than an empty one.
    """

    status: int
    content: Any = attrs.field(default=None, repr=False)
    location: str = ""
    is_null: bool = False


def steps(path: str) -> list[str | int]:
    """A path such as `data[0].id` or `["res.partner"].id` as names and places."""
    found = STEP.finditer(path)
    return [int(each[1]) if each.lastgroup == "place" else each[each.lastgroup or 0] for each in found]


def at(content: Any, path: str) -> Any:
    """What stands at a path in decoded content; None where nothing does."""
    for step in steps(path):
        if isinstance(step, int):
            content = content[step] if isinstance(content, list) and step < len(content) else None
        else:
            content = content.get(step) if isinstance(content, dict) else None
    return content


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
    """Whether an answer counts what failed, or lists an id for some records only, or an error."""
    counts = [place.get("failed") for place in _places(content) if isinstance(place, dict)]
    if any(type(count) is int and count > 0 for count in counts):
        return True
    lists = [place for place in _places(content) if isinstance(place, list)]
    return any(_ids([one], named=True) is not None or error(one) is not None for each in lists for one in each)


def _ids(value: Any, *, named: bool) -> Sequence[int] | None:
    if isinstance(value, dict):
        value, named = _number(value.get("id") or value.get("ids")), False
    if not isinstance(value, list):
        return [value] if _is_id(value) and not named else None
    each: list[Any] = [_number(one.get("id")) if isinstance(one, dict) else None if named else one for one in value]
    return each if each and all(map(_is_id, each)) else None


def _number(value: Any) -> Any:
    """Where somebody said that there is an id, or calls it one, text of digits is one."""
    if isinstance(value, list):
        return [_number(one) for one in value]
    return int(value) if isinstance(value, str) and DIGITS.fullmatch(value) else value


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value <= LAST_ID
