"""What is made up for one cluster, and the file that keeps it from everybody else."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = "secrets.json"


@attrs.frozen
class Passwords:
    """The passwords of one cluster; shown in no repr.

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


def read_passwords(folder: Path) -> Passwords:
    """The passwords of a cluster.

    Args:
        folder: The whole folder of a template or of the data in use.

    Returns:
        The passwords.
    """
    return Passwords(**json.loads((folder / SECRETS).read_text(encoding="utf-8")))


def write_passwords(folder: Path, passwords: Passwords) -> None:
    """Puts the passwords of a cluster into its folder.

    Args:
        folder: The folder of a template or of the data in use; has none yet.
        passwords: The passwords.
    """
    write_private(folder / SECRETS, json.dumps(attrs.asdict(passwords)))


def write_private(file: Path, text: str) -> None:
    """Writes a new file that only its owner can read, from its first byte on.

    Args:
        file: The file; must not be there.
        text: Its content.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
