"""A kernel dies in mid-send, the notebook is run again, and the form goes on: every row is in Odoo once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.lab import SECONDS, THEMES
from tests.browser.test_looks import FAINT, OVERFLOWING
from tests.real import call

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from odoo_widgets import Sandbox
    from tests.browser.lab import Lab, Notebook

ROWS = 60
CELL = f"""import os, signal
import pandas as pd
from odoo_widgets import Destination, DestinationForm, credential

me = credential()
rows = pd.DataFrame({{"name": [f"Row {{n}}" for n in range({ROWS})], "ref": [f"killed-{{n}}" for n in range({ROWS})]}})
destination = Destination(f"{{me.server}}/json/2/res.partner/create", batch_size=2, key="ref")
form = DestinationForm(rows, destination, me)
form"""
# Whether what stands before a form says something, and before its parts stands nothing.
MARKED = """words => {
  const form = document.querySelector(".ow-form.jupyter-widgets-disconnected");
  const parts = form ? [...form.querySelectorAll(".jupyter-widgets-disconnected")] : [];
  const said = each => getComputedStyle(each, "::before").content;
  return parts.length > 0 && said(form).includes(words) && parts.every(each => said(each) === "none");
}"""


def looked_at(notebook: Notebook, folder: Path, name: str) -> None:
    """Takes a picture in each theme, and makes sure that all of it fits and can be read."""
    for theme in THEMES:
        notebook.theme(theme)
        notebook.form.screenshot(path=folder / f"{name}-{theme}.png")
        assert notebook.page.evaluate(OVERFLOWING) == []
        assert notebook.page.evaluate(FAINT) == []


def test_a_send_whose_kernel_was_killed_goes_on(lab: Lab, browser: Browser, odoo: Sandbox, tmp_path: Path) -> None:
    lab.write("killed.ipynb", CELL, "")
    with lab.open(browser, "killed.ipynb") as notebook:
        notebook.run_all()
        notebook.button("Send").click()
        expect(notebook.form.locator(".ow-figures")).to_have_text(re.compile(rf"[1-9]\d*/{ROWS} · .*sending"))
        notebook.run("os.kill(os.getpid(), signal.SIGKILL)", wait=False)
        expect(notebook.page.locator(".jp-Dialog")).to_contain_text("appears to have died", timeout=30 * SECONDS)
        # Said once, with what to do, where every part had a mark that moved it.
        notebook.page.wait_for_function(MARKED, arg="Run its cell again", timeout=30 * SECONDS)
    with lab.open(browser, "killed.ipynb") as notebook:
        notebook.run_all()
        expect(notebook.form.locator(".ow-question:visible")).to_have_text(
            re.compile(rf"The send of .* stopped at \d+ of {ROWS} rows\."), timeout=30 * SECONDS
        )
        looked_at(notebook, tmp_path, "stopped")
        notebook.button("Resume").click()
        expect(notebook.form.locator(".ow-counts")).to_contain_text(f"Last send, {ROWS} rows", timeout=60 * SECONDS)
        found = notebook.run("print(sorted(form.responses.status.unique()), form.responses.id.nunique())")
        expect(found).to_have_text(re.compile(rf"\['created'(, 'updated')?\] {ROWS}"))
        assert call(odoo, "res.partner", "search_count", domain=[["ref", "=like", "killed-%"]]) == ROWS
        notebook.wait_for_idle()
        expect(notebook.button("Resume")).to_be_hidden()


SOME = """import pandas as pd
from odoo_widgets import Destination, DestinationForm, credential

me = credential()
rows = pd.DataFrame({
    "name": [f"Firm {n}" for n in range(40)],
    "type": ["contact"] * 38 + ["no such type"] * 2,
})
form = DestinationForm(rows, Destination(f"{me.server}/json/2/res.partner/create", batch_size=20), me)
form"""


def test_rows_that_were_sent_before_and_rejected_ones_are_asked_about_in_words_that_can_be_read(
    lab: Lab, browser: Browser, tmp_path: Path
) -> None:
    lab.write("repeats.ipynb", SOME, "")
    with lab.open(browser, "repeats.ipynb") as notebook:
        notebook.run_all()
        notebook.button("Send").click()
        expect(notebook.form.locator(".ow-counts")).to_contain_text("created 38 · rejected 2", timeout=60 * SECONDS)
        notebook.button("Send").click()
        expect(notebook.form.locator(".ow-question:visible")).to_contain_text(
            "38 of 40 rows were sent on", timeout=30 * SECONDS
        )
        expect(notebook.button("Send the other 2 rows")).to_be_enabled()
        looked_at(notebook, tmp_path, "repeats")
        notebook.run("form.data = rows.assign(type='contact')")
        notebook.button("Send corrected rows").click()
        expect(notebook.form.locator(".ow-counts")).to_contain_text("created 40", timeout=60 * SECONDS)
        looked_at(notebook, tmp_path, "corrected")
