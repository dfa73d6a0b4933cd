"""What was surely not done is made again: soon, as the server says, slower, after a login; and never for ever."""

from __future__ import annotations

import email.utils
import itertools
import os
import random
import signal
import socket
import ssl
import subprocess
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import CredentialError, EndpointError, StoppedError
from odoo_widgets.flow.server import NOTHING_KNOWN
from odoo_widgets.net.own_thread import InterruptedSendError
from tests.faults.conftest import ALL, PROTOCOLS, delivery, sent, told, where
from tests.faults.faults import after, answering, refusing
from tests.faults.proxy import proxy
from tests.net.servers import ONCE, SOON

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.conftest import Truth
    from tests.faults.proxy import Answer, Fault
    from tests.net.servers import Line

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)
ANY = pytest.mark.parametrize("protocol", ALL)
FRAME = pd.DataFrame({"name": ["a"]})
CLASH = ("psycopg2.errors.SerializationFailure", "could not serialize access due to concurrent update")


@ANY
def test_a_server_that_comes_late_gets_every_row_once(truth: Truth, protocol: str) -> None:
    frame = truth.frame(4)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with ExitStack() as stack:
        started: list[Any] = []

        def watch(progress: Any) -> None:
            if progress.made == 2 and not started:
                started.append(stack.enter_context(proxy(truth.odoo.url, port=port)))

        nobody = attrs.make_class("Nobody", {"url": attrs.field()})(f"http://127.0.0.1:{port}")
        responses = sent(truth, nobody, protocol, "create", frame, batch_size=2, on_progress=watch)
        assert started[0].count() == 2
    assert told(responses) == ["created"] * 4
    assert responses["attempts"].tolist() == [3, 3, 1, 1]
    assert truth.names(frame) == frame["name"].tolist()


def _in_seconds(seconds: float) -> Fault:
    """A date to wait for; the answer has none of its own."""

    def fail(line: Line, forward: Callable[[], Answer]) -> None:
        until = email.utils.formatdate(time.time() + seconds, usegmt=True)
        answering(503, {"Retry-After": until})(line, forward)

    return fail


@pytest.mark.parametrize(
    ("protocol", "fault"),
    [
        ("json2", answering(429, {"Retry-After": "1"})),
        ("jsonrpc", answering(503, {"Retry-After": "1"})),
        ("xmlrpc", _in_seconds(2)),
        ("json2", _in_seconds(2)),
        ("rest", answering(429, {"Retry-After": "1"})),
    ],
)
def test_a_server_that_says_when_is_asked_then_and_not_before(truth: Truth, protocol: str, fault: Fault) -> None:
    frame = truth.frame(8)
    seen: list[Any] = []
    with proxy(truth.odoo.url, {"create": [None, fault]}) as through:
        responses = sent(
            truth, through, protocol, "create", frame, batch_size=2, concurrency=2, on_progress=seen.append
        )
    assert told(responses) == ["created"] * 8
    assert truth.names(frame) == frame["name"].tolist()
    asked = [each.at for each in through.seen]
    # A second call may have been under way; after the answer, nobody calls. A date has whole seconds.
    assert sum(at < asked[1] + 0.9 for at in asked) <= 3
    assert max(each.waiting for each in seen) >= 0.9


@ANY
def test_a_server_that_wants_too_long_a_wait_ends_the_send(truth: Truth, protocol: str) -> None:
    frame = truth.frame(4)
    with proxy(truth.odoo.url, {"create": [None, answering(429, {"Retry-After": "301"})]}) as through:
        responses = sent(truth, through, protocol, "create", frame, batch_size=2)
    assert told(responses) == ["created"] * 2 + ["not_sent"] * 2
    assert "Send again after 301 s" in responses["error"].iloc[3]
    assert len(truth.of(frame)) == through.count("create") == 2


@EVERY
def test_a_clash_is_made_again_and_one_that_lasts_lists_all_its_rows(truth: Truth, protocol: str) -> None:
    frame = truth.frame(2)
    clash = refusing(protocol, *CLASH)
    with proxy(truth.odoo.url, {"create": [clash] * 3}) as through:
        assert told(sent(truth, through, protocol, "create", frame)) == ["created"] * 2
        assert through.count("create") == 4
    assert truth.names(frame) == frame["name"].tolist()
    frame = truth.frame(6)
    with proxy(truth.odoo.url, {"create": [None] + [clash] * 4}) as through:
        responses = sent(truth, through, protocol, "create", frame, batch_size=2)
    assert told(responses) == ["created"] * 2 + ["not_sent"] * 2 + ["created"] * 2
    assert "could not serialize" in responses["error"].iloc[2]
    assert len(truth.of(frame)) == 4


@pytest.mark.parametrize(
    ("protocol", "status"),
    [*itertools.product(("json2", "rest"), (301, 302, 307, 308)), ("jsonrpc", 307), ("xmlrpc", 307)],
)
def test_nothing_goes_to_an_address_that_a_server_names(truth: Truth, protocol: str, status: int) -> None:
    frame = truth.frame(2)
    with proxy(truth.odoo.url) as other:
        for target in (other.url + "/json/2/x/y", "https://127.0.0.1:1/", "/web/login"):
            with proxy(truth.odoo.url, {"create": [answering(status, {"Location": target})]}) as through:
                responses = sent(truth, through, protocol, "create", frame)
            assert told(responses) == ["not_sent"] * 2
            assert f"'{target}'" in responses["error"].iloc[0]
            assert through.count() == 1
        assert other.seen == []
    assert truth.of(frame) == []


# --- who sends -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["jsonrpc", "xmlrpc"])
@pytest.mark.parametrize("name", ["odoo.exceptions.AccessDenied", "odoo.http.SessionExpiredException"])
def test_a_session_that_ends_is_renewed_once(truth: Truth, protocol: str, name: str) -> None:
    frame = truth.frame(10)
    denied = refusing(protocol, name, "Access Denied")
    with proxy(truth.odoo.url, {"create": [None] * 4 + [denied]}) as through:
        responses = sent(truth, through, protocol, "create", frame, batch_size=1)
    assert told(responses) == ["created"] * 10
    assert (through.count("authenticate"), through.count("create")) == (1, 11)
    assert truth.names(frame) == sorted(frame["name"])


@ANY
@pytest.mark.parametrize(
    ("wrong", "kind"), [({"api_key": "0" * 40}, CredentialError), ({"database": "nope"}, EndpointError)]
)
def test_a_wrong_key_or_database_ends_the_send_after_one_request(
    truth: Truth, protocol: str, wrong: dict[str, str], kind: type[StoppedError]
) -> None:
    frame = truth.frame(4)
    with proxy(truth.odoo.url) as through, pytest.raises(kind) as stopped:
        delivery(truth, through, protocol, "create", frame, batch_size=2, server=NOTHING_KNOWN, **wrong).result()
    assert through.count() == 1
    assert set(stopped.value.responses["status"]) == {"not_sent"}
    assert truth.of(frame) == []


# --- a server that often fails ---------------------------------------------------------------------------------------


def often(seed: int, share: float = 0.2) -> Any:
    """Proxies' pages at random, before Odoo hears of a request or after it has done its work."""
    chance = random.Random(seed)

    def fault(_method: str) -> Fault | None:
        page = answering(chance.choice([502, 503, 504]))
        return chance.choice([page, after(page)]) if chance.random() < share else None

    return fault


@EVERY
def test_writes_land_through_a_server_that_fails_every_fifth_time(truth: Truth, protocol: str) -> None:
    rows, size = 300, 15
    frame = truth.made(rows).assign(function=[f"f{row}" for row in range(rows)])
    with proxy(truth.odoo.url, often(5)) as through:
        responses = sent(truth, through, protocol, "write", frame[["id", "function"]], batch_size=size)
    assert told(responses) == ["updated"] * rows
    assert [record["function"] for record in truth.of(frame, "function")] == frame["function"].tolist()
    # A look-up and a write for each batch, each that failed once more, and a look before each write that is repeated.
    looks = through.count("web_save_multi") - rows // size
    least = 2 * rows // size + through.failed
    assert through.failed >= 5
    assert through.count() <= 1.1 * least + looks


def test_a_server_that_often_fails_is_not_asked_for_ever_and_leaves_no_row_out(truth: Truth) -> None:
    rows, size = 200, 2
    frame = truth.made(rows).assign(function=[f"f{row}" for row in range(rows)])
    with proxy(truth.odoo.url, often(3, 0.4)) as through:
        responses = sent(truth, through, "json2", "write", frame[["id", "function"]], batch_size=size)
    held = [record["function"] for record in truth.of(frame, "function")]
    for status, value, wanted in zip(told(responses), held, frame["function"], strict=True):
        assert status in ("updated", "in_doubt", "not_sent")
        assert (value == wanted) or status != "updated"
        assert value is False or status != "not_sent"
    assert told(responses).count("in_doubt") <= size
    made = through.count()
    assert through.failed <= SOON.spare + SOON.share * made + 1


@ANY
def test_rows_without_a_key_are_never_made_twice_by_a_server_that_often_fails(truth: Truth, protocol: str) -> None:
    for seed in range(3):
        frame = truth.frame(20)
        with proxy(truth.odoo.url, often(seed)) as through:
            responses = sent(truth, through, protocol, "create", frame, batch_size=2)
        names, status = truth.names(frame), responses["status"]
        assert len(names) == len(set(names))
        sure = set(frame["name"][(status == "created").to_numpy()])
        perhaps = set(frame["name"][(status == "in_doubt").to_numpy()])
        assert sure <= set(names) <= sure | perhaps
        assert set(status) <= {"created", "in_doubt", "not_sent"}


# --- an interrupt ----------------------------------------------------------------------------------------------------


@ANY
def test_an_interrupt_at_any_time_ends_soon_and_says_what_may_be_there(truth: Truth, protocol: str) -> None:
    chance = random.Random(14)
    # A process that a shell started in the background ignores it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    interrupted, took = 0, list[float]()
    for _trial in range(25):
        frame = truth.frame(24)
        with proxy(truth.odoo.url, {}) as through:
            sending = delivery(truth, through, protocol, "create", frame, batch_size=2)
            at: list[float] = []

            def interrupt(at: list[float] = at) -> None:
                at.append(time.monotonic())
                os.kill(os.getpid(), signal.SIGINT)

            timer = threading.Timer(chance.uniform(0, 0.15), interrupt)
            try:
                timer.start()
                responses = sending.result()
                timer.join()
            except InterruptedSendError as error:
                responses = error.responses
                interrupted += 1
            except KeyboardInterrupt:
                # It came when the send had ended, or had not started.
                sending.cut()
                responses = sending.responses
            took += [time.monotonic() - each for each in at]
            assert not any(
                each.name.startswith("odoo_widgets send") and each.is_alive() for each in threading.enumerate()
            )
        names, status = set(truth.names(frame)), responses["status"]
        sure = set(frame["name"][(status == "created").to_numpy()])
        perhaps = set(frame["name"][(status == "in_doubt").to_numpy()])
        assert sure <= names <= sure | perhaps
        assert len(perhaps) <= 2
    assert interrupted >= 5
    # A machine that has other things to do may be late once.
    assert sorted(took)[-2] < 2


# --- TLS and proxies -------------------------------------------------------------------------------------------------


@ANY
def test_a_certificate_that_nobody_signed_gets_no_byte_and_no_second_try(tmp_path: Path, protocol: str) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"]
    options = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate]
    subprocess.run([*options, *subject], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                    received.append(b"")
                    with context.wrap_socket(connection, server_side=True) as line:
                        received.append(line.recv(65536))
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        server = f"https://127.0.0.1:{listening.getsockname()[1]}"
        me = Credential(server, "x", "me", "5ec2e7" * 6)
        with pytest.raises(EndpointError, match="did not prove who it is"):
            Destination(**where(server, protocol, "create")).delivery(FRAME, me, policy=SOON).result()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert received == [b""]


@ANY
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_that_is_not_there_gets_nothing_sent(
    monkeypatch: pytest.MonkeyPatch, variable: str, protocol: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    monkeypatch.setenv(variable, f"http://127.0.0.1:{port}")
    me = Credential("https://mycompany.example.com", "x", "me", "5ec2e7" * 6)
    destination = Destination(**where(me.server, protocol, "create"))
    with pytest.raises(EndpointError, match="Nothing answers") as stopped:
        destination.delivery(FRAME, me, policy=ONCE).result()
    assert told(stopped.value.responses) == ["not_sent"]
