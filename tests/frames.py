"""Awkward frames by name: all of them can be sent, in UTC, and none is what a tutorial shows."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from odoo_widgets.flow import kinds

NOON = pd.Timestamp("2026-03-01 12:00:00")


DECIMAL = decimal.Decimal
COMMANDS = [[6, 0, [3, 7]], (0, 0, {"name": "a", "price_unit": DECIMAL("9.95"), "date": dt.date(2026, 3, 1)})]


class Type(str, enum.Enum):  # noqa: UP042 - the older spelling prints its name, not its text
    CONTACT = "contact"


def one(cells: Any, dtype: Any = None) -> pd.DataFrame:
    return pd.DataFrame({"x": pd.Series(cells, dtype=dtype)})


def arrow(cells: Any, type_: Any) -> pd.DataFrame:
    return one(pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(cells, type=type_)])))


def coded(codes: Any, distinct: Any) -> pd.DataFrame:
    made = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), pa.array(distinct))
    return one(pd.arrays.ArrowExtensionArray(pa.chunked_array([made])))


FRAMES = {
    "text as objects": one(["a", "", " b ", 'é\n\t"\\', None, "😀"], object),
    "text as string": one(["a", "", "é", None], "string"),
    "text as Python's string": one(["a", "", "é", None], pd.StringDtype("python")),
    "text in Arrow": arrow(["a", "", "é", None], pa.string()),
    "large text in Arrow": arrow(["a", None], pa.large_string()),
    "text that looks like something else": one(["NaN", "None", "<NA>", "1", "true", "2026-03-01"], object),
    "members of an enumeration": one([Type.CONTACT, None], object),
    "NumPy's text": one(pd.Series([np.str_("a"), None], dtype=object)),
    "no value at all": one([None, None], object),
    "no value at all, as floats": one([np.nan, np.nan]),
    "no value at all, in Arrow": arrow([None, None], pa.null()),
    "no value at all, as spans of time": one([pd.NaT, pd.NaT], "timedelta64[ns]"),
    "integers": one([0, -1, 2**63 - 1, -(2**63)]),
    "small integers": one([0, -128, 127], "int8"),
    "integers without a sign": one([0, 2**63 - 1], "uint64"),
    "integers that became floats": one([1, None, 3]),
    "integers with missing ones": one([1, None, 2**53 + 1], "Int64"),
    "integers in Arrow": arrow([1, None, 2**53 + 1], pa.int64()),
    "floats": one([0.1, -0.0, 1.0, np.nan, 1e300, 5e-324, 2.0**53, 2.0**53 + 2]),
    "short floats": one([0.1, np.nan, 3.0], "float32"),
    "floats with missing ones": one([0.1, None, 3.0], "Float64"),
    "floats in Arrow, NaN among them": arrow([0.1, None, float("nan"), 3.0], pa.float64()),
    "booleans": one([True, False]),
    "booleans with missing ones": one([True, None, False], "boolean"),
    "booleans in Arrow": arrow([True, None, False], pa.bool_()),
    "booleans with missing ones as objects": one([True, None, False], object),
    "NumPy's booleans as objects": one(pd.Series([np.True_, np.False_], dtype=object)),
    "naive times": one([NOON, pd.NaT, pd.Timestamp("2026-03-01")]),
    "naive times before 1970": one([pd.Timestamp("1969-12-31 23:59:59.999999"), pd.Timestamp("1900-01-01 00:00:01")]),
    "midnights": one([pd.Timestamp("2026-03-01"), pd.NaT, pd.Timestamp("1890-01-01")]),
    "midnights of all of the calendar": one(np.array(["0001-01-01", "9999-12-31"], dtype="datetime64[s]")),
    "times at the ends of the calendar": one(np.array(["0001-01-01T01", "9999-12-31T23:59:59"], dtype="datetime64[s]")),
    "zoned times": one(pd.Series([NOON, pd.NaT]).dt.tz_localize("America/New_York")),
    "zoned midnights": one(pd.Series([pd.Timestamp("2026-03-01")]).dt.tz_localize("Asia/Tokyo")),
    "times in Arrow": arrow([NOON.to_pydatetime(), None], pa.timestamp("ns")),
    "zoned times in Arrow": arrow([NOON.to_pydatetime(), None], pa.timestamp("s", "Asia/Kolkata")),
    "times at an offset in Arrow": arrow([NOON.to_pydatetime(), None], pa.timestamp("ms", "+05:30")),
    "dates": one([dt.date(2026, 3, 1), None, dt.date(1, 1, 1)], object),
    "dates in Arrow": arrow([dt.date(2026, 3, 1), None], pa.date32()),
    "dates in Arrow's other way": arrow([dt.date(2026, 3, 1), None], pa.date64()),
    "times as objects": one([NOON.to_pydatetime(), None, pd.Timestamp("2026-03-01"), pd.NaT], object),
    "midnights as objects": one([pd.Timestamp("2026-03-01").to_pydatetime(), None], object),
    "times of two zones": one(
        [dt.datetime(2026, 3, 1, tzinfo=dt.UTC), pd.Timestamp("2026-03-01 12:00", tz="Asia/Tokyo")], object
    ),
    "categories": one(pd.Categorical(["a", None, "b", "a"])),
    "categories of integers": one(pd.Categorical([3, None, 1])),
    "categories of floats": one(pd.Categorical([3.5, None, 1.0])),
    "categories of booleans": one(pd.Categorical([True, None, False])),
    "categories of times": one(pd.Categorical([NOON, None])),
    "categories of midnights, with a time that is not used": one(
        pd.Series(pd.Categorical([pd.Timestamp("2026-03-01"), NOON])).iloc[:1].reset_index(drop=True)
    ),
    "categories of zoned times": one(pd.Categorical(pd.Series([NOON, pd.NaT]).dt.tz_localize("Asia/Tokyo"))),
    "categories of dates": one(pd.Categorical([dt.date(2026, 3, 1), None])),
    "categories of objects": one(pd.Categorical(["a", 1, None])),
    "categories that are not used": one(pd.Categorical([None, None], categories=pd.IntervalIndex.from_breaks([0, 1]))),
    "a dictionary of Arrow's": arrow(["a", None, "a"], pa.dictionary(pa.int8(), pa.string())),
    "a dictionary of Arrow's that has as many values as its codes can count": coded(
        [0, 127, None], [*map(str, range(128))]),
    "a dictionary of Arrow's with a missing value among its own": coded([0, 1, 0, None], ["a", None]),
    "a dictionary of lists in Arrow": coded([0, None, 0], pa.array([[1]])),
    "a view of text in Arrow": arrow(["a", None, "é"], pa.string_view()),
    "a view of bytes in Arrow": arrow([b"a", None], pa.binary_view()),
    "views of lists in Arrow": arrow([[[1]], None, [[], [2, 3]]], pa.list_view(pa.list_view(pa.int64()))),
    "structs with views in Arrow": arrow([{"a": "b"}, None], pa.struct([("a", pa.string_view())])),
    "text in Arrow that repeats": arrow(["a", None, "é"] * 2, pa.string()),
    "days in Arrow that repeat": arrow([dt.date(2026, 3, 1), None, dt.date(1, 1, 1)] * 2, pa.date32()),
    "sparse floats": one([0.0, np.nan, 1.5], pd.SparseDtype(float)),
    "sparse booleans": one([False, True], pd.SparseDtype(bool)),
    "sparse objects": one(["a", None], pd.SparseDtype(object)),
    "sparse times": one([NOON, pd.NaT], pd.SparseDtype("datetime64[ns]")),
    "sparse integers": one([0, 0, 1], pd.SparseDtype(int)),
    "decimals": one([DECIMAL(text) for text in ("0.1", "-0", "100.00", "NaN", "1E+30", "9223372036854775807")]
        + [None], object),
    "decimals with a signalling NaN": one([DECIMAL("sNaN"), DECIMAL("0.1")], object),
    "decimals in Arrow": arrow([DECIMAL("0.10"), None, DECIMAL("-12.00")], pa.decimal128(9, 2)),
    "wide decimals in Arrow": arrow([DECIMAL("0.10"), None], pa.decimal256(50, 2)),
    "categories of decimals": one(pd.Categorical([DECIMAL("1.5"), None, DECIMAL("2")])),
    "bytes": one([b"", b"\0\xff", bytearray(b"ab"), memoryview(b"abcd")[::2], np.bytes_(b"c"), None], object),
    "bytes in Arrow": arrow([b"\0\xff", None], pa.binary()),
    "large bytes in Arrow": arrow([b"\0\xff", None], pa.large_binary()),
    "categories of bytes": one(pd.Categorical([b"a", None])),
    "commands": one([COMMANDS, None, [], [[5]], ((4, 3),), [COMMANDS]], object),
    "lists of ids": one([[3, 7], np.array([3, 7]), np.array([3.0, np.nan]), np.array([[4, 3], [4, 7]]), None,
        np.array([], dtype=object)], object),
    "nothing inside lists": one(
        [[None, np.nan, pd.NA, pd.NaT, DECIMAL("NaN"), np.float32("nan")], {"a": None}], object),
    "numbers inside lists": one(
        [[np.int8(1), np.float32(0.5), 3.0, 2.0**60, np.bool_(1), True, DECIMAL("2.50"), Type.CONTACT]], object),
    "times inside lists": one(
        [[NOON.to_pydatetime(), NOON, pd.Timestamp("2026-03-01 00:30", tz="Asia/Tokyo")], {"d": dt.date(1, 1, 1)}],
        object),
    "bytes inside lists": one([[0, 0, {"image": b"\0"}], (bytearray(b"a"),)], object),
    "properties": one([{"colour": "red", np.str_("n"): np.float64(2)}, {}, None, {"a": {"b": [1]}}], object),
    "lists in Arrow": arrow([[3, None], None, []], pa.list_(pa.int64())),
    "lists of one length in Arrow": arrow([[3, 7], None], pa.list_(pa.int64(), 2)),
    "large lists in Arrow": arrow([[1.0, float("nan"), 0.5], None], pa.large_list(pa.float64())),
    "lists of times in Arrow": arrow([[NOON.to_pydatetime(), None], None], pa.list_(pa.timestamp("us", "Asia/Tokyo"))),
    "structs in Arrow": arrow(
        [{"n": DECIMAL("1.50"), "b": b"x", "l": [{"t": "é"}], "d": dt.date(2026, 3, 1)}, None],
        pa.struct([("n", pa.decimal128(5, 2)), ("b", pa.binary()), ("l", pa.list_(pa.struct([("t", pa.string())]))),
                   ("d", pa.date32())])),
    "objects of all kinds": one(
        ["a", 1, 1.0, 1.5, True, None, np.nan, pd.NA, pd.NaT, np.int64(2), np.float32(0.5), np.bool_(0), NOON,
         dt.date(2026, 3, 1), DECIMAL("1.5"), b"a", [1], (2,), {"a": 3}], object),
    "a row without values": pd.DataFrame({"a": [1, None], "b": ["x", None]}),
    "an index with duplicates": pd.DataFrame({"x": [1, 2, 3]}, index=["b", "a", "b"]),
    "an index of two levels": pd.DataFrame({"x": [1, 2]}, index=pd.MultiIndex.from_tuples([("a", 1), ("a", 1)])),
    "names with blanks and quotes": pd.DataFrame({' a "b" ': [1], "é": [2]}),
}  # fmt: skip


def converted(backend: str) -> Any:
    def convert(frame: pd.DataFrame) -> pd.DataFrame:
        # pandas 2 tries large floats as integers on its way.
        with np.errstate(invalid="ignore"):
            # pandas knows no other kind of column for some of Arrow's.
            others = [name for name in frame.columns if kinds.kind(frame[name].dtype) not in kinds.OF_ARROW]
            return frame.assign(**frame[others].convert_dtypes(dtype_backend=backend))

    return convert


BACKENDS = {
    "default": lambda frame: frame,
    "numpy_nullable": converted("numpy_nullable"),
    "pyarrow": converted("pyarrow"),
}

# Every kind that the package knows has a frame here.
KINDS_SEEN = {kinds.kind(kinds.plain(frame[name]).dtype) for frame in FRAMES.values() for name in frame.columns}
