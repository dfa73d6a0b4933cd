from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import numpy as np
import pandas as pd
import pytest
from IPython.core.ultratb import VerboseTB

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import CredentialError, DataError, EndpointError, StoppedError
from odoo_widgets.flow.plan import BLOCK
from odoo_widgets.net.own_thread import InterruptedSendError
from tests.net import speaking
from tests.net.servers import ONCE, SOON, Odoo, error

if TYPE_CHECKING:
    from odoo_widgets.flow.calls import Call
    from odoo_widgets.net.delivery import Delivery

SERVER = "https://mycompany.example.com"
URL = f"{SERVER}/json/2/res.partner/create"
KEY = "5ec2e7" * 6
ME = Credential(SERVER, "mycompany", api_key=KEY)
FRAME = pd.DataFrame({"name": [f"n{row}" for row in range(10)]}, index=np.arange(10) // 2)
UNAUTHORIZED = error(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey")
INVALID = error(422, "odoo.exceptions.ValidationError", "Contacts require a name")


def delivery(odoo: Odoo, frame: pd.DataFrame = FRAME, **options: Any) -> Delivery:
    return Destination(URL, batch_size=2).delivery(frame, ME, transport=odoo.transport, **{"policy": SOON} | options)


def statuses(frame: pd.DataFrame) -> str:
    return " ".join(frame["status"].iloc[::2])


class Gate:
    """Holds an answer back until it is opened, and tells when it is waited for."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    async def __call__(self, _request: httpx.Request) -> None:
        self.reached.set()
        while not self.opened.is_set():  # noqa: ASYNC110 - opened from another thread, whose event no loop waits for
            await asyncio.sleep(0.005)


# --- what comes back -------------------------------------------------------------------------------------------------


def test_every_row_is_sent_once_in_order_and_answered() -> None:
    odoo = Odoo()
    frame = delivery(odoo).result()
    assert [record["name"] for request in odoo.requests for record in odoo.records(request)] == FRAME["name"].tolist()
    assert frame["id"].tolist() == list(range(1, 11))
    assert frame["batch"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert statuses(frame) == "created created created created created"
    pd.testing.assert_index_equal(frame.index, FRAME.index)


def test_a_rejected_batch_does_not_stop_the_others() -> None:
    frame = delivery(Odoo(dict.fromkeys((1, 2, 3), INVALID))).result()
    assert statuses(frame) == "created rejected created created created"
    assert frame["error"].iloc[2:4].tolist() == ["Contacts require a name"] * 2


def test_a_key_that_ends_in_the_middle_stops_the_send_and_keeps_what_was_done() -> None:
    odoo = Odoo({2: UNAUTHORIZED})
    frame = delivery(odoo).result()
    assert statuses(frame) == "created created not_sent not_sent not_sent"
    assert len(odoo.requests) == 3
    assert set(frame["error"].iloc[4:]) == {frame["error"].iloc[4]}


STOPPING = {
    "a key": (UNAUTHORIZED, CredentialError),
    "an address": (httpx.ConnectError("refused"), EndpointError),
    "a busy server": (httpx.Response(429), StoppedError),
}


@pytest.mark.parametrize("name", STOPPING)
def test_a_send_that_stops_at_its_first_call_raises_with_every_row_not_sent(name: str) -> None:
    answer, kind = STOPPING[name]
    odoo = Odoo({0: answer})
    with pytest.raises(kind) as stopped:
        delivery(odoo, policy=ONCE).result()
    assert stopped.type is kind
    assert len(odoo.requests) == 1
    assert statuses(stopped.value.responses) == "not_sent not_sent not_sent not_sent not_sent"


@pytest.mark.parametrize("failure", [ValueError("x"), RuntimeError("x"), asyncio.CancelledError(), SystemExit(1)])
def test_whatever_is_raised_on_the_way_leaves_the_call_in_doubt_and_ends_the_wait(failure: Any) -> None:
    frame = delivery(Odoo({1: failure})).result()
    assert statuses(frame) == "created in_doubt not_sent not_sent not_sent"


def test_what_is_done_to_the_frame_meanwhile_is_not_sent() -> None:
    gate = Gate()
    odoo = Odoo({0: gate})
    frame = pd.DataFrame({"n": range(BLOCK + 1)})
    sending = Destination(URL, batch_size=BLOCK).delivery(frame, ME, transport=odoo.transport).start()
    gate.reached.wait()
    frame.insert(0, "other", 1)
    del frame["n"]
    gate.opened.set()
    assert statuses(sending.result().iloc[::BLOCK].iloc[[0, 0, 1]]) == "created created"
    assert odoo.records(odoo.requests[1]) == [{"n": BLOCK}]


# --- what is refused before anything is sent -------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["https://evil.com", "http://127.0.0.1", f"{SERVER}:8443", f"{SERVER}.evil.com"])
def test_a_key_of_another_server_is_not_sent(url: str) -> None:
    odoo = Odoo()
    destination = Destination(f"{url}/json/2/res.partner/create")
    with pytest.raises(CredentialError, match="The key belongs to https://mycompany") as refused:
        destination.delivery(FRAME, ME, transport=odoo.transport)
    assert odoo.requests == []
    assert KEY not in VerboseTB(theme_name="nocolor").text(refused.type, refused.value, refused.tb)


def test_a_frame_that_cannot_be_sent_is_not_sent_in_part() -> None:
    odoo = Odoo()
    with pytest.raises(DataError, match="Column 'x', row 9"):
        delivery(odoo, pd.DataFrame({"x": [0.5] * 9 + [np.inf]})).result()
    assert odoo.requests == []


# --- stopping --------------------------------------------------------------------------------------------------------


def test_stop_waits_for_the_call_in_flight_and_makes_no_further_one() -> None:
    gate = Gate()
    odoo = Odoo({1: gate})
    sending = delivery(odoo).start()
    gate.reached.wait()
    sending.stop()
    gate.opened.set()
    frame = sending.result()
    assert statuses(frame) == "created created not_sent not_sent not_sent"
    assert frame["error"].iloc[-1] == "The send was stopped before this row."
    assert len(odoo.requests) == 2


def test_cut_ends_the_call_in_flight_and_leaves_it_in_doubt() -> None:
    gate = Gate()
    odoo = Odoo({1: gate})
    sending = delivery(odoo).start()
    gate.reached.wait()
    assert statuses(sending.responses) == "created in_doubt not_sent not_sent not_sent"
    sending.cut()
    assert statuses(sending.result()) == "created in_doubt not_sent not_sent not_sent"
    assert len(odoo.requests) == 2


def test_a_send_that_is_stopped_before_it_starts_sends_nothing() -> None:
    odoo = Odoo()
    sending = delivery(odoo)
    sending.cut()
    assert statuses(sending.result()) == "not_sent not_sent not_sent not_sent not_sent"
    assert odoo.requests == []


@pytest.mark.parametrize("end", ["stop", "cut"])
def test_a_send_that_has_ended_can_be_stopped_again(end: str) -> None:
    sending = delivery(Odoo()).start()
    frame = sending.result()
    getattr(sending, end)()
    pd.testing.assert_frame_equal(sending.result(), frame)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_raises_with_what_became_of_every_row() -> None:
    async def interrupt(_request: httpx.Request) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(30)

    odoo = Odoo({1: interrupt})
    with pytest.raises(InterruptedSendError) as interrupted:
        delivery(odoo).result()
    assert isinstance(interrupted.value, KeyboardInterrupt)
    assert statuses(interrupted.value.responses) == "created in_doubt not_sent not_sent not_sent"
    assert len(odoo.requests) == 2


def test_a_wait_that_is_cancelled_cuts_the_send_and_keeps_the_rows() -> None:
    gate = Gate()
    odoo = Odoo({1: gate})
    sending = delivery(odoo)

    async def cell() -> None:
        task = asyncio.create_task(sending.aresult())
        await asyncio.to_thread(gate.reached.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cell())
    assert statuses(sending.responses) == "created in_doubt not_sent not_sent not_sent"
    assert len(odoo.requests) == 2


# --- beside what computes --------------------------------------------------------------------------------------------


def test_a_send_goes_on_beside_a_cell_that_computes() -> None:
    frame = pd.DataFrame({"name": [f"n{row}" for row in range(2000)]})
    sending = delivery(Odoo(), frame).start()
    most = time.monotonic() + 60
    # It lets other threads run at every step, for less time than it takes them to wake up.
    while sending.progress.done < len(frame) and time.monotonic() < most:
        Path(os.devnull).exists()
        sum(range(10_000))
    assert sending.result()["status"].eq("created").all()
    assert time.monotonic() < most


def test_python_is_as_it_was_when_the_last_of_several_sends_has_ended() -> None:
    usual = sys.getswitchinterval()
    gates = Gate(), Gate()
    first, second = (delivery(Odoo({0: gate}), FRAME + str(number)).start() for number, gate in enumerate(gates))
    for gate in gates:
        gate.reached.wait()
    assert sys.getswitchinterval() < usual
    gates[0].opened.set()
    first.wait()
    assert sys.getswitchinterval() < usual
    gates[1].opened.set()
    second.wait()
    assert sys.getswitchinterval() == usual


# --- progress --------------------------------------------------------------------------------------------------------


def test_progress_is_told_after_every_call() -> None:
    seen = []
    sending = delivery(Odoo({1: INVALID, 2: INVALID}), on_progress=seen.append)
    assert (sending.progress.rows, sending.progress.batches, sending.progress.done) == (10, 5, 0)
    assert sending.progress.seconds_left is None
    sending.result()
    after_calls = [(progress.made, progress.done) for progress in seen if progress.made]
    assert after_calls == [(1, 2), (2, 2), (3, 3), (4, 4), (5, 6), (6, 8), (7, 10)]
    assert seen[-1] is sending.progress
    assert seen[-1].statuses == {"created": 9, "rejected": 1}
    assert seen[-1].rows_per_second > 0
    assert seen[-1].seconds_left == 0


def test_a_watcher_that_fails_is_logged_and_loses_no_row(caplog: pytest.LogCaptureFixture) -> None:
    calls = []

    def watch(progress: Any) -> None:
        calls.append(progress)
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR):
        frame = delivery(Odoo(), on_progress=watch).result()
    assert statuses(frame) == "created created created created created"
    assert len(calls) == 1
    assert [record.getMessage() for record in caplog.records] == [
        "on_progress failed, and is not called again. The send goes on."
    ]


# --- the key ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STOPPING)
def test_no_verbose_traceback_of_a_failing_send_holds_the_key(name: str) -> None:
    with pytest.raises(StoppedError) as stopped:
        delivery(Odoo({0: STOPPING[name][0]}), policy=ONCE).result()
    shown = VerboseTB(theme_name="nocolor").text(stopped.type, stopped.value, stopped.tb)
    assert "Delivery" in shown
    assert KEY not in shown + stopped.value.responses.to_csv()


@pytest.mark.parametrize("path", ["jsonrpc", "xmlrpc/2/object"])
def test_no_verbose_traceback_of_a_value_that_cannot_be_written_holds_the_key(path: str) -> None:
    def odd(call: Call) -> Call:
        return attrs.evolve(call, ask=attrs.evolve(call.ask, arguments={"vals_list": [{"name": Decimal(1)}]}))

    target = Destination(f"{SERVER}/{path}", model="res.partner", operation="create")
    me = Credential(SERVER, "mycompany", "me@example.com", KEY)
    with pytest.raises(StoppedError, match="error of its own") as stopped:
        target.delivery(FRAME, me, edit=odd, transport=speaking.Odoo().transport).result()
    shown = VerboseTB(theme_name="nocolor").text(stopped.type, stopped.value, stopped.tb)
    assert "Decimal" in shown
    assert KEY not in shown
