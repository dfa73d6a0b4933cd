"""Rows and records told apart by a key: what is asked, which records answer, and the external ID of a new one.

The unique index of external IDs (Odoo 19.0, odoo/addons/base/models/ir_model.py) is the only lock that Odoo lends to a
client: two calls that make the same key at once meet there, and one of them is rolled back.

Records are looked up by text, exactly, archived ones included: a row that fits several records is `rejected` with their
ids, and a column of numbers for a field of text is refused, since 00123 may have been read as 123.

What is not promised with a key:

* that nobody else makes a second record with it, by hand or without this package. It is told of as soon as the row is
  sent again.
* that a record follows when its key is changed in Odoo. It stays that of the key it was made with: send that one again,
  and the record is updated and gets it back; its row says so.
* that the look-up finds a key that Odoo rewrites as it saves, such as a VAT number in some countries. The external ID
  keeps its record single.
* that a row says `created` where another send changes its record at that very moment: it may say `updated` instead. So
  of two upserts of one key at once, both may say `updated`, and the record is there once.
* that new records hold an empty text: they are made with `load`, which stores none instead. It takes links as ids,
  and lines as lists of dicts: other commands go afterwards, with `write`.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.model import PAIR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from odoo_widgets.flow.calls import Batch
    from odoo_widgets.flow.methods import State

# The part of an external ID before the point. No module of Odoo's is called like it, whose upgrade would delete them.
PREFIX = "odoo_widgets"
# Hexadecimal digits of a hash: 160 bits, as a commit of Git's has.
DIGITS = 40
# What says whether a record is archived, where the model has it.
ACTIVE = "active"
# What says whether a document is confirmed or posted, where the model has it.
STATE = "state"
# Ids that a sentence names, where there are more.
NAMED = 5


def external_id(model: str, key: Mapping[str, Any]) -> str:
    """The external ID of the record of a key, without spaces, which Odoo refuses.

    Values are taken as text, and fields in the order of their names, so that it is the same whatever the frame holds
    them as. No version of this package may make another one: it is what keeps a record from being made twice.
    """
    return _hashed([model, *_pairs(key)])


def line_id(model: str, key: Mapping[str, Any], field: str, line: Mapping[str, Any]) -> str:
    """The external ID of a line of the document of a key, made of what tells it from the document's other lines.

    As for `external_id`, no version of this package may make another one.
    """
    content = [model, _pairs(key), field, _pairs(line)]
    return _hashed(content)


def _pairs(values: Mapping[str, Any]) -> list[list[str]]:
    return sorted([name, text_of(value)] for name, value in values.items())


def _hashed(content: list[Any]) -> str:
    written = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return f"{PREFIX}.{hashlib.sha256(written.encode()).hexdigest()[:DIGITS]}"


def names_of(result: Any) -> dict[int, str] | None:
    """The external IDs of records, as `get_metadata` answered: id to that of this package, else to the first.

    Returns:
        Empty text for a record without one; None where the answer is none to such a question. A record that is not
        there is left out.
    """
    if not isinstance(result, list) or not all(isinstance(each, dict) for each in result):
        return None
    if not all(type(each.get("id")) is int and "xmlid" in each for each in result):
        return None
    # Older servers answer the first one only.
    every = {each["id"]: [each["xmlid"] or "", *_others(each.get("xmlids"))] for each in result}
    return {each: next(filter(is_own, names), names[0]) for each, names in every.items()}


def _others(xmlids: Any) -> list[str]:
    return [each["xmlid"] for each in xmlids or () if isinstance(each, dict) and each.get("xmlid")]


def is_own(name: str) -> bool:
    """Whether an external ID is one that this package made."""
    return name.startswith(f"{PREFIX}.")


def text_of(value: Any) -> str:
    """A value of a key as it is compared: text. A link is answered as its id and a name."""
    if isinstance(value, list) and len(value) == PAIR:
        value = value[0]
    return value if isinstance(value, str) else str(value)


def texts_of(key: Mapping[str, Any], fields: Sequence[str]) -> tuple[str, ...]:
    """The values of a key as they are compared, in the order of some fields."""
    return tuple(text_of(key[field]) for field in fields)


def domain(keys: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What finds the records of some keys. With several fields, it finds those of their mixtures too."""
    conditions = [[field, "in", list(dict.fromkeys(key[field] for key in keys))] for field in keys[0]]
    # Conditions beside each other must all hold (odoo/orm/domains.py).
    return list(conditions)


def matches(batch: Batch, fields: Sequence[str], result: Any) -> list[list[State]] | None:
    """The records of each row.

    Args:
        batch: The rows, with their keys.
        fields: What was read.
        result: What the look-up returned.

    Returns:
        For each row the records that hold its key, by id; None if the answer is none to this look-up.
    """
    if batch.keys is None or not isinstance(result, list) or not all(isinstance(each, dict) for each in result):
        return None
    if not all(type(each.get("id")) is int and each["id"] > 0 and each.keys() >= set(fields) for each in result):
        return None
    names = tuple(batch.keys[0])
    found: dict[tuple[str, ...], list[State]] = {texts_of(key, names): [] for key in batch.keys}
    for record in sorted(result, key=lambda each: each["id"]):
        if (same := found.get(texts_of(record, names))) is not None:
            same.append(record)
    return [found[texts_of(key, names)] for key in batch.keys]


def in_words(key: Mapping[str, Any]) -> str:
    """A key in a sentence: `ref 'A1'`, `ref 'A1' and company_id 3`."""
    return " and ".join(f"{field} {value!r}" for field, value in key.items())


def several(key: Mapping[str, Any], ids: Sequence[int]) -> str:
    """The sentence about a key that several records have."""
    shown = ", ".join(map(str, ids[:NAMED]))
    more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
    return (
        f"{len(ids):,} records have {in_words(key)}: {shown}{more}. Merge them in Odoo or correct their keys, or name "
        "another key."
    )


def nobody(model: str, key: Mapping[str, Any]) -> str:
    """The sentence about a key that no record has, where none may be made."""
    return (
        f"{model} has no record with {in_words(key)} that this user may see. Correct the key, or use create with "
        "mode='upsert'."
    )
