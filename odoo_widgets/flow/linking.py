"""The columns of a frame that say by a text which record is meant: which these are, by what, and among which records.

`country_id` takes the record's name, `country_id/code` its code, `x/id` an external ID, `x/.id` its id in the database.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from odoo_widgets.flow import keying, records
from odoo_widgets.flow.kinds import cell_kind, is_missing, kind, plain
from odoo_widgets.flow.looks import EXTERNAL, NUMBER, Scope
from odoo_widgets.flow.matching import ACTIVE
from odoo_widgets.flow.model import TO_MANY, TO_ONE, Field
from odoo_widgets.flow.operations import OPERATIONS, VERBS, operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source
    from odoo_widgets.flow.values import Column

MANY, LINES = "many2many", "one2many"
# A column that is called like a link to other records (Odoo's coding guidelines), and those that are none all the same.
CALLED_LINK, NO_LINKS = re.compile(r"\w+_ids?"), ("res_id",)
# A field, and by what its records are found.
BY = re.compile(r"[a-z]\w*/(\.id|[a-z]\w*)", re.ASCII)
DISPLAY = "display_name"
COMPANY, TAXES, STATES, USE = "company_id", "account.tax", "res.country.state", "type_tax_use"
# Among which records a model's are looked up: those that hold the same as the row in these fields.
SAME_AS_ROW = {STATES: ("country_id",)}
# What a tax is for follows from the field that it stands in (each field's own domain, in Odoo 19.0's sale, purchase
# and account modules).
USES = {
    ("product.template", "taxes_id"): "sale",
    ("product.product", "taxes_id"): "sale",
    ("product.template", "supplier_taxes_id"): "purchase",
    ("product.product", "supplier_taxes_id"): "purchase",
    ("sale.order.line", "tax_ids"): "sale",
    ("sale.order.line", "tax_id"): "sale",
    ("purchase.order.line", "tax_ids"): "purchase",
    ("purchase.order.line", "taxes_id"): "purchase",
}
# What has to be known of a model that is looked into, beside the field that is compared.
TOLD = ("name", DISPLAY, ACTIVE, COMPANY, "country_id", USE)


@attrs.frozen
class Link:
    """A column whose cells say which records its field leads to.

    Attributes:
        column: Its name in the frame.
        position: Its place there, from 0.
        field: The field that it fills.
        by: The field of the records that the cells are compared with; `id` for external IDs, `.id` for ids.
        told: Whether the column says itself by what.
        like_row: The fields that the records and the row must have in common.
        fixed: What else the records must hold.
    """

    column: str
    position: int
    field: Field
    by: str
    told: bool = True
    like_row: tuple[str, ...] = ()
    fixed: Scope = ()

    @property
    def many(self) -> bool:
        """Whether a cell may lead to several records."""
        return self.field.type in TO_MANY


def may_link(source: Source, settings: Settings) -> tuple[str, ...]:
    """The columns that may be such, as far as can be told from the frame alone."""
    loads, takes = settings.endpoint.operation == "load", _takes_ids(settings)

    def may(column: Column) -> bool:
        if path := _path(column):
            return not (takes and path in (EXTERNAL, NUMBER))
        links = CALLED_LINK.fullmatch(column.field) and column.field not in NO_LINKS
        # For `load`, a number is a name too.
        return bool(links) and (loads or _has_texts(source, column.position))

    return tuple(column.name for column in _columns(source, settings) if may(column))


def lines(source: Source, settings: Settings, server: Server) -> tuple[str, ...]:
    """The columns of `load` that lead into lines, once it is known which fields are lines."""
    fields = server.fields.get(settings.endpoint.model, {})
    columns = _columns(source, settings) if settings.endpoint.operation == "load" else ()
    bases = {column: fields.get(column.field.partition("/")[0]) for column in columns}
    return tuple(
        column.name
        for column, field in bases.items()
        if field is not None and field.type == LINES and _path(column) not in ("", EXTERNAL, NUMBER)
    )


def bases(source: Source, settings: Settings) -> list[str]:
    """The fields that have to be known to tell which columns are such."""
    return list(dict.fromkeys(column.field.partition("/")[0] for column in _columns(source, settings)))


def links(source: Source, settings: Settings, server: Server) -> tuple[Link, ...]:
    """The columns whose cells are looked up, those first that say among which records others are.

    Args:
        source: The bound frame.
        settings: What it is sent with.
        server: The fields of the model, and of the models that these lead to.
    """
    found = tuple(_links(source, settings, server))
    return tuple(sorted(found, key=lambda link: bool(link.like_row)))


def _links(source: Source, settings: Settings, server: Server) -> Iterator[Link]:
    target = settings.endpoint
    fields = server.fields.get(target.model, {})
    columns = _columns(source, settings)
    filled = {column.field.partition("/")[0] for column in columns}
    loads, takes = target.operation == "load", _takes_ids(settings)
    for column in columns:
        field, path = fields.get(column.field.partition("/")[0]), _path(column)
        types = (*TO_ONE, MANY, *((LINES,) if loads and not path else ()))
        deeper = "/" in column.field and not path
        if deeper or field is None or field.type not in types or not field.relation:
            continue
        # `load` takes any name for what it guesses.
        if (path in (EXTERNAL, NUMBER) and takes) or not (path or loads or _names(source, column.position, field)):
            continue
        known = server.fields.get(field.relation, {})
        like = (*SAME_AS_ROW.get(field.relation, ()), *([COMPANY] if COMPANY in known else []))
        use = USES.get((target.model, field.name)) if field.relation == TAXES else None
        by_number = path in (EXTERNAL, NUMBER)
        yield Link(
            str.__str__(column.name),
            column.position,
            field,
            path or called(known),
            bool(path),
            () if by_number else tuple(name for name in like if name in filled and name != field.name),
            ((USE, use),) if use and not by_number else (),
        )


def called(fields: Fields) -> str:
    """The field that a model's records are called by.

    What a record is shown as is computed from it last, unless a model has its own way (Odoo 19.0, odoo/orm/models.py,
    `_compute_display_name`).
    """
    shown = fields.get(DISPLAY)
    last = shown.depends[-1] if shown is not None and shown.depends else ""
    return last if last and "." not in last else "name" if "name" in fields else DISPLAY


def _takes_ids(settings: Settings) -> bool:
    """Whether what is sent to takes ids and external IDs under the paths that say so: `load`, and add-ons like it."""
    return settings.endpoint.operation == "load" or settings.endpoint.protocol == "rest"


def _columns(source: Source, settings: Settings) -> tuple[Column, ...]:
    name = settings.endpoint.operation
    if not (name in OPERATIONS or name in VERBS) or not operation(name).takes_values:
        return ()
    columns = {
        column.position: column
        for column in (*records.columns(source, settings), *keying.columns(source, settings))
        if isinstance(column.name, str)
    }
    rest = settings.endpoint.protocol == "rest"
    # What an add-on makes of a name is its own affair; a path says what is meant.
    return tuple(column for _, column in sorted(columns.items()) if not rest or _path(column))


def _path(column: Column) -> str:
    """By what a column says that its records are found; empty where it does not."""
    found = BY.fullmatch(column.field)
    return found[1] if found else ""


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
