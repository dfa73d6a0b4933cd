"""What Odoo kept of each cell of the last send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.flow.kept import told
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.panels.tables import show_table
from odoo_widgets.forms.pieces import Text, escape, hide

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State


def reading_button(state: State) -> w.Widget:
    """Reads back."""
    read = made(w.Button, description="Read back", tooltip="Read what Odoo holds of each cell now; nothing is changed")
    read.on_click(lambda _: state.read_back())

    def follow() -> None:
        read.disabled = not state.can_read_back
        hide(read, state.responses is None or state.sent_with is None)

    state.on("responses", "phase", call=follow)
    return read


def reading_panel(state: State) -> w.Widget:
    """How many cells are as they were sent, and each cell, those that are not first."""
    words, problem, note = Text(kind="plan"), Text(kind="problem"), Text()
    close = made(w.Button, description="Close Read back", tooltip="Go back to the responses alone")
    close.on_click(lambda _: state.leave_read_back())
    place = made(w.VBox, [])
    line = made(w.HBox, [words, close])
    line.add_class("ow-told-line")
    found = made(w.VBox, [line, place, note])

    def follow() -> None:
        problem.show(state.kept_problem)
        hide(found, state.kept is None)
        if state.kept is None:
            return
        sentence, cells, left_off = told(state.kept)
        words.show(sentence)
        note.show(left_off)
        hide(place, not len(cells))
        if len(cells):
            show_table(
                place, cells.map(lambda cell: escape(cell) if isinstance(cell, str) else cell), ("sent", "in_odoo")
            )

    state.on("kept", "kept_problem", call=follow)
    return made(w.VBox, [found, problem])
