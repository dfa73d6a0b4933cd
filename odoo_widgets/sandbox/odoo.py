"""Odoo's own programs: its configuration, its server, and what is done once in a new database."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import httpx
import psutil

from odoo_widgets.flow.errors import SandboxError

from .guarded import Guarded, run
from .packages import python_path
from .passwords import Passwords, write_private
from .ports import HOST
from .postgres import ODOO_USER
from .processes import environment
from .python_environment import interpreter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LOGIN = "admin"
ADMIN_ID = 2
START_SECONDS = 120
MODULES = ("base", "contacts", "sale_management", "account", "stock", "hr", "crm")
# No Odoo of its own serves /api. A module that is loaded server-wide answers in every database, whether or not it is
# installed there, so databases made by an older version of this package are served too. The first three are Odoo's own
# default (odoo/tools/config.py, 19.0).
SERVER_WIDE = ("base", "rpc", "web", "odoo_widgets_api")
ADDONS = Path(__file__).with_name("addons")
# Runs in `odoo shell`, once, in the database that all others are copied from. The file takes the key, since the
# shell's own output goes into a log.
FINISH = """
import json, os
with open(os.environ["SANDBOX_SECRETS"]) as file:
    secrets = json.load(file)
admin = env["res.users"].browse(%(admin)d)
env = env(user=admin)
admin = env.user
company = env.company
company.write({"name": "Sandbox", "country_id": env.ref("base.us").id, "currency_id": env.ref("base.USD").id})
if not company.chart_template:
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
documentation = env.ref("api_doc.group_allow_doc", raise_if_not_found=False)
if documentation:
    admin.write({"group_ids": [(4, documentation.id)]})
admin.write({"password": secrets["admin"], "tz": "UTC"})
secrets["api_key"] = env["res.users.apikeys"]._generate("rpc", "odoo_widgets sandbox", None)
env.cr.commit()
with open(os.environ["SANDBOX_SECRETS"], "w") as file:
    json.dump(secrets, file)
"""


@attrs.frozen
class Odoo:
    """Odoo's installed files, and where it keeps what changes.

    Args:
        files: The whole folder of Odoo's own files.
        python: The whole folder of its virtual environment.
        data: The folder for its filestore and sessions.
        config: The file of its configuration; written with mode 600.
        log: The file that takes what it prints.
    """

    files: Path
    python: Path
    data: Path
    config: Path
    log: Path

    def configure(self, *, postgres_port: int, port: int, passwords: Passwords) -> None:
        """Writes the configuration.

        Args:
            postgres_port: Where PostgreSQL listens.
            port: Where Odoo will listen.
            passwords: The database user's and the master password.
        """
        options = {
            "db_host": HOST,
            "db_port": postgres_port,
            "db_user": ODOO_USER,
            "db_password": passwords.odoo,
            "admin_passwd": passwords.master,
            "http_interface": HOST,
            "http_port": port,
            "data_dir": self.data,
            "addons_path": ADDONS,
            "server_wide_modules": ",".join(SERVER_WIDE),
            # No database is named here, and none filtered out: one server serves all clones, a request names its own.
            # The list shows only what the database user owns, so it holds no template, and the selector at /web works.
            "list_db": True,
            "workers": 0,
            "max_cron_threads": 0,
            # A server that restarts itself in the middle of a big load helps nobody here.
            "limit_memory_soft": 0,
            "limit_memory_hard": 0,
            "limit_time_real": 3600,
            "without_demo": True,
            # Mails would leave this machine.
            "smtp_server": HOST,
            "smtp_port": 1,
        }
        text = "\n".join(["[options]", *(f"{name} = {value}" for name, value in options.items()), ""])
        self.config.unlink(missing_ok=True)
        write_private(self.config, text)

    def _command(self, *arguments: str) -> list[str | Path]:
        return [interpreter(self.python), "-m", "odoo", *arguments, "-c", self.config]

    def _environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        return environment({"PYTHONPATH": str(python_path(self.files)), **(extra or {})})

    def install(self, database: str, watch: Callable[[], None]) -> None:
        """Installs Odoo's modules into an empty database.

        Args:
            database: The database, owned by Odoo's user.
            watch: Called a few times a second meanwhile.

        Raises:
            SandboxError: It failed.
        """
        arguments = ["-d", database, "-i", ",".join(MODULES), "--stop-after-init", "--no-http"]
        run(
            self._command("server", *arguments),
            what="Installing Odoo's modules",
            log=self.log,
            cwd=self.data,
            env=self._environment(),
            watch=watch,
        )

    def finish(self, database: str, secrets: Path) -> None:
        """Sets up the company, the accounts, the administrator's password and API key.

        Args:
            database: A database with its modules.
            secrets: A JSON file with the password under `admin`; takes the key under `api_key`.

        Raises:
            SandboxError: It failed.
        """
        script = self.config.with_name("finish.py")
        script.write_text(FINISH % {"admin": ADMIN_ID}, encoding="utf-8")
        shell = self._command("shell", "-d", database, "--no-http")
        run(
            ["sh", "-c", 'script=$1; shift; exec "$@" < "$script"', "sh", script, *shell],
            what="Setting up Odoo's database",
            log=self.log,
            cwd=self.data,
            env=self._environment({"SANDBOX_SECRETS": str(secrets)}),
        )
        script.unlink()
        # The shell ends with 0 even where the script raised.
        if not json.loads(secrets.read_text(encoding="utf-8")).get("api_key"):
            raise SandboxError(f"Setting up Odoo's database failed. What it said stands at the end of {self.log}.")

    def serve(self) -> Guarded:
        """Starts the server.

        Returns:
            The running program.
        """
        return Guarded(self._command("server"), log=self.log, cwd=self.data, env=self._environment(), grace=5)


def wait(server: Guarded, port: int, seconds: float = START_SECONDS) -> None:
    """Waits until a server that was just started answers, and makes sure that the answer is its own.

    Args:
        server: The running program.
        port: Where it was told to listen.
        seconds: How long at most.

    Raises:
        SandboxError: It ended or does not answer.
    """
    deadline = time.monotonic() + seconds
    # trust_env=False here and everywhere in the sandbox: a proxy cannot reach this machine's loopback.
    with httpx.Client(trust_env=False, timeout=5) as client:
        while time.monotonic() < deadline and server.poll() is None:
            try:
                healthy = client.get(f"http://{HOST}:{port}/web/health").status_code == httpx.codes.OK
            except httpx.TransportError:
                healthy = False
            if healthy and _listens(server, port):
                return
            time.sleep(0.05)
    raise SandboxError(f"Odoo does not start. What it said stands at the end of {server.log}.")


def _listens(server: Guarded, port: int) -> bool:
    for pid in server.pids():
        try:
            connections = psutil.Process(pid).net_connections(kind="tcp")
        except psutil.Error:
            continue
        if any(each.laddr.port == port and each.status == psutil.CONN_LISTEN for each in connections):
            return True
    return False


def whoami(url: str, database: str, api_key: str, seconds: float = START_SECONDS) -> int:
    """Asks a database who the key belongs to; the first request to a database also loads it.

    Args:
        url: The server's address.
        database: The database.
        api_key: The administrator's key.
        seconds: How long at most.

    Returns:
        The user's id.

    Raises:
        SandboxError: The server does not answer as Odoo does.
    """
    headers = {"Authorization": f"bearer {api_key}", "X-Odoo-Database": database}
    try:
        with httpx.Client(trust_env=False, timeout=seconds) as client:
            answer = client.post(f"{url}/json/2/res.users/context_get", headers=headers, json={})
            answer.raise_for_status()
            return int(answer.json()["uid"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise SandboxError(
            f"The sandbox's Odoo does not answer for the database {database} ({type(error).__name__}). "
            "Stop the sandbox and start it again; if that does not help, reset it."
        ) from None
