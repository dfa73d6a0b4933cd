"""Servers of every kind that can stand at an address, asked what they are."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import threading
import time
import traceback
import xmlrpc.client
from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug import Response

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import CredentialError, EndpointError, OdooWidgetsError, SettingsError, StoppedError
from odoo_widgets.flow.server import Server
from odoo_widgets.net.odoo import aprobe, probe
from tests.recorded import answers

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

KEY = "5ec2e7" * 6
RECORDED = answers()
PAGE = Response("<!DOCTYPE html><title>A page</title>", 200, content_type="text/html")
NO_PAGE = Response("<!DOCTYPE html><title>404 Not Found</title>", 404, content_type="text/html")


def recorded(name: str, protocol: str = "http") -> Response:
    answer = RECORDED[protocol][name]
    return Response(answer["body"], answer["http_status"], content_type=answer["content_type"])


def listing(*databases: str) -> Response:
    return Response(json.dumps({"result": databases}), content_type="application/json")


# What an Odoo 19 answers, by path.
NINETEEN = {
    "/web/version": recorded("version"),
    "/web/database/list": listing("mycompany", "other"),
    "/json/2/res.users/context_get": recorded("context_get", "json2"),
    "/doc-bearer/res.partner.json": recorded("documentation"),
}


@pytest.fixture
def serve(httpserver: HTTPServer) -> Any:
    """A server on this machine that answers by path; with a page for any other."""

    def start(answers: Any, other: Response = NO_PAGE) -> str:
        def answer(request: Any) -> Response:
            found = answers.get(request.path, other)
            return found(request) if callable(found) and not isinstance(found, Response) else found

        httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
        return httpserver.url_for("/").rstrip("/")

    return start


def me(server: str, database: str = "mycompany", login: str = "admin") -> Credential:
    return Credential(server, database, login, KEY)


def paths(httpserver: HTTPServer) -> list[str]:
    return [request.path for request, _ in httpserver.log]


# --- what an older Odoo answers --------------------------------------------------------------------------------------

USER = {"id": 7, "name": "Anna", "lang": "fr_FR", "tz": False, "company_id": [3, "B"], "company_ids": [3, 4]}
RESULTS = {
    "read": [USER],
    "search_read": [{"id": 4, "name": "C"}],
    "get_installed": [["fr_FR", "Français"], ["en_US", "English (US)"]],
}


def service(method: str, arguments: list[Any]) -> Any:
    if method == "version":
        return {"server_version": "17.0+e-20260301", "protocol_version": 1}
    if method == "authenticate":
        return 7 if arguments[:3] == ["mycompany", "admin", KEY] else False
    database, uid, key, _model, name, *_ = arguments
    assert (database, uid, key) == ("mycompany", 7, KEY)
    return RESULTS[name]


def by_xml(request: Any) -> Response:
    arguments, method = xmlrpc.client.loads(request.get_data())
    answer = xmlrpc.client.dumps((service(method, list(arguments)),), methodresponse=True)
    return Response(answer, content_type="text/xml")


def by_json(request: Any) -> Response:
    asked = request.get_json()
    params = asked["params"]
    result = service(params["method"], params["args"])
    body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result})
    return Response(body, content_type="application/json")


SEVENTEEN = {"/xmlrpc/2/common": by_xml, "/xmlrpc/2/object": by_xml, "/jsonrpc": by_json}


@pytest.mark.parametrize("protocol", [None, "jsonrpc", "xmlrpc"])
def test_an_odoo_older_than_19_is_asked_over_rpc(serve: Any, httpserver: HTTPServer, protocol: str | None) -> None:
    url = serve(SEVENTEEN)
    server = probe(me(url), model="res.partner", protocol=protocol)
    assert server == Server(
        url,
        version="17.0",
        uid=7,
        user="Anna",
        language="fr_FR",
        languages={"fr_FR": "Français", "en_US": "English (US)"},
        company=3,
        companies={3: "B", 4: "C"},
        without={"res.partner/web_save_multi"},
    )
    assert server.protocol == "xmlrpc"
    spoken = "/jsonrpc" if protocol == "jsonrpc" else "/xmlrpc/2/object"
    assert paths(httpserver)[-3:] == [spoken] * 3


def test_the_key_does_not_go_with_what_everybody_may_ask(serve: Any, httpserver: HTTPServer) -> None:
    probe(me(serve(SEVENTEEN)))
    first = [request for request, _ in httpserver.log][:3]
    assert [request.path for request in first] == ["/web/version", "/xmlrpc/2/common", "/web/database/list"]
    for request in first:
        assert KEY not in str(request.headers)
        assert KEY.encode() not in request.get_data()
    assert [request.headers.get("Cookie") for request, _ in httpserver.log] == [None] * len(httpserver.log)


def test_a_page_elsewhere_on_the_same_server_is_no_other_server(serve: Any) -> None:
    moved = Response("", 303, {"Location": "/web/login"})
    assert probe(me(serve({**SEVENTEEN, "/web/version": moved}))).version == "17.0"


def test_a_new_odoo_tells_what_this_user_may_read(serve: Any, httpserver: HTTPServer) -> None:
    url = serve(NINETEEN)
    server = probe(me(url), model="res.partner")
    assert server == Server(
        url,
        databases=("mycompany", "other"),
        version="19.0",
        uid=2,
        language="en_US",
        timezone="UTC",
        arguments={"res.partner/create": ("vals_list",), "res.partner/write": ("vals",)},
        # The recorded answer holds two methods only.
        without={"res.partner/web_save_multi"},
        of_models={"res.partner/create"},
        of_records={"res.partner/write"},
        listed={"res.partner"},
    )
    assert "/xmlrpc/2/common" not in paths(httpserver)


@pytest.mark.parametrize("name", ["documentation, no right", "documentation, wrong key", "no such page"])
def test_methods_that_may_not_be_read_stay_unknown(serve: Any, name: str) -> None:
    server = probe(me(serve({**NINETEEN, "/doc-bearer/res.partner.json": recorded(name)})), model="res.partner")
    assert (server.uid, dict(server.arguments), server.without) == (2, {}, frozenset())


# --- what ends a probe -----------------------------------------------------------------------------------------------

GATE = Response("who are you?", 401, {"WWW-Authenticate": "Basic"})
BUSY = Response("later", 503, {"Retry-After": "7"})
ELSEWHERE = Response("", 301, {"Location": "https://erp.example.com/web/version?key=secret"})
WHO = "/json/2/res.users/context_get"
NO_JSON2 = recorded("unknown database", "json2")
# By what stands there: the answers, the credential, the error, what its sentence says.
ENDS = {
    "no Odoo": ({}, PAGE, {}, EndpointError, "does not answer as an Odoo does (HTTP 200)"),
    "nothing there": ({}, NO_PAGE, {}, EndpointError, "does not answer as an Odoo does (HTTP 404)"),
    "a proxy without its Odoo": ({}, Response("bad gateway", 502), {}, EndpointError, "as an Odoo does (HTTP 502)"),
    "a proxy with a password": ({}, GATE, {}, EndpointError, "asks for a password before Odoo is reached"),
    "maintenance": ({}, BUSY, {}, StoppedError, "Send again after 7 s"),
    "another server": ({}, ELSEWHERE, {}, EndpointError, "the address is 'https://erp.example.com/web/version'"),
    "unknown key": ({**NINETEEN, WHO: recorded("wrong key", "json2")}, PAGE, {}, CredentialError, "key unknown"),
    "unknown database": (
        {**NINETEEN, WHO: NO_JSON2},
        PAGE,
        {"database": "nope"},
        EndpointError,
        "No database called 'nope' on {host}. Check the credential's database. It has: mycompany, other.",
    ),
    "no database named": (
        {**NINETEEN, WHO: NO_JSON2},
        PAGE,
        {"database": ""},
        EndpointError,
        "{host} has several databases, and none is named: Credential(…, database='…'). It has: mycompany, other.",
    ),
    "many databases": (
        {**NINETEEN, WHO: NO_JSON2, "/web/database/list": listing(*"abcdefg")},
        PAGE,
        {"database": ""},
        EndpointError,
        "It has: a, b, c, d, e and 2 more.",
    ),
    "databases that are not listed": (
        {**NINETEEN, WHO: NO_JSON2, "/web/database/list": NO_PAGE},
        PAGE,
        {"database": ""},
        EndpointError,
        "Name the database, Credential(database=…), if the server has several",
    ),
    "somebody else's JSON": (
        {**NINETEEN, WHO: Response('{"uid": true}', content_type="application/json")},
        PAGE,
        {},
        EndpointError,
        "does not answer as an Odoo does (HTTP 200)",
    ),
    "an unknown login": (SEVENTEEN, NO_PAGE, {"login": "nobody"}, CredentialError, "login unknown, or key unknown"),
    "no login": (
        SEVENTEEN,
        NO_PAGE,
        {"login": ""},
        CredentialError,
        "{host} is Odoo 17.0, to be asked over XML-RPC, which wants the login beside the key: Credential(…, login='…')",
    ),
    "neither database nor login": (
        {**SEVENTEEN, "/web/database/list": listing("mycompany")},
        NO_PAGE,
        {"login": "", "database": ""},
        CredentialError,
        "the database and login beside the key: Credential(…, database='…', login='…'). It has: mycompany.",
    ),
    "an unknown database over XML-RPC": (
        {
            **SEVENTEEN,
            "/xmlrpc/2/common": lambda request: (
                by_xml(request)
                if b">version<" in request.get_data()
                else recorded("authenticate, unknown database", "xmlrpc")
            ),
        },
        NO_PAGE,
        {"database": "no_such_database"},
        EndpointError,
        "No database called 'no_such_database' on {host}. Check the credential's database.",
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_what_ends_a_probe_is_one_sentence_without_the_key(serve: Any, httpserver: HTTPServer, name: str) -> None:
    answers, other, account, error, sentence = ENDS[name]
    url = serve(answers, other)
    credential = me(url, **account)
    with pytest.raises(error) as caught:
        probe(credential, model="res.partner")
    assert type(caught.value) is error
    assert sentence.format(host=url.partition("://")[2]) in str(caught.value)
    assert "secret" not in str(caught.value)
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert KEY not in shown
    if name in ("another server", "maintenance", "no Odoo", "a proxy with a password"):
        assert not any(KEY in str(request.headers) or KEY.encode() in request.data for request, _ in httpserver.log)


def test_an_address_where_nothing_answers_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(EndpointError, match=f"Nothing answers at 127.0.0.1:{port}"):
        probe(me(f"http://127.0.0.1:{port}"))


def test_a_server_that_hangs_up_is_said_so() -> None:
    def hang_up() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(EndpointError, match=r"was asked what it is, and no whole answer came\. Ask again later"):
            probe(me(f"http://127.0.0.1:{listening.getsockname()[1]}"))
        thread.join()


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_does_not_wait_for_the_answer() -> None:
    def interrupt() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            ended.wait(20)

    ended, started = threading.Event(), time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            probe(me(f"http://127.0.0.1:{listening.getsockname()[1]}"))
        ended.set()
        thread.join()
    # The answer would have come after 20 s.
    assert time.monotonic() - started < 20
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("odoo_widgets probe")]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "uid", "name", "result", "methods", "company_id", "company_ids", "version"]), inner
        )
    ),
)


@given(bodies=st.lists(ANY, min_size=8, max_size=8), known=st.integers(0, 8))
@example(bodies=[None, False, *[None] * 6], known=1)
def test_whatever_answers_a_probe_ends_in_knowledge_or_a_sentence(bodies: list[Any], known: int) -> None:
    true = [{"version_info": [19], "version": "19.0"}, {"result": []}, {"uid": 2}, [USER]]
    told = iter([*true[:known], *bodies])
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json=next(told)))
    try:
        server = asyncio.run(aprobe(me("https://mycompany.example.com"), model="res.partner", transport=transport))
    except OdooWidgetsError:
        return
    assert server.version
    assert isinstance(server.uid, int)


# --- how it is asked -------------------------------------------------------------------------------------------------


def test_a_probe_works_within_a_running_event_loop(serve: Any) -> None:
    url = serve(NINETEEN)

    async def cell() -> tuple[Server, Server]:
        return probe(me(url)), await aprobe(me(url))

    first, second = asyncio.run(cell())
    assert first == second
    assert first.uid == 2


def test_a_destination_asks_with_its_own_headers_model_and_protocol(
    serve: Any, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_TOKEN", "opensesame")
    url = serve(NINETEEN)
    destination = Destination(f"{url}/json/2/res.partner/create", headers="X-Gate:${GATE_TOKEN}")
    server = destination.server(me(url))
    assert server.arguments["res.partner/create"] == ("vals_list",)
    assert {request.headers.get("X-Gate") for request, _ in httpserver.log} == {"opensesame"}
    rpc = Destination(f"{serve(SEVENTEEN)}/jsonrpc", model="res.partner", operation="create")
    httpserver.clear()
    httpserver.clear_log()
    assert rpc.server(me(serve(SEVENTEEN))).uid == 7
    assert set(paths(httpserver)) == {"/web/version", "/web/database/list", "/jsonrpc"}


def test_a_header_s_value_is_in_no_traceback(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_TOKEN", "open" + "sesame")
    url = serve({}, GATE)
    destination = Destination(f"{url}/json/2/res.partner/create", headers={"X-Gate": "${GATE_TOKEN}", "X-Key": KEY})
    with pytest.raises(EndpointError) as caught:
        destination.server(me(url))
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "X-Gate" in shown
    assert "opensesame" not in shown
    assert KEY not in shown


def test_the_key_of_another_server_is_not_used(serve: Any, httpserver: HTTPServer) -> None:
    url = serve(NINETEEN)
    with pytest.raises(CredentialError, match=r"the URL leads elsewhere\. Nothing was asked"):
        Destination("https://other.odoo.com/json/2/res.partner/create").server(me(url))
    with pytest.raises(CredentialError, match="A credential is needed"):
        Destination(f"{url}/json/2/res.partner/create").server(None)
    with pytest.raises(SettingsError, match="is not the name of a model"):
        probe(me(url), model="res.partner/../../web/session")
    assert httpserver.log == []


# --- what it is for --------------------------------------------------------------------------------------------------


class Renamed:
    """An Odoo where an add-on overrides `create` as `create(self, list_vals)`."""

    def __init__(self) -> None:
        self.bodies = []

    def __call__(self, request: Any) -> Response:
        body = request.get_json()
        self.bodies.append(body)
        if "list_vals" not in body:
            name = "werkzeug.exceptions.UnprocessableEntity"
            told = {"name": name, "message": "missing a required argument: 'list_vals'", "arguments": [], "context": {}}
            return Response(json.dumps({**told, "debug": ""}), 422, content_type="application/json")
        ids = list(range(1, len(body["list_vals"]) + 1))
        return Response(json.dumps(ids), content_type="application/json")


@pytest.mark.parametrize("asked_before", [True, False])
def test_an_argument_that_an_add_on_renamed_is_sent_under_its_new_name(serve: Any, asked_before: bool) -> None:
    documentation = json.loads(RECORDED["http"]["documentation"]["body"])
    create = documentation["methods"]["create"]
    create["parameters"] = {"list_vals": create["parameters"].pop("vals_list"), "more": {"kind": "VAR_KEYWORD"}}
    path, renamed = "/json/2/res.partner/create", Renamed()
    docs = Response(json.dumps(documentation), content_type="application/json")
    url = serve({**NINETEEN, "/doc-bearer/res.partner.json": docs, path: renamed})
    destination, frame = Destination(url + path, batch_size=1), pd.DataFrame({"name": ["a", "b"]})
    server = destination.server(me(url)) if asked_before else Server()
    if asked_before:
        assert server.arguments["res.partner/create"] == ("list_vals",)
        assert '"list_vals"' in destination.samples(frame, server=server)[0].payload
    responses = destination.delivery(frame, me(url), server=server).result()
    assert responses["status"].tolist() == ["created", "created"]
    refused = [] if asked_before else [{"vals_list": [{"name": "a"}]}]
    assert renamed.bodies == [*refused, {"list_vals": [{"name": "a"}]}, {"list_vals": [{"name": "b"}]}]
