"""Bind a DataFrame to a form, see every Odoo request before it goes, send it, get every answer back as a DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.later import later

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
__getattr__ = later(
    __name__,
    {
        "Credential": "flow.credential",
        "CredentialError": "flow.errors",
        "DataError": "flow.errors",
        "Destination": "destination",
        "DestinationForm": "forms.form",
        "EndpointError": "flow.errors",
        "FieldsError": "flow.errors",
        "InterruptedSendError": "net.own_thread",
        "JournalError": "flow.errors",
        "NoOdooError": "flow.errors",
        "OdooWidgetsError": "flow.errors",
        "RefusedError": "flow.errors",
        "RepeatedError": "flow.errors",
        "Sandbox": "sandbox",
        "SandboxError": "flow.errors",
        "Server": "flow.server",
        "SettingsError": "flow.errors",
        "StoppedError": "flow.errors",
        "credential": "net.keys",
        "nest": "flow.nesting",
        "remember": "net.keys",
        "sends": "net.listed",
    },
)


def __dir__() -> list[str]:
    return __all__
