"""A frame whose texts that say which record is meant have become the ids of these records: what is planned and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pandas as pd

from odoo_widgets.flow import linking
from odoo_widgets.flow.answering import BLOCKED, CREATE, FOUND, OF_ROW, REJECT, UNASKED, WRONG, Linked, Want, linked
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.kinds import plain
from odoo_widgets.flow.lines import changed
from odoo_widgets.flow.loading import IDS
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.within import tables

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from odoo_widgets.flow.answering import Parts
    from odoo_widgets.flow.server import Server

# What a value becomes that a record is still to be made of.
AS_TEXT, AS_EMPTY = "text", "empty"
# What stands for the id of a record that another row makes.
NOT_YET = 0
# What keeps a column from being known; and what does as long as a record is still to be made.
UNKNOWN, WAITING = (UNASKED, *WRONG), (CREATE, BLOCKED)
REJECTED = "Column {column!r}: {value!r} is settled as reject, so this row is not sent."


@attrs.frozen
class Resolved:
    """A frame as it is sent.

    Attributes:
        source: The frame, with ids in place of what was looked up.
        settings: Which fields its columns fill now.
        linked: The columns that are looked up.
        rejected: The positions of rows that are not sent, each with the field and why.
    """

    source: Source
    settings: Settings
    linked: tuple[Linked, ...] = ()
    rejected: dict[int, tuple[str, str]] = attrs.field(factory=dict)

    def among(self, rows: Sequence[int] | None) -> Sequence[int] | None:
        """Those of some rows that are sent; None for all of the frame."""
        if not self.rejected:
            return rows
        return [row for row in (range(len(self.source)) if rows is None else rows) if row not in self.rejected]


def resolved(
    source: Source, settings: Settings, server: Server, rows: Sequence[int] | None = None, *, to_make: str = ""
) -> Resolved:
    """A frame with ids in place of what was looked up.

    Args:
        source: The bound frame.
        settings: What it is sent with.
        server: What was found.
        rows: The only rows that count; all if left out.
        to_make: What becomes of values that a record is still to be made of: `AS_TEXT`, `AS_EMPTY`; a column with one
            is not known where it is left out.

    Returns:
        The frame to plan. A column of which a value is not known stays as it is.
    """
    if settings.endpoint.model not in server.fields or not linking.may_link(source, settings):
        return Resolved(source, settings)
    columns = linked(source, settings, server, rows)
    rejected = _rejected(columns)
    known = [each for each in columns if not (each.of(*UNKNOWN) or (not to_make and _waits(each, rejected)))]
    cells = {each.link.position: _cells(each, settings, to_make) for each in known if each.link.table.lines is None}
    cells |= _in_lines([each for each in known if each.link.table.lines is not None], source, settings, to_make)
    fields = {each.link.column: _field(each, settings) for each in known}
    if not known:
        return Resolved(source, settings, columns, rejected)
    settings = settings.replace(fields={**settings.fields, **fields})
    return Resolved(source.with_columns(cells), settings, columns, rejected)


def _rejected(columns: Sequence[Linked]) -> dict[int, tuple[str, str]]:
    """The positions of rows that are settled as rejected, each with the field and why."""
    rejected: dict[int, tuple[str, str]] = {}
    for each in columns:
        for want in each.of(REJECT):
            sentence = REJECTED.format(column=each.link.column, value=want.value)
            for row in each.rows([want]).tolist():
                rejected.setdefault(row, (each.link.path, sentence))
    return rejected


def _waits(each: Linked, rejected: Container[int]) -> bool:
    """Whether a value of a row that is sent waits for a record that is still to be made."""
    return any(row not in rejected for row in each.rows(each.of(*WAITING)).tolist())


def waits(
    source: Source, settings: Settings, server: Server, rows: Sequence[int] | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns whose values are not all known, as far as can be told, and those that lead to other rows."""
    if settings.endpoint.model not in server.fields:
        return linking.may_link(source, settings), ()
    columns = linked(source, settings, server, rows)
    unread = [each for each in tables(source, settings) if not each.is_read(settings, server)]
    rejected = _rejected(columns)
    unknown = tuple(each.link.column for each in columns if each.of(*UNKNOWN) or _waits(each, rejected))
    of_rows = tuple(each.link.column for each in columns if each.of(OF_ROW))
    return (*unknown, *(name for table in unread for name in linking.may_link_in(table, settings))), of_rows


def _field(each: Linked, settings: Settings) -> str:
    loads = settings.endpoint.operation == "load" and each.link.table.lines is None
    return each.link.field.name + (IDS if loads else "")


def _in_lines(columns: Sequence[Linked], source: Source, settings: Settings, to_make: str) -> dict[int, Any]:
    """The cells of the columns that have lines, by their place, with ids in these."""
    together: dict[int, list[Linked]] = {}
    for each in columns:
        together.setdefault(each.link.table.position, []).append(each)
    made: dict[int, Any] = {}
    for position, inside in together.items():
        table = inside[0].link.table
        names = [table.source.frame.columns[each.link.position] for each in inside]
        found = {name: _cells(each, settings, to_make) for name, each in zip(names, inside, strict=True)}
        assert table.lines is not None
        # As plain values: in a dict, a missing one of pandas would be a value.
        values = {name: [None if cell is pd.NA else cell for cell in cells] for name, cells in found.items()}
        made[position] = changed(plain(source.frame.iloc[:, position]), table.lines, values)
    return made


def _cells(each: Linked, settings: Settings, to_make: str) -> Any:
    """The cells of a column, as ids."""
    loads, rest = settings.endpoint.operation == "load", settings.endpoint.protocol == "rest"
    as_text = (loads and each.link.table.lines is None) or (rest and not FORMATS[settings.content_format].nested)
    values = [_value(cell, parts, each, to_make) for cell, parts in each.cells]
    if each.link.many:
        values = [",".join(map(str, value)) if as_text and isinstance(value, list) else value for value in values]
    made = np.empty(len(values) + 1, dtype=object)
    # At the end stands what the code -1 of a missing cell finds.
    made[:-1] = [None if value is None or value == "" else value for value in values]
    if all(value is None or type(value) is int for value in made):
        return pd.array(made, dtype="Int64")[each.codes]
    return made[each.codes]


def _value(cell: Any, parts: Parts, each: Linked, to_make: str) -> Any:
    if parts is None:
        return cell
    if not to_make and any(isinstance(part, Want) and each.answers[part].state == OF_ROW for part in parts):
        # Its record is known once the row that makes it was sent.
        return NOT_YET
    ids = list(dict.fromkeys(filter(None, (_id(part, each, to_make) for part in parts))))
    if not each.link.many:
        return ids[0] if ids else None
    # A list that was empty empties the field; one of which every value counts as empty does not.
    return ids if ids or cell == [] else None


def _id(part: Want | int, each: Linked, to_make: str) -> int | str:
    if not isinstance(part, Want):
        return part
    answer = each.answers[part]
    if answer.state in (OF_ROW, *WAITING) and to_make == AS_TEXT:
        return part.text
    return answer.id if answer.state == FOUND else 0
