"""Which record each row is for, as text: rows of several frames are told apart by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from odoo_widgets.flow import keying, records, urls
from odoo_widgets.flow.matching import text_of
from odoo_widgets.flow.presets import preset
from odoo_widgets.flow.problems import SAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

# Rows to look at once.
BLOCK = 10_000


def identities(source: Source, settings: Settings) -> Iterator[list[bytes]]:
    """What says of each row which record it is for.

    Args:
        source: A frame without problems.
        settings: What it is sent with.

    Yields:
        The rows block by block, from the first on: one text for each row, empty for a row that makes its record; no
        block at all where rows are not told apart.
    """
    if not (way := _way(source, settings)):
        return
    for start in range(0, len(source), BLOCK):
        yield way(source.frame.iloc[start : start + BLOCK])


def _way(source: Source, settings: Settings) -> Any:
    """From a block to the text of each row; None where rows may be for the same record, or each makes its own."""
    there = settings.endpoint
    if settings.key:
        key = keying.columns(source, settings)
        return lambda block: [_text([*map(text_of, each.values())]) for each in keying.keys(block, key) or ()]
    if settings.needs_ids and there.operation != "POST":
        return lambda block: [_text(each) if each else b"" for each in records.ids(block, settings) or ()]
    if special := preset(there.model, there.operation):
        # `load` says after a stroke by what a record is looked up.
        sent = records.columns(source, settings)
        told = tuple(each for each in sent if each.field.partition("/")[0] in special.key)
        return (lambda block: [*map(_text, records.records(block, told))]) if told else None
    if there.operation in SAME and settings.url_columns:
        return lambda block: [each.encode() for each in urls.urls(source, block, settings)]
    return None


def _text(value: Any) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)


def doubled(row: int, earlier: int) -> str:
    """The sentence about a row of a later frame.

    Args:
        row: The row's position.
        earlier: That of the row before it.
    """
    return (
        f"Row {row} is for the same record as row {earlier}, which stands in a frame before. Nothing was sent of it. "
        "Keep one row for each record."
    )
