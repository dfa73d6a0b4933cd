"""What is about to happen, Send and Stop, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.forms import sentences
from odoo_widgets.forms.deciding import ACTIVATE
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.obstacles import IDLE, to_type
from odoo_widgets.forms.panels.foretold import foretelling_buttons, foretold_panel
from odoo_widgets.forms.panels.past import repeats_panel, unfinished_panel
from odoo_widgets.forms.panels.proposal import with_proposal
from odoo_widgets.forms.pieces import Text, hide, labelled
from odoo_widgets.forms.sending import CUTTING, LOOKING, SENDING, STOPPING, TESTING, UNDOING

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State
    from odoo_widgets.net.progress import Progress

STOP_WORDS = {
    IDLE: ("Stop", "Nothing is being sent"),
    SENDING: ("Stop", "Make no further call; the one in flight is waited for"),
    TESTING: ("Stop", "Make no further call; the one in flight is waited for"),
    UNDOING: ("Stop", "Make no further call; the one in flight is waited for"),
    LOOKING: ("Stop", "Nothing is being sent"),
    STOPPING: ("Cut", "End the call in flight too; its rows may be in Odoo or not"),
    CUTTING: ("Cut", "The call in flight is being cut"),
}
PHASE_WORDS = {
    **dict.fromkeys((IDLE, TESTING, LOOKING), ""),
    SENDING: "sending",
    UNDOING: "undoing",
    STOPPING: "stopping after this call",
    CUTTING: "cutting this call",
}
# What is done before there is progress.
FIRST_WORDS = {
    **PHASE_WORDS,
    SENDING: "looking through the data",
    TESTING: "sending test data",
    LOOKING: "looking at what Odoo holds",
}


def send_panel(state: State) -> w.Widget:
    """The bar under settings and samples."""
    plan, obstacle, warning = Text(kind="plan"), Text(), Text(kind="warning")
    outcome = with_proposal(state, "outcome", "way_out")
    send = made(w.Button, description="Send", button_style="primary")
    stop = made(w.Button, description="Stop")
    bar = made(w.IntProgress, bar_style="info")
    figures = Text(kind="figures")
    why, confirm = Text(kind="why"), labelled(w.Text, "Confirmation")
    confirm.observe(lambda change: state.confirm(change.new), "value")
    send.on_click(lambda _: state.send())
    stop.on_click(lambda _: state.stop())

    def follow_settings() -> None:
        send.disabled = bool(state.obstacle)
        send.description = "Send new rows" if state.new_rows else "Send again" if state.active else "Send"
        send.tooltip = sentences.intention(state) or "Send all rows"
        # One field at a time asks for the same.
        asks = bool(state.to_confirm) and state.phase == IDLE and state.deciding != ACTIVATE and not state.problem
        why.show(to_type(state) if asks else "")
        # What is to be typed is said above the field that it is typed into.
        obstacle.show(state.obstacle if state.phase == IDLE and state.obstacle != to_type(state) else "")
        plan.show(sentences.plan(state))
        hide(confirm, not asks)
        confirm.placeholder = state.to_confirm
        confirm.value = state.confirmation
        stop.description, stop.tooltip = STOP_WORDS[state.phase]
        stop.disabled = state.phase in (IDLE, LOOKING, CUTTING)

    def follow_progress() -> None:
        hide(bar, state.progress is None)
        if state.progress is not None:
            bar.max, bar.value = state.progress.rows, _answered(state.progress)
        figures.show(_figures(state.progress, state.phase))

    state.on(
        "data",
        "destination",
        "samples",
        "batches",
        "credential",
        "server",
        "problem",
        "phase",
        "responses",
        "confirmation",
        "deciding",
        "tests",
        "with_tested",
        "earlier",
        "unfinished",
        call=follow_settings,
    )
    state.on("progress", "phase", call=follow_progress)
    state.on("foretold", "problem", call=lambda: warning.show(state.warning))
    controls = made(w.HBox, [send, stop, *foretelling_buttons(state), bar, figures])
    controls.add_class("ow-send-controls")
    told = [obstacle, outcome, foretold_panel(state), unfinished_panel(state), repeats_panel(state)]
    panel = made(w.VBox, [plan, warning, why, confirm, controls, *told])
    panel.add_class("ow-send")
    return panel


def _figures(progress: Progress | None, phase: str) -> str:
    if progress is None:
        return FIRST_WORDS[phase]
    parts = [f"{_answered(progress):,}/{progress.rows:,}"]
    if progress.rows_per_second and _answered(progress):
        parts.append(f"{progress.rows_per_second:,.0f}/s")
    if phase == SENDING and progress.seconds_left is not None:
        parts.append(f"{sentences.duration(progress.seconds_left)} left")
    if progress.step:
        parts.append(f"{progress.step} {progress.step_done:,}/{progress.step_rows:,}")
    return " · ".join([*parts, *([PHASE_WORDS[phase]] if PHASE_WORDS[phase] else [])])


def _answered(progress: Progress) -> int:
    return progress.done - progress.statuses.get("not_sent", 0)
