"""All rows but some are what a list of them would be, without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.batches import batches, count
from odoo_widgets.flow.others import Others
from odoo_widgets.flow.samples import samples
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://mycompany.odoo.com/json/2/res.partner/create"
SIZES = st.integers(0, 12)
PLACES = st.none() | st.integers(-15, 15)


@given(data=st.data(), size=SIZES, start=PLACES, stop=PLACES, step=PLACES.filter(bool) | st.none())
def test_the_others_are_the_list_of_them(
    data: st.DataObject, size: int, start: int | None, stop: int | None, step: int | None
) -> None:
    without = data.draw(st.lists(st.sampled_from(range(size)))) if size else []
    others, listed = Others(size, without), [row for row in range(size) if row not in without]
    assert [len(others), *others] == [len(listed), *listed]
    assert [others[place] for place in range(-len(listed), len(listed))] == [*listed, *listed]
    assert list(others[start:stop:step]) == listed[start:stop:step]
    assert np.asarray(others).tolist() == listed
    with pytest.raises(IndexError):
        others[len(listed)]


@pytest.mark.parametrize(
    "grouped",
    [{}, {"grouping": "by column", "group_by": "city"}, {"grouping": "keep together", "group_by": "city"}],
    ids=str,
)
def test_the_others_are_parted_into_the_batches_of_a_list(grouped: dict[str, str]) -> None:
    source = Source(pd.DataFrame({"name": "Anna", "city": ["Gent", "Roma", "Gent", "Oslo", "Roma", "Gent", "Oslo"]}))
    settings, others = Settings(URL, batch_size=2, **grouped), Others(7, [1, 5])
    assert list(map(list, batches(source, settings, others))) == list(map(list, batches(source, settings, [*others])))
    assert count(source, settings, others) == count(source, settings, [*others])


class Unlisted(Others):
    def __iter__(self) -> Iterator[int]:
        raise AssertionError


def test_no_look_at_the_first_calls_goes_through_all_rows() -> None:
    frame = pd.DataFrame({"name": range(1_000)})
    shown = samples(frame, Settings(URL, batch_size=2), 2, among=Unlisted(1_000, [1, 2]))
    assert [list(each.call.rows) for each in shown] == [[0, 3], [4, 5]]


def test_so_many_rows_that_no_list_would_hold_them_take_no_room() -> None:
    others = Others(10**15, [7])
    assert (len(others), others[6:9], others[-1]) == (10**15 - 1, [6, 8, 9], 10**15 - 1)


def test_the_rows_to_look_at_may_be_given_one_by_one() -> None:
    frame = pd.DataFrame({"name": range(6)})
    shown = samples(frame, Settings(URL, batch_size=2), rows=(row for row in (3, 4)))
    assert [list(each.call.rows) for each in shown] == [[2, 3], [4, 5]]
