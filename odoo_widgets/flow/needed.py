"""What has to be asked before any row is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow import dicts, keying, records
from odoo_widgets.flow.calls import Call
from odoo_widgets.flow.documents import with_lines
from odoo_widgets.flow.matching import ACTIVE, STATE
from odoo_widgets.flow.methods import known, named
from odoo_widgets.flow.operations import OPERATIONS, ask_fields, ask_whose, log_in, operation
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.resolved import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from odoo_widgets.flow.model import Field
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source
    from odoo_widgets.flow.values import Column

# The operations whose columns are fields; `load` takes no dict, and a method's arguments are its own affair.
OF_FIELDS = ("create", "write")


def needed(source: Source, settings: Settings, server: Server, among: Sequence[int] | None = None) -> Iterator[Call]:
    """What has to be asked before any row is sent.

    Args:
        source: The bound frame, without problems.
        settings: What is to be made of it.
        server: What is known of the server.
        among: The positions of the rows to send; all if left out.

    Returns:
        Calls for no row; none where all is known. What they answer may be more than what was asked.
    """
    known = resolved(source, settings, server, among)
    source, settings = known.source, known.settings
    if PROTOCOLS[settings.endpoint.protocol].LOGS_IN and server.uid is None:
        yield Call(0, "", log_in())
    yield from (Call(0, settings.endpoint.model, ask_whose(name)) for name in _unsure(settings, server))
    columns = records.columns(source, settings) if operation(settings.endpoint.operation).takes_values else ()
    lined = [column for column in columns if column.lines]
    shapes = [*dicts.shaped(source, columns)] if settings.endpoint.operation in OF_FIELDS else []
    doubtful = [each.field for each in shapes if each.kind != dicts.LIST]
    if not settings.key and not settings.only_changes and not lined and not doubtful:
        return
    model = settings.endpoint.model
    cells, known_fields = keying.cells_of(source, settings), server.fields.get(model, {})
    # Without a key, all that has to be known is whether lists of dicts are lines, and dicts are taken.
    whole = settings.key or settings.only_changes
    some = columns if whole else lined
    names = list(dict.fromkeys([*cells, *(column.field for column in some), *doubtful]))
    # What does not fit is asked again: the answer says why nothing is sent.
    unfit = keying.missing_fields(names, known_fields) or keying.misread(cells, known_fields)
    if unfit or dicts.misshapen(shapes, known_fields):
        asked = [*names, *(each for each in (ACTIVE, *([STATE] if lined else [])) if each not in names)]
        yield Call(0, model, attrs.evolve(ask_fields(asked, wanted=names, cells=cells), shapes=shapes))
        return
    for column in lined:
        yield from _needed_inside(source, column, known_fields[column.field], settings, server)


def _needed_inside(source: Source, column: Column, field: Field, settings: Settings, server: Server) -> Iterator[Call]:
    """What has to be asked of the fields of lines. What only tells lines apart need be none."""
    if not with_lines([column.field], {column.field: field}) or not field.relation:
        return
    shapes = [*dicts.shaped_inside(source, column)]
    inside = [each.field for each in column.lines]
    # Without a key, all that has to be known is whether dicts are taken.
    names = inside if settings.key else [each.field for each in shapes if each.kind != dicts.LIST]
    wanted = [name for name in names if name not in settings.line_key]
    known_fields = server.fields.get(field.relation, {})
    if keying.missing_fields(wanted, known_fields) or dicts.misshapen(shapes, known_fields):
        yield Call(0, field.relation, attrs.evolve(ask_fields(names, wanted=wanted), shapes=shapes))


def _unsure(settings: Settings, server: Server) -> list[str]:
    """The methods to be called that nobody knows whose they are, over a protocol that would send their ids to either.

    JSON-2 refuses ids for a method of the model's own.
    """
    if not PROTOCOLS[settings.endpoint.protocol].LOGS_IN:
        return []
    model = settings.endpoint.model
    names = dict.fromkeys(name for name in named(settings) if name not in OPERATIONS)
    return [name for name in names if known(model, name) is None and f"{model}/{name}" not in server.of_records]
