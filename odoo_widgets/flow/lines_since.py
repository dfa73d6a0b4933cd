"""Lines of a document beside what they were when they were fetched or compared: what somebody did to them since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.comparing import differing
from odoo_widgets.flow.narrowed import Conflict, changed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.server import Seen

AGAIN = "Compare again."
GONE = f"line {{place}} was there when it was compared, and is gone from Odoo now. {AGAIN}"
NEW = f"line {{place}} was not there when it was compared, and holds other values in Odoo now. {AGAIN}"
LOST = f"{{lines}} of {{name}} that were there when they were fetched are gone from Odoo now. {AGAIN}"
ADDED = f"{{lines}} in {{name}} that were not there when it was compared would be deleted. {AGAIN}"


@attrs.frozen
class Before:
    """The lines of one field of a document, when they were fetched or compared.

    Attributes:
        name: The field.
        known: What is known of the document.
        as_sent: Whether all else was as it is sent.
        sure: Whether it is known that the document was there.
    """

    name: str
    known: Mapping[str, Any]
    as_sent: bool
    sure: bool = True

    @classmethod
    def of(cls, seen: Seen, document: int, name: str) -> Before | None:
        """What a document's lines were; None where nothing is known of it."""
        known = seen.cells.get(document, {})
        return cls(name, known, seen.as_sent, seen.is_sure(document)) if known or seen.as_sent else None

    @property
    def fetched(self) -> dict[int, Mapping[str, Any]]:
        """The lines that were fetched, by id."""
        lines = self.known.get(self.name) if not self.as_sent else None
        return {line["id"]: line for line in lines or () if isinstance(line, dict) and "id" in line}

    def line(self, place: int, number: int, sent: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What a line of the frame held; None where it was not there."""
        if not self.as_sent:
            return self.fetched.get(number)
        called = f"{self.name}[{place}]"
        if called in self.known:
            return None
        return {each: self.known.get(f"{called}.{each}", value) for each, value in sent.items()}

    def other(self) -> set[int]:
        """The lines that would have been deleted then, or, where lines were fetched, all that were there."""
        return set(self.known.get(self.name) or ()) if self.as_sent else {*self.fetched}


def conflict(
    before: Before,
    lines: Sequence[Mapping[str, Any]],
    numbers: Sequence[int],
    cells: Mapping[int, Mapping[str, Any]],
    fields: Fields,
) -> Conflict | None:
    """The first line that somebody changed, made or deleted since, and that is now otherwise than it is sent.

    Args:
        before: What the lines were.
        lines: The lines as they go out.
        numbers: Their ids in Odoo; 0 for one that is not there.
        cells: What lines hold now, by id.
        fields: The fields of lines.
    """
    for place, (line, number) in enumerate(zip(lines, numbers, strict=True)):
        sent = {name: value for name, value in line.items() if name in fields}
        was, now = before.line(place, number, sent), cells.get(number)
        if now is None:
            # A fetched line has no place in the frame: which one is missing is told by the ids.
            if was is not None and before.as_sent:
                return Conflict(before.name, GONE.format(place=place))
            continue
        found = differing(sent, now, fields)
        if found and was is None:
            return Conflict(before.name, NEW.format(place=place))
        if was is not None and (said := changed(found, was, fields, sure=before.sure)):
            name, sentence = said
            return Conflict(f"{before.name}/{name}", f"line {place}: {sentence}")
    if 0 in numbers and (lost := before.fetched.keys() - cells.keys()):
        return Conflict(before.name, LOST.format(lines=_lines(len(lost)), name=before.name))
    return None


def added(before: Before, deleted: Collection[int]) -> Conflict | None:
    """Lines that would be deleted, and that nobody saw when the document was compared."""
    unseen = [each for each in deleted if each not in before.other()]
    return Conflict(before.name, ADDED.format(lines=_lines(len(unseen)), name=before.name)) if unseen else None


def _lines(count: int) -> str:
    return f"{count:,} line{'s' if count > 1 else ''}"
