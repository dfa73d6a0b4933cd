"""Whoever ends a command by a signal wants to know what became of the rows: each is an interrupt, once."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, NoReturn

from odoo_widgets.cli.telling import AS_JSON, Given, refused
from odoo_widgets.flow import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A send that had begun says itself what became of its rows.
INTERRUPTED = "It was interrupted. Nothing was changed in Odoo."
# Ctrl-C, what ends a service, and a terminal that is closed; the last one is POSIX's.
ENDINGS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def interruptible() -> Iterator[Callable[[], None]]:
    """Makes each signal that ends a process a KeyboardInterrupt, the first one only.

    A signal that is ignored already, as nohup and a shell's & do, stays so.

    Yields:
        A function from whose call on none of them interrupts any more.
    """
    before = {number: was for number in ENDINGS if (was := signal.getsignal(number)) is not signal.SIG_IGN}

    def ignore() -> None:
        for number in before:
            signal.signal(number, signal.SIG_IGN)

    def interrupt(_number: int, _frame: object) -> NoReturn:
        ignore()
        raise KeyboardInterrupt

    for number in before:
        signal.signal(number, interrupt)
    try:
        yield ignore
    finally:
        for number, was in before.items():
            signal.signal(number, was)


def in_peace(command: Callable[Given, None]) -> Callable[Given, None]:
    """A command that an interrupt ends with one line and the exit code of one, also where it only reads."""

    @wraps(command)
    def run(*args: Given.args, **options: Given.kwargs) -> None:
        with interruptible():
            try:
                command(*args, **options)
            except KeyboardInterrupt:
                refused(INTERRUPTED, report.INTERRUPTED, as_json=bool(options.get(AS_JSON)))

    return run
