"""What the supervisor says of itself in a file, and who uses it: one file for each use.

A use ends when its file goes, or when the process that made it is gone, however it ended.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from .processes import created_at, is_alive

STARTING = "starting"
READY = "ready"
STOPPING = "stopping"
FAILED = "failed"


@attrs.frozen
class State:
    """What the supervisor says of itself. The passwords stand elsewhere, in the data folder.

    Args:
        phase: `starting`, `ready`, `stopping` or `failed`.
        pid: The supervisor's process id.
        created: When that process was started, as psutil tells.
        port: Where Odoo listens.
        postgres_port: Where PostgreSQL listens.
        processes: The servers' and their guards' process ids, and when each was started.
        problem: What went wrong, if it failed: a sentence.
    """

    phase: str
    pid: int
    created: float
    port: int = 0
    postgres_port: int = 0
    processes: Mapping[int, float] = attrs.field(factory=dict)
    problem: str = ""

    @property
    def is_alive(self) -> bool:
        """Whether the supervisor still runs."""
        return is_alive(self.pid, self.created)

    def write(self, file: Path) -> None:
        """Puts this in the place of what was said before, in one step.

        Args:
            file: The state file; it gets mode 600.
        """
        replace_private(file, attrs.asdict(self))

    @classmethod
    def read(cls, file: Path) -> State | None:
        """What was said last.

        Args:
            file: The state file.

        Returns:
            The state; None where there is none or it cannot be read.
        """
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            found["processes"] = {int(pid): float(created) for pid, created in found["processes"].items()}
            return cls(**found)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None


def replace_private(file: Path, content: Mapping[str, object]) -> None:
    """Writes JSON into a file with mode 600 that is never seen half written.

    Args:
        file: The file.
        content: What to write.
    """
    beside = file.with_name(f".{file.name}-{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(content, stream)
    beside.replace(file)


@attrs.frozen
class Lease:
    """One use of the sandbox.

    Args:
        file: The file that stands for it.
        pid: The process that uses it; 0 for a use that stays until it is given up.
        created: When that process was started.
        fresh: The database that goes with this use; empty where a kept one is used.
        idle: Seconds without any use after which the servers may end, as far as this one is concerned.
    """

    file: Path
    pid: int
    created: float
    fresh: str = ""
    idle: float = 0.0

    @classmethod
    def take(cls, folder: Path, fresh: str = "", *, idle: float, stays: bool = False) -> Lease:
        """Begins a use, of this process.

        Args:
            folder: Where the leases are.
            fresh: The database that goes with it.
            idle: Seconds without any use after which the servers may end.
            stays: Whether it outlives this process.

        Returns:
            The lease.
        """
        pid = 0 if stays else os.getpid()
        file = folder / ("stays.json" if stays else f"{pid}-{secrets.token_hex(4)}.json")
        lease = cls(file, pid, created_at(pid) if pid else 0.0, fresh, idle)
        replace_private(file, {"pid": lease.pid, "created": lease.created, "fresh": fresh, "idle": idle})
        return lease

    @property
    def is_held(self) -> bool:
        """Whether its process still runs."""
        return self.pid == 0 or is_alive(self.pid, self.created)

    def give_up(self) -> None:
        """Ends the use."""
        self.file.unlink(missing_ok=True)


def leases(folder: Path) -> Iterator[Lease]:
    """All uses, the dead ones among them.

    Args:
        folder: Where the leases are.

    Yields:
        One value for each file.
    """
    for file in sorted(folder.glob("[!.]*.json")):
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            yield Lease(file, int(found["pid"]), float(found["created"]), str(found["fresh"]), float(found["idle"]))
        except (OSError, ValueError, KeyError, TypeError):
            # Gone meanwhile, or never ours: files are put here whole.
            continue
