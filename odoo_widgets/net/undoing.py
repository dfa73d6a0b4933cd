"""An undo: reads what records hold now, puts back and deletes what can be, in a thread of its own, ended with it.

Each of its parts is a send of its own, written down as such. Killed in the midst of one and called again, it goes on:
what is done already is read from what is written down, and from Odoo.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd

from odoo_widgets.flow import taking_back, undo
from odoo_widgets.flow.bound import given
from odoo_widgets.flow.errors import DataError, JournalError, StoppedError
from odoo_widgets.flow.history import origin
from odoo_widgets.flow.responses import counts, responses
from odoo_widgets.flow.undoable import examined
from odoo_widgets.net.asking import ask
from odoo_widgets.net.delivery import Delivery
from odoo_widgets.net.histories import histories, mark_deleted
from odoo_widgets.net.own_thread import OwnThread
from odoo_widgets.net.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx

    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.history import Event
    from odoo_widgets.flow.policy import Policy
    from odoo_widgets.flow.responses import Outcome
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.taking_back import Part
    from odoo_widgets.flow.undo import Step

LOG = logging.getLogger(__name__)
UNREAD = "What its record holds now cannot be read: {}"
NO_WAY = "The URL takes values of the row, so it does not say how its record is undone."


class Undoing(OwnThread):
    """One undo.

    Args:
        given: Responses of a send, all of them or some.
        settings: What the rows were sent with.
        credential: As whom to undo.
        archive: Whether what Odoo refuses to delete is archived instead.
        on_progress: Called in the sending thread, after every call.
        policy: How often and how soon a call is made again.
        transport: What carries the requests in place of the network.

    Attributes:
        progress: How far it is.
        future: Its end, for whoever wants to be told of it.

    Raises:
        DataError: What is given are no responses.
    """

    def __init__(
        self,
        given: pd.DataFrame,
        settings: Settings,
        credential: Credential,
        *,
        archive: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
        policy: Policy | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        if not isinstance(given, pd.DataFrame) or list(given.columns).count("id") != 1:
            raise DataError(["Responses are needed to undo a send: a DataFrame with a column id, as send returns it."])
        self._index, self._wanted = given.index, _wanted(given)
        self._settings, self._credential, self._archive = settings, credential, archive
        self._options: dict[str, Any] = {"policy": policy, "transport": transport}
        self._on_progress = on_progress
        self._steps: list[Step] = []
        self._known: dict[int, Outcome] = {}
        self._archived: dict[int, Outcome] = {}
        self._before: Counter[str] = Counter()
        self._delivery: Delivery | None = None
        self._stopping = threading.Event()
        self.progress = Progress(rows=len(self._wanted), batches=0)
        super().__init__("undo")

    def preview(self) -> pd.DataFrame:
        """What it would do: one row for each record. Nothing is changed."""
        return undo.preview(self._settings.endpoint.model, self._looked())

    def stop(self) -> None:
        """Makes no further call. The one in flight is waited for."""
        self._stopping.set()
        if self._delivery is not None:
            self._delivery.stop()

    def cut(self) -> None:
        """Ends the call in flight too; its rows are in doubt."""
        self._stopping.set()
        if self._delivery is not None:
            self._delivery.cut()

    @property
    def responses(self) -> pd.DataFrame:
        """What has become of the given rows until now."""
        me = self._credential
        found = taking_back.outcomes(self._steps, self._known, self._archived)
        model = self._settings.endpoint.model
        return responses(found, self._index, me.server, model, reason=taking_back.NOT_REACHED, database=me.database)

    # --- in its own thread -------------------------------------------------------------------------------------------

    def _looked(self) -> list[Step]:
        """What can be done about each record, from what is written down and what Odoo says."""
        settings, me = self._settings, self._credential
        given(me, "undo")
        rest = settings.endpoint.protocol == "rest"
        model = settings.endpoint.model
        done = histories(me, model, [each.id for each in self._wanted if each.id is not None])
        if not taking_back.says_how(settings):
            return [_unread(each, done, NO_WAY) for each in self._wanted]
        try:
            questions = examined(model, self._wanted, done, archives=not rest)
            return ask(questions, settings, me, **self._options)
        except (StoppedError, ValueError) as error:
            if not rest:
                raise
            # An endpoint of its own may be no Odoo that answers questions.
            return [_unread(each, done, UNREAD.format(error)) for each in self._wanted]

    def _run(self) -> None:
        try:
            self._steps = self._looked()
            groups = {group: [step for step in self._steps if step.group == group] for group in undo.GROUPS}
            self.progress = attrs.evolve(self.progress, rows=sum(map(len, groups.values())) - len(groups[undo.REFUSED]))
            for part in taking_back.put_back(self._settings, groups[undo.PUT_BACK]):
                self._known |= self._sent(part)
            to_delete = groups[undo.DELETE] + groups[undo.ARCHIVE]
            for part in taking_back.deletion(self._settings, to_delete):
                self._known |= self._sent(part)
            self._mark()
            if self._archive:
                refused = [step for step in to_delete if step.can_archive and self._is_refused(step)]
                for part in taking_back.archiving(self._settings, refused):
                    self._archived |= self._sent(part)
        except BaseException as error:  # noqa: BLE001 - whatever it is, whoever waits is told
            self._end(error)
        else:
            self.future.set_result(self.responses)

    def _is_refused(self, step: Step) -> bool:
        found = self._known.get(step.id or 0)
        return found is not None and taking_back.is_refused(found)

    def _sent(self, part: Part) -> dict[int, Outcome]:
        if self._stopping.is_set():
            return {}
        self._delivery = Delivery(
            part.frame, part.settings, self._credential, undo=part.undoes, on_progress=self._report, **self._options
        )
        if self._stopping.is_set():
            self._delivery.stop()
        try:
            answer = self._delivery.result()
        except StoppedError as error:
            if error.responses is None:
                raise
            answer = error.responses
        self._before.update(counts(answer))
        return taking_back.answered(part, answer)

    def _mark(self) -> None:
        """Lets the rows be sent again whose records are deleted."""
        gone = [
            step.event
            for step in self._steps
            if step.event is not None
            and (step.gone or ((found := self._known.get(step.id or 0)) and found.status == "deleted"))
        ]
        try:
            mark_deleted(gone)
        except JournalError as error:
            # The records are deleted all the same; their rows are refused until again=True says otherwise.
            LOG.warning("%s", error)

    def _end(self, error: BaseException) -> None:
        if self._known:
            # What was done must not be lost with what could not be.
            self._mark()
            LOG.warning("The undo ended before its end: %s", error)
            self.future.set_result(self.responses)
        else:
            self.future.set_exception(error)

    def _report(self, progress: Progress) -> None:
        statuses = dict(self._before + Counter(progress.statuses))
        rows, before = max(self.progress.rows, sum(statuses.values())), progress.before + self._before.total()
        self.progress = attrs.evolve(progress, rows=rows, statuses=statuses, before=before)
        if self._on_progress is not None:
            self._on_progress(self.progress)


def _wanted(given: pd.DataFrame) -> list[undo.Wanted]:
    """The records of responses, which may come from a file."""
    ids = [None if each is None else int(each) for each in _numbers(given, "id")]
    statuses = given["status"].astype("string").fillna("").tolist() if "status" in given.columns else [""] * len(given)
    return undo.wanted(ids, statuses, _numbers(given, "seconds") if "seconds" in given.columns else None)


def _numbers(given: pd.DataFrame, name: str) -> list[float | None]:
    numbers = pd.to_numeric(given[name], errors="coerce").to_numpy(dtype="float64", na_value=float("nan"))
    return [None if number != number else number for number in numbers.tolist()]  # noqa: PLR0124 - NaN is no number


def _unread(each: undo.Wanted, done: Mapping[int, Sequence[Event]], reason: str) -> Step:
    found = origin(done.get(each.id or 0, ()), each.status, each.seconds)
    return undo.refused(each, found) or undo.Step(each.id, each.rows, reason=reason)
