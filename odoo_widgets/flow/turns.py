"""Documents that `load` makes in turns.

It leaves no cell out, so lines that follow each other and fill the same fields go together, in the document's order.

The first turn makes the document with its first lines, and the next ones add lines to it. Each line has an external ID,
so that a turn that is made twice makes no line twice, and a send that broke off in between goes on where it was.
"""

from __future__ import annotations

from itertools import takewhile
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.documents import line_ids, lines_of, with_lines
from odoo_widgets.flow.operations import EXTERNAL_ID, part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from odoo_widgets.flow.calls import Batch
    from odoo_widgets.flow.model import Fields

# By the model of lines, the fields of which one is 0 where only the other is filled: what is left out counts as 0 there
# (Odoo 19.0, addons/account/models/account_move_line.py, _sanitize_vals).
ZERO: Mapping[str, tuple[str, ...]] = MappingProxyType({"account.move.line": ("debit", "credit")})


def marked(
    batch: Batch, place: int, model: str, fields: Fields, line_key: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """The lines of a document by field, each with its external ID; one that has its own keeps it.

    Args:
        batch: Documents.
        place: The place of this one among them.
        model: Their model.
        fields: Its fields.
        line_key: The names that tell the lines of a document apart.
    """
    assert batch.keys is not None
    record, key = batch.records[place], batch.keys[place]
    found: dict[str, list[dict[str, Any]]] = {}
    for name, lines in lines_of(record, with_lines(batch.lines, fields)).items():
        own = all(EXTERNAL_ID in line for line in lines)
        ids = [line[EXTERNAL_ID] for line in lines] if own else line_ids(model, key, name, lines, line_key)
        zero = ZERO.get(fields[name].relation, ()) if name in fields else ()
        found[name] = [
            {EXTERNAL_ID: each, **(dict.fromkeys(zero, 0) if line.keys() & zero else {}), **line}
            for each, line in zip(ids, lines, strict=True)
        ]
    return found


def first(lines: Sequence[Mapping[str, Any]]) -> int:
    """How many lines go in the first turn: those from the first on that fill the same fields."""
    alike = lines[0].keys() if lines else set()
    return sum(1 for _ in takewhile(lambda line: line.keys() == alike, lines))


def later(batch: Batch, model: str, fields: Fields, line_key: Sequence[str]) -> Batch | None:
    """What is left of documents once their first turn is made; None where nothing is.

    Args:
        batch: The documents as they are loaded.
        model: The model.
        fields: Its fields.
        line_key: The names that tell the lines of a document apart.

    Returns:
        The documents that have lines left, with these alone.
    """
    if not batch.lines:
        return None
    places, records = [], []
    for place in range(len(batch.rows)):
        lists = marked(batch, place, model, fields, line_key)
        left = {name: rest for name, lines in lists.items() if (rest := lines[first(lines) :])}
        if left:
            places.append(place)
            records.append(left)
    return attrs.evolve(part(batch, places), records=records, operation="load") if places else None
