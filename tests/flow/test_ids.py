"""Which record a row is for: the column of database ids."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.settings import Settings

CREATE, WRITE, UNLINK = (
    f"https://mycompany.odoo.com/json/2/res.partner/{name}" for name in ("create", "write", "unlink")
)
NOON, SPAN, HUNDRED = pd.Timestamp("2026-03-01 12:00"), dt.timedelta(1), decimal.Decimal(100)
NO_ID = "this is not the id of a record. Ids are whole numbers above 0, none missing."
TWICE = "another row above is for the same record. Keep one row for each record."
NO_IDS = [
    *[([7, bad], dtype) for bad in (None, np.nan) for dtype in (None, "Int64", "int64[pyarrow]", object)],
    *[([7, bad], dtype) for bad in (0, -1, 2**31) for dtype in (None, "Int64", "int64[pyarrow]", "float64", object)],
    *[([7, bad], dtype) for bad in (1.5, np.inf) for dtype in (None, object, "category")],
    *[([7, bad], object) for bad in (2**70, "8", "x", True, np.True_, HUNDRED, NOON, SPAN, [8], {}, pd.NaT, 8j)],
    (["8"], "string"),
    (["8"], "category"),
    ([True], None),
    ([True], "boolean"),
    ([NOON], None),
    ([8j], None),
    ([pd.Period("2026-03")], "period[M]"),
]
WHOLE = [None, "Int64", "int64[pyarrow]", "int32", "float64", "double[pyarrow]", object, "category"]


@pytest.mark.parametrize("url", [WRITE, UNLINK])
@pytest.mark.parametrize(("cells", "dtype"), NO_IDS)
def test_what_is_no_id_is_named_by_row(url: str, cells: Any, dtype: Any) -> None:
    frame = pd.DataFrame({"key": pd.Series(cells, dtype=dtype), "name": "x"})
    (sentence,) = problems(frame, Settings(url, ids="key"))
    assert sentence.partition(" Found: ")[0] == f"Column 'key', row {len(cells) - 1}: {NO_ID}"


@pytest.mark.parametrize(
    ("bad", "found"), [(0, " Found: 0."), (1.5, " Found: 1.5."), ("8", " Found: '8'."), (None, "")]
)
def test_what_is_no_id_is_shown(bad: Any, found: str) -> None:
    frame = pd.DataFrame({"id": pd.Series([bad], dtype=object)})
    assert problems(frame, Settings(UNLINK)) == (f"Column 'id', row 0: {NO_ID}{found}",)


@pytest.mark.parametrize("dtype", WHOLE)
def test_ids_come_as_whole_numbers_of_any_type(dtype: Any) -> None:
    frame = pd.DataFrame({"id": pd.Series([3, 2**31 - 1], dtype=dtype), "name": "x"})
    settings = Settings(UNLINK)
    assert problems(frame, settings) == ()
    (call,) = plan(frame, settings)
    assert [(type(key), key) for key in call.ask.batch.ids] == [(int, 3), (int, 2**31 - 1)]
    assert call.ask.arguments["domain"] == [["id", "in", call.ask.batch.ids]]


@pytest.mark.parametrize(("cells", "dtype"), [([3, 4, 3], None), ([3.0, 4.0, 3.0], None), ([3, 4, 3.0], object)])
def test_two_rows_for_one_record_are_named_even_where_only_one_of_them_is_looked_at(cells: Any, dtype: Any) -> None:
    frame = pd.DataFrame({"id": pd.Series(cells, dtype=dtype)})
    expected = (f"Column 'id', row 2: {TWICE} Found: {cells[2]}.",)
    assert problems(frame, Settings(UNLINK)) == expected
    assert problems(frame, Settings(UNLINK), range(2, 3)) == expected
    assert problems(frame, Settings(UNLINK), range(2)) == ()


def test_missing_ids_are_not_called_doubles() -> None:
    frame = pd.DataFrame({"id": [None, None, 3.0]})
    assert problems(frame, Settings(UNLINK)) == (f"Column 'id', row 0, and 1 more row: {NO_ID}",)


def test_a_missing_column_of_ids_is_named_with_what_to_do() -> None:
    frame = pd.DataFrame({"name": ["x"]})
    assert problems(frame, Settings(WRITE)) == (
        "write needs one column of database ids, and none is called 'id'. Say which it is: ids='…'.",
    )
    assert problems(frame, Settings(CREATE)) == ()


def test_a_mistyped_operation_is_no_method_without_ids() -> None:
    typed = Settings(CREATE.replace("/create", "/creat"))
    [sentence] = problems(pd.DataFrame({"name": ["x"]}), typed)
    assert sentence.endswith("Say which it is: ids='…'. Or did you mean 'create' in place of 'creat'?")


def test_two_columns_of_ids_are_one_too_many_even_if_excluded() -> None:
    frame = pd.DataFrame([[1, 2, "x"]], columns=["id", "id", "name"])
    assert problems(frame, Settings(WRITE, exclude=["id"])) == (
        "write needs one column of database ids, and 2 are called 'id'. Say which it is: ids='…'.",
    )


def test_a_write_needs_something_to_write_and_an_unlink_does_not() -> None:
    frame = pd.DataFrame({"id": [1], "no": [object()]})
    assert problems(frame, Settings(WRITE, exclude=["no"])) == ("All columns are excluded: nothing is left to send.",)
    assert problems(frame, Settings(UNLINK)) == ()
