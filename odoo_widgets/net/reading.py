"""Tables read from files, and from standard input: without guessing, and with the line of what is wrong."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd

from odoo_widgets.flow import foreign, texts
from odoo_widgets.flow.errors import TableError
from odoo_widgets.net.tables import kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike
    from typing import BinaryIO

SEPARATORS = ",;\t"
QUOTED = re.compile(r'"[^"]*"')


@attrs.frozen
class Reading:
    """How to read a table.

    Attributes:
        separator: For CSV, what stands between two cells; empty for the one that the header has most of:
            comma, semicolon or tab.
        text: For CSV, columns that are text, whatever stands in them.
        number: For CSV, columns that are numbers, however they are written.
        decimal: For CSV, what stands before the decimals of such a number, `.` or `,`.
        encoding: For CSV and JSON lines, how letters are written, such as `cp1252`; empty for UTF-8.
        sheet: For Excel, the sheet's name; empty for the first.
    """

    separator: str = ""
    text: Sequence[str] = ()
    number: Sequence[str] = ()
    decimal: str = texts.POINT
    encoding: str = ""
    sheet: str = ""

    def check_fits(self, ending: str, name: str) -> None:
        """Makes sure that nothing is said of a table that would be passed over.

        Raises:
            TableError: Something is said that a table of this kind does not take.
        """
        for each in attrs.fields(Reading):
            takers = [kind for kind, takes in TAKES.items() if each.name in takes]
            if getattr(self, each.name) != each.default and ending not in takers:
                raise TableError(f"--{each.name} is for {' and '.join(takers)} tables, and {name} is none.")


def read(path: str | PathLike[str], how: Reading = Reading()) -> pd.DataFrame:
    """Reads a table from a file.

    Args:
        path: The file; its name's end says the kind.
        how: What the file does not say by itself.

    Returns:
        The table. An empty cell is missing, and an empty line is none. Cells of a CSV file are text, but see
        `flow.texts`; a whole number that Excel shows with zeros in front is that text; those of Parquet are Arrow's.

    Raises:
        TableError: The file is not there, or is no such table, or a formula of Excel's came to an error or was never
            calculated. The sentence says where.
    """
    ending = kind(path)
    how.check_fits(ending, str(path))
    try:
        with Path(path).open("rb") as stream:
            return READERS[ending](stream, str(path), how)
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror or error}.") from None


def read_stream(stream: BinaryIO, ending: str, how: Reading = Reading()) -> pd.DataFrame:
    """Reads a table from a stream, such as standard input.

    Args:
        stream: The stream.
        ending: The kind: `.csv` or `.jsonl`.
        how: What the stream does not say by itself.

    Raises:
        TableError: It is no such table. The sentence says where.
    """
    if ending not in (".csv", ".jsonl"):
        raise TableError(f"A table of the kind {ending} comes from a file, not from standard input.")
    how.check_fits(ending, "standard input")
    return READERS[ending](stream, "standard input", how)


def _of_csv(stream: BinaryIO, name: str, how: Reading) -> pd.DataFrame:
    content = _decoded(stream, name, how)
    # What stands in quotes is part of a name.
    first = QUOTED.sub("", content.lstrip("\r\n")).partition("\n")[0]
    separator = how.separator or max(SEPARATORS, key=first.count)
    try:
        reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    except (TypeError, ValueError):
        raise TableError(f"{separator!r} cannot stand between two cells. Say one character, such as ;.") from None
    # Files and pictures are longer than the usual cell.
    before = csv.field_size_limit(sys.maxsize)
    try:
        header = _header(next(filter(None, reader), []), name)
        rows = list(_rows(reader, len(header), name))
    except csv.Error as error:
        raise TableError(f"{name}, line {reader.line_num}: {error}.") from None
    finally:
        csv.field_size_limit(before)
    for column in (*how.text, *how.number):
        if column not in header:
            raise TableError(f"{name} has no column {column!r}. Its columns are: {', '.join(header)}.")
    cells = zip(*rows, strict=True) if rows else ((),) * len(header)
    columns = [_column(list(each), column, how) for column, each in zip(header, cells, strict=True)]
    # Not from a dict: two columns may have one name, and whoever sends them is told so.
    return pd.concat(columns, axis="columns", keys=header) if columns else pd.DataFrame()


def _column(cells: list[str], name: str, how: Reading) -> pd.Series:
    if name in how.number:
        return texts.number(cells, name, how.decimal)
    return texts.text(cells) if name in how.text else texts.column(cells)


def _decoded(stream: BinaryIO, name: str, how: Reading) -> str:
    try:
        # The mark at the start of what Excel saves is no letter of the first column, also where UTF-8 is said.
        return stream.read().decode(how.encoding or "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        what = f"{how.encoding}." if how.encoding else "UTF-8. Save the file as CSV UTF-8, or say --encoding cp1252."
        raise TableError(f"{name}, line {line}: that is not {what}") from None
    # Python has an encoding that takes nothing at all.
    except (LookupError, UnicodeError):
        raise TableError(f"There is no encoding called {how.encoding!r}. Western Europe has cp1252.") from None


def _header(names: list[str], where: str) -> list[str]:
    if not names:
        raise TableError(f"{where} is empty: its first line has to name the columns.")
    if "" in names:
        raise TableError(f"{where}: column {names.index('') + 1} has no name. Name it, or take it out.")
    return names


def _rows(reader: Any, width: int, name: str) -> Iterator[list[str]]:
    for row in reader:
        # An empty line is none.
        if row and len(row) != width:
            raise TableError(f"{name}, line {reader.line_num}: {len(row)} cells, and the header has {width}.")
        if row:
            yield row


def _of_lines(stream: BinaryIO, name: str, how: Reading) -> pd.DataFrame:
    records = []
    for number, line in enumerate(_decoded(stream, name, how).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, parse_constant=_no_number, object_pairs_hook=_named_once)
        except ValueError as error:
            raise TableError(f"{name}, line {number}: that is no JSON: {error}.") from None
        except RecursionError:
            raise TableError(f"{name}, line {number}: its lists or objects are nested too deeply to be read.") from None
        if not isinstance(record, dict):
            raise TableError(f"{name}, line {number}: that is no object of column and value.")
        records.append(record)
    if not records:
        raise TableError(f"{name} is empty: each of its lines has to be a row.")
    names = list(dict.fromkeys(chain.from_iterable(records)))
    # Cell by cell: a column with a hole would make floats of whole numbers.
    cells = {each: pd.Series([record.get(each) for record in records], dtype=object) for each in names}
    return pd.DataFrame(cells, index=pd.RangeIndex(len(records)))


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; one of two values of a name would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} stands more than once")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _of_excel(stream: BinaryIO, name: str, how: Reading) -> pd.DataFrame:
    from odoo_widgets.net import workbook  # noqa: PLC0415 - `kind` has looked whether its library is there

    first, *body = workbook.rows(stream, name, how.sheet) or [[]]
    header = _header(["" if each is None else str(each) for each in first], name)
    columns = [pd.Series(list(each), dtype=object) for each in zip(*body, strict=True)]
    return pd.concat(columns, axis="columns", keys=header) if columns else pd.DataFrame(columns=header)


def _of_parquet(stream: BinaryIO, name: str, _how: Reading) -> pd.DataFrame:
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - `kind` has looked whether it is there

    try:
        # Cells stay Arrow's own: pandas would make floats of whole numbers with a missing one among them.
        return foreign.as_pandas(ParquetFile(stream).read())
    except Exception as error:  # noqa: BLE001 - a broken file makes errors of every kind
        raise TableError(f"{name} cannot be read as Parquet: {error}.") from None


# What may be said of a table of each kind.
TAKES: dict[str, frozenset[str]] = {
    ".csv": frozenset({"separator", "text", "number", "decimal", "encoding"}),
    ".jsonl": frozenset({"encoding"}),
    ".parquet": frozenset(),
    ".xlsx": frozenset({"sheet"}),
}
READERS: dict[str, Callable[[BinaryIO, str, Reading], pd.DataFrame]] = {
    ".csv": _of_csv,
    ".jsonl": _of_lines,
    ".parquet": _of_parquet,
    ".xlsx": _of_excel,
}
