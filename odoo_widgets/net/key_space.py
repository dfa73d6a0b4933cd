"""Which record each row so far was for, on the disk: so many rows may not fit into memory."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Self

from odoo_widgets.flow.identity import identities

if TYPE_CHECKING:
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

SCHEMA = "CREATE TABLE rows (record BLOB PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID"
# As many 1,024 bytes stay in memory.
CACHE = "PRAGMA cache_size = -16384"


class KeySpace:
    """The records that the rows of the frames so far are for."""

    def __init__(self) -> None:
        # Without a name, SQLite makes a file where the cache is full, and removes it (sqlite.org/inmemorydb.html).
        self._file = sqlite3.connect("", check_same_thread=False)
        self._file.execute(CACHE)
        self._file.execute(SCHEMA)

    def repeated(self, source: Source, settings: Settings) -> dict[int, int]:
        """The rows of a frame that are for the record of a row before, which may stand in another frame.

        Args:
            source: The frame, without problems.
            settings: What it is sent with.

        Returns:
            The position of each in the frame, to that of the row before, counted over all frames.
        """
        found: dict[int, int] = {}
        place = 0
        for block in identities(source, settings):
            told = [(record, place + number) for number, record in enumerate(block) if record]
            before = self._file.total_changes
            rows = [(record, row + source.first) for record, row in told]
            self._file.executemany("INSERT OR IGNORE INTO rows VALUES (?, ?)", rows)
            if self._file.total_changes - before < len(told):
                found.update(
                    {row: first for record, row in told if (first := self._first(record)) < row + source.first}
                )
            place += len(block)
        return found

    def _first(self, record: bytes) -> int:
        [row] = self._file.execute("SELECT row FROM rows WHERE record = ?", (record,)).fetchone()
        return int(row)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()
