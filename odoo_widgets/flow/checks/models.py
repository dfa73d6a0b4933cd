"""What has to be known of one model.

* `account.move`: rows without a `move_type`, which become journal entries; invoices without a date; numbers of one's
  own; lines without taxes; dates before the day until which the books are closed.
* `hr.employee`: what lives on the current version, and is changed in place.
* `res.partner`: contacts without a name.
* `stock.quant`: counts that wait until somebody applies them.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.asking import page, question
from odoo_widgets.flow.checks.notes import ERROR, NOTE, WARNING, Note, found
from odoo_widgets.flow.checks.parents import records_there
from odoo_widgets.flow.comparing import one_id
from odoo_widgets.flow.documents import is_lines
from odoo_widgets.flow.lines import FEW_LINES, line_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.checks.subject import Subject

INVOICES = ("out_invoice", "out_refund", "in_invoice", "in_refund", "out_receipt", "in_receipt")
# Until when a company's books are closed (Odoo 19.0, addons/account/models/company.py): for which kinds of entry.
LOCKS = {
    "fiscalyear_lock_date": ("", "out", "in"),
    "hard_lock_date": ("", "out", "in"),
    "tax_lock_date": ("", "out", "in"),
    "sale_lock_date": ("out",),
    "purchase_lock_date": ("in",),
}
LINES, APPLY = "invoice_line_ids", "action_apply_inventory"


def of_model(subject: Subject) -> Questions[list[Note]]:
    """What only this model has."""
    notes = [*MODELS[subject.model](subject)] if subject.model in MODELS else []
    if subject.model in ASKING:
        notes += yield from ASKING[subject.model](subject)
    return notes


def _invoices(subject: Subject) -> Iterator[Note]:
    """Journal entries and invoices (Odoo 19.0, addons/account/models/account_move.py)."""
    yield from _types(subject)
    yield from _numbers(subject)
    yield from _taxes(subject)
    if subject.makes:
        yield from _no_date(subject)


def _types(subject: Subject) -> Iterator[Note]:
    if not subject.makes or "default_move_type" in subject.settings.context:
        return
    held = subject.sent.get("move_type")
    if held is None:
        problem = (
            "No column says what these are, so Odoo makes plain journal entries, and misses accounts on their lines."
        )
        yield Note(
            ERROR, problem, "Add a column move_type with 'out_invoice', 'in_invoice' or another.", field="move_type"
        )
    elif len(held.missing):
        problem = "Rows without a type become plain journal entries."
        yield Note(
            WARNING, problem, "Fill it: 'out_invoice', 'in_invoice' …", held.column.name, "move_type", held.missing
        )


def _no_date(subject: Subject) -> Iterator[Note]:
    held = subject.sent.get("invoice_date")
    kinds = _kinds(subject)
    rows = [row for row in (range(len(kinds)) if held is None else held.missing.tolist()) if kinds[row] in INVOICES]
    if rows:
        column = held.column.name if held is not None else ""
        problem = "Invoices without a date get the day on which they are posted."
        yield Note(WARNING, problem, "Fill invoice_date.", column, "invoice_date", rows)


def _numbers(subject: Subject) -> Iterator[Note]:
    held = subject.sent.get("name")
    if held is not None and (rows := held.rows(range(len(held.values)))).size:
        problem = "A number of its own decides how Odoo numbers the next ones, and can break that."
        yield Note(WARNING, problem, "Exclude it; put it into ref.", held.column.name, "name", rows)


def _taxes(subject: Subject) -> Iterator[Note]:
    held = subject.sent.get(LINES)
    if held is None:
        return
    bare = [place for place, value in enumerate(held.values) if any("tax_ids" not in line for line in _made(value))]
    if bare:
        problem = "Lines without tax_ids get their product's taxes, or none."
        advice, rows = "Say them, [] for none, and compare the totals.", held.rows(bare)
        named = (
            line_name(row, place)
            for row in rows.tolist()
            for place, line in enumerate(_made(held.values[held.codes[row]]))
            if "tax_ids" not in line
        )
        yield Note(NOTE, problem, advice, held.column.name, LINES, rows, [*islice(named, FEW_LINES)])


def _made(commands: Any) -> list[dict[str, Any]]:
    """The lines that a cell makes: dicts, or commands that make such."""
    if is_lines(commands):
        return commands  # type: ignore[no-any-return]
    told = commands if isinstance(commands, list) else []
    return [each[2] for each in told if isinstance(each, list) and each[:1] == [0] and isinstance(each[-1], dict)]


def _kinds(subject: Subject) -> list[Any]:
    default = subject.settings.context.get("default_move_type")
    held = subject.sent.get("move_type")
    return [each or default for each in held.of_rows()] if held is not None else [default] * len(subject.source)


def _locked(subject: Subject) -> Questions[list[Note]]:
    """Dates before a lock date: Odoo moves the entry, and its number, without a word."""
    dated = [name for name in ("date", "invoice_date") if name in subject.sent]
    if not dated:
        return []
    me = yield question("res.users", "context_get")
    uid = me.get("uid") if isinstance(me, dict) else None
    allowed = subject.settings.context.get("allowed_company_ids")
    company = allowed[0] if isinstance(allowed, list) and allowed else None
    if company is None and uid:
        answer = yield page("res.users", [["id", "=", uid]], ["company_id"])
        company = one_id(answer[0]["company_id"]) if answer else None
    (told,) = (yield page("res.company", [["id", "=", company]], list(LOCKS), limit=1)) or [{}]
    kinds = _kinds(subject)
    notes = []
    for name in dated:
        held = subject.sent[name]
        late: dict[int, str] = {}
        for row, value in enumerate(held.of_rows()):
            side = str(kinds[row] or "").partition("_")[0]
            ends = [told.get(lock) or "" for lock, sides in LOCKS.items() if side in sides]
            if isinstance(value, str) and any(value[:10] <= end for end in ends if end):
                late[row] = value[:10]
        if late:
            problem = (
                "These are before the day until which the books are closed: Odoo moves date and number to after it."
            )
            shown = found([*dict.fromkeys(late.values())])
            notes.append(
                Note(WARNING, problem + shown, "Correct them, or ask accounting.", held.column.name, name, [*late])
            )
    return notes


def _counts(subject: Subject) -> Iterator[Note]:
    held = subject.sent.get("inventory_quantity")
    applied = any(step.method == APPLY for step in subject.settings.steps)
    if held is not None and not applied and "inventory_quantity_auto_apply" not in subject.sent:
        problem = "These counts wait in Odoo until somebody applies them."
        advice = f"Say then=['{APPLY}'], or send inventory_quantity_auto_apply."
        yield Note(NOTE, problem, advice, held.column.name, "inventory_quantity")


def _employees(subject: Subject) -> Iterator[Note]:
    """From 19 on, what changes in a career lives on a version of the employee (addons/hr/models/hr_version.py)."""
    versions = [name for name, link in subject.inherited.items() if link == "version_id" and name in subject.sent]
    if subject.changes and versions:
        problem = (
            f"{', '.join(versions)} live on the employee's current version, which is changed in place: what was before "
            "is not kept."
        )
        advice = "For a change that has a day, make a version in Odoo first."
        yield Note(NOTE, problem, advice, subject.sent[versions[0]].column.name, versions[0])


def _contacts(subject: Subject) -> Questions[list[Note]]:
    """A contact needs a name, which no schema says (odoo/addons/base/models/res_partner.py, _check_name)."""
    held, kinds = subject.sent.get("name"), subject.sent.get("type")
    if not subject.makes or subject.imports:
        return []
    types = kinds.of_rows() if kinds is not None else [None] * len(subject.source)
    without = range(len(types)) if held is None else held.missing.tolist()
    rows = [row for row in without if types[row] in (None, "contact")]
    if rows and subject.changes and (held is None or held.column.missing != "clear"):
        # Those that are there have one.
        there = yield from records_there(subject)
        rows = [row for row in rows if not there or not there[row]]
    if not rows:
        return []
    column = held.column.name if held is not None else ""
    return [Note(ERROR, "A contact needs a name.", "Fill it, or give it another type.", column, "name", rows)]


MODELS: dict[str, Callable[[Subject], Iterator[Note]]] = {
    "account.move": _invoices,
    "hr.employee": _employees,
    "stock.quant": _counts,
}
# What has to be asked besides.
ASKING: dict[str, Callable[[Subject], Questions[list[Note]]]] = {
    "account.move": _locked,
    "res.partner": _contacts,
}
