"""Dicts and lists in cells, and in lines, whose field leads to records: what Odoo takes there is ids and commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.calls import Shaped
from odoo_widgets.flow.documents import OF_LINES
from odoo_widgets.flow.kinds import plain
from odoo_widgets.flow.lines import is_list
from odoo_widgets.flow.model import TO_MANY, TO_ONE
from odoo_widgets.flow.unsendable import EMPTY_LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.source import Source
    from odoo_widgets.flow.values import Column

# What a cell is; lines are a list of dicts that is sent as such.
DICT, DICTS, MIXED, LIST = "a dict", "a list of dicts", "a list with dicts", "a list"
LINES, EMPTY = "a list of lines", "a list of empty dicts"
# What the fields of each type do not take.
UNFIT = {
    OF_LINES: (DICT, DICTS, MIXED, EMPTY),
    "many2many": (DICT, DICTS, MIXED, EMPTY, LINES),
    **dict.fromkeys(TO_ONE, (DICT, DICTS, MIXED, EMPTY, LINES, LIST)),
}
WHICH_LINES = (
    "a list of dicts is lines, and without a key nothing says which lines of the record they are. Name a key, so that "
    "each line is found again, or send commands: [[1, 7, {'name': 'x'}]] writes to line 7, [[0, 0, {'name': 'x'}]] "
    "makes one."
)
LINES_OF_LINES = (
    "lines cannot have lines of their own. Send those afterwards, to the lines, whose ids stand in the responses."
)
HALF = "not all in the list is a dict. Lines are all dicts, and commands are all lists: [[0, 0, {'name': 'x'}]]."
NO_RECORDS = "{name} leads to records, and {kind} says none. Send {ids}."
IDS = {True: "a list of ids, such as [7, 8], or commands, such as [[4, 7, 0]]", False: "one id, such as 7"}


def shaped(source: Source, columns: Iterable[Column]) -> Iterator[Shaped]:
    """The dicts and lists in some columns, once for each column and shape."""
    for column in columns:
        if source.may_nest(column.position):
            for kind, row in _known(source, column.position, LINES if column.lines else DICTS).items():
                yield Shaped(column.field, kind, f"Column {column.name!r}, row {source.first + row}")


def shaped_inside(source: Source, column: Column) -> Iterator[Shaped]:
    """The same for the lines in a column."""
    found = source.lines(column.position)
    if found is None:
        return
    table, inside = found
    for inner in column.lines:
        if not inside.may_nest(inner.position):
            continue
        for kind, line in _kinds(inside.frame.iloc[:, inner.position].tolist(), DICTS).items():
            row = source.first + int(table.of([line])[0])
            where = f"Column {column.name!r}, row {row}, line {table.place(line)}, {inner.name!r}"
            yield Shaped(inner.field, kind, where, inside=True)


def _known(source: Source, position: int, of_dicts: str) -> dict[str, int]:
    # Whoever types asks for the same with every key.
    question = f"{of_dicts} in column {position}"
    if question not in source.remembered:
        source.remembered[question] = _kinds(plain(source.frame.iloc[:, position]).tolist(), of_dicts)
    found: dict[str, int] = source.remembered[question]
    return found


def _kinds(cells: Sequence[Any], of_dicts: str) -> dict[str, int]:
    """What the cells are, each with the first place of one."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        if isinstance(cell, dict):
            found.setdefault(DICT, place)
        elif is_list(cell) and len(cell):
            dicts = sum(isinstance(each, dict) for each in cell)
            # Only dicts can be asked whether they are empty: an array cannot.
            whole = (of_dicts if any(cell) else EMPTY) if dicts == len(cell) else ""
            found.setdefault(whole or (MIXED if dicts else LIST), place)
    return found


def misshapen(cells: Iterable[Shaped], fields: Fields) -> str:
    """Why a cell cannot be sent to its field; empty where all can.

    Args:
        cells: What `shaped` says.
        fields: The fields of the model. One that is not known is passed over.
    """
    for cell in cells:
        field = fields.get(cell.field)
        if field is None or cell.kind not in UNFIT.get(field.type, ()):
            continue
        said = NO_RECORDS.format(name=field.name, kind=cell.kind, ids=IDS[field.type in TO_MANY])
        if field.type == OF_LINES:
            lines = LINES_OF_LINES if cell.inside else WHICH_LINES
            said = {DICTS: lines, MIXED: HALF, EMPTY: EMPTY_LINE.format(place=0)}.get(cell.kind, said)
        return f"{cell.where}: {said}"
    return ""
