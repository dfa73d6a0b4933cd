"""What every test stands on: a machine without keys, proxies or threads of ours, and a hypothesis profile."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import threading
from typing import TYPE_CHECKING

import hypothesis
import keyring
import pytest
from keyring.backends.null import Keyring

from tests.models import Given
from tests.real import KEPT, sandbox
from tests.workers import Shares

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xdist.remote import Producer

    from odoo_widgets.sandbox import Sandbox
    from tests.real import Elsewhere

hypothesis.settings.register_profile("house", deadline=None, max_examples=60, print_blob=True)
hypothesis.settings.load_profile("house")

# What `credential()` reads. A sandbox of one's own, ODOO_WIDGETS_SANDBOX_HOME, stays.
KEYS = ("ODOO_SERVER", "ODOO_DATABASE", "ODOO_LOGIN", "ODOO_API_KEY")

NUMBERS = itertools.count(1)


@pytest.fixture(autouse=True)
def clean_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in os.environ:
        if name in KEYS or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture(scope="session")
def journals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journals")


@pytest.fixture(autouse=True)
def own_journal(monkeypatch: pytest.MonkeyPatch, journals: Path) -> None:
    """What a test sends is written down where no other test looks; the folder is made by the first send."""
    monkeypatch.setenv("XDG_STATE_HOME", str(journals / str(next(NUMBERS))))


@pytest.fixture(scope="module")
def odoo() -> Iterator[Sandbox | Elsewhere]:
    """A real Odoo with a fresh database, for all tests of a file."""
    with sandbox() as odoo:
        yield odoo


@pytest.fixture(scope="module")
def given(odoo: Sandbox | Elsewhere) -> Given:
    """The same, with what the records of every model lean on."""
    return Given.made(odoo)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """An interrupt raises here, even where the tests were started in the background, which has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def no_send_is_left_behind() -> Iterator[None]:
    yield
    sending = [thread for thread in threading.enumerate() if thread.name.startswith("odoo_widgets send")]
    for thread in sending:
        thread.join(timeout=2)  # it tells its result before its very end
    assert [thread for thread in sending if thread.is_alive()] == []


def pytest_collection_finish() -> None:
    """What stands now stays to the end. To see that a form is gone, nobody looks through all of it after each test."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shares:
    return Shares(config, log)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Drops databases. With CI=true, a test that was skipped is one that failed: the summary says which and why."""
    KEPT.close()
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and exitstatus == 0 and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
