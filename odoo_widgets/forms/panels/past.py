"""What was sent before: rows that would be there twice, a send that stopped, rows in doubt, rejected rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.forms import sentences
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.obstacles import IDLE, obstacle_to_repeat, obstacle_to_resume
from odoo_widgets.forms.pieces import Link, Text, hide

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State


def repeats_panel(state: State) -> w.Widget:
    """The rows that were sent before, and the two ways to go on."""
    words = Text(kind="question")
    others = made(w.Button, tooltip="Send the rows that were not sent before, and leave out those that were")
    everything = made(w.Button, description="Send all again", tooltip="Send every row once more, whatever is there")
    others.on_click(lambda _: state.send_repeated(again=False))
    everything.on_click(lambda _: state.send_repeated(again=True))
    panel = made(w.VBox, [words, _row(others, everything)])
    panel.add_class("ow-past")

    def follow() -> None:
        hide(panel, state.repeats is None)
        words.show(sentences.repeated(state.repeats))
        if state.repeats is not None:
            others.description = sentences.others_button(state.repeats)
            hide(others, not state.repeats.others)
            others.disabled = bool(obstacle_to_repeat(state, again=False))
            everything.disabled = bool(obstacle_to_repeat(state, again=True))

    state.on("repeats", "confirmation", "phase", "credential", call=follow)
    return panel


def unfinished_panel(state: State) -> w.Widget:
    """The last send of these rows, where it did not come to its end."""
    words = Text(kind="question")
    resume = made(
        w.Button, description="Resume", button_style="primary", tooltip="Send the rest; what is done is not sent again"
    )
    resume.on_click(lambda _: state.resume())
    panel = made(w.VBox, [words, _row(resume)])
    panel.add_class("ow-past")

    def follow() -> None:
        # One question at a time: what stopped comes before what was there.
        hide(panel, state.unfinished is None or state.phase != IDLE)
        words.show(sentences.unfinished(state.unfinished))
        resume.disabled = bool(obstacle_to_resume(state))

    state.on("unfinished", "confirmation", "phase", "credential", "problem", call=follow)
    return panel


def doubt_panel(state: State) -> w.Widget:
    """Rows that may be in Odoo or not, and how to find out."""
    words, link = Text(), Link()
    find_out = made(w.Button, description="Find out", tooltip="Ask Odoo what became of them, and send the rest")
    find_out.on_click(lambda _: state.resume())
    panel = made(w.VBox, [words, _row(find_out, link)])

    def follow() -> None:
        words.show(sentences.doubt(state))
        hide(panel, not state.in_doubt)
        hide(find_out, not state.can_find_out)
        find_out.disabled = bool(obstacle_to_resume(state))
        link.show("Open Odoo", "" if state.can_find_out or state.destination is None else state.odoo)

    state.on("responses", "unfinished", "phase", "destination", "confirmation", call=follow)
    return panel


def correcting_panel(state: State) -> w.Widget:
    """The rows that were rejected, how to correct them, and the button that sends them."""
    words = Text()
    send = made(
        w.Button, description="Send corrected rows", tooltip="Send the rejected rows as they are in form.data by now"
    )
    send.on_click(lambda _: state.retry_bound())
    panel = made(w.VBox, [words, _row(send)])

    def follow() -> None:
        hide(panel, not state.may_correct)
        words.show(sentences.correcting(state))
        send.disabled = state.phase != IDLE or bool(state.problem)

    state.on("responses", "phase", "problem", call=follow)
    return panel


def _row(*widgets: w.Widget) -> w.Widget:
    row = made(w.HBox, widgets)
    row.add_class("ow-row")
    return row
