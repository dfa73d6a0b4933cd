"""A control and a value of the state, kept equal both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import ipywidgets as w

    from odoo_widgets.forms.state import State


def mirror(state: State, control: w.Widget, get: Callable[[], Any], edit: Callable[[Any], dict[str, Any]]) -> None:
    """Keeps a control's value equal to what the state shows.

    Args:
        state: Where the value lives.
        control: A control with a `value`.
        get: What the control is to show now.
        edit: The change of settings that a new value of the control means.
    """

    def to_control() -> None:
        value = get()
        if control.value != value:
            control.value = value

    def to_state(change: Any) -> None:
        # What comes back from `to_control` is no edit.
        if change.new != get():
            state.edit(**edit(change.new))

    state.on("destination", "draft", call=to_control)
    control.observe(to_state, "value")
