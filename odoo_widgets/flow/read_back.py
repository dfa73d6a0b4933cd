"""What Odoo kept of what was sent: each cell, of rows and of their lines, beside what its record holds now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from odoo_widgets.flow import keying
from odoo_widgets.flow.asking import asked_fields
from odoo_widgets.flow.documents import OF_LINES, lines_of
from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.holding import holding, sendable, sent, shown
from odoo_widgets.flow.kept import DROPPED, NOT_COMPARED, kept
from odoo_widgets.flow.lines_there import by_key, by_place, owners
from odoo_widgets.flow.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.model import Field
    from odoo_widgets.flow.settings import Settings

# The statuses whose rows are in Odoo.
DONE = ("created", "updated", "saved", "unchanged")
# Of a cell of a line: the line's place, the field, what was sent, what is held, and what became of it.
Kept: TypeAlias = "tuple[int, str, Any, Any, str]"
Lines: TypeAlias = "list[dict[str, Any]]"


def read_back(responses: pd.DataFrame, data: pd.DataFrame | Source, settings: Settings) -> Questions[pd.DataFrame]:
    """What Odoo kept.

    Args:
        responses: What the send of the frame returned, all of it or some of its rows.
        data: The frame that was sent.
        settings: How it was sent.

    Returns:
        One row for each cell of each row that is in Odoo: `row` (its position), `id`, `line` (the place of the line in
        its document, from 0; missing for the document's own cells), `field` (of a line like `order_line/price_unit`),
        `sent`, `in_odoo`, and `kept`: `same`; `rounded`, `truncated`, `dropped`, `translated` or else `changed`. A line
        that is not there any more is `dropped`, under the name of its field. `not_compared` are commands, and lines of
        which it is not known which ones in Odoo they are.

    Raises:
        DataError: The responses are those of another frame, or the frame cannot be sent as it is.
        SettingsError: A column is no field.
    """
    source = Source.of(data)
    going = yield from sendable(source, settings)
    source, settings, fields, columns = going.source, going.settings, going.fields, going.columns
    used = {column.field: fields[column.field] for column in columns}
    ids = dict(_ids(responses, source.frame.index))
    held = yield from holding(settings.endpoint.model, ids.values(), used)
    records = {row: record for row, record in enumerate(sent(source, columns)) if ids.get(row, 0) in held.cells}
    inside: dict[str, dict[int, list[Kept]]] = {}
    for name in (column.field for column in columns if column.lines and used[column.field].type == OF_LINES):
        lines = {row: found for row, record in records.items() if (found := lines_of(record, [name]).get(name))}
        there = {row: (found, held.cells[ids[row]][name] or []) for row, found in lines.items()}
        numbers = yield from _numbers(responses, source, settings, used[name], there)
        inside[name] = yield from _lines_kept(used[name], there, numbers)
    cells: dict[str, list[Any]] = {name: [] for name in ("row", "id", "line", "field", "sent", "in_odoo", "kept")}
    for row, record in records.items():
        number = ids[row]
        now, decimals = held.cells[number], held.decimals_of(number)
        for name, value in record.items():
            every: list[tuple[Any, ...]]
            if row in inside.get(name, {}):
                every = [(row, number, *each) for each in inside[name][row]]
            else:
                outcome = kept(used[name], value, now[name], decimals.get(name))
                every = [(row, number, None, name, value, shown(used[name], now[name]), outcome)]
            for told in every:
                for column, each in zip(cells.values(), told, strict=True):
                    column.append(each)
    return _frame(cells)


def _places(responses: pd.DataFrame, index: pd.Index) -> np.ndarray[Any, Any]:
    """The position in the frame of each row of the responses."""
    if len(responses) == len(index) and responses.index.equals(index):
        return np.arange(len(index))
    if index.is_unique and responses.index.isin(index).all():
        found: np.ndarray[Any, Any] = index.get_indexer(responses.index)
        return found
    raise DataError(["The responses are those of another frame: their index is not this one's."])


def _ids(responses: pd.DataFrame, index: pd.Index) -> list[tuple[int, int]]:
    """The position of each row that is in Odoo, and its record's id."""
    places = _places(responses, index)
    done = responses["status"].isin(DONE) & responses["id"].notna()
    return [
        (int(place), int(number)) for place, number, fine in zip(places, responses["id"], done, strict=True) if fine
    ]


def _frame(cells: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    dtypes = {"row": "Int64", "id": "Int64", "line": "Int64", "field": "string", "kept": "string"}
    made: dict[str, Any] = {}
    for name, values in cells.items():
        if name in dtypes:
            made[name] = pd.array(values, dtype=dtypes[name])
            continue
        made[name] = np.empty(len(values), dtype=object)
        made[name][:] = values
    return pd.DataFrame(made)


# --- lines of documents -----------------------------------------------------------------------------------------------


def _numbers(
    responses: pd.DataFrame,
    source: Source,
    settings: Settings,
    field: Field,
    there: Mapping[int, tuple[Lines, Sequence[int]]],
) -> Questions[dict[int, list[int]]]:
    """The ids of the lines of each row, as the responses say or Odoo tells; 0 for one that is not known.

    Args:
        responses: What the send returned.
        source: The frame that was sent.
        settings: How it was sent.
        field: The field that has the lines.
        there: The position of each row to its lines, and to the ids of those that its record has.
    """
    said = _said(responses, source.frame.index, f"{field.name}/.id")
    known = {row: ids for row, (lines, _) in there.items() if len(ids := said.get(row, [])) == len(lines)}
    rest = {row: each for row, each in there.items() if row not in known}
    if not settings.key:
        return known | {row: by_place(lines, ids) for row, (lines, ids) in rest.items()}
    names = yield from owners(field.relation, [each for _, ids in rest.values() for each in ids])
    keys = keying.keys(source.part([*rest]), keying.columns(source, settings)) or []
    for key, (row, (lines, held)) in zip(keys, rest.items(), strict=True):
        known[row] = by_key(settings, field.name, key, lines, {each: names.get(each, "") for each in held})
    return known


def _said(responses: pd.DataFrame, index: pd.Index, column: str) -> dict[int, list[int]]:
    """The ids of lines that the responses have for each row; 0 for one that a send did not know."""
    if column not in responses.columns:
        return {}
    cells = zip(_places(responses, index).tolist(), responses[column].tolist(), strict=True)
    return {place: [_number(each) for each in cell] for place, cell in cells if isinstance(cell, list | np.ndarray)}


def _number(value: Any) -> int:
    return 0 if pd.isna(value) else int(value)


def _lines_kept(
    field: Field, there: Mapping[int, tuple[Lines, Sequence[int]]], numbers: Mapping[int, list[int]]
) -> Questions[dict[int, list[Kept]]]:
    """What Odoo kept of the cells of lines: the position of each row to these, in the order of its lines."""
    inside = yield from asked_fields(field.relation)
    names = dict.fromkeys(name for lines, _ in there.values() for line in lines for name in line if name in inside)
    every = {each for some in numbers.values() for each in some if each}
    held = yield from holding(field.relation, every, {name: inside[name] for name in names})

    def cells(place: int, line: dict[str, Any], number: int) -> Iterator[Kept]:
        if number not in held.cells:
            # A line that was told of and is not read any more is gone.
            yield place, field.name, line, None, DROPPED if number else NOT_COMPARED
            return
        now, decimals = held.cells[number], held.decimals_of(number)
        for name, value in line.items():
            if name in inside:
                outcome = kept(inside[name], value, now[name], decimals.get(name))
                yield place, f"{field.name}/{name}", value, shown(inside[name], now[name]), outcome

    return {
        row: [
            told
            for place, (line, number) in enumerate(zip(lines, numbers[row], strict=True))
            for told in cells(place, line, number)
        ]
        for row, (lines, _) in there.items()
    }
