"""What the responses say of the steps after a send: two columns for each, beside the contract's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd
from immutabledict import immutabledict

from odoo_widgets.flow.responses import DONE, Outcome, counts, figures
from odoo_widgets.flow.steps import ERROR, EXPECT, named
from odoo_widgets.flow.then import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from odoo_widgets.flow.settings import Settings

AGREES, DIFFERS, NOT_READ = "agrees", "differs", "not_read"


@attrs.frozen
class Told:
    """What became of the steps, as far as they came.

    Attributes:
        outcomes: By the steps' names, what became of each on which rows.
        compared: Row to why its totals do not agree, empty where they do; nothing for rows that were not compared.
        unread: Why the totals could not be read; empty where they were.
        reason: Why rows without an outcome were not sent.
    """

    outcomes: immutabledict[str, tuple[Outcome, ...]] = attrs.field(factory=immutabledict)
    compared: Mapping[int, str] = attrs.field(factory=dict)
    unread: str = ""
    reason: str = ""


def beside(responses: pd.DataFrame, settings: Settings, told: Told) -> pd.DataFrame:
    """Responses with what became of the steps: two columns for each, its status and why.

    Args:
        responses: What `responses` made of the rows, one for each row of the frame.
        settings: Which steps there are.
        told: What became of them.

    Returns:
        `expect` and `expect_error` where totals are compared: `agrees`, `differs`, `not_read`, missing where there is
        no record. Then for each step its name and its name with `_error`; its status is one of the rows' own.
    """
    size, made = len(responses), responses
    if settings.expect:
        done = rows_of_responses(responses)
        status: list[str | None] = [None] * size
        error: list[str | None] = [None] * size
        for row in (row for row, each in done.items() if each.done):
            sentence = told.compared.get(row)
            unknown = NOT_READ if told.unread else None
            status[row] = unknown if sentence is None else DIFFERS if sentence else AGREES
            error[row] = (told.unread if sentence is None else sentence) or None
        made = _with(made, EXPECT, status, error)
    for step in settings.steps:
        statuses: list[str | None] = ["not_sent"] * size
        errors: list[str | None] = [told.reason or None] * size
        for outcome in told.outcomes.get(step.name, ()):
            for row in outcome.rows:
                statuses[row], errors[row] = outcome.status, outcome.error
        made = _with(made, step.name, statuses, errors)
    return made


def _with(responses: pd.DataFrame, name: str, status: Sequence[Any], error: Sequence[Any]) -> pd.DataFrame:
    cells = {name: pd.array(status, dtype="string"), name + ERROR: pd.array(error, dtype="string")}
    return responses.assign(**cells)


def rows_of_responses(responses: pd.DataFrame) -> dict[int, Row]:
    """What became of each row, by its position, read off responses."""
    ids = [None if pd.isna(each) else int(each) for each in responses["id"]]
    return {row: Row(status, ids[row]) for row, status in enumerate(responses["status"])}


def told_of(responses: pd.DataFrame, between: str = ", ") -> list[str]:
    """What became of each step, in words with figures: `action_confirm: called 2, not sent 1`."""
    said = []
    for name in named(responses.columns):
        statuses = responses[name].dropna()
        found = statuses.value_counts().to_dict() if name == EXPECT else counts(pd.DataFrame({"status": statuses}))
        said.append(f"{name}: {figures(found, between)}")
    return said


def reasons(responses: pd.DataFrame) -> pd.Series:
    """What the first step that is not done says of each row; missing where all are."""
    said = pd.Series(pd.NA, index=responses.index, dtype="string")
    for name in named(responses.columns):
        fine = (AGREES,) if name == EXPECT else DONE
        status, error = responses[name], responses[name + ERROR]
        words = (name + " is " + status.str.replace("_", " ") + ". " + error.fillna("")).str.strip()
        said = said.where(said.notna() | status.isna() | status.isin(fine), words)
    return said


def undone(responses: pd.DataFrame) -> pd.Series:
    """Which rows have a step that is not done, or totals that do not agree."""
    return reasons(responses).notna()
