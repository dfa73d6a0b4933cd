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
from typing import TYPE_CHECKING, Any

import traitlets
from immutabledict import immutabledict

from odoo_widgets.destination import Destination
from odoo_widgets.flow.batches import count
from odoo_widgets.flow.credential import Credential, host
from odoo_widgets.flow.errors import OdooWidgetsError, SettingsError, StoppedError
from odoo_widgets.flow.responses import counts
from odoo_widgets.flow.samples import Samples
from odoo_widgets.flow.settings import address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from odoo_widgets.net.delivery import Delivery, Progress

SAMPLES = 5
# A send reports after every call; a screen needs no more than this.
REPORT_SECONDS = 0.1
START = "https://mycompany.odoo.com/json/2/res.partner/create"

IDLE, SENDING, STOPPING, CUTTING = "idle", "sending", "stopping", "cutting"


class Value(traitlets.Any):
    """A trait that tells change by identity: comparing two frames takes as long as reading them."""

    def set(self, obj: traitlets.HasTraits, value: Any) -> None:
        """Takes a value, and notifies unless it is the one that was there."""
        name = str(self.name)
        old = obj._trait_values.get(name, self.default_value)  # noqa: SLF001 - how traitlets' own types do it
        obj._trait_values[name] = value  # noqa: SLF001
        if old is not value:
            obj._notify_trait(name, old, value)  # noqa: SLF001


def _expect(name: str, value: Any) -> None:
    wanted = {"destination": Destination, "credential": Credential}.get(name)
    if wanted is not None and value is not None and not isinstance(value, wanted):
        raise TypeError(f"form.{name} takes a {wanted.__name__}, not a {type(value).__name__}.")


class State(traitlets.HasTraits):
    """What a form knows.

    In: `data`, `destination`, `credential`, changed by `bind` and `edit`.
    Out: `draft`, `problem`, `samples`, `open_sample`, `phase`, `progress`, `responses`, `outcome`.
    """

    data = Value(None)
    destination = Value(None)
    credential = Value(None)
    draft = Value(immutabledict())
    problem = traitlets.Unicode()
    samples = Value(Samples())
    open_sample = traitlets.Int(0, allow_none=True)
    phase = traitlets.Enum([IDLE, SENDING, STOPPING, CUTTING], IDLE)
    progress = Value(None)
    responses = Value(None)
    outcome = traitlets.Unicode()

    def __init__(self, data: pd.DataFrame, destination: Destination | None, credential: Credential | None) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._delivery: Delivery | None = None
        self._reported = 0.0
        if destination is None and credential is not None:
            destination = Destination(address(credential.server, "res.partner", "create"))
        self.bind(data=data, destination=destination, credential=credential)

    # --- in ----------------------------------------------------------------------------------------------------------

    def bind(self, **values: Any) -> None:
        """Takes data, destination or credential from a cell. What was being typed is given up.

        Raises:
            TypeError: A value is of another type than the form can use.
        """
        for name, value in values.items():
            _expect(name, value)
        if "data" in values and hasattr(values["data"], "copy"):
            # A copy that shares the cells until somebody writes to them: what was seen is what is sent.
            values["data"] = values["data"].copy(deep=False)
        with self._changing():
            for name, value in values.items():
                setattr(self, name, value)
            if "destination" in values:
                self.draft = immutabledict()
            self._derive()

    def edit(self, **changes: Any) -> None:
        """Takes an edit of settings from a control. `model` and `operation` are views of the URL."""
        with self._changing():
            wanted = {**self.draft, **changes}
            if "url" in changes:
                wanted.pop("model", None)
                wanted.pop("operation", None)
            try:
                self.destination = self._edited(wanted)
                self.draft = immutabledict()
            except SettingsError as error:
                self.draft = immutabledict(wanted)
                self._derive(str(error))
            else:
                self._derive()

    def shown(self, name: str) -> Any:
        """What a control shows for a setting: what was typed if it is not valid, else the destination's value."""
        if name in self.draft:
            return self.draft[name]
        if name in ("model", "operation"):
            return getattr(self.destination.endpoint, name) if self.destination is not None else None
        return getattr(self.destination, name, None)

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
        return tuple(name for name in getattr(self.data, "columns", ()) if isinstance(name, str))

    @property
    def calls(self) -> int:
        """How many calls a send makes."""
        return count(len(self.data), self.destination) if self.samples else 0

    @property
    def headline(self) -> str:
        """What goes where as whom, in a line."""
        if self.destination is None:
            return "No destination yet"
        target = self.destination.endpoint
        where = host(self.destination.url)
        if self.credential is None:
            return f"{target.operation.capitalize()} {target.model} at {where}"
        login = f" as {self.credential.login}" if self.credential.login else ""
        return f"{target.operation.capitalize()} {target.model} in {self.credential.database or where}{login}"

    @property
    def plan(self) -> str:
        """What a send would do, in a sentence."""
        rows = (
            f"{len(self.data):,} row{'s' if len(self.data) != 1 else ''}"
            if hasattr(self.data, "columns")
            else "no data"
        )
        if not self.samples:
            return rows
        calls = f"{self.calls:,} call{'s' if self.calls != 1 else ''}"
        where = host(self.destination.url)
        return f"{rows} · {calls} to {where} · {'nothing sent yet' if self.responses is None else self.result}"

    @property
    def result(self) -> str:
        """What became of the rows of the last send, in a line; empty before the first."""
        if self.responses is None:
            return ""
        return " · ".join(f"{status.replace('_', ' ')} {number:,}" for status, number in counts(self.responses).items())

    def _edited(self, wanted: dict[str, Any]) -> Destination:
        settings = dict(wanted)
        if views := {name: settings.pop(name) for name in ("model", "operation") if name in settings}:
            if self.destination is None:
                raise SettingsError("Type the server's address into URL first.")
            target = self.destination.endpoint
            views = {"model": target.model, "operation": target.operation, **views}
            settings["url"] = address(settings.get("url", self.destination.url), **views)
        return Destination(**settings) if self.destination is None else self.destination.replace(**settings)

    def _derive(self, problem: str = "") -> None:
        """Samples, counts and problem, from data, destination and credential."""
        if not problem and self.destination is None:
            problem = f"Type the URL to send to, such as {START}."
        if not problem:
            # The first rows are looked at on every change, the rest when sending starts.
            first = min(SAMPLES * self.destination.rows_per_call, len(self.data))
            problem = next(iter(self.destination.problems(self.data, rows=first)), "")
        if not problem and self.credential is not None and not self.credential.belongs_to(self.destination.url):
            problem = f"The key belongs to {self.credential.server}, and the URL leads elsewhere."
        samples = Samples()
        if not problem:
            samples = self.destination.samples(self.data, n=SAMPLES, credential=self.credential)
        if self.open_sample is not None and self.open_sample >= max(1, len(samples)):
            self.open_sample = None
        self.problem, self.samples = problem, samples

    # --- sending -----------------------------------------------------------------------------------------------------

    @property
    def obstacle(self) -> str:
        """Why nothing can be sent now, in words; empty if it can."""
        if self.phase != IDLE:
            return "A send is going on."
        if self.problem:
            return "See what is wrong above."
        if self.credential is None:
            return "Set form.credential first: it says as whom to send."
        return ""

    def send(self) -> None:
        """Starts to send what is bound, in the background. What goes wrong becomes `outcome`."""
        with self._changing():
            if self.obstacle:
                return
            try:
                delivery = self.destination.delivery(self.data, self.credential, on_progress=self._on_progress)
            except OdooWidgetsError as error:
                self.outcome = str(error)
                return
            self._delivery, self._reported = delivery, 0.0
            self.phase, self.progress, self.outcome = SENDING, delivery.progress, ""
        delivery.start()
        delivery.future.add_done_callback(lambda _future: self._on_end(delivery))

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
        if progress.seconds - self._reported >= REPORT_SECONDS or progress.made == progress.calls:
            self._reported = progress.seconds
            with self._changing():
                self.progress = progress

    def _on_end(self, delivery: Delivery) -> None:
        # In the sending thread.
        outcome, responses = "", None
        try:
            responses = delivery.future.result()
        except StoppedError as error:
            outcome, responses = str(error), error.responses
        except OdooWidgetsError as error:
            outcome = str(error)
        with self._changing():
            self._delivery = None
            self.phase, self.progress, self.outcome = IDLE, delivery.progress, outcome
            if responses is not None:
                self.responses = responses

    def close(self) -> None:
        """Stops what is going on, and lets go of everybody who listens."""
        self.stop()
        self.unobserve_all()

    # --- changes -----------------------------------------------------------------------------------------------------

    def on(self, *names: str, call: Callable[[], None]) -> None:
        """Calls a function now, and whenever one of the named values changes."""
        self.observe(lambda _change: call(), list(names))
        call()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock, self.hold_trait_notifications():
            yield
