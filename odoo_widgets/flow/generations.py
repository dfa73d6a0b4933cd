"""The waves of a send: who can go now, with the ids of the records that rows before have become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs
import numpy as np

from odoo_widgets.flow.answering import Linked, linked
from odoo_widgets.flow.families import rows_by_key
from odoo_widgets.flow.looks import Look, Match
from odoo_widgets.flow.problems import row_name
from odoo_widgets.flow.responses import Outcome
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.waves import Waves, waves

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings

# The statuses of rows whose records are there.
THERE = ("created", "updated", "saved", "unchanged")
LEFT = "{name} is its {field} and is {status}, so this row was not sent. See to that row, and send both again."


@attrs.frozen
class Generations:
    """The rows of a send, parents first.

    Attributes:
        source: The frame.
        waves: The rows of each wave, and which rows are each other's parents.
        by_key: The row of each key.
    """

    source: Source = attrs.field(repr=False)
    waves: Waves
    by_key: Mapping[str, int] = attrs.field(repr=False)

    @classmethod
    def of(cls, source: Source, settings: Settings, server: Server, rows: Sequence[int]) -> Generations:
        """The waves of some rows of a frame without problems."""
        columns = linked(source, settings, server) if settings.endpoint.model in server.fields else ()
        parted = waves(source, settings, columns, rows)
        return cls(source, parted, rows_by_key(source, settings) if parted.parents else {})

    def ready(self, rows: Sequence[int], became: Mapping[int, tuple[str, int]]) -> tuple[list[int], list[Outcome]]:
        """Those rows of a wave whose parents are there, and what becomes of the others.

        Args:
            rows: The positions of the wave's rows.
            became: The rows that were seen to, by position: status and id.
        """
        left: dict[int, Outcome] = {}
        for column, parents in self.waves.parents:
            for row, parent in zip(rows, parents[np.asarray(rows, dtype="int64")].tolist(), strict=True):
                status = became.get(parent, ("", 0))[0]
                if parent >= 0 and status and status not in THERE and row not in left:
                    field, name = column.link.field.name, row_name(self.source, parent)
                    sentence = LEFT.format(name=f"R{name[1:]}", field=field, status=status)
                    left[row] = Outcome([row], "not_sent", error_field=field, error=sentence)
        return [row for row in rows if row not in left], list(left.values())

    def known(self, server: Server, became: Mapping[int, tuple[str, int]]) -> Server:
        """The server, with the records that rows have become by now."""
        for column, _ in self.waves.parents:
            for look, matches in self._matches(column, became).items():
                server = server.knows(look, matches)
        return server

    def _matches(
        self, column: Linked, became: Mapping[int, tuple[str, int]]
    ) -> dict[Look, dict[str, tuple[Match, ...]]]:
        found: dict[Look, dict[str, tuple[Match, ...]]] = {}
        for want in column.answers:
            status, number = became.get(self.by_key.get(want.text, -1), ("", 0))
            if status in THERE and number and want.scope is not None:
                found.setdefault(column.look(want), {})[want.text] = (Match(number, want.text),)
        return found


def became(outcomes: Iterable[Outcome]) -> dict[int, tuple[str, int]]:
    """What became of rows: position to status and id; 0 where none is known."""
    return {
        row: (outcome.status, number or 0)
        for outcome in outcomes
        for row, number in zip(outcome.rows, outcome.ids or [0] * len(outcome.rows), strict=True)
    }
