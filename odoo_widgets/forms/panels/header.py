"""What goes where as whom, and the two decisions: Done and Activate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.flow.copies import file_for
from odoo_widgets.forms import sentences
from odoo_widgets.forms.deciding import ACTIVATE, DONE
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.obstacles import to_type
from odoo_widgets.forms.pieces import Text, hide, labelled
from odoo_widgets.forms.places import MEANINGS, PLACES

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State


def header_panel(state: State) -> w.Widget:
    """The headline, the band that says live, test copy or sandbox, and the buttons that decide."""
    headline, band = Text(kind="headline", tag="h2"), Text(kind="band")
    done = made(w.Button, description="Done", tooltip="Give it a name and save it; nothing is sent")
    activate = made(w.Button, description="Activate", button_style="primary", tooltip="Say what will happen, then send")
    bar = made(w.HBox, [headline, done, activate])
    bar.add_class("ow-bar")
    done.on_click(lambda _: state.consider(DONE))
    activate.on_click(lambda _: state.consider(ACTIVATE))

    def follow() -> None:
        headline.show(sentences.headline(state))
        place = state.place
        band.show(f"{place.word}: {MEANINGS[place.word]}" if place else "")
        for word in PLACES:
            (band.add_class if place and word == place.word else band.remove_class)(_style(word))
        done.disabled = not state.may_decide
        activate.disabled = bool(state.obstacle) and state.obstacle != to_type(state)
        activate.description = "Active" if state.active else "Activate"
        # What is in use already asks for nothing.
        activate.button_style = "" if state.active else "primary"

    state.on("destination", "credential", "said", "server", "problem", "phase", "confirmation", "samples", call=follow)
    panel = made(w.VBox, [band, bar, _done(state), _activate(state)])
    panel.add_class("ow-header")
    return panel


def _style(word: str) -> str:
    return f"ow-{word.replace(' ', '-')}"


def _done(state: State) -> w.Widget:
    name = labelled(w.Text, "Destination Name", placeholder="such as Contacts, weekly", continuous_update=False)
    file = labelled(w.Text, "File", continuous_update=False)
    save = made(
        w.Button, description="Save", button_style="primary", tooltip="Write the settings to the file, without a key"
    )
    note = Text()
    fields = made(w.VBox, [name, file, save])

    def on_name(change: Any) -> None:
        if file.value in ("", file_for(change.old)):
            file.value = file_for(change.new)

    def follow() -> None:
        hide(fields, state.deciding != DONE)
        if state.deciding == DONE and state.destination is not None and not name.value:
            name.value = state.destination.name

    name.observe(on_name, "value")
    save.on_click(lambda _: state.keep(name.value, file.value))
    state.on("deciding", call=follow)
    state.on("noted", call=lambda: note.show(state.noted))
    panel = made(w.VBox, [fields, note])
    panel.add_class("ow-decision")
    return panel


def _activate(state: State) -> w.Widget:
    what, warning, why = Text(kind="plan"), Text(kind="warning"), Text(kind="why")
    typed = labelled(w.Text, "Database Name")
    go = made(w.Button, description="Activate and send", button_style="primary", tooltip="Send all rows now")
    no = made(w.Button, description="Not now", tooltip="Send nothing")
    buttons = made(w.HBox, [go, no])
    buttons.add_class("ow-row")
    panel = made(w.VBox, [what, warning, why, typed, buttons])
    panel.add_class("ow-decision")
    typed.observe(lambda change: state.confirm(change.new), "value")
    go.on_click(lambda _: state.activate())
    no.on_click(lambda _: state.consider(ACTIVATE))

    def follow() -> None:
        hide(panel, state.deciding != ACTIVATE)
        what.show(sentences.intention(state))
        warning.show(state.warning)
        why.show(to_type(state))
        hide(typed, not state.to_confirm)
        typed.placeholder, typed.value = state.to_confirm, state.confirmation
        go.disabled = bool(state.obstacle)
        go.tooltip = sentences.intention(state) or "Send all rows now"

    state.on(
        "deciding", "destination", "data", "credential", "said", "server", "samples", "batches", "problem",
        "phase", "confirmation", "foretold", call=follow,
    )  # fmt: skip
    return panel
