"""What became of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.flow.responses import STATUSES, counts, shown
from odoo_widgets.forms.pieces import Text, hide

if TYPE_CHECKING:
    import pandas as pd

    from odoo_widgets.forms.state import State

PAGE = 10
REJECTED = ("rejected",)
# By whether only they are shown.
SHOW_WORDS = {
    False: ("Show rejected", "Show only the rows that were rejected; form.rejected has them with your own columns"),
    True: ("Show all", "Show all rows again"),
}
# The id of a record leads to its page. Both cells come escaped, and the address is made of what has been checked.
AS_LINK = """function (data, type, row) {{
  const address = String(row[{link}]);
  if (type !== "display" || !/^https?:/.test(address)) return data;
  return `<a href="${{address.replaceAll('"', "%22")}}" target="_blank" rel="noopener noreferrer">${{data}}</a>`;
}}"""


def responses_panel(state: State) -> w.Widget:
    """Counts by status, and the table."""
    words, note, rejected = Text(kind="counts"), Text(), Text()
    only = w.Button()
    only.on_click(lambda _: state.show_rejected(only=not state.only_rejected))
    place = w.VBox([])
    line = w.HBox([words, only])
    line.add_class("ow-counts-line")
    panel = w.VBox([Text("Responses", kind="heading", tag="h3"), line, rejected, place, note])
    panel.add_class("ow-responses")

    def follow() -> None:
        number = 0 if state.responses is None else counts(state.responses).get("rejected", 0)
        hide(only, not number)
        rejected.show("form.rejected is the DataFrame of them, with your own columns." if number else "")
        only.description, only.tooltip = SHOW_WORDS[state.only_rejected]
        if state.responses is None:
            words.show("Nothing sent yet. After a send, each row has a line here, and form.responses is the DataFrame.")
            return
        words.show(state.last)
        part, sentence = shown(state.responses, only=REJECTED if state.only_rejected else STATUSES)
        note.show(sentence)
        if place.children:
            place.children[0].update(part, columnDefs=_columns(part))
        else:
            place.children = (_table(part),)

    state.on("responses", "only_rejected", call=follow)
    return panel


def _columns(part: pd.DataFrame) -> list[dict[str, Any]]:
    # Loaded with the table.
    from itables import JavascriptFunction  # noqa: PLC0415

    names, before = list(part.columns), part.index.nlevels
    # Sentences need room, whatever stands beside them.
    columns: list[dict[str, Any]] = [{"targets": before + names.index("error"), "className": "ow-words"}]
    if "link" in names:
        link = before + names.index("link")
        columns += [
            {"targets": link, "visible": False, "searchable": False},
            {"targets": before + names.index("id"), "render": JavascriptFunction(AS_LINK.format(link=link))},
        ]
    return columns


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
