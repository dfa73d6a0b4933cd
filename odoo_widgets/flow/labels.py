"""What people call a model: Odoo's own word for it, in English, of one record or of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What an analyst sends most.
FIRST = (
    "res.partner",
    "product.template",
    "product.product",
    "sale.order",
    "account.move",
    "crm.lead",
    "hr.employee",
    "stock.quant",
)
# Between a model's name and what people call it.
BETWEEN = " · "
VOWELS = "aeiou"
# Words that end so take another ending than an s for many.
HISSING = ("ss", "x", "z", "ch", "sh")


def plural(label: str) -> str:
    """A model's label for many of its records.

    Args:
        label: As Odoo has it, such as `Contact` or `Journal Entry`; some are for many already, as `Quants` is.

    Returns:
        Such as `Contacts` or `Journal Entries`. What stands in brackets at the end stays as it is.
    """
    name, bracket, rest = label.partition(" (")
    if name.endswith("s") and not name.endswith("ss"):
        return label
    if name.endswith("y") and name[-2:-1].lower() not in VOWELS:
        many = f"{name[:-1]}ies"
    else:
        many = f"{name}{'es' if name.endswith(HISSING) else 's'}"
    return f"{many}{bracket}{rest}" if name else label


def counted(label: str, number: int) -> str:
    """How many records of a model, such as `2,000 Contacts` or `1 Contact`."""
    return f"{number:,} {label if number == 1 else plural(label)}"


def offered(models: Mapping[str, str]) -> tuple[str, ...]:
    """Models to pick from, such as `res.partner · Contact`: those that are sent most, then the others by name.

    Args:
        models: Name to label; empty where nobody has told them.
    """
    first = [name for name in FIRST if name in models]
    return tuple(f"{name}{BETWEEN}{models[name]}" for name in [*first, *sorted(set(models) - set(first))])


def meant(text: str, models: Mapping[str, str]) -> str:
    """The name of the model that is picked, or typed by its name or its label.

    Args:
        text: Such as `res.partner · Contact`, `res.partner`, `Contact` or `contacts`.
        models: Name to label.

    Returns:
        Such as `res.partner`; what was typed, where it is no label or that of several models.
    """
    typed = text.partition(BETWEEN)[0].strip()
    spelt = {name: (label.casefold(), plural(label).casefold()) for name, label in models.items()}
    called = [name for name, words in spelt.items() if typed.casefold() in words]
    return called[0] if typed not in models and len(called) == 1 else typed
