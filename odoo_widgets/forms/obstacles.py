"""Why nothing can be sent now, and what has to be typed first, in sentences that follow from the state alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.flow.credential import host
from odoo_widgets.flow.operations import OPERATIONS, VERBS
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.replacing import MAY_EMPTY
from odoo_widgets.flow.steps import WRITE

if TYPE_CHECKING:
    from odoo_widgets.destination import Destination
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.forms.resuming import Resuming
    from odoo_widgets.forms.sending import Sending
    from odoo_widgets.forms.testing import Testing

# The phase of a form that sends nothing.
IDLE = "idle"
# More rows than these are confirmed before they go.
MANY_ROWS = 1_000
# The verb whose samples say what it does beyond what is sent.
PUT = "PUT"
# What is confirmed however few rows there are. Any method that has no form of its own is, too.
HARMFUL = {
    "unlink": "Deleted records do not come back.",
    "DELETE": "Deleted records do not come back.",
}


def obstacle(state: Sending) -> str:
    """Why nothing can be sent now; empty if it can."""
    if found := _in_the_way(state):
        return found
    if len(state.left_out) == len(state.data) > 0 and not state.updates:
        return "Every row has been sent as a test. Nothing is left to send, unless they are to go again."
    if state.to_confirm and state.confirmation.strip() != state.to_confirm:
        return to_type(state)
    return ""


def obstacle_to_repeat(state: Sending, *, again: bool) -> str:
    """Why the send that waits cannot go on; empty if it can.

    Args:
        state: The form's.
        again: Whether the rows that were sent before go once more, or stay out.
    """
    if state.repeats is None:
        return "No send waits."
    rows = state.repeats.of if again else state.repeats.others
    return obstacle_to_retry(state, rows) if rows else "No other row is left to send."


def obstacle_to_resume(state: Resuming) -> str:
    """Why nothing can go on now; empty if it can."""
    rows = state.unfinished.left if state.unfinished is not None else 0
    return obstacle_to_retry(state, rows) if rows else "There is no send to go on with."


def obstacle_to_retry(state: Sending, rows: int) -> str:
    """Why some rows cannot be sent now; empty if they can."""
    if (wanted := to_confirm(state, rows)) and state.confirmation.strip() != wanted:
        return to_type(state, rows)
    return _in_the_way(state)


def obstacle_to_test(state: Testing) -> str:
    """Why no test can be sent now; empty if it can."""
    if found := _in_the_way(state):
        return found
    if state.trial is None:
        return "Open a sample that changes something first."
    wanted = to_confirm(state, len(state.trial.rows))
    if wanted and state.test_confirmation.strip() != wanted:
        return to_type(state, len(state.trial.rows))
    return ""


def _in_the_way(state: Sending) -> str:
    if state.phase != IDLE:
        return "A send is going on."
    if state.problem:
        return "Say above where to send." if state.destination is None else "See what is wrong above."
    if state.credential is None:
        return "Choose a credential first: it says as whom to send."
    return _lacking(state.destination, state.credential)


def _lacking(destination: Destination, credential: Credential) -> str:
    if destination.endpoint.protocol == "rest":
        return destination.place_of_key.unfit(credential)
    protocol = PROTOCOLS[destination.endpoint.protocol]
    missing = [name for name in ("database", "login") if not getattr(credential, name)]
    if not protocol.LOGS_IN or not missing:
        return ""
    return f"{protocol.NAME} wants the {' and the '.join(missing)} beside the key, and the credential has none."


def to_confirm(state: Sending, rows: int | None = None) -> str:
    """What has to be typed before rows are sent: the database's name, or the server's; empty where nothing has to.

    Args:
        state: The form's.
        rows: How many rows; all that are bound if left out.
    """
    if state.destination is None or not _why(state, rows):
        return ""
    return (state.credential.database if state.credential else "") or host(state.destination.url)


def to_type(state: Sending, rows: int | None = None) -> str:
    """Why something has to be typed, and what; empty where nothing has to."""
    wanted = to_confirm(state, rows)
    return f"{_why(state, rows)} To confirm, type {wanted}." if wanted else ""


def emptied(state: Sending) -> str:
    """What a PUT does to the fields that are not sent, as its samples say it: they know, once the server has told."""
    return next((each.note for each in state.samples if each.call.ask.method == PUT), MAY_EMPTY)


def _why(state: Sending, rows: int | None) -> str:
    operation, rows = state.destination.endpoint.operation, len(state.data) if rows is None else rows
    if operation in HARMFUL:
        return HARMFUL[operation]
    if operation == PUT:
        return emptied(state)
    if operation not in OPERATIONS and operation not in VERBS:
        return f"What {operation} does cannot be taken back from here."
    if methods := [step.method for step in state.destination.steps if step.method != WRITE]:
        return f"What {' and '.join(methods)} does cannot be taken back from here."
    return f"These are {rows:,} rows." if rows > MANY_ROWS else ""
