"""What Odoo lets only one record have: barcodes of products, badges of employees, logins of users.

No schema says it (Odoo 19.0, addons/product/models/product_product.py, `_check_barcode_uniqueness`;
addons/hr/models/hr_employee.py and odoo/addons/base/models/res_users.py, their unique constraints).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.flow.asking import SEARCH_READ, page, question
from odoo_widgets.flow.checks.notes import ERROR, Note, found
from odoo_widgets.flow.checks.parents import records_there
from odoo_widgets.flow.choices import CREATE
from odoo_widgets.flow.unsendable import shown

if TYPE_CHECKING:
    from collections.abc import Collection

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.checks.subject import Subject

# Model to the field; archived products keep no barcode from others.
SINGLE = {"product.product": "barcode", "product.template": "barcode", "hr.employee": "barcode", "res.users": "login"}
OF_ACTIVE = ("product.product", "product.template")
# Values to ask for at once.
MANY = 5_000


def single(subject: Subject) -> Questions[list[Note]]:
    """Values of several rows, and those that another record has."""
    name, settings = SINGLE.get(subject.model, ""), subject.settings
    held = subject.sent.get(name)
    # Each company has its own barcodes; a key's values are told of by themselves.
    if held is None or "company_id" in subject.sent or name in map(settings.field_of, settings.key):
        return []
    there = (yield from records_there(subject)) or [0] * len(subject.source)
    left = settings.when_found == CREATE
    values = {row: each for row, each in enumerate(held.of_rows()) if each and not (left and there[row])}
    first: dict[object, int] = {}
    again = [row for row, each in values.items() if first.setdefault(each, row) != row]
    owners = yield from _owners(subject.model, name, [str(each) for each in first])
    # Who gives its value away in the same frame may make room for another.
    giving = {there[row] for row, each in values.items() if there[row] not in owners.get(str(each), ())}
    taken = [row for row, each in values.items() if owners.get(str(each), set()) - giving - {there[row]}]
    notes = []
    for rows, problem in (
        (again, f"Rows above have the same {name}, which Odoo lets only one record have."),
        (taken, f"Another record of {subject.model} has this {name}, which Odoo lets only one have."),
    ):
        if rows:
            texts = found([*dict.fromkeys(shown(values[row]) for row in rows)])
            notes.append(Note(ERROR, problem + texts, "Correct or empty them.", held.column.name, name, rows))
    return notes


def _owners(model: str, name: str, values: Collection[str]) -> Questions[dict[str, set[int]]]:
    """The records that have some values, by these."""
    every, owners = [*values], dict[str, set[int]]()
    for start in range(0, len(every), MANY):
        domain = [[name, "in", every[start : start + MANY]]]
        if model in OF_ACTIVE:
            answer = yield question(model, SEARCH_READ, {"domain": domain, "fields": [name]}, by_name=True)
        else:
            answer = yield page(model, domain, [name])
        for each in answer if isinstance(answer, list) else ():
            owners.setdefault(str(each[name]), set()).add(each["id"])
    return owners
