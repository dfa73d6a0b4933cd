"""The open sample in each view, and what the panel says of the calls that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from odoo_widgets import Destination
from odoo_widgets.flow.views import VIEWS
from tests.forms.examples import ME, PLAIN

if TYPE_CHECKING:
    import pandas as pd

    from tests.forms.screen import Show

XMLRPC = Destination("https://mycompany.odoo.com/xmlrpc/2/object", model="res.partner", operation="create")
WRITE = PLAIN.replace(url="https://mycompany.odoo.com/json/2/res.partner/write")


@pytest.mark.parametrize("destination", [PLAIN, XMLRPC], ids=["json2", "xmlrpc"])
def test_the_open_sample_is_shown_as_each_view_writes_it(
    show: Show, frame: pd.DataFrame, destination: Destination
) -> None:
    screen = show(frame, destination.replace(batch_size=5), ME)
    assert screen.field("View As").options == tuple(VIEWS)
    seen = {}
    for position in (0, 1):
        for view in VIEWS:
            screen.type("View As", view)
            sample = screen.form.destination.samples(frame, credential=ME)[position]
            assert screen.sample == sample.view(view)
            seen[position, view] = screen.sample
        screen.unfold(1)
    assert len(set(seen.values())) == len(seen)
    assert "Company 0" in seen[0, "python"]
    assert "Company 5" in seen[1, "curl"]


def test_a_view_stays_when_settings_change_and_only_the_open_sample_is_written(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN.replace(batch_size=5), ME)
    screen.type("View As", "curl")
    screen.type("Model", "crm.lead")
    assert "curl --silent" in screen.sample
    assert "/json/2/crm.lead/create" in screen.sample
    assert not [each for each in screen.widgets if "ow-request" in each._dom_classes and "Company 5" in each.value]
    screen.unfold(0)
    assert screen.sample == ""


def test_without_samples_there_is_no_view_to_choose(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    assert screen.field("View As") in screen.visible
    screen.type("URL", "nowhere")
    assert screen.field("View As") not in screen.visible


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_holds_a_literal_secret_and_each_names_what_the_environment_says(
    show: Show, frame: pd.DataFrame, view: str
) -> None:
    screen = show(frame, PLAIN.replace(headers={"X-Source": "${SOURCE}", "X-Token": "in-clear"}), ME)
    screen.type("View As", view)
    assert "SOURCE" in screen.sample
    assert "in-clear" not in screen.sample


@pytest.mark.parametrize(
    ("destination", "words"),
    [
        (PLAIN, ""),
        (PLAIN.replace(batch_size=2), "The first 5 of 6 calls."),
        (XMLRPC, "A login goes first: it brings the user's id that stands in each call."),
        (XMLRPC.replace(batch_size=2), "each call. The first 5 of 6 calls."),
        (WRITE.replace(batch_size=4), "The first 5 calls of 3 batches. What follows a look-up is shown as if every"),
        (WRITE, "What follows a look-up is shown as if every record is there."),
        (PLAIN.replace(batch_size=2, max_bytes=10_000), "The first 5 calls of 6 batches."),
    ],
)
def test_the_panel_says_what_the_samples_leave_out(
    show: Show, frame: pd.DataFrame, destination: Destination, words: str
) -> None:
    screen = show(frame.assign(id=range(1, 13)), destination, ME)
    assert screen.text("problem") == ""
    assert words in screen.text("samples-note")
    assert bool(words) == bool(screen.text("samples-note"))


def test_a_look_up_is_titled_as_such_and_ids_are_in_the_calls(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame.assign(id=range(41, 53)), WRITE, ME)
    assert [title.description.split(" · ")[1] for title in screen.titles] == ["look up", "rows 0–11"]
    screen.unfold(1)
    assert "web_save_multi" in screen.sample
    assert "52" in screen.sample
