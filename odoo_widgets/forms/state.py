"""What a form knows, in one place. Controls mirror it and never talk to each other.

A control changes, `edit` makes a new destination, and samples, counts and problem follow from it.
An edit that makes no valid destination stays in `draft`, so that the control keeps showing what was typed, and
`problem` says what is wrong with it; the destination stays the last valid one, and nothing can be sent meanwhile.

Handlers arrive on the main thread or on a kernel's subshell, progress on the sending thread: everything here changes
under one lock. Nothing here waits for a send.
"""

from __future__ import annotations

from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any

import traitlets
from immutabledict import immutabledict

from odoo_widgets.destination import Destination
from odoo_widgets.flow import tested
from odoo_widgets.flow.batches import batches
from odoo_widgets.flow.bound import ELSEWHERE
from odoo_widgets.flow.chain import NextSource, model_of, next_source
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.endpoint import address
from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.samples import Samples
from odoo_widgets.flow.several import not_one
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.views import VIEWS
from odoo_widgets.forms import target
from odoo_widgets.forms.counting import Counting
from odoo_widgets.forms.obstacles import IDLE
from odoo_widgets.forms.sentences import SAMPLES, in_words
from odoo_widgets.forms.value import NOTHING, Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

# As many rows as can be shown while a person waits for nothing.
SAMPLE_ROWS = 5_000
# What is done with records that are there.
UPDATE = "write"


def _expect(name: str, value: Any) -> None:
    if name == "data":
        if wrong := not_one(value):
            raise TypeError(f"form.data takes one frame. {wrong}")
        return
    kind = {"destination": Destination, "credential": Credential}[name]
    if value is not None and not isinstance(value, kind):
        raise TypeError(f"form.{name} takes a {kind.__name__}, not a {type(value).__name__}.")


class State(Counting):
    """What a form knows.

    In: `data`, `destination`, `credential`, changed by `bind` and `edit`.
    Out: `draft`, `problem`, `samples`, `too_large` (the records of one call, where they are too many to show while a
    person types), `phase`, `progress`, `responses`, `outcome`. What a person looks at: `open_sample`, `view`, `more`
    (whether what is seldom changed is unfolded).
    """

    draft = Value(NOTHING)
    instead = Value(NOTHING)
    remark = traitlets.Unicode()
    samples = Value(Samples())
    too_large = traitlets.Int(0)
    without_id = traitlets.Int(0)
    open_sample = traitlets.Int(0, allow_none=True)
    more = traitlets.Bool(False)
    view = traitlets.Enum(tuple(VIEWS), next(iter(VIEWS)))

    def __init__(self, data: pd.DataFrame, destination: Destination | None, credential: Credential | None) -> None:
        super().__init__()
        self._chain = NextSource(None, (), None, 0)
        # Why the draft is no destination, and settings that would be right.
        self._unfit: tuple[str, immutabledict[str, Any]] = ("", NOTHING)
        self.bind(data=data, destination=destination, credential=credential)

    # --- in ----------------------------------------------------------------------------------------------------------

    def bind(self, **values: Any) -> None:
        """Takes data, destination or credential from a cell. What was being typed is given up.

        Raises:
            TypeError: A value is of another type than the form can use.
        """
        for name, value in values.items():
            _expect(name, value)
        chain = next_source(Source.of(values["data"]).frame) if "data" in values else self._chain
        if "data" in values:
            # A Source keeps a copy that shares its cells: what was seen is what is sent.
            values["data"] = Source(chain.frame)
        with self._changing():
            if "credential" in values:
                self._meet(values["credential"])
            for name, value in values.items():
                setattr(self, name, value)
            if "data" in values:
                self._rebind()
                self.without_id = chain.left_out
            wanted = NOTHING if "destination" in values else self.draft
            if self.destination is None and self.credential is not None:
                wanted = {"url": self._proposed(chain), **wanted}
            if "data" in values or "destination" in values:
                wanted = {**wanted, **self._chained(chain, wanted)}
            self._take(wanted)

    def _proposed(self, chain: NextSource) -> str:
        """Where the rows may go: those of responses to their own records, any others to new ones."""
        model, operation = (model_of(self.data.frame), UPDATE) if chain.ids else ("", target.OPERATION)
        return address(self.credential.server, model or target.MODEL, operation)

    def _chained(self, chain: NextSource, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The settings that new data want: of responses, only the ids and the columns beside them are of use."""
        now = wanted.get("exclude", self.destination.exclude if self.destination else ())
        own = tuple(name for name in now if name not in self._chain.exclude)
        excluded = (*own, *(name for name in chain.exclude if name not in own))
        self._chain = chain._replace(frame=None)
        return ({"exclude": excluded} if excluded != tuple(now) else {}) | ({"ids": chain.ids} if chain.ids else {})

    def edit(self, **changes: Any) -> None:
        """Takes an edit of settings from a control. For JSON-2, `model` and `operation` are views of the URL."""
        with self._changing():
            self.remark = ""
            if "url" in changes:
                edit, self.remark = target.cut(changes["url"], self.draft, self.destination, self.server)
                changes |= edit
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

    def look_at_more(self, unfolded: bool) -> None:
        """Shows what is seldom changed, or folds it up."""
        with self._changing():
            self.more = unfolded

    def unfold(self, position: int, *, unfolded: bool) -> None:
        """Opens a sample, and folds up the one that was open; or folds it up."""
        with self._changing():
            if unfolded:
                self.open_sample = position
            elif self.open_sample == position:
                self.open_sample = None
            self._derive_trial()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the data's columns, as far as they are text."""
        return tuple(dict.fromkeys(name for name in self.data.frame.columns if isinstance(name, str)))

    @property
    def is_new(self) -> bool:
        """Whether nothing says yet where to send: then something is to be done, and nothing is wrong."""
        return self.destination is None and not self.draft

    def _take(self, wanted: Mapping[str, Any]) -> None:
        """Makes a destination of what is wanted, or keeps that as a draft and says why."""
        self._unfit = "", NOTHING
        if wanted:
            try:
                self.destination, wanted = target.made(wanted, self.destination), NOTHING
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                self._unfit = in_words(error), immutabledict(getattr(error, "instead", {}))
        self.draft = immutabledict(wanted) if wanted else NOTHING
        self._derive()

    def _derive(self) -> None:
        """Samples, counts and problem, from data, destination, credential and what is wrong with a draft."""
        problem, instead = self._unfit
        self._forget_earlier()
        samples, too_large = Samples(), 0
        number: int | None = 0
        left = tested.among(len(self.data), self.left_out)
        # A test may be made again: its row is looked at until it is closed.
        among = None if self.testing or not left else left
        if not problem:
            problem, instead = self._problem()
        waits = False
        if not problem:
            try:
                waits = not self._are_shown(among)
                # The rows of the samples are looked at on every change, the rest when sending starts.
                fitting, too_large = (0, 0) if waits else self._fitting(among)
                if too_large:
                    problem = next(iter(self.destination.problems(self.data, rows=SAMPLE_ROWS)), "")
                elif not waits:
                    samples = self.destination.samples(
                        self.data, n=fitting, among=among, credential=self.credential, server=self.known
                    )
                number = 0 if problem else self._counted()
            except DataError as error:
                problem = error.problems[0]
            except Exception as error:  # noqa: BLE001 - a handler's error ends on a log that nobody sees
                problem = in_words(error)
        # What was confirmed was confirmed for these values only.
        self.problem, self.samples, self.confirmation = problem, samples, ""
        self.instead, self.batches, self.too_large, self.waits = instead, number, too_large, waits
        if self.phase == IDLE:
            # What the last send ran into, and how far it came, is not true of other values.
            self.outcome, self.way_out, self.progress = "", NOTHING, None
            self.repeats = self._once_more = None
            self._look()
        self._derive_trial()
        self._foresee()
        self._forget_foretold()

    def _take_earlier(self, earlier: pd.DataFrame | None) -> None:
        before = self.left_out.index
        self.earlier = earlier
        if not self.left_out.index.equals(before):
            # The samples are those of what is left.
            self._derive()

    def _fitting(self, among: Sequence[int] | None) -> tuple[int, int]:
        """How many calls can be shown while a person types; and the records of a first one that is too large."""
        together = [len(rows) for rows in islice(batches(self.data, self.destination, among), SAMPLES)]
        records = list(accumulate(together))
        fitting = sum(each <= SAMPLE_ROWS for each in records)
        # A batch may take several calls.
        calls = SAMPLES if fitting == len(together) else fitting
        return calls, 0 if fitting or not together else together[0]

    def _problem(self) -> tuple[str, immutabledict[str, Any]]:
        """What keeps the settings from being used with the credential, and settings that would be right."""
        if self.destination is None:
            return target.NO_URL, NOTHING
        if self.credential is not None and not self.credential.belongs_to(self.destination.url):
            here = immutabledict(url=self.credential.server + target.behind(self.destination.url))
            return ELSEWHERE.format(self.credential.server), here
        return "", NOTHING
