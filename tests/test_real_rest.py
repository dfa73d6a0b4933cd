"""The classic patterns of REST, from a DataFrame to a real /api and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets import Credential, CredentialError, Destination, EndpointError
from tests import real

if TYPE_CHECKING:
    from odoo_widgets import Sandbox

FIELDS = ["name", "color", "city", "active"]


def held(odoo: Sandbox, ids: Any) -> list[dict[str, Any]]:
    """What stands in Odoo, asked for without this package."""
    return real.call(odoo, "res.partner", "read", ids=[int(each) for each in ids], fields=FIELDS)


def contacts(names: str) -> pd.DataFrame:
    size = len(names)
    return pd.DataFrame(
        {"name": list(names), "color": range(1, size + 1), "city": ["Liège\n", None, "Zürich 😀"][:size]}
    )


def posted(odoo: Sandbox, frame: pd.DataFrame, **settings: Any) -> pd.DataFrame:
    return Destination(f"{odoo.url}/api/res.partner", **settings).send(frame, odoo.credential)


def patched(odoo: Sandbox, **settings: Any) -> Destination:
    return Destination(f"{odoo.url}/api/res.partner/{{id}}", **{"method": "PATCH", **settings})


@pytest.mark.parametrize("settings", [{}, {"batch_size": 2}, {"content_format": "form"}], ids=str)
def test_records_are_created_by_a_post(odoo: Sandbox, settings: dict[str, Any]) -> None:
    frame = contacts("abc")
    responses = posted(odoo, frame, **settings)
    assert responses["status"].tolist() == ["created"] * 3
    assert responses["http_status"].tolist() == [201] * 3
    assert responses["link"].iloc[0].startswith(f"{odoo.url}/odoo/res.partner/{responses['id'].iloc[0]}")
    there = held(odoo, responses["id"])
    assert [each["name"] for each in there] == list("abc")
    assert [each["color"] for each in there] == [1, 2, 3]
    assert [each["city"] for each in there] == ["Liège\n", False, "Zürich 😀"]


def test_records_are_updated_by_a_patch_with_the_id_in_the_url(odoo: Sandbox) -> None:
    ids = posted(odoo, contacts("abc"))["id"]
    changes = pd.DataFrame({"id": [*ids[::-1], 99_999_999], "color": [7, 8, 9, 1]})
    responses = patched(odoo).send(changes, odoo.credential)
    assert responses["status"].tolist() == ["updated"] * 3 + ["rejected"]
    assert responses["http_status"].tolist() == [200] * 3 + [404]
    assert [each["color"] for each in held(odoo, ids)] == [9, 8, 7]
    assert [each["city"] for each in held(odoo, ids)] == ["Liège\n", False, "Zürich 😀"]


def test_rows_without_an_id_are_made_where_that_is_wanted(odoo: Sandbox) -> None:
    first = posted(odoo, contacts("a"))["id"].iloc[0]
    frame = pd.DataFrame({"id": pd.array([first, None], dtype="Int64"), "name": ["old", "new"]})
    responses = patched(odoo, mode="upsert").send(frame, odoo.credential)
    assert responses["status"].tolist() == ["updated", "created"]
    assert [each["name"] for each in held(odoo, responses["id"])] == ["old", "new"]


def test_what_a_put_empties_is_known_before(odoo: Sandbox) -> None:
    ids = posted(odoo, contacts("a"))["id"]
    put = patched(odoo, method="PUT")
    frame = pd.DataFrame({"id": ids, "name": ["b"]})
    assert "which" in put.samples(frame)[0].note.lower()
    server = put.server(odoo.credential)
    emptied = set(server.replaced["res.partner"]) - {"name"}
    (sample,) = put.samples(frame, server=server)
    assert f"PUT empties {len(emptied)} fields that are not sent" in sample.note
    assert {"city", "color"} <= emptied
    put.send(frame, odoo.credential)
    assert held(odoo, ids) == [{"id": ids[0], "name": "b", "color": 0, "city": False, "active": True}]


def test_records_are_deleted_and_a_second_time_there_is_nothing(odoo: Sandbox) -> None:
    frame = pd.DataFrame({"id": posted(odoo, contacts("ab"))["id"]})
    delete = patched(odoo, method="DELETE")
    assert delete.send(frame, odoo.credential)["status"].tolist() == ["deleted"] * 2
    assert held(odoo, frame["id"]) == []
    again = delete.send(frame, odoo.credential)
    assert again["status"].tolist() == ["rejected"] * 2
    assert again["error"].str.contains("does not exist").all()


def test_a_row_that_odoo_refuses_is_named_and_the_others_land(odoo: Sandbox) -> None:
    frame = pd.DataFrame({"name": ["a", None, "c"], "type": ["contact"] * 3})
    responses = posted(odoo, frame)
    assert responses["status"].tolist() == ["created", "rejected", "created"]
    assert "Contacts require a name" in responses["error"].iloc[1]


@pytest.mark.parametrize("content_format", ["XML", "CSV"])
def test_a_format_that_the_endpoint_does_not_take_stops_the_send_with_its_words(
    odoo: Sandbox, content_format: str
) -> None:
    with pytest.raises(EndpointError, match=f"does not take {content_format}") as stopped:
        posted(odoo, contacts("a"), content_format=content_format)
    assert stopped.value.responses["status"].tolist() == ["not_sent"]


def test_an_unknown_key_and_an_unknown_model_stop_the_send(odoo: Sandbox) -> None:
    stranger = Credential(odoo.url, odoo.credential.database, api_key="0" * 40)
    with pytest.raises(CredentialError, match="HTTP 401"):
        Destination(f"{odoo.url}/api/res.partner").send(contacts("a"), stranger)
    with pytest.raises(EndpointError, match=r"the model 'res\.nope' does not exist"):
        Destination(f"{odoo.url}/api/res.nope").send(contacts("a"), odoo.credential)


def test_where_nothing_is_json2_is_proposed_and_works(odoo: Sandbox) -> None:
    with pytest.raises(EndpointError, match=r"There is nothing at /api/v1/res\.partner") as stopped:
        Destination(f"{odoo.url}/api/v1/res.partner").send(contacts("a"), odoo.credential)
    instead = Destination(f"{odoo.url}/api/v1/res.partner").replace(**stopped.value.instead)
    assert instead.send(contacts("a"), odoo.credential)["status"].tolist() == ["created"]
