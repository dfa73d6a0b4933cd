"""A folder with a destination in it, an Odoo that says what it is told to, and a shell."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest

from odoo_widgets import Destination
from odoo_widgets.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_httpserver import HTTPServer

KEY = "0123456789abcdef0123456789abcdef01234567"
PATH = "/json/2/res.partner/create"
FRAME = "name,color\nAna,1\nBea,2\n"


def of_a_terminal() -> None:
    """What nohup and a shell's & ignore, a terminal does not."""
    for name in ("SIGINT", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)


class Place:
    """A folder with a destination's file in it, and a shell."""

    def __init__(self, folder: Path, server: HTTPServer) -> None:
        self.folder, self.server = folder, server
        self.environment = {
            **os.environ,
            "ODOO_SERVER": server.url_for("").rstrip("/"),
            "ODOO_DATABASE": "db",
            "ODOO_API_KEY": KEY,
            "XDG_CONFIG_HOME": str(folder / "config"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        self.destination = Destination(server.url_for(PATH), name="contacts", active=True, batch_size=1)
        self.destination.save(folder / "contacts.toml")
        (folder / "data.csv").write_text(FRAME, encoding="utf-8")

    def typed(
        self, *words: str, given: str = "", command: str = "send", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        told = subprocess.run(
            [sys.executable, "-m", "odoo_widgets.cli", command, *words],
            cwd=self.folder, env={**self.environment, **environment}, input=given, capture_output=True,
            encoding="utf-8", errors="replace", timeout=60, check=False,
        )  # fmt: skip
        assert "Traceback" not in told.stderr
        self.holds_no_key(told.stdout, told.stderr)
        return told

    def within(self, *words: str, given: str = "", **environment: str) -> tuple[int, str, str]:
        """The exit code of a command, and what it says; in this process, which is there already."""
        with (
            pytest.MonkeyPatch.context() as patch,
            redirect_stdout(io.StringIO()) as out,
            redirect_stderr(io.StringIO()) as err,
        ):
            patch.chdir(self.folder)
            for name, value in {**self.environment, **environment}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["odoo-widgets", *words])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
            with pytest.raises(SystemExit) as ended:
                main()
        self.holds_no_key(out.getvalue(), err.getvalue())
        return int(ended.value.code or 0), out.getvalue(), err.getvalue()

    def started(self, *words: str, **streams: Any) -> subprocess.Popen[str]:
        """A command that goes on meanwhile, with the signals of a terminal, however the tests were started."""
        command = [sys.executable, "-m", "odoo_widgets.cli", *words]
        streams = {"preexec_fn": of_a_terminal, **streams}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, text=True, **streams)

    def refused(self, *words: str) -> str:
        """The one line that a command says which sends nothing."""
        code, out, err = self.within(*words)
        assert (code, out, self.server.log) == (1, "", [])
        (line,) = err.splitlines()
        return line

    def holds_no_key(self, *texts: str) -> None:
        files = [path.read_bytes() for path in self.folder.rglob("*") if path.is_file()]
        assert not any(KEY in text for text in texts)
        assert not any(KEY.encode() in content for content in files)

    def answers(self, *ids: int) -> None:
        for each in ids:
            self.server.expect_ordered_request(PATH).respond_with_json([each])

    def refuses(self) -> None:
        body = {"name": "odoo.exceptions.ValidationError", "message": "no\x1b[2J", "arguments": [], "context": {}}
        self.server.expect_ordered_request(PATH).respond_with_json({**body, "debug": "Traceback (…)"}, status=422)
