"""Start, stop, look at and throw away the sandbox: plain functions, for the command line and for `Sandbox`."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import attrs
import filelock

from odoo_widgets.flow.errors import SandboxError

from . import packages
from .databases import Databases
from .folders import Folders, find
from .installation import install, waiting_for
from .passwords import read_passwords
from .ports import HOST
from .processes import end, is_alive
from .sql import Sql
from .stages import build, manifest
from .state import FAILED, READY, STARTING, Lease, State
from .steps import Lines, Report, measure, timed
from .supervisor import IDLE_SECONDS, spawn
from .template import ODOO, data_stage, programs

START_SECONDS = 180.0
STOP_SECONDS = 30.0
POLL = 0.05


@attrs.frozen
class Status:
    """How the sandbox stands.

    Args:
        running: Whether it runs.
        url: Where Odoo answers; empty where it does not run.
        pids: The supervisor, and its servers with their guards.
        databases: The databases that Odoo serves, while it runs.
        version: Odoo's version; empty where none is installed.
        folder: Where everything is.
        sizes: Bytes on disk by part: `odoo`, `environment`, `template`, `data`, `logs`.
        login: The web login.
        password: Its password; shown in no repr.
    """

    running: bool
    url: str
    pids: tuple[int, ...]
    databases: tuple[str, ...]
    version: str
    folder: Path
    sizes: Mapping[str, int]
    login: str
    password: str = attrs.field(repr=False)


def ready(folders: Folders, report: Report) -> State:
    """Makes sure that the sandbox runs. The caller holds the run folder's lock, and its lease.

    Args:
        folders: The sandbox's folders, everything installed.
        report: Told what is going on.

    Returns:
        The state of the running supervisor.

    Raises:
        SandboxError: It does not start.
    """
    state = State.read(folders.state)
    if state is not None and state.is_alive and state.phase == READY:
        return state
    with timed("start PostgreSQL and Odoo", report) as progress:
        deadline = time.monotonic() + START_SECONDS
        while state is not None and state.is_alive and state.phase not in (STARTING, READY):
            # The one before is about to end.
            time.sleep(POLL)
            state = State.read(folders.state)
        if state is None or not state.is_alive:
            build(data_stage(folders, report))
            spawn(folders)
        while time.monotonic() < deadline:
            state = State.read(folders.state)
            if state is not None and state.phase == FAILED:
                raise SandboxError(state.problem)
            if state is None or not state.is_alive:
                break
            if state.phase == READY:
                return state
            progress.show()
            time.sleep(POLL)
    raise SandboxError(
        "The sandbox was ended while it started, or does not come to an end of it. Start it again; if that does not "
        f"help, what it said stands at the end of the files in {folders.logs}."
    )


def databases(folders: Folders, state: State) -> Databases:
    """The databases of a running sandbox.

    Args:
        folders: The sandbox's folders.
        state: The state of the running supervisor.

    Returns:
        What makes, names and drops them.
    """
    sql = Sql(programs(folders), state.postgres_port, read_passwords(folders.data).superuser)
    return Databases(sql, folders.data / ODOO / "filestore")


def start(*, home: Path | None = None, report: Report | None = None, idle: float = IDLE_SECONDS) -> Status:
    """Starts the sandbox and keeps it running until `stop()`, whether or not anybody uses it.

    Args:
        home: A folder of one's own for it.
        report: Told what is going on; lines on standard error if not given.
        idle: Seconds without a user after which it ends; counts again after `stop()`.

    Returns:
        How it stands now.

    Raises:
        NoOdooError: There is no Odoo package to be had.
        SandboxError: It does not start.
    """
    folders = find(home)
    report = report or Lines()
    install(folders, report, stop_running=lambda: stop(home=home))
    with waiting_for(folders.run / "lock", "wait for another process that starts the sandbox", report):
        Lease.take(folders.leases, idle=idle, stays=True)
        ready(folders, report)
    return status(home=home)


def stop(*, home: Path | None = None) -> bool:
    """Stops the sandbox, whoever uses it, and waits until none of its processes is left.

    Args:
        home: The folder of one's own, if it has one.

    Returns:
        Whether it ran.

    Raises:
        SandboxError: A process of it does not end.
    """
    folders = find(home)
    state = State.read(folders.state)
    Lease(folders.leases / "stays.json", 0, 0).give_up()
    if state is None:
        return False
    ran = state.is_alive
    end({state.pid: state.created}, STOP_SECONDS)
    end(state.processes, STOP_SECONDS)
    if any(is_alive(*each) for each in state.processes.items()):
        raise SandboxError(f"The sandbox's processes {', '.join(map(str, state.processes))} do not end.")
    folders.state.unlink(missing_ok=True)
    return ran


def status(*, home: Path | None = None) -> Status:
    """How the sandbox stands. Starts nothing.

    Args:
        home: The folder of one's own, if it has one.

    Returns:
        What is known.
    """
    folders = find(home)
    state = State.read(folders.state)
    running = state is not None and state.is_alive and state.phase == READY
    sizes = {
        name: int(manifest(getattr(folders, name)).get("bytes", 0)) for name in ("odoo", "environment", "template")
    }
    served: tuple[str, ...] = ()
    if state is not None and running:
        # It may be ending at this moment.
        with suppress(SandboxError):
            served = tuple(databases(folders, state).names())
    return Status(
        running=running,
        url=f"http://{HOST}:{state.port}" if state and running else "",
        pids=(state.pid, *state.processes) if state and running else (),
        databases=served,
        version=packages.version(folders.odoo),
        folder=folders.home,
        sizes={**sizes, "data": measure(folders.data), "logs": measure(folders.logs)},
        login="admin",
        password=read_passwords(folders.data).admin if folders.data.exists() else "",
    )


def reset(*, home: Path | None = None, installation: bool = True) -> None:
    """Stops the sandbox and throws away its databases, and what was installed; the next start builds anew.

    Args:
        home: The folder of one's own, if it has one.
        installation: Whether to throw away Odoo, its environment and the template too.

    Raises:
        SandboxError: A process of it does not end.
    """
    folders = find(home)
    stop(home=home)
    if folders.run.exists():
        with filelock.FileLock(folders.run / "lock"):
            shutil.rmtree(folders.data, ignore_errors=True)
    if not installation:
        return
    shutil.rmtree(folders.run, ignore_errors=True)
    if folders.installation.is_symlink():
        # Another sandbox's, borrowed.
        folders.installation.unlink()
    elif folders.installation.exists():
        with filelock.FileLock(folders.installation / "lock"):
            shutil.rmtree(folders.installation, ignore_errors=True)
