"""What happens when: the bar beside a busy cell, with every kind of kernel, and how soon a change is on the screen."""

from __future__ import annotations

import itertools
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.kernels import KERNELS
from tests.browser.lab import BUSY, SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from odoo_widgets import Sandbox
    from tests.browser.lab import Lab, Notebook

NUMBERS = itertools.count(1)

ROWS = """import ipykernel, pandas as pd, pathlib, time
from odoo_widgets import Destination, DestinationForm, credential

me = credential()
# Rows that no other send knows of, a first try of this test among them.
start = time.time_ns()
rows = pd.DataFrame({{"name": [f"{mark} {{start}} {{n}}" for n in range(4000)]}})
destination = Destination(f"{{me.server}}/json/2/res.partner/create", batch_size=2)
form = DestinationForm(rows, destination, me)
form"""

# ipykernel 7.1.0 now and then takes its first cell and does nothing with it, whatever is in the cell.
STARTS = {"subshells": 2}

# A cell that is busy until the test has seen what it wants to see, however slow the machine is.
WORK = {
    "asleep": "while not pathlib.Path('{file}').exists(): time.sleep(0.1)",
    "computing": "while not pathlib.Path('{file}').exists(): sum(range(100_000))",
}

MILLION = """import numpy as np, pandas as pd
from odoo_widgets import DestinationForm, credential

count, chance = 1_000_000, np.random.default_rng(0)
frame = pd.DataFrame({
    "name": [f"Company {n}" for n in range(count)],
    "ref": np.arange(count).astype(str),
    "city": chance.choice(["Gent", "Roma", "Łódź"], count),
    "comment": pd.Series(chance.choice(["a", None], count), dtype=object),
    "color": chance.integers(0, 12, count),
    "credit_limit": chance.random(count),
    "partner_latitude": np.where(chance.random(count) < 0.1, np.nan, chance.random(count)),
    "active": chance.random(count) < 0.5,
    "date": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(count) % 1000, "D"),
    "write_date": (pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(count), "s")).tz_localize("UTC"),
    "type": pd.Categorical(chance.choice(["contact", "invoice"], count)),
    "user_id": pd.array(chance.integers(1, 9, count), dtype="Int64"),
})
form = DestinationForm(frame, credential=credential())
form"""

# From the key that ends an edit until the words of the first sample are others.
MEASURE = """() => {
  const form = document.querySelector('.ow-form');
  const title = () => form.querySelector('.ow-fold').textContent + form.querySelector('.ow-request').textContent;
  window.reactions = [];
  let pressed = null, before = null;
  form.addEventListener('keydown', event => {
    if (event.key === 'Enter') { pressed = performance.now(); before = title(); }
  }, true);
  new MutationObserver(() => {
    if (pressed !== null && title() !== before) {
      const from = pressed;
      pressed = null;
      requestAnimationFrame(() => window.reactions.push(performance.now() - from));
    }
  }).observe(form, { subtree: true, childList: true, characterData: true });
}"""


def send_all(notebook: Notebook, database: str) -> None:
    """Sends many rows: the database's name says that they are meant."""
    notebook.fill("Confirmation", database)
    notebook.button("Send").click()
    expect(notebook.form.locator(".ow-figures")).to_contain_text("sending")


def figures_change_while_busy(notebook: Notebook) -> None:
    before = notebook.form.locator(".ow-figures").inner_text()
    for _ in range(2):
        expect(notebook.form.locator(".ow-figures")).not_to_have_text(before)
        before = notebook.form.locator(".ow-figures").inner_text()
        assert notebook.is_busy


@contextmanager
def busy(notebook: Notebook, lab: Lab, work: str) -> Iterator[None]:
    """The last cell is at work meanwhile, and was until the end."""
    seen = lab.root / f"seen-{next(NUMBERS)}"
    notebook.run(WORK[work].format(file=seen.name), wait=False)
    try:
        expect(notebook.page.locator(BUSY)).to_have_count(1)
        yield
        assert notebook.is_busy
    finally:
        seen.touch()
    notebook.wait_for_idle()


@pytest.mark.parametrize("kernel", ["python3", *KERNELS])
def test_the_bar_moves_while_another_cell_computes(lab: Lab, browser: Browser, odoo: Sandbox, kernel: str) -> None:
    lab.write(f"busy-{kernel}.ipynb", ROWS.format(mark=kernel), "", kernel=kernel)
    with lab.open(browser, f"busy-{kernel}.ipynb") as notebook:
        notebook.run_all(starts=STARTS.get(kernel, 1))
        expect(notebook.run("print(ipykernel.__version__)")).to_have_text(KERNELS.get(kernel, re.compile(r"\d")))
        bar = notebook.form.locator(".progress-bar")
        send_all(notebook, odoo.database)
        for work in WORK:
            width = bar.evaluate("bar => bar.style.width")
            with busy(notebook, lab, work):
                figures_change_while_busy(notebook)
                assert bar.evaluate("bar => bar.style.width") != width
        notebook.button("Stop").click()
        expect(notebook.form.locator(".ow-counts")).to_contain_text("not sent", timeout=30 * SECONDS)


def test_a_kernel_with_subshells_takes_edits_and_stop_while_a_cell_computes(
    lab: Lab, browser: Browser, odoo: Sandbox
) -> None:
    lab.write("subshells.ipynb", ROWS.format(mark="edited"), "", kernel="subshells")
    with lab.open(browser, "subshells.ipynb") as notebook:
        notebook.run_all(starts=STARTS["subshells"])
        send_all(notebook, odoo.database)
        with busy(notebook, lab, "asleep"):
            notebook.fill("Batch Size", "4")
            expect(notebook.form).to_contain_text("4,000 rows · 1,000 calls")
            notebook.button("Stop").click()
            expect(notebook.form.locator(".ow-counts")).to_contain_text("not sent", timeout=30 * SECONDS)
        expect(notebook.run("print(form.destination.batch_size)")).to_have_text("4")


def test_a_change_is_on_the_screen_soon_with_a_million_rows(
    lab: Lab, browser: Browser, record_property: Callable[[str, object], None]
) -> None:
    lab.write("million.ipynb", MILLION, "")
    with lab.open(browser, "million.ipynb") as notebook:
        notebook.run_all()
        expect(notebook.form).to_contain_text("1,000,000 rows · 10,000 calls", timeout=60 * SECONDS)
        notebook.page.evaluate(MEASURE)
        edits = {
            "Batch Size": ["50", "100", "500", "100"],
            "Request Headers": ["a:b", "a:c"],
            "Exclude Attributes": ["city", "ref"],
            "Model": ["crm.lead", "sale.order"],
        }
        for label, values in edits.items():
            for value in values:
                done = notebook.page.evaluate("window.reactions.length")
                notebook.field(label).fill(value)
                notebook.field(label).press("Enter")
                notebook.page.wait_for_function("done => window.reactions.length > done", arg=done)
        reactions = sorted(round(each) for each in notebook.page.evaluate("window.reactions"))
        expect(notebook.form).to_contain_text("1,000,000 rows · 10,000 calls")
        record_property("milliseconds from key to screen, 1,000,000 rows of 12 columns", reactions)
        print(f"\nFrom the key to the screen with 1,000,000 rows of 12 columns: {reactions} ms")  # noqa: T201
