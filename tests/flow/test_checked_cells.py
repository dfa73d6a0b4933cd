"""A column of which nothing can be said is not told apart value by value; what is said of any other stays the same."""

from __future__ import annotations

import datetime as dt
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pytest

from odoo_widgets.flow.checks import cells
from odoo_widgets.flow.checks.subject import subject
from odoo_widgets.flow.model import Field
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source

SETTINGS = Settings("https://mycompany.odoo.com/json/2/res.partner/create", timezone="Europe/Brussels")
NOON, MIDNIGHT = pd.Timestamp("2026-03-01 12:00"), pd.Timestamp("2026-03-01")
COLUMNS: dict[str, Any] = {
    "texts": ["a", None, ""],
    "texts of Arrow's": pd.array(["a", None, "2026-03-01"], dtype="string[pyarrow]"),
    "whole numbers": pd.array([1, None, 3], dtype="Int64"),
    "numbers below zero": [-1, 0, 7],
    "numbers beyond Odoo's": [1, 2**31, 3],
    "numbers beyond, as objects": pd.Series([1, 2**40, None], dtype=object),
    "numbers": [1.5, np.nan, 3.0],
    "exact numbers": [1.25, 2.005, 0.1 + 0.2],
    "truths": [True, False, True],
    "truths among numbers": pd.Series([True, 1, None], dtype=object),
    "days as times": [MIDNIGHT, pd.NaT, MIDNIGHT],
    "times": [NOON, pd.NaT, MIDNIGHT],
    "times with a zone": pd.Series([NOON, pd.NaT, MIDNIGHT]).dt.tz_localize("Europe/Brussels"),
    "days": [dt.date(2026, 3, 1), None, dt.date(1, 1, 1)],
    "days among times": pd.Series([dt.date(2026, 3, 1), NOON.to_pydatetime(), None], dtype=object),
    "categories": pd.Categorical(["a", None, "b"]),
    "bytes": [b"abc", None, b""],
    "nothing": [None, None, None],
}
FIELDS = {
    **{kind: Field("x", kind) for kind in cells.CHECKS},
    "char of a size": Field("x", "char", size=1),
    "float of two decimals": Field("x", "float", digits=(16, 2)),
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("column", COLUMNS)
def test_what_is_said_of_a_column_is_what_a_look_at_each_value_says(
    column: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source(pd.DataFrame({"x": COLUMNS[column]}))

    def said() -> list[Any]:
        notes = cells.values(subject(source, SETTINGS, {"x": FIELDS[field]}))
        return [(each.severity, each.problem, each.advice, list(each.rows)) for each in notes]

    found = said()
    monkeypatch.setattr(cells, "QUIET", {})
    assert found == said()


class Untold(Source):
    """A frame whose cells nobody tells apart."""

    def groups(self, position: int) -> NoReturn:
        raise AssertionError(position)


def test_a_column_of_which_nothing_can_be_said_is_not_told_apart() -> None:
    source = Untold(pd.DataFrame({"x": [NOON, MIDNIGHT]}))
    assert list(cells.values(subject(source, SETTINGS, {"x": Field("x", "datetime")}))) == []
