"""What the form says about itself, in sentences that follow from the state alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo_widgets.flow.batches import NAMED, rows_text
from odoo_widgets.flow.credential import host
from odoo_widgets.flow.errors import OdooWidgetsError
from odoo_widgets.flow.labels import counted, plural
from odoo_widgets.flow.operations import VERBS, operation, what
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.repeats import said
from odoo_widgets.flow.responses import counts, figures
from odoo_widgets.flow.settings import ONLINE_RATE
from odoo_widgets.flow.step_responses import told_of
from odoo_widgets.forms.obstacles import IDLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from odoo_widgets.destination import Destination
    from odoo_widgets.flow.errors import Repeats
    from odoo_widgets.flow.repeats import Unfinished
    from odoo_widgets.forms.asking import Asking
    from odoo_widgets.forms.sending import Sending
    from odoo_widgets.forms.state import State
    from odoo_widgets.forms.testing import Testing

# What `in_doubt` means.
IN_DOUBT = "in doubt: sent, no answer, may be in Odoo"
# How many of its calls a form shows.
SAMPLES = 5
MINUTE, HOUR = 60, 3600
# Seconds below which a tenth says nothing.
SHORT = 0.1
LOOKING_THROUGH = "Looking through {:,} rows for those with the same {} …"
TERMS = "To Odoo Online it is one call a second and one at a time, as Odoo's terms ask, unless you say otherwise here."
BEYOND_TERMS = "Odoo's terms for Odoo Online ask for no more than one call a second, and one at a time."


def headline(state: Asking) -> str:
    """What goes where as whom."""
    if state.destination is None:
        return "No destination yet"
    called = f"{state.destination.name} ▸ " if state.destination.name else ""
    label = _label(state)
    done = what(state.destination.endpoint, state.destination.when_found, plural(label) if label else "")
    return f"{called}{done} {where(state)}"


def _label(state: Asking) -> str:
    """What people call a record of the model; empty where nobody has said."""
    return state.known.models.get(state.destination.endpoint.model, "")


def where(state: Asking) -> str:
    """Where as whom, and whether that is live, a test copy or a sandbox."""
    server = host(state.destination.url)
    word = f"({state.place.word})" if state.place else ""
    if state.credential is None:
        return f"at {server} {word}".strip()
    user = state.known.user or state.credential.login
    return " ".join(filter(None, [f"in {state.credential.database or server}", word, f"as {user}" if user else ""]))


def intention(state: State) -> str:
    """What a send is going to do, before it is decided: `Create 2,000 Contacts in mycompany (live) as Anna, …`."""
    if state.destination is None or state.batches == 0:
        return ""
    target, rows, label = state.destination.endpoint, len(state.data) - len(state.left_out), _label(state)
    called = counted(label, rows) if label else f"{rows:,} {target.model or 'rows'}"
    log_in = "a login, then " if logs_in(state) else ""
    done = f"{what(target, state.destination.when_found, called)} {where(state)}"
    return f"{done}, {log_in}{calls(state)}{_then(state)}.{_first(state)}"


def _first(state: State) -> str:
    """What goes before: the records of rows that were tested, where they are to be updated."""
    rows = len(state.sent_before) if state.updates else 0
    return f" Before that, {_number(rows, 'tested row')} {'is' if rows == 1 else 'are'} updated." if rows else ""


def _then(state: State) -> str:
    """What is done with the records after the rows, as the end of a sentence; empty where nothing is."""
    steps = ", ".join(step.words for step in state.destination.steps)
    return f"; then {steps} on each record{' whose totals agree' if state.destination.expect else ''}" if steps else ""


def plan(state: State) -> str:
    """What a send would do."""
    rows = to_go(state)
    if state.batches == 0:
        return rows
    # By this form or another.
    known = (state.responses, state.earlier, state.unfinished, state.repeats)
    sent = len(state.sent_before) or any(each is not None for each in known)
    untouched = not sent and state.phase == IDLE
    before = " · nothing sent yet" if untouched else ""
    log_in = "a login, then " if logs_in(state) else ""
    least = least_seconds(state)
    slow = f" · {duration(least)} at least" if least >= MINUTE else ""
    return f"{rows} · {log_in}{calls(state)} to {host(state.destination.url)}{slow}{before}"


def to_go(state: State) -> str:
    """How many rows a send takes, and of how many where others stay out."""
    out = len(state.left_out)
    return f"{len(state.data) - out:,} of {_number(len(state.data), 'row')}" if out else _number(len(state.data), "row")


def least_seconds(state: State) -> float:
    """How long the rate makes a send last; 0 without one."""
    rate = state.destination.rate if state.destination is not None else None
    return max((state.batches or 0) - 1, 0) / rate if rate else 0


def pace(state: State) -> str:
    """What the rate does to a send, and what Odoo's terms say about it; empty where there is nothing to say."""
    destination, sentences = state.destination, []
    if destination is None:
        return ""
    if destination.is_online:
        beyond = destination.rate > ONLINE_RATE or destination.concurrency > 1
        sentences.append(BEYOND_TERMS if beyond else TERMS)
    if least := least_seconds(state):
        sentences.append(f"{calls(state).capitalize()} take {duration(least)} at least.")
    return " ".join(sentences)


def duration(seconds: float) -> str:
    """A time in seconds, minutes or hours."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / MINUTE:.0f} min" if seconds < HOUR else f"{seconds / HOUR:.1f} h"


def result(responses: pd.DataFrame, headline: str) -> str:
    """What became of the rows of a send."""
    became = "; ".join([figures(counts(responses)), *told_of(responses)])
    told = f"Last send, {_number(len(responses), 'row')} · {headline}: {became}"
    return f"{told} ({IN_DOUBT})" if "in_doubt" in counts(responses) else told


def tried(rows: Sequence[int], answer: pd.DataFrame) -> str:
    """What became of a test: the answer's status, what was done, to which records, and how long it took."""
    ids, seconds = answer["id"].dropna().tolist(), answer["seconds"].dropna().tolist()
    answered = answer["http_status"].dropna().tolist()
    parts = [str(answered[0]) if answered else "no answer"]
    parts += [f"{status.replace('_', ' ')} {number:,}" for status, number in counts(answer).items()]
    parts += [_records(ids)] if ids else []
    parts += [f"{seconds[0]:.1f} s" if seconds[0] >= SHORT else f"{seconds[0]:.2f} s"] if seconds else []
    return f"{rows_text(list(rows)).capitalize()} → {' · '.join(parts)}"


def undone(ids: Sequence[int], answer: pd.DataFrame) -> str:
    """What became of the records that a test had created."""
    gone = (answer["status"] == "deleted").tolist()
    deleted = [each for each, done in zip(ids, gone, strict=True) if done]
    left = [each for each, done in zip(ids, gone, strict=True) if not done]
    parts = [f"Undone: {_records(deleted)} deleted."] if deleted else []
    if left:
        parts.append(f"Still there, as far as is known: {_records(left)}. {next(iter(answer['error'].dropna()), '')}")
    return " ".join(parts).strip()


def _records(ids: Sequence[int]) -> str:
    if len(ids) == 1:
        return f"record {ids[0]}"
    together = list(ids) == list(range(ids[0], ids[0] + len(ids)))
    if together:
        return f"records {ids[0]}–{ids[-1]}"
    return f"records {', '.join(map(str, ids[:NAMED]))}{' …' if len(ids) > NAMED else ''}"


def test_button(state: Testing) -> str:
    """What the button does that sends test data: how many real records, and where to."""
    if state.trial is None:
        return "Send Test Data"
    where = (state.credential.database if state.credential else "") or host(state.destination.url)
    return f"Send Test Data: {_number(len(state.trial.rows), 'real record')} to {where}"


def without_id(state: State) -> str:
    """How many of the responses that are bound have no record; empty where all have one, or others are bound."""
    rows, are = state.without_id, "are" if state.without_id != 1 else "is"
    return f"{_number(rows, 'row')} of the responses, not done or without an id, {are} left out." if rows else ""


def already_sent(state: Sending) -> str:
    """How many of the rows were sent as a test before; empty where none was."""
    rows = len(state.sent_before)
    return f"{_number(rows, 'row')} already sent as a test." if rows else ""


def repeated(repeats: Repeats | None) -> str:
    """How many of the rows were sent before, when, and what became of them; empty where no send waits."""
    if repeats is None:
        return ""
    return said(repeats) + ("" if repeats.others else " Nothing else is left to send.")


def unfinished(found: Unfinished | None) -> str:
    """How far the last send of these rows came; empty where it came to its end."""
    if found is None:
        return ""
    if found.done + found.in_doubt == found.rows:
        return f"The send of {found.day} does not know what became of {_number(found.in_doubt, 'row')}."
    return f"The send of {found.day} stopped at {found.done + found.in_doubt:,} of {_number(found.rows, 'row')}."


def doubt(state: State) -> str:
    """How many rows of the last send may be in Odoo, and what to do; empty where it is known of all."""
    if not state.in_doubt:
        return ""
    one = state.in_doubt == 1
    rows = f"{_number(state.in_doubt, 'row')}: sent, no answer: may be in Odoo."
    if state.can_find_out:
        return f"{rows} Find out asks Odoo what became of {'it' if one else 'them'}."
    return (
        f"{rows} Nothing tells which record it would be, so look for {'it' if one else 'them'} in Odoo, by name and by "
        "the time of creation, and send again what is missing."
    )


def correcting(state: State) -> str:
    """How to correct rejected rows; empty where there are none."""
    if not state.may_correct:
        return ""
    return (
        "Correct your DataFrame, bind it again with form.data = df, and press Send corrected rows: only rejected rows "
        "are sent. Or correct them alone: fixed = form.rejected, then form.retry(fixed)."
    )


def others_button(repeats: Repeats) -> str:
    """What the button does that leaves out what was sent before."""
    return f"Send the other {_number(repeats.others, 'row') if repeats.others != 1 else 'row'}"


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
        return LOOKING_THROUGH.format(len(state.data), state.destination.group_by) if state.waits else ""
    sentences = []
    if logs_in(state):
        sentences.append("A login goes first: it brings the user's id that stands in each call.")
    # Of more than one call for each batch, it is not known how many there are.
    known = len(state.samples) + 1 if state.batches is None else state.batches
    all_of_them = known <= len(state.samples) if one_each(state) else len(state.samples) < SAMPLES
    if not all_of_them:
        first = f"first {len(state.samples):,}" if len(state.samples) > 1 else "first"
        of_batches = "" if one_each(state) else "calls " if len(state.samples) > 1 else "call "
        sentences.append(f"The {first} {of_batches}of {calls(state)}.")
    if state.destination.key:
        sentences.append("Which rows are there, only the look-up tells: what follows is shown for either.")
    elif operation(state.destination.endpoint.operation).needs_ids:
        sentences.append("What follows a look-up is shown as if every record is there.")
    totals = ["totals are compared"] if state.destination.expect else []
    if after := [*totals, *(step.words for step in state.destination.steps)]:
        sentences.append(f"After all rows: {', '.join(after)}. destination.samples(df).steps shows the calls.")
    return " ".join(sentences)


def logs_in(state: State) -> bool:
    """Whether a login goes before the first call."""
    return bool(PROTOCOLS[state.destination.endpoint.protocol].LOGS_IN)


def one_each(state: State) -> bool:
    """Whether each batch is one call: a row's own address, a byte budget and most operations make more of one."""
    destination = state.destination
    # With a key, a look-up comes first.
    creates = destination.endpoint.operation == "create" and not destination.key
    whole = creates or destination.endpoint.operation in VERBS
    # A row by itself has one address, and cannot be parted.
    alone = destination.batch_size is None and destination.grouping != "keep together"
    return whole and (alone or (not destination.url_columns and destination.max_bytes is None))


def calls(state: State) -> str:
    """How many calls, where each batch is one; else how many batches; `… calls` while they are being counted."""
    one, several = ("call", "calls") if one_each(state) else ("batch", "batches")
    return f"… {several}" if state.batches is None else _number(state.batches, one, several)


def batching(state: State) -> str:
    """What one call can hold, and what the rows make with these settings."""
    if state.destination is None:
        return ""
    destination = state.destination
    sentences = [_alone(destination) if destination.batch_size is None else _together(destination)]
    if state.batches != 0:
        sentences.append(f"{to_go(state)}: {calls(state)}.")
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
