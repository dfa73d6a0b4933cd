"""How an undo is sent, as sends of their own, and what became of the rows of the responses that it was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pandas as pd

from odoo_widgets.flow.endpoint import address
from odoo_widgets.flow.responses import Outcome
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.undo import ARCHIVE, DELETE, REFUSED, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from odoo_widgets.flow.history import Event


@attrs.frozen(eq=False)
class Part:
    """Some steps that are sent together.

    Attributes:
        settings: How.
        frame: Their rows.
        steps: What each row is for, in the order of the rows.
        undoes: The name of the send that is taken back.
    """

    settings: Settings
    frame: pd.DataFrame = attrs.field(repr=False)
    steps: tuple[Step, ...] = attrs.field(repr=False)
    undoes: str


def _by_send(steps: Sequence[Step]) -> Iterator[tuple[Event, tuple[Step, ...]]]:
    """The steps that take back one send, the last send first; in it, the records that were made last."""
    together: dict[str, list[Step]] = {}
    for step in sorted(steps, key=lambda step: -(step.id or 0)):
        if step.event is not None:
            together.setdefault(step.event.send, []).append(step)
    for _send, mine in sorted(together.items(), reverse=True):
        event = mine[0].event
        assert event is not None
        yield event, tuple(mine)


def deletion(settings: Settings, steps: Sequence[Step]) -> Iterator[Part]:
    """How records are deleted: what was made last goes first, since it may lean on what was made before."""
    for event, mine in _by_send(steps):
        deleting = _deleting(settings, event.context)
        yield Part(deleting, pd.DataFrame({deleting.ids: _ids(mine)}), mine, event.send)


def put_back(settings: Settings, steps: Sequence[Step]) -> Iterator[Part]:
    """How fields get what they held before, in the context that they were written in: a language has its own values."""
    for event, mine in _by_send(steps):
        yield Part(_spoken(settings, "write", event.context), _held(mine), mine, event.send)


def archiving(settings: Settings, steps: Sequence[Step]) -> Iterator[Part]:
    """How records are archived."""
    for event, mine in _by_send(steps):
        frame = pd.DataFrame({"id": _ids(mine), "active": False})
        yield Part(_spoken(settings, "write", event.context), frame, mine, event.send)


def _ids(steps: Sequence[Step]) -> Any:
    return pd.array([step.id for step in steps], dtype="Int64")


def _held(steps: Sequence[Step]) -> pd.DataFrame:
    names = list(dict.fromkeys(name for step in steps for name in step.held))
    cells: dict[str, Any] = {"id": _ids(steps)}
    for name in names:
        # What was not written stays out of the row, as a missing cell does.
        cells[name] = np.empty(len(steps), dtype=object)
        cells[name][:] = [step.held.get(name) for step in steps]
    return pd.DataFrame(cells)


def says_how(settings: Settings) -> bool:
    """Whether the address says how a record is undone: one that takes columns does not, but for the id of REST."""
    return set(settings.url_columns) <= ({settings.ids} if settings.endpoint.protocol == "rest" else set())


def _deleting(settings: Settings, context: Mapping[str, Any]) -> Settings:
    if settings.endpoint.protocol != "rest":
        return _spoken(settings, "unlink", context)
    url = settings.url if settings.url_columns else _with_id(settings.url, settings.ids)
    return settings.replace(
        url=url, method="DELETE", mode="create", exclude=(), missing={}, grouping="sequential", group_by=None
    )


def _with_id(url: str, ids: str) -> str:
    path, mark, query = url.partition("?")
    return f"{path.rstrip('/')}/{{{ids}}}{mark}{query}"


def _spoken(settings: Settings, operation: str, context: Mapping[str, Any]) -> Settings:
    """The settings of an operation on the same model: none that say what to make of the columns of a frame."""
    there = settings.endpoint
    said: dict[str, Any] = {} if there.protocol == "json2" else {"model": there.model, "operation": operation}
    return Settings(
        url=address(settings.url, there.model, operation) if there.protocol == "json2" else settings.url,
        **said,
        headers=settings.headers,
        context=context,
        batch_size=settings.batch_size,
        max_bytes=settings.max_bytes,
        keep_before=False,
        calls_per_second=settings.calls_per_second,
        timeout=settings.timeout,
    )


# --- what became of it -----------------------------------------------------------------------------------------------

INSTEAD = "archive=True archives it instead."
NOT_REACHED = "The undo was stopped before this row."
ARCHIVED = "Archived, since Odoo refused to delete it: {}"


def answered(part: Part, answer: pd.DataFrame) -> dict[int, Outcome]:
    """What became of the steps of a part, by their records' ids."""
    cells = answer.astype(object).where(answer.notna(), None)
    return {
        step.id or 0: Outcome(
            step.rows,
            row["status"],
            ids=None if row["id"] is None else [row["id"]] * len(step.rows),
            **{name: row[name] for name in AS_THEY_ARE},
        )
        for step, row in zip(part.steps, cells.to_dict("records"), strict=True)
    }


def is_refused(outcome: Outcome) -> bool:
    """Whether Odoo refused to delete a record: this one, or all of them, for want of the right."""
    return outcome.status == "rejected" or (outcome.error_type or "").endswith("AccessError")


AS_THEY_ARE = ("batch", "http_status", "error_type", "error_field", "error", "attempts", "seconds")


def outcomes(steps: Sequence[Step], known: Mapping[int, Outcome], archived: Mapping[int, Outcome]) -> list[Outcome]:
    """What became of the rows of the given responses.

    Args:
        steps: What was planned.
        known: What became of what was deleted or put back, by id.
        archived: What became of what was archived, since it could not be deleted.
    """
    made: list[Outcome] = []
    for step in steps:
        found, instead = known.get(step.id or 0), archived.get(step.id or 0)
        if found is None:
            reason = step.reason if step.group == REFUSED else NOT_REACHED
            made.append(Outcome(step.rows, step.status, error=reason))
        elif instead is not None:
            made.append(attrs.evolve(instead, error=instead.error or ARCHIVED.format(found.error or "")))
        elif is_refused(found) and step.group in (DELETE, ARCHIVE) and step.can_archive:
            made.append(attrs.evolve(found, error=f"{found.error or ''} {INSTEAD}".strip()))
        else:
            made.append(found)
    return made
