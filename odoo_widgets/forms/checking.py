"""What a server said of itself and of the key, in the words of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.credential import host
from odoo_widgets.flow.errors import CredentialError, EndpointError, SettingsError
from odoo_widgets.flow.server import proposed
from odoo_widgets.forms.sentences import in_words

if TYPE_CHECKING:
    from odoo_widgets.destination import Destination
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.server import Server

# More databases or companies than these are counted.
FEW = 5
# Odoo Online, where the plan decides (Odoo's documentation, developer/reference/external_api).
ONLINE = ".odoo.com"
PLAN = (
    "On Odoo Online it may also be the plan: Odoo opens its external API on Custom plans only. Its administrator sees "
    "the plan under Manage databases."
)


def found(server: Server, me: Credential) -> str:
    """Who answers, as whom, in which company, with which databases.

    Args:
        server: What could be read.
        me: As whom it was asked.

    Returns:
        Sentences; what could not be read is left out.
    """
    user = server.user or me.login or (f"user {server.uid}" if server.uid is not None else "a user")
    sentences = [f"{host(me.server)} is Odoo {server.version} and knows the key: you are {user}{_company(server)}."]
    own = {"language": server.language, "time zone": server.timezone}
    if told := ", ".join(f"{name} {value}" for name, value in own.items() if value):
        sentences.append(f"{told[0].upper()}{told[1:]}.")
    if server.databases:
        sentences.append(f"Databases here: {_some(server.databases)}.")
    return " ".join(sentences)


def _company(server: Server) -> str:
    own = server.companies.get(server.company or 0, "")
    others = [name or f"company {each}" for each, name in server.companies.items() if each != server.company]
    if not own:
        return ""
    return f" in {own}" + (f", and may also work in {_some(others)}" if others else "")


def _some(names: Any) -> str:
    shown, left = list(names)[:FEW], len(names) - FEW
    return ", ".join(shown) + (f" and {left:,} more" if left > 0 else "")


def failed(error: Exception, me: Credential) -> str:
    """Why a server could not be asked, and what it may mean where the address says more.

    Args:
        error: What went wrong.
        me: As whom it was asked.

    Returns:
        Sentences.
    """
    said = in_words(error)
    online = host(me.server).endswith(ONLINE) and isinstance(error, CredentialError | EndpointError)
    return f"{said} {PLAN}" if online else said


def better(server: Server, destination: Destination | None) -> dict[str, Any]:
    """The settings that suit the server better than those of a destination; empty where they suit.

    Args:
        server: What is known of it.
        destination: The settings now.

    Returns:
        The address of the protocol that it has, with model and operation where that wants them.
    """
    if destination is None or destination.endpoint.protocol != "json2" or server.protocol == "json2":
        return {}
    target = destination.endpoint
    try:
        return dict(proposed(server, target.model, target.operation, typed=destination.url))
    except SettingsError:
        return {}
