from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from odoo_widgets.flow import records, values
from odoo_widgets.flow.kinds import cell_kind
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.unsendable import EMPTY_LINE
from tests import reference
from tests.frames import BACKENDS, FRAMES, KINDS_SEEN

URL = "https://mycompany.odoo.com/json/2/res.partner/create"


def fast(frame: pd.DataFrame, zone: str = "UTC", exclude: Any = ()) -> list[Any]:
    settings = Settings(URL, timezone=zone, exclude=exclude)
    assert problems(frame, settings) == ()
    return reference.typed(records.records(frame, records.columns(frame, settings)))


def slow(frame: pd.DataFrame, zone: str = "UTC", exclude: Any = ()) -> list[Any]:
    return reference.typed(reference.records(frame, zone, exclude))


# pandas itself does not bring these to another backend.
OF_THEIR_OWN = [name for name in FRAMES if "Arrow" in name or "sparse" in name or "signalling" in name]


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_becomes_what_going_cell_by_cell_makes_of_it(name: str) -> None:
    assert fast(FRAMES[name]) == slow(FRAMES[name])


@pytest.mark.parametrize("name", [name for name in FRAMES if name not in OF_THEIR_OWN])
def test_a_frame_becomes_the_same_on_every_backend(name: str) -> None:
    outcomes = [fast(convert(FRAMES[name])) for convert in BACKENDS.values()]
    assert outcomes == [slow(FRAMES[name])] * len(BACKENDS)


def test_the_awkward_frames_show_every_kind_of_column() -> None:
    assert set(values.COLUMNS) <= KINDS_SEEN


# --- any frame -------------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
WHOLE = st.integers(-(2**53), 2**53)
FLOATS = st.floats(allow_infinity=False, allow_nan=True)
TIMES = st.datetimes(dt.datetime(1950, 1, 2), dt.datetime(2200, 1, 1))  # noqa: DTZ001 - a naive time is meant
ZONED = TIMES.map(lambda time: time.replace(tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))))
DATES = st.dates()
MIDNIGHTS = st.dates(dt.date(1950, 1, 1), dt.date(2200, 1, 1)).map(lambda day: dt.datetime.combine(day, dt.time()))

BYTES = st.binary(max_size=5)
# Up to 15 digits are as many as a float keeps (IEEE 754, binary64).
DECIMALS = st.decimals(-(10**9), 10**9, places=5) | st.decimals(-(10**15), 10**15, places=0) | st.just(Decimal("NaN"))
SCALARS = st.one_of(
    st.none(), TEXTS, WHOLE, FLOATS, st.booleans(), TIMES.filter(lambda time: time.time() != dt.time()), ZONED, DATES
) | st.one_of(BYTES, DECIMALS, st.sampled_from([pd.NA, pd.NaT, np.int8(1), np.float32(1.5), np.str_("a")]))
NESTED = st.recursive(
    st.lists(SCALARS, max_size=3) | st.dictionaries(TEXTS, SCALARS, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(TEXTS, inner, max_size=2)
        | st.lists(FLOATS, max_size=3).map(np.array)
    ),
    max_leaves=4,
)

CELLS = {
    "text": (TEXTS, ["object", "string", "category"]),
    "integers": (WHOLE, ["object", "Int64", "float64", "category"]),
    "floats": (FLOATS, ["object", "float64", "Float64", "category"]),
    "booleans": (st.booleans(), ["object", "boolean", "category"]),
    "times": (TIMES, ["object", "datetime64[us]", "datetime64[ms]", "category"]),
    "midnights": (MIDNIGHTS, ["object", "datetime64[s]", "category"]),
    "zoned times": (ZONED, ["object", "datetime64[us, UTC]", "datetime64[us, America/New_York]", "category"]),
    "dates": (DATES, ["object", "category"]),
    "decimals": (DECIMALS, ["object", "category"]),
    "decimals in Arrow": (
        st.decimals(-(10**9), 10**9, places=5),
        [pd.ArrowDtype(pa.decimal128(38, 5)), pd.ArrowDtype(pa.decimal256(40, 5))],
    ),
    "bytes": (BYTES, ["object", "category", pd.ArrowDtype(pa.binary())]),
    "nested": (NESTED, ["object"]),
    "lists in Arrow": (
        st.lists(st.none() | st.floats(allow_infinity=False), max_size=3),
        [pd.ArrowDtype(pa.list_(pa.float64()))],
    ),
    "structs in Arrow": (
        st.fixed_dictionaries({"t": TEXTS, "z": st.none() | ZONED}),
        [pd.ArrowDtype(pa.struct([("t", pa.string()), ("z", pa.timestamp("us", "UTC"))]))],
    ),
    "anything": (st.one_of(SCALARS, NESTED, TIMES), ["object"]),
}


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    size = draw(st.integers(1, 6))
    frame = pd.DataFrame(index=range(size))
    for position in range(draw(st.integers(1, 4))):
        cells, dtypes = CELLS[draw(st.sampled_from(list(CELLS)))]
        values = draw(st.lists(st.none() | cells, min_size=size, max_size=size))
        column = np.empty(size, dtype=object)
        column[:] = values
        dtype = draw(st.sampled_from(dtypes))
        of_arrow = isinstance(dtype, pd.ArrowDtype)
        frame[f"c{position}"] = pd.Series(values, dtype=dtype) if of_arrow else pd.Series(column).astype(dtype)
    # A list of dicts is lines, and one without a value is named: it does not go.
    named = problems(frame, Settings(URL, timezone="UTC"))
    assume(not any(EMPTY_LINE.partition("}")[2] in each for each in named))
    return frame


@given(frame=frames(), zone=st.sampled_from(["UTC", "Asia/Kolkata"]))
@pytest.mark.parametrize("backend", BACKENDS)
def test_any_frame_becomes_what_going_cell_by_cell_makes_of_it(frame: pd.DataFrame, backend: str, zone: str) -> None:
    frame = BACKENDS[backend](frame)
    assert fast(frame, zone) == slow(frame, zone)


@given(frame=frames(), cut=st.integers(0, 6))
def test_a_slice_becomes_what_it_is_in_the_whole(frame: pd.DataFrame, cut: int) -> None:
    columns = records.columns(frame, Settings(URL, timezone="UTC"))
    parts = [records.records(part, columns) for part in (frame.iloc[:cut], frame.iloc[cut:])]
    assert reference.typed(parts[0] + parts[1]) == fast(frame)


# --- what stands in no table -----------------------------------------------------------------------------------------


def test_excluded_columns_stay_out() -> None:
    frame = pd.DataFrame({"a": [1], "b": [object()]})
    assert fast(frame, exclude=("b",)) == [[("a", int, 1)]]


SUMMER = pd.Timestamp("2026-07-01 12:00")


@pytest.mark.parametrize("cells", [pd.Series([SUMMER]), pd.Series([SUMMER], dtype=object), pd.Categorical([SUMMER])])
def test_naive_times_are_read_in_the_zone_of_the_settings(cells: Any) -> None:
    assert fast(pd.DataFrame({"x": cells}), "Europe/Brussels") == [[("x", str, "2026-07-01 10:00:00")]]


def test_the_last_nanosecond_that_pandas_knows_can_be_sent_from_any_zone() -> None:
    frame = pd.DataFrame(
        {"x": [pd.Timestamp.max, pd.Timestamp("1969-12-31 23:59:59.999999999")]}, dtype="datetime64[ns]"
    )
    assert fast(frame, "America/New_York") == [
        [("x", str, "2262-04-12 03:47:16")],
        [("x", str, "1970-01-01 04:59:59")],
    ]


def test_midnights_are_not_shifted_to_the_day_before() -> None:
    frame = pd.DataFrame({"x": pd.to_datetime(["2026-07-01", None])})
    assert fast(frame, "Europe/Brussels") == [[("x", str, "2026-07-01")], []]


def test_midnights_beside_a_time_of_day_far_below_are_times() -> None:
    days = pd.Series(pd.date_range("1990-01-01", periods=1, freq="D").repeat(60_000))
    days.iloc[-1] += pd.Timedelta(hours=1)
    rows = fast(pd.DataFrame({"x": days}))
    assert (rows[0], rows[-1]) == ([("x", str, "1990-01-01 00:00:00")], [("x", str, "1990-01-01 01:00:00")])


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        *[(bool, "boolean"), (np.bool_, "boolean"), (int, "integer"), (np.uint8, "integer"), (np.float64, "float")],
        *[(pd.Timestamp, "moment"), (dt.date, "date"), (np.str_, "text"), (dt.time, ""), (set, "")],
        *[(list, "nested"), (OrderedDict, "nested"), (np.ndarray, "nested"), (Decimal, "decimal")],
        (np.bytes_, "binary"),
    ],
)
def test_a_cell_is_what_its_type_says(cell: Any, kind: str) -> None:
    assert cell_kind(cell) == kind


# --- the same value ---------------------------------------------------------------------------------------------------

GROUPS = {
    "numbers": ([7, 3, 7, 9], [0, 1, 0, 2], 3),
    "missing ones last": ([None, "b", np.nan, "a", "b"], [2, 0, 2, 1, 0], 3),
    "nothing else": ([None, np.nan, pd.NA], [0, 0, 0], 1),
    "lists": ([[1, 2], [2, 1], None, [1, 2], np.array([2, 1])], [0, 1, 2, 0, 1], 3),
    "dicts": ([{"a": 1}, {"a": 2}, {"a": 1}], [0, 1, 0], 2),
    "truth beside numbers": ([True, 1, np.True_, 1.0, 0, False, "1"], [0, 1, 0, 1, 2, 3, 4], 5),
    "lists beside text": ([[1], "[1]", (1,), [True], np.array([1])], [0, 1, 0, 2, 0], 3),
    "lists of one length": ([[1, 2], [3, 4]], [0, 1], 2),
    "bytes": ([b"a", bytearray(b"a"), "a", b"b", memoryview(b"a")], [0, 0, 1, 2, 0], 3),
    "what has no hash": ([{1}, {2}, {1}, None], [0, 1, 0, 2], 3),
    "days beside times": ([dt.date(2026, 3, 1), pd.Timestamp("2026-03-01"), dt.datetime(2026, 3, 1)], [0, 1, 1], 2),  # noqa: DTZ001
    "no row": ([], [], 0),
}


@pytest.mark.parametrize("dtype", [object, None])
@pytest.mark.parametrize("name", GROUPS)
def test_rows_of_the_same_value_make_a_group_in_order_of_first_appearance(name: str, dtype: Any) -> None:
    cells, expected, count = GROUPS[name]
    codes, groups = Source(pd.DataFrame({"x": pd.Series(cells, dtype=dtype)})).groups(0)
    assert (codes.tolist(), codes.dtype, groups) == (expected, np.int64, count)


@pytest.mark.parametrize("name", FRAMES)
def test_the_rows_of_any_frame_can_be_grouped_and_the_answer_is_kept(name: str) -> None:
    source = Source(FRAMES[name])
    codes, groups = source.groups(0)
    assert (len(codes), codes.dtype) == (len(FRAMES[name]), np.int64)
    assert set(codes.tolist()) == set(range(groups))
    assert source.groups(0)[0] is codes
