"""Which calls of a plan are not made at a time, where several are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from odoo_widgets.flow import records
from odoo_widgets.flow.batches import group_position
from odoo_widgets.flow.operations import OF_LOAD

if TYPE_CHECKING:
    from collections.abc import Callable

    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

# What no call of another number shares: the calls for records that several rows are for.
SHARED = -1


def alone(source: Source, settings: Settings) -> Callable[[Call], int]:
    """What keeps calls apart in time: of those of one number, each waits for the one before it.

    Calls for one value of the column to group by write the same parents: Odoo would try them again and again. Rows of
    one external ID are one record, whose last row is to win. All else is kept apart by batch only.

    Args:
        source: The bound frame, without problems.
        settings: What is made of it.

    Returns:
        From a call to its number.
    """
    if settings.concurrency == 1:
        return lambda _call: 0
    repeated = _repeated(source, settings)
    if settings.grouping == "by column" and (position := group_position(source, settings)) is not None:
        codes, _ = source.groups(position)
        # A record whose rows are in several groups keeps all of these apart.
        shared = set(codes[list(repeated)].tolist()) if repeated else set()
        return lambda call: SHARED if (code := int(codes[call.rows[0]])) in shared else code
    return lambda call: SHARED if not repeated.isdisjoint(call.rows) else call.number


def _repeated(source: Source, settings: Settings) -> set[int]:
    """The rows of a `load` whose record is that of another row too.

    `a` and `__import__.a` are the same external ID (Odoo 19.0, odoo/orm/models.py, load).
    """
    if settings.endpoint.operation != "load":
        return set()
    found: set[int] = set()
    for column in records.columns(source, settings):
        if column.field not in OF_LOAD:
            continue
        cells = [record.get(column.field) for record in records.records(source.frame, (column,))]
        names = [None if cell is None else str(cell).removeprefix("__import__.") for cell in cells]
        often = {name for name, times in Counter(names).items() if times > 1 and name is not None}
        found |= set(np.flatnonzero([name in often for name in names]).tolist())
    return found
