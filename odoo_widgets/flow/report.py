"""What the command line says of a send: its exit code, its lines, and the same for another program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.receipt import receipt
from odoo_widgets.flow.responses import DONE, counts, figures
from odoo_widgets.flow.step_responses import reasons, told_of, undone
from odoo_widgets.flow.steps import named

if TYPE_CHECKING:
    import pandas as pd

FINE = frozenset({*DONE, "deleted"})
# The exit codes. 2 is the command line's own, for one that is typed wrong.
ALL_DONE, NOTHING_SENT, SOME_NOT_DONE, IN_DOUBT, UNWRITTEN, INTERRUPTED = 0, 1, 3, 4, 5, 130
# As many lines as a person reads in a log.
MOST = 20


def code(responses: pd.DataFrame) -> int:
    """The exit code: 0 only if every row is done; 4 if one may be in Odoo and nobody knows; else 3."""
    found = counts(responses)
    after = [responses[name] for name in named(responses.columns)]
    if "in_doubt" in found or any(each.eq("in_doubt").any() for each in after):
        return IN_DOUBT
    return ALL_DONE if found.keys() <= FINE and not undone(responses).any() else SOME_NOT_DONE


def lines(responses: pd.DataFrame, title: str, most: int = MOST) -> list[str]:
    """The counts by status, and a line for each row that is not done.

    Args:
        responses: What a send returned.
        title: What was sent where.
        most: The most rows to name.

    Returns:
        The lines, without what moves a terminal's cursor.
    """
    told = "; ".join(filter(None, [figures(counts(responses)), *told_of(responses)]))
    left = not_done(responses)
    rows = [
        f"row {each['row']}: {each['status'].replace('_', ' ')}{': ' if each['error'] else ''}{each['error'] or ''}"
        for each in left[:most]
    ]
    more = [f"… and {len(left) - most:,} more rows"] if len(left) > most else []
    return [printed(line) for line in (f"{title}: {told or 'no rows'}", *rows, *more)]


def not_done(responses: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows that are not done, as plain values: row, status, id, error_type, error_field, error.

    The error of a row that is done, and that a step is not done on, says so of the step.
    """
    mine = ~responses["status"].isin(FINE).to_numpy() | undone(responses).to_numpy()
    responses = responses.assign(error=responses["error"].fillna(reasons(responses)))
    rows = receipt(responses)["row"][mine].tolist()
    columns = ("status", "id", "error_type", "error_field", "error")
    cells = [
        responses[name][mine].astype(object).where(responses[name][mine].notna(), None).tolist() for name in columns
    ]
    return [
        {"row": row if isinstance(row, int) else str(row), **dict(zip(columns, values, strict=True))}
        for row, *values in zip(rows, *cells, strict=True)
    ]


def summary(responses: pd.DataFrame, title: str) -> dict[str, Any]:
    """The same for another program: title, rows, statuses, not_done, code."""
    return {
        "title": title,
        "rows": len(responses),
        "statuses": counts(responses),
        "not_done": not_done(responses),
        "code": code(responses),
    }


def printed(text: str) -> str:
    """A text of a server's on one line, without the characters that a terminal obeys."""
    return "".join(each if each.isprintable() else " " if each.isspace() else "\ufffd" for each in text)
