"""A frame's columns beside a model's fields, before any value is looked at: what a person sees while mapping them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from immutabledict import immutabledict

from odoo_widgets.flow.checks import columns
from odoo_widgets.flow.checks.subject import outline
from odoo_widgets.flow.comparing import settles_never
from odoo_widgets.flow.linking import links
from odoo_widgets.flow.naming import meant
from odoo_widgets.flow.operations import operation
from odoo_widgets.flow.server import NOTHING_KNOWN
from odoo_widgets.flow.source import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import pandas as pd

    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.settings import Settings

# More names than these are counted.
FEW = 8


@attrs.frozen
class Beside:
    """What becomes of a frame's columns.

    Attributes:
        model: The model.
        matched: The columns that a field takes, those among them that say by what its records are found.
        unknown: The columns that no field takes: column to the field that may have been meant, empty where none is.
        dropped: The columns whose values Odoo drops: their fields are read-only and computed, or Odoo's own.
        readonly: The columns that are written though screens let nobody change their fields.
        missing: The required fields that no column fills and, as far as that is known, no default.
        sure: Whether the defaults are known.
    """

    model: str
    matched: tuple[str, ...] = ()
    unknown: immutabledict[str, str] = attrs.field(factory=immutabledict, converter=immutabledict)
    dropped: tuple[str, ...] = ()
    readonly: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    sure: bool = False


def beside(
    data: pd.DataFrame | Source, settings: Settings, fields: Fields, defaults: Collection[str] | None = None
) -> Beside | None:
    """A frame's columns beside a model's fields.

    Args:
        data: The frame to send.
        settings: How it would be sent.
        fields: The model's fields that the user may see.
        defaults: The required fields that have defaults; None where that is not known.

    Returns:
        What becomes of the columns; None where no column fills a field, or names are no text.
    """
    source = Source.of(data)
    if not all(isinstance(name, str) for name in source.frame.columns):
        return None
    seen = outline(source, settings, fields)
    if not operation(settings.endpoint.operation).takes_values or not (seen.makes or seen.changes):
        return None
    labels = {name: field.label for name, field in fields.items()}
    # Without their cells, only those are links that say by what.
    by_what = {link.column for link in links(seen.source, settings, NOTHING_KNOWN.describes(seen.model, fields))}
    lost = {
        note.column: meant(note.field.partition("/")[0], labels)
        for note in columns.unknown(seen)
        if note.column and note.column not in by_what
    }
    odd = {note.column: fields[note.field.partition("/")[0]] for note in columns.dropped(seen)}
    dropped = tuple(name for name, field in odd.items() if settles_never(field))
    filled = {name.partition("/")[0] for name in seen.sent}.union(defaults or ())
    names = [held.column.name for held in seen.sent.values() if held.column.name]
    return Beside(
        settings.endpoint.model,
        tuple(name for name in names if name not in lost and name not in dropped),
        lost,
        dropped,
        tuple(name for name in odd if name not in dropped),
        tuple(name for name in columns.wanted(seen) if name not in filled) if seen.makes else (),
        defaults is not None,
    )


def sentences(found: Beside) -> tuple[str, ...]:
    """What becomes of the columns, in words: how many fit, and the names of those that do not."""
    columns = len(found.matched) + len(found.unknown) + len(found.dropped)
    of_them = f"{len(found.matched):,} of {columns:,} column{'s' if columns != 1 else ''}"
    said = [f"Matched: {of_them} to fields of {found.model}."]
    if found.unknown:
        guesses = (f"{name} (did you mean {field}?)" if field else name for name, field in found.unknown.items())
        said.append(f"Unknown to {found.model}: {_some(guesses)}. Name the field beside it, or exclude the column.")
    if found.dropped:
        said.append(f"Dropped by Odoo without a word: {_some(found.dropped)}. Exclude what is no use.")
    if found.readonly:
        said.append(f"Read-only on Odoo's screens, and written all the same: {_some(found.readonly)}.")
    if found.missing:
        told = "Odoo has no default: add a column." if found.sure else "Odoo may have a default: Check rows tells."
        said.append(f"Required, and no column has it: {_some(found.missing)}. {told}")
    return tuple(said)


def _some(names: Iterable[str]) -> str:
    every = list(names)
    left = len(every) - FEW
    return ", ".join(every[:FEW]) + (f" and {left:,} more" if left > 0 else "")
