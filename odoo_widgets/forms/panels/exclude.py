"""Which columns stay out of the payload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.flow.naming import did_you_mean
from odoo_widgets.flow.shape import stray
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.pieces import Text, labelled, one_for_each

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State


def exclude_panel(state: State) -> w.Widget:
    """A field to add a column, and a button for each that is left out, to take it back."""
    add = labelled(w.Combobox, "Exclude Attributes", placeholder="add a column…", ensure_option=False)
    add.continuous_update = False
    chosen = made(w.HBox, [])
    chosen.add_class("ow-excluded")
    note = Text()

    def excluded() -> tuple[str, ...]:
        return tuple(state.shown("exclude") or ())

    def on_add(change: Any) -> None:
        if change.new:
            add.value = ""
            state.edit(exclude=(*(name for name in excluded() if name != change.new), change.new))

    def take_back(name: str) -> None:
        state.edit(exclude=tuple(each for each in excluded() if each != name))

    def button_for(name: str) -> w.Button:
        button = made(w.Button, description=f"{name} ✕", tooltip=f"Send the column {name} after all")
        button.on_click(lambda _: take_back(name))
        return button

    buttons: dict[str, w.Button] = {}

    def follow() -> None:
        names, columns = excluded(), state.columns
        left = set(names)
        add.options = tuple(name for name in columns if name and name not in left)
        unknown = stray(columns, names)
        note.show(f"The data has no column called {unknown[0][0]!r}.{did_you_mean(unknown[0][1])}" if unknown else "")
        one_for_each(names, buttons, button_for, chosen)

    add.observe(on_add, "value")
    state.on("data", "destination", "draft", call=follow)
    return made(w.VBox, [add, chosen, note])
