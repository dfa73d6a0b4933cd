"""A sentence about what is wrong, and the one button that would set it right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.forms.looks import made
from odoo_widgets.forms.pieces import Text, hide
from odoo_widgets.forms.proposals import words

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State


def with_proposal(state: State, sentence: str, proposal: str, kind: str = "problem") -> w.Widget:
    """A sentence of the state, and a button where settings are known that would be right.

    Args:
        state: Where both live.
        sentence: The name of the value that holds the sentence.
        proposal: The name of the value that holds the settings to change.
        kind: How the sentence looks.

    Returns:
        Both, out of sight while there is nothing to say.
    """
    text, button = Text(kind=kind), made(w.Button, button_style="", tooltip="Change the settings to this")
    button.add_class("ow-use")
    both = made(w.VBox, [text, button])
    both.add_class("ow-noted")

    def follow() -> None:
        said, use = getattr(state, sentence), words(getattr(state, proposal), state.shown("url") or "")
        text.show(said)
        button.description = use
        hide(button, not (said and use))
        hide(both, not said)

    button.on_click(lambda _: state.edit(**getattr(state, proposal)))
    state.on(sentence, proposal, call=follow)
    return both
