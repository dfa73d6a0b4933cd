from __future__ import annotations

import datetime as dt
import decimal
import json
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.samples import samples
from odoo_widgets.flow.settings import Settings
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


def test_what_is_excluded_is_not_looked_at() -> None:
    frame = pd.DataFrame([[1, 2, object()]], columns=["a", "no", "no"])
    assert problems(frame, Settings(URL, exclude=["no"])) == ()


INFINITE = "infinity cannot be sent. Put a number there, or leave the cell empty."
LARGE = "the number is larger than Odoo can hold. Send it as text."
NO_ZONE = "a time without a zone. Say where it was read, for example timezone='Europe/Brussels' or 'UTC'."
CLOCKS = "the clocks in Europe/Brussels skip this time or show it twice. Give it with its zone."
EDGE = "this close to the end of the calendar, only dates and times in UTC can be sent."
YEAR = "the year does not have four digits. Correct it, or leave the cell empty."
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
STRANGERS = (b"a", object(), 1j, dt.time(12), pd.Period("2026-03"), [1], {"a": 1}, {1}, np.array([1]))
SPAN, HUNDRED = dt.timedelta(1), decimal.Decimal(100)

# The cells, of which the last one is bad; their dtype; the zone; the sentence.
VALUES = [
    *[([0.5, np.inf], dtype, None, INFINITE) for dtype in (None, "Float64", "float32", object, "category")],
    ([0.5, -np.inf], None, None, INFINITE),
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
      for bad in (SPAN, HUNDRED, *STRANGERS)],
    ([None, SPAN], "timedelta64[ns]", None, column("timedelta64[ns]")),
    ([None, pd.Period("2026-03")], "period[M]", None, column("period[M]")),
    ([1j], "complex128", None, column("complex128")),
    ([None, HUNDRED], pd.ArrowDtype(pa.decimal128(5)), None, column("decimal128(5, 0)[pyarrow]")),
    ([None, [1]], pd.ArrowDtype(pa.list_(pa.int64())), None, column("list<item: int64>[pyarrow]")),
    ([None, pd.Interval(0, 1)], "category", None, column("interval[int64, right]")),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "dtype", "zone", "sentence"), VALUES)
def test_a_value_that_cannot_be_sent_is_named_by_row_and_column(
    cells: Any, dtype: Any, zone: str | None, sentence: str
) -> None:
    frame = pd.DataFrame({"x": pd.Series(cells, dtype=dtype)})
    assert problems(frame, Settings(URL, timezone=zone)) == (f"Column 'x', row {len(cells) - 1}: {sentence}",)


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_that_can_be_sent_has_no_problems(name: str) -> None:
    assert problems(FRAMES[name], Settings(URL, timezone="UTC")) == ()


def test_rows_are_called_by_position_and_by_label_where_that_is_another() -> None:
    frame = pd.DataFrame({"x": [0.5, np.inf, np.inf, np.inf]}, index=["a", "b", "b", "c"])
    assert problems(frame, Settings(URL)) == (f"Column 'x', row 1 (index 'b'), and 2 more rows: {INFINITE}",)
    assert problems(frame.reset_index(drop=True), Settings(URL), range(2, 4)) == (
        f"Column 'x', row 2, and 1 more row: {INFINITE}",
    )


def test_each_sort_of_bad_cell_is_named_once() -> None:
    frame = one(["a\0", np.inf, 2**63, [1], {}, [2], NOON.to_pydatetime()], object)
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
    st.decimals(allow_nan=False)
    | st.binary(max_size=3)
    | st.lists(st.none(), max_size=2)
    | st.just(object())
    | st.complex_numbers(),
    st.sampled_from([np.float32(1.5), np.int8(1), np.bool_(1), np.str_("a"), np.datetime64("2026"), pd.Period("2026")]),
)
COLUMNS = [
    *[frame["x"].reset_index(drop=True) for frame in FRAMES.values() if list(frame.columns) == ["x"]],
    *[pd.Series(cells, dtype=dtype).reset_index(drop=True) for cells, dtype, _, _ in VALUES],
    arrow([dt.time(12), None], pa.time32("s"))["x"],
    arrow([b"a"], pa.binary())["x"],
]
NAMES = st.sampled_from(["id", "a", "b", "c", "d", " ", "", 0, None, np.nan, pd.NA, ("a", "b"), "\ud800", True])


@st.composite
def any_frames(draw: st.DrawFn) -> pd.DataFrame:
    size = draw(st.integers(0, 4))
    columns = []
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            values = draw(st.lists(STRANGE, min_size=size, max_size=size))
            cells = np.empty(size, dtype=object)
            cells[:] = values
            columns.append(pd.Series(cells))
        else:
            columns.append(draw(st.sampled_from(COLUMNS)).reindex(range(size)))
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
    for call in plan(frame, settings):
        request = PROTOCOLS["json2"].encode(call, settings, credential)
        sent += json.loads(request.content, parse_constant=strictly)["vals_list"]
    assert len(sent) == len(frame)
    assert len(samples(frame, settings, n=len(frame))) == -(-len(frame) // 2)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_bad_value_is_named_on_every_backend(backend: str) -> None:
    frame = BACKENDS[backend](pd.DataFrame({"x": [0.5, np.inf], "t": ["a", "\0"]}))
    assert problems(frame, Settings(URL)) == (f"Column 'x', row 1: {INFINITE}", f"Column 't', row 1: {TEXT}")


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
