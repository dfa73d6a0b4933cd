"""The operations beyond create: whose records, and a question before any is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from odoo_widgets import Destination
    from tests.forms.odoo import Odoo
    from tests.forms.screen import Show


def to(odoo: Odoo, operation: str) -> Destination:
    return odoo.destination.replace(url=odoo.url.replace("/create", f"/{operation}"))


def test_the_column_of_ids_is_asked_for_only_where_an_operation_needs_it(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    assert screen.field("Record Ids").layout.display == "none"
    screen.type("Operation", "Update (write)")
    assert screen.field("Record Ids").layout.display is None
    assert "'id'" in screen.text("problem")
    screen.form.data = frame.assign(number=range(1, 13))
    screen.type("Record Ids", "number")
    assert screen.text("problem") == ""
    assert screen.form.destination.ids == "number"


def test_nothing_is_deleted_before_the_database_has_been_typed(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame.assign(id=range(1, 13)), to(odoo, "unlink"), odoo.credential)
    confirm = screen.field("Confirmation")
    assert confirm.layout.display is None
    assert screen.button("Send").disabled
    screen.type("Confirmation", "othercompany")
    assert screen.button("Send").disabled
    screen.type("Confirmation", "mycompany")
    assert not screen.button("Send").disabled
    screen.form.data = frame.assign(id=range(21, 33))
    assert confirm.value == ""
    assert screen.button("Send").disabled


def test_nothing_has_to_be_typed_before_records_are_created(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    assert screen.field("Confirmation").layout.display == "none"
    assert not screen.button("Send").disabled
