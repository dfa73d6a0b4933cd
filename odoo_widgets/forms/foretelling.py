"""The part of a form's state that finds out how a send would go: a check, which only reads, or a dry run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
import traitlets

from odoo_widgets.flow import foretold
from odoo_widgets.flow.foretold import Foretold
from odoo_widgets.forms.emptying import Emptying
from odoo_widgets.forms.obstacles import IDLE
from odoo_widgets.forms.sentences import in_words
from odoo_widgets.forms.value import Value

CHECK, DRY_RUN = "check", "dry_run"


@attrs.frozen
class Way:
    """A way to find out.

    Attributes:
        words: What goes on meanwhile, with the number of rows.
        verb: The name of the destination's verb.
        read: From its answer to what is shown.
    """

    words: str
    verb: str
    read: Callable[[Any], Foretold]


WAYS = {
    CHECK: Way("Checking {:,} rows …", "check", foretold.of_check),
    DRY_RUN: Way("Trying {:,} rows, to be rolled back …", "dry_run", foretold.of_dry_run),
}


class Foretelling(Emptying):
    """How a send would go.

    Out: `foretelling` (what goes on, in words), `foretold` (what came of it; None before, and after any change).
    """

    # What this is, `State` says.
    draft: Any

    foretelling = traitlets.Unicode()
    foretold = Value(None)

    def __init__(self) -> None:
        super().__init__()
        # What was asked about. The answer to a question about anything else is let go.
        self._asked: tuple[Any, ...] = ()

    @property
    def may_foretell(self) -> bool:
        """Whether there is something to find out, and nothing goes on."""
        said = self.destination is not None and self.credential is not None and not self.draft
        return said and self.phase == IDLE and not self.foretelling

    @property
    def warning(self) -> str:
        """What was found that a send would run into; empty where nothing was, and where nothing can be sent."""
        return self.foretold.warning if self.foretold is not None and not self.problem else ""

    def foretell(self, way: str) -> None:
        """Asks, in the background, how a send would go. Nothing is kept in Odoo.

        Args:
            way: One of `WAYS`.
        """
        with self._changing():
            if not self.may_foretell:
                return
            self._asked, self.foretold = self._about(), None
            self.foretelling = WAYS[way].words.format(len(self.data))
            run = partial(self._find_out, WAYS[way], self._asked)
            threading.Thread(target=run, name="odoo_widgets form foretells", daemon=True).start()

    def _find_out(self, way: Way, asked: tuple[Any, ...]) -> None:
        data, destination, credential, _ = asked
        try:
            found = way.read(getattr(destination, way.verb)(data, credential))
        except Exception as error:  # noqa: BLE001 - a thread's error ends on a log that nobody sees
            found = Foretold(in_words(error), failed=True)
        with self._changing():
            if self._asked is asked:
                self.foretelling, self.foretold = "", found

    def _about(self) -> tuple[Any, ...]:
        return self.data, self.destination, self.credential, self.draft

    def _forget_foretold(self) -> None:
        """Lets go of what was found out of other data or settings."""
        if self._asked and not _same(self._asked, self._about()):
            self._asked, self.foretelling, self.foretold = (), "", None

    def close(self) -> None:
        """Listens to no answer any more."""
        super().close()
        with self._changing():
            self._asked = ()


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    # Comparing two frames takes as long as reading them.
    return one[0] is other[0] and _unnamed(one[1]) == _unnamed(other[1]) and one[2:] == other[2:]


def _unnamed(destination: Any) -> Any:
    """What decides how a send goes: not its name, and not whether it is in use."""
    return destination if destination is None else destination.replace(name="", active=False)
