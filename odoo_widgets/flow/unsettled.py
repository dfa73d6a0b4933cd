"""Values that lead to no record, or to several, as sentences: for a check, and for a send that is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow.answering import NO_FIELD, NO_ID, NO_TEXT, NONE, REFUSED, SEVERAL, Linked, Want, linked
from odoo_widgets.flow.linking import lines
from odoo_widgets.flow.looks import EXTERNAL, scope_text
from odoo_widgets.flow.problems import row_name
from odoo_widgets.flow.shape import NO_LINES
from odoo_widgets.flow.unsendable import shown
from odoo_widgets.flow.waves import waves

if TYPE_CHECKING:
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

# Values that a sentence names.
FEW = 3
CIRCLE = "circle"
SETTLE = "Correct them, or settle them once: destination.lookups(df, me), then destination.settled(…)."


@attrs.frozen
class Unsettled:
    """What is wrong with some values of a column.

    Attributes:
        column: The column.
        state: What it is; see `answering.WRONG`.
        rows: The positions of the rows.
        wants: The values.
        problem: What is wrong, as a sentence, with the first of them.
        advice: What to do.
    """

    column: Linked
    state: str
    rows: Sequence[int]
    wants: list[Want]
    problem: str
    advice: str


def unsettled(columns: Sequence[Linked]) -> list[Unsettled]:
    """What keeps columns that are looked up from being sent: one for each column and kind of thing."""
    return [
        Unsettled(each, state, each.rows(wants).tolist(), wants, f"{say(each)}{_found(each, wants)}", advice)
        for each in columns
        for state, (say, advice) in SAID.items()
        if (wants := each.of(state))
    ]


def circles(
    source: Source, settings: Settings, columns: Sequence[Linked], rows: Sequence[int] | None = None
) -> list[Unsettled]:
    """The rows that lead to each other in a circle, so that none of them can be the first."""
    parted = waves(source, settings, columns, rows)
    if not parted.circle:
        return []
    column = parted.parents[0][0]
    there = column.codes[list(parted.circle)]
    wants = dict.fromkeys(part for code in there[there >= 0] for part in column.cells[code][1] or ())
    found = [want for want in wants if isinstance(want, Want)]
    problem = f"these rows lead to each other in a circle, so that none can be the first.{_found(column, found)}"
    return [Unsettled(column, CIRCLE, list(parted.circle), found, problem, "Correct or empty one of them.")]


def refusals(source: Source, settings: Settings, server: Server, rows: Sequence[int] | None = None) -> tuple[str, ...]:
    """Why a frame cannot be sent; see `unsettled`.

    Args:
        source: The bound frame.
        settings: What it is sent with.
        server: What was found.
        rows: The only rows that count; all if left out.
    """
    said = [NO_LINES.format(name) for name in lines(source, settings, server)]
    columns = linked(source, settings, server, rows)
    for each in (*unsettled(columns), *circles(source, settings, columns, rows)):
        there = each.rows
        more = f", and {len(there) - 1:,} more row{'s' if len(there) > 2 else ''}" if len(there) > 1 else ""  # noqa: PLR2004
        where = f"{_first(source, each)}{more}"
        said.append(f"Column {each.column.link.column!r}, {where}: {each.problem} {each.advice}")
    return tuple(said)


def _first(source: Source, each: Unsettled) -> str:
    """The first row, with the line in it where the column is one of lines."""
    name = row_name(source, int(each.rows[0]))
    lines = each.column.lines(each.wants)
    return f"{name}{lines[0].removeprefix(f'row {each.rows[0]}')}" if lines else name


def _found(column: Linked, wants: Sequence[Want]) -> str:
    texts = [_text(column, want) for want in wants[:FEW]]
    left = len(wants) - FEW
    return f" Found: {', '.join(texts)}{f' and {left:,} more values' if left > 0 else ''}."


def _text(column: Linked, want: Want) -> str:
    """A value, among which records, and which ones it may be."""
    answer = column.answers[want]
    scope = f" (where {scope_text(want.scope)})" if want.scope else ""
    several = ", ".join(f"{each.name} {each.id}{'' if each.active else ' archived'}" for each in answer.matches[:FEW])
    more = ", …" if len(answer.matches) > FEW else ""
    return f"{shown(want.value)}{scope}{f' is {several}{more}' if len(answer.matches) > 1 else ''}"


def by_what(column: Linked) -> str:
    """By what a column's records are looked up, in words."""
    return "external ID" if column.link.by == EXTERNAL else column.link.by


def _none(column: Linked) -> str:
    return f"no record of {column.link.field.relation} with this {by_what(column)}, archived ones included."


def _several(column: Linked) -> str:
    return f"several records of {column.link.field.relation} with this {by_what(column)}."


def _refused(column: Linked) -> str:
    said = next(answer.said for answer in column.answers.values() if answer.state == REFUSED)
    return f"{column.link.field.relation} could not be looked into. {said}"


def _no_field(column: Linked) -> str:
    return f"{column.link.field.relation} has no field {column.link.by!r} that this user may see."


def _no_id(column: Linked) -> str:
    return f"these are no ids of {column.link.field.relation}, which the column is said to hold."


def _no_text(column: Linked) -> str:
    return (
        f"these are numbers, and {by_what(column)} of {column.link.field.relation} is text: 00123 read as 123 would "
        "find no record, or another."
    )


SAID = {
    NONE: (_none, SETTLE),
    SEVERAL: (_several, SETTLE),
    REFUSED: (_refused, "Use a key that may, or send ids."),
    NO_FIELD: (_no_field, "Say by which field: name the column like country_id/code, or use the setting fields."),
    NO_ID: (_no_id, "Correct them."),
    NO_TEXT: (_no_text, "Read the column as text: dtype={'…': str}."),
}
