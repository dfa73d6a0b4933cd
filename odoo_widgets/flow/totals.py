"""Control totals: what Odoo computed of the records that a send made, beside the figures that the frame expects."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
from immutabledict import immutabledict

from odoo_widgets.flow.asking import page
from odoo_widgets.flow.calls import Call
from odoo_widgets.flow.comparing import is_empty, one_id, same
from odoo_widgets.flow.errors import RefusedError
from odoo_widgets.flow.fetching import told
from odoo_widgets.flow.model import NUMBERS, Field, Fields, fields
from odoo_widgets.flow.operations import ask_fields
from odoo_widgets.flow.values import Column, values

if TYPE_CHECKING:
    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

# Records to read at once.
MANY = 1_000
CURRENCIES = "res.currency"
# What floats lose of a figure in a few sums: at most this, or as many of the last places that they have.
INEXACT, LAST_PLACES = 1e-9, 8


@attrs.frozen
class Figures:
    """What records hold.

    Attributes:
        records: Id to field to value.
        fields: The model's fields that figures are expected in.
        rounding: The smallest amount of each currency: its id to that.
    """

    records: Mapping[int, Mapping[str, Any]] = attrs.field(factory=dict)
    fields: Fields = attrs.field(factory=immutabledict)
    rounding: Mapping[int, float] = attrs.field(factory=dict)

    def of(self, record: int, name: str) -> tuple[Any, float | None]:
        """What a record holds of a field, and the smallest step of it; None where any difference is one."""
        field, held = self.fields[name], self.records[record]
        if field.type == "integer":
            return held[name], 1.0
        if field.digits is not None:
            return held[name], 10.0 ** -field.digits[1]
        return held[name], self.rounding.get(one_id(held.get(field.currency))) if field.currency else None


def figures(model: str, ids: Sequence[int], names: Sequence[str], more: Sequence[str] = ()) -> Questions[Figures]:
    """What records hold of some fields, and how their figures are rounded.

    Args:
        model: Their model.
        ids: Their ids.
        names: The fields that figures are expected in.
        more: Other fields to read.

    Raises:
        RefusedError: There is no such field that this user may see, or the records may not be read.
    """
    known: Fields = immutabledict()
    if names:
        known = fields((yield of_fields(model, names))) or known
        if missing := [name for name in names if name not in known]:
            raise RefusedError(f"{model} has no field {missing[0]!r} that this user may see. Correct expect.")
    currencies = currencies_of(known, names)
    wanted = list(dict.fromkeys([*names, *more, *currencies]))
    records: dict[int, dict[str, Any]] = {}
    for start in range(0, len(ids), MANY):
        answer = yield of_records(model, ids[start : start + MANY], wanted)
        records |= {each["id"]: each for each in told(model, answer, wanted)}
    used = sorted({one_id(each[name]) for each in records.values() for name in currencies} - {0})
    rounding: dict[int, float] = {}
    if used:
        answer = yield of_records(CURRENCIES, used, ["rounding"])
        rounding = {each["id"]: each["rounding"] for each in told(CURRENCIES, answer, ["rounding"])}
    return Figures(records, known, rounding)


def currencies_of(known: Fields, names: Sequence[str]) -> list[str]:
    """The fields that say in which currency some figures are."""
    return sorted({known[name].currency for name in names if name in known} - {""})


def of_fields(model: str, names: Sequence[str]) -> Call:
    """The call that asks for the fields that figures are expected in."""
    return Call(0, model, attrs.evolve(ask_fields(names), reads=True))


def of_records(model: str, ids: Sequence[int], names: Sequence[str]) -> Call:
    """The call that asks what records hold."""
    return page(model, [["id", "in", list(ids)]], names)


def expected(source: Source, settings: Settings) -> dict[str, list[Any]]:
    """The figures that a frame expects: field to one for each row, None where the frame has none."""
    found = {}
    for name, column in settings.expect.items():
        position = source.frame.columns.get_loc(column)
        told = Column(column, name, position, settings.timezone, source.unit(position))
        cells, missing = values(told.cells(source.frame), told)
        gaps = set(missing.tolist())
        found[name] = [None if row in gaps else value for row, value in enumerate(cells)]
    return found


def disagreements(
    rows: Mapping[int, int], wanted: Mapping[str, Sequence[Any]], columns: Mapping[str, str], held: Figures
) -> dict[int, str]:
    """The rows whose records do not hold what is expected of them, each with both figures in a sentence.

    Args:
        rows: The rows to look at, each with its record's id.
        wanted: The figures that are expected, as `expected` has them.
        columns: The columns that they stand in.
        held: What the records hold.
    """
    found: dict[int, str] = {}
    for row, record in rows.items():
        if record not in held.records:
            found[row] = "Its record could not be read, so no total was compared."
            continue
        said = [_said(name, wanted[name][row], columns[name], record, held) for name in wanted]
        if any(said):
            found[row] = " ".join(filter(None, said))
    return found


def _said(name: str, wanted: Any, column: str, record: int, held: Figures) -> str:
    """Why a figure does not agree, with both; empty where it does."""
    there, step = held.of(record, name)
    field = held.fields[name]
    if wanted is None:
        return f"{name} is {shown(there, step)} in Odoo, and the column {column!r} has no figure for it."
    if agrees(field, wanted, there, step):
        return ""
    return f"{name} is {shown(there, step)} in Odoo and {shown(wanted, step)} in the column {column!r}."


def agrees(field: Field, wanted: Any, there: Any, step: float | None) -> bool:
    """Whether two figures are the same within half of the smallest step between amounts.

    Args:
        field: The field.
        wanted: The figure that the frame expects.
        there: The one that Odoo holds.
        step: The smallest amount of the currency, or of the field's digits; None where there is none.
    """
    if field.type not in NUMBERS:
        return same(field, wanted, there)
    first, second = number(wanted), number(there)
    if first is None or second is None:
        return False
    inexact = max(INEXACT, LAST_PLACES * math.ulp(max(abs(first), abs(second))))
    return abs(first - second) <= (step or 0.0) / 2 + inexact


def number(value: Any) -> float | None:
    """A figure as a number, 0 for an empty one; None for what is none."""
    if is_empty(value):
        return 0.0
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def shown(value: Any, step: float | None) -> str:
    """A figure for people, with as many decimals as its smallest step has."""
    found = number(value) if not isinstance(value, str) or number(value) is not None else None
    if found is None:
        return repr(value)
    if not step:
        return f"{found:,.10g}"
    decimals = max(0, -math.floor(math.log10(step) + INEXACT))
    # What would look the same is shown in full.
    return f"{found:,.{decimals}f}" if abs(round(found, decimals) - found) <= INEXACT else f"{found:,.10g}"
