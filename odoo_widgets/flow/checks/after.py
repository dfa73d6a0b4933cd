"""What is done after the rows, before anything goes: fields of totals, figures that are none, columns written again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.flow.checks.notes import ERROR, NOTE, WARNING, Note, found
from odoo_widgets.flow.methods import known
from odoo_widgets.flow.model import NUMBERS
from odoo_widgets.flow.naming import did_you_mean, meant
from odoo_widgets.flow.records import written_again
from odoo_widgets.flow.steps import WRITE
from odoo_widgets.flow.totals import expected, number
from odoo_widgets.flow.unsendable import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.checks.subject import Subject


def steps(subject: Subject) -> Questions[list[Note]]:
    """What keeps steps from being run, or rows from getting any."""
    yield from ()
    return [*_totals(subject), *_columns(subject), *_methods(subject)]


def _totals(subject: Subject) -> Iterator[Note]:
    settings = subject.settings
    for name, cells in expected(subject.source, settings).items():
        column, field = settings.expect[name], subject.fields.get(name)
        if field is None:
            yield _unknown(subject, name, column, "Correct expect: no total could be compared, and no step would run.")
            continue
        wrong = [row for row, cell in enumerate(cells) if cell is not None and number(cell) is None]
        if field.type in NUMBERS and wrong:
            values = found([shown(cells[row]) for row in wrong])
            problem = f"These are no figures, so no total agrees with them.{values}"
            yield Note(ERROR, problem, "Correct them.", column, name, wrong)
        if missing := [row for row, cell in enumerate(cells) if cell is None]:
            problem = "Rows without a figure get none of the steps: there is nothing to compare with."
            yield Note(WARNING, problem, "Fill them, or leave expect out.", column, name, missing)


def _columns(subject: Subject) -> Iterator[Note]:
    again = {name for step in subject.settings.steps for name in step.columns}
    for column in written_again(subject.source, subject.settings):
        if column.name in again and column.field not in subject.fields:
            yield _unknown(subject, column.field, column.name, "Correct then, or say which field it is in fields.")


def _unknown(subject: Subject, name: str, column: str, advice: str) -> Note:
    labels = {each: field.label for each, field in subject.fields.items()}
    problem = f"{subject.model} has no field {name!r} that this user may see.{did_you_mean(meant(name, labels))}"
    return Note(ERROR, problem, advice, column, name)


def _methods(subject: Subject) -> Iterator[Note]:
    methods = [step.method for step in subject.settings.steps if step.method != WRITE]
    if unread := [name for name in dict.fromkeys(methods) if known(subject.model, name) is None]:
        problem = f"What {' and '.join(unread)} does cannot be read, so it is called on each record once only."
        yield Note(NOTE, problem, "Look at the records afterwards.")
