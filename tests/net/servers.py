"""Servers to send to: one that is a function, and one that is a bare socket and may misbehave."""

from __future__ import annotations

import itertools
import json
import socket
import struct
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from odoo_widgets.flow.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from hypothesis import strategies as st


# No call is made twice; or soon.
ONCE, SOON = Policy(tries=1), Policy(first_wait=0.01, longest_wait=0.02)


class Odoo:
    """What an Odoo does with `create`, and what was asked of it; a function from request to response.

    Args:
        answers: What to answer in place of ids, by the number of the request; a function is called with the request.
    """

    def __init__(self, answers: Any = None) -> None:
        self.requests = []
        self._answers = answers or {}
        self._ids = itertools.count(1)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.get(len(self.requests) - 1)
        if callable(answer):
            answer = await answer(request)
        if isinstance(answer, BaseException):
            raise answer
        return answer or httpx.Response(200, json=[next(self._ids) for _ in self.records(request)])

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)

    @staticmethod
    def records(request: httpx.Request) -> list[dict[str, Any]]:
        return json.loads(request.content)["vals_list"]


def error(status: int, name: str, message: str) -> httpx.Response:
    body = {"name": name, "message": message, "arguments": [], "context": {}, "debug": "Traceback (most recent call"}
    return httpx.Response(status, json=body)


class Line:
    """One connection to a bare server."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.body = b""

    def read_request(self) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._received()
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        while len(body) < length:
            body += self._received()
        self.body = body
        return head

    def _received(self) -> bytes:
        received = self.connection.recv(65536)
        if not received:
            raise ConnectionError
        return received

    def send(self, data: st.DataObject) -> pd.DataFrame:
        self.connection.sendall(data)

    def reset(self) -> None:
        """Ends the connection with RST in place of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def bare(behave: Any) -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads each request, and then does what it is told.

    Args:
        behave: Called with each `Line` whose request has been read.

    Yields:
        The address, and the heads of the requests that came.
    """
    heads = []
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    line = Line(connection)
                    heads.append(line.read_request())
                    behave(line)
                except OSError:
                    pass  # the client has gone

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", heads
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
