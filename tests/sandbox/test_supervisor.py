"""The real servers: however they end, nothing is left, and the next start works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from odoo_widgets.flow.errors import SandboxError
from odoo_widgets.sandbox import Sandbox, Status, reset, silent, status, stop
from odoo_widgets.sandbox.processes import is_alive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from odoo_widgets.sandbox.folders import Folders

# No end takes this long on a machine that has other things to do as well.
SECONDS = 60


def until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def belonging_to(home: Path) -> list[str]:
    found = []
    for process in psutil.process_iter():
        try:
            command = " ".join(process.cmdline())
            if str(home) in command and process.status() != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
                found.append(command)
        except psutil.Error:
            continue
    return found


def supervisor(running: Status) -> list[int]:
    return [running.pids[0]]


def guards(running: Status) -> list[int]:
    return [child.pid for child in psutil.Process(running.pids[0]).children()]


def servers(running: Status) -> list[int]:
    return [child.pid for guard in guards(running) for child in psutil.Process(guard).children()]


def named(part: str) -> Callable[[Status], list[int]]:
    return lambda running: [pid for pid in servers(running) if part in " ".join(psutil.Process(pid).cmdline())]


@pytest.mark.parametrize(
    ("number", "victims"),
    [
        (signal.SIGTERM, supervisor),
        (signal.SIGINT, supervisor),
        (signal.SIGKILL, supervisor),
        (signal.SIGKILL, named("bin/postgres")),
        (signal.SIGKILL, named("-m odoo")),
        (signal.SIGKILL, guards),
    ],
    ids=["TERM", "INT", "kill -9", "kill -9 PostgreSQL", "kill -9 Odoo", "kill -9 the guards"],
)
def test_however_it_ends_no_process_is_left_and_the_next_start_works(
    own: Folders, number: signal.Signals, victims: Callable[[Status], list[int]]
) -> None:
    odoo = Sandbox(home=own.home, report=silent)
    for pid in victims(status(home=own.home)):
        os.kill(pid, number)
    assert until(lambda: not belonging_to(own.home)), belonging_to(own.home)
    assert not status(home=own.home).running
    odoo.close()
    with Sandbox(home=own.home, report=silent) as again:
        # The database of the use that was cut is gone: its process still runs, but gave it up.
        assert status(home=own.home).databases.count(again.database) == 1
        assert odoo.database not in status(home=own.home).databases


USER = """
import sys
from pathlib import Path
from odoo_widgets.sandbox import Sandbox, silent
odoo = Sandbox(home=Path(sys.argv[1]), report=silent, idle=float(sys.argv[2]))
print(odoo.database, odoo.url, flush=True)
sys.stdin.read()
"""


def user(home: Path, idle: float = 60) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(home), str(idle)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> tuple[str, str]:
    assert process.stdout is not None
    database, url = process.stdout.readline().split()
    return database, url


def test_a_database_goes_with_the_process_that_used_it_kill_9_included(own: Folders) -> None:
    with Sandbox(home=own.home, report=silent), user(own.home) as killed:
        database, _ = said(killed)
        assert database in status(home=own.home).databases
        killed.kill()
        killed.wait()
        assert until(lambda: database not in status(home=own.home).databases)


def test_two_that_start_at_once_share_one(own: Folders) -> None:
    stop(home=own.home)
    with user(own.home) as one, user(own.home) as other:
        (first, url), (second, same) = said(one), said(other)
        assert first != second
        assert url == same
        assert len([command for command in belonging_to(own.home) if "-m odoo_widgets.sandbox" in command]) == 1
        one.communicate()
        other.communicate()


def test_it_ends_some_time_after_its_last_user(own: Folders) -> None:
    stop(home=own.home)
    with user(own.home, idle=1) as last:
        said(last)
        running = psutil.Process(status(home=own.home).pids[0])
        created = running.create_time()
        time.sleep(2)
        assert is_alive(running.pid, created)
        last.communicate()
    assert until(lambda: not belonging_to(own.home))
    assert not status(home=own.home).running


def test_it_ends_as_soon_as_the_least_patient_of_its_users_asked_for(own: Folders) -> None:
    stop(home=own.home)
    with user(own.home) as patient, user(own.home, idle=0) as hasty:
        said(patient)
        said(hasty)
        hasty.communicate()
        assert status(home=own.home).running
        patient.communicate()
    assert until(lambda: not belonging_to(own.home))


def test_a_damaged_cluster_is_a_sentence_and_a_reset_of_the_databases_heals_it(own: Folders) -> None:
    with Sandbox(home=own.home, report=silent):
        pass
    stop(home=own.home)
    (own.data / "cluster" / "global" / "pg_control").unlink()
    with pytest.raises(SandboxError, match="PostgreSQL does not start") as told:
        Sandbox(home=own.home, report=silent)
    assert str(own.logs / "postgres.log") in str(told.value)
    assert until(lambda: not belonging_to(own.home))
    reset(home=own.home, installation=False)
    with Sandbox(home=own.home, report=silent) as healed:
        assert status(home=own.home).databases == (healed.database,)


def test_another_ones_servers_are_left_alone(own: Folders) -> None:
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", "postgres", "-D", "/elsewhere"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as bystander:
        with Sandbox(home=own.home, report=silent):
            # What stands in the pid file of a server that was killed may be anybody's number by now.
            running = status(home=own.home)
            os.kill(running.pids[0], signal.SIGKILL)
            assert until(lambda: not belonging_to(own.home))
        (own.data / "cluster" / "postmaster.pid").write_text(f"{bystander.pid}\n")
        with Sandbox(home=own.home, report=silent):
            assert bystander.poll() is None
        stop(home=own.home)
        assert bystander.poll() is None
