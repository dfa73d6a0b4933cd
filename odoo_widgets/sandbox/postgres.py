"""PostgreSQL from a wheel: a cluster of one's own, and its server."""

from __future__ import annotations

import os
import shutil
import signal
import time
from typing import TYPE_CHECKING

import psutil

from odoo_widgets.flow.errors import SandboxError

from .guarded import Guarded, run
from .passwords import Passwords, write_private
from .ports import HOST
from .processes import Account, unprivileged
from .sql import SUPERUSER, Sql

if TYPE_CHECKING:
    from pathlib import Path

# Odoo refuses to connect as a user named postgres, and needs no rights beyond its own databases.
ODOO_USER = "odoo"
START_SECONDS = 30
PID_FILE = "postmaster.pid"
# A sandbox is thrown away, so it need not survive the machine's own crash: with fsync off, a kill -9 of any process
# loses nothing that was committed, a power cut may damage the cluster, and `reset()` makes a new one.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "max_connections": "100",
    "shared_buffers": "128MB",
    # Without parallel workers it needs next to no room in /dev/shm, which containers keep small.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


def make_cluster(programs: Path, cluster: Path, passwords: Passwords, log: Path) -> None:
    """Makes an empty cluster.

    Args:
        programs: The folder of PostgreSQL's programs.
        cluster: Where it will be; its parent is there.
        passwords: The superuser's password is set.
        log: The file that takes what initdb prints.

    Raises:
        SandboxError: It cannot be made.
    """
    account = unprivileged()
    cluster.mkdir(mode=0o700)
    password = cluster.with_name("superuser.txt")
    write_private(password, passwords.superuser)
    for path in (cluster, password):
        give(path, account)
    # Unicode's own rules for upper and lower case, on every system alike; sorted by code point, as Odoo asks for.
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={password}", "--no-instructions"]
    try:
        run(
            [programs / "initdb", "-D", cluster, *locale, *options, "--no-sync"],
            what="Making a PostgreSQL cluster",
            log=log,
            cwd=cluster.parent,
            account=account,
        )
    finally:
        password.unlink()


def give(path: Path, account: Account | None) -> None:
    """Gives a file or folder, with all below it, to the account that PostgreSQL runs as.

    Args:
        path: The file or folder.
        account: The account; None where it is our own.
    """
    if account is not None:
        for each in (path, *path.rglob("*")):
            os.chown(each, account.uid, account.gid, follow_symlinks=False)


def copy_cluster(cluster: Path, to: Path) -> None:
    """Copies a cluster that no server runs on.

    Args:
        cluster: The cluster.
        to: Where the copy will be.
    """
    shutil.copytree(cluster, to, symlinks=True)
    to.chmod(0o700)
    give(to, unprivileged())


class Postgres:
    """A PostgreSQL server on a cluster of the sandbox's own.

    Args:
        programs: The folder of PostgreSQL's programs.
        cluster: The cluster.
        log: The file that takes what it prints.
        port: Where it listens.
    """

    def __init__(self, programs: Path, cluster: Path, log: Path, port: int) -> None:
        forget_dead_server(cluster)
        self.port = port
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self.program = Guarded(
            [programs / "postgres", "-D", cluster, "-p", str(port), *settings],
            log=log,
            cwd=cluster.parent,
            account=unprivileged(),
            # A fast shutdown: sessions are cut, what was committed is written out. postgres(1)
            stop=signal.SIGINT,
        )

    def wait(self, superuser: str, programs: Path, seconds: float = START_SECONDS) -> None:
        """Waits until the server answers.

        Args:
            superuser: The superuser's password.
            programs: The folder of PostgreSQL's programs.
            seconds: How long at most.

        Raises:
            SandboxError: It ended or does not answer.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.program.poll() is None:
            try:
                Sql(programs, self.port, superuser)("SELECT 1")
            except SandboxError:
                time.sleep(0.05)
            else:
                return
        raise SandboxError(f"PostgreSQL does not start. What it said stands at the end of {self.program.log}.")


def forget_dead_server(cluster: Path) -> None:
    """Removes the pid file of a server that was killed, if no process works on the cluster any more.

    PostgreSQL sorts this out by itself unless the number was given to another process meanwhile.

    Args:
        cluster: The cluster.

    Raises:
        SandboxError: A server still runs on it.
    """
    file = cluster / PID_FILE
    try:
        pid = int(file.read_text(encoding="utf-8").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return
    try:
        running = str(cluster) in psutil.Process(pid).cmdline()
    except psutil.NoSuchProcess:
        running = False
    except psutil.Error:
        running = True
    if running:
        raise SandboxError(
            f"A PostgreSQL (process {pid}) still runs on {cluster}. End it, then start the sandbox again."
        )
    file.unlink()
