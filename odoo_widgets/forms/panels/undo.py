"""What an undo of the last send would do, and the button that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.flow import undo
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.obstacles import IDLE
from odoo_widgets.forms.pieces import Text, hide, labelled

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

NOTHING = "Nothing of this send can be undone."
DELETES = "Deleted records do not come back. To confirm, type {}."


def undo_button(state: State) -> w.Widget:
    """Opens the preview."""
    look = made(w.Button, description="Undo…", tooltip="See what can be deleted or put back; nothing is changed yet")
    look.on_click(lambda _: state.look_at_undo())

    def follow() -> None:
        look.disabled = not state.can_look
        hide(look, state.responses is None or state.sent_with is None)

    state.on("responses", "phase", call=follow)
    return look


def undo_panel(state: State) -> w.Widget:
    """The groups of the preview with their reasons, what stays, and what confirms."""
    said, problem, why = Text(kind="plan"), Text(kind="problem"), Text(kind="why")
    confirm = labelled(w.Text, "Undo Confirmation")
    confirm.observe(lambda change: state.confirm_undo(change.new), "value")
    archive = made(w.Checkbox, description="Archive what Odoo refuses to delete", indent=False)
    archive.add_class("ow-check")
    archive.observe(lambda change: state.archive_instead(change.new), "value")
    do = made(w.Button, button_style="danger", tooltip="Delete and put back what is said above")
    do.add_class("ow-long")
    do.on_click(lambda _: state.undo_all())
    leave = made(w.Button, description="Close Undo", tooltip="Leave everything as it is")
    leave.on_click(lambda _: state.leave_undo())
    line = made(w.HBox, [do, leave])
    line.add_class("ow-row")
    box = made(w.VBox, [said, archive, why, confirm, line])
    panel = made(w.VBox, [box, problem])

    def follow() -> None:
        plan = state.undo_plan
        problem.show(state.undo_problem)
        hide(box, plan is None)
        if plan is None:
            return
        headline, wanted = undo.headline(plan), state.undo_to_confirm
        said.show(" ".join([f"{headline}." if headline else NOTHING, *undo.sentences(plan)]))
        why.show(DELETES.format(wanted) if wanted else "")
        hide(confirm, not wanted)
        confirm.placeholder, confirm.value = wanted, state.undo_confirmation
        archive.value = state.archive
        hide(archive, not undo.deletions(plan))
        do.description = headline
        do.disabled = not state.can_undo_all
        hide(do, not headline)
        leave.disabled = state.phase != IDLE

    state.on("undo_plan", "undo_problem", "undo_confirmation", "archive", "phase", call=follow)
    return panel
