"""The whole way from a credential to an active destination and on: in each theme, on a narrow page, by keyboard alone.

The data hold hostile text, the key and a header's value are secrets, and Odoo is a real one.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import attrs
import pytest
from playwright.sync_api import expect

from odoo_widgets import Sandbox
from tests.browser.conftest import PLANTED
from tests.browser.hands import Hands, Keys, Mouse
from tests.browser.lab import COPIED, SECONDS, Notebook
from tests.browser.test_looks import FAINT, OVERFLOWING
from tests.browser.test_walk import count

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

    from tests.browser.lab import Lab

IMAGE, BOLD = "<img src=x onerror=alert(1)>", "<b onclick=alert(1)>note</b>"
# The last two rows have a type that Odoo refuses, and repeats in its error.
CELL = """from vega_datasets import data
from odoo_widgets import DestinationForm

contacts = data.airports().rename(columns={{"iata": "ref"}}).assign(function="{mark}")
contacts = contacts[["ref", "name", "city", "state", "function"]].iloc[:30]
contacts["type"] = ["contact"] * 28 + ["{image}"] * 2
contacts["{bold}"] = contacts["name"]
form = DestinationForm(contacts)
form"""
# What a page keeps of the form is what its widgets hold. The secrets are not written down to look for them.
STATE = """import ipywidgets, os
kept = str([each.get_state() for each in ipywidgets.widgets.widget._instances.values()])
print(len(kept) > 10_000, [each in kept for each in ("k" * 40, os.environ["ODOO_API_KEY"], os.environ["PLANTED"])])"""
AFTERWARDS = """receipt = form.receipt("{mark}.xlsx")
next_one = DestinationForm(form.responses, credential=form.credential)
print(len(form.rejected), len(form.test_responses), list(receipt.columns), receipt.id.notna().sum())
next_one"""
WRONG_KEY = "k" * 40


@attrs.frozen
class Walk:
    """One person's way through the form."""

    notebook: Notebook
    hands: Hands
    odoo: Sandbox
    mark: str

    @property
    def form(self) -> Locator:
        return self.notebook.form

    @property
    def sample(self) -> Locator:
        return self.form.locator(".ow-request:visible").first

    def press(self, name: str | re.Pattern[str]) -> None:
        self.hands.press(
            self.form.get_by_role("button", name=name, exact=True).and_(self.form.locator(":visible")).first
        )

    def write(self, label: str, text: str) -> None:
        self.hands.write(self.notebook.field(label), text)

    def pick(self, label: str, words: str) -> None:
        self.hands.pick(self.notebook.field(label), words)

    def add(self, label: str, text: str) -> None:
        self.hands.add(self.notebook.field(label), text)


def credential(walk: Walk) -> None:
    """A wrong key is told as such; the right one is checked, remembered and shown nowhere."""
    me, said, key = walk.odoo.credential, walk.form.locator(".ow-credential"), "API Key or Password"
    expect(walk.notebook.button("Activate")).to_be_disabled()
    walk.press("New…")
    walk.write("Server", f"{me.server}/odoo/contacts")
    expect(walk.notebook.field("Server")).to_have_value(me.server)
    walk.write("Database", me.database)
    walk.write(key, WRONG_KEY)
    expect(walk.notebook.field(key)).to_have_value("")
    walk.press("Check")
    expect(said.locator(".ow-problem:visible")).to_contain_text("key unknown or expired", timeout=30 * SECONDS)
    walk.write(key, me.api_key.get_secret_value())
    expect(walk.notebook.field(key)).to_have_value("")
    walk.press("Check")
    expect(said).to_contain_text("is Odoo 19.0 and knows the key: you are Administrator in ", timeout=30 * SECONDS)
    expect(said).to_contain_text(me.database)
    walk.write("Name", walk.mark)
    walk.press("Remember on this computer")
    expect(walk.notebook.field("Credential")).to_have_value(walk.mark, timeout=30 * SECONDS)
    walk.press("Close")
    expect(walk.form.locator(".ow-band")).to_have_text(re.compile("^sandbox: "))


def settings(walk: Walk) -> None:
    """A verb becomes an operation, a page for people an address; columns go and come; what folds up opens."""
    server = walk.odoo.credential.server
    walk.pick("Method", "PATCH")
    walk.press("Use POST /json/2/res.partner/write")
    expect(walk.notebook.field("URL")).to_have_value(f"{server}/json/2/res.partner/write")
    walk.write("URL", f"{server}/web#model=res.partner&id=7")
    expect(walk.notebook.field("URL")).to_have_value(f"{server}/json/2/res.partner/write")
    walk.pick("Operation", "Create")
    expect(walk.sample).to_contain_text("POST /json/2/res.partner/create")
    walk.write("Request Headers", "X-Source:a form,X-Api-Key:${PLANTED}")
    expect(walk.sample).to_contain_text("X-Source: a form")
    for column in ("state", "city", BOLD):
        walk.add("Exclude Attributes", column)
        expect(walk.notebook.button(f"{column} ✕")).to_be_visible()
    walk.press("city ✕")
    walk.press(f"{BOLD} ✕")
    expect(walk.sample).to_contain_text('"city": "Bay Springs"')
    expect(walk.sample).not_to_contain_text('"state"')
    walk.write("Batch Size", "10")
    walk.press("▸ More")
    expect(walk.form.locator(".ow-beside")).to_contain_text("Matched: 5 of 6 columns to fields of res.partner.")
    expect(walk.form.locator(".ow-beside")).to_contain_text(f"Unknown to res.partner: {BOLD}")
    walk.write(f"{BOLD} →", "comment")
    expect(walk.sample).to_contain_text('"comment": "Thigpen')
    walk.pick("Empty city", "empty the field")
    walk.write("Language", "en_US")
    expect(walk.sample).to_contain_text('"lang": "en_US"')
    walk.write("Time Zone", "Europe/Brussels")
    walk.write("Calls at a Time", "2")
    walk.write("Calls per Second", "50")
    walk.press("▾ More")
    expect(walk.form).to_contain_text("30 rows · 3 calls to 127.0.0.1")


def samples(walk: Walk) -> None:
    """A sample unfolds to all that goes, in each view, and is copied as it is shown."""
    walk.press(re.compile("^▸ 3 · rows 20–29 · 10 records"))
    expect(walk.sample).to_contain_text(f'"type": "{IMAGE}"')
    walk.pick("View As", "curl")
    expect(walk.sample).to_contain_text("$ODOO_API_KEY")
    walk.press("Copy")
    expect(walk.notebook.button("Copied")).to_be_visible()
    walk.notebook.page.wait_for_function(COPIED, arg=walk.sample.inner_text())
    walk.pick("View As", "http")
    walk.press(re.compile("^▸ 1 · rows 0–9"))


def a_test(walk: Walk) -> None:
    """One real record: what cannot be read is not sent, what is edited is; its page is opened, and it is undone."""
    told, payload, database = walk.form.locator(".ow-told"), walk.notebook.field("Payload"), walk.odoo.database
    send = f"Send Test Data: 1 real record to {database}"
    walk.press("Test")
    expect(payload).to_have_value(re.compile("Thigpen"))
    walk.write("Payload", "{ nonsense")
    walk.press(send)
    expect(walk.form.locator(".ow-testing .ow-problem:visible")).to_contain_text("in line 1, column 3")
    walk.press("Reset")
    expect(payload).to_have_value(re.compile("Thigpen"))
    assert count(walk.odoo, walk.mark) == 0
    walk.write("Payload", payload.input_value().replace("Thigpen", "Edited by hand"))
    walk.press(send)
    expect(told).to_contain_text("Row 0 → 200 · created 1 · record ", timeout=30 * SECONDS)
    assert count(walk.odoo, walk.mark) == 1
    with walk.notebook.page.context.expect_page() as opened:
        walk.hands.press(walk.form.get_by_role("link", name="Open it in Odoo"))
    opened.value.wait_for_url(
        re.compile(rf"{walk.odoo.url}/(odoo/res\.partner/\d+|web/login.*res\.partner)"), wait_until="commit"
    )
    opened.value.close()
    walk.notebook.page.bring_to_front()
    walk.press("Undo")
    expect(told).to_contain_text("Undone: record ", timeout=30 * SECONDS)
    assert count(walk.odoo, walk.mark) == 0
    walk.press(send)
    expect(told).to_contain_text("Row 0 → 200 · created 1", timeout=30 * SECONDS)
    walk.press("Close Test")
    expect(walk.form).to_contain_text("1 row already sent as a test.")
    walk.pick("Tested Rows", "update")


def done_and_active(walk: Walk) -> None:
    """Done saves and sends nothing; Activate says what will happen where, sends what is left, and stays active."""
    database, file = walk.odoo.database, f"walked_{walk.mark}.toml"
    walk.press("Done")
    walk.write("Destination Name", f"Walked {walk.mark}")
    expect(walk.notebook.field("File")).to_have_value(file)
    walk.press("Save")
    expect(walk.form).to_contain_text(f"Saved to {file}. Nothing was sent.")
    walk.press("Check rows")
    expect(walk.form.locator(".ow-findings")).to_contain_text("Error · type: ", timeout=30 * SECONDS)
    expect(walk.form.locator(".ow-findings")).to_contain_text(IMAGE)
    assert count(walk.odoo, walk.mark) == 1
    walk.press("Activate")
    expect(walk.form.locator(".ow-warning:visible").first).to_contain_text("1 error found: type: ")
    expect(walk.form).to_contain_text(f"Create 29 Contacts in {database} (sandbox) as Administrator, 3 calls.")
    walk.press("Activate and send")
    expect(walk.form.locator(".ow-counts")).to_contain_text("created 27 · updated 1 · rejected 2", timeout=60 * SECONDS)
    assert count(walk.odoo, walk.mark) == 28
    expect(walk.notebook.button("Send again")).to_be_enabled()


def responses(walk: Walk) -> None:
    """Rejected on top and alone, searched and sorted, each record a link."""
    # The first cell of a line is its label.
    status = walk.form.locator(".ow-table tbody tr td:nth-child(2)")
    expect(status.nth(0)).to_have_text("rejected", timeout=20 * SECONDS)
    expect(status.nth(2)).to_have_text("updated")
    expect(walk.form.get_by_role("cell", name=IMAGE).first).to_be_visible()
    record = walk.form.locator(".ow-table td a").first
    assert (record.get_attribute("href") or "").startswith(f"{walk.odoo.url}/odoo/res.partner/{record.inner_text()}")
    walk.hands.write(walk.form.get_by_label("Search:"), "rejected")
    expect(status).to_have_count(2)
    walk.hands.write(walk.form.get_by_label("Search:"), "")
    expect(status).to_have_count(10)
    walk.hands.press(walk.form.locator(".ow-table th", has_text="status").locator("[tabindex='0']").first)
    expect(status.nth(0)).to_have_text("created")
    walk.press("Show rejected")
    expect(status).to_have_text(["rejected", "rejected"])
    walk.press("Show all")
    expect(status).to_have_count(10)
    walk.press("Read back")
    expect(walk.form).to_contain_text(re.compile(r"Of 1\d\d cells, Odoo holds: .*same"), timeout=60 * SECONDS)
    expect(walk.form.get_by_role("cell", name="same").first).to_be_visible(timeout=30 * SECONDS)
    assert walk.notebook.page.evaluate(OVERFLOWING) == []
    walk.press("Close Read back")


def copies(walk: Walk) -> None:
    """Each way to write it, without the key."""
    text = walk.form.locator(".ow-copying pre")
    for name, words in {
        "TOML": 'name = "Walked',
        "Python cell": 'os.environ["ODOO_API_KEY"]',
        "command line": f"odoo-widgets send walked_{walk.mark}.toml",
        "curl": "$ODOO_API_KEY",
    }.items():
        walk.pick("Copy As", name)
        expect(text).to_contain_text(words)
        expect(text).not_to_contain_text(walk.odoo.credential.api_key.get_secret_value())


STEPS = (credential, settings, samples, a_test, done_and_active, responses, copies)
WALKS = {
    "light": ("light", 1600, Mouse),
    "dark": ("dark", 1600, Mouse),
    "narrow": ("light", 700, Mouse),
    "keyboard": ("dark", 1600, Keys),
}


@pytest.mark.parametrize("mark", WALKS)
def test_the_seven_steps_from_a_key_to_an_active_destination(
    lab: Lab, browser: Browser, odoo: Sandbox, tmp_path: Path, mark: str
) -> None:
    theme, width, hands = WALKS[mark]
    secrets = [odoo.credential.api_key.get_secret_value(), WRONG_KEY, PLANTED]
    lab.write(f"{mark}.ipynb", CELL.format(mark=mark, image=IMAGE, bold=BOLD), "")
    with lab.open(browser, f"{mark}.ipynb", width=width, height=2400) as notebook:
        notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        notebook.theme(theme)
        notebook.run_all()
        expect(notebook.form).to_be_visible()
        walk = Walk(notebook, hands(notebook), odoo, mark)
        for step in STEPS:
            step(walk)
            # To be looked at: pytest keeps the folders of its last runs.
            notebook.form.screenshot(path=tmp_path / f"{step.__name__}.png")
            assert notebook.page.evaluate(OVERFLOWING) == []
            assert notebook.page.evaluate(FAINT) == []
        expect(notebook.page.locator(".ow-form :is(img, script, b)")).to_have_count(0)
        notebook.settle()
        shown = notebook.run(AFTERWARDS.format(mark=mark))
        expect(shown.first).to_have_text("2 2 ['row', 'status', 'id', 'link', 'who', 'when'] 28")
        following = notebook.page.locator(".ow-form").nth(1)
        expect(following).to_contain_text("2 rows of the responses, not done or without an id, are left out.")
        expect(following).to_contain_text("28 rows")
        notebook.settle()
        expect(notebook.run(STATE)).to_have_text("True [False, False, False]")
        page = notebook.page.content()
        notebook.do("docmanager:save")
    saved = (lab.root / f"{mark}.ipynb").read_text(encoding="utf-8")
    settings_file = (lab.root / f"walked_{mark}.toml").read_text(encoding="utf-8")
    assert tomllib.loads(settings_file)["active"] is True
    assert "API Key or Password" in saved
    assert [each for each in secrets if each in page + settings_file + saved] == []
