"""The open sample, opened for editing: what is sent as a test, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.flow.tested import AGAIN, SKIP, UPDATE
from odoo_widgets.flow.views import envelope
from odoo_widgets.forms import sentences
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.obstacles import IDLE, to_confirm, to_type
from odoo_widgets.forms.panels.proposal import with_proposal
from odoo_widgets.forms.pieces import Link, Text, hide, labelled

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

EDITED = "Edited by hand. Reset brings back what the settings make."
# By whether records that a test has made can be written once more.
CHOICES = {True: (SKIP, UPDATE, AGAIN), False: (SKIP, AGAIN)}
LEAST_LINES, MOST_LINES = 4, 24


def testing_panel(state: State) -> w.Widget:
    """The envelope, the payload to edit, the button that sends it, and what became of it."""
    panel = made(w.VBox, [_payload(state), _sending(state), _result(state)])
    panel.add_class("ow-testing")
    state.on("testing", call=lambda: hide(panel, not state.testing))
    return panel


def _payload(state: State) -> w.Widget:
    whole = made(w.Checkbox, indent=False)
    whole.add_class("ow-check")
    whole.observe(lambda change: state.take_whole(change.new), "value")
    head, fixed = Text(kind="request", tag="pre"), Text()
    # Told when it is left: each key would go to the kernel otherwise.
    payload = labelled(w.Textarea, "Payload", continuous_update=False)
    payload.add_class("ow-payload")
    payload.observe(lambda change: state.type_payload(change.new), "value")
    reset = made(w.Button, description="Reset", tooltip="Bring back the payload that the settings make")
    reset.on_click(lambda _: state.reset_payload())

    def follow() -> None:
        trial = state.trial
        whole.value, whole.description = state.whole, f"Whole batch: {trial.batch if trial else 0:,} records"
        hide(whole, trial is None or trial.batch == 1)
        # Only what is open is in the widgets' state, which a saved notebook may keep.
        head.show(envelope(trial.sample.request) if trial else "")
        hide(payload, trial is None or bool(trial.fixed))
        payload.rows = max(LEAST_LINES, min(MOST_LINES, state.payload.count("\n") + 1))
        payload.value = state.payload
        reset.disabled = not state.is_edited
        hide(reset, trial is None or bool(trial.fixed))
        fixed.show((trial.fixed or EDITED * state.is_edited) if trial else "")

    state.on("trial", "payload", "whole", call=follow)
    line = made(w.HBox, [reset, fixed])
    line.add_class("ow-told-line")
    return made(w.VBox, [whole, head, payload, line])


def _sending(state: State) -> w.Widget:
    why, confirm, obstacle = Text(kind="why"), labelled(w.Text, "Test Confirmation"), Text()
    confirm.observe(lambda change: state.confirm_test(change.new), "value")
    send = made(w.Button, button_style="primary")
    send.add_class("ow-long")
    send.on_click(lambda _: state.test())

    def follow() -> None:
        rows = len(state.trial.rows) if state.trial else 0
        asks = to_type(state, rows) if state.trial and state.phase == IDLE else ""
        why.show(asks)
        hide(confirm, not asks)
        confirm.placeholder, confirm.value = to_confirm(state, rows) if asks else "", state.test_confirmation
        found = state.test_obstacle
        obstacle.show("" if found == asks or state.phase != IDLE else found)
        send.description = send.tooltip = sentences.test_button(state)
        send.disabled = bool(found)

    state.on("trial", "phase", "credential", "problem", "test_confirmation", call=follow)
    return made(w.VBox, [why, confirm, send, obstacle])


def _result(state: State) -> w.Widget:
    told, problem, link = Text(kind="told"), Text(kind="problem"), Link()
    undo = made(w.Button, description="Undo", tooltip="Delete the records that this test created, and no others")
    undo.on_click(lambda _: state.undo())

    def follow() -> None:
        answer = state.last_test.responses if state.last_test is not None else None
        told.show(state.told)
        problem.show(state.test_problem)
        links = [] if answer is None else answer["link"].dropna().tolist()
        link.show("Open it in Odoo" if len(links) == 1 else "Open the first in Odoo", links[0] if links else "")
        undo.disabled = state.phase != IDLE
        hide(undo, not state.can_undo)

    state.on("told", "test_problem", "last_test", "phase", call=follow)
    line = made(w.HBox, [told, link, undo])
    line.add_class("ow-told-line")
    return made(w.VBox, [line, with_proposal(state, "refusal", "way_past"), problem])


def tested_panel(state: State) -> w.Widget:
    """What a send does with rows that were sent as a test: leave them out, update their records, or send them again."""
    words = Text(kind="plan")
    choice = labelled(w.Dropdown, "Tested Rows", options=CHOICES[True])

    def on_choice(change: Any) -> None:
        if change.new != state.with_tested:
            state.deal_with_tested(change.new)

    panel = made(w.VBox, [words, choice])
    panel.add_class("ow-tested")

    def follow() -> None:
        said = sentences.already_sent(state)
        words.show(said)
        choice.unobserve(on_choice, "value")
        choice.options = CHOICES[state.may_update]
        # What cannot be updated is left out.
        choice.value = state.with_tested if state.with_tested in choice.options else SKIP
        choice.observe(on_choice, "value")
        hide(panel, not said)

    choice.observe(on_choice, "value")
    state.on("tests", "earlier", "with_tested", "destination", "credential", "data", call=follow)
    return panel
