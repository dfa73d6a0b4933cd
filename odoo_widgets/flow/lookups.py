"""What cells lead to, as a table to settle once; and such a table as settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from odoo_widgets.flow.answering import FOUND, UNKNOWN, Linked, linked
from odoo_widgets.flow.errors import DataError, SettingsError
from odoo_widgets.flow.looking import looked_up
from odoo_widgets.flow.looks import scope_text
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from odoo_widgets.flow.answering import Want
    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings

# Rows that a table names.
FEW_ROWS = 5
COLUMNS = {
    "column": "string",
    "field": "string",
    "value": "string",
    "scope": "string",
    "rows": "Int64",
    "first_rows": "object",
    "found": "object",
    "names": "object",
    "archived": "boolean",
    "settlement": "object",
}


def lookups(data: pd.DataFrame | Source, settings: Settings, server: Server) -> Questions[pd.DataFrame]:
    """What the cells of a frame lead to.

    Args:
        data: The frame to send.
        settings: What it is sent with, and what was settled.
        server: What is known of the server.

    Returns:
        One row for each value of each column that is looked up, those that have to be settled on top: column, field,
        value, scope (what else a record must hold), rows (how many), first_rows (positions, from 0), found (ids),
        names, archived (whether all that were found are), settlement.

    Raises:
        DataError: The frame cannot be sent as it is.
    """
    source = Source.of(data)
    if found := problems(source, settings):
        raise DataError(found)
    server = yield from looked_up(source, settings, server)
    columns = linked(source, settings, server)
    rows = [row for each in columns for row in _rows(each, settings)]
    rows.sort(key=lambda row: row.pop("settled"))
    made = {name: _column([row[name] for row in rows], dtype) for name, dtype in COLUMNS.items()}
    return pd.DataFrame(made)


def _column(cells: list[Any], dtype: str) -> Any:
    if dtype != "object":
        return pd.array(cells, dtype=dtype)
    made = np.empty(len(cells), dtype=object)
    # Lists among the cells are cells.
    made[:] = cells
    return made


def _rows(column: Linked, settings: Settings) -> Iterator[dict[str, Any]]:
    by_want = _by_want(column)
    for want, answer in column.answers.items():
        scope, rows = scope_text(want.scope or ()), by_want[want]
        yield {
            "column": column.link.column,
            "field": column.link.path,
            "value": want.text,
            "scope": scope or None,
            "rows": len(rows),
            "first_rows": rows[:FEW_ROWS].tolist(),
            "found": [each.id for each in answer.matches],
            "names": [each.name for each in answer.matches],
            "archived": None if not answer.matches else not any(each.active for each in answer.matches),
            "settlement": settings.settlement_of(column.link.column, want.text, scope),
            "settled": answer.state == FOUND,
        }


def _by_want(column: Linked) -> Mapping[Want, np.ndarray[Any, Any]]:
    """Each value's rows in the frame, in order; a cell of several values is a row of each."""
    order = np.argsort(column.codes, kind="stable")
    ends = np.searchsorted(column.codes[order], np.arange(UNKNOWN, len(column.cells) + 1))
    rows: dict[Want, list[np.ndarray[Any, Any]]] = {}
    for place, (_, parts) in enumerate(column.cells):
        for part in parts or ():
            if not isinstance(part, int):
                rows.setdefault(part, []).append(order[ends[place + 1] : ends[place + 2]])
    return {want: column.link.table.above(np.sort(np.concatenate(each))) for want, each in rows.items()}


def settlements(table: pd.DataFrame, settings: Settings) -> dict[str, dict[str, Any]]:
    """The settlements of a table, beside those that there are.

    Args:
        table: What `lookups` made, its column `settlement` filled in.
        settings: What was settled before. A value that the table has without a settlement has none afterwards.

    Raises:
        SettingsError: It is no such table.
    """
    if missing := [name for name in ("column", "value", "scope", "settlement") if name not in table.columns]:
        raise SettingsError(f"The table has no column {missing[0]!r}. Give what lookups returned, settled.")
    made: dict[str, dict[str, Any]] = {column: dict(values) for column, values in settings.settlements.items()}
    columns = (table[name].tolist() for name in ("column", "value", "scope", "settlement"))
    for column, value, scope, settlement in zip(*columns, strict=True):
        name = value if pd.isna(scope) else f"{value} ({scope})"
        values = made.setdefault(column, {})
        values.pop(name, None)
        if not pd.isna(settlement):
            is_id = not isinstance(settlement, str | bool) and settlement == int(settlement)
            values[name] = int(settlement) if is_id else settlement
    return made
