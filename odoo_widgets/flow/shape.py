"""What keeps a frame from being sent whatever its values are: its columns beside what the settings want of it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from odoo_widgets.flow.answers import LAST_PART
from odoo_widgets.flow.choices import XML_NAME
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.kinds import is_sendable, plain
from odoo_widgets.flow.limits import check, limits_of
from odoo_widgets.flow.naming import alike, did_you_mean
from odoo_widgets.flow.operations import OPERATIONS, VERBS, operation
from odoo_widgets.flow.several import not_one
from odoo_widgets.flow.source import numbers
from odoo_widgets.flow.steps import used_apart
from odoo_widgets.flow.unsendable import UnsendableError
from odoo_widgets.flow.urls import is_collection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from odoo_widgets.flow.settings import Settings

# The verbs that are for records that are there.
UPDATES = ("DELETE", "PATCH", "PUT")
# `/api/contacts/42`, and `/rest/res.partner/42`, where a name with a dot in it is a model's. Not `/api/v1/2`.
MODEL_AND_ID = re.compile(r"(^/api/(.*/)?[a-z_]+|/[a-z0-9_]+(\.[a-z][a-z0-9_]*)+)/\d+/?$", re.ASCII)
# What a call of a method has beside the method's own arguments.
RESERVED = ("context", "ids")
# What leads to other records is called like this (Odoo's coding guidelines).
LINK = re.compile(r"\w+_ids?")
NO_LINES = (
    "Column {!r}: load with lines answers fewer ids than there are rows, so no row could be told its record. Use "
    "create, with lists of commands such as [[0, 0, {{…}}]]."
)
# The parts of a path that says by what a record is found.
LINKED = 2


def shape(frame: object, settings: Settings) -> Iterator[str]:
    """What keeps a frame from being sent whatever its values are."""
    if wrong := not_one(frame):
        yield wrong
    if not isinstance(frame, pd.DataFrame):
        return
    if not len(frame):
        yield "The frame has no rows."
    if (match := LAST_PART.search(settings.path)) and _is_record(settings) and len(frame) > 1:
        yield (
            f"This would send {len(frame):,} rows to record {match[1]}. Put the column of ids in its place: "
            f"{settings.path[: match.start(1)]}{{{settings.ids}}}."
        )
    yield from _another(frame, settings)
    if not len(frame.columns):
        yield "The frame has no columns."
        return
    others = [name for name in frame.columns if not isinstance(name, str)]
    if others:
        yield (
            f"The column name {others[0]!r} is not text, so no field can be called like it. "
            "Rename it: df.columns = df.columns.map(str)."
        )
    apart = (*settings.exclude, *used_apart(settings))
    names = [name for name in frame.columns if isinstance(name, str) and name not in apart]
    yield from _names(names, settings)
    yield from _context(settings)
    yield from _named(frame, settings)
    yield from _excluded(frame, settings)
    yield from _one_address(len(frame), names, settings)
    values = [name for name in names if not (settings.needs_ids and name == settings.ids)]
    if not values and not others and operation(settings.endpoint.operation).needs_values:
        yield "All columns are excluded: nothing is left to send."


def stray(columns: Iterable[object], excluded: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The excluded names that no column has, each with the column left that may have been meant; empty for none."""
    there = [name for name in columns if isinstance(name, str)]
    left = [name for name in there if name not in excluded]
    return tuple((name, alike(name, left)) for name in excluded if name not in there)


def _excluded(frame: pd.DataFrame, settings: Settings) -> Iterator[str]:
    """The columns that would be sent because the name that was to keep them out is misspelt."""
    for name, meant in stray(frame.columns, settings.exclude):
        # A path names something in lines.
        inside = settings.makes_lines and name.partition("/")[0] in frame.columns
        if meant and not inside:
            known = f"exclude names {name!r}, and the frame has no such column."
            yield f"{known} Correct it, or take it out.{did_you_mean(meant)}"


def _is_record(settings: Settings) -> bool:
    """Whether the number at the end of the URL is a record's: what is posted to may also be a hook's, or a version."""
    return settings.method != "POST" or MODEL_AND_ID.search(settings.path) is not None


def _another(frame: pd.DataFrame, settings: Settings) -> Iterator[str]:
    """The one row for a record by its number in the URL, where the row itself says another."""
    ids, match = settings.ids, LAST_PART.search(settings.path)
    told = len(frame) == 1 and [name for name in frame.columns if isinstance(name, str)].count(ids) == 1
    if not match or not told or ids in settings.exclude or settings.method not in UPDATES:
        return
    [said] = numbers(plain(frame[ids])).tolist()
    if np.isfinite(said) and said != int(match[1]):
        yield (
            f"The row is for record {int(said)}, as its column {ids!r} says, and the URL is that of record {match[1]}. "
            f"Put the column into the URL, {settings.path[: match.start(1)]}{{{ids}}}, or exclude it."
        )


def _named(frame: pd.DataFrame, settings: Settings) -> Iterator[str]:
    """The columns that the settings name, each of which the frame must have once."""
    wanted = [
        ("The URL takes the value of one column", name, "Correct the URL, or the frame.")
        for name in settings.url_columns
    ]
    if settings.group_by is not None:
        wanted.append(("The rows are to be grouped by one column", settings.group_by, "Correct group_by."))
    if settings.needs_ids and settings.ids not in settings.url_columns:
        name = settings.endpoint.operation
        # Whatever is no operation is taken for a method of the model's.
        near = alike(name, OPERATIONS) if name not in OPERATIONS else ""
        meant = f" Or did you mean {near!r} in place of {name!r}?" if near else ""
        wanted.append((f"{name} needs one column of database ids", settings.ids, f"Say which it is: ids='…'.{meant}"))
    wanted += [("A key says which record a row is", name, "Correct key.") for name in settings.key]
    names = [name for name in frame.columns if isinstance(name, str)]

    def inside(name: str) -> bool:
        """Whether a name is that of something in lines, such as `order_line/price_unit`."""
        return settings.makes_lines and name not in names and name.partition("/")[0] in names

    wanted += [
        (f"missing={policy!r} is for one column", column, "Correct its name.")
        for column, policy in settings.missing.items()
        if not inside(column)
    ]
    wanted += [
        (f"fields has the field {field!r} for one column", column, "Correct its name.")
        for column, field in settings.fields.items()
        if not inside(column)
    ]
    wanted += [("add is for one column", name, "Correct its name.") for name in settings.add if not inside(name)]
    wanted += [
        ("A step writes one column again", name, "Correct then.") for step in settings.steps for name in step.columns
    ]
    wanted += [
        (f"The figure of {field} is expected in one column", name, "Correct expect.")
        for field, name in settings.expect.items()
    ]
    for reason, column, advice in wanted:
        if (there := names.count(column)) != 1:
            meant = did_you_mean("" if there else alike(column, names))
            yield f"{reason}, and {f'{there} are' if there else 'none is'} called {column!r}. {advice}{meant}"


def _names(names: list[str], settings: Settings) -> Iterator[str]:
    doubles = [(name, count) for name, count in Counter(names).items() if count > 1]
    if doubles:
        yield "The column name {!r} stands {} times. Rename or drop all but one.".format(*doubles[0])
    if "" in names:
        yield "A column has an empty name. Rename it to a field's name, or drop it."
    columns = [name for name in names if not (settings.needs_ids and name == settings.ids)]
    fields = {name: settings.field_of(name).partition("/")[0] for name in columns}
    filled = [(field, count) for field, count in Counter(fields[name] for name in columns).items() if count > 1]
    if filled and not doubles:
        both = [repr(name) for name in columns if fields[name] == filled[0][0]]
        yield f"The columns {' and '.join(both)} all fill the field {filled[0][0]!r}. Exclude all but one."
    # From here on, what counts is what a column is called on the wire.
    names = [*map(settings.field_of, names)]
    unsendable = [name for name in names if not is_sendable(name)]
    if unsendable:
        yield f"The column name {unsendable[0]!r} holds a NUL or half a surrogate pair. Rename it to a field's name."
    limits = limits_of(settings)
    unreadable = [name for name in names if limits and limits.characters.search(name)]
    if unreadable:
        yield f"The column name {unreadable[0]!r} holds a control character. Rename it to a field's name."
    yield from _lines(names, settings)
    yield from _reserved(names, settings)
    if settings.key and "id" in names:
        yield "Column 'id': with a key, the ids of records are looked up, and Odoo takes none. Exclude the column."
    yield from _rest(names, settings)


def _rest(names: list[str], settings: Settings) -> Iterator[str]:
    """What the address or the body of a REST request cannot take."""
    target = settings.endpoint
    if target.protocol != "rest":
        return
    nobody = not settings.url_columns and not LAST_PART.search(path := settings.path)
    # A list of updates may say in each body which record it is for. A DELETE has none.
    if nobody and target.operation in UPDATES and (target.operation == "DELETE" or settings.ids not in names):
        yield (
            f"{target.operation} to {path} would be for all there is. Put the column of ids into the URL: "
            f"{path}/{{{settings.ids}}}."
        )
    # What an upsert makes goes to the address above, in lists.
    one = settings.needs_ids and target.operation != "POST" and settings.mode != "upsert"
    several = settings.sends_lists and not one
    if several and not FORMATS[settings.content_format].several and operation(target.operation).takes_values:
        yield "A form holds one record. Send each record in a call of its own, or use JSON, XML or CSV."
    xml = settings.content_format == "XML" and operation(target.operation).takes_values
    unnamed = [name for name in names if not XML_NAME.fullmatch(name)] if xml else []
    if unnamed:
        yield f"The column name {unnamed[0]!r} cannot name an element in XML. Rename it to a field's name."


def _one_address(rows: int, names: list[str], settings: Settings) -> Iterator[str]:
    """Several rows for an address that is no collection's: they would be written over each other."""
    target = settings.endpoint
    # What has no ids, and what is for a record by its number, is refused by itself.
    told = target.operation == "DELETE" or settings.ids not in names or LAST_PART.search(settings.path)
    if target.protocol != "rest" or target.operation not in UPDATES or settings.url_columns or rows <= 1 or told:
        return
    if not is_collection(settings.url):
        yield (
            f"This would send {rows:,} rows to one address, {settings.path}. Put the column of ids into the URL, like "
            f"{{{settings.ids}}}, or use the address of all records, like /api/res.partner."
        )


def _context(settings: Settings) -> Iterator[str]:
    """The context, which stands in every call."""
    limits = limits_of(settings)
    try:
        if limits is not None:
            check(dict(settings.context), limits)
    except UnsendableError as error:
        yield f"The context cannot be sent: {error}"


def _reserved(names: list[str], settings: Settings) -> Iterator[str]:
    """The columns of a method's arguments that would be taken for something else."""
    name = settings.endpoint.operation
    taken = [each for each in names if each in RESERVED and each != settings.ids]
    if taken and name not in OPERATIONS and name not in VERBS:
        yield (
            f"Column {taken[0]!r}: each column is an argument of {name}, and a call has {taken[0]!r} for itself. "
            "Rename or exclude it."
        )


def _lines(names: list[str], settings: Settings) -> Iterator[str]:
    """The columns of records inside a record, which `load` takes more rows for than it answers ids."""
    paths = [name.split("/") for name in names if "/" in name]
    inside = ["/".join(path) for path in paths if len(path) > LINKED or not _leads(path)]
    if inside and settings.endpoint.operation == "load":
        yield NO_LINES.format(inside[0])


def _leads(path: list[str]) -> bool:
    """Whether a path says by what a record is found, and does not lead into lines."""
    return path[1] in ("id", ".id") or LINK.fullmatch(path[0]) is not None
