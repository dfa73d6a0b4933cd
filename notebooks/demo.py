"""Start a real Odoo, run the quickstart once against it, and open it in JupyterLab; ended by Ctrl-C.

Whatever is started here is stopped here: by Ctrl-C, by SIGTERM, and by closing the terminal.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import select
import signal
import socket
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from subprocess import DEVNULL
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from odoo_widgets.sandbox.guarded import Guarded

HERE = Path(__file__).resolve().parent
NOTEBOOK = HERE / "01_quickstart.ipynb"
LOOPBACK = "127.0.0.1"
READY_SECONDS = 60
STOP_SECONDS = 15
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Runs the demo until it is told to stop."""
    started = time.monotonic()
    # Before anything else is loaded, which takes its time: from here on, every ending is one in peace.
    _listen()
    threading.Thread(target=_watch_terminal, daemon=True).start()
    from odoo_widgets import OdooWidgetsError, Sandbox  # noqa: PLC0415

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


def _watch_terminal() -> None:
    # A closed terminal tells the first process on it only, and make does not pass that on.
    for stream in filter(os.isatty, (0, 1)):
        poll = select.poll()
        poll.register(stream, 0)
        poll.poll()
        os.kill(os.getpid(), signal.SIGHUP)


def show_quickstart() -> None:
    """Runs the notebook from top to bottom, and prints what its cells print."""
    import nbformat  # noqa: PLC0415 - see main
    from nbclient import NotebookClient  # noqa: PLC0415
    from nbclient.exceptions import CellExecutionError  # noqa: PLC0415

    print(f"… run {NOTEBOOK.name}", flush=True)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    try:
        client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(HERE)}})
        # What the kernel itself logs on its way says nothing about the notebook.
        client.execute(stderr=DEVNULL)
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
    log.unlink(missing_ok=True)
    from odoo_widgets.sandbox.guarded import Guarded  # noqa: PLC0415 - see main

    # Guarded as the sandbox's servers are: it ends with this process, however that ends.
    with Guarded(command, log=log, cwd=HERE, env={**os.environ, "JUPYTER_TOKEN": token}, grace=STOP_SECONDS) as server:
        yield partial(_link, port, token, server)


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


def _link(port: int, token: str, server: Guarded) -> str:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return f"http://{LOOPBACK}:{port}/lab/tree/{NOTEBOOK.name}?token={token}"
        time.sleep(0.1)
    sys.exit(f"JupyterLab did not start. What it said is in {server.log}.")


if __name__ == "__main__":
    main()
