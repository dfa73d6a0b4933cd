"""What to call, in which order."""

from __future__ import annotations

from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

import attrs
import numpy as np

from odoo_widgets.flow import keying, parts, records, urls
from odoo_widgets.flow.asks import asks_of, first_asks
from odoo_widgets.flow.batches import batches, group_position
from odoo_widgets.flow.budget import fitting
from odoo_widgets.flow.calls import Batch, Call
from odoo_widgets.flow.context import is_assigning
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.needed import needed
from odoo_widgets.flow.operations import only, operation, part
from odoo_widgets.flow.resolved import Resolved, resolved
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.waves import waves

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    import pandas as pd

    from odoo_widgets.flow.parts import Part
    from odoo_widgets.flow.settings import Settings

# Rows to convert at once: converting 100 at a time costs eight times as much, 20,000 gains nothing more.
BLOCK = 10_000


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
    for each in fitting(batch, groups, settings, server, call.url) if batch.rows else ():
        for ask in asks_of(each, settings, server):
            yield Call(call.number, call.model, attrs.evolve(ask, doubted=doubted), call.url, tries)


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
                for batch in fitting(part(whole, same), there, settings, server, url):
                    asks = first_asks(batch, settings, server, assigning)
                    yield from (Call(number, target.model, ask, url) for ask in asks)


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


def _groups(source: Source, rows: Sequence[int], settings: Settings) -> Sequence[int]:
    """Which rows of a batch must stay in one call: those with the same number."""
    position = group_position(source, settings) if settings.grouping == "keep together" else None
    if position is None:
        return range(len(rows))
    codes, _ = source.groups(position)
    return codes[np.asarray(rows)].tolist()  # type: ignore[no-any-return]
