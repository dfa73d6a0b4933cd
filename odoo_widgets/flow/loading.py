"""New records of rows with a key, as `load` reads them: the same in the end as `create` would have stored.

`load` takes text, as in a file, and looks at the type of each field to know what it means (Odoo 19.0,
odoo/orm/models.py and odoo/addons/base/models/ir_fields.py). It never gets a name to look up: links go as ids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.calls import Ask, Batch, pick
from odoo_widgets.flow.matching import external_id
from odoo_widgets.flow.model import TO_MANY, TO_ONE, Field
from odoo_widgets.flow.operations import part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from odoo_widgets.flow.model import Fields

# The column of external IDs, and what says behind a field that it holds ids.
EXTERNAL_ID, IDS = "id", "/.id"
# Commands on the links of a record (odoo/orm/commands.py) that a new one can be loaded with: link, clear, set.
LINK, CLEAR, SET = 4, 5, 6


def loads(batch: Batch, model: str, fields: Fields) -> Iterator[Ask]:
    """The calls that make the records of some rows with keys, each with its external ID, in one transaction.

    `load` cannot leave a cell out: rows are parted by the set of columns that they fill.

    Args:
        batch: The rows, none of which is `unfit`.
        model: The model.
        fields: Its fields, those that are sent at least.

    Returns:
        The calls. Each can be made twice: the second time it finds what the first one made.
    """
    assert batch.keys is not None
    filled: dict[tuple[str, ...], tuple[list[int], list[list[str | None]]]] = {}
    for place, (record, key) in enumerate(zip(batch.records, batch.keys, strict=True)):
        # A key that is excluded from the payload is how the record is found later: a new one gets it all the same.
        row = {EXTERNAL_ID: external_id(model, key)} | dict(
            _cell(fields.get(name) or Field(name, ""), value) for name, value in {**key, **record}.items()
        )
        places, data = filled.setdefault(tuple(row), ([], []))
        places.append(place)
        data.append(list(row.values()))
    for names, (places, data) in filled.items():
        # `load` reads times in the zone of the context, create and write always in UTC.
        arguments = {"fields": list(names), "data": data}
        yield Ask(pick(batch.rows, places), "load", arguments, context={"tz": "UTC"}, keyed=part(batch, places))


def unfit(batch: Batch, fields: Fields) -> dict[int, tuple[str, str]]:
    """What `load` would take for something else, or what `create` would refuse and `load` would not.

    Args:
        batch: The rows.
        fields: The model's fields.

    Returns:
        The places of such rows in the batch, each with the field and the sentence.
    """
    found: dict[int, tuple[str, str]] = {}
    for place, record in enumerate(batch.records):
        for name, value in record.items():
            if (sentence := _strange_choice(fields.get(name), value)) and place not in found:
                found[place] = (name, sentence)
    return found


def _strange_choice(field: Field | None, value: Any) -> str:
    """`load` takes the first choice whose value or label is the text, in whatever case (ir_fields.py, selection)."""
    if field is None or field.type != "selection" or not field.selection or value in (None, False, ""):
        return ""
    wanted = str(value)
    if wanted not in field.selection:
        return f"{field.name} has no choice {wanted!r}. Its choices are: {', '.join(map(repr, field.selection))}."
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
