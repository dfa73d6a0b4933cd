"""The half of a form's state that sends: what goes on in the background, and what came of it.

Handlers start and stop; the sending thread reports. Both change what is here under the state's one lock.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import traitlets
from immutabledict import immutabledict

from odoo_widgets.flow import retry, tested
from odoo_widgets.flow.errors import RepeatedError, StoppedError
from odoo_widgets.flow.responses import counts
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.tested import AGAIN, SKIP, UPDATE
from odoo_widgets.flow.undo import NOTHING_DONE
from odoo_widgets.forms import obstacles
from odoo_widgets.forms.asking import Asking
from odoo_widgets.forms.obstacles import IDLE
from odoo_widgets.forms.sentences import headline, in_words, result
from odoo_widgets.forms.value import NOTHING, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from odoo_widgets.destination import Destination
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.errors import Repeats
    from odoo_widgets.net.delivery import Delivery
    from odoo_widgets.net.progress import Progress
    from odoo_widgets.net.undoing import Undoing

# A send reports after every call; a screen needs no more than this.
REPORT_SECONDS = 0.1

SENDING, TESTING, UNDOING, STOPPING, CUTTING = "sending", "testing", "undoing", "stopping", "cutting"
# What an undo would do is being read.
LOOKING = "looking"
# What can be stopped.
GOING_ON = (SENDING, TESTING, UNDOING)


class Sending(Asking):
    """What a form sends, and what became of it.

    In: what `Asking` keeps, and `problem`, which `State` finds.
    Out: `phase`, `progress`, `responses`, `last`, `outcome`, and `way_out`, settings that would be right after it;
    `repeats`, the rows that were sent before, where a send waits for what becomes of them; `confirmation` is what was
    typed.
    Rows that were sent as a test are left out, unless `with_tested` says otherwise. `tests` has those of this form, and
    `earlier` all that was written down of the bound rows, tests or not.
    """

    # What these are, `State` says.
    samples: Any

    problem = traitlets.Unicode()
    phase = traitlets.Enum([IDLE, *GOING_ON, LOOKING, STOPPING, CUTTING], IDLE)
    progress = Value(None)
    responses = Value(None)
    confirmation = traitlets.Unicode()
    last = traitlets.Unicode()
    repeats = Value(None)
    tests = Value(())
    with_tested = traitlets.Enum([SKIP, UPDATE, AGAIN], SKIP)
    earlier = Value(None)
    only_rejected = traitlets.Bool(False)
    as_frame = traitlets.Bool(True)
    way_out = Value(NOTHING)

    def __init__(self) -> None:
        super().__init__()
        self._delivery: Delivery | Undoing | None = None
        self._reported = 0.0
        self._sent: pd.DataFrame | None = None
        # The send that waits for what becomes of rows that were sent before.
        self._once_more: Callable[[bool], None] | None = None
        # Who sent what is in the responses, and when it ended.
        self.signed: tuple[Credential, datetime] | None = None
        # What can be undone, and as whom.
        self.sent_with: tuple[Destination, Credential] | None = None

    @property
    def test_responses(self) -> pd.DataFrame:
        """What became of each row that was sent as a test, in the order of the tests."""
        return tested.log(self.tests)

    @property
    def sent_before(self) -> pd.DataFrame:
        """The responses of the rows that were sent as a test to where they would go now, by position."""
        if self.destination is None or self.credential is None:
            return tested.nothing()
        there = tested.target(self.destination, self.credential)
        known = tested.known(self.tests, there)
        if self.earlier is None:
            return known
        # What this form has taken back is not there, and what it knows is the newest.
        found = tested.latest([tested.of_journal(self.earlier, test=True), known])
        return found[~found.index.isin(tested.taken_back(self.tests, there))]

    @property
    def new_rows(self) -> int:
        """How many of the bound rows are new since the last send of this form; 0 where all or none are."""
        if self.earlier is None or self.responses is None or self._sent is None or self._sent is self.data.frame:
            return 0
        left = len(self.data) - len(self.earlier)
        return left if left < len(self.data) else 0

    @property
    def may_update(self) -> bool:
        """Whether records that a test has made can be written once more."""
        return self.destination is not None and tested.updating(self.destination, ()) is not None

    @property
    def left_out(self) -> pd.DataFrame:
        """The responses of the rows that a send would leave out, by position."""
        tests = tested.nothing() if self.with_tested == AGAIN else self.sent_before
        return tested.latest([tested.of_journal(self.earlier, test=False), tests]) if self.new_rows else tests

    @property
    def rejected(self) -> pd.DataFrame | None:
        """The rows of the last send that were rejected, with what was wrong; None before the first send."""
        if self.responses is None or self._sent is None:
            return None
        return retry.rejected(self._sent, self.responses)

    @property
    def obstacle(self) -> str:
        """Why nothing can be sent now, in words; empty if it can."""
        return obstacles.obstacle(self)

    @property
    def to_confirm(self) -> str:
        """What has to be typed before rows are sent that may do harm; else empty."""
        return obstacles.to_confirm(self)

    @property
    def updates(self) -> bool:
        """Whether a send is to write once more to records that a test has made."""
        return self.with_tested == UPDATE and self.may_update and len(self.sent_before) > 0

    def confirm(self, typed: str) -> None:
        """Takes what was typed to confirm a send."""
        with self._changing():
            self.confirmation = typed

    def send(self) -> None:
        """Starts to send what is bound, in the background. What goes wrong becomes `outcome`."""
        with self._changing():
            if self.obstacle:
                return
            if self.updates:
                self._update(self.data, self.sent_before, self.left_out)
            else:
                self._send(self.data, self.left_out)

    def send_repeated(self, *, again: bool) -> None:
        """Starts the send that waits: rows that were sent before go once more, or stay out."""
        with self._changing():
            if self._once_more is not None and not obstacles.obstacle_to_repeat(self, again=again):
                self._once_more(again)

    def _send(self, source: Source, left_out: pd.DataFrame, again: bool | None = None) -> None:
        # Who wants the tested rows to go again has not said that of others; and what was undone is not there.
        known = set(self.sent_before.index) if self.with_tested == AGAIN else set()
        known |= tested.taken_back(self.tests, tested.target(self.destination, self.credential))
        once_more = partial(self._send, source, left_out)
        keep = self._keeping(source.frame)

        def take(responses: pd.DataFrame) -> None:
            # Wanting it once is not wanting it always.
            self.with_tested = SKIP
            keep(tested.whole(source, responses, left_out))

        def ask(repeats: Repeats) -> None:
            if repeats.tests and known.issuperset(repeats.rows):
                once_more(again=True)
            else:
                self._wait(repeats, once_more)

        self._begin(source, take, ask, rows=tested.among(len(source), left_out), again=again)

    def _update(self, source: Source, tests: pd.DataFrame, left_out: pd.DataFrame) -> None:
        """Writes the tested rows to the records that they made, then sends the others."""
        writing = tested.updating(self.destination, source.frame.columns)
        assert writing is not None
        frame = tested.to_update(source, tests, writing.ids)
        keep = self._keeping(source.frame)

        def take(answer: pd.DataFrame) -> None:
            told = tested.latest([left_out, tested.by_row(tests, answer)])
            if answer["status"].eq("not_sent").any():
                # What kept these from going keeps the others.
                return
            if len(told) < len(source):
                self._send(source, told)
            else:
                self.with_tested = SKIP
                keep(tested.whole(source, None, told))

        self._begin(Source(frame), take, self._nobody_asks, settings=writing, again=True)

    def _nobody_asks(self, _repeats: Repeats) -> None:
        # What is written to a record that is there is never made twice.
        raise NotImplementedError

    def _wait(self, repeats: Repeats, once_more: Callable[..., None]) -> None:
        self.repeats, self._once_more = repeats, lambda again: once_more(again=again)

    def _keeping(self, frame: pd.DataFrame) -> Callable[[pd.DataFrame], None]:
        """What keeps the responses of a frame, under the words of now."""
        words, sent_with = headline(self), (self.destination, self.credential)

        def keep(responses: pd.DataFrame) -> None:
            self._sent, self.signed, self.only_rejected = frame, (sent_with[1], datetime.now(UTC)), False
            self.sent_with = None if counts(responses).keys() <= NOTHING_DONE.keys() else sent_with
            self.responses, self.last = responses, result(responses, words)

        return keep

    def _begin(
        self,
        source: Source,
        take: Callable[[pd.DataFrame], None],
        ask: Callable[[Repeats], None],
        settings: Destination | None = None,
        **how: Any,
    ) -> None:
        """Starts a delivery; `take` gets its responses, `ask` the rows that were sent before."""
        try:
            delivery = (settings or self.destination).delivery(
                source, self.credential, server=self.known, on_progress=self._on_progress, **how
            )
        except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
            self.outcome = in_words(error)
            return
        self._delivery, self._reported = delivery, 0.0
        self.phase, self.progress, self.outcome = SENDING, None, ""
        self.confirmation, self.repeats, self._once_more = "", None, None
        delivery.future.add_done_callback(lambda _future: self._on_end(delivery, take, ask))
        delivery.start()

    def show_rejected(self, *, only: bool) -> None:
        """Shows the rejected rows of the last send only, or all of them."""
        with self._changing():
            self.only_rejected = only

    def take_as_frame(self, *, wanted: bool) -> None:
        """Shows the responses of sends as a DataFrame, or their counts alone."""
        with self._changing():
            self.as_frame = wanted

    def stop(self) -> None:
        """Once: no new call. Twice: cuts the call in flight."""
        with self._changing():
            if self._delivery is None:
                return
            if self.phase in GOING_ON:
                self._delivery.stop()
                self.phase = STOPPING
            elif self.phase == STOPPING:
                self._delivery.cut()
                self.phase = CUTTING

    def _on_progress(self, progress: Progress) -> None:
        # In the sending thread.
        first_or_last = progress.done in (0, progress.rows)
        if first_or_last or progress.seconds - self._reported >= REPORT_SECONDS:
            self._reported = progress.seconds
            with self._changing():
                self.progress = progress

    def _on_end(self, delivery: Delivery, take: Callable[[pd.DataFrame], None], ask: Callable[[Repeats], None]) -> None:
        # In the sending thread.
        responses, repeats, outcome, way_out = None, None, "", NOTHING
        try:
            responses = delivery.future.result()
        except RepeatedError as error:
            repeats = error.repeats
        except StoppedError as error:
            responses, outcome, way_out = error.responses, str(error), immutabledict(error.instead)
        except Exception as error:  # noqa: BLE001 - a thread's error ends on a log that nobody sees
            outcome = in_words(error)
        with self._changing():
            self._delivery = None
            self.phase, self.progress, self.outcome = IDLE, None if repeats else delivery.progress, outcome
            self.way_out = way_out
            if responses is not None:
                take(responses)
            if repeats is not None:
                ask(repeats)
            self._look_again()

    def _look_again(self) -> None:
        """Looks for a send that did not come to its end."""
        raise NotImplementedError

    def wait(self, timeout: float | None) -> bool:
        """Waits until nothing goes on; says whether that came in time."""
        ended = threading.Event()

        def look(_change: object) -> None:
            if self.phase == IDLE:
                ended.set()

        self.observe(look, "phase")
        try:
            look(None)
            came = ended.wait(timeout)
            # Whoever follows what has ended is told under the lock.
            with self._lock:
                return came
        finally:
            self.unobserve(look, "phase")

    def close(self) -> None:
        """Lets a send end after the call in flight, and lets go of everybody who listens."""
        with self._changing():
            self.unobserve_all()
            if self.phase in GOING_ON:
                self.stop()
