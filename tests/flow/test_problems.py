from __future__ import annotations

import datetime as dt
import decimal
import json
from decimal import Decimal
from typing import Any, NoReturn

import attrs
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.batches import count
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.endpoint import Endpoint, endpoint
from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.samples import samples
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source
from tests.frames import BACKENDS, FRAMES, arrow, one

URL = "https://mycompany.odoo.com/json/2/res.partner/create"

NOT_TEXT = (
    "The column name {!r} is not text, so no field can be called like it. Rename it: df.columns = df.columns.map(str)."
)
SHAPES = {
    "a dict": ({"a": [1]}, "The data is a dict, not a pandas DataFrame. Make it one with pd.DataFrame(…)."),
    "nothing": (None, "The data is a NoneType, not a pandas DataFrame. Make it one with pd.DataFrame(…)."),
    "no rows": (pd.DataFrame({"a": []}), "The frame has no rows."),
    "no columns": (pd.DataFrame(index=[1]), "The frame has no columns."),
    "all excluded": (pd.DataFrame({"no": [1]}), "All columns are excluded: nothing is left to send."),
    "a double name": (
        pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"]),
        "The column name 'a' stands 2 times. Rename or drop all but one.",
    ),
    "an empty name": (pd.DataFrame({"": [1]}), "A column has an empty name. Rename it to a field's name, or drop it."),
    "half a surrogate pair": (
        pd.DataFrame([[1]], columns=pd.Index(["\ud800"], dtype=object)),
        r"The column name '\ud800' holds a NUL or half a surrogate pair. Rename it to a field's name.",
    ),
} | {
    f"the name {name!r}": (
        pd.DataFrame([[1]], columns=pd.Index([name], dtype=object)),
        NOT_TEXT.format(name),
    )
    for name in (0, None, np.nan, pd.NA, pd.NaT, dt.date(2026, 3, 1))
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_frame_of_the_wrong_shape_is_told_what_is_wrong(name: str) -> None:
    frame, sentence = SHAPES[name]
    assert problems(frame, Settings(URL, exclude=["no"])) == (sentence,)


def test_a_column_of_two_levels_is_no_field() -> None:
    frame = pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")]))
    assert problems(frame, Settings(URL))[0].startswith("The column name ('a', 'b') is not text")


# The frame, the settings, and where the number is that is no id.
NO_IDS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a column of floats": ({"country_id": [21.0, None, 1.5]}, {}, "Column 'country_id', row 2: an id"),
    "one among other cells": ({"country_id": pd.Series([21, "Belgium", 1.5], dtype=object)}, {}, "row 2: an id"),
    "a category": ({"country_id": pd.Series([1.5, 2, 2], dtype="category")}, {}, "row 0: an id"),
    "a column that fills it": (
        {"Land": [2.5, 1, 2]},
        {"fields": {"Land": "country_id"}},
        "Column 'Land', row 0: an id",
    ),
    "a column of ids": ({"user/.id": [2.5, 1, 2]}, {}, "Column 'user/.id', row 0: an id"),
    "a line": (
        {"child_ids": [[{"name": "a", "country_id": 1.5}], [{"name": "b", "country_id": 2}], None]},
        {},
        "Column 'child_ids', row 0: line 0, 'country_id': an id",
    ),
}


@pytest.mark.parametrize("name", NO_IDS)
def test_a_number_that_is_no_id_is_not_rounded_to_another_record_s(name: str) -> None:
    frame, settings, where = NO_IDS[name]
    (found,) = problems(pd.DataFrame(frame), Settings(URL, **settings))
    assert where in found
    assert "is a whole number, and this one would be rounded to another record's." in found


def test_an_id_among_missing_cells_is_still_an_id() -> None:
    frame = pd.DataFrame({"country_id": [21.0, None], "color": [1.5, 2], "paid": [0.5, None]})
    assert problems(frame, Settings(URL)) == ()


def test_what_is_excluded_is_not_looked_at() -> None:
    frame = pd.DataFrame([[1, 2, object()]], columns=["a", "no", "no"])
    assert problems(frame, Settings(URL, exclude=["no"])) == ()


INFINITE = "infinity cannot be sent. Put a number there, or leave the cell empty."
LARGE = "the number is larger than Odoo can hold. Send it as text."
DIGITS = "the number has more digits than a number in JSON keeps. Round it: round(value, 2)."
WHOLE = "the number has more digits than a number in JSON keeps. Round it to a whole one: round(value)."
NO_ZONE = "a time without a zone. Say where it was read, for example timezone='Europe/Brussels' or 'UTC'."
CLOCKS = "the clocks in Europe/Brussels skip this time or show it twice. Give it with its zone."
EDGE = "this close to the end of the calendar, only dates and times in UTC can be sent."
YEAR = "the year does not have four digits. Correct it, or leave the cell empty."
MIDNIGHT = "inside a list or dict, midnight may mean a day or a time. Make it a date, or give it with its zone."
KEY = "the keys of a dict are names of fields, so text. Rename the key."
DEEP = "lists or dicts stand too deep inside each other. Flatten them."
TEXT = (
    "the text holds a NUL or half a surrogate pair, which Odoo cannot store. "
    r"Remove it: .str.replace(r'[\x00\ud800-\udfff]', '', regex=True)."
)


def cell(name: str) -> str:
    return f"a value of the type {name} cannot be sent. Turn it into text, a number, a date or a time."


def column(name: str) -> str:
    return f"values of the type {name} cannot be sent. Make them numbers or text."


BRUSSELS = "Europe/Brussels"
NOON, SKIPPED, DOUBLE = (pd.Timestamp(text) for text in ("2026-03-01 12:00", "2026-03-29 02:30", "2026-10-25 02:30"))
AFTER_THE_END = pd.Series(np.array(["2026", "10000-01-01T04:30"], dtype="datetime64[s]")).dt.tz_localize("UTC")
AFTER_THE_END = AFTER_THE_END.dt.tz_convert("America/New_York")
STRANGERS = (
    object(),
    1j,
    np.datetime64("2026-03-01"),
    np.timedelta64(5, "ns"),
    np.void(b"a"),
    dt.time(12),
    pd.Period("2026-03"),
    {1},
    np.array(1),
    frozenset(),
    range(3),
)
SPAN, DECIMAL = dt.timedelta(1), decimal.Decimal
ENDLESS: list[object] = []
ENDLESS.append(ENDLESS)
# Where NumPy's longest float is no longer than Python's, this is infinity.
LONG = np.longdouble("1e400")
LONG_FLOATS = [([0.5, LONG], object), (np.array([0.5, LONG]), None), ([0, [-LONG]], object)]
MAP = pd.ArrowDtype(pa.map_(pa.string(), pa.int64()))

# The cells, of which the last one is bad; their dtype; the zone; the sentence.
VALUES = [
    *[([0.5, np.inf], dtype, None, INFINITE) for dtype in (None, "Float64", "float32", object, "category")],
    ([0.5, -np.inf], None, None, INFINITE),
    ([0.5, np.longdouble("inf")], object, None, INFINITE),
    *[(bad, dtype, None, LARGE) for bad, dtype in LONG_FLOATS if np.isfinite(LONG)],
    *[(["b", bad], dtype, None, TEXT) for bad in ("a\0", "\0") for dtype in ("string", object, "category")],
    (["é", "\ud800"], object, None, TEXT),
    ([1, 2**63], "uint64", None, LARGE),
    ([1, 2**63], object, None, LARGE),
    ([1, -(2**63) - 1], object, None, LARGE),
    *[([None, NOON], dtype, None, NO_ZONE) for dtype in (None, object, "category", "timestamp[us][pyarrow]")],
    *[([NOON, bad], dtype, BRUSSELS, CLOCKS) for bad in (SKIPPED, DOUBLE) for dtype in (None, object, "category")],
    *[([None, np.datetime64("20000-01-01T01", "s")], "datetime64[s]", zone, YEAR) for zone in ("UTC", BRUSSELS)],
    ([None, np.datetime64("20000-01-01", "s")], "datetime64[s]", None, YEAR),
    ([NOON, "9999-12-31 23:30"], "datetime64[s]", "America/New_York", EDGE),
    ([NOON, "0001-01-01 00:30"], "datetime64[s]", "Asia/Tokyo", EDGE),
    (AFTER_THE_END, None, None, YEAR),
    ([None, dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=14)))], object, None, YEAR),
    *[([None, bad], object, None, cell(type(bad).__name__))
      for bad in (SPAN, *STRANGERS)],
    ([None, SPAN], "timedelta64[ns]", None, column("timedelta64[ns]")),
    ([None, pd.Period("2026-03")], "period[M]", None, column("period[M]")),
    ([1j], "complex128", None, column("complex128")),
    *[([DECIMAL("0.1"), DECIMAL(bad)], dtype, None, INFINITE)
      for bad in ("inf", "-inf") for dtype in (object, "category")],
    *[([DECIMAL("0.1"), DECIMAL(bad)], object, None, DIGITS)
      for bad in ("0.12345678901234567890", "1234567890123.12345", "1E-999")],
    *[([DECIMAL("0.1"), DECIMAL(bad)], object, None, WHOLE)
      for bad in ("12345678901234.1234", "9223372036854775806.5")],
    *[([DECIMAL("0.1"), DECIMAL(bad)], object, None, LARGE)
      for bad in ("9223372036854775808.5", "-1E+400", "1E+999", "1E+999999999", "1" * 30)],
    ([None, DECIMAL("0.12345678901234567890")], pd.ArrowDtype(pa.decimal128(30, 20)), None, DIGITS),
    ([None, [("a", 1)]], MAP, None, column("map<string, int64>[pyarrow]")),
    ([None, [("a", np.inf)]], object, None, INFINITE),
    *[([None, [bad]], pd.ArrowDtype(pa.list_(pa.float64())), None, INFINITE) for bad in (np.inf, -np.inf)],
    ([None, {"a": "\0"}], pd.ArrowDtype(pa.struct([("a", pa.string())])), None, TEXT),
    *[([None, value], pd.ArrowDtype(arrow_type), None, column(f"{arrow_type}[pyarrow]")) for arrow_type, value in (
        (pa.time32("s"), dt.time(12)), (pa.duration("s"), SPAN), (pa.month_day_nano_interval(), (1, 2, 3)))],
    ([None, pd.Interval(0, 1)], "category", None, column("interval[int64, right]")),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "dtype", "zone", "sentence"), VALUES)
def test_a_value_that_cannot_be_sent_is_named_by_row_and_column(
    cells: Any, dtype: Any, zone: str | None, sentence: str
) -> None:
    frame = pd.DataFrame({"x": pd.Series(cells, dtype=dtype)})
    (found,) = problems(frame, Settings(URL, timezone=zone))
    assert found.partition(" Found: ")[0] == f"Column 'x', row {len(cells) - 1}: {sentence}"


SHOWN = [
    (np.inf, "inf"),
    (2**70, "1180591620717411303424"),
    (1 << 20_000, "<int>"),
    ("a\0", r"'a\x00'"),
    ("\ud800\n", r"'\ud800\n'"),
    ("\0" * 99, r"'\x00\x00\x00\x00…"),
    (DECIMAL("-inf"), "-Infinity"),
    (SKIPPED, "2026-03-29 02:30:00"),
    (dt.time(12), "12:00:00"),
    (1j, "1j"),
    ({1, 2}, "{1, 2}"),
    ({"line\nbreak": {1}}, "{1} inside a dict"),
    ([[0, 0, {"price_unit": np.float64("inf")}]], "inf inside a list"),
    ((1, "\x1b[31m\0"), r"'\x1b[31m\x00' inside a tuple"),
    (np.array([1.0, np.inf]), "inf inside a ndarray"),
    ([b"a", range(3)], "range(0, 3) inside a list"),
]


@pytest.mark.parametrize(("bad", "found"), SHOWN, ids=[found for _, found in SHOWN])
def test_the_first_value_that_cannot_be_sent_is_shown_short_and_on_one_line(bad: Any, found: str) -> None:
    cells = np.empty(1, dtype=object)
    cells[0] = bad
    (sentence,) = problems(one(cells, object), Settings(URL, timezone=BRUSSELS))
    shown = sentence.partition(" Found: ")[2].removesuffix(".")
    assert len(shown) <= 60
    assert shown.isprintable()
    assert shown.startswith(found.removesuffix("…"))
    assert shown == found or found.endswith("…")


class Rude:
    def __repr__(self) -> str:
        raise RuntimeError


def test_a_stranger_that_cannot_even_be_shown_is_named() -> None:
    assert problems(one([Rude()], object), Settings(URL))[0].startswith(
        f"Column 'x', row 0: {cell('Rude')} Found: <Rude "
    )


class Ruder(Rude):
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise RuntimeError


@pytest.mark.parametrize("stranger", [Ruder, lambda: [Ruder()]])
def test_strangers_that_stay_out_of_the_payload_can_be_grouped_by_and_are_named_elsewhere(stranger: Any) -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "x": pd.Series([stranger(), stranger()], dtype=object)})
    grouped = Settings(URL, exclude=["x"], grouping="by column", group_by="x")
    assert problems(frame, grouped) == ()
    assert [list(call.rows) for call in plan(frame, grouped)] == [[0], [1]]
    found = problems(frame, Settings("https://mycompany.odoo.com/api/contacts/{x}", method="PATCH"))
    assert all(sentence.startswith("Column 'x', row 0, and 1 more row: ") for sentence in found)
    assert len(found) == 2  # as a value and in the address
    quants = frame.rename(columns={"x": "product_id"})
    assert all("'product_id'" in each for each in problems(quants, Settings(URL.replace("res.partner", "stock.quant"))))


def test_half_a_surrogate_pair_in_an_address_is_named() -> None:
    frame = pd.DataFrame({"name": ["a"], "ref": pd.Series(["\ud800"], dtype=object)})
    target = Settings("https://mycompany.odoo.com/api/contacts/{ref}", method="PATCH", exclude=["ref"])
    (sentence,) = problems(frame, target)
    assert sentence.startswith("Column 'ref', row 0: the text holds a NUL or half a surrogate pair")


# What stands inside a list or dict, the zone, the sentence.
INSIDE = [
    (np.inf, None, INFINITE),
    (2**63, None, LARGE),
    (DECIMAL("inf"), None, INFINITE),
    (DECIMAL("0.12345678901234567890"), None, DIGITS),
    ("\0", None, TEXT),
    ("\ud800", None, TEXT),
    (NOON, None, NO_ZONE),
    *[(pd.Timestamp("2026-03-01"), zone, MIDNIGHT) for zone in (None, "UTC", BRUSSELS)],
    *[(bad, BRUSSELS, CLOCKS) for bad in (SKIPPED, DOUBLE)],
    (dt.datetime(1, 1, 1, 0, 5), "Asia/Tokyo", YEAR),  # noqa: DTZ001 - a naive time is meant
    (dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=14))), None, YEAR),
    (pd.Timestamp.max, "America/New_York", EDGE),
    ({1: "a"}, None, KEY),
    ({None: "a"}, None, KEY),
    ({"\0": "a"}, None, TEXT),
    (ENDLESS, None, DEEP),
    *[(bad, None, cell(type(bad).__name__)) for bad in (SPAN, *STRANGERS)],
    (np.datetime64("2026"), None, cell("datetime64")),
]


@pytest.mark.parametrize("wrap", [lambda bad: [bad], lambda bad: (1, [bad]), lambda bad: {"a": [[0, 0, {"b": bad}]]}])
@pytest.mark.parametrize(("bad", "zone", "sentence"), INSIDE)
def test_what_cannot_be_sent_inside_a_list_or_dict_is_named(
    bad: Any, zone: str | None, sentence: str, wrap: Any
) -> None:
    (found,) = problems(one([None, wrap(bad)], object), Settings(URL, timezone=zone))
    assert found.startswith(f"Column 'x', row 1: {sentence} Found: ")
    assert " inside a " in found


# --- what load cannot take -------------------------------------------------------------------------------------------

LOAD = "https://mycompany.odoo.com/json/2/sale.order/load"


@pytest.mark.parametrize("cells", [[None, [3, 7]], [None, {"a": 1}], [None, (3,)], [None, np.array([3])], [None, []]])
def test_load_takes_no_list(cells: Any) -> None:
    assert problems(one(cells, object), Settings(URL)) == ()
    (found,) = problems(one(cells, object), Settings(LOAD))
    assert found.startswith(
        "Column 'x', row 1: load takes text, not a list or dict. Look the records up, and send their ids as one text "
        "such as '3,7' in a column called 'x/.id'. Found: "
    )


def test_load_takes_no_list_of_arrows_either() -> None:
    assert "load takes text" in problems(arrow([None, [3]], pa.list_(pa.int64())), Settings(LOAD))[0]


@pytest.mark.parametrize("name", ["order_line/product_id", "order_line/product_id/id", "a/b/.id", "order_line/"])
def test_load_answers_too_few_ids_for_lines(name: str) -> None:
    frame = pd.DataFrame({"id": ["a"], "partner_id/id": ["b"], "country_id/.id": [3], name: ["c"]})
    (found,) = problems(frame, Settings(LOAD))
    assert found == (
        f"Column {name!r}: load with lines answers fewer ids than there are rows, so no row could be told its record. "
        "Use create, with lists of commands such as [[0, 0, {…}]]."
    )
    assert problems(frame, Settings(LOAD, exclude=[name])) == ()
    assert problems(frame, Settings(URL)) == ()


# --- what a protocol cannot carry ------------------------------------------------------------------------------------


@attrs.frozen
class OverXmlRpc(Settings):
    @property
    def endpoint(self) -> Endpoint:
        return attrs.evolve(endpoint(self.url), protocol="xmlrpc")


FOUR_BYTES = "XML-RPC holds whole numbers up to 2,147,483,647. Send it as text, or use JSON-2 or JSON-RPC."
CONTROL = (
    "the text holds a control character, which XML-RPC cannot carry. "
    r"Remove it: .str.replace(r'[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]', '', regex=True)."
)
BEYOND = [
    *[([1, bad], dtype, FOUR_BYTES) for bad in (2**31, -(2**31) - 1) for dtype in (None, "Int64", object, float)],
    ([1, 2**31], "category", FOUR_BYTES),
    ([1, 2**31], "uint64", FOUR_BYTES),
    ([None, DECIMAL(2**31)], object, FOUR_BYTES),
    ([None, [[6, 0, [2**31]]]], object, FOUR_BYTES),
    ([None, {"a": 2.0**31}], object, FOUR_BYTES),
    *[
        (["a", f"a{bad}"], dtype, CONTROL)
        for bad in "\x01\x0b\x0c\x1f\ufffe\uffff"
        for dtype in (None, object, "category")
    ],
    ([None, ["\x1b"]], object, CONTROL),
    ([None, {"\x1b": 1}], object, CONTROL),
]


@pytest.mark.parametrize(("cells", "dtype", "sentence"), BEYOND)
def test_what_xml_cannot_carry_is_named_and_goes_over_json(cells: Any, dtype: Any, sentence: str) -> None:
    frame = one(cells, dtype)
    assert problems(frame, Settings(URL)) == ()
    (found,) = problems(frame, OverXmlRpc(URL))
    assert found.startswith(f"Column 'x', row 1: {sentence} Found: ")


def test_what_xml_carries_has_no_problem() -> None:
    frame = pd.DataFrame(
        {"n": [2**31 - 1, -(2**31)], "f": [2.0**60, 0.5], "t": ["\t\n\r", "é😀\x7f"], "b": [True, False]}
    )
    assert problems(frame, OverXmlRpc(URL)) == ()
    assert problems(one([[1, 2.0**60], {"a": "\t"}], object), OverXmlRpc(URL)) == ()


def test_load_sends_numbers_as_text_so_xml_carries_them_all() -> None:
    assert problems(one([2**40]), OverXmlRpc(LOAD)) == ()
    assert problems(one(["\x1b"]), OverXmlRpc(LOAD))[0].startswith(f"Column 'x', row 0: {CONTROL}")


def test_a_column_name_that_xml_cannot_carry_is_named() -> None:
    frame = pd.DataFrame({"a\x1b": [1]})
    assert problems(frame, Settings(URL)) == ()
    assert problems(frame, OverXmlRpc(URL)) == (
        r"The column name 'a\x1b' holds a control character. Rename it to a field's name.",
    )


# --- frames ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_that_can_be_sent_has_no_problems(name: str) -> None:
    assert problems(FRAMES[name], Settings(URL, timezone="UTC")) == ()


def test_rows_are_called_by_position_and_by_label_where_that_is_another() -> None:
    frame = pd.DataFrame({"x": [0.5, np.inf, np.inf, np.inf]}, index=["a", "b", "b", "c"])
    assert problems(frame, Settings(URL)) == (
        f"Column 'x', row 1 (index 'b'), and 2 more rows: {INFINITE} Found: inf.",
    )
    assert problems(frame.reset_index(drop=True), Settings(URL), range(2, 4)) == (
        f"Column 'x', row 2, and 1 more row: {INFINITE} Found: inf.",
    )


def test_each_sort_of_bad_cell_is_named_once() -> None:
    frame = one(["a\0", np.inf, 2**63, {1}, 1j, {2}, NOON.to_pydatetime()], object)
    found = problems(frame, Settings(URL))
    assert [sentence.split(": ")[0] for sentence in found] == [
        "Column 'x', row 0",
        "Column 'x', row 1",
        "Column 'x', row 2",
        "Column 'x', row 3, and 1 more row",
        "Column 'x', row 4",
        "Column 'x', row 6",
    ]


def test_the_error_shows_the_first_few_problems_and_keeps_them_all() -> None:
    error = DataError([f"problem {number}" for number in range(7)])
    assert str(error).splitlines() == [
        "Nothing was sent.",
        *[f"problem {number}" for number in range(5)],
        "… and 2 more problems.",
    ]
    assert len(error.problems) == 7


@pytest.mark.parametrize("cells", [[1, None], [NOON, pd.NaT], ["a", None], [True, None], pd.Categorical(["a", None])])
def test_an_empty_cell_is_named_where_none_is_wanted(cells: Any) -> None:
    frame = pd.DataFrame({"x": cells, "y": [None, "b"]})
    settings = Settings(URL, missing={"x": "reject"}, timezone="UTC")
    assert problems(frame, settings) == (
        "Column 'x', row 1: the cell is empty, and missing='reject' wants none. Fill it, or choose omit or clear.",
    )
    assert problems(frame, settings.replace(missing={"x": "clear"})) == ()
    assert problems(frame, settings.replace(exclude=["x"])) == ()


# --- any frame -------------------------------------------------------------------------------------------------------

STRANGE = st.one_of(
    st.none() | st.just(pd.NA) | st.just(pd.NaT) | st.floats() | st.integers(-(2**70), 2**70) | st.booleans(),
    st.text(st.characters(codec=None), max_size=4),
    st.datetimes() | st.datetimes(timezones=st.timezones()) | st.dates() | st.times() | st.timedeltas(),
    st.sampled_from([NOON, SKIPPED, DOUBLE, pd.Timestamp(np.datetime64("20000-01-01T01", "s"))]),
    st.just(object()) | st.complex_numbers() | st.decimals() | st.just(DECIMAL("sNaN")) | st.binary(max_size=3),
    st.sampled_from([np.float32(1.5), np.int8(1), np.bool_(1), np.str_("a"), np.datetime64("2026"), pd.Period("2026")]),
)
COLUMNS = [
    *[frame["x"].reset_index(drop=True) for frame in FRAMES.values() if list(frame.columns) == ["x"]],
    *[pd.Series(cells, dtype=dtype).reset_index(drop=True) for cells, dtype, _, _ in VALUES],
    arrow([dt.time(12), None], pa.time32("s"))["x"],
    arrow([b"a"], pa.binary())["x"],
    arrow([(1, 2, 3), None], pa.month_day_nano_interval())["x"],
]
NAMES = st.sampled_from(["id", "a", "b", "c", "d", " ", "", 0, None, np.nan, pd.NA, ("a", "b"), "\ud800", True])


# Single values, and lists and dicts of them.
CELL = st.recursive(
    STRANGE,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(st.text(max_size=2) | st.integers(), inner, max_size=2)
        | st.lists(st.integers() | st.floats(), max_size=3).map(np.array)
    ),
    max_leaves=4,
)


# pandas takes no rows of Arrow's views: a frame has them from the start, as those of `FRAMES` have.
TAKEN = [column for column in COLUMNS if "_view" not in str(column.dtype)]


@st.composite
def any_frames(draw: st.DrawFn) -> pd.DataFrame:
    size = draw(st.integers(0, 4))
    columns = []
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            values = draw(st.lists(CELL, min_size=size, max_size=size))
            cells = np.empty(size, dtype=object)
            cells[:] = values
            columns.append(pd.Series(cells))
        else:
            columns.append(draw(st.sampled_from(TAKEN)).reindex(range(size)))
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=range(size))
    frame.columns = pd.Index(draw(st.lists(NAMES, min_size=len(columns), max_size=len(columns))), dtype=object)
    return frame


def strictly(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


@given(frame=any_frames(), zone=st.none() | st.sampled_from(["UTC", "Europe/Brussels", "America/New_York"]))
def test_what_has_no_problem_becomes_valid_json_and_everything_else_is_named(
    frame: pd.DataFrame, zone: str | None
) -> None:
    settings = Settings(URL, timezone=zone, exclude=["d"], batch_size=2)
    credential = Credential(URL, api_key="key")
    if problems(frame, settings):
        with pytest.raises(DataError):
            samples(frame, settings, n=len(frame) or 1)
        return
    sent = []
    # A list of a dict may be lines: what the field is gets asked first, for no row.
    for call in (each for each in plan(frame, settings) if each.rows):
        request = PROTOCOLS["json2"].encode(call, settings, credential)
        sent += json.loads(request.content, parse_constant=strictly)["vals_list"]
    assert len(sent) == len(frame)
    assert len(samples(frame, settings, n=len(frame))) == -(-len(frame) // 2)


def test_a_category_that_no_row_has_is_not_in_the_way() -> None:
    kinds = pd.Categorical([Decimal("0.1")], categories=[Decimal("0.1"), Decimal("Infinity")])
    frame = pd.DataFrame({"x": kinds})
    assert problems(frame, Settings(URL)) == ()
    assert '"x": 0.1' in samples(frame, Settings(URL)).view()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_bad_value_is_named_on_every_backend(backend: str) -> None:
    frame = BACKENDS[backend](pd.DataFrame({"x": [0.5, np.inf], "t": ["a", "\0"]}))
    assert problems(frame, Settings(URL)) == (
        f"Column 'x', row 1: {INFINITE} Found: inf.",
        rf"Column 't', row 1: {TEXT} Found: '\x00'.",
    )


@given(frame=any_frames(), operation=st.sampled_from(["write", "unlink", "load"]), clear=st.booleans())
def test_any_frame_is_sent_whole_by_every_operation_or_named(frame: pd.DataFrame, operation: str, clear: bool) -> None:
    settings = Settings(
        f"https://mycompany.odoo.com/json/2/res.partner/{operation}",
        timezone="UTC",
        batch_size=2,
        missing=dict.fromkeys("ab", "clear") if clear else {},
    )
    if problems(frame, settings):
        return
    calls = list(plan(frame, settings))
    assert sorted(row for call in calls for row in call.rows) == list(range(len(frame)))
    for call in calls:
        request = PROTOCOLS["json2"].encode(call, settings, Credential(URL, api_key="key"))
        body = json.loads(request.content, parse_constant=strictly)
        if operation != "load":
            assert body["ids"] == [int(frame["id"].iloc[row]) for row in call.rows]


class Stranger(int):
    """A whole number that does not say which."""

    def __int__(self) -> int:
        raise RuntimeError("no")

    __index__ = __int__


class OwnWriting(str):
    """A text that encodes itself in its own way."""

    __slots__ = ()

    def encode(self, *_how: str) -> bytes:
        raise RuntimeError("no")


def test_a_cell_that_fails_when_it_is_looked_at_is_named() -> None:
    frame = pd.DataFrame({"x": pd.Series(["a", Stranger(1)], dtype=object)})
    assert problems(frame, Settings(URL)) == (f"Column 'x', row 1: {cell('Stranger')} Found: 1.",)


def test_a_text_of_another_class_goes_out_as_the_text_that_it_is() -> None:
    frame = pd.DataFrame({"x": pd.Series([OwnWriting("a")], dtype=object)})
    assert problems(frame, Settings(URL)) == ()
    assert '"x": "a"' in samples(frame, Settings(URL)).view()


@pytest.mark.parametrize("exclude", [[], ["ref"]])
def test_a_key_that_cannot_be_sent_is_named_and_not_compared(exclude: list[str]) -> None:
    frame = pd.DataFrame({"ref": [1, 10**400], "name": ["a", "b"]})
    (found,) = problems(frame, Settings(URL, key="ref", exclude=exclude))
    assert found.startswith(f"Column 'ref', row 1: {LARGE}")


@pytest.mark.parametrize("grouping", ["by column", "keep together"])
@pytest.mark.parametrize("data", [None, [1], pd.Series([1], name="x")])
def test_what_is_no_frame_is_in_no_batch(data: Any, grouping: str) -> None:
    settings = Settings(URL, grouping=grouping, group_by="x")
    assert count(Source.of(data), settings) == 0
    assert "not a pandas DataFrame" in problems(data, settings)[0]
