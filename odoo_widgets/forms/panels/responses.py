"""What became of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from odoo_widgets.flow.responses import STATUSES, counts, shown
from odoo_widgets.flow.steps import ERROR
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.obstacles import IDLE
from odoo_widgets.forms.panels.past import correcting_panel, doubt_panel
from odoo_widgets.forms.panels.reading import reading_button, reading_panel
from odoo_widgets.forms.panels.tables import show_table
from odoo_widgets.forms.panels.undo import undo_button, undo_panel
from odoo_widgets.forms.pieces import Text, anchor, escape, hide

if TYPE_CHECKING:
    import pandas as pd

    from odoo_widgets.forms.state import State

REJECTED = ("rejected",)
WORDS = {"in_doubt": "sent, no answer: may be in Odoo"}
EMPTY = "After a send, each row has a line here, and form.responses is the DataFrame."
LEFT_OUT = "form.responses is empty, as the settings say. The counts are those of the last send."
WAITING = "Each row has a line here as soon as the send has ended."
# By whether only they are shown.
SHOW_WORDS = {
    False: ("Show rejected", "Show only the rows that were rejected; form.rejected has them with your own columns"),
    True: ("Show all", "Show all rows again"),
}


def responses_panel(state: State) -> w.Widget:
    """Counts by status, and the table."""
    words, note = Text(kind="counts"), Text()
    only = made(w.Button)
    only.on_click(lambda _: state.show_rejected(only=not state.only_rejected))
    place = made(w.VBox, [])
    line = made(w.HBox, [words, only, undo_button(state), reading_button(state)])
    line.add_class("ow-counts-line")
    panel = made(
        w.VBox,
        [
            Text("Responses", kind="heading", tag="h3"),
            line,
            undo_panel(state),
            reading_panel(state),
            correcting_panel(state),
            doubt_panel(state),
            place,
            note,
        ],
    )
    panel.add_class("ow-responses")

    def follow() -> None:
        number = 0 if state.responses is None else counts(state.responses).get("rejected", 0)
        hide(only, not number)
        only.description, only.tooltip = SHOW_WORDS[state.only_rejected]
        if state.responses is None:
            words.show(EMPTY if state.phase == IDLE else WAITING)
            return
        words.show(state.last)
        hide(place, not state.as_frame)
        if not state.as_frame:
            note.show(LEFT_OUT)
            return
        found, sentence = shown(state.responses, only=REJECTED if state.only_rejected else STATUSES)
        note.show(sentence)
        wide = [name for name in found.columns if name == "error" or name.endswith(ERROR)]
        show_table(place, _marked_up(found), wide)

    state.on("responses", "only_rejected", "phase", "as_frame", call=follow)
    return panel


def _marked_up(part: pd.DataFrame) -> pd.DataFrame:
    """The same as HTML: all that is text is escaped, and the id of a record leads to its page.

    A function that draws links in the browser would keep the page from being saved: it has no copy.
    """
    made = part.replace({"status": WORDS}).map(lambda cell: escape(cell) if isinstance(cell, str) else cell)
    if "link" in part.columns:
        pairs = zip(part["id"].tolist(), part["link"].tolist(), strict=True)
        made["id"] = [anchor(str(each), address) or each for each, address in pairs]
        made = made.drop(columns="link")
    names = [escape(name) if isinstance(name, str) else name for name in made.index.names]
    return made.rename_axis(index=names)
