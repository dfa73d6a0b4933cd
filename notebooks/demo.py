"""Start a real Odoo, run the quickstart once against it, and open it in JupyterLab; ended by Ctrl-C.

Whatever is started here is stopped here: by Ctrl-C, by SIGTERM, and by closing the terminal.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from odoo_widgets import OdooWidgetsError, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).resolve().parent
NOTEBOOK = HERE / "01_quickstart.ipynb"
LOOPBACK = "127.0.0.1"
READY_SECONDS = 60
STOP_SECONDS = 15
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Runs the demo until it is told to stop."""
    started = time.monotonic()
    _listen()
    try:
        # Without a second of idle time, the servers end with their last user.
        with Sandbox(idle=0) as odoo, jupyterlab() as link:
            # JupyterLab starts meanwhile.
            show_quickstart()
            # The notebook's client listens itself while it runs, and leaves nobody listening.
            _listen()
            print(f"\nOdoo, in the browser:  {odoo.web}   login {odoo.login} / {odoo.password.get_secret_value()}")
            print(f"The notebook, to play: {link()}")
            print(
                f"Ready after {time.monotonic() - started:.1f} s. Ctrl-C stops JupyterLab, Odoo and PostgreSQL.",
                flush=True,
            )
            signal.pause()
    except OdooWidgetsError as error:
        sys.exit(str(error))
    finally:
        print("\nStopped.", flush=True)


def _listen() -> None:
    # A job started with & has SIGINT ignored: all three are set.
    for number in ENDINGS:
        signal.signal(number, _end)


def _end(number: int, _frame: object) -> NoReturn:
    # The servers are ended in peace: a second Ctrl-C does not interrupt that.
    for each in ENDINGS:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def show_quickstart() -> None:
    """Runs the notebook from top to bottom, and prints what its cells print."""
    print(f"… run {NOTEBOOK.name}", flush=True)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    try:
        client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(HERE)}})
        # What the kernel itself logs on its way says nothing about the notebook.
        client.execute(stderr=subprocess.DEVNULL)
    except CellExecutionError as error:
        sys.exit(f"{NOTEBOOK.name} failed:\n{error}")
    except (asyncio.CancelledError, AssertionError):
        # What the client makes of SIGINT and SIGTERM: it ends the kernel, and then misses it.
        sys.exit(128 + signal.SIGINT)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream" and output.name == "stdout":
                print(output.text, end="")


@contextmanager
def jupyterlab() -> Iterator[Callable[[], str]]:
    """JupyterLab as long as the context lasts; gives a function that waits for it and returns the quickstart's link."""
    _ask_nothing()
    token, port = secrets.token_urlsafe(24), _free_port()
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        f"--ServerApp.ip={LOOPBACK}",
        f"--ServerApp.port={port}",
    ]
    command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={HERE}"]
    if os.geteuid() == 0:
        command.append("--allow-root")
    log = Path(sys.prefix) / "jupyterlab.log"
    # A session of its own: Ctrl-C reaches this process only, which then ends JupyterLab without its question.
    with log.open("wb") as lines:
        server = subprocess.Popen(  # noqa: S603 - our own Python
            command,
            env={**os.environ, "JUPYTER_TOKEN": token},
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=lines,
            start_new_session=True,
        )
    try:
        yield partial(_link, port, token, server, log)
    finally:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _ask_nothing() -> None:
    """Answers JupyterLab's question about news, in this environment only."""
    overrides = Path(sys.prefix) / "share/jupyter/lab/settings/overrides.json"
    quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    overrides.parent.mkdir(parents=True, exist_ok=True)
    overrides.write_text(json.dumps(quiet), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _link(port: int, token: str, server: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return f"http://{LOOPBACK}:{port}/lab/tree/{NOTEBOOK.name}?token={token}"
        time.sleep(0.1)
    sys.exit(f"JupyterLab did not start. What it said is in {log}.")


if __name__ == "__main__":
    main()
