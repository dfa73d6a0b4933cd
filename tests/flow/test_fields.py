"""Columns that are called otherwise than the fields that they fill."""

from __future__ import annotations

import pandas as pd
import pytest

from odoo_widgets.destination import Destination

HERE = "https://mycompany.odoo.com"
FRAME = pd.DataFrame({"Name": ["a"], "Country": [3], "ref": ["r"]})
FIELDS = {"Name": "name", "Country": "country_id"}
SENT = {"name": "a", "country_id": 3, "ref": "r"}


@pytest.mark.parametrize(
    ("path", "settings"),
    [
        ("/json/2/res.partner/create", {}),
        ("/jsonrpc", {"model": "res.partner", "operation": "create"}),
        ("/xmlrpc/2/object", {"model": "res.partner", "operation": "create"}),
        ("/api/res.partner", {}),
    ],
)
def test_a_column_fills_the_field_that_the_settings_say(path: str, settings: dict[str, str]) -> None:
    sample = Destination(HERE + path, fields=FIELDS, **settings).samples(FRAME)[0]
    record = (sample.call.ask.arguments.get("vals_list") or sample.call.ask.arguments["records"])[0]
    assert record == SENT
    assert b"country_id" in sample.request.content
    assert b"Country" not in sample.request.content


def test_what_becomes_of_missing_cells_is_said_of_the_column() -> None:
    target = Destination(f"{HERE}/json/2/res.partner/create", fields=FIELDS, missing={"Country": "clear"})
    sample = target.samples(FRAME.assign(Country=[None], Name=[None]))[0]
    assert sample.call.ask.arguments["vals_list"] == [{"country_id": None, "ref": "r"}]


def test_a_link_of_load_is_said_by_the_field() -> None:
    target = Destination(f"{HERE}/json/2/res.partner/load", fields={"Name": "name", "Country": "country_id/.id"})
    sample = target.samples(FRAME)[0]
    assert sample.call.ask.arguments == {"fields": ["name", "country_id/.id", "ref"], "data": [["a", "3", "r"]]}
    by_name = target.replace(fields=FIELDS)
    assert by_name.problems(FRAME) == ()
    assert "What stands in Country is looked up before, and goes as ids." in by_name.samples(FRAME)[0].note


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"Name": "ref"}, "The columns 'Name' and 'ref' all fill the field 'ref'. Exclude all but one."),
        ({"Nmae": "name"}, "fields has the field 'name' for one column, and none is called 'Nmae'. Correct its name."),
        ({"Name": "na\0me"}, "The column name 'na\\x00me' holds a NUL"),
    ],
)
def test_a_mapping_that_does_not_fit_the_frame_is_named(fields: dict[str, str], words: str) -> None:
    (problem,) = Destination(f"{HERE}/json/2/res.partner/create", fields=fields).problems(FRAME)
    assert problem.startswith(words)


def test_two_columns_for_one_field_are_fine_where_one_stays_out() -> None:
    target = Destination(f"{HERE}/json/2/res.partner/create", fields={"Name": "ref"}, exclude=["ref"])
    assert target.problems(FRAME) == ()
