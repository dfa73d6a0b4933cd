"""What a call does to a model: one function from a batch of rows to the calls that it takes, for each operation.

The last part of a JSON-2 address says which one; XML-RPC and JSON-RPC take it from the settings:

* `create` makes a record for each row, from columns called like fields.
* `write` updates records, by a column of database ids or by a key; a batch takes one call, and one more for
  each twenty rows or more with the same values.
* `unlink` deletes records, by a column of database ids.
* `load` is Odoo's own import: it makes records, or updates them by external id. Columns are called as the import names
  them; links to other records go as `country_id/.id` or `country_id/id`, never by name. Every cell is text, as in a
  file: an empty one counts as missing, and lists and dicts are refused.
* A method, such as `action_confirm`, is called on records, by a column of database ids; other columns are its
  arguments. Whether it is one of records is asked first, where the protocol would hand the ids to any other.

Before a `write`, `unlink` or method, each batch is looked up: a row whose record is not there is `rejected`, and the
others go on. Of methods that are known (`methods`), the state is read before and after: a record that is already there
is `unchanged`, and nothing is called on it. One that opens a window for a person leaves its rows at `needs_attention`.
A stock count is not made twice: `create` and `load` on `stock.quant` change the quant that is there for a product and a
place.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import attrs
import orjson

from odoo_widgets.flow.calls import FIELDS_GET, LOG_IN, LOOK_UP, Ask, Batch, pick
from odoo_widgets.flow.choices import CREATE, UPDATE, UPSERT
from odoo_widgets.flow.matching import domain
from odoo_widgets.flow.model import ATTRIBUTES

if TYPE_CHECKING:
    from odoo_widgets.flow.endpoint import Endpoint

SAVE_MULTI = "web_save_multi"
# How many rows with the same values have a `write` of their own: two beside rows that hold lists, else twenty. For each
# call, Odoo checks the key, which takes about as long as writing a simple field of so many rows one by one.
LEAST, MANY = 2, 20
# The columns by which `load` finds the record that a row is: its external ID, or its id in the database.
OF_LOAD = EXTERNAL_ID, DATABASE_ID = ("id", ".id")
# When a record was made, and when it was last written; and what asks for it, exactly.
WHEN = ("create_date", "write_date")
# The method that says which external IDs records have, to whoever may read these (odoo/orm/models.py). What
# `get_external_id` answers, XML-RPC cannot carry: it has numbers for the names of what a dict holds.
GET_METADATA = "get_metadata"
READ_GROUPS, EACH_ID = "formatted_read_group", "id:array_agg"


def _create(batch: Batch, _several: bool) -> Iterator[Ask]:
    yield Ask(batch.rows, "create", {"vals_list": batch.records})


def _write(batch: Batch, several: bool) -> Iterator[Ask]:
    """Many rows with the same values share a `write`; all others a `web_save_multi`, which has values for each id.

    `web_save_multi` writes row by row inside one call and transaction (Odoo 19.0, addons/web/models/models.py). A
    server that does not have it gets a `write` for all rows with the same values.
    """
    assert batch.ids is not None
    # Lists are commands, some of which make lines: those are for one record (odoo/orm/fields_relational.py). Rows that
    # can be written twice stay apart from them.
    groups = alike(batch.records, lists_too=False)
    least = LEAST if any(map(_has_list, batch.records)) else MANY
    few = [places for places in groups if several and len(places) < least]
    together = len(few) > 1
    yield from (_one_write(batch, places) for places in groups if not together or len(places) >= least)
    if together:
        yield save_multi(part(batch, sorted(chain.from_iterable(few))))


def save_multi(batch: Batch) -> Ask:
    """The one call that writes values of its own to each record of a batch."""
    # An empty specification: nothing is to be read back.
    arguments = {"vals_list": batch.records, "specification": {}}
    return Ask(batch.rows, SAVE_MULTI, arguments, batch.ids)


def _one_write(batch: Batch, places: list[int]) -> Ask:
    values = {"vals": batch.records[places[0]]}
    return Ask(pick(batch.rows, places), "write", values, pick(batch.ids or [], places))


def _unlink(batch: Batch, _several: bool) -> Iterator[Ask]:
    yield Ask(batch.rows, "unlink", {}, batch.ids)


def _load(batch: Batch, _several: bool) -> Iterator[Ask]:
    """`load` cannot leave a cell out: rows are parted by the set of columns that they fill."""
    for places in _filled_alike(batch.records):
        fields = batch.records[places[0]]
        data = [[_cell(value) for value in batch.records[place].values()] for place in places]
        # `load` reads times in the zone of the context, create and write always in UTC.
        yield Ask(pick(batch.rows, places), "load", {"fields": list(fields), "data": data}, context={"tz": "UTC"})


def _filled_alike(records: list[dict[str, Any]]) -> list[list[int]]:
    """The places of records that fill the same columns; no row of a record overtakes another, since the last one wins.

    `a` and `__import__.a` are the same external ID (Odoo 19.0, odoo/orm/models.py, load).
    """
    found = (record[name] for record in records for name in OF_LOAD if record.get(name))
    named = [str(value).removeprefix("__import__.") for value in found]
    if len(set(named)) < len(named):
        return [list(map(itemgetter(0), run)) for _, run in groupby(enumerate(map(tuple, records)), itemgetter(1))]
    filled: dict[tuple[str, ...], list[int]] = {}
    for place, record in enumerate(records):
        filled.setdefault(tuple(record), []).append(place)
    return list(filled.values())


def _cell(value: object) -> str | None:
    """A cell as `load` reads it from a file: text.

    It fails on a number for an external ID and on a boolean, and cuts 1.5 to 1 for an integer field, where it refuses
    "1.5" (odoo/orm/models.py, odoo/addons/base/models/ir_fields.py).
    """
    if isinstance(value, bool):
        return str(int(value))
    return None if value is None else str(value)


def alike(records: list[dict[str, Any]], *, lists_too: bool = True) -> list[list[int]]:
    """The places of records with the same values, in the order in which each first comes.

    Args:
        records: One dict of field to value for each.
        lists_too: Whether records with lists can be the same.
    """
    places: dict[bytes | int, list[int]] = {}
    for place, record in enumerate(records):
        same = lists_too or not _has_list(record)
        key = orjson.dumps(record, option=orjson.OPT_SORT_KEYS) if same else place
        places.setdefault(key, []).append(place)
    return list(places.values())


def _has_list(record: dict[str, Any]) -> bool:
    return any(isinstance(value, list) for value in record.values())


def _verb(name: str) -> Callable[[Batch, bool], Iterator[Ask]]:
    """A verb of REST. A row of an upsert that has no id yet is posted."""

    def calls(batch: Batch, _several: bool) -> Iterator[Ask]:
        verb = "POST" if batch.ids is not None and batch.ids[0] == 0 else name
        ids = batch.ids if verb == name else None
        yield Ask(batch.rows, verb, {} if name == "DELETE" else {"records": batch.records}, ids)

    return calls


@attrs.frozen
class Operation:
    """What a call does to the model.

    Attributes:
        words: What it is called on a screen.
        needs_ids: Whether each row says which record it is for, which is looked up first.
        takes_values: Whether the columns are values to send.
        needs_values: Whether there is nothing to send without one.
        calls: From a batch to its calls, and whether the server takes different values for several records in one.
    """

    words: str
    needs_ids: bool
    takes_values: bool
    needs_values: bool
    calls: Callable[[Batch, bool], Iterator[Ask]]


OPERATIONS: dict[str, Operation] = {
    "create": Operation("Create", needs_ids=False, takes_values=True, needs_values=True, calls=_create),
    "write": Operation("Update (write)", needs_ids=True, takes_values=True, needs_values=True, calls=_write),
    "unlink": Operation("Delete (unlink)", needs_ids=True, takes_values=False, needs_values=False, calls=_unlink),
    "load": Operation("Create or update (load)", needs_ids=False, takes_values=True, needs_values=True, calls=_load),
}

# What the verbs of REST mean (RFC 9110, 9.3; RFC 5789). The address says of which record.
VERBS: dict[str, Operation] = {
    "POST": Operation("Create (POST)", needs_ids=False, takes_values=True, needs_values=True, calls=_verb("POST")),
    "PUT": Operation("Replace (PUT)", needs_ids=False, takes_values=True, needs_values=True, calls=_verb("PUT")),
    "PATCH": Operation("Update (PATCH)", needs_ids=False, takes_values=True, needs_values=True, calls=_verb("PATCH")),
    "DELETE": Operation(
        "Delete (DELETE)", needs_ids=False, takes_values=False, needs_values=False, calls=_verb("DELETE")
    ),
}


def operation(name: str) -> Operation:
    """What an operation does; any name that is not in `OPERATIONS` is a method on records.

    Args:
        name: Such as `create` or `action_confirm`; for REST the verb.

    Returns:
        The operation. A method takes the columns as its arguments; rows with the same arguments share a call.
    """

    def calls(batch: Batch, _several: bool) -> Iterator[Ask]:
        assert batch.ids is not None
        for places in alike(batch.records):
            arguments = batch.records[places[0]]
            yield Ask(pick(batch.rows, places), name, arguments, pick(batch.ids, places), by_name=True)

    known = OPERATIONS.get(name) or VERBS.get(name)
    return known or Operation(f"Run {name}", needs_ids=True, takes_values=True, needs_values=False, calls=calls)


def what(target: Endpoint, when_found: str = "", called: str = "") -> str:
    """What is done to which model, in words, such as `Create res.partner`.

    Args:
        target: The model and the operation.
        when_found: What becomes of rows with a key; empty where they have none.
        called: What people call these records, such as `2,000 Contacts`; the model's name if left out.
    """
    on = "" if target.operation in OPERATIONS or target.operation in VERBS else "on "
    words = words_of(target.operation, when_found)
    # Who reads no name of a model needs none of a method either.
    done = words.partition(" (")[0] if called else words
    return f"{done} {on}{called or target.model}".strip()


# What rows with a key are for, in words, by what becomes of those whose records are there.
KEYED = {CREATE: "Create where missing", UPDATE: "Update", UPSERT: "Create or update"}


def words_of(name: str, when_found: str = "") -> str:
    """What an operation is called on a screen."""
    return KEYED.get(when_found) or operation(name).words


def log_in() -> Ask:
    """The call that asks for the user's id, which each call of some protocols wants."""
    return Ask(range(0), LOG_IN, {})


def ask_whose(name: str) -> Ask:
    """The call that asks whose method one is: the model's own, or its records'. The method itself is not called."""
    return Ask(range(0), name, {}, whose=True)


def ask_fields(names: Sequence[str] = (), *, wanted: Sequence[str] = (), cells: Mapping[str, str] | None = None) -> Ask:
    """The call that asks for a model's fields.

    Args:
        names: The only fields to ask for; all if left out.
        wanted: Those that the model must have.
        cells: What the cells of the key columns are, which the answer is held against.
    """
    arguments = {"allfields": list(names), "attributes": list(ATTRIBUTES)}
    return Ask(range(0), FIELDS_GET, arguments, wanted=wanted, cells=cells or {})


def look_up(batch: Batch, fields: tuple[str, ...] = (), *, keep: bool = False, whole: bool = False) -> Ask:
    """The call that asks which of a batch's records are there, archived ones included, and what they hold.

    On models without access rules of their own, `write` and `unlink` answer true for ids that no record has
    (seen on Odoo 19.0, res.partner.category).

    Args:
        batch: The rows, with their ids.
        fields: What to read of the records beside their ids.
        keep: Whether what they hold is to be kept: then a record that a field leads to is its id alone, and of a file
            only its size is read.
        whole: Whether files are read whole all the same.

    Returns:
        The call.
    """
    arguments: dict[str, Any] = {"domain": [["id", "in", batch.ids]], "fields": ["id", *fields]}
    ask = Ask(batch.rows, LOOK_UP, arguments, context={"active_test": False}, batch=batch)
    return _keeping(ask, whole=whole) if keep and fields else ask


def _keeping(ask: Ask, *, whole: bool) -> Ask:
    # Odoo 19.0, odoo/orm/models.py, `_read_format`; odoo/orm/fields_binary.py.
    arguments, context = {**ask.arguments, "load": ""}, {**ask.context, **({} if whole else {"bin_size": True})}
    return attrs.evolve(ask, arguments=arguments, context=context, by_name=True)


def look_for(batch: Batch, more: Sequence[str] = (), keep: Sequence[str] = (), *, whole: bool = False) -> Ask:
    """The call that asks which records hold the keys of a batch's rows, archived ones included.

    Args:
        batch: The rows, with their keys.
        more: What to read of the records beside their ids and keys.
        keep: The same, to be kept, as `look_up` says.
        whole: Whether files are read whole all the same.

    Returns:
        The call.
    """
    assert batch.keys
    fields = list(dict.fromkeys(["id", *batch.keys[0], *more, *keep]))
    arguments: dict[str, Any] = {"domain": domain(batch.keys), "fields": fields}
    ask = Ask(batch.rows, LOOK_UP, arguments, context={"active_test": False}, batch=batch)
    return _keeping(ask, whole=whole) if keep else ask


def look_when(made: Ask) -> Ask:
    """The call that asks when the records of a `load` were made and written.

    A date is answered without the parts of its second, a group of them with all of them: of two calls in one second,
    only that tells which one made a record (Odoo 19.0, odoo/orm/fields_temporal.py, date_part).
    """
    assert made.ids is not None
    groupby = [f"{field}:second_number" for field in WHEN]
    arguments = {"domain": [["id", "in", made.ids]], "groupby": groupby, "aggregates": [EACH_ID]}
    return Ask(made.rows, READ_GROUPS, arguments, context={"active_test": False}, effect_of=made)


def look_before(batch: Batch) -> Ask:
    """The call that asks for the newest record of a model, whose `create` may answer with ids that were there."""
    arguments = {"domain": [], "fields": ["id"], "offset": 0, "limit": 1, "order": "id desc"}
    return Ask(batch.rows, LOOK_UP, arguments, context={"active_test": False}, batch=batch, newest=-1)


def look_at(effect_of: Ask, fields: tuple[str, ...], title: str = "") -> Ask:
    """The call that reads what a method did to its records.

    Args:
        effect_of: The call of the method.
        fields: What to read.
        title: The title of the window that the method answered with, if it did.

    Returns:
        The call.
    """
    arguments = {"domain": [["id", "in", effect_of.ids]], "fields": ["id", *fields]}
    context = {"active_test": False}
    return Ask(effect_of.rows, LOOK_UP, arguments, context=context, effect_of=effect_of, title=title)


def only(batch: Batch, wanted: Container[int]) -> Batch:
    """The rows of a batch whose records are wanted."""
    assert batch.ids is not None
    places = [place for place, each in enumerate(batch.ids) if each in wanted]
    return part(batch, places)


def part(batch: Batch, places: Sequence[int]) -> Batch:
    """Some rows of a batch."""
    ids = None if batch.ids is None else pick(batch.ids, places)
    keys = None if batch.keys is None else pick(batch.keys, places)
    return Batch(pick(batch.rows, places), pick(batch.records, places), ids, keys, batch.operation, batch.lines)
