"""Where the sandbox keeps its things, and that nobody else can put theirs there.

    home/                  made by us, writable by us alone
    ├── installation/      what can be made again from the network, each folder whole or absent
    │   ├── package/       the downloaded files; gone once unpacked
    │   ├── odoo/          Odoo's own files
    │   ├── environment/   Odoo's Python packages, and PostgreSQL
    │   ├── template/      a finished database cluster with its filestore and its passwords
    │   └── logs/
    └── run/               what changes while the sandbox is used
        ├── data/          the cluster in use, Odoo's files, passwords
        ├── leases/        one file for each use
        ├── logs/
        └── state.json     the running supervisor, its servers and their ports

Two homes may share an installation: the second one has a link in its place.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import attrs
import platformdirs

from odoo_widgets.flow.errors import SandboxError

from .processes import unprivileged

HOME_VARIABLE = "ODOO_WIDGETS_SANDBOX_HOME"


@attrs.frozen
class Folders:
    """The sandbox's folders below its home."""

    home: Path

    @property
    def installation(self) -> Path:
        """What can be made again from the network."""
        return self.home / "installation"

    @property
    def odoo(self) -> Path:
        """Odoo's own files."""
        return self.installation / "odoo"

    @property
    def environment(self) -> Path:
        """The virtual environment with Odoo's Python packages, and PostgreSQL."""
        return self.installation / "environment"

    @property
    def template(self) -> Path:
        """The finished cluster that data is copied from."""
        return self.installation / "template"

    @property
    def run(self) -> Path:
        """What changes while the sandbox is used."""
        return self.home / "run"

    @property
    def data(self) -> Path:
        """The cluster in use, Odoo's files and the passwords."""
        return self.run / "data"

    @property
    def leases(self) -> Path:
        """One file for each use of the sandbox."""
        return self.run / "leases"

    @property
    def state(self) -> Path:
        """What the running supervisor says of itself."""
        return self.run / "state.json"

    @property
    def logs(self) -> Path:
        """What the supervisor and its servers print."""
        return self.run / "logs"

    def make(self, *, is_root: bool | None = None) -> None:
        """Makes the folders that everything else stands in.

        Args:
            is_root: Whether PostgreSQL runs as another user; looked up if not given.

        Raises:
            SandboxError: A folder is somebody else's, others may write to it, or PostgreSQL's user cannot reach it.
        """
        is_root = unprivileged() is not None if is_root is None else is_root
        for folder in (self.home, self.installation, self.installation / "logs", self.run, self.logs, self.leases):
            # Root's folders are open to walk through, for PostgreSQL's user; what is secret in them has mode 600.
            _make_ours(folder, 0o711 if is_root else 0o700)
        if is_root:
            _be_reachable(self.home)


def find(home: Path | None = None, *, is_root: bool | None = None) -> Folders:
    """The sandbox's folders: a home that is asked for, else the environment's, else the usual one.

    Root's own home is closed to the user that PostgreSQL runs as, so root uses the machine's cache folder, whose
    parents are open to read and closed to write for everybody else.

    Args:
        home: A folder of one's own.
        is_root: Whether PostgreSQL runs as another user; looked up if not given.

    Returns:
        The folders; none of them is made by this.

    Raises:
        SandboxError: The user has no home.
    """
    asked = home or os.environ.get(HOME_VARIABLE)
    if asked:
        return Folders(Path(asked).expanduser().resolve())
    if not (unprivileged() is not None if is_root is None else is_root):
        try:
            return Folders(platformdirs.user_data_path("odoo-widgets") / "sandbox")
        except RuntimeError:
            raise SandboxError(
                f"This user has no home folder. Name a folder for the sandbox in {HOME_VARIABLE}."
            ) from None
    return Folders(Path(platformdirs.site_cache_path("odoo-widgets")) / "sandbox")


def _make_ours(folder: Path, mode: int) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=mode, exist_ok=True)
        entry = folder.stat()
    except OSError as error:
        raise SandboxError(
            f"The folder {folder} cannot be made: {error.strerror}. Name another one in {HOME_VARIABLE}."
        ) from error
    # A folder that somebody else prepared, in a place where everybody may write, could swap our programs for theirs.
    if entry.st_uid != os.geteuid() or entry.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise SandboxError(
            f"The folder {folder} belongs to another user, or others may write to it. "
            f"Remove it, or name another one in {HOME_VARIABLE}."
        )


def _be_reachable(home: Path) -> None:
    for folder in (home, *home.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            raise SandboxError(
                f"As root, PostgreSQL runs as the user nobody, who cannot enter {folder}. "
                f"Name a folder in {HOME_VARIABLE} whose parents everybody may enter, such as one below /var/cache."
            )
