"""The part of a form's state that knows what is bound, who sends, and what the server said of itself.

A key is typed, picked from the stored ones or set from a cell. Keyrings and servers take their time, so they are asked
in a thread, one question at a time; what comes back changes the state under its one lock.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import attrs
import traitlets
from immutabledict import immutabledict

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential, host, origin
from odoo_widgets.flow.endpoint import address
from odoo_widgets.flow.errors import OdooWidgetsError, SettingsError, StoppedError
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.forms import checking
from odoo_widgets.forms.changing import Changing
from odoo_widgets.forms.places import Place, place
from odoo_widgets.forms.sentences import in_words
from odoo_widgets.forms.target import MODEL, OPERATION, behind
from odoo_widgets.forms.typed import Typed
from odoo_widgets.forms.value import NOTHING, Value
from odoo_widgets.net import keys

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = {
    "keyring": "Remembered as {!r}. The key is in this computer's keyring.",
    "memory": (
        "Remembered as {!r}, without its key: this computer has no keyring that takes it, so the key stays in memory "
        "and is gone when the kernel ends."
    ),
}
TYPE_AGAIN = "The key of {!r} is not on this computer: type it again."


class Asking(Changing):
    """Who sends, and what is known of the server.

    In: `data`, `destination`, `credential`, kept by `bind`; `typed`, `typing` (whether a credential is being typed),
    `said` (what the user says that a database is).
    Out: `server` (what it is known to be), `stored` (names), `picked` (the one in use; empty for another), `flaw` (why
    what is typed is no credential), `asking` (what goes on, in words), `answered` (what came of it), `refused` (why
    nothing did), `better` (settings that suit the server better).
    """

    data = Value(None)
    destination = Value(None)
    credential = Value(None)
    server = Value(NOTHING_KNOWN)
    stored = Value(())
    picked = traitlets.Unicode()
    typed = Value(Typed())
    typing = traitlets.Bool(False)
    flaw = traitlets.Unicode()
    asking = traitlets.Unicode()
    answered = traitlets.Unicode()
    refused = traitlets.Unicode()
    better = Value(NOTHING)
    said = Value(immutabledict())

    def __init__(self) -> None:
        super().__init__()
        self._entered: Credential | None = None
        # The server that was typed, and that the URL was made of.
        self._led_to = ""
        self._list()

    def bind(self, **values: Any) -> None:
        """Takes data, destination or credential."""
        raise NotImplementedError

    def edit(self, **changes: Any) -> None:
        """Takes an edit of settings."""
        raise NotImplementedError

    def _list(self) -> None:
        try:
            self.stored = keys.stored()
        except OdooWidgetsError as error:
            self.refused = in_words(error)

    def _meet(self, me: Credential | None) -> None:
        """What was known of another credential's server is not known of this one's."""
        if me != self.credential:
            self.server, self.better, self.answered = NOTHING_KNOWN, NOTHING, ""
            self.refused = self.picked = ""
            if self.destination is not None and self.destination.active:
                # Another credential is another place to send to.
                self.destination = self.destination.replace(active=False)

    @property
    def known(self) -> Server:
        """What is known of the server that the URL leads to."""
        fits = self.destination is not None and self.server.url == origin(self.destination.url)
        return self.server if fits else NOTHING_KNOWN

    def who(self, me: Credential) -> str:
        """Whom a credential stands for: its login, or the user behind its key once the server was asked; else empty."""
        return me.login or (self.known.user if me == self.credential else "")

    # --- typed -------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Opens the fields for a new credential, on the server that the URL leads to; or closes them."""
        with self._changing():
            self.typing = not self.typing
            if self.typing:
                self.typed = Typed(origin(self.destination.url) if self.destination is not None else "")
                self.flaw = ""

    def enter(self, **typed: Any) -> None:
        """Takes what is typed of a credential, and uses it as soon as it is one."""
        with self._changing():
            server = typed.pop("server", None)
            before = self.typed if server is None else self.typed.with_server(server)
            self.typed = attrs.evolve(before, **typed)
            if server is not None:
                self._lead(before.server)
            made = self._complete()
            if made != self._entered:
                # The one from a cell or from the list stays until there is another.
                if made is not None or self.credential is self._entered:
                    self.bind(credential=made)
                self._entered = made

    def _lead(self, server: str) -> None:
        """A server is enough for samples; as long as the URL is on the one that was typed, it follows to another."""
        if self.destination is None:
            if server:
                self.edit(url=server)
        elif self._led_to == origin(self.destination.url):
            with suppress(SettingsError):
                self.edit(url=origin(server) + behind(self.destination.url))
        else:
            return
        self._led_to = origin(self.destination.url) if self.destination is not None else ""

    def _complete(self) -> Credential | None:
        typed, self.flaw = self.typed, ""
        if not typed.server or not typed.key:
            return None
        try:
            return Credential(typed.server, typed.database, typed.login, typed.key)
        except OdooWidgetsError as error:
            self.flaw = in_words(error)
            return None

    # --- asked in a thread -------------------------------------------------------------------------------------------

    def pick(self, name: str) -> None:
        """Takes the stored credential of a name, its key from the keyring."""
        self._ask("Looking for the key …", partial(keys.credential, name, prompt=_nobody), partial(self._found, name))

    def _found(self, name: str, me: Credential | None, _error: Exception | None) -> None:
        if me is not None:
            self.bind(credential=me)
            self.picked, self.typing = name, False
            return
        known = keys.entry(name)
        self.typed, self.typing = Typed(known.server, known.database, known.login, name), True
        self.answered = TYPE_AGAIN.format(name)

    def check(self) -> None:
        """Asks the server what it is and whose the key is. It changes nothing there."""
        me = self.credential
        if me is None:
            return
        fits = self.destination is not None and me.belongs_to(self.destination.url)
        asked = self.destination if fits else Destination(address(me.server, MODEL, OPERATION))
        self._ask(f"Asking {host(me.server)} …", partial(asked.server, me), partial(self._checked, me))

    def _checked(self, me: Credential, server: Server | None, error: Exception | None) -> None:
        if server is None:
            self.refused = checking.failed(error or OSError(), me)
            if isinstance(error, StoppedError) and error.server is not None and error.server.version:
                self.server = error.server
                self.bind()
            return
        self.server, self.answered = server, checking.found(server, me)
        self.better = immutabledict(checking.better(server, self.destination))
        # The samples show what is known by now.
        self.bind()

    def remember(self) -> None:
        """Stores the credential in use under the name that is typed."""
        me, name = self.credential, self.typed.name.strip()
        if me is not None:
            self._ask("Remembering …", partial(keys.remember, name, me), partial(self._kept, name))

    def _kept(self, name: str, where: str | None, error: Exception | None) -> None:
        if where is None:
            self.refused = in_words(error or OSError())
            return
        self._list()
        self.picked, self.answered = name, KEPT[where].format(name)

    def _ask(self, words: str, work: Callable[[], Any], then: Callable[[Any, Exception | None], None]) -> None:
        with self._changing():
            if self.asking:
                return
            self.asking, self.answered, self.refused = words, "", ""
            run = partial(self._answer, work, then, self.credential)
            threading.Thread(target=run, name="odoo_widgets form asks", daemon=True).start()

    def _answer(self, work: Callable[[], Any], then: Callable[..., None], me: Credential | None) -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as caught:  # noqa: BLE001 - a thread's error ends on a log that nobody sees
            error = caught
        with self._changing():
            self.asking = ""
            # What is said of a credential that is no longer in use helps nobody.
            if self.credential is me:
                try:
                    then(result, error)
                except Exception as caught:  # noqa: BLE001 - a thread's error ends on a log that nobody sees
                    self.refused = in_words(caught)

    # --- live, test copy or sandbox ----------------------------------------------------------------------------------

    @property
    def place(self) -> Place | None:
        """What stands behind the server that the URL leads to; None without one."""
        if self.destination is None:
            return None
        return place(self.destination.url, self.said.get(self._whose(), ""))

    def say(self, word: str) -> None:
        """Takes what the user says that the credential's database is."""
        with self._changing():
            self.said = immutabledict({**self.said, self._whose(): word})

    def _whose(self) -> tuple[str, str]:
        return origin(self.destination.url), self.credential.database if self.credential is not None else ""


def _nobody(_question: str) -> NoReturn:
    # The fields of the form ask, not a prompt that blocks the kernel.
    raise EOFError
