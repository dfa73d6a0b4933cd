"""`activate` and `pause`: whether a destination is in use."""

from __future__ import annotations

import typer

from odoo_widgets.cli.options import File
from odoo_widgets.destination import Destination
from odoo_widgets.flow.report import printed


def activate(destination: File) -> None:
    """Put a destination to use, so that `send` sends. Nothing else in its file changes."""
    typer.echo(printed(f"{destination} is active: {Destination.switch(destination, active=True).title}"))


def pause(destination: File) -> None:
    """Pause a destination, so that `send` sends nothing. Nothing else in its file changes."""
    typer.echo(printed(f"{destination} is paused: {Destination.switch(destination, active=False).title}"))
