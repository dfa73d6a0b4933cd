"""The steps after the rows of a send: totals are compared, then each step goes to the rows that are done."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import attrs
from immutabledict import immutabledict

from odoo_widgets.flow import records, then, totals
from odoo_widgets.flow.errors import StoppedError
from odoo_widgets.flow.methods import known
from odoo_widgets.flow.repeats import Past
from odoo_widgets.flow.responses import Outcome
from odoo_widgets.flow.step_responses import Told
from odoo_widgets.flow.steps import WRITE
from odoo_widgets.flow.then import Before
from odoo_widgets.net.asking import aask
from odoo_widgets.net.environment import filled
from odoo_widgets.net.histories import called_before
from odoo_widgets.net.loop import STOPPED, Loop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import httpx

    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.policy import Policy, Wait
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source
    from odoo_widgets.flow.steps import Step
    from odoo_widgets.flow.then import Row
    from odoo_widgets.flow.totals import Figures
    from odoo_widgets.net.journal import Journal

NOT_KNOWN_BEFORE = "Not sent: {error}"


class Afterwards:
    """The steps of one send; run in its thread, stopped from another.

    Args:
        source: What was sent.
        settings: How, and which steps there are.
        credential: As whom.
        policy: How often and how soon a call is made again.
        report: Called after every call, with the step's name, how many rows it is for, what the call settled and the
            pause that follows.
        transport: What carries the requests in place of the network.
    """

    def __init__(
        self,
        source: Source,
        settings: Settings,
        credential: Credential,
        *,
        policy: Policy,
        report: Callable[[str, int, tuple[Outcome, ...], Wait | None], None],
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self._source, self._settings, self._credential = source, settings, credential
        self._policy, self._report, self._transport = policy, report, transport
        self._known: dict[str, tuple[Outcome, ...]] = {}
        self._twins: dict[int, int] = {}
        self._compared: dict[int, str] = {}
        self._unread, self._reason = "", STOPPED
        self._stopping, self._cutting = threading.Event(), threading.Event()
        self._loop: Loop | None = None
        self._step: Step | None = None
        # Rows that a step was to be run on and was not, since something ended the send.
        self._owed: set[int] = set()
        self._stopped: StoppedError | None = None

    @property
    def stopped(self) -> StoppedError | None:
        """Why a step ended before its last row; None if none did, or somebody stopped it."""
        return self._stopped

    @property
    def told(self) -> Told:
        """What has become of the steps until now."""
        found = dict(self._known)
        loop, step = self._loop, self._step
        if loop is not None and step is not None:
            found[step.name] = (*found.get(step.name, ()), *loop.outcomes)
        every = {name: (*outcomes, *self._of_twins(outcomes)) for name, outcomes in found.items()}
        return Told(immutabledict(every), self._compared, self._unread, self._reason)

    @property
    def owed(self) -> int:
        """On how many rows that are done a step is not, since the send ended before."""
        return len(self._owed)

    def stop(self) -> None:
        """Makes no further call. The one in flight is waited for."""
        self._stopping.set()
        if self._loop is not None:
            self._loop.stop()

    def cut(self) -> None:
        """Ends the calls in flight too."""
        self._stopping.set()
        self._cutting.set()
        if self._loop is not None:
            self._loop.cut()

    async def run(
        self, outcomes: Iterable[Outcome], server: Server, past: Past, journal: Journal | None, reason: str = ""
    ) -> None:
        """Runs all steps.

        Args:
            outcomes: What became of the rows.
            server: What is known of the server.
            past: What is known of the steps, where the send goes on.
            journal: Where to write down what is sent; None for nowhere.
            reason: Why the send of the rows ended before its end; empty where it did not.
        """
        rows = then.rows_of(outcomes)
        self._twins = then.twins(rows)
        once = {row: each for row, each in rows.items() if row not in self._twins}
        self._reason = reason
        if reason or self._stopping.is_set():
            self._owe(once)
            return
        held = await self._compare(once, server)
        before = Before(once, held_back=held)
        for step in self._settings.steps:
            if self._stopping.is_set() or self._reason:
                self._owe(once)
                return
            server = await self._run(step, before, past.steps.get(step.name, {}), server, journal)
            statuses = {row: outcome.status for outcome in self._known[step.name] for row in outcome.rows}
            before = attrs.evolve(before, earlier=step, statuses=statuses, called={}, settled={})

    def _owe(self, rows: Mapping[int, Row]) -> None:
        self._reason = self._reason or STOPPED
        if self._settings.steps:
            self._owed |= {row for row, each in rows.items() if each.done}

    async def _compare(self, rows: Mapping[int, Row], server: Server) -> dict[int, str]:
        """The rows that the totals hold back, each with the reason."""
        there = {row: each.id for row, each in rows.items() if each.done and each.id is not None}
        if not self._settings.expect or not there:
            return {}
        names = list(self._settings.expect)
        try:
            figures = await self._read(list(there.values()), server, names)
            said = totals.disagreements(
                there, totals.expected(self._source, self._settings), self._settings.expect, figures
            )
        except (StoppedError, asyncio.CancelledError) as error:
            self._unread = str(error) or STOPPED
            return {row: then.NOT_COMPARED.format(sentence=self._unread) for row in there}
        self._compared = {row: said.get(row, "") for row in there}
        return {row: then.HELD_BACK.format(sentence=sentence) for row, sentence in said.items()}

    async def _read(self, ids: list[int], server: Server, names: list[str], more: tuple[str, ...] = ()) -> Figures:
        questions = totals.figures(self._settings.endpoint.model, ids, names, more)
        return await aask(
            questions, self._settings, self._credential, server=server, policy=self._policy, transport=self._transport
        )

    async def _run(
        self, step: Step, before: Before, settled: Mapping[int, Outcome], server: Server, journal: Journal | None
    ) -> Server:
        """One step on all rows that it is for."""
        before = attrs.evolve(before, settled=settled)
        try:
            before = attrs.evolve(before, called=self._called(step, before))
            run, others = then.parted(step, self._settings.endpoint.model, before)
            run = await self._in_order(step, run, before.rows, server)
        except (StoppedError, asyncio.CancelledError) as error:
            self._known[step.name] = ()
            self._reason = NOT_KNOWN_BEFORE.format(error=str(error) or STOPPED)
            self._stopped = error if isinstance(error, StoppedError) else None
            self._owe(before.rows)
            return server
        self._known[step.name] = tuple(others)
        if not run:
            return server
        ids = {row: record for row in run if (record := before.rows[row].id) is not None}
        source, settings = then.sent_by(self._source, self._settings, step, ids, server)
        loop = Loop(
            filled(settings),
            self._credential,
            server=server,
            edit=None,
            policy=self._policy,
            report=lambda outcomes, wait: self._report(step.name, len(run), outcomes, wait),
            transport=self._transport,
        )
        self._loop, self._step = loop, step
        # Who stopped it meanwhile knew of no loop yet.
        if self._stopping.is_set():
            loop.stop()
        stop = await loop.run(source, Past(rows=run), journal.of_step(step.name) if journal is not None else None)
        reached = {row for outcome in loop.outcomes for row in outcome.rows}
        doubted = {row for outcome in loop.outcomes if outcome.status == "in_doubt" for row in outcome.rows}
        left = [row for row in run if row not in reached]
        self._known[step.name] = (*others, *loop.outcomes, *_not_reached(left, loop.reason))
        self._loop = self._step = None
        self._owed |= {*left, *doubted}
        if stop is not None:
            self._reason, self._stopped = loop.reason, stop
        return loop.server

    async def by_date(self, source: Source, rows: Sequence[int], server: Server) -> Sequence[int]:
        """The rows that a method is called on, in the order in which it has to be; as they are, where that is any.

        Args:
            source: Their frame.
            rows: Their positions.
            server: What is known of the server.
        """
        settings = self._settings
        method = known(settings.endpoint.model, settings.endpoint.operation) if settings.needs_ids else None
        if method is None or not method.order or len(rows) < 2:  # noqa: PLR2004 - one row is in order
            return rows
        ids = dict(zip(rows, records.ids(source.frame.iloc[list(rows)], settings) or (), strict=True))
        try:
            held = (await self._read([*ids.values()], server, [], (method.order,))).records
        except (StoppedError, asyncio.CancelledError):
            # The call itself says what is wrong.
            return rows
        return then.in_order(rows, {row: held.get(record, {}).get(method.order) for row, record in ids.items()})

    def _called(self, step: Step, before: Before) -> dict[int, str]:
        """The records that a method may have been called on before, which nothing but what is written down tells."""
        if step.method == WRITE or known(self._settings.endpoint.model, step.method) is not None:
            return {}
        ids = {each.id for each in before.rows.values() if each.done and each.id and each.status != "created"}
        return called_before(self._credential, self._settings.endpoint.model, step.method, ids) if ids else {}

    async def _in_order(self, step: Step, run: list[int], rows: Mapping[int, Row], server: Server) -> list[int]:
        method = known(self._settings.endpoint.model, step.method)
        if method is None or not method.order or len(run) < 2:  # noqa: PLR2004 - one row is in order
            return run
        ids = {row: record for row in run if (record := rows[row].id) is not None}
        held = (await self._read(list(ids.values()), server, [], (method.order,))).records
        return then.in_order(run, {row: held.get(record, {}).get(method.order) for row, record in ids.items()})

    def _of_twins(self, outcomes: Iterable[Outcome]) -> Iterable[Outcome]:
        """The same of rows whose record an earlier row has."""
        if not self._twins:
            return ()
        first = {row: outcome for outcome in outcomes for row in outcome.rows}
        return [attrs.evolve(first[row], rows=[twin], ids=None) for twin, row in self._twins.items() if row in first]


def _not_reached(rows: list[int], reason: str) -> tuple[Outcome, ...]:
    return (Outcome(rows, "not_sent", error=reason),) if rows else ()
