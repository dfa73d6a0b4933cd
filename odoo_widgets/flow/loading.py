"""New records of rows with a key, as `load` reads them: the same in the end as `create` would have stored.

`load` takes text, as in a file, and looks at the type of each field to know what it means (Odoo 19.0,
odoo/orm/models.py and odoo/addons/base/models/ir_fields.py). It never gets a name to look up: links go as ids.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from odoo_widgets.flow.calls import Ask, Batch, pick
from odoo_widgets.flow.documents import lines_of, with_lines
from odoo_widgets.flow.matching import external_id
from odoo_widgets.flow.model import TO_MANY, TO_ONE, Field
from odoo_widgets.flow.operations import DATABASE_ID, EXTERNAL_ID, part
from odoo_widgets.flow.turns import first, marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from odoo_widgets.flow.model import Fields

# No field has lines.
NO_LINES: Mapping[str, Fields] = MappingProxyType({})
# What says behind a field that a column holds ids.
IDS = "/.id"
# Commands on the links of a record (odoo/orm/commands.py) that a new one can be loaded with: link, clear, set.
LINK, CLEAR, SET = 4, 5, 6
BOTH_WAYS = (
    "A document that is there goes with its lines to load, which adds all records that it lists or replaces all. Say "
    "add for each of these columns or for none, or send the document's own columns apart."
)


def loads(
    batch: Batch,
    model: str,
    fields: Fields,
    line_fields: Mapping[str, Fields] = NO_LINES,
    line_key: Sequence[str] = (),
) -> Iterator[Ask]:
    """The calls that make the records of some rows with keys, each with its external ID, in one transaction.

    `load` cannot leave a cell out: rows are parted by the set of columns that they fill. The lines of a document stand
    in rows of their own, the first one in the document's; each has an external ID too, so that a line that is there is
    changed and not made again. Of the lines, those of the first turn go here (see `turns`).

    Args:
        batch: The rows, none of which is `unfit`; with ids, those of records that are there.
        model: The model.
        fields: Its fields, those that are sent at least.
        line_fields: For each field that has lines, the fields of these.
        line_key: The names that tell the lines of a document apart; none where their place does.

    Returns:
        The calls. Each can be made twice: the second time it finds what the first one made.
    """
    assert batch.keys is not None
    filled: dict[tuple[bool, tuple[str, ...]], tuple[list[int], list[int], list[list[str | None]]]] = {}
    for place, (record, key) in enumerate(zip(batch.records, batch.keys, strict=True)):
        whole = marked(batch, place, model, fields, line_key)
        inside = {name: lines[: first(lines)] for name, lines in whole.items()}
        known = {} if batch.ids is not None else key
        row = _named(batch, place, model, key) | dict(
            _cell(fields.get(name) or Field(name, ""), value)
            for name, value in {**known, **record}.items()
            if name not in inside
        )
        parts = [_lines(name, lines, line_fields.get(name, {}), line_key) for name, lines in inside.items()]
        names = (*row, *(path for paths, _ in parts for path in paths))
        adds = batch.ids is not None and True in _adding(record, inside)
        places, sizes, data = filled.setdefault((adds, names), ([], [], []))
        rows = _together([*row.values()], parts)
        places.append(place)
        sizes.append(len(rows))
        data += rows
    for (adds, names), (places, sizes, data) in filled.items():
        # `load` reads times in the zone of the context, create and write always in UTC.
        arguments = {"fields": list(names), "data": data}
        # All that such a call lists is added to what is there (ir_fields.py, `_str_to_many2many`).
        adding = {"update_many2many": True} if adds else {}
        yield Ask(
            pick(batch.rows, places),
            "load",
            arguments,
            context={"tz": "UTC", **adding},
            keyed=part(batch, places),
            sizes=sizes if len(data) > len(places) else (),
        )


def _named(batch: Batch, place: int, model: str, key: Mapping[str, Any]) -> dict[str, str | None]:
    """What says to `load` which record a row is."""
    if batch.ids is not None:
        return {DATABASE_ID: str(batch.ids[place])}
    # A key that is excluded from the payload is how the record is found later: a new one gets it all the same.
    return {EXTERNAL_ID: external_id(model, key)}


# What lines of a document look like to `load`: the paths of their columns, and one list of cells for each.
Table: TypeAlias = "tuple[list[str], list[list[str | None]]]"


def _lines(name: str, lines: Sequence[Mapping[str, Any]], fields: Fields, line_key: Sequence[str]) -> Table:
    # All fill the same fields; what is only a key is no field.
    sent = [each for each in lines[0] if each != EXTERNAL_ID and (each in fields or each not in line_key)]
    paths = [f"{name}/{EXTERNAL_ID}"]
    table: list[list[str | None]] = [[line[EXTERNAL_ID]] for line in lines]
    for inner in sent:
        cells = [_cell(fields.get(inner) or Field(inner, ""), line.get(inner)) for line in lines]
        paths.append(f"{name}/{cells[0][0]}")
        for row, (_, value) in zip(table, cells, strict=True):
            row.append(value)
    return paths, table


def _together(row: list[str | None], parts: Sequence[Table]) -> list[list[str | None]]:
    """The rows of a document: its own cells in the first, and a line of each field that has lines in each."""
    size = max((len(table) for _, table in parts), default=1)
    rows: list[list[str | None]] = [[None] * len(row) for _ in range(size)]
    rows[0] = row
    for paths, table in parts:
        rows = [
            [*cells, *(table[place] if place < len(table) else [None] * len(paths))] for place, cells in enumerate(rows)
        ]
    return rows


def unfit(batch: Batch, fields: Fields, line_fields: Mapping[str, Fields] = NO_LINES) -> dict[int, tuple[str, str]]:
    """What `load` would take for something else, or what `create` would refuse and `load` would not.

    Args:
        batch: The rows.
        fields: The model's fields.
        line_fields: For each field that has lines, the fields of these.

    Returns:
        The places of such rows in the batch, each with the field and the sentence.
    """
    found: dict[int, tuple[str, str]] = {}
    for place, record in enumerate(batch.records):
        for name, value in record.items():
            if (sentence := _strange_choice(fields.get(name), value)) and place not in found:
                found[place] = (name, sentence)
        lists = lines_of(record, with_lines(batch.lines, fields))
        if batch.ids is not None and len(_adding(record, lists)) > 1:
            found.setdefault(place, ("", BOTH_WAYS))
        for name, lines in lists.items():
            inside = line_fields.get(name, {})
            for at, line in enumerate(lines):
                for inner, value in line.items():
                    if (sentence := _strange_choice(inside.get(inner), value)) and place not in found:
                        found[place] = (f"{name}/{inner}", f"line {at}: {sentence}")
    return found


def _adding(record: Mapping[str, Any], inside: Mapping[str, Sequence[Mapping[str, Any]]]) -> set[bool]:
    """Of all lists of records in a document, whether they are added to what is there, or replace it."""
    values = [value for name, value in record.items() if name not in inside]
    values += [value for lines in inside.values() for line in lines for value in line.values()]
    lists = [value for value in values if isinstance(value, list) and links(value)]
    return {all(isinstance(each, list) and each[:1] == [LINK] for each in value) for value in lists}


def _strange_choice(field: Field | None, value: Any) -> str:
    """`load` takes the first choice whose value or label is the text, in whatever case (ir_fields.py, selection)."""
    if field is None or field.type != "selection" or not field.selection or value in (None, False, ""):
        return ""
    wanted = str(value)
    if wanted not in field.selection:
        return f"{field.name} has no choice {wanted!r}. Its choices are: {field.choices}."
    same = (each for each, label in field.selection.items() if wanted.lower() in (each.lower(), label.lower()))
    first = next(same)
    return (
        ""
        if first == wanted
        else f"{field.name}: load would take {wanted!r} for {first!r}, which is called alike. Set it with an update."
    )


def links(value: Any) -> list[int] | None:
    """The ids that a new record is to be linked to.

    Args:
        value: A list of ids, or of commands.

    Returns:
        The ids; None where the list holds anything else, such as a command that makes a line.
    """
    if not isinstance(value, list):
        return None
    found: list[int] = []
    for each in value:
        if type(each) is int:
            found.append(each)
        elif isinstance(each, list) and each and (read := COMMANDS.get(each[0], _no_ids)(each)) is not None:
            found = read if each[0] in (CLEAR, SET) else [*found, *read]
        else:
            return None
    return list(dict.fromkeys(found))


def _no_ids(_command: list[Any]) -> list[int] | None:
    return None


def _of_set(command: list[Any]) -> list[int] | None:
    ids = command[2] if len(command) > 2 else None  # noqa: PLR2004 - the command's third part
    return ids if isinstance(ids, list) and all(type(each) is int for each in ids) else None


COMMANDS: dict[Any, Callable[[list[Any]], list[int] | None]] = {
    LINK: lambda command: [command[1]] if len(command) > 1 and type(command[1]) is int else None,
    CLEAR: lambda _command: [],
    SET: _of_set,
}


# --- one cell --------------------------------------------------------------------------------------------------------


def _cell(field: Field, value: Any) -> tuple[str, str | None]:
    """The column's name for `load`, and the cell."""
    behind = IDS if field.type in (*TO_ONE, *TO_MANY) else ""
    if value is None:
        return field.name + behind, None
    return field.name + behind, TEXTS.get(field.type, _plain)(value)


def _plain(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(int(value))
    return str(value)


def _text(value: Any) -> str | None:
    # What Odoo makes of a number or truth in a field of text (odoo/orm/fields_textual.py).
    return None if value is False else str(value)


def _truth(value: Any) -> str:
    # Any text that is not empty is true (odoo/orm/fields_misc.py).
    return str(int(bool(value)))


def _whole(value: Any) -> str:
    # A fraction is cut (odoo/orm/fields_numeric.py), where load refuses its text.
    return value if isinstance(value, str) else str(int(value))


def _number(value: Any) -> str:
    return value if isinstance(value, str) else repr(float(value)) if isinstance(value, bool | float) else str(value)


def _some(value: Any) -> str | None:
    ids = links(value)
    return str(value) if ids is None else ",".join(map(str, ids))


def _or_nothing(value: Any) -> str | None:
    return None if value is False else _plain(value)


TEXTS: dict[str, Callable[[Any], str | None]] = {
    "char": _text,
    "text": _text,
    "html": _text,
    "boolean": _truth,
    "integer": _whole,
    "float": _number,
    "monetary": _number,
    "many2one": _or_nothing,
    "many2one_reference": _or_nothing,
    "one2many": _some,
    "many2many": _some,
    "selection": _or_nothing,
    "date": _or_nothing,
    "datetime": _or_nothing,
    "binary": _or_nothing,
    "reference": _or_nothing,
}
