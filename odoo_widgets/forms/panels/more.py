"""What is seldom changed: columns, steps after the rows, the context, time zone, rate, values from before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from odoo_widgets.flow import context
from odoo_widgets.forms.looks import made
from odoo_widgets.forms.mirror import mirror
from odoo_widgets.forms.panels.afterwards import afterwards_panel
from odoo_widgets.forms.panels.columns import columns_panel
from odoo_widgets.forms.panels.rate import rate_panel
from odoo_widgets.forms.pieces import Text, hide, labelled, with_note

if TYPE_CHECKING:
    from odoo_widgets.forms.state import State

EMAILS = "E-mail people about records that are assigned to them?"
TRACKING = "Write who made and changed the records into their chatter?"
TRACKING_NOTE = (
    "Without it, a send is faster, and nobody will see in Odoo who made a record or what was changed, and nobody "
    "follows it."
)
CONTEXT_NOTE = "These go to Odoo with each call. Press Check to be offered the languages and companies that are there."
NO_COMPANY = "Company is the number that Odoo knows it by, such as 2; after Check, its name will do."
KEEP = "Keep what records hold before they are updated?"
KEEP_NOTE = "In a file on this computer, for 90 days. Without it, what is updated cannot be put back."
ZONE_NOTE = "The zone of times in the data that carry none."


def more_panel(state: State) -> w.Widget:
    """The settings that fold up."""
    fold = made(
        w.Button,
        tooltip="Columns, empty cells, steps after the rows, language, company, e-mails, history, time zone, rate",
    )
    fold.add_class("ow-fold")
    panels = [columns_panel, afterwards_panel, _context, _zone, rate_panel, _before]
    inside = made(w.VBox, [panel(state) for panel in panels])
    inside.add_class("ow-views")

    def follow() -> None:
        hide(inside, hidden=not state.more)
        fold.description = "▾ More" if state.more else "▸ More"

    fold.on_click(lambda _: state.look_at_more(not state.more))
    state.on("more", call=follow)
    return made(w.VBox, [fold, inside])


def _context(state: State) -> w.Widget:
    language = labelled(w.Combobox, "Language", placeholder="the user's own", ensure_option=False)
    company = labelled(w.Combobox, "Company", placeholder="the user's own", ensure_option=False)
    language.continuous_update = company.continuous_update = False
    emails, tracking = (made(w.Checkbox, description=words, indent=False) for words in (EMAILS, TRACKING))
    for each in (emails, tracking):
        each.add_class("ow-check")
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
    mirror(
        state, tracking, lambda: context.tracking(now()),
        lambda wanted: {"context": context.with_tracking(now(), wanted)},
    )  # fmt: skip

    def follow() -> None:
        language.options = tuple(state.server.languages)
        company.options = tuple(_company(state, number) for number in state.server.companies)
        company.value = company_words()
        note.show("" if state.server.languages else CONTEXT_NOTE)

    state.on("server", call=follow)
    return made(w.VBox, [language, company, wrong, note, emails, with_note(tracking, Text(TRACKING_NOTE))])


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
    control = made(w.Checkbox, description=KEEP, indent=False)
    control.add_class("ow-check")

    def shown() -> bool:
        value = state.shown("keep_before")
        return True if value is None else bool(value)

    mirror(state, control, shown, lambda wanted: {"keep_before": wanted})
    return with_note(control, Text(KEEP_NOTE))
