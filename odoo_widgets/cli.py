"""The same destination without a notebook, and the sandbox."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from odoo_widgets.flow.errors import OdooWidgetsError, SandboxError
from odoo_widgets.flow.samples import size_text

if TYPE_CHECKING:
    from types import ModuleType

    from odoo_widgets.sandbox import Status

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Odoo from the command line."
)
sandbox_app = typer.Typer(no_args_is_help=True, help="A real Odoo with a real PostgreSQL on this machine.")
app.add_typer(sandbox_app, name="sandbox")

FAILED = 1


def main() -> None:
    """The command `odoo-widgets`: errors of ours are one sentence on standard error, and exit code 1."""
    try:
        app()
    except OdooWidgetsError as error:
        typer.echo(error, err=True)
        sys.exit(FAILED)


def _sandbox() -> ModuleType:
    try:
        from odoo_widgets import sandbox  # noqa: PLC0415 - needs the libraries of its extra
    except ModuleNotFoundError as error:
        raise SandboxError(
            f"The sandbox needs {error.name}. Install it with: pip install 'odoo-widgets[sandbox]'."
        ) from None
    return sandbox


def _show(status: Status, *, password: bool = False) -> None:
    lines = {
        "state": f"running at {status.url}" if status.running else "not running",
        "Odoo": status.version or "not installed",
        "databases": ", ".join(status.databases),
        "login": f"{status.login} / {status.password}" if password and status.password else "",
        "folder": str(status.folder),
        "on disk": ", ".join(f"{name} {size_text(size)}" for name, size in status.sizes.items() if size),
    }
    for name, text in lines.items():
        if text:
            typer.echo(f"{name:>9}  {text}")


@app.callback()
def _commands() -> None:
    # Keeps `sandbox` a command of its own while it is the only one.
    return


@sandbox_app.command()
def start() -> None:
    """Start the sandbox, and keep it running until `stop`. The first time, this downloads and installs it."""
    _show(_sandbox().start())


@sandbox_app.command()
def stop() -> None:
    """Stop the sandbox. Its databases stay."""
    typer.echo("The sandbox has stopped." if _sandbox().stop() else "The sandbox was not running.")


@sandbox_app.command()
def status(
    password: Annotated[bool, typer.Option("--password", help="Show the password of the web login too.")] = False,
) -> None:
    """Say whether the sandbox runs, and where."""
    _show(_sandbox().status(), password=password)


@sandbox_app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    keep_installation: Annotated[bool, typer.Option("--keep-installation", help="Drop the databases only.")] = False,
) -> None:
    """Throw the sandbox away: its databases, and what was installed. The next start builds it anew."""
    if not yes:
        what = "all databases of the sandbox" if keep_installation else "the sandbox with all its databases"
        typer.confirm(f"Throw away {what}?", abort=True)
    _sandbox().reset(installation=not keep_installation)
    typer.echo("It is gone. The next start builds it anew.")


if __name__ == "__main__":
    main()
