"""What a visitor of the image does: waits for JupyterLab, runs the quickstart, looks at it as a page. Runs in there.

The image's command comes as arguments; what was seen and how long it took goes out as one line of JSON.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path("notebooks/01_quickstart.ipynb")
SERVER = "http://127.0.0.1:8888"
READY_SECONDS, PAGE_SECONDS = 120, 300
TOKEN = secrets.token_urlsafe()


def page(path: str, seconds: float = 10) -> str:
    request = urllib.request.Request(SERVER + path, headers={"Authorization": f"token {TOKEN}"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())


def wait_for_lab() -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            page("/lab/tree/" + str(NOTEBOOK))
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("JupyterLab does not answer.")


def run_quickstart() -> tuple[dict[str, float], str]:
    """When each cell was done, by its first line; and what the last one prints."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    started, done = time.monotonic(), {}

    def told(cell: nbformat.NotebookNode, **_: object) -> None:
        if cell.cell_type == "code":
            done[cell.source.splitlines()[0]] = round(time.monotonic() - started, 1)

    client = NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(NOTEBOOK.parent)}}, on_cell_executed=told
    )
    client.execute()
    printed = [output.get("text", "") for output in notebook.cells[-2].get("outputs", ())]
    return done, "".join(printed)


def main() -> None:
    started = time.monotonic()
    lab = subprocess.Popen(
        sys.argv[1:], env={**os.environ, "JUPYTER_TOKEN": TOKEN}, stdout=subprocess.DEVNULL, stderr=sys.stderr
    )
    wait_for_lab()
    ready = round(time.monotonic() - started, 1)
    cells, printed = run_quickstart()
    seen = {"uid": os.getuid(), "lab": ready, "cells": cells, "printed": printed}
    # The next is another visit: what was measured until here is told first.
    print(json.dumps(seen), flush=True)
    started = time.monotonic()
    html = page("/voila/render/" + str(NOTEBOOK), PAGE_SECONDS)
    print(json.dumps({"voila": round(time.monotonic() - started, 1), "html": html}), flush=True)
    lab.terminate()


if __name__ == "__main__":
    main()
