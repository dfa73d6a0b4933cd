"""A person's whole way: open, change, look, send to a real Odoo, read the answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
from playwright.sync_api import expect

from tests.browser.lab import SECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from odoo_widgets import Sandbox
    from tests.browser.lab import Lab

# One button is clicked, then another field, before the kernel knows of either: what had the focus in between.
AT_ONCE = """([button, field]) => {
  button.click();
  const between = document.activeElement.placeholder;
  field.focus();
  return between;
}"""

AIRPORTS = """from vega_datasets import data
from odoo_widgets import Destination, DestinationForm, credential

contacts = data.airports().rename(columns={{"iata": "ref"}}).assign(function="{mark}")
contacts = contacts[["ref", "name", "city", "function"]].head({rows})
form = DestinationForm(contacts, credential=credential())
form"""


def count(odoo: Sandbox, mark: str) -> int:
    """How many contacts with a mark Odoo has, in its own words."""
    me = odoo.credential
    answer = httpx.post(
        f"{odoo.url}/json/2/res.partner/search_count",
        headers={"Authorization": f"bearer {me.api_key.get_secret_value()}", "X-Odoo-Database": me.database},
        json={"domain": [["function", "=", mark]]},
        trust_env=False,
    )
    found: int = answer.raise_for_status().json()
    return found


def test_a_table_is_seen_changed_and_sent_to_a_real_odoo(lab: Lab, browser: Browser, odoo: Sandbox) -> None:
    lab.write("walk.ipynb", AIRPORTS.format(mark="walk", rows=360), "")
    with lab.open(browser, "walk.ipynb") as notebook:
        notebook.run_all()
        form = notebook.form
        expect(form.get_by_role("heading", level=2)).to_have_text(
            f"Create res.partner in {odoo.database} (sandbox) as admin"
        )
        expect(form).to_contain_text("360 rows · 4 calls to 127.0.0.1")
        sample = form.locator(".ow-request:visible")
        expect(sample).to_contain_text('"city": "Bay Springs"')

        notebook.fill("Batch Size", "50")
        expect(form).to_contain_text("360 rows · 8 calls to 127.0.0.1")
        exclude = notebook.field("Exclude Attributes")
        exclude.press_sequentially("city")
        exclude.press("Enter")
        expect(notebook.button("city ✕")).to_be_visible()
        expect(sample).not_to_contain_text('"city"')
        notebook.button("city ✕").press("Space")
        expect(sample).to_contain_text('"city": "Bay Springs"')
        expect(exclude).to_be_focused()
        exclude.press_sequentially("city")
        exclude.press("Enter")
        taken_back, headers = notebook.button("city ✕"), notebook.field("Request Headers")
        between = notebook.page.evaluate(AT_ONCE, [taken_back.element_handle(), headers.element_handle()])
        assert between == exclude.get_attribute("placeholder")
        expect(taken_back).to_have_count(0)
        expect(headers).to_be_focused()
        exclude.press_sequentially("city")
        exclude.press("Enter")
        notebook.fill("Request Headers", "X-Request-Source:browser")
        expect(sample).to_contain_text("X-Request-Source: browser")
        notebook.fill("Model", "crm.lead")
        expect(sample).to_contain_text("POST /json/2/crm.lead/create")
        expect(notebook.field("URL")).to_have_value(f"{odoo.url}/json/2/crm.lead/create")
        notebook.fill("URL", f"{odoo.url}/json/2/res.partner/create")
        expect(notebook.field("Model")).to_have_value("res.partner")
        expect(sample).to_contain_text("POST /json/2/res.partner/create")

        form.get_by_role("button", name=re.compile("^▾ 1 · rows 0–49")).click()
        expect(sample).to_have_count(0)
        form.get_by_role("button", name=re.compile("^▸ 2 · rows 50–99")).click()
        expect(sample).to_contain_text("vals_list")

        assert count(odoo, "walk") == 0
        notebook.button("Send").click()
        expect(form.locator(".ow-counts")).to_contain_text("created 360", timeout=60 * SECONDS)
        expect(form.locator(".ow-figures")).to_contain_text("360/360")
        expect(form.get_by_role("cell", name="created").first).to_be_visible(timeout=20 * SECONDS)
        assert count(odoo, "walk") == 360
        printed = notebook.run("print(form.responses.status.value_counts().to_dict(), form.destination.exclude)")
        expect(printed).to_have_text("{'created': 360} ('city',)")


def test_a_cell_sets_destination_data_and_credential_and_the_form_shows_them(lab: Lab, browser: Browser) -> None:
    lab.write("cells.ipynb", AIRPORTS.format(mark="cells", rows=12), "")
    with lab.open(browser, "cells.ipynb") as notebook:
        notebook.run_all()
        form, sample = notebook.form, notebook.form.locator(".ow-request:visible")
        notebook.run("form.destination = form.destination.replace(batch_size=5, exclude=['city'], headers='a:b')")
        expect(notebook.field("Batch Size")).to_have_value("5")
        expect(notebook.field("Request Headers")).to_have_value("a:b")
        expect(notebook.button("city ✕")).to_be_visible()
        expect(form).to_contain_text("12 rows · 3 calls")
        expect(sample).to_contain_text("A: b")
        notebook.run("form.data = contacts.head(2).assign(name='from a cell')")
        expect(sample).to_contain_text('"name": "from a cell"')
        expect(form).to_contain_text("2 rows · 1 call ")
        notebook.run("form.credential = None")
        expect(notebook.button("Send")).to_be_disabled()
        expect(form).to_contain_text("Choose a credential first: it says as whom to send.")
        notebook.run("form.credential = credential()")
        expect(notebook.button("Send")).to_be_enabled()
        notebook.fill("URL", "nowhere")
        expect(form.locator(".ow-settings .ow-problem:visible")).to_contain_text("That is not the address of a server.")
        expect(notebook.button("Send")).to_be_disabled()
        expect(notebook.field("URL")).to_have_value("nowhere")
        notebook.run("form.close()")
        expect(notebook.page.locator(".ow-form")).to_have_count(0)


def test_stop_in_the_middle_leaves_what_was_sent_and_sends_nothing_more(
    lab: Lab, browser: Browser, odoo: Sandbox
) -> None:
    lab.write("stop.ipynb", AIRPORTS.format(mark="stop", rows=3000), "")
    with lab.open(browser, "stop.ipynb") as notebook:
        notebook.run_all()
        form = notebook.form
        notebook.fill("Batch Size", "3")
        expect(form).to_contain_text("3,000 rows · 1,000 calls")
        expect(form).to_contain_text(f"These are 3,000 rows. To confirm, type {odoo.database}.")
        expect(notebook.button("Send")).to_be_disabled()
        notebook.fill("Confirmation", odoo.database)
        notebook.button("Send").click()
        expect(form.locator(".ow-figures")).to_have_text(re.compile(r"^[1-9]\d*/3,000 · .* left · sending$"))
        expect(notebook.button("Send")).to_be_disabled()
        notebook.button("Stop").click()
        counts = form.locator(".ow-counts")
        expect(counts).to_have_text(re.compile(r": created [\d,]+ · not sent [\d,]+$"), timeout=30 * SECONDS)
        created, not_sent = (int(number.replace(",", "")) for number in re.findall(r"[\d,]+", counts.inner_text())[-2:])
        assert created + not_sent == 3000
        assert created == count(odoo, "stop") > 0
        expect(notebook.button("Stop")).to_be_disabled()
        # The next send of as many rows is confirmed again.
        expect(notebook.button("Send")).to_be_disabled()


def test_records_are_made_over_xml_rpc_by_column_and_archived_by_a_method(
    lab: Lab, browser: Browser, odoo: Sandbox
) -> None:
    lab.write("rpc.ipynb", AIRPORTS.format(mark="rpc walk", rows=60), "")
    with lab.open(browser, "rpc.ipynb") as notebook:
        notebook.run_all()
        form, sample = notebook.form, notebook.form.locator(".ow-request:visible")
        notebook.fill("URL", f"{odoo.url}/xmlrpc/2/object")
        expect(notebook.field("Model")).to_have_value("res.partner")
        expect(notebook.field("Content Format")).to_have_value("XML")
        expect(form).to_contain_text("A login goes first")
        expect(sample).to_contain_text("<methodName>execute_kw</methodName>")

        notebook.run("form.data = contacts.assign(city=['Gent', 'Roma', 'Gent'] * 20)")
        notebook.pick("Grouping Algorithm", "never mix values of …")
        expect(form.locator(".ow-settings .ow-problem:visible")).to_have_text(
            "Pick the column to group by, under Group By."
        )
        notebook.fill("Group By", "function")
        expect(form).to_contain_text("60 rows · a login, then 1 call to")
        notebook.fill("Group By", "city")
        expect(form).to_contain_text("60 rows · a login, then 2 calls to")
        notebook.pick("View As", "python")
        expect(sample).to_contain_text('key = os.environ["ODOO_API_KEY"]')
        notebook.button("Send").click()
        expect(form.locator(".ow-counts")).to_contain_text("created 60", timeout=60 * SECONDS)
        assert count(odoo, "rpc walk") == 60
        batches = notebook.run("print(form.data.city.groupby(form.responses.batch).unique().map(list).tolist())")
        expect(batches).to_have_text("[['Gent'], ['Roma']]")

        notebook.run("form.data = form.responses[['id']].head(25)")
        notebook.pick("Grouping Algorithm", "in row order")
        notebook.pick("Operation", "Run a method…")
        expect(form.locator(".ow-settings .ow-problem:visible")).to_contain_text("Type the name of the method to run")
        notebook.fill("Method Name", "action_archive")
        expect(form.get_by_role("heading", level=2)).to_contain_text("Run action_archive on res.partner in")
        expect(notebook.field("Record Ids")).to_have_value("id")
        expect(notebook.button("Send")).to_be_disabled()
        notebook.fill("Confirmation", odoo.database)
        notebook.button("Send").click()
        expect(form.locator(".ow-counts")).to_contain_text("called 25", timeout=60 * SECONDS)
        assert count(odoo, "rpc walk") == 35
