"""Rows tried by Odoo's own import, which saves them and rolls that back: which it refuses, and which of their lines.

It names the rows of a file that a document takes, and of its lines none (Odoo 19.0, odoo/orm/models.py, `load`). Which
one is refused shows in the value that it names, else in trying each line alone.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.asking import question
from odoo_widgets.flow.calls import Ask
from odoo_widgets.flow.documents import VALUES, of_lines
from odoo_widgets.flow.errors import RefusedError
from odoo_widgets.flow.import_file import blocks, text_of
from odoo_widgets.flow.loading import IDS
from odoo_widgets.flow.looks import NUMBER
from odoo_widgets.flow.proofs import FIRST_ROW, WITH_THE_OTHERS, Refusal, refusals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.import_file import Row
    from odoo_widgets.flow.settings import Settings

IMPORT = "base_import.import"
WOULD_SAVE, REJECTED, UNCHANGED, NOT_TRIED = "would_save", "rejected", "unchanged", "not_tried"
# What becomes of rows that Odoo does not refuse.
FINE = (WOULD_SAVE, UNCHANGED)
# Lines of refused documents that are tried alone, in all.
MOST_ALONE = 500
UNEVEN = (
    "its lines fill different fields, and a file of Odoo's import empties those that a line leaves out. So written, "
    "Odoo refuses it; sent, it may not: {said}"
)
UNSAID = "Odoo's import cannot read a number of this row, and over XML-RPC it does not say which. Use JSON-2 to see."
# The place in the file that was tried, which is none in the frame.
OF_FILE = re.compile(r"\. Error in line \d+")


@attrs.define
class Tried:
    """What came of each row.

    Attributes:
        statuses: One for each row of the frame.
        fields: The field that Odoo names.
        errors: What it says.
        alone: How many lines may still be tried alone.
    """

    statuses: list[str]
    fields: list[str | None]
    errors: list[str | None]
    alone: int = MOST_ALONE

    def reject(self, position: int, error: str, field: str | None = None, status: str = REJECTED) -> None:
        """A row that Odoo would not save."""
        self.statuses[position], self.errors[position], self.fields[position] = status, error, field or None


def tried_together(rows: Sequence[Row], settings: Settings, tried: Tried) -> Questions[None]:
    """Tries rows that fill the same columns, and for those that are refused, which of their lines are."""
    refused = yield from _try(rows, settings, tried)
    for row in refused:
        if row.lines:
            yield from _by_line(row, settings, tried)


def _try(rows: Sequence[Row], settings: Settings, tried: Tried) -> Questions[list[Row]]:
    """Tries rows together, then without those that are refused: an error keeps Odoo from looking at all of them.

    Returns:
        The rows that are refused.
    """
    waiting = [list(rows)]
    refused: list[Row] = []
    while waiting:
        some = waiting.pop()
        try:
            answer = yield from _answer(some, settings)
        except RefusedError as error:
            # It is about the columns, or about who asks: no line is to blame.
            for row in some:
                tried.reject(row.position, str(error))
            continue
        found = _unread(some, answer)
        if not found:
            found = refusals(Ask(range(len(some)), "load", {}, sizes=[row.size for row in some]), answer)
        sure = [each for each in found if FIRST_ROW not in each.message and each.message != WITH_THE_OTHERS]
        named = {place: each for each in (found if len(some) == 1 else sure) for place in each.places}
        for place, each in named.items():
            tried.reject(some[place].position, each.message, each.field)
            refused.append(some[place])
        rest = [row for place, row in enumerate(some) if place not in named]
        if named:
            waiting += [rest] if rest else []
        elif found:
            half = len(some) // 2
            waiting += [some[half:], some[:half]]
    return refused


# --- a question -------------------------------------------------------------------------------------------------------


def _answer(rows: Sequence[Row], settings: Settings) -> Questions[Any]:
    file = {
        "res_model": settings.endpoint.model,
        "file": text_of(rows),
        "file_name": "rows.csv",
        "file_type": "text/csv",
    }
    made = yield _call("create", {"vals_list": [file]})
    # Whoever finds no archived record takes its id for none's.
    context = {"active_test": False} if NUMBER in rows[0].paths else {}
    paths = list(rows[0].paths)
    options = _options(sum(row.size for row in rows))
    arguments = {"fields": paths, "columns": paths, "options": options, "dryrun": True}
    return (yield _call("execute_import", arguments, made, context))


def _call(
    method: str, arguments: dict[str, Any], ids: list[int] | None = None, context: Mapping[str, Any] | None = None
) -> Call:
    # The import reads times in the zone of the context.
    return question(IMPORT, method, arguments, ids=ids, context={"tz": "UTC", **(context or {})})


def _options(rows: int) -> dict[str, Any]:
    return {
        "has_headers": True,
        "quoting": '"',
        "separator": ",",
        "encoding": "utf-8",
        "float_thousand_separator": "",
        "float_decimal_separator": ".",
        "date_format": "",
        "datetime_format": "",
        "limit": rows,
        "skip": 0,
        "name_create_enabled_fields": {},
        "import_set_empty_fields": [],
        "import_skip_records": [],
        "fallback_values": {},
    }


# --- what a file holds that is not read -------------------------------------------------------------------------------


def _unread(rows: Sequence[Row], answer: Any) -> list[Refusal]:
    """The rows with a number, a date or a file that Odoo could not read: it names a column then, and answers no ids."""
    if isinstance(answer, dict) and "ids" in answer:
        return []
    told = answer.get("messages") if isinstance(answer, dict) else None
    # What it says of a number holds a null, and XML-RPC carries none: there the answer is one.
    first = told[0] if isinstance(told, list) and told and isinstance(told[0], dict) else {"message": UNSAID}
    said, path = OF_FILE.sub("", str(first.get("message", ""))), "/".join(first.get("field_path") or ())
    places = [place for place, row in enumerate(rows) if any(_is_meant(cell, said) for cell in _at(row, path))]
    if places or len(rows) == 1:
        return [Refusal(places or [0], said, path)]
    return [Refusal(range(len(rows)), WITH_THE_OTHERS)]


def _at(row: Row, path: str) -> Iterator[str]:
    """The cells of a column of a file."""
    yield row.cells.get(path, "")
    yield from (line.get(path, "") for lines in row.lines.values() for line in lines)


def _is_meant(cell: str, said: str) -> bool:
    """Whether a cell is the one that a message repeats: it is neither a number nor a day."""
    text = cell.strip()
    return bool(text) and text in said and not any(_reads(text, kind) for kind in (float, dt.date.fromisoformat))


def _reads(text: str, kind: Callable[[str], Any]) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True


# --- which line of a document it is -----------------------------------------------------------------------------------


def _by_line(row: Row, settings: Settings, tried: Tried) -> Questions[None]:
    """Says which lines of a refused document are refused, where that can be found out."""
    said, field = tried.errors[row.position] or "", tried.fields[row.position] or ""
    if field and field.partition("/")[0] not in row.lines:
        return
    if field and (found := _repeated(row, said, field)):
        path, places = found
        tried.reject(row.position, of_lines(places, said), path)
        return
    every = [(name, place) for name, lines in row.lines.items() for place in range(len(lines))]
    if len(every) <= tried.alone:
        tried.alone -= len(every)
        yield from _each_alone(row, every, settings, tried)
    elif row.is_uneven:
        tried.reject(row.position, UNEVEN.format(said=said), field, NOT_TRIED)


def _repeated(row: Row, said: str, field: str) -> tuple[str, list[int]] | None:
    """The path and the lines whose value a message about lines repeats; None where it stands at several paths."""
    named = {found for match in VALUES.finditer(said) if (found := next(filter(None, match.groups()), ""))}
    places: dict[str, list[int]] = {}
    for name, lines in row.lines.items():
        for place, line in enumerate(lines):
            for path, text in line.items():
                # Of what it could not read at all, it names the column.
                if (path == field and _is_meant(text, said)) or (name == field and text in named):
                    places.setdefault(path, []).append(place)
    if len(places) != 1:
        return None
    path, found = places.popitem()
    return path.removesuffix(IDS), found


def _each_alone(row: Row, every: Sequence[tuple[str, int]], settings: Settings, tried: Tried) -> Questions[None]:
    """Tries a document with one line after the other, and without any: one that is refused for the same is to blame.

    Where all are, as of an entry that is not balanced, or the document is without them, none is.
    """
    said, field = tried.errors[row.position] or "", tried.fields[row.position] or ""
    parts = [attrs.evolve(row.with_only(*each), position=at) for at, each in enumerate(every)]
    parts.append(attrs.evolve(row.with_only(), position=len(every)))
    alone = Tried([WOULD_SAVE] * len(parts), [None] * len(parts), [None] * len(parts))
    for together in blocks(parts if any(parts[-1].cells.values()) else parts[:-1], len(parts)):
        yield from _try(together, settings, alone)
    *errors, bare = alone.errors
    by_error: dict[str, list[tuple[str, int]]] = {}
    for each, error in zip(every, errors, strict=True):
        if error:
            by_error.setdefault(error, []).append(each)
    # A line alone leaves its own cells out: what it is refused for then, it is refused for in any document.
    reason = said if said in by_error or not row.is_uneven else next(iter(by_error), "")
    found = by_error.get(reason, [])
    names = {name for name, _ in found}
    if len(names) == 1 and not bare and (len(found) < len(every) or len(every) == 1):
        tried.reject(row.position, of_lines([place for _, place in found], reason), field or names.pop())
    elif row.is_uneven and said not in (*by_error, bare):
        tried.reject(row.position, UNEVEN.format(said=said), field, NOT_TRIED)
