"""Ports of this machine's loopback address, the only one that the sandbox listens on."""

from __future__ import annotations

import socket

from odoo_widgets.flow.errors import SandboxError

HOST = "127.0.0.1"


def listener(port: int = 0) -> socket.socket:
    """Listens on a port, as a server does.

    Args:
        port: The port; any free one if not given.

    Returns:
        The listening socket.
    """
    taken = socket.socket()
    try:
        # As servers do it: a port that was just given back counts as free, one that is listened on does not.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((HOST, port))
        taken.listen()
    except OSError:
        taken.close()
        raise
    return taken


def free_port(preferred: int = 0) -> int:
    """A port that nobody listens on.

    Args:
        preferred: Taken if it is free.

    Returns:
        The preferred one, or any other.

    Raises:
        SandboxError: No port is free.
    """
    for port in (preferred, 0):
        try:
            with listener(port) as taken:
                return int(taken.getsockname()[1])
        except OSError:
            continue
    raise SandboxError(f"No port of {HOST} is free on this machine.")
