from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from odoo_widgets.flow.repeats import doubling
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source

LOAD = "https://mycompany.odoo.com/json/2/res.partner/load"
NAMES = ["one", "two", "three"]

LOADS: dict[str, tuple[dict[str, Any], dict[str, Any], list[int]]] = {
    "each row has an external ID": ({"id": ["a", "b", "c"]}, {}, []),
    "some rows have none": ({"id": ["a", None, ""]}, {}, [1, 2]),
    "or a database's": ({"id": ["a", None, None], ".id": pd.array([None, 7, None], dtype="Int64")}, {}, [2]),
    "none has": ({}, {}, [0, 1, 2]),
    "they stay out of the payload": ({"id": ["a", "b", "c"]}, {"exclude": ["id"]}, [0, 1, 2]),
    "the column has another name": ({"ours": ["a", None, "c"]}, {"fields": {"ours": "id"}}, [1]),
}


@pytest.mark.parametrize("name", LOADS)
def test_a_row_of_load_s_is_made_twice_unless_it_names_its_record(name: str) -> None:
    columns, others, expected = LOADS[name]
    source = Source.of(pd.DataFrame({"name": NAMES, **columns}))
    assert doubling(source, Settings(LOAD, **others), range(3)).tolist() == expected
