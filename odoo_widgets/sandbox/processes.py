"""What processes of the sandbox may see of their surroundings, whom they run as, and how they are told apart."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import time
from typing import TYPE_CHECKING

import attrs
import psutil

from odoo_widgets.flow.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a program may see of the user's environment. Left out on purpose: PG*, PYTHON*, ODOO* and the like would steer
# the sandbox's programs from afar.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
PASSED_ON_PREFIXES = ("PIP_", "XDG_", "HTTP_", "HTTPS_", "FTP_", "ALL_", "NO_PROXY", "APT_")


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
