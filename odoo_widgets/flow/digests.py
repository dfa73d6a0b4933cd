"""What tells one row from another: a digest of what would be sent of it.

Columns that stay out of the payload do not count, so a column that says when the frame was made changes nothing.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from odoo_widgets.flow import records, urls
from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.operations import operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

# As many rows as are converted at once; see `plan.BLOCK`.
BLOCK = 10_000
# Of these, as many as are records at once: few stay in the processor's cache.
PART = 100
# Bytes of a digest: among a million rows, two different ones are alike once in 37 million frames.
SIZE = 8
# The first rows stand for a frame that is being sent: whoever sends the same one meanwhile sends the same rows.
FIRST = 1_000


def target(settings: Settings) -> str:
    """Where on a server rows go, and what is done to them, as one short text. How they share calls does not count.

    Args:
        settings: What the rows are sent with.
    """
    there = settings.endpoint
    rest = [settings.url, settings.wrap] if there.protocol == "rest" else []
    context = {name: settings.context[name] for name in sorted(settings.context)}
    told = [origin(settings.url), there.model, there.operation, rest, context]
    return _digest(orjson.dumps(told)).hex()


class Digests:
    """The digests of a frame's rows, block by block as they are asked for.

    Args:
        source: The bound frame, the asked rows of it without problems.
        settings: What of it is sent.
        rows: The positions of the rows that can be asked for, in order.
    """

    def __init__(self, source: Source, settings: Settings, rows: Sequence[int]) -> None:
        self._source, self._settings, self._rows = source, settings, rows
        self._columns = records.columns(source, settings) if operation(settings.endpoint.operation).takes_values else ()
        self._found = np.zeros(len(rows), dtype="int64")
        self._known = np.zeros(-(-len(rows) // BLOCK), dtype=bool)
        whole = isinstance(rows, range) and rows == range(len(rows))
        self._places = None if whole else {row: place for place, row in enumerate(rows)}

    def of(self, rows: Sequence[int]) -> np.ndarray[Any, Any]:
        """The digests of some rows.

        Args:
            rows: Their positions in the frame.

        Returns:
            One int64 for each.
        """
        places, blocks = self._in_blocks(rows)
        for block in blocks:
            if not self._known[block]:
                self._make(block)
        found: np.ndarray[Any, Any] = self._found[places]
        return found

    def _in_blocks(self, rows: Sequence[int]) -> tuple[slice | np.ndarray[Any, Any], Iterable[int]]:
        """The places of some rows among those that can be asked for, and the blocks that they are in."""
        if self._places is None and isinstance(rows, range) and rows.step == 1:
            return slice(rows.start, rows.stop), range(rows.start // BLOCK, -(-rows.stop // BLOCK))
        places = np.asarray(rows if self._places is None else [self._places[row] for row in rows], dtype="int64")
        return places, np.unique(places // BLOCK).tolist()

    def fingerprint(self) -> str:
        """What tells this send from others: how many rows it has, and the first of them."""
        first = self.of(self._rows[:FIRST])
        return _digest(first.tobytes() + str(len(self._rows)).encode()).hex()

    def _make(self, block: int) -> None:
        places = slice(block * BLOCK, min((block + 1) * BLOCK, len(self._rows)))
        rows = self._rows[places]
        part = self._source.part(rows)
        ids: Sequence[int | None] = records.ids(part, self._settings) or [None] * len(rows)
        addresses = urls.urls(self._source, part, self._settings) or [""] * len(rows)
        parts = [PART] * (len(rows) // PART) + [len(rows) % PART]
        values = [records.converted(part.iloc[:, column.position], column) for column in self._columns]
        found = chain.from_iterable(records.in_parts(values, self._columns, parts))
        texts = (_text(each) for each in zip(found, ids, addresses, strict=True))
        self._found[places] = np.frombuffer(b"".join(map(_digest, texts)), dtype="<i8")
        self._known[block] = True


def _text(row: tuple[Any, ...]) -> bytes:
    # The order of the columns does not count. What JSON does not know, such as whole numbers beyond 64 bits, is text.
    return orjson.dumps(row, default=str, option=orjson.OPT_SORT_KEYS)


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=SIZE).digest()
