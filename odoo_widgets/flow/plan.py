"""What to call, in which order."""

from __future__ import annotations

from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

import attrs
import numpy as np

from odoo_widgets.flow import records, urls
from odoo_widgets.flow.batches import batches, group_position
from odoo_widgets.flow.calls import Batch, Call
from odoo_widgets.flow.context import is_assigning, quiet
from odoo_widgets.flow.credential import Credential, origin
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.methods import known
from odoo_widgets.flow.operations import (
    OPERATIONS,
    SAVE_MULTI,
    log_in,
    look_before,
    look_up,
    only,
    operation,
    part,
    save_multi,
)
from odoo_widgets.flow.presets import preset
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.records import Source
from odoo_widgets.flow.server import JSON2_SINCE, NOTHING_KNOWN, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    import httpx
    import pandas as pd

    from odoo_widgets.flow.calls import Ask
    from odoo_widgets.flow.settings import Settings

# Rows to convert at once: converting 100 at a time costs eight times as much, 20,000 gains nothing more.
BLOCK = 10_000
# As long as a key (40), a database's name (PostgreSQL, NAMEDATALEN) and a user's id are at most: requests are measured
# with these, so that whoever sends, the same rows go together.
LONGEST_KEY, LONGEST_NAME, LONGEST_UID = "k" * 64, "d" * 63, 2**31 - 1
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
        The calls. Every row is in exactly one; where that is a look-up, `follow_ups` says what comes after. A protocol
        that logs in does so first, unless the server's user is known.
    """
    source = Source.of(data)
    numbered = enumerate(batches(source, settings, among), first)
    return chain(_log_in(settings, server), _calls(source, settings, server, numbered, block))


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
    source = Source.of(data)
    numbered = enumerate(batches(source, settings))
    fitting = ((number, batch) for number, batch in numbered if not wanted.isdisjoint(batch))
    # A batch may take several calls, of which some are for other rows.
    calls = (call for call in _calls(source, settings, server, fitting, 0) if not wanted.isdisjoint(call.rows))
    return chain(_log_in(settings, server), calls)


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
    if operation(settings.endpoint.operation).needs_values:
        batch = part(batch, [place for place, record in enumerate(batch.records) if record])
    # Rows in doubt are sent as often as their first call may be made, and stay in doubt until one is answered.
    tries, doubted = (call.tries, call.ask.doubted) if call.ask.doubted else (1, "")
    # With rows gone, others may come to share a call: what is kept together stays whole.
    together = settings.grouping == "keep together"
    groups = [0] * len(batch.rows) if together else range(len(batch.rows))
    for each in _fitting(batch, groups, settings, server, call.url) if batch.rows else ():
        for ask in _asks(each, settings, server):
            yield Call(call.number, call.model, attrs.evolve(ask, doubted=doubted), call.url, tries)


def _log_in(settings: Settings, server: Server) -> Iterator[Call]:
    if PROTOCOLS[settings.endpoint.protocol].LOGS_IN and server.uid is None:
        yield Call(0, "", log_in())


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
    together = max(1, block_rows // settings.rows_per_call)
    while chunk := list(islice(numbered, together)):
        block = _block(source, [rows for _, rows in chunk])
        converted = records.records(block, columns)
        assigning = [
            column.field for column in columns if is_assigning(column.field) or records.may_nest(block, column)
        ]
        ids = records.ids(block, settings)
        addresses = urls.urls(source, block, settings)
        start = 0
        for number, rows in chunk:
            places = slice(start, start := start + len(rows))
            whole = Batch(rows, converted[places], ids[places] if ids is not None else None)
            groups = _groups(source, rows, settings)
            for url, same in _apart(whole, addresses[places], settings):
                there = [groups[place] for place in same] if len(same) < len(rows) else groups
                for batch in _fitting(part(whole, same), there, settings, server, url):
                    asks = _first(batch, settings, server, assigning)
                    yield from (Call(number, target.model, ask, url) for ask in asks)


def _looked_up(batch: Batch, settings: Settings) -> Ask:
    """The look-up of a batch: it reads what a method must not do harm to, or what a `write` is about to change."""
    target = settings.endpoint
    if target.operation == "write" and settings.keep_before:
        return look_up(batch, tuple(dict.fromkeys(chain.from_iterable(batch.records))), keep=True)
    method = known(target.model, target.operation)
    return look_up(batch, method.fields if method else ())


def _first(batch: Batch, settings: Settings, server: Server, assigning: list[str]) -> Iterator[Ask]:
    """What a batch is looked up with before it is sent; the calls themselves where nothing is looked up."""
    target = settings.endpoint
    if operation(target.operation).needs_ids:
        yield _looked_up(batch, settings)
    elif target.operation == "create" and preset(target.model, target.operation):
        yield look_before(batch)
    else:
        yield from _asks(batch, settings, server, assigning)


def _asks(batch: Batch, settings: Settings, server: Server, assigning: list[str] | None = None) -> Iterator[Ask]:
    target = settings.endpoint
    # The method came with 19 (addons/web/models/models.py); older servers do not have it.
    several = server.has(target.model, SAVE_MULTI) and (server.major or JSON2_SINCE) >= JSON2_SINCE
    whole = settings.grouping == "keep together" and several and len(batch.rows) > 1
    # Rows that are kept together share one call even where their values would part them.
    saved = target.operation == "write" and whole
    asks = iter([save_multi(batch)]) if saved else operation(target.operation).calls(batch, several)
    special = preset(target.model, target.operation)
    # What is chosen comes before what a model or its fields want by themselves.
    own = {
        **(quiet(batch.records, assigning) if target.operation in OPERATIONS else {}),
        **(special.context if special else {}),
    }
    if not own or target.protocol == "rest":
        return asks
    return (attrs.evolve(ask, context={**own, **settings.context, **ask.context}) for ask in asks)


def _block(source: Source, rows: list[Sequence[int]]) -> pd.DataFrame:
    """The rows of some batches, one batch after the other."""
    if all(isinstance(each, range) for each in rows) and all(a[-1] + 1 == b[0] for a, b in pairwise(rows)):
        return source.frame.iloc[rows[0][0] : rows[-1][-1] + 1]
    return source.frame.iloc[np.concatenate([np.asarray(each) for each in rows])]


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
    looks_up = operation(target.operation).needs_ids
    asks = [*_asks(batch, settings, server), *([_looked_up(batch, settings)] if looks_up else [])]
    encode: Callable[..., httpx.Request] = PROTOCOLS[target.protocol].encode
    calls = (Call(LARGEST_NUMBER, target.model, ask, url) for ask in asks)
    return max(len(encode(call, settings, someone, known_user).content) for call in calls)
