"""Steps after a send whose process is killed, or whose answers are lost: none is done twice, and none is forgotten."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import JournalError
from tests.faults.faults import after, closed
from tests.faults.killing import trial
from tests.faults.proxy import proxy
from tests.real import call

if TYPE_CHECKING:
    from tests.faults.conftest import Truth

DAYS = pd.date_range("2023-05-01 08:00", periods=24, tz="UTC")


def orders(truth: Truth, tag: str, rows: int) -> pd.DataFrame:
    (customer,) = call(truth.odoo, "res.partner", "create", vals_list=[{"name": tag}])
    names = [f"{tag} {row}" for row in range(rows)]
    return pd.DataFrame({"client_order_ref": names, "partner_id": customer, "date_order": DAYS[:rows]})


def held(truth: Truth, frame: pd.DataFrame) -> list[dict[str, Any]]:
    domain = [["client_order_ref", "in", frame["client_order_ref"].tolist()]]
    fields = ["client_order_ref", "state", "date_order"]
    return call(truth.odoo, "sale.order", "search_read", domain=domain, fields=fields, order="client_order_ref")


def test_a_send_that_is_killed_confirms_each_order_once_and_dates_it_again(truth: Truth) -> None:
    frame = orders(truth, "killed", 24)
    settings = {
        "url": f"{truth.odoo.url}/json/2/sale.order/create", "key": "client_order_ref", "batch_size": 3,
        "then": ["action_confirm", {"write": ["date_order"]}],
    }  # fmt: skip
    done = trial(settings, truth.odoo.credential, frame, kills=6, seconds=0.8, chance=random.Random(8))
    assert done.kills >= 3
    there = held(truth, frame)
    assert [each["client_order_ref"] for each in there] == sorted(frame["client_order_ref"])
    assert {each["state"] for each in there} == {"sale"}
    dates = dict(zip(frame["client_order_ref"], frame["date_order"].dt.strftime("%Y-%m-%d %H:%M:%S"), strict=True))
    assert {each["client_order_ref"]: each["date_order"] for each in there} == dates
    answer = done.responses
    assert set(answer["action_confirm"]) <= {"called", "unchanged"}, answer["action_confirm_error"].tolist()
    assert set(answer["write"]) <= {"updated", "unchanged"}, answer["write_error"].tolist()
    # A confirmation is written into the order's history: once for each.
    ids = [each["id"] for each in there]
    confirmed = [
        ["model", "=", "sale.order"],
        ["res_id", "in", ids],
        ["tracking_value_ids.field_id.name", "=", "state"],
    ]
    assert call(truth.odoo, "mail.message", "search_count", domain=confirmed) == len(ids)


def test_a_method_that_nothing_can_be_read_of_is_never_called_twice_whatever_is_killed(truth: Truth) -> None:
    frame = truth.frame(20)
    settings = {
        "url": f"{truth.odoo.url}/json/2/res.partner/create", "key": "name", "batch_size": 2, "then": ["copy"],
    }  # fmt: skip
    done = trial(settings, truth.odoo.credential, frame, kills=4, seconds=0.9, chance=random.Random(3))
    assert done.kills >= 2
    every = [name.removesuffix(" (copy)") for name in truth.names(frame) if name.endswith(" (copy)")]
    assert len(every) == len(set(every))
    become = done.responses["copy"].set_axis(frame["name"])
    assert set(become) <= {"called", "in_doubt"}, done.responses["copy_error"].tolist()
    assert (become == "in_doubt").sum() <= 2 * done.kills
    assert set(become.index[become == "called"]) <= set(every)
    assert set(every) - set(become.index[become == "called"]) <= set(become.index[become == "in_doubt"])


@pytest.mark.parametrize("protocol", ["json2", "jsonrpc", "xmlrpc"])
def test_a_step_whose_answer_is_lost_is_in_doubt_and_found_out_by_going_on(truth: Truth, protocol: str) -> None:
    frame = truth.frame(4)
    me = truth.odoo.credential
    with proxy(truth.odoo.url, {"action_archive": [after(closed)]}) as through:
        who = Credential(through.url, me.database, me.login, me.api_key.get_secret_value())
        path = {"json2": "/json/2/res.partner/create", "jsonrpc": "/jsonrpc", "xmlrpc": "/xmlrpc/2/object"}[protocol]
        where = {} if protocol == "json2" else {"model": "res.partner", "operation": "create"}
        target = Destination(through.url + path, then=["action_archive"], batch_size=2, **where)
        first = target.send(frame, who)
        assert first["status"].tolist() == ["created"] * 4
        assert first["action_archive"].tolist() == ["in_doubt"] * 2 + ["not_sent"] * 2
        assert "in doubt" in first["action_archive_error"].iloc[2]
        left = target.unfinished(frame, who)
        assert left is not None
        assert left.left == 4
        second = target.resume(frame, who)
        assert second["id"].tolist() == first["id"].tolist()
        assert second["action_archive"].tolist() == ["unchanged"] * 2 + ["called"] * 2
        assert through.count("action_archive") == 2
        with pytest.raises(JournalError, match="nothing to resume"):
            target.resume(frame, who)
    assert [each["active"] for each in truth.of(frame, "active")] == [False] * 4


def test_a_send_that_is_stopped_during_a_step_goes_on_with_it(truth: Truth) -> None:
    frame = truth.frame(6)
    target = Destination(
        f"{truth.odoo.url}/json/2/res.partner/create", then=["action_archive"], batch_size=2, keep_before=False
    )
    sends: list[Any] = []

    def stop(progress: Any) -> None:
        if progress.step == "action_archive" and progress.step_done == 2:
            sends[0].stop()

    sends.append(target.delivery(frame, truth.odoo.credential, on_progress=stop))
    first = sends[0].result()
    assert first["action_archive"].tolist() == ["called"] * 2 + ["not_sent"] * 4
    assert target.unfinished(frame, truth.odoo.credential).left == 4
    second = target.resume(frame, truth.odoo.credential)
    assert second["action_archive"].tolist() == ["called"] * 6
