"""Runs one program inside a folder that holds a whole system: started by `unshare`, as `containers.Image.command` says.

What is mounted here, only this program and its children see, and it is gone with them.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

SIOCSIFFLAGS, IFF_UP = 0x8914, 1  # linux/sockios.h, linux/if.h


def main(root: str, uid: str, folder: str, *command: str) -> None:
    """Mounts what a program expects, changes to the folder's own root and to an unprivileged user, and becomes it."""
    mount("-t", "proc", "proc", f"{root}/proc")
    mount("--rbind", "/dev", f"{root}/dev")
    # What names are looked up with, and whom this machine trusts.
    for file in ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt"):
        if Path(file).exists():
            Path(root + file).parent.mkdir(parents=True, exist_ok=True)
            Path(root + file).touch()
            mount("--bind", file, root + file)
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
    os.chroot(root)
    os.chdir(folder)
    os.setgroups([])
    os.setgid(int(uid))
    os.setuid(int(uid))
    os.execvp(command[0], command)  # noqa: S606 - a shell is what it may become


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)  # noqa: S607 - every Linux has it


if __name__ == "__main__":
    main(*sys.argv[1:])
