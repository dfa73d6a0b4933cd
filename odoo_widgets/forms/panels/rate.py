"""How many calls are made at a time, how soon one follows another, and how long one may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.flow.allowed import MOST_AT_ONCE
from odoo_widgets.forms import sentences
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.mirror import mirror
from odoo_widgets.forms.pieces import Text, labelled
from odoo_widgets.forms.sizes import number_of, number_words

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

USUAL_SECONDS = 180.0
# By whether the server is one of Odoo Online.
NO_RATE = {False: "no limit, or such as 5", True: "1, as Odoo's terms ask"}


def rate_panel(state: State) -> w.Widget:
    """The controls that hold calls back, and what they mean for what is bound."""
    together = labelled(w.BoundedIntText, "Calls at a Time", min=1, max=MOST_AT_ONCE, continuous_update=False)
    rate = labelled(w.Text, "Calls per Second", continuous_update=False)
    longest = labelled(w.BoundedFloatText, "Seconds per Call", min=0.1, max=86_400, continuous_update=False)
    note = Text()

    def shown_rate() -> str:
        wanted = state.shown("calls_per_second")
        return wanted if isinstance(wanted, str) else number_words(wanted)

    def shown_longest() -> float:
        wanted = state.shown("timeout")
        return USUAL_SECONDS if wanted is None else float(wanted)

    mirror(state, together, lambda: state.shown("concurrency") or 1, lambda value: {"concurrency": value})
    mirror(state, rate, shown_rate, lambda value: {"calls_per_second": number_of(value)})
    mirror(state, longest, shown_longest, lambda value: {"timeout": value})

    def follow() -> None:
        rate.placeholder = NO_RATE[state.destination is not None and state.destination.is_online]
        note.show(sentences.pace(state))

    state.on("destination", "draft", "batches", call=follow)
    return made(w.VBox, [together, rate, note, longest])
