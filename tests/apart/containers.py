"""A Dockerfile's own steps, run in a fresh Debian by root without a container engine."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from dockerfile_parse import DockerfileParser
from dockerfile_parse.util import WordSplitter, extract_key_values

from odoo_widgets.sandbox.apt import mirrors

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
# What the machine's programs need to reach the network; everything else stays out.
NETWORK = re.compile(r"(?i)(http|https|ftp|no)_proxy|PIP_INDEX_URL|PIP_TRUSTED_HOST")
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@attrs.define
class Image:
    """A folder with a whole system in it, and what the steps so far have set.

    Args:
        root: The folder.
        context: The folder that COPY takes from.
        variables: What ENV has set.
        arguments: What ARG has set.
        user: The user's number.
        folder: Where programs start.
        command: What CMD says.
        entrypoint: What ENTRYPOINT says.
    """

    root: Path
    context: Path
    variables: dict[str, str] = attrs.Factory(dict)
    arguments: dict[str, str] = attrs.Factory(dict)
    user: int = 0
    folder: str = "/"
    command: list[str] = attrs.Factory(list)
    entrypoint: list[str] = attrs.Factory(list)

    def start(self, *command: str, online: bool = False, **options: object) -> subprocess.Popen[str]:
        """Starts a program as the image's user; with no network but its own loopback, unless it is to be online.

        Whatever the program starts in turn ends with it.
        """
        apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", *([] if online else ["--net"]), "--"]
        enter = [sys.executable, str(Path(__file__).with_name("enter.py")), str(self.root), str(self.user), self.folder]
        trust = {"SSL_CERT_FILE": BUNDLE, "PIP_CERT": BUNDLE, "REQUESTS_CA_BUNDLE": BUNDLE}
        network = {name: value for name, value in os.environ.items() if NETWORK.fullmatch(name)}
        words = {"PATH": PATH, **self.arguments, **self.variables}
        words |= {**network, **trust} if online else {}
        return subprocess.Popen([*apart, *enter, *command], env=words, text=True, **options)  # type: ignore[call-overload,no-any-return]

    def words(self, text: str) -> list[str]:
        """The words of an instruction, with the values of variables in place of their names."""
        return list(WordSplitter(text, self.arguments, self.variables).split())

    def owner(self, word: str) -> int:
        """A user's number, by number or by name."""
        users = [line.split(":") for line in (self.root / "etc/passwd").read_text(encoding="utf-8").splitlines()]
        return int(word) if word.isdigit() else next(int(each[2]) for each in users if each[0] == word)


def debian(root: Path, suite: str) -> None:
    """A fresh Debian with a Python in /usr/local, as Python's own images have it."""
    (mirror, *_) = mirrors()
    include = "--include=ca-certificates,python3,python3-venv"
    command = ["debootstrap", "--variant=minbase", include, suite, str(root), mirror]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    # How this machine reaches the mirror.
    told = subprocess.run(["apt-config", "dump", "Acquire"], check=True, capture_output=True, text=True).stdout  # noqa: S607
    (root / "etc/apt/apt.conf.d/90machine").write_text(told, encoding="utf-8")
    subprocess.run(["chroot", str(root), "python3", "-m", "venv", "/usr/local"], check=True, env={"PATH": PATH})  # noqa: S607


def context(to: Path) -> Path:
    """What a fresh clone of this working tree would hold."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    return to


def suite(dockerfile: Path) -> str:
    """The Debian suite that a Python image's tag ends in."""
    return str(parsed(dockerfile).baseimage).rpartition("-")[2]


def parsed(dockerfile: Path) -> DockerfileParser:
    """The Dockerfile, read by a library."""
    return DockerfileParser(fileobj=io.BytesIO(dockerfile.read_bytes()))


def build(image: Image, dockerfile: Path) -> Iterator[tuple[str, int]]:
    """Carries the steps out one by one.

    Args:
        image: A fresh system, changed in place.
        dockerfile: The file.

    Yields:
        Each step as it stands in the file, and its exit code.
    """
    for step in parsed(dockerfile).structure:
        code = STEPS[step["instruction"]](image, step["value"])
        yield f"{step['instruction']} {step['value']}", code or 0


def _run(image: Image, value: str) -> int:
    return image.start("/bin/sh", "-c", value, online=True).wait()


def _copy(image: Image, value: str) -> None:
    words = image.words(value)
    options = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
    *sources, last = [word for word in words if not word.startswith("--")]
    target = image.root / f"{image.folder}/{last}".lstrip("/") if not last.startswith("/") else image.root / last[1:]
    owner = image.owner(options.get("chown", "0"))
    (target if last.endswith("/") else target.parent).mkdir(parents=True, exist_ok=True)
    for source in sources:
        place = image.context / source
        made = target if place.is_dir() or not last.endswith("/") else target / place.name
        shutil.copytree(place, made, dirs_exist_ok=True) if place.is_dir() else shutil.copy2(place, made)
        for each in (made, *made.rglob("*")):
            os.chown(each, owner, owner)


def _set(image: Image, value: str) -> None:
    image.variables |= extract_key_values(True, image.arguments, image.variables, value)


def _argument(image: Image, value: str) -> None:
    image.arguments |= extract_key_values(True, image.arguments, image.variables, value)


def _user(image: Image, value: str) -> None:
    image.user = image.owner(image.words(value)[0])


def _folder(image: Image, value: str) -> None:
    image.folder = image.words(value)[0]
    (image.root / image.folder.lstrip("/")).mkdir(parents=True, exist_ok=True)


def _command(image: Image, value: str) -> None:
    image.command = json.loads(value)


def _entrypoint(image: Image, value: str) -> None:
    image.entrypoint = json.loads(value)


def _nothing(_image: Image, _value: str) -> None:
    pass


STEPS = {
    "FROM": _nothing,
    "COMMENT": _nothing,
    "ARG": _argument,
    "ENV": _set,
    "RUN": _run,
    "COPY": _copy,
    "WORKDIR": _folder,
    "USER": _user,
    "ENTRYPOINT": _entrypoint,
    "CMD": _command,
}
