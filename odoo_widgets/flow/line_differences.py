"""Lines of documents beside what Odoo holds: the cells of lines that differ, and the lines that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from odoo_widgets.flow import keying
from odoo_widgets.flow.asking import asked_fields
from odoo_widgets.flow.choices import KEEP, REPLACE
from odoo_widgets.flow.comparing import differing
from odoo_widgets.flow.documents import OF_LINES, lines_of
from odoo_widgets.flow.holding import holding, shown
from odoo_widgets.flow.lines_there import by_key, owners
from odoo_widgets.flow.matching import is_own

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.model import Field
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source
    from odoo_widgets.flow.values import Column

# What differs: the name, such as `order_line[0].price_unit`, and the value in Odoo and in the frame.
Differing: TypeAlias = "tuple[str, Any, Any]"


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
        The position of each row to what differs, in the order of its lines; last, under the name of the field, the ids
        of lines that would be deleted.
    """
    inside = yield from asked_fields(field.relation)
    every = sorted({each for ids in held.values() for each in ids or ()})
    owned = yield from owners(field.relation, every)
    lines = {row: lines_of(record, [field.name]).get(field.name, []) for row, record in records.items()}
    names = sorted({each for some in lines.values() for line in some for each in line} & inside.keys())
    cells = yield from holding(field.relation, every, {name: inside[name] for name in names})
    keys = keying.keys(source.frame, keying.columns(source, settings)) or []
    found: dict[int, list[Differing]] = {}
    for row, some in lines.items():
        there = {each: owned.get(each, "") for each in held.get(row) or ()}
        found[row] = []
        if settings.lines == KEEP and not all(map(is_own, there.values())):
            # With lines of others, a send leaves all of them as they are.
            continue
        numbers = by_key(settings, field.name, keys[row], some, there)
        for place, (line, number) in enumerate(zip(some, numbers, strict=True)):
            name = f"{field.name}[{place}]"
            if number not in cells.cells:
                found[row].append((name, None, line))
                continue
            known = {each: value for each, value in line.items() if each in inside}
            differs = differing(known, cells.cells[number], inside, cells.decimals_of(number))
            found[row] += [
                (f"{name}.{each}", shown(inside[each], value), line[each]) for each, value in differs.items()
            ]
        if some and settings.lines == REPLACE and (others := [each for each in there if each not in numbers]):
            found[row].append((field.name, others, None))
    return found
