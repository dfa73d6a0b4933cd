"""What is remembered of a frame is never anything else than what a first look at it finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

from odoo_widgets.flow import parts
from odoo_widgets.flow.errors import OdooWidgetsError
from odoo_widgets.flow.samples import samples
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source

ORDERS = "https://mycompany.odoo.com/json/2/sale.order/create"
REST = "https://mycompany.odoo.com/api/sale.order"
ROWS = 40
NUMBER = np.arange(ROWS)
GAPS = NUMBER % 7 == 3
FRAME = pd.DataFrame(
    {
        "name": [f"n{row}" for row in NUMBER],
        "note": pd.Series([f"t{row % 3}" for row in NUMBER]).mask(GAPS),
        "country_id": pd.Series(NUMBER % 5, dtype="Int64").mask(GAPS),
        "rate": pd.Series(NUMBER * 0.5).mask(GAPS),
        "date_order": pd.Series(pd.Timestamp("2026-03-01 10:00") + pd.to_timedelta(NUMBER, unit="h")).mask(GAPS),
        "type": pd.Categorical.from_codes(NUMBER % 4, ["a", "b", "c", "d"]),
        "tag_ids": pd.Series([[1, 2], [3]] * (ROWS // 2), dtype=object),
        "order_line": pd.Series([[{"product_id": row, "note": f"l{row}"}] * (row % 3) for row in NUMBER], dtype=object),
    }
)
# What cannot be sent, and where: what is remembered of more rows than are shown must not tell of it too soon, or late.
FRAMES = {
    "fine": FRAME,
    "infinite": FRAME.assign(rate=np.where(NUMBER == 23, np.inf, 0.5)),
    "strange": FRAME.assign(note=pd.Series([object() if row == 9 else "x" for row in NUMBER], dtype=object)),
    "arrow": FRAME.drop(columns=["tag_ids", "order_line"]).convert_dtypes(dtype_backend="pyarrow"),
}
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "url": st.sampled_from([ORDERS, REST, ORDERS.replace("create", "load"), REST + "/{name}"]),
    "batch_size": st.integers(1, 17),
    "grouping": st.sampled_from(["sequential", "by column", "keep together"]),
    "group_by": st.sampled_from(["note", "type", "name"]),
    "exclude": st.lists(st.sampled_from([*FRAME.columns]), max_size=6, unique=True),
    "missing": st.dictionaries(st.sampled_from(["note", "rate", "date_order"]), st.sampled_from(["clear", "reject"])),
    "fields": st.dictionaries(st.just("name"), st.sampled_from(["client_order_ref", "note"])),
    "add": st.sampled_from([[], ["tag_ids"]]),
    "timezone": st.sampled_from([None, "UTC", "Europe/Brussels"]),
    "key": st.sampled_from([[], ["name"], ["note"]]),
    "content_format": st.sampled_from(["JSON", "CSV", "XML"]),
    "language": st.sampled_from(["", "fr_FR"]),
}


def seen(data: pd.DataFrame | Source, settings: Settings, rows: list[int] | None) -> Any:
    """What a person sees: the samples as they read, or what is wrong."""
    try:
        found = samples(data, settings, 3, rows=rows)
    except OdooWidgetsError as error:
        return str(error)
    return repr(found), found.view(), found._repr_html_()


@runs(max_examples=30)
@given(
    st.sampled_from([*FRAMES]),
    st.lists(st.one_of(*(st.tuples(st.just(name), each) for name, each in CHANGES.items())), min_size=1, max_size=8),
    st.one_of(st.none(), st.lists(st.integers(0, ROWS - 1), max_size=3)),
)
def test_a_frame_that_is_looked_at_again_shows_what_a_new_one_shows(
    name: str, changes: list[tuple[str, Any]], rows: list[int] | None
) -> None:
    settings, source = Settings(ORDERS, timezone="UTC", batch_size=5), Source(FRAMES[name])
    seen(source, settings, None)
    for setting, value in changes:
        try:
            settings = settings.replace(**{setting: value})
        except OdooWidgetsError:
            continue
        for wanted in (None, rows):
            assert seen(source, settings, wanted) == seen(FRAMES[name], settings, wanted)


@pytest.mark.parametrize("name", FRAMES)
def test_samples_leave_what_is_remembered_as_it_is(name: str) -> None:
    source = Source(FRAMES[name])
    for settings in (Settings(ORDERS, timezone="UTC", batch_size=3), Settings(ORDERS, key=["name"], timezone="UTC")):
        assert seen(source, settings, None) == seen(source, settings, None) == seen(FRAMES[name], settings, None)


def test_a_change_that_leaves_the_values_as_they_are_finds_nothing_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name in ("findings", "converted"):
        real = getattr(parts, name)

        def counted(cells: Any, column: Any, *more: Any, real: Any = real, name: str = name) -> Any:
            asked.append(f"{name} {column.name} {len(cells)}")
            return real(cells, column, *more)

        monkeypatch.setattr(parts, name, counted)
    source, settings = Source(FRAME), Settings(ORDERS, timezone="UTC", batch_size=5)
    samples(source, settings)
    assert len(asked) == 2 * len(FRAME.columns)
    assert {each.rpartition(" ")[2] for each in asked} == {"25"}
    for same in ({"headers": "a:b"}, {"language": "fr_FR"}, {"batch_size": 2}, {"exclude": ["note"]}, {"exclude": []}):
        samples(source, settings := settings.replace(**same))
    assert len(asked) == 2 * len(FRAME.columns)
    samples(source, settings.replace(fields={"note": "remark"}))
    assert sorted(asked[2 * len(FRAME.columns) :]) == ["converted note 25", "findings note 25"]
    # More rows than were seen: some more than are asked for, and none of them again.
    asked.clear()
    samples(source, settings.replace(batch_size=6))
    assert {each.rpartition(" ")[2] for each in asked} == {"32"}
    asked.clear()
    samples(source, settings.replace(batch_size=6, timezone="UTC", context={"a": 1}))
    assert asked == []


def test_no_more_is_remembered_than_a_person_sees() -> None:
    frame = pd.DataFrame({"name": ["x"] * (parts.MOST_ROWS + 1)})
    source = Source(frame)
    parts.part(source, range(len(frame)))
    assert source.remembered == {}
    first, apart = parts.part(source, range(10)), parts.part(source, [3, 200])
    assert parts.part(source, range(10)) is first
    assert parts.part(source, [3, 200]) is apart
    assert len(parts.part(source, range(parts.MOST_ROWS)).frame) == parts.MOST_ROWS
    # And no more of what was found out than for some settings to and fro.
    made = Settings(ORDERS)
    for number in range(parts.MOST_ANSWERS * 3):
        samples(source, made.replace(fields={"name": f"x_{number}"}), 1)
    known = source.remembered[parts.FIRST]
    assert len(known._answers) <= parts.MOST_ANSWERS


def test_a_frame_with_other_cells_remembers_nothing_of_the_one_before() -> None:
    source, settings = Source(FRAME), Settings(ORDERS, timezone="UTC", batch_size=5)
    samples(source, settings)
    changed = source.with_columns({0: ["other"] * ROWS})
    assert seen(changed, settings, None) == seen(FRAME.assign(name="other"), settings, None)
    assert seen(source, settings, None) == seen(FRAME, settings, None)
