"""The address of each row, where the URL takes values of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from odoo_widgets.flow import records, templates
from odoo_widgets.flow.records import Column, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from odoo_widgets.flow.settings import Settings


def columns(source: Source, settings: Settings) -> tuple[Column, ...]:
    """The columns whose values the URL takes, whether they go into the payload or not."""
    names = settings.url_columns
    return tuple(
        Column(name, str.__str__(name), position, settings.timezone, source.unit(position))
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
    return [templates.filled(settings.url, row) for row in rows]


def unknown(frame: pd.DataFrame, settings: Settings) -> Iterator[str]:
    """The columns that the URL names and the frame does not have once, each as a sentence."""
    for name in settings.url_columns:
        there = sum(name == other for other in frame.columns)
        if there != 1:
            times = f"{there} times" if there else "not"
            yield f"The URL takes the column {name!r}, which the frame has {times}. Correct the URL, or the frame."


def missing(block: pd.DataFrame, column: Column) -> np.ndarray:
    """The rows of a block whose value the URL wants, and which have none."""
    cells = column.cells(block)
    empty = cells.isna().to_numpy()
    return np.flatnonzero(empty | (cells.astype(str).to_numpy() == ""))
