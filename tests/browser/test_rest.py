"""The classic patterns by hand: POST, PATCH with the id in the URL, XML-RPC; and an /api that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect
from werkzeug import Response

from tests.browser.lab import SECONDS
from tests.browser.test_trial import looked_at
from tests.real import call

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser
    from pytest_httpserver import HTTPServer
    from werkzeug import Request

    from odoo_widgets import Sandbox
    from tests.browser.lab import Lab, Notebook

CONTACTS = """import pandas as pd
from odoo_widgets import Credential, DestinationForm, credential

me = credential()
contacts = pd.DataFrame({{"name": ["Ada", "Bo", "Cy & Co"], "city": ["Liège", "Gent", "Köln"], "function": "{mark}"}})
form = DestinationForm(contacts, credential=me)
form"""
# Of each format: what its sample shows.
FORMATS = {
    "XML": ["Content-Type: application/xml", "<name>Ada</name>"],
    "CSV": ["Content-Type: text/csv", "name,city,function"],
    "JSON": ["Content-Type: application/json", '"city": "Liège"'],
    "form": ["Content-Type: application/x-www-form-urlencoded", "name=Ada&city=Li%C3%A8ge"],
}


# What only an endpoint of REST has to be told: the control, what is typed, and what the sample shows of it.
WANTED = [("Wrap Records In", "params.data", '"params"'), ("Key Header", "x-token", "X-Token: ***")]


def held(odoo: Sandbox, mark: str, field: str = "city") -> list[Any]:
    """A field of the contacts that were sent, as it stands in Odoo."""
    domain = [["function", "=", mark]]
    found = call(odoo, "res.partner", "search_read", domain=domain, fields=[field], order="id")
    return [each[field] for each in found]


def send(notebook: Notebook, counts: str, confirm: str = "") -> None:
    if confirm:
        notebook.field("Confirmation").fill(confirm)
    notebook.button("Send").click()
    expect(notebook.form.locator(".ow-counts")).to_contain_text(counts, timeout=30 * SECONDS)


@pytest.fixture
def stock(odoo: Sandbox, httpserver: HTTPServer) -> str:
    """The same Odoo without the add-on: its own 404 for /api."""

    def answer(request: Request) -> Response:
        if request.path.startswith("/api"):
            return Response("<!doctype html><title>404 Not Found</title>", 404, content_type="text/html")
        kept = {name: value for name, value in request.headers if name.lower() not in ("host", "content-length")}
        url = f"{odoo.url}{request.full_path}"
        passed = httpx.request(request.method, url, headers=kept, content=request.data, trust_env=False, timeout=30)
        return Response(passed.content, passed.status_code, content_type=passed.headers["content-type"])

    for verb in ("GET", "POST"):
        httpserver.expect_request("", method=verb).respond_with_handler(answer)
    return httpserver.url_for("").rstrip("/")


def test_records_are_made_updated_and_replaced_over_rest(
    lab: Lab, browser: Browser, odoo: Sandbox, tmp_path: Path
) -> None:
    lab.write("rest.ipynb", CONTACTS.format(mark="rest"), "")
    with lab.open(browser, "rest.ipynb", height=2400) as notebook:
        notebook.run_all()
        form, sample = notebook.form, notebook.form.locator(".ow-request:visible")

        # Create, by POST, in the format that is picked.
        notebook.fill("URL", f"{odoo.url}/api/res.partner")
        for name, words in FORMATS.items():
            notebook.pick("Content Format", name)
            for each in words:
                expect(sample).to_contain_text(each)
        send(notebook, "created 3")
        assert held(odoo, "rest") == ["Liège", "Gent", "Köln"]

        # Update, by PATCH, with each row's id in the URL.
        notebook.run("form.data = contacts.assign(id=form.responses.id, city=['Namur', 'Aalst', 'Bonn'])")
        notebook.fill("URL", f"{odoo.url}/api/res.partner/{{id}}")
        notebook.pick("Method", "PATCH")
        notebook.pick("Content Format", "JSON")
        # What an add-on wants otherwise, each in its own control, and taken back.
        for label, typed, words in WANTED:
            notebook.fill(label, typed)
            expect(sample).to_contain_text(words)
            notebook.fill(label, "")
            expect(sample).not_to_contain_text(words)
        notebook.fill("Id in Answer", "id")
        made = form.get_by_label("Make the rows that have no id, by POST?")
        made.check()
        expect(notebook.run("form.destination.mode, form.destination.id_path")).to_contain_text("('upsert', 'id')")
        made.uncheck()
        first = held(odoo, "rest", "id")[0]
        expect(sample).to_contain_text(f"PATCH /api/res.partner/{first}")
        send(notebook, "updated 3")
        assert held(odoo, "rest") == ["Namur", "Aalst", "Bonn"]

        # Replace, by PUT: what it empties is said before, and confirmed.
        notebook.run("form.data = form.data.head(2)[['id', 'name', 'function']]")
        notebook.pick("Method", "PUT")
        expect(form.locator(".ow-samples")).to_contain_text("fields that are not sent: ", timeout=30 * SECONDS)
        assert notebook.button("Send").is_disabled()
        looked_at(notebook, tmp_path, "put")
        send(notebook, "updated 2", odoo.database)
        assert held(odoo, "rest") == [False, False, "Bonn"]


def test_xml_rpc_needs_no_api_and_one_that_is_not_there_is_one_button_away(
    lab: Lab, browser: Browser, odoo: Sandbox, stock: str, tmp_path: Path
) -> None:
    lab.write("rpc.ipynb", CONTACTS.format(mark="rpc"), "")
    with lab.open(browser, "rpc.ipynb", height=2400) as notebook:
        notebook.run_all()
        form = notebook.form

        # Create, write and unlink through XML-RPC, which fixes verb and format.
        notebook.fill("URL", f"{odoo.url}/xmlrpc/2/object")
        expect(form).to_contain_text("XML-RPC takes XML only.")
        expect(notebook.field("Content Format")).to_be_disabled()
        expect(notebook.field("Method")).to_be_disabled()
        notebook.fill("Model", "res.partner")
        notebook.pick("Operation", "Create")
        send(notebook, "created 3")
        assert held(odoo, "rpc") == ["Liège", "Gent", "Köln"]
        notebook.run("form.data = contacts[['function']].assign(id=form.responses.id, city='Huy')")
        notebook.pick("Operation", "Update (write)")
        send(notebook, "updated 3")
        assert held(odoo, "rpc") == ["Huy"] * 3
        notebook.run("form.data = form.data[['id']]")
        notebook.pick("Operation", "Delete (unlink)")
        send(notebook, "deleted 3", odoo.database)
        assert held(odoo, "rpc") == []

        # An /api that is not there: what to use instead is one button.
        notebook.run(f"form.data, form.credential = contacts, Credential('{stock}', me.database, me.login, me.api_key)")
        notebook.fill("URL", f"{stock}/api/res.partner")
        notebook.button("Check").click()
        expect(form).to_contain_text("is Odoo 19.0 and knows the key", timeout=30 * SECONDS)
        notebook.button("Send").click()
        said = form.locator(".ow-send .ow-problem, .ow-send .ow-noted")
        expect(said.first).to_contain_text(
            f"Odoo 19.0 has no /api. Use {stock}/json/2/res.partner/create?", timeout=30 * SECONDS
        )
        looked_at(notebook, tmp_path, "stock")
        notebook.button("Use POST /json/2/res.partner/create").click()
        expect(notebook.field("URL")).to_have_value(f"{stock}/json/2/res.partner/create")
        send(notebook, "created 3")
        assert held(odoo, "rpc") == ["Liège", "Gent", "Köln"]
