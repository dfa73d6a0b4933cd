"""The steps after a send: on which rows each is run, how it is sent, what the responses say of it.

A step is a send of its own, of the records that the rows became: what is true of methods and updates is true of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd

from odoo_widgets.flow.methods import known
from odoo_widgets.flow.resolved import resolved
from odoo_widgets.flow.responses import DONE, Outcome
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.steps import WRITE, Step, place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from odoo_widgets.flow.server import Server

# What a method may have done that nothing can be read of.
MAY_HAVE_WORKED = ("called", "needs_attention", "in_doubt")

NO_RECORD = "Not sent: the row is {status}, so there is no record to do it with."
AS_IT_WAS = "Not sent: the row is {status}, so its record is not as it was to be."
AFTER = "Not sent: {step} comes before it, and is {status}."
HELD_BACK = "Not sent: the totals do not agree. {sentence}"
NOT_COMPARED = "Not sent: the totals could not be compared. {sentence}"
CALLED_BEFORE = "{method} was called on this record from here on {day}, and is called once only."
PERHAPS_CALLED = (
    "Not sent: whether {method} was called on this record before cannot be read, so it is not called again. If it was "
    "not, call it by itself, with the ids of these rows."
)
CUT_OFF = "{method} was being called when the send was cut off, and what it does cannot be read. Look at the record."


@attrs.frozen
class Row:
    """What became of a row.

    Attributes:
        status: Its status.
        id: Its record's id; None where there is none.
    """

    status: str
    id: int | None

    @property
    def done(self) -> bool:
        """Whether its record is there as it was to be."""
        return self.id is not None and self.status in DONE


def rows_of(outcomes: Iterable[Outcome]) -> dict[int, Row]:
    """What became of each row, by its position."""
    found: dict[int, Row] = {}
    for each in outcomes:
        ids = each.ids if each.ids is not None else [None] * len(each.rows)
        found |= {row: Row(each.status, record) for row, record in zip(each.rows, ids, strict=True)}
    return dict(sorted(found.items()))


def settings_of(settings: Settings, step: Step) -> Settings:
    """How a step is sent: like the rows, to the same records by their ids.

    Posting goes in the order of dates, one call at a time: numbers follow that order, and Odoo itself sorts within one
    call only (Odoo 19.0, addons/account/models/account_move.py, _post).
    """
    made = Settings(
        **place(settings, step.method),  # type: ignore[arg-type]
        headers=settings.headers,
        ids=_ids(settings, step),
        exclude=[name for name in settings.url_columns if name not in step.columns],
        missing={name: settings.missing[name] for name in step.columns if name in settings.missing},
        fields={name: settings.fields[name] for name in step.columns if name in settings.fields},
        add=[name for name in step.columns if name in settings.add],
        timezone=settings.timezone,
        batch_size=settings.batch_size,
        max_bytes=settings.max_bytes,
        context=settings.context,
        only_changes=step.method == WRITE,
        keep_before=settings.keep_before,
        concurrency=settings.concurrency,
        calls_per_second=settings.calls_per_second,
        timeout=settings.timeout,
    )
    return one_at_a_time(made)


def one_at_a_time(settings: Settings) -> Settings:
    """The same settings, with one call after the other where a method's records have to be taken in their order."""
    target = settings.endpoint
    method = known(target.model, target.operation) if target.protocol != "rest" else None
    return settings.replace(concurrency=1) if method is not None and method.order else settings


def sent_by(
    source: Source, settings: Settings, step: Step, ids: Mapping[int, int], server: Server
) -> tuple[Source, Settings]:
    """What a step sends, the columns that it writes and the ids of the records; and how.

    Args:
        source: The bound frame.
        settings: Those of the rows.
        step: The step.
        ids: The records' ids by the rows' positions; 0 for one that is not known yet.
        server: The records that cells lead to, which were looked up for the whole rows.
    """
    known = resolved(source, settings, server, list(ids))
    source, settings = known.source, known.settings
    names = list(dict.fromkeys([*step.columns, *settings.url_columns]))
    numbers = pd.array([ids.get(row) for row in range(len(source))], dtype="Int64")
    return Source(source.frame[names].assign(**{_ids(settings, step): numbers})), settings_of(settings, step)


def _ids(settings: Settings, step: Step) -> str:
    """A name for the column of ids that no other column of the step has."""
    name = "id"
    while name in (*step.columns, *settings.url_columns):
        name += "_"
    return name


def twins(rows: Mapping[int, Row]) -> dict[int, int]:
    """The rows whose record an earlier row has, too: a step is run on a record once."""
    first: dict[int, int] = {}
    return {
        row: first[each.id]
        for row, each in rows.items()
        if each.id is not None and first.setdefault(each.id, row) != row
    }


def in_order(rows: Sequence[int], dates: Mapping[int, Any]) -> list[int]:
    """Rows by the dates of their records, as far as these are known; those of one day stay in the frame's order."""
    return sorted(rows, key=lambda row: (str(dates.get(row) or ""), row))


@attrs.frozen
class Before:
    """What is known of the rows when a step comes.

    Attributes:
        rows: What became of each.
        earlier: The step before; None for the first.
        statuses: What became of that one, by row.
        held_back: The rows that no step is run on, each with the reason.
        called: For a method that nothing can be read of, the records that it may have been called on before: their
            ids to when that was.
        settled: What a send that goes on knows of this step, by row.
    """

    rows: Mapping[int, Row]
    earlier: Step | None = None
    statuses: Mapping[int, str] = attrs.field(factory=dict)
    held_back: Mapping[int, str] = attrs.field(factory=dict)
    called: Mapping[int, str] = attrs.field(factory=dict)
    settled: Mapping[int, Outcome] = attrs.field(factory=dict)


def parted(step: Step, model: str, before: Before) -> tuple[list[int], list[Outcome]]:
    """The rows to run a step on, and what is known of the others without a call.

    Args:
        step: The step.
        model: The model of the records.
        before: What is known of the rows.

    Returns:
        The positions of the rows, in their order; and an outcome for each other row.
    """
    run: list[int] = []
    known_already: list[Outcome] = []
    can_be_read = step.method == WRITE or known(model, step.method) is not None
    for row, each in before.rows.items():
        outcome = _without_a_call(step, row, each, before, can_be_read=can_be_read)
        if outcome is None:
            run.append(row)
        else:
            known_already.append(outcome)
    return run, known_already


def _without_a_call(step: Step, row: int, each: Row, before: Before, *, can_be_read: bool) -> Outcome | None:
    settled = before.settled.get(row)
    if settled is not None and (settled.status in DONE or (not can_be_read and settled.status in MAY_HAVE_WORKED)):
        return settled
    said = before.held_back.get(row) or _earlier(row, before)
    if not each.done:
        said = (NO_RECORD if each.id is None else AS_IT_WAS).format(status=each.status.replace("_", " "))
    if said:
        return Outcome([row], "not_sent", error=said)
    assert each.id is not None
    if can_be_read or each.status == "created":
        return None
    if each.id in before.called:
        told = CALLED_BEFORE.format(method=step.method, day=before.called[each.id])
        return Outcome([row], "unchanged", ids=[each.id], error=told)
    if each.status in ("updated", "saved"):
        return None
    return Outcome([row], "not_sent", error=PERHAPS_CALLED.format(method=step.method))


def _earlier(row: int, before: Before) -> str:
    status = before.statuses.get(row, "") if before.earlier is not None else DONE[0]
    if status in DONE:
        return ""
    assert before.earlier is not None
    return AFTER.format(step=before.earlier.name, status=status.replace("_", " ") or "not sent")
