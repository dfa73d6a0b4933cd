"""Steps after a send to a real Odoo: documents are confirmed and posted once, dated again, and held back by totals."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.flow.errors import DataError, RepeatedError, StoppedError
from tests.models import PROTOCOLS, Given, commands, destination
from tests.real import call
from tests.test_real_samples import Recording, Seen, with_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.destination import Destination

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)
ORDERS, MOVES = "sale.order", "account.move"
DATED = ["action_confirm", {"write": ["date_order"]}]


def orders(given: Given, tag: str, totals: list[float], **columns: Any) -> pd.DataFrame:
    """Orders of one line of 20 for each two hours, so that Odoo computes 40."""
    size = len(totals)
    line = commands([{"product_id": given.service, "product_uom_qty": 2, "price_unit": 20}])
    return pd.DataFrame(
        {
            "client_order_ref": [f"{tag} {row}" for row in range(size)],
            "partner_id": given.customer,
            "date_order": pd.date_range("2024-03-01 08:00", periods=size, tz="UTC"),
            "order_line": [line] * size,
            "Total": totals,
            **columns,
        }
    )


def confirming(given: Given, protocol: str = "json2", **settings: Any) -> Destination:
    return destination(given.odoo, protocol, ORDERS, "create", then=DATED, expect={"amount_total": "Total"}, **settings)


def held(given: Given, model: str, ids: pd.Series, *fields: str) -> list[dict[str, Any]]:
    return call(given.odoo, model, "read", ids=[int(each) for each in ids], fields=list(fields), load=None)


LINKS: dict[str, tuple[str, dict[str, Any]]] = {
    "by name": ("user_id", {}),
    "by name, in the rows too": ("user_id", {"exclude": []}),
    "by a field": ("user_id/login", {}),
    "under a name of its own": ("Seller", {"fields": {"Seller": "user_id/login"}}),
}


@pytest.mark.parametrize("name", LINKS)
def test_a_step_writes_records_that_are_said_by_a_text(given: Given, name: str) -> None:
    column, settings = LINKS[name]
    people = [{"name": f"Seller {name} {each}", "login": f"{name} {each}"} for each in "ab"]
    ids = call(given.odoo, "res.users", "create", vals_list=people)
    said = [person["name" if column == "user_id" else "login"] for person in people]
    frame = orders(given, name, [40, 40], **{column: said})
    steps = ["action_confirm", {"write": [column, "date_order"]}]
    target = confirming(given, **{"exclude": [column]} | settings).replace(then=steps)
    assert set(target.lookups(frame, given.odoo.credential)["found"].map(tuple)) == {(each,) for each in ids}
    sent = target.send(frame, given.odoo.credential)
    assert sent["write"].tolist() == ["updated"] * 2, sent["write_error"].tolist()
    assert [each["user_id"] for each in held(given, ORDERS, sent["id"], "user_id")] == ids
    assert held(given, ORDERS, sent["id"], "date_order")[0]["date_order"] == "2024-03-01 08:00:00"


def test_a_name_that_a_step_would_write_and_nobody_has_keeps_the_rows_from_being_sent(given: Given) -> None:
    frame = orders(given, "nobody", [40], user_id=["nobody of that name"])
    target = confirming(given, exclude=["user_id"]).replace(then=["action_confirm", {"write": ["user_id"]}])
    with pytest.raises(DataError, match="'nobody of that name'"):
        target.send(frame, given.odoo.credential)
    there = call(given.odoo, ORDERS, "search_count", domain=[["client_order_ref", "=", "nobody 0"]])
    assert there == 0


@EVERY
def test_orders_are_confirmed_and_dated_again_where_the_totals_agree(given: Given, protocol: str) -> None:
    frame = orders(given, f"agree {protocol}", [40, 41.5, 40.004])
    sent = confirming(given, protocol, batch_size=2).send(frame, given.odoo.credential)
    assert sent["status"].tolist() == ["created"] * 3, sent["error"].tolist()
    assert sent["expect"].tolist() == ["agrees", "differs", "agrees"]
    assert sent["expect_error"].iloc[1] == "amount_total is 40.00 in Odoo and 41.50 in the column 'Total'."
    assert sent["action_confirm"].tolist() == ["called", "not_sent", "called"], sent["action_confirm_error"].tolist()
    assert sent["write"].tolist() == ["updated", "not_sent", "updated"], sent["write_error"].tolist()
    assert sent["action_confirm_error"].iloc[1] == (
        "Not sent: the totals do not agree. amount_total is 40.00 in Odoo and 41.50 in the column 'Total'."
    )
    there = held(given, ORDERS, sent["id"], "state", "date_order")
    assert [each["state"] for each in there] == ["sale", "draft", "sale"]
    assert [each["date_order"] for each in there] == [f"2024-03-0{day} 08:00:00" for day in (1, 2, 3)]


def test_confirmed_orders_are_not_confirmed_again(given: Given) -> None:
    frame = orders(given, "twice", [40, 40]).drop(columns="order_line")
    target = destination(given.odoo, "json2", ORDERS, "create", key="client_order_ref", mode="upsert", then=DATED,
                         exclude=["Total"])  # fmt: skip
    first = target.send(frame, given.odoo.credential)
    assert first["status"].tolist() == ["created"] * 2, first["error"].tolist()
    assert (first["action_confirm"].tolist(), first["write"].tolist()) == (["called"] * 2, ["updated"] * 2)
    for mode, status in (("upsert", "updated"), ("create", "unchanged")):
        second = target.send(frame, given.odoo.credential, mode=mode)
        assert second["status"].tolist() == [status] * 2, second["error"].tolist()
        assert second["action_confirm"].tolist() == ["unchanged"] * 2
        assert second["write"].tolist() == ["unchanged"] * 2
    assert [each["state"] for each in held(given, ORDERS, first["id"], "state")] == ["sale"] * 2


def test_a_step_that_is_owed_is_made_up_for(given: Given) -> None:
    frame = orders(given, "owed", [40, 40])
    plain = destination(given.odoo, "json2", ORDERS, "create", exclude=["Total"])
    first = plain.send(frame, given.odoo.credential)
    with pytest.raises(RepeatedError):
        plain.send(frame, given.odoo.credential, then=["action_confirm"])
    second = plain.send(frame, given.odoo.credential, then=["action_confirm"], again=False)
    assert second["id"].tolist() == first["id"].tolist()
    assert second["action_confirm"].tolist() == ["called"] * 2


def invoices(given: Given, tag: str, days: list[str]) -> pd.DataFrame:
    line = {"name": "work", "quantity": 1, "price_unit": 100, "tax_ids": []}
    return pd.DataFrame(
        {
            "move_type": "out_invoice", "partner_id": given.customer, "invoice_date": days,
            "ref": [f"{tag} {row}" for row in range(len(days))], "invoice_line_ids": [commands([line])] * len(days),
        }
    )  # fmt: skip


@EVERY
def test_invoices_are_posted_in_the_order_of_their_dates(given: Given, protocol: str) -> None:
    year = {"json2": 2021, "jsonrpc": 2022, "xmlrpc": 2023}[protocol]
    frame = invoices(given, f"post {protocol}", [f"{year}-0{month}-01" for month in (5, 2, 4, 1, 3)])
    target = destination(given.odoo, protocol, MOVES, "create", then=["action_post"], batch_size=2, concurrency=4)
    sent = target.send(frame, given.odoo.credential)
    assert sent["action_post"].tolist() == ["called"] * 5, sent["action_post_error"].tolist()
    names = [each["name"] for each in sorted(held(given, MOVES, sent["id"], "name", "date"), key=lambda x: x["date"])]
    assert names == sorted(names)


def test_a_method_of_its_own_posts_in_the_order_of_dates_too(given: Given) -> None:
    frame = invoices(given, "own", [f"2018-0{month}-01" for month in (5, 2, 4, 1, 3)])
    made = destination(given.odoo, "json2", MOVES, "create").send(frame, given.odoo.credential)
    target = destination(given.odoo, "json2", MOVES, "action_post", batch_size=2, concurrency=4)
    ids = made[["id"]]
    assert target.samples(ids)[1].note == (
        "Sent in the order of their date in Odoo, which is read first, one call at a time."
    )
    assert target.send(ids, given.odoo.credential)["status"].tolist() == ["called"] * 5
    names = [each["name"] for each in sorted(held(given, MOVES, made["id"], "name", "date"), key=lambda x: x["date"])]
    assert names == sorted(names)


def test_an_invoice_that_cannot_be_posted_keeps_no_other_from_it(given: Given) -> None:
    frame = invoices(given, "bad", ["2020-01-01", "2020-02-01", "2020-03-01"])
    frame["invoice_line_ids"] = [lines if row != 1 else [] for row, lines in enumerate(frame["invoice_line_ids"])]
    target = destination(given.odoo, "json2", MOVES, "create", then=["action_post", {"write": ["ref"]}])
    sent = target.send(frame, given.odoo.credential)
    assert sent["status"].tolist() == ["created"] * 3
    assert sent["action_post"].tolist() == ["called", "rejected", "called"], sent["action_post_error"].tolist()
    assert sent["write"].tolist() == ["unchanged", "not_sent", "unchanged"]
    assert sent["write_error"].iloc[1] == "Not sent: action_post comes before it, and is rejected."


def test_rows_that_are_not_done_get_no_step(given: Given) -> None:
    frame = orders(given, "bad", [40, 40]).assign(partner_id=[given.customer, 99_999_999])
    sent = confirming(given).send(frame, given.odoo.credential)
    assert sent["status"].tolist() == ["created", "rejected"]
    assert sent["action_confirm"].tolist() == ["called", "not_sent"]
    assert sent["action_confirm_error"].iloc[1] == "Not sent: the row is rejected, so there is no record to do it with."
    assert sent["expect"].isna().tolist() == [False, True]


def test_a_method_that_nothing_can_be_read_of_is_called_on_a_record_once(given: Given) -> None:
    frame = pd.DataFrame({"name": ["once 0", "once 1"], "ref": ["once0", "once1"]})
    target = destination(
        given.odoo, "json2", "res.partner", "create", key="name", mode="upsert", then=["copy"], batch_size=10
    )
    first = target.send(frame.head(1), given.odoo.credential)
    assert (first["status"].item(), first["copy"].item()) == ("created", "called")
    second = target.send(frame, given.odoo.credential)
    assert second["status"].tolist() == ["updated", "created"]
    assert second["copy"].tolist() == ["unchanged", "called"]
    assert second["copy_error"].iloc[0].startswith("copy was called on this record from here on ")
    unchanged = target.send(frame, given.odoo.credential, mode="create")
    assert unchanged["copy"].tolist() == ["unchanged"] * 2
    copies = call(given.odoo, "res.partner", "search_count", domain=[["name", "like", "once % (copy)"]])
    assert copies == 2


def test_a_method_that_is_not_there_stops_the_steps_and_not_the_rows(given: Given) -> None:
    frame = orders(given, "nope", [40])
    sent = confirming(given).send(frame, given.odoo.credential, then=["action_nope", "action_confirm"])
    assert sent["status"].tolist() == ["created"]
    assert (sent["action_nope"].item(), sent["action_confirm"].item()) == ("not_sent", "not_sent")
    assert "action_nope" in sent["action_nope_error"].item()


def test_a_field_of_totals_that_is_not_there_holds_everything_back(given: Given) -> None:
    frame = orders(given, "field", [40])
    sent = confirming(given).send(frame, given.odoo.credential, expect={"amount_totale": "Total"})
    assert (sent["status"].item(), sent["expect"].item()) == ("created", "not_read")
    assert sent["action_confirm"].item() == "not_sent"
    assert "amount_totale" in sent["expect_error"].item()


def test_what_steps_do_is_not_taken_back(given: Given) -> None:
    frame = orders(given, "undo", [40, 50])
    target = confirming(given)
    sent = target.send(frame, given.odoo.credential)
    preview = target.undo_preview(sent, given.odoo.credential)
    assert preview["group"].tolist() == ["refused", "delete"]
    said = "action_confirm was called on it. What that did cannot be taken back from here."
    assert preview["reason"].iloc[0] == said
    assert target.undo(sent, given.odoo.credential)["status"].tolist() == ["not_sent", "deleted"]


@EVERY
def test_all_that_is_sent_for_steps_was_seen(given: Given, protocol: str) -> None:
    frame = orders(given, f"seen {protocol}", [40, 40, 40])
    target = confirming(given, protocol, batch_size=2, context={"lang": "en_US"})
    server, recording = target.server(given.odoo.credential), Recording()
    answer = target.delivery(frame, given.odoo.credential, server=server, transport=recording).result()
    assert answer["write"].tolist() == ["updated"] * 3
    samples = target.samples(frame, 100, credential=given.odoo.credential, server=server)
    key = given.odoo.credential.api_key.get_secret_value()
    assert all(key not in sample.view(name) for sample in samples.steps for name in ("http", "curl", "python"))
    shown = [with_key(Seen.of(sample.request), key) for sample in (*samples, *samples.steps)]
    assert [without_ids(each, []) for each in shown] == [
        without_ids(each, answer["id"].tolist() if place >= len(samples) else [])
        for place, each in enumerate(recording.seen)
    ]


def without_ids(seen: Seen, ids: list[int]) -> tuple[str, str, bytes]:
    """A request with 0 for each id that only the rows before it tell, and for that of a currency."""
    content = seen.content
    for each in ids:
        content = re.sub(rb"(?<![\w-])%d(?![\w-])" % each, b"0", content)
    if b'"rounding"' in content or b">rounding<" in content:
        content = re.sub(rb'("in",\[)\d+|(<string>in</string></value>\s*<value><array><data>\s*<value><int>)\d+',
                         rb"\g<1>\g<2>0", content)  # fmt: skip
    return seen.method, seen.url, content


def test_samples_show_the_steps_after_the_rows(given: Given) -> None:
    frame = invoices(given, "shown", ["2019-02-01", "2019-01-01"])
    target = destination(given.odoo, "json2", MOVES, "create", then=["action_post", {"write": ["ref"]}])
    samples = target.samples(frame, server=given.user)
    assert [sample.title.partition(" · ")[2].rpartition(" · ")[0] for sample in samples.steps] == [
        "read date, which says the order", "look up · rows 1, 0", "call · rows 1, 0", "read what it did · rows 1, 0",
        "ask for the fields", "look up · rows 0–1", "call · rows 0–1",
    ]  # fmt: skip
    assert {sample.note for sample in samples.steps} == {"0 stands for each id, which only the call before it tells."}
    assert "then  action_post · call" in repr(samples)
    assert "then &nbsp; action_post · call" in samples._repr_html_()
    assert samples.view().count("POST /json/2/account.move/action_post") == 1
    # The rows' own payload has no column that only the totals use.
    told = target.replace(expect={"amount_total": "Total"}).samples(frame.assign(Total=1.0), server=given.user)
    assert told[0].payload == samples[0].payload


@EVERY
def test_a_step_may_put_back_what_the_step_before_it_wrote_since_the_rows_were_compared(
    given: Given, protocol: str
) -> None:
    frame = orders(given, f"compared {protocol}", [40, 40]).drop(columns="order_line")
    target = confirming(given, protocol, key="client_order_ref", mode="upsert", only_changes=True)
    target = target.replace(expect={}, exclude=["Total"])
    target.replace(then=[]).send(frame, given.odoo.credential)
    compared = target.diff(frame, given.odoo.credential)
    sent = target.send([frame.iloc[:1], frame.iloc[1:]], given.odoo.credential, since=compared)
    assert sent["status"].tolist() == ["unchanged"] * 2, sent["error"].tolist()
    assert sent["action_confirm"].tolist() == ["called"] * 2, sent["action_confirm_error"].tolist()
    assert sent["write"].tolist() == ["updated"] * 2, sent["write_error"].tolist()
    assert held(given, ORDERS, sent["id"], "date_order")[0]["date_order"] == "2024-03-01 08:00:00"


@EVERY
def test_each_frame_of_several_has_its_steps_after_its_rows(given: Given, protocol: str) -> None:
    frame = orders(given, f"frames {protocol}", [40, 41.5, 40, 40, 39])
    parts = [frame.iloc[:2], frame.iloc[2:4], frame.iloc[4:]]
    sent = confirming(given, protocol).send(parts, given.odoo.credential)
    assert sent["status"].tolist() == ["created"] * 5, sent["error"].tolist()
    assert sent["expect"].tolist() == ["agrees", "differs", "agrees", "agrees", "differs"]
    assert sent["action_confirm"].tolist() == ["called", "not_sent", "called", "called", "not_sent"]
    assert sent["write"].tolist() == ["updated", "not_sent", "updated", "updated", "not_sent"]
    states = [each["state"] for each in held(given, ORDERS, sent["id"], "state")]
    assert states == ["sale", "draft", "sale", "sale", "draft"]


def test_frames_that_broke_off_go_on_with_the_steps_that_are_owed(given: Given) -> None:
    frame = orders(given, "broken frames", [40] * 6)

    def breaking() -> Iterator[pd.DataFrame]:
        yield frame.iloc[:2]
        yield frame.iloc[2:4]
        raise OSError("the disk is gone")

    target = confirming(given)
    with pytest.raises(StoppedError, match="Frame 3 could not be read") as stopped:
        target.send(breaking(), given.odoo.credential)
    first = stopped.value.responses
    assert first is not None
    assert first["action_confirm"].tolist() == ["called"] * 4, first["action_confirm_error"].tolist()
    sent = target.resume(iter([frame.iloc[:3], frame.iloc[3:]]), given.odoo.credential)
    assert sent["status"].tolist() == ["created"] * 6
    assert sent["id"].tolist()[:4] == first["id"].tolist()
    assert sent["action_confirm"].tolist() == ["called"] * 6, sent["action_confirm_error"].tolist()
    assert [each["state"] for each in held(given, ORDERS, sent["id"], "state")] == ["sale"] * 6


def test_steps_that_end_with_one_frame_are_owed_to_the_frames_to_come(given: Given) -> None:
    frame = orders(given, "no such step", [40] * 4)
    target = destination(given.odoo, "json2", ORDERS, "create", then=["action_nope"], exclude=["Total"])
    sent = target.send([frame.iloc[:2], frame.iloc[2:]], given.odoo.credential)
    assert sent["status"].tolist() == ["created"] * 2 + ["not_sent"] * 2
    assert sent["action_nope"].tolist() == ["not_sent"] * 4
    assert sent["action_nope_error"].str.contains("action_nope").iloc[:2].all()
    assert sent["error"].str.contains("action_nope").iloc[2:].all()
