"""What cannot be sent, named by row and column: looked for once, column by column, before the first call."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from odoo_widgets.flow import urls
from odoo_widgets.flow.answers import LAST_PART
from odoo_widgets.flow.choices import XML_NAME
from odoo_widgets.flow.findings import Finding, findings
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.kinds import is_missing, is_sendable, plain
from odoo_widgets.flow.limits import limits_of
from odoo_widgets.flow.moments import in_utc
from odoo_widgets.flow.operations import operation
from odoo_widgets.flow.presets import preset
from odoo_widgets.flow.records import Source, columns, numbers
from odoo_widgets.flow.unsendable import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from odoo_widgets.flow.settings import Settings

# The verbs that are for records that are there.
UPDATES = ("DELETE", "PATCH", "PUT")
# PostgreSQL's integer, which Odoo numbers records with, ends here.
LAST_ID = 2**31 - 1


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
    return tuple(shape(source.frame, settings)) or tuple(
        chain(_same_key(source, settings, rows), _values(source, settings, rows))
    )


def row_name(index: pd.Index, row: int) -> str:
    """How a row is called in a sentence: its position from 0, and its label where that is another."""
    label = index[row]
    label = label.item() if isinstance(label, np.generic) else label
    return f"row {row}" if isinstance(label, int) and label == row else f"row {row} (index {label!r})"


# --- the frame -------------------------------------------------------------------------------------------------------


def shape(frame: object, settings: Settings) -> Iterator[str]:
    """What keeps a frame from being sent whatever its values are."""
    if not isinstance(frame, pd.DataFrame):
        yield f"The data is a {type(frame).__name__}, not a pandas DataFrame. Make it one with pd.DataFrame(…)."
        return
    if not len(frame):
        yield "The frame has no rows."
    if (match := LAST_PART.search(settings.path)) and settings.method != "POST" and len(frame) > 1:
        yield (
            f"This would send {len(frame):,} rows to record {match[1]}. Put the column of ids in its place: "
            f"{settings.path[: match.start(1)]}{{{settings.ids}}}."
        )
    if not len(frame.columns):
        yield "The frame has no columns."
        return
    others = [name for name in frame.columns if not isinstance(name, str)]
    if others:
        yield (
            f"The column name {others[0]!r} is not text, so no field can be called like it. "
            "Rename it: df.columns = df.columns.map(str)."
        )
    names = [name for name in frame.columns if isinstance(name, str) and name not in settings.exclude]
    yield from _names(names, settings)
    yield from _context(settings)
    yield from _named(frame, settings)
    values = [name for name in names if not (settings.needs_ids and name == settings.ids)]
    if not values and not others and operation(settings.endpoint.operation).needs_values:
        yield "All columns are excluded: nothing is left to send."


def _named(frame: pd.DataFrame, settings: Settings) -> Iterator[str]:
    """The columns that the settings name, each of which the frame must have once."""
    wanted = [
        ("The URL takes the value of one column", name, "Correct the URL, or the frame.")
        for name in settings.url_columns
    ]
    if settings.group_by is not None:
        wanted.append(("The rows are to be grouped by one column", settings.group_by, "Correct group_by."))
    if settings.needs_ids and settings.ids not in settings.url_columns:
        needs = f"{settings.endpoint.operation} needs one column of database ids"
        wanted.append((needs, settings.ids, "Say which it is: ids='…'."))
    for reason, column, advice in wanted:
        there = sum(isinstance(name, str) and name == column for name in frame.columns)
        if there != 1:
            yield f"{reason}, and {f'{there} are' if there else 'none is'} called {column!r}. {advice}"


def _names(names: list[str], settings: Settings) -> Iterator[str]:
    doubles = [(name, count) for name, count in Counter(names).items() if count > 1]
    if doubles:
        yield "The column name {!r} stands {} times. Rename or drop all but one.".format(*doubles[0])
    if "" in names:
        yield "A column has an empty name. Rename it to a field's name, or drop it."
    unsendable = [name for name in names if not is_sendable(name)]
    if unsendable:
        yield f"The column name {unsendable[0]!r} holds a NUL or half a surrogate pair. Rename it to a field's name."
    limits = limits_of(settings)
    unreadable = [name for name in names if limits and limits.characters.search(name)]
    if unreadable:
        yield f"The column name {unreadable[0]!r} holds a control character. Rename it to a field's name."
    yield from _lines(names, settings)
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
    several = settings.sends_lists and not (settings.needs_ids and target.operation != "POST")
    if several and not FORMATS[settings.content_format].several and operation(target.operation).takes_values:
        yield "A form holds one record. Send each record in a call of its own, or use JSON, XML or CSV."
    xml = settings.content_format == "XML" and operation(target.operation).takes_values
    unnamed = [name for name in names if not XML_NAME.fullmatch(name)] if xml else []
    if unnamed:
        yield f"The column name {unnamed[0]!r} cannot name an element in XML. Rename it to a field's name."


def _context(settings: Settings) -> Iterator[str]:
    """The texts of the context, which stand in every call."""
    limits = limits_of(settings)
    texts = [each for pair in settings.context.items() for each in pair if isinstance(each, str)]
    if limits and any(map(limits.characters.search, texts)):
        yield "The context holds a control character, which XML-RPC cannot carry. Remove it."


def _lines(names: list[str], settings: Settings) -> Iterator[str]:
    """The columns of records inside a record, which `load` takes more rows for than it answers ids."""
    inside = [
        name for name in names if "/" in name and (name.count("/") > 1 or name.split("/")[1] not in ("id", ".id"))
    ]
    if inside and settings.endpoint.operation == "load":
        yield (
            f"Column {inside[0]!r}: load with lines answers fewer ids than there are rows, so no row could be told its "
            "record. Use create, with lists of commands such as [[0, 0, {…}]]."
        )


def _same_key(source: Source, settings: Settings, rows: Sequence[int]) -> Iterator[str]:
    """Rows for one and the same record of a model whose `create` finds it: the second would undo the first."""
    special = preset(settings.endpoint.model, settings.endpoint.operation)
    places = [place for place, name in enumerate(source.frame.columns) if special and name in special.key]
    if not places:
        return
    part = source.frame.iloc[:, places].astype(object)
    doubled = np.flatnonzero(part.where(part.notna(), None).duplicated().to_numpy()[_places(rows)])
    if len(doubled):
        names = ", ".join(source.frame.columns[place] for place in places)
        first = row_name(source.frame.index, int(rows[int(doubled[0])]))
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
    yield from _addresses(source, settings, rows)
    part, limits = _part(source, rows), limits_of(settings)
    taken = operation(settings.endpoint.operation).takes_values
    for column in columns(source, settings) if taken else ():
        for found in findings(column.cells(part), column, limits):
            yield _sentence(source, column.position, rows, found)
    if taken and settings.endpoint.protocol == "rest":
        yield from _bare(source, part, settings, rows)


def _addresses(source: Source, settings: Settings, rows: Sequence[int]) -> Iterator[str]:
    """What cannot stand in the URL."""
    part = _part(source, rows)
    for column in urls.columns(source, settings):
        made = settings.mode == "upsert" and column.name == settings.ids
        if not made and len(empty := urls.empty(part, column)):
            yield _sentence(
                source, column.position, rows, Finding(empty, "the URL takes this value, and there is none.")
            )
        if len(dots := urls.dots(part, column)):
            leads = "this value is only dots, so the URL would lead to another address. Correct it."
            yield _sentence(source, column.position, rows, Finding(dots, leads))
        for found in findings(column.cells(part), column, None):
            yield _sentence(source, column.position, rows, found)
    if settings.endpoint.operation == "DELETE" and settings.url_columns and not settings.needs_ids:
        texts = {column.name: column.cells(part).astype(str) for column in urls.columns(source, settings)}
        if len(doubled := np.flatnonzero(pd.DataFrame(texts).duplicated())):
            name = row_name(source.frame.index, int(rows[int(doubled[0])]))
            yield (
                f"R{name[1:]}{_more(len(doubled))}: another row above deletes at the same address, which may be all "
                f"there is. Put the column of ids into the URL, like {{{settings.ids}}}, or keep one row for each "
                "address."
            )


def _bare(source: Source, part: pd.DataFrame, settings: Settings, rows: Sequence[int]) -> Iterator[str]:
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
    empty = np.logical_and.reduce([is_missing(column.cells(part)) for column in payload])
    if len(found := np.flatnonzero(empty)):
        name = row_name(source.frame.index, int(rows[int(found[0])]))
        yield f"R{name[1:]}{_more(len(found))}: all cells are empty, and {reason}."


def _ids(source: Source, position: int, rows: Sequence[int], *, may_miss: bool, may_repeat: bool) -> Iterator[Finding]:
    ids = numbers(plain(_part(source, rows).iloc[:, position])).to_numpy()
    wrong = ~((ids > 0) & (ids == np.floor(ids)) & (ids <= LAST_ID))
    if may_miss:
        wrong &= ~is_missing(_part(source, rows).iloc[:, position])
    doubled = source.repeated(position)[_places(rows)] & ~wrong & ~np.isnan(ids)
    yield Finding(np.flatnonzero(wrong), "this is not the id of a record. Ids are whole numbers above 0, none missing.")
    if not may_repeat:
        yield Finding(
            np.flatnonzero(doubled), "another row above is for the same record. Keep one row for each record."
        )


def _places(rows: Sequence[int]) -> slice | list[int]:
    return slice(rows.start, rows.stop) if isinstance(rows, range) and rows.step == 1 else list(rows)


def _part(source: Source, rows: Sequence[int]) -> pd.DataFrame:
    return source.frame.iloc[_places(rows)]


def _sentence(source: Source, position: int, rows: Sequence[int], found: Finding) -> str:
    """A finding with its column, its first row, and the value there."""
    row = int(rows[int(found.rows[0])])
    value = found.value or _value(plain(source.frame.iloc[row : row + 1, position]))
    where = f"{row_name(source.frame.index, row)}{_more(len(found.rows))}"
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
