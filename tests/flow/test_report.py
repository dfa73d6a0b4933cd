from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from odoo_widgets.flow.report import FINE, code, lines, printed, summary
from odoo_widgets.flow.responses import STATUSES, Outcome, responses


def made(*statuses: str, error: str | None = None, index: Any = None) -> pd.DataFrame:
    outcomes = [Outcome([row], status, [row + 7], row, error=error) for row, status in enumerate(statuses)]
    return responses(outcomes, pd.RangeIndex(len(statuses)) if index is None else index, "https://a.b", "res.partner")


@pytest.mark.parametrize("status", STATUSES)
def test_only_a_status_that_is_done_is_0(status: str) -> None:
    assert (code(made("created", status)) == 0) == (status in FINE)


def test_a_row_that_may_be_in_odoo_weighs_more_than_one_that_is_not() -> None:
    assert code(made("rejected", "in_doubt", "not_sent")) == 4
    assert code(made("rejected", "created")) == 3
    assert code(made()) == 0


def test_every_row_that_is_not_done_is_named_up_to_a_limit() -> None:
    told = lines(made("created", "rejected", "in_doubt", error="no such state"), "contacts in db")
    assert told == [
        "contacts in db: created 1 · rejected 1 · in doubt 1",
        "row 1: rejected: no such state",
        "row 2: in doubt: no such state",
    ]
    assert lines(made(*["rejected"] * 25), "x")[-1] == "… and 5 more rows"


def test_what_a_server_says_cannot_move_the_cursor() -> None:
    (_, line) = lines(made("rejected", error="a\x1b[2J\nrow 9: created\x00"), "x")
    assert line == "row 0: rejected: a\ufffd[2J row 9: created\ufffd"
    assert printed("é 😀 · ok") == "é 😀 · ok"


def test_another_program_reads_the_same() -> None:
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])
    told = json.loads(json.dumps(summary(made("created", "rejected", error="no", index=index), "x")))
    assert told["statuses"] == {"created": 1, "rejected": 1}
    assert told["not_done"] == [
        {"row": "b / 2", "status": "rejected", "id": 8, "error_type": None, "error_field": None, "error": "no"}
    ]
    assert (told["rows"], told["code"]) == (2, 3)
