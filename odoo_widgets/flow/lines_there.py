"""Which line in Odoo each line of a document is: by its external ID where there is a key, else by its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.asking import question
from odoo_widgets.flow.documents import line_ids
from odoo_widgets.flow.matching import names_of
from odoo_widgets.flow.operations import GET_METADATA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.settings import Settings

# Lines to ask about at once.
BLOCK = 1_000


def owners(model: str, lines: Sequence[int]) -> Questions[dict[int, str]]:
    """The external IDs of some lines; empty for a line that has none."""
    names: dict[int, str] = {}
    every = sorted(lines)
    for start in range(0, len(every), BLOCK):
        names |= names_of((yield question(model, GET_METADATA, ids=every[start : start + BLOCK]))) or {}
    return names


def by_key(
    settings: Settings,
    name: str,
    key: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    there: Mapping[int, str],
) -> list[int]:
    """The ids of the lines of a document with a key; 0 for one that is not there.

    Args:
        settings: How it would be sent.
        name: The field that has the lines.
        key: The document's key.
        lines: Its lines.
        there: The ids of the lines that it has in Odoo, to their external IDs.
    """
    own = {external: number for number, external in there.items()}
    wanted = line_ids(settings.endpoint.model, key, name, lines, settings.line_key)
    return [own.get(each, 0) for each in wanted]


def by_place(lines: Sequence[Mapping[str, Any]], there: Sequence[int]) -> list[int]:
    """The ids of the lines of a document without a key, which Odoo made one after the other; 0 where it has others."""
    return sorted(there) if len(there) == len(lines) else [0] * len(lines)
