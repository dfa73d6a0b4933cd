"""Programs that the sandbox starts: guarded, logged, as the right user, in an environment of their own."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import attrs
import psutil

from odoo_widgets.flow.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

GUARD = Path(__file__).with_name("guard.py")
# What a program may see of the user's environment. Left out on purpose: PG*, PYTHON*, ODOO* and the like would steer
# the sandbox's programs from afar.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
PASSED_ON_PREFIXES = ("PIP_", "XDG_", "HTTP_", "HTTPS_", "FTP_", "ALL_", "NO_PROXY", "APT_")
TAIL = 4000
FULL_DISK = "No space left on device"


@attrs.frozen
class Account:
    """The unprivileged user that PostgreSQL runs as when root starts it; PostgreSQL refuses root."""

    uid: int
    gid: int


def unprivileged() -> Account | None:
    """The account to run PostgreSQL as: `nobody` for root, the user's own, so None, for all others.

    `nobody` has to do: initdb asks for the name of its user id, so a number that nobody holds fails, and adding a
    user would change the system.

    Returns:
        The account, or None where no change of user is needed.

    Raises:
        SandboxError: Root has no `nobody` here.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise SandboxError(
            "PostgreSQL does not run as root, and this machine has no user named nobody. "
            "Start the sandbox as an ordinary user."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A clean environment for a program of the sandbox.

    Args:
        extra: Variables to add.

    Returns:
        What is passed on from the user's environment, and the extra.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.upper().startswith(PASSED_ON_PREFIXES)
    }
    return {**kept, **(extra or {})}


class Guarded:
    """A program that ends with the process that started it.

    Args:
        command: The program and its arguments.
        log: The file that takes what it prints.
        cwd: The folder it runs in.
        env: Its environment; a clean one if none is given.
        account: The user it runs as, if another.
        stop: The signal that ends it in order.
        grace: Seconds it has for that.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        account: Account | None = None,
        stop: signal.Signals = signal.SIGTERM,
        grace: float = 10,
    ) -> None:
        self.log = log
        self._grace = grace
        options = ["--stop", str(int(stop)), "--grace", str(grace)]
        if account is not None:
            options += ["--uid", str(account.uid), "--gid", str(account.gid)]
        guarded = [sys.executable, "-I", "-S", str(GUARD), *options, "--", *map(str, command)]
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - programs of the sandbox's own installation
                guarded,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=environment() if env is None else dict(env),
                # A session of its own: Ctrl-C reaches us, and we end it in order.
                start_new_session=True,
                umask=0o022,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def poll(self) -> int | None:
        """The program's exit code, or None while it runs."""
        return self._process.poll()

    def pids(self) -> list[int]:
        """The process ids of the guard and of the program, as far as they live."""
        if self.poll() is not None:
            return []
        try:
            children = psutil.Process(self._process.pid).children()
        except psutil.Error:
            children = []
        return [self._process.pid, *(child.pid for child in children)]

    def hang_up(self) -> None:
        """Tells the program to end, without waiting for it."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()

    def close(self) -> None:
        """Ends the program and waits until it is gone."""
        self.hang_up()
        try:
            self._process.wait(self._grace + 5)
        except subprocess.TimeoutExpired:
            end({pid: created_at(pid) for pid in self.pids()}, grace=1)
            self._process.wait()


def run(
    command: Sequence[str | Path],
    *,
    what: str,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    watch: Callable[[], None] | None = None,
) -> None:
    """Runs a program to its end.

    Args:
        command: The program and its arguments.
        what: What it does, as the beginning of a sentence: "Unpacking Odoo".
        log: The file that takes what it prints.
        cwd: The folder it runs in.
        env: Its environment; a clean one if none is given.
        account: The user it runs as, if another.
        watch: Called a few times a second meanwhile.

    Raises:
        SandboxError: It did not end well, or the disk is full.
    """
    with Guarded(command, log=log, cwd=cwd, env=env, account=account) as program:
        while (code := program.poll()) is None:
            if watch is not None:
                watch()
            time.sleep(0.1)
    if code == 0:
        return
    if FULL_DISK in tail(log):
        raise OSError(28, FULL_DISK, str(cwd))
    raise SandboxError(f"{what} failed (exit code {code}). What it said stands at the end of {log}.")


def tail(log: Path) -> str:
    """The end of a log file; empty where there is none.

    Args:
        log: The file.

    Returns:
        Its last few thousand characters.
    """
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL))
        return file.read().decode(errors="replace")


def created_at(pid: int) -> float:
    """When a process was started; together with its number it is unmistakable.

    Args:
        pid: Its number.

    Returns:
        Seconds since the epoch, as psutil tells; 0 if it is gone.
    """
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def is_alive(pid: int, created: float) -> bool:
    """Whether a process that was seen once still runs, and is not another one that got its number.

    Args:
        pid: Its number.
        created: When it was started, as psutil tells.

    Returns:
        True if it runs; a zombie does not.
    """
    try:
        process = psutil.Process(pid)
        return bool(abs(process.create_time() - created) < 1 and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def end(processes: Mapping[int, float], grace: float) -> None:
    """Ends processes by their number, if they are still the ones that were meant.

    Args:
        processes: Number and time of start.
        grace: Seconds they have before they are killed.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + grace
        for pid, created in processes.items():
            if is_alive(pid, created):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        while any(is_alive(*each) for each in processes.items()) and time.monotonic() < deadline:
            time.sleep(0.05)
