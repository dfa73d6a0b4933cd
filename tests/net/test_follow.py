"""What follows a login, a look-up, a method: whole sends against an Odoo that speaks every protocol."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import CredentialError, EndpointError, StoppedError
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from tests.flow.wire import URLS
from tests.net.servers import ONCE
from tests.net.speaking import UID, Odoo, RefusedError

if TYPE_CHECKING:
    from odoo_widgets.flow.policy import Policy
    from odoo_widgets.net.delivery import Delivery
    from tests.net.speaking import Asked

SERVER = "https://mycompany.example.com"
ME = Credential(SERVER, "mycompany", "me@example.com", "5ec2e7" * 6)
RPC = ("jsonrpc", "xmlrpc")
EVERY = pytest.mark.parametrize("protocol", URLS)
OVER_RPC = pytest.mark.parametrize("protocol", RPC)
ORDERS = pd.DataFrame({"id": [1, 2, 3, 4]})


def delivery(
    odoo: Odoo,
    protocol: str,
    operation: str,
    frame: pd.DataFrame = ORDERS,
    *,
    model: str = "sale.order",
    server: Server = NOTHING_KNOWN,
    policy: Policy = ONCE,
    **options: Any,
) -> Delivery:
    url, names = f"{SERVER}/json/2/{model}/{operation}", {}
    if protocol != "json2":
        url = f"{SERVER}/jsonrpc" if protocol == "jsonrpc" else f"{SERVER}/xmlrpc/2/object"
        names = {"model": model, "operation": operation}
    destination = Destination(url, **names, **options)
    return destination.delivery(frame, ME, server=server, policy=policy, transport=odoo.transport)


def rows(responses: pd.DataFrame) -> list[tuple[Any, ...]]:
    filled = responses[["status", "id"]].astype(object)
    return list(filled.where(filled.notna(), None).itertuples(index=False, name=None))


def log_in(protocol: str) -> list[str]:
    return ["authenticate"] if protocol in RPC else []


# --- the login -------------------------------------------------------------------------------------------------------


@OVER_RPC
def test_the_login_comes_first_and_once_and_each_call_has_the_user_s_id(protocol: str) -> None:
    odoo = Odoo()
    responses = delivery(odoo, protocol, "create", pd.DataFrame({"name": list("abcd")}), batch_size=2).result()
    assert rows(responses) == [("created", number) for number in (1, 2, 3, 4)]
    assert odoo.methods == ["authenticate", "create", "create"]
    assert odoo.asked[0].given == ["mycompany", "me@example.com", "5ec2e7" * 6, {}]
    assert [each.uid for each in odoo.asked[1:]] == [UID, UID]


@EVERY
def test_a_user_who_is_known_does_not_log_in(protocol: str) -> None:
    odoo = Odoo()
    delivery(odoo, protocol, "create", pd.DataFrame({"name": ["a"]}), server=Server(uid=3)).result()
    assert odoo.methods == ["create"]
    assert odoo.asked[0].uid == (None if protocol == "json2" else 3)


def refuse(name: str, message: str, status: int = 422) -> Any:
    def method(_odoo: Odoo, _asked: Asked) -> Any:
        raise RefusedError(name, message, status)

    return method


NO_DATABASE = 'connection to server at "10.0.0.1", port 5432 failed: FATAL:  database "x" does not exist'
LOGINS = {
    "false": (lambda _odoo, _asked: False, CredentialError, "login unknown, or key unknown or expired"),
    "zero": (lambda _odoo, _asked: 0, StoppedError, "was asked who has this login and key, and answered something"),
    "text": (lambda _odoo, _asked: "7", StoppedError, "answered something that Odoo does not write"),
    "true": (lambda _odoo, _asked: True, StoppedError, "answered something that Odoo does not write"),
    "denied": (refuse("odoo.exceptions.AccessDenied", "Access Denied"), CredentialError, "key unknown or expired"),
    "an error": (refuse("builtins.ValueError", "No."), StoppedError, "failed to log in: ValueError"),
    "rolled back": (refuse("psycopg2.errors.SerializationFailure", "could not"), StoppedError, "failed to log in"),
    "no database": (
        refuse("psycopg2.OperationalError", NO_DATABASE),
        EndpointError,
        "No database called 'x'",
    ),
}  # fmt: skip


@OVER_RPC
@pytest.mark.parametrize("name", LOGINS)
def test_without_a_login_nothing_is_sent(protocol: str, name: str) -> None:
    method, stop, words = LOGINS[name]
    odoo = Odoo(methods={"authenticate": method})
    with pytest.raises(StoppedError, match=words) as stopped:
        delivery(odoo, protocol, "create", pd.DataFrame({"name": list("abc")}), batch_size=1).result()
    assert type(stopped.value) is stop
    assert odoo.methods == ["authenticate"]
    assert rows(stopped.value.responses) == [("not_sent", None)] * 3
    assert set(stopped.value.responses["error"]) == {str(stopped.value)}
    assert "10.0.0.1" not in str(stopped.value)


@OVER_RPC
@pytest.mark.parametrize("answer", [httpx.ReadTimeout("x"), httpx.Response(502), httpx.Response(200, html="<html>")])
def test_a_login_without_an_answer_leaves_nothing_in_doubt(protocol: str, answer: Any) -> None:
    odoo = Odoo(instead={0: answer})
    with pytest.raises(
        StoppedError, match=r"was asked who has this login and key, and .*Nothing was sent\."
    ) as stopped:
        delivery(odoo, protocol, "create", pd.DataFrame({"name": list("ab")})).result()
    assert rows(stopped.value.responses) == [("not_sent", None)] * 2


@OVER_RPC
def test_a_login_over_the_byte_budget_says_so_and_stops(protocol: str) -> None:
    odoo = Odoo()
    with pytest.raises(StoppedError, match=r"The login alone makes a request of \d+ bytes, and max_bytes=50\."):
        delivery(odoo, protocol, "create", pd.DataFrame({"name": list("ab")}), max_bytes=50).result()
    assert odoo.asked == []


# --- write -----------------------------------------------------------------------------------------------------------

NAMES = pd.DataFrame({"id": [1, 2, 3, 4], "name": ["a", "b", None, "d"]})


@EVERY
def test_rows_are_written_where_there_is_something_to_write_and_a_record(protocol: str) -> None:
    odoo = Odoo({1: {"name": ""}, 2: {"name": ""}, 3: {"name": "kept"}})
    responses = delivery(odoo, protocol, "write", NAMES).result()
    assert rows(responses) == [("updated", 1), ("updated", 2), ("unchanged", 3), ("rejected", None)]
    assert odoo.methods == [*log_in(protocol), "search_read", "web_save_multi"]
    assert [each["name"] for each in odoo.records.values()] == ["a", "b", "kept"]


MISSING = {
    "json2": refuse("werkzeug.exceptions.NotFound", "The method 'sale.order.web_save_multi' does not exist", 404),
    "jsonrpc": refuse("builtins.AttributeError", "The method 'sale.order.web_save_multi' does not exist"),
    "xmlrpc": refuse("AttributeError", "The method 'sale.order.web_save_multi' does not exist"),
}


@EVERY
def test_a_server_without_web_save_multi_is_asked_for_it_once_and_gets_a_write_for_each(protocol: str) -> None:
    odoo = Odoo({each: {"name": ""} for each in (1, 2, 3, 4)}, {"web_save_multi": MISSING[protocol]})
    frame = pd.DataFrame({"id": [1, 2, 3, 4], "name": list("abcd")})
    responses = delivery(odoo, protocol, "write", frame, batch_size=2).result()
    assert rows(responses) == [("updated", each) for each in (1, 2, 3, 4)]
    first = [*log_in(protocol), "search_read", "web_save_multi", "write", "write"]
    assert odoo.methods == [*first, "search_read", "write", "write"]
    assert [each["name"] for each in odoo.records.values()] == list("abcd")


# --- an argument of another name -------------------------------------------------------------------------------------


def wants(*names: str) -> Any:
    """A method with arguments of these names, as JSON-2 binds them."""

    def method(odoo: Odoo, asked: Asked) -> Any:
        for name in names:
            if name not in asked.names:
                raise RefusedError("werkzeug.exceptions.UnprocessableEntity", f"missing a required argument: '{name}'")
        return [100 + len(odoo.asked)] * len(asked.given[0])

    return method


def test_an_argument_that_an_add_on_renamed_is_tried_once_under_its_name_and_remembered() -> None:
    odoo = Odoo(methods={"create": wants("values")})
    responses = delivery(odoo, "json2", "create", pd.DataFrame({"name": list("abc")}), batch_size=1).result()
    assert set(responses["status"]) == {"created"}
    assert [each.names for each in odoo.asked] == [["vals_list"], ["values"], ["values"], ["values"]]


def test_a_method_that_wants_more_than_there_is_to_give_is_not_tried_for_ever() -> None:
    odoo = Odoo(methods={"create": wants("values", "vals_list")})
    with pytest.raises(EndpointError, match="missing a required argument: 'vals_list'"):
        delivery(odoo, "json2", "create", pd.DataFrame({"name": list("abc")}), batch_size=1).result()
    assert [each.names for each in odoo.asked] == [["vals_list"], ["values"]]


# --- a method whose effect can be read -------------------------------------------------------------------------------

DONE, DRAFT, CANCELLED = {"state": "sale"}, {"state": "draft"}, {"state": "cancel"}


def confirm(odoo: Odoo, asked: Asked) -> Any:
    for each in asked.ids:
        odoo.records[each] = dict(DONE)
    return True


def orders(*states: Any, **methods: Any) -> Odoo:
    records = {number: dict(state) for number, state in enumerate(states, start=1) if state}
    return Odoo(records, {"action_confirm": confirm, **methods})


@EVERY
def test_a_method_is_called_where_it_can_be_and_its_effect_is_read(protocol: str) -> None:
    odoo = orders(DRAFT, DONE, CANCELLED, None)
    responses = delivery(odoo, protocol, "action_confirm").result()
    # The third record is there, the fourth is not.
    assert rows(responses) == [("called", 1), ("unchanged", 2), ("rejected", 3), ("rejected", None)]
    assert responses["error"].tolist()[2:] == [
        "action_confirm wants state draft or sent; of this record, state is cancel. It was not called.",
        "sale.order has no record of this id that this user may see. Look the id up again.",
    ]
    assert odoo.methods == [*log_in(protocol), "search_read", "action_confirm", "search_read"]
    assert odoo.asked[-2].ids == [1]


WINDOW = {"type": "ir.actions.act_window", "name": "Apply anyway?", "res_model": "x.wizard"}


def keeps(odoo: Odoo, _asked: Asked) -> Any:
    """A method that opens a window, for the first of the records has gone its own way meanwhile."""
    odoo.records[1] = dict(DONE)
    return WINDOW


EFFECTS = {
    "nothing returned": (lambda odoo, asked: confirm(odoo, asked) and None, ["called", "called"], ""),
    "false returned": (lambda odoo, asked: not confirm(odoo, asked), ["called", "called"], ""),
    "a window": (keeps, ["called", "needs_attention"], "Odoo opened a window in place of doing it: Apply anyway?."),
    "nothing done": (lambda _odoo, _asked: True, ["needs_attention"] * 2, "and did not do its work: state is draft."),
    "one gone": (
        lambda odoo, asked: confirm(odoo, asked) and odoo.records.pop(2) and True,
        ["called", "needs_attention"],
        "The method was called, and the record is not there any more.",
    ),
}


@EVERY
@pytest.mark.parametrize("name", EFFECTS)
def test_what_a_record_holds_afterwards_says_what_a_method_did(protocol: str, name: str) -> None:
    method, statuses, words = EFFECTS[name]
    odoo = orders(DRAFT, DRAFT, action_confirm=method)
    responses = delivery(odoo, protocol, "action_confirm", ORDERS.head(2)).result()
    assert responses["status"].tolist() == statuses
    assert responses["id"].tolist() == [1, 2]
    assert words in (responses["error"].iloc[-1] if words else "")


UNREAD = {
    "no answer": httpx.ReadTimeout("x"),
    "no connection": httpx.ConnectError("x"),
    "a gateway": httpx.Response(502),
    "a page": httpx.Response(200, html="<html>"),
    "an unknown key": httpx.Response(401),
    "a busy server": httpx.Response(429, headers={"retry-after": "9"}),
    "a page in its place": httpx.Response(404, html="<html>"),
    "another address": httpx.Response(302, headers={"location": "/web/login"}),
    "too large": httpx.Response(413),
}


@EVERY
@pytest.mark.parametrize("name", UNREAD)
def test_an_effect_that_cannot_be_read_leaves_its_rows_in_doubt_and_says_that_they_were_called(
    protocol: str, name: str
) -> None:
    before = len(log_in(protocol))
    odoo = Odoo({1: dict(DRAFT), 2: dict(DRAFT)}, {"action_confirm": confirm}, {before + 2: UNREAD[name]})
    responses = delivery(odoo, protocol, "action_confirm", ORDERS.head(2), batch_size=1).result()
    assert responses["status"].tolist() == ["in_doubt", "not_sent"]
    assert (
        responses["error"]
        .iloc[0]
        .startswith("action_confirm was called, and mycompany.example.com was asked what it did")
    )
    assert responses["error"].iloc[0].endswith("Look in Odoo what became of these records.")
    assert responses["error"].iloc[1] == "Not sent: the send stopped at row 0, in doubt."


@EVERY
def test_an_effect_that_may_not_be_read_leaves_its_rows_in_doubt_and_the_send_goes_on(protocol: str) -> None:
    before = len(log_in(protocol))
    asked = []

    def search_read(odoo: Odoo, each: Asked) -> Any:
        asked.append(each)
        if len(odoo.asked) == before + 3:
            raise RefusedError("odoo.exceptions.AccessError", "No right.", 403)
        return [{"id": number, **odoo.records[number]} for number in each.given[0][0][2]]

    odoo = orders(DRAFT, DRAFT, search_read=search_read)
    responses = delivery(odoo, protocol, "action_confirm", ORDERS.head(2), batch_size=1).result()
    assert responses["status"].tolist() == ["in_doubt", "called"]
    assert responses["error"].iloc[0] == (
        "action_confirm was called, and mycompany.example.com was asked what it did, which it refused: No right. "
        "Look in Odoo what became of these records."
    )


@EVERY
def test_a_method_that_is_refused_is_rejected_and_not_looked_at(protocol: str) -> None:
    odoo = orders(DRAFT, DRAFT, action_confirm=refuse("odoo.exceptions.UserError", "No customer."))
    responses = delivery(odoo, protocol, "action_confirm", ORDERS.head(2)).result()
    assert responses["status"].tolist() == ["rejected"] * 2
    assert set(responses["error"]) == {"No customer."}
    assert odoo.methods[-1] == "action_confirm"


@EVERY
def test_a_method_of_which_nothing_is_known_is_called_once_for_the_same_arguments(protocol: str) -> None:
    odoo = Odoo({1: {}, 2: {}, 3: {}}, {"do_it": lambda _odoo, _asked: None})
    frame = pd.DataFrame({"id": [1, 2, 3, 4], "why": ["a", "b", "a", "a"]})
    responses = delivery(odoo, protocol, "do_it", frame).result()
    assert rows(responses) == [("called", 1), ("called", 2), ("called", 3), ("rejected", None)]
    calls = [(each.ids, each.given, each.names) for each in odoo.asked if each.method == "do_it" and each.ids]
    assert calls == [([1, 3], ["a"], ["why"]), ([2], ["b"], ["why"])]


# --- ends in between -------------------------------------------------------------------------------------------------


class Gate:
    """Holds an answer back until it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    async def __call__(self) -> None:
        self.reached.set()
        while not self.opened.is_set():  # noqa: ASYNC110 - opened from another thread, whose event no loop waits for
            await asyncio.sleep(0.005)


def ended(protocol: str, at: int, end: str) -> tuple[pd.DataFrame, Odoo]:
    """A send of one row for each batch that is ended while an answer is waited for."""
    gate = Gate()
    odoo = Odoo({1: dict(DRAFT), 2: dict(DRAFT)}, {"action_confirm": confirm}, {len(log_in(protocol)) + at: gate})
    sending = delivery(odoo, protocol, "action_confirm", ORDERS.head(2), batch_size=1).start()
    assert gate.reached.wait(10)
    getattr(sending, end)()
    gate.opened.set()
    return sending.result(), odoo


@EVERY
def test_a_stop_while_a_method_runs_reads_its_effect_and_calls_nothing_more(protocol: str) -> None:
    responses, odoo = ended(protocol, 1, "stop")
    assert responses["status"].tolist() == ["called", "not_sent"]
    assert odoo.methods == [*log_in(protocol), "search_read", "action_confirm", "search_read"]


@EVERY
@pytest.mark.parametrize("at", [1, 2])
def test_a_cut_while_a_method_runs_or_is_looked_at_leaves_its_rows_in_doubt(protocol: str, at: int) -> None:
    responses, odoo = ended(protocol, at, "cut")
    assert responses["status"].tolist() == ["in_doubt", "not_sent"]
    assert odoo.methods == [*log_in(protocol), "search_read", "action_confirm", "search_read"][: len(odoo.asked)]
    assert len(odoo.asked) == len(log_in(protocol)) + at + 1


@OVER_RPC
@pytest.mark.parametrize("end", ["stop", "cut"])
def test_an_end_while_the_login_is_waited_for_sends_nothing(protocol: str, end: str) -> None:
    responses, odoo = ended(protocol, -1, end)
    assert responses["status"].tolist() == ["not_sent"] * 2
    assert odoo.methods == ["authenticate"]
