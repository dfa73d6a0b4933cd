from __future__ import annotations

import atexit
import gc
import sys
import threading
import weakref
from typing import TYPE_CHECKING, Any

import keyring
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from ipywidgets.widgets.widget import _instances
from traitlets.config import Config

from odoo_widgets import DestinationForm
from odoo_widgets.net.keys import VARIABLES
from tests.forms.odoo import Odoo
from tests.forms.screen import EVER, Screen, Show
from tests.ring import InMemory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_httpserver import HTTPServer

    from odoo_widgets.forms.state import State


@pytest.fixture(autouse=True)
def nothing_is_left_behind(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    widgets, threads = set(_instances), set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - threads:
        thread.join(EVER)
    assert set(threading.enumerate()) <= threads
    assert [_instances[key] for key in set(_instances) - widgets] == []
    # ipywidgets logs what a handler raises, and nobody sees it.
    assert [record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


@pytest.fixture(autouse=True)
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemory]:
    """A keyring and a folder of settings that are the test's own, whoever runs it."""
    for variable in ("XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    before, made = keyring.get_keyring(), InMemory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def show(nothing_is_left_behind: None) -> Iterator[Show]:  # noqa: ARG001 - which looks around when the forms are closed
    """Makes forms as `DestinationForm` does; each is closed at the end, and then gone."""
    screens = []

    def made(*arguments: Any, **options: Any) -> Screen:
        screens.append(Screen(DestinationForm(*arguments, **options)))
        return screens[-1]

    yield made
    gone = [_closed(screens.pop()) for _ in tuple(screens)]
    # A send tells its result before its very end, and knows its form until then.
    for thread in threading.enumerate():
        if thread.name.startswith("odoo_widgets"):
            thread.join(EVER)
    gc.collect()
    assert [state() for state in gone] == [None] * len(gone)


def _closed(screen: Screen) -> weakref.ref[State]:
    screen.form.close()
    screen.wait_for_end()
    assert screen.form._state._trait_notifiers == {}
    return weakref.ref(screen.form._state)


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"name": [f"Company {n}" for n in range(12)], "ref": [f"R{n}" for n in range(12)]})


@pytest.fixture
def on_disk() -> Any:
    """A kind of frame that cannot be read any more once it `is_lost`, and that takes its time for a send."""

    class OnDisk(pd.DataFrame):
        is_lost = False
        reading = may_go_on = None

        @property
        def _constructor(self) -> Any:
            return OnDisk

        @property
        def iloc(self) -> Any:
            if OnDisk.is_lost:
                raise OSError("the disk is gone")
            if OnDisk.reading and threading.current_thread() is not threading.main_thread():
                OnDisk.reading.set()
                assert OnDisk.may_go_on.wait(EVER)
            return super().iloc

    return OnDisk


@pytest.fixture
def shell() -> Iterator[None]:
    """IPython, for what a cell displays. It takes the place of the module that runs, which new processes start from."""
    running = sys.modules["__main__"]
    made = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    yield made
    made.atexit_operations()
    atexit.unregister(made.atexit_operations)
    InteractiveShell.clear_instance()
    sys.modules["__main__"] = running


@pytest.fixture
def odoo(httpserver: HTTPServer) -> Iterator[Odoo]:
    made = Odoo(httpserver)
    yield made
    made.open.set()
