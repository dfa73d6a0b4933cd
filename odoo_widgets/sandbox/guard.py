"""Runs one command and ends it together with whoever started it, however that ended.

Standard input is a pipe, and the starter holds the only writing end. When the starter closes it, or dies in any way,
kill -9 included, the pipe ends and the guard stops its command in order, then by force. That works on every POSIX
system; Linux can also tell the command of the guard's own death (prctl(2), PR_SET_PDEATHSIG).

Started as a file with `python -I -S`: standard library only, nothing of ours.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading

PR_SET_PDEATHSIG = 1
NOT_STARTED = 127


def main() -> int:
    """Runs the command named on the command line.

    Returns:
        The command's own exit code, 128 + n after signal n, or 127 where it could not be started.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--stop", type=int, default=int(signal.SIGTERM))
    parser.add_argument("--grace", type=float, default=10)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    guard = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def die_with_the_guard() -> None:
        # After the change of user, which would clear it. The guard has one thread here, so fork is safe, and the
        # thread that forks lives as long as the guard.
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, options.stop)
            if os.getppid() != guard:
                os._exit(NOT_STARTED)

    others = {} if options.uid is None else {"user": options.uid, "group": options.gid, "extra_groups": []}
    try:
        child = subprocess.Popen(  # noqa: S603 - running what it is told is the guard's one job
            options.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_the_guard,  # noqa: PLW1509 - see above
            **others,
        )
    except OSError as error:
        sys.stderr.write(f"{options.command[0]} could not be started: {error}\n")
        return NOT_STARTED

    ending = threading.Event()

    def stop() -> None:
        if not ending.is_set():
            ending.set()
            with contextlib.suppress(OSError):
                child.send_signal(options.stop)
            timer = threading.Timer(options.grace, child.kill)
            timer.daemon = True
            timer.start()

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        stop()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop())
    threading.Thread(target=watch, daemon=True).start()
    code = child.wait()
    with contextlib.suppress(OSError):
        # What the command itself started and left behind, such as a compiler under pip.
        os.killpg(child.pid, signal.SIGKILL)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    # os._exit: the watching thread is still in a read, which the interpreter's own end would wait for.
    os._exit(main())
