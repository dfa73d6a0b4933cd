from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from odoo_widgets import Destination
from odoo_widgets.flow.errors import TableError
from odoo_widgets.net import tables
from odoo_widgets.net.reading import Reading, read, read_stream

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://a.b/json/2/res.partner/create"


def of_csv(table: str | bytes, **how: Any) -> pd.DataFrame:
    content = table if isinstance(table, bytes) else table.encode()
    return read_stream(io.BytesIO(content), ".csv", Reading(**how))


def test_a_csv_file_is_text_with_numbers_where_they_are_plain() -> None:
    frame = of_csv('\ufeffname,zip,color,vip\n"Ana, Inc",0100,1,true\n,200,,\n\n"two\nlines",300,3,FALSE\n')
    assert frame.columns.tolist() == ["name", "zip", "color", "vip"]
    assert frame["name"].isna().tolist() == [False, True, False]
    assert frame["zip"].tolist() == ["0100", "200", "300"]
    assert frame["color"].dtype == "Int64"
    assert frame["vip"].tolist() == [True, pd.NA, False]
    assert frame.index.equals(pd.RangeIndex(3))


@pytest.mark.parametrize(("separator", "how"), [(",", ""), (";", ""), ("\t", ""), ("|", "|")])
def test_the_separator_is_the_headers(separator: str, how: str) -> None:
    frame = of_csv(f"name{separator}city\n1.5{separator}x\n", separator=how)
    assert frame.to_dict("list") == {"name": [1.5], "city": ["x"]}


@pytest.mark.parametrize("encoding", ["", "utf-8", "utf-8-sig"])
def test_a_mark_at_the_start_is_no_part_of_the_first_columns_name(encoding: str) -> None:
    assert of_csv("\ufeffname,city\nx,y\n", encoding=encoding).columns.tolist() == ["name", "city"]


def test_a_header_is_the_first_line_that_is_none_empty_and_its_names_may_hold_separators() -> None:
    frame = of_csv('\n\r\n"name; first; last","in\ncity, country"\nx,y\n')
    assert frame.to_dict("list") == {"name; first; last": ["x"], "in\ncity, country": ["y"]}


def test_a_column_is_what_it_is_said_to_be() -> None:
    frame = of_csv("code,price\n7,1.50\n", text=["code"], number=["price"])
    assert (frame["code"].tolist(), frame["price"].tolist()) == (["7"], [1.5])


@pytest.mark.parametrize(
    ("text", "how", "sentence"),
    [
        ("", {}, "standard input is empty: its first line has to name the columns."),
        ("a,,b\n1,2,3\n", {}, "column 2 has no name"),
        ("a,b\n1,2\n1,2,3\n", {}, "line 3: 3 cells, and the header has 2"),
        ("a,b\n1\n", {}, "line 2: 1 cells, and the header has 2"),
        ('a,b\n1,"2\n', {}, "line 2: unexpected end of data"),
        ('a,b\n1,"2"x\n', {}, "line 2: "),
        (b"a\nok\n\xe9t\xe9\n", {}, "line 3: that is not UTF-8. Save the file as CSV UTF-8, or say --encoding"),
        (b"a\n\xff\x00\n", {"encoding": "utf-16"}, "that is not utf-16."),
        ("a\n1\n", {"encoding": "klingon"}, "There is no encoding called 'klingon'."),
        ("a\n1\n", {"encoding": "undefined"}, "There is no encoding called 'undefined'."),
        ("a;;b\n", {"separator": ";;"}, "';;' cannot stand between two cells."),
        ("a\n1,5\n", {"number": ["a"], "separator": ";"}, "'1,5' is no number. Write it like 1234.5."),
        ("a\n1.5\n", {"number": ["a"], "decimal": ","}, "'1.5' is no number. Write it like 1234,5."),
        ("a\n1\n", {"sheet": "May"}, "--sheet is for .xlsx tables, and standard input is none."),
        ("a,b\n1,2\n", {"text": ["c"]}, "has no column 'c'. Its columns are: a, b."),
        ("a,b\n1,x\n", {"number": ["b"]}, "Column 'b', row 0: 'x' is no number."),
    ],
)
def test_what_is_no_table_is_named_by_its_line(text: str | bytes, how: Any, sentence: str) -> None:
    with pytest.raises(TableError) as told:
        of_csv(text, **how)
    assert sentence in str(told.value)


def test_a_table_of_another_country_is_read_as_it_is_said_to_be() -> None:
    table = "name;price\nMüller;1.234,50\nWeiß;-7\nÅs;\n".encode("cp1252")
    frame = of_csv(table, number=["price"], decimal=",", encoding="cp1252")
    assert frame["name"].tolist() == ["Müller", "Weiß", "Ås"]
    assert frame["price"].tolist() == [1234.5, -7.0, pd.NA]


@pytest.mark.parametrize(("name", "how"), [("x.jsonl", {"text": ["a"]}), ("x.parquet", {"encoding": "cp1252"})])
def test_what_is_said_of_a_table_of_another_kind_is_refused(tmp_path: Path, name: str, how: Any) -> None:
    with pytest.raises(TableError, match=rf"--\w+ is for \.csv .*tables, and .*{name} is none\."):
        read(tmp_path / name, Reading(**how))


def test_two_columns_of_one_name_are_named_before_they_are_sent() -> None:
    frame = of_csv("a,a\n1,2\n")
    assert "a" in Destination(URL).problems(frame)[0]


def test_a_header_alone_is_a_table_without_rows() -> None:
    assert of_csv("a,b\n").shape == (0, 2)


def test_a_cell_may_hold_a_picture() -> None:
    assert len(of_csv(f"name,image_1920\nx,{'A' * 300_000}\n")["image_1920"][0]) == 300_000


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=4))
def test_whatever_is_written_as_csv_is_read_as_the_same_text(rows: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["a", "b"], dtype=object)
    found = of_csv(frame.to_csv(index=False, lineterminator="\r\n"), text=["a", "b"])
    assert found.astype(object).where(found.notna(), "").to_numpy().tolist() == frame.to_numpy().tolist()


def test_json_lines_keep_what_json_has() -> None:
    lines = b'{"name": "x", "id": 9007199254740993, "tags": [1, 2]}\n\n{"name": null, "vip": true}\n'
    frame = read_stream(io.BytesIO(lines), ".jsonl")
    assert frame["id"][0] == 9007199254740993
    assert frame["tags"][0] == [1, 2]
    assert frame.isna().to_numpy().tolist() == [[False, False, False, True], [True, True, True, False]]
    assert '"id": 9007199254740993' in Destination(URL).samples(frame).view()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "line 2: that is no JSON"),
        ("[1]", "line 2: that is no object"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"b": 1, "a": 1, "a": 2}', "line 2: that is no JSON: the name 'a' stands more than once"),
        ('{"a": ' + "[" * 200_000, "line 2: its lists or objects are nested too deeply"),
    ],
)
def test_a_line_that_is_no_object_is_named(line: str, sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        read_stream(io.BytesIO(b"{}\n" + line.encode()), ".jsonl")


def test_parquet_keeps_its_types_and_its_index(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": pd.array([1, None], dtype="Int64"), "t": ["a", "b"]}, index=pd.Index(["x", "y"]))
    frame.to_parquet(tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(found.astype(frame.dtypes).set_axis(found.index.astype("str")), frame)


def test_whole_numbers_of_parquet_stay_whole_beside_a_missing_one(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"name": ["a", "b"], "color": [2**53 + 1, None]}), file)
    assert f'"color": {2**53 + 1}' in Destination(URL).samples(read(file)).view()


def test_two_columns_of_one_name_in_parquet_are_named_before_they_are_sent(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    parquet.write_table(pa.table([["a"], ["b"]], names=["name", "name"]), file)
    (problem,) = Destination(URL).problems(read(file))
    assert problem.startswith("The column name 'name' stands 2 times.")


def excel(path: Path, rows: list[list[Any]], sheet: str = "Sheet1") -> Path:
    pytest.importorskip("openpyxl")
    pd.DataFrame(rows).to_excel(path, index=False, header=False, sheet_name=sheet)
    return path


def test_excel_keeps_what_its_cells_are(tmp_path: Path) -> None:
    day = pd.Timestamp("2026-03-01")
    rows = [["name", "n", "day", "vip", "zip"], ["x", 7, day, True, "0100"], [None, 1.5, None, False, "NA"], [None] * 5]
    frame = read(excel(tmp_path / "a.xlsx", rows))
    assert frame.columns.tolist() == ["name", "n", "day", "vip", "zip"]
    assert frame.iloc[0].tolist() == ["x", 7, day.to_pydatetime(), True, "0100"]
    assert frame.iloc[1].isna().tolist() == [True, False, True, False, False]
    assert len(frame) == 2
    shown = Destination(URL).samples(frame).view()
    assert '"n": 7' in shown
    assert '"day": "2026-03-01"' in shown
    assert '"zip": "NA"' in shown


def test_an_empty_line_is_none_in_excel_as_in_csv(tmp_path: Path) -> None:
    frame = read(excel(tmp_path / "a.xlsx", [[None, None], ["name", "city"], ["x", None], [None, None], ["y", "z"]]))
    assert frame.to_dict("list") == {"name": ["x", "y"], "city": [None, "z"]}
    assert len(of_csv("name,city\nx,\n\ny,z\n")) == len(frame)


def test_a_number_that_excel_shows_with_zeros_in_front_is_that_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["zip", "n", "price"], [1234, 7, 5], [98765, 8, 6.5]):
        book.active.append(row)
    for cell, shown in {"A2": "00000", "A3": "00000", "B2": "0", "C2": "0.00", "C3": "0.00"}.items():
        book.active[cell].number_format = shown
    book.save(tmp_path / "a.xlsx")
    found = read(tmp_path / "a.xlsx").to_dict("list")
    assert found == {"zip": ["01234", "98765"], "n": [7, 8], "price": [5, 6.5]}


def test_the_first_sheet_is_the_first_that_a_person_sees(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, state in {"Lists": "hidden", "May": "visible", "June": "visible"}.items():
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        sheet.append(["name"])
        sheet.append([title])
    del book["Sheet"]
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx")["name"].tolist() == ["May"]
    assert read(tmp_path / "a.xlsx", Reading(sheet="Lists"))["name"].tolist() == ["Lists"]


def test_excel_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    file = excel(tmp_path / "a.xlsx", [["a", None], [1, 2]])
    with pytest.raises(TableError, match="column 2 has no name"):
        read(file)
    with pytest.raises(TableError, match=r"has no sheet 'Other'\. Its sheets are: "):
        read(file, Reading(sheet="Other"))
    with pd.ExcelWriter(tmp_path / "d.xlsx") as book:
        pd.DataFrame({"A report": []}).to_excel(book, sheet_name="Title", index=False)
        pd.DataFrame({"name": ["x"]}).to_excel(book, sheet_name="May", index=False)
    with pytest.raises(TableError, match=r"its first sheet has no rows\. Say which one .* The others are: May\."):
        read(tmp_path / "d.xlsx")
    assert read(tmp_path / "d.xlsx", Reading(sheet="May"))["name"].tolist() == ["x"]
    with pytest.raises(TableError, match=r"cell A2: its formula came to #N/A"):
        read(excel(tmp_path / "b.xlsx", [["a"], ["#N/A"]]))
    with pytest.raises(TableError, match=r"cell A3: its formula was never calculated\. Open the file in a spread"):
        read(excel(tmp_path / "e.xlsx", [["a"], [1], ["=A2+1"]]))
    (tmp_path / "c.xlsx").write_bytes(b"PK no")
    with pytest.raises(TableError, match="cannot be read as Excel"):
        read(tmp_path / "c.xlsx")


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.parquet"])
def test_a_file_that_is_not_there_is_one_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(TableError, match=rf"{name} cannot be read: No such file"):
        read(tmp_path / name)


def test_a_broken_parquet_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    with pytest.raises(TableError, match="cannot be read as Parquet"):
        read(tmp_path / "x.parquet")


@pytest.mark.parametrize("name", ["x.xls", "x.pdf", "x", ".csv"])
def test_a_file_of_another_kind_is_refused_with_the_kinds_there_are(name: str, tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"has to end in .csv, .jsonl, .parquet, .xlsx"):
        read(tmp_path / name)


@pytest.mark.parametrize("name", ["x.xlsx", "x.parquet"])
def test_a_library_that_is_not_installed_is_named_with_what_to_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = tables.NEEDS[f".{name[2:]}"]
    # As Python itself says that there is none of a name (docs.python.org, The import system, 5.3.1).
    monkeypatch.setitem(sys.modules, needed, None)
    with pytest.raises(TableError, match=rf"needs {needed}. Install it with: pip install 'odoo-widgets\[files\]'"):
        read(name)
    with pytest.raises(TableError, match=needed):
        tables.check_writable(name)


def test_a_table_of_another_kind_does_not_come_from_standard_input() -> None:
    with pytest.raises(TableError, match="comes from a file"):
        read_stream(io.BytesIO(b""), ".xlsx")
