"""Look-ups of records by a text: what is asked, and which records answer."""

from __future__ import annotations

from typing import Any, TypeAlias

import attrs
from immutabledict import immutabledict

# Field of the record that is looked up to the value that it must have there, in the order of the names.
Scope: TypeAlias = "tuple[tuple[str, Any], ...]"
# By an external ID, such as `base.be`; by the number of the record itself.
EXTERNAL, NUMBER = "id", ".id"
# The model that keeps external IDs.
IDENTIFIERS = "ir.model.data"


@attrs.frozen
class Match:
    """A record that answers.

    Attributes:
        id: Its id.
        name: What Odoo calls it.
        active: Whether it is not archived.
    """

    id: int
    name: str = ""
    active: bool = True


@attrs.frozen
class Look:
    """What is asked: records of a model, by one of its fields, among those of a scope.

    Attributes:
        model: The model.
        by: The field that is compared; `id` for external IDs.
        scope: What else the record must hold.
    """

    model: str
    by: str
    scope: Scope = ()


@attrs.frozen
class Found:
    """What a look-up found.

    Attributes:
        matches: Each value that was asked for, as text, to its records, by id.
        refused: Why nothing could be asked; empty where it could.
    """

    matches: immutabledict[str, tuple[Match, ...]] = attrs.field(factory=immutabledict, converter=immutabledict)
    refused: str = ""


def scope_text(scope: Scope) -> str:
    """A scope in a sentence and in a saved file: `country_id=233`."""
    return ", ".join(f"{name}={value}" for name, value in scope)
