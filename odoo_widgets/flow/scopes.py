"""Among which records a row's are looked up: a state in its row's country, a tax by what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from odoo_widgets.flow.kinds import plain

if TYPE_CHECKING:
    from collections.abc import Container

    from odoo_widgets.flow.looks import Scope
    from odoo_widgets.flow.model import Field, Fields
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.within import Table

COMPANY, TAXES, STATES, USE = "company_id", "account.tax", "res.country.state", "type_tax_use"
# Among which records a model's are looked up: those that hold the same as the row in these fields.
SAME_AS_ROW = {STATES: ("country_id",)}
# What a tax is for follows from the field that it stands in (each field's own domain, in Odoo 19.0's sale, purchase
# and account modules).
USES = {
    ("product.template", "taxes_id"): "sale",
    ("product.product", "taxes_id"): "sale",
    ("product.template", "supplier_taxes_id"): "purchase",
    ("product.product", "supplier_taxes_id"): "purchase",
    ("sale.order.line", "tax_ids"): "sale",
    ("sale.order.line", "tax_id"): "sale",
    ("purchase.order.line", "tax_ids"): "purchase",
    ("purchase.order.line", "taxes_id"): "purchase",
}
# In the lines of an invoice, what its taxes are for follows from what kind it is (Odoo 19.0, account/models/
# account_move_line.py, `_compute_tax_ids`).
MOVES, KIND, DEFAULT_KIND = "account.move.line", "move_type", "default_move_type"
OF_KIND = {"out": "sale", "in": "purchase"}


def fixed(model: str, field: Field) -> Scope:
    """What the records of a field must hold, whatever the row is."""
    use = USES.get((model, field.name)) if field.relation == TAXES else None
    return ((USE, use),) if use else ()


def like_row(model: str, field: Field, known: Fields, filled: Container[str]) -> tuple[str, ...]:
    """What the records of a field must have in common with the row.

    Args:
        model: The model of the row.
        field: The field that leads to them.
        known: The fields of the model that it leads to.
        filled: The fields that the row fills, and those that its document does.
    """
    names = (*SAME_AS_ROW.get(field.relation, ()), *([COMPANY] if COMPANY in known else []))
    of_kind = (USE,) if (model, field.relation) == (MOVES, TAXES) else ()
    return (*(name for name in names if name in filled and name != field.name), *of_kind)


def uses(table: Table, settings: Settings) -> np.ndarray[Any, Any]:
    """For each row of a frame what the taxes of its lines are for; an empty text where any may be."""
    column = next((each for each in table.columns if each.field == KIND), None)
    default = settings.context.get(DEFAULT_KIND)
    cells = [default] * len(table.source) if column is None else plain(column.cells(table.source.frame)).tolist()
    known: dict[Any, str] = {}
    for cell in dict.fromkeys(each for each in cells if isinstance(each, str)):
        known[cell] = OF_KIND.get(cell.partition("_")[0], "")
    return np.array([known.get(cell, "") if isinstance(cell, str) else "" for cell in cells], dtype=object)


def numbers_in(table: Table, name: str) -> np.ndarray[Any, Any] | None:
    """For each row of a table the id in a column that fills a field, 0 for none; None where no column does."""
    column = next((each for each in table.columns if each.field.partition("/")[0] == name), None)
    if column is None:
        return None
    found = pd.to_numeric(column.cells(table.source.frame), errors="coerce")
    ids: np.ndarray[Any, Any] = np.nan_to_num(found.to_numpy(dtype="float64", na_value=0)).astype("int64")
    return ids
