"""A send: a thread of its own, how far it is, and its end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import attrs
import pandas as pd

from odoo_widgets.flow import methods
from odoo_widgets.flow.batches import count
from odoo_widgets.flow.bound import bound
from odoo_widgets.flow.errors import (
    CredentialError,
    DataError,
    JournalError,
    OdooWidgetsError,
    StoppedError,
)
from odoo_widgets.flow.identity import doubled
from odoo_widgets.flow.policy import Policy, Wait
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.records import columns
from odoo_widgets.flow.responses import STATUSES, Outcome, counts, responses
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.flow.several import are_frames
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.step_responses import beside
from odoo_widgets.flow.then import one_at_a_time
from odoo_widgets.net.afterwards import Afterwards
from odoo_widgets.net.bookkeeping import Bookkeeping, Kind
from odoo_widgets.net.environment import filled
from odoo_widgets.net.found import Finder
from odoo_widgets.net.frames import sources
from odoo_widgets.net.key_space import KeySpace
from odoo_widgets.net.loop import Loop
from odoo_widgets.net.own_thread import OwnThread
from odoo_widgets.net.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import httpx

    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.repeats import Past
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.net.frames import Frames

LOG = logging.getLogger(__name__)

# What is in memory anyway.
LISTS = (list, tuple)
# Whoever waits looks whether a frame is being read.
LOOK_SECONDS = 0.05
REST = "What was sent before is in this error's .responses, and resume goes on with the frames from the first."
BEFORE_THE_LAST = f"The send was stopped before the last frame. {REST}"


class UnreadError(StoppedError):
    """A frame that could not be read, or computed."""

    def __init__(self, number: int) -> None:
        super().__init__("")
        self._number = number

    def __str__(self) -> str:
        return f"Frame {self._number} could not be read: {self.__cause__!r}. {REST}"


class Delivery(OwnThread):
    """One send: a thread and an event loop of its own, ended with it.

    Args:
        data: What to send: a frame, or several, one after the other; see `frames.Frames`.
        settings: How.
        credential: As whom.
        server: What is known of the server.
        rows: The positions of the rows to send, in order; all if left out. The others are no part of the responses.
            For one frame only.
        edit: From each call that changes something to the call to make in its place.
        policy: How often and how soon a call is made again.
        again: Whether rows go once more that were sent before, and would be made twice: True sends them, False leaves
            them out, with what became of them then; None refuses the frame.
        resume: Whether the last send of these rows goes on that did not come to its end, in place of a new one.
        test: Whether this is a test of some rows.
        undo: The name of the send that this takes back; empty where it takes back none.
        journal: Whether what is sent is written down. Without, nothing is known of it afterwards.
        since: What `fetch` or `diff` returned, with which the records are compared before they are written.
        on_progress: Called in the sending thread, once the data are looked through and after every call. If it raises,
            that is logged, and the send goes on without it.
        on_responses: Called in the sending thread with the responses of each frame, as soon as all its rows are
            accounted for. They are not kept then. If it raises, the send stops.
        transport: What carries the requests in place of the network.

    Attributes:
        progress: How far it is.
        future: Its end, for whoever wants to be told of it.

    Raises:
        CredentialError: The key belongs to another server, or does not say what the protocol wants; nothing was sent.
        SettingsError: A header takes a value from the environment that is not there, or the operation is a method that
            is known not to be one of records. Nothing was sent.
    """

    def __init__(
        self,
        data: Frames,
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
        since: pd.DataFrame | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        on_responses: Callable[[pd.DataFrame], None] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        _check(settings, credential, server)
        self._settings, self._credential = settings, credential
        several = are_frames(data)
        self._kind = Kind(again=again, resume=resume, test=test, undo=undo, frames=several, written=journal)
        self._rows = rows
        # A frame is copied: what the caller does with it meanwhile is not for this send. A list is in memory as it is,
        # so it is known as a whole before the first call.
        known = [*(sources(data) if several else [Source.of(data)])] if not several or isinstance(data, LISTS) else None
        self._known = known
        self._sources = iter(known) if known is not None else sources(data)
        self._unread = known is None
        self.progress = Progress(
            rows=sum(len(self._wanted(each)) for each in known or ()),
            batches=sum(count(each, settings, self._wanted(each)) for each in known or ()),
            more=self._unread,
        )
        self._on_progress, self._on_responses = on_progress, on_responses
        self._done: list[pd.DataFrame] = []
        self._statuses: Counter[str] = Counter()
        # The frame that is being sent, its number, and whether any was begun to be sent.
        self._source: Source | None = known[0] if known and not several else None
        self._number, self._begun = 0, False
        self._reading = False
        self._started = 0.0
        self._lined: tuple[str, ...] = ()
        self._loop = Loop(
            filled(one_at_a_time(settings)),
            credential,
            server=server,
            edit=edit,
            policy=policy or Policy(),
            report=self._report,
            transport=transport,
        )
        self._finder = Finder(settings, credential, policy, transport, since=since)
        self._steps_of = partial(
            Afterwards,
            settings=settings,
            credential=credential,
            policy=policy or Policy(),
            report=self._report_step,
            transport=transport,
        )
        # Those of one frame; and how many are owed of those before.
        self._afterwards = self._steps_of(self._source or Source(pd.DataFrame()))
        self._owed = 0
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
            await asyncio.to_thread(self.wait)
            raise

    def wait(self) -> None:
        """Waits until no call is made any more. A frame that is being computed may take long, and is not waited for."""
        with suppress(RuntimeError):  # the interrupt came before the thread did
            while self._thread.is_alive() and not self._reading:
                self._thread.join(LOOK_SECONDS)

    @property
    def responses(self) -> pd.DataFrame:
        """What has become of the rows until now, as far as `on_responses` was not called with it."""
        done, source = [*self._done], self._source
        parts = [*done, *([self._responses_of(source)] if source is not None else [])]
        if len(parts) == 1:
            return parts[0]
        return pd.concat(parts) if parts else responses([], pd.RangeIndex(0), "", "")

    @property
    def statuses(self) -> dict[str, int]:
        """How many rows have which status, of the frames that are accounted for."""
        return {status: self._statuses[status] for status in STATUSES if self._statuses[status]}

    def _responses_of(self, source: Source) -> pd.DataFrame:
        me, model = self._credential, self._settings.endpoint.model
        found, reason = self._loop.outcomes, self._loop.reason
        lines = {name: dict(self._loop.lines.get(name, {})) for name in self._lined}
        index, database = source.frame.index, me.database
        whole = responses(found, index, me.server, model, reason=reason, database=database, lines=lines)
        whole = beside(whole, self._settings, self._afterwards.told)
        wanted = self._wanted(source)
        return whole if len(wanted) == len(source) else whole.iloc[list(wanted)]

    def _wanted(self, source: Source) -> Sequence[int]:
        # A send that goes on knows its rows.
        return range(len(source)) if self._rows is None or self._kind.resume else self._rows

    # --- in the sending thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            with Bookkeeping(self._settings, self._credential, self._kind) as books:
                stop = self._ended(books)
        except BaseException as error:  # noqa: BLE001 - whatever it is, whoever waits is told of it
            self.future.set_exception(error)
            return
        answer = self.responses
        self._done = [answer]
        if stop is not None and (self._unread or not set(self.statuses) - {"not_sent"}):
            stop.responses = answer
            self.future.set_exception(stop)
        else:
            self.future.set_result(answer)

    def _ended(self, books: Bookkeeping) -> StoppedError | None:
        """Sends all there is to send; why it stopped before its end, if it did."""
        try:
            asyncio.run(self._all(books))
            stop = self._loop.stopped
        except BaseException as error:  # noqa: BLE001 - the rows until then must not be lost with it
            stop = self._broken(error)
        if stop is None and self._unread:
            stop = StoppedError(BEFORE_THE_LAST)
        if stop is not None:
            self._loop.reason = self._loop.reason if stop is self._loop.stopped else str(stop)
        if self._source is not None:
            self._hand_over(self._source)
        if not self._unread:
            # What is known to be there, and was not come to.
            for source in self._sources:
                self._hand_over(source)
            books.end(self.statuses, self._owed)
        return stop

    def _broken(self, error: BaseException) -> StoppedError:
        """Why the send stopped, with an error that nothing was sent before raised as it is."""
        if not self._begun and isinstance(error, UnreadError) and error.__cause__ is not None:
            raise error.__cause__ from None
        if not self._begun and isinstance(error, DataError | JournalError):
            raise error from None
        if isinstance(error, UnreadError) or (not self._begun and isinstance(error, StoppedError)):
            return error
        told = f"The send ended with an error of its own, please report it: {error!r}"
        if isinstance(error, OdooWidgetsError):
            said = " ".join(error.problems[: error.MOST]) if isinstance(error, DataError) else str(error)
            told = f"The send stopped at frame {self._number}: {said} {REST}"
        stop = StoppedError(told)
        stop.__cause__ = error
        return stop

    async def _all(self, books: Bookkeeping) -> None:
        self._look_through()
        async with self._loop:
            while (source := self._next(books)) is not None:
                past = await self._begin(source, books)
                rows = await self._afterwards.by_date(source, past.rows, self._loop.server)
                past = attrs.evolve(past, rows=rows)
                await self._loop.send(source, past, books.journal)
                await self._go_on(past, books)
                if self._loop.over:
                    return
                self._hand_over(source)

    async def _go_on(self, past: Past, books: Bookkeeping) -> None:
        """The steps after the rows."""
        if self._settings.steps or self._settings.expect:
            reason = self._loop.reason if self._loop.over else ""
            await self._afterwards.run(self._loop.outcomes, self._loop.server, past, books.journal, reason)
            if self._kind.frames and (stop := self._afterwards.stopped) is not None and not self._loop.over:
                # The steps of the frames to come would end as these did.
                self._loop.stopped, self._loop.reason = stop, str(stop)

    def _look_through(self) -> None:
        """Looks at all that is known before the first call."""
        found: list[str] = []
        with KeySpace() as keys:
            for source in self._known or ():
                wrong = problems(source, self._settings, self._wanted(source))
                twice = keys.repeated(source, self._settings) if self._kind.frames and not wrong else {}
                found += [*wrong, *(doubled(row + source.first, earlier) for row, earlier in twice.items())]
        if found:
            raise DataError(found)

    def _next(self, books: Bookkeeping) -> Source | None:
        """The next frame; None where there is none, or the send was stopped while it was read."""
        self._reading = True
        try:
            source = next(self._sources, None)
        except Exception as error:
            raise UnreadError(self._number + 1) from error
        finally:
            self._reading = False
        if source is None and self._unread:
            books.check_all(self.progress.rows)
            self._unread = False
            self.progress = attrs.evolve(self.progress, more=False)
            self._tell()
        if self._unread and self._loop.over:
            return None
        self._source, self._number = source, self._number + 1
        if source is not None:
            self._afterwards = self._steps_of(source)
        return source

    async def _begin(self, source: Source, books: Bookkeeping) -> Past:
        """What of a frame is to be sent."""
        rows = self._wanted(source)
        if self._known is None:
            # Looking through a large frame takes its time, which nobody who started the send waits for.
            if found := problems(source, self._settings, rows):
                raise DataError(found)
            now = self.progress
            more = count(source, self._settings, rows)
            self.progress = attrs.evolve(now, rows=now.rows + len(rows), batches=now.batches + more)
        self._lined = tuple(each.field for each in columns(source, self._settings) if each.lines)
        if not self._kind.undo:
            self._loop.server = await self._finder.found(source, rows, self._loop.server)
        past = self._finder.rest(source, books.open(source, rows), self._loop.server, books.journal)
        self._begun = True
        self._started = self._started or time.monotonic()
        self.progress = self.progress.found(past.outcomes)
        self._tell()
        return past

    def _hand_over(self, source: Source) -> None:
        """A frame is over, whatever became of its rows."""
        answer = self._responses_of(source)
        self._source = None
        self._loop.clear()
        self._owed += self._afterwards.owed
        self._afterwards = self._steps_of(Source(pd.DataFrame()))
        self._statuses.update(counts(answer))
        if self._on_responses is None:
            self._done.append(answer)
        else:
            self._on_responses(answer)

    def _report(self, outcomes: tuple[Outcome, ...], wait: Wait | None) -> None:
        self.progress = self.progress.counted(outcomes).called(wait, time.monotonic() - self._started)
        self._tell()

    def _report_step(self, step: str, rows: int, outcomes: tuple[Outcome, ...], wait: Wait | None) -> None:
        done = self.progress.step_done if self.progress.step == step else 0
        settled = sum(len(outcome.rows) for outcome in outcomes)
        self.progress = attrs.evolve(self.progress, step=step, step_rows=rows, step_done=done + settled)
        self._report((), wait)

    def _tell(self) -> None:
        if self._on_progress is None:
            return
        try:
            self._on_progress(self.progress)
        except Exception:
            # Who watches does not decide what is sent: that is what `stop` is for.
            self._on_progress = None
            LOG.exception("on_progress failed, and is not called again. The send goes on.")


def _check(settings: Settings, credential: Credential, server: Server) -> None:
    """Makes sure that a credential may be sent where the settings lead, and that they can be carried out there."""
    bound(credential, settings, "send")
    methods.check(settings, server)
    if settings.endpoint.protocol == "rest" and (unfit := settings.place_of_key.unfit(credential)):
        raise CredentialError(f"{unfit} Nothing was sent.")
