"""What each setting may be by itself: converters, which take what people write, and validators.

Which settings go together is told in `choices`.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import orjson
from immutabledict import immutabledict

from odoo_widgets.flow.answers import PATH
from odoo_widgets.flow.choices import ADD, CREATE, KEEP, REFUSE, REPLACE, UPDATE, UPSERT
from odoo_widgets.flow.endpoint import VERBS
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.key_headers import key_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import attrs

    Validator = Callable[[Any, attrs.Attribute[Any], Any], None]

METHODS = VERBS
# What becomes of a row, by whether its record is there.
MODES = (CREATE, UPDATE, UPSERT)
CONTENT_FORMATS = ("JSON", "XML", "form", "CSV")
# What becomes of the lines of a document that were not made from here.
LINES = (REFUSE, KEEP, ADD, REPLACE)
# What becomes of a missing cell: the field stays out, is emptied, or the row cannot be sent.
MISSING = ("omit", "clear", "reject")
# What becomes of a value that is no record's: a record is made of it, its cell counts as empty, its rows are rejected.
SETTLEMENTS = ("create", "empty", "reject")
# Which rows share a call: as they come; those of one value only; all those of one value.
GROUPINGS = ("sequential", "by column", "keep together")
# More records than any call could hold, and as many as a browser can count (ECMA-262, Number.MAX_SAFE_INTEGER).
MOST = 2**53 - 1
# As many calls at a time as Odoo's threads (odoo/service/server.py) and httpx's pool can make use of.
MOST_AT_ONCE = 32
# Odoo's codes of languages, such as fr_BE, sr@latin or es_419; empty for none.
LANGUAGE_CODE = re.compile(r"([a-zA-Z]\w*(@\w+)?)?", re.ASCII)
# PostgreSQL's integer, which Odoo numbers records with, ends here.
LAST_ID = 2**31 - 1


def stripped(value: str) -> str:
    """Text without white space around it; anything else as it is."""
    return value.strip() if isinstance(value, str) else value


def name_or_none(value: Any) -> Any:
    """Text without white space around it, and None where none is left."""
    return (value.strip() or None) if isinstance(value, str) else value


def number_or_none(value: Any) -> Any:
    """A number, and None for 0, which stands for it in a saved file."""
    if isinstance(value, np.integer):
        value = int(value)
    return None if type(value) in (int, float) and value == 0 else value


def address(value: object) -> str:
    """The URL; whatever else is looked at follows from it."""
    if not isinstance(value, str):
        raise SettingsError(
            f"url={value!r} is not the address of a server. Write it like https://mycompany.odoo.com/json/2/res.partner/create."
        )
    try:
        value.encode()
    except UnicodeEncodeError:
        raise SettingsError("The URL holds half a surrogate pair, which no address can. Write it anew.") from None
    return value.strip()


def columns(value: Iterable[str] | str | None) -> tuple[str, ...]:
    """The names of columns, each once; one may be written by itself."""
    wrong = SettingsError(f"exclude={value!r} is not a list of column names. Write it like ['_loaded_at'].")
    return _each_once(value, wrong)


def key(value: Iterable[str] | str | None) -> tuple[str, ...]:
    """The names of the key's columns. An empty text is what no key is called in a saved file, and in a form."""
    wrong = SettingsError(f"key={value!r} is not a column name, or a list of them. Write it like 'ref'.")
    names = _each_once(value, wrong)
    if names == ("",):
        return ()
    if "" in names:
        raise wrong
    return names


def line_key(value: Iterable[str] | str | None) -> tuple[str, ...]:
    """The names that tell the lines of a document apart."""
    try:
        return key(value)
    except SettingsError:
        raise SettingsError(f"line_key={value!r} is not a name in the lines, or a list of them.") from None


def add(value: Iterable[str] | str | None) -> tuple[str, ...]:
    """The columns whose records are added to those that a field holds."""
    return _each_once(value, SettingsError(f"add={value!r} is not a column name, or a list of them."))


def _each_once(value: Iterable[str] | str | None, wrong: SettingsError) -> tuple[str, ...]:
    try:
        names = (value,) if isinstance(value, str) else tuple(dict.fromkeys(() if value is None else value))
    except TypeError:
        raise wrong from None
    if not all(isinstance(name, str) for name in names):
        raise wrong
    return names


def missing(value: Mapping[str, str] | None) -> immutabledict[str, str]:
    """Columns and what becomes of their missing cells."""
    try:
        policies = dict(value or {})
    except (TypeError, ValueError):
        raise SettingsError("missing is not a dict of column and policy, such as {'email': 'clear'}.") from None
    for column, policy in policies.items():
        if not isinstance(column, str):
            raise SettingsError(f"missing names the column {column!r}, which is not text. Rename the column.")
        if not isinstance(policy, str) or policy not in MISSING:
            raise SettingsError(
                f"missing={policy!r} for the column {column!r} is not known. Use: {', '.join(MISSING)}."
            )
    return immutabledict(policies)


def fields(value: Mapping[str, str] | None) -> immutabledict[str, str]:
    """Columns and the fields that they fill. A column that is called like its field needs no word."""
    try:
        mapping = dict(value or {})
    except (TypeError, ValueError):
        raise SettingsError("fields is not a dict of column and field, such as {'Country': 'country_id'}.") from None
    for column, field in mapping.items():
        if not isinstance(column, str) or not column:
            raise SettingsError(f"fields names the column {column!r}, which is not text. Rename the column.")
        if not isinstance(field, str) or not field.strip():
            raise SettingsError(f"fields={field!r} for the column {column!r} is not the name of a field.")
    return immutabledict({column: field.strip() for column, field in mapping.items() if field.strip() != column})


def settlements(
    value: Mapping[str, Mapping[str, int | str]] | None,
) -> immutabledict[str, immutabledict[str, int | str]]:
    """Columns and what was settled of their values: a record's id, or what becomes of it."""
    try:
        made = {column: dict(values) for column, values in dict(value or {}).items()}
    except (TypeError, ValueError):
        raise SettingsError(
            "settlements is not a dict of column, value and settlement, such as {'country_id': {'Holland': 165}}."
        ) from None
    for column, values in made.items():
        if not all(isinstance(each, str) for each in (column, *values)):
            raise SettingsError(f"settlements of the column {column!r} names a column or value that is not text.")
        for each, settlement in values.items():
            is_id = isinstance(settlement, int) and not isinstance(settlement, bool) and settlement > 0
            if not is_id and settlement not in SETTLEMENTS:
                raise SettingsError(
                    f"settlements has {settlement!r} for {each!r} in the column {column!r}. "
                    f"Use a record's id, or one of: {', '.join(SETTLEMENTS)}."
                )
    return immutabledict({column: immutabledict(values) for column, values in made.items() if values})


def context(value: Mapping[str, object] | None) -> immutabledict[str, object]:
    """Odoo's context as it goes out: tuples are lists there."""
    try:
        plain: dict[str, object] = orjson.loads(orjson.dumps(dict(value or {})))
        # For NaN, orjson would write null.
        json.dumps(dict(value or {}), allow_nan=False)
    except (TypeError, ValueError):
        raise SettingsError("context is not a dict of names and plain values, such as {'lang': 'fr_FR'}.") from None
    # Odoo takes a zone that it does not know for UTC, without a word (19.0, odoo/orm/environments.py).
    if isinstance(named := plain.get("tz"), str) and named and not _is_zone(named):
        raise SettingsError(f"context has tz={named!r}, which is no time zone. Write it like Europe/Brussels or UTC.")
    return immutabledict(plain)


def header_names(headers: immutabledict[str, str]) -> str:
    """What is shown of headers: a value may be a secret."""
    return repr(list(headers))


def one_of(values: tuple[str, ...]) -> Validator:
    """Takes some values only."""

    def validate(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if not isinstance(value, str) or value not in values:
            raise SettingsError(f"{attribute.name}={value!r} is not known. Use one of: {', '.join(values)}.")

    return validate


def number_of(what: str) -> Validator:
    """Takes whole numbers from 1 on, and None, which stands for no number."""

    def validate(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST):
            raise SettingsError(f"{attribute.name}={value!r} is not a number of {what}. Use 1 or more, or None.")

    return validate


def truth(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes true and false only."""
    if not isinstance(value, bool):
        raise SettingsError(f"{attribute.name}={value!r} is neither true nor false.")


def column(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes the name of a column."""
    if not isinstance(value, str) or not value:
        raise SettingsError(f"{attribute.name}={value!r} is not the name of a column.")


def path(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes a way into an answer or a body; an empty one stands for none."""
    if not isinstance(value, str) or (value and not PATH.fullmatch(value)):
        raise SettingsError(f"{attribute.name}={value!r} is not a path. Write it like data, params.data or data[0].id.")


def header_of_key(_settings: object, _attribute: attrs.Attribute[Any], value: str) -> None:
    """Takes a header that a key goes into."""
    key_header(value)


def zone(_settings: object, attribute: attrs.Attribute[Any], value: str | None) -> None:
    """Takes the name of a time zone, and None."""
    if value is not None and not _is_zone(value):
        raise SettingsError(f"{attribute.name}={value!r} is not known. Write it like Europe/Brussels or UTC.")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, AttributeError, OSError):
        return False
    return True


def calls_at_once(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes how many calls there may be at a time."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_AT_ONCE:
        raise SettingsError(f"{attribute.name}={value!r} is not a number of calls. Use 1 to {MOST_AT_ONCE}.")


def rate(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes a rate, and None for no limit."""
    if value is not None and not _is_positive(value):
        raise SettingsError(f"{attribute.name}={value!r} is not a number above 0. Leave it out for no limit.")


def seconds(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes a time."""
    if not _is_positive(value):
        raise SettingsError(f"{attribute.name}={value!r} is not a number of seconds above 0.")


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


def language(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes the code of a language; empty for the user's own."""
    if not isinstance(value, str) or not LANGUAGE_CODE.fullmatch(value):
        raise SettingsError(f"{attribute.name}={value!r} is not the code of a language. Write it like 'fr_FR'.")


def company(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes the id of a company, and None for the user's own."""
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LAST_ID):
        raise SettingsError(f"{attribute.name}={value!r} is not the id of a company. Use 1 or more, or None.")
