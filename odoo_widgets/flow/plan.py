"""What to call, in which order."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow import records
from odoo_widgets.flow.batches import batches
from odoo_widgets.flow.operations import OPERATIONS, Ask, Batch, look_up, only
from odoo_widgets.flow.records import Source

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    import pandas as pd

    from odoo_widgets.flow.settings import Settings

# Rows to convert at once: converting 100 at a time costs eight times as much, 10,000 gains nothing more.
BLOCK = 5_000


@attrs.frozen
class Call:
    """One API call to make.

    Attributes:
        number: The batch that it belongs to, from 0.
        model: The model that it is for.
        ask: Which method it calls, on what, for which rows.
    """

    number: int
    model: str
    ask: Ask

    @property
    def rows(self) -> Sequence[int]:
        """The positions of its rows in the frame."""
        return self.ask.rows


def plan(data: pd.DataFrame | Source, settings: Settings, block: int = BLOCK) -> Iterator[Call]:
    """What to call, in which order; converted slice by slice, as the calls are taken.

    Args:
        data: The bound frame, without problems.
        settings: What to make of it.
        block: Rows to convert at once. A sample wants few, a send wants many.

    Returns:
        The calls. Every row is in exactly one; where that is a look-up, `follow_ups` says what comes after.
    """
    source = Source.of(data)
    return _calls(source, settings, enumerate(batches(len(source), settings)), block)


def calls_of(data: pd.DataFrame | Source, settings: Settings, rows: Iterable[int]) -> Iterator[Call]:
    """The calls that chosen rows are sent with, whole, each once, in the order sent.

    Args:
        data: The bound frame.
        settings: What to make of it.
        rows: Positions of rows, from 0.

    Returns:
        The calls that `plan` makes for these rows.
    """
    wanted = set(rows)
    source = Source.of(data)
    numbered = enumerate(batches(len(source), settings))
    fitting = ((number, batch) for number, batch in numbered if not wanted.isdisjoint(batch))
    # A batch may take several calls, of which some are for other rows.
    return (call for call in _calls(source, settings, fitting, 0) if not wanted.isdisjoint(call.rows))


def _calls(
    source: Source, settings: Settings, numbered: Iterator[tuple[int, range]], block_rows: int
) -> Iterator[Call]:
    target = settings.endpoint
    operation = OPERATIONS[target.operation]
    columns = records.columns(source, settings) if operation.takes_values else ()
    together = max(1, block_rows // settings.rows_per_call)
    while chunk := list(islice(numbered, together)):
        # Batches that are converted together follow each other in the frame, or stand alone.
        start, stop = chunk[0][1].start, chunk[-1][1].stop
        block = source.frame.iloc[start:stop]
        converted = records.records(block, columns)
        ids = records.ids(block, settings)
        for number, rows in chunk:
            part = slice(rows.start - start, rows.stop - start)
            batch = Batch(rows, converted[part], ids[part] if ids is not None else None)
            for ask in [look_up(batch)] if operation.needs_ids else operation.calls(batch):
                yield Call(number, target.model, ask)


def follow_ups(call: Call, settings: Settings, found: Container[int]) -> Iterator[Call]:
    """The calls that follow a look-up.

    Args:
        call: The look-up.
        settings: What it was planned with.
        found: The ids of the records that are there.

    Returns:
        The calls for the rows whose records are there; every such row is in exactly one.
    """
    assert call.ask.batch is not None
    batch = only(call.ask.batch, found)
    if batch.rows:
        for ask in OPERATIONS[settings.endpoint.operation].calls(batch):
            yield Call(call.number, call.model, ask)
