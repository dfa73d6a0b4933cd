"""The picture of the form in the README, taken of the form itself: `make picture` writes notebooks/form.png."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from odoo_widgets import Sandbox
from tests.browser.lab import FLAGS, SECONDS, find_chromium, jupyterlab

PICTURE = Path(__file__).parents[2] / "notebooks" / "form.png"
# Wide enough for two columns, and no wider: it is shown as wide as a page of text.
WIDTH, HEIGHT = 1500, 2400
# With as many colours as it has in truth, and letters in shades of grey, it is a third as large.
COLOURS, GREY = 256, "--disable-lcd-text"
FORM = """from vega_datasets import data
from odoo_widgets import DestinationForm, credential, Destination

me = credential()
airports = data.airports().rename(columns={"iata": "ref"}).head(1000)
destination = Destination(
    f"{me.server}/json/2/res.partner/create", exclude=["state", "country", "latitude", "longitude"]
)
form = DestinationForm(airports, destination, me)
form"""


def main() -> None:
    """Shows the form, sends, and takes the picture."""
    with tempfile.TemporaryDirectory() as folder, Sandbox(database="mycompany") as odoo:
        root = Path(folder) / "notebooks"
        root.mkdir()
        me = odoo.credential
        environment = {
            "ODOO_SERVER": me.server,
            "ODOO_DATABASE": me.database,
            "ODOO_LOGIN": me.login,
            "ODOO_API_KEY": me.api_key.get_secret_value(),
            "XDG_STATE_HOME": f"{folder}/state",
            "XDG_CONFIG_HOME": f"{folder}/config",
        }
        with jupyterlab(root, environment, {}) as lab, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, GREY])
            lab.write("picture.ipynb", FORM, "")
            with lab.open(browser, "picture.ipynb", WIDTH, HEIGHT) as notebook:
                notebook.run_all(starts=3)
                notebook.button("Check").click()
                expect(notebook.form.get_by_text("knows the key")).to_be_visible(timeout=60 * SECONDS)
                # What else is on this machine is not for the picture.
                notebook.run("form._state.answered = ''")
                notebook.button("Send").click()
                expect(notebook.form.get_by_text("created 1,000")).to_be_visible(timeout=120 * SECONDS)
                expect(notebook.form.locator("td a").first).to_be_visible(timeout=60 * SECONDS)
                notebook.page.mouse.move(0, 0)
                taken = Image.open(BytesIO(notebook.form.screenshot())).convert("RGB")
                taken.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
                notebook.run("destination.undo(form.responses, me)")
            browser.close()


if __name__ == "__main__":
    main()
