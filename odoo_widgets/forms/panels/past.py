"""What was sent before: rows that would be there twice, and what to do about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.forms import sentences
from odoo_widgets.forms.obstacles import obstacle_to_repeat
from odoo_widgets.forms.pieces import Text, hide

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State


def repeats_panel(state: State) -> w.Widget:
    """The rows that were sent before, and the two ways to go on."""
    words = Text(kind="flaw")
    others = w.Button(tooltip="Send the rows that were not sent before, and leave out those that were")
    everything = w.Button(
        description="Send all again", button_style="warning", tooltip="Send every row once more, whatever is there"
    )
    others.on_click(lambda _: state.send_repeated(again=False))
    everything.on_click(lambda _: state.send_repeated(again=True))
    buttons = w.HBox([others, everything])
    buttons.add_class("ow-row")
    panel = w.VBox([words, buttons])
    panel.add_class("ow-past")

    def follow() -> None:
        hide(panel, state.repeats is None)
        words.show(sentences.repeated(state.repeats))
        if state.repeats is not None:
            others.description = sentences.others_button(state.repeats)
            hide(others, not state.repeats.others)
            others.disabled = bool(obstacle_to_repeat(state, again=False))
            everything.disabled = bool(obstacle_to_repeat(state, again=True))

    state.on("repeats", "confirmation", "phase", "credential", call=follow)
    return panel
