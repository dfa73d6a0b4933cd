"""The part of a form's state that sends test data: the call that is opened for editing, and what came of it.

A test is a send of a few rows. What it leaves in Odoo is known to the send of all rows, which leaves them out.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import traitlets

from odoo_widgets.flow import payloads, taking_back, tested
from odoo_widgets.flow.errors import StoppedError
from odoo_widgets.flow.samples import Sample
from odoo_widgets.forms import obstacles
from odoo_widgets.forms.obstacles import IDLE
from odoo_widgets.forms.proposals import of_columns
from odoo_widgets.forms.reading import Reading
from odoo_widgets.forms.sending import TESTING, UNDOING
from odoo_widgets.forms.sentences import in_words, tried, undone
from odoo_widgets.forms.value import NOTHING, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from odoo_widgets.destination import Destination
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.samples import Samples
    from odoo_widgets.net.delivery import Delivery
    from odoo_widgets.net.undoing import Undoing as Taken

# As many of the calls for a test's rows as tell whether the one that changes something is alone.
CALLS = 4
# A page that shows more than this for editing gets slow.
MOST_CHARACTERS = 200_000


@attrs.frozen(eq=False)
class Trial:
    """What a test sends.

    Attributes:
        rows: The positions of its rows.
        batch: How many rows the whole call is for.
        sample: The call that changes something.
        fixed: Why its payload cannot be edited; empty where it can.
    """

    rows: tuple[int, ...]
    batch: int
    sample: Sample
    fixed: str


class Testing(Reading):
    """What is sent as a test.

    In: `testing` (whether the open sample is open for editing), `whole` (all of its rows, or the first), `payload` as
    it is shown and edited, `test_confirmation`.
    Out: `trial`, `last_test`, `told` (what became of it), `refusal` (what the server said was wrong), `way_past`
    (settings that would be right), `test_problem`.
    """

    # What these are, `State` says.
    samples: Any
    open_sample: Any

    testing = traitlets.Bool(False)
    whole = traitlets.Bool(False)
    trial = Value(None)
    payload = traitlets.Unicode()
    test_confirmation = traitlets.Unicode()
    test_problem = traitlets.Unicode()
    last_test = Value(None)
    told = traitlets.Unicode()
    refusal = traitlets.Unicode()
    way_past = Value(NOTHING)

    def __init__(self) -> None:
        super().__init__()
        self._made = ""
        self._for: tuple[Any, tuple[int, ...]] | None = None
        self._undo: tuple[Destination, Credential] | None = None

    # --- what is on the screen ---------------------------------------------------------------------------------------

    def try_out(self, *, testing: bool) -> None:
        """Opens the open sample for editing, or closes it again. What was edited is given up."""
        with self._changing():
            self.testing, self.whole, self._for = testing, False, None
            if testing and self.open_sample is None:
                self.open_sample = 0
            self._derive()

    def take_whole(self, whole: bool) -> None:
        """Takes all rows of the open sample, or its first."""
        with self._changing():
            self.whole = whole
            self._derive_trial()

    def type_payload(self, text: str) -> None:
        """Takes an edited payload."""
        with self._changing():
            self.payload, self.test_problem = text, ""

    def reset_payload(self) -> None:
        """Takes the payload as the settings make it."""
        self.type_payload(self._made)

    def confirm_test(self, typed: str) -> None:
        """Takes what was typed to confirm a test."""
        with self._changing():
            self.test_confirmation = typed

    def deal_with_tested(self, how: str) -> None:
        """Has Send leave tested rows out, write them to the records that they made, or send them once more."""
        with self._changing():
            self.with_tested = how
            self._derive()

    @property
    def is_edited(self) -> bool:
        """Whether the payload is another than the settings make."""
        return self.payload != self._made

    def _derive_trial(self) -> None:
        """What a test would send, from the open sample and the settings. An edit stays as long as its rows do."""
        trial, problem = None, ""
        if self.testing and self.open_sample is not None and self.open_sample < len(self.samples):
            try:
                trial = self._trial(self.samples)
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                problem = in_words(error)
        if trial is not None:
            made = "" if trial.fixed else trial.sample.payload
            if self._for != (self.data, trial.rows) or not self.is_edited:
                self.payload = made
            self._for, self._made = (self.data, trial.rows), made
        elif not self.testing:
            self.payload = self._made = ""
        self.trial, self.test_problem, self.test_confirmation = trial, problem, ""
        # What was refused was refused with other values.
        self.told = "" if self.refusal else self.told
        self.refusal, self.way_past = "", NOTHING

    def _trial(self, samples: Samples) -> Trial | None:
        shown = next((each for each in samples[self.open_sample :] if each.call.ask.changes), None)
        if shown is None:
            return None
        batch = tuple(shown.call.ask.rows)
        rows = batch if self.whole else batch[:1]
        made = self.destination.samples(
            self.data, CALLS, among=list(rows), credential=self.credential, server=shown.scene.server
        )
        changing = [each for each in made if each.call.ask.changes]
        return Trial(rows, len(batch), changing[0], _why_fixed(changing))

    # --- sending -----------------------------------------------------------------------------------------------------

    @property
    def test_obstacle(self) -> str:
        """Why no test can be sent now, in words; empty if it can."""
        return obstacles.obstacle_to_test(self)

    def test(self) -> None:
        """Starts to send the test data, in the background. What goes wrong is told beneath them."""
        with self._changing():
            if self.test_obstacle:
                return
            trial, destination, credential = self.trial, self.destination, self.credential
            try:
                edit = self._edit(trial) if self.is_edited else None
                delivery = destination.delivery(
                    self.data,
                    credential,
                    rows=trial.rows,
                    edit=edit,
                    server=trial.sample.scene.server,
                    # Each test is a decision of its own.
                    again=True,
                    test=True,
                )
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                self.test_problem = in_words(error)
                return
            self.test_confirmation, self.last_test = "", None
            source = self.data

            def take(answer: pd.DataFrame) -> None:
                made = tested.tested(source, destination, credential, trial.rows, answer)
                self._undo = (destination, credential)
                # The data may be bound anew by now.
                made = made if self.data is source else tested.rebound(made, self.data)
                self.tests, self.last_test, self.told = (*self.tests, made), made, tried(trial.rows, answer)

            self._run(delivery, TESTING, take)

    def _edit(self, trial: Trial) -> Callable[[Any], Any]:
        edit = partial(
            payloads.edited, settings=self.destination, payload=self.payload, server=trial.sample.scene.server
        )
        # What cannot be sent is said before anything is.
        edit(trial.sample.call)
        return edit

    @property
    def can_undo(self) -> bool:
        """Whether the last test made records that are still there to delete."""
        known = self._undo is not None and taking_back.says_how(self._undo[0])
        return known and self.last_test is not None and len(self.last_test.created) > 0

    def undo(self) -> None:
        """Starts to delete the records that the last test created, and no others."""
        with self._changing():
            if self.phase != IDLE or not self.can_undo or self._undo is None:
                return
            test, (destination, credential) = self.last_test, self._undo
            try:
                delivery = destination.undoing(test.created, credential)
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                self.test_problem = in_words(error)
                return

            def take(answer: pd.DataFrame) -> None:
                # As it is by now: the data may have been bound anew.
                made = next(each for each in self.tests if each.responses is test.responses)
                after = tested.undone(made, answer)
                self.tests = tuple(after if each is made else each for each in self.tests)
                self.last_test, self.told = after, undone(test.created["id"].tolist(), answer)

            self._run(delivery, UNDOING, take)

    def _take_back(self, answer: pd.DataFrame) -> None:
        before, last = self.tests, self.last_test
        super()._take_back(answer)
        if last is None or not len(last.created):
            return
        pairs = zip(before, self.tests, strict=True)
        self.last_test = next((after for each, after in pairs if each.responses is last.responses), None)
        if self.last_test is None or not len(self.last_test.created):
            # What became of its records, the undo of all says.
            self.last_test, self.told = None, ""

    def _run(self, delivery: Delivery | Taken, phase: str, take: Callable[[pd.DataFrame], None]) -> None:
        self._delivery, self.phase, self.progress = delivery, phase, None
        self.test_problem = self.told = self.refusal = ""

        def on_end(_future: object) -> None:
            # In the sending thread.
            answer, problem, way_past = None, "", NOTHING
            try:
                answer = delivery.future.result()
            except StoppedError as error:
                # A payload may not fit any more once the server has been asked.
                answer, problem = error.responses, in_words(error.__cause__ or error)  # type: ignore[arg-type]
                way_past = of_columns(error.instead, self.data.frame.columns)
            except Exception as error:  # noqa: BLE001 - a thread's error ends on a log that nobody sees
                problem = in_words(error)
            with self._changing():
                self._delivery, self.phase = None, IDLE
                try:
                    if answer is not None:
                        take(answer)
                except Exception as error:  # noqa: BLE001 - as above
                    problem = in_words(error)
                # It is written down by now.
                self._looked = ()
                self._derive()
                self.test_problem = problem
                self.refusal = "" if answer is None else str(next(iter(answer["error"].dropna()), ""))
                self.way_past = way_past

        delivery.future.add_done_callback(on_end)
        delivery.start()

    # --- what a send knows of it -------------------------------------------------------------------------------------

    def _rebind(self) -> None:
        """Looks for the tested rows in data that are bound anew, where they are the same."""
        self.tests = tuple(tested.rebound(each, self.data) for each in self.tests)
        self._for = None


def _why_fixed(changing: list[Sample]) -> str:
    if len(changing) > 1:
        return "These rows take several calls, which go as they are. To edit one, take a single record."
    payload = changing[0].payload
    if not payload:
        return "This call has no payload: its URL says it all."
    more = f"{len(payload):,} characters are too many to edit here: they go as they are."
    return more if len(payload) > MOST_CHARACTERS else ""
