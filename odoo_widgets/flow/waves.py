"""Rows whose records other rows of the frame lead to: they go in waves, parents first."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from odoo_widgets.flow.answering import UNKNOWN, Linked, Want
from odoo_widgets.flow.families import is_own, rows_by_key

if TYPE_CHECKING:
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source


@attrs.frozen
class Waves:
    """Rows in the order in which they can be sent.

    Attributes:
        rows: The positions of the rows of each wave; the parents of a row are in one before its own.
        parents: For each column that leads to other rows, the column, and for each row of the frame its parent, or -1.
        circle: The positions of rows that lead to each other in a circle, and of those that lead there.
    """

    rows: tuple[Sequence[int], ...]
    parents: tuple[tuple[Linked, np.ndarray[Any, Any]], ...] = ()
    circle: tuple[int, ...] = ()


def waves(source: Source, settings: Settings, columns: Sequence[Linked], rows: Sequence[int] | None = None) -> Waves:
    """The waves that rows go in; one, where no row leads to another.

    Args:
        source: The bound frame.
        settings: Its key.
        columns: Its columns that are looked up.
        rows: The positions of the rows to send, in order; all if left out.
    """
    wanted = range(len(source)) if rows is None else rows
    own = [each for each in columns if is_own(each.link, settings)]
    if not own:
        return Waves((wanted,))
    by_key, there = rows_by_key(source, settings), set(wanted)
    parents = tuple((each, _parents(each, by_key)) for each in own)
    above = [found.tolist() for _, found in parents]
    waiting = {row: there.intersection(found[row] for found in above) for row in wanted}
    children: dict[int, list[int]] = {}
    for row, each in waiting.items():
        for parent in each:
            children.setdefault(parent, []).append(row)
    depth = {row: 0 for row, each in waiting.items() if not each}
    ready = deque(depth)
    while ready:
        parent = ready.popleft()
        for row in children.get(parent, ()):
            waiting[row].discard(parent)
            if not waiting[row]:
                # The last of its parents is the deepest: they become ready wave by wave.
                depth[row] = depth[parent] + 1
                ready.append(row)
    parted: list[list[int]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for row in wanted:
        if row in depth:
            parted[depth[row]].append(row)
    return Waves(tuple(parted), parents, tuple(row for row in wanted if row not in depth))


def _parents(column: Linked, by_key: dict[str, int]) -> np.ndarray[Any, Any]:
    each = [
        by_key.get(parts[0].text, UNKNOWN) if parts and isinstance(parts[0], Want) else UNKNOWN
        for _, parts in column.cells
    ]
    found: np.ndarray[Any, Any] = np.array([*each, UNKNOWN], dtype="int64")[column.codes]
    return found
