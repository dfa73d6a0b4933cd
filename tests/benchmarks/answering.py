"""A loopback server that answers at once, in a process of its own: what is left is the client."""

from __future__ import annotations

import asyncio
import multiprocessing
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

# What stands once in each record of `mixed`.
RECORD = b'"name":'
BUSY = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def answering(busy_each: int = 0) -> Iterator[tuple[str, Any]]:
    """Serves `create` until the end of the block.

    Args:
        busy_each: Each call of so many is answered with 429; none if 0.

    Yields:
        The address, and what tells how many connections were opened and how many calls came.
    """
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, busy_each), daemon=True)
    process.start()

    def told() -> tuple[int, int]:
        ours.send(None)
        return ours.recv()

    try:
        yield ours.recv(), told
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection, busy_each: int) -> None:
    asyncio.run(_answer(pipe, busy_each))


async def _answer(pipe: Connection, busy_each: int) -> None:
    ids, seen = count(1), {"connections": 0, "calls": 0}

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen["connections"] += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                [length] = [
                    int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
                ]
                body = await reader.readexactly(length)
                seen["calls"] += 1
                if busy_each and seen["calls"] % busy_each == 0:
                    writer.write(BUSY)
                    continue
                told = ",".join(str(next(ids)) for _ in range(body.count(RECORD))).encode()
                kind = b"Content-Type: application/json"
                writer.write(b"HTTP/1.1 200 OK\r\n%s\r\nContent-Length: %d\r\n\r\n[%s]" % (kind, len(told) + 2, told))
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=2**24)
    pipe.send(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe.fileno(), lambda: (pipe.recv(), pipe.send((seen["connections"], seen["calls"]))))
    async with server:
        await server.serve_forever()
