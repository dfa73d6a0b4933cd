"""Columns beside fields: which field each fills, what becomes of its empty cells, and what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from odoo_widgets import Server
from odoo_widgets.flow.model import Field
from tests.forms.examples import ME, PLAIN

if TYPE_CHECKING:
    from tests.forms.screen import Screen, Show

FIELDS = {
    "name": Field("name", "char", "Name", required=True),
    "email": Field("email", "char", "Email"),
    "country_id": Field("country_id", "many2one", "Country", relation="res.country"),
    "user_id": Field("user_id", "many2one", "Salesperson", relation="res.users"),
    "code": Field("code", "char", "Code", required=True),
    "display_name": Field("display_name", "char", "Display Name", readonly=True, depends=("name",)),
}


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"name": ["A", None], "email": [None, "b@example.com"], "user_id": [2, 3]})


def told(screen: Screen) -> None:
    """The server has told which fields there are."""
    known = Server("https://mycompany.odoo.com").describes("res.partner", FIELDS)
    screen.form._state.server = known


def labels(screen: Screen) -> list[str]:
    return [each.description for each in screen.visible if getattr(each, "description", "").endswith(" →")]


def test_a_column_fills_the_field_that_is_named_beside_it(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    screen.click("▸ More")
    assert labels(screen) == ["name →", "email →", "user_id →"]
    assert screen.field("email →").placeholder == "email"
    assert screen.type("email →", " mail ") == "mail"
    assert screen.form.destination == PLAIN.replace(fields={"email": "mail"})
    assert '"mail": "b@example.com"' in screen.sample
    assert screen.type("email →", "email") == ""
    assert screen.form.destination == PLAIN
    screen.form.destination = PLAIN.replace(fields={"name": "display_name", "gone": "x"})
    assert screen.field("name →").value == "display_name"
    assert labels(screen) == ["name →", "email →", "user_id →", "gone →"]
    screen.type("gone →", "")
    assert screen.form.destination == PLAIN.replace(fields={"name": "display_name"})
    assert labels(screen) == ["name →", "email →", "user_id →"]


def test_two_columns_of_one_field_are_told_and_what_was_typed_stays(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    screen.click("▸ More")
    screen.type("email →", "name")
    assert "name" in screen.text("problem")
    assert screen.field("email →").value == "name"
    screen.type("email →", "")
    assert screen.text("problem") == ""


def test_what_becomes_of_empty_cells_is_chosen_column_by_column(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    screen.click("▸ More")
    screen.type("Empty email", "empty the field")
    assert screen.form.destination.missing == {"email": "clear"}
    assert '"email": null' in screen.sample
    screen.type("Empty email", "send nothing at all")
    assert screen.form.destination.missing == {"email": "reject"}
    assert "email" in screen.text("problem")
    screen.type("Empty email", "leave the field out")
    assert screen.form.destination == PLAIN
    screen.form.destination = PLAIN.replace(missing={"name": "clear", "email": "omit"})
    assert screen.field("Empty name").value == "clear"
    assert screen.field("Empty email").value == "omit"


def test_once_the_server_has_told_its_fields_columns_that_do_not_fit_are_named(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame.assign(Contry="BE", display_name="A", xyz=1, out=1), PLAIN.replace(exclude=["out"]), ME)
    screen.click("▸ More")
    assert screen.text("beside").startswith("Press Check above")
    told(screen)
    assert screen.text("beside") == (
        "Matched: 3 of 6 columns to fields of res.partner."
        "Unknown to res.partner: Contry (did you mean country_id?), xyz. "
        "Name the field beside it, or exclude the column."
        "Dropped by Odoo without a word: display_name. Exclude what is no use."
        "Required, and no column has it: code. Odoo may have a default: Check rows tells."
    )
    assert screen.field("Contry →").placeholder == "did you mean country_id?"
    assert screen.field("Contry →").options == ("code", "country_id", "email", "name", "user_id")
    screen.type("Contry →", "country_id/code")
    screen.type("xyz →", "code")
    screen.type("Exclude Attributes", "display_name")
    assert labels(screen) == ["name →", "email →", "user_id →", "Contry →", "xyz →"]
    assert "xyz" not in screen.text("beside")
    assert "Required" not in screen.text("beside")
    assert "Dropped" not in screen.text("beside")


def test_a_column_that_says_by_what_its_records_are_found_is_a_matched_one(show: Show) -> None:
    data = pd.DataFrame({"name": ["A"], "code": ["1"], "country_id/code": ["BE"], "x": ["admin"], "name/first": ["A"]})
    screen = show(data, PLAIN.replace(fields={"x": "user_id/login"}), ME)
    told(screen)
    screen.click("▸ More")
    assert screen.text("beside") == (
        "Matched: 4 of 5 columns to fields of res.partner."
        "Unknown to res.partner: name/first (did you mean name?). Name the field beside it, or exclude the column."
    )
    assert screen.field("country_id/code →").placeholder == "country_id/code"


def test_a_column_without_a_name_is_none_that_a_field_may_be_meant_by(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame.assign(code="1", **{"": "A"}), PLAIN, ME)
    told(screen)
    screen.click("▸ More")
    assert screen.text("beside") == "Matched: 4 of 4 columns to fields of res.partner."
    assert screen.text("problem").startswith("A column has an empty name.")


def test_nothing_is_said_of_fields_where_the_model_is_another_or_no_column_fills_one(
    show: Show, frame: pd.DataFrame
) -> None:
    screen = show(frame, PLAIN, ME)
    told(screen)
    screen.click("▸ More")
    assert screen.text("beside").startswith("Matched: 3 of 3")
    screen.type("Model", "crm.lead")
    assert screen.text("beside").startswith("Press Check above")
    screen.form.destination = PLAIN.replace(url=PLAIN.url.replace("create", "unlink"), ids="user_id")
    assert screen.text("beside") == ""


def test_rows_are_made_when_they_are_looked_at_and_a_wide_frame_shows_those_that_are_looked_for(show: Show) -> None:
    wide = pd.DataFrame([range(200)], columns=[f"column {n}" for n in range(200)])
    screen = show(wide, PLAIN, ME)
    few = len(screen.widgets)
    assert [each for each in screen.widgets if getattr(each, "description", "").endswith(" →")] == []
    screen.click("▸ More")
    assert len(labels(screen)) == 60
    screen.type("Find Column", "N 19")
    assert labels(screen) == ["column 19 →", *(f"column {n} →" for n in range(190, 200))]
    screen.type("column 199 →", "name")
    assert screen.form.destination.fields == {"column 199": "name"}
    screen.type("Find Column", "")
    assert len(labels(screen)) == 60
    screen.form.data = wide.iloc[:, :1].rename(columns={"column 0": "name"})
    screen.form.destination = PLAIN
    assert labels(screen) == ["name →"]
    assert len(screen.widgets) == few + 3
