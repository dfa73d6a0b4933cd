"""Sends that write only what differs from what a real Odoo holds."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.errors import DataError, FieldsError, SettingsError
from tests.models import NOWHERE, PROTOCOLS, Given, destination
from tests.real import call

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)
CONTACTS = "res.partner"


class Recorder(httpx.AsyncBaseTransport):
    """Keeps the last part of the address and the body of each JSON-2 request, and passes it on."""

    def __init__(self) -> None:
        self._beneath = httpx.AsyncHTTPTransport()
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls.append((request.url.path.rpartition("/")[2], json.loads(request.content)))
        return await self._beneath.handle_async_request(request)

    @property
    def written(self) -> list[tuple[str, dict[str, Any]]]:
        return [(method, body) for method, body in self.calls if method in ("write", "web_save_multi", "load")]


def people(given: Given, ref: str, count: int = 3) -> list[int]:
    values = [{"name": f"{ref} {row}", "ref": f"{ref}{row}", "color": row, "email": "a@x.y"} for row in range(count)]
    return call(given.odoo, CONTACTS, "create", vals_list=values)  # type: ignore[no-any-return]


def writing(given: Given, protocol: str = "json2", model: str = CONTACTS, **settings: Any) -> Destination:
    return destination(given.odoo, protocol, model, "write", only_changes=True, **settings)


def when_written(given: Given, ids: list[int]) -> list[tuple[str, float]]:
    """When each record was last written, to the microsecond: `read` answers without the parts of a second."""
    dates = call(given.odoo, CONTACTS, "read", ids=ids, fields=["write_date"])
    groups = call(
        given.odoo, CONTACTS, "formatted_read_group", domain=[["id", "in", ids]],
        groupby=["write_date:second_number"], aggregates=["id:array_agg"], context={"active_test": False},
    )  # fmt: skip
    seconds = {each: group["write_date:second_number"] for group in groups for each in group["id:array_agg"]}
    return [(each["write_date"], seconds[each["id"]]) for each in dates]


@EVERY
def test_the_second_send_of_a_frame_writes_nothing(given: Given, protocol: str) -> None:
    ids = people(given, protocol)
    frame = pd.DataFrame(
        {"id": ids, "name": ["a", f"{protocol} 1", "c"], "color": [0, 1, 7], "category_id": [[1], [], None],
         "comment": ["hello", "x < y", None], "country_id": [21, 21, None],
         "partner_latitude": [50.12345678912, 1, None]}
    )  # fmt: skip
    call(given.odoo, "res.partner.category", "create", vals_list=[{"name": protocol}])
    target = writing(given, protocol)
    first = target.send(frame, given.odoo.credential)
    assert first["status"].tolist() == ["updated"] * 3, first["error"].tolist()
    before = when_written(given, ids)
    second = target.send(frame, given.odoo.credential)
    assert second["status"].tolist() == ["unchanged"] * 3
    assert second["id"].tolist() == ids
    assert when_written(given, ids) == before


def test_a_website_that_odoo_gives_a_scheme_settles(given: Given) -> None:
    frame = pd.DataFrame(
        {"id": people(given, "site"), "website": ["www.a.example", "http://b.example", "https://c.example/x"]}
    )
    target = writing(given)
    assert target.send(frame, given.odoo.credential)["status"].tolist() == ["updated"] * 3
    assert target.send(frame, given.odoo.credential)["status"].tolist() == ["unchanged"] * 3
    assert target.diff(frame, given.odoo.credential).empty


def test_only_the_cells_that_differ_go_out(given: Given) -> None:
    ids = people(given, "cells")
    frame = pd.DataFrame({"id": ids, "name": ["cells 0", "new", "cells 2"], "color": [0, 1, 9], "email": "a@x.y"})
    recorder = Recorder()
    sent = writing(given).delivery(frame, given.odoo.credential, transport=recorder).result()
    assert sent["status"].tolist() == ["unchanged", "updated", "updated"]
    ((method, body),) = recorder.written
    assert (method, body["ids"], body["vals_list"]) == ("web_save_multi", ids[1:], [{"name": "new"}, {"color": 9}])


def test_an_emptied_cell_is_a_change_where_it_clears(given: Given) -> None:
    ids = people(given, "empty", 2)
    frame = pd.DataFrame({"id": ids, "email": [None, "a@x.y"]})
    target = writing(given, missing={"email": "clear"})
    assert target.send(frame, given.odoo.credential)["status"].tolist() == ["updated", "unchanged"]
    assert target.send(frame, given.odoo.credential)["status"].tolist() == ["unchanged", "unchanged"]
    assert call(given.odoo, CONTACTS, "read", ids=ids[:1], fields=["email"])[0]["email"] is False


def test_pulled_edited_and_pushed(given: Given) -> None:
    ids = people(given, "pull")
    target = writing(given)
    pulled = target.fetch(given.odoo.credential, [["ref", "like", "pull%"]])
    edited = pulled.assign(color=[0, 5, 2])
    recorder = Recorder()
    sent = target.delivery(edited, given.odoo.credential, since=pulled, transport=recorder).result()
    assert sent["status"].tolist() == ["unchanged", "updated", "unchanged"]
    assert [body.get("vals") for _, body in recorder.written] == [{"color": 5}]
    assert when_written(given, ids)[0] == when_written(given, ids)[2]


@pytest.mark.parametrize("by", ["fetch", "diff"])
def test_what_changed_in_odoo_since_is_not_written_over(given: Given, by: str) -> None:
    ids = people(given, f"since {by}", 4)
    target = writing(given)
    pulled = target.fetch(given.odoo.credential, [["id", "in", ids]], ["name", "color", "email"])
    edited = pulled.assign(color=[7, 7, 7, 3])
    since = pulled if by == "fetch" else target.diff(edited, given.odoo.credential)
    call(given.odoo, CONTACTS, "write", ids=[ids[1]], vals={"color": 9})
    call(given.odoo, CONTACTS, "write", ids=[ids[2]], vals={"color": 7})
    call(given.odoo, CONTACTS, "write", ids=[ids[3]], vals={"email": "other@x.y"})
    sent = target.send(edited, given.odoo.credential, since=since)
    assert sent["status"].tolist() == ["updated", "rejected", "unchanged", "rejected"]
    assert sent["error_field"].tolist()[1::2] == ["color", "email"]
    assert sent["error"].iloc[1] == "color was 1 when it was compared, and is 9 in Odoo now. Compare again."
    held = call(given.odoo, CONTACTS, "read", ids=ids, fields=["color", "email"])
    assert [each["color"] for each in held] == [7, 9, 7, 3]
    assert held[3]["email"] == "other@x.y"


def test_a_comparison_by_key_guards_all_cells_of_a_row(given: Given) -> None:
    ids = people(given, "guard", 4)
    frame = pd.DataFrame({"ref": [f"guard{row}" for row in range(4)], "color": [7, 7, 2, 3], "email": "a@x.y"})
    target = destination(given.odoo, "json2", CONTACTS, "write", key="ref", only_changes=True)
    since = target.diff(frame, given.odoo.credential)
    assert since["row"].tolist() == [0, 1]
    # A cell that differed, one that did not, and one of a row that did not differ at all.
    call(given.odoo, CONTACTS, "write", ids=[ids[0]], vals={"color": 9})
    call(given.odoo, CONTACTS, "write", ids=[ids[1], ids[2]], vals={"email": "other@x.y"})
    sent = target.send(frame, given.odoo.credential, since=since)
    assert sent["status"].tolist() == ["rejected", "rejected", "rejected", "unchanged"]
    assert sent["error_field"].tolist()[:3] == ["color", "email", "email"]
    assert sent["error"].iloc[1].startswith("email was 'a@x.y' when it was compared, and is 'other@x.y' in Odoo now")
    assert sent["error"].iloc[2].startswith("email was 'a@x.y', or its record was not there, when it was compared")


def test_an_amount_that_its_currency_rounds_is_not_taken_for_changed_since(given: Given) -> None:
    (lead,) = call(given.odoo, "crm.lead", "create", vals_list=[{"name": "a", "expected_revenue": 10.13}])
    frame = pd.DataFrame({"id": [lead], "name": ["b"], "expected_revenue": [10.12789]})
    target = writing(given, model="crm.lead")
    since = target.diff(frame, given.odoo.credential)
    assert since["field"].tolist() == ["name"]
    assert target.send(frame, given.odoo.credential, since=since)["status"].tolist() == ["updated"]


@EVERY
def test_rows_with_a_key_are_made_changed_or_left(given: Given, protocol: str) -> None:
    people(given, f"key{protocol}", 2)
    frame = pd.DataFrame({"ref": [f"key{protocol}{row}" for row in range(3)], "color": [0, 8, 9]})
    frame["name"] = f"key{protocol} " + pd.Series(["0", "1", "2"])
    target = destination(given.odoo, protocol, CONTACTS, "create", key="ref", mode="upsert", only_changes=True)
    sent = target.send(frame, given.odoo.credential)
    assert sent["status"].tolist() == ["unchanged", "updated", "created"], sent["error"].tolist()
    before = when_written(given, sent["id"].tolist())
    assert target.send(frame, given.odoo.credential)["status"].tolist() == ["unchanged"] * 3
    assert when_written(given, sent["id"].tolist()) == before


def test_what_odoo_drops_is_not_written_and_what_is_gone_is_said(given: Given) -> None:
    (someone,) = people(given, "drop", 1)
    frame = pd.DataFrame({"id": [someone, NOWHERE], "complete_name": ["x", "y"], "color": [0, 0]})
    sent = writing(given).send(frame, given.odoo.credential)
    assert sent["status"].tolist() == ["unchanged", "rejected"]


def test_a_column_that_is_no_field_stops_before_anything_is_written(given: Given) -> None:
    (someone,) = people(given, "nope", 1)
    with pytest.raises(FieldsError, match="nope"):
        writing(given).send(pd.DataFrame({"id": [someone], "color": [5], "nope": [1]}), given.odoo.credential)
    assert call(given.odoo, CONTACTS, "read", ids=[someone], fields=["color"])[0]["color"] == 0


def test_only_changes_is_for_records_that_are_there(given: Given) -> None:
    here = given.odoo.url
    with pytest.raises(SettingsError, match="only_changes is for records that are there"):
        Destination(f"{here}/json/2/res.partner/create", only_changes=True)
    with pytest.raises(SettingsError, match="an endpoint of REST has no way to"):
        Destination(f"{here}/api/res.partner/{{id}}", method="PATCH", only_changes=True)
    with pytest.raises(SettingsError, match="since is for sends that write only what differs"):
        Destination(f"{here}/json/2/res.partner/write").send(pd.DataFrame({"id": [1]}), given.odoo.credential, since=1)
    with pytest.raises(DataError, match="since has no column 'id'"):
        writing(given).send(pd.DataFrame({"id": [1]}), given.odoo.credential, since=pd.DataFrame({"a": [1]}))
    edited = pd.DataFrame({"id": [1]})
    with pytest.raises(DataError, match=r"since is the frame that is sent\. Edit a copy: edited = fetched\.copy\(\)"):
        writing(given).send(edited, given.odoo.credential, since=edited)


@EVERY
def test_what_changed_since_is_found_in_each_of_several_frames(given: Given, protocol: str) -> None:
    ids = people(given, f"frames {protocol}", 5)
    target = writing(given, protocol)
    pulled = target.fetch(given.odoo.credential, [["id", "in", ids]], ["name", "color"])
    edited = pulled.assign(name=[f"{protocol} edited {row}" for row in range(5)])
    call(given.odoo, CONTACTS, "write", ids=[ids[1], ids[4]], vals={"name": "somebody else's"})
    parts = (edited.iloc[start : start + 2] for start in range(0, 5, 2))
    sent = target.send(parts, given.odoo.credential, since=pulled)
    assert sent["status"].tolist() == ["updated", "rejected", "updated", "updated", "rejected"]
    names = [each["name"] for each in call(given.odoo, CONTACTS, "read", ids=ids, fields=["name"])]
    wanted = edited["name"].tolist()
    assert names == [wanted[0], "somebody else's", wanted[2], wanted[3], "somebody else's"]


HTML = [
    "<script>alert(1)</script>",
    "<p onclick='x'>a</p>",
    "<a href='javascript:x'>l</a>",
    "<table><tr><td>1<td>2<tr><td>3</table>",
    "<html><head><title>t</title><style>p {}</style></head><body bgcolor=red><p>x</p></body></html>",
    "<p class=MsoNormal><font face=Arial size=2>w</font><o:p></o:p></p>",
    "<span>a</span><span>b</span>",
    "<ul><li>a<li>b</ul>",
    "<form action=x><input>f</form>",
    "<iframe src='x'></iframe>",
    "<blockquote>q</blockquote>",
    "<marquee>m</marquee>",
    "<p>open <b>bold",
]


def test_html_that_odoo_cleans_settles_and_is_read_back_as_changed(given: Given) -> None:
    for model, field in ((CONTACTS, "comment"), ("product.template", "description")):
        ids = call(given.odoo, model, "create", vals_list=[{"name": "h"}] * len(HTML))
        frame = pd.DataFrame({"id": ids, field: HTML})
        target = writing(given, model=model)
        first = target.send(frame, given.odoo.credential)
        # Of the first and of the frame's window nothing is left.
        assert set(first["status"]) <= {"updated", "unchanged"}
        kept = target.read_back(first, given.odoo.credential, frame)["kept"]
        assert set(kept) <= {"same", "changed", "dropped"}
        assert kept.tolist()[1] == "changed"
        before = when_written(given, ids)
        assert target.diff(frame, given.odoo.credential).empty
        assert set(target.send(frame, given.odoo.credential)["status"]) == {"unchanged"}
        assert when_written(given, ids) == before
        edited = frame.assign(**{field: [f"{each}<p>more</p>" for each in HTML]})
        assert set(target.send(edited, given.odoo.credential)["status"]) == {"updated"}


def test_a_password_never_settles_and_is_named_and_a_signature_does(given: Given) -> None:
    frame = pd.DataFrame(
        {
            "login": ["anna@x.example"],
            "name": ["Anna"],
            "password": ["long-enough-1"],
            "signature": ["<p>--<br>Anna</p>"],
        }
    )
    target = destination(given.odoo, "json2", "res.users", "create", key="login", mode="upsert", only_changes=True)
    first = target.send(frame, given.odoo.credential)
    assert first["status"].tolist() == ["created"]
    kept = target.read_back(first, given.odoo.credential, frame).set_index("field")["kept"]
    assert kept["password"] == "not_compared"
    found = target.diff(frame, given.odoo.credential)
    assert found.empty
    assert list(found.attrs["never_settle"]) == ["password"]
    assert target.send(frame, given.odoo.credential)["status"].tolist() == ["unchanged"]
    assert target.replace(only_changes=False).send(frame, given.odoo.credential)["status"].tolist() == ["updated"]
