"""What is seldom changed: empty cells, language, company, time zone, e-mails, the rate, values from before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.flow import context
from odoo_widgets.forms.mirror import mirror
from odoo_widgets.forms.panels.rate import rate_panel
from odoo_widgets.forms.pieces import Text, hide, labelled, one_for_each, with_note

if TYPE_CHECKING:
    from collections.abc import Callable

    from odoo_widgets.forms.state import State

OMIT = "omit"
POLICIES = [("leave the field out", OMIT), ("empty the field", "clear"), ("send nothing at all", "reject")]
EMPTY_NOTE = "Elsewhere an empty cell leaves its field out: Odoo's default on create, no change on update."
EMAILS = "E-mail people about records that are assigned to them?"
CONTEXT_NOTE = "These go to Odoo with each call. Press Check to be offered the languages and companies that are there."
NO_COMPANY = "Company is the number that Odoo knows it by, such as 2; after Check, its name will do."
KEEP = "Keep what records hold before they are updated?"
KEEP_NOTE = "In a file on this computer, for 90 days. Without it, what is updated cannot be put back."
ZONE_NOTE = "The zone of times in the data that carry none."


def more_panel(state: State) -> w.Widget:
    """The settings that fold up."""
    fold = w.Button(description="▸ More", tooltip="Empty cells, language, company, time zone, e-mails, rate")
    fold.add_class("ow-fold")
    inside = w.VBox([_empty_cells(state), _context(state), _zone(state), rate_panel(state), _before(state)])
    inside.add_class("ow-views")
    hide(inside, hidden=True)

    def on_fold(_button: object) -> None:
        folded = inside.layout.display is None
        hide(inside, folded)
        fold.description = "▸ More" if folded else "▾ More"

    fold.on_click(on_fold)
    return w.VBox([fold, inside])


def _empty_cells(state: State) -> w.Widget:
    """A field to add a column, and a list of what becomes of its empty cells for each that was added."""
    add = labelled(w.Combobox, "Empty Cells", placeholder="choose for a column…", ensure_option=False)
    add.continuous_update = False
    chosen, note = w.VBox([]), Text(EMPTY_NOTE)
    chosen.add_class("ow-views")
    lists: dict[str, w.Dropdown] = {}

    def policies() -> dict[str, str]:
        return dict(state.shown("missing") or {})

    def choose(column: str, policy: str) -> None:
        # Omitted is what any other column's are.
        others = {name: each for name, each in policies().items() if name != column}
        state.edit(missing=others if policy == OMIT else {**others, column: policy})

    def on_add(change: Any) -> None:
        if change.new:
            add.value = ""
            choose(change.new, "clear")

    def follow() -> None:
        wanted = policies()
        one_for_each(wanted, lists, lambda column: _list(column, policies, choose), chosen)
        for column, policy in wanted.items():
            lists[column].value = policy
        add.options = tuple(name for name in state.columns if name and name not in wanted)

    add.observe(on_add, "value")
    state.on("data", "destination", "draft", call=follow)
    return w.VBox([add, chosen, note])


def _list(column: str, policies: Callable[[], dict[str, str]], choose: Callable[[str, str], None]) -> w.Dropdown:
    made = labelled(w.Dropdown, f"Empty {column}", options=POLICIES, value=policies()[column])

    def on_policy(change: Any) -> None:
        # What comes back from the settings is no choice.
        if change.new != policies().get(column):
            choose(column, change.new)

    made.observe(on_policy, "value")
    return made


def _context(state: State) -> w.Widget:
    language = labelled(w.Combobox, "Language", placeholder="the user's own", ensure_option=False)
    company = labelled(w.Combobox, "Company", placeholder="the user's own", ensure_option=False)
    language.continuous_update = company.continuous_update = False
    emails = w.Checkbox(description=EMAILS, indent=False)
    emails.add_class("ow-check")
    note, wrong = Text(), Text()

    def now() -> dict[str, Any]:
        return dict(state.shown("context") or {})

    def of_company(text: str) -> dict[str, Any]:
        number = _number(state, text)
        wrong.show("" if number is not None or not text.strip() else NO_COMPANY)
        # An equal context puts the control back.
        return {"context": now() if wrong.value else context.with_company(now(), number)}

    def company_words() -> str:
        number = context.company(now())
        return "" if number is None else _company(state, number)

    mirror(
        state, language, lambda: context.language(now()),
        lambda value: {"context": context.with_language(now(), value.strip())},
    )  # fmt: skip
    mirror(state, company, company_words, of_company)
    mirror(
        state, emails, lambda: context.assignment_emails(now()),
        lambda wanted: {"context": context.with_assignment_emails(now(), wanted)},
    )  # fmt: skip

    def follow() -> None:
        language.options = tuple(state.server.languages)
        company.options = tuple(_company(state, number) for number in state.server.companies)
        company.value = company_words()
        note.show("" if state.server.languages else CONTEXT_NOTE)

    state.on("server", call=follow)
    return w.VBox([language, company, wrong, note, emails])


def _number(state: State, text: str) -> int | None:
    """The id of a company that is typed as such, with or without its name, or by its name alone."""
    first = text.strip().partition(" ")[0]
    named = [number for number, name in state.server.companies.items() if name and name == text.strip()]
    if first.isascii() and first.isdecimal() and int(first):
        return int(first)
    return named[0] if len(named) == 1 else None


def _company(state: State, number: int) -> str:
    return f"{number} {state.server.companies.get(number, '')}".strip()


def _zone(state: State) -> w.Widget:
    control = labelled(w.Combobox, "Time Zone", placeholder="such as Europe/Brussels", ensure_option=False)
    control.continuous_update = False
    mirror(state, control, lambda: state.shown("timezone") or "", lambda value: {"timezone": value.strip() or None})

    def follow() -> None:
        control.options = tuple(dict.fromkeys(filter(None, [state.server.timezone, "UTC"])))

    state.on("server", call=follow)
    return with_note(control, Text(ZONE_NOTE))


def _before(state: State) -> w.Widget:
    control = w.Checkbox(description=KEEP, indent=False)
    control.add_class("ow-check")

    def shown() -> bool:
        value = state.shown("keep_before")
        return True if value is None else bool(value)

    mirror(state, control, shown, lambda wanted: {"keep_before": wanted})
    return with_note(control, Text(KEEP_NOTE))
