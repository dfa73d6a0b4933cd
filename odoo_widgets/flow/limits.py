"""What a protocol cannot carry, though Odoo could hold it: one entry for each protocol that has limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.choices import ITEM, XML_NAME
from odoo_widgets.flow.unsendable import UnsendableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from odoo_widgets.flow.settings import Settings

ANYTHING = re.compile(".*", re.DOTALL)


@attrs.frozen
class Limits:
    """What a protocol carries.

    Attributes:
        largest: The largest whole number; the smallest is its negative less 1.
        too_large: The sentence about a number beyond.
        characters: The characters that no text may hold.
        unreadable: The sentence about a text with one of them.
        names: What the key of a dict looks like.
        unnamed: The sentence about one that does not.
        taken: A key that means something else, if there is one.
        mistaken: The sentence about it.
    """

    largest: int
    too_large: str
    characters: re.Pattern[str]
    unreadable: str
    names: re.Pattern[str] = ANYTHING
    unnamed: str = ""
    taken: str | None = None
    mistaken: str = ""


# XML 1.0 (2.2, Char) has no such characters.
NO_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
REMOVE = r"Remove it: .str.replace(r'[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]', '', regex=True)."

# By protocol; for REST, by content format.
LIMITS: dict[str, Limits] = {
    # An <int> has four bytes (XML-RPC specification, Scalar <value>s).
    "xmlrpc": Limits(
        2**31 - 1,
        "XML-RPC holds whole numbers up to 2,147,483,647. Send it as text, or use JSON-2 or JSON-RPC.",
        NO_CHARACTERS,
        f"the text holds a control character, which XML-RPC cannot carry. {REMOVE}",
    ),
    "XML": Limits(
        2**63 - 1,
        "the number is larger than Odoo can hold. Send it as text.",
        NO_CHARACTERS,
        f"the text holds a control character, which XML cannot carry. {REMOVE}",
        XML_NAME,
        "this key of a dict cannot name an element in XML. Rename it, or use JSON.",
        ITEM,
        f"in XML, a key called {ITEM} looks like what stands in a list. Rename it, or use JSON.",
    ),
}


def limits_of(settings: Settings) -> Limits | None:
    """What the protocol and the content format of some settings carry; None where that is everything."""
    protocol = settings.endpoint.protocol
    return LIMITS.get(settings.content_format if protocol == "rest" else protocol)


def check(value: Any, limits: Limits, *, as_text: bool = False) -> None:
    """Looks for what a protocol cannot carry.

    Args:
        value: A value as it goes on the wire, lists and dicts of values included.
        limits: What the protocol carries.
        as_text: Whether numbers go out as text, which has no largest one.

    Raises:
        UnsendableError: It cannot be carried; the error holds the innermost value.
    """
    if type(value) is int and as_text:
        return
    if known := CHECKS.get(type(value)):
        known(value, limits)


def _number(value: int, limits: Limits) -> None:
    if not -limits.largest - 1 <= value <= limits.largest:
        raise UnsendableError(limits.too_large, value)


def _text(value: str, limits: Limits) -> None:
    if limits.characters.search(value):
        raise UnsendableError(limits.unreadable, value)


def _list(values: list[Any], limits: Limits) -> None:
    for value in values:
        check(value, limits)


def _dict(values: dict[str, Any], limits: Limits) -> None:
    for key, value in values.items():
        _text(key, limits)
        if not limits.names.fullmatch(key):
            raise UnsendableError(limits.unnamed, key)
        if key == limits.taken:
            raise UnsendableError(limits.mistaken, key)
        check(value, limits)


CHECKS: dict[type, Callable[[Any, Limits], None]] = {int: _number, str: _text, list: _list, dict: _dict}
