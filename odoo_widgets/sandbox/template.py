"""The finished cluster that every sandbox starts from: Odoo's modules installed, a company, accounts and a key."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import attrs

from .odoo import MODULES, Odoo
from .packages import MEGABYTE
from .postgres import ODOO_USER, Passwords, Postgres, Sql, copy_cluster, free_port, make_cluster
from .stages import Stage, manifest
from .steps import Report, measure, timed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .folders import Folders

RECIPE = 1
TEMPLATE = "template_odoo"
NEEDED_FOR_TEMPLATE = 600 * MEGABYTE
NEEDED_FOR_DATA = 300 * MEGABYTE
CLUSTER = "cluster"
ODOO = "odoo"
SECRETS = "secrets.json"


def programs(folders: Folders) -> Path:
    """PostgreSQL's programs.

    Args:
        folders: The sandbox's folders, the environment whole.

    Returns:
        The folder that holds `postgres`, `initdb` and `psql`.
    """
    return folders.environment / str(manifest(folders.environment)["postgres"])


def read_passwords(folder: Path) -> Passwords:
    """The passwords of a cluster.

    Args:
        folder: The whole folder of a template or of the data in use.

    Returns:
        The passwords.
    """
    return Passwords(**json.loads((folder / SECRETS).read_text(encoding="utf-8")))


def write_private(file: Path, text: str) -> None:
    """Writes a new file that only its owner can read, from its first byte on.

    Args:
        file: The file; must not be there.
        text: Its content.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)


def template_stage(folders: Folders, log: Path, report: Report) -> Stage:
    """The finished cluster.

    Args:
        folders: The sandbox's folders, Odoo and the environment whole.
        log: The file that takes what the programs print.
        report: Told what is going on.

    Returns:
        The folder to be built.
    """
    recipe = {
        "recipe": RECIPE,
        "modules": list(MODULES),
        "odoo": manifest(folders.odoo).get("build", ""),
        # A cluster belongs to one major version of PostgreSQL, not to one build of the environment.
        "postgres": manifest(folders.environment).get("postgres", ""),
    }

    def make(staging: Path) -> Mapping[str, Any]:
        passwords = Passwords()
        write_private(staging / SECRETS, json.dumps(attrs.asdict(passwords)))
        (staging / ODOO).mkdir(mode=0o700)
        port = free_port()
        odoo = Odoo(folders.odoo, folders.environment, staging / ODOO, staging / "odoo.conf", log)
        odoo.configure(postgres_port=port, port=free_port(), passwords=passwords)
        with timed("make a PostgreSQL cluster", report) as progress:
            make_cluster(programs(folders), staging / CLUSTER, passwords, log)
            progress.done = measure(staging)
        server = Postgres(programs(folders), staging / CLUSTER, log, port)
        with server.program:
            server.wait(passwords.superuser, programs(folders))
            sql = Sql(programs(folders), port, passwords.superuser)
            sql(f"CREATE ROLE {ODOO_USER} LOGIN PASSWORD '{passwords.odoo}'")
            sql(f"CREATE DATABASE {TEMPLATE} OWNER {ODOO_USER} TEMPLATE template0")
            with timed("install Odoo's modules into a database", report) as progress:
                odoo.install(TEMPLATE, progress.show)
                progress.done = measure(staging)
            with timed("set up company, accounts and API key", report):
                odoo.finish(TEMPLATE, staging / SECRETS)
            sql("VACUUM ANALYZE", TEMPLATE)
            # No connection: Odoo would hold a database open that it has seen, and then it cannot be copied.
            sql(f"ALTER DATABASE {TEMPLATE} IS_TEMPLATE true ALLOW_CONNECTIONS false")
            sql("CHECKPOINT")
        (staging / "odoo.conf").unlink()
        return {"database": TEMPLATE}

    return Stage(folders.template, recipe, NEEDED_FOR_TEMPLATE, make)


def data_stage(folders: Folders, report: Report) -> Stage:
    """The cluster in use: a copy of the template, so that a reset or a second sandbox needs no new set-up.

    Args:
        folders: The sandbox's folders, the template whole.
        report: Told what is going on.

    Returns:
        The folder to be built.
    """
    recipe = {"recipe": RECIPE, "template": manifest(folders.template).get("build", "")}

    def make(staging: Path) -> Mapping[str, Any]:
        replaced = ", in place of an older one" if folders.data.exists() else ""
        with timed(f"copy the finished database cluster{replaced}", report) as progress:
            copy_cluster(folders.template / CLUSTER, staging / CLUSTER)
            shutil.copytree(folders.template / ODOO, staging / ODOO)
            write_private(staging / SECRETS, (folders.template / SECRETS).read_text(encoding="utf-8"))
            progress.done = measure(staging)
        return {}

    return Stage(folders.data, recipe, NEEDED_FOR_DATA, make)
