"""What became of a value that was sent, in a word, beside what its record holds; and such words on a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from odoo_widgets.flow.comparing import DECIMALS, is_empty, is_never_shown, rounded, same, settles_never
from odoo_widgets.flow.markup import is_cleaned
from odoo_widgets.flow.model import NUMBERS, TEXTS, TO_MANY

if TYPE_CHECKING:
    from odoo_widgets.flow.model import Field

SAME, ROUNDED, TRUNCATED, DROPPED = "same", "rounded", "truncated", "dropped"
TRANSLATED, CHANGED, NOT_COMPARED = "translated", "changed", "not_compared"
# As many cells and characters as a page shows.
SHOWN, CHARACTERS = 1_000, 200


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
    if is_never_shown(field):
        return NOT_COMPARED
    if field.type in TO_MANY and isinstance(value, list) and any(isinstance(each, list | dict) for each in value):
        # Lines, and commands that make and change them, say what to do, not what is there afterwards.
        return NOT_COMPARED
    if settles_never(field) or is_empty(held):
        return DROPPED
    if field.type in TEXTS and _is_longer(value, held):
        return TRUNCATED
    cleaned = field.sanitized and isinstance(value, str) and is_cleaned(value, held)
    return TRANSLATED if field.translated and not cleaned else CHANGED


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
    fields = [
        name if pd.isna(line) else f"{name}, line {line}"
        for name, line in zip(part["field"], part["line"], strict=True)
    ]
    text = pd.DataFrame({"field": fields, **columns, "kept": part["kept"].tolist()})
    text = text.assign(id=part["id"].tolist())[["id", "field", "sent", "in_odoo", "kept"]]
    text.index = pd.Index(part["row"].tolist())
    left = len(cells) - len(part)
    more = f"The first {SHOWN:,} cells of {len(cells):,}; destination.read_back gives all." if left else ""
    return f"Of {len(cells):,} cells, Odoo holds: {found}.", text, more


def _words(value: Any) -> str:
    return "" if value is None or value is False else str(value)[:CHARACTERS]
