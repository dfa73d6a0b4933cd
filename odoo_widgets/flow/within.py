"""Where cells lead to records: in the rows of a frame, and in the lines of its documents, each a table of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from odoo_widgets.flow import keying, records
from odoo_widgets.flow.documents import OF_LINES
from odoo_widgets.flow.lines import Lines
from odoo_widgets.flow.operations import OPERATIONS, VERBS, operation
from odoo_widgets.flow.source import Source, once
from odoo_widgets.flow.values import Column

if TYPE_CHECKING:
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings

# A field, and by what its records are found.
BY = re.compile(r"[a-z]\w*/(\.id|[a-z]\w*)", re.ASCII)


@attrs.frozen(eq=False)
class Table:
    """Rows whose cells lead to records.

    Attributes:
        source: The frame, or the lines of one of its columns, one row for each.
        columns: The columns that may lead somewhere.
        column: For lines, the column that they stand in; empty for the frame itself.
        position: The place of that column in the frame; -1 for the frame itself.
        field: The field that has the lines.
        lines: Which row each line belongs to; None for the frame itself.
    """

    source: Source
    columns: tuple[Column, ...]
    column: str = ""
    position: int = -1
    field: str = ""
    lines: Lines | None = None

    def model(self, settings: Settings, server: Server) -> str:
        """The model that its rows become records of; empty where it is not known."""
        own = settings.endpoint.model
        if self.lines is None:
            return own
        above = server.fields.get(own, {}).get(self.field)
        return above.relation if above is not None and above.type == OF_LINES else ""

    def is_read(self, settings: Settings, server: Server) -> bool:
        """Whether it is known which of its columns lead to records."""
        known = server.fields.get(settings.endpoint.model, {})
        # A list of dicts may be meant otherwise: properties are such lists.
        return self.model(settings, server) in (*server.fields, *([""] if self.field in known else []))

    def path(self, name: str) -> str:
        """A column or a field of it, as the settings name it: `order_line/product_id`."""
        return f"{self.column}/{name}" if self.column else name

    def above(self, places: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The rows of the frame that some of its rows belong to, in order, each once."""
        return places if self.lines is None else self.lines.cells(places)

    def of_rows(self, cells: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """For each of its rows what stands in the frame's row that it belongs to."""
        if self.lines is None:
            return cells
        found: np.ndarray[Any, Any] = cells[self.lines.of(range(len(self.source)))]
        return found

    def among(self, rows: np.ndarray[Any, Any] | None) -> np.ndarray[Any, Any] | None:
        """Its rows that belong to some rows of the frame; None for all."""
        if rows is None or self.lines is None:
            return rows
        found: np.ndarray[Any, Any] = np.flatnonzero(np.isin(self.lines.of(range(len(self.source))), rows))
        return found


@once
def tables(source: Source, settings: Settings) -> tuple[Table, ...]:
    """The frame, and then the lines of each of its columns that has some.

    Args:
        source: The bound frame.
        settings: What it is sent with.
    """
    name = settings.endpoint.operation
    if not (name in OPERATIONS or name in VERBS) or not operation(name).takes_values:
        return ()
    columns = {
        column.position: column
        for column in (
            *records.columns(source, settings),
            *keying.columns(source, settings),
            *records.written_by_steps(source, settings),
        )
        if isinstance(column.name, str)
    }
    rest = settings.endpoint.protocol == "rest"
    # What an add-on makes of a name is its own affair; a path says what is meant.
    own = tuple(column for _, column in sorted(columns.items()) if not rest or path_of(column))
    return (Table(source, own), *(_inside(source, column) for column in own if column.lines))


def _inside(source: Source, column: Column) -> Table:
    found = source.lines(column.position)
    assert found is not None
    return Table(found[1], column.lines, str.__str__(column.name), column.position, column.field, found[0])


def path_of(column: Column) -> str:
    """By what a column says that its records are found; empty where it does not."""
    found = BY.fullmatch(column.field)
    return found[1] if found else ""
