"""What keeps a value from being sent, in words: what is wrong, and what to do."""

from __future__ import annotations

import datetime as dt
import decimal
import reprlib
from typing import Any

import numpy as np
import pandas as pd

# Characters of a value that are shown.
MOST = 40

# Odoo hands it on, and PostgreSQL rounds it: to another record's id.
NO_ID = (
    "an id is a whole number, and this one would be rounded to another record's. Correct it, or make the column text "
    "if its field holds no ids."
)
INFINITE = "infinity cannot be sent. Put a number there, or leave the cell empty."
LARGE = "the number is larger than Odoo can hold. Send it as text."
DIGITS = "the number has more digits than a number in JSON keeps. Round it: round(value, 2)."
WHOLE = "the number has more digits than a number in JSON keeps. Round it to a whole one: round(value)."
YEAR = "the year does not have four digits. Correct it, or leave the cell empty."
NO_ZONE = "a time without a zone. Say where it was read, for example timezone='Europe/Brussels' or 'UTC'."
EDGE = "this close to the end of the calendar, only dates and times in UTC can be sent."
MIDNIGHT = "inside a list or dict, midnight may mean a day or a time. Make it a date, or give it with its zone."
EMPTY_LINE = "line {place} is empty. Fill it, or leave it out."
TEXT = (
    "the text holds a NUL or half a surrogate pair, which Odoo cannot store. "
    r"Remove it: .str.replace(r'[\x00\ud800-\udfff]', '', regex=True)."
)
KEY = "the keys of a dict are names of fields, so text. Rename the key."
DEEP = "lists or dicts stand too deep inside each other. Flatten them."


def clocks(zone: str) -> str:
    """A time that a zone skips or has twice."""
    return f"the clocks in {zone} skip this time or show it twice. Give it with its zone."


def strange(cell: type) -> str:
    """A cell of a type that has no form in Odoo."""
    return f"a value of the type {cell.__name__} cannot be sent. Turn it into text, a number, a date or a time."


class UnsendableError(ValueError):
    """One value that cannot be sent.

    Attributes:
        sentence: What is wrong with it, and what to do.
        value: The value.
    """

    def __init__(self, sentence: str, value: object) -> None:
        self.sentence = sentence
        self.value = value
        super().__init__(sentence)


SHORT = reprlib.Repr()
SHORT.maxstring = SHORT.maxother = SHORT.maxlong = MOST


def shown(value: Any) -> str:
    """A value as it is shown in a sentence: short, on one line, without a control character."""
    try:
        text = _text(value)
    except Exception:  # noqa: BLE001 - whatever the repr of a stranger raises, the sentence about it must come
        text = f"<{type(value).__name__}>"
    text = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"


def _text(value: Any) -> str:
    if isinstance(value, np.generic | np.ndarray) and value.size <= MOST:
        value = value.tolist()
    if isinstance(value, dt.date | dt.time | dt.timedelta | decimal.Decimal | pd.Period | pd.Interval):
        return str(value)
    # Only the first bytes, since the repr of all of them could take as much memory again.
    return SHORT.repr(bytes(value[:MOST]) if isinstance(value, bytes | bytearray | memoryview) else value)
