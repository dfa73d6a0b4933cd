from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import CredentialError, EndpointError
from odoo_widgets.flow.server import NOTHING_KNOWN
from odoo_widgets.net.replaced import areplaced
from odoo_widgets.net.transport import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "5ec2e7" * 6
TWO = pd.DataFrame({"name": ["é 'A'", "$B\r\n"], "color": [1, None]}, index=["a", "b"])
IDS = pd.DataFrame({"id": [4, 5], "name": ["x", "y"]})


class Endpoint:
    """What came to a server, and its address.

    Attributes:
        requests: Method, path, headers in lower case and body of each request, in order.
        url: The server's address.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.url = ""

    @property
    def me(self) -> Credential:
        return Credential(self.url, "db", api_key=KEY)


@contextmanager
def endpoint(answer: Callable[[str, str, bytes], tuple[int, Any]]) -> Iterator[Endpoint]:
    """A server on this machine; a function makes each answer of method, path and body: a status, and JSON or bytes."""
    seen = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen.requests.append((self.command, self.path, headers, body))
            status, content = answer(self.command, self.path, body)
            kind = "text/html" if isinstance(content, bytes) else "application/json"
            raw = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(raw)))
            if 300 <= status < 400:
                self.send_header("Location", f"{seen.url}/elsewhere")
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - named by the standard library

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        seen.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()


def api(_verb: str, path: str, body: bytes) -> tuple[int, Any]:
    """An endpoint as an add-on makes it: ids count up, and lists are taken."""
    if path.rstrip("/").rpartition("/")[2].isdecimal():
        return 200, {"id": int(path.rpartition("/")[2])}
    content = json.loads(body) if body[:1] in (b"[", b"{") else None
    return 201, {"ids": [*range(7, 7 + len(content))]} if isinstance(content, list) else {"id": 7}


def table(frame: pd.DataFrame) -> list[tuple[str, Any]]:
    return list(zip(frame["status"], frame["id"].astype(object).where(frame["id"].notna(), None), strict=True))


def test_records_are_posted_one_by_one_or_as_a_list() -> None:
    with endpoint(api) as server:
        destination = Destination(f"{server.url}/api/res.partner")
        assert table(destination.send(TWO, server.me)) == [("created", 7), ("created", 7)]
        frame = destination.send(TWO, server.me, batch_size=100, again=True)
        assert table(frame) == [("created", 7), ("created", 8)]
        assert frame.index.tolist() == ["a", "b"]
        assert frame["link"].iloc[1].startswith(f"{server.url}/")
    assert [json.loads(body) for *_, body in server.requests] == [
        {"name": "é 'A'", "color": 1},
        {"name": "$B\r\n"},
        [{"name": "é 'A'", "color": 1}, {"name": "$B\r\n"}],
    ]
    assert {headers["authorization"] for _, _, headers, _ in server.requests} == {f"Bearer {KEY}"}
    assert {headers["x-odoo-database"] for _, _, headers, _ in server.requests} == {"db"}


@pytest.mark.parametrize(("verb", "status"), [("PUT", "updated"), ("PATCH", "updated"), ("DELETE", "deleted")])
def test_a_record_is_changed_or_removed_at_its_own_address(verb: str, status: str) -> None:
    with endpoint(api) as server:
        frame = Destination(f"{server.url}/api/res.partner/{{id}}", method=verb).send(IDS, server.me)
    assert table(frame) == [(status, 4), (status, 5)]
    assert [(sent, path) for sent, path, _, _ in server.requests] == [
        (verb, "/api/res.partner/4"),
        (verb, "/api/res.partner/5"),
    ]
    if verb == "DELETE":
        assert {body for *_, body in server.requests} == {b""}


def test_what_is_not_there_yet_is_made() -> None:
    frame = pd.DataFrame({"id": [4, None], "name": ["x", "y"]})
    with endpoint(api) as server:
        destination = Destination(f"{server.url}/api/res.partner/{{id}}", method="PATCH", mode="upsert")
        assert table(destination.send(frame, server.me)) == [("updated", 4), ("created", 7)]


def test_one_refused_record_leaves_the_others_alone() -> None:
    def answer(verb: str, path: str, body: bytes) -> tuple[int, Any]:
        error = {"name": "odoo.exceptions.ValidationError", "message": "No."}
        return (422, {"error": error}) if b"$B" in body else api(verb, path, body)

    with endpoint(answer) as server:
        frame = Destination(f"{server.url}/api/res.partner").send(pd.concat([TWO, TWO]), server.me)
    assert frame["status"].tolist() == ["created", "rejected"] * 2
    assert frame["error"].dropna().tolist() == ["No."] * 2


def test_a_webhook_that_is_no_odoo_was_called() -> None:
    with endpoint(lambda *_: (200, b"ok")) as server:
        frame = Destination(f"{server.url}/hooks/catch", key_header="X-Token").send(TWO, server.me)
    assert table(frame) == [("called", None), ("called", None)]
    assert frame["error"].isna().all()
    assert [headers.get("x-token") for _, _, headers, _ in server.requests] == [KEY, KEY]
    assert all("authorization" not in headers for _, _, headers, _ in server.requests)


def test_a_stock_server_gets_one_request_and_the_address_to_use_in_place() -> None:
    with endpoint(lambda *_: (404, b"<h1>Not Found</h1>")) as server:
        destination = Destination(f"{server.url}/api/res.partner", content_format="CSV", batch_size=50)
        with pytest.raises(EndpointError, match=r"has nothing at /api/res\.partner .* Use http.*create\?") as caught:
            destination.send(TWO, server.me)
    assert len(server.requests) == 1
    assert caught.value.responses is not None
    assert caught.value.responses["status"].tolist() == ["not_sent", "not_sent"]
    assert destination.replace(**caught.value.instead).url == f"{server.url}/json/2/res.partner/create"


def test_what_was_done_and_is_told_elsewhere_is_in_doubt_and_no_byte_goes_there() -> None:
    with endpoint(lambda *_: (303, b"")) as server:
        responses = Destination(f"{server.url}/api/res.partner").send(TWO, server.me)
    assert responses["status"].tolist() == ["in_doubt", "not_sent"]
    assert "elsewhere" in responses["error"].iloc[0]
    assert [path for _, path, _, _ in server.requests] == ["/api/res.partner"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_byte_goes_where_a_redirect_leads(status: int) -> None:
    with endpoint(lambda *_: (status, b"")) as server, pytest.raises(EndpointError, match="elsewhere"):
        Destination(f"{server.url}/api/res.partner").send(TWO, server.me)
    assert [path for _, path, _, _ in server.requests] == ["/api/res.partner"]


def test_a_page_with_200_is_never_a_success() -> None:
    with endpoint(lambda *_: (200, b"<!DOCTYPE html><p>Welcome</p>")) as server:
        frame = Destination(f"{server.url}/api/res.partner").send(TWO, server.me)
    assert table(frame) == [("in_doubt", None), ("not_sent", None)]


def test_an_answer_that_does_not_end_is_not_kept() -> None:
    with endpoint(lambda *_: (200, b" " * (MOST_BYTES + 1))) as server:
        frame = Destination(f"{server.url}/api/res.partner").send(TWO, server.me)
    assert table(frame) == [("in_doubt", None), ("not_sent", None)]


def test_the_key_goes_to_its_own_server_only() -> None:
    with endpoint(api) as server, pytest.raises(CredentialError, match="leads elsewhere"):
        Destination("https://evil.example/api/res.partner").send(TWO, server.me)
    assert server.requests == []


# --- what the views say runs -----------------------------------------------------------------------------------------

FORMATS: dict[str, dict[str, Any]] = {
    "JSON": {"batch_size": 2, "wrap": "data"},
    "XML": {"content_format": "XML", "batch_size": 2},
    "form": {"content_format": "form", "key_header": "api-key"},
    "CSV": {"content_format": "CSV"},
    "no body": {"method": "DELETE"},
}


@pytest.mark.parametrize("view", ["curl", "python"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_sample_as_curl_or_python_sends_the_same_bytes(name: str, view: str) -> None:
    with endpoint(lambda *_: (200, {"id": 7})) as server:
        path = "/api/res.partner/{color}" if name == "no body" else "/api/res.partner"
        destination = Destination(f"{server.url}{path}", **FORMATS[name])
        frame = TWO[:1] if name == "no body" else TWO
        shown = destination.samples(frame, 1, credential=server.me)
        assert KEY not in shown.view(view)
        command = [sys.executable, "-c"] if view == "python" else ["/bin/sh", "-c"]
        environment = {"ODOO_API_KEY": KEY, "PATH": "/usr/bin:/bin", "NO_PROXY": "*"}
        subprocess.run([*command, shown[0].view(view)], check=True, env=environment, capture_output=True, timeout=60)
        destination.send(frame, server.me)
    by_hand, sent = server.requests[:2]
    assert (by_hand[0], by_hand[1], by_hand[3]) == (sent[0], sent[1], sent[3])
    wanted = ("content-type", "authorization", "api-key", "x-odoo-database")
    assert [by_hand[2].get(header) for header in wanted] == [sent[2].get(header) for header in wanted]


# --- what a PUT replaces ---------------------------------------------------------------------------------------------


def test_a_server_is_asked_once_what_a_put_replaces() -> None:
    def answer(verb: str, path: str, _body: bytes) -> tuple[int, Any]:
        known = (verb, path) == ("GET", "/api/res.partner?limit=1")
        return (200, {"model": "res.partner", "replaced": ["city", "name", "zip"]}) if known else (500, {})

    with endpoint(answer) as server:
        put = Destination(f"{server.url}/api/res.partner/{{id}}", method="PUT")
        known = asyncio.run(areplaced(put, server.me, NOTHING_KNOWN))
        assert asyncio.run(areplaced(put.replace(method="PATCH"), server.me, NOTHING_KNOWN)) == NOTHING_KNOWN
    assert known.replaced == {"res.partner": ("city", "name", "zip")}
    assert [(verb, headers["authorization"]) for verb, _, headers, _ in server.requests] == [("GET", f"Bearer {KEY}")]
    notes = {sample.note for sample in put.samples(IDS, server=known)}
    assert notes == {"PUT empties 2 fields that are not sent: city, zip (back to their defaults)."}


@pytest.mark.parametrize("answer", [(404, b"<p>"), (200, b"<p>"), (200, {"data": []}), (401, {})])
def test_a_server_that_does_not_say_is_as_little_known_as_before(answer: tuple[int, Any]) -> None:
    with endpoint(lambda *_: answer) as server:
        put = Destination(f"{server.url}/api/res.partner/{{id}}", method="PUT")
        assert asyncio.run(areplaced(put, server.me, NOTHING_KNOWN)) == NOTHING_KNOWN


def test_nothing_is_asked_with_another_server_s_key() -> None:
    async def reached(_request: httpx.Request) -> httpx.Response:
        raise AssertionError

    put = Destination("https://evil.example/api/res.partner/{id}", method="PUT")
    me = Credential("https://mycompany.example.com", api_key=KEY)
    with pytest.raises(CredentialError, match="leads elsewhere"):
        asyncio.run(areplaced(put, me, NOTHING_KNOWN, transport=httpx.MockTransport(reached)))
