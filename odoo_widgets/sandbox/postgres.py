"""PostgreSQL from a wheel: a cluster of one's own, its server, and questions asked through psql."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import attrs
import psutil

from odoo_widgets.flow.errors import SandboxError

from .processes import Account, Guarded, environment, run, unprivileged

HOST = "127.0.0.1"
SUPERUSER = "postgres"
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


@attrs.frozen
class Passwords:
    """What was made up for one cluster. Kept in a file with mode 600, shown in no repr.

    Args:
        superuser: PostgreSQL's superuser.
        odoo: The user that Odoo connects as.
        master: Odoo's own master password, which guards its database pages.
        admin: The web login of the user `admin`.
        api_key: That user's API key; empty until it is made.
    """

    superuser: str = attrs.field(repr=False, factory=lambda: secrets.token_urlsafe(24))
    odoo: str = attrs.field(repr=False, factory=lambda: secrets.token_urlsafe(24))
    master: str = attrs.field(repr=False, factory=lambda: secrets.token_urlsafe(24))
    admin: str = attrs.field(repr=False, factory=lambda: secrets.token_urlsafe(12))
    api_key: str = attrs.field(repr=False, default="")


def free_port(preferred: int = 0) -> int:
    """A port of the loopback address that nobody listens on.

    Args:
        preferred: Taken if it is free.

    Returns:
        The preferred one, or any other.
    """
    for port in (preferred, 0):
        with socket.socket() as probe:
            # As servers do it: a port that was just given back counts as free, one that is listened on does not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SandboxError("No port of 127.0.0.1 is free on this machine.")


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
    descriptor = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(passwords.superuser)
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


@attrs.frozen
class Sql:
    """Statements sent through psql, as the superuser, one transaction each.

    Args:
        programs: The folder of PostgreSQL's programs.
        port: Where the server listens.
        password: The superuser's password; it goes through the environment, which only this user can read.
    """

    programs: Path
    port: int
    password: str = attrs.field(repr=False)
    ask: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run

    def __call__(self, statement: str, database: str = SUPERUSER) -> list[str]:
        """Sends one statement.

        Args:
            statement: The statement, without a semicolon.
            database: The database it is meant for.

        Returns:
            The lines of the answer, columns parted by `|`.

        Raises:
            SandboxError: The server does not answer, or refuses.
        """
        answer = self.ask(
            [self.programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database],
            input=statement + ";\n",
            env=environment(
                {
                    "PGHOST": HOST,
                    "PGPORT": str(self.port),
                    "PGUSER": SUPERUSER,
                    "PGPASSWORD": self.password,
                    "PGCONNECT_TIMEOUT": "10",
                }
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            # The statement may hold a password, so it is not shown; PostgreSQL's message does not repeat it.
            message = answer.stderr.strip().splitlines()
            raise SandboxError(f"PostgreSQL refused: {message[0] if message else 'no answer'}")
        return answer.stdout.splitlines()


def quoted(name: str) -> str:
    """A name as SQL writes it.

    Args:
        name: Such as a database's.

    Returns:
        The name between double quotes.
    """
    return '"' + name.replace('"', '""') + '"'
