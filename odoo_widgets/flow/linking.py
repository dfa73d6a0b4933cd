"""The columns of a frame that say by a text which record is meant: which these are, by what, and among which records.

`country_id` takes the record's name, `country_id/code` its code, `x/id` an external ID, `x/.id` its id in the database.
A column of several records, such as tags, takes them as a list, or as a text with commas between. They replace those
that the field holds, or, with `add=["category_id"]`, are added to them. In the lines of documents columns are called
the same: `{"product_id/default_code": "DESK", "product_uom_qty": 2}`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from odoo_widgets.flow.kinds import cell_kind, is_missing, kind, plain
from odoo_widgets.flow.looks import EXTERNAL, NUMBER, Scope
from odoo_widgets.flow.matching import ACTIVE
from odoo_widgets.flow.model import TO_MANY, TO_ONE, Field
from odoo_widgets.flow.scopes import COMPANY, USE, fixed, like_row
from odoo_widgets.flow.source import Source, once
from odoo_widgets.flow.within import Table, path_of, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.values import Column

MANY, LINES = "many2many", "one2many"
# A column that is called like a link to other records (Odoo's coding guidelines), and those that are none all the same.
CALLED_LINK, NO_LINKS = re.compile(r"\w+_ids?"), ("res_id",)
DISPLAY, WHOLE = "display_name", "complete_name"
# What has to be known of a model that is looked into, beside the field that is compared.
TOLD = ("name", DISPLAY, WHOLE, ACTIVE, COMPANY, "country_id", USE)


@attrs.frozen
class Link:
    """A column whose cells say which records its field leads to.

    Attributes:
        table: The frame, or the lines that the column is of.
        column: Its name in the frame; in lines a path, such as `order_line/product_id`.
        position: Its place in the table, from 0.
        field: The field that it fills.
        by: The field of the records that the cells are compared with; `id` for external IDs, `.id` for ids.
        told: Whether the column says itself by what.
        like_row: The fields that the records and the row must have in common.
        fixed: What else the records must hold.
    """

    table: Table = attrs.field(repr=False)
    column: str
    position: int
    field: Field
    by: str
    told: bool = True
    like_row: tuple[str, ...] = ()
    fixed: Scope = ()

    @property
    def path(self) -> str:
        """The field, from the frame's own on: `order_line/product_id`."""
        return f"{self.table.field}/{self.field.name}" if self.table.field else self.field.name

    @property
    def many(self) -> bool:
        """Whether a cell may lead to several records."""
        return self.field.type in TO_MANY


@once
def may_link(source: Source, settings: Settings) -> tuple[str, ...]:
    """The columns that may be such, as far as can be told from the frame alone."""
    return tuple(name for table in tables(source, settings) for name in may_link_in(table, settings))


def may_link_in(table: Table, settings: Settings) -> list[str]:
    """The columns of a table that may be such; see `may_link`."""
    loads, takes = _loads(table, settings), _takes_ids(table, settings)

    def may(column: Column) -> bool:
        if path := path_of(column):
            return not (takes and path in (EXTERNAL, NUMBER))
        links = CALLED_LINK.fullmatch(column.field) and column.field not in NO_LINKS
        # For `load`, a number is a name too.
        return bool(links) and not column.lines and (loads or _has_texts(table.source, column.position))

    return [table.path(str.__str__(column.name)) for column in table.columns if may(column)]


def lines(source: Source, settings: Settings, server: Server) -> tuple[str, ...]:
    """The columns of `load` that lead into lines, once it is known which fields are lines."""
    fields = server.fields.get(settings.endpoint.model, {})
    own = tables(source, settings)[:1] if settings.endpoint.operation == "load" else ()
    bases = {column: fields.get(column.field.partition("/")[0]) for table in own for column in table.columns}
    return tuple(
        column.name
        for column, field in bases.items()
        if field is not None and field.type == LINES and path_of(column) not in ("", EXTERNAL, NUMBER)
    )


def bases(source: Source, settings: Settings, server: Server) -> dict[str, list[str]]:
    """The fields that have to be known to tell which columns are such, by the model that they are of."""
    names: dict[str, list[str]] = {}
    for table in tables(source, settings):
        found = names.setdefault(table.model(settings, server), [])
        found += [base for column in table.columns if (base := column.field.partition("/")[0]) not in found]
    names.pop("", None)
    return names


def links(source: Source, settings: Settings, server: Server) -> tuple[Link, ...]:
    """The columns whose cells are looked up, those first that say among which records others are.

    Args:
        source: The bound frame.
        settings: What it is sent with.
        server: The fields of the model, and of the models that these lead to.
    """
    own, *inside = tables(source, settings) or (None,)
    found = [link for table in (own, *inside) if table for link in _links(table, own, settings, server)]
    return tuple(sorted(found, key=lambda link: bool(link.like_row)))


def _links(table: Table, own: Table | None, settings: Settings, server: Server) -> Iterator[Link]:
    model = table.model(settings, server)
    fields = server.fields.get(model, {})
    filled = {column.field.partition("/")[0] for each in (table, own) if each for column in each.columns}
    loads, takes = _loads(table, settings), _takes_ids(table, settings)
    for column in table.columns:
        field, path = fields.get(column.field.partition("/")[0]), path_of(column)
        types = (*TO_ONE, MANY, *((LINES,) if loads and not path else ()))
        deeper = "/" in column.field and not path
        if deeper or column.lines or field is None or field.type not in types or not field.relation:
            continue
        # `load` takes any name for what it guesses.
        if (path in (EXTERNAL, NUMBER) and takes) or not (
            path or loads or _names(table.source, column.position, field)
        ):
            continue
        known = server.fields.get(field.relation, {})
        by_number = path in (EXTERNAL, NUMBER)
        yield Link(
            table,
            table.path(str.__str__(column.name)),
            column.position,
            field,
            path or called(known),
            bool(path),
            () if by_number else like_row(model, field, known, filled),
            () if by_number else fixed(model, field),
        )


def called(fields: Fields) -> str:
    """The field that a model's records are called by.

    What a record is shown as is computed from it last, unless a model has its own way (Odoo 19.0, odoo/orm/models.py,
    `_compute_display_name`).
    """
    shown = fields.get(DISPLAY)
    depends = shown.depends if shown is not None else ()
    if WHOLE in fields and any(each.endswith(f".{WHOLE}") for each in depends):
        # As places in a warehouse are: by the names of all that they are in.
        return WHOLE
    last = depends[-1] if depends else ""
    return last if last and "." not in last else "name" if "name" in fields else DISPLAY


def _loads(table: Table, settings: Settings) -> bool:
    """Whether cells go out as they are to `load`. Lines go there too where they have a key, as ids."""
    return settings.endpoint.operation == "load" and table.lines is None


def _takes_ids(table: Table, settings: Settings) -> bool:
    """Whether what is sent to takes ids and external IDs under the paths that say so: `load`, and add-ons like it."""
    return _loads(table, settings) or settings.endpoint.protocol == "rest"


def _has_texts(source: Source, position: int) -> bool:
    # Numbers and times hold none, however many there are.
    if kind(source.frame.dtypes.iloc[position]) in ("boolean", "integer", "float", "moment"):
        return False
    return any(map(_texts_in, distinct_cells(source, position)))


def _names(source: Source, position: int, field: Field) -> bool:
    """Whether cells hold names. Where all are digits, they are ids, as Odoo reads them; but never in a list's text."""
    texts = [text for cell in distinct_cells(source, position) for text in _texts_in(cell)]
    return bool(texts) and (field.type == MANY or not all(text.isascii() and text.isdigit() for text in texts))


def _texts_in(cell: Any) -> list[str]:
    several = cell if isinstance(cell, list | tuple) or (isinstance(cell, np.ndarray) and cell.ndim) else [cell]
    return [each for each in several if isinstance(each, str) and each]


def distinct_cells(source: Source, position: int) -> list[Any]:
    """The cells of a column, each once, by the number of its group; None for those that are missing."""
    cells = plain(source.frame.iloc[source.firsts(position), position])
    missing = is_missing(cells)
    return [None if gone else _plain(cell) for cell, gone in zip(cells.tolist(), missing.tolist(), strict=True)]


def _plain(cell: Any) -> Any:
    """A cell as it is compared: pandas turns whole numbers into floats as soon as one is missing."""
    kind = cell_kind(type(cell))
    if kind == "integer" or (kind == "float" and float(cell).is_integer()):
        return int(cell)
    if kind == "text":
        return str.__str__(cell)
    if kind == "nested" and not isinstance(cell, dict):
        return [_plain(each) for each in cell]
    return cell
