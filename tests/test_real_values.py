"""Values of every type of field: sent from every kind of column over each protocol, and read back from a real Odoo."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import html
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from tests.models import PROTOCOLS, Given
from tests.real import call, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

# One of the models that Odoo has for its own tests: a field of each simple type, and nothing that a value sets off.
PLAIN = "html_editor.converter.test"
LINKED = ["a", "b", "c"]
CATEGORY = "res.partner.category"
LEAD = "crm.lead"
FILE = "ir.attachment"
ACTION = "ir.actions.server"
# Naive times are read in it: five hours ahead, without summer.
ZONE = "Etc/GMT-5"


@pytest.fixture(scope="module")
def given() -> Iterator[Given]:
    with sandbox() as odoo:
        call(odoo, f"{PLAIN}.sub", "create", vals_list=[{"name": name} for name in LINKED])
        call(odoo, "crm.team", "write", ids=[1], vals={"lead_properties_definition": PROPERTIES})
        yield Given.made(odoo)


# --- what is drawn ---------------------------------------------------------------------------------------------------

CONTROLS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r"]
# JSON carries every character that PostgreSQL stores; XML 1.0 (2.2, Char) lacks some of them.
TEXTS = {
    "json2": st.characters(codec="utf-8", exclude_characters="\0"),
    "jsonrpc": st.characters(codec="utf-8", exclude_characters="\0"),
    "xmlrpc": st.characters(codec="utf-8", exclude_characters=[*CONTROLS, "\ufffe", "\uffff"]),
}
AWKWARD = [
    " blanks ",
    "a\r\nb\rc\nd",
    "\r",
    "\n",
    "\t",
    "😀 é ß",
    "<a href='&amp;'>]]>",
    '"\\"',
    "NaN",
    "false",
    "",
    "0",
]
FAMILY = "👩‍👩‍👧 نص עברית"


def texts(protocol: str) -> st.SearchStrategy[str]:
    return st.text(TEXTS[protocol], max_size=20) | st.sampled_from([*AWKWARD, FAMILY])


def integers(_protocol: str) -> st.SearchStrategy[int]:
    return st.integers(-(2**31), 2**31 - 1) | st.sampled_from([0, -1, 2**31 - 1, -(2**31)])


# A whole number of XML-RPC's ends at 2**31, and a float without a fraction goes out as one.
def floats(protocol: str) -> st.SearchStrategy[float]:
    largest = 2.0**31 - 1 if protocol == "xmlrpc" else 1e300
    return st.floats(-largest, largest) | st.sampled_from([-0.0, 0.1, -1.5, 1.0, 5e-324, 1e9])


def cents(_protocol: str) -> st.SearchStrategy[decimal.Decimal]:
    return st.decimals(-(10**7), 10**7, places=2)


def booleans(_protocol: str) -> st.SearchStrategy[bool]:
    return st.booleans()


# Odoo reads years before 1000 as well, and writes them with fewer digits than it takes (odoo/orm/fields_temporal.py).
def days(_protocol: str) -> st.SearchStrategy[dt.date]:
    return st.dates(dt.date(1000, 1, 1))


def times(_protocol: str) -> st.SearchStrategy[dt.datetime]:
    """Times in UTC, none of them a midnight: a column of naive midnights is one of days."""
    moments = st.datetimes(*(dt.datetime.fromisoformat(day) for day in ("1000-01-02", "9999-12-30")))
    return st.builds(lambda moment, second: moment.replace(second=second), moments, st.integers(1, 59))


def paragraphs(protocol: str) -> st.SearchStrategy[str]:
    """Markup as Odoo writes it: what is not is tidied up or thrown away (odoo/tools/mail.py, html_sanitize)."""
    letters = TEXTS[protocol].filter(lambda letter: letter.isprintable())
    return st.text(letters, min_size=1, max_size=20).map(lambda text: f"<p>{html.escape(text, quote=False)}</p>")


def partners(_protocol: str) -> st.SearchStrategy[int]:
    """The company and the user that every database has."""
    return st.sampled_from([1, 3])


def lines(protocol: str) -> st.SearchStrategy[list[tuple[str, int]]]:
    named = st.text(TEXTS[protocol], min_size=1, max_size=9)
    return st.lists(st.tuples(named, st.integers(-9, 9)), max_size=3)


def files(_protocol: str) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=1, max_size=40)


def references(_protocol: str) -> st.SearchStrategy[str]:
    return st.sampled_from(["res.partner,1", "res.users,2"])


PROPERTIES = [
    {"name": "word", "string": "Word", "type": "char"},
    {"name": "number", "string": "Number", "type": "integer"},
    {"name": "share", "string": "Share", "type": "float"},
    {"name": "yes", "string": "Yes", "type": "boolean"},
    {"name": "day", "string": "Day", "type": "date"},
]


def properties(protocol: str) -> st.SearchStrategy[dict[str, Any]]:
    values = {
        "word": st.text(TEXTS[protocol], min_size=1, max_size=9),
        "number": st.integers(1, 2**31 - 1),
        "share": st.floats(0.125, 1000),
        "yes": st.just(True),
        "day": days(protocol),
    }
    return st.fixed_dictionaries({}, optional=values)


# --- the columns that hold it ----------------------------------------------------------------------------------------


def objects(cells: list[Any]) -> pd.Series:
    column = np.empty(len(cells), dtype=object)
    for row, cell in enumerate(cells):
        column[row] = cell
    return pd.Series(column)


def of_dtype(dtype: Any) -> Callable[[list[Any]], pd.Series]:
    return lambda cells: pd.Series(cells, dtype=dtype)


def arrow(type_: Any) -> Callable[[list[Any]], pd.Series]:
    return lambda cells: pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(cells, type=type_)])))


def categories(cells: list[Any]) -> pd.Series:
    return pd.Series(pd.Categorical(cells))


def aware(zone: str) -> Callable[[list[Any]], pd.Series]:
    return lambda cells: pd.Series(pd.to_datetime(pd.Series(cells, dtype="datetime64[s]"), utc=True)).dt.tz_convert(
        zone
    )


def naive(cells: list[Any]) -> pd.Series:
    return aware(ZONE)(cells).dt.tz_localize(None)


def each(change: Callable[[Any], Any], shape: Callable[[list[Any]], pd.Series] = objects) -> Any:
    return lambda cells: shape([None if cell is None else change(cell) for cell in cells])


def commands(pairs: list[tuple[str, int]]) -> list[list[Any]]:
    return [[0, 0, {"name": name, "color": color}] for name, color in pairs]


SHAPES: dict[str, dict[str, Any]] = {
    "text": {
        "objects": objects,
        "string": of_dtype("string"),
        "Arrow": arrow(pa.string()),
        "categories": categories,
        "NumPy's": each(np.str_),
    },
    "integer": {
        "as pandas reads them": pd.Series,
        "Int64": of_dtype("Int64"),
        "Arrow": arrow(pa.int64()),
        "floats": each(float, of_dtype("float64")),
        "categories": categories,
        "objects": objects,
        "NumPy's": each(np.int32),
        "decimals": each(decimal.Decimal),
    },
    "float": {
        "floats": of_dtype("float64"),
        "Float64": of_dtype("Float64"),
        "Arrow": arrow(pa.float64()),
        "objects": objects,
        "categories": categories,
    },
    "decimal": {
        "objects": objects,
        "Arrow": arrow(pa.decimal128(12, 2)),
        "floats": each(float, of_dtype("float64")),
        "text": each(str),
    },
    "boolean": {
        "as pandas reads them": pd.Series,
        "boolean": of_dtype("boolean"),
        "Arrow": arrow(pa.bool_()),
        "categories": categories,
        "NumPy's": each(np.bool_),
    },
    "date": {
        "objects": objects,
        "midnights": of_dtype("datetime64[s]"),
        "Arrow": arrow(pa.date32()),
        "text": each(dt.date.isoformat),
        "categories": categories,
    },
    "datetime": {
        "naive": naive,
        "in Brussels": aware("Europe/Brussels"),
        "in UTC": aware("UTC"),
        "Arrow": arrow(pa.timestamp("s", "Asia/Kolkata")),
        "objects": each(lambda cell: cell.replace(tzinfo=dt.UTC)),
    },
    "list": {
        "ids": objects,
        "tuples": each(tuple),
        "NumPy's": each(lambda cell: np.array(cell, dtype="int64")),
        "Arrow": arrow(pa.list_(pa.int64())),
        "one command": each(lambda cell: [[6, 0, cell]]),
        "commands": each(lambda cell: [(4, number, 0) for number in cell]),
    },
    "lines": {"commands": each(commands), "tuples": each(lambda cell: [tuple(line) for line in commands(cell)])},
    "binary": {
        "bytes": objects,
        "bytearrays": each(bytearray),
        "Arrow": arrow(pa.binary()),
        "base64": each(lambda cell: base64.b64encode(cell).decode()),
    },
    "dict": {"objects": objects},
}


# --- what Odoo keeps -------------------------------------------------------------------------------------------------


def as_it_is(cell: Any) -> Any:
    return cell


def in_utc(cell: dt.datetime) -> str:
    return f"{cell:%Y-%m-%d %H:%M:%S}"


def with_days_as_text(cell: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, dt.date) else value for name, value in cell.items()}


@attrs.frozen
class Field:
    """A field, and what the tests send to it.

    Attributes:
        shapes: Which of the `SHAPES` its cells come in.
        cells: From the protocol to what is drawn.
        kept: From a cell to what is read back.
        empty: What is read back where the cell is missing, and the field was emptied.
        default: The same where it was left out.
    """

    shapes: str
    cells: Callable[[str], st.SearchStrategy[Any]]
    kept: Callable[[Any], Any] = as_it_is
    empty: Any = False
    default: Any = attrs.field(default=attrs.Factory(lambda field: field.empty, takes_self=True))


FIELDS: dict[str, dict[str, Field]] = {
    PLAIN: {
        "char": Field("text", texts),
        "text": Field("text", texts),
        "html": Field("text", paragraphs),
        "integer": Field("integer", integers, empty=0),
        "float": Field("float", floats, empty=0),
        "numeric": Field("decimal", cents, float, empty=0),
        "date": Field("date", days, str),
        "datetime": Field("datetime", times, in_utc),
        "many2one": Field("integer", lambda _protocol: st.integers(1, len(LINKED))),
        "selection_str": Field("text", lambda _protocol: st.sampled_from("ABCD")),
        "binary": Field("binary", files, lambda cell: base64.b64encode(cell).decode()),
    },
    CATEGORY: {
        "active": Field("boolean", booleans, empty=False, default=True),
        "partner_ids": Field("list", lambda protocol: st.lists(partners(protocol), unique=True), sorted, empty=[]),
        "child_ids": Field("lines", lines, sorted, empty=[]),
    },
    LEAD: {
        "expected_revenue": Field("decimal", cents, float, empty=0),
        "lead_properties": Field("dict", properties, with_days_as_text, empty={}),
    },
    FILE: {
        "datas": Field("binary", files, lambda cell: base64.b64encode(cell).decode(), empty=""),
        "res_id": Field("integer", partners, empty=0),
    },
    ACTION: {"resource_ref": Field("text", references)},
}
# Odoo takes its time for each of these.
MOST = {ACTION: 4}
# What every record of a model needs beside.
NEEDED: dict[str, dict[str, Any]] = {
    PLAIN: {},
    CATEGORY: {"name": "c"},
    LEAD: {"name": "l", "team_id": 1},
    FILE: {"name": "f", "res_model": "res.partner"},
    ACTION: {"name": "a", "state": "object_create"},
}


def children(odoo: Any, found: list[Any]) -> list[Any]:
    every = [child for each_one in found for child in each_one]
    read = call(odoo, CATEGORY, "read", ids=every, fields=["name", "color"])
    named = {child["id"]: (child["name"], child["color"]) for child in read}
    return [sorted(named[child] for child in each_one) for each_one in found]


# How to read what a plain read does not show.
READ: dict[str, Callable[[Any, list[Any]], list[Any]]] = {
    "child_ids": children,
    "partner_ids": lambda _odoo, found: [sorted(each_one) for each_one in found],
    "lead_properties": lambda _odoo, found: [
        {one["name"]: one["value"] for one in each_one if one.get("value") is not None} for each_one in found
    ],
}


def read(given: Given, model: str, numbers: list[int], name: str) -> list[Any]:
    context = {"active_test": False}
    records = call(given.odoo, model, "read", ids=numbers, fields=[name], load=None, context=context)
    assert [record["id"] for record in records] == numbers
    found = [record[name] for record in records]
    return READ[name](given.odoo, found) if name in READ else found


@st.composite
def columns(draw: st.DrawFn, protocol: str, model: str) -> dict[str, Any]:
    """For each field of a model the shape of a column, its cells, and what becomes of missing ones."""
    rows = draw(st.integers(1, MOST.get(model, 25)))
    return {
        name: (
            draw(st.sampled_from(list(SHAPES[field.shapes]))),
            draw(st.lists(st.none() | field.cells(protocol), min_size=rows, max_size=rows)),
            draw(st.sampled_from(["omit", "clear"])),
        )
        for name, field in FIELDS[model].items()
    }


@pytest.mark.parametrize("model", FIELDS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
@settings(max_examples=6)
@drawn(data=st.data())
def test_every_value_is_read_back_as_it_was_sent(given: Given, protocol: str, model: str, data: st.DataObject) -> None:
    found = data.draw(columns(protocol, model))
    frame = pd.DataFrame(
        {name: SHAPES[FIELDS[model][name].shapes][shape](cells) for name, (shape, cells, _) in found.items()}
    )
    if model == ACTION:
        (partner,) = call(given.odoo, "ir.model", "search", domain=[["model", "=", "res.partner"]])
        frame["model_id"] = partner
    policies = {name: policy for name, (_, _, policy) in found.items()}
    responses = given.send(
        protocol, model, "create", frame.assign(**NEEDED[model]), missing=policies, timezone=ZONE, batch_size=1000
    )
    assert set(responses["status"]) == {"created"}, responses["error"].tolist()
    for name, (shape, cells, policy) in found.items():
        field = FIELDS[model][name]
        nothing = field.empty if policy == "clear" else field.default
        wanted = [nothing if cell is None else field.kept(cell) for cell in cells]
        assert (name, shape, read(given, model, responses["id"].tolist(), name)) == (name, shape, wanted)


# --- missing cells of a write ----------------------------------------------------------------------------------------

# A value of every field of a simple type, and what is read back once it has been emptied.
HELD: dict[str, tuple[Any, Any]] = {
    "char": ("a", False),
    "text": ("b", False),
    "html": ("<p>c</p>", False),
    "integer": (3, 0),
    "float": (1.5, 0),
    "numeric": (2.25, 0),
    "date": ("2026-03-01", False),
    "datetime": ("2026-03-01 10:20:30", False),
    "selection_str": ("A", False),
    "binary": ("AAAA", False),
    "many2one": (1, False),
}
EMPTY = {
    "char": pd.array([None, None], dtype="string"),
    "text": np.array([None, np.nan], dtype=object),
    "html": pd.Categorical([None, None], categories=["x"]),
    "integer": pd.array([None, None], dtype="Int64"),
    "float": [np.nan, np.nan],
    "numeric": np.array([decimal.Decimal("NaN"), None], dtype=object),
    "date": np.array([None, pd.NaT], dtype=object),
    "datetime": pd.Series([pd.NaT, pd.NaT], dtype="datetime64[ns]"),
    "selection_str": [None, None],
    "binary": pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array([None, None], type=pa.binary())])),
    "many2one": [None, pd.NA],
}


@pytest.mark.parametrize("policy", ["omit", "clear"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_missing_cell_of_a_write_leaves_a_value_or_empties_it(given: Given, protocol: str, policy: str) -> None:
    values = {name: value for name, (value, _) in HELD.items()}
    numbers = call(given.odoo, PLAIN, "create", vals_list=[values, values])
    frame = pd.DataFrame(EMPTY).assign(id=numbers)
    responses = given.send(protocol, PLAIN, "write", frame, missing=dict.fromkeys(HELD, policy), timezone="UTC")
    assert responses["status"].tolist() == ["unchanged" if policy == "omit" else "updated"] * 2
    for name, (value, empty) in HELD.items():
        assert (name, read(given, PLAIN, numbers, name)) == (name, [value if policy == "omit" else empty] * 2)


# --- what Odoo changes by its own rules ------------------------------------------------------------------------------

CHANGED: dict[str, tuple[str, str, Any, Any]] = {
    "markup that runs is thrown away": (PLAIN, "html", "<p>a</p><script>b</script>", "<p>a</p>"),
    "text without markup becomes a paragraph": (PLAIN, "html", "a & b", "<p>a &amp; b</p>"),
    "digits beyond a field's own are rounded": (PLAIN, "numeric", 1.239, 1.24),
    "digits beyond a currency's are kept, where the currency is computed later": (
        LEAD,
        "expected_revenue",
        -1.239,
        -1.239,
    ),
    "a number in a text field becomes text": (PLAIN, "char", 12.5, "12.5"),
    "a whole number in a text field has no point": (PLAIN, "char", 12.0, "12"),
    "a fraction of a whole number is cut": (PLAIN, "integer", 5.7, 5),
    "a time in a field of dates is cut": (PLAIN, "date", "2026-03-01 23:30:00", "2026-03-01"),
    "an empty file is none": (PLAIN, "binary", b"", False),
}


@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_odoo_changes_a_value_by_its_own_rules_alike_over_each_protocol(given: Given, protocol: str, name: str) -> None:
    model, field, value, kept = CHANGED[name]
    responses = given.send(protocol, model, "create", {field: [value], **NEEDED[model]})
    assert read(given, model, responses["id"].tolist(), field) == [kept]
