"""A real JupyterLab in a real browser, driven as a person would: controls are found by their label and role."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import nbformat
from playwright.sync_api import Locator, Page, expect


if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these, Chromium asks for its maker's servers at every start, and needs privileges that root in a box has not.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
READY_SECONDS = 60.0
SECONDS = 1000  # in Playwright's milliseconds
# What JupyterLab itself logs, whatever is in the notebook.
NOISE = ("favicon", "Failed to load resource: the server responded with a status of 404", "DEPRECATED")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def find_chromium() -> str | None:
    """Where a Chromium is installed, if there is one."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


@contextmanager
def jupyterlab(root: Path, python: str = sys.executable) -> Iterator[tuple[str, str]]:
    """JupyterLab on a folder; gives its address and token."""
    port, token = free_port(), secrets.token_urlsafe(16)
    home = root.parent / f"{root.name}-home"
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet), encoding="utf-8")
    command = [python, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}", "--log-level=ERROR", "--allow-root"]
    command += ["--LabApp.expose_app_in_browser=True"]  # for the command that changes the theme
    command += [f"--LabApp.user_settings_dir={home / 'settings'}", f"--LabApp.workspaces_dir={home / 'workspaces'}"]
    folders = {"JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_RUNTIME_DIR": str(home / "runtime")}
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            command,
            env={**os.environ, **folders, "JUPYTER_TOKEN": token},
            stdin=subprocess.DEVNULL,
            stderr=log,
            stdout=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(address):
            assert server.poll() is None, (home / "log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline, "JupyterLab does not start."
            time.sleep(0.2)
        yield address, token
    finally:
        server.terminate()
        server.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def write_notebook(path: Path, *cells: str) -> None:
    """A notebook of code cells that names its kernel, since JupyterLab asks for one otherwise."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}},
    )
    nbformat.write(notebook, path)


class Notebook:
    """An open notebook, and the person in front of it."""

    def __init__(self, page: Page, address: str, token: str, name: str) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self._note("error", str(error)))
        page.goto(f"{address}/lab/tree/{name}?token={token}&reset")
        expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible(timeout=60 * SECONDS)
        expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']")).to_be_attached(timeout=60 * SECONDS)

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and not any(noise in text for noise in NOISE):
            self.errors.append(text)

    def theme(self, name: str) -> None:
        """Changes the theme of the page: light or dark."""
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", THEMES[name])
        expect(
            self.page.locator(f"body[data-jp-theme-light='{'true' if name == 'light' else 'false'}']")
        ).to_be_attached()

    def run_all(self, *, wait: bool = True) -> None:
        """Runs all cells, as the menu does."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        if wait:
            self.wait_for_idle()

    def run(self, code: str, *, wait: bool = True) -> None:
        """Types code into the last cell, and runs it."""
        cell = self.page.locator(".jp-Notebook .jp-CodeCell").last
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Shift+Enter")
        if wait:
            self.wait_for_idle()

    def wait_for_idle(self) -> None:
        """Waits until no cell is running or waiting."""
        expect(self.page.locator(".jp-InputArea-prompt", has_text="[*]")).to_have_count(0, timeout=120 * SECONDS)

    def output(self) -> str:
        """The text that the last executed cell printed."""
        return self.page.locator(".jp-OutputArea-output").last.inner_text()

    @property
    def form(self) -> Locator:
        """The form, the first of the page."""
        return self.page.locator(".ow-form").first

    def field(self, label: str) -> Locator:
        """The control that a label belongs to."""
        return self.form.get_by_label(label, exact=True)

    def button(self, name: str) -> Locator:
        """The button that says this."""
        return self.form.get_by_role("button", name=name, exact=True)

    def fill(self, label: str, text: str) -> None:
        """Types into a field, and leaves it."""
        self.field(label).fill(text)
        self.field(label).press("Tab")
