from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import example, given
from hypothesis import strategies as st

from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.formats import FORMATS, text
from odoo_widgets.flow.limits import LIMITS, check
from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.samples import samples
from odoo_widgets.flow.settings import CONTENT_FORMATS, Settings
from odoo_widgets.flow.unsendable import UnsendableError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

URL = "https://mycompany.odoo.com/api/res.partner"

# --- what may be in a record, as the fields hand it over -------------------------------------------------------------

# What XML 1.0 has (2.2, Char), and every other format too.
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\r\n")
TEXTS = st.text(LETTERS, max_size=8) | st.sampled_from(["=1+1", '"', "a,b", "a\r\nb", "é😀", "<a>&amp;", "]]>", " x "])
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
FLAT = st.none() | st.booleans() | TEXTS | NUMBERS
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,9}", fullmatch=True) | st.just("item")
ANY_NAMES = NAMES | st.text(LETTERS, min_size=1, max_size=6)
NESTED = st.recursive(FLAT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))


def several_of(names: Any, values: Any, least: int = 0) -> Any:
    return st.lists(st.dictionaries(names, values, min_size=least, max_size=4), min_size=1, max_size=3)


def as_read(value: Any) -> Any:
    """What a format without types keeps of a value: text, and nothing for whatever is empty."""
    if isinstance(value, dict) and value:
        return {name: as_read(inner) for name, inner in value.items()}
    if isinstance(value, list) and value:
        return [as_read(inner) for inner in value]
    return text(value) if not isinstance(value, dict | list) else ""


def of_element(element: Element) -> Any:
    if not len(element):
        return element.text or ""
    if all(child.tag == "item" for child in element):
        return [of_element(child) for child in element]
    return {child.tag: of_element(child) for child in element}


# --- round trips -----------------------------------------------------------------------------------------------------


@given(several_of(ANY_NAMES, NESTED), st.lists(ANY_NAMES, max_size=3))
def test_what_is_written_as_json_reads_back(records: list[dict[str, Any]], wrapped: list[str]) -> None:
    for several, rows in ((True, records), (False, records[:1])):
        content = json.loads(FORMATS["JSON"].write(rows, several, wrapped))
        for name in wrapped:
            assert list(content) == [name]
            content = content[name]
        assert content == (rows if several else rows[0])


def has_item(value: Any) -> bool:
    """Whether a key inside a value is called like what stands in a list."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return (isinstance(value, dict) and "item" in value) or any(map(has_item, inner))


def is_refused(records: list[dict[str, Any]]) -> bool:
    try:
        for record in records:
            for value in record.values():
                check(value, LIMITS["XML"])
    except UnsendableError as error:
        return error.sentence == "in XML, a key called item looks like what stands in a list. Rename it, or use JSON."
    return False


@given(several_of(NAMES, NESTED), st.lists(NAMES, max_size=3))
@example([{"item": [{"a": 1}]}, {"item": 1}], ["item"])
@example([{"a": {"item": 1}}], [])
def test_what_is_written_as_xml_reads_back_as_text_or_is_refused(
    records: list[dict[str, Any]], wrapped: list[str]
) -> None:
    assert is_refused(records) == any(has_item(value) for record in records for value in record.values())
    if is_refused(records):
        return
    for several, rows in ((True, records), (False, records[:1])):
        around = [*wrapped, *(["records"] if several else [])]
        level = [fromstring(FORMATS["XML"].write(rows, several, wrapped))]
        for name in around:
            assert [each.tag for each in level] == [name]
            level = list(level[0])
        assert {each.tag for each in level} == {"record"}
        read = [{child.tag: of_element(child) for child in each} for each in level]
        assert read == [{name: as_read(value) for name, value in row.items()} for row in rows]


@given(st.dictionaries(ANY_NAMES, FLAT, max_size=4))
def test_what_is_written_as_a_form_reads_back_as_text(record: dict[str, Any]) -> None:
    body = FORMATS["form"].write([record], False, [])
    read = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body))
    assert read == [(name, text(value)) for name, value in record.items()]


@given(st.lists(ANY_NAMES, min_size=1, max_size=4, unique=True), st.integers(1, 3), st.data())
def test_what_is_written_as_csv_reads_back_as_text(fields: list[str], rows: int, data: st.DataObject) -> None:
    written = [{name: data.draw(FLAT) for name in fields} for _ in range(rows)]
    body = FORMATS["CSV"].write(written, True, [])
    read = list(csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True))
    assert read == [fields, *([text(record[name]) for name in fields] for record in written)]


# --- what a format cannot hold ---------------------------------------------------------------------------------------

LISTED = pd.DataFrame({"a": ["x", "y"], "tags": [[3, 7], None]})
NO_CONTROL = (
    "Column 'a', row 1: the text holds a control character, which XML cannot carry. Remove it: "
    r".str.replace(r'[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]', '', regex=True). "
)
REFUSED: dict[str, tuple[dict[str, Any], pd.DataFrame, str]] = {
    "a form of several": (
        {"content_format": "form", "batch_size": 2},
        pd.DataFrame({"a": [1, 2]}),
        "A form holds one record. Send each record in a call of its own, or use JSON, XML or CSV.",
    ),
    "a list in a form": (
        {"content_format": "form"},
        LISTED,
        (
            "Column 'tags', row 0: form holds text, not a list or dict. Use JSON or XML, or exclude the column. "
            "Found: [3, 7]."
        ),
    ),
    "a list in CSV": (
        {"content_format": "CSV"},
        LISTED,
        (
            "Column 'tags', row 0: CSV holds text, not a list or dict. Use JSON or XML, or exclude the column. "
            "Found: [3, 7]."
        ),
    ),
    "a name that XML does not have": (
        {"content_format": "XML"},
        pd.DataFrame({"ok": [1], "state_id/code": ["BY"]}),
        "The column name 'state_id/code' cannot name an element in XML. Rename it to a field's name.",
    ),
    "such a name inside a cell": (
        {"content_format": "XML"},
        pd.DataFrame({"properties": [{"a": 1}, {"b": [{"two words": 1}]}]}),
        (
            "Column 'properties', row 1: this key of a dict cannot name an element in XML. Rename it, or use JSON. "
            "Found: 'two words' inside a dict."
        ),
    ),
    "a key that looks like a list's": (
        {"content_format": "XML"},
        pd.DataFrame({"properties": [{"a": 1}, {"b": [{"item": 1}]}]}),
        (
            "Column 'properties', row 1: in XML, a key called item looks like what stands in a list. Rename it, or use "
            "JSON. Found: 'item' inside a dict."
        ),
    ),
    "a control character in XML": (
        {"content_format": "XML"},
        pd.DataFrame({"a": ["fine", "bell \x07"]}),
        NO_CONTROL + r"Found: 'bell \x07'.",
    ),
    "a control character in a name": (
        {"content_format": "XML", "wrap": "data"},
        pd.DataFrame({"a\x07": [1]}),
        r"The column name 'a\x07' holds a control character. Rename it to a field's name.",
    ),
    "a form of rows that are kept together": (
        {"content_format": "form", "grouping": "keep together", "group_by": "a"},
        pd.DataFrame({"a": [1, 1]}),
        "A form holds one record. Send each record in a call of its own, or use JSON, XML or CSV.",
    ),
    "rows without a value in CSV": (
        {"content_format": "CSV"},
        pd.DataFrame({"a": ["x", None, None, None], "b": [1, None, None, 2]}),
        (
            "Row 1, and 1 more row: all cells are empty, and CSV cannot hold a record without a value. Drop the "
            "row, or use JSON."
        ),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_format_cannot_hold_is_said_before_anything_is_sent(name: str) -> None:
    chosen, frame, sentence = REFUSED[name]
    assert problems(frame, Settings(URL, **chosen))[0] == sentence
    with pytest.raises(DataError):
        samples(frame, Settings(URL, **chosen))


FINE: dict[str, tuple[dict[str, Any], pd.DataFrame]] = {
    "a form to each record's own address": (
        {"content_format": "form", "batch_size": 2, "method": "PATCH", "url": f"{URL}/{{id}}"},
        pd.DataFrame({"id": [1, 2], "a": [1, 2]}),
    ),
    "names that XML does not have, where nothing is written": (
        {"content_format": "XML", "method": "DELETE", "url": f"{URL}/{{id}}"},
        pd.DataFrame({"id": [1, 2], "two words": [1, 2]}),
    ),
    "cleared cells in CSV": (
        {"content_format": "CSV", "missing": {"a": "clear"}},
        pd.DataFrame({"a": ["x", None]}),
    ),
    "rows without a value in a form": ({"content_format": "form"}, pd.DataFrame({"a": ["x", None]})),
    "a column called item in XML": ({"content_format": "XML"}, pd.DataFrame({"item": [[1, 2], None]})),
    "control characters in JSON": ({}, pd.DataFrame({"a": ["\x07"]})),
}


@pytest.mark.parametrize("name", FINE)
def test_what_a_format_can_hold_is_not_refused(name: str) -> None:
    chosen, frame = FINE[name]
    assert problems(frame, Settings(**({"url": URL} | chosen))) == ()


@pytest.mark.parametrize("name", CONTENT_FORMATS)
def test_the_formats_are_those_that_settings_know(name: str) -> None:
    assert tuple(FORMATS) == CONTENT_FORMATS
    assert FORMATS[name].content_type.startswith(("application/", "text/"))


# --- a whole frame ---------------------------------------------------------------------------------------------------

CELLS = st.lists(st.none() | TEXTS.filter(bool), min_size=1, max_size=6)


@given(CELLS, CELLS, st.sampled_from(["omit", "clear"]), st.integers(1, 4))
def test_a_frame_that_goes_out_as_csv_comes_back_cell_by_cell(a: Any, b: Any, policy: str, size: int) -> None:
    rows = max(len(a), len(b))
    frame = pd.DataFrame({"a": (a * rows)[:rows], "b": (b * rows)[:rows]}, dtype=object)
    settings = Settings(URL, content_format="CSV", batch_size=size, missing={"a": policy, "b": policy})
    if problems(frame, settings):
        assert policy == "omit"
        assert frame.isna().all(axis=1).any()
        return
    seen = {}
    for call in plan(frame, settings):
        body = FORMATS["CSV"].write(call.ask.arguments["records"], True, [])
        read = list(csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True))
        seen |= dict(zip(call.rows, read, strict=True))
    expected = frame.replace({np.nan: None}).to_dict("records")
    kept = {
        row: {name: cell or "" for name, cell in record.items() if cell is not None or policy == "clear"}
        for row, record in enumerate(expected)
    }
    assert seen == kept


@pytest.mark.parametrize("name", ["JSON", "XML", "form"])
def test_a_second_record_is_never_left_out_in_silence(name: str) -> None:
    with pytest.raises(ValueError, match="too many"):
        FORMATS[name].write([{"a": 1}, {"a": 2}], False, [])
