"""A real JupyterLab in a real browser, driven as a person would: controls are found by their label and role."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import httpx
import nbformat
from playwright.sync_api import TimeoutError as TooSlowError
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, Dialog, Locator, Page

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
IDLE = "() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
KERNEL_OR_QUESTION = f"() => document.querySelector('.jp-Dialog') || ({IDLE})()"
# A promise of JupyterLab's may never be kept, and Playwright would wait for it for ever.
COMMAND = """([name, options, most]) => Promise.race([
  jupyterapp.commands.execute(name, options),
  new Promise((_, fail) => setTimeout(() => fail(new Error(`${name} takes longer than ${most} ms`)), most)),
]).then(() => {})"""
# Waited for with a limit, which what is evaluated has none of.
COPIED = "shown => navigator.clipboard.readText().then(text => text === shown)"
RESTART = "() => { jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(); }"
BUSY = ".jp-InputArea-prompt:text('[*]')"
OPENINGS = 3
READY_SECONDS = 60.0
SETTINGS: dict[str, dict[str, object]] = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},  # cells off the screen are there too
    "@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": True},
}
FOLDERS = {"CONFIG_DIR": "config", "RUNTIME_DIR": "runtime", "PATH": "share"}
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


@attrs.frozen
class Lab:
    """A JupyterLab that runs: where, what to show to get in, and the folder of its notebooks."""

    address: str
    token: str
    root: Path

    def write(self, name: str, *cells: str, kernel: str | None = "python3") -> None:
        """Writes a notebook of code cells. One that names no kernel is opened without."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        if kernel:
            shown = {"python3": "Python 3 (ipykernel)"}.get(kernel, kernel)
            notebook.metadata["kernelspec"] = {"display_name": shown, "language": "python", "name": kernel}
        nbformat.write(notebook, self.root / name)

    @contextmanager
    def open(self, browser: Browser, name: str, width: int = 1600, height: int = 1400) -> Iterator[Notebook]:
        """The notebook in a page of its own. At the end there must have been no error and no dialog."""
        page = browser.new_page(viewport={"width": width, "height": height})
        try:
            notebook = Notebook(page, f"{self.address}/lab/tree/{name}?token={self.token}&reset")
            yield notebook
            assert not notebook.errors, notebook.errors
            assert not notebook.dialogs, notebook.dialogs
        except BaseException:
            page.screenshot(path=self.root / f"{name}.png")
            raise
        finally:
            page.close()
            self._end_kernels(name)

    def _end_kernels(self, name: str) -> None:
        with httpx.Client(base_url=self.address, params={"token": self.token}, trust_env=False) as api:
            for session in api.get("/api/sessions").json():
                if session["path"] == name:
                    api.delete(f"/api/sessions/{session['id']}")


@contextmanager
def jupyterlab(root: Path, environment: Mapping[str, str], kernels: Mapping[str, Path]) -> Iterator[Lab]:
    """JupyterLab on a folder.

    Args:
        root: The folder of the notebooks.
        environment: What its kernels find in their environment.
        kernels: Name to a folder with another ipykernel than the installed one.
    """
    port, token = free_port(), secrets.token_urlsafe(16)
    home = root.parent / f"{root.name}-home"
    for plugin, settings in SETTINGS.items():
        file = home / "settings" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings), encoding="utf-8")
    for name, folder in kernels.items():
        file = home / "share" / "kernels" / name / "kernel.json"
        file.parent.mkdir(parents=True)
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": command, "display_name": name, "language": "python", "env": {"PYTHONPATH": str(folder)}}
        file.write_text(json.dumps(spec), encoding="utf-8")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}"]
    command += ["--log-level=ERROR", "--allow-root"]
    command += ["--LabApp.expose_app_in_browser=True"]  # for the commands that change the theme and save
    command += [f"--LabApp.user_settings_dir={home / 'settings'}", f"--LabApp.workspaces_dir={home / 'workspaces'}"]
    folders = {f"JUPYTER_{name}": str(home / folder) for name, folder in FOLDERS.items()}
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            command,
            env={**os.environ, **environment, **folders, "JUPYTER_TOKEN": token},
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
        yield Lab(address, token, root)
    finally:
        server.terminate()
        try:
            server.wait(READY_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api", trust_env=False).is_success
    except httpx.HTTPError:
        return False


class Notebook:
    """An open notebook, and the person in front of it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self._note("error", error.stack or str(error)))
        page.on("dialog", self._dismiss)
        # JupyterLab now and then misses its kernel's first word, and waits for ever: a person opens the page again.
        for attempt in range(OPENINGS):
            page.goto(address)
            expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible(timeout=60 * SECONDS)
            try:
                # A cell that is run before the page knows its kernel brings up a question instead.
                page.wait_for_function(KERNEL_OR_QUESTION, timeout=30 * SECONDS)
                break
            except TooSlowError:
                if attempt == OPENINGS - 1:
                    raise
        question = page.locator(".jp-Dialog")
        if question.count():
            question.get_by_role("button", name="No Kernel", exact=True).click()

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and not any(noise in text for noise in NOISE):
            self.errors.append(text)

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def do(self, command: str, **options: str) -> None:
        """Carries out a command of JupyterLab's, and waits until it is done."""
        self.page.evaluate(COMMAND, [command, options, 60 * SECONDS])

    def theme(self, name: str) -> None:
        """Changes the theme of the page: light or dark."""
        # JupyterLab fails on its own when the theme changes while it still fades the last change out.
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0, timeout=30 * SECONDS)
        self.do("apputils:change-theme", theme=THEMES[name])
        light = "true" if name == "light" else "false"
        expect(self.page.locator(f"body[data-jp-theme-light='{light}']")).to_be_attached()
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0, timeout=30 * SECONDS)

    def run_all(self, *, starts: int = 1) -> None:
        """Runs all cells, as the menu does, and waits for the first one.

        Args:
            starts: How often the kernel is started at most: one that does not get on with the cell is started again.
        """
        first = self.page.locator(".jp-Notebook .jp-CodeCell").first
        for left in reversed(range(starts)):
            # Its own end is that of all cells, some of which may be meant to run long.
            self.page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
            try:
                self._wait_for(first, 60 if left else 120)
                break
            except AssertionError:
                if not left:
                    raise
                self.page.evaluate(RESTART)
                self.page.wait_for_function(KERNEL_OR_QUESTION, timeout=60 * SECONDS)

    def run(self, code: str, *, wait: bool = True) -> Locator:
        """Types code into the last cell, and runs it; gives what it printed."""
        cells = self.page.locator(".jp-Notebook .jp-CodeCell")
        cell = cells.nth(cells.count() - 1)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Shift+Enter")
        if wait:
            self._wait_for(cell)
        return cell.locator(".jp-OutputArea-output")

    def _wait_for(self, cell: Locator, seconds: int = 120) -> None:
        prompt = cell.locator(".jp-InputArea-prompt").first
        expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=seconds * SECONDS)

    @property
    def is_busy(self) -> bool:
        """Whether a cell is running or waiting."""
        return self.page.locator(BUSY).count() > 0

    def wait_for_idle(self) -> None:
        """Waits until no cell is running or waiting."""
        expect(self.page.locator(BUSY)).to_have_count(0, timeout=60 * SECONDS)

    def settle(self) -> None:
        """Waits until the kernel has nothing to do. From 7.4 on, it may lose what a cell prints beside a message."""
        self.page.wait_for_function(IDLE)

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

    def pick(self, label: str, words: str) -> None:
        """Picks one of a list by its words."""
        self.field(label).select_option(label=words)
