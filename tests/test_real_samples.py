"""A sample is a send without the sending: what samples list, held against what goes to a real Odoo."""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
import xmlrpc.client
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import orjson
import pandas as pd
import pytest

from odoo_widgets.flow.credential import MASK
from odoo_widgets.flow.server import NOTHING_KNOWN
from tests.models import PROTOCOLS, Given, destination
from tests.real import call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.destination import Destination

HOSTILE = "it's \"quoted\" $HOME `id` $(id) \\n ${X}\nsecond\r\nthird\ttab 😀 é !! %s ' EOF"


@attrs.frozen
class Seen:
    """One request, byte for byte."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes

    @classmethod
    def of(cls, request: httpx.Request) -> Seen:
        return cls(request.method, str(request.url), dict(request.headers), request.content)


class Recording(httpx.AsyncBaseTransport):
    """The network, and what went through it."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answers: list[bytes] = []
        self._network = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(Seen.of(request))
        answer = await self._network.handle_async_request(request)
        self.answers.append(await answer.aread())
        return httpx.Response(answer.status_code, headers=answer.headers, content=self.answers[-1])

    async def aclose(self) -> None:
        await self._network.aclose()


def sent(
    given: Given, target: Destination, frame: pd.DataFrame, *, known: bool = True
) -> tuple[Recording, pd.DataFrame]:
    recording = Recording()
    server = given.user if known else NOTHING_KNOWN
    delivery = target.delivery(frame, given.odoo.credential, server=server, transport=recording)
    return recording, delivery.result()


def listed(given: Given, target: Destination, frame: pd.DataFrame, *, known: bool = True) -> list[Seen]:
    """The requests of all samples, with the key where its mask stands."""
    server = given.user if known else NOTHING_KNOWN
    samples = target.samples(frame, 1000, credential=given.odoo.credential, server=server)
    key = given.odoo.credential.api_key.get_secret_value()
    found = [*([samples.log_in] if samples.log_in else []), *samples.methods, *samples]
    assert all(key not in sample.view(name) for sample in found for name in ("http", "curl", "python"))
    return [with_key(Seen.of(sample.request), key) for sample in found]


def with_key(seen: Seen, key: str) -> Seen:
    """A request with the key where its one mask stands, and its size as that makes it."""
    masks = sum(value.count(MASK) for value in seen.headers.values()) + seen.content.count(MASK.encode())
    assert masks == 1
    content = seen.content.replace(MASK.encode(), key.encode())
    headers = {name: value.replace(MASK, key) for name, value in seen.headers.items()}
    return attrs.evolve(seen, headers=headers | {"content-length": str(len(content))}, content=content)


def partners(given: Given, count: int = 6) -> list[int]:
    return call(given.odoo, "res.partner", "create", vals_list=[{"name": f"p{number}"} for number in range(count)])


GROUPINGS: dict[str, dict[str, Any]] = {
    "in row order": {"batch_size": 4},
    "one by one": {"batch_size": None},
    "by column": {"grouping": "by column", "group_by": "city", "batch_size": 2},
    "kept together": {"grouping": "keep together", "group_by": "city", "batch_size": 3},
    "in bytes": {},
}

# Rows that can share a call are no longer than a few of them are to be.
LONG = "x" * 100

# What each operation sends: the model, the columns, and the settings that it needs.
COLUMNS: dict[str, dict[str, Any]] = {
    "create": {"name": ["a", 'b"\\', "c\r\n", "😀", "e", "f"], "color": [1, None, 3, 4, 5, 6], "is_company": True},
    "load": {"name": ["a", 'b"\\', "c", "😀", "e", "f"], "color": [1, None, 3, None, 5, 6]},
    "write": {"street": [LONG, LONG, "y" + LONG, "z" + LONG, None, LONG]},
    "unlink": {},
    "action_archive": {},
    "message_post": {"body": ["x", "x", "y", "z", "x", "😀"]},
}


def prepared(given: Given, operation: str) -> pd.DataFrame:
    columns = COLUMNS[operation] | {"city": ["B", "A", "B", None, "A", "B"]}
    ids = {} if operation in ("create", "load") else {"number": partners(given)}
    return pd.DataFrame(columns | ids)


# What two rows or three take.
BYTES = {"json2": 250, "jsonrpc": 500, "xmlrpc": 2000}


@pytest.mark.parametrize("grouping", GROUPINGS)
@pytest.mark.parametrize("operation", COLUMNS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_samples_list_byte_for_byte_what_is_sent(given: Given, protocol: str, operation: str, grouping: str) -> None:
    frame = prepared(given, operation)
    target = destination(
        given.odoo, protocol, "res.partner", operation, ids="number", exclude=["city"],
        context={"lang": "en_US"}, headers="X-Trace:one", **GROUPINGS[grouping],
    )  # fmt: skip
    if grouping == "in bytes":
        target = target.replace(max_bytes=BYTES[protocol])
    if operation == "load" and grouping == "kept together":
        # `load` leaves no cell out of a call, and what is kept together goes in one.
        target = target.replace(missing=dict.fromkeys(frame.columns, "clear"))
    samples = listed(given, target, frame)
    recording, responses = sent(given, target, frame)
    assert responses["http_status"].notna().all(), responses["error"].tolist()
    assert operation == "unlink" or len(recording.seen) > 1 + target.needs_ids
    assert target.max_bytes is None or max(len(each.content) for each in recording.seen) <= target.max_bytes
    assert recording.seen == samples


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_login_is_listed_where_there_is_one_and_a_word_stands_for_its_answer(given: Given, protocol: str) -> None:
    frame = prepared(given, "create")
    target = destination(given.odoo, protocol, "res.partner", "create", exclude=["city"])
    recording, _ = sent(given, target, frame, known=False)
    samples = listed(given, target, frame, known=False)
    assert len(samples) == len(recording.seen) == (1 if protocol == "json2" else 2)
    assert recording.seen[0] == samples[0]
    assert recording.seen[-1].content == samples[-1].content.replace(*UID[protocol])


UID = {
    "json2": (b"", b""),
    "jsonrpc": (b'"(user id)"', b"2"),
    "xmlrpc": (b"<string>(user id)</string>", b"<int>2</int>"),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_row_s_value_in_the_url_is_listed_as_it_is_sent(given: Given, protocol: str) -> None:
    target = destination(given.odoo, protocol, "res.partner", "create", exclude=["city"], batch_size=10)
    target = target.replace(url=f"{target.url}?from={{city}}")
    frame = pd.DataFrame({"name": ["a", "b", "c"], "city": ["é &", "#1", "é &"]})
    recording, responses = sent(given, target, frame)
    assert responses["status"].tolist() == ["created"] * 3
    assert [httpx.URL(each.url).params["from"] for each in recording.seen] == ["é &", "#1"]
    assert recording.seen == listed(given, target, frame)


# --- the views that run ----------------------------------------------------------------------------------------------


class Proxy:
    """A way to Odoo that keeps what goes through it."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answers: list[bytes] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                proxy.seen.append(Seen("POST", self.path, headers, content))
                with httpx.Client(trust_env=False, timeout=60) as client:
                    answer = client.post(self.path, headers=headers, content=content)
                proxy.answers.append(answer.content)
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers["content-type"])
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    made.thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    made.thread.join(5)


PROGRAMS = {"curl": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}


def run(given: Given, view: str, code: str, proxy: Proxy) -> str:
    """Runs a view as it is, with the key in the environment, and gives what it prints."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "ODOO_API_KEY": given.odoo.credential.api_key.get_secret_value(),
        "TRACE": "a b $TRACE",
        "http_proxy": proxy.url,
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [*PROGRAMS[view], code], env=environment, capture_output=True, timeout=60, check=False, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def answer(protocol: str, view: str, text: str) -> Any:
    """What Odoo returned, from what a view prints."""
    if view == "python":
        found = ast.literal_eval(text)
        return found["result"] if protocol == "jsonrpc" else found
    if protocol == "xmlrpc":
        return xmlrpc.client.loads(text)[0][0]
    found = orjson.loads(text)
    return found["result"] if protocol == "jsonrpc" else found


@pytest.mark.parametrize("view", PROGRAMS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_view_runs_as_it_is_and_does_what_send_does(
    given: Given, protocol: str, view: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACE", "a b $TRACE")
    target = destination(
        given.odoo, protocol, "res.partner", "create", headers="X-Trace:<${TRACE}>", context={"lang": "en_US"}
    )
    frame = pd.DataFrame({"name": [HOSTILE, "KEY1 900000001"], "color": [3, None], "comment": [None, "<p>x</p>"]})
    (sample,) = target.samples(frame, credential=given.odoo.credential)
    made = answer(protocol, view, run(given, view, sample.view(view), proxy))
    found = call(given.odoo, "res.partner", "read", ids=made, fields=["name", "color", "comment"])
    assert found == [
        {"id": made[0], "name": HOSTILE, "color": 3, "comment": False},
        {"id": made[1], "name": "KEY1 900000001", "color": 0, "comment": "<p>x</p>"},
    ]
    recording, responses = sent(given, target, frame, known=False)
    assert responses["status"].tolist() == ["created"] * 2
    assert [without_own(each) for each in proxy.seen] == [without_own(each) for each in recording.seen]
    assert proxy.seen[-1].headers["x-trace"] == "<a b $TRACE>"


def without_own(seen: Seen) -> tuple[Any, ...]:
    """A request without the headers that each tool adds of its own."""
    names = ("accept", "user-agent", "x-trace", "content-type", "authorization", "x-odoo-database")
    headers = {name: value for name, value in seen.headers.items() if name in names}
    return seen.method, seen.url, headers, seen.content


# The values of three rows, and what writes them: the same ones are written at once.
WRITTEN = {"write": [HOSTILE] * 3, "web_save_multi": ["x", "x", HOSTILE]}


@pytest.mark.parametrize("method", WRITTEN)
@pytest.mark.parametrize("view", PROGRAMS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_view_of_a_write_answers_what_send_is_answered(
    given: Given, protocol: str, view: str, method: str, proxy: Proxy
) -> None:
    frame = pd.DataFrame({"id": partners(given, 3), "comment": WRITTEN[method]})
    # What a look-up reads would be another thing once it was written.
    target = destination(given.odoo, protocol, "res.partner", "write", keep_before=False)
    recording, _ = sent(given, target, frame)
    samples = target.samples(frame, credential=given.odoo.credential, server=given.user)
    assert [sample.call.ask.method for sample in samples] == ["search_read", method]
    for sample in samples:
        run(given, view, sample.view(view), proxy)
    assert proxy.answers == recording.answers
    assert [without_own(each) for each in proxy.seen] == [without_own(each) for each in recording.seen]
