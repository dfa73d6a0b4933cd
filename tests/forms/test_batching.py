"""Which rows share a call, how large it may get, and what the form says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd
import pytest
from hypothesis import given, strategies

from odoo_widgets import Destination
from odoo_widgets.forms.sizes import size_of, size_words
from tests.forms.examples import ME, PLAIN

if TYPE_CHECKING:
    from tests.forms.screen import Show

JSONRPC = Destination("https://mycompany.odoo.com/jsonrpc", model="res.partner", operation="create")
BY_CITY = PLAIN.replace(grouping="by column", group_by="city")
TOGETHER = PLAIN.replace(grouping="keep together", group_by="city", batch_size=2)

# What is typed into which control, the destination before and after, and what the form says then.
Edit: TypeAlias = tuple[str, Any, Destination, Destination, str]
EDITS: list[Edit] = [
    ("Grouping Algorithm", "in row order", BY_CITY, PLAIN, "12 rows: 1 call."),
    ("Group By", "ref", BY_CITY, BY_CITY.replace(group_by="ref"), "12 rows: 12 calls."),
    ("Batch Size", 2, BY_CITY, BY_CITY.replace(batch_size=2), "12 rows: 6 calls."),
    ("Batch Size", 4, TOGETHER, TOGETHER.replace(batch_size=4), "12 rows: 2 calls."),
    ("Grouping Algorithm", "keep together rows of the same …", BY_CITY, BY_CITY.replace(grouping="keep together"),
     "A city with more rows than the batch size makes a larger call. 12 rows: 1 call."),
    ("Grouping Algorithm", "never mix values of …", TOGETHER, BY_CITY.replace(batch_size=2), "12 rows: 6 calls."),
    ("Largest Request", "2 kB", PLAIN, PLAIN.replace(max_bytes=2000), "12 rows: 1 batch."),
    ("Largest Request", "", PLAIN.replace(max_bytes=2000), PLAIN, "12 rows: 1 call."),
    ("Largest Request", "0", PLAIN.replace(max_bytes=2000), PLAIN, "12 rows: 1 call."),
]  # fmt: skip


@pytest.fixture
def frame(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(city=["Gent", "Roma", "Gent"] * 4)


@pytest.mark.parametrize("edit", EDITS)
def test_a_control_changes_the_destination_and_what_is_said_of_it(show: Show, frame: pd.DataFrame, edit: Edit) -> None:
    label, typed, before, after, words = edit
    screen = show(frame, before, ME)
    screen.type(label, typed)
    assert screen.form.destination == after
    assert screen.says(words)
    assert screen.everything() == show(frame, after, ME).everything()


@pytest.mark.parametrize("edit", EDITS)
def test_the_destination_moves_the_controls_and_what_is_said_of_it(show: Show, frame: pd.DataFrame, edit: Edit) -> None:
    label, typed, before, after, words = edit
    screen, typed_into = show(frame, before, ME), show(frame, before, ME)
    typed_into.type(label, typed)
    screen.form.destination = after
    assert screen.field(label).value == typed_into.field(label).value
    assert screen.says(words)


def test_a_grouping_by_values_asks_for_the_column_and_puts_their_rows_in_calls_of_their_own(
    show: Show, frame: pd.DataFrame
) -> None:
    screen = show(frame, PLAIN, ME)
    assert screen.field("Group By") not in screen.visible
    screen.type("Grouping Algorithm", "never mix values of …")
    assert screen.text("problem") == "Pick the column to group by, under Group By."
    assert screen.field("Group By") in screen.visible
    assert screen.field("Group By").options == ("name", "ref", "city")
    assert screen.button("Send").disabled
    screen.type("Group By", "city")
    assert screen.form.destination == BY_CITY
    assert [title.description.split(" · ")[1:3] for title in screen.titles] == [
        ["rows 0, 2, 3, 5, 6 …", "8 records"],
        ["rows 1, 4, 7, 10", "4 records"],
    ]
    assert "Roma" not in screen.sample
    screen.type("Group By", "town")
    assert "The rows are to be grouped by one column, and none is called 'town'." in screen.text("problem")
    screen.type("Group By", "")
    assert screen.text("problem") == "Pick the column to group by, under Group By."
    screen.type("Grouping Algorithm", "in row order")
    assert screen.form.destination == PLAIN
    assert screen.field("Group By") not in screen.visible


def test_a_column_that_is_left_out_can_still_group(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, BY_CITY)
    screen.type("Exclude Attributes", "city")
    assert screen.text("problem") == ""
    assert len(screen.titles) == 2


@pytest.mark.parametrize(
    ("destination", "words"),
    [
        (PLAIN, "JSON-2 takes a list of records in one call. 12 rows: 1 call."),
        (JSONRPC, "JSON-RPC takes a list of records in one call, and logs in before the first. 12 rows: 1 call."),
        (PLAIN.replace(batch_size=None), "Each record is sent in a call of its own. 12 rows: 12 calls."),
        (BY_CITY.replace(batch_size=None), "in a call of its own, ordered by city. 12 rows: 12 calls."),
        (TOGETHER.replace(batch_size=None), "Rows of the same city share a call, and no others do. 12 rows: 2 calls."),
        (JSONRPC.replace(operation="load"), "12 rows: 1 batch."),
    ],
)
def test_one_line_says_what_a_call_holds(show: Show, frame: pd.DataFrame, destination: Destination, words: str) -> None:
    assert show(frame, destination, ME).says(words)


@pytest.mark.parametrize("grouped", [BY_CITY, TOGETHER])
def test_a_grouping_without_batches_can_be_taken_back(show: Show, frame: pd.DataFrame, grouped: Destination) -> None:
    screen = show(frame, grouped.replace(batch_size=None), ME)
    assert screen.field("Batch Size").disabled
    assert not screen.field("Grouping Algorithm").disabled
    screen.type("Grouping Algorithm", "in row order")
    assert screen.form.destination == PLAIN.replace(batch_size=None)
    assert screen.field("Grouping Algorithm").disabled


def test_batches_that_are_turned_off_leave_no_grouping_behind(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, TOGETHER.replace(max_bytes=2000), ME)
    screen.type("Would you like to batch your records together?", False)
    assert screen.form.destination == PLAIN.replace(batch_size=None)
    assert screen.says("Each record is sent in a call of its own.")


def test_a_size_that_cannot_be_read_stays_with_the_reason(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    before = screen.everything()
    for typed in ("2", "1,5 MB", "much", "0.0001 kB", "-1 kB"):
        assert screen.type("Largest Request", typed) == typed
        assert screen.text("problem") == "Largest Request is a size with its unit, such as 500 kB or 2 MB."
        assert screen.form.destination == PLAIN
    screen.type("Largest Request", "no limit")
    assert screen.everything() == before


def test_a_size_makes_more_calls_of_a_batch(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    assert len(screen.titles) == 1
    screen.type("Largest Request", "0.5 kb")
    assert screen.field("Largest Request").value == "500 B"
    assert screen.form.destination.max_bytes == 500
    assert screen.text("plan").startswith("12 rows · 1 batch to ")
    assert len(screen.titles) == 2


@given(strategies.integers(1, 2**53 - 1))
def test_a_size_in_words_is_read_back_to_the_byte(size: int) -> None:
    assert size_of(size_words(size)) == size
    assert size_of(f" {size:,} b ") == size


def test_sizes_are_said_in_the_unit_that_reads_best() -> None:
    sizes = {None: "", 1: "1 B", 999: "999 B", 1500: "1.5 kB", 2_000_000: "2 MB", 1_234_567: "1234.567 kB"}
    assert {size: size_words(size) for size in sizes} == sizes


def test_rows_that_stay_together_in_a_call_too_large_to_show_say_so(show: Show) -> None:
    frame = pd.DataFrame({"name": ["x"] * 6_001, "city": ["Roma"] + ["Gent"] * 6_000})
    screen = show(frame.iloc[1:], TOGETHER, ME)
    assert screen.says("A call of 6,000 records is too large to show while you type.")
    screen.form.data = frame
    assert len(screen.titles) == 1
    assert screen.says("The first of 2 calls.")
