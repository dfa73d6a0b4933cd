"""Which record a row is, and what becomes of it where that is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.flow.choices import CREATE, UPDATE, UPSERT
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.mirror import mirror
from odoo_widgets.forms.pieces import Text, hide, labelled

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

# The operations that find records by a key.
KEYED = ("create", "write")
WRITE = KEYED[1]
BETWEEN = ", "
WHEN_FOUND = (("update it", UPSERT), ("leave it as it is", CREATE), ("only update, never make one", UPDATE))
# What becomes of a row whose record is not there, by what becomes of one whose record is.
NOTES = {
    UPSERT: "A row without a record makes one. Sent again, nothing is there twice.",
    CREATE: "A row without a record makes one. Sent again, nothing is there twice.",
    UPDATE: "A row without a record is rejected.",
}


def matching_panel(state: State) -> w.Widget:
    """The controls for a key; out of sight where nothing is looked up."""
    columns = labelled(
        w.Combobox, "Match On", placeholder="a column, or ref, company_id", ensure_option=False, continuous_update=False
    )
    found = labelled(w.Dropdown, "When Found", options=WHEN_FOUND)
    note = Text()

    def key() -> tuple[str, ...]:
        shown = state.shown("key") or ()
        return (shown,) if isinstance(shown, str) else tuple(shown)

    def write() -> bool:
        return bool(state.shown("operation") == WRITE)

    def when_found() -> str:
        return UPDATE if write() else state.shown("mode") or CREATE

    def take(value: str) -> dict[str, Any]:
        names = (value,) if value in state.columns else tuple(filter(None, map(str.strip, value.split(","))))
        if not names:
            return {"key": (), "mode": CREATE}
        # Whoever names a key for the first time wants the records that are there to be brought up to date.
        first = {} if key() or write() else {"mode": UPSERT}
        return {"key": names, **first}

    mirror(state, columns, lambda: BETWEEN.join(key()), take)
    mirror(state, found, when_found, lambda value: {"mode": value})
    panel = made(w.VBox, [columns, found, note])
    panel.add_class("ow-views")

    def follow() -> None:
        columns.options = state.columns
        chosen = bool(key())
        # What was chosen and does not fit any more can be taken back.
        hide(panel, (state.protocol == "rest" or state.shown("operation") not in KEYED) and not chosen)
        hide(found, not chosen)
        found.disabled = write()
        note.show(NOTES[when_found()] if chosen else "")

    state.on("data", "destination", "draft", call=follow)
    return panel
