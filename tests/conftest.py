"""What every test stands on: a machine without keys, proxies or threads of ours, and a hypothesis profile."""

import os
import threading

import hypothesis
import keyring
import pytest
from keyring.backends.null import Keyring

from odoo_widgets import flow  # noqa: F401 - a package that cannot be imported fails once, here
from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential

hypothesis.settings.register_profile("house", deadline=None, max_examples=60, print_blob=True)
hypothesis.settings.load_profile("house")

KEY = "0123456789abcdef0123456789abcdef01234567"
# What `credential()` and `headers` read. A sandbox of one's own, ODOO_WIDGETS_SANDBOX_HOME, stays.
KEYS = ("ODOO_SERVER", "ODOO_DATABASE", "ODOO_LOGIN", "ODOO_API_KEY")


@pytest.fixture(autouse=True)
def clean_machine(monkeypatch):
    for name in os.environ:
        if name in KEYS or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def no_send_is_left_behind():
    yield
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith("odoo_widgets send")]
    assert left == []


@pytest.fixture
def destination():
    return Destination("https://mycompany.odoo.com/json/2/res.partner/create", timezone="UTC")


@pytest.fixture
def credential():
    return Credential("https://mycompany.odoo.com", "mycompany", "me@example.com", KEY)
