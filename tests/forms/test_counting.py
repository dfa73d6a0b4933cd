"""The calls of a long frame that is grouped by a column are counted in the background."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.flow import batches
from odoo_widgets.forms import counting
from tests.forms.examples import ME, PLAIN
from tests.forms.screen import EVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.forms.screen import Show

ROWS = 100_000
BY_CITY = PLAIN.replace(grouping="by column", group_by="city", batch_size=100)


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"name": "Anna", "city": ["Gent", "Roma"] * (ROWS // 2)})


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The look at the whole column waits until this is set."""
    gate = threading.Event()

    def look_through(*given: Any) -> None:
        assert gate.wait(EVER)
        batches.look_through(*given)

    monkeypatch.setattr(counting, "look_through", look_through)
    yield gate
    gate.set()


def test_the_samples_are_there_before_the_calls_are_counted(
    show: Show, frame: pd.DataFrame, looking: threading.Event
) -> None:
    screen = show(frame, PLAIN.replace(batch_size=100), ME)
    screen.form.destination = BY_CITY
    assert screen.text("plan").startswith("100,000 rows · … calls to ")
    assert screen.says("100,000 rows: … calls.")
    assert screen.says("The first 5 of … calls.")
    shown = [each.description for each in screen.titles]
    looking.set()
    screen.wait(lambda: "1,000 calls" in screen.text("plan"))
    assert screen.says("100,000 rows: 1,000 calls.")
    assert screen.says("The first 5 of 1,000 calls.")
    assert [each.description for each in screen.titles] == shown


def test_what_is_counted_is_what_the_settings_say_by_then(
    show: Show, frame: pd.DataFrame, looking: threading.Event
) -> None:
    screen = show(frame, BY_CITY, ME)
    screen.type("Batch Size", 50)
    screen.type("Group By", "name")
    looking.set()
    screen.wait(lambda: "2,000 calls" in screen.text("plan"))
    screen.type("Grouping Algorithm", "in row order")
    assert "2,000 calls" in screen.text("plan")


def test_what_keeps_a_column_from_being_looked_through_is_said(
    show: Show, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_through(*_given: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(counting, "look_through", look_through)
    screen = show(frame, BY_CITY, ME)
    screen.wait(lambda: "MemoryError" in screen.text("problem"))
    assert screen.button("Send").disabled


@pytest.mark.parametrize(
    ("grouped", "first"),
    [
        ({"grouping": "by column", "group_by": "ref"}, "row 0"),
        ({"grouping": "keep together", "group_by": "ref"}, "rows 0–99"),
        ({"grouping": "keep together", "group_by": "pair"}, "rows 0, 50,000, 1, 50,001, 2 …"),
    ],
)
def test_what_only_the_whole_column_tells_is_awaited_and_then_shown(
    show: Show, frame: pd.DataFrame, looking: threading.Event, grouped: dict[str, str], first: str
) -> None:
    number = pd.RangeIndex(ROWS)
    frame = frame.assign(ref=number.astype(str), pair=[f"p{each % (ROWS // 2)}" for each in number])
    chosen = PLAIN.replace(batch_size=100, **grouped)
    screen = show(frame, PLAIN, ME)
    screen.form.destination = chosen
    assert screen.titles == []
    assert screen.says(f"Looking through 100,000 rows for those with the same {grouped['group_by']} …")
    assert screen.text("plan").startswith("100,000 rows · … calls to ")
    looking.set()
    calls = "100,000 calls" if grouped["grouping"] == "by column" else "1,000 calls"
    screen.wait(lambda: calls in screen.text("plan"))
    assert f"{first} · " in screen.titles[0].description
    assert not screen.says("Looking through")
    # What is known is shown at once, and counted in the background where it is much.
    screen.type("Batch Size", 50)
    assert len(screen.titles) == 5
    calls = "100,000 calls" if grouped["grouping"] == "by column" else "2,000 calls"
    screen.wait(lambda: calls in screen.text("plan"))
    other = show(frame, chosen.replace(batch_size=50), ME)
    other.wait(lambda: calls in other.text("plan"))
    assert screen.everything() == other.everything()


def test_other_settings_are_shown_while_a_column_is_looked_through(
    show: Show, frame: pd.DataFrame, looking: threading.Event
) -> None:
    screen = show(frame.assign(ref=pd.RangeIndex(ROWS)), BY_CITY.replace(group_by="ref"), ME)
    screen.type("Grouping Algorithm", "in row order")
    shown = screen.everything()
    assert "1,000 calls" in screen.text("plan")
    looking.set()
    screen.wait(lambda: not screen.form._state._counting)
    assert screen.everything() == shown
