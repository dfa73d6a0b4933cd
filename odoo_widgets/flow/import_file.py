"""Rows as a file of Odoo's import: text in columns, the lines of a document in rows of their own below its first one.

A row without any cell of the document's own belongs to the document above it (Odoo 19.0, odoo/orm/models.py,
`_extract_records`). A file has a cell for each of its columns: what a line leaves out is empty there.
"""

from __future__ import annotations

import csv
import decimal
import io
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.comparing import DAY, to_second
from odoo_widgets.flow.documents import MAKE, OF_LINES, is_lines
from odoo_widgets.flow.loading import IDS, links
from odoo_widgets.flow.model import NUMBERS, TO_MANY, TO_ONE
from odoo_widgets.flow.operations import DATABASE_ID, EXTERNAL_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from odoo_widgets.flow.model import Fields

LISTS = "this row holds lists or dicts that a file of Odoo's import cannot hold. Send it to see."
NOTHING = "this row has no value, and a file of Odoo's import holds no such row."
NO_CELL = "line {line} of {name} has no value, and a file of Odoo's import holds no such line. Send it to see."
# The parts of a command that makes a line: the command, nothing, the line.
PARTS = 3


class NoFileError(Exception):
    """A row that no file holds; the sentence says why. It stays in this file and its reader."""


@attrs.frozen
class Row:
    """A row of the frame as rows of a file.

    Attributes:
        position: Its place in the frame.
        cells: Path, as Odoo's import writes it, to the text in it.
        lines: For each field that has lines, these in their order: path to text.
    """

    position: int
    cells: dict[str, str]
    lines: dict[str, list[dict[str, str]]] = attrs.field(factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        """The columns that it fills."""
        return (*self.cells, *dict.fromkeys(chain.from_iterable(chain.from_iterable(self.lines.values()))))

    @property
    def size(self) -> int:
        """How many rows of a file it takes."""
        return max(1, *map(len, self.lines.values())) if self.lines else 1

    @property
    def is_uneven(self) -> bool:
        """Whether some line leaves a cell out that another one fills."""
        return any(line.keys() != lines[0].keys() for lines in self.lines.values() for line in lines)

    @property
    def is_apart(self) -> bool:
        """Whether its first row says itself that it belongs to no row above."""
        return any(self.cells.values())

    def data(self, paths: Sequence[str]) -> list[list[str]]:
        """Its rows of a file with some columns."""
        rows: list[dict[str, str]] = [{} for _ in range(self.size)]
        rows[0] = self.cells
        for lines in self.lines.values():
            rows = [{**row, **(lines[place] if place < len(lines) else {})} for place, row in enumerate(rows)]
        return [[row.get(path, "") for path in paths] for row in rows]

    def with_only(self, name: str = "", place: int = 0) -> Row:
        """The same document with one of its lines, or with none."""
        return attrs.evolve(self, lines={name: [self.lines[name][place]]} if name else {})


def row(
    position: int,
    record: Mapping[str, Any],
    fields: Fields,
    line_fields: Mapping[str, Fields],
    *,
    number: int = 0,
    apart: Sequence[str] = (),
    as_import: bool = False,
) -> Row:
    """A row as rows of a file.

    Args:
        position: Its place in the frame.
        record: What would be sent: field to value.
        fields: The model's fields.
        line_fields: For each field that may have lines, the fields of these.
        number: The id of its record; 0 for one that is still to be made.
        apart: The names in lines that only tell them apart, and are no fields.
        as_import: Whether the send is an import itself, which reads words for true; to any other, each text is true.

    Raises:
        NoFileError: No file holds it.
    """
    fields = fields if not as_import else {name: each for name, each in fields.items() if each.type != "boolean"}
    lines = {name: found for name, value in record.items() if (found := _made(name, value, fields))}
    cells = _cells({name: value for name, value in record.items() if name not in lines}, fields)
    below = {}
    for name, made in lines.items():
        inside = line_fields.get(name, {})
        # An id says nothing of a line that is still to be made; what only tells lines apart is no field.
        sent = [
            {
                inner: value
                for inner, value in line.items()
                if (number if inner == EXTERNAL_ID else inner in inside or inner not in apart)
            }
            for line in made
        ]
        below[name] = [_line(name, place, line, inside) for place, line in enumerate(sent)]
    if not below and not any(text.strip() for text in cells.values()):
        raise NoFileError(NOTHING)
    return Row(position, ({DATABASE_ID: str(number)} if number else {}) | cells, below)


def _made(name: str, value: Any, fields: Fields) -> list[dict[str, Any]]:
    """The lines that a value makes: dicts, or commands that make such."""
    if name not in fields or fields[name].type != OF_LINES or not isinstance(value, list):
        return []
    if is_lines(value):
        return value
    makes = all(isinstance(each, list) and len(each) == PARTS and each[0] == MAKE for each in value)
    return [each[2] for each in value] if makes and all(isinstance(each[2], dict) for each in value) else []


def _line(name: str, place: int, line: Mapping[str, Any], fields: Fields) -> dict[str, str]:
    cells = {f"{name}/{path}": text for path, text in _cells(line, fields).items()}
    if not any(text.strip() for text in cells.values()):
        raise NoFileError(NO_CELL.format(line=place, name=name))
    return cells


def _cells(record: Mapping[str, Any], fields: Fields) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, value in record.items():
        field = fields.get(name)
        linked = field is not None and field.type in (*TO_ONE, *TO_MANY)
        text = _linked(value) if linked else _text(value, "" if field is None else field.type)
        if text is None:
            raise NoFileError(LISTS)
        cells[name + IDS if linked else name] = text
    return cells


def _linked(value: Any) -> str | None:
    """Ids, with commas between them; None for commands that make or change records."""
    if value is None or value is False:
        return ""
    if not isinstance(value, list):
        return str(value)
    ids = links(value) if any(isinstance(each, list | dict) for each in value) else value
    return None if ids is None else ",".join(map(str, ids))


def _text(value: Any, kind: str) -> str | None:
    if value is None or (value is False and kind not in (*NUMBERS, "boolean")):
        return ""
    if isinstance(value, list | dict):
        return None
    return AS_SENT.get(kind, _plain)(value)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        # Odoo's import reads no 1e-05 (addons/base_import/models/base_import.py, `_parse_float_from_data`).
        return f"{decimal.Decimal(repr(value)):f}"
    return str(int(value)) if isinstance(value, bool) else str(value)


# What Odoo's import reads otherwise than a send does: to that any text is true, of a time it keeps the day, and one
# without its seconds will do.
AS_SENT: dict[str, Callable[[Any], str]] = {
    "boolean": lambda value: str(int(bool(value))),
    "date": lambda value: str(value)[:DAY],
    "datetime": to_second,
}


def blocks(rows: Iterable[Row], most: int) -> Iterator[list[Row]]:
    """Rows that fill the same columns, not too many at once: a file has a cell for each of its columns."""
    together: dict[tuple[str, ...], list[Row]] = {}
    sizes: dict[tuple[str, ...], int] = {}
    for each in rows:
        if not each.is_apart:
            yield [each]
            continue
        paths = each.paths
        same = together.setdefault(paths, [])
        same.append(each)
        sizes[paths] = sizes.get(paths, 0) + each.size
        if sizes[paths] >= most:
            del sizes[paths]
            yield together.pop(paths)
    yield from together.values()


def text_of(rows: Sequence[Row]) -> str:
    """The file of some rows that fill the same columns."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(rows[0].paths)
    for each in rows:
        writer.writerows(each.data(rows[0].paths))
    return text.getvalue()
