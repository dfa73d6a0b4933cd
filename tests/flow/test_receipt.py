from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets import Destination
from odoo_widgets.flow.errors import TableError
from odoo_widgets.flow.receipt import escaped, receipt
from odoo_widgets.flow.responses import Outcome, responses

if TYPE_CHECKING:
    from pathlib import Path

WHEN = datetime(2026, 3, 1, 12, 30, tzinfo=timezone(timedelta(hours=1)))


def made(index: pd.Index) -> pd.DataFrame:
    outcomes = [Outcome([0], "created", [7], 0), Outcome([1], "rejected", batch=1, error="=no")]
    return responses(outcomes, index, "https://a.b", "res.partner")


def test_a_receipt_says_which_row_became_which_record_by_whom_and_when() -> None:
    filed = receipt(made(pd.Index(["x", "y"])), who="Anna", when=WHEN)
    assert filed.columns.tolist() == ["row", "status", "id", "link", "who", "when"]
    assert filed.iloc[0].tolist() == [
        "x", "created", 7, "https://a.b/odoo/res.partner/7", "Anna", pd.Timestamp("2026-03-01 11:30", tz=UTC),
    ]  # fmt: skip
    assert filed["id"].dtype == "Int64"
    assert filed["link"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("index", "rows"),
    [
        (pd.RangeIndex(2), [0, 1]),
        (pd.Index(["x", "x"]), ["x", "x"]),
        (pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]), ["a / 1", "b / 2"]),
        (pd.Index([None, 1.5], dtype=object), [None, 1.5]),
    ],
)
def test_a_row_is_called_by_its_label(index: pd.Index, rows: list[Any]) -> None:
    assert receipt(made(index))["row"].astype(object).tolist() == rows
    assert receipt(made(index))["when"].isna().all()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "=HYPERLINK(1)"])  # noqa: RUF001
@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_no_text_is_a_formula(text: str, dtype: str) -> None:
    frame = pd.DataFrame({text: pd.Series([text, "plain", None], dtype=dtype), "n": [-1, -2, -3]})
    safe = escaped(frame)
    assert safe.columns.tolist() == ["'" + text, "n"]
    assert safe.iloc[:, 0].tolist()[:2] == ["'" + text, "plain"]
    assert safe.iloc[2].isna().tolist() == [True, False]
    assert safe["n"].tolist() == [-1, -2, -3]
    assert frame.iloc[0, 0] == text


@given(st.lists(st.text(max_size=6), max_size=5))
def test_all_other_text_stays_as_it_is(texts: list[str]) -> None:
    safe = escaped(pd.DataFrame({"a": pd.Series(texts, dtype=object)}))["a"].tolist()
    assert [cell.removeprefix("'") if cell != text else text for cell, text in zip(safe, texts, strict=True)] == texts


@pytest.mark.parametrize("name", ["r.csv", "r.xlsx", "R.XLSX", "r.parquet", "r.jsonl"])
def test_a_receipt_is_written_as_the_kind_of_its_file(name: str, tmp_path: Path) -> None:
    if name.lower().endswith("xlsx"):
        pytest.importorskip("openpyxl")
    hostile = made(pd.Index(["=cmd|' /C calc'!A0", "bell \x07"]))
    filed = Destination.receipt(hostile, tmp_path / name, who="@Anna", when=WHEN)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    read = {
        ".csv": pd.read_csv, ".xlsx": pd.read_excel, ".parquet": pd.read_parquet,
        ".jsonl": lambda path: pd.read_json(path, lines=True),
    }[(tmp_path / name).suffix.lower()](tmp_path / name)  # fmt: skip
    mark = "'" if name.lower().endswith(("csv", "xlsx")) else ""
    assert read["row"].tolist()[0] == f"{mark}=cmd|' /C calc'!A0"
    assert read["who"].tolist() == [f"{mark}@Anna"] * 2
    assert read.columns.tolist() == filed.columns.tolist()
    assert read["status"].tolist() == ["created", "rejected"]
    assert pd.to_datetime(read["when"], utc=True).tolist() == [pd.Timestamp(WHEN)] * 2


@pytest.mark.parametrize("name", ["r.pdf", "r", "nowhere/r.csv"])
def test_a_receipt_that_cannot_be_written_is_one_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"cannot be written|known kind"):
        Destination.receipt(made(pd.RangeIndex(2)), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
