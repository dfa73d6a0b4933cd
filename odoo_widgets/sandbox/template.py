"""The finished cluster that every sandbox starts from: Odoo's modules installed, a company, accounts and a key."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from .odoo import MODULES, Odoo
from .packages import MEGABYTE
from .passwords import SECRETS, Passwords, read_passwords, write_passwords
from .ports import free_port
from .postgres import ODOO_USER, Postgres, copy_cluster, make_cluster
from .sql import Sql
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


def programs(folders: Folders) -> Path:
    """PostgreSQL's programs.

    Args:
        folders: The sandbox's folders, the environment whole.

    Returns:
        The folder that holds `postgres`, `initdb` and `psql`.
    """
    return folders.environment / str(manifest(folders.environment)["postgres"])


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
        write_passwords(staging, passwords)
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
            write_passwords(staging, read_passwords(folders.template))
            progress.done = measure(staging)
        return {}

    return Stage(folders.data, recipe, NEEDED_FOR_DATA, make)
