"""JupyterLab, a browser and a real Odoo, started once for all tests of this folder, and ended with them.

They must end here: as long as Playwright is started, an event loop runs in this thread, and no other test can run one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from odoo_widgets import Sandbox
from tests.browser.kernels import kernels
from tests.browser.lab import FLAGS, find_chromium, jupyterlab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.lab import Lab

# The value of a variable that headers are made of: a secret that no page may keep.
PLANTED = "a-secret-that-was-planted"

NO_CHROMIUM = (
    "The tests of the form need a Chromium, and none is on the path. Install it: on Debian, as root, "
    "apt-get install chromium; on Ubuntu, snap install chromium; elsewhere, Google Chrome."
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A page that missed a message of its kernel's is opened once more: the summary counts such second tries."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail(NO_CHROMIUM, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def odoo() -> Iterator[Sandbox]:
    with Sandbox() as odoo:
        yield odoo


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory, odoo: Sandbox) -> Iterator[Lab]:
    me = odoo.credential
    environment = {
        "ODOO_SERVER": me.server,
        "ODOO_DATABASE": me.database,
        "ODOO_LOGIN": me.login,
        "ODOO_API_KEY": me.api_key.get_secret_value(),
        "PLANTED": PLANTED,
        # Names that are remembered, and sends that are written down, are the tests' own.
        "XDG_CONFIG_HOME": str(tmp_path_factory.mktemp("config")),
        "XDG_STATE_HOME": str(tmp_path_factory.mktemp("state")),
    }
    with jupyterlab(tmp_path_factory.mktemp("notebooks"), environment, kernels()) as lab:
        yield lab
