"""What the form says about itself, in sentences that follow from the state alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.flow.credential import host
from odoo_widgets.flow.errors import OdooWidgetsError
from odoo_widgets.flow.operations import OPERATIONS, VERBS, operation
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.responses import counts
from odoo_widgets.forms.obstacles import IDLE

if TYPE_CHECKING:
    import pandas as pd

    from odoo_widgets.destination import Destination
    from odoo_widgets.forms.state import State

# How many of its calls a form shows.
SAMPLES = 5


def headline(state: State) -> str:
    """What goes where as whom."""
    if state.destination is None:
        return "No destination yet"
    target = state.destination.endpoint
    on = "" if target.operation in OPERATIONS or target.operation in VERBS else "on "
    what = f"{operation(target.operation).words} {on}{target.model}".strip()
    where = host(state.destination.url)
    if state.credential is None:
        return f"{what} at {where}"
    login = f" as {state.credential.login}" if state.credential.login else ""
    return f"{what} in {state.credential.database or where}{login}"


def plan(state: State) -> str:
    """What a send would do."""
    rows = _number(len(state.data), "row")
    if not state.batches:
        return rows
    before = " · nothing sent yet" if state.responses is None and state.phase == IDLE else ""
    log_in = "a login, then " if logs_in(state) else ""
    return f"{rows} · {log_in}{calls(state)} to {host(state.destination.url)}{before}"


def result(responses: pd.DataFrame, headline: str) -> str:
    """What became of the rows of a send."""
    told = (f"{status.replace('_', ' ')} {number:,}" for status, number in counts(responses).items())
    return f"Last send, {_number(len(responses), 'row')} · {headline}: {' · '.join(told)}"


def in_words(error: Exception) -> str:
    """An error as a sentence: our own are written as such, any other is a mistake of this package's."""
    return str(error) if isinstance(error, OdooWidgetsError) else f"This should not happen, please report it: {error!r}"


def shown(state: State) -> str:
    """What the samples show, and what they leave out; empty where there is nothing to say."""
    if state.too_large and not state.problem:
        return (
            f"A call of {state.too_large:,} records is too large to show while you type. "
            "destination.samples(df, n=1) shows it."
        )
    if not state.samples:
        return ""
    sentences = []
    if logs_in(state):
        sentences.append("A login goes first: it brings the user's id that stands in each call.")
    # Of more than one call for each batch, it is not known how many there are.
    all_of_them = state.batches <= len(state.samples) if one_each(state) else len(state.samples) < SAMPLES
    if not all_of_them:
        first = f"first {len(state.samples):,}" if len(state.samples) > 1 else "first"
        of_batches = "" if one_each(state) else "calls " if len(state.samples) > 1 else "call "
        sentences.append(f"The {first} {of_batches}of {calls(state)}.")
    if operation(state.destination.endpoint.operation).needs_ids:
        sentences.append("What follows a look-up is shown as if every record is there.")
    return " ".join(sentences)


def logs_in(state: State) -> bool:
    """Whether a login goes before the first call."""
    return bool(PROTOCOLS[state.destination.endpoint.protocol].LOGS_IN)


def one_each(state: State) -> bool:
    """Whether each batch is one call: a row's own address, a byte budget and most operations make more of one."""
    destination = state.destination
    whole = destination.endpoint.operation == "create" or destination.endpoint.operation in VERBS
    return whole and not destination.url_columns and destination.max_bytes is None


def calls(state: State) -> str:
    """How many calls, where each batch is one; else how many batches."""
    return _number(state.batches, "call") if one_each(state) else _number(state.batches, "batch", "batches")


def batching(state: State) -> str:
    """What one call can hold, and what the rows make with these settings."""
    if state.destination is None:
        return ""
    destination = state.destination
    sentences = [_alone(destination) if destination.batch_size is None else _together(destination)]
    if state.batches:
        sentences.append(f"{_number(len(state.data), 'row')}: {calls(state)}.")
    return " ".join(sentences)


def _alone(destination: Destination) -> str:
    column = destination.group_by
    if destination.grouping == "keep together":
        return f"Rows of the same {column} share a call, and no others do."
    return f"Each record is sent in a call of its own{f', ordered by {column}' if column else ''}."


def _together(destination: Destination) -> str:
    limit = PROTOCOLS[destination.endpoint.protocol].LIMIT
    if destination.grouping != "keep together":
        return str(limit)
    more = ", or more bytes than the largest request," if destination.max_bytes is not None else ""
    return f"{limit} A {destination.group_by} with more rows than the batch size{more} makes a larger call."


def _number(count: int, noun: str, several: str = "") -> str:
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"
