"""What cannot go out at all, as notes: what `problems` says, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.flow.checks.notes import ERROR, Note
from odoo_widgets.flow.findings import findings
from odoo_widgets.flow.limits import limits_of
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.records import columns
from odoo_widgets.flow.shape import shape

if TYPE_CHECKING:
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source


def notes(source: Source, settings: Settings) -> list[Note]:
    """What keeps a frame from being sent."""
    if told := [*shape(source.frame, settings)]:
        return [Note(ERROR, each) for each in told]
    of_cells = [
        Note(ERROR, _sentence(found.sentence), "", column.name, column.field, found.rows, found.lines)
        for column in columns(source, settings)
        for found in findings(column.cells(source.frame), column, limits_of(settings))
    ]
    # These say the same of the first row, in other words.
    said = tuple(f"Column {note.column!r}, row " for note in of_cells)
    return [*(Note(ERROR, each) for each in problems(source, settings) if not each.startswith(said)), *of_cells]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
