"""What the form does, as text to take elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.flow.copies import COPIES, Scenery
from odoo_widgets.forms.clipboard import copy_button
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.pieces import Text, hide, labelled
from odoo_widgets.forms.sentences import in_words

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

NOTHING = "nothing"
MOST_CHARACTERS = 20_000


def copying_panel(state: State) -> w.Widget:
    """A choice of ways to write what the form sends, the text, and a button that copies it."""
    choice = labelled(w.Dropdown, "Copy As", options=(NOTHING, *COPIES))
    text, note, problem = Text(kind="request", tag="pre"), Text(), Text(kind="problem")
    copy = copy_button(lambda: _text(state, choice.value)[0], tooltip="Copy this text")
    tools = made(w.HBox, [choice, copy])
    tools.add_class("ow-tools")
    panel = made(w.VBox, [tools, note, problem, text])
    panel.add_class("ow-copying")

    def follow() -> None:
        lacking = "" if choice.value == NOTHING else _lacking(state)
        made, wrong = _text(state, choice.value)
        problem.show(wrong)
        more = len(made) - MOST_CHARACTERS
        # Only what is chosen is in the widgets' state, which a saved notebook may keep.
        text.show(
            made[:MOST_CHARACTERS] + (f"\n… and {more:,} more characters, which Copy has too" if more > 0 else "")
        )
        note.show(COPIES[choice.value].note if made else lacking)
        hide(copy, not made)

    choice.observe(lambda _: follow(), "value")
    state.on("destination", "credential", "samples", "open_sample", "problem", call=follow)
    return panel


def _lacking(state: State) -> str:
    """What has to be there first; empty if it is."""
    if state.destination is None or state.problem:
        return "See above what is to be done first."
    return "" if state.credential is not None else "Choose a credential first: it says as whom to send."


def _text(state: State, name: str) -> tuple[str, str]:
    """The text, and what keeps it from being written."""
    if name == NOTHING or _lacking(state):
        return "", ""
    shown = state.samples[state.open_sample or 0 :] if state.samples else ()
    try:
        made = COPIES[name].text(
            Scenery(state.destination, state.credential, next(iter(shown), None), state.data.frame)
        )
    except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
        return "", in_words(error)
    return made, "" if made else "There is no sample to copy."
