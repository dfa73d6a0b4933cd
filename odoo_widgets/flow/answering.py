"""What is known of the records that cells lead to: each value once in each scope, with what was found and settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np
import pandas as pd

from odoo_widgets.flow.families import is_own, rows_by_key
from odoo_widgets.flow.linking import Link, distinct_cells, links
from odoo_widgets.flow.looks import EXTERNAL, NUMBER, Found, Look, Match, Scope, scope_text
from odoo_widgets.flow.model import TEXTS
from odoo_widgets.flow.scopes import COMPANY, USE, numbers_in, uses
from odoo_widgets.flow.within import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source
    from odoo_widgets.flow.within import Table

# What becomes of a value: it is a record's; its cell is empty; its rows are rejected.
FOUND, EMPTY, REJECT = "found", "empty", "reject"
# Why it is not known yet: nobody asked; its record is made first, of it or of another row; what says among which
# records is not known itself.
UNASKED, CREATE, OF_ROW, BLOCKED = "unasked", "create", "of row", "blocked"
# Why it cannot be sent.
NONE, SEVERAL, REFUSED, NO_FIELD, NO_ID, NO_TEXT = "none", "several", "refused", "no field", "no id", "no text"
WRONG = (NONE, SEVERAL, REFUSED, NO_FIELD, NO_ID, NO_TEXT)
# What stands for a record that is not known, where an id is expected.
UNKNOWN = -1
LARGEST = 2**31


@attrs.frozen
class Want:
    """A value that is looked up among the records of a scope; None for a scope that is not known itself."""

    value: Any
    scope: Scope | None = ()

    @property
    def text(self) -> str:
        """The value as it is compared."""
        return str(self.value)


@attrs.frozen
class Answer:
    """What is known of a value: what becomes of it, its record, and what was found."""

    state: str
    id: int = 0
    matches: tuple[Match, ...] = ()
    said: str = ""


# What a cell leads to: values to look up, and ids. None for a cell that is neither, such as a list of commands.
Parts: TypeAlias = "tuple[Want | int, ...] | None"


@attrs.frozen
class Linked:
    """A column that is looked up.

    Attributes:
        link: The column.
        cells: Its cells, each once in each scope: the cell, and what it leads to.
        codes: For each row of its table the place of its cell among them; -1 where it is missing, or nobody wants the
            row.
        answers: What is known of each value.
    """

    link: Link
    cells: list[tuple[Any, Parts]]
    codes: np.ndarray[Any, Any]
    answers: Mapping[Want, Answer]

    def look(self, want: Want) -> Look:
        """What is asked for a value."""
        assert want.scope is not None
        return Look(self.link.field.relation, self.link.by, want.scope)

    def rows(self, wants: Sequence[Want]) -> np.ndarray[Any, Any]:
        """The rows of the frame that lead to some values, they or their lines."""
        return self.link.table.above(self._places(wants))

    def lines(self, wants: Sequence[Want]) -> tuple[str, ...]:
        """What the first lines are called that lead to some values; none where the column is no lines'."""
        lines = self.link.table.lines
        return () if lines is None else lines.called(self._places(wants))

    def _places(self, wants: Sequence[Want]) -> np.ndarray[Any, Any]:
        """The rows of its table that lead to some values."""
        wanted = set(wants)
        places = [place for place, (_, parts) in enumerate(self.cells) if parts and not wanted.isdisjoint(parts)]
        return np.flatnonzero(np.isin(self.codes, places))

    def of(self, *states: str) -> list[Want]:
        """The values of which something is so, in the order of their first rows."""
        return [want for want, answer in self.answers.items() if answer.state in states]

    def found(self) -> frozenset[int]:
        """The ids of the records that were found for its values."""
        return frozenset(
            each.id for answer in self.answers.values() if answer.state == FOUND for each in answer.matches
        )

    def ids(self) -> np.ndarray[Any, Any]:
        """For each row of its table the id that the cell of a field for one record leads to.

        It is 0 for none, -1 where it is not known.
        """
        each = np.array([*(self._one(parts) for _, parts in self.cells), 0], dtype="int64")
        found: np.ndarray[Any, Any] = each[self.codes]
        return found

    def _one(self, parts: Parts) -> int:
        if parts is None or len(parts) > 1:
            return UNKNOWN
        part = parts[0] if parts else 0
        if not isinstance(part, Want):
            return part
        answer = self.answers[part]
        return answer.id if answer.state == FOUND else 0 if answer.state == EMPTY else UNKNOWN


def linked(source: Source, settings: Settings, server: Server, rows: Sequence[int] | None = None) -> tuple[Linked, ...]:
    """The columns that are looked up, with what is known of their values.

    Args:
        source: The bound frame.
        settings: What it is sent with, and what was settled.
        server: The models' fields, and what was found.
        rows: The only rows that count; all if left out.
    """
    made: dict[tuple[str, str], Linked] = {}
    wanted = None if rows is None or len(rows) == len(source) else np.asarray(rows, dtype="int64")
    own, *_ = tables(source, settings) or (None,)
    for link in links(source, settings, server):
        assert own is not None
        scopes = [(name, _in_scope(link.table, own, settings, made, name)) for name in link.like_row]
        cells, codes = _cells(link, scopes, link.table.among(wanted))
        wants = dict.fromkeys(part for _, parts in cells for part in parts or () if isinstance(part, Want))
        answers = {want: _answer(link, want, settings, server) for want in wants}
        if is_own(link, settings) and any(answer.state == NONE for answer in answers.values()):
            keys = rows_by_key(source, settings, rows)
            answers = {want: _of_row(answer) if want.text in keys else answer for want, answer in answers.items()}
        made[link.table.column, link.field.name] = Linked(link, cells, codes, answers)
    return tuple(made.values())


def _in_scope(
    table: Table, own: Table, settings: Settings, made: Mapping[tuple[str, str], Linked], name: str
) -> np.ndarray[Any, Any]:
    """For each row of a table what its records must hold in a field: as its own cells say, or those of its document."""
    if name == USE:
        return table.of_rows(uses(own, settings))
    for each in (table, own):
        known = made.get((each.column, name))
        ids = numbers_in(each, name) if known is None else known.ids()
        if ids is not None:
            return ids if each is table else table.of_rows(ids)
    return np.zeros(len(table.source), dtype="int64")


def _cells(
    link: Link, scopes: Sequence[tuple[str, np.ndarray[Any, Any]]], rows: np.ndarray[Any, Any] | None
) -> tuple[list[tuple[Any, Parts]], np.ndarray[Any, Any]]:
    """The cells of a column, each once in each scope, and for each row the place of its cell among them."""
    source = link.table.source
    cells = distinct_cells(source, link.position)
    values = source.groups(link.position)[0]
    # What is combined of the value and of each scope is the same where all of them are.
    together = values.astype("int64")
    for _, ids in scopes:
        codes, distinct = pd.factorize(ids)
        together = together * len(distinct) + codes
    empty = np.array([cell is None for cell in cells], dtype=bool)[values]
    if rows is not None:
        unwanted = np.ones(len(values), dtype=bool)
        unwanted[rows] = False
        empty |= unwanted
    there = np.flatnonzero(~empty)
    codes, _ = pd.factorize(together[there])
    places = np.full(len(values), -1, dtype="int64")
    places[there] = codes
    _, first = np.unique(codes, return_index=True)
    found: list[tuple[Any, Parts]] = []
    for row in there[first].tolist():
        scope = _scope(link, [(name, ids.item(row)) for name, ids in scopes])
        found.append((cells[values[row]], _parts(cells[values[row]], link, scope)))
    return found, places


def _scope(link: Link, row: Sequence[tuple[str, Any]]) -> Scope | None:
    if any(value == UNKNOWN for _, value in row):
        return None
    return (*link.fixed, *((name, value) for name, value in row if value))


def _parts(cell: Any, link: Link, scope: Scope | None) -> Parts:
    several = _several(cell) if link.many else [cell] if cell != "" else []
    if several is None:
        return None
    parts = [_part(each, link, scope) for each in several]
    return None if any(part is None for part in parts) else tuple(dict.fromkeys(parts))  # type: ignore[arg-type]


def _several(cell: Any) -> list[Any] | None:
    """The values in a cell of a field for several records; a text has commas between them."""
    if isinstance(cell, str):
        return [each.strip() for each in cell.split(",") if each.strip()]
    return cell if isinstance(cell, list) else [cell]


def _part(value: Any, link: Link, scope: Scope | None) -> Want | int | None:
    if isinstance(value, float) and link.told and link.by != NUMBER:
        # Sent as it is, it would be taken for an id.
        return Want(value, scope if link.by != EXTERNAL else ())
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    is_id = isinstance(value, int) and (not link.told or link.by == NUMBER)
    if is_id or (link.by == NUMBER and isinstance(value, str) and value.isascii() and value.isdigit()):
        number = int(value)
        # No id of Odoo's is as large: as a value it is told of, in a column of ids by its type.
        return number if abs(number) < LARGEST else Want(value, ()) if link.by == NUMBER else None
    return Want(value, scope if link.by != EXTERNAL else ())


def _answer(link: Link, want: Want, settings: Settings, server: Server) -> Answer:
    """What is known of a value, from what was settled and what was found."""
    if state := _unfit(link, want, server):
        return Answer(state)
    assert want.scope is not None
    settled = settings.settlement_of(link.column, want.text, scope_text(want.scope))
    found = server.found.get(Look(link.field.relation, link.by, want.scope), Found())
    matches = found.matches.get(want.text)
    if isinstance(settled, int):
        return Answer(FOUND, settled, matches or ())
    if settled in (EMPTY, REJECT):
        return Answer(settled, 0, matches or ())
    if matches is None:
        return Answer(REFUSED, said=found.refused) if found.refused else Answer(UNASKED)
    if len(matches) == 1:
        return Answer(FOUND, matches[0].id, matches)
    makes = settled == CREATE and not matches and link.by != EXTERNAL
    return Answer(CREATE if makes else SEVERAL if matches else NONE, 0, matches)


def _of_row(answer: Answer) -> Answer:
    """What is known of a value that is another row's key: where no record has it yet, that row makes it."""
    return Answer(OF_ROW) if answer.state == NONE else answer


def _unfit(link: Link, want: Want, server: Server) -> str:
    """Why a value cannot be looked up, whatever there is; empty where it can."""
    known = server.fields.get(link.field.relation, {})
    is_text = link.by == EXTERNAL or (link.by in known and known[link.by].type in TEXTS)
    if link.by == NUMBER:
        return NO_ID
    if link.by != EXTERNAL and known and link.by not in known:
        return NO_FIELD
    if isinstance(want.value, int | float) and is_text:
        return NO_TEXT
    return BLOCKED if want.scope is None else ""


def domain(scope: Scope) -> list[Any]:
    """What finds the records of a scope. What belongs to no company is everybody's."""
    return [[name, "in", [value, False]] if name == COMPANY else [name, "=", value] for name, value in scope]


def unasked(columns: Sequence[Linked]) -> Iterator[tuple[Look, list[Any]]]:
    """What has to be asked: each look-up with the values that are not known."""
    together: dict[Look, dict[Any, None]] = {}
    for each in columns:
        for want in each.of(UNASKED):
            together.setdefault(each.look(want), {})[want.value] = None
    yield from ((look, list(values)) for look, values in together.items())
