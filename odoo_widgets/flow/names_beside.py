"""The names of the records that cells which differ lead to, beside their ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from odoo_widgets.flow.asking import page
from odoo_widgets.flow.errors import RefusedError
from odoo_widgets.flow.fetching import told
from odoo_widgets.flow.linking import DISPLAY
from odoo_widgets.flow.named import ids_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from odoo_widgets.flow.answering import Linked
    from odoo_widgets.flow.asking import Questions

# The column of names beside each column of values.
BESIDE = {"odoo_names": "in_odoo", "frame_names": "in_frame"}
# The place of a line, in what a cell of it is called: `order_line[0].product_id`.
PLACE = re.compile(r"\[\d+\]\.")
# Records to read at once.
BLOCK = 1_000


def names_beside(differences: pd.DataFrame, linked: Sequence[Linked]) -> Questions[dict[str, Any]]:
    """The columns of names; missing for a cell that no look-up led to, or whose records the user may not read.

    Args:
        differences: One row for each cell that differs: `field`, `in_odoo`, `in_frame`.
        linked: The columns that were looked up.
    """
    models = {each.link.path: each.link.field.relation for each in linked}
    of_cells = [models.get(PLACE.sub("/", name), "") for name in differences["field"]]
    wanted: dict[str, set[int]] = {}
    for column in BESIDE.values():
        for model, value in zip(of_cells, differences[column], strict=True):
            if model:
                wanted.setdefault(model, set()).update(ids_in(value))
    names: dict[str, dict[int, str]] = {}
    for model, ids in wanted.items():
        names[model] = yield from _names(model, sorted(ids))

    def said(model: str, value: Any) -> str | None:
        known = names.get(model, {})
        return ", ".join(_each(value, known)) or None

    return {
        beside: pd.array(
            [said(model, value) for model, value in zip(of_cells, differences[column], strict=True)], dtype="string"
        )
        for beside, column in BESIDE.items()
    }


def _names(model: str, ids: Sequence[int]) -> Questions[dict[int, str]]:
    names: dict[int, str] = {}
    for start in range(0, len(ids), BLOCK):
        try:
            answer = yield page(model, [["id", "in", list(ids[start : start + BLOCK])]], [DISPLAY])
        except RefusedError:
            return names
        names |= {each["id"]: str(each[DISPLAY] or "") for each in told(model, answer, [DISPLAY])}
    return names


def _each(value: Any, names: dict[int, str]) -> Iterator[str]:
    found: Iterable[int] = dict.fromkeys(ids_in(value))
    yield from (names[each] for each in found if each in names)
