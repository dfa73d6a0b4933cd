"""What to send where, and how: the left half of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.flow.endpoint import fixed
from odoo_widgets.flow.headers import header_text
from odoo_widgets.flow.operations import OPERATIONS
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.settings import CONTENT_FORMATS, METHODS, MOST
from odoo_widgets.forms.mirror import mirror
from odoo_widgets.forms.pieces import Text, close_tree, hide, labelled, with_note

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

# The words for groupings on the screen.
GROUPING_WORDS = {"sequential": "in row order"}
# What an analyst sends most, to pick from; any other model can be typed.
MODELS = (
    "res.partner",
    "product.template",
    "product.product",
    "sale.order",
    "account.move",
    "crm.lead",
    "hr.employee",
    "stock.quant",
)
USUAL_BATCH = 100


def settings_panel(state: State) -> w.Widget:
    """The controls that make the settings."""
    panel = w.VBox(
        [
            _problem(state),
            _choice(state, "Method", "method", METHODS),
            _choice(state, "Content Format", "content_format", CONTENT_FORMATS),
            _url(state),
            _ids(state),
            _headers(state),
            _exclude(state),
            _batching(state),
        ]
    )
    panel.add_class("ow-settings")
    return panel


def _problem(state: State) -> w.Widget:
    text = Text(kind="problem")
    state.on("problem", call=lambda: text.show(state.problem))
    return text


def _choice(state: State, label: str, name: str, options: tuple[str, ...]) -> w.Widget:
    control = labelled(w.Dropdown, label, options=options)
    note = Text()
    mirror(state, control, lambda: state.shown(name) or options[0], lambda value: {name: value})

    def follow() -> None:
        # A value that the protocol does not take can still be changed back.
        value, reason = fixed(state.shown("url")).get(name, ("", ""))
        control.disabled = bool(reason) and control.value == value
        note.show(reason)

    state.on("destination", "draft", call=follow)
    return with_note(control, note)


def _url(state: State) -> w.Widget:
    url = labelled(w.Text, "URL", continuous_update=False, placeholder="https://mycompany.odoo.com/json/2/…")
    model = labelled(w.Combobox, "Model", options=MODELS, ensure_option=False, continuous_update=False)
    operation = labelled(w.Dropdown, "Operation", options=[(each.words, name) for name, each in OPERATIONS.items()])
    mirror(state, url, lambda: state.shown("url") or "", lambda value: {"url": value})
    mirror(state, model, lambda: state.shown("model") or "", lambda value: {"model": value})
    mirror(state, operation, lambda: state.shown("operation") or "create", lambda value: {"operation": value})
    views = w.HBox([model, operation])
    views.add_class("ow-views")
    note = Text()

    def follow() -> None:
        unknown = state.shown("model") is None
        model.disabled = operation.disabled = unknown
        note.show("Model and Operation follow from the URL: type it first." if unknown else "")

    state.on("destination", "draft", call=follow)
    return w.VBox([url, views, note])


def _ids(state: State) -> w.Widget:
    control = labelled(w.Combobox, "Record Ids", ensure_option=False, continuous_update=False)
    mirror(state, control, lambda: state.shown("ids") or "id", lambda value: {"ids": value})

    def follow() -> None:
        control.options = state.columns
        hide(control, state.destination is None or not state.destination.needs_ids)

    state.on("data", "destination", call=follow)
    return control


def _headers(state: State) -> w.Widget:
    control = labelled(w.Text, "Request Headers", continuous_update=False, placeholder="header1:value1,header2:value2")

    def get() -> str:
        headers = state.shown("headers")
        return headers if isinstance(headers, str) else header_text(headers or {})

    mirror(state, control, get, lambda value: {"headers": value})
    return control


def _exclude(state: State) -> w.Widget:
    add = labelled(w.Combobox, "Exclude Attributes", placeholder="add a column…", ensure_option=False)
    add.continuous_update = False
    chosen = w.HBox([])
    chosen.add_class("ow-excluded")
    note = Text()

    def excluded() -> tuple[str, ...]:
        return tuple(state.shown("exclude") or ())

    def on_add(change: Any) -> None:
        if change.new:
            add.value = ""
            state.edit(exclude=(*(name for name in excluded() if name != change.new), change.new))

    def take_back(name: str) -> None:
        state.edit(exclude=tuple(each for each in excluded() if each != name))
        # The button that had the focus is gone.
        add.focus()

    def button_for(name: str) -> w.Button:
        button = w.Button(description=f"{name} ✕", tooltip=f"Send the column {name} after all")
        button.on_click(lambda _: take_back(name))
        return button

    buttons: dict[str, w.Button] = {}

    def follow() -> None:
        names, columns = excluded(), state.columns
        left, known = set(names), set(columns)
        add.options = tuple(name for name in columns if name and name not in left)
        unknown = [name for name in names if name not in known]
        note.show(f"The data has no column called {unknown[0]!r}." if unknown else "")
        gone = [buttons.pop(name) for name in tuple(buttons) if name not in names]
        buttons.update({name: button_for(name) for name in names if name not in buttons})
        chosen.children = tuple(buttons[name] for name in names)
        for button in gone:
            close_tree(button)
        hide(chosen, not names)

    add.observe(on_add, "value")
    state.on("data", "destination", "draft", call=follow)
    return w.VBox([add, chosen, note])


def _batching(state: State) -> w.Widget:
    batch = w.Checkbox(description="Would you like to batch your records together?", indent=False)
    batch.add_class("ow-check")
    size = labelled(w.BoundedIntText, "Batch Size", min=1, max=MOST, continuous_update=False)
    grouping = labelled(w.Dropdown, "Grouping Algorithm", options=[(words, n) for n, words in GROUPING_WORDS.items()])
    note = Text()

    def rows_per_call() -> int | None:
        wanted: int | None = state.shown("batch_size")
        return wanted if state.destination is not None or "batch_size" in state.draft else USUAL_BATCH

    mirror(state, batch, lambda: rows_per_call() is not None, lambda on: {"batch_size": USUAL_BATCH if on else None})
    mirror(state, size, lambda: rows_per_call() or USUAL_BATCH, lambda value: {"batch_size": value})
    mirror(state, grouping, lambda: state.shown("grouping") or "sequential", lambda value: {"grouping": value})

    def follow() -> None:
        off = rows_per_call() is None
        size.disabled = grouping.disabled = off
        limit = PROTOCOLS[state.destination.endpoint.protocol].LIMIT if state.destination is not None else ""
        note.show("Each record is sent in a call of its own." if off else limit)

    state.on("destination", "draft", call=follow)
    pair = w.HBox([size, grouping])
    pair.add_class("ow-views")
    return w.VBox([batch, pair, note])
