"""Lines of documents beside what Odoo holds: the cells of lines that differ, and the lines that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from odoo_widgets.flow import keying
from odoo_widgets.flow.asking import asked_fields, page, question
from odoo_widgets.flow.comparing import differing
from odoo_widgets.flow.documents import OF_LINES, line_ids, lines_of
from odoo_widgets.flow.fetching import told
from odoo_widgets.flow.matching import names_of
from odoo_widgets.flow.operations import GET_METADATA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.model import Field
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source
    from odoo_widgets.flow.values import Column

# What differs: the name, such as `order_line[0].price_unit`, and the value in Odoo and in the frame.
Differing: TypeAlias = "tuple[str, Any, Any]"
# Lines to ask about at once.
BLOCK = 1_000


def compared(columns: Sequence[Column], fields: Mapping[str, Field], settings: Settings) -> list[str]:
    """The fields whose lines can be told from each other in Odoo: with a key, each has an external ID."""
    lined = [column.field for column in columns if column.lines and settings.key]
    return [name for name in lined if fields[name].type == OF_LINES]


def line_differences(
    source: Source, settings: Settings, field: Field, records: Mapping[int, dict[str, Any]], held: Mapping[int, Any]
) -> Questions[dict[int, list[Differing]]]:
    """What differs in the lines of one field.

    Args:
        source: The frame.
        settings: How it would be sent, with a key.
        field: The field that has the lines.
        records: The position of each row whose record is there, to the row as it would go out.
        held: The same positions to the ids of the lines that the record has.

    Returns:
        The position of each row to what differs, in the order of its lines.
    """
    inside = yield from asked_fields(field.relation)
    every = sorted({each for ids in held.values() for each in ids or ()})
    owned: dict[int, str] = {}
    cells: dict[int, dict[str, Any]] = {}
    sent = {
        each
        for record in records.values()
        for line in lines_of(record, [field.name]).get(field.name, ())
        for each in line
    }
    names = sorted(sent & inside.keys())
    for start in range(0, len(every), BLOCK):
        some = every[start : start + BLOCK]
        answer = yield question(field.relation, GET_METADATA, ids=some)
        owned |= names_of(answer) or {}
        answer = yield page(field.relation, [["id", "in", some]], names)
        cells |= {each["id"]: each for each in told(field.relation, answer, names)}
    keys = keying.keys(source.frame, keying.columns(source, settings)) or []
    found: dict[int, list[Differing]] = {}
    for row, record in records.items():
        lines = lines_of(record, [field.name]).get(field.name, [])
        own = {owned.get(each, ""): each for each in held.get(row) or ()}
        wanted = line_ids(settings.endpoint.model, keys[row], field.name, lines, settings.line_key)
        found[row] = []
        for place, (line, external) in enumerate(zip(lines, wanted, strict=True)):
            there = cells.get(own.get(external, 0))
            name = f"{field.name}[{place}]"
            if there is None:
                found[row].append((name, None, line))
                continue
            known = {each: value for each, value in line.items() if each in inside}
            found[row] += [
                (f"{name}.{each}", value, line[each]) for each, value in differing(known, there, inside).items()
            ]
    return found
