"""A frame, and what takes a look at a whole column to know."""

from __future__ import annotations

import math
from copy import copy
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from odoo_widgets.flow import foreign, moments
from odoo_widgets.flow.kinds import OF_ARROW, cell_kind, is_missing, kind, plain
from odoo_widgets.flow.lines import Lines, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from odoo_widgets.flow.settings import Settings

# What a function finds out.
T = TypeVar("T")


def numbers(cells: pd.Series) -> pd.Series:
    """The numbers of a column as floats; NaN for a cell that is none: text, truth, a time, anything else."""
    if kind(cells.dtype) in ("integer", "float"):
        return pd.Series(cells.to_numpy(dtype="float64", na_value=np.nan))
    known = {cell for cell in set(map(type, cells.tolist())) if cell_kind(cell) in ("integer", "float")}
    return pd.Series([_float(cell) if type(cell) in known else np.nan for cell in cells.tolist()], dtype="float64")


def _float(cell: Any) -> float:
    try:
        return float(cell)
    except OverflowError:  # a whole number of more than 308 digits
        return math.inf


def _groups(cells: pd.Series) -> tuple[np.ndarray[Any, Any], int]:
    missing = is_missing(cells)
    if isinstance(cells.dtype, pd.ArrowDtype) and kind(cells.dtype) == "float":
        # Arrow's NaN would be a value of its own.
        cells = pd.Series(cells.to_numpy(dtype="float64", na_value=np.nan))
    if kind(cells.dtype) in ("object", *OF_ARROW, ""):
        cells = pd.Series(_told_apart(cells, missing), dtype=object)
    codes, distinct = pd.factorize(cells)
    codes = codes.astype("int64", copy=False)
    codes[missing] = len(distinct)
    return codes, len(distinct) + bool(missing.any())


def _first_value(cells: pd.Series) -> np.ndarray[Any, Any]:
    """The positions of the cells that hold the value that comes first."""
    missing = is_missing(cells)
    present = np.flatnonzero(~missing)
    if len(present) and kind(cells.dtype) in ("text", "integer", "moment"):
        # Comparing is several times as fast as telling all of them apart.
        same = (cells == cells.iloc[present[0]]).to_numpy(dtype=bool, na_value=False)
        return np.flatnonzero(same)
    return np.flatnonzero((_groups(cells)[0] == 0) & ~missing)


def _told_apart(cells: pd.Series, missing: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The cells as values that are equal only where a person would call them the same."""
    found = cells.tolist()
    ways = {cell: SAME.get(cell_kind(cell)) for cell in set(map(type, found))}
    keys = ((way(cell) if (way := ways[type(cell)]) else cell) for cell in found)
    # An array made of a list would take lists of one length for rows of a table.
    made = np.fromiter(keys, dtype=object, count=len(found))
    made[missing] = None
    return made


def _hashable(cell: Any) -> Any:
    try:
        hash(cell)
    except Exception:  # noqa: BLE001 - whatever a stranger raises, its row is in a group
        return (type(cell), _text(cell, cell))
    return cell


def _text(shape: Any, cell: Any) -> Any:
    """The text of a cell, in the shape that it goes out in; a cell without one is like itself only."""
    try:
        return repr(shape)
    except Exception:  # noqa: BLE001 - as above
        return id(cell)


def _listed(cell: Any) -> Any:
    """A tuple or an array as the list that it goes out as."""
    if isinstance(cell, np.ndarray):
        return cell.tolist()
    return list(cell) if isinstance(cell, tuple) else cell


def _readable(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame, whose columns of Arrow's views are changed into what holds the same: pandas takes no rows of a view."""
    for position, dtype in enumerate(frame.dtypes):
        if isinstance(dtype, pd.ArrowDtype) and "_view" in str(inner := dtype.pyarrow_dtype):
            import pyarrow as pa  # noqa: PLC0415

            # Cell by cell: Arrow's own cast loses what a view of views holds.
            cells = frame.iloc[:, position].array.__arrow_array__().to_pylist()
            data = pa.chunked_array([pa.array(cells, _without_views(inner))])
            frame.isetitem(position, pd.arrays.ArrowExtensionArray(data))
    return frame


def _without_views(kind_of_arrow: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    tests = pa.types
    if tests.is_dictionary(kind_of_arrow):
        return _without_views(kind_of_arrow.value_type)
    if tests.is_list_view(kind_of_arrow) or tests.is_list(kind_of_arrow):
        return pa.list_(_without_views(kind_of_arrow.value_type))
    if tests.is_large_list_view(kind_of_arrow) or tests.is_large_list(kind_of_arrow):
        return pa.large_list(_without_views(kind_of_arrow.value_type))
    if tests.is_struct(kind_of_arrow):
        return pa.struct([(field.name, _without_views(field.type)) for field in kind_of_arrow])
    return {"string_view": pa.string(), "binary_view": pa.binary()}.get(str(kind_of_arrow), kind_of_arrow)


def _may_nest(cells: pd.Series) -> bool:
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return _may_nest(pd.Series(cells.cat.categories))
    if isinstance(cells.dtype, pd.ArrowDtype):
        inner = cells.dtype.pyarrow_dtype
        return kind(pd.ArrowDtype(inner.value_type) if hasattr(inner, "index_type") else cells.dtype) == "nested"
    return kind(cells.dtype) == "object" and any(cell_kind(cell) == "nested" for cell in set(map(type, cells.tolist())))


# What tells the cells of a kind apart, where a cell itself does not: True equals 1, which is another value, and lists
# and dicts cannot be looked up. 1 and 1.0 go out as the same number.
SAME: dict[str, Callable[[Any], Any]] = {
    "boolean": lambda cell: (bool, bool(cell)),
    "nested": lambda cell: (list, _text(_listed(cell), cell)),
    "binary": bytes,
    "": _hashable,
}


# What a Source knows of each column.
KNOWN = (
    "_units", "_nesting", "_repeated", "_groups", "_order", "_sizes", "_ends", "_firsts", "_first_values", "_lines",
)  # fmt: skip


class Source:
    """A frame, and what takes a look at a whole column to know, looked up once.

    Keeping one Source for a bound frame makes every later look as fast as for a small one.

    Args:
        frame: The frame, of pandas or one that Arrow can read. A copy that shares its cells is kept: what others do to
            theirs does not change this one.
        first: The position of its first row, where other frames are sent before it.
        naive: Name of a column to how its moments without a zone went out in these.

    Attributes:
        frame: The frame, of pandas.
        first: As given.
        remembered: What others found out of it, under what they call it; see `once`.
    """

    def __init__(self, frame: pd.DataFrame, first: int = 0, naive: Mapping[str, str] | None = None) -> None:
        found = foreign.as_pandas(frame)
        # What is no frame is named by `problems`.
        self.frame = _readable(found.copy(deep=False)) if isinstance(found, pd.DataFrame) else found
        if foreign.is_foreign(frame) and isinstance(self.frame.index, pd.RangeIndex):
            # It has no labels of its own: its rows are called by their positions, over all frames.
            self.frame.index = pd.RangeIndex(first, first + len(self.frame))
        self.first = first
        self._before = naive or {}
        self._units: dict[int, str] = {}
        self._nesting: dict[int, bool] = {}
        self._repeated: dict[int, np.ndarray[Any, Any]] = {}
        self._groups: dict[int, tuple[np.ndarray[Any, Any], int]] = {}
        self._order: dict[int, np.ndarray[Any, Any]] = {}
        self._sizes: dict[int, np.ndarray[Any, Any]] = {}
        self._ends: dict[int, np.ndarray[Any, Any]] = {}
        self._firsts: dict[int, np.ndarray[Any, Any]] = {}
        self._first_values: dict[int, tuple[int, np.ndarray[Any, Any]]] = {}
        self._lines: dict[int, tuple[Lines, Source] | None] = {}
        self.remembered: dict[object, Any] = {}

    @classmethod
    def of(cls, data: pd.DataFrame | Source) -> Source:
        """The Source of a frame; a Source is its own."""
        return data if isinstance(data, Source) else cls(data)

    def part(self, rows: Sequence[int] | np.ndarray[Any, Any]) -> pd.DataFrame:
        """Some rows as a frame of their own, with all columns.

        Args:
            rows: Their positions, in any order.
        """
        if not len(rows):
            return self.frame.iloc[:0]
        if isinstance(rows, range) and rows.step == 1:
            return self.frame.iloc[rows.start : rows.stop]
        wanted = np.asarray(rows, dtype="int64")
        first, last = int(wanted.min()), int(wanted.max())
        # Arrow takes as long for a few rows as for all of the column that they are taken from.
        return self.frame.iloc[first : last + 1].iloc[wanted - first]

    def with_columns(self, cells: Mapping[int, Any]) -> Source:
        """The same frame with other cells in some columns; what is known of the others stays known.

        Args:
            cells: The place of a column to its cells, one for each row.
        """
        made = copy(self)
        made.frame = self.frame.copy(deep=False)
        made.remembered = {}
        for position, each in cells.items():
            made.frame.isetitem(position, each)
        for name in KNOWN:
            known = getattr(self, name)
            setattr(made, name, {place: each for place, each in known.items() if place not in cells})
        return made

    def followed_by(self, frame: pd.DataFrame) -> Source:
        """The Source of a frame that is sent after this one."""
        columns = [position for position in range(self.frame.shape[1]) if self._is_naive(position)]
        naive = {self.frame.columns[position]: self.unit(position) for position in columns}
        return Source(frame, self.first + len(self), {**self._before, **naive})

    def unit(self, position: int) -> str:
        """Whether the naive moments of a column go out as dates; see `moments.unit`.

        What went out as times in the frames before goes out as times here, too.
        """
        if position not in self._units:
            before = self._before.get(self.frame.columns[position])
            own = before != moments.MOMENT and moments.unit(self.frame.iloc[:, position])
            self._units[position] = own or moments.MOMENT
        return self._units[position]

    def turned(self, position: int) -> bool:
        """Whether a column holds times whose moments went out as dates in the frames before."""
        days = self._before.get(self.frame.columns[position]) == moments.DATE
        return days and self.unit(position) == moments.MOMENT and self._is_naive(position)

    def _is_naive(self, position: int) -> bool:
        return moments.holds_naive(plain(self.frame.iloc[:, position]))

    def may_nest(self, position: int) -> bool:
        """Whether a cell of a column may hold a list or a dict."""
        if position not in self._nesting:
            self._nesting[position] = _may_nest(self.frame.iloc[:, position])
        return self._nesting[position]

    def repeated(self, position: int) -> np.ndarray[Any, Any]:
        """Which numbers of a column stand further above already; cells that are no numbers count as missing ones."""
        if position not in self._repeated:
            self._repeated[position] = numbers(plain(self.frame.iloc[:, position])).duplicated().to_numpy()
        return self._repeated[position]

    def groups(self, position: int) -> tuple[np.ndarray[Any, Any], int]:
        """Which rows hold the same value in a column.

        Args:
            position: The column's place in the frame, from 0.

        Returns:
            For each row the number of its group, int64, in the order in which the values first come; and how many
            groups there are. All missing cells together are the last group. Lists and dicts are the same where their
            text is.
        """
        if position not in self._groups:
            self._groups[position] = _groups(plain(self.frame.iloc[:, position]))
        return self._groups[position]

    def firsts(self, position: int) -> np.ndarray[Any, Any]:
        """The position of the first row of each group of `groups`, by the groups' numbers."""
        if position not in self._firsts:
            codes, number = self.groups(position)
            firsts = np.empty(number, dtype="int64")
            # Of several rows of one group, the one that is written last stays: here, the first.
            firsts[codes[::-1]] = np.arange(len(codes))[::-1]
            self._firsts[position] = firsts
        return self._firsts[position]

    def order(self, position: int) -> np.ndarray[Any, Any]:
        """The positions of the rows, group by group; those of one group stay in the frame's order."""
        if position not in self._order:
            codes, number = self.groups(position)
            # NumPy sorts short numbers several times as fast.
            self._order[position] = np.argsort(codes.astype(np.min_scalar_type(number)), kind="stable")
        return self._order[position]

    def is_ordered(self, position: int) -> bool:
        """Whether `order` is known already."""
        return position in self._order

    def sizes(self, position: int) -> np.ndarray[Any, Any]:
        """How many rows each group of `groups` has."""
        if position not in self._sizes:
            self._sizes[position] = np.bincount(self.groups(position)[0])
        return self._sizes[position]

    def ends(self, position: int) -> np.ndarray[Any, Any]:
        """Where each group of `groups` ends in `order`."""
        if position not in self._ends:
            self._ends[position] = np.cumsum(self.sizes(position))
        return self._ends[position]

    def first_value(self, position: int, end: int) -> np.ndarray[Any, Any]:
        """The positions of the rows with the value that comes first, found in the first rows alone.

        Args:
            position: The column's place in the frame, from 0.
            end: How many rows to look at.

        Returns:
            Those of them that are in group 0 of `groups`; none where nothing is said yet, since all cells are missing.
        """
        known = self._first_values.get(position)
        if known is None or known[0] < end:
            known = self._first_values[position] = (end, _first_value(plain(self.frame.iloc[:end, position])))
        return known[1][: np.searchsorted(known[1], end)]

    def lines(self, position: int) -> tuple[Lines, Source] | None:
        """The lines in a column: lists of dicts, as a table of their own; None where there are none."""
        if position not in self._lines:
            found = lines(plain(self.frame.iloc[:, position])) if self.may_nest(position) else None
            self._lines[position] = None if found is None else (found, Source(found.frame))
        return self._lines[position]

    def __len__(self) -> int:
        return len(self.frame) if isinstance(self.frame, pd.DataFrame) else 0


def once(find_out: Callable[[Source, Settings], T]) -> Callable[[Source, Settings], T]:
    """Has a function of a frame and settings look its last answer up where both are the same as then.

    Neither ever changes: another frame is another Source, and changed settings are others.
    """

    @wraps(find_out)
    def answered(source: Source, settings: Settings) -> T:
        known = source.remembered.get(find_out)
        if known is None or known[0] is not settings:
            known = source.remembered[find_out] = (settings, find_out(source, settings))
        answer: T = known[1]
        return answer

    return answered
