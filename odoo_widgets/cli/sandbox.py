"""`sandbox`: a real Odoo with a real PostgreSQL on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from odoo_widgets.cli.options import Json
from odoo_widgets.cli.telling import answer
from odoo_widgets.flow.errors import SandboxError
from odoo_widgets.flow.samples import size_text

if TYPE_CHECKING:
    from types import ModuleType

    from odoo_widgets.sandbox import Status


def start(*, as_json: Json = False) -> None:
    """Start the sandbox, and keep it running until `stop`. The first time, this downloads and installs it."""
    _show(_sandbox().start(), password=False, as_json=as_json)


def stop(*, as_json: Json = False) -> None:
    """Stop the sandbox. Its databases stay."""
    ran = bool(_sandbox().stop())
    told = "The sandbox has stopped." if ran else "The sandbox was not running."
    answer(lambda: [told], lambda: {"running": False, "stopped": ran}, as_json=as_json)


def status(
    *,
    password: Annotated[bool, typer.Option("--password", help="Show the password of the web login too.")] = False,
    as_json: Json = False,
) -> None:
    """Say whether the sandbox runs, and where."""
    _show(_sandbox().status(), password=password, as_json=as_json)


def reset(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    keep_installation: Annotated[bool, typer.Option("--keep-installation", help="Drop the databases only.")] = False,
    as_json: Json = False,
) -> None:
    """Throw the sandbox away: its databases, and what was installed. The next start builds it anew."""
    if not yes:
        what = "all databases of the sandbox" if keep_installation else "the sandbox with all its databases"
        try:
            typer.confirm(f"Throw away {what}?", abort=True, err=True)
        except typer.Abort:
            raise SandboxError("Nothing was thrown away. Where nobody can answer, say --yes.") from None
    _sandbox().reset(installation=not keep_installation)
    answer(
        lambda: ["It is gone. The next start builds it anew."],
        lambda: {"running": False, "installed": keep_installation},
        as_json=as_json,
    )


def _sandbox() -> ModuleType:
    from odoo_widgets import sandbox  # noqa: PLC0415 - needs the libraries of its extra

    return sandbox


def _show(status: Status, *, password: bool, as_json: bool) -> None:
    answer(
        lambda: [f"{name:>9}  {text}" for name, text in _lines(status, password=password).items() if text],
        lambda: _told(status, password=password),
        as_json=as_json,
    )


def _lines(status: Status, *, password: bool) -> dict[str, str]:
    return {
        "state": f"running at {status.url}" if status.running else "not running",
        "Odoo": status.version or "not installed",
        "databases": ", ".join(status.databases),
        "login": f"{status.login} / {status.password}" if password and status.password else "",
        "folder": str(status.folder),
        "on disk": ", ".join(f"{name} {size_text(size)}" for name, size in status.sizes.items() if size),
    }


def _told(status: Status, *, password: bool) -> dict[str, Any]:
    return {
        "running": status.running,
        "url": status.url,
        "version": status.version,
        "databases": list(status.databases),
        "login": status.login,
        "folder": str(status.folder),
        "sizes": dict(status.sizes),
        **({"password": status.password} if password else {}),
    }
