"""Rows without the cells that Odoo holds already, read just before writing; and rows that changed there meanwhile.

A row without a difference is `unchanged`; with `since`, what was fetched before the frame was edited, a row that
somebody changed meanwhile is `rejected`. Amounts of money are compared to the digit in a send: one with more decimals
than its currency is written again each time.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.comparing import DECIMALS, differing, one_id, rounded, same
from odoo_widgets.flow.documents import OF_LINES
from odoo_widgets.flow.server import NOTHING_SEEN
from odoo_widgets.flow.unsendable import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from odoo_widgets.flow.calls import Batch
    from odoo_widgets.flow.model import Field, Fields
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings


@attrs.frozen
class Conflict:
    """A cell that is not written: somebody changed it in Odoo since it was compared, or another row shares it.

    Attributes:
        field: The field.
        sentence: What it was or is elsewhere, what it is, and what to do.
    """

    field: str
    sentence: str


def narrowed(
    batch: Batch, held: Mapping[int, Mapping[str, Any]], asked: Collection[str], settings: Settings, server: Server
) -> tuple[Batch, dict[int, Conflict], Server]:
    """A batch with only the cells that differ.

    Args:
        batch: The rows, with the ids of their records.
        held: What the look-up found: id to field to value.
        asked: The fields that it read.
        settings: Whether only changes are written.
        server: The model's fields, and what its records held when they were compared.

    Returns:
        The batch, in which a row without a difference has no cells; as it was, where not only changes are written or
        the look-up was for something else. By their place the rows that are not to be written. And the server, with
        what the rows give to records that they share.
    """
    fields = dict(server.fields.get(settings.endpoint.model, {}))
    sent = {*chain.from_iterable(batch.records)}
    if not settings.only_changes or batch.ids is None or not sent <= set(asked) or not sent <= fields.keys():
        return batch, {}, server
    elsewhere = {name: fields[name] for name in sorted(sent) if fields[name].through}
    given = dict(server.sharing.get(settings.endpoint.model, {})) if elsewhere else {}
    seen = server.seen.get(settings.endpoint.model, NOTHING_SEEN)
    records, conflicts = [], {}
    for place, (number, record) in enumerate(zip(batch.ids, batch.records, strict=True)):
        there = held.get(number)
        if there is None:
            records.append(record)
            continue
        found = differing(record, there, fields)
        records.append({name: record[name] for name in found})
        shared = _shared(number, record, there, elsewhere, given) if elsewhere else None
        sure = seen.is_sure(number) or not settings.key
        conflict = shared or (_of_own(found, seen.of(number, record), fields, sure) if found else None)
        if conflict is not None:
            conflicts[place] = conflict
    knows = server.shares(settings.endpoint.model, given) if given else server
    return attrs.evolve(batch, records=records), conflicts, knows


def _shared(
    number: int,
    record: Mapping[str, Any],
    there: Mapping[str, Any],
    elsewhere: Fields,
    given: dict[tuple[str, int, str], tuple[int, Any]],
) -> Conflict | None:
    """The first cell that another row gives another value to: both write it into one record, so neither would last."""
    for name, field in elsewhere.items():
        link, parent = field.through, one_id(there.get(field.through)) if name in record else 0
        if parent <= 0:
            continue
        value = record[name]
        first, wanted = given.setdefault((link, parent, name), (number, value))
        if first != number and not same(field, value, wanted):
            return Conflict(
                name,
                f"{name} is held by one record, {link} {parent}, for this row and for record {first}, which gives it "
                f"{shown(wanted)}; this row says {shown(value)}. Give them one value, or exclude the column.",
            )
    return None


def _of_own(found: Mapping[str, Any], seen: Mapping[str, Any], fields: Fields, sure: bool) -> Conflict | None:
    """The first cell of a record's own that somebody changed; its lines are looked at by themselves."""
    sentence = changed(
        {name: value for name, value in found.items() if fields[name].type != OF_LINES}, seen, fields, sure=sure
    )
    return Conflict(*sentence) if sentence else None


def changed(
    found: Mapping[str, Any], seen: Mapping[str, Any], fields: Fields, *, sure: bool = True
) -> tuple[str, str] | None:
    """The first cell that is neither what is sent nor what it was when it was compared, and the sentence about it.

    Args:
        found: The cells that Odoo does not hold as they are sent: field to what it holds.
        seen: What it held.
        fields: The fields.
        sure: Whether it is known that the record was there.
    """
    doubt = "" if sure else ", or its record was not there,"
    for name, there in found.items():
        if name in seen and not _still(fields[name], seen[name], there):
            was, now = shown(seen[name] or None), shown(there or None)
            return name, f"{name} was {was}{doubt} when it was compared, and is {now} in Odoo now. Compare again."
    return None


def _still(field: Field, was: Any, now: Any) -> bool:
    """Whether a field holds what it did. An amount that was compared as it is sent is there rounded to its currency."""
    rounds = field.type == "monetary" and isinstance(was, int | float) and isinstance(now, int | float)
    return same(field, was, now) or (rounds and any(rounded(was, decimals) == now for decimals in DECIMALS))
