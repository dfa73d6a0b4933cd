"""Values beside the type of their field: each distinct value of a column once.

What is found, by type of field:

* `char`, `text`, `html`: truths, lists and dicts, which become their text; texts longer than the field.
* `integer`: no whole numbers, too large ones, and those that lose what stands behind their point.
* `float`, `monetary`: no numbers, such as those with a decimal comma, and those that Odoo rounds.
* `boolean`: texts such as "false", which are true to Odoo, and what else it takes for true; what its import refuses.
* `date`: no dates, and times, of which it keeps the day in UTC.
* `datetime`: no times as Odoo reads them, and days, which become midnight in UTC.
* `selection`: no choices of the field, or the word on the screen in place of its key.
* `many2one`: no ids.
* `one2many`, `many2many`: no lists of ids or of commands.
* `binary`, `image`: neither bytes nor base64.
* `reference`: what is not written like res.partner,7.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow import moments
from odoo_widgets.flow.checks.notes import ERROR, NOTE, WARNING, Note, found
from odoo_widgets.flow.comparing import is_empty, rounded, settles_never
from odoo_widgets.flow.documents import OF_LINES, is_lines
from odoo_widgets.flow.naming import meant
from odoo_widgets.flow.unsendable import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from odoo_widgets.flow.checks.subject import Distinct, Subject
    from odoo_widgets.flow.model import Field

# PostgreSQL's integer, which Odoo keeps whole numbers in.
LARGEST = 2**31
DAY = re.compile(r"\d{4}-\d\d?-\d\d?", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?", re.ASCII)
# Base64 comes in groups of as many characters (RFC 4648, 4).
GROUP = 4
BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*", re.ASCII)
REFERENCE = re.compile(r"[a-z0-9_.]+,\d+", re.ASCII)
COMMANDS = range(7)
LINK_TO, SET = 4, 6
TRUE_TEXTS = ("true", "1", "yes", "y", "t", "on")
FALSE_TEXTS = ("false", "0", "no", "n", "f", "off")
# What Odoo's import reads, beside the words of the languages that it has (odoo/addons/base/models/ir_fields.py,
# _str_to_boolean).
IMPORTED_TRUTHS = ("", "1", "true", "yes", "0", "false", "no")


@attrs.frozen
class Said:
    """What is said of one value; values of which the same is said share a note.

    Attributes:
        severity: How bad it is.
        problem: What is wrong.
        advice: What to do.
        shown: The value, and what is right in its place, where that is known.
    """

    severity: str
    problem: str
    advice: str
    shown: str


def values(subject: Subject) -> Iterator[Note]:
    """What Odoo refuses of the values, or keeps otherwise than they were sent."""
    table = OF_LOAD if subject.imports else CHECKS
    for name, held in subject.sent.items():
        field = subject.field(name)
        if field is None or (check := table.get(field.type)) is None or "/" in name:
            continue
        if settles_never(field) or _is_quiet(field, held):
            continue
        yield from _notes(name, field, held, check)


def _is_quiet(field: Field, held: Distinct) -> bool:
    """Whether nothing can be said of any cell, since all are of a kind that the field takes as it is: most columns are.

    To tell the values of a long column apart takes longer than all other looks at it.
    """
    if field.size or field.digits or not held.sorts <= QUIET.get(field.type, NOTHING):
        return False
    if field.type in ENDS:
        return held.within(*ENDS[field.type])
    return field.type != "datetime" or held.column.unit == moments.MOMENT


def _notes(name: str, field: Field, held: Distinct, check: Callable[[Field, Any], Said | None]) -> Iterator[Note]:
    together: dict[tuple[str, str, str], tuple[list[int], list[str]]] = {}
    for place in sorted(set(held.codes[held.codes >= 0].tolist())):
        # An empty text and false empty a field of any type.
        value = held.values[place]
        if not is_empty(value) and (said := check(field, value)) is not None:
            places, texts = together.setdefault((said.severity, said.problem, said.advice), ([], []))
            places.append(place)
            texts.append(said.shown)
    for (severity, problem, advice), (places, texts) in together.items():
        yield Note(severity, problem + found(texts), advice, held.column.name, name, held.rows(places))


# --- one check for each type of field ---------------------------------------------------------------------------------


def _text(field: Field, value: Any) -> Said | None:
    if isinstance(value, bool):
        return Said(
            WARNING, "A truth becomes the text 'True' or 'False'.", "Send the text that is meant.", shown(value)
        )
    if isinstance(value, list | dict):
        return Said(ERROR, "A list or dict becomes its text.", "Send the text that is meant.", shown(value))
    if field.size and len(str(value)) > field.size:
        return Said(WARNING, f"Odoo cuts texts to {field.size} characters here.", "Shorten them.", shown(value))
    return None


def _integer(_field: Field, value: Any) -> Said | None:
    number = _parsed(value, int)
    if number is None:
        return Said(ERROR, "These are no whole numbers.", "Correct or empty them.", shown(value))
    if not -LARGEST <= number < LARGEST:
        return Said(ERROR, "These are larger than a whole number in Odoo can be.", "Correct them.", shown(value))
    if isinstance(value, float) and not value.is_integer():
        return Said(WARNING, "Odoo cuts off what stands behind the point.", "Round them.", f"{shown(value)} → {number}")
    return None


def _float(field: Field, value: Any) -> Said | None:
    number = _parsed(value, float)
    if number is None:
        comma = isinstance(value, str) and _parsed(value.replace(".", "").replace(",", "."), float) is not None
        advice = "Write them with a point, and nothing between the thousands." if comma else "Correct or empty them."
        return Said(ERROR, "These are no numbers.", advice, shown(value))
    digits = field.digits[1] if field.digits else None
    # Python's own way of rounding is another, and many times as fast: what it leaves as it is has no more digits.
    if digits is not None and round(number, digits) != number != (kept := rounded(number, digits)):
        told = f"{shown(value)} → {kept:.{digits}f}"
        return Said(NOTE, f"Odoo rounds to {digits} decimals.", "Round them, to see what it keeps.", told)
    return None


def _parsed(value: Any, kind: Callable[[Any], Any]) -> Any:
    """A value as a number; None where Odoo would find none."""
    if isinstance(value, list | dict):
        return None
    try:
        return kind(value)
    except (ValueError, TypeError, OverflowError):
        return None


def _truth(_field: Field, value: Any) -> Said | None:
    if isinstance(value, str) and value.strip().casefold() in FALSE_TEXTS:
        return Said(ERROR, "Any text is true, these as well.", "Make it a column of truths.", f"{shown(value)} → True")
    known = isinstance(value, str) and value.strip().casefold() in TRUE_TEXTS
    if not known and value not in (0, 1):
        return Said(WARNING, "Odoo takes these for true.", "Make it a column of truths.", shown(value))
    return None


def _truth_of_load(_field: Field, value: Any) -> Said | None:
    if value in (0, 1) or str(value).lower() in IMPORTED_TRUTHS:
        return None
    problem = "Odoo's import refuses these, unless they say true or false in a language that it has."
    return Said(WARNING, problem, "Make it a column of truths.", shown(value))


def _date(_field: Field, value: Any) -> Said | None:
    text = value if isinstance(value, str) else ""
    if not DAY.fullmatch(text[:10]) or not _is_day(text[:10]):
        return Said(ERROR, "These are no dates.", "Write them like 2026-03-01, or use pd.to_datetime.", shown(value))
    if len(text) > len("2026-03-01"):
        day = f"{shown(value)} → {text[:10]}"
        problem = "Odoo keeps the day of these times, which is the day in UTC."
        return Said(WARNING, problem, "Make it a column of dates, by the zone that is meant.", day)
    return None


def _moment(_field: Field, value: Any) -> Said | None:
    text = value if isinstance(value, str) else ""
    if not MOMENT.fullmatch(text) or not _is_moment(text):
        advice = "Write them like 2026-03-01 10:20:30 in UTC, or use pd.to_datetime."
        return Said(ERROR, "These are no times as Odoo reads them.", advice, shown(value))
    if len(text) == len("2026-03-01"):
        problem = "Days in a field of times: Odoo takes midnight in UTC, which may be another day where people are."
        return Said(WARNING, problem, "Give the times a zone: .dt.tz_localize('Europe/Brussels').", shown(value))
    return None


def _is_day(text: str) -> bool:
    # Odoo's own way of reading (odoo/orm/fields_temporal.py, `to_date`).
    return _parsed(text, lambda day: dt.datetime.strptime(day, "%Y-%m-%d")) is not None  # noqa: DTZ007 - a day has no zone


def _is_moment(text: str) -> bool:
    return _parsed(text, dt.datetime.fromisoformat) is not None


def _choice(field: Field, value: Any) -> Said | None:
    if not field.selection or value in field.selection:
        return None
    key = meant(str(value), field.selection)
    exact = key and str(value).casefold() in (key.casefold(), field.selection[key].casefold())
    if exact:
        problem = "Odoo wants its own key of a choice, not the word on the screen or another case."
        return Said(ERROR, problem, "Send the keys.", f"{shown(value)} is {key!r}")
    near = f" (perhaps {key!r})" if key else ""
    return Said(ERROR, "These are no choices of this field.", f"Send one of: {field.choices}.", f"{shown(value)}{near}")


def _one(field: Field, value: Any) -> Said | None:
    if is_id(value) or value == 0:
        return None
    problem = f"These are no ids of {field.relation}."
    return Said(ERROR, problem, "Look the records up, and send their ids.", shown(value))


def _many(field: Field, value: Any) -> Said | None:
    if not isinstance(value, list):
        return Said(ERROR, f"These are no lists of ids of {field.relation}.", "Send lists of ids.", shown(value))
    if field.type == OF_LINES and is_lines(value):
        # Lines are checked by themselves.
        return None
    if all(is_id(each) for each in value) or all(_is_command(each) for each in value):
        return None
    advice = "Send a list of ids, or of commands such as [4, id, 0] and [0, 0, {…}]."
    return Said(ERROR, "These lists hold other things than ids or commands.", advice, shown(value))


def is_id(value: Any) -> bool:
    """Whether a value is the number of a record; text of digits is, as Odoo reads it."""
    if isinstance(value, str):
        return value.isascii() and value.isdigit() and 0 < int(value) < LARGEST
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < LARGEST


def _is_command(value: Any) -> bool:
    if not isinstance(value, list) or not value or type(value[0]) is not int or value[0] not in COMMANDS:
        return False
    # Odoo links 0 as if it were a record, and PostgreSQL then refuses the row.
    linked = value[-1] if value[0] == SET else value[1:2] if value[0] == LINK_TO else []
    return isinstance(linked, list) and all(map(is_id, linked))


def _file(_field: Field, value: Any) -> Said | None:
    if isinstance(value, str) and BASE64.fullmatch(value) and len("".join(value.split())) % GROUP == 0:
        return None
    advice = "Send bytes, or base64 without anything before it."
    return Said(ERROR, "These are no files: neither bytes nor base64.", advice, shown(value))


def _reference(_field: Field, value: Any) -> Said | None:
    if isinstance(value, str) and REFERENCE.fullmatch(value):
        return None
    return Said(ERROR, "These lead to no record.", "Write them like res.partner,7.", shown(value))


# By type of field, the kinds of cells that it takes as they are, and the ends of whole numbers.
NOTHING: frozenset[str] = frozenset()
OF_TEXT = frozenset({"text", "integer", "float", "moment", "date", "binary"})
QUIET = {
    "char": OF_TEXT,
    "text": OF_TEXT,
    "html": OF_TEXT,
    "integer": frozenset({"integer"}),
    "float": frozenset({"integer", "float"}),
    "monetary": frozenset({"integer", "float"}),
    "boolean": frozenset({"boolean"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"moment"}),
    "many2one": frozenset({"integer"}),
}
ENDS = {"integer": (-LARGEST, LARGEST - 1), "many2one": (0, LARGEST - 1)}

CHECKS: dict[str, Callable[[Field, Any], Said | None]] = {
    "char": _text,
    "text": _text,
    "html": _text,
    "integer": _integer,
    "float": _float,
    "monetary": _float,
    "boolean": _truth,
    "date": _date,
    "datetime": _moment,
    "selection": _choice,
    "many2one": _one,
    "one2many": _many,
    "many2many": _many,
    "binary": _file,
    "image": _file,
    "reference": _reference,
}
# Odoo's import reads labels by itself.
OF_LOAD = {name: CHECKS[name] for name in ("char", "text", "html", "float", "monetary", "date", "datetime")}
OF_LOAD |= {"boolean": _truth_of_load}
