"""A person tries a row before all of them: opens a sample, edits it, sends it, looks, undoes, and sends the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
from playwright.sync_api import expect

from tests.browser.lab import COPIED, SECONDS, THEMES
from tests.browser.test_looks import FAINT, OVERFLOWING
from tests.browser.test_walk import AIRPORTS, count

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from odoo_widgets import Sandbox
    from tests.browser.lab import Lab, Notebook


def looked_at(notebook: Notebook, folder: Path, name: str) -> None:
    """The form in each theme and width: nothing is cut, everything can be read, and pytest keeps the pictures."""
    for theme in THEMES:
        notebook.theme(theme)
        for width in (1600, 700):
            notebook.page.set_viewport_size({"width": width, "height": 3000})
            notebook.form.screenshot(path=folder / f"{name}-{theme}-{width}.png")
            assert notebook.page.evaluate(OVERFLOWING) == []
            assert notebook.page.evaluate(FAINT) == []
    notebook.page.set_viewport_size({"width": 1600, "height": 2400})


def test_a_row_is_tried_undone_tried_again_and_the_rest_is_sent(
    lab: Lab, browser: Browser, odoo: Sandbox, tmp_path: Path
) -> None:
    lab.write("trial.ipynb", AIRPORTS.format(mark="trial", rows=25), "")
    with lab.open(browser, "trial.ipynb", height=2400) as notebook:
        notebook.run_all()
        notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        form, payload = notebook.form, notebook.field("Payload")
        notebook.fill("Batch Size", "10")
        form.get_by_role("button", name="Copy", exact=True).first.click()
        expect(form.get_by_role("button", name="Copied", exact=True)).to_be_visible()
        notebook.page.wait_for_function(COPIED, arg=form.locator(".ow-request:visible").inner_text())

        notebook.button("Test").click()
        send = notebook.button(f"Send Test Data: 1 real record to {odoo.database}")
        expect(send).to_be_enabled()
        expect(payload).to_have_value(re.compile("Thigpen"))
        expect(form.locator(".ow-request:visible")).to_contain_text("bearer ***")
        payload.fill("{ nonsense")
        send.click()
        expect(form.locator(".ow-testing .ow-problem:visible")).to_contain_text("in line 1, column 3")
        notebook.button("Reset").click()
        expect(payload).to_have_value(re.compile("Thigpen"))
        payload.fill(payload.input_value().replace("Thigpen", "Edited by hand"))
        assert count(odoo, "trial") == 0
        send.click()
        told = form.locator(".ow-told")
        expect(told).to_contain_text("→ 200 · created 1 · record ", timeout=30 * SECONDS)
        assert count(odoo, "trial") == 1
        expect(form).to_contain_text("1 row already sent as a test.")
        looked_at(notebook, tmp_path, "test")
        link = form.get_by_role("link", name="Open it in Odoo")
        address = link.get_attribute("href")
        assert address is not None
        assert address.startswith(f"{odoo.url}/odoo/res.partner/")
        assert httpx.get(address, trust_env=False).status_code < 400

        notebook.button("Undo").click()
        expect(told).to_contain_text("Undone: record ", timeout=30 * SECONDS)
        assert count(odoo, "trial") == 0
        send.click()
        expect(told).to_contain_text("→ 200 · created 1", timeout=30 * SECONDS)
        notebook.button("Close Test").click()
        expect(form.get_by_role("button", name=re.compile("^▾ 1 · rows 1–10"))).to_be_visible()
        notebook.button("Send").click()
        expect(form.locator(".ow-counts")).to_contain_text("created 25", timeout=60 * SECONDS)
        assert count(odoo, "trial") == 25
        record = form.locator(".ow-table td a").first
        expect(record).to_be_visible(timeout=20 * SECONDS)
        assert (record.get_attribute("href") or "").startswith(f"{odoo.url}/odoo/res.partner/{record.inner_text()}")
        expect(notebook.button("Show rejected")).to_be_hidden()


def test_rejected_rows_are_shown_alone_and_a_cell_has_them(lab: Lab, browser: Browser, tmp_path: Path) -> None:
    lab.write("rejected.ipynb", AIRPORTS.format(mark="rejected", rows=25), "")
    with lab.open(browser, "rejected.ipynb", height=2400) as notebook:
        notebook.run_all()
        form = notebook.form
        notebook.fill("Batch Size", "10")
        notebook.run("form.data = contacts.assign(type=['contact'] * 20 + ['<b>no</b>'] * 5)")
        notebook.button("Send").click()
        expect(form.locator(".ow-counts")).to_contain_text("created 20 · rejected 5", timeout=60 * SECONDS)
        notebook.button("Show rejected").click()
        expect(notebook.button("Show all")).to_be_visible()
        expect(form.get_by_role("cell", name="rejected", exact=True)).to_have_count(5)
        expect(form.get_by_role("cell", name="created", exact=True)).to_have_count(0)
        shown = notebook.run("print(form.rejected.index.tolist()[-2:], list(form.rejected.columns)[-4:])")
        expect(shown).to_contain_text("[23, 24] ['type', 'error_type', 'error_field', 'error']")
        notebook.pick("Copy As", "Python cell")
        expect(form.locator(".ow-copying pre")).to_contain_text('os.environ["ODOO_API_KEY"]')
        looked_at(notebook, tmp_path, "responses")
