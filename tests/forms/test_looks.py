"""A form is made of few models, since the socket that carries them to the page holds 1,000 messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import comm
import pytest
from comm.base_comm import BaseComm
from ipywidgets.widgets.widget import _instances

from odoo_widgets import DestinationForm
from tests.forms.screen import walk

if TYPE_CHECKING:
    import pandas as pd

    from tests.forms.odoo import Odoo
    from tests.forms.screen import Show

# What one cell shows at a time goes through whole, even where it is three forms.
MODELS, MESSAGES = 285, 440


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What a page is told, in the order in which it is."""
    told: list[tuple[str, Any]] = []

    class Told(BaseComm):
        def publish_msg(self, msg_type: str, data: Any = None, **_more: Any) -> None:
            told.append((msg_type, data))

    monkeypatch.setattr(comm, "create_comm", Told)
    return told


def test_a_form_is_few_models_and_is_told_of_in_few_messages(
    show: Show, frame: pd.DataFrame, odoo: Odoo, messages: list[tuple[str, Any]]
) -> None:
    before = set(_instances)
    show(frame, odoo.destination, odoo.credential)
    assert 200 < len(set(_instances) - before) < MODELS
    assert len(set(_instances) - before) < len(messages) < MESSAGES


def test_what_is_laid_out_is_told_at_once_afterwards(
    show: Show, frame: pd.DataFrame, odoo: Odoo, messages: list[tuple[str, Any]]
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    messages.clear()
    screen.form.data = frame.head(1)
    assert any("1 row" in str(data["state"].get("value")) for _kind, data in messages)


def test_all_of_a_form_wears_the_same_and_nothing_of_another_form(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    screen.form._state.look_at_more(True)
    screen.type("Exclude Attributes", "ref")
    screen.click("Send")
    screen.wait_for_end()
    worn = {each.layout for each in screen.widgets}
    assert worn == {screen.form._looks}
    assert worn.isdisjoint({each.layout for each in show(frame).widgets})


def test_a_form_that_is_closed_leaves_the_looks_of_another(frame: pd.DataFrame, odoo: Odoo, show: Show) -> None:
    first, second = DestinationForm(frame), show(frame, odoo.destination, odoo.credential)
    first.close()
    worn = {part for each in walk(second.form.widget) for part in (each.layout, getattr(each, "style", None))}
    assert all(part.comm is not None for part in worn if hasattr(part, "comm"))
    assert first._looks.comm is None
