"""What is checked: a frame as it would go out, column by column with each value once, beside the model's fields."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from odoo_widgets.flow.choices import UPDATE, UPSERT
from odoo_widgets.flow.kinds import cell_kind, is_missing, kind
from odoo_widgets.flow.model import Field, Fields
from odoo_widgets.flow.records import columns, nested
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.values import Column, Values, values

if TYPE_CHECKING:
    from collections.abc import Collection

# The operations that make records, and those that change them.
MAKE, CHANGE = ("create", "load", "POST"), ("write", "PUT", "PATCH")


@attrs.frozen(eq=False)
class Distinct:
    """A column's values as they go out, each once; told apart as soon as somebody asks for them.

    Attributes:
        source: The frame that the column is of.
        column: The column.
    """

    source: Source
    column: Column

    @cached_property
    def values(self) -> list[Any]:
        """The values."""
        return self._held[0]

    @cached_property
    def codes(self) -> np.ndarray[Any, Any]:
        """For each row the place of its value among `values`; -1 where the cell is missing."""
        codes, _ = self.source.groups(self.column.position)
        return np.where(np.isin(codes, self._held[1]), -1, codes)

    @cached_property
    def _held(self) -> Values:
        cells = self.column.cells(self.source.frame.iloc[self.source.firsts(self.column.position)])
        return nested(cells, self.column) if self.column.lines else values(cells, self.column)

    @cached_property
    def sorts(self) -> frozenset[str]:
        """What its cells are, by the names of `kinds`."""
        cells = self.column.cells(self.source.frame)
        if (of_column := kind(cells.dtype)) != "object":
            return frozenset({of_column})
        return frozenset(map(cell_kind, set(map(type, cells[~is_missing(cells)].tolist()))))

    def within(self, first: int, last: int) -> bool:
        """Whether a column of whole numbers holds none outside of some."""
        cells = self.column.cells(self.source.frame).dropna()
        return not len(cells) or bool(first <= cells.min() and cells.max() <= last)

    def rows(self, places: Collection[int]) -> np.ndarray[Any, Any]:
        """The rows that hold one of the values at some places."""
        return np.flatnonzero(np.isin(self.codes, list(places)))

    @property
    def missing(self) -> np.ndarray[Any, Any]:
        """The rows whose cell is missing; a cell without any line is, too."""
        if self.column.lines:
            return np.flatnonzero(self.codes < 0)
        return np.flatnonzero(is_missing(self.column.cells(self.source.frame)))

    def of_rows(self) -> list[Any]:
        """The value of each row; None where it is missing."""
        return [None if code < 0 else self.values[code] for code in self.codes.tolist()]


@attrs.frozen
class Subject:
    """What is checked.

    Attributes:
        source: The frame.
        settings: How it would go out.
        fields: The model's fields that the user may see.
        sent: The columns of the payload, by the field that they fill.
        looked_up: For each field that is looked up, the ids that were just found, archived ones told.
        unfit: The fields of columns that cannot go out as they are, which has been told; those of lines as paths.
        inverse: For lines, the field that leads back to their document, of which they inherit nothing.
        above: The rows whose parents other rows are, with these.
        has_key: Whether new records are made by a key, which goes through `load`; lines are as their documents.
    """

    source: Source
    settings: Settings
    fields: Fields
    sent: dict[str, Distinct]
    looked_up: Mapping[str, frozenset[int]] = attrs.field(factory=dict)
    unfit: frozenset[str] = frozenset()
    inverse: str = ""
    above: Mapping[int, int] = attrs.field(factory=dict)
    has_key: bool = attrs.field(
        default=attrs.Factory(lambda self: bool(self.settings.key), takes_self=True), kw_only=True
    )

    @property
    def model(self) -> str:
        """The model."""
        return self.settings.endpoint.model

    @property
    def makes(self) -> bool:
        """Whether rows become new records, all of them or those that have none."""
        if self.settings.key:
            return self.settings.when_found != UPDATE
        return self.settings.endpoint.operation in MAKE or self.settings.mode == "upsert"

    @property
    def changes(self) -> bool:
        """Whether rows change records that are there, all of them or those that have one."""
        return self.settings.endpoint.operation in CHANGE or self.settings.when_found in (UPDATE, UPSERT)

    @property
    def imports(self) -> bool:
        """Whether Odoo's own import reads the cells, which are text."""
        return self.settings.endpoint.operation == "load"

    def field(self, name: str) -> Field | None:
        """The field that a column fills, whatever stands behind a stroke; None where there is none."""
        return self.fields.get(name.partition("/")[0])

    @property
    def inherited(self) -> dict[str, str]:
        """The fields that are another record's, by the field that leads there: those of `_inherits`.

        They look computed, and are written: into the record that this one leads to (Odoo 19.0, odoo/orm/models.py).
        """
        found = {name: _link(field, self.fields) for name, field in self.fields.items()}
        return {name: link for name, link in found.items() if link not in ("", self.inverse)}


def _link(field: Field, fields: Fields) -> str:
    leads = fields.get(field.through)
    return field.through if leads is not None and leads.type == "many2one" and leads.required else ""


def subject(
    source: Source,
    settings: Settings,
    fields: Fields,
    without: Collection[str] = (),
    *,
    looked_up: Mapping[str, frozenset[int]] | None = None,
) -> Subject:
    """A frame as it is checked.

    Args:
        source: The frame.
        settings: How it would go out.
        fields: The model's fields that the user may see.
        without: The columns that cannot go out as they are.
        looked_up: For each field that is looked up, the ids that were just found.
    """
    every = columns(source, settings)
    sent = {column.field: Distinct(source, column) for column in every if column.name not in without}
    unfit = {column.field.partition("/")[0] for column in every if column.name in without}
    unfit |= {
        f"{column.field}/{inner.field.partition('/')[0]}"
        for column in every
        for inner in column.lines
        if f"{column.name}/{inner.name}" in without
    }
    return Subject(source, settings, fields, sent, looked_up or {}, frozenset(unfit))


def outline(source: Source, settings: Settings, fields: Fields) -> Subject:
    """A frame's columns without their values: enough to tell which fields they fill."""
    bare = Source(source.frame.iloc[:0])
    sent = {column.field: Distinct(bare, column) for column in columns(source, settings)}
    return Subject(bare, settings, fields, sent)
