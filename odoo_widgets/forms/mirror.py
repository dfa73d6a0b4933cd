"""A control and a value of the state, kept equal both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import ipywidgets as w

    from odoo_widgets.forms.state import State


def mirror(
    state: State,
    control: w.Widget,
    get: Callable[[], Any],
    edit: Callable[[Any], dict[str, Any]],
    options: Callable[[], tuple[Any, ...]] | None = None,
) -> None:
    """Keeps a control's value equal to what the state shows.

    Args:
        state: Where the value lives.
        control: A control with a `value`.
        get: What the control is to show now.
        edit: The change of settings that a new value of the control means.
        options: What the control offers now; what it was made with if left out.
    """

    def to_control() -> None:
        if options is not None and control.options != (offered := options()):
            # A list picks its first option when it gets others, and nobody chose that.
            control.unobserve(to_state, "value")
            control.options = offered
            control.observe(to_state, "value")
        value = get()
        if control.value != value:
            control.value = value

    def to_state(change: Any) -> None:
        # What comes back from `to_control` is no edit.
        if change.new != get():
            state.edit(**edit(change.new))

    control.observe(to_state, "value")
    state.on("destination", "draft", *(["server"] if options is not None else []), call=to_control)
