"""The key columns of a frame: their values, and what keeps them from telling records apart."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pandas as pd

from odoo_widgets.flow.findings import Finding, in_lines
from odoo_widgets.flow.kinds import cell_kind, is_missing, kind
from odoo_widgets.flow.lines import of_cells
from odoo_widgets.flow.loading import links
from odoo_widgets.flow.matching import text_of
from odoo_widgets.flow.model import TEXTS
from odoo_widgets.flow.source import Source, once
from odoo_widgets.flow.values import Column, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.settings import Settings

FLOAT = (
    "a number with a point says no record for sure: 7.0 and 7 are written alike. Make the column text or whole "
    "numbers, such as df[{name!r}].astype('Int64')."
)
NESTED = "a list or dict is no key. Use columns of text or whole numbers."
TRUTH = "true or false is no key. Use columns of text or whole numbers."
MISSING = "the key is empty, so no record can be found by it. Fill it, or drop the row."
DOUBLED = "another row above has the same key {key} (keys compare as text). Keep one row for each record."
LINES = (
    "with a key, new records are made by load, which takes ids only. Send lists of ids here, and lines afterwards, "
    "once the records are there."
)
DICT = "with a key, new records are made by load, which takes no dict. Send it with an update, once they are there."
EMPTY_LINE_KEY = "the key of the line is empty. Fill it, or leave line_key out."
SAME_LINE = "another line of the document has the same {key} (keys compare as text). Name more in line_key."
# The kinds of cells that are no key, and why.
UNFIT = {"float": FLOAT, "decimal": FLOAT, "nested": NESTED, "boolean": TRUTH, "binary": NESTED}
# The types of fields that each kind of cells can be compared with.
FITTING: dict[str, tuple[str, ...]] = {
    "text": ("char", "text", "selection", "date", "datetime", "reference"),
    "integer": ("integer", "many2one", "many2one_reference"),
    "date": ("date",),
    "moment": ("date", "datetime"),
}


@once
def columns(source: Source, settings: Settings) -> tuple[Column, ...]:
    """The columns of the key, each of which the frame has once, in the order of the settings."""
    names = [str.__str__(name) if isinstance(name, str) else name for name in source.frame.columns]
    return tuple(
        Column(name, settings.field_of(name), position, settings.timezone, source.unit(position))
        for name in settings.key
        for position in (names.index(name),)
    )


def keys(block: pd.DataFrame, key: Sequence[Column]) -> list[dict[str, Any]] | None:
    """The key of each row of a block without problems, by field; None without a key."""
    if not key:
        return None
    converted = [values(column.cells(block), column)[0] for column in key]
    return [
        {column.field: value for column, value in zip(key, row, strict=True)} for row in zip(*converted, strict=True)
    ]


def cells_of(source: Source, settings: Settings) -> dict[str, str]:
    """What the cells of each key column are: field to kind, the kinds of a mixed column with a stroke between."""
    return {column.field: "/".join(sorted(_kinds(column.cells(source.frame)))) for column in columns(source, settings)}


def _kinds(cells: pd.Series) -> set[str]:
    found = kind(cells.dtype)
    if found == "category":
        return _kinds(cells.cat.categories.to_series())
    if found != "object":
        return {found}
    present = cells[~is_missing(cells)]
    return {cell_kind(each) for each in set(map(type, present.tolist()))}


def problems(source: Source, settings: Settings, part: pd.DataFrame) -> Iterator[tuple[int, Finding]]:
    """What keeps rows from being told apart by their key.

    Args:
        source: The bound frame, which has each column of the key once.
        settings: The key.
        part: The rows to look at.

    Yields:
        The column's place in the frame, and what is wrong in it.
    """
    key = columns(source, settings)
    whole = True
    for column in key:
        cells = column.cells(part)
        missing = is_missing(cells)
        for each in sorted(_kinds(cells) & UNFIT.keys()):
            whole = False
            yield column.position, Finding(np.flatnonzero(~missing), UNFIT[each].format(name=column.name))
        if whole:
            found = values(cells, column)[0]
            missing = missing | np.array([value == "" for value in found], dtype=bool)
        if missing.any():
            whole = False
            yield column.position, Finding(np.flatnonzero(missing), MISSING)
    if whole and key:
        yield from _doubled(part, key)


def _doubled(part: pd.DataFrame, key: Sequence[Column]) -> Iterator[tuple[int, Finding]]:
    converted = [values(column.cells(part), column)[0] for column in key]
    seen: set[tuple[str, ...]] = set()
    doubled = []
    for row, key_values in enumerate(zip(*converted, strict=True)):
        texts = tuple(map(text_of, key_values))
        if texts in seen:
            doubled.append(row)
        seen.add(texts)
    if doubled:
        names = " and ".join(column.name for column in key)
        yield key[0].position, Finding(np.array(doubled), DOUBLED.format(key=names))


def unloadable(cells: pd.Series, column: Column) -> Iterator[Finding]:
    """The cells of a payload column that a new record cannot be loaded with: lines, and dicts."""
    if column.lines:
        table = of_cells(cells, [each.name for each in column.lines])
        yield from in_lines(table, column, unloadable)
        others = np.flatnonzero(table.starts == table.ends)
        for each in unloadable(cells.iloc[others], attrs.evolve(column, lines=())):
            yield attrs.evolve(each, rows=others[each.rows])
        return
    if kind(cells.dtype) not in ("object", "nested", "category"):
        return
    found, absent = values(cells, column)
    present = set(range(len(found))) - set(absent.tolist())
    dicts = [row for row in sorted(present) if isinstance(found[row], dict)]
    lists = [row for row in sorted(present) if isinstance(found[row], list) and not _links(found[row])]
    if dicts:
        yield Finding(np.array(dicts), DICT)
    if lists:
        yield Finding(np.array(lists), LINES)


def _links(cell: list[Any]) -> bool:
    """Whether a list leads to records: by their ids, or by names, which are looked up."""
    return links([each for each in cell if not isinstance(each, str)]) is not None


def line_keys(cells: pd.Series, column: Column, names: Sequence[str]) -> Iterator[Finding]:
    """What keeps the lines of a document from being told apart by their key.

    Args:
        cells: The cells of a column that has lines.
        column: What is known of it.
        names: The names in the lines that make the key; none where lines are told apart by their place.
    """
    table = of_cells(cells, [each.name for each in column.lines])
    inner = {each.field: (place, each) for place, each in enumerate(column.lines)}
    every = np.arange(len(table.frame))
    texts: dict[str, list[str]] = {}
    for name in names:
        if name not in inner:
            yield Finding(table.cells(every), f"no line has a {name!r}, which line_key names. Add it, or correct it.")
            return
        place, known = inner[name]
        held = table.frame.iloc[:, place]
        absent = is_missing(held)
        for unfit in sorted(_kinds(held) & UNFIT.keys()):
            lines = np.flatnonzero(~absent)
            yield Finding(table.cells(lines), f"line {table.place(int(lines[0]))}: {UNFIT[unfit].format(name=name)}")
            return
        if absent.any():
            lines = np.flatnonzero(absent)
            yield Finding(table.cells(lines), f"line {table.place(int(lines[0]))}, {name!r}: {EMPTY_LINE_KEY}")
            return
        texts[name] = list(map(text_of, values(held, known)[0]))
    doubled = np.flatnonzero(pd.DataFrame({"": table.of(every), **texts}).duplicated()) if names else every[:0]
    if len(doubled):
        said = f"line {table.place(int(doubled[0]))}: {SAME_LINE.format(key=' and '.join(names))}"
        yield Finding(table.cells(doubled), said)


def missing_fields(names: Sequence[str], fields: Fields) -> list[str]:
    """The columns that the model has no field for."""
    return [name for name in names if name not in fields]


def no_field(model: str, missing: Sequence[str], fields: Fields) -> str:
    """The sentence about columns that the model has no field for."""
    said = []
    for name in missing:
        near = get_close_matches(name, fields, n=1)
        said.append(f"{name!r}{f' (did you mean {near[0]!r}?)' if near else ''}")
    return f"{model} has no field {', '.join(said)} that this user may see. Rename or exclude the columns."


def misread(cells: Mapping[str, str], fields: Fields) -> str:
    """Why the key columns cannot be compared with their fields; empty where they can.

    Args:
        cells: What `cells_of` says.
        fields: The model's fields.
    """
    for name, kinds in cells.items():
        field = fields[name]
        wrong = [each for each in kinds.split("/") if field.type not in FITTING.get(each, ())]
        if not wrong:
            continue
        if field.type in TEXTS and wrong[0] == "integer":
            return (
                f"The key column {name!r} holds numbers, and the field is text: 00123 read as 123 would find no "
                f"record. Read it as text, dtype={{{name!r}: str}}."
            )
        held = f"The key column {name!r} holds {WORDS[wrong[0]]}, and the field is of the type {field.type}"
        if any(field.type in each for each in FITTING.values()):
            return f"{held}, which cannot be compared with that. Make them alike, or name another key."
        return f"{held}, which is no key. Name another one."
    return ""


WORDS = {"text": "text", "integer": "whole numbers", "date": "dates", "moment": "times"}
