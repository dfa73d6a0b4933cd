"""Finds the records that the cells of a frame lead to, before anything of it is planned."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.linking import may_link
from odoo_widgets.flow.looking import looked_up
from odoo_widgets.flow.resolved import resolved
from odoo_widgets.flow.responses import Outcome
from odoo_widgets.flow.seen import seen
from odoo_widgets.flow.unsettled import refusals
from odoo_widgets.net.asking import aask

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx
    import pandas as pd

    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.policy import Policy
    from odoo_widgets.flow.repeats import Past
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source
    from odoo_widgets.net.journal import Journal


class Finder:
    """Looks up for one send.

    Args:
        settings: What is sent with, and what was settled.
        credential: As whom.
        policy: How often and how soon a question is asked again.
        transport: What carries the requests in place of the network.
        since: What was fetched or compared before the frame was edited.
    """

    def __init__(
        self,
        settings: Settings,
        credential: Credential,
        policy: Policy | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        since: pd.DataFrame | None = None,
    ) -> None:
        self._settings, self._since = settings, since
        self._ask = partial(aask, settings=settings, credential=credential, policy=policy, transport=transport)

    async def found(self, source: Source, rows: Sequence[int], server: Server) -> Server:
        """The server, with the records that cells lead to, and what the rows' own held when they were compared.

        Records are made of values that are settled so.

        Args:
            source: The frame, without problems.
            rows: The positions of the rows to send.
            server: What is known of the server.

        Raises:
            DataError: Values lead to no record, or to several, and nothing is settled; nothing was made.
            StoppedError: Odoo does not answer, or refuses to.
        """
        linked = may_link(source, self._settings)
        # Nothing is made for a frame that cannot be sent all the same.
        for make in (False, True) if linked else ():
            server = await self._ask(looked_up(source, self._settings, server, rows, make=make), server=server)
            if wrong := refusals(source, self._settings, server, rows):
                raise DataError(wrong)
        if self._since is None:
            return server
        return server.saw(self._settings.endpoint.model, seen(self._since, source, self._settings, server))

    def rest(self, source: Source, past: Past, server: Server, journal: Journal | None) -> Past:
        """What to send without the rows that are settled as rejected."""
        found = resolved(source, self._settings, server, past.rows).rejected
        rejected = {row: found[row] for row in past.rows if row in found} if found else {}
        if not rejected:
            return past
        outcomes = [Outcome([row], "rejected", error_field=field, error=why) for row, (field, why) in rejected.items()]
        if journal is not None:
            journal.settled(outcomes)
        rows = [row for row in past.rows if row not in rejected]
        return attrs.evolve(past, outcomes=(*past.outcomes, *outcomes), rows=rows)
