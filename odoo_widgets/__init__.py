"""Bind a DataFrame to a form, see every Odoo request before it goes, send it, get every answer back as a DataFrame."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import (
    CredentialError,
    DataError,
    EndpointError,
    FieldsError,
    JournalError,
    NoOdooError,
    OdooWidgetsError,
    RefusedError,
    RepeatedError,
    SandboxError,
    SettingsError,
    StoppedError,
)
from odoo_widgets.flow.nesting import nest
from odoo_widgets.flow.server import Server
from odoo_widgets.net.keys import credential, remember
from odoo_widgets.net.listed import sends
from odoo_widgets.net.own_thread import InterruptedSendError

if TYPE_CHECKING:
    from odoo_widgets.forms.form import DestinationForm
    from odoo_widgets.sandbox import Sandbox

__all__ = [
    "Credential",
    "CredentialError",
    "DataError",
    "Destination",
    "DestinationForm",
    "EndpointError",
    "FieldsError",
    "InterruptedSendError",
    "JournalError",
    "NoOdooError",
    "OdooWidgetsError",
    "RefusedError",
    "RepeatedError",
    "Sandbox",
    "SandboxError",
    "Server",
    "SettingsError",
    "StoppedError",
    "credential",
    "nest",
    "remember",
    "sends",
]


# Loaded when asked for: the sandbox needs the libraries of its extra, and a scheduler needs no widgets.
_LATER = {"DestinationForm": "odoo_widgets.forms.form", "Sandbox": "odoo_widgets.sandbox"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(_LATER[name]), name)
    except ModuleNotFoundError as error:
        if name != "Sandbox":
            raise
        raise SandboxError(
            f"The sandbox needs {error.name}. Install it with: pip install 'odoo-widgets[sandbox]'."
        ) from None


def __dir__() -> list[str]:
    return __all__
