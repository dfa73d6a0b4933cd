"""Which rows share a call, and how much one call may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.flow.allowed import MOST
from odoo_widgets.flow.batches import GROUPINGS
from odoo_widgets.forms import sentences
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.mirror import mirror
from odoo_widgets.forms.pieces import Text, hide, labelled
from odoo_widgets.forms.sizes import size_of, size_words

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

USUAL_BATCH = 100
SEQUENTIAL = next(iter(GROUPINGS))


def batching_panel(state: State) -> w.Widget:
    """The controls that make batches, and what comes of them."""
    batch = made(w.Checkbox, description="Would you like to batch your records together?", indent=False)
    batch.add_class("ow-check")
    size = labelled(w.BoundedIntText, "Batch Size", min=1, max=MOST, continuous_update=False)
    grouping = labelled(w.Dropdown, "Grouping Algorithm", options=[(g.words, name) for name, g in GROUPINGS.items()])
    column = labelled(w.Combobox, "Group By", placeholder="a column…", ensure_option=False, continuous_update=False)
    largest = labelled(w.Text, "Largest Request", placeholder="no limit, or such as 500 kB", continuous_update=False)
    note = Text()

    def rows_per_call() -> int | None:
        wanted: int | None = state.shown("batch_size")
        return wanted if state.destination is not None or "batch_size" in state.draft else USUAL_BATCH

    def shown_grouping() -> str:
        return state.shown("grouping") or SEQUENTIAL

    def with_or_without(on: Any) -> dict[str, Any]:
        # A record alone has nothing to be grouped with, and no smaller request.
        return {"batch_size": USUAL_BATCH} if on else {"batch_size": None, "grouping": SEQUENTIAL, "max_bytes": None}

    def shown_size() -> str:
        wanted = state.shown("max_bytes")
        return wanted if isinstance(wanted, str) else size_words(wanted)

    mirror(state, batch, lambda: rows_per_call() is not None, with_or_without)
    mirror(state, size, lambda: rows_per_call() or USUAL_BATCH, lambda value: {"batch_size": value})
    mirror(state, grouping, shown_grouping, lambda value: {"grouping": value})
    mirror(state, column, lambda: state.shown("group_by") or "", lambda value: {"group_by": value})
    mirror(state, largest, shown_size, lambda value: {"max_bytes": size_of(value)})

    def follow() -> None:
        off = rows_per_call() is None
        size.disabled = off
        # What a cell has grouped can be taken back.
        grouping.disabled = column.disabled = off and shown_grouping() == SEQUENTIAL
        largest.disabled = off and not shown_size()
        column.options = state.columns
        hide(column, not GROUPINGS[shown_grouping()].needs_column)
        note.show(sentences.batching(state))

    state.on("data", "destination", "draft", "batches", "samples", "problem", call=follow)
    fields = made(w.VBox, [size, grouping, column, largest])
    fields.add_class("ow-views")
    return made(w.VBox, [batch, fields, note])
