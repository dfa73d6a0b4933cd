"""`activate` and `pause`: whether a destination is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.cli.options import File, Json
from odoo_widgets.cli.telling import answer
from odoo_widgets.destination import Destination

if TYPE_CHECKING:
    from pathlib import Path


def activate(destination: File, *, as_json: Json = False) -> None:
    """Put a destination to use, so that `send` sends. Nothing else in its file changes."""
    _switch(destination, active=True, as_json=as_json)


def pause(destination: File, *, as_json: Json = False) -> None:
    """Pause a destination, so that `send` sends nothing. Nothing else in its file changes."""
    _switch(destination, active=False, as_json=as_json)


def _switch(file: Path, *, active: bool, as_json: bool) -> None:
    title = Destination.switch(file, active=active).title
    answer(
        lambda: [f"{file} is {'active' if active else 'paused'}: {title}"],
        lambda: {"destination": str(file), "title": title, "active": active},
        as_json=as_json,
    )
