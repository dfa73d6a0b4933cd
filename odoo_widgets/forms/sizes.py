"""Numbers and sizes as an analyst writes and reads them: `2.5`, `500 kB`, `2 MB`.

A thousand of each unit makes one of the next.
"""

from __future__ import annotations

import re
from decimal import Decimal

UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}
SIZE = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,15})(\.\d{1,9})?\s*([kmg]?b)", re.IGNORECASE)
NONE = ("", "0", "no limit")
NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?|\.\d{1,9}")


def size_words(size: int | None) -> str:
    """A size to the byte: `2.5 MB`, `1234.567 kB`; nothing for None."""
    if size is None:
        return ""
    # The largest unit that needs no more than three digits behind the point.
    name, unit = next(
        (name, unit) for name, unit in reversed(UNITS.items()) if unit == 1 or (size >= unit and not size * 1000 % unit)
    )
    return f"{(Decimal(size) / unit).normalize():f} {name}"


def size_of(text: str) -> int | str | None:
    """The bytes that words say.

    Args:
        text: Such as `500 kB`, `1,200 kB` or `2.5 MB`.

    Returns:
        The bytes, None for no limit; the text itself where it says neither.
    """
    if text.strip().lower() in NONE:
        return None
    match = SIZE.fullmatch(text.strip())
    if not match:
        return text
    whole, rest, name = match.groups()
    unit = {each.lower(): size for each, size in UNITS.items()}[name.lower()]
    size = Decimal(whole.replace(",", "") + (rest or "")) * unit
    return int(size) if size == int(size) else text


def number_words(number: float | None) -> str:
    """A number without what it does not need: `5`, `0.5`; nothing for None."""
    return "" if number is None else f"{Decimal(str(number)).normalize():f}"


def number_of(text: str) -> float | str | None:
    """The number that words say; None for no limit, the text itself where it says neither."""
    if text.strip().lower() in NONE:
        return None
    return float(text) if NUMBER.fullmatch(text.strip()) else text
