"""A model's fields, as Odoo describes them: what fits, what does not, how a value must look.

`fields_get` answers every user who may read the model with the fields that this user may see
(Odoo 19.0, odoo/orm/models.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
from immutabledict import immutabledict

if TYPE_CHECKING:
    from collections.abc import Mapping

# What is asked of each field: no help texts, which are most of the answer.
ATTRIBUTES = (
    "type",
    "string",
    "relation",
    "relation_field",
    "required",
    "readonly",
    "store",
    "selection",
    "depends",
    "digits",
    "size",
    "currency_field",
    "translate",
    "sanitize",
    "sanitize_tags",
    "sanitize_attributes",
)
# What Odoo keeps of each record by itself, and drops without a word (odoo/orm/models.py, LOG_ACCESS_COLUMNS).
OWN = ("id", "create_date", "create_uid", "write_date", "write_uid", "display_name")
PAIR = 2
TO_ONE, TO_MANY = ("many2one",), ("one2many", "many2many")
NUMBERS = ("integer", "float", "monetary")
TEXTS = ("char", "text", "html")


# As many values of a selection as a sentence names.
NAMED_CHOICES = 8


@attrs.frozen
class Field:
    """One field of a model.

    Attributes:
        name: Odoo's name of it, such as `country_id`.
        type: Its type, such as `char` or `many2one`.
        label: What people call it, in the language that was asked in.
        relation: The model that it leads to; empty for a plain field.
        inverse: For a one2many, the field of that model that leads back.
        required: Whether Odoo's schema wants a value. Defaults and computing may supply it.
        readonly: Whether screens let nobody change it. Odoo writes it all the same, unless it is computed.
        stored: Whether it has a column in the database.
        selection: The technical values of a selection: value to label.
        depends: The fields that it is computed from; empty where it is not.
        digits: The digits in all and behind the point that Odoo rounds to; None where it does not.
        size: The most characters; 0 for any number.
        currency: The field that says in which currency it is; empty for most.
        translated: Whether each language has a value of its own.
        sanitized: For HTML, whether Odoo keeps only the tags and attributes that it takes for harmless.
    """

    name: str
    type: str
    label: str = ""
    relation: str = ""
    inverse: str = ""
    required: bool = False
    readonly: bool = False
    stored: bool = True
    selection: immutabledict[str, str] = attrs.field(factory=immutabledict, converter=immutabledict)
    depends: tuple[str, ...] = ()
    digits: tuple[int, int] | None = None
    size: int = 0
    currency: str = ""
    translated: bool = False
    sanitized: bool = False

    @property
    def dropped(self) -> bool:
        """Whether Odoo drops what is sent for it without a word: it is read-only and computed.

        `account.move.move_type` is read-only and kept, a product's `list_price` is computed and kept.
        """
        return self.readonly and bool(self.depends)

    @property
    def choices(self) -> str:
        """The values of a selection for a sentence: the first ones, since time zones alone are hundreds."""
        first = list(self.selection)[:NAMED_CHOICES]
        left = len(self.selection) - len(first)
        return ", ".join(map(repr, first)) + (f" and {left:,} more" if left else "")

    @property
    def through(self) -> str:
        """The field that leads to the record which holds this one, and which others may lead to; empty for its own.

        What is written to it is written there, as a product's `list_price` to its template.
        """
        if self.readonly or len(self.depends) != 1:
            return ""
        link, _, there = self.depends[0].partition(".")
        return link if there == self.name else ""


# A model's fields by name.
Fields: TypeAlias = "Mapping[str, Field]"


def fields(answer: object) -> immutabledict[str, Field] | None:
    """The fields that an answer of `fields_get` describes.

    Args:
        answer: What the method returned.

    Returns:
        Name to field; None if it is no such answer.
    """
    if not isinstance(answer, dict) or not all(map(_describes, answer.values())):
        return None
    return immutabledict({name: _field(name, told) for name, told in answer.items()})


def _describes(told: object) -> bool:
    return isinstance(told, dict) and isinstance(told.get("type"), str)


def _field(name: str, told: dict[str, Any]) -> Field:
    digits = told.get("digits")
    return Field(
        name=name,
        type=told["type"],
        label=_text(told.get("string")),
        relation=_text(told.get("relation")),
        inverse=_text(told.get("relation_field")),
        required=bool(told.get("required")),
        readonly=bool(told.get("readonly")),
        stored=bool(told.get("store", True)),
        selection=dict(_pairs(told.get("selection"))),
        depends=tuple(each for each in told.get("depends") or () if isinstance(each, str)),
        digits=(int(digits[0]), int(digits[1])) if isinstance(digits, list | tuple) and len(digits) == PAIR else None,
        size=told["size"] if isinstance(told.get("size"), int) else 0,
        currency=_text(told.get("currency_field")),
        translated=bool(told.get("translate")),
        sanitized=all(told.get(name) is True for name in ("sanitize", "sanitize_tags", "sanitize_attributes")),
    )


def _text(value: object) -> str:
    # What is not said is false in Odoo.
    return value if isinstance(value, str) else ""


def _pairs(value: object) -> list[tuple[str, str]]:
    pairs = value if isinstance(value, list) else []
    return [(str(each[0]), str(each[1])) for each in pairs if isinstance(each, list | tuple) and len(each) == PAIR]
