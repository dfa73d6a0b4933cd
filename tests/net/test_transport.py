from __future__ import annotations

import logging
import socket
import ssl
import time
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import CredentialError, EndpointError, StoppedError
from odoo_widgets.flow.settings import Settings
from odoo_widgets.net.transport import MOST_BYTES, client
from tests.net.servers import Line, bare

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_httpserver import HTTPServer

PATH = "/json/2/res.partner/create"
KEY = "5ec2e7" * 6
FRAME = pd.DataFrame({"name": ["a", "b", "c"]}, index=["x", "y", "x"])
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
ZIPPED = HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n") % 6
MEGABYTE = b" " * 2**20


def address(httpserver: HTTPServer) -> str:
    return httpserver.url_for("/").rstrip("/")


def send(server: str, **settings: Any) -> pd.DataFrame:
    settings = {"batch_size": 2, "timeout": 5, **settings}
    return Destination(server + PATH, **settings).send(FRAME, Credential(server, api_key=KEY))


# --- an answer that does not come, or not whole ----------------------------------------------------------------------


def drip(line: Line) -> None:
    line.send(HEAD % 1000)
    for _ in range(100):
        line.send(b"1")
        time.sleep(0.02)


MISBEHAVING = {
    "closes without an answer": (lambda _line: None, 5),
    "resets without an answer": (lambda line: line.reset(), 5),
    "closes within an answer": (lambda line: line.send(HEAD % 6 + b"[1, "), 5),
    "resets within an answer": (lambda line: (line.send(HEAD % 6 + b"[1, "), line.reset()), 5),
    "closes within the headers": (lambda line: line.send(b"HTTP/1.1 200 OK\r\nContent-"), 5),
    "does not speak HTTP": (lambda line: line.send(b"SSH-2.0-OpenSSH_9.2\r\n"), 5),
    "says nothing": (lambda _line: time.sleep(0.6), 0.4),
    "drips": (drip, 0.4),
    "zips badly": (lambda line: line.send(ZIPPED + b"[1, 2]"), 5),
}  # fmt: skip


@pytest.mark.parametrize("name", MISBEHAVING)
def test_a_server_that_ends_badly_leaves_its_rows_in_doubt_and_gets_no_more(name: str) -> None:
    behave, timeout = MISBEHAVING[name]
    with bare(behave) as (server, heads):
        started = time.monotonic()
        frame = send(server, timeout=timeout)
        assert time.monotonic() - started < timeout + 1
    assert frame["status"].tolist() == ["in_doubt", "in_doubt", "not_sent"]
    assert "may be in Odoo" in frame["error"].iloc[0]
    assert frame["error"].iloc[2] == "Not sent: the send stopped at rows 0–1, in doubt."
    assert len(heads) == 1


def test_an_answer_without_end_is_read_to_a_size_and_not_to_the_deadline() -> None:
    def endless(line: Line) -> None:
        line.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            line.send(MEGABYTE)

    with bare(endless) as (server, _):
        frame = send(server, timeout=10)
    assert frame["status"].tolist() == ["in_doubt", "in_doubt", "not_sent"]
    assert "within" not in frame["error"].iloc[0]


def packed(chunks: Iterable[bytes]) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([*map(packing.compress, chunks), packing.flush()])


@pytest.mark.parametrize("times", [1, 2])
def test_an_answer_that_is_large_only_when_unpacked_takes_no_more_memory_than_any_other(times: int) -> None:
    body = packed(MEGABYTE for _ in range(300))
    for _ in range(times - 1):
        body = packed([body])
    coding = ", ".join(["gzip"] * times).encode()
    head = (HEAD % len(body)).replace(b"\r\n\r\n", b"\r\nContent-Encoding: " + coding + b"\r\n\r\n")
    with bare(lambda line: line.send(head + body)) as (server, _):
        tracemalloc.start()
        frame = send(server, timeout=20)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert frame["status"].tolist() == ["in_doubt", "in_doubt", "not_sent"]
    assert peak < MOST_BYTES + 50 * 2**20


@pytest.mark.parametrize("bits", [zlib.MAX_WBITS | 16, zlib.MAX_WBITS])
def test_an_answer_that_is_packed_is_read(bits: int) -> None:
    answers = iter([b"[1, 2]", b"[3]"])

    def answer(line: Line) -> None:
        packing = zlib.compressobj(9, zlib.DEFLATED, bits)
        body = packing.compress(next(answers)) + packing.flush()
        coding = b"\r\nContent-Encoding: " + (b"gzip" if bits > zlib.MAX_WBITS else b"deflate") + b"\r\n\r\n"
        line.send((HEAD % len(body)).replace(b"\r\n\r\n", coding) + body)

    with bare(answer) as (server, _):
        assert send(server)["id"].tolist() == [1, 2, 3]


def test_a_connection_that_hangs_is_nobody_there_however_short_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        place = listening.getsockname()
        # The queue takes one: whoever comes next is not answered.
        with socket.create_connection(place), pytest.raises(EndpointError, match="Nothing answers at"):
            send(f"http://127.0.0.1:{place[1]}", timeout=0.4)


def test_nobody_there_is_said_so_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with pytest.raises(EndpointError, match=r"Nothing answers at 127\.0\.0\.1:") as stopped:
        send(server)
    assert stopped.value.responses["status"].tolist() == ["not_sent"] * 3


def test_a_server_that_does_not_prove_who_it_is_gets_no_key() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        server = f"https://127.0.0.1:{listening.getsockname()[1]}"
        delivery = Destination(server + PATH).delivery(FRAME, Credential(server, api_key=KEY)).start()
        connection, _ = listening.accept()
        with connection:
            hello = connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        with pytest.raises(EndpointError, match="answers, and not over https"):
            delivery.result()
    assert KEY.encode() not in hello


# --- a real server ---------------------------------------------------------------------------------------------------


def test_a_wrong_key_is_tried_exactly_once(httpserver: HTTPServer) -> None:
    body = {"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey", "debug": "Traceback"}
    httpserver.expect_request(PATH).respond_with_json(body, status=401)
    with pytest.raises(CredentialError, match="key unknown or expired") as stopped:
        send(address(httpserver))
    assert len(httpserver.log) == 1
    responses = stopped.value.responses
    assert responses.index.tolist() == ["x", "y", "x"]
    assert responses["status"].tolist() == ["not_sent"] * 3
    assert set(responses["error"]) == {str(stopped.value)}


def test_a_page_in_place_of_the_api_is_asked_once(httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_data("<html>404", status=404, content_type="text/html")
    with pytest.raises(EndpointError, match="does not answer JSON-2 here"):
        send(address(httpserver))
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(httpserver: HTTPServer, status: int) -> None:
    target = httpserver.url_for("/elsewhere")
    httpserver.expect_request(PATH).respond_with_data(status=status, headers={"Location": target})
    with pytest.raises(EndpointError, match=target):
        send(address(httpserver))
    assert [request.path for request, _ in httpserver.log] == [PATH]


def test_a_server_that_asks_to_wait_too_long_is_not_asked_again(httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_data(status=429, headers={"Retry-After": "301"})
    with pytest.raises(StoppedError, match=r"too busy \(HTTP 429\) and took nothing. Send again after 301 s."):
        send(address(httpserver))
    assert len(httpserver.log) == 1


def test_no_cookie_is_ever_sent_back(httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request(PATH).respond_with_json([1, 2], headers={"Set-Cookie": "session_id=x; Path=/"})
    httpserver.expect_ordered_request(PATH).respond_with_json([3])
    assert send(address(httpserver))["id"].tolist() == [1, 2, 3]
    assert [request.headers.get("Cookie") for request, _ in httpserver.log] == [None, None]


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_the_way_to_this_machine_is_direct_whatever_the_proxy(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    httpserver.expect_request(PATH).respond_with_json([1, 2, 3])
    assert send(address(httpserver), batch_size=3)["status"].tolist() == ["created"] * 3


def test_no_log_holds_the_key(httpserver: HTTPServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    httpserver.expect_request(PATH).respond_with_json([1, 2, 3])
    send(address(httpserver), batch_size=3)
    assert httpserver.log[0][0].headers["Authorization"] == f"bearer {KEY}"
    assert "httpcore" in {record.name.partition(".")[0] for record in caplog.records}
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("server", "reads"),
    [("http://127.0.0.1:8069", False), ("https://127.0.0.1:8069", True), ("https://mycompany.odoo.com", True)],
)
def test_whom_this_machine_trusts_is_read_wherever_a_certificate_is_looked_at(
    server: str, reads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_own, **given: read.append(given))
    made = client(Settings(server + PATH))
    assert (bool(read), made.follow_redirects) == (reads, False)
