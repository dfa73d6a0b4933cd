"""What Odoo holds of the records that rows are for: which these are, and their values, read in bulk."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow import keying, matching, records
from odoo_widgets.flow.answering import Linked
from odoo_widgets.flow.asking import asked_fields, page
from odoo_widgets.flow.calls import Batch
from odoo_widgets.flow.comparing import one_id
from odoo_widgets.flow.errors import DataError, SettingsError
from odoo_widgets.flow.fetching import told
from odoo_widgets.flow.looking import by_external_id, looked_up
from odoo_widgets.flow.looks import EXTERNAL, Look
from odoo_widgets.flow.model import Fields
from odoo_widgets.flow.naming import did_you_mean, meant
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.resolved import AS_TEXT, resolved
from odoo_widgets.flow.server import NOTHING_KNOWN
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source, numbers
from odoo_widgets.flow.steps import place
from odoo_widgets.flow.unsettled import refusals
from odoo_widgets.flow.values import Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.looks import Match
    from odoo_widgets.flow.model import Field

# Records to read at once.
BLOCK = 1_000
CURRENCY = "res.currency"


@attrs.frozen
class Held:
    """What Odoo holds.

    Attributes:
        cells: Id to field to value, as `read` answers; of a record that a field leads to, its id.
        decimals: Currency to its decimals.
        currencies: The fields that hold money, to the field that says in which currency.
    """

    cells: dict[int, dict[str, Any]]
    decimals: dict[int, int]
    currencies: dict[str, str]

    def decimals_of(self, record: int) -> dict[str, int]:
        """Of a record's fields that hold money, the decimals of their currency, as far as they are known."""
        cells = self.cells.get(record, {})
        found = {name: self.decimals.get(one_id(cells.get(currency))) for name, currency in self.currencies.items()}
        return {name: decimals for name, decimals in found.items() if decimals is not None}


@attrs.frozen
class Sendable:
    """A frame as it would go out.

    Attributes:
        source: The frame, with ids in place of what was looked up.
        settings: Which fields its columns fill.
        fields: The fields of the model.
        columns: The columns that fill some of them.
        linked: Those that were looked up.
        rejected: The positions of rows that are not sent.
    """

    source: Source
    settings: Settings
    fields: Fields
    columns: tuple[Column, ...]
    linked: tuple[Linked, ...]
    rejected: Container[int]


def sendable(source: Source, settings: Settings) -> Questions[Sendable]:
    """A frame as it would go out, whose columns all fill fields of the model.

    Raises:
        DataError: The frame cannot be sent as it is.
        SettingsError: A column is no field.
    """
    if found := problems(source, settings):
        raise DataError(found)
    model = settings.endpoint.model
    if settings.endpoint.operation == "load":
        # What `load` reads as it goes out is looked up, to be held against the ids that are there.
        settings = settings.replace(**place(settings, "create"))
    fields = yield from asked_fields(model)
    server = yield from looked_up(source, settings, NOTHING_KNOWN.describes(model, fields))
    if wrong := refusals(source, settings, server):
        raise DataError(wrong)
    known = resolved(source, settings, server, to_make=AS_TEXT)
    source, settings = known.source, known.settings
    columns = tuple(each for each in records.columns(source, settings) if each.name != settings.ids)
    unknown = [column for column in columns if column.field not in fields]
    if unknown:
        near = did_you_mean(meant(unknown[0].field, {name: each.label for name, each in fields.items()}))
        raise SettingsError(
            f"{model} has no field {unknown[0].field!r} that this user may see.{near} Say which field the column "
            f"fills, fields={{{unknown[0].name!r}: '…'}}, or exclude it."
        )
    return Sendable(source, settings, fields, columns, known.linked, known.rejected)


def records_of(source: Source, settings: Settings) -> Questions[list[list[int]]]:
    """For each row the ids of its record: none where there is none yet, several where its key is not one record's.

    A row says which record it is for by its id, for `load` also an external one, or by its key; a key is looked up,
    archived records included.

    Raises:
        SettingsError: Neither a column of ids nor a key says it.
    """
    if settings.key:
        return (yield from _by_key(source, settings))
    if settings.ids not in source.frame.columns:
        raise SettingsError(
            f"Which records the rows are for is not said: no column is called {settings.ids!r}. Name the column of "
            "ids, ids='…', or the key, key='…'."
        )
    cells = source.frame[settings.ids]
    if any(isinstance(each, str) and not each.isdigit() for each in cells):
        return (yield from _by_external_id(settings.endpoint.model, cells.tolist()))
    found = numbers(cells).tolist()
    return [[int(each)] if each == each and each > 0 else [] for each in found]  # noqa: PLR0124 - NaN is not itself


def _by_external_id(model: str, cells: Sequence[Any]) -> Questions[list[list[int]]]:
    texts = list(dict.fromkeys(each for each in cells if isinstance(each, str) and each))
    found: dict[str, tuple[Match, ...]] = {}
    for some in (texts[start : start + BLOCK] for start in range(0, len(texts), BLOCK)):
        found |= yield from by_external_id(Look(model, EXTERNAL), some, {})
    return [[record.id for record in found.get(each, ())] for each in cells]


def _by_key(source: Source, settings: Settings) -> Questions[list[list[int]]]:
    columns = keying.columns(source, settings)
    names = [column.field for column in columns]
    found: list[list[int]] = []
    for start in range(0, len(source), BLOCK):
        block = source.frame.iloc[start : start + BLOCK]
        keys = keying.keys(block, columns) or []
        answer = yield page(settings.endpoint.model, matching.domain(keys), names)
        rows = Batch(range(start, start + len(block)), [], keys=keys)
        matched = matching.matches(rows, ["id", *names], told(settings.endpoint.model, answer, names)) or []
        found += [[record["id"] for record in same] for same in matched]
    return found


def holding(model: str, ids: Iterable[int], fields: Fields) -> Questions[Held]:
    """What records hold of some fields, archived ones included; a record that is not there is left out."""
    currencies = {name: field.currency for name, field in fields.items() if _has_currency(field)}
    names = [*dict.fromkeys([*fields, *currencies.values()])]
    wanted = sorted(set(ids))
    values: dict[int, dict[str, Any]] = {}
    for some in _blocks(wanted):
        answer = yield page(model, [["id", "in", some]], names)
        values |= {each["id"]: each for each in told(model, answer, names)}
    used = {one_id(each[name]) for each in values.values() for name in set(currencies.values())} - {0}
    decimals: dict[int, int] = {}
    if used:
        answer = yield page(CURRENCY, [["id", "in", sorted(used)]], ["decimal_places"])
        decimals = {each["id"]: each["decimal_places"] for each in told(CURRENCY, answer, ["decimal_places"])}
    return Held(values, decimals, currencies)


def _has_currency(field: Field) -> bool:
    return field.type == "monetary" and bool(field.currency) and "." not in field.currency


def _blocks(ids: Sequence[int]) -> Iterator[list[int]]:
    return (list(ids[start : start + BLOCK]) for start in range(0, len(ids), BLOCK))


def sent(source: Source, columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """Each row as it would go out: field to value."""
    blocks = range(0, len(source), BLOCK)
    return [record for start in blocks for record in records.records(source.frame.iloc[start : start + BLOCK], columns)]


def shown(field: Field, value: Any) -> Any:
    """What Odoo holds, as a person reads it: nothing in an empty field."""
    return None if value is False and field.type != "boolean" else value
