"""A proxy on loopback between the toolkit and a real Odoo, which fails as it is told, request by request."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import attrs
import httpx

from tests.net.servers import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

METHODS = re.compile(
    rb'["\'>](authenticate|fields_get|search_read|formatted_read_group|create|load|write|web_save_multi|unlink|action_\w+)["\'<]'
)
# What a verb does over REST, by the name that it has elsewhere.
VERBS = {b"POST": "create", b"PUT": "write", b"PATCH": "write", b"DELETE": "unlink", b"GET": "read"}
KEPT = ("content-type", "retry-after", "location", "date")


@attrs.frozen
class Seen:
    """One request as it came.

    Attributes:
        method: The method that it calls.
        at: When it came.
        head: Its head.
        body: Its body.
    """

    method: str
    at: float
    head: bytes
    body: bytes


# From the connection, and what asks Odoo and gives its answer as (status, headers, body), to nothing.
Answer = tuple[int, dict[str, str], bytes]
if TYPE_CHECKING:
    Fault = Callable[[Line, Callable[[], Answer]], None]


class Proxy:
    """What came, and what is done about it.

    Args:
        upstream: The address of the real Odoo.
        script: Method to what happens to its first request, its second, and so on; None passes it on. A function is
            called with each request's method and answers the same.
    """

    def __init__(self, upstream: str, script: dict[str, list[Fault | None]] | Callable[[str], Fault | None]) -> None:
        self._upstream = httpx.URL(upstream)
        self._script = script if callable(script) else Scripted(script)
        self._lock = threading.Lock()
        self.seen: list[Seen] = []
        self.forwarded: list[str] = []
        self.failed = 0
        self.ended = threading.Event()
        self.url = ""

    def count(self, *methods: str) -> int:
        """How many requests called one of some methods; all if none is named."""
        return sum(not methods or each.method in methods for each in self.seen)

    def handle(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            line = Line(connection)
            head = line.read_request()
            with self._lock:
                seen = Seen(method_of(head, line.body), time.time(), head, line.body)
                self.seen.append(seen)
                fault = self._script(seen.method)
                self.failed += fault is not None
            # Not under the lock: a fault may take its time.
            (fault or passed)(line, lambda: self._forward(seen))

    def _forward(self, seen: Seen) -> Answer:
        first, *lines = seen.head.decode("latin-1").split("\r\n")
        verb, path, _ = first.split(" ")
        headers = dict(each.split(": ", 1) for each in lines)
        headers = {
            name: value for name, value in headers.items() if name.lower() not in ("connection", "content-length")
        }
        upstream = http.client.HTTPConnection(self._upstream.host, self._upstream.port, timeout=60)
        upstream.request(verb, path, seen.body, headers | {"Accept-Encoding": "identity"})
        answer = upstream.getresponse()
        body = answer.read()
        upstream.close()
        with self._lock:
            self.forwarded.append(seen.method)
        return answer.status, {name: value for name, value in answer.getheaders() if name.lower() in KEPT}, body


class Scripted:
    """The faults of each method, in the order of its requests."""

    def __init__(self, script: dict[str, list[Fault | None]]) -> None:
        self._left = {method: list(faults) for method, faults in script.items()}

    def __call__(self, method: str) -> Fault | None:
        left = self._left.get(method)
        return left.pop(0) if left else None


def method_of(head: bytes, body: bytes) -> str:
    """The method that a request calls."""
    path = head.split(b" ", 2)[1].decode()
    if path.startswith("/json/2/"):
        return path.rpartition("/")[2]
    if path.startswith("/api/"):
        return VERBS[head.split(b" ", 1)[0]]
    found = METHODS.search(body)
    return found[1].decode() if found else ""


@contextmanager
def proxy(
    upstream: str, script: dict[str, list[Fault | None]] | Callable[[str], Fault | None] | None = None, port: int = 0
) -> Iterator[Proxy]:
    """A proxy that listens while the block runs."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        running = Proxy(upstream, script or {})
        running.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        threads: list[threading.Thread] = []

        def serve() -> None:
            while not running.ended.is_set():
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threads.append(threading.Thread(target=running.handle, args=(connection,)))
                threads[-1].start()

        server = threading.Thread(target=serve)
        server.start()
        try:
            yield running
        finally:
            running.ended.set()
            listening.shutdown(socket.SHUT_RDWR)
            for thread in [server, *threads]:
                thread.join(20)


def write(line: Line, answer: Answer, upto: float = 1.0) -> None:
    """An answer, or its first part: the length that is told stays that of the whole."""
    status, headers, body = answer
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} X\r\n{told}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    line.send(head.encode("latin-1") + body[: int(len(body) * upto)])


def passed(line: Line, forward: Callable[[], Answer]) -> None:
    write(line, forward())
