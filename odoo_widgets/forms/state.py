"""What a form knows, in one place. Controls mirror it and never talk to each other.

A control changes, `edit` makes a new destination, and samples, counts and problem follow from it.
An edit that makes no valid destination stays in `draft`, so that the control keeps showing what was typed, and
`problem` says what is wrong with it; the destination stays the last valid one, and nothing can be sent meanwhile.

Handlers arrive on the main thread or on a kernel's subshell, progress on the sending thread: everything here changes
under one lock. Nothing here waits for a send.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any

import traitlets
from immutabledict import immutabledict

from odoo_widgets.destination import Destination
from odoo_widgets.flow.batches import batches, count
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.endpoint import address
from odoo_widgets.flow.errors import DataError, StoppedError
from odoo_widgets.flow.records import Source
from odoo_widgets.flow.samples import Samples
from odoo_widgets.flow.views import VIEWS
from odoo_widgets.forms import obstacles, target
from odoo_widgets.forms.obstacles import IDLE
from odoo_widgets.forms.sentences import SAMPLES, headline, in_words, result
from odoo_widgets.forms.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pandas as pd

    from odoo_widgets.net.delivery import Delivery, Progress

# As many rows as can be shown while a person waits for nothing.
SAMPLE_ROWS = 5_000
# A send reports after every call; a screen needs no more than this.
REPORT_SECONDS = 0.1
NOTHING: immutabledict[str, Any] = immutabledict()

SENDING, STOPPING, CUTTING = "sending", "stopping", "cutting"


def _expect(name: str, value: Any) -> None:
    if name == "data":
        # pandas itself is not this room's to know.
        fits, wanted = hasattr(value, "columns") and hasattr(value, "iloc"), "pandas DataFrame"
    else:
        kind = {"destination": Destination, "credential": Credential}[name]
        fits, wanted = value is None or isinstance(value, kind), kind.__name__
    if not fits:
        raise TypeError(f"form.{name} takes a {wanted}, not a {type(value).__name__}.")


class State(traitlets.HasTraits):
    """What a form knows.

    In: `data`, `destination`, `credential`, changed by `bind` and `edit`.
    Out: `draft`, `problem`, `samples`, `batches` (how many a send makes; 0 while nothing can be sent), `too_large` (the
    records of one call, where they are too many to show while a person types), `phase`, `progress`, `responses`,
    `outcome`. What a person looks at: `open_sample`, `view`.
    """

    data = Value(None)
    destination = Value(None)
    credential = Value(None)
    draft = Value(NOTHING)
    problem = traitlets.Unicode()
    samples = Value(Samples())
    batches = traitlets.Int(0)
    too_large = traitlets.Int(0)
    open_sample = traitlets.Int(0, allow_none=True)
    view = traitlets.Enum(tuple(VIEWS), next(iter(VIEWS)))
    phase = traitlets.Enum([IDLE, SENDING, STOPPING, CUTTING], IDLE)
    progress = Value(None)
    responses = Value(None)
    outcome = traitlets.Unicode()
    confirmation = traitlets.Unicode()
    last = traitlets.Unicode()

    def __init__(self, data: pd.DataFrame, destination: Destination | None, credential: Credential | None) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._delivery: Delivery | None = None
        self._reported = 0.0
        self.bind(data=data, destination=destination, credential=credential)

    # --- in ----------------------------------------------------------------------------------------------------------

    def bind(self, **values: Any) -> None:
        """Takes data, destination or credential from a cell. What was being typed is given up.

        Raises:
            TypeError: A value is of another type than the form can use.
        """
        for name, value in values.items():
            _expect(name, value)
        if "data" in values:
            # A Source keeps a copy that shares its cells: what was seen is what is sent.
            values["data"] = Source(values["data"])
        with self._changing():
            for name, value in values.items():
                setattr(self, name, value)
            wanted = NOTHING if "destination" in values else self.draft
            if self.destination is None and self.credential is not None:
                wanted = {"url": address(self.credential.server, target.MODEL, target.OPERATION), **wanted}
            self._take(wanted)

    def edit(self, **changes: Any) -> None:
        """Takes an edit of settings from a control. For JSON-2, `model` and `operation` are views of the URL."""
        with self._changing():
            self._take(target.edited(self.draft, changes, self.destination))

    def shown(self, name: str) -> Any:
        """What a control shows for a setting: what was typed if it is not valid, else the destination's value."""
        return target.shown(name, self.draft, self.destination)

    @property
    def protocol(self) -> str | None:
        """The protocol of the shown URL."""
        return target.protocol(self.draft, self.destination)

    def look(self, view: str) -> None:
        """Shows the open sample in another view."""
        with self._changing():
            self.view = view

    def unfold(self, position: int, *, unfolded: bool) -> None:
        """Opens a sample, and folds up the one that was open; or folds it up."""
        with self._changing():
            if unfolded:
                self.open_sample = position
            elif self.open_sample == position:
                self.open_sample = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the data's columns, as far as they are text."""
        return tuple(dict.fromkeys(name for name in self.data.frame.columns if isinstance(name, str)))

    def _take(self, wanted: Mapping[str, Any]) -> None:
        """Makes a destination of what is wanted, or keeps that as a draft and says why."""
        problem = ""
        if wanted:
            try:
                self.destination, wanted = target.made(wanted, self.destination), NOTHING
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                problem = in_words(error)
        self.draft = immutabledict(wanted) if wanted else NOTHING
        self._derive(problem)

    def _derive(self, problem: str = "") -> None:
        """Samples, counts and problem, from data, destination and credential."""
        samples, number, too_large = Samples(), 0, 0
        problem = problem or self._problem()
        if not problem:
            try:
                # The rows of the samples are looked at on every change, the rest when sending starts.
                fitting, too_large = self._fitting()
                if too_large:
                    problem = next(iter(self.destination.problems(self.data, rows=SAMPLE_ROWS)), "")
                else:
                    samples = self.destination.samples(self.data, n=fitting, credential=self.credential)
                number = 0 if problem else count(self.data, self.destination)
            except DataError as error:
                problem = error.problems[0]
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                problem = in_words(error)
        # What was confirmed was confirmed for these values only.
        self.problem, self.samples, self.confirmation = problem, samples, ""
        self.batches, self.too_large = number, too_large
        if self.phase == IDLE:
            # What the last send ran into, and how far it came, is not true of other values.
            self.outcome, self.progress = "", None

    def _fitting(self) -> tuple[int, int]:
        """How many calls can be shown while a person types; and the records of a first one that is too large."""
        together = [len(rows) for rows in islice(batches(self.data, self.destination), SAMPLES)]
        records = list(accumulate(together))
        fitting = sum(each <= SAMPLE_ROWS for each in records)
        # A batch may take several calls.
        calls = SAMPLES if fitting == len(together) else fitting
        return calls, 0 if fitting or not together else together[0]

    def _problem(self) -> str:
        if self.destination is None:
            return target.NO_URL
        if self.credential is not None and not self.credential.belongs_to(self.destination.url):
            return f"The key belongs to {self.credential.server}, and the URL leads elsewhere."
        return ""

    # --- sending -----------------------------------------------------------------------------------------------------

    @property
    def obstacle(self) -> str:
        """Why nothing can be sent now, in words; empty if it can."""
        return obstacles.obstacle(self)

    @property
    def to_confirm(self) -> str:
        """What has to be typed before rows are sent that may do harm; else empty."""
        return obstacles.to_confirm(self)

    def confirm(self, typed: str) -> None:
        """Takes what was typed to confirm a send."""
        with self._changing():
            self.confirmation = typed

    def send(self) -> None:
        """Starts to send what is bound, in the background. What goes wrong becomes `outcome`."""
        with self._changing():
            if self.obstacle:
                return
            try:
                delivery = self.destination.delivery(self.data, self.credential, on_progress=self._on_progress)
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                self.outcome = in_words(error)
                return
            self._delivery, self._reported = delivery, 0.0
            self.phase, self.progress, self.outcome = SENDING, None, ""
            self.confirmation = ""
            sent = headline(self)
            delivery.future.add_done_callback(lambda _future: self._on_end(delivery, sent))
            delivery.start()

    def stop(self) -> None:
        """Once: no new call. Twice: cuts the call in flight."""
        with self._changing():
            if self._delivery is None:
                return
            if self.phase == SENDING:
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

    def _on_end(self, delivery: Delivery, sent: str) -> None:
        # In the sending thread.
        responses, outcome = None, ""
        try:
            responses = delivery.future.result()
        except StoppedError as error:
            responses, outcome = error.responses, str(error)
        except Exception as error:  # noqa: BLE001 - a thread's error ends on a log that nobody sees
            outcome = in_words(error)
        with self._changing():
            self._delivery = None
            self.phase, self.progress, self.outcome = IDLE, delivery.progress, outcome
            if responses is not None:
                self.responses, self.last = responses, result(responses, sent)

    def close(self) -> None:
        """Lets a send end after the call in flight, and lets go of everybody who listens."""
        with self._changing():
            self.unobserve_all()
            if self.phase == SENDING:
                self.stop()

    # --- changes -----------------------------------------------------------------------------------------------------

    def on(self, *names: str, call: Callable[[], None]) -> None:
        """Calls a function now, and whenever one of the named values changes. What it raises then is shown."""

        def guarded(_change: object) -> None:
            try:
                call()
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                self.outcome = in_words(error)

        self.observe(guarded, list(names))
        call()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock, self.hold_trait_notifications():
            yield
