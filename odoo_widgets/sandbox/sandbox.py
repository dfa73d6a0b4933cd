"""A real Odoo on this machine, as one object."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Self

from odoo_widgets.flow.credential import Credential, Secret
from odoo_widgets.flow.errors import SandboxError

from .databases import fresh_name
from .folders import find
from .installation import install, waiting_for
from .lifecycle import databases, ready, stop
from .odoo import LOGIN, whoami
from .passwords import read_passwords
from .ports import HOST
from .state import READY, Lease, State
from .steps import Lines, Report
from .supervisor import IDLE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path


class Sandbox:
    """A real Odoo 19 with a real PostgreSQL on this machine, for trying and for tests.

    Uses the one that runs, or starts it; the first time on a machine, that installs it and takes minutes. Without
    the name of a database it makes a fresh one and drops it at the end; a named one is kept.

        with Sandbox() as odoo:
            destination.send(df, odoo.credential)

    Args:
        database: The name of a database to keep; made if it is missing.
        home: A folder of one's own for the sandbox; else ODOO_WIDGETS_SANDBOX_HOME, else the usual one.
        report: Told what is going on; lines on standard error if not given.
        idle: Seconds without a user after which the servers end; among users, the shortest counts.

    Raises:
        NoOdooError: There is no Odoo package to be had.
        SandboxError: The sandbox does not start.
    """

    def __init__(
        self,
        database: str | None = None,
        *,
        home: Path | None = None,
        report: Report | None = None,
        idle: float = IDLE_SECONDS,
    ) -> None:
        self._folders = find(home)
        report = report or Lines()
        install(self._folders, report, stop_running=lambda: stop(home=self._folders.home))
        fresh = "" if database else fresh_name()
        self._database = database or fresh
        self._lease: Lease | None = None
        try:
            with waiting_for(self._folders.run / "lock", "wait for another process that starts it", report):
                # The lease first: from here on, what this process leaves behind is the supervisor's to clear away.
                self._lease = Lease.take(self._folders.leases, fresh, idle=idle)
                self._state = ready(self._folders, report)
                self._passwords = read_passwords(self._folders.data)
                databases(self._folders, self._state).make(self._database)
            # Loads the database, so that the first request of the user's does not wait for it.
            whoami(self.url, self._database, self._passwords.api_key)
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        """The address of Odoo, such as `http://127.0.0.1:8169`."""
        return f"http://{HOST}:{self._state.port}"

    @property
    def database(self) -> str:
        """The name of the database."""
        return self._database

    @property
    def credential(self) -> Credential:
        """The administrator's API key, bound to this server and database."""
        return Credential(self.url, database=self._database, login=LOGIN, api_key=self._passwords.api_key)

    @property
    def login(self) -> str:
        """The administrator's login, in the browser too."""
        return LOGIN

    @property
    def password(self) -> Secret:
        """The administrator's password for the browser."""
        return Secret(self._passwords.admin)

    @property
    def web(self) -> str:
        """The page to open in a browser: it chooses this database, which other links then stay in."""
        return f"{self.url}/web?db={self._database}"

    def close(self) -> None:
        """Gives up the use, and drops the database if it is a fresh one. The servers end when nobody uses them."""
        if self._lease is None:
            return
        lease, self._lease = self._lease, None
        state = State.read(self._folders.state)
        if lease.fresh and state is not None and state.is_alive and state.phase == READY:
            # Where this fails, the supervisor drops it: at the next start if not now.
            with suppress(SandboxError):
                databases(self._folders, state).drop(lease.fresh)
        lease.give_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Sandbox({self._database!r} at {self.url})"
