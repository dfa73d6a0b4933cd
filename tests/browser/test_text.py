"""Text from data, people and servers is inert, and what a page keeps holds no secret."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.lab import SECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from odoo_widgets import Sandbox
    from tests.browser.lab import Lab

HOSTILE = """import pandas as pd
from odoo_widgets import Credential, Destination, DestinationForm, credential

image, script = "<img src=x onerror=alert(1)>", "</textarea></pre><script>alert(1)</script>"
me = credential()
url = f"{me.server}/json/2/res.partner/create"
# Odoo repeats the value that it does not know, and the name of the field.
refused = pd.DataFrame({"name": [script, image], "type": [image, script]}, index=[image, script])
form = DestinationForm(refused, Destination(url, exclude=[image], headers={"X-A": image}, batch_size=1), me)
display(form)
columns = pd.DataFrame({image: ["x"], script: [image]})
named = Credential(me.server, database=image, login=script, api_key=me.api_key)
second = DestinationForm(columns, Destination(url, exclude=[script]), named)
display(second)
infinite = pd.DataFrame({image: [float("inf")]}, index=[script])
third = DestinationForm(infinite, Destination(url), me)
display(third)"""

FORM = """import pandas as pd
from odoo_widgets import Destination, DestinationForm, credential

me = credential()
rows = pd.DataFrame({"name": ["Open " + "sample", "Folded " + "sample"]})
form = DestinationForm(rows, Destination(f"{me.server}/json/2/res.partner/create", batch_size=1), me)
form"""


def test_hostile_text_is_shown_and_does_nothing(lab: Lab, browser: Browser) -> None:
    lab.write("hostile.ipynb", HOSTILE, "")
    with lab.open(browser, "hostile.ipynb") as notebook:
        notebook.run_all()
        forms = notebook.page.locator(".ow-form")
        expect(forms).to_have_count(3)
        expect(forms.nth(0).locator(".ow-request:visible")).to_contain_text(
            "</textarea></pre><script>alert(1)</script>"
        )
        expect(forms.nth(1).locator("h2")).to_contain_text("in <img src=x onerror=alert(1)> (sandbox) as </textarea>")
        expect(forms.nth(1).get_by_role("button", name="</textarea></pre><script>alert(1)</script> ✕")).to_be_visible()
        expect(forms.nth(2).locator(".ow-problem").first).to_contain_text("Column '<img src=x onerror=alert(1)>'")
        notebook.button("Test").click()
        expect(notebook.field("Payload")).to_have_value(re.compile("</textarea></pre><script>alert"))
        notebook.form.get_by_role("button", name=re.compile("^Send Test Data")).click()
        expect(notebook.form.locator(".ow-testing .ow-problem:visible")).to_contain_text(
            "<img src=x", timeout=30 * SECONDS
        )
        notebook.button("Close Test").click()
        notebook.button("Send").click()
        expect(notebook.form.locator(".ow-counts")).to_contain_text("rejected 2", timeout=30 * SECONDS)
        expect(notebook.form.get_by_role("cell", name="<img src=x onerror=alert(1)>").first).to_be_visible()
        notebook.fill("URL", "<img src=x onerror=alert(1)>")
        notebook.fill("Request Headers", "</textarea></pre><script>alert(1)</script>")
        expect(notebook.form.locator(".ow-problem").first).to_be_visible()
        forms.nth(1).get_by_role("button", name="Send", exact=True).click()
        expect(forms.nth(1).locator(".ow-send .ow-problem:visible")).to_contain_text("img", timeout=30 * SECONDS)
        expect(notebook.page.locator(".ow-form :is(img, script, b)")).to_have_count(0)
        # One of ours in each form, and no other.
        expect(notebook.page.locator(".ow-form textarea")).to_have_count(3)


def test_a_saved_notebook_shows_a_summary_without_a_kernel_and_holds_no_secret(
    lab: Lab, browser: Browser, odoo: Sandbox
) -> None:
    lab.write("saved.ipynb", FORM, "")
    with lab.open(browser, "saved.ipynb") as notebook:
        notebook.run_all()
        expect(notebook.form).to_be_visible()
        expect(notebook.page.locator(".ow-summary")).to_be_hidden()
        notebook.button("Send").click()
        expect(notebook.form.locator(".ow-counts")).to_contain_text("created 2", timeout=30 * SECONDS)
        expect(notebook.form.get_by_role("cell", name="created").first).to_be_visible()
        notebook.do("docmanager:save")
    text = (lab.root / "saved.ipynb").read_text(encoding="utf-8")
    saved = json.loads(text)
    assert odoo.credential.api_key.get_secret_value() not in text
    assert "Open sample" in text
    assert "Folded sample" not in text
    assert "widgets" in saved["metadata"]
    assert "created 2" in json.dumps([output["data"].get("text/html") for output in saved["cells"][0]["outputs"]])

    # Whether the file keeps the widgets' state or not, a reader without a kernel sees what it is about.
    del saved["metadata"]["kernelspec"]
    for name in ("with-state.ipynb", "without-state.ipynb"):
        (lab.root / name).write_text(json.dumps(saved), encoding="utf-8")
        with lab.open(browser, name) as notebook:
            summary = notebook.page.locator(".ow-summary")
            expect(summary).to_be_visible()
            expect(summary).to_contain_text(f"Create res.partner in {odoo.database} (sandbox) as admin")
            expect(summary).to_contain_text("created 2")
        saved["metadata"].pop("widgets", None)
