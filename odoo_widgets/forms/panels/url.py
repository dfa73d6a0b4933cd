"""Where the rows go and what is done with them: URL, Model, Operation, Method Name, Record Ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.flow import labels
from odoo_widgets.flow.endpoint import WITHOUT_IDS
from odoo_widgets.flow.methods import KNOWN, ON_ANY_MODEL, known, unlisted
from odoo_widgets.flow.naming import alike, did_you_mean
from odoo_widgets.flow.operations import OPERATIONS, words_of
from odoo_widgets.flow.templates import names
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.mirror import mirror
from odoo_widgets.forms.pieces import Text, hide, labelled
from odoo_widgets.forms.target import OPERATION

if TYPE_CHECKING:
    from odoo_widgets.flow.server import Server
    from odoo_widgets.forms.state import State

# How the methods behind Odoo's buttons are called.
BUTTONS = ("action_", "button_")
# The choice that any other name stands under. As an operation it says nothing: its name is still to be typed.
METHOD, METHOD_WORDS = "", "Run a method…"
FOR_LINKS = "Model is for the links to the records: the URL says what is sent to."
ARGUMENTS = "Its arguments are the columns that are not excluded, by their names."


def url_panel(state: State) -> w.Widget:
    """The controls that make the endpoint."""
    url = labelled(w.Text, "URL", continuous_update=False, placeholder="https://mycompany.odoo.com/json/2/…")
    model = labelled(w.Combobox, "Model", ensure_option=False, continuous_update=False)
    operation = labelled(w.Dropdown, "Operation", options=_operations(""))
    method = labelled(w.Combobox, "Method Name", ensure_option=False, continuous_update=False)
    method.placeholder = "such as action_confirm"

    def name() -> str:
        return _operation(state)

    def on() -> str:
        return state.shown("model") or ""

    mirror(state, url, lambda: state.shown("url") or "", lambda value: {"url": value})
    mirror(
        state, model, on, lambda value: {"model": labels.meant(value, state.known.models)},
        options=lambda: labels.offered(state.known.models) or labels.FIRST,
    )  # fmt: skip
    mirror(
        state, operation, lambda: name() if name() in dict(_operations(on())).values() else METHOD,
        lambda value: {"operation": value}, options=lambda: _operations(on()),
    )  # fmt: skip
    mirror(
        state, method, lambda: METHOD if name() in OPERATIONS else name(), lambda value: {"operation": value.strip()}
    )
    note = Text()

    def follow() -> None:
        # Of REST, the method says what is done.
        rest = state.protocol == "rest"
        unknown = state.shown("model") is None and state.protocol is None
        model.disabled = operation.disabled = unknown
        hide(operation, rest)
        hide(method, rest or name() in OPERATIONS)
        method.options = tuple(dict.fromkeys([*_methods(on()), *_buttons(state.known, on())]))
        stray = _stranger(on(), state.known) or unlisted(on(), [name()] if name() else [], state.known)
        note.show(FOR_LINKS if rest else stray or _note(on(), name(), unknown=unknown))

    remark = Text()
    state.on("remark", call=lambda: remark.show(state.remark))
    state.on("destination", "draft", "server", call=follow)
    views = made(w.VBox, [model, operation, method])
    views.add_class("ow-views")
    return made(w.VBox, [url, remark, views, note, _ids(state)])


def _methods(model: str) -> tuple[str, ...]:
    """The methods that something is known of."""
    return (*(each for of, each in KNOWN if of == model), *ON_ANY_MODEL)


def _operations(model: str) -> tuple[tuple[str, str], ...]:
    """What there is to pick from: the words and the name of each."""
    return (
        *((each.words, name) for name, each in OPERATIONS.items()),
        *((words_of(name), name) for name in _methods(model)),
        (METHOD_WORDS, METHOD),
    )


def _buttons(server: Server, model: str) -> list[str]:
    """The methods behind the buttons of the model's pages, where the server has told its methods."""
    return sorted(name for name in server.methods(model) if name.startswith(BUTTONS))


def _operation(state: State) -> str:
    shown = state.shown("operation")
    return OPERATION if shown is None else str(shown)


def _stranger(model: str, server: Server) -> str:
    """What is said of a model that is none of those that the server has told; empty where it is, or has told none."""
    if not model or not server.models or model in server.models:
        return ""
    return f"This user may read no model called {model!r}.{did_you_mean(alike(model, server.models))}"


def _note(model: str, name: str, *, unknown: bool) -> str:
    if unknown:
        return "Model and Operation follow from the URL: type it first."
    if name in OPERATIONS or not name:
        return ""
    method = known(model, name)
    if method is None:
        return f"{ARGUMENTS} What it did cannot be read afterwards: nothing is known of {name}."
    return f"{ARGUMENTS} It wants {method.wants}, and what it did is read afterwards."


def _ids(state: State) -> w.Widget:
    control = labelled(w.Combobox, "Record Ids", ensure_option=False, continuous_update=False)

    def shown() -> str:
        column = state.shown("ids")
        return "id" if column is None else str(column)

    mirror(state, control, shown, lambda value: {"ids": value})

    def follow() -> None:
        control.options = state.columns
        rest = state.protocol == "rest"
        without = _operation(state) in WITHOUT_IDS or bool(state.shown("key"))
        hide(control, shown() not in names(state.shown("url") or "") if rest else without)

    state.on("data", "destination", "draft", call=follow)
    return control
