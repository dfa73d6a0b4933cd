"""What became of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.flow.responses import shown
from odoo_widgets.forms.pieces import Text

if TYPE_CHECKING:
    import pandas as pd

    from odoo_widgets.forms.state import State

PAGE = 10


def responses_panel(state: State) -> w.Widget:
    """Counts by status, and the table."""
    counts, note = Text(kind="counts"), Text()
    place = w.VBox([])
    panel = w.VBox([Text("Responses", kind="heading", tag="h3"), counts, place, note])
    panel.add_class("ow-responses")

    def follow() -> None:
        if state.responses is None:
            counts.show(
                "Nothing sent yet. After a send, each row has a line here, and form.responses is the DataFrame."
            )
            return
        counts.show(state.last)
        part, sentence = shown(state.responses)
        note.show(sentence)
        if place.children:
            place.children[0].update(part, columnDefs=_columns(part))
        else:
            place.children = (_table(part),)

    state.on("responses", call=follow)
    return panel


def _columns(part: pd.DataFrame) -> list[dict[str, Any]]:
    # Sentences need room, whatever stands beside them.
    return [{"targets": part.index.nlevels + list(part.columns).index("error"), "className": "ow-words"}]


def _table(part: pd.DataFrame) -> w.Widget:
    # Loaded with the first responses: it takes longer than the rest of the form.
    from itables.widget import ITable  # noqa: PLC0415

    table = ITable(
        part,
        allow_html=False,
        columnDefs=_columns(part),
        lengthMenu=[PAGE, 50, 200],
        maxBytes=0,
        pageLength=PAGE,
        showIndex=True,
        style="table-layout:auto;width:100%",
    )
    table.add_class("ow-table")
    return table
