"""What records held when they were fetched or compared, so that what changed in Odoo since is not written over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow import records
from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.holding import sent
from odoo_widgets.flow.kinds import is_missing, plain
from odoo_widgets.flow.lines import is_list
from odoo_widgets.flow.resolved import resolved
from odoo_widgets.flow.server import Seen
from odoo_widgets.flow.source import Source, numbers

if TYPE_CHECKING:
    import pandas as pd

    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.values import Column

OF_DIFF = ("row", "id", "field", "in_odoo", "in_frame")
NO_LINES = (
    "since does not say what the lines in {name!r} held, so what somebody changed in them would be written over. Give "
    "what diff returned for this frame, or fetched lines with their ids in that column, as nest makes them."
)


def check(since: pd.DataFrame, settings: Settings) -> None:
    """Makes sure that something is what `fetch` or `diff` returned.

    Raises:
        DataError: It is neither.
    """
    if not is_diff(since) and settings.ids not in since.columns:
        raise DataError([f"since has no column {settings.ids!r}. Give what fetch or diff returned."])


def is_diff(since: pd.DataFrame) -> bool:
    """Whether a frame is what `diff` returned."""
    return tuple(since.columns[: len(OF_DIFF)]) == OF_DIFF


def seen(since: pd.DataFrame, source: Source, settings: Settings, server: Server) -> Seen:
    """What records held.

    Args:
        since: What `fetch` returned, or what `diff` did for the same frame. Fetched documents may have their lines in
            the column that the frame has them in: lists of dicts, each with the line's `id`.
        source: The frame to send.
        settings: What it is sent with.
        server: What was found of the records that its cells lead to.

    Returns:
        What is known of them.

    Raises:
        DataError: The frame has lines, and nothing is known of those that were fetched.
    """
    if is_diff(since):
        held: dict[int, dict[str, Any]] = {}
        for number, field, value in zip(since["id"], since["field"], since["in_odoo"], strict=True):
            held.setdefault(int(number), {})[field] = value
        return Seen(held, as_sent=True)
    fetched = Source(since)
    sending = resolved(source, settings, server)
    columns = [each for each in records.columns(fetched, settings) if each.name != settings.ids]
    for name in [each.field for each in records.columns(sending.source, sending.settings) if each.lines]:
        if not _tells_lines(fetched, [each for each in columns if each.field == name], settings.ids):
            raise DataError([NO_LINES.format(name=name)])
    values = sent(fetched, tuple(map(_cleared, columns)))
    found = numbers(fetched.frame[settings.ids])
    return Seen({int(number): cells for number, cells in zip(found, values, strict=True) if number > 0})


def _tells_lines(fetched: Source, columns: list[Column], ids: str) -> bool:
    """Whether a fetched column has the lines of its documents, each with its id, or says that they have none."""
    if not columns:
        return False
    if columns[0].lines:
        return any(each.name == ids for each in columns[0].lines)
    cells = plain(fetched.frame.iloc[:, columns[0].position])
    there = zip(cells.tolist(), is_missing(cells).tolist(), strict=True)
    return all(missing or (is_list(cell) and not len(cell)) for cell, missing in there)


def _cleared(column: Column) -> Column:
    """A column whose missing cells, and those of its lines, are what Odoo held: nothing."""
    lines = tuple(attrs.evolve(each, missing="clear") for each in column.lines)
    return attrs.evolve(column, missing="clear", lines=lines)
