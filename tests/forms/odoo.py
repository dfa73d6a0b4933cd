"""Odoo's create on a loopback server: real sockets, and answers that a test chooses."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

from odoo_widgets import Credential, Destination
from tests.forms.examples import KEY
from tests.forms.screen import EVER

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer


MISSING = {
    "type": "error",
    "message": "Missing required value for the field 'Name' (name)",
    "rows": {"from": 0, "to": 0},
    "record": 0,
    "field": "name",
}


class Odoo:
    """A loopback server that creates: one function from a request to a response, and what it was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("/json/2/res.partner/create")
        self.credential = Credential(server.url_for("/"), "mycompany", "me@example.com", KEY)
        self.destination = Destination(self.url, batch_size=3)
        self.records = []
        # What creates were asked with, to the byte.
        self.received = []
        # Calls wait here for as long as a test holds them.
        self.open = threading.Event()
        self.open.set()
        self.arrived = threading.Semaphore(0)
        self.answer = self.create
        server.expect_request("/json/2/res.partner/create").respond_with_handler(self._handle)
        # What is asked in order to delete.
        self.asked = []
        self.deleted = []
        self.unlink = lambda ids: (self.deleted.extend(ids) or True, 200)
        server.expect_request("/json/2/res.partner/search_read").respond_with_handler(self._find)
        self.changed = []
        self.held = lambda _number: {}
        self.fields = ({name: {"type": "datetime"} for name in ("create_date", "write_date")}, 200)
        server.expect_request("/json/2/res.partner/fields_get").respond_with_handler(self._describe)
        # No two records were made in one second and changed in it.
        server.expect_request("/json/2/res.partner/formatted_read_group").respond_with_json([])
        # What a check asks beside them.
        server.expect_request("/json/2/res.partner/has_access").respond_with_json(True)
        server.expect_request("/json/2/res.partner/default_get").respond_with_json({})
        server.expect_request("/json/2/mail.message/search_read").respond_with_json([])
        server.expect_request("/json/2/base_import.import/create").respond_with_json([1])
        server.expect_request("/json/2/base_import.import/execute_import").respond_with_json(
            {"ids": False, "messages": [MISSING], "nextrow": 0}
        )
        self.written = []
        self.find = 200
        server.expect_request("/json/2/res.partner/write").respond_with_handler(self._write)
        server.expect_request("/json/2/res.partner/unlink").respond_with_handler(self._delete)

    def create(self, records: list[dict[str, Any]]) -> tuple[Any, int]:
        return list(range(len(self.records) - len(records) + 1, len(self.records) + 1)), 200

    def wait_for_call(self) -> None:
        assert self.arrived.acquire(timeout=EVER)

    def _write(self, request: Request) -> Response:
        self.written.append(request.get_json())
        return Response("true", 200, content_type="application/json")

    def _find(self, request: Request) -> Response:
        if self.find != 200:
            refused = {"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"}
            return Response(json.dumps(refused), self.find, content_type="application/json")
        [[_, _, ids]] = request.get_json()["domain"]
        made = dict.fromkeys(("create_date", "write_date"), "2026-03-01 12:00:00")
        held = {name: made.get(name, False) for name in request.get_json()["fields"]}
        kept = [each for each in ids if each <= len(self.records) and each not in self.deleted]
        there = [{**held, **self.held(each), "id": each} for each in kept]
        for each in there:
            if each["id"] in self.changed:
                each["write_date"] = "2026-03-02 12:00:00"
        return Response(json.dumps(there), 200, content_type="application/json")

    def _describe(self, _request: Request) -> Response:
        body, status = self.fields
        return Response(json.dumps(body), status, content_type="application/json")

    def _delete(self, request: Request) -> Response:
        self.asked.append(request.get_json())
        body, status = self.unlink(request.get_json()["ids"])
        return Response(json.dumps(body), status, content_type="application/json")

    def _handle(self, request: Request) -> Response:
        records = request.get_json()["vals_list"]
        shown = {name: request.headers.get(name) for name in ("Authorization", "X-Odoo-Database", "X-Source")}
        self.received.append((shown, request.get_data()))
        self.records += records
        self.arrived.release()
        assert self.open.wait(EVER)
        body, status = self.answer(records)
        return Response(json.dumps(body), status, content_type="application/json")
