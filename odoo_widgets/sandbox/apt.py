"""Odoo's Debian package, brought by apt without touching the system, as root or not.

apt gets its own sources, lists and caches, and a copy of the machine's configuration (proxies, certificates and the
like) without the commands that it runs after an update, since those change the system: apt.conf(5). It verifies the
signature of the list and the checksum of every file: apt-secure(8). Debian's unstable suite is the only one that has
Odoo 19.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import attrs

from odoo_widgets.flow.errors import SandboxError

from .guarded import run
from .processes import environment
from .steps import Progress, Report, measure, timed

PACKAGE = "odoo-19"
SUITE = "sid"
COMPONENT = "main"
# Bookworm and older have the first, newer ones the second.
KEYRINGS = ("/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp")
# Of all that the package depends on, these are files that Odoo's web pages link to: without them no icon shows.
LINKED = ("fonts-", "libjs-")

Ask = Callable[[Sequence[str]], str]
Run = Callable[..., None]


@attrs.frozen
class Remote:
    """One file that apt would download."""

    uri: str
    name: str
    size: int
    sha256: str


def is_here() -> bool:
    """Whether this machine has apt."""
    return shutil.which("apt-get") is not None and shutil.which("apt-config") is not None


def ask(command: Sequence[str]) -> str:
    """Runs a program of apt's and returns what it prints.

    Args:
        command: The program and its arguments.

    Returns:
        Its standard output; empty where it fails.
    """
    answer = subprocess.run(  # noqa: S603 - apt's own programs with our own arguments
        command, env=environment({"LC_ALL": "C"}), capture_output=True, text=True, check=False
    )
    return answer.stdout if answer.returncode == 0 else ""


def mirrors(asked: Ask = ask) -> list[str]:
    """The Debian mirrors in this machine's own apt configuration, the security ones left out.

    Args:
        asked: Runs a program and returns what it prints.

    Returns:
        Their addresses, in the order of the configuration.
    """
    targets = asked(
        ["apt-get", "indextargets", "--no-release-info", "--format", "$(CREATED_BY) $(COMPONENT) $(REPO_URI)"]
    )
    found = [line.split(" ") for line in targets.splitlines()]
    return list(
        dict.fromkeys(
            uri
            for kind, component, uri in (each for each in found if len(each) == 3)  # noqa: PLR2004 - the format above
            if kind == "Packages" and component == COMPONENT and "debian" in urlsplit(uri).path.split("/")
        )
    )


class Apt:
    """apt with sources, lists and caches below one folder.

    Args:
        folder: An empty folder.
        mirror: The address of a Debian mirror.
        log: The file that takes what apt prints.
        asked: Runs a program and returns what it prints.
        ran: Runs a program to its end.
    """

    def __init__(self, folder: Path, mirror: str, log: Path, asked: Ask = ask, ran: Run = run) -> None:
        self._folder = folder
        self._log = log
        self._asked = asked
        self._run = ran
        for name in ("lists/partial", "archives/partial", "parts"):
            (folder / name).mkdir(parents=True)
        keyring = next((name for name in KEYRINGS if Path(name).exists()), "")
        source = [f"Types: deb\nURIs: {mirror}\nSuites: {SUITE}\nComponents: {COMPONENT}"]
        source += [f"Signed-By: {keyring}"] if keyring else []
        (folder / "debian.sources").write_text("\n".join(source) + "\n", encoding="utf-8")
        (folder / "apt.conf").write_text("\n".join(self._configuration()) + "\n", encoding="utf-8")

    def _configuration(self) -> Iterator[str]:
        replaced = re.compile(r"(?i)(dir|apt::update|apt::sandbox|dpkg)\b")
        dump = self._asked(["apt-config", "dump"])
        yield from (line for line in dump.splitlines() if not replaced.match(line))
        yield from (
            f'Dir::{name} "{value}";'
            for name, value in {
                "State::lists": self._folder / "lists",
                "State::status": "/dev/null",
                "Cache": self._folder,
                "Cache::archives": self._folder / "archives",
                "Cache::pkgcache": "",
                "Cache::srcpkgcache": "",
                "Etc::sourcelist": self._folder / "debian.sources",
                "Etc::sourceparts": self._folder / "parts",
                # The machine's configuration is in this copy: read twice, its commands would come back.
                "Etc::main": "/dev/null",
                "Etc::parts": self._folder / "parts",
                "Etc::preferences": "/dev/null",
                "Etc::preferencesparts": self._folder / "parts",
                "Log": self._folder,
            }.items()
        )
        # As root, apt would download as the user _apt, who cannot write here.
        yield 'APT::Sandbox::User "root";'
        yield 'Acquire::Languages "none";'
        yield 'Acquire::Retries "3";'

    def _command(self, program: str, *arguments: str) -> list[str]:
        return ["env", f"APT_CONFIG={self._folder / 'apt.conf'}", program, *arguments]

    def update(self) -> None:
        """Brings the list of what the suite has.

        Raises:
            SandboxError: The mirror cannot be reached, or its signature is wrong.
        """
        self._run(
            self._command("apt-get", "update", "--error-on=any"),
            what="Reading Debian's list of packages",
            log=self._log,
            cwd=self._folder,
        )

    def wanted(self) -> list[str]:
        """Odoo's package, and those of its dependencies that its web pages link to.

        Returns:
            Names of packages; empty where the suite has no Odoo.
        """
        described = self._asked(self._command("apt-cache", "show", "--no-all-versions", PACKAGE))
        depends = re.search(r"(?m)^Depends: (.*)$", described)
        if depends is None:
            return []
        first = [alternatives.split("|")[0].split("(")[0].strip() for alternatives in depends[1].split(",")]
        return [PACKAGE, *(name for name in first if name.startswith(LINKED))]

    def remotes(self, names: Sequence[str]) -> list[Remote]:
        """What would be downloaded for packages.

        Args:
            names: The packages.

        Returns:
            One value for each file.
        """
        printed = self._asked(self._command("apt-get", "download", "--print-uris", *names))
        pattern = re.compile(r"(?m)^'(?P<uri>[^']+)' (?P<name>\S+) (?P<size>\d+) SHA256:(?P<sha256>[0-9a-f]{64})$")
        return [
            Remote(found["uri"], found["name"], int(found["size"]), found["sha256"])
            for found in pattern.finditer(printed)
        ]

    def download(self, names: Sequence[str], to: Path, progress: Progress) -> list[Remote]:
        """Downloads packages, apt verifying their checksums, and looks at the checksums once more.

        Args:
            names: The packages.
            to: The folder that takes the files.
            progress: Told the bytes as they come in.

        Returns:
            The files.

        Raises:
            SandboxError: The download was cut, or a checksum is wrong.
        """
        remotes = self.remotes(names)
        progress.total = sum(remote.size for remote in remotes)

        def watch() -> None:
            progress.show(measure(to, ".deb"))

        self._run(
            self._command("apt-get", "download", *names), what="Downloading Odoo", log=self._log, cwd=to, watch=watch
        )
        for remote in remotes:
            verify(to / remote.name, remote)
        progress.show(progress.total)
        return remotes


def verify(file: Path, remote: Remote) -> None:
    """Compares a downloaded file with what the signed list says of it.

    Args:
        file: The file.
        remote: What the list says.

    Raises:
        SandboxError: The file is not there, is cut, or is another one.
    """
    if not file.exists() or file.stat().st_size != remote.size:
        raise SandboxError(f"The download of {remote.name} was cut. Nothing of it is kept; start again.")
    with file.open("rb") as content:
        if hashlib.file_digest(content, "sha256").hexdigest() != remote.sha256:
            raise SandboxError(
                f"The checksum of {remote.name} is not the one in Debian's signed list. Nothing of it is kept; start "
                "again, and if that does not help, the mirror or a proxy on the way changes the file."
            )


def fetch(
    to: Path,
    scratch: Path,
    log: Path,
    report: Report,
    *,
    found: Sequence[str] | None = None,
    apt_of: Callable[[Path, str, Path], Apt] = Apt,
) -> list[str]:
    """Downloads Odoo's package and its companions with the first mirror that has them.

    Args:
        to: The folder that takes the files.
        scratch: A folder for apt's own files.
        log: The file that takes what apt prints.
        report: Told what is going on.
        found: The mirrors' addresses, in the order to ask; those of this machine's configuration if not given.
        apt_of: Makes an apt of a folder, a mirror and a log.

    Returns:
        The names of the files, Odoo's first; none where this machine knows no mirror, or none that has Odoo.

    Raises:
        SandboxError: No mirror can be reached, or a download failed.
    """
    unreached: SandboxError | None = None
    for number, mirror in enumerate(mirrors() if found is None else found):
        apt = apt_of(scratch / str(number), mirror, log)
        try:
            with timed("read Debian's list of packages", report) as progress:
                apt.update()
                progress.done = measure(scratch / str(number) / "lists")
        except SandboxError as error:
            # Another repository may look like a mirror, and a mirror may be away: the next one is asked.
            unreached = error
            continue
        if names := apt.wanted():
            with timed(f"download {PACKAGE}", report) as progress:
                remotes = apt.download(names, to, progress)
            return [remote.name for remote in sorted(remotes, key=lambda each: not each.name.startswith(PACKAGE))]
    if unreached is not None:
        raise unreached
    return []
