"""What may happen to a request on its way to Odoo, or to its answer on the way back."""

from __future__ import annotations

import json
import re
import time
import xmlrpc.client
from typing import TYPE_CHECKING

from tests.faults.proxy import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.proxy import Answer, Fault
    from tests.net.servers import Line

PAGE = b"<html><head><title>Sorry</title></head><body><script>alert(1)</script></body></html>"
HTML = {"Content-Type": "text/html"}
MEGABYTE = b"0" * 2**20
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><methodResponse><params><param><value><string>&j;</string></value></param></params></methodResponse>"
)


def closed(line: Line, _forward: Callable[[], Answer]) -> None:
    """The connection ends before Odoo hears of it."""


def reset(line: Line, _forward: Callable[[], Answer]) -> None:
    line.reset()


def answering(status: int, headers: dict[str, str] | None = None, body: bytes = PAGE) -> Fault:
    """An answer that is not Odoo's, which hears nothing of it."""
    return lambda line, _forward: write(line, (status, {**HTML, **(headers or {})}, body))


def after(fault: Fault) -> Fault:
    """A fault that comes when Odoo has done its work."""

    def fail(line: Line, forward: Callable[[], Answer]) -> None:
        answer = forward()
        fault(line, lambda: answer)

    return fail


def truncated(line: Line, forward: Callable[[], Answer]) -> None:
    write(line, forward(), 0.5)


def stalled(line: Line, _forward: Callable[[], Answer]) -> None:
    line.connection.settimeout(15)
    line.connection.recv(1)  # until the other side gives up


def dripping(line: Line, forward: Callable[[], Answer]) -> None:
    write(line, forward(), 0)
    while True:
        line.send(b" ")
        time.sleep(0.2)


def endless(line: Line, _forward: Callable[[], Answer]) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        line.send(MEGABYTE)


def edited(change: Callable[[bytes], bytes]) -> Fault:
    """Odoo's answer with another body."""

    def fail(line: Line, forward: Callable[[], Answer]) -> None:
        status, headers, body = forward()
        write(line, (status, headers, change(body)))

    return fail


wrong_id = edited(lambda body: re.sub(rb'"id": ?("[^"]*"|\d+)', b'"id": "another"', body, count=1))


def refusing(protocol: str, name: str, message: str) -> Fault:
    """An exception of Odoo's, as it writes it; nothing of the call was kept."""
    told = {"name": name, "message": message, "arguments": [], "context": {}, "debug": ""}

    def fail(line: Line, _forward: Callable[[], Answer]) -> None:
        if protocol == "json2":
            write(
                line,
                (500 if "psycopg2" in name else 403, {"Content-Type": "application/json"}, json.dumps(told).encode()),
            )
        elif protocol == "jsonrpc":
            number = json.loads(line.body)["id"]
            error = {"jsonrpc": "2.0", "id": number, "error": {"code": 0, "message": "x", "data": told}}
            write(line, (200, {"Content-Type": "application/json"}, json.dumps(error).encode()))
        else:
            text = f'Traceback (most recent call last):\n  File "a.py", line 1, in a\n{name}: {message}\n'
            fault = xmlrpc.client.dumps(xmlrpc.client.Fault(1, text)).encode()
            write(line, (200, {"Content-Type": "text/xml"}, fault))

    return fail
