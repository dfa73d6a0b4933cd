"""What the command line says of a send: its exit code, its lines, and the same for another program."""

from __future__ import annotations

from typing import Any

import pandas as pd

from odoo_widgets.flow.receipt import receipt
from odoo_widgets.flow.responses import DONE, counts, figures
from odoo_widgets.flow.step_responses import reasons, told_of, undone
from odoo_widgets.flow.steps import named

FINE = frozenset({*DONE, "deleted"})
# The exit codes, and what each means.
ALL_DONE, NOTHING_SENT, TYPED_WRONG, SOME_NOT_DONE, IN_DOUBT, UNWRITTEN, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
CODES = {
    ALL_DONE: "every row is done; of check and --dry-run: Odoo would refuse none, as far as they see",
    NOTHING_SENT: "nothing was sent, and one line says why",
    TYPED_WRONG: "the command is typed wrong",
    SOME_NOT_DONE: "some rows are rejected, not sent or need attention; of check and --dry-run: would be rejected",
    IN_DOUBT: "some rows are in doubt: they may be in Odoo",
    UNWRITTEN: "the rows are sent, and what became of them cannot be written where it was wanted",
    INTERRUPTED: "interrupted, also by SIGTERM or a closed terminal; what became of the rows is said all the same",
}
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
    told = plain(responses.loc[mine, ["status", "id", "error_type", "error_field", "error"]])
    return [{"row": row if isinstance(row, int) else str(row), **cells} for row, cells in zip(rows, told, strict=True)]


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame for another program: column to value, None where there is none, times as ISO 8601."""
    cells = {name: [_plain(cell) for cell in frame[name].tolist()] for name in frame.columns}
    return [dict(zip(cells, values, strict=True)) for values in zip(*cells.values(), strict=True)]


def _plain(cell: Any) -> Any:
    if isinstance(cell, pd.Timestamp):
        return cell.isoformat()
    return None if pd.api.types.is_scalar(cell) and pd.isna(cell) else cell


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
