"""The one process that owns both servers: starts them, watches them and their users, and ends them.

It runs detached from whoever started it, in a session of its own. Each server stands under a guard that ends it when
this process ends, kill -9 included, so that stopping, failing and being killed are one path.
"""

from __future__ import annotations

import argparse
import math
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import filelock

import odoo_widgets
from odoo_widgets.flow.errors import SandboxError

from . import odoo
from .databases import FRESH, Databases
from .folders import Folders
from .passwords import read_passwords
from .ports import HOST, free_port
from .postgres import Postgres
from .processes import created_at, end, environment
from .sql import Sql
from .state import FAILED, READY, STARTING, STOPPING, State, leases
from .template import CLUSTER, ODOO, programs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .guarded import Guarded

IDLE_SECONDS = 600.0
TICK = 0.5
END_SECONDS = 10.0
USUAL_PORT = 8169
# Ports are given out and taken in two moments; somebody else may come between.
ATTEMPTS = 3
PORT_FILE = "port"


def spawn(folders: Folders) -> None:
    """Starts a supervisor, detached; it tells how it fares in the state file.

    Args:
        folders: The sandbox's folders, everything installed.
    """
    # The package may stand in a folder that only this process looks in; -P keeps the working folder out.
    path = os.pathsep.join([str(Path(odoo_widgets.__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-P", "-m", __package__, "--home", str(folders.home)]
    with (folders.logs / "supervisor.log").open("ab") as log:
        # It forks once more at its start, so this returns at once and leaves no child that nobody waits for.
        subprocess.run(  # noqa: S603 - our own program
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folders.home,
            env=environment({"PYTHONPATH": path.rstrip(os.pathsep)}),
            start_new_session=True,
            check=True,
            umask=0o022,
        )


class Supervisor:
    """Both servers, for as long as somebody uses them.

    Args:
        folders: The sandbox's folders, everything installed.
    """

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        # Until a use says how long: whoever starts a supervisor has taken a lease before.
        self._idle = math.inf
        self._asked_to_end = threading.Event()
        self._passwords = read_passwords(folders.data)
        self._before = State.read(folders.state)
        self._state = State(STARTING, os.getpid(), created_at(os.getpid()))
        self._tell(STARTING)

    def ask_to_end(self, *_: object) -> None:
        """Takes a signal: the servers end at the next tick."""
        self._asked_to_end.set()

    def run(self) -> None:
        """Starts the servers, and ends them when nobody uses them any more, when asked, or when one of them dies.

        Raises:
            SandboxError: They do not start, or one of them died.
        """
        try:
            self._end_leftovers()
            with self._servers() as (servers, databases):
                self._drop_orphans(databases)
                self._tell(READY)
                _log(f"ready at http://{HOST}:{self._state.port}")
                self._watch(servers, databases)
                self._tell(STOPPING)
        except Exception as error:
            self._tell(FAILED, str(error))
            raise
        self._folders.state.unlink(missing_ok=True)

    def _tell(self, phase: str, problem: str = "") -> None:
        self._state = attrs.evolve(self._state, phase=phase, problem=problem)
        self._state.write(self._folders.state)

    def _tell_of(self, servers: list[Guarded], port: int, postgres_port: int) -> None:
        processes = {pid: created_at(pid) for each in servers for pid in each.pids()}
        self._state = attrs.evolve(self._state, port=port, postgres_port=postgres_port, processes=processes)
        self._tell(STARTING)

    def _end_leftovers(self) -> None:
        # Guards end with their supervisor. This is for the case that somebody killed a guard as well.
        if self._before is not None:
            end(self._before.processes, END_SECONDS)

    @contextmanager
    def _servers(self) -> Iterator[tuple[list[Guarded], Databases]]:
        with ExitStack() as stack:
            for attempt in range(ATTEMPTS):
                try:
                    yield self._start(stack)
                except _NotStartedError as error:
                    stack.close()
                    ports = (self._state.port, self._state.postgres_port)
                    nobody_came_between = all(free_port(port) == port for port in ports)
                    if nobody_came_between or attempt == ATTEMPTS - 1:
                        raise SandboxError(str(error)) from error
                    _log(f"once more: {error}")
                else:
                    break

    def _start(self, stack: ExitStack) -> tuple[list[Guarded], Databases]:
        folders = self._folders
        port_file = folders.run / PORT_FILE
        port = free_port(_remembered(port_file))
        postgres_port = free_port()
        config = folders.run / "odoo.conf"
        serving = odoo.Odoo(folders.odoo, folders.environment, folders.data / ODOO, config, folders.logs / "odoo.log")
        serving.configure(postgres_port=postgres_port, port=port, passwords=self._passwords)
        # Both at once: Odoo needs PostgreSQL from its first request on, not before.
        postgres = Postgres(programs(folders), folders.data / CLUSTER, folders.logs / "postgres.log", postgres_port)
        stack.callback(postgres.program.close)
        server = serving.serve()
        stack.callback(server.close)
        servers = [postgres.program, server]
        self._tell_of(servers, port, postgres_port)
        try:
            postgres.wait(self._passwords.superuser, programs(folders))
            odoo.wait(server, port)
        except SandboxError as error:
            raise _NotStartedError(str(error)) from error
        port_file.write_text(str(port), encoding="utf-8")
        self._tell_of(servers, port, postgres_port)
        sql = Sql(programs(folders), postgres_port, self._passwords.superuser)
        return servers, Databases(sql, folders.data / ODOO / "filestore")

    def _drop_orphans(self, databases: Databases) -> None:
        used = {lease.fresh for lease in leases(self._folders.leases) if lease.is_held}
        for name in databases.names():
            if name.startswith(FRESH) and name not in used:
                databases.drop(name)

    def _watch(self, servers: list[Guarded], databases: Databases) -> None:
        last_used = time.monotonic()
        while not self._asked_to_end.wait(TICK):
            for server in servers:
                if (code := server.poll()) is not None:
                    raise SandboxError(
                        f"A server of the sandbox ended by itself (exit code {code}), so the sandbox ended. "
                        f"What it said stands at the end of {server.log}."
                    )
            for lease in leases(self._folders.leases):
                self._idle = min(self._idle, lease.idle)
                if lease.is_held:
                    last_used = time.monotonic()
                    continue
                _log(f"the process {lease.pid} is gone")
                try:
                    if lease.fresh:
                        databases.drop(lease.fresh)
                except SandboxError as error:
                    # Once more at the next tick, which also sees whether PostgreSQL itself is gone.
                    _log(f"{lease.fresh} is not dropped: {error}")
                else:
                    lease.give_up()
            if time.monotonic() - last_used > self._idle and self._nobody_comes():
                return
        _log("asked to end")

    def _nobody_comes(self) -> bool:
        # Whoever begins a use holds this lock, so none can begin between the look and the end.
        lock = filelock.FileLock(self._folders.run / "lock", timeout=0)
        try:
            with lock:
                if any(lease.is_held for lease in leases(self._folders.leases)):
                    return False
                self._tell(STOPPING)
        except filelock.Timeout:
            return False
        _log(f"nobody used the sandbox for {self._idle:.0f} seconds")
        return True


class _NotStartedError(SandboxError):
    pass


def _remembered(file: Path) -> int:
    # The same address every time keeps the links in yesterday's notebook alive.
    try:
        return int(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return USUAL_PORT


def _log(message: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {os.getpid()} {message}\n")
    sys.stderr.flush()


def main() -> None:
    """Runs a supervisor in the background, unless there is one already."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    options = parser.parse_args()
    folders = Folders(options.home)
    told, telling = os.pipe()
    if os.fork():
        # Until the state file tells of the new supervisor, or it is dead, which closes the pipe as well.
        os.close(telling)
        os.read(told, 1)
        os._exit(0)
    try:
        # The one before may have a last moment to go.
        with filelock.FileLock(folders.run / "supervisor.lock", timeout=END_SECONDS):
            for log in folders.logs.glob("*.log"):
                if log.name != "supervisor.log":
                    log.unlink()
            supervisor = Supervisor(folders)
            os.close(telling)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, supervisor.ask_to_end)
            supervisor.run()
    except filelock.Timeout:
        _log("another supervisor is running")
    except SandboxError as error:
        _log(str(error))
        sys.exit(1)
