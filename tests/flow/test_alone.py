from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from odoo_widgets.flow.alone import alone
from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source

URL = "https://mycompany.odoo.com/json/2/res.partner/load"

# The external IDs of rows, and which of the calls are for the same record as others.
IDS: dict[str, tuple[list[Any], list[int]]] = {
    "one record in two calls": (["a", "b", "c", "a", "d", "e"], [0, 3]),
    "with Odoo's own prefix": (["a", "b", "__import__.a", "d", "e", "f"], [0, 2]),
    "as a number and as text": ([1, "b", "1", "d", "e", "f"], [0, 2]),
    "as a float": ([1.0, 2.0, 3.0, 1.0, None, None], [0, 3]),
    "none twice": (["a", "b", "c", "d", "e", "f"], []),
    "missing cells are no record": ([None, None, "c", "d", None, "f"], []),
}


def numbers(frame: pd.DataFrame, **settings: Any) -> list[int]:
    chosen = Settings(URL, batch_size=1, concurrency=4, **settings)
    source = Source.of(frame)
    number = alone(source, chosen)
    return [number(call) for call in plan(source, chosen)]


@pytest.mark.parametrize("field", ["id", "External ID"])
@pytest.mark.parametrize("name", IDS)
def test_calls_for_one_external_id_wait_for_each_other_and_no_others_do(name: str, field: str) -> None:
    ids, shared = IDS[name]
    frame = pd.DataFrame(
        {field: pd.Series(ids, dtype=None if name == "as a float" else object), "name": list("uvwxyz")}
    )
    found = numbers(frame, fields={field: "id"})
    assert len({found[place] for place in shared}) == bool(shared)
    assert len(set(found)) == len(found) - max(0, len(shared) - 1)


def test_a_record_of_several_groups_keeps_these_apart_and_no_others() -> None:
    frame = pd.DataFrame({"id": ["a", "b", "a", "c", "d"], "name": list("vwxyz"), "to": list("pqqrr")})
    first, second, third, fourth, fifth = numbers(frame, grouping="by column", group_by="to", exclude=["to"])
    assert first == second == third
    assert fourth == fifth != first


def test_other_operations_keep_calls_apart_by_batch_only() -> None:
    frame = pd.DataFrame({"name": ["a", "a"], "ref": ["x", "x"]})
    chosen = Settings(URL.replace("load", "create"), batch_size=1, concurrency=4)
    source = Source.of(frame)
    number = alone(source, chosen)
    assert [number(call) for call in plan(source, chosen)] == [0, 1]
