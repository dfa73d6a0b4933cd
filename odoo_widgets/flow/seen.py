"""What records held when they were fetched or compared, so that what changed in Odoo since is not written over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from odoo_widgets.flow import records
from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.holding import sent
from odoo_widgets.flow.resolved import resolved
from odoo_widgets.flow.source import Source, numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.values import Column

# Id to field to value.
Seen: TypeAlias = "Mapping[int, Mapping[str, Any]]"
OF_DIFF = ("row", "id", "field", "in_odoo", "in_frame")


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
        since: What `fetch` returned, or what `diff` did for the same frame.
        source: The frame to send.
        settings: What it is sent with.
        server: What was found of the records that its cells lead to.

    Returns:
        Id to field to value, as far as it is known.
    """
    if is_diff(since):
        known = resolved(source, settings, server)
        return _compared(since, known.source, known.settings)
    fetched = Source(since)
    return _by_id(fetched, settings, _values(fetched, settings, missing="clear"))


def _compared(since: pd.DataFrame, source: Source, settings: Settings) -> Seen:
    """What differed was as it says, and all else was as it is sent."""
    held: dict[int, dict[str, Any]] = {}
    if settings.ids in source.frame.columns:
        held = _by_id(source, settings, _values(source, settings))
    for number, field, value in zip(since["id"], since["field"], since["in_odoo"], strict=True):
        held.setdefault(int(number), {})[field] = value
    return held


def _values(source: Source, settings: Settings, missing: str = "") -> list[dict[str, Any]]:
    def told(column: Column) -> Column:
        return attrs.evolve(column, missing=missing) if missing else column

    return sent(source, tuple(told(each) for each in records.columns(source, settings) if each.name != settings.ids))


def _by_id(source: Source, settings: Settings, values: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    found = numbers(source.frame[settings.ids])
    return {int(number): held for number, held in zip(found, values, strict=True) if number > 0}
