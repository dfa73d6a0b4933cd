"""The sends that are written down: listed, held, thrown away. Each has files of its own in the user's state folder.

`<name>.json` is what a list shows of it, `<name>.planned` which rows it was to send, `<name>.sqlite` has its rows,
`<name>.before.sqlite` has what records held before they were written, and `<name>.lock` is held by the process that
sends, and ends with it.

What is sent is written down before and after each call: digests of rows, ids, what became of each; no key, and no cell
but what Odoo repeats in its messages and what a `write` wrote over. It is kept for 90 days.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

import attrs
import filelock
import platformdirs

from odoo_widgets.flow.errors import JournalError
from odoo_widgets.net import whole
from odoo_widgets.net.homes import home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from odoo_widgets.flow.credential import Credential

# What names another place for them.
VARIABLE = "XDG_STATE_HOME"
# How the name of a send begins.
TIME = "%Y%m%dT%H%M%S%f"
# Another process looks whether a send is going on.
LOOK_SECONDS = 0.5
# And looks a frame through before it starts.
START_SECONDS = 120.0
# As many sends as are not read again each time that they are listed: one in ten minutes, as long as they are kept.
REMEMBERED = 13_000
# How long a send stays listed.
KEPT = timedelta(days=90)


def folder() -> Path:
    """Where the sends are written down.

    Raises:
        JournalError: The user has no home.
    """
    return home(platformdirs.user_state_path, VARIABLE, JournalError) / "sends"


@attrs.frozen
class Head:
    """What a list of sends shows of one.

    Attributes:
        name: What its files are called: when it started, and what tells it from others.
        title: What was done to which model.
        server: Where: scheme, host and port.
        database: The database there.
        login: As whom.
        target: Where the rows went, as `digests.target` says.
        fingerprint: What tells its rows from others, as `Digests.fingerprint` says.
        rows: How many rows it has.
        test: Whether it was a test of some rows.
        started: When, ISO 8601, UTC.
        ended: When; empty while it goes on, or if its process died.
        process: The process that sends, with the machine it is on.
        statuses: How many rows have which status.
        model: The model of its records.
        operation: What was done to them.
        context: Odoo's context that it was sent in.
        undo: The name of the send that it takes back; empty for any other.
        again: Whether all rows of the frame were to go, those sent before too.
        steps: The methods that are called on the records after the rows, by the steps' names.
        owed: On how many of the rows that are done a step is not, since the send ended before.
        frames: Whether it is of several frames, of which `rows` counts those that it has come to.
        number: Which send of this user it is, whatever the clock says; 0 where an older version wrote it down.
    """

    name: str
    title: str
    server: str
    database: str
    login: str
    target: str
    fingerprint: str
    rows: int
    started: str
    test: bool = False
    ended: str = ""
    process: str = ""
    statuses: dict[str, int] = attrs.field(factory=dict)
    model: str = ""
    operation: str = ""
    context: dict[str, Any] = attrs.field(factory=dict)
    undo: str = ""
    again: bool = False
    steps: dict[str, str] = attrs.field(factory=dict)
    owed: int = 0
    frames: bool = False
    number: int = 0

    @classmethod
    def new(
        cls, title: str, me: Credential, *, target: str, fingerprint: str, rows: int, test: bool = False, **more: Any
    ) -> Self:
        """A send that starts now."""
        return cls(
            name=f"{datetime.now(UTC):{TIME}}-{secrets.token_hex(4)}",
            title=title,
            server=me.server,
            database=me.database,
            login=me.login,
            target=target,
            fingerprint=fingerprint,
            rows=rows,
            started=now(),
            number=1 + max((head.number for head in heads()), default=0),
            test=test,
            **more,
        )

    @property
    def left(self) -> int:
        """How many rows it did not come to, or does not know the end of; all where it has no end yet."""
        if not self.ended:
            return self.rows
        return sum(self.statuses.get(status, 0) for status in ("not_sent", "in_doubt")) + self.owed

    @property
    def day(self) -> str:
        """When it started, for people, in this machine's time."""
        return f"{datetime.fromisoformat(self.started).astimezone():%Y-%m-%d %H:%M}"


def now() -> str:
    """The time as a head has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def here() -> str:
    """This process, for people."""
    return f"{os.getpid()} on {socket.gethostname()}"


@contextmanager
def told(what: str, path: Path) -> Iterator[None]:
    """What goes wrong with a file, as a sentence."""
    try:
        yield
    except (OSError, NotImplementedError, sqlite3.Error, ValueError, TypeError, KeyError) as error:
        told = getattr(error, "strerror", None) or error
        elsewhere = f" {VARIABLE} may name another folder." if isinstance(error, PermissionError) else ""
        raise JournalError(f"The journal of this send cannot be {what}: {told} ({path}).{elsewhere}") from error


@contextmanager
def held(head: Head, seconds: float = LOOK_SECONDS) -> Iterator[None]:
    """A send that is this process's own meanwhile.

    Args:
        head: The send.
        seconds: How long to wait for another process, which may only have a look.

    Raises:
        JournalError: Another process is sending it.
    """
    try:
        with lock(head.name, seconds):
            yield
    except filelock.Timeout:
        raise going_on(head, head.process) from None


@contextmanager
def starting(target: str) -> Iterator[None]:
    """One send to a target starts at a time, so that each sees what the ones before it send.

    Raises:
        JournalError: Another one does not get on with it, or nothing can be written down.
    """
    with told("written", folder()):
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with lock(f"starting-{target}", START_SECONDS):
            yield
    except filelock.Timeout:
        raise JournalError("Another process is about to send to the same place. Try again in a while.") from None


@contextmanager
def lock(name: str, seconds: float) -> Iterator[None]:
    """The lock of a send: whoever holds it, in whichever thread, is sending it."""
    mine = filelock.FileLock(folder() / f"{name}.lock", timeout=seconds, thread_local=False)
    try:
        mine.acquire()
    except filelock.Timeout:
        raise
    except (OSError, NotImplementedError):
        # The second where the file system knows no locks at all (filelock, _unix.py).
        with told("written", folder()):
            raise
    try:
        yield
    finally:
        mine.release()


def said(head: Head) -> str:
    """A send in a sentence."""
    return f"The send of {head.day} ({head.title}, {head.rows:,} row{'s' if head.rows != 1 else ''})"


def going_on(head: Head, process: str) -> JournalError:
    """What is raised where a send has to end first."""
    return JournalError(f"{said(head)} is still going on, in process {process}. Wait for its end.")


def running(head: Head) -> str:
    """The process that is writing a send down; empty if none is."""
    try:
        with held(head):
            return ""
    except JournalError:
        return head.process or "of an unknown number"


def heads(target: str = "", database: str = "") -> list[Head]:
    """The sends that are written down, the newest first.

    Args:
        target: Only those to where `digests.target` says; all if left out.
        database: Only those to this database. Where it was not named, then or now, the server has but one.
    """
    found = [head for path in folder().glob("*.json") if (head := _head(path)) is not None]
    there = (head for head in found if not target or head.target == target)
    wanted = (head for head in there if not database or head.database in ("", database))
    # A clock may be set back between two sends; what was written down before sends had numbers has only its name.
    return sorted(wanted, key=lambda head: (head.number, head.name), reverse=True)


def write_head(head: Head) -> None:
    """Writes what a list shows of a send."""
    # Rows that survive a power cut are of no use without their head.
    whole.write(folder() / f"{head.name}.json", json.dumps(attrs.asdict(head), indent=1).encode())


def _head(path: Path) -> Head | None:
    try:
        stamp = path.stat()
        return _read(path, stamp.st_ino, stamp.st_mtime_ns, stamp.st_size)
    except (OSError, ValueError, TypeError):
        # Thrown away just now, or no head of a send.
        return None


@lru_cache(REMEMBERED)
def _read(path: Path, *_stamp: int) -> Head:
    """A head as it stands in its file, which is put in its place whole: another one has another stamp."""
    told = json.loads(path.read_text(encoding="utf-8"))
    # A newer version may have written down more.
    return Head(**{name: told[name] for name in attrs.fields_dict(Head) if name in told})


def forget(kept: timedelta = KEPT) -> list[Head]:
    """Throws away what was written of sends that are older.

    Args:
        kept: How old a send may be.

    Returns:
        What is gone.
    """
    # Names begin with the time, so that nothing is opened where nothing is old.
    oldest = f"{datetime.now(UTC) - kept:{TIME}}"
    old = (_head(path) for path in sorted(folder().glob("*.json"), reverse=True) if path.stem < oldest)
    gone = [head for head in old if head is not None and not running(head)]
    for head in gone:
        with held(head):
            for path in folder().glob(f"{head.name}.*"):
                path.unlink(missing_ok=True)
    return gone
