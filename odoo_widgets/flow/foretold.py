"""What a check or a dry run said of a frame, as a screen shows it."""

from __future__ import annotations

import attrs
import numpy as np
import pandas as pd

from odoo_widgets.flow.checks.notes import ERROR, FEW_ROWS, SEVERITIES
from odoo_widgets.flow.checks.notes import sentences as of_findings
from odoo_widgets.flow.trying import FINE as NOT_REFUSED
from odoo_widgets.flow.trying import NOT_TRIED, REJECTED, UNCHANGED, WOULD_SAVE

# The most sentences of a list.
MOST = 20
FINE = "Odoo would take these rows as far as a check can see."


@attrs.frozen
class Foretold:
    """What is known of a send before it.

    Attributes:
        headline: How it would go, in one sentence.
        sentences: What was found, the worst first.
        warning: What to think of before sending all the same; empty where nothing is wrong.
        failed: Whether nothing could be found out; the headline says why.
    """

    headline: str
    sentences: tuple[str, ...] = ()
    warning: str = ""
    failed: bool = False


def of_check(findings: pd.DataFrame) -> Foretold:
    """What a check found.

    Args:
        findings: What `check` returned.
    """
    counts = {severity: int((findings["severity"] == severity).sum()) for severity in SEVERITIES}
    told = ", ".join(_number(count, severity) for severity, count in counts.items() if count)
    if not counts[ERROR]:
        return Foretold(f"{FINE} It found {told}." if told else FINE, of_findings(findings, MOST))
    # The worst is on top.
    column, first = findings["column"].iloc[0], str(findings["problem"].iloc[0])
    where = "" if column is pd.NA else f"{column}: "
    return Foretold(
        f"The check found {told}.",
        of_findings(findings, MOST),
        _warning(f"{_number(counts[ERROR], ERROR)} found", where + first),
    )


def of_dry_run(answer: pd.DataFrame) -> Foretold:
    """What a dry run found.

    Args:
        answer: What `dry_run` returned.
    """
    counts = {
        status: int((answer["status"] == status).sum()) for status in (WOULD_SAVE, REJECTED, UNCHANGED, NOT_TRIED)
    }
    cannot_see = str(answer.attrs.get("cannot_see", ""))
    if counts[WOULD_SAVE] == len(answer):
        return Foretold(f"Odoo would save {_all(len(answer))}, as far as a dry run can see.", (cannot_see,))
    told = [f"would save {counts[WOULD_SAVE]:,}", f"reject {counts[REJECTED]:,}"]
    tail = f"; {_number(counts[NOT_TRIED], 'row')} could not be tried" if counts[NOT_TRIED] else ""
    if counts[UNCHANGED]:
        told.append(f"leave {counts[UNCHANGED]:,} as they are")
    said = _groups(answer)
    warning = ""
    if counts[REJECTED]:
        first = str(answer["error"][(answer["status"] == REJECTED).to_numpy()].iloc[0])
        which = "of the first" if counts[REJECTED] > 1 else "of it"
        warning = _warning(f"Odoo would reject {_number(counts[REJECTED], 'row')}, and says {which}", first)
    left = len(said) - MOST
    more = [f"… and {left:,} more."] if left > 0 else []
    return Foretold(
        f"In a dry run, of {_number(len(answer), 'row')}, Odoo {_listed(told)}{tail}.",
        (*said[:MOST], *more, cannot_see),
        warning,
    )


def _groups(answer: pd.DataFrame) -> list[str]:
    """One sentence for each thing that Odoo said, with its rows, rejected ones first."""
    statuses, fields, errors = (answer[name].to_numpy(dtype=object, na_value="") for name in answer.columns[:3])
    places: dict[tuple[str, str, str], list[int]] = {}
    for place in np.flatnonzero(~np.isin(statuses, NOT_REFUSED)).tolist():
        places.setdefault((statuses[place], fields[place], errors[place]), []).append(place)
    ordered = sorted(places.items(), key=lambda each: each[0][0] != REJECTED)
    return [
        f"{status.replace('_', ' ').capitalize()} · {f'{field}: ' if field else ''}{error} ({_rows(rows)})"
        for (status, field, error), rows in ordered
    ]


def _rows(rows: list[int]) -> str:
    shown = ", ".join(map(str, rows[:FEW_ROWS]))
    named = f"{'row' if len(rows) == 1 else 'rows'} {shown}{', …' if len(rows) > FEW_ROWS else ''}"
    return f"{_number(len(rows), 'row')}, {named}"


def _warning(what: str, first: str) -> str:
    said = first if first.endswith("?") else f"{first.rstrip('.')}."
    return f"{what}: {said} Send sends the rows all the same."


def _all(rows: int) -> str:
    return f"all {rows:,} rows" if rows != 1 else "the row"


def _listed(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' if count != 1 else ''}"
