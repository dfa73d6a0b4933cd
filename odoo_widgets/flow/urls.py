"""The address of each row, where the URL takes values of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from odoo_widgets.flow import records, templates
from odoo_widgets.flow.values import Column

if TYPE_CHECKING:
    import pandas as pd

    from odoo_widgets.flow.records import Source
    from odoo_widgets.flow.settings import Settings


FLAT = "an address holds text, not a list or dict. Take another column into the URL."


def columns(source: Source, settings: Settings) -> tuple[Column, ...]:
    """The columns whose values the URL takes, whether they go into the payload or not."""
    names = settings.url_columns
    return tuple(
        Column(name, str.__str__(name), position, settings.timezone, source.unit(position), flat=FLAT)
        for position, name in enumerate(source.frame.columns)
        if name in names
    )


def urls(source: Source, block: pd.DataFrame, settings: Settings) -> list[str]:
    """The address of each row of a block.

    Args:
        source: The bound frame.
        block: Some of its rows, without problems.
        settings: The URL.

    Returns:
        One address for each row; none at all if the URL is the same for every row.
    """
    if not settings.url_columns:
        return []
    rows = records.records(block, columns(source, settings))
    # Only an upsert has rows without an id: what they make is made one level higher.
    above = templates.parent(settings.url)
    made = [settings.needs_ids and settings.ids not in row for row in rows]
    return [templates.filled(above if new else settings.url, row) for new, row in zip(made, rows, strict=True)]


def empty(block: pd.DataFrame, column: Column) -> np.ndarray[Any, Any]:
    """The rows of a block that have no value to put into the URL: a missing one, or text without a letter."""
    cells = column.cells(block)
    return np.flatnonzero(cells.isna().to_numpy() | (cells.astype(str).str.strip() == "").to_numpy(dtype=bool))


def dots(block: pd.DataFrame, column: Column) -> np.ndarray[Any, Any]:
    """The rows of a block whose value would lead to another address: one that is only dots."""
    texts = column.cells(block).astype(str)
    return np.flatnonzero(texts.str.fullmatch(templates.DOTS.pattern).fillna(value=False).to_numpy(dtype=bool))
