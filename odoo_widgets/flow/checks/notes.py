"""A note: what a check found in a frame, how bad it is, and what to do.

`error` is what Odoo refuses or keeps otherwise than meant, `warning` what it may, `note` what is good to know.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

# What Odoo refuses or keeps otherwise than meant; what it may; what is good to know.
ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)
# Rows and values that a note names.
FEW_ROWS, FEW_VALUES = 5, 3
COLUMNS = {
    "severity": "string",
    "column": "string",
    "field": "string",
    "rows": "Int64",
    "first_rows": "object",
    "first_lines": "object",
    "problem": "string",
    "advice": "string",
}


@attrs.frozen
class Note:
    """One thing that a check found.

    Attributes:
        severity: One of `SEVERITIES`.
        problem: What is wrong, as a sentence.
        advice: What to do, as a sentence.
        column: The column; empty where it is about none.
        field: The field; empty where it is about none.
        rows: The positions of the rows, in order; None where it is about the frame, the model or the server.
        lines: What the first lines of documents are called that it is about; empty where it is about none.
    """

    severity: str
    problem: str
    advice: str = ""
    column: str = ""
    field: str = ""
    rows: Sequence[int] | np.ndarray[Any, Any] | None = attrs.field(default=None, eq=False)
    lines: Sequence[str] = ()


def table(notes: Iterable[Note]) -> pd.DataFrame:
    """Notes as a DataFrame, the worst on top.

    Returns:
        One row for each: severity, column, field, rows (how many), first_rows (their positions), first_lines (such as
        `row 1, line 0`, where it is about lines), problem, advice.
    """
    ordered = sorted(notes, key=lambda note: SEVERITIES.index(note.severity))
    cells: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for note in ordered:
        rows = None if note.rows is None else [int(row) for row in note.rows[:FEW_ROWS]]
        values = {
            "severity": note.severity,
            "column": note.column or None,
            "field": note.field or None,
            "rows": None if note.rows is None else len(note.rows),
            "first_rows": rows,
            "first_lines": list(note.lines) or None,
            "problem": note.problem,
            "advice": note.advice,
        }
        for name, value in values.items():
            cells[name].append(value)
    made = {name: pd.Series(cells[name], dtype=dtype) for name, dtype in COLUMNS.items()}
    return pd.DataFrame(made)


def sentences(findings: pd.DataFrame, most: int = 20) -> tuple[str, ...]:
    """Findings as a screen shows them: one sentence each, the worst first.

    Args:
        findings: What `table` made.
        most: The most sentences; the last one then says how many there are more.
    """
    said = []
    for each in findings.head(most).itertuples(index=False):
        where = "" if pd.isna(each.column) else f"{each.column}: "
        many = "" if pd.isna(each.rows) else f" ({each.rows:,} row{'s' if each.rows != 1 else ''}, {_named(each)})"
        # Odoo ends few of its sentences.
        problem = each.problem if each.problem.endswith((".", "!", "?")) else f"{each.problem}."
        said.append(f"{str(each.severity).capitalize()} · {where}{problem}{many} {each.advice}".strip())
    left = len(findings) - most
    return (*said, *([f"… and {left:,} more."] if left > 0 else []))


def _named(finding: Any) -> str:
    if isinstance(finding.first_lines, list):
        named = {line.partition(",")[0] for line in finding.first_lines}
        return f"{'; '.join(finding.first_lines)}{'; …' if finding.rows > len(named) else ''}"
    shown = ", ".join(map(str, finding.first_rows))
    more = ", …" if finding.rows > len(finding.first_rows) else ""
    return f"{'row' if finding.rows == 1 else 'rows'} {shown}{more}"


def found(shown: Sequence[str]) -> str:
    """The values that a note is about, as the end of its sentence."""
    some = ", ".join(shown[:FEW_VALUES])
    left = len(shown) - FEW_VALUES
    return f" Found: {some}{f' and {left:,} more values' if left > 0 else ''}."
