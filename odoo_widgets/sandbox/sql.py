"""Questions to PostgreSQL, asked through its own psql: no driver is needed outside Odoo's environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import attrs

from odoo_widgets.flow.errors import SandboxError

from .ports import HOST
from .processes import environment

SUPERUSER = "postgres"


@attrs.frozen
class Sql:
    """Statements sent through psql, as the superuser, one transaction each.

    Args:
        programs: The folder of PostgreSQL's programs.
        port: Where the server listens.
        password: The superuser's password; it goes through the environment, which only this user can read.
    """

    programs: Path
    port: int
    password: str = attrs.field(repr=False)

    def __call__(self, statement: str, database: str = SUPERUSER) -> list[str]:
        """Sends one statement.

        Args:
            statement: The statement, without a semicolon.
            database: The database it is meant for.

        Returns:
            The lines of the answer, columns parted by `|`.

        Raises:
            SandboxError: The server does not answer, or refuses.
        """
        answer = subprocess.run(  # noqa: S603 - psql of the sandbox's own installation
            [self.programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database],
            input=statement + ";\n",
            env=environment(
                {
                    "PGHOST": HOST,
                    "PGPORT": str(self.port),
                    "PGUSER": SUPERUSER,
                    "PGPASSWORD": self.password,
                    "PGCONNECT_TIMEOUT": "10",
                }
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            # The statement may hold a password, so it is not shown; PostgreSQL's message does not repeat it.
            message = answer.stderr.strip().splitlines()
            raise SandboxError(f"PostgreSQL refused: {message[0] if message else 'no answer'}")
        return answer.stdout.splitlines()


def quoted(name: str) -> str:
    """A name as SQL writes it.

    Args:
        name: Such as a database's.

    Returns:
        The name between double quotes.
    """
    return '"' + name.replace('"', '""') + '"'
