"""Whether Odoo holds what is sent to a field: the one place that knows how Odoo keeps each type of value.

Odoo keeps numbers rounded to the digits of their field or currency, wraps text in HTML, orders what a field lists in
its own way, and shows an empty field as false (Odoo 19.0, odoo/orm/fields_*.py, `convert_to_column`,
`convert_to_read`).
"""

from __future__ import annotations

import decimal
import math
from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.markup import is_cleaned, parts
from odoo_widgets.flow.model import OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from odoo_widgets.flow.model import Field, Fields

# What Odoo shows of a time; a text of it may end earlier.
MIDNIGHT, DAY = " 00:00:00", len("2026-03-01")
# What nobody is shown, of users.
SECRETS = ("password", "new_password")
# Odoo's commands for what a field lists (odoo/orm/commands.py).
DELETE, UNLINK, LINK, CLEAR, SET = 2, 3, 4, 5, 6
# More decimals than any currency has.
DECIMALS = range(10)


def same(field: Field, sent: Any, held: Any, decimals: int | None = None) -> bool:
    """Whether sending a value would leave a field as it is.

    Args:
        field: The field.
        sent: The value as it goes on the wire; None or false empties the field.
        held: The value as `read` or `search_read` answers it.
        decimals: For an amount of money, the decimals of its record's currency. Where they are not known, amounts are
            the same only if they are equal.

    Returns:
        Whether Odoo would hold the same afterwards. What it cannot be told of, such as lines to make, is not the same.
    """
    return SAME.get(field.type, _equal)(field, sent, held, decimals)


def differing(
    sent: Mapping[str, Any], held: Mapping[str, Any], fields: Fields, decimals: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """The cells of a record that Odoo does not hold as they would be sent.

    Args:
        sent: Field to value as it goes on the wire.
        held: What the record holds of these fields.
        fields: The model's fields.
        decimals: Of fields that hold money, the decimals of the record's currency, as far as they are known.

    Returns:
        Field to the value that the record holds. A field that Odoo keeps by itself, or never shows, is none of them: it
        never settles.
    """
    if sent.keys() <= held.keys() and _alike([*sent.values()], [held[name] for name in sent]):
        # So are most records: no field is asked for its own way.
        return {}
    known = decimals or {}
    return {
        name: held[name]
        for name, value in sent.items()
        if name in held
        and not (settles_never(fields[name]) or is_never_shown(fields[name]))
        and not same(fields[name], value, held[name], known.get(name))
        and not _completed(fields[name], value, held[name])
    }


def _alike(sent: list[Any], held: list[Any]) -> bool:
    """Whether values are equal one by one, and of one type, which is the same to every field: 0 and False are not."""
    return sent == held and [*map(type, sent)] == [*map(type, held)]


def _completed(field: Field, sent: Any, held: Any) -> bool:
    """Whether Odoo holds what it makes of HTML that it cleans, or of a website without a scheme.

    So it is with those of contacts and leads (Odoo 19.0, odoo/addons/base/models/res_partner.py, `_clean_website`).
    """
    if field.sanitized:
        return isinstance(sent, str) and is_cleaned(sent, held)
    return field.name == "website" and isinstance(sent, str) and bool(sent) and held == f"http://{sent}"


def settles_never(field: Field) -> bool:
    """Whether Odoo drops whatever is sent for a field, so that it differs again each time."""
    return field.dropped or field.name in OWN


def is_never_shown(field: Field) -> bool:
    """Whether Odoo keeps what is sent for a field, and reads it as empty (odoo/addons/base/models/res_users.py)."""
    return field.name in SECRETS and not field.stored


def rounded(number: float, decimals: int) -> float:
    """A number as Odoo rounds it: half of the last place goes away from zero, by the digits that a person sees.

    Odoo adds the inexactness of floats before it rounds (odoo/tools/float_utils.py, `float_round`); the shortest
    decimal of a float has none.
    """
    place = decimal.Decimal(1).scaleb(-decimals)
    with decimal.localcontext(decimal.Context(prec=400, rounding=decimal.ROUND_HALF_UP)):
        return float(decimal.Decimal(repr(number)).quantize(place))


def is_empty(value: Any) -> bool:
    """Whether a value stands for an empty field that holds no number and no truth."""
    return value is None or value is False or (isinstance(value, str) and not value)


def one_id(value: Any) -> int:
    """The id of a record that a field leads to, as it is sent or read; 0 for none."""
    first = value[0] if isinstance(value, list | tuple) and value else value
    try:
        return int(first or 0)
    except (TypeError, ValueError):
        return -1


# --- one comparison for each type of field ---------------------------------------------------------------------------


def _equal(_field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    return (is_empty(sent) and is_empty(held)) or bool(sent == held)


def _text(field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    if is_empty(sent) or is_empty(held):
        return is_empty(sent) and is_empty(held)
    # A number becomes its text; what is longer than a field's size is cut.
    text = str(sent)
    return bool((text[: field.size] if field.size else text) == held)


def _truth(_field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    # Any text is true, "false" as well.
    return bool(sent) == bool(held)


def _integer(_field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    number = _number(sent)
    return number is not None and bool(int(number) == (held or 0))


def _float(field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    return _as_rounded(sent, held, field.digits[1] if field.digits else None)


def _money(_field: Field, sent: Any, held: Any, decimals: int | None) -> bool:
    return _as_rounded(sent, held, decimals)


def _as_rounded(sent: Any, held: Any, decimals: int | None) -> bool:
    number, there = _number(sent), _number(held)
    if number is None or there is None:
        return False
    return number == there if decimals is None else rounded(number, decimals) == rounded(there, decimals)


def _number(value: Any) -> float | int | None:
    """A number, 0 for an empty one; None for what is none."""
    if is_empty(value):
        return 0
    if isinstance(value, int):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _date(_field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    return _day(sent) == _day(held)


def _day(value: Any) -> str:
    return "" if is_empty(value) else str(value)[:DAY]


def _moment(_field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    return to_second(sent) == to_second(held)


def to_second(value: Any) -> str:
    """A time as Odoo keeps it: a text that ends earlier stands for the beginning of its day, hour or minute."""
    if is_empty(value):
        return ""
    text = str(value)
    return text + MIDNIGHT[max(0, len(text) - DAY) :]


def _choice(_field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    return is_empty(held) if is_empty(sent) else str(sent) == held


def _one(_field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    return one_id(sent) == one_id(held)


def _many(_field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    there = set(held or ())
    if is_empty(sent):
        return not there
    if not isinstance(sent, list):
        return False
    if any(isinstance(each, dict) for each in sent):
        # Lines, each of which is a record of its own.
        return False
    if not any(isinstance(each, list) for each in sent):
        # An empty list writes nothing; it takes false to clear the field.
        return not sent or set(sent) == there
    after = set(there)
    for command in sent:
        if not isinstance(command, list) or not command or (apply := COMMANDS.get(command[0])) is None:
            # Lines that are made or changed.
            return False
        after = apply(after, command)
    return after == there


COMMANDS: dict[Any, Callable[[set[Any], list[Any]], set[Any]]] = {
    DELETE: lambda ids, command: ids - set(command[1:2]),
    UNLINK: lambda ids, command: ids - set(command[1:2]),
    LINK: lambda ids, command: ids | set(command[1:2]),
    CLEAR: lambda _ids, _command: set(),
    SET: lambda _ids, command: set(command[-1] or ()),
}


def _file(_field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    if is_empty(sent) or is_empty(held):
        return is_empty(sent) and is_empty(held)
    # Lines of base64 may end anywhere.
    return "".join(str(sent).split()) == "".join(str(held).split())


def _html(_field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    return parts(sent) == parts(held)


def _properties(_field: Field, sent: Any, held: Any, _decimals: int | None) -> bool:
    there = _by_name(held)
    # A property that is not sent stays as it is.
    return all(_equal(_field, value, there.get(name), None) for name, value in _by_name(sent).items())


def _by_name(properties: Any) -> dict[str, Any]:
    """The values of properties by name: read, they come with their definitions."""
    if isinstance(properties, dict):
        return properties
    told = properties if isinstance(properties, list) else []
    return {each["name"]: each.get("value", False) for each in told if isinstance(each, dict) and "name" in each}


SAME: dict[str, Callable[[Field, Any, Any, int | None], bool]] = {
    "char": _text,
    "text": _text,
    "html": _html,
    "boolean": _truth,
    "integer": _integer,
    "many2one_reference": _integer,
    "float": _float,
    "monetary": _money,
    "date": _date,
    "datetime": _moment,
    "selection": _choice,
    "many2one": _one,
    "one2many": _many,
    "many2many": _many,
    "binary": _file,
    "image": _file,
    "properties": _properties,
}
