"""Programs that the sandbox starts: logged, as the right user, and ended together with whoever started them."""

from __future__ import annotations

import errno
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil

from odoo_widgets.flow.errors import SandboxError

from .processes import Account, created_at, end, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

GUARD = Path(__file__).with_name("guard.py")
TAIL = 4000
FULL_DISK = "No space left on device"
LITTLE = 8_000_000


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
    # Where the log stands on the full disk too, the program's last words are missing.
    if FULL_DISK in tail(log) or shutil.disk_usage(cwd).free < LITTLE:
        raise OSError(errno.ENOSPC, FULL_DISK, str(cwd))
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
