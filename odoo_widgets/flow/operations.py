"""What a call does to a model: one function from a batch of rows to the calls that it takes, for each operation."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from typing import Any

import attrs
import orjson

# The method that a look-up calls. It changes nothing.
LOOK_UP = "search_read"


@attrs.frozen
class Batch:
    """The rows that are sent together, as values.

    Attributes:
        rows: Their positions in the frame.
        records: One dict of field to value for each row.
        ids: The database id of each row's record; None for an operation that needs none.
    """

    rows: Sequence[int]
    records: list[dict[str, Any]] = attrs.field(repr=False)
    ids: list[int] | None = attrs.field(default=None, repr=False)


@attrs.frozen
class Ask:
    """One call of a method of Odoo's, for some rows of a batch.

    Attributes:
        rows: The positions of the rows in the frame.
        method: The method.
        arguments: Its arguments by name, in the order of its signature, without the ids.
        ids: The records that it is called on, in the order of the rows; None for a method of the model itself.
        context: What it adds to the context.
        batch: For a look-up, the rows to send as soon as their records are known to be there.
    """

    rows: Sequence[int]
    method: str
    arguments: dict[str, Any] = attrs.field(repr=False)
    ids: list[int] | None = attrs.field(default=None, repr=False)
    context: dict[str, Any] = attrs.field(factory=dict, repr=False)
    batch: Batch | None = attrs.field(default=None, repr=False)


def _create(batch: Batch) -> Iterator[Ask]:
    yield Ask(batch.rows, "create", {"vals_list": batch.records})


def _write(batch: Batch) -> Iterator[Ask]:
    """Rows with the same values share a `write`; the others share a `web_save_multi`, which has values for each id.

    `web_save_multi` writes row by row inside one call and transaction (Odoo 19.0, addons/web/models/models.py).
    """
    assert batch.ids is not None
    alone: list[int] = []
    for places in _alike(batch.records):
        if len(places) == 1 and len(batch.records) > 1:
            alone += places
        else:
            yield Ask(_pick(batch.rows, places), "write", {"vals": batch.records[places[0]]}, _pick(batch.ids, places))
    if len(alone) == 1:
        yield Ask(_pick(batch.rows, alone), "write", {"vals": batch.records[alone[0]]}, _pick(batch.ids, alone))
    elif alone:
        # An empty specification: nothing is to be read back.
        arguments = {"vals_list": _pick(batch.records, alone), "specification": {}}
        yield Ask(_pick(batch.rows, alone), "web_save_multi", arguments, _pick(batch.ids, alone))


def _unlink(batch: Batch) -> Iterator[Ask]:
    yield Ask(batch.rows, "unlink", {}, batch.ids)


def _load(batch: Batch) -> Iterator[Ask]:
    """`load` cannot leave a cell out: rows are parted by the set of columns that they fill."""
    filled: dict[tuple[str, ...], list[int]] = {}
    for place, record in enumerate(batch.records):
        filled.setdefault(tuple(record), []).append(place)
    for fields, places in filled.items():
        data = [[_cell(value) for value in batch.records[place].values()] for place in places]
        # `load` reads times in the zone of the context, create and write always in UTC.
        yield Ask(_pick(batch.rows, places), "load", {"fields": list(fields), "data": data}, context={"tz": "UTC"})


def _cell(value: object) -> str | None:
    """A cell as `load` reads it from a file: text.

    It fails on a number for an external ID and on a boolean, and cuts 1.5 to 1 for an integer field, where it refuses
    "1.5" (odoo/orm/models.py, odoo/addons/base/models/ir_fields.py).
    """
    if isinstance(value, bool):
        return str(int(value))
    return None if value is None else str(value)


def _alike(records: list[dict[str, Any]]) -> list[list[int]]:
    """The places of records with the same values, in the order in which each first comes."""
    places: dict[bytes, list[int]] = {}
    for place, record in enumerate(records):
        places.setdefault(orjson.dumps(record, option=orjson.OPT_SORT_KEYS), []).append(place)
    return list(places.values())


def _pick(items: Sequence[Any], places: list[int]) -> Any:
    return items if len(places) == len(items) else [items[place] for place in places]


@attrs.frozen
class Operation:
    """What a call does to the model.

    Attributes:
        words: What it is called on a screen.
        needs_ids: Whether each row says which record it is for.
        takes_values: Whether the columns are values to send.
        calls: From a batch to its calls.
    """

    words: str
    needs_ids: bool
    takes_values: bool
    calls: Callable[[Batch], Iterator[Ask]]


OPERATIONS: dict[str, Operation] = {
    "create": Operation("Create", needs_ids=False, takes_values=True, calls=_create),
    "write": Operation("Update (write)", needs_ids=True, takes_values=True, calls=_write),
    "unlink": Operation("Delete (unlink)", needs_ids=True, takes_values=False, calls=_unlink),
    "load": Operation("Create or update (load)", needs_ids=False, takes_values=True, calls=_load),
}


def look_up(batch: Batch) -> Ask:
    """The call that asks which of a batch's records are there, archived ones included.

    On models without access rules of their own, `write` and `unlink` answer true for ids that no record has
    (seen on Odoo 19.0, res.partner.category).
    """
    arguments = {"domain": [["id", "in", batch.ids]], "fields": ["id"]}
    return Ask(batch.rows, LOOK_UP, arguments, context={"active_test": False}, batch=batch)


def only(batch: Batch, found: Container[int]) -> Batch:
    """The rows of a batch whose records are there."""
    assert batch.ids is not None
    places = [place for place, each in enumerate(batch.ids) if each in found]
    return Batch(_pick(batch.rows, places), _pick(batch.records, places), _pick(batch.ids, places))
