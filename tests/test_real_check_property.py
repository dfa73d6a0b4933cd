"""What a check passes, a real Odoo accepts; what Odoo refuses of values, a check had found.

What a check misses is named in `MISSES`: it sees types, choices and links, and none of the rules that models have
beyond these.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.model import fields as described
from tests.models import NOWHERE, PROTOCOLS, Given, destination
from tests.real import call, sandbox
from tests.test_real_values import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.flow.model import Field, Fields

ROWS = 4
SUB = f"{PLAIN}.sub"
TEXTS = st.sampled_from(["a", "", "7", "7.5", "1,5", "x" * 300, "true", "é 😀", "2026-03-01", "A", "no such", " 8 "])
NUMBERS = st.integers(-(2**33), 2**33) | st.sampled_from([0, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1])
FLOATS = st.sampled_from([0.5, -2.75, 1e10, 3.0])
DAYS = st.sampled_from(["2026-03-01", "2026-02-30", "01/03/2026", "2026-3-1", "20260301", "2026-03-01 10:20:30"])
TIMES = st.sampled_from(["2026-03-01 10:20:30", "2026-03-01 10:20", "2026-03-01", "2026-03-01T10:20:30", "2026-13-01"])
CHOICES = st.sampled_from(["C", "A", "B", "Qu'il n'est pas arrivé à Toronto", "c", "D", ""])
# What may stand in a column of each field.
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "char": TEXTS | NUMBERS,
    "integer": NUMBERS | TEXTS | FLOATS,
    "float": NUMBERS | FLOATS | TEXTS,
    "numeric": NUMBERS | FLOATS | TEXTS,
    "date": DAYS | TEXTS,
    "datetime": TIMES | TEXTS,
    "selection_str": CHOICES | TEXTS,
    "many2one": st.sampled_from([1, 2, NOWHERE, 0, "1", "no such", "", 2**40]),
    "binary": st.sampled_from(["YWJj", "abc", "not base64!", "data:image/png;base64,AAAA", b"abc", ""]),
}


@pytest.fixture(scope="module")
def given() -> Iterator[Given]:
    with sandbox() as odoo:
        call(odoo, SUB, "create", vals_list=[{"name": "a"}, {"name": "b"}])
        yield Given.made(odoo)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    names = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3, unique=True))
    columns = {name: draw(st.lists(CELLS[name] | st.none(), min_size=ROWS, max_size=ROWS)) for name in names}
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_odoo_refuses_the_rows_that_a_check_has_errors_for_and_no_others(given: Given, protocol: str) -> None:
    target = destination(given.odoo, protocol, PLAIN, "create")

    @settings(max_examples=12)
    @drawn(frame=frames())
    def holds(frame: pd.DataFrame) -> None:
        findings = target.check(frame, given.odoo.credential)
        errors = findings[findings["severity"] == "error"]
        if target.problems(frame):
            assert not errors.empty
            return
        expected = {row for rows in errors["first_rows"] for row in rows}
        # What is no file is stored all the same in some fields, and is none then.
        sure = {row for rows in errors[errors["field"] != "binary"]["first_rows"] for row in rows}
        sent = target.delivery(frame, given.odoo.credential, server=given.user, journal=False).result()
        refused = {row for row, status in enumerate(sent["status"]) if status == "rejected"}
        assert sure <= refused <= expected, (
            frame.to_dict("list"),
            errors["problem"].tolist(),
            sent["error"].dropna().tolist(),
        )

    holds()


# --- models as companies have them -----------------------------------------------------------------------------------

# What rows of each model hold beside what is drawn.
OF_MODELS: dict[str, dict[str, Any]] = {
    "res.partner": {"name": "n"},
    "product.template": {"name": "n"},
    "crm.lead": {"name": "n"},
    "hr.job": {"name": "n"},
    "sale.order": {},
}
# What Odoo refuses for a reason that no schema tells of: a model's own rules, and what only reading a file shows.
MISSES = (
    r"could not be decoded as an image file",
    r"^The operation cannot be completed: (?!Missing required value|Another model)",
)
OF_TYPES: dict[str, st.SearchStrategy[Any]] = {
    "char": TEXTS, "text": TEXTS, "integer": CELLS["integer"], "float": CELLS["float"], "monetary": CELLS["numeric"],
    "date": DAYS, "datetime": TIMES, "boolean": st.booleans() | st.sampled_from([0, 1, "x"]), "binary": CELLS["binary"],
}  # fmt: skip


@pytest.fixture(scope="module")
def schemas(given: Given) -> dict[str, Fields]:
    found = {model: described(call(given.odoo, model, "fields_get", allfields=[])) for model in OF_MODELS}
    return {model: fields for model, fields in found.items() if fields is not None}


def cells(field: Field) -> st.SearchStrategy[Any]:
    if field.type == "selection":
        return st.sampled_from([*field.selection, "no such"])
    if field.type == "many2one":
        return st.sampled_from([NOWHERE, 0, "no such", "", 2**40])
    if field.type == "many2many":
        return st.sampled_from([[], [NOWHERE], [[6, 0, [0]]], [[6, 0, []]], [["x"]], "no such"])
    return OF_TYPES[field.type]


def drawn_from(field: Field) -> bool:
    fits = field.type in (*OF_TYPES, "selection", "many2one", "many2many")
    return fits and field.stored and not field.readonly and not field.depends


def test_of_business_models_odoo_refuses_nothing_that_a_check_had_not_found(
    given: Given, schemas: dict[str, Fields]
) -> None:
    # The same draws each time: a rule of a model's own would else fail a run that nothing was changed for.
    @settings(max_examples=20, derandomize=True, database=None)
    @drawn(st.data())
    def holds(data: st.DataObject) -> None:
        model = data.draw(st.sampled_from(sorted(schemas)))
        names = sorted(name for name, field in schemas[model].items() if drawn_from(field))
        columns: dict[str, Any] = {name: [cell] * ROWS for name, cell in OF_MODELS[model].items()}
        if model == "sale.order":
            columns["partner_id"] = [given.customer] * ROWS
        for name in data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)):
            column = st.lists(cells(schemas[model][name]) | st.none(), min_size=ROWS, max_size=ROWS)
            columns.setdefault(name, data.draw(column))
        frame = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in columns.items()})
        target = destination(given.odoo, "json2", model, "create")
        findings = target.check(frame, given.odoo.credential)
        errors = findings[findings["severity"] == "error"]
        if target.problems(frame):
            assert not errors.empty
            return
        found = {row for rows in errors["first_rows"] for row in rows}
        try:
            sent = target.delivery(frame, given.odoo.credential, server=given.user, journal=False).result()
        except DataError:
            # Names that no record has are looked up first, and nothing is sent.
            assert found
            return
        missed = {
            row: sent["error"].iloc[row]
            for row in set(range(ROWS)) - found
            if sent["status"].iloc[row] == "rejected"
            and not any(re.search(miss, sent["error"].iloc[row]) for miss in MISSES)
        }
        assert not missed, (model, frame.to_dict("list"), errors["problem"].tolist(), missed)

    holds()
