"""What cannot be sent, named by row and column: looked for once, column by column, before the first call."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from odoo_widgets.flow.findings import Finding, findings
from odoo_widgets.flow.kinds import is_missing, is_sendable, plain
from odoo_widgets.flow.limits import LIMITS
from odoo_widgets.flow.moments import in_utc
from odoo_widgets.flow.operations import OPERATIONS
from odoo_widgets.flow.records import Source, columns, numbers
from odoo_widgets.flow.unsendable import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.flow.settings import Settings

# PostgreSQL's integer, which Odoo numbers records with, ends here.
LAST_ID = 2**31 - 1


def problems(data: pd.DataFrame | Source, settings: Settings, rows: range | None = None) -> tuple[str, ...]:
    """What keeps a frame from being sent.

    Args:
        data: The bound frame.
        settings: The settings that it is to be sent with.
        rows: Positions of the rows to look at; all if left out.

    Returns:
        One sentence for each problem; none if the frame can be sent.
    """
    source = Source.of(data)
    rows = range(len(source)) if rows is None else rows
    return tuple(shape(source.frame, settings)) or tuple(_values(source, settings, rows))


def row_name(index: pd.Index, row: int) -> str:
    """How a row is called in a sentence: its position from 0, and its label where that is another."""
    label = index[row]
    return f"row {row}" if isinstance(label, int | np.integer) and label == row else f"row {row} (index {label!r})"


def takes_values(settings: Settings) -> bool:
    """Whether the columns are values to send."""
    return OPERATIONS[settings.endpoint.operation].takes_values


# --- the frame -------------------------------------------------------------------------------------------------------


def shape(frame: object, settings: Settings) -> Iterator[str]:
    """What keeps a frame from being sent whatever its values are."""
    if not isinstance(frame, pd.DataFrame):
        yield f"The data is a {type(frame).__name__}, not a pandas DataFrame. Make it one with pd.DataFrame(…)."
        return
    if not len(frame):
        yield "The frame has no rows."
    if not len(frame.columns):
        yield "The frame has no columns."
        return
    others = [name for name in frame.columns if not isinstance(name, str)]
    if others:
        yield (
            f"The column name {others[0]!r} is not text, so no field can be called like it. "
            "Rename it: df.columns = df.columns.map(str)."
        )
    names = [name for name in frame.columns if isinstance(name, str) and name not in settings.exclude]
    yield from _names(names, settings)
    own = sum(isinstance(name, str) and name == settings.ids for name in frame.columns)
    if settings.needs_ids and own != 1:
        there = f"{own} are" if own else "none is"
        yield (
            f"{settings.endpoint.operation} needs one column of database ids, and {there} called {settings.ids!r}. "
            "Say which it is: ids='…'."
        )
    values = [name for name in names if not (settings.needs_ids and name == settings.ids)]
    if not values and not others and takes_values(settings):
        yield "All columns are excluded: nothing is left to send."


def _names(names: list[str], settings: Settings) -> Iterator[str]:
    doubles = [(name, count) for name, count in Counter(names).items() if count > 1]
    if doubles:
        yield "The column name {!r} stands {} times. Rename or drop all but one.".format(*doubles[0])
    if "" in names:
        yield "A column has an empty name. Rename it to a field's name, or drop it."
    unsendable = [name for name in names if not is_sendable(name)]
    if unsendable:
        yield f"The column name {unsendable[0]!r} holds a NUL or half a surrogate pair. Rename it to a field's name."
    limits = LIMITS.get(settings.endpoint.protocol)
    unreadable = [name for name in names if limits and limits.characters.search(name)]
    if unreadable:
        yield f"The column name {unreadable[0]!r} holds a control character. Rename it to a field's name."
    yield from _lines(names, settings)


def _lines(names: list[str], settings: Settings) -> Iterator[str]:
    """The columns of records inside a record, which `load` takes more rows for than it answers ids."""
    inside = [
        name for name in names if "/" in name and (name.count("/") > 1 or name.split("/")[1] not in ("id", ".id"))
    ]
    if inside and settings.endpoint.operation == "load":
        yield (
            f"Column {inside[0]!r}: load with lines answers fewer ids than there are rows, so no row could be told its "
            "record. Use create, with lists of commands such as [[0, 0, {…}]]."
        )


def _values(source: Source, settings: Settings, rows: range) -> Iterator[str]:
    if settings.needs_ids:
        position = source.frame.columns.get_loc(settings.ids)
        for found in _ids(source, position, rows):
            if len(found.rows):
                yield _sentence(source, position, rows, found)
    limits = LIMITS.get(settings.endpoint.protocol)
    for column in columns(source, settings) if takes_values(settings) else ():
        for found in findings(column.cells(source.frame.iloc[rows.start : rows.stop]), column, limits):
            yield _sentence(source, column.position, rows, found)


def _ids(source: Source, position: int, rows: range) -> Iterator[Finding]:
    ids = numbers(plain(source.frame.iloc[rows.start : rows.stop, position])).to_numpy()
    wrong = ~((ids > 0) & (ids == np.floor(ids)) & (ids <= LAST_ID))
    doubled = source.repeated(position)[rows.start : rows.stop] & ~wrong
    yield Finding(np.flatnonzero(wrong), "this is not the id of a record. Ids are whole numbers above 0, none missing.")
    yield Finding(np.flatnonzero(doubled), "another row above is for the same record. Keep one row for each record.")


def _sentence(source: Source, position: int, rows: range, found: Finding) -> str:
    """A finding with its column, its first row, and the value there."""
    row = rows.start + int(found.rows[0])
    more = len(found.rows) - 1
    others = f", and {more:,} more row{'s' if more > 1 else ''}" if more else ""
    value = found.value or _value(plain(source.frame.iloc[row : row + 1, position]))
    return (
        f"Column {source.frame.columns[position]!r}, {row_name(source.frame.index, row)}{others}: {found.sentence}"
        f"{f' Found: {value}.' if value else ''}"
    )


def _value(cell: pd.Series) -> str:
    """A column of one cell as it is shown; nothing for a missing one."""
    if is_missing(cell)[0]:
        return ""
    try:
        return shown(cell.tolist()[0])
    except (ValueError, NotImplementedError):
        # Python's calendar ends where some zone would show this time.
        return shown(in_utc(cell, None).tolist()[0])
