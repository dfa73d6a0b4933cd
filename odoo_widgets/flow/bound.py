"""Whether a credential may be sent where settings lead, and has what is asked for there. A key is for one server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import CredentialError
from odoo_widgets.flow.protocols import PROTOCOLS

if TYPE_CHECKING:
    from odoo_widgets.flow.settings import Settings

ELSEWHERE = "The key belongs to {}, and the URL leads elsewhere."
# What was not done, by what was to be done.
DONE = {"ask": "asked", "send": "sent"}


def given(credential: object, to: str) -> None:
    """Makes sure that there is a credential.

    Args:
        credential: What was given as one.
        to: What it is needed for: a verb.

    Raises:
        CredentialError: It is none.
    """
    if not isinstance(credential, Credential):
        raise CredentialError(f"A credential is needed to {to}: credential('name'), or Credential(server, …).")


def own(credential: Credential, url: str, to: str) -> None:
    """Makes sure that a key goes to its own server.

    Args:
        credential: The key's.
        url: Where it is to go.
        to: What for: one of `DONE`.

    Raises:
        CredentialError: It is another server's. Nothing was done.
    """
    if not credential.belongs_to(url):
        raise CredentialError(
            f"{ELSEWHERE.format(credential.server)} Nothing was {DONE[to]}. Use a credential of the server in the URL."
        )


def bound(credential: Credential, settings: Settings, to: str) -> None:
    """Makes sure that a credential may be sent where settings lead, and names what their protocol logs in with.

    Args:
        credential: As whom.
        settings: Where.
        to: What for: one of `DONE`.

    Raises:
        CredentialError: It is none, another server's, or lacks the database or the login. Nothing was done.
    """
    given(credential, to)
    own(credential, settings.url, to)
    protocol = PROTOCOLS[settings.endpoint.protocol]
    if protocol.LOGS_IN and not (credential.database and credential.login):
        wanted = "database" if not credential.database else "login"
        raise CredentialError(
            f"{protocol.NAME} wants the {wanted} beside the key: Credential(…, {wanted}='…'). Nothing was {DONE[to]}."
        )
