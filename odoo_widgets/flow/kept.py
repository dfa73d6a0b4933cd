"""What Odoo kept of what was sent: each cell beside what its record holds now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from odoo_widgets.flow.comparing import is_empty, rounded, same, settles_never
from odoo_widgets.flow.differences import shown
from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.holding import holding, sendable, sent
from odoo_widgets.flow.model import NUMBERS, TEXTS, TO_MANY
from odoo_widgets.flow.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.model import Field
    from odoo_widgets.flow.settings import Settings

SAME, ROUNDED, TRUNCATED, DROPPED = "same", "rounded", "truncated", "dropped"
TRANSLATED, CHANGED, NOT_COMPARED = "translated", "changed", "not_compared"
# The statuses whose rows are in Odoo.
DONE = ("created", "updated", "saved", "unchanged")
# As many cells and characters as a page shows.
SHOWN, CHARACTERS = 1_000, 200
# More decimals than any currency has.
DECIMALS = range(10)


def read_back(responses: pd.DataFrame, data: pd.DataFrame | Source, settings: Settings) -> Questions[pd.DataFrame]:
    """What Odoo kept.

    Args:
        responses: What the send of the frame returned, all of it or some of its rows.
        data: The frame that was sent.
        settings: How it was sent.

    Returns:
        One row for each cell of each row that is in Odoo: `row` (its position), `id`, `field`, `sent`, `in_odoo`, and
        `kept`: `same`; `rounded`, `truncated`, `dropped`, `translated` or else `changed`; `not_compared` for lines.

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
    cells: dict[str, list[Any]] = {name: [] for name in ("row", "id", "field", "sent", "in_odoo", "kept")}
    for row, record in enumerate(sent(source, columns)):
        number = ids.get(row, 0)
        if number not in held.cells:
            continue
        there, decimals = held.cells[number], held.decimals_of(number)
        for name, value in record.items():
            outcome = kept(used[name], value, there[name], decimals.get(name))
            told = (row, number, name, value, shown(used[name], there[name]), outcome)
            for column, each in zip(cells.values(), told, strict=True):
                column.append(each)
    return _frame(cells)


def _ids(responses: pd.DataFrame, index: pd.Index) -> list[tuple[int, int]]:
    """The position of each row that is in Odoo, and its record's id."""
    if len(responses) == len(index) and responses.index.equals(index):
        places = np.arange(len(index))
    elif index.is_unique and responses.index.isin(index).all():
        places = index.get_indexer(responses.index)
    else:
        raise DataError(["The responses are those of another frame: their index is not this one's."])
    done = responses["status"].isin(DONE) & responses["id"].notna()
    return [
        (int(place), int(number)) for place, number, fine in zip(places, responses["id"], done, strict=True) if fine
    ]


def _frame(cells: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    dtypes = {"row": "Int64", "id": "Int64", "field": "string", "kept": "string"}
    made: dict[str, Any] = {}
    for name, values in cells.items():
        if name in dtypes:
            made[name] = pd.array(values, dtype=dtypes[name])
            continue
        made[name] = np.empty(len(values), dtype=object)
        made[name][:] = values
    return pd.DataFrame(made)


def kept(field: Field, value: Any, held: Any, decimals: int | None = None) -> str:
    """What became of a value.

    Args:
        field: The field that it was sent to.
        value: What was sent.
        held: What the record holds, as `read` answers it.
        decimals: For an amount of money, the decimals of its currency.

    Returns:
        One word: see `read_back`.
    """
    if field.type in NUMBERS and not settles_never(field):
        return _number(field, value, held)
    if same(field, value, held, decimals):
        return TRUNCATED if _is_longer(value, held) and field.type in CUT else SAME
    return _otherwise(field, value, held)


def _otherwise(field: Field, value: Any, held: Any) -> str:
    if field.type in TO_MANY and isinstance(value, list) and any(isinstance(each, list | dict) for each in value):
        # Lines, and commands that make and change them, say what to do, not what is there afterwards.
        return NOT_COMPARED
    if settles_never(field) or is_empty(held):
        return DROPPED
    if field.type in TEXTS and _is_longer(value, held):
        return TRUNCATED
    return TRANSLATED if field.translated else CHANGED


# What Odoo cuts to a length.
CUT = ("char", "date")


def _is_longer(value: Any, held: Any) -> bool:
    text = isinstance(value, str) and isinstance(held, str)
    return text and len(value) > len(held) > 0 and value.startswith(held)


def _number(field: Field, value: Any, held: Any) -> str:
    try:
        number, there = float(value or 0), float(held or 0)
    except (TypeError, ValueError):
        return CHANGED
    if number == there:
        return SAME
    if field.type == "integer":
        return TRUNCATED if int(number) == there else CHANGED
    if any(rounded(number, decimals) == there for decimals in DECIMALS):
        return ROUNDED
    return CHANGED if there else DROPPED


def told(cells: pd.DataFrame) -> tuple[str, pd.DataFrame, str]:
    """What was read back, as a screen shows it.

    Args:
        cells: What `read_back` returned.

    Returns:
        How many cells were kept how, in a sentence; the cells as text, those that are not the same first, by row; and
        a sentence about those that are left off, empty where there are none.
    """
    if not len(cells):
        return "None of the rows has a record to read.", cells, ""
    counts = cells["kept"].value_counts(sort=False)
    found = ", ".join(f"{number:,} {kept.replace('_', ' ')}" for kept, number in counts.items())
    ordered = cells.iloc[np.argsort((cells["kept"] == SAME).to_numpy(dtype=bool), kind="stable")]
    part = ordered.head(SHOWN)
    columns = {name: [_words(each) for each in part[name].tolist()] for name in ("sent", "in_odoo")}
    text = pd.DataFrame({"field": part["field"].tolist(), **columns, "kept": part["kept"].tolist()})
    text = text.assign(id=part["id"].tolist())[["id", "field", "sent", "in_odoo", "kept"]]
    text.index = pd.Index(part["row"].tolist())
    left = len(cells) - len(part)
    more = f"The first {SHOWN:,} cells of {len(cells):,}; destination.read_back gives all." if left else ""
    return f"Of {len(cells):,} cells, Odoo holds: {found}.", text, more


def _words(value: Any) -> str:
    return "" if value is None or value is False else str(value)[:CHARACTERS]
