"""A send: a thread of its own, how far it is, and its end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow import methods
from odoo_widgets.flow.batches import count
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.digests import Digests, target
from odoo_widgets.flow.errors import CredentialError, DataError, JournalError, StoppedError
from odoo_widgets.flow.operations import what
from odoo_widgets.flow.policy import Policy, Wait
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.repeats import Past
from odoo_widgets.flow.responses import Outcome, counts, responses
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.step_responses import beside
from odoo_widgets.flow.then import one_at_a_time
from odoo_widgets.net.afterwards import Afterwards
from odoo_widgets.net.environment import filled
from odoo_widgets.net.journal import Journal
from odoo_widgets.net.loop import Loop
from odoo_widgets.net.own_thread import OwnThread
from odoo_widgets.net.past import fresh
from odoo_widgets.net.progress import Progress
from odoo_widgets.net.sends import Head, forget, heads, starting
from odoo_widgets.net.unfinished import unfinished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import httpx
    import pandas as pd

    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.settings import Settings

LOG = logging.getLogger(__name__)

STOPPED = "The send was stopped before this row."


class Delivery(OwnThread):
    """One send: a thread and an event loop of its own, ended with it.

    Args:
        data: What to send.
        settings: How.
        credential: As whom.
        server: What is known of the server.
        rows: The positions of the rows to send, in order; all if left out. The others are no part of the responses.
        edit: From each call that changes something to the call to make in its place.
        policy: How often and how soon a call is made again.
        again: Whether rows go once more that were sent before, and would be made twice: True sends them, False leaves
            them out, with what became of them then; None refuses the frame.
        resume: Whether the last send of these rows goes on that did not come to its end, in place of a new one.
        test: Whether this is a test of some rows.
        undo: The name of the send that this takes back; empty where it takes back none.
        journal: Whether what is sent is written down. Without, nothing is known of it afterwards.
        on_progress: Called in the sending thread, once the data are looked through and after every call. If it raises,
            that is logged, and the send goes on without it.
        transport: What carries the requests in place of the network.

    Attributes:
        progress: How far it is.
        future: Its end, for whoever wants to be told of it.

    Raises:
        CredentialError: The key belongs to another server, or does not say what the protocol wants; nothing was sent.
        SettingsError: A header takes a value from the environment that is not there, or the operation is a method that
            is known not to be one of records; nothing was sent.
    """

    def __init__(
        self,
        data: pd.DataFrame | Source,
        settings: Settings,
        credential: Credential,
        *,
        server: Server = NOTHING_KNOWN,
        rows: Sequence[int] | None = None,
        edit: Callable[[Call], Call] | None = None,
        policy: Policy | None = None,
        again: bool | None = None,
        resume: bool = False,
        test: bool = False,
        undo: str = "",
        journal: bool = True,
        on_progress: Callable[[Progress], None] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        if not isinstance(credential, Credential):
            raise CredentialError("A credential is needed to send: credential('name'), or Credential(server, …).")
        if not credential.belongs_to(settings.url):
            raise CredentialError(
                f"The key belongs to {credential.server}, and the URL leads elsewhere. Nothing was sent. "
                "Use a credential of the server in the URL."
            )
        methods.check(settings.endpoint, server)
        if PROTOCOLS[settings.endpoint.protocol].LOGS_IN and not (credential.database and credential.login):
            wanted = "database" if not credential.database else "login"
            raise CredentialError(
                f"{PROTOCOLS[settings.endpoint.protocol].NAME} wants the {wanted} beside the key: "
                f"Credential(…, {wanted}='…'). Nothing was sent."
            )
        if settings.endpoint.protocol == "rest" and (unfit := settings.place_of_key.unfit(credential)):
            raise CredentialError(f"{unfit} Nothing was sent.")
        # Its frame is a copy: what the caller does meanwhile is not for this send.
        self._source = Source.of(data)
        # A send that goes on knows its rows.
        self._rows = range(len(self._source)) if rows is None or resume else rows
        self.progress = Progress(rows=len(self._rows), batches=count(self._source, settings, self._rows))
        self._settings, self._credential = settings, credential
        self._on_progress = on_progress
        self._again, self._resume, self._test, self._undo, self._writes = again, resume, test, undo, journal
        self._started = 0.0
        self._loop = Loop(
            self._source,
            filled(one_at_a_time(settings)),
            credential,
            server=server,
            edit=edit,
            policy=policy or Policy(),
            report=self._report,
            transport=transport,
        )
        self._afterwards = Afterwards(
            self._source,
            settings,
            credential,
            policy=policy or Policy(),
            report=self._report_step,
            transport=transport,
        )
        super().__init__("send")

    def stop(self) -> None:
        """Makes no further call. The one in flight is waited for."""
        self._loop.stop()
        self._afterwards.stop()

    def cut(self) -> None:
        """Ends the call in flight too; its rows are in doubt."""
        self._loop.cut()
        self._afterwards.cut()

    async def aresult(self) -> pd.DataFrame:
        """Waits for the end without blocking the event loop; see `result`.

        Being cancelled cuts the send, and waits until it has ended. What became of the rows is then in `responses`.
        """
        if self._thread.ident is None:
            self.start()
        try:
            return await asyncio.wrap_future(self.future)
        except asyncio.CancelledError:
            self.cut()
            await asyncio.to_thread(self._thread.join)
            raise

    @property
    def responses(self) -> pd.DataFrame:
        """What has become of the rows until now."""
        index, model = self._source.frame.index, self._settings.endpoint.model
        me = self._credential
        found, reason = self._loop.outcomes, self._loop.reason
        whole = responses(found, index, me.server, model, reason=reason, database=me.database)
        whole = beside(whole, self._settings, self._afterwards.told)
        return whole if len(self._rows) == len(index) else whole.iloc[list(self._rows)]

    def _run(self) -> None:
        try:
            # Looking through a large frame takes its time, which nobody who started the send waits for.
            if found := problems(self._source, self._settings, self._rows):
                self.future.set_exception(DataError(found))
                return
            with self._begun() as (past, journal):
                stop = self._sent(past, journal)
        except (DataError, JournalError) as error:
            self.future.set_exception(error)
            return
        except BaseException as error:  # noqa: BLE001 - whatever it is, the rows until then must not be lost with it
            stop = StoppedError(f"The send ended with an error of its own, please report it: {error!r}")
            stop.__cause__ = error
            self._loop.reason = str(stop)
        answer = self.responses
        if stop is not None and answer["status"].eq("not_sent").all():
            stop.responses = answer
            self.future.set_exception(stop)
        else:
            self.future.set_result(answer)

    @contextmanager
    def _begun(self) -> Iterator[tuple[Past, Journal | None]]:
        """What to send, and where it is written down."""
        if not self._writes:
            yield Past(rows=self._rows), None
            return
        source, settings, rows = self._source, self._settings, self._rows
        digests = Digests(source, settings, rows)
        where, database = target(settings), self._credential.database
        with ExitStack() as stack:
            with starting(where):
                if self._resume:
                    head, past = unfinished(source, settings, digests, where, database)
                else:
                    earlier = heads(where, database)
                    past = fresh(source, settings, rows, digests, earlier, again=self._again)
                    forget()
                    done = what(settings.endpoint, settings.when_found)
                    head = Head.new(
                        f"Undo: {done}" if self._undo else done,
                        self._credential,
                        target=where,
                        fingerprint=digests.fingerprint(),
                        rows=len(source),
                        test=self._test,
                        model=settings.endpoint.model,
                        operation=settings.endpoint.operation,
                        context=dict(settings.context),
                        undo=self._undo,
                        again=self._again is True and len(rows) == len(source),
                        steps={step.name: step.method for step in settings.steps},
                    )
                journal = stack.enter_context(Journal(head, digests.of, None if self._resume else rows))
            yield past, journal

    def _sent(self, past: Past, journal: Journal | None) -> StoppedError | None:
        self._count(past.outcomes)
        self._tell()
        self._started = time.monotonic()
        try:
            return asyncio.run(self._through(past, journal))
        finally:
            if journal is not None:
                self._end(journal)

    async def _through(self, past: Past, journal: Journal | None) -> StoppedError | None:
        """The rows, then the steps after them."""
        rows = await self._afterwards.by_date(past.rows, self._loop.server)
        stop = await self._loop.run(attrs.evolve(past, rows=rows), journal)
        if self._settings.steps or self._settings.expect:
            reason = self._loop.reason if self._loop.over else ""
            await self._afterwards.run(self._loop.outcomes, self._loop.server, past, journal, reason)
        return stop

    def _end(self, journal: Journal) -> None:
        try:
            journal.end(counts(self.responses), self._afterwards.owed)
        except JournalError as error:
            # The rows are written down, and what became of them must not be lost: only the list shows no end.
            LOG.warning("%s The send itself is over.", error)

    def _report(self, outcomes: tuple[Outcome, ...], wait: Wait | None) -> None:
        self._count(outcomes)
        self.progress = attrs.evolve(
            self.progress,
            made=self.progress.made + 1,
            seconds=time.monotonic() - self._started,
            waiting=wait.seconds if wait is not None else 0.0,
        )
        self._tell()

    def _report_step(self, step: str, rows: int, outcomes: tuple[Outcome, ...], wait: Wait | None) -> None:
        done = self.progress.step_done if self.progress.step == step else 0
        settled = sum(len(outcome.rows) for outcome in outcomes)
        self.progress = attrs.evolve(self.progress, step=step, step_rows=rows, step_done=done + settled)
        self._report((), wait)

    def _count(self, outcomes: Iterable[Outcome]) -> None:
        statuses = Counter(self.progress.statuses)
        for outcome in outcomes:
            statuses[outcome.status] += len(outcome.rows)
        self.progress = attrs.evolve(self.progress, statuses=dict(statuses))

    def _tell(self) -> None:
        if self._on_progress is None:
            return
        try:
            self._on_progress(self.progress)
        except Exception:
            # Who watches does not decide what is sent: that is what `stop` is for.
            self._on_progress = None
            LOG.exception("on_progress failed, and is not called again. The send goes on.")
