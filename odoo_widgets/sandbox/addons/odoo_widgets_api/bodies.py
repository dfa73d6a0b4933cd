"""What a body says: the values of one record, or of several."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qsl

from odoo.exceptions import ValidationError
from odoo.http import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

if TYPE_CHECKING:
    from collections.abc import Callable

REFERENCES = ("many2one", "many2many")
SUBFIELDS = ("id", ".id")
LINES = ("many2many", "one2many")
# Odoo's commands by their numbers (`Command` in odoo/orm/commands.py), with the fewest parts that each takes.
SHORTEST = {0: 3, 1: 3, 2: 2, 3: 2, 4: 2, 5: 1, 6: 3}
LONGEST_COMMAND = 3
WITH_VALUES, WITH_ID, SET = (0, 1), (1, 2, 3, 4), 6


def records(model: Any) -> list[dict[str, Any]] | dict[str, Any]:
    """The values in this request's body.

    Args:
        model: The model that they are for.

    Returns:
        One record's values by field, or a list of such.

    Raises:
        BadRequest: The body cannot be read.
        UnsupportedMediaType: It is neither JSON nor a form.
        ValidationError: A form's text does not fit its field.
        ValueError: A form has a field that the model has not.
    """
    kind = request.httprequest.mimetype
    if kind not in READERS:
        raise UnsupportedMediaType(f"Send {' or '.join(READERS)}, not {kind or 'a body without Content-Type'}.")
    # Bytes, since Odoo's own reader puts a mark in the place of what is no UTF-8, and stores that.
    body = request.httprequest.get_data(parse_form_data=False)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is no UTF-8: {error.reason} at byte {error.start}.") from error
    return READERS[kind](model, text)


def record(model: Any) -> dict[str, Any]:
    """The values of the one record in this request's body.

    Args:
        model: The model that they are for.

    Returns:
        Its values by field.

    Raises:
        BadRequest: The body cannot be read, or holds several records.
        UnsupportedMediaType: It is neither JSON nor a form.
        ValidationError: A form's text does not fit its field.
        ValueError: A form has a field that the model has not.
    """
    found = records(model)
    if not isinstance(found, dict):
        raise BadRequest("One record has one JSON object as its body, not an array.")
    return found


def stumbled(model: Any, error: KeyError) -> Exception:
    """What to say of a model whose own code looks for a field before anybody asks whether it is there.

    Args:
        model: The model.
        error: What it raised.

    Returns:
        An error about the values, where it is the name of a field of the model or of a line in it; else the same.
    """
    lines = [model.env[field.comodel_name] for field in model._fields.values() if field.type in LINES]
    name = next(iter(error.args), None)
    if not any(name in each._fields for each in (model, *lines)):
        return error
    return ValidationError(f"Odoo looks for {name!r} in these values: it is missing there, or does not fit.")


def from_json(model: Any, text: str) -> list[dict[str, Any]] | dict[str, Any]:
    """Reads JSON.

    Args:
        model: The model that it is for.
        text: An object, or an array of objects.

    Returns:
        The same, as values.

    Raises:
        BadRequest: It is something else.
        ValueError: The model, or that of a line in it, has no such field, or a reference is no id.
    """
    try:
        found = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is no JSON: {error}") from error
    rows = found if isinstance(found, list) else [found]
    if not all(isinstance(row, dict) for row in rows):
        raise BadRequest("The body must be a JSON object, or an array of JSON objects.")
    for row in rows:
        for name, value in row.items():
            _check(model, name, value)
    return found


def from_form(model: Any, text: str) -> dict[str, Any]:
    """Reads a URL-encoded form, text by text as `load` reads a file's cells.

    A reference is a name; all digits, it is a database id, since a form has no other way to write a number. `field/id`
    takes an external id. Moments are in the context's time zone, else in UTC.

    Args:
        model: The model that it is for.
        text: The form.

    Returns:
        One record's values by field.

    Raises:
        BadRequest: The form cannot be read, or has a name twice.
        ValidationError: A text does not fit its field, or more than one record has the name that is asked for.
        ValueError: The model has no such field, or a form cannot hold its values.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict") if text else []
    except ValueError as error:
        raise BadRequest(f"The body is no URL-encoded form: {error}") from error
    cells = {tuple(_path(model, name, value)): value for name, value in pairs}
    if len({path[0] for path in cells}) < len(pairs):
        raise BadRequest("The form has a field twice. Several references stand in one value, with commas between.")
    reader = model.with_context(_import_current_module="__import__", tz=model.env.context.get("tz") or "UTC")
    said: list[dict[str, Any]] = []
    paths, row = [list(path) for path in cells], list(cells.values())
    with model.env.cr.savepoint() as savepoint:
        extracted = reader._extract_records(paths, [row], log=said.append)
        converted = list(reader._convert_records(extracted, log=said.append, savepoint=savepoint))
    if said:
        raise ValidationError("\n".join(each["message"] for each in said))
    return converted[0][2]


READERS: dict[str, Callable[[Any, str], Any]] = {
    "application/json": from_json,
    "application/x-www-form-urlencoded": from_form,
}


def _path(model: Any, name: str, value: str) -> list[str]:
    field_name, _, subfield = name.partition("/")
    field = _field(model, "" if field_name in SUBFIELDS else field_name, name)
    if field.type == "one2many" or (subfield and (field.type not in REFERENCES or subfield not in SUBFIELDS)):
        raise ValueError(f"A form cannot hold {name!r} of {model._name!r}. Send JSON.")
    is_id = field.type in REFERENCES and all(part.strip().isdecimal() for part in value.split(","))
    return [field_name, *([subfield] if subfield else [".id"] if is_id else [])]


def _check(model: Any, name: str, value: Any) -> None:
    field = _field(model, name, name)
    if field.type in CHECKS and value not in (None, False):
        CHECKS[field.type](model, field, value)


def _many2one(_model: Any, field: Any, value: Any) -> None:
    # Odoo 19.0's own `write` empties a reference that it is given as text, and says nothing
    # (`Many2one.convert_to_cache` in odoo/orm/fields_relational.py).
    if type(value) is not int:
        raise ValueError(f"Wrong value for {field}: {value!r}. A reference is an id, a whole number, or false.")


def _many(model: Any, field: Any, value: Any) -> None:
    for command in value if isinstance(value, list) else [value]:
        if type(command) is int:
            continue
        fits = isinstance(command, list) and command and type(command[0]) is int and len(command) <= LONGEST_COMMAND
        if not fits or len(command) < SHORTEST.get(command[0], LONGEST_COMMAND + 1) or not _numbered(command):
            raise ValueError(
                f"Wrong value for {field}: {command!r}. It takes ids, and commands such as [0, 0, {{…}}], [4, id] or "
                "[6, 0, [ids]]."
            )
        if command[0] in WITH_VALUES:
            _line(model.env[field.comodel_name], field, command[2])


def _numbered(command: list[Any]) -> bool:
    """Whether ids stand where a command has them: text gets as far as the database, which fails on it."""
    ids = command[1:2] if command[0] in WITH_ID else command[2] if command[0] == SET else []
    return isinstance(ids, list) and all(type(each) is int for each in ids)


def _line(lines: Any, field: Any, values: Any) -> None:
    if not isinstance(values, dict):
        raise TypeError(f"Wrong value for {field}: {values!r}. A line is an object.")
    for name, value in values.items():
        _check(lines, name, value)


def _properties(_model: Any, field: Any, value: Any) -> None:
    if not isinstance(value, dict) and not (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
        raise ValueError(f"Wrong value for {field}: {value!r}. Properties are an object, or an array of objects.")


def _text(_model: Any, field: Any, value: Any) -> None:
    # Odoo would store the Python code of it, or hand it to the database as it is.
    if isinstance(value, list | dict):
        raise TypeError(f"Wrong value for {field}: {value!r}. It takes text.")


def _base64(_model: Any, field: Any, value: Any) -> None:
    if not isinstance(value, str):
        raise TypeError(f"Wrong value for {field}: {value!r}. A file is text in base64.")
    try:
        # Lines may be broken (RFC 2045, 6.8). Of other letters, Odoo would leave out what it cannot read, and empty a
        # picture of which nothing is left.
        base64.b64decode("".join(value.split()), validate=True)
    except ValueError as error:
        raise ValueError(f"Wrong value for {field}: a file is text in base64, and this is none: {error}.") from error


CHECKS: dict[str, Callable[[Any, Any, Any], None]] = {
    "binary": _base64,
    "char": _text,
    "html": _text,
    "image": _base64,
    "many2many": _many,
    "many2one": _many2one,
    "one2many": _many,
    "properties": _properties,
    "text": _text,
}


def _field(model: Any, name: str, shown: str) -> Any:
    # Asked here, since a model's own code may stumble over the name before the ORM refuses it.
    if name not in model._fields:
        raise ValueError(f"Invalid field {shown!r} in {model._name!r}")
    return model._fields[name]


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")
