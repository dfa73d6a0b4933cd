"""The loop of a send: plan, encode, perform, judge. It owns the clock, and decides nothing."""

from __future__ import annotations

import asyncio
import random
import threading
from array import array
from collections import Counter, defaultdict, deque
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

import attrs
from aiolimiter import AsyncLimiter

from odoo_widgets.flow.again import unasked
from odoo_widgets.flow.alone import alone
from odoo_widgets.flow.before import kept
from odoo_widgets.flow.documented import done_before, lined_fields
from odoo_widgets.flow.errors import JournalError
from odoo_widgets.flow.exchange import Exchange
from odoo_widgets.flow.generations import Generations, became
from odoo_widgets.flow.judge import judge
from odoo_widgets.flow.needed import needed
from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.policy import Policy, Standing, Wait
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.repeats import LOST
from odoo_widgets.flow.responses import DONE, Outcome
from odoo_widgets.net.transport import client, perform

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    import httpx

    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.errors import StoppedError
    from odoo_widgets.flow.follow import Verdict
    from odoo_widgets.flow.repeats import Past
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source
    from odoo_widgets.net.journal import Journal, StepJournal

STOPPED = "The send was stopped before this row."
UNANSWERED = "Sent, and not answered yet."
# What a task is for: a pause ends where the send is stopped, a call only where it is cut.
PAUSE, CALL = "pause", "call"

Result = TypeVar("Result")


class Loop:
    """One send on the event loop that it runs on, frame by frame; stopped from another thread.

    Args:
        settings: How, with the headers as they go out.
        credential: As whom.
        server: What is known of the server.
        edit: From each call that changes something to the call to make in its place.
        policy: How often and how soon a call is made again.
        report: Called after every call, with what it settled and the pause that follows.
        transport: What carries the requests in place of the network.

    Attributes:
        reason: Why rows without an outcome were not sent.
        server: What is known of the server by now.
        lines: Field to the position of a row to the ids of its lines, as far as they are known by now.
        stopped: Why the send stopped before its end; None if it did not, or was stopped by somebody.
    """

    def __init__(
        self,
        settings: Settings,
        credential: Credential,
        *,
        server: Server,
        edit: Callable[[Call], Call] | None,
        policy: Policy,
        report: Callable[[tuple[Outcome, ...], Wait | None], None],
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self._settled: list[Outcome] = []
        self.reason = STOPPED
        self.server = server
        self.lines: dict[str, dict[int, list[int | None]]] = {}
        self.stopped: StoppedError | None = None
        self._settings, self._credential = settings, credential
        self._source: Source
        self._journal: Journal | StepJournal | None = None
        self._edit, self._report, self._transport = edit, report, transport
        self._standing = Standing(policy)
        self._answered = False
        self._protocol = PROTOCOLS[settings.endpoint.protocol]
        self._batches: dict[int, Counter[str]] = {}
        self._calls_of: Counter[int] = Counter()
        # With its call, whose identity is its key as long as it lives.
        self._doubted: dict[int, tuple[Call, Outcome]] = {}
        self._stopping, self._cutting = threading.Event(), threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._held = AsyncExitStack()
        self._begun = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._workers = settings.concurrency
        self._not_before = 0.0
        self._next_batch = 0
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def outcomes(self) -> list[Outcome]:
        """What has become of the frame's rows until now; those of calls in flight are in doubt."""
        return [*self._settled, *(outcome for _, outcome in self._doubted.values())]

    def clear(self) -> None:
        """Forgets what has become of rows: whoever asked for it has it."""
        self._settled, self._doubted, self.lines = [], {}, {}

    def stop(self) -> None:
        """Makes no further call. Those in flight are waited for."""
        self._stopping.set()
        self._wake(pauses_only=True)

    def cut(self) -> None:
        """Ends the calls in flight too; their rows are in doubt."""
        self._stopping.set()
        self._cutting.set()
        self._wake(pauses_only=False)

    def _wake(self, *, pauses_only: bool) -> None:
        # A closed loop means that the send has ended by itself.
        with suppress(RuntimeError):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._cancel, pauses_only)

    def _cancel(self, pauses_only: bool) -> None:
        for task in self._tasks:
            if not pauses_only or task.get_name() == PAUSE:
                task.cancel()

    async def __aenter__(self) -> Self:
        """Makes what all frames share: one client, one rate."""
        self._loop, rate = asyncio.get_running_loop(), self._settings.rate
        self._limiter = AsyncLimiter(1, 1 / rate) if rate else None
        self._http = await self._held.enter_async_context(client(self._settings, self._transport))
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._held.aclose()

    async def run(
        self, source: Source, past: Past, journal: Journal | StepJournal | None = None
    ) -> StoppedError | None:
        """Sends one frame, and no other; why it stopped before its end, as `stopped` says."""
        async with self:
            await self.send(source, past, journal)
        return self.stopped

    async def send(self, source: Source, past: Past, journal: Journal | StepJournal | None = None) -> None:
        """Sends all there is to send of a frame.

        Args:
            source: The frame, without problems.
            past: Which of its rows, and what is known of the others.
            journal: Where to write down what is sent; None for nowhere.
        """
        self._source, self._journal, self._settled = source, journal, [*past.outcomes]
        self._batches, self._calls_of = {}, Counter()
        # What all calls need to know is asked before anybody else calls: who logs in, which fields there are.
        while not self.over and (asked := self._needed(past)) is not None:
            await self._see_through(asked)
        self._number = alone(source, self._settings)
        for wave in self._waves(past):
            await self._send(wave)
        await self._read_lines(past)

    async def _read_lines(self, past: Past) -> None:
        """Asks for the ids of the lines of documents that were done before."""
        rows = [row for outcome in past.outcomes if outcome.status in DONE for row in outcome.rows]
        if not rows or not lined_fields(self._source, self._settings, self.server):
            return
        while not self.over and (asked := next(needed(self._source, self._settings, self.server, rows), None)):
            await self._see_through(asked)
        for call in done_before(self._source, self._settings, self.server, past.outcomes):
            await self._see_through(call)

    def _waves(self, past: Past) -> Iterator[Past]:
        """What to send, wave by wave: rows that others lead to come before them."""
        rows = [*past.in_doubt, *past.rows] if past.in_doubt else past.rows
        generations = Generations.of(self._source, self._settings, self.server, rows)
        if not generations.waves.parents:
            yield past
            return
        doubted = set(past.in_doubt)
        for wave in generations.waves.rows:
            if self.over:
                return
            now = became(self._settled)
            ready, left = generations.ready(wave, now)
            self.server = generations.known(self.server, now)
            self._settled += left
            if left:
                self._report(tuple(left), None)
            among = [[row for row in ready if (row in doubted) is each] for each in (True, False)]
            yield attrs.evolve(past, in_doubt=among[0], rows=among[1])

    async def _send(self, past: Past) -> None:
        """Sends the rows of one wave."""
        planned = self._planned(past)
        # Where the first call of all cannot be made, no other can.
        if not self._begun and (first := next(planned, None)) is not None:
            self._begun = True
            await self._see_through(first)
        async with asyncio.TaskGroup() as group:
            for number in range(self._settings.concurrency):
                group.create_task(self._work(number, planned))

    def _needed(self, past: Past) -> Call | None:
        rows = [*past.in_doubt, *past.rows] if past.in_doubt else past.rows
        return next(needed(self._source, self._settings, self.server, rows), None) if len(rows) else None

    def _planned(self, past: Past) -> Iterator[Call]:
        for call in self._calls(past, max(past.batches, self._next_batch)):
            self._next_batch = max(self._next_batch, call.number + 1)
            yield call

    def _calls(self, past: Past, first: int) -> Iterator[Call]:
        if past.in_doubt:
            # What was sent when its process died is found out before anything else is sent.
            for call in plan(self._source, self._settings, self.server, among=past.in_doubt, first=first):
                first = max(first, call.number + len(call.rows[:1]))
                yield attrs.evolve(call, ask=attrs.evolve(call.ask, doubted=LOST)) if call.rows else call
        yield from plan(self._source, self._settings, self.server, among=past.rows, first=first)

    async def _work(self, number: int, planned: Iterator[Call]) -> None:
        try:
            while number < self._workers and not self.over and (call := next(planned, None)) is not None:
                # The lock's own order is that of the plan.
                async with self._turns[self._number(call)]:
                    await self._see_through(call)
        except BaseException:
            # The others end their calls, and make no further one.
            self._stopping.set()
            raise

    @property
    def over(self) -> bool:
        """Whether no further call is made."""
        return self._stopping.is_set() or self.stopped is not None

    async def _see_through(self, planned: Call) -> None:
        """Makes a call, and all that follow it."""
        calls = deque([planned])
        while calls:
            call = calls.popleft()
            if parts := unasked(call, self._standing_of(call)):
                calls.extendleft(reversed(parts))
                continue
            await self._turn(call)
            # What a method did is read also where no further call is wanted: its rows would stay in doubt.
            if self.over and call.ask.effect_of is None:
                return
            try:
                verdict = await self._make(call)
            except JournalError as error:
                # What cannot be written down is not sent.
                self.stopped, self.reason = self.stopped or error, str(error)
                return
            # What follows this call comes before the batch's others.
            calls.extendleft(reversed(verdict.follow))
            if verdict.wait is not None:
                await self._pause(verdict.wait)

    async def _turn(self, call: Call) -> None:
        """Waits until the rate, and what the server said to any call, allow the next one."""
        while (seconds := self._not_before - asyncio.get_running_loop().time()) > 0 and not self.over:
            await self._until(asyncio.sleep(seconds), PAUSE)
        if self._limiter is not None:
            await self._until(self._limiter.acquire(), PAUSE if call.ask.effect_of is None else CALL)

    async def _make(self, call: Call) -> Verdict:
        planned = call
        if self._edit is not None and call.ask.changes:
            call = self._edit(call)
        request = self._protocol.encode(call, self._settings, self._credential, self.server)
        if call.ask.changes and self._journal is not None:
            self._journal.sending(call.rows, call.ask.ids, kept(call.ask))
        if call.ask.changes or call.ask.effect_of is not None:
            # In doubt until it is judged, whatever happens in between.
            self._doubt(planned, self._calls_of[call.number] + 1)
        exchange = await self._perform(request)
        self._calls_of[call.number] += 1
        cut = self._cutting.is_set()
        standing = None if cut else self._standing_of(call)
        verdict = judge(call, exchange, self._settings, self.server, standing, answered=self._answered)
        self._answered |= exchange.response is not None and verdict.stop is None and not verdict.again
        self._take(call, verdict)
        self._doubted.pop(id(planned), None)
        self._write(call, verdict)
        return verdict

    def _write(self, call: Call, verdict: Verdict) -> None:
        if self._journal is None:
            return
        attempts = self._calls_of[call.number]
        open_still = {row for each in verdict.follow if _keeps_open(each) for row in each.rows}
        accounted = open_still.union(*(each.rows for each in verdict.outcomes))
        left = [row for row in call.rows if row not in accounted] if call.ask.changes else []
        if verdict.outcomes or left:
            self._journal.settled((attrs.evolve(each, attempts=attempts) for each in verdict.outcomes), left)

    def _standing_of(self, call: Call) -> Standing:
        of_batch = self._batches.setdefault(call.number, Counter())
        return attrs.evolve(self._standing, judged=of_batch.total(), refused=of_batch["rejected"])

    def _doubt(self, call: Call, attempts: int) -> None:
        doubted = call.ask.doubted or (call.ask.effect_of.doubted if call.ask.effect_of is not None else "")
        said = doubted or UNANSWERED
        self._doubted[id(call)] = call, Outcome(call.rows, "in_doubt", batch=call.number, error=said, attempts=attempts)

    def _take(self, call: Call, verdict: Verdict) -> None:
        """What a verdict changes for the calls to come."""
        settled = tuple(attrs.evolve(each, attempts=self._calls_of[call.number]) for each in verdict.outcomes)
        # They are kept to the end: a list of numbers takes four times as much.
        self._settled += (
            attrs.evolve(each, ids=array("q", each.ids)) if each.ids is not None else each for each in settled
        )
        for each in verdict.follow:
            # What was sent before stays in doubt while it is found out.
            if _keeps_open(each):
                self._doubt(each, self._calls_of[call.number])
        for outcome in settled:
            self._batches[call.number][outcome.status] += len(outcome.rows)
        self._standing = attrs.evolve(
            self._standing, made=self._standing.made + 1, again=self._standing.again + verdict.again
        )
        self.server = verdict.server or self.server
        for name, ids in verdict.lines.items():
            self.lines.setdefault(name, {}).update(ids)
        if verdict.slower:
            self._workers = max(1, self._workers // 2)
        reads = not call.ask.changes and call.ask.effect_of is None
        if verdict.stop is not None:
            self.reason = verdict.reason
            # Nothing went wrong where a look-up was cut: the send ends as one that is stopped.
            if not (reads and self._cutting.is_set()):
                self.stopped = self.stopped or verdict.stop
        self._report(settled, verdict.wait)

    async def _perform(self, request: httpx.Request) -> Exchange:
        task = asyncio.create_task(perform(self._http, request, self._settings, self._credential.api_key), name=CALL)
        try:
            return await self._await(task)
        except asyncio.CancelledError:
            return Exchange(request, error=InterruptedError("The call was cut."))

    async def _pause(self, wait: Wait) -> None:
        seconds = wait.seconds if wait.told else random.uniform(0, wait.seconds)  # noqa: S311 - nobody guesses at it
        if wait.told:
            # The server says it to all calls.
            self._not_before = max(self._not_before, asyncio.get_running_loop().time() + seconds)
        await self._until(asyncio.sleep(seconds), PAUSE)

    async def _until(self, end: Coroutine[Any, Any, None], kind: str) -> None:
        with suppress(asyncio.CancelledError):
            await self._await(asyncio.create_task(end, name=kind))

    async def _await(self, task: asyncio.Task[Result]) -> Result:
        self._tasks.add(task)
        if self._cutting.is_set() or (self._stopping.is_set() and task.get_name() == PAUSE):
            task.cancel()
        try:
            return await task
        finally:
            self._tasks.discard(task)


def _keeps_open(call: Call) -> bool:
    """Whether a call that follows is for rows that were sent already."""
    return bool(call.ask.doubted) or call.ask.effect_of is not None
