"""What is done with the records once the rows are in Odoo: steps, and totals that hold them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.flow.methods import unlisted
from odoo_widgets.flow.steps import fit, text_of_steps, text_of_totals
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.mirror import mirror
from odoo_widgets.forms.pieces import Text, hide, labelled, with_note

if TYPE_CHECKING:
    from collections.abc import Callable

    from odoo_widgets.forms.state import State

THEN_NOTE = "Methods to run on each record after all rows, and columns to write once more after them."
EXPECT_NOTE = (
    "What Odoo computes, and the column with the figure it is to have. A row that differs gets none of the steps."
)


def afterwards_panel(state: State) -> w.Widget:
    """The steps after the rows and the totals, each as one line of text."""
    then = labelled(w.Text, "Then", placeholder="such as action_confirm; write date_order", continuous_update=False)
    totals = labelled(w.Text, "Expect", placeholder="such as amount_total = Total", continuous_update=False)
    mirror(state, then, _shown(state, "then", text_of_steps), lambda text: {"then": text})
    mirror(state, totals, _shown(state, "expect", text_of_totals), lambda text: {"expect": text})
    note = Text(THEN_NOTE)
    panel = made(w.VBox, [with_note(then, note), with_note(totals, Text(EXPECT_NOTE))])

    def follow() -> None:
        target = None if state.destination is None else state.destination.endpoint
        # What was typed stays in sight, also where it fits nothing.
        hide(panel, not (target is None or fit(target.protocol, target.operation) or then.value or totals.value))
        steps = () if state.destination is None else state.destination.steps
        stray = unlisted(target.model, [each.method for each in steps], state.known) if target is not None else ""
        note.show(stray or THEN_NOTE)

    state.on("destination", "draft", "server", call=follow)
    return panel


def _shown(state: State, name: str, words: Callable[[Any], str]) -> Callable[[], str]:
    def shown() -> str:
        # What was typed and fits nothing stays as it was typed.
        value = state.shown(name)
        return value if isinstance(value, str) else words(value) if value else ""

    return shown
