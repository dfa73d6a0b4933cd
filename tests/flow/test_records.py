from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow import records
from odoo_widgets.flow.kinds import cell_kind
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.settings import Settings
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
OF_THEIR_OWN = [name for name in FRAMES if "Arrow" in name or "sparse" in name]


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_becomes_what_going_cell_by_cell_makes_of_it(name: str) -> None:
    assert fast(FRAMES[name]) == slow(FRAMES[name])


@pytest.mark.parametrize("name", [name for name in FRAMES if name not in OF_THEIR_OWN])
def test_a_frame_becomes_the_same_on_every_backend(name: str) -> None:
    outcomes = [fast(convert(FRAMES[name])) for convert in BACKENDS.values()]
    assert outcomes == [slow(FRAMES[name])] * len(BACKENDS)


def test_the_awkward_frames_show_every_kind_of_column() -> None:
    assert set(records.COLUMNS) <= KINDS_SEEN


# --- any frame -------------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
WHOLE = st.integers(-(2**53), 2**53)
FLOATS = st.floats(allow_infinity=False, allow_nan=True)
TIMES = st.datetimes(dt.datetime(1950, 1, 2), dt.datetime(2200, 1, 1))  # noqa: DTZ001 - a naive time is meant
ZONED = TIMES.map(lambda time: time.replace(tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))))
DATES = st.dates()
MIDNIGHTS = st.dates(dt.date(1950, 1, 1), dt.date(2200, 1, 1)).map(lambda day: dt.datetime.combine(day, dt.time()))

CELLS = {
    "text": (TEXTS, ["object", "string", "category"]),
    "integers": (WHOLE, ["object", "Int64", "float64", "category"]),
    "floats": (FLOATS, ["object", "float64", "Float64", "category"]),
    "booleans": (st.booleans(), ["object", "boolean", "category"]),
    "times": (TIMES, ["object", "datetime64[us]", "datetime64[ms]", "category"]),
    "midnights": (MIDNIGHTS, ["object", "datetime64[s]", "category"]),
    "zoned times": (ZONED, ["object", "datetime64[us, UTC]", "datetime64[us, America/New_York]", "category"]),
    "dates": (DATES, ["object", "category"]),
    "anything": (st.one_of(TEXTS, WHOLE, FLOATS, st.booleans(), TIMES, ZONED, DATES), ["object"]),
}


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    size = draw(st.integers(1, 6))
    frame = pd.DataFrame(index=range(size))
    for position in range(draw(st.integers(1, 4))):
        cells, dtypes = CELLS[draw(st.sampled_from(list(CELLS)))]
        values = draw(st.lists(st.none() | cells, min_size=size, max_size=size))
        frame[f"c{position}"] = pd.Series(values, dtype=object).astype(draw(st.sampled_from(dtypes)))
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
        *[(pd.Timestamp, "moment"), (dt.date, "date"), (np.str_, "text"), (list, ""), (dt.time, "")],
    ],
)
def test_a_cell_is_what_its_type_says(cell: Any, kind: str) -> None:
    assert cell_kind(cell) == kind
