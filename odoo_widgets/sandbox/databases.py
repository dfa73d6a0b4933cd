"""Databases of the running sandbox: copied from the template, dropped at the end, their filestores with them."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import attrs

from odoo_widgets.flow.errors import SandboxError

from .postgres import ODOO_USER
from .sql import quoted
from .template import TEMPLATE

FRESH = "fresh_"
# What Odoo's own database manager accepts, in lower case; PostgreSQL cuts names after 63 bytes.
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
TAKEN = ("postgres", "template0", "template1", TEMPLATE)


def fresh_name() -> str:
    """A name that no database had before: Odoo and clients remember a database by its name."""
    return FRESH + secrets.token_hex(6)


@attrs.frozen
class Databases:
    """The databases on one running PostgreSQL.

    Args:
        sql: Sends statements as the superuser, as `Sql` does.
        filestores: The folder that has one folder for each database.
    """

    sql: Callable[..., list[str]]
    filestores: Path

    def names(self) -> list[str]:
        """The databases that Odoo serves.

        Returns:
            Their names, sorted.
        """
        return self.sql(
            f"SELECT datname FROM pg_database WHERE datdba = '{ODOO_USER}'::regrole "  # noqa: S608 - our own constant
            "AND NOT datistemplate AND datallowconn ORDER BY datname"
        )

    def make(self, name: str) -> None:
        """Copies the template, unless there is a database of that name.

        Args:
            name: The name of the database.

        Raises:
            SandboxError: The name cannot be used, or PostgreSQL refuses.
        """
        if not NAME.fullmatch(name) or name in TAKEN:
            raise SandboxError(
                f"{name!r} cannot be the name of a database. Use small letters, digits, and _ . - between them."
            )
        if name in self.names():
            return
        # The files first: a database that is there is whole. Leftovers of a copy that was killed are overwritten.
        filestore = self.filestores / name
        shutil.rmtree(filestore, ignore_errors=True)
        if (self.filestores / TEMPLATE).exists():
            shutil.copytree(self.filestores / TEMPLATE, filestore, copy_function=_link)
        # PostgreSQL leaves nothing of a copy that fails, or whose server is killed.
        self.sql(f"CREATE DATABASE {quoted(name)} OWNER {ODOO_USER} TEMPLATE {TEMPLATE}")

    def drop(self, name: str) -> None:
        """Drops a database, whoever is connected to it, and its files.

        Args:
            name: The name of the database; need not exist.
        """
        self.sql(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
        shutil.rmtree(self.filestores / name, ignore_errors=True)


def _link(source: str, target: str) -> None:
    # Odoo names a stored file after its content and never writes into it again, so databases can share it.
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
