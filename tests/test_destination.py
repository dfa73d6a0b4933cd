from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from werkzeug import Response

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import CredentialError, SettingsError
from odoo_widgets.flow.model import Field
from odoo_widgets.flow.samples import Samples
from odoo_widgets.flow.server import Server
from tests.flow.wire import SERVER as WIRE
from tests.flow.wire import URLS, settings
from tests.frames import FRAMES
from tests.net.servers import Odoo
from tests.net.speaking import UID
from tests.net.speaking import Odoo as Speaking

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

PATH = "/json/2/res.partner/create"
# To Odoo Online, a call goes each second only.
SERVER = "https://mycompany.example.com"
# Odoo's header names, beside those that differ by design.
MASKED = "authorization"

# One entry for each operation of each protocol: what is sent to it.
DESTINATIONS = {
    "JSON-2 create": Destination(SERVER + PATH, timezone="UTC", batch_size=2),
    "JSON-2 create with context and headers": Destination(
        SERVER + PATH,
        timezone="UTC",
        context={"lang": "fr_FR"},
        headers="X-Source:a b",
        exclude=["no"],
        batch_size=None,
    ),
}


def on_the_wire(request: Any) -> tuple[Any, ...]:
    headers = [(name, value) for name, value in request.headers.raw if name.lower() != MASKED.encode()]
    return request.method, str(request.url), headers, request.content


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", DESTINATIONS)
def test_samples_are_what_a_send_puts_on_the_wire_but_for_the_key(name: str, frame: str) -> None:
    odoo, destination, frame = Odoo(), DESTINATIONS[name], FRAMES[frame]
    credential = Credential(SERVER, "mycompany", api_key='k"&\\')
    # What holds dicts is asked about first where nobody knows its field.
    fields = {column: Field(column, "json") for column in map(str, frame.columns)}
    knows = Server(SERVER, fields={"res.partner": fields})
    samples = destination.samples(frame, n=len(frame), credential=credential, server=knows)
    destination.delivery(frame, credential, server=knows, transport=odoo.transport).result()
    assert [on_the_wire(sample.request) for sample in samples] == [on_the_wire(request) for request in odoo.requests]
    assert {sample.request.headers[MASKED] for sample in samples} == {"bearer ***"}
    assert {request.headers[MASKED] for request in odoo.requests} == {'bearer k"&\\'}


OPERATIONS = ("create", "write", "unlink", "load", "action_archive")
# Each record is there, and none archived.
THERE = {number: {"active": True} for number in range(1, 20)}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("protocol", URLS)
def test_samples_are_the_calls_of_a_send_in_every_protocol(protocol: str, operation: str) -> None:
    chosen = settings(protocol, operation)
    names = {name: getattr(chosen, name) for name in ("url", "model", "operation")}
    destination = Destination(**names, context={"lang": "fr_FR"}, headers="X-Source:a b", calls_per_second=1000)
    frame = pd.DataFrame({"id": range(1, 11), "name": [*"abcdefghi", None], "note": 1}).replace({None: pd.NA})
    frame = frame[["id"]] if operation == "action_archive" else frame
    frame = frame.assign(id=frame["id"].astype(str)) if operation == "load" else frame
    # The mask is the key here: RPC has it in its bodies.
    credential = Credential(WIRE, "mycompany", "me@example.com", "***")
    speaking = Speaking({number: dict(state) for number, state in THERE.items()}, {"action_archive": archive})
    destination.delivery(frame, credential, transport=speaking.transport).result()
    shown = destination.samples(frame, n=99, credential=credential)
    known = destination.samples(frame, n=99, credential=credential, server=Server(uid=UID))
    log_in = [shown.log_in] if shown.log_in else []
    sent = [on_the_wire(request) for request in speaking.requests]
    assert [on_the_wire(sample.request) for sample in (*log_in, *known)] == sent
    assert known.log_in is None
    assert len(shown) == len(known)


def archive(odoo: Speaking, asked: Any) -> None:
    for each in asked.ids:
        odoo.records[each]["active"] = False


def test_the_verbs_of_a_destination_are_those_of_its_settings() -> None:
    destination = Destination(SERVER + PATH)
    frame = pd.DataFrame({"x": [0.5, 1, np.inf]})
    assert [sentence.split(":")[0] for sentence in destination.problems(frame)] == ["Column 'x', row 2"]
    assert destination.problems(frame, rows=2) == ()
    assert isinstance(destination.samples(frame.head(2)), Samples)
    assert isinstance(destination.replace(batch_size=7), Destination)


@pytest.fixture
def odoo(httpserver: HTTPServer) -> HTTPServer:
    """A real server on this machine that answers with one id for each record."""
    httpserver.expect_request(PATH).respond_with_handler(answer)
    return httpserver


def answer(request: Any) -> Response:
    records = request.get_json()["vals_list"]
    return Response(f"{[int(record['name']) for record in records]}", content_type="application/json")


def frame_of(rows: int) -> pd.DataFrame:
    return pd.DataFrame({"name": [str(row + 1) for row in range(rows)]}, index=pd.Index(range(rows), name="row") * 3)


def test_a_send_returns_one_answer_for_each_row(odoo: HTTPServer) -> None:
    server = odoo.url_for("/").rstrip("/")
    responses = Destination(server + PATH).send(frame_of(250), Credential(server, api_key="key"))
    assert [len(request.get_json()["vals_list"]) for request, _ in odoo.log] == [100, 100, 50]
    assert responses["id"].tolist() == list(range(1, 251))
    joined = frame_of(250).join(responses)
    assert (joined["name"].astype(int) == joined["id"]).all()


def test_the_keywords_of_a_send_are_settings_for_this_send(odoo: HTTPServer) -> None:
    server = odoo.url_for("/").rstrip("/")
    destination = Destination(server + PATH)
    destination.send(frame_of(4), Credential(server, api_key="key"), batch_size=2)
    assert len(odoo.log) == 2
    assert destination.batch_size == 100
    with pytest.raises(SettingsError, match="There is no setting 'batchsize'"):
        destination.send(frame_of(4), Credential(server, api_key="key"), batchsize=2)


def test_a_send_works_within_a_running_event_loop(odoo: HTTPServer) -> None:
    server = odoo.url_for("/").rstrip("/")

    async def cell() -> pd.DataFrame:
        return Destination(server + PATH).send(frame_of(2), Credential(server, api_key="key"))

    assert asyncio.run(cell())["id"].tolist() == [1, 2]


def test_an_awaited_send_leaves_the_event_loop_free(odoo: HTTPServer) -> None:
    server = odoo.url_for("/").rstrip("/")
    ticks = []

    async def cell() -> pd.DataFrame:
        async def tick() -> None:
            while True:
                ticks.append(len(odoo.log))
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        responses = await Destination(server + PATH).asend(
            frame_of(10), Credential(server, api_key="key"), batch_size=1
        )
        ticking.cancel()
        return responses

    assert asyncio.run(cell())["id"].tolist() == list(range(1, 11))
    assert len(set(ticks)) > 2


def test_a_send_without_a_credential_says_what_is_needed() -> None:
    with pytest.raises(CredentialError, match="A credential is needed"):
        Destination("https://mycompany.odoo.com/json/2/res.partner/create").send(pd.DataFrame({"name": ["x"]}), None)


@pytest.mark.parametrize(
    "change", [{"batch_size": 5}, {"url": "https://a.b/json/2/res.partner/write"}, {"headers": "x:y"}, {"timeout": 5}]
)
def test_a_changed_setting_pauses_a_destination(change: dict[str, Any]) -> None:
    destination = Destination("https://a.b/json/2/res.partner/create", name="contacts", active=True)
    assert not destination.replace(**change).active
    assert destination.replace(**change).name == "contacts"
    assert destination.replace(**change, active=True).active


@pytest.mark.parametrize("change", [{}, {"name": "others"}, {"batch_size": 100}, {"exclude": []}, {"context": {}}])
def test_what_changes_no_setting_leaves_it_active(change: dict[str, Any]) -> None:
    destination = Destination("https://a.b/json/2/res.partner/create", name="contacts", active=True)
    assert destination.replace(**change).active
    assert not destination.replace(active=False, **change).active


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("https://a.b/json/2/res.partner/create", "Create res.partner"),
        ("https://a.b/json/2/res.partner/write", "Update (write) res.partner"),
        ("https://a.b/json/2/sale.order/action_confirm", "Run action_confirm on sale.order"),
        ("https://a.b/api/res.partner", "Create (POST) res.partner"),
    ],
)
def test_without_a_name_it_is_called_by_what_it_does(url: str, title: str) -> None:
    assert Destination(url).title == title
    assert Destination(url, name="contacts").title == "contacts"
    assert Destination(url, name="contacts").what == title
