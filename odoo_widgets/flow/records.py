"""A DataFrame's rows as records: dicts of field to value, as they go on the wire.

A missing cell leaves its field out, so that Odoo's default applies, or empties it where the settings say so.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from odoo_widgets.flow import arrow, moments
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.kinds import cell_kind, is_missing, kind, plain
from odoo_widgets.flow.values import Column, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from odoo_widgets.flow.settings import Settings


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
    try:
        codes, distinct = pd.factorize(cells)
    except (TypeError, NotImplementedError):
        # Lists and dicts have no hash, and Arrow has no way to tell its own apart.
        keys = np.empty(len(cells), dtype=object)
        keys[:] = [_hashable(cell) for cell in cells.tolist()]
        keys[missing] = None
        codes, distinct = pd.factorize(keys)
    codes = codes.astype("int64", copy=False)
    codes[missing] = len(distinct)
    return codes, len(distinct) + bool(missing.any())


def _hashable(cell: Any) -> Any:
    try:
        hash(cell)
    except TypeError:
        return repr(cell.tolist() if isinstance(cell, np.ndarray | memoryview) else cell)
    return cell


# --- a frame ---------------------------------------------------------------------------------------------------------


class Source:
    """A frame, and what takes a look at a whole column to know, looked up once.

    Keeping one Source for a bound frame makes every later look as fast as for a small one.

    Args:
        frame: The frame. A copy that shares its cells is kept: what others do to theirs does not change this one.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        # What is no frame is named by `problems`.
        self.frame = frame.copy(deep=False) if isinstance(frame, pd.DataFrame) else frame
        self._units: dict[int, str] = {}
        self._repeated: dict[int, np.ndarray[Any, Any]] = {}
        self._groups: dict[int, tuple[np.ndarray[Any, Any], int]] = {}
        self._order: dict[int, np.ndarray[Any, Any]] = {}

    @classmethod
    def of(cls, data: pd.DataFrame | Source) -> Source:
        """The Source of a frame; a Source is its own."""
        return data if isinstance(data, Source) else cls(data)

    def unit(self, position: int) -> str:
        """Whether the naive moments of a column go out as dates; see `moments.unit`."""
        if position not in self._units:
            self._units[position] = moments.unit(plain(self.frame.iloc[:, position]))
        return self._units[position]

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

    def order(self, position: int) -> np.ndarray[Any, Any]:
        """The positions of the rows, group by group; those of one group stay in the frame's order."""
        if position not in self._order:
            self._order[position] = np.argsort(self.groups(position)[0], kind="stable")
        return self._order[position]

    def __len__(self) -> int:
        return len(self.frame) if isinstance(self.frame, pd.DataFrame) else 0


def columns(data: pd.DataFrame | Source, settings: Settings) -> tuple[Column, ...]:
    """The columns that go into the payload, in the frame's order.

    Args:
        data: The bound frame.
        settings: Which columns stay out, and the zone of naive times.

    Returns:
        One Column for each column of the payload.
    """
    source = Source.of(data)
    left_out = {*settings.exclude, *([settings.ids] if settings.needs_ids else [])}
    return tuple(
        Column(
            name,
            settings.field_of(str.__str__(name)),
            position,
            settings.timezone,
            source.unit(position),
            settings.missing.get(name, "omit"),
            _flat(settings, settings.field_of(str.__str__(name))),
        )
        for position, name in enumerate(source.frame.columns)
        if name not in left_out
    )


def _flat(settings: Settings, name: str) -> str:
    """Why a column holds no lists; see `Column.flat`."""
    target = settings.endpoint
    if target.operation == "load":
        return (
            "load takes text, not a list or dict. Look the records up, and send their ids as one text such as '3,7' "
            f"in a column called {name + '/.id'!r}."
        )
    if target.protocol == "rest" and not FORMATS[settings.content_format].nested:
        return f"{settings.content_format} holds text, not a list or dict. Use JSON or XML, or exclude the column."
    return ""


def ids(block: pd.DataFrame, settings: Settings) -> list[int] | None:
    """The database id of each row's record.

    Args:
        block: Some rows of a frame without problems, with all its columns.
        settings: Which column holds the ids, if the operation needs any.

    Returns:
        One id for each row, 0 for a row of an upsert without one; None if the operation needs none.
    """
    if not settings.needs_ids:
        return None
    column = plain(block.iloc[:, block.columns.get_loc(settings.ids)])
    missing = set(np.flatnonzero(is_missing(column)).tolist())
    return [0 if place in missing else int(value) for place, value in enumerate(column.tolist())]


def may_nest(block: pd.DataFrame, column: Column) -> bool:
    """Whether a cell of some rows may hold a list or a dict."""
    return _may_nest(block.iloc[:, column.position])


def _may_nest(cells: pd.Series) -> bool:
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return _may_nest(pd.Series(cells.cat.categories))
    if isinstance(cells.dtype, pd.ArrowDtype):
        inner = cells.dtype.pyarrow_dtype
        return kind(pd.ArrowDtype(inner.value_type) if hasattr(inner, "index_type") else cells.dtype) == "nested"
    return kind(cells.dtype) == "object" and any(cell_kind(cell) == "nested" for cell in set(map(type, cells.tolist())))


def records(block: pd.DataFrame, columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """The rows of a block as records.

    Args:
        block: Some rows of the frame, with all its columns.
        columns: What `columns` says of the frame.

    Returns:
        One dict of field to value for each row; a missing cell leaves its field out, or holds None where it clears.
    """
    if not columns:
        return [{} for _ in range(len(block))]
    converted = [
        arrow.values(block.iloc[:, column.position], column) or values(column.cells(block), column)
        for column in columns
    ]
    rows = _dicts(tuple(column.field for column in columns))(zip(*(found for found, _ in converted), strict=True))
    for column, (found, missing) in zip(columns, converted, strict=True):
        # As text, an empty one and a missing one are the same.
        empty = {place for place, value in enumerate(found) if value == ""} if column.flat else set()
        for position in empty.union(missing.tolist()):
            if column.missing == "clear":
                rows[position][column.field] = None
            else:
                del rows[position][column.field]
    return rows


@lru_cache(maxsize=16)
def _dicts(fields: tuple[str, ...]) -> Callable[[Iterable[tuple[Any, ...]]], list[dict[str, Any]]]:
    """A function from rows to dicts that names every field in its own text, which is twice as fast as `dict(zip())`."""
    names = [f"value_{place}" for place in range(len(fields))]
    pairs = ", ".join(f"{field!r}: {name}" for field, name in zip(fields, names, strict=True))
    made: Callable[[Iterable[tuple[Any, ...]]], list[dict[str, Any]]] = eval(  # noqa: S307 - a field gets in as a literal
        f"lambda rows: [{{{pairs}}} for {', '.join(names)}, in rows]"
    )
    return made
