"""The requests as they would go: the right half of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.flow.views import VIEWS
from odoo_widgets.forms.pieces import Text, hide, labelled
from odoo_widgets.forms.sentences import SAMPLES, shown

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

# More than this in one element makes a page slow.
MOST_CHARACTERS = 200_000


def samples_panel(state: State) -> w.Widget:
    """The first calls, folded up to a line each; one at a time unfolds to the whole request."""
    count = Text(kind="samples-note")
    empty = Text(kind="empty")
    view = labelled(w.Dropdown, "View As", options=tuple(VIEWS))
    view.observe(lambda change: state.look(change.new), "value")
    slots = [_slot(state, position) for position in range(SAMPLES)]
    panel = w.VBox([Text("Sample Payload", kind="heading", tag="h3"), count, empty, view, *slots])
    panel.add_class("ow-samples")

    def follow() -> None:
        count.show(shown(state))
        empty.show(
            "The samples appear here as soon as the settings and the data fit together." if state.problem else ""
        )

        hide(view, not state.samples)

    state.on("samples", "problem", call=follow)
    return panel


def _slot(state: State, position: int) -> w.Widget:
    # Slots are made once and filled again: widgets made on every change would pile up in the kernel.
    title = w.ToggleButton()
    title.add_class("ow-fold")
    request = Text(kind="request", tag="pre")
    left_off = Text()
    slot = w.VBox([title, request, left_off])
    slot.add_class("ow-sample")

    def on_toggle(change: dict[str, bool]) -> None:
        # What comes back from `follow` is no click.
        if change["new"] != is_unfolded():
            state.unfold(position, unfolded=change["new"])

    def is_unfolded() -> bool:
        return position < len(state.samples) and state.open_sample == position

    def follow() -> None:
        there = position < len(state.samples)
        unfolded = is_unfolded()
        sample = state.samples[position] if there else None
        hide(slot, not there)
        title.value = unfolded
        title.description = f"{'▾' if unfolded else '▸'} {sample.call.number + 1} · {sample.title}" if sample else ""
        text = sample.view(state.view) if sample and unfolded else ""
        more = len(text) - MOST_CHARACTERS
        # Only the open sample's payload is in the widgets' state, which a saved notebook may keep.
        request.show(text[:MOST_CHARACTERS])
        left_off.show(
            f"… and {more:,} more characters. destination.samples(df)[{position}] has them all." if more > 0 else ""
        )

    title.observe(on_toggle, "value")
    state.on("samples", "open_sample", "view", call=follow)
    return slot
