"""The sends that are written down, as a table."""

from __future__ import annotations

import pandas as pd

from odoo_widgets.flow.errors import JournalError
from odoo_widgets.flow.repeats import IN_FLIGHT, NOT_BEGUN
from odoo_widgets.flow.responses import STATUSES, figures
from odoo_widgets.net.sends import Head, heads, running
from odoo_widgets.net.written import tally

COLUMNS = {
    "when": "datetime64[ns, UTC]",
    "what": "string",
    "server": "string",
    "database": "string",
    "login": "string",
    "rows": "Int64",
    "statuses": "string",
    "state": "string",
    "test": "boolean",
}
# What rows are that no call was answered for, for people.
UNTOLD = {IN_FLIGHT: "in_doubt", NOT_BEGUN: "not_sent"}


def sends() -> pd.DataFrame:
    """The sends of this user on this machine that are written down, the newest first.

    They are kept for 90 days. No key and no cell of a frame is in them.

    Returns:
        One row for each send: when, what, server, database, login, rows, statuses (how many rows have which status),
        state (`ended`, `running` or `stopped`: its process ended before it did), test (whether it was one).
    """
    rows = [_row(head) for head in heads()]
    cells = {name: [row[name] for row in rows] for name in COLUMNS}
    return pd.DataFrame({name: pd.array(cells[name], dtype=dtype) for name, dtype in COLUMNS.items()})


def _row(head: Head) -> dict[str, object]:
    state = "ended" if head.ended else "running" if running(head) else "stopped"
    return {
        "when": pd.Timestamp(head.started),
        "what": head.title,
        "server": head.server,
        "database": head.database,
        "login": head.login,
        "rows": head.rows,
        "statuses": figures(_statuses(head)),
        "state": state,
        "test": head.test,
    }


def _statuses(head: Head) -> dict[str, int]:
    try:
        found = {UNTOLD.get(status, status): number for status, number in tally(head).items()}
    except JournalError:
        # It is being written.
        found = {}
    return {status: found[status] for status in STATUSES if status in found}
