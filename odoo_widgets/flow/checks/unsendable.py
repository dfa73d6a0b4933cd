"""What cannot go out at all, as notes: what `problems` says, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.flow import keying
from odoo_widgets.flow.checks.notes import ERROR, Note
from odoo_widgets.flow.findings import findings
from odoo_widgets.flow.limits import limits_of
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.records import columns
from odoo_widgets.flow.shape import shape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

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
    of_cells += _of_keys(source, settings, frozenset(note.column for note in of_cells))
    # These say the same of the first row, in other words.
    said = tuple(f"Column {note.column!r}, row " for note in of_cells)
    return [*(Note(ERROR, each) for each in problems(source, settings) if not each.startswith(said)), *of_cells]


def _of_keys(source: Source, settings: Settings, unfit: AbstractSet[str]) -> Iterator[Note]:
    """Keys that are empty, or those of several rows. What cannot be sent cannot be compared."""
    key = {column.position: column for column in keying.columns(source, settings)}
    if not unfit.isdisjoint(column.name for column in key.values()):
        return
    for position, found in keying.problems(source, settings, source.frame):
        yield Note(ERROR, _sentence(found.sentence), "", key[position].name, key[position].field, found.rows)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
