"""What undo takes back in a real Odoo, and what it leaves as it is."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.net import sends
from tests.models import MODELS, PROTOCOLS, Given, destination, there
from tests.real import call

if TYPE_CHECKING:
    from odoo_widgets.sandbox import Sandbox

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)


def read(odoo: Sandbox, model: str, ids: list[int], *fields: str) -> list[list[Any]]:
    found = call(odoo, model, "read", ids=ids, fields=list(fields), load=None)
    return [[each[name] for name in fields] for each in found]


def later(odoo: Sandbox, model: str, record: int) -> None:
    """Lets Odoo's clock, which counts in seconds, get past the creation of a record."""
    ((made,),) = read(odoo, model, [record], "create_date")
    while time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()) <= made:
        time.sleep(0.05)


def created(given: Given, protocol: str, model: str, count: int = 2) -> tuple[Destination, pd.DataFrame]:
    records = MODELS[model].records(given)[:count]
    for record in records:
        # No row is one that was sent before.
        record.update({"ref": os.urandom(4).hex()} if model == "res.partner" else {})
    target = destination(given.odoo, protocol, model, "create", context=MODELS[model].context)
    responses = target.send(pd.DataFrame(records), given.odoo.credential, again=True)
    assert responses["status"].tolist() == ["created"] * count, responses["error"].tolist()
    return target, responses


@EVERY
def test_what_was_created_is_deleted_and_what_was_written_is_put_back(given: Given, protocol: str) -> None:
    odoo, me = given.odoo, given.odoo.credential
    (tag,) = call(odoo, "res.partner.category", "create", vals_list=[{"name": f"tag {protocol}"}])
    (belgium,) = call(odoo, "res.country", "search", domain=[["code", "=", "BE"]])
    (user,) = call(odoo, "res.users", "search", domain=[["login", "=", me.login]])
    before = [
        {"name": "Ana", "phone": "1", "color": 3, "partner_latitude": 50.85, "country_id": belgium, "active": True,
         "category_id": [[6, 0, [tag]]], "comment": "<p>one <b>two</b></p>", "user_id": user, "email": False},
        {"name": "Bob", "phone": False, "color": 0, "partner_latitude": 0, "country_id": False, "active": True,
         "category_id": [], "comment": False, "user_id": False, "email": "bob@example.com"},
    ]  # fmt: skip
    ids = call(odoo, "res.partner", "create", vals_list=before)
    fields = list(before[0])
    was = read(odoo, "res.partner", ids, *fields)
    writing = destination(odoo, protocol, "res.partner", "write")
    frame = pd.DataFrame({
        "id": ids, "name": ["Anna", "Bobby"], "phone": ["7", "8"], "color": [4, 5],
        "partner_latitude": [1.123456789, 2.5],
        "country_id": [None, belgium], "active": [False, True], "category_id": [[[5, 0, 0]], [[4, tag, 0]]],
        "comment": ["plain", "<div>x</div>"], "user_id": [None, user], "email": ["a@example.com", None],
    })  # fmt: skip
    writing = writing.replace(missing=dict.fromkeys(("country_id", "user_id", "email"), "clear"))
    written = writing.send(frame, me)
    assert written["status"].tolist() == ["updated", "updated"], written["error"].tolist()
    assert read(odoo, "res.partner", ids, *fields) != was

    plan = writing.undo_preview(written, me)
    assert plan["group"].tolist() == ["put back"] * 2, plan["reason"].tolist()
    undone = writing.undo(written, me)
    assert undone["status"].tolist() == ["updated", "updated"], undone["error"].tolist()
    assert read(odoo, "res.partner", ids, *fields) == was
    again = writing.undo(written, me)
    assert again["status"].tolist() == ["unchanged"] * 2
    assert again["error"].str.contains("It was undone already: on 20").all()

    target, made = created(given, protocol, "res.partner")
    plan = target.undo_preview(made, me)
    assert plan["group"].tolist() == ["delete"] * 2, plan["reason"].tolist()
    assert plan["summary"].iloc[0] == f"Deletes res.partner {made['id'].iloc[0]} (Ana)."
    assert there(odoo, "res.partner", made["id"].tolist()) == made["id"].tolist()
    undone = target.undo(made, me)
    assert undone["status"].tolist() == ["deleted"] * 2, undone["error"].tolist()
    assert undone["id"].tolist() == made["id"].tolist()
    assert there(odoo, "res.partner", made["id"].tolist()) == []


def test_rows_that_were_undone_can_be_sent_again(given: Given) -> None:
    target = destination(given.odoo, "json2", "res.partner", "create")
    frame = pd.DataFrame({"name": ["x", "y"], "ref": ["again 1", "again 2"]}, index=["a", "b"])
    me = given.odoo.credential
    first = target.send(frame, me)
    assert target.undo(first.iloc[:1], me)["status"].to_dict() == {"a": "deleted"}
    undo, original = sends.heads()
    assert (undo.title, undo.undo, undo.statuses) == (
        "Undo: Delete (unlink) res.partner",
        original.name,
        {"deleted": 1},
    )
    assert (original.title, original.statuses) == ("Create res.partner", {"created": 1, "deleted": 1})
    second = target.send(frame, me, again=False)
    assert second["status"].tolist() == ["created", "created"]
    assert second["id"].iloc[0] != first["id"].iloc[0]
    assert second["id"].iloc[1] == first["id"].iloc[1]


def test_responses_from_a_file_are_undone_and_strangers_in_them_are_not(given: Given, tmp_path: Any) -> None:
    odoo, me = given.odoo, given.odoo.credential
    target, made = created(given, "json2", "res.partner")
    (stranger,) = call(odoo, "res.partner", "create", vals_list=[{"name": "stranger"}])
    said = pd.concat([made, made.iloc[:1].assign(id=stranger), made.iloc[:1].assign(id=pd.NA, status="rejected")])
    said.to_csv(tmp_path / "responses.csv")
    undone = target.undo(pd.read_csv(tmp_path / "responses.csv", index_col=0), me)
    assert undone["status"].tolist() == ["deleted", "deleted", "not_sent", "unchanged"]
    assert "matched and not created by us" in undone["error"].iloc[2]
    assert undone["error"].iloc[3] == "There is nothing to undo: the row was rejected."
    assert there(odoo, "res.partner", [stranger]) == [stranger]


def test_what_was_changed_since_is_left_as_it_is(given: Given) -> None:
    odoo, me = given.odoo, given.odoo.credential
    target, made = created(given, "json2", "res.partner", 2)
    ids = made["id"].tolist()
    later(odoo, "res.partner", ids[0])
    call(odoo, "res.partner", "write", ids=ids[:1], vals={"phone": "somebody else's"})
    plan = target.undo_preview(made, me)
    assert plan["group"].tolist() == ["refused", "delete"]
    assert plan["reason"].iloc[0].startswith("It was changed since: created 20")
    assert target.undo(made, me)["status"].tolist() == ["not_sent", "deleted"]
    assert there(odoo, "res.partner", ids) == ids[:1]

    writing = destination(odoo, "json2", "res.partner", "write")
    written = writing.send(pd.DataFrame({"id": ids[:1], "phone": "ours", "city": "Ghent"}), me)
    call(odoo, "res.partner", "write", ids=ids[:1], vals={"city": "Bruges"})
    undone = writing.undo(written, me)
    assert undone["status"].tolist() == ["not_sent"]
    assert undone["error"].tolist() == ["It was changed since: city does not hold what was sent any more."]
    assert read(odoo, "res.partner", ids[:1], "phone", "city") == [["ours", "Bruges"]]
    # A field that holds what it held before needs nothing.
    call(odoo, "res.partner", "write", ids=ids[:1], vals={"city": False})
    assert writing.undo(written, me)["status"].tolist() == ["updated"]
    assert read(odoo, "res.partner", ids[:1], "phone", "city") == [["somebody else's", False]]


def test_of_two_sends_to_one_record_the_one_is_undone_that_the_responses_are_of(given: Given) -> None:
    odoo, me = given.odoo, given.odoo.credential
    ids = call(odoo, "res.partner", "create", vals_list=[{"name": "a", "city": "1"}])
    target = destination(odoo, "json2", "res.partner", "write")
    first = target.send(pd.DataFrame({"id": ids, "city": ["2"]}), me)
    second = target.send(pd.DataFrame({"id": ids, "city": ["3"]}), me)
    assert target.undo(first, me)["error"].iloc[0].startswith("It was changed since")
    assert target.undo(second, me)["status"].tolist() == ["updated"]
    assert read(odoo, "res.partner", ids, "city") == [["2"]]
    assert target.undo(first, me)["status"].tolist() == ["updated"]
    assert read(odoo, "res.partner", ids, "city") == [["1"]]


# --- documents -------------------------------------------------------------------------------------------------------


def prepare_order(given: Given, ids: list[int]) -> None:
    call(given.odoo, "sale.order", "action_confirm", ids=ids[1:])


def prepare_invoice(given: Given, ids: list[int]) -> None:
    call(given.odoo, "account.move", "action_post", ids=ids[1:])


def prepare_draft_again(given: Given, ids: list[int]) -> None:
    prepare_invoice(given, ids)
    call(given.odoo, "account.move", "button_draft", ids=ids[1:])


DOCUMENTS = {
    "confirmed": ("sale.order", prepare_order, "It is confirmed."),
    "posted": ("account.move", prepare_invoice, "It is posted."),
    "posted before": ("account.move", prepare_draft_again, "It was posted before, and may have used a number."),
}


@pytest.mark.parametrize(
    ("protocol", "name"), [("json2", each) for each in DOCUMENTS] + [(each, "confirmed") for each in PROTOCOLS[1:]]
)
def test_a_draft_is_deleted_and_a_document_that_was_more_is_left(given: Given, protocol: str, name: str) -> None:
    model, prepare, reason = DOCUMENTS[name]
    target, made = created(given, protocol, model)
    ids = made["id"].tolist()
    prepare(given, ids)
    plan = target.undo_preview(made, given.odoo.credential)
    assert plan["group"].tolist() == ["delete", "refused"], plan["reason"].tolist()
    assert plan["reason"].iloc[1] == reason
    if model == "sale.order":
        assert plan["stays"].iloc[0].startswith("the number S0")
    undone = target.undo(made, given.odoo.credential)
    assert undone["status"].tolist() == ["deleted", "not_sent"]
    assert undone["error"].iloc[1] == reason
    assert there(given.odoo, model, ids) == ids[1:]


def test_a_line_that_was_changed_since_keeps_its_order(given: Given) -> None:
    target, made = created(given, "json2", "sale.order")
    ids = made["id"].tolist()
    ((lines,),) = read(given.odoo, "sale.order", ids[:1], "order_line")
    later(given.odoo, "sale.order", ids[0])
    call(given.odoo, "sale.order.line", "write", ids=lines, vals={"name": "another text"})
    undone = target.undo(made, given.odoo.credential)
    assert undone["status"].tolist() == ["not_sent", "deleted"]
    assert undone["error"].iloc[0].startswith("It was changed since")


@EVERY
def test_what_was_changed_in_the_second_in_which_it_was_made_is_left(given: Given, protocol: str) -> None:
    odoo, me = given.odoo, given.odoo.credential
    for _ in range(20):
        target, made = created(given, protocol, "res.partner")
        ids = made["id"].tolist()
        call(odoo, "res.partner", "write", ids=ids[:1], vals={"city": "Elsewhere"})
        ((first, then),) = read(odoo, "res.partner", ids[:1], "create_date", "write_date")
        if first == then:
            break
    assert first == then, "Odoo's clock ticked in between each time."
    undone = target.undo(made, me)
    assert undone["status"].tolist() == ["not_sent", "deleted"]
    assert undone["error"].iloc[0].startswith("It was changed since: in the second in which it was created")


def test_an_order_of_which_a_line_was_changed_in_its_second_is_left(given: Given) -> None:
    odoo = given.odoo
    for _ in range(20):
        target, made = created(given, "json2", "sale.order")
        ids = made["id"].tolist()
        ((lines,),) = read(odoo, "sale.order", ids[:1], "order_line")
        call(odoo, "sale.order.line", "write", ids=lines, vals={"name": "another text"})
        ((first,),) = read(odoo, "sale.order", ids[:1], "create_date")
        if read(odoo, "sale.order.line", lines[:1], "write_date") == [[first]]:
            break
    undone = target.undo(made, odoo.credential)
    assert undone["status"].tolist() == ["not_sent", "deleted"]
    assert undone["error"].iloc[0].startswith("It was changed since")


def test_a_stock_count_is_left(given: Given) -> None:
    target, made = created(given, "json2", "stock.quant")
    undone = target.undo(made, given.odoo.credential)
    assert undone["status"].tolist() == ["not_sent"] * 2
    assert undone["error"].str.startswith("It is a stock count").all()
    assert there(given.odoo, "stock.quant", made["id"].tolist()) == made["id"].tolist()


def test_an_employee_is_deleted_and_the_contact_that_stays_is_named(given: Given) -> None:
    target, made = created(given, "json2", "hr.employee")
    contacts = [each for (each,) in read(given.odoo, "hr.employee", made["id"].tolist(), "work_contact_id")]
    plan = target.undo_preview(made, given.odoo.credential)
    assert plan["stays"].tolist() == [f"its contact, res.partner {each}" for each in contacts]
    assert target.undo(made, given.odoo.credential)["status"].tolist() == ["deleted"] * 2
    assert there(given.odoo, "res.partner", contacts) == contacts


def test_e_mails_that_were_sent_are_named(given: Given) -> None:
    odoo, me = given.odoo, given.odoo.credential
    target, made = created(given, "json2", "res.partner")
    (reader,) = call(odoo, "res.partner", "create", vals_list=[{"name": "reader", "email": "reader@example.com"}])
    call(odoo, "res.partner", "message_post", ids=made["id"].tolist()[:1], body="hello", message_type="comment",
         subtype_xmlid="mail.mt_comment", partner_ids=[reader])  # fmt: skip
    plan = target.undo_preview(made, me)
    assert plan["stays"].fillna("").tolist() == ["1 e-mail that was sent about it", ""]


def test_what_odoo_refuses_to_delete_is_archived_where_that_is_asked(given: Given) -> None:
    odoo, me = given.odoo, given.odoo.credential
    target, made = created(given, "json2", "res.partner")
    ids = made["id"].tolist()
    call(odoo, "sale.order", "create", vals_list=[{"partner_id": ids[0]}])
    undone = target.undo(made, me)
    assert undone["status"].tolist() == ["rejected", "deleted"]
    assert undone["error"].iloc[0].endswith("archive=True archives it instead.")
    plan = target.undo_preview(made, me)
    assert plan["group"].tolist() == ["archive instead", "refused"]
    assert plan["reason"].iloc[0].startswith("Odoo refused to delete it on 20")
    undone = target.undo(made, me, archive=True)
    assert undone["status"].tolist() == ["updated", "unchanged"]
    assert undone["error"].iloc[0].startswith("Archived, since Odoo refused to delete it: ")
    assert read(odoo, "res.partner", ids[:1], "active") == [[False]]
    undone = target.undo(made, me)
    assert undone["status"].tolist() == ["unchanged"] * 2
    assert undone["error"].iloc[0].startswith("It was archived already: on 20")


def test_methods_deletions_and_loads_are_left(given: Given) -> None:
    odoo, me = given.odoo, given.odoo.credential
    ids = call(odoo, "res.partner", "create", vals_list=[{"name": "a"}, {"name": "b"}])
    for operation, frame, words in (
        ("action_archive", {"id": ids[:1]}, "A method was called on it."),
        ("unlink", {"id": ids[1:]}, "It was deleted."),
        ("load", {"name": ["loaded"]}, "load does not say whether it created or updated the record."),
    ):
        target = destination(odoo, "json2", "res.partner", operation)
        responses = target.send(pd.DataFrame(frame), me)
        undone = target.undo(responses, me)
        assert undone["status"].tolist() == ["not_sent"]
        assert undone["error"].iloc[0].startswith(words)


def test_with_a_key_what_was_made_is_deleted_and_what_was_found_is_put_back(given: Given) -> None:
    odoo, me = given.odoo, given.odoo.credential
    (there_before,) = call(odoo, "res.partner", "create", vals_list=[{"name": "old", "ref": "K1", "city": "Ghent"}])
    target = destination(odoo, "json2", "res.partner", "create", key="ref", mode="upsert")
    frame = pd.DataFrame({"ref": ["K1", "K2"], "name": ["new", "made"], "city": ["Bruges", "Mons"]})
    sent = target.send(frame, me)
    assert sent["status"].tolist() == ["updated", "created"], sent["error"].tolist()
    undone = target.undo(sent, me)
    assert undone["status"].tolist() == ["updated", "deleted"], undone["error"].tolist()
    assert read(odoo, "res.partner", [there_before], "name", "ref", "city") == [["old", "K1", "Ghent"]]
    again = target.send(frame, me)
    assert again["status"].tolist() == ["updated", "created"]


# --- an end in the midst ---------------------------------------------------------------------------------------------

KILLED = """
import json, os, signal, sys
import httpx, pandas as pd
from odoo_widgets import Credential, Destination

class Deadly(httpx.AsyncHTTPTransport):
    # Odoo deletes, and the process dies before it reads that.
    left = 2

    async def handle_async_request(self, request):
        answer = await super().handle_async_request(request)
        if request.url.path.endswith("/unlink"):
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)
        return answer

server, database, login, ids = json.load(sys.stdin)
me = Credential(server, database, login, os.environ["KEY"])
target = Destination(f"{server}/json/2/res.partner/create", batch_size=1)
given = pd.DataFrame({"id": ids, "status": "created"})
target.undoing(given, me, transport=Deadly()).result()
"""


def test_an_undo_whose_process_is_killed_goes_on(given: Given) -> None:
    odoo, me = given.odoo, given.odoo.credential
    target = destination(odoo, "json2", "res.partner", "create")
    frame = pd.DataFrame({"name": [f"killed {each}" for each in range(4)]})
    made = target.send(frame, me)
    ids = made["id"].tolist()
    environment = {**os.environ, "KEY": me.api_key.get_secret_value()}
    said = json.dumps([me.server, me.database, me.login, ids])
    killed = subprocess.run([sys.executable, "-c", KILLED], input=said.encode(), env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert there(odoo, "res.partner", ids) == ids[:2]
    undone = target.undo(made, me)
    assert undone["status"].tolist() == ["deleted", "deleted", "unchanged", "unchanged"], undone["error"].tolist()
    assert undone["error"].iloc[2:].str.startswith("It was undone already: on 20").all()
    assert there(odoo, "res.partner", ids) == []
    assert target.send(frame, me)["status"].tolist() == ["created"] * 4


# --- values from before ----------------------------------------------------------------------------------------------


def test_values_from_before_are_for_the_user_alone_and_can_be_left_out(given: Given) -> None:
    odoo, me = given.odoo, given.odoo.credential
    ids = call(odoo, "res.partner", "create", vals_list=[{"name": "secret name"}])
    target = destination(odoo, "json2", "res.partner", "write")
    target.send(pd.DataFrame({"id": ids, "name": ["n"]}), me)
    (file,) = sends.folder().glob("*.before.sqlite")
    assert {stat.S_IMODE(each.stat().st_mode) for each in sends.folder().glob("*.before*")} == {0o600}
    assert b"secret name" in file.read_bytes()
    off = target.replace(keep_before=False)
    assert "cannot be put back" in off.samples(pd.DataFrame({"id": ids, "name": ["m"]}))[1].note
    responses = off.send(pd.DataFrame({"id": ids, "name": ["m"]}), me)
    assert len([*sends.folder().glob("*.before.sqlite")]) == 1
    undone = target.undo(responses, me)
    assert undone["error"].iloc[0].startswith("What it held before is not known")
    sends.forget(sends.KEPT * -1)
    assert [*sends.folder().glob("*.sqlite*")] == []


def test_the_values_of_a_language_are_put_back_in_it(given: Given) -> None:
    odoo, me = given.odoo, given.odoo.credential
    (french,) = call(odoo, "res.lang", "search", domain=[["code", "=", "fr_FR"]], context={"active_test": False})
    call(odoo, "res.lang", "write", ids=[french], vals={"active": True})
    (country,) = call(odoo, "res.country", "search", domain=[["code", "=", "BE"]])
    target = destination(odoo, "json2", "res.country", "write", context={"lang": "fr_FR"})
    responses = target.send(pd.DataFrame({"id": [country], "name": ["Royaume"]}), me)
    names = [call(odoo, "res.country", "read", ids=[country], fields=["name"], context={"lang": each}) for each in
             ("en_US", "fr_FR")]  # fmt: skip
    assert [each[0]["name"] for each in names] == ["Belgium", "Royaume"]
    undone = target.replace(context={}).undo(responses, me)
    assert undone["status"].tolist() == ["updated"], undone["error"].tolist()
    after = call(odoo, "res.country", "read", ids=[country], fields=["name"], context={"lang": "fr_FR"})
    assert after[0]["name"] in ("Belgium", "Belgique")


# --- REST ------------------------------------------------------------------------------------------------------------


def test_over_rest_what_was_posted_is_deleted_and_what_was_patched_is_left(given: Given) -> None:
    odoo, me = given.odoo, given.odoo.credential
    target = Destination(f"{odoo.url}/api/res.partner", method="POST")
    made = target.send(pd.DataFrame({"name": ["rest 1", "rest 2"]}), me)
    assert made["status"].tolist() == ["created"] * 2, made["error"].tolist()
    later(odoo, "res.partner", int(made["id"].iloc[0]))
    patch = Destination(f"{odoo.url}/api/res.partner/{{id}}", method="PATCH")
    patched = patch.send(pd.DataFrame({"id": made["id"].iloc[:1], "name": "patched"}), me)
    assert patched["status"].tolist() == ["updated"], patched["error"].tolist()
    assert patch.undo(patched, me)["error"].iloc[0].startswith("What it held before is not known")
    undone = target.undo(made, me)
    assert undone["status"].tolist() == ["not_sent", "deleted"], undone["error"].tolist()
    assert there(odoo, "res.partner", made["id"].tolist()) == made["id"].tolist()[:1]
