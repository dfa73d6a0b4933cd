"""A frame beside what Odoo holds: the cells that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from odoo_widgets.flow.checks.parents import ONE_ADDRESS, addresses_apart, shared
from odoo_widgets.flow.checks.subject import subject
from odoo_widgets.flow.choices import UPDATE
from odoo_widgets.flow.comparing import LINK, differing, is_never_shown, settles_never
from odoo_widgets.flow.errors import RefusedError
from odoo_widgets.flow.holding import holding, records_of, sendable, sent, shown
from odoo_widgets.flow.line_differences import compared, line_differences
from odoo_widgets.flow.loading import links
from odoo_widgets.flow.names_beside import names_beside
from odoo_widgets.flow.source import Source

if TYPE_CHECKING:
    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.settings import Settings

DROPPED = "Odoo keeps this field by itself, and drops what is sent for it."

NEVER_SHOWN = "Odoo shows nobody what it holds here, so only_changes leaves it as it is. A send without that writes it."


def diff(data: pd.DataFrame | Source, settings: Settings) -> Questions[pd.DataFrame]:
    """The cells that Odoo does not hold as they would be sent.

    Args:
        data: The frame.
        settings: How it would be sent, and which records its rows are for: by `ids` or by `key`.

    Returns:
        One row for each such cell: `row` (its position), `id`, `field`, `in_odoo`, `in_frame`. With a key, a cell of a
        line is called like `order_line[0].price_unit`, and a line that is not there like `order_line[0]`; with
        `lines="replace"`, the ids of lines that would be deleted stand under the name of their field. Where columns are
        looked up, `odoo_names` and `frame_names` have the names of the records that these ids lead to.
        `attrs["counts"]` says how many rows would be made (`create`), changed (`update`) and left (`unchanged`), of
        how many the record is not there (`gone`) or not one (`several`), and how many are settled as `rejected`.
        `attrs["never_settle"]` has the fields that will differ again after a send, and why.

    Raises:
        DataError: The frame cannot be sent as it is.
        SettingsError: A column is no field, or nothing says which records the rows are for.
    """
    source = Source.of(data)
    going = yield from sendable(source, settings)
    source, settings, fields, columns = going.source, going.settings, going.fields, going.columns
    model, used = settings.endpoint.model, {column.field: fields[column.field] for column in columns}
    rows = yield from records_of(source, settings)
    held = yield from holding(model, (each for ids in rows if len(ids) == 1 for each in ids), used)
    counts = dict.fromkeys(("create", "update", "unchanged", "gone", "several", "rejected"), 0)
    missing = "gone" if settings.when_found == UPDATE else "create"
    cells: dict[str, list[Any]] = {name: [] for name in ("row", "id", "field", "in_odoo", "in_frame")}
    made = sent(source, columns)
    there = {
        row: ids[0]
        for row, ids in enumerate(rows)
        if len(ids) == 1 and ids[0] in held.cells and row not in going.rejected
    }
    inside = {}
    for name in compared(columns, fields, settings):
        records = {row: made[row] for row in there}
        of_rows = {row: held.cells[number][name] for row, number in there.items()}
        inside[name] = yield from line_differences(source, settings, fields[name], records, of_rows)
    for row, (ids, record) in enumerate(zip(rows, made, strict=True)):
        if row in going.rejected:
            counts["rejected"] += 1
            continue
        if row not in there:
            counts["several" if len(ids) > 1 else "gone" if ids else missing] += 1
            continue
        found = differing(record, held.cells[ids[0]], used, held.decimals_of(ids[0]))
        differs = [
            (name, shown(used[name], value), _ids(record[name])) for name, value in found.items() if name not in inside
        ]
        differs += [each for of_rows in inside.values() for each in of_rows[row]]
        counts["update" if differs else "unchanged"] += 1
        for each in differs:
            told = (row, ids[0], *each)
            for column, value in zip(cells.values(), told, strict=True):
                column.append(value)
    answer = _frame(cells)
    if going.linked:
        answer = answer.assign(**(yield from names_beside(answer, going.linked)))
    answer.attrs["counts"] = counts
    answer.attrs["never_settle"] = yield from _never_settle(source, settings, fields)
    return answer


def _frame(cells: dict[str, list[Any]]) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "row": pd.array(cells["row"], dtype="Int64"),
        "id": pd.array(cells["id"], dtype="Int64"),
        "field": pd.array(cells["field"], dtype="string"),
    }
    for name in ("in_odoo", "in_frame"):
        # Lists among the values are values.
        values = np.empty(len(cells[name]), dtype=object)
        values[:] = cells[name]
        columns[name] = values
    return pd.DataFrame(columns)


def _ids(value: Any) -> Any:
    """Commands that add records as the ids of these."""
    adds = isinstance(value, list) and all(isinstance(each, list) and each[:1] == [LINK] for each in value)
    return links(value) if adds else value


def _never_settle(source: Source, settings: Settings, fields: Fields) -> Questions[dict[str, str]]:
    """The fields that differ again after each send, and why."""
    checked = subject(source, settings, fields)
    sent = [name for name, held in checked.sent.items() if name in fields and held.column.name != settings.ids]
    never = {name: DROPPED for name in sent if settles_never(fields[name])}
    never |= {name: NEVER_SHOWN for name in sent if is_never_shown(fields[name])}
    try:
        never |= {note.field: note.problem for note in (yield from shared(checked))}
        never |= dict.fromkeys((yield from addresses_apart(checked)), ONE_ADDRESS)
    except RefusedError:
        # What cannot be read is not known to differ.
        return never
    return never
