"""Rows without the cells that Odoo holds already, read just before writing; and rows that changed there meanwhile.

A row without a difference is `unchanged`; with `since`, what was fetched before the frame was edited, a row that
somebody changed meanwhile is `rejected`. Amounts of money are compared to the digit in a send: one with more decimals
than its currency is written again each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.comparing import differing, same
from odoo_widgets.flow.unsendable import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from odoo_widgets.flow.calls import Batch
    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings


@attrs.frozen
class Conflict:
    """A cell that somebody changed in Odoo since it was compared.

    Attributes:
        field: The field.
        sentence: What it was, what it is, and what to do.
    """

    field: str
    sentence: str


def narrowed(
    batch: Batch, held: Mapping[int, Mapping[str, Any]], asked: Collection[str], settings: Settings, server: Server
) -> tuple[Batch, dict[int, Conflict]]:
    """A batch with only the cells that differ.

    Args:
        batch: The rows, with the ids of their records.
        held: What the look-up found: id to field to value.
        asked: The fields that it read.
        settings: Whether only changes are written.
        server: The model's fields, and what its records held when they were compared.

    Returns:
        The batch, in which a row without a difference has no cells; as it was, where not only changes are written or
        the look-up was for something else. And by their place the rows that are not to be written.
    """
    fields = server.fields.get(settings.endpoint.model, {})
    sent = {name for record in batch.records for name in record}
    if not settings.only_changes or batch.ids is None or not sent <= set(asked) or not sent <= fields.keys():
        return batch, {}
    seen = server.seen.get(settings.endpoint.model, {})
    records, conflicts = [], {}
    for place, (number, record) in enumerate(zip(batch.ids, batch.records, strict=True)):
        there = held.get(number)
        if there is None:
            records.append(record)
            continue
        found = differing(record, there, fields)
        records.append({name: record[name] for name in found})
        if (conflict := _conflict(found, seen.get(number, {}), fields)) is not None:
            conflicts[place] = conflict
    return attrs.evolve(batch, records=records), conflicts


def _conflict(found: Mapping[str, Any], seen: Mapping[str, Any], fields: Fields) -> Conflict | None:
    """The first cell that is neither what is sent nor what it was when it was compared."""
    for name, there in found.items():
        if name in seen and not same(fields[name], seen[name], there):
            was, now = shown(seen[name] or None), shown(there or None)
            return Conflict(name, f"{name} was {was} when it was compared, and is {now} in Odoo now. Compare again.")
    return None
