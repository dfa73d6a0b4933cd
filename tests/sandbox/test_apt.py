from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from odoo_widgets.flow.errors import SandboxError
from odoo_widgets.sandbox.apt import Apt, Remote, fetch, mirrors, verify
from odoo_widgets.sandbox.steps import Step, silent, timed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MIRROR = "http://mirror.example/debian/"


@pytest.mark.parametrize(
    ("targets", "found"),
    [
        ("", []),
        (f"Packages main {MIRROR}", [MIRROR]),
        (f"Packages main {MIRROR}\nPackages main {MIRROR}", [MIRROR]),
        (f"Contents-deb main {MIRROR}", []),
        (f"Packages contrib {MIRROR}", []),
        ("Packages main http://mirror.example/debian-security/", []),
        ("Packages main http://mirror.example/ubuntu/", []),
        (f"Packages main http://mirror.example/debian-security/\nPackages main {MIRROR}", [MIRROR]),
        (
            "Packages main http://old.example/archive/debian/20260101T000000Z/",
            ["http://old.example/archive/debian/20260101T000000Z/"],
        ),
        ("Packages main file:/srv/mirror/debian/", ["file:/srv/mirror/debian/"]),
    ],
)
def test_the_mirror_is_the_machines_own_and_not_the_security_one(targets: str, found: list[str]) -> None:
    assert mirrors(lambda _: targets) == found


DUMP = """APT::Architecture "amd64";
Acquire::http::Proxy "http://proxy.example:3128";
Dir::Cache::pkgcache "pkgcache.bin";
APT::Sandbox::User "_apt";
APT::Update::Post-Invoke:: "touch /etc/changed";
DPkg::Post-Invoke:: "touch /etc/changed";
"""
URIS = (
    f"'{MIRROR}pool/odoo-19_19.0_all.deb' odoo-19_19.0_all.deb 4 SHA256:{hashlib.sha256(b'odoo').hexdigest()}\n"
    f"'{MIRROR}pool/fonts-a_1_all.deb' fonts-a_2%3a1_all.deb 5 SHA256:{hashlib.sha256(b'fonts').hexdigest()}\n"
)
SHOW = "Package: odoo-19\nDepends: python3-lxml, fonts-a (>= 1) | fonts-b, libjs-jquery, adduser\n"


class Recorded:
    """Answers apt's questions from a table, and plays a download."""

    def __init__(self, **files: bytes) -> None:
        self.files = files
        self.commands: list[str] = []

    def ask(self, command: Sequence[str]) -> str:
        line = " ".join(command)
        self.commands.append(line)
        return DUMP if "dump" in line else URIS if "--print-uris" in line else SHOW if "show" in line else ""

    def run(self, command: Sequence[str], *, cwd: Path, **_: Any) -> None:
        self.commands.append(" ".join(command))
        for name, content in {"odoo-19_19.0_all.deb": b"odoo", "fonts-a_2%3a1_all.deb": b"fonts"}.items():
            (cwd / name).write_bytes(self.files.get(name.split("_")[0].replace("-", ""), content))


def apt(folder: Path, recorded: Recorded) -> Apt:
    return Apt(folder / "apt", MIRROR, folder / "log", recorded.ask, recorded.run)


def test_apts_configuration_keeps_the_proxy_and_leaves_out_the_commands_that_change_the_system(tmp_path: Path) -> None:
    apt(tmp_path, Recorded())
    text = (tmp_path / "apt" / "apt.conf").read_text()
    assert 'Acquire::http::Proxy "http://proxy.example:3128";' in text
    assert "touch" not in text
    assert text.count("APT::Sandbox::User") == 1
    assert f'Dir::State::lists "{tmp_path}/apt/lists";' in text


def test_apt_gets_a_source_of_its_own(tmp_path: Path) -> None:
    apt(tmp_path, Recorded())
    source = (tmp_path / "apt" / "debian.sources").read_text()
    assert f"URIs: {MIRROR}\nSuites: sid\nComponents: main\n" in source


def test_fonts_and_scripts_that_the_pages_link_to_come_along(tmp_path: Path) -> None:
    assert apt(tmp_path, Recorded()).wanted() == ["odoo-19", "fonts-a", "libjs-jquery"]


def test_a_download_tells_its_bytes(tmp_path: Path) -> None:
    steps: list[Step] = []
    with timed("download", steps.append) as progress:
        remotes = apt(tmp_path, Recorded()).download(["odoo-19"], tmp_path, progress)
    assert [remote.name for remote in remotes] == ["odoo-19_19.0_all.deb", "fonts-a_2%3a1_all.deb"]
    assert (steps[-1].done, steps[-1].total, steps[-1].finished) == (9, 9, True)


@pytest.mark.parametrize(
    ("content", "message"), [(b"od", "was cut"), (b"0doo", "checksum of odoo-19_19.0_all.deb is not")]
)
def test_a_download_that_was_cut_or_changed_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(SandboxError, match=message), timed("download", silent) as progress:
        apt(tmp_path, Recorded(odoo19=content)).download(["odoo-19"], tmp_path, progress)


def test_a_file_that_never_came_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="was cut"):
        verify(tmp_path / "none", Remote(MIRROR, "none", 4, ""))


class Away:
    """An apt whose mirror cannot be reached, or has one file."""

    def __init__(self, _folder: Path, mirror: str, _log: Path) -> None:
        self.mirror = mirror

    def update(self) -> None:
        if self.mirror == "away":
            raise SandboxError("Reading Debian's list of packages failed.")

    def wanted(self) -> list[str]:
        return ["odoo-19"]

    def download(self, *_: object) -> list[Remote]:
        return [Remote(self.mirror, "odoo-19_19.0_all.deb", 1, "0" * 64)]


def test_a_mirror_that_is_away_leaves_it_to_the_next_one(tmp_path: Path) -> None:
    assert fetch(tmp_path, tmp_path, tmp_path / "log", silent, found=["away", "here"], apt_of=Away) == [
        "odoo-19_19.0_all.deb"
    ]


def test_where_no_mirror_can_be_reached_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="list of packages failed"):
        fetch(tmp_path, tmp_path, tmp_path / "log", silent, found=["away", "away"], apt_of=Away)
