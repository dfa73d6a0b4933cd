"""The lines in a column: cells that are lists of dicts, as a table of their own with one row for each line."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pandas as pd

from odoo_widgets.flow.kinds import cell_kind, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


# Lines that a sentence or a table names.
FEW_LINES = 5


@attrs.frozen(eq=False)
class Lines:
    """The lines of some cells.

    Attributes:
        frame: One row for each line, and a column for each name in any; what a line does not have is None.
        ends: For each cell, where its lines end.
    """

    frame: pd.DataFrame
    ends: np.ndarray[Any, Any]

    @property
    def starts(self) -> np.ndarray[Any, Any]:
        """For each cell, where its lines start."""
        return np.concatenate([[0], self.ends[:-1]]).astype("int64") if len(self.ends) else self.ends

    def cells(self, lines: np.ndarray[Any, Any] | Sequence[int]) -> np.ndarray[Any, Any]:
        """The cells that some lines stand in, in order, each once."""
        return np.unique(self.of(lines))

    def of(self, lines: np.ndarray[Any, Any] | Sequence[int]) -> np.ndarray[Any, Any]:
        """The cell that each of some lines stands in."""
        found: np.ndarray[Any, Any] = np.searchsorted(self.ends, np.asarray(lines, dtype="int64"), side="right")
        return found

    def place(self, line: int) -> int:
        """The place of a line among those of its cell, from 0."""
        return int(line - self.starts[int(self.of([line])[0])])

    def called(self, lines: np.ndarray[Any, Any] | Sequence[int], keys: Sequence[str] = ()) -> tuple[str, ...]:
        """What the first few of some lines are called, so that they can be found: `row 1, line 0`, both from 0.

        Args:
            lines: The lines.
            keys: The names that tell the lines of a cell apart: their values stand behind.
        """
        told = self.frame[[name for name in keys if name in self.frame]]
        return tuple(
            line_name(int(self.of([line])[0]), self.place(line), told.iloc[line].to_dict())
            for line in map(int, lines[:FEW_LINES])
        )


def line_name(row: int, place: int, key: Mapping[str, Any] | None = None) -> str:
    """What a line is called: the row of the frame, its place there, and what tells it apart where that is known."""
    told = ", ".join(f"{name} {value!r}" for name, value in (key or {}).items())
    return f"row {row}, line {place}{f' ({told})' if told else ''}"


def lines(column: pd.Series, names: Sequence[str] | None = None) -> Lines | None:
    """The lines of a column.

    Args:
        column: Any column, or some rows of it.
        names: The names of what lines have, in their order; as they come if left out.

    Returns:
        Its lines; None where no cell has any, or one has a name that is no text, which `cells.value` tells of.
    """
    found = column.tolist()
    nested = {cell for cell in set(map(type, found)) if cell_kind(cell) == "nested"}
    if not nested:
        return None
    lists: list[Sequence[dict[str, Any]]] = []
    for cell in found:
        whole = type(cell) in nested and is_list(cell) and all(isinstance(each, dict) for each in cell)
        lists.append(cell if whole else ())
    every = list(chain.from_iterable(lists))
    known = dict.fromkeys(chain.from_iterable(every)) if names is None else dict.fromkeys(names)
    if names is None and (not known or not all(isinstance(name, str) for name in known)):
        return None
    columns = {name: _column([each.get(name) for each in every]) for name in known}
    frame = pd.DataFrame(columns, index=range(len(every)))
    return Lines(frame, np.cumsum([len(each) for each in lists], dtype="int64"))


def changed(column: pd.Series, table: Lines, cells: Mapping[str, Sequence[Any]]) -> np.ndarray[Any, Any]:
    """A column with other cells in its lines.

    Args:
        column: The column.
        table: Its lines.
        cells: The name of a column of lines to what its lines hold now, where they have such a cell.

    Returns:
        The column's cells; those without lines as they were.
    """
    found = column.tolist()
    made = np.fromiter(found, dtype=object, count=len(found))
    starts, ends = table.starts.tolist(), table.ends.tolist()
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start < end:
            made[place] = [
                {name: cells[name][start + at] if name in cells else value for name, value in line.items()}
                for at, line in enumerate(found[place])
            ]
    return made


def is_list(cell: Any) -> bool:
    """Whether a cell is a list, tuple or array with elements to go through."""
    return isinstance(cell, list | tuple) or (isinstance(cell, np.ndarray) and cell.ndim == 1)


def _column(cells: list[Any]) -> np.ndarray[Any, Any]:
    # As objects, every cell stays what it is; an array made of a list would take lists for rows of a table.
    return np.fromiter(cells, dtype=object, count=len(cells))


def of_cells(cells: pd.Series, names: Sequence[str]) -> Lines:
    """The lines of some rows of a column that has lines, with the names that all of its lines have."""
    found = lines(plain(cells), names)
    empty = pd.DataFrame(columns=list(names), dtype=object)
    return found or Lines(empty, np.zeros(len(cells), dtype="int64"))
