"""What the rows of a batch are looked up with, and what they are sent with."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow.calls import Batch, Lined
from odoo_widgets.flow.choices import CREATE, UPDATE
from odoo_widgets.flow.context import quiet
from odoo_widgets.flow.documents import commands, with_lines
from odoo_widgets.flow.loading import loads
from odoo_widgets.flow.matching import ACTIVE, STATE
from odoo_widgets.flow.methods import known
from odoo_widgets.flow.operations import OPERATIONS, SAVE_MULTI, look_before, look_for, look_up, operation, save_multi
from odoo_widgets.flow.presets import preset
from odoo_widgets.flow.server import JSON2_SINCE, Server
from odoo_widgets.flow.turns import later

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from odoo_widgets.flow.calls import Ask
    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.settings import Settings

# As large as an id or the number of a call gets, which JSON-RPC repeats: requests are measured with these.
LARGEST_NUMBER = 2**31 - 1


def looked_up(batch: Batch, settings: Settings, server: Server) -> Ask:
    """The look-up of a batch: it reads what a method must not do harm to, or what is about to be written over."""
    target = settings.endpoint
    whole = settings.only_changes
    if batch.keys:
        lined = of_lines(batch, target.model, server) if settings.when_found != CREATE else ()
        compared = _compared(batch, settings, server)
        more = tuple(dict.fromkeys((*archived(target.model, server), *compared, *lined)))
        keeps = settings.keep_before and settings.when_found != CREATE
        return look_for(batch, more, _fields_of(batch) if keeps else (), whole=whole)
    if target.operation == "write" and settings.keep_before:
        fields = dict.fromkeys((*_fields_of(batch), *_compared(batch, settings, server)))
        return look_up(batch, tuple(fields), keep=True, whole=whole)
    method = known(target.model, target.operation)
    return look_up(batch, (*(method.fields if method else ()), *_compared(batch, settings, server)))


def first_asks(batch: Batch, settings: Settings, server: Server, assigning: list[str]) -> Iterator[Ask]:
    """What a batch is looked up with before it is sent; the calls themselves where nothing is looked up."""
    target = settings.endpoint
    if batch.keys or operation(target.operation).needs_ids:
        yield looked_up(batch, settings, server)
    elif target.operation == "create" and preset(target.model, target.operation):
        yield look_before(batch)
    else:
        yield from asks_of(batch, settings, server, assigning)


def asks_of(batch: Batch, settings: Settings, server: Server, assigning: list[str] | None = None) -> Iterator[Ask]:
    """What a batch is sent with, in one call or several.

    Args:
        batch: The rows.
        settings: What is to be made of them.
        server: What is known of the server.
        assigning: The fields that lead to people, who may be e-mailed.
    """
    target = settings.endpoint
    name = batch.operation or target.operation
    # The method came with 19 (addons/web/models/models.py); older servers do not have it.
    several = server.has(target.model, SAVE_MULTI) and (server.major or JSON2_SINCE) >= JSON2_SINCE
    whole = settings.grouping == "keep together" and several and len(batch.rows) > 1
    fields = server.fields.get(target.model, {})
    # Rows that are kept together share one call even where their values would part them.
    saved = name == "write" and whole
    if name == "load" and batch.keys:
        asks = loads(batch, target.model, fields, line_fields(batch.lines, target.model, server), settings.line_key)
    elif name == "create" and batch.lines:
        made = commands(batch.records, with_lines(batch.lines, fields))
        lined = Lined(batch)
        asks = (
            attrs.evolve(ask, lined=lined) for ask in operation(name).calls(attrs.evolve(batch, records=made), several)
        )
    else:
        asks = iter([save_multi(batch)]) if saved else operation(name).calls(batch, several)
    special = preset(target.model, name)
    # What is chosen comes before what a model or its fields want by themselves.
    own = {
        **(quiet(batch.records, assigning) if name in OPERATIONS else {}),
        **(special.context if special else {}),
    }
    if not own or target.protocol == "rest":
        return asks
    return (attrs.evolve(ask, context={**own, **settings.context, **ask.context}) for ask in asks)


def in_turn(batch: Batch, settings: Settings, server: Server) -> Iterator[Batch]:
    """Documents to load, and then what of their lines is left for the next load, and so on: see `turns`."""
    model, known = settings.endpoint.model, server.fields.get(settings.endpoint.model, {})
    rest: Batch | None = batch
    while rest is not None:
        yield rest
        rest = later(rest, model, known, settings.line_key) if rest.keys else None
        if rest is not None and rest.ids is None:
            rest = attrs.evolve(rest, ids=[LARGEST_NUMBER] * len(rest.rows))


def ways(batch: Batch, when_found: str, record: int) -> tuple[Batch, ...]:
    """What may become of rows with keys: made where no record is there, written where one is.

    Args:
        batch: The rows, as they are looked up.
        when_found: What becomes of a row whose record is there, or is not; see `settings.MODES`.
        record: What stands for the id of each record, which only the look-up tells.

    Returns:
        The rows as those to make and as those to write, as far as either is wanted.
    """
    made = (attrs.evolve(batch, operation="load"),) if when_found != UPDATE else ()
    return made + ((written(batch, [record] * len(batch.rows)),) if when_found != CREATE else ())


def written(batch: Batch, ids: list[int]) -> Batch:
    """Rows with keys as they are written to the records that hold these keys, which need not be written."""
    assert batch.keys is not None
    others = [
        {name: value for name, value in record.items() if name not in key}
        for record, key in zip(batch.records, batch.keys, strict=True)
    ]
    return attrs.evolve(batch, records=others, ids=ids, operation="write")


def of_lines(batch: Batch, model: str, server: Server) -> tuple[str, ...]:
    """What a look-up reads of documents: which lines they have, and whether they are confirmed or posted."""
    fields = server.fields.get(model, {})
    names = with_lines(batch.lines, fields)
    return (*names, *([STATE] if names and STATE in fields else []))


def archived(model: str, server: Server) -> tuple[str, ...]:
    """What says of a record that it is archived, where the model has that."""
    return (ACTIVE,) if ACTIVE in server.fields.get(model, {}) else ()


def line_fields(names: Iterable[str], model: str, server: Server) -> dict[str, Fields]:
    """The fields of the lines that each of some fields of a model has, as far as they are known."""
    fields = server.fields.get(model, {})
    return {name: server.fields.get(fields[name].relation, {}) for name in names if name in fields}


def _fields_of(batch: Batch) -> tuple[str, ...]:
    """The fields of a batch's records; a path leads through one, and is no field."""
    return tuple(name for name in dict.fromkeys(chain.from_iterable(batch.records)) if "/" not in name)


def _compared(batch: Batch, settings: Settings, server: Server) -> tuple[str, ...]:
    """What a look-up reads, so that only what differs is written: fields, and what leads to those held elsewhere."""
    if not settings.only_changes:
        return ()
    key = batch.keys[0] if batch.keys else {}
    names = [name for name in dict.fromkeys(chain.from_iterable(batch.records)) if name not in key]
    fields = server.fields.get(settings.endpoint.model, {})
    links = (fields[name].through for name in names if name in fields)
    return tuple(dict.fromkeys((*names, *filter(None, links))))
