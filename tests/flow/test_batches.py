from __future__ import annotations

from itertools import islice
from typing import Any

import httpx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow import batches as batching
from odoo_widgets.flow import templates
from odoo_widgets.flow.batches import GROUPINGS, batches, count
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.plan import follow_ups, plan
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.server import Server
from odoo_widgets.flow.source import Source
from tests.flow.wire import KEY, ME, SERVER, URLS, settings

CELLS = st.sampled_from(["a", "b", "A", "", None, "é"]) | st.text("xyz", max_size=3)
COLUMNS = st.lists(CELLS, max_size=60)
SIZES = st.none() | st.integers(1, 12)
GROUPED = st.sampled_from([name for name, each in GROUPINGS.items() if each.needs_column])


def value(cells: list[Any], row: int) -> Any:
    """What the grouping takes a cell for: all missing cells are one value."""
    return "missing" if cells[row] is None else ("is", cells[row])


@given(cells=COLUMNS, size=SIZES, grouping=GROUPED)
def test_every_row_is_in_one_batch_rows_of_a_value_in_their_order(cells: Any, size: Any, grouping: str) -> None:
    chosen = settings("json2", batch_size=size, grouping=grouping, group_by="g")
    source = Source.of(pd.DataFrame({"n": range(len(cells)), "g": pd.Series(cells, dtype=object)}))
    made = [list(batch) for batch in batches(source, chosen)]
    assert sorted(row for batch in made for row in batch) == list(range(len(cells)))
    assert count(source, chosen) == len(made)
    assert all(made)
    for each in {value(cells, row) for row in range(len(cells))}:
        rows = [row for batch in made for row in batch if value(cells, row) == each]
        assert rows == sorted(rows)
        holding = [batch for batch in made if any(value(cells, row) == each for row in batch)]
        if grouping == "keep together":
            assert len(holding) == 1
            assert len(holding[0]) <= (size or 1) or len({value(cells, row) for row in holding[0]}) == 1
        else:
            assert {value(cells, row) for batch in holding for row in batch} == {each}
            assert len(holding) == -(-len(rows) // (size or 1))
            assert all(len(batch) <= (size or 1) for batch in holding)


@given(cells=COLUMNS, size=SIZES, taken=st.integers(0, 8))
def test_the_first_batches_of_a_long_column_are_those_that_a_look_at_all_of_it_makes(
    cells: Any, size: Any, taken: int
) -> None:
    chosen = settings("json2", batch_size=size, grouping="by column", group_by="g")
    frame = pd.DataFrame({"n": range(len(cells)), "g": pd.Series(cells, dtype=object)})
    wanted = [list(batch) for batch in batches(Source.of(frame), chosen)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(batching, "AT_ONCE", 2)
        patched.setattr(batching, "TIMES", 2)
        source = Source.of(frame)
        assert [list(batch) for batch in islice(batches(source, chosen), taken)] == wanted[:taken]
        assert [list(batch) for batch in batches(source, chosen)] == wanted


def test_full_batches_of_the_first_value_take_no_look_at_the_whole_column() -> None:
    chosen = settings("json2", batch_size=100, grouping="by column", group_by="g")
    source = Source.of(pd.DataFrame({"g": ["a", "b", None, "c"] * 25_000}))
    assert [list(each) for each in islice(batches(source, chosen), 3)] == [
        list(range(4 * start, 4 * (start + 100), 4)) for start in (0, 100, 200)
    ]
    assert not batching.is_known(source, chosen)
    batching.look_through(source, chosen)
    assert batching.is_known(source, chosen)
    assert count(source, chosen) == 1000


@pytest.mark.parametrize(
    "dtype",
    ["str", "string[pyarrow]", "Int64", "int64[pyarrow]", "float64", "category", "datetime64[s, UTC]"],
)
@pytest.mark.parametrize("gap", [[], [0, 3]])
def test_the_value_that_comes_first_is_found_in_columns_of_any_type(dtype: str, gap: list[int]) -> None:
    number = pd.Series([2, 1, 2, 2, 1, 3])
    cells = pd.to_datetime(number, unit="D", utc=True) if "date" in dtype else number.astype(dtype)
    source = Source(pd.DataFrame({"g": cells.mask(number.index.isin(gap))}))
    codes = source.groups(0)[0]
    for end in (2, 6, 4):
        assert source.first_value(0, end).tolist() == [row for row in range(end) if codes[row] == 0]


@given(
    cells=st.lists(CELLS, min_size=1, max_size=40),
    lengths=st.lists(st.integers(0, 300), min_size=40, max_size=40),
    size=SIZES,
    grouping=st.sampled_from(list(GROUPINGS)),
    budget=st.integers(300, 3000),
    protocol=st.sampled_from(list(URLS)),
    operation=st.sampled_from(["create", "write", "load", "unlink"]),
)
def test_no_body_is_over_the_budget_that_could_be_parted(  # noqa: PLR0917 - hypothesis gives each by its name
    cells: Any, lengths: Any, size: Any, grouping: str, budget: int, protocol: str, operation: str
) -> None:
    frame = pd.DataFrame(
        {
            "id": range(1, len(cells) + 1),
            "name": ["é" * length for length in lengths[: len(cells)]],
            "g": pd.Series(cells, dtype=object),
        }
    )
    chosen = settings(protocol, operation, batch_size=size, grouping=grouping, group_by="g", max_bytes=budget)
    planned = [call for call in plan(frame, chosen) if call.model]
    calls = [*planned]
    for call in planned:
        if call.ask.batch is not None:
            calls += follow_ups(call, chosen, set(frame["id"]))
    changing = [call for call in calls if call.ask.changes]
    assert sorted(row for call in changing for row in call.rows) == list(range(len(cells)))
    for call in calls:
        body = PROTOCOLS[protocol].encode(call, chosen, ME).content
        unit = {value(cells, row) for row in call.rows} if grouping == "keep together" else set(call.rows)
        assert len(body) <= budget or len(unit) == 1


# As long as these can be.
LONGEST, LAST = Credential(SERVER, "d" * 63, "me@example.com", "k" * 64), Server(uid=2**31 - 1)


@pytest.mark.parametrize("operation", ["create", "action_confirm"])
@pytest.mark.parametrize("protocol", URLS)
def test_the_budget_holds_to_the_byte_in_every_batch(protocol: str, operation: str) -> None:
    frame = pd.DataFrame({"id": range(101, 131), "name": "n" * 9})
    chosen = settings(protocol, operation, batch_size=2, exclude=["name"] if operation != "create" else ["id"])
    if protocol == "json2":
        chosen = chosen.replace(url=f"{SERVER}/json/2/sale.order/{operation}")
    else:
        chosen = chosen.replace(model="sale.order")
    first = next(call for call in plan(frame, chosen, LAST) if call.model)
    exact = len(PROTOCOLS[protocol].encode(first, chosen, LONGEST, LAST).content)
    for most in range(exact - 1, exact + 2):
        budget = chosen.replace(max_bytes=most)
        for call in plan(frame, budget, LAST):
            size = len(PROTOCOLS[protocol].encode(call, budget, LONGEST, LAST).content)
            assert size <= most or len(call.rows) == 1


# --- values in the URL -----------------------------------------------------------------------------------------------

ODD = [
    "/",
    "//",
    "..",
    ".",
    "../..",
    "a/../b",
    "?",
    "#",
    "&",
    "=",
    "%",
    "%2F",
    "%2e%2e",
    "é 😀",
    "a b",
    "@",
    ":80",
    "\\",
    "+",
    "{x}",
    "\t\n",
]


@pytest.mark.parametrize("odd", ODD)
def test_a_value_stays_within_its_part_of_the_path(odd: str) -> None:
    url = httpx.URL(templates.filled(f"{SERVER}/api/{{ref}}/x?a={{ref}}&b=c", {"ref": odd}))
    assert (url.scheme, url.host, url.port, url.fragment) == ("https", "mycompany.odoo.com", None, "")
    assert url.raw_path.partition(b"?")[0].count(b"/") == 3
    assert url.raw_path.startswith(b"/api/")
    assert dict(url.params) == {"a": odd, "b": "c"}


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_whatever_a_value_is_it_arrives_as_it_is_and_nothing_else_changes(odd: str) -> None:
    url = httpx.URL(templates.filled(f"{SERVER}/api/{{ref}}/x?a={{ref}}", {"ref": odd}))
    assert url.host == "mycompany.odoo.com"
    assert url.raw_path.partition(b"?")[0].count(b"/") == 3
    assert url.params["a"] == odd


@pytest.mark.parametrize("protocol", URLS)
def test_rows_are_parted_by_their_address_and_each_call_goes_to_its_own(protocol: str) -> None:
    frame = pd.DataFrame({"name": list("abcde"), "db": ["x/y", "z", "x/y", "z", "é"]})
    chosen = settings(protocol, exclude=["db"])
    chosen = chosen.replace(url=f"{chosen.url}?db={{db}}")
    calls = [call for call in plan(frame, chosen) if call.model]
    assert [(list(call.rows), call.url.partition("?")[2]) for call in calls] == [
        ([0, 2], "db=x%2Fy"),
        ([1, 3], "db=z"),
        ([4], "db=%C3%A9"),
    ]
    sent = [PROTOCOLS[protocol].encode(call, chosen, ME).url for call in calls]
    assert [url.query.decode() for url in sent] == ["db=x%2Fy", "db=z", "db=%C3%A9"]
    assert {url.path for url in sent} == {httpx.URL(chosen.url).path}
    assert KEY not in str(sent)


@pytest.mark.parametrize("missing", [None, "", "  ", float("nan"), pd.NA])
def test_a_row_without_a_value_for_the_url_is_named(missing: Any) -> None:
    chosen = settings("json2").replace(url=f"{SERVER}/json/2/res.partner/create?db={{db}}")
    frame = pd.DataFrame({"name": list("abc"), "db": pd.Series(["x", missing, "y"], dtype=object)})
    (sentence,) = problems(frame, chosen)
    assert sentence.startswith("Column 'db', row 1: the URL takes this value, and there is none.")


def test_a_column_that_the_url_or_the_grouping_names_must_be_there_once() -> None:
    chosen = settings("json2").replace(url=f"{SERVER}/json/2/res.partner/create?db={{db}}")
    assert problems(pd.DataFrame({"name": ["a"]}), chosen) == (
        "The URL takes the value of one column, and none is called 'db'. Correct the URL, or the frame.",
    )
    grouped = settings("json2", grouping="by column", group_by="g")
    assert problems(pd.DataFrame({"name": ["a"]}), grouped) == (
        "The rows are to be grouped by one column, and none is called 'g'. Correct group_by.",
    )
