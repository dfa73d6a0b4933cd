"""What the form says about itself, in sentences that follow from the state alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.flow.credential import host
from odoo_widgets.flow.errors import OdooWidgetsError
from odoo_widgets.flow.operations import OPERATIONS
from odoo_widgets.flow.responses import counts

if TYPE_CHECKING:
    import pandas as pd

    from odoo_widgets.forms.state import State

# The phase of a form that sends nothing.
IDLE = "idle"


def headline(state: State) -> str:
    """What goes where as whom."""
    if state.destination is None:
        return "No destination yet"
    target = state.destination.endpoint
    what, where = f"{OPERATIONS[target.operation].words} {target.model}", host(state.destination.url)
    if state.credential is None:
        return f"{what} at {where}"
    login = f" as {state.credential.login}" if state.credential.login else ""
    return f"{what} in {state.credential.database or where}{login}"


def plan(state: State) -> str:
    """What a send would do."""
    rows = _number(len(state.data), "row")
    if not state.calls:
        return rows
    before = " · nothing sent yet" if state.responses is None and state.phase == IDLE else ""
    return f"{rows} · {calls(state)} to {host(state.destination.url)}{before}"


def result(responses: pd.DataFrame, headline: str) -> str:
    """What became of the rows of a send."""
    told = (f"{status.replace('_', ' ')} {number:,}" for status, number in counts(responses).items())
    return f"Last send, {_number(len(responses), 'row')} · {headline}: {' · '.join(told)}"


def in_words(error: Exception) -> str:
    """An error as a sentence: our own are written as such, any other is a mistake of this package's."""
    return str(error) if isinstance(error, OdooWidgetsError) else f"This should not happen, please report it: {error!r}"


def shown(state: State) -> str:
    """Which of the calls the samples show; empty where that is all of them."""
    if state.too_large and not state.problem:
        return (
            f"A call of {state.too_large:,} records is too large to show while you type. "
            "destination.samples(df, n=1) shows it."
        )
    samples = len(state.samples)
    if not samples or state.calls <= samples:
        return ""
    return f"The first {_number(samples, 'call')} of {calls(state)}."


def calls(state: State) -> str:
    """How many calls, where each batch is one; else how many batches."""
    one_each = state.destination.endpoint.operation == "create"
    return _number(state.calls, "call") if one_each else _number(state.calls, "batch", "batches")


def _number(count: int, noun: str, several: str = "") -> str:
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"
