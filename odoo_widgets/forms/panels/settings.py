"""What to send where, and how: the left half of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.flow.allowed import CONTENT_FORMATS, METHODS
from odoo_widgets.flow.endpoint import fixed
from odoo_widgets.flow.headers import header_text
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.mirror import mirror
from odoo_widgets.forms.obstacles import PUT, emptied
from odoo_widgets.forms.panels.batching import batching_panel
from odoo_widgets.forms.panels.credential import credential_panel
from odoo_widgets.forms.panels.exclude import exclude_panel
from odoo_widgets.forms.panels.matching import matching_panel
from odoo_widgets.forms.panels.more import more_panel
from odoo_widgets.forms.panels.proposal import with_proposal
from odoo_widgets.forms.panels.rest import MEANINGS, rest_panel
from odoo_widgets.forms.panels.url import url_panel
from odoo_widgets.forms.pieces import Text, labelled, with_note

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State


def settings_panel(state: State) -> w.Widget:
    """The controls that make the settings."""
    panel = made(
        w.VBox,
        [
            with_proposal(state, "problem", "instead"),
            credential_panel(state),
            _choice(state, "Method", "method", METHODS),
            _choice(state, "Content Format", "content_format", CONTENT_FORMATS),
            url_panel(state),
            matching_panel(state),
            rest_panel(state),
            _headers(state),
            exclude_panel(state),
            batching_panel(state),
            _as_frame(state),
            more_panel(state),
        ],
    )
    panel.add_class("ow-settings")
    state.on(
        "destination", "draft", call=lambda: (panel.add_class if state.is_new else panel.remove_class)("ow-starting")
    )
    return panel


def _choice(state: State, label: str, name: str, options: tuple[str, ...]) -> w.Widget:
    control = labelled(w.Dropdown, label, options=options)
    note = Text()
    mirror(state, control, lambda: state.shown(name) or options[0], lambda value: {name: value})

    def follow() -> None:
        # A value that the protocol does not take can still be changed back. A verb of REST has its own way in JSON-2.
        value, reason = fixed(state.shown("url")).get(name, ("", ""))
        control.disabled = bool(reason) and control.value == value and (name, state.protocol) != ("method", "json2")
        means = emptied(state) if control.value == PUT else MEANINGS.get(control.value, "")
        note.show(reason or (means if state.protocol == "rest" else ""))

    state.on("destination", "draft", "samples", call=follow)
    return with_note(control, note)


def _as_frame(state: State) -> w.Widget:
    words = "Would you like to process the API response as a new DataFrame (form.responses)?"
    tick = made(w.Checkbox, description=words, indent=False, value=state.as_frame)
    tick.add_class("ow-check")
    tick.observe(lambda change: state.take_as_frame(wanted=change["new"]), "value")
    return tick


def _headers(state: State) -> w.Widget:
    control = labelled(w.Text, "Request Headers", continuous_update=False, placeholder="header1:value1,header2:value2")

    def get() -> str:
        headers = state.shown("headers")
        return headers if isinstance(headers, str) else header_text(headers or {})

    mirror(state, control, get, lambda value: {"headers": value})
    return control
