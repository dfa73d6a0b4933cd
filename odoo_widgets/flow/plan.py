"""What to call, in which order."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow import records
from odoo_widgets.flow.batches import batches
from odoo_widgets.flow.records import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from odoo_widgets.flow.settings import Settings

# Rows to convert at once: converting 100 at a time costs eight times as much, 10,000 gains nothing more.
BLOCK = 5_000


@attrs.frozen
class Call:
    """One API call to make.

    Attributes:
        number: The batch that it sends, from 0.
        rows: The positions of its rows in the frame.
        model: The model that it is for.
        operation: What it does to the model.
        records: One dict of field to value for each row.
    """

    number: int
    rows: range
    model: str
    operation: str
    records: list[dict[str, Any]] = attrs.field(repr=False)


def plan(data: pd.DataFrame | Source, settings: Settings, block: int = BLOCK) -> Iterator[Call]:
    """What to call, in which order; converted slice by slice, as the calls are taken.

    Args:
        data: The bound frame, without problems.
        settings: What to make of it.
        block: Rows to convert at once. A sample wants few, a send wants many.

    Returns:
        The calls. Every row is in exactly one.
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
    return _calls(source, settings, ((n, batch) for n, batch in numbered if not wanted.isdisjoint(batch)), 0)


def _calls(source: Source, settings: Settings, numbered: Iterator[tuple[int, range]], block: int) -> Iterator[Call]:
    columns = records.columns(source, settings)
    target = settings.endpoint
    together = max(1, block // settings.rows_per_call)
    while chunk := list(islice(numbered, together)):
        # Batches that are converted together follow each other in the frame, or stand alone.
        start, stop = chunk[0][1].start, chunk[-1][1].stop
        converted = records.records(source.frame.iloc[start:stop], columns)
        for number, rows in chunk:
            yield Call(number, rows, target.model, target.operation, converted[rows.start - start : rows.stop - start])
