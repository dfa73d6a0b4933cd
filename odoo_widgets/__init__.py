"""Bind a DataFrame to a form, see every Odoo request before it goes, send it, get every answer back as a DataFrame."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from odoo_widgets.forms.form import DestinationForm
    from odoo_widgets.net.keys import credential, remember
    from odoo_widgets.net.listed import sends
    from odoo_widgets.net.own_thread import InterruptedSendError
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


# Loaded when asked for, each with what it needs: the sandbox needs the libraries of its extra, a scheduler no widgets,
# and whoever imports a module of its own that names this package needs nothing yet.
_LATER = {
    "Credential": "odoo_widgets.flow.credential",
    "CredentialError": "odoo_widgets.flow.errors",
    "DataError": "odoo_widgets.flow.errors",
    "Destination": "odoo_widgets.destination",
    "DestinationForm": "odoo_widgets.forms.form",
    "EndpointError": "odoo_widgets.flow.errors",
    "FieldsError": "odoo_widgets.flow.errors",
    "InterruptedSendError": "odoo_widgets.net.own_thread",
    "JournalError": "odoo_widgets.flow.errors",
    "NoOdooError": "odoo_widgets.flow.errors",
    "OdooWidgetsError": "odoo_widgets.flow.errors",
    "RefusedError": "odoo_widgets.flow.errors",
    "RepeatedError": "odoo_widgets.flow.errors",
    "Sandbox": "odoo_widgets.sandbox",
    "SandboxError": "odoo_widgets.flow.errors",
    "Server": "odoo_widgets.flow.server",
    "SettingsError": "odoo_widgets.flow.errors",
    "StoppedError": "odoo_widgets.flow.errors",
    "credential": "odoo_widgets.net.keys",
    "nest": "odoo_widgets.flow.nesting",
    "remember": "odoo_widgets.net.keys",
    "sends": "odoo_widgets.net.listed",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(_LATER[name]), name)
    except ModuleNotFoundError as error:
        if name != "Sandbox":
            raise
        raise __getattr__("SandboxError")(
            f"The sandbox needs {error.name}. Install it with: pip install 'odoo-widgets[sandbox]'."
        ) from None


def __dir__() -> list[str]:
    return __all__
