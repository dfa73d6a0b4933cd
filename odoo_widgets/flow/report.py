"""What the command line says of a send: its exit code, its lines, and the same for another program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.receipt import receipt
from odoo_widgets.flow.responses import counts, figures

if TYPE_CHECKING:
    import pandas as pd

DONE = frozenset({"created", "updated", "saved", "deleted", "called", "unchanged"})
# The exit codes. 2 is the command line's own, for one that is typed wrong.
ALL_DONE, NOTHING_SENT, SOME_NOT_DONE, IN_DOUBT, UNWRITTEN, INTERRUPTED = 0, 1, 3, 4, 5, 130
# As many lines as a person reads in a log.
MOST = 20


def code(responses: pd.DataFrame) -> int:
    """The exit code: 0 only if every row is done; 4 if one may be in Odoo and nobody knows; else 3."""
    found = counts(responses)
    if "in_doubt" in found:
        return IN_DOUBT
    return ALL_DONE if found.keys() <= DONE else SOME_NOT_DONE


def lines(responses: pd.DataFrame, title: str, most: int = MOST) -> list[str]:
    """The counts by status, and a line for each row that is not done.

    Args:
        responses: What a send returned.
        title: What was sent where.
        most: The most rows to name.

    Returns:
        The lines, without what moves a terminal's cursor.
    """
    told = figures(counts(responses))
    undone = not_done(responses)
    named = [
        f"row {each['row']}: {each['status'].replace('_', ' ')}{': ' if each['error'] else ''}{each['error'] or ''}"
        for each in undone[:most]
    ]
    more = [f"… and {len(undone) - most:,} more rows"] if len(undone) > most else []
    return [printed(line) for line in (f"{title}: {told or 'no rows'}", *named, *more)]


def not_done(responses: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows that are not done, as plain values: row, status, id, error_type, error_field, error."""
    mine = ~responses["status"].isin(DONE).to_numpy()
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
