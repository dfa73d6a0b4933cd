"""Odoo's own files: which package they come from, and how they get out of it."""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debian.debfile import DebFile

from odoo_widgets.flow.errors import NoOdooError, SandboxError

from . import apt
from .guarded import run
from .stages import MANIFEST, Stage, manifest
from .steps import Report, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PACKAGE_VARIABLE = "ODOO_WIDGETS_ODOO_PACKAGE"
RECIPE = 1
TREE = "tree"
MEGABYTE = 1_000_000
NEEDED_FOR_PACKAGE = 250 * MEGABYTE
NEEDED_FOR_TREE = 1500 * MEGABYTE
KINDS = (".deb", ".tar.gz", ".tgz", ".zip")

NO_ODOO = (
    "There is no Odoo to make the sandbox from. Either use a machine whose apt knows a Debian mirror that has the "
    f"package {apt.PACKAGE} in its suite {apt.SUITE} (run `apt-get update` once if it never ran), or download Odoo 19 "
    "Community from Odoo's download page (the nightly .deb, .tar.gz or .zip) and name that file: "
    f"{PACKAGE_VARIABLE}=/path/to/odoo_19.0.latest.tar.gz."
)


def named(variables: Mapping[str, str] = os.environ) -> Path | None:
    """The package that the user names in the environment.

    Args:
        variables: The environment.

    Returns:
        The file, or None where none is named.

    Raises:
        NoOdooError: There is no such file, or it is no package of Odoo's.
    """
    name = variables.get(PACKAGE_VARIABLE)
    if not name:
        return None
    file = Path(name).expanduser().resolve()
    if not file.is_file() or not file.name.endswith(KINDS):
        raise NoOdooError(f"{PACKAGE_VARIABLE} names {file}, which is no file that ends in {', '.join(KINDS)}.")
    return file


def package_stage(
    folder: Path, log: Path, report: Report, has_apt: Callable[[], bool] = apt.is_here, fetch: Any = apt.fetch
) -> Stage:
    """The downloaded package, checksum verified.

    Args:
        folder: Where it will be.
        log: The file that takes what apt prints.
        report: Told what is going on.
        has_apt: Whether this machine has apt.
        fetch: Brings the files, as `apt.fetch` does.

    Returns:
        The folder to be built.
    """

    def make(staging: Path) -> Mapping[str, Any]:
        scratch = staging / "apt"
        try:
            names = fetch(staging, scratch, log, report) if has_apt() else []
        except SandboxError as error:
            raise NoOdooError(f"{error} {NO_ODOO}") from None
        if not names:
            raise NoOdooError(NO_ODOO)
        shutil.rmtree(scratch, ignore_errors=True)
        return {"files": names}

    return Stage(folder, {"recipe": RECIPE, "package": apt.PACKAGE}, NEEDED_FOR_PACKAGE, make)


def odoo_stage(folder: Path, package: Path, log: Path, report: Report, user_file: Path | None) -> Stage:
    """Odoo's own files, unpacked.

    Args:
        folder: Where they will be.
        package: The folder of the downloaded package.
        log: The file that takes what the unpacking prints.
        report: Told what is going on.
        user_file: The package that the user names, if one is named.

    Returns:
        The folder to be built. Where no file is named, any whole folder will do: a sandbox that was made from a file
        is not made anew because a later session does not name that file.
    """
    origin: dict[str, Any]
    if user_file is not None:
        entry = user_file.stat()
        origin = {"file": str(user_file), "size": entry.st_size, "changed": entry.st_mtime_ns}
    else:
        found = manifest(folder).get("recipe", {})
        origin = found.get("origin", {}) if found.get("recipe") == RECIPE else {}
        origin = origin or {"package": apt.PACKAGE}

    def make(staging: Path) -> Mapping[str, Any]:
        files = [user_file] if user_file else [package / name for name in manifest(package)["files"]]
        with timed("unpack Odoo", report, sum(file.stat().st_size for file in files)) as progress:
            for file in files:
                unpack(file, staging / TREE, log)
                progress.show(progress.done + file.stat().st_size)
        return {"python_path": str(_odoo_below(staging / TREE).relative_to(staging))}

    return Stage(folder, {"recipe": RECIPE, "origin": origin}, NEEDED_FOR_TREE, make)


def unpack(file: Path, to: Path, log: Path) -> None:
    """Unpacks a package.

    Args:
        file: A .deb, .tar.gz or .zip.
        to: The folder that takes its files.
        log: The file that takes what the unpacking prints.

    Raises:
        SandboxError: The package is damaged.
    """
    to.mkdir(parents=True, exist_ok=True)
    try:
        if file.suffix == ".deb" and shutil.which("dpkg-deb"):
            # Three times as fast as Python's own tarfile; it unpacks as any user, and changes nothing of the system.
            run(["dpkg-deb", "-x", file, to], what=f"Unpacking {file.name}", log=log, cwd=to)
        elif file.suffix == ".deb":
            with DebFile(str(file)) as package:
                _extract(package.data.tgz(), to)
        elif file.suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                archive.extractall(to)  # noqa: S202 - zipfile itself keeps it inside
        else:
            with tarfile.open(file) as archive:
                _extract(archive, to)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, ValueError) as error:
        raise SandboxError(f"{file} is damaged: {error}. Download it again.") from error


def _extract(archive: tarfile.TarFile, to: Path) -> None:
    if hasattr(tarfile, "data_filter"):
        archive.extractall(to, filter="data")
        return
    # Python before 3.11.4, such as Debian 12's, leaves keeping everything inside to its caller.
    for member in archive:
        if Path(member.name).is_absolute() or ".." in Path(member.name).parts:
            raise tarfile.TarError(f"{member.name} would be written outside")
    archive.extractall(to)  # noqa: S202 - looked through just before


def _odoo_below(tree: Path) -> Path:
    # Debian: usr/lib/python3/dist-packages; the nightly archives: odoo-19.0.post20260101.
    for release in sorted(tree.glob("**/odoo/release.py")):
        return release.parent.parent
    raise NoOdooError(f"The package holds no Odoo: there is no odoo/release.py in it. {NO_ODOO}")


def python_path(folder: Path) -> Path:
    """The folder that Python finds the package `odoo` in.

    Args:
        folder: A whole folder of Odoo's files.

    Returns:
        The folder above `odoo`.
    """
    return folder / str(manifest(folder)["python_path"])


def version(folder: Path) -> str:
    """Odoo's version, as its own release.py says.

    Args:
        folder: A whole folder of Odoo's files.

    Returns:
        Such as "19.0"; empty where no Odoo is installed.
    """
    if not (folder / MANIFEST).exists():
        return ""
    names: dict[str, Any] = {}
    exec((python_path(folder) / "odoo" / "release.py").read_text(encoding="utf-8"), names)  # noqa: S102
    return str(names["version"])
