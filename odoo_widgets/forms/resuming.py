"""The part of a form's state that goes on with what was sent: a send that did not come to its end, rejected rows."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from odoo_widgets.flow import retry, tested
from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.errors import DataError, OdooWidgetsError
from odoo_widgets.flow.repeats import findable
from odoo_widgets.flow.responses import counts, front
from odoo_widgets.flow.source import Source
from odoo_widgets.forms import obstacles
from odoo_widgets.forms.sending import Sending
from odoo_widgets.forms.sentences import in_words
from odoo_widgets.forms.value import Value

if TYPE_CHECKING:
    import pandas as pd

    from odoo_widgets.flow.errors import Repeats


class Resuming(Sending):
    """What can go on.

    Out: `unfinished`: the last send of the bound rows, where it did not come to its end; looked for in a thread, since
    a large frame takes its time.
    """

    unfinished = Value(None)

    def __init__(self) -> None:
        super().__init__()
        self._looked: tuple[Any, ...] = ()
        self._to_look: tuple[Any, ...] = ()
        self._looker: threading.Thread | None = None

    # --- a send that did not come to its end -------------------------------------------------------------------------

    def _look_again(self) -> None:
        self._looked = ()
        self._look()

    def _look(self) -> None:
        """Looks for a send to go on with, unless that was done for these data and this target."""
        bound = self.data is not None and self.destination is not None and self.credential is not None
        there = tested.target(self.destination, self.credential) if bound and not self.problem else None
        wanted = (self.data, there)
        if self._looked and self._looked[0] is wanted[0] and self._looked[1] == there:
            return
        self.earlier = None
        self._looked, self.unfinished = wanted, None
        if there is None:
            return
        self._to_look = (self.data, self.destination, self.credential)
        if self._looker is None:
            self._looker = threading.Thread(target=self._keep_looking, name="odoo_widgets form looks", daemon=True)
            self._looker.start()

    def _forget_earlier(self) -> None:
        """Lets go of what was written down of other rows, or of these on their way elsewhere."""
        bound = self.destination is not None and self.credential is not None
        there = tested.target(self.destination, self.credential) if bound else None
        same = bool(self._looked) and self._looked[0] is self.data and self._looked[1] == there
        if self.earlier is not None and not same:
            self.earlier = None

    def _keep_looking(self) -> None:
        while True:
            with self._changing():
                if not self._to_look:
                    self._looker = None
                    return
                (data, destination, credential), self._to_look = self._to_look, ()
            found, earlier = None, None
            # What cannot be read is said when it is to be written.
            with suppress(Exception):
                found = destination.unfinished(data, credential)
            with suppress(Exception):
                earlier = destination.sent_before(data, credential)
            with self._changing():
                if not self._to_look and self.phase == obstacles.IDLE and self._looked and self._looked[0] is data:
                    self.unfinished = found
                    self._take_earlier(earlier if earlier is not None and len(earlier) else None)

    def _take_earlier(self, earlier: pd.DataFrame | None) -> None:
        """Takes what was written down of the bound rows."""
        raise NotImplementedError

    def resume(self) -> None:
        """Goes on with the last send of the bound rows, in the background."""
        with self._changing():
            if not obstacles.obstacle_to_resume(self):
                self._begin(self.data, self._keeping(self.data.frame), _nobody_asks, resume=True)

    @property
    def in_doubt(self) -> int:
        """How many rows of the last send were sent, and not answered."""
        return 0 if self.responses is None else counts(self.responses).get("in_doubt", 0)

    @property
    def odoo(self) -> str:
        """Where a person looks: Odoo in a browser, in the credential's database."""
        return front(origin(self.destination.url), self.credential.database if self.credential is not None else "")

    @property
    def can_find_out(self) -> bool:
        """Whether it can be found out what became of them."""
        if not self.in_doubt or self.destination is None or self._sent is None:
            return False
        doubted = retry.having(self.responses, "in_doubt")
        try:
            return bool(findable(Source.of(self._sent), self.destination, doubted))
        except DataError:
            # The settings are others by now.
            return False

    # --- rejected rows -----------------------------------------------------------------------------------------------

    @property
    def may_correct(self) -> bool:
        """Whether rows of the last send were rejected."""
        return self.responses is not None and "rejected" in counts(self.responses)

    def retry(self, fixed: pd.DataFrame) -> None:
        """Starts to send corrected rows, in the background.

        Raises:
            DataError: They are no rows that were rejected, or nothing can be sent now.
        """
        with self._changing():
            if self.responses is None or self._sent is None:
                raise DataError(["Nothing has been sent yet, so there is nothing to correct."])
            if found := obstacles.obstacle_to_retry(self, len(fixed)):
                raise DataError([found])
            places = retry.places(fixed, self.responses)
            self._retry(retry.without_errors(fixed), places)

    def retry_bound(self) -> None:
        """Starts to send the rejected rows as they are in the bound data by now."""
        with self._changing():
            try:
                self.retry(retry.of(self.data.frame, self.responses))
            except OdooWidgetsError as error:
                self.outcome = in_words(error)

    def _retry(self, fixed: pd.DataFrame, places: list[int], again: bool | None = None) -> None:
        before, source = self.responses, Source(fixed)
        keep = self._keeping(retry.corrected(self._sent, fixed, places))

        def ask(repeats: Repeats) -> None:
            self._wait(repeats, partial(self._retry, fixed, places))

        self._begin(source, lambda answer: keep(retry.merged(before, answer, places)), ask, again=again)

    def close(self) -> None:
        """Lets a send end after the call in flight, and looks for nothing more."""
        super().close()
        with self._changing():
            looker, self._to_look = self._looker, ()
        if looker is not None:
            looker.join()


def _nobody_asks(_repeats: Repeats) -> None:
    # A send that goes on leaves out what was sent before by itself.
    raise NotImplementedError
