"""Names that people give to fields and choices, and what they may have meant."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# How alike two names are at least, from 0 to 1.
ALIKE = 0.75


def meant(name: str, known: Mapping[str, str]) -> str:
    """The name that may have been meant; empty where none is like it.

    Args:
        name: What was written.
        known: The technical names to their labels.
    """
    plain = _plain(name)
    by_look: dict[str, str] = {}
    for each in known:
        by_look.setdefault(_plain(known[each]), each)
    by_look |= {_plain(each): each for each in known}
    # A link's name ends in _id, which people leave out.
    if linked := next((known_as for known_as in (plain, f"{plain}id", f"{plain}ids") if known_as in by_look), ""):
        return by_look[linked]
    return _closest(plain, by_look)


def alike(name: str, names: Iterable[str]) -> str:
    """The name among some that is written most like another; empty where none is."""
    return _closest(_plain(name), {_plain(each): each for each in names})


def did_you_mean(found: str) -> str:
    """The end of a sentence about an unknown name, by what may have been meant; empty where that is."""
    return f" Did you mean {found!r}?" if found else ""


def _closest(plain: str, by_look: Mapping[str, str]) -> str:
    close = difflib.get_close_matches(plain, by_look, n=1, cutoff=ALIKE)
    return by_look[close[0]] if close else ""


def _plain(name: str) -> str:
    """A name's letters and digits; one that has none is itself."""
    return "".join(each for each in name.casefold() if each.isalnum()) or name
