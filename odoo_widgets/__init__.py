"""Bind a DataFrame to a form, see every Odoo request before it goes, send it, get every answer back as a DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import (
    CredentialError,
    DataError,
    EndpointError,
    NoOdooError,
    OdooWidgetsError,
    SandboxError,
    SettingsError,
    StoppedError,
)
from odoo_widgets.net.delivery import InterruptedSendError
from odoo_widgets.net.keys import credential, remember

if TYPE_CHECKING:
    from odoo_widgets.sandbox import Sandbox

__all__ = [
    "Credential",
    "CredentialError",
    "DataError",
    "Destination",
    "EndpointError",
    "InterruptedSendError",
    "NoOdooError",
    "OdooWidgetsError",
    "Sandbox",
    "SandboxError",
    "SettingsError",
    "StoppedError",
    "credential",
    "remember",
]


def __getattr__(name: str) -> Any:
    # The sandbox needs libraries of its extra: whoever only sends does without them.
    if name != "Sandbox":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from odoo_widgets.sandbox import Sandbox  # noqa: PLC0415 - loaded when asked for
    except ModuleNotFoundError as error:
        raise SandboxError(
            f"The sandbox needs {error.name}. Install it with: pip install 'odoo-widgets[sandbox]'."
        ) from None
    return Sandbox


def __dir__() -> list[str]:
    return __all__
