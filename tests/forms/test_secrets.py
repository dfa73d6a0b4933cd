"""What a page and a saved notebook hold of data, keys and hostile text."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import pandas as pd
import pytest
from ipywidgets.embed import embed_data

from odoo_widgets import Credential, DestinationForm
from tests.forms.examples import KEY, ME, PLAIN

if TYPE_CHECKING:
    from tests.forms.odoo import Odoo
    from tests.forms.screen import Screen, Show

ONE_BY_ONE = PLAIN.replace(batch_size=1)

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</pre><b onclick='alert(1)'>\"&amp;",
]
# The elements that the form's own pieces are made of.
OURS = {"div", "h2", "h3", "pre", "style"}


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


def elements(text: str) -> list[tuple[str, Any]]:
    parser = Elements()
    parser.feed(text)
    parser.close()
    return parser.found


def saved(form: DestinationForm) -> str:
    """The state of the widgets as a saved notebook holds it."""
    return json.dumps(embed_data(form.widget)["manager_state"], ensure_ascii=False)


def test_only_the_open_sample_is_in_the_state_that_a_notebook_saves(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, ONE_BY_ONE, ME)
    assert "Company 0" in saved(screen.form)
    assert [name for name in frame.name[1:] if name in saved(screen.form)] == []
    screen.unfold(3)
    assert [name for name in frame.name if name in saved(screen.form)] == ["Company 3"]
    screen.unfold(3)
    assert [name for name in frame.name if name in saved(screen.form)] == []


def test_no_state_of_any_widget_holds_the_key_before_or_after_a_send(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    assert KEY not in saved(screen.form)
    odoo.answer = lambda _records: ({"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"}, 401)
    for _ in range(2):
        screen.click("Send")
        screen.wait_for_end()
        assert KEY not in saved(screen.form)
        odoo.answer = odoo.create
    assert "Authorization: bearer ***" in screen.sample
    assert [name for name in frame.name[3:] if name in saved(screen.form)] == []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_shown_as_text_wherever_it_comes_from(show: Show, odoo: Odoo, hostile: str) -> None:
    data = pd.DataFrame({"name": [hostile], hostile: ["x"], "_" + hostile: [1]}, index=[hostile])
    message = f"Wrong value for res.partner.type: '{hostile}'"
    screen = show(data, odoo.destination.replace(exclude=[f"_{hostile}"]), odoo.credential)
    assert hostile in json.loads(screen.sample[screen.sample.index("{") :])["vals_list"][0]
    odoo.answer = lambda _records: ({"name": "odoo.exceptions.ValidationError", "message": message}, 422)
    screen.click("Test")
    assert json.loads(screen.field("Payload").value)["vals_list"] == [{"name": hostile, hostile: "x"}]
    screen.form._state.test()
    screen.wait_for_end()
    assert message in screen.text("problem")
    only_ours(screen)
    screen.click("Close Test")
    screen.click("Send")
    screen.wait_for_end()
    assert screen.form.responses.error.tolist() == [message]
    only_ours(screen)
    screen.form.credential = Credential(odoo.credential.server, hostile, hostile, KEY)
    assert hostile in screen.text("headline")
    only_ours(screen)
    screen.type("Request Headers", hostile)
    screen.type("Model", hostile)
    assert "is not the name of a model" in screen.text("problem")
    only_ours(screen)
    screen.form.credential = None
    screen.form.destination = ONE_BY_ONE
    screen.form.data = pd.DataFrame({hostile: [float("inf")]})
    assert "infinity" in screen.text("problem")
    only_ours(screen)


def only_ours(screen: Screen) -> None:
    """Every piece that is shown as HTML holds elements of ours without attributes, and nothing else."""
    pieces = [each.value for each in screen.widgets if isinstance(each, w.HTML)]
    pieces.append(screen.form._summary_bundle()["text/html"].replace(" class='ow-summary'", ""))
    for piece in pieces:
        for tag, attributes in elements(piece):
            if tag == "a":
                names = [name for name, _ in attributes]
                assert names == ["href", "target", "rel"]
                assert dict(attributes)["href"].startswith("http")
                continue
            assert tag in OURS
            assert attributes == []
    others = [each for each in screen.widgets if getattr(each, "description_allow_html", False)]
    assert others == []


def test_the_responses_are_shown_as_text(show: Show, frame: pd.DataFrame, odoo: Odoo) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    odoo.answer = lambda _records: ({"name": "odoo.exceptions.UserError", "message": HOSTILE[0]}, 422)
    screen.click("Send")
    screen.wait_for_end()
    table = next(each for each in screen.widgets if type(each).__name__ == "ITable")
    assert "<img" not in json.dumps(table.get_state(), default=str)


def test_a_sample_that_is_too_long_for_a_page_is_clipped_and_says_so(show: Show) -> None:
    screen = show(pd.DataFrame({"name": ["x" * 300_000]}), ONE_BY_ONE)
    assert len(screen.sample) == 200_000
    assert screen.says("more characters. Copy has them all, and so has destination.samples(df)[0].view().")
