"""The requests as they would go: the right half of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.flow.views import VIEWS
from odoo_widgets.forms.clipboard import copy_button
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.panels.testing import testing_panel
from odoo_widgets.forms.pieces import Text, hide, labelled
from odoo_widgets.forms.sentences import SAMPLES, shown, without_id

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

# More than this in one element makes a page slow.
MOST_CHARACTERS = 200_000
# By whether it is open.
TEST_WORDS = {
    False: ("Test", "Open this sample for editing, and send its first record for real"),
    True: ("Close Test", "Give up what was edited, and look at the samples again"),
}


def samples_panel(state: State) -> w.Widget:
    """The first calls, folded up to a line each; one at a time unfolds to the whole request."""
    count = Text(kind="samples-note")
    empty = Text(kind="empty")
    view = labelled(w.Dropdown, "View As", options=tuple(VIEWS))
    view.observe(lambda change: state.look(change.new), "value")
    copy = copy_button(lambda: _copied(state), tooltip="Copy all of what is open, as it is shown")
    test = made(w.Button)
    test.on_click(lambda _: state.try_out(testing=not state.testing))
    top, tools = made(w.HBox, [Text("Sample Payload", kind="heading", tag="h3"), test]), made(w.HBox, [view, copy])
    top.add_class("ow-top")
    tools.add_class("ow-tools")
    testing = testing_panel(state)
    slots = [_slot(state, position) for position in range(SAMPLES)]
    parts = [slot.children for slot in slots]
    elsewhere = made(w.VBox, [testing])
    panel = made(w.VBox, [top, count, empty, tools, *slots, elsewhere])
    panel.add_class("ow-samples")

    def follow() -> None:
        count.show(" ".join(filter(None, [without_id(state), shown(state)])))
        empty.show(
            "The samples appear here as soon as the settings and the data fit together." if state.problem else ""
        )

        hide(view, not state.samples or state.testing)
        hide(copy, not state.samples or state.open_sample is None)
        hide(test, not state.samples)
        test.description, test.tooltip = TEST_WORDS[state.testing]

    def follow_test() -> None:
        # The panel is one, and stands in the sample that is open.
        place = state.open_sample if state.testing else None
        for position, slot in enumerate(slots):
            held = (testing,) if position == place else ()
            if slot.children != (*parts[position], *held):
                slot.children = (*parts[position], *held)
        elsewhere.children = (testing,) if place is None else ()

    state.on("samples", "batches", "problem", "testing", "open_sample", "without_id", "waits", call=follow)
    state.on("testing", "open_sample", call=follow_test)
    return panel


def _copied(state: State) -> str:
    if state.open_sample is None or state.open_sample >= len(state.samples):
        return ""
    if state.testing and state.trial is not None and not state.trial.fixed:
        return str(state.payload)
    return str(state.samples[state.open_sample].view(state.view))


def _slot(state: State, position: int) -> w.Widget:
    # Slots are made once and filled again: widgets made on every change would pile up in the kernel.
    title = made(w.ToggleButton)
    title.add_class("ow-fold")
    request = Text(kind="request", tag="pre")
    note, left_off = Text(kind="warning"), Text()
    slot = made(w.VBox, [title, note, request, left_off])
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
        note.show(sample.note if sample and unfolded else "")
        text = sample.view(state.view) if sample and unfolded and not state.testing else ""
        more = len(text) - MOST_CHARACTERS
        # Only the open sample's payload is in the widgets' state, which a saved notebook may keep.
        request.show(text[:MOST_CHARACTERS])
        left_off.show(
            f"… and {more:,} more characters. Copy has them all, and so has destination.samples(df)[{position}].view()."
            if more > 0
            else ""
        )

    title.observe(on_toggle, "value")
    state.on("samples", "open_sample", "view", "testing", call=follow)
    return slot
