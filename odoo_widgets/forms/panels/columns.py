"""Columns beside fields: which field each column fills, and what becomes of its empty cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.flow.checks.beside import beside, sentences
from odoo_widgets.flow.comparing import settles_never
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.pieces import Listing, Text, hide, labelled, one_for_each

if TYPE_CHECKING:
    from odoo_widgets.flow.checks.beside import Beside
    from odoo_widgets.forms.state import State

OMIT = "omit"
POLICIES = [("leave the field out", OMIT), ("empty the field", "clear"), ("send nothing at all", "reject")]
NOTE = (
    "A column fills the field of its own name, unless another one is named beside it. An empty cell leaves its field "
    "out: Odoo's default on create, no change on update, unless you choose otherwise."
)
HEADS = ("Column → Field", "Empty Cells")
UNKNOWN = "Press Check above, beside the credential, to see which columns Odoo knows."
# As many rows as a page shows at once; of more, those are shown that are looked for.
MOST = 60


def columns_panel(state: State) -> w.Widget:
    """One row for each column that is sent. They are made when they are looked at for the first time."""
    told, note, listed = Listing("beside"), Text(NOTE), made(w.VBox, [])
    listed.add_class("ow-columns")
    heads = made(w.HBox, [Text(words) for words in HEADS])
    heads.add_class("ow-column")
    heads.add_class("ow-heads")
    find = labelled(w.Text, "Find Column", placeholder="a part of its name")
    rows: dict[str, _Row] = {}
    shown: dict[str, w.Widget] = {}

    def make(column: str) -> w.Widget:
        rows[column] = _Row(state, column)
        return rows[column].widget

    def follow() -> None:
        if not state.more:
            return
        names = _names(state)
        hide(find, len(names) <= MOST)
        hide(heads, not names)
        wanted = [name for name in names if len(names) <= MOST or find.value.strip().casefold() in name.casefold()]
        model = state.shown("model") or ""
        fields, defaults = state.known.fields.get(model, {}), state.known.defaults.get(model)
        options = tuple(sorted(name for name, field in fields.items() if not settles_never(field)))
        ready = fields and state.destination is not None
        found = beside(state.data, state.destination, fields, defaults) if ready else None
        one_for_each(wanted[:MOST], shown, make, listed)
        for name in wanted[:MOST]:
            rows[name].follow(options, found)
        told.show(sentences(found) if found is not None else () if fields else (UNKNOWN,))

    find.observe(lambda _: follow(), "value")
    state.on("more", "data", "destination", "draft", "server", call=follow)
    return made(w.VBox, [told, find, heads, listed, note])


def _names(state: State) -> list[str]:
    """The columns that are sent, and those that the settings name though the data have none of them."""
    out = set(state.shown("exclude") or ())
    if state.destination is not None and state.destination.needs_ids:
        out.add(state.destination.ids)
    named = (*(state.shown("fields") or ()), *(state.shown("missing") or ()))
    return [
        *(name for name in state.columns if name and name not in out),
        *dict.fromkeys(name for name in named if name and name not in state.columns),
    ]


class _Row:
    """The field of one column, and what becomes of its empty cells."""

    def __init__(self, state: State, column: str) -> None:
        self._state, self._column = state, column
        self._field = labelled(w.Combobox, f"{column} →", ensure_option=False, continuous_update=False)
        self._empty = labelled(w.Dropdown, f"Empty {column}", options=POLICIES)
        # The row says of which column it is.
        self._empty.add_class("ow-unlabelled")
        self.widget = made(w.HBox, [self._field, self._empty])
        self.widget.add_class("ow-column")
        self._field.observe(self._on_field, "value")
        self._empty.observe(self._on_empty, "value")

    def follow(self, options: tuple[str, ...], found: Beside | None) -> None:
        """Shows what the settings say, the fields that there are, and the one that may have been meant."""
        meant = found.unknown.get(self._column, "") if found is not None else ""
        self._field.options = options
        self._field.placeholder = f"did you mean {meant}?" if meant else self._column
        self._field.value = self._now("fields", "")
        self._empty.value = self._now("missing", OMIT)

    def _now(self, setting: str, plain: str) -> str:
        return str(dict(self._state.shown(setting) or {}).get(self._column, plain))

    def _on_field(self, change: Any) -> None:
        typed = change.new.strip()
        self._take("fields", "" if typed == self._column else typed, "")
        # What is the same as before moves nothing by itself.
        self._field.value = self._now("fields", "")

    def _on_empty(self, change: Any) -> None:
        self._take("missing", change.new, OMIT)

    def _take(self, setting: str, value: str, plain: str) -> None:
        # What comes back from the settings is no choice.
        if value == self._now(setting, plain):
            return
        others = {name: each for name, each in dict(self._state.shown(setting) or {}).items() if name != self._column}
        self._state.edit(**{setting: others if value == plain else {**others, self._column: value}})
