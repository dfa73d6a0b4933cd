"""What cannot be sent, named by row and column: looked for once, column by column, before the first call."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from odoo_widgets.flow import keying, urls
from odoo_widgets.flow.choices import UPDATE
from odoo_widgets.flow.findings import Finding
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.kinds import is_missing, plain
from odoo_widgets.flow.limits import limits_of
from odoo_widgets.flow.moments import in_utc
from odoo_widgets.flow.operations import operation
from odoo_widgets.flow.parts import part
from odoo_widgets.flow.presets import preset
from odoo_widgets.flow.records import columns, written_again
from odoo_widgets.flow.shape import shape
from odoo_widgets.flow.source import Source, numbers
from odoo_widgets.flow.unsendable import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from odoo_widgets.flow.parts import Part
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.values import Column

# PostgreSQL's integer, which Odoo numbers records with, ends here.
LAST_ID = 2**31 - 1
# What another row does that goes to the same address.
SAME = {
    "DELETE": "deletes at the same address, which may be all there is",
    "PATCH": "writes to the same address, so this one would be written over it",
    "PUT": "writes to the same address, so this one would be written over it",
}


def problems(data: pd.DataFrame | Source, settings: Settings, rows: Sequence[int] | None = None) -> tuple[str, ...]:
    """What keeps a frame from being sent.

    Args:
        data: The bound frame.
        settings: The settings that it is to be sent with.
        rows: Positions of the rows to look at; all if left out.

    Returns:
        One sentence for each problem; none if the frame can be sent.
    """
    source = Source.of(data)
    rows = range(len(source)) if rows is None else rows
    return tuple(shape(source.frame, settings)) or problems_in(source, settings, rows)


def problems_in(source: Source, settings: Settings, rows: Sequence[int]) -> tuple[str, ...]:
    """What keeps some rows from being sent, of a frame whose shape is fine."""
    return tuple(
        chain(
            _same_key(source, settings, rows),
            _split(source, settings, rows),
            _turned(source, settings),
            _values(source, settings, rows),
        )
    )


def row_name(source: Source, row: int) -> str:
    """How a row is called in a sentence: its position from 0, and its label where that is another."""
    label, place = source.frame.index[row], source.first + row
    label = label.item() if isinstance(label, np.generic) else label
    return f"row {place}" if isinstance(label, int) and label == place else f"row {place} (index {label!r})"


def _split(source: Source, settings: Settings, rows: Sequence[int]) -> Iterator[str]:
    """Rows that are to be kept together, and that would be parted by the columns that they fill."""
    name, kind = settings.endpoint.operation, settings.content_format
    together = settings.grouping == "keep together" and not settings.needs_ids
    parts = name == "load" or (settings.endpoint.protocol == "rest" and not FORMATS[kind].leaves_out)
    if not together or not parts or not operation(name).takes_values:
        return
    subject = "load" if name == "load" else kind
    held = part(source, rows)
    for column in columns(source, settings):
        if column.missing == "omit" and len(empty := np.flatnonzero(is_missing(held.cells(column)))):
            found = Finding(
                empty,
                f"{subject} leaves no cell out of a call, so rows that are kept together would go in several. Fill it, "
                "or choose clear or reject for this column.",
            )
            yield _sentence(source, column.position, rows, found)
            return


def _turned(source: Source, settings: Settings) -> Iterator[str]:
    """Columns whose midnights went out as dates in the frames before, and that hold times here."""
    taken = operation(settings.endpoint.operation).takes_values
    for column in columns(source, settings) if taken else ():
        if source.turned(column.position):
            yield (
                f"Column {column.name!r} holds times, and in the frames before it held midnights only, which went out "
                f"as dates. Give it a zone from this frame on, df[{column.name!r}].dt.tz_localize('UTC'), and leave "
                "the frames before as they were."
            )


def _same_key(source: Source, settings: Settings, rows: Sequence[int]) -> Iterator[str]:
    """Rows for one and the same record of a model whose `create` finds it: the second would undo the first."""
    special = preset(settings.endpoint.model, settings.endpoint.operation)
    # `load` says after a stroke by what a record is looked up.
    sent = columns(source, settings) if special else ()
    places = [column.position for column in sent if special and column.field.partition("/")[0] in special.key]
    if not places:
        return
    keys = pd.DataFrame({place: source.groups(place)[0] for place in places})
    doubled = np.flatnonzero(keys.duplicated().to_numpy()[_places(rows)])
    if len(doubled):
        names = ", ".join(source.frame.columns[place] for place in places)
        first = row_name(source, int(rows[int(doubled[0])]))
        more = f", and {len(doubled) - 1:,} more" if len(doubled) > 1 else ""
        yield (f"{first.capitalize()}{more}: a row above has the same {names}. Keep one row for each, with all of it.")


def _values(source: Source, settings: Settings, rows: Sequence[int]) -> Iterator[str]:
    if settings.needs_ids:
        position = source.frame.columns.get_loc(settings.ids)
        # What is posted to a record, such as a message, may be posted to it twice.
        may_repeat = settings.endpoint.operation == "POST"
        for found in _ids(source, position, rows, may_miss=settings.mode == "upsert", may_repeat=may_repeat):
            if len(found.rows):
                yield _sentence(source, position, rows, found)
    held, limits = part(source, rows), limits_of(settings)
    yield from _addresses(source, settings, rows, held)
    yield from _keys(source, settings, rows, held)
    taken = operation(settings.endpoint.operation).takes_values
    for column in written_again(source, settings):
        for found in held.findings(column, limits):
            yield _sentence(source, column.position, rows, found)
    yield from _payload(source, settings, rows, held) if taken else ()
    if taken and settings.endpoint.protocol == "rest":
        yield from _bare(source, settings, rows, held)


def _payload(source: Source, settings: Settings, rows: Sequence[int], held: Part) -> Iterator[str]:
    """What cannot be sent in the columns of the payload."""
    sent, limits = columns(source, settings), limits_of(settings)
    # Documents that are there are loaded as well.
    loaded = settings.when_found != UPDATE or any(column.lines for column in sent)
    for column in sent:
        yield from _document(column, settings)
        unsendable: Sequence[Finding] = held.findings(column, limits)
        if column.lines and settings.key and not unsendable:
            unsendable = list(keying.line_keys(held.cells(column), column, settings.line_key))
        if not unsendable and settings.key and loaded:
            unsendable = list(keying.unloadable(held.cells(column), column))
        for found in unsendable:
            yield _sentence(source, column.position, rows, found)


def _document(column: Column, settings: Settings) -> Iterator[str]:
    """What keeps the lines in a column from being sent, whatever they hold."""
    if not column.lines:
        return
    if any(column.name in step.columns for step in settings.steps):
        yield f"Column {column.name!r}: then writes no lines again, which are there with their documents. Leave it out."
    if column.missing == "clear":
        yield (
            f"Column {column.name!r}: missing='clear' would take the lines off documents. Leave it out; with a key, "
            "lines='replace' takes those off that are not in the frame."
        )
    fields = {each.name: each.field.partition("/")[0] for each in column.lines}
    doubled = [field for field, count in Counter(fields.values()).items() if count > 1]
    if doubled:
        both = " and ".join(repr(name) for name, field in fields.items() if field == doubled[0])
        yield f"Column {column.name!r}: in its lines, {both} fill the field {doubled[0]!r}. Exclude all but one."
    if settings.key and any(each.field == "id" for each in column.lines):
        yield f"Column {column.name!r}: with a key, lines get external IDs of their own. Take 'id' out of the lines."


def _keys(source: Source, settings: Settings, rows: Sequence[int], held: Part) -> Iterator[str]:
    """What keeps rows from being told apart by their key."""
    key, limits = keying.columns(source, settings), limits_of(settings)
    if not key:
        return
    sent = {column.name for column in columns(source, settings)}
    unsendable = [(column, held.findings(column, limits)) for column in key]
    for column, each in unsendable:
        # What stands in the payload too is told of there.
        for found in each if column.name not in sent else ():
            yield _sentence(source, column.position, rows, found)
    # What cannot be sent cannot be compared.
    if any(each for _, each in unsendable):
        return
    for position, found in keying.problems(source, settings, held.frame):
        yield _sentence(source, position, rows, found)


def _addresses(source: Source, settings: Settings, rows: Sequence[int], held: Part) -> Iterator[str]:
    """What cannot stand in the URL."""
    fine = True
    for column in urls.columns(source, settings):
        if settings.needs_ids and column.name == settings.ids:
            continue  # looked at as ids
        # What cannot be sent cannot be looked at either.
        unfit = held.findings(column) or tuple(urls.unfit(held.frame, column))
        fine &= not any(len(found.rows) for found in unfit)
        for found in unfit:
            yield _sentence(source, column.position, rows, found)
    if not fine or settings.endpoint.operation not in SAME or settings.needs_ids:
        return
    if len(doubled := np.flatnonzero(pd.Series(urls.urls(source, held.frame, settings)).duplicated())):
        name = row_name(source, int(rows[int(doubled[0])]))
        yield (
            f"R{name[1:]}{_more(len(doubled))}: another row above {SAME[settings.endpoint.operation]}. Put the "
            f"column of ids into the URL, like {{{settings.ids}}}, or keep one row for each address."
        )


def _bare(source: Source, settings: Settings, rows: Sequence[int], held: Part) -> Iterator[str]:
    """The rows without a value, where such a record cannot be told from none, or is written over another."""
    if settings.endpoint.operation == "PUT":
        reason = "PUT would empty the whole record. Drop the row, or use PATCH"
    elif not FORMATS[settings.content_format].bare:
        reason = f"{settings.content_format} cannot hold a record without a value. Drop the row, or use JSON"
    else:
        return
    payload = columns(source, settings)
    if not payload or any(column.missing == "clear" for column in payload):
        return
    empty = np.logical_and.reduce([is_missing(held.cells(column)) for column in payload])
    if len(found := np.flatnonzero(empty)):
        name = row_name(source, int(rows[int(found[0])]))
        yield f"R{name[1:]}{_more(len(found))}: all cells are empty, and {reason}."


def _ids(source: Source, position: int, rows: Sequence[int], *, may_miss: bool, may_repeat: bool) -> Iterator[Finding]:
    held = source.part(rows).iloc[:, position]
    ids = numbers(plain(held)).to_numpy()
    wrong = ~((ids > 0) & (ids == np.floor(ids)) & (ids <= LAST_ID))
    if may_miss:
        wrong &= ~is_missing(held)
    doubled = source.repeated(position)[_places(rows)] & ~wrong & ~np.isnan(ids)
    yield Finding(np.flatnonzero(wrong), "this is not the id of a record. Ids are whole numbers above 0, none missing.")
    if not may_repeat:
        yield Finding(
            np.flatnonzero(doubled), "another row above is for the same record. Keep one row for each record."
        )


def _places(rows: Sequence[int]) -> slice | list[int]:
    return slice(rows.start, rows.stop) if isinstance(rows, range) and rows.step == 1 else list(rows)


def _sentence(source: Source, position: int, rows: Sequence[int], found: Finding) -> str:
    """A finding with its column, its first row, and the value there."""
    row = int(rows[int(found.rows[0])])
    value = found.value or _value(plain(source.frame.iloc[row : row + 1, position]))
    where = f"{row_name(source, row)}{_more(len(found.rows))}"
    return f"Column {source.frame.columns[position]!r}, {where}: {found.sentence}{f' Found: {value}.' if value else ''}"


def _more(rows: int) -> str:
    """The rows beside the one that a sentence names."""
    return f", and {rows - 1:,} more row{'s' if rows - 1 > 1 else ''}" if rows > 1 else ""


def _value(cell: pd.Series) -> str:
    """A column of one cell as it is shown; nothing for a missing one."""
    if is_missing(cell)[0]:
        return ""
    try:
        return shown(cell.tolist()[0])
    except (ValueError, NotImplementedError):
        # Python's calendar ends where some zone would show this time.
        return shown(in_utc(cell, None).tolist()[0])
