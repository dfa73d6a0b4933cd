"""Parents and children in one frame, sent to a real Odoo: parents first, twice in a row, and on after a stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.flow.errors import DataError
from tests.models import PROTOCOLS, Given, destination
from tests.real import call

if TYPE_CHECKING:
    from odoo_widgets.destination import Destination
    from odoo_widgets.flow.calls import Call

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)
CONTACTS = "res.partner"


def target(given: Given, protocol: str = "json2", **settings: Any) -> Destination:
    return destination(given.odoo, protocol, CONTACTS, "create", key="ref", mode="upsert", batch_size=2, **settings)


def family(prefix: str) -> pd.DataFrame:
    """A child before its parent, two companies, a grandchild, and somebody alone."""
    refs = ["child", "first", "other child", "second", "grandchild", "alone"]
    parents = ["first", None, "second", None, "child", None]
    return pd.DataFrame(
        {
            "ref": [f"{prefix} {each}" for each in refs],
            "name": refs,
            "is_company": [each in ("first", "second", "alone") for each in refs],
            "parent_id/ref": [each and f"{prefix} {each}" for each in parents],
        }
    )


def parents(given: Given, frame: pd.DataFrame) -> dict[str, str | None]:
    """Each record's ref to its parent's."""
    domain = [["ref", "in", frame["ref"].tolist()]]
    found = call(given.odoo, CONTACTS, "search_read", domain=domain, fields=["ref", "parent_id"], load="")
    refs = {each["id"]: each["ref"] for each in found}
    assert len(refs) == len(found)
    return {each["ref"]: refs.get(each["parent_id"]) for each in found}


def wanted(frame: pd.DataFrame) -> dict[str, str | None]:
    return {
        ref: above if isinstance(above, str) else None
        for ref, above in zip(frame["ref"], frame["parent_id/ref"], strict=True)
    }


@EVERY
def test_companies_and_their_people_in_one_frame_are_sent_twice_and_there_once(given: Given, protocol: str) -> None:
    frame, me = family(protocol), given.odoo.credential
    assert target(given, protocol).check(frame, me).empty
    first = target(given, protocol).send(frame, me)
    assert first["status"].tolist() == ["created"] * 6, first["error"].tolist()
    assert first["batch"].tolist() == [2, 0, 2, 0, 3, 1]
    assert parents(given, frame) == wanted(frame)
    again = target(given, protocol).send(frame, me)
    assert again["id"].tolist() == first["id"].tolist()
    assert set(again["status"]) == {"updated"}
    assert len(parents(given, frame)) == len(frame)
    assert target(given, protocol).diff(frame, me).empty
    assert set(target(given, protocol).send(frame, me, only_changes=True)["status"]) == {"unchanged"}


def test_children_of_a_parent_that_is_rejected_are_not_sent(given: Given) -> None:
    frame = family("refused").assign(name=["child", None, "other", "second", "grandchild", "alone"])
    sent = target(given, missing={"name": "clear"}).send(frame, given.odoo.credential)
    assert sent["status"].tolist() == ["not_sent", "rejected", "created", "created", "not_sent", "created"]
    assert sent["error"][0].startswith("Row 1 is its parent_id and is rejected, so this row was not sent.")
    assert sent["error"][4].startswith("Row 0 is its parent_id and is not_sent, so this row was not sent.")
    assert sent["error_field"][0] == "parent_id"


def test_a_parent_that_another_row_makes_is_nothing_to_settle(given: Given) -> None:
    frame, me = family("unsettled").assign(category_id="a tag of families"), given.odoo.credential
    table = target(given).lookups(frame, me)
    assert table["value"].tolist() == ["a tag of families"]
    sent = target(given).settled(table.assign(settlement="create")).send(frame, me)
    assert sent["status"].tolist() == ["created"] * 6
    assert parents(given, frame) == wanted(frame)
    there = target(given).lookups(frame, me).query("column == 'parent_id/ref'")
    assert there["found"].map(len).tolist() == [1, 1, 1]


def test_a_circle_and_a_parent_that_is_nowhere_are_found_and_nothing_is_sent(given: Given) -> None:
    frame = family("circle")
    frame["parent_id/ref"] = ["circle grandchild", "nobody", "circle second", None, "circle child", None]
    findings = target(given).check(frame, given.odoo.credential)
    assert findings["first_rows"].tolist() == [[1], [0, 4]]
    assert findings["problem"].tolist() == [
        "No record of res.partner with this ref, archived ones included. Found: 'nobody'.",
        (
            "These rows lead to each other in a circle, so that none can be the first. "
            "Found: 'circle grandchild', 'circle child'."
        ),
    ]
    with pytest.raises(DataError, match="lead to each other in a circle"):
        target(given).send(frame, given.odoo.credential)
    assert parents(given, frame) == {}


def test_a_send_that_goes_on_finds_the_parents_that_were_sent_before(given: Given) -> None:
    frame, me = family("resumed"), given.odoo.credential
    seen: list[Call] = []

    def stopping(planned: Call) -> Call:
        seen.append(planned)
        if len(seen) == 2:
            delivery.stop()
        return planned

    delivery = target(given).delivery(frame, me, edit=stopping)
    stopped = delivery.result()
    assert stopped["status"].tolist() == ["not_sent", "created", "not_sent", "created", "not_sent", "created"]
    # As when its process had died: its end is not written down.
    assert set(parents(given, frame).values()) == {None}
    after = target(given).send(frame, me)
    assert after["status"].tolist() == ["created", "updated", "created", "updated", "created", "updated"]
    assert parents(given, frame) == wanted(frame)


def test_a_child_alone_goes_to_the_parent_that_is_there_already(given: Given) -> None:
    frame, me = family("alone"), given.odoo.credential
    target(given).send(frame.iloc[[1]], me)
    tested = target(given).test(frame, me, row=0)
    assert tested["status"].tolist() == ["created"]
    assert parents(given, frame) == {"alone first": None, "alone child": "alone first"}
    with pytest.raises(DataError, match=r"no record of res.partner with this ref"):
        target(given).test(frame, me, row=2)


def test_samples_show_parents_first(given: Given) -> None:
    frame, me = family("samples"), given.odoo.credential
    shown = target(given).samples(frame, 20, server=target(given).looked_up(frame, me))
    looks = [each for each in shown if each.call.ask.batch is not None]
    assert [list(each.call.rows) for each in looks] == [[1, 3], [5], [0, 2], [4]]
    assert "In parent_id/ref, 0 stands for each record that another row makes first." in looks[0].note
