"""Documents with lines: a flat table, or one of documents and one of lines, as one row for each document.

The lines of a document are a list of plain dicts in one cell: what `send` makes lines of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pandas as pd

from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.kinds import is_missing, plain
from odoo_widgets.flow.naming import alike, did_you_mean
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.unsendable import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOW = "nest(df, by='order_ref', lines=['product_id', 'price_unit'], into='order_line')"


@attrs.frozen
class _Documents:
    """Which document the lines of a table belong to.

    Attributes:
        count: How many documents there are.
        codes: For each line the number of its document.
        called: From such a number to what the document is called.
    """

    count: int
    codes: np.ndarray[Any, Any]
    called: Callable[[int], str]


def nest(
    frame: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    lines: Sequence[str] | pd.DataFrame | None = None,
    into: str = "",
    *,
    on: str | Sequence[str] | None = None,
    line_key: str | Sequence[str] = (),
) -> pd.DataFrame:
    """Documents with their lines, one row for each document, ready to be sent.

    Args:
        frame: A flat table, with one row for each line and the document's own cells repeated in each; or, where `lines`
            is a table, one row for each document.
        by: For a flat table, the column or columns that say which document a row belongs to.
        lines: For a flat table, the columns of the lines; else the table of the lines.
        into: The column to put the lines into, called like a field such as `order_line`.
        on: For two tables, the column or columns, in both, that say which document a line belongs to.
        line_key: The column or columns that tell the lines of one document apart. They stay in the lines, and a send
            with a key makes each line's external ID of them, if its `line_key` names them.

    Returns:
        One row for each document, in the order in which they first come: the columns that are not the lines', with
        their dtypes, and `into`, a list of dicts in each cell. An empty cell of a line stays out of its dict, and a
        row without any cell of a line makes none. A document without lines has an empty list.

    Raises:
        DataError: A column is not there; a row says no document; cells of one document differ, an empty one beside a
            value too; lines belong to no document; a document is there twice; two lines of one have the same key.
    """
    if not into or not isinstance(into, str):
        raise _no_set(f"nest wants the name of the column for the lines, such as into='order_line': {HOW}.")
    keys = _names(line_key)
    if isinstance(lines, pd.DataFrame):
        return _joined(frame, lines, _names(on or by), into, keys)
    return _parted(frame, _names(by), list(dict.fromkeys([*_names(lines), *keys])), into, keys)


def _no_set(sentence: str) -> DataError:
    return DataError([sentence])


def _names(value: str | Sequence[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(dict.fromkeys(value or ()))


def _parted(frame: pd.DataFrame, by: list[str], names: list[str], into: str, line_key: list[str]) -> pd.DataFrame:
    """A flat table in documents."""
    if not by or not names:
        raise _no_set(f"nest wants to know the document of a row, and what a line is: {HOW}.")
    if both := [name for name in names if name in by]:
        raise _no_set(f"The column {both[0]!r} cannot both say the document and belong to its lines.")
    _there(frame, [*by, *names], "The table")
    header = [name for name in frame.columns if name not in names]
    _free(header, into)
    source = Source(frame)
    codes, first = _documents(source, by)
    if found := [*_differing(source, codes, first, by, [name for name in header if name not in by])]:
        raise DataError(found)
    made = frame.iloc[first][header].reset_index(drop=True)
    documents = _Documents(len(first), codes, lambda document: _called(source, by, int(first[document])))
    made[into] = _cells(source, names, documents, line_key)
    return made


def _joined(frame: pd.DataFrame, lines: pd.DataFrame, on: list[str], into: str, line_key: list[str]) -> pd.DataFrame:
    """A table of documents with those of another as their lines."""
    if not on:
        raise _no_set("nest wants to know the document of a line: nest(orders, lines=lines, on='order_ref', …).")
    _there(frame, on, "The table of documents")
    names = [name for name in lines.columns if name not in on or name in line_key]
    _there(lines, [*on, *line_key], "The table of lines")
    _free(list(frame.columns), into)
    both = Source(pd.concat([frame[on], lines[on]], ignore_index=True))
    codes, first = _documents(both, on, len(frame))
    size = len(frame)
    if len(doubled := np.flatnonzero(first[codes[:size]] != np.arange(size))):
        row = int(doubled[0])
        raise _no_set(
            f"Row {row}{_more(len(doubled))}: the document {_called(both, on, row)} stands further above already, "
            f"in row {first[codes[row]]}. Keep one row for each."
        )
    if len(lost := np.flatnonzero(first[codes[size:]] >= size)):
        row = int(lost[0])
        raise _no_set(
            f"Row {row} of the lines{_more(len(lost))}: no document is called {_called(both, on, size + row)}. "
            "Add it, drop the line, or make the columns alike: 7 and '7' are not the same."
        )
    made = frame.reset_index(drop=True)
    documents = _Documents(size, codes[size:], lambda document: _called(both, on, document))
    made[into] = _cells(Source(lines), names, documents, line_key)
    return made


def _there(frame: pd.DataFrame, names: Sequence[str], whose: str) -> None:
    if len(doubled := frame.columns[frame.columns.duplicated()]):
        raise _no_set(f"{whose} has several columns {doubled[0]!r}. Rename or drop all but one.")
    for name in names:
        if name not in frame.columns:
            meant = did_you_mean(alike(str(name), map(str, frame.columns)))
            raise _no_set(f"{whose} has no column {name!r}.{meant}")


def _free(header: Sequence[str], into: str) -> None:
    if into in header:
        raise _no_set(f"The table has a column {into!r} already. Drop or rename it, or put the lines elsewhere.")


def _documents(
    source: Source, by: Sequence[str], size: int | None = None
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """For each row the number of its document, in the order in which they first come, and the first row of each."""
    places = [source.frame.columns.get_loc(name) for name in by]
    for name, place in zip(by, places, strict=True):
        if len(missing := np.flatnonzero(is_missing(plain(source.frame.iloc[:, place])))):
            at = int(missing[0])
            where = f"Row {at}" if size is None or at < size else f"Row {at - size} of the lines"
            raise _no_set(f"{where}{_more(len(missing))}: the column {name!r} is empty, so it belongs to no document.")
    codes = source.groups(places[0])[0]
    for place in places[1:]:
        more, count = source.groups(place)
        codes = codes * count + more
    numbers, distinct = pd.factorize(codes)
    first = np.zeros(len(distinct), dtype="int64")
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    return numbers, first


def _differing(
    source: Source, codes: np.ndarray[Any, Any], first: np.ndarray[Any, Any], by: list[str], header: Sequence[str]
) -> Iterator[str]:
    """The cells that are not those of the document's first row, one sentence for each column."""
    for name in header:
        place = source.frame.columns.get_loc(name)
        groups, _ = source.groups(place)
        apart = np.flatnonzero(groups != groups[first[codes]])
        if not len(apart):
            continue
        at = int(apart[0])
        beside = int(first[codes[at]])
        documents = len(np.unique(codes[apart]))
        more = f", and so in {documents - 1:,} more document{'s' * (documents > 2)}" if documents > 1 else ""  # noqa: PLR2004
        held = [_value(source, place, row) for row in (beside, at)]
        fill = f" Fill it: df[{name!r}] = df.groupby({by!r})[{name!r}].ffill()." if "nothing" in held else ""
        yield (
            f"Column {name!r}, rows {beside} and {at}: {held[0]} and {held[1]}, though both are of the document "
            f"{_called(source, by, at)}{more}. Correct them, or put it among the lines.{fill}"
        )


def _cells(
    source: Source, names: Sequence[str], documents: _Documents, line_key: Sequence[str]
) -> np.ndarray[Any, Any]:
    """The lines of each document, as a list of dicts in each cell."""
    if line_key:
        _told_apart(source, documents, line_key)
    order = np.argsort(documents.codes, kind="stable")
    columns = [plain(source.frame[name]).iloc[order] for name in names]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*(each.tolist() for each in columns), strict=True)]
    for name, column in zip(names, columns, strict=True):
        for place in np.flatnonzero(is_missing(column)).tolist():
            del rows[place][name]
    # A row in which nothing of a line stands is a document's own, as a table has it that was joined from two.
    filled = np.array([bool(row) for row in rows], dtype=bool)
    rows = [row for row in rows if row]
    ends = np.cumsum(np.bincount(documents.codes[order][filled], minlength=documents.count)).tolist()
    lists = (rows[start:end] for start, end in zip([0, *ends], ends, strict=False))
    # An array made of a list would take lists of one length for rows of a table.
    return np.fromiter(lists, dtype=object, count=documents.count)


def _told_apart(source: Source, documents: _Documents, line_key: Sequence[str]) -> None:
    places = [source.frame.columns.get_loc(name) for name in line_key]
    for name, place in zip(line_key, places, strict=True):
        if len(missing := np.flatnonzero(is_missing(plain(source.frame.iloc[:, place])))):
            raise _no_set(
                f"Row {missing[0]}{_more(len(missing))}: the line's key {name!r} is empty. Fill it, or leave it out."
            )
    keys = pd.DataFrame({"document": documents.codes} | {place: source.groups(place)[0] for place in places})
    if len(doubled := np.flatnonzero(keys.duplicated().to_numpy())):
        row = int(doubled[0])
        raise _no_set(
            f"Row {row}{_more(len(doubled))}: another line above of the document "
            f"{documents.called(int(documents.codes[row]))} has the same {' and '.join(line_key)}. Add a column that "
            "tells them apart, or leave line_key out."
        )


def _called(source: Source, by: Sequence[str], row: int) -> str:
    return " and ".join(_value(source, source.frame.columns.get_loc(name), row) for name in by)


def _value(source: Source, place: int, row: int) -> str:
    cell = plain(source.frame.iloc[row : row + 1, place])
    return "nothing" if is_missing(cell)[0] else shown(cell.tolist()[0])


def _more(rows: int) -> str:
    return f" and {rows - 1:,} more" if rows > 1 else ""
