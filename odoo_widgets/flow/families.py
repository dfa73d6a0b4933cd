"""A frame that refers to itself: the columns that lead to records which other rows of it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from odoo_widgets.flow import keying
from odoo_widgets.flow.linking import distinct_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from odoo_widgets.flow.linking import Link
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source


def is_own(link: Link, settings: Settings) -> bool:
    """Whether a column leads to records of the model itself, by the key that says which record a row is."""
    key = [settings.field_of(name) for name in settings.key]
    own = link.table.lines is None and link.field.relation == settings.endpoint.model
    return own and not link.many and key == [link.by]


def rows_by_key(source: Source, settings: Settings, rows: Sequence[int] | None = None) -> dict[str, int]:
    """The position of the row of each key, as text.

    Args:
        source: The bound frame.
        settings: Its key, which is one column.
        rows: The only rows that count; all if left out.
    """
    (column,) = keying.columns(source, settings)
    cells, codes = distinct_cells(source, column.position), source.groups(column.position)[0]
    there = np.arange(len(source)) if rows is None else np.asarray(rows, dtype="int64")
    distinct, first = np.unique(codes[there], return_index=True)
    found = zip(distinct.tolist(), there[first].tolist(), strict=True)
    return {str(cells[code]): row for code, row in found if cells[code] is not None}
