"""How a send would go: the buttons that find out, and what they found."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.forms.foretelling import CHECK, DRY_RUN
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.pieces import Listing, Text

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

BUTTONS = {
    CHECK: ("Check rows", "Check (reads only): what is known to go wrong, before anything is sent"),
    DRY_RUN: ("Dry run", "Odoo's import makes the records and takes them back at once (writes nothing that stays)"),
}


def foretelling_buttons(state: State) -> list[w.Widget]:
    """One button for each way to find out."""
    buttons = [made(w.Button, description=name, tooltip=tooltip) for name, tooltip in BUTTONS.values()]
    for way, button in zip(BUTTONS, buttons, strict=True):
        button.on_click(lambda _, way=way: state.foretell(way))

    def follow(button: w.Button) -> None:
        button.disabled = not state.may_foretell

    for button in buttons:
        state.on("destination", "draft", "credential", "phase", "foretelling", call=partial(follow, button))
    return buttons


def foretold_panel(state: State) -> w.Widget:
    """What goes on, then what was found."""
    going_on, headline, failed, found = (
        Text(),
        Text(kind="plan"),
        Text(kind="problem"),
        Listing("findings"),
    )

    def follow() -> None:
        told = state.foretold
        going_on.show(state.foretelling)
        headline.show(told.headline if told is not None and not told.failed else "")
        failed.show(told.headline if told is not None and told.failed else "")
        found.show(told.sentences if told is not None else ())

    state.on("foretelling", "foretold", call=follow)
    panel = made(w.VBox, [going_on, headline, failed, found])
    panel.add_class("ow-foretold")
    return panel
