"""What only an add-on's own REST endpoint has to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.flow.choices import CREATE, OF_REST, UPSERT, UPSERTS, WRAPPED
from odoo_widgets.flow.key_headers import FORMS
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.mirror import mirror
from odoo_widgets.forms.pieces import Text, hide, labelled

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

# What each verb does, but PUT, of which the samples know more; an add-on may have ways of its own.
MEANINGS = {
    "POST": "POST makes new records.",
    "PATCH": "PATCH changes the fields that are sent.",
    "DELETE": "DELETE removes the records. No columns are sent.",
}


def rest_panel(state: State) -> w.Widget:
    """The controls for an endpoint that is not Odoo's own; out of sight for those that are."""
    wrap = _words(state, "Wrap Records In", "wrap", "nothing, or such as data or params.data")
    place = _words(state, "Id in Answer", "id_path", "the usual places, or such as data[0].id")
    header = _words(state, "Key Header", "key_header", "Authorization, or such as api-key")
    forms = Text(f"Such as {FORMS}.")
    upsert = made(w.Checkbox, description="Make the rows that have no id, by POST?", indent=False)
    upsert.add_class("ow-check")
    mirror(state, upsert, lambda: state.shown("mode") == UPSERT, lambda on: {"mode": UPSERT if on else CREATE})
    panel = made(w.VBox, [upsert, wrap, place, header, forms])
    panel.add_class("ow-views")

    def follow() -> None:
        hide(panel, state.protocol != "rest")
        # What was chosen and does not fit any more can be taken back.
        hide(upsert, state.shown("method") not in UPSERTS and not upsert.value)
        hide(wrap, state.shown("content_format") not in WRAPPED and not wrap.value)

    state.on("destination", "draft", call=follow)
    return panel


def _shown(state: State, name: str) -> str:
    value = state.shown(name)
    return OF_REST[name] if value is None else str(value)


def _words(state: State, label: str, name: str, placeholder: str) -> w.Widget:
    control = labelled(w.Text, label, continuous_update=False, placeholder=placeholder)
    # An empty field means what the setting is by itself.
    mirror(state, control, lambda: _shown(state, name), lambda value: {name: value.strip() or OF_REST[name]})
    return control
