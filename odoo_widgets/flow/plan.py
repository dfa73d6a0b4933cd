"""What to call, in which order."""

from __future__ import annotations

from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

import attrs
import numpy as np

from odoo_widgets.flow import dicts, keying, parts, records, urls
from odoo_widgets.flow.batches import batches, group_position
from odoo_widgets.flow.calls import Batch, Call, Lined
from odoo_widgets.flow.choices import CREATE, UPDATE
from odoo_widgets.flow.context import is_assigning, quiet
from odoo_widgets.flow.credential import Credential, origin
from odoo_widgets.flow.documents import commands, with_lines
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.loading import loads
from odoo_widgets.flow.matching import ACTIVE, STATE
from odoo_widgets.flow.methods import known, named
from odoo_widgets.flow.operations import (
    OPERATIONS,
    SAVE_MULTI,
    ask_fields,
    ask_whose,
    log_in,
    look_before,
    look_for,
    look_up,
    only,
    operation,
    part,
    save_multi,
)
from odoo_widgets.flow.presets import preset
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.resolved import Resolved, resolved
from odoo_widgets.flow.server import JSON2_SINCE, NOTHING_KNOWN, Server
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.turns import later
from odoo_widgets.flow.waves import waves

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    import httpx
    import pandas as pd

    from odoo_widgets.flow.calls import Ask
    from odoo_widgets.flow.model import Field, Fields
    from odoo_widgets.flow.parts import Part
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.values import Column

# Rows to convert at once: converting 100 at a time costs eight times as much, 20,000 gains nothing more.
BLOCK = 10_000
# As long as a key (40), a database's name (PostgreSQL, NAMEDATALEN) and a user's id are at most: requests are measured
# with these, so that whoever sends, the same rows go together.
LONGEST_KEY, LONGEST_NAME, LONGEST_UID = "k" * 64, "d" * 63, 2**31 - 1
# The operations whose columns are fields; `load` takes no dict, and a method's arguments are its own affair.
OF_FIELDS = ("create", "write")
# And a call's number, which JSON-RPC repeats.
LARGEST_NUMBER = 2**31 - 1


def plan(
    data: pd.DataFrame | Source,
    settings: Settings,
    server: Server = NOTHING_KNOWN,
    block: int = BLOCK,
    among: Sequence[int] | None = None,
    *,
    first: int = 0,
) -> Iterator[Call]:
    """What to call, in which order; converted slice by slice, as the calls are taken.

    Args:
        data: The bound frame, without problems.
        settings: What to make of it.
        server: What is known of the server.
        block: Rows to convert at once. A sample wants few, a send wants many.
        among: The positions of the rows to send, in order; all if left out.
        first: The number of the first batch.

    Returns:
        The calls. Every row is in exactly one; where that is a look-up, `follow_ups` says what comes after. Before
        them come the calls for no row, which ask what all others need to know: who logs in, where the protocol wants
        that, and with a key, the model's fields. With what they answer, the plan is made anew.
    """
    known = resolved(Source.of(data), settings, server, among)
    source, settings = known.source, known.settings
    numbered = enumerate(_in_waves(known, among), first)
    return chain(needed(source, settings, server), _calls(source, settings, server, numbered, block))


def calls_of(
    data: pd.DataFrame | Source, settings: Settings, rows: Iterable[int], server: Server = NOTHING_KNOWN
) -> Iterator[Call]:
    """The calls that chosen rows are sent with, whole, each once, in the order sent.

    Args:
        data: The bound frame.
        settings: What to make of it.
        rows: Positions of rows, from 0.
        server: What is known of the server.

    Returns:
        The calls that `plan` makes for these rows.
    """
    wanted = set(rows)
    known = resolved(Source.of(data), settings, server)
    source, settings = known.source, known.settings
    numbered = enumerate(_in_waves(known, None))
    fitting = ((number, batch) for number, batch in numbered if not wanted.isdisjoint(batch))
    # A batch may take several calls, of which some are for other rows.
    calls = (call for call in _calls(source, settings, server, fitting, 0) if not wanted.isdisjoint(call.rows))
    return chain(needed(source, settings, server), calls)


def _in_waves(known: Resolved, among: Sequence[int] | None) -> Iterator[Sequence[int]]:
    """Rows to batches, those first whose records other rows lead to."""
    source, settings = known.source, known.settings
    parted = waves(source, settings, known.linked, known.among(among)).rows
    return chain.from_iterable(batches(source, settings, rows) for rows in parted)


def follow_ups(call: Call, settings: Settings, found: Container[int], server: Server = NOTHING_KNOWN) -> Iterator[Call]:
    """The calls that follow a look-up.

    Args:
        call: The look-up.
        settings: What it was planned with.
        found: The ids of the records that are there, and to be sent.
        server: What is known of the server.

    Returns:
        The calls for the rows whose records are there; every such row that has something to send is in exactly one.
    """
    assert call.ask.batch is not None
    batch = call.ask.batch if call.ask.newest is not None else only(call.ask.batch, found)
    if operation(batch.operation or settings.endpoint.operation).needs_values:
        batch = part(batch, [place for place, record in enumerate(batch.records) if record])
    yield from sending(call, batch, settings, server)


def sending(call: Call, batch: Batch, settings: Settings, server: Server = NOTHING_KNOWN) -> Iterator[Call]:
    """The calls that send the rows of a batch whose look-up has been answered.

    Args:
        call: The look-up.
        batch: The rows to send.
        settings: What it was planned with.
        server: What is known of the server.

    Returns:
        The calls; every row is in exactly one.
    """
    # Rows in doubt are sent as often as their first call may be made, and stay in doubt until one is answered.
    # A key is looked up again before each try.
    tries, doubted = call.sent + 1, call.ask.doubted
    # With rows gone, others may come to share a call: what is kept together stays whole.
    together = settings.grouping == "keep together"
    groups = [0] * len(batch.rows) if together else range(len(batch.rows))
    for each in _fitting(batch, groups, settings, server, call.url) if batch.rows else ():
        for ask in _asks(each, settings, server):
            yield Call(call.number, call.model, attrs.evolve(ask, doubted=doubted), call.url, tries)


def in_turn(batch: Batch, settings: Settings, server: Server) -> Iterator[Batch]:
    """Documents to load, and then what of their lines is left for the next load, and so on: see `turns`."""
    model, known = settings.endpoint.model, server.fields.get(settings.endpoint.model, {})
    rest: Batch | None = batch
    while rest is not None:
        yield rest
        rest = later(rest, model, known, settings.line_key) if rest.keys else None
        if rest is not None and rest.ids is None:
            rest = attrs.evolve(rest, ids=[LARGEST_NUMBER] * len(rest.rows))


def needed(source: Source, settings: Settings, server: Server, among: Sequence[int] | None = None) -> Iterator[Call]:
    """What has to be asked before any row is sent.

    Args:
        source: The bound frame, without problems.
        settings: What is to be made of it.
        server: What is known of the server.
        among: The positions of the rows to send; all if left out.

    Returns:
        Calls for no row; none where all is known. What they answer may be more than what was asked.
    """
    known = resolved(source, settings, server, among)
    source, settings = known.source, known.settings
    if PROTOCOLS[settings.endpoint.protocol].LOGS_IN and server.uid is None:
        yield Call(0, "", log_in())
    yield from (Call(0, settings.endpoint.model, ask_whose(name)) for name in _unsure(settings, server))
    columns = records.columns(source, settings) if operation(settings.endpoint.operation).takes_values else ()
    lined = [column for column in columns if column.lines]
    shapes = [*dicts.shaped(source, columns)] if settings.endpoint.operation in OF_FIELDS else []
    doubtful = [each.field for each in shapes if each.kind != dicts.LIST]
    if not settings.key and not settings.only_changes and not lined and not doubtful:
        return
    model = settings.endpoint.model
    cells, known_fields = keying.cells_of(source, settings), server.fields.get(model, {})
    # Without a key, all that has to be known is whether lists of dicts are lines, and dicts are taken.
    whole = settings.key or settings.only_changes
    some = columns if whole else lined
    names = list(dict.fromkeys([*cells, *(column.field for column in some), *doubtful]))
    # What does not fit is asked again: the answer says why nothing is sent.
    unfit = keying.missing_fields(names, known_fields) or keying.misread(cells, known_fields)
    if unfit or dicts.misshapen(shapes, known_fields):
        asked = [*names, *(each for each in (ACTIVE, *([STATE] if lined else [])) if each not in names)]
        yield Call(0, model, attrs.evolve(ask_fields(asked, wanted=names, cells=cells), shapes=shapes))
        return
    for column in lined:
        yield from _needed_inside(source, column, known_fields[column.field], settings, server)


def _needed_inside(source: Source, column: Column, field: Field, settings: Settings, server: Server) -> Iterator[Call]:
    """What has to be asked of the fields of lines. What only tells lines apart need be none."""
    if not with_lines([column.field], {column.field: field}) or not field.relation:
        return
    shapes = [*dicts.shaped_inside(source, column)]
    inside = [each.field for each in column.lines]
    # Without a key, all that has to be known is whether dicts are taken.
    names = inside if settings.key else [each.field for each in shapes if each.kind != dicts.LIST]
    wanted = [name for name in names if name not in settings.line_key]
    known_fields = server.fields.get(field.relation, {})
    if keying.missing_fields(wanted, known_fields) or dicts.misshapen(shapes, known_fields):
        yield Call(0, field.relation, attrs.evolve(ask_fields(names, wanted=wanted), shapes=shapes))


def line_fields(names: Iterable[str], model: str, server: Server) -> dict[str, Fields]:
    """The fields of the lines that each of some fields of a model has, as far as they are known."""
    fields = server.fields.get(model, {})
    return {name: server.fields.get(fields[name].relation, {}) for name in names if name in fields}


def _unsure(settings: Settings, server: Server) -> list[str]:
    """The methods to be called that nobody knows whose they are, over a protocol that would send their ids to either.

    JSON-2 refuses ids for a method of the model's own.
    """
    if not PROTOCOLS[settings.endpoint.protocol].LOGS_IN:
        return []
    model = settings.endpoint.model
    names = dict.fromkeys(name for name in named(settings) if name not in OPERATIONS)
    return [name for name in names if known(model, name) is None and f"{model}/{name}" not in server.of_records]


def _calls(
    source: Source,
    settings: Settings,
    server: Server,
    numbered: Iterator[tuple[int, Sequence[int]]],
    block_rows: int,
) -> Iterator[Call]:
    target = settings.endpoint
    wanted = operation(target.operation)
    columns = records.columns(source, settings) if wanted.takes_values else ()
    assigning = [each.field for each in columns if is_assigning(each.field) or source.may_nest(each.position)]
    key = keying.columns(source, settings)
    lined = tuple(each.field for each in columns if each.lines)
    together = max(1, block_rows // settings.rows_per_call)
    while chunk := list(islice(numbered, together)):
        block = _block(source, [rows for _, rows in chunk])
        # The rows are read only for what needs them as they are.
        ids = records.ids(block.frame, settings) if settings.needs_ids else None
        keys = keying.keys(block.frame, key) if key else None
        addresses = urls.urls(source, block.frame, settings) if settings.url_columns else []
        start = 0
        values = [block.values(column) for column in columns]
        converted = records.in_parts(values, columns, (len(rows) for _, rows in chunk))
        for (number, rows), made in zip(chunk, converted, strict=True):
            places = slice(start, start := start + len(rows))
            whole = Batch(
                rows,
                made,
                ids[places] if ids is not None else None,
                keys[places] if keys is not None else None,
                lines=lined,
            )
            groups = _groups(source, rows, settings)
            for url, same in _apart(whole, addresses[places], settings):
                there = [groups[place] for place in same] if len(same) < len(rows) else groups
                for batch in _fitting(part(whole, same), there, settings, server, url):
                    asks = _first(batch, settings, server, assigning)
                    yield from (Call(number, target.model, ask, url) for ask in asks)


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


def of_lines(batch: Batch, model: str, server: Server) -> tuple[str, ...]:
    """What a look-up reads of documents: which lines they have, and whether they are confirmed or posted."""
    fields = server.fields.get(model, {})
    names = with_lines(batch.lines, fields)
    return (*names, *([STATE] if names and STATE in fields else []))


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


def _first(batch: Batch, settings: Settings, server: Server, assigning: list[str]) -> Iterator[Ask]:
    """What a batch is looked up with before it is sent; the calls themselves where nothing is looked up."""
    target = settings.endpoint
    if batch.keys or operation(target.operation).needs_ids:
        yield looked_up(batch, settings, server)
    elif target.operation == "create" and preset(target.model, target.operation):
        yield look_before(batch)
    else:
        yield from _asks(batch, settings, server, assigning)


def archived(model: str, server: Server) -> tuple[str, ...]:
    """What says of a record that it is archived, where the model has that."""
    return (ACTIVE,) if ACTIVE in server.fields.get(model, {}) else ()


def _asks(batch: Batch, settings: Settings, server: Server, assigning: list[str] | None = None) -> Iterator[Ask]:
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


def _block(source: Source, rows: list[Sequence[int]]) -> Part:
    """The rows of some batches, one batch after the other."""
    if all(isinstance(each, range) for each in rows) and all(a[-1] + 1 == b[0] for a, b in pairwise(rows)):
        return parts.part(source, range(rows[0][0], rows[-1][-1] + 1))
    return parts.part(source, np.concatenate([np.asarray(each) for each in rows]))


def _apart(batch: Batch, addresses: list[str], settings: Settings) -> Iterator[tuple[str, Sequence[int]]]:
    """The places of a batch's rows, parted by their address, and by their fields where these must agree."""
    rest = settings.endpoint.protocol == "rest"
    alike = rest and not FORMATS[settings.content_format].leaves_out
    if not addresses and not alike:
        yield "", range(len(batch.rows))
        return
    places: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for place, record in enumerate(batch.records):
        apart = (addresses[place] if addresses else "", tuple(record) if alike else ())
        places.setdefault(apart, []).append(place)
    yield from ((url, same) for (url, _), same in places.items())


# --- the byte budget -------------------------------------------------------------------------------------------------


def _fitting(batch: Batch, groups: Sequence[int], settings: Settings, server: Server, url: str) -> Iterator[Batch]:
    """A batch in as few parts as the byte budget allows, about equally long; rows of one group stay together."""
    most = settings.max_bytes
    if most is None:
        yield batch
        return
    ends = np.flatnonzero(np.diff(groups)) + 1
    if not len(ends) or (size := _size(batch, settings, server, url)) <= most:
        # What cannot be parted goes as it is: whoever sends it sees that it is too large.
        yield batch
        return
    units = np.split(np.arange(len(batch.rows)), ends)
    for together in np.array_split(np.arange(len(units)), min(len(units), -(-size // most))):
        places = np.concatenate([units[unit] for unit in together]).tolist()
        yield from _fitting(part(batch, places), [groups[place] for place in places], settings, server, url)


def _ways(batch: Batch, settings: Settings) -> tuple[Batch, ...]:
    """A batch as it may be sent: with a key, its rows may all be there, or none."""
    return ways(batch, settings.when_found, LARGEST_NUMBER) if batch.keys and not batch.operation else (batch,)


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


def _groups(source: Source, rows: Sequence[int], settings: Settings) -> Sequence[int]:
    """Which rows of a batch must stay in one call: those with the same number."""
    position = group_position(source, settings) if settings.grouping == "keep together" else None
    if position is None:
        return range(len(rows))
    codes, _ = source.groups(position)
    return codes[np.asarray(rows)].tolist()  # type: ignore[no-any-return]


def _size(batch: Batch, settings: Settings, server: Server, url: str) -> int:
    """The bytes of the longest body that a batch takes."""
    target = settings.endpoint
    someone = Credential(origin(settings.url), LONGEST_NAME, LONGEST_NAME, LONGEST_KEY, allow_http=True)
    known_user = attrs.evolve(server, uid=LONGEST_UID)
    turns = chain.from_iterable(in_turn(each, settings, server) for each in _ways(batch, settings))
    asks = [*chain.from_iterable(_asks(each, settings, server) for each in turns)]
    if (batch.keys or operation(target.operation).needs_ids) and not batch.operation:
        asks.append(looked_up(batch, settings, server))
    encode: Callable[..., httpx.Request] = PROTOCOLS[target.protocol].encode
    calls = (Call(LARGEST_NUMBER, target.model, ask, url) for ask in asks)
    return max(len(encode(call, settings, someone, known_user).content) for call in calls)
