"""The views that run: what a server sees of them is what it sees of a send."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import xmlrpc.client
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.samples import VIEWS
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from tests.flow.wire import URLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.flow.samples import Sample

# Over XML-RPC and JSON-RPC, it may be a password.
KEY = "5ec2e7" * 5 + "'\"\\&<>$`"
# What a tool, a shell or a mark of the views could take for its own.
ODD = [
    "KEY1 KEY2 KEY10", "900000001", "900000002 900000003", "${HOME} $HOME $(id) `id` $ODOO_API_KEY $ODOO_UID",
    "it's 'quoted' \"twice\" \\ \\n \\u0041 %s %% !! {x} [1-3]", "é 😀 <&> \t\r\n\r end ", "KEY1", '" + key + "',
    "x" * 3_000,
]  # fmt: skip
FRAME = pd.DataFrame(
    {"name": ODD, "color": [900_000_001, 1, 2, 3, 4, 5, 6, 7, 8], "credit": 0.1, "vip": [True, None, False] * 3}
)
ANSWERS = {
    "json2": b"[1]",
    "rest": b"{}",
    "jsonrpc": b'{"jsonrpc": "2.0", "id": "0/authenticate/0", "result": 7}',
    "xmlrpc": xmlrpc.client.dumps((7,), methodresponse=True).encode(),
}
# What each tool says of itself.
TOOLS = ("accept-encoding", "connection", "content-length", "host")


@contextmanager
def recording(protocol: str) -> Iterator[tuple[str, list[Any]]]:
    """A server on this machine that keeps what comes: the target, the headers and the body."""
    seen: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            sent = sorted((name.lower(), value) for name, value in self.headers.items() if name.lower() not in TOOLS)
            seen.append((self.path, sent, body))
            self.send_response(200)
            self.send_header("content-length", str(len(ANSWERS[protocol])))
            self.end_headers()
            self.wfile.write(ANSWERS[protocol])

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def destination(protocol: str, server: str, **others: Any) -> Destination:
    if protocol == "json2":
        return Destination(f"{server}/json/2/res.partner/create?a=%2F&b={{color}}", **others)
    path = "/jsonrpc" if protocol == "jsonrpc" else "/xmlrpc/2/object"
    return Destination(f"{server}{path}?b={{color}}", model="res.partner", operation="create", **others)


COMMANDS = {
    "curl": lambda text: ["bash", "-euo", "pipefail", "-c", text],
    "python": lambda text: [sys.executable, "-c", text],
}
HEADERS = {"X-Request-Source": 'it\'s "a" $HOME `id` 900000001 KEY1', "X-Token": "Bearer ${MY_TOKEN}", "X-Empty": ""}


def run(view: str, sample: Sample) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "ODOO_API_KEY": KEY, "MY_TOKEN": "t0ken"}
    done = subprocess.run(
        COMMANDS[view](sample.view(view)), env=environment, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("protocol", URLS)
@pytest.mark.parametrize("view", COMMANDS)
def test_what_a_view_sends_is_what_a_send_sends(protocol: str, view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if view == "curl" and not (shutil.which("curl") and shutil.which("bash")):
        pytest.skip("no curl on this machine")
    monkeypatch.setenv("MY_TOKEN", "t0ken")
    with recording(protocol) as (server, seen):
        target = destination(protocol, server, headers=HEADERS, context={"lang": "fr_FR"}, exclude=["color"])
        me = Credential(server, "my'db\"$HOME", "me@example.com", KEY)
        target.delivery(FRAME, me).result()
        # The answer is none to the last call, so that the send stops there.
        sent = [each for each in seen if b"execute_kw" in each[2] or protocol == "json2"][:1]
        logins = [each for each in seen if b"authenticate" in each[2]]
        seen.clear()
        run(view, target.samples(FRAME, n=1, credential=me)[0])
    assert seen == [*logins, *sent]
    assert len(logins) == (protocol != "json2")


KEY_HEADERS = [
    "Authorization", "api-key", "Authorization: Token {key}", "Cookie: session_id={key}",
    "Authorization: Basic {login}:{key}", "Authorization: Basic {database}:{key}",
]  # fmt: skip


@pytest.mark.parametrize("key_header", KEY_HEADERS)
@pytest.mark.parametrize("view", COMMANDS)
def test_wherever_the_key_goes_over_rest_a_view_sends_it_there(view: str, key_header: str) -> None:
    if view == "curl" and not (shutil.which("curl") and shutil.which("bash")):
        pytest.skip("no curl on this machine")
    with recording("rest") as (server, seen):
        target = Destination(f"{server}/api/res.partner", key_header=key_header)
        me = Credential(server, "my'db\"$HOME)", "é@example.com", KEY)
        target.delivery(FRAME[:1], me).result()
        run(view, target.samples(FRAME[:1], credential=me)[0])
    sent, viewed = seen
    assert viewed == sent


@pytest.mark.parametrize("server", [NOTHING_KNOWN, Server(uid=900_000_001)])
@pytest.mark.parametrize("protocol", URLS)
@pytest.mark.parametrize("view", COMMANDS)
def test_values_that_look_like_a_mark_stay_what_they_are(protocol: str, view: str, server: Server) -> None:
    target = destination(protocol, "https://mycompany.example.com", batch_size=None)
    for sample in target.samples(FRAME, n=len(FRAME), server=server):
        text = sample.view(view)
        known = protocol == "json2" or server.uid is not None
        assert ('$ODOO_UID"' in text.replace("$ODOO_API_KEY $ODOO_UID", "")) == (view == "curl" and not known)
        assert ("uid," in text.split()) == (view == "python" and not known)


@pytest.mark.parametrize("protocol", URLS)
@pytest.mark.parametrize("key", ["k\"&<$`\\'", KEY, "***", "a"])
@pytest.mark.parametrize("view", VIEWS)
def test_no_view_shows_the_key(protocol: str, key: str, view: str) -> None:
    target = destination(protocol, "https://mycompany.example.com", headers={"X-Api-Key": "5ECRET", "X-Plain": "shown"})
    frame = FRAME[["color"]].head(2)
    shown, others = (
        target.samples(frame, credential=Credential("https://mycompany.example.com", "db", "me", each))
        for each in (key, "another")
    )
    texts = [sample.view(view) for sample in (*shown, *([shown.log_in] if shown.log_in else []))]
    assert texts == [sample.view(view) for sample in (*others, *([others.log_in] if others.log_in else []))]
    assert "5ECRET" not in "".join(texts)
    assert "shown" in texts[0]


def test_the_environment_s_names_are_shown_as_each_tool_takes_them() -> None:
    target = destination("json2", "https://mycompany.example.com", headers={"X-Token": "Bearer ${MY_TOKEN}"})
    (sample, *_) = target.samples(FRAME[["color"]], n=1)
    assert "X-Token: Bearer ${MY_TOKEN}" in sample.view("http")
    assert "--header 'X-Token: Bearer '\"$MY_TOKEN\"" in sample.view("curl")
    assert "'X-Token': 'Bearer ' + os.environ[\"MY_TOKEN\"]," in sample.view("python")
