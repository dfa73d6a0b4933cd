"""Why nothing can be sent now, and what has to be typed first, in sentences that follow from the state alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.flow.credential import host
from odoo_widgets.flow.operations import OPERATIONS, VERBS
from odoo_widgets.flow.protocols import PROTOCOLS

if TYPE_CHECKING:
    from odoo_widgets.destination import Destination
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.forms.state import State

# The phase of a form that sends nothing.
IDLE = "idle"
# More rows than these are confirmed before they go.
MANY_ROWS = 1_000
# What is confirmed however few rows there are. Any method that has no form of its own is, too.
HARMFUL = {
    "unlink": "Deleted records do not come back.",
    "DELETE": "Deleted records do not come back.",
    "PUT": "PUT replaces whole records: what is not sent of them is lost.",
}


def obstacle(state: State) -> str:
    """Why nothing can be sent now; empty if it can."""
    if state.phase != IDLE:
        return "A send is going on."
    if state.problem:
        return "See what is wrong above."
    if state.credential is None:
        return "Set form.credential first: it says as whom to send."
    if lacking := _lacking(state.destination, state.credential):
        return lacking
    if state.to_confirm and state.confirmation.strip() != state.to_confirm:
        return to_type(state)
    return ""


def _lacking(destination: Destination, credential: Credential) -> str:
    protocol = PROTOCOLS[destination.endpoint.protocol]
    missing = [name for name in ("database", "login") if not getattr(credential, name)]
    if not protocol.LOGS_IN or not missing:
        return ""
    return f"{protocol.NAME} wants the {' and the '.join(missing)} beside the key, and form.credential has none."


def to_confirm(state: State) -> str:
    """What has to be typed before rows are sent: the database's name, or the server's; empty where nothing has to."""
    if state.destination is None or not _why(state):
        return ""
    return (state.credential.database if state.credential else "") or host(state.destination.url)


def to_type(state: State) -> str:
    """Why something has to be typed, and what; empty where nothing has to."""
    return f"{_why(state)} To confirm, type {state.to_confirm}." if state.to_confirm else ""


def _why(state: State) -> str:
    operation, rows = state.destination.endpoint.operation, len(state.data)
    if operation in HARMFUL:
        return HARMFUL[operation]
    if operation not in OPERATIONS and operation not in VERBS:
        return f"What {operation} does cannot be taken back from here."
    return f"These are {rows:,} rows." if rows > MANY_ROWS else ""
