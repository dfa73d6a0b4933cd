"""What a cell gives the form, what it gets back, and what a page keeps of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import dask.dataframe as dd
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from IPython.utils.capture import capture_output

from odoo_widgets import Credential, DestinationForm
from tests.forms.examples import KEY, ME, PLAIN, URL

if TYPE_CHECKING:
    from tests.forms.screen import Show


def shown(value: Any) -> list[Any]:
    with capture_output() as output:
        value._ipython_display_()
    return [each.data for each in output.outputs]


def test_other_data_from_a_cell_give_other_samples_columns_and_counts(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN.replace(exclude=["ref"]), ME)
    screen.form.data = pd.DataFrame({"email": ["a@example.com"]})
    assert screen.field("Exclude Attributes").options == ("email",)
    assert "a@example.com" in screen.sample
    assert screen.says("1 row · 1 call to mycompany.odoo.com · nothing sent yet")
    assert screen.says("The data has no column called 'ref'.")


def test_the_form_keeps_the_frame_as_it_was_bound(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    frame.loc[0, "name"] = "changed afterwards"
    frame["more"] = 1
    screen.type("Batch Size", 5)
    assert "Company 0" in screen.sample
    assert "more" not in screen.sample
    screen.form.data = frame
    assert "changed afterwards" in screen.sample


def test_a_credential_from_a_cell_says_as_whom_and_enables_send(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    assert screen.text("headline") == "Create res.partner at mycompany.odoo.com (live)"
    assert screen.button("Send").disabled
    assert screen.says("Choose a credential first: it says as whom to send.")
    screen.form.credential = ME
    assert screen.text("headline") == "Create res.partner in mycompany (live) as me@example.com"
    assert not screen.button("Send").disabled
    assert "X-Odoo-Database: mycompany" in screen.sample
    screen.form.credential = None
    assert screen.button("Send").disabled


def test_a_credential_of_another_server_is_named_and_nothing_can_be_sent(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, Credential("https://other.odoo.com", api_key=KEY))
    assert screen.text("problem") == "The key belongs to https://other.odoo.com, and the URL leads elsewhere."
    assert screen.button("Send").disabled


MAKE_IT_ONE = "Make it one with pd.DataFrame(…)."
SEVERAL = "several frames, which only a send takes. Give one of them, such as the first."
# What is bound in place of a frame, and what is said of it.
NO_FRAME: list[tuple[Any, str]] = [
    ([1, 2], f"a list, not a pandas DataFrame. {MAKE_IT_ONE}"),
    (None, f"a NoneType, not a pandas DataFrame. {MAKE_IT_ONE}"),
    (pd.Series([1]), f"a Series, not a pandas DataFrame. {MAKE_IT_ONE}"),
    (iter([pd.DataFrame({"name": ["a"]})]), f"a list_iterator: {SEVERAL}"),
    (dd.from_pandas(pd.DataFrame({"name": ["a"]})), f"a DataFrame of Dask's: {SEVERAL}"),
    (pl.LazyFrame({"name": ["a"]}), "a LazyFrame, which is not computed yet. Give what its collect() returns."),
]
FRAMES = {"Polars": pl.DataFrame({"name": ["a", "b"]}), "Arrow": pa.table({"name": ["a", "b"]})}


@pytest.mark.parametrize("library", FRAMES)
def test_a_frame_of_another_library_is_bound_as_it_is_sent(show: Show, library: str) -> None:
    screen = show(FRAMES[library], PLAIN)
    assert screen.form.data["name"].tolist() == ["a", "b"]
    screen.form.data = FRAMES[library].slice(0, 1)
    assert screen.form.data["name"].tolist() == ["a"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        *(("data", value, f"form.data takes one frame. The data is {words}") for value, words in NO_FRAME),
        ("destination", URL, "form.destination takes a Destination, not a str."),
        ("credential", KEY, "form.credential takes a Credential, not a str."),
    ],
)
def test_a_value_of_another_type_is_refused_and_changes_nothing(
    show: Show, frame: pd.DataFrame, name: str, value: Any, words: str
) -> None:
    screen = show(frame, PLAIN, ME)
    before = screen.everything()
    with pytest.raises(TypeError) as refused:
        setattr(screen.form, name, value)
    assert str(refused.value) == words
    assert screen.everything() == before
    with pytest.raises(TypeError, match="form"):
        DestinationForm(**{"data": frame, name: value})


def test_a_form_of_data_alone_says_what_to_do_first(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame)
    assert screen.text("headline") == "No destination yet"
    assert "Or type the URL to send to, such as https://mycompany.odoo.com/json/2/" in screen.text("problem")
    assert screen.field("Model").disabled
    assert screen.field("Operation").disabled
    assert screen.says("Model and Operation follow from the URL: type it first.")
    assert screen.button("Send").disabled
    assert screen.text("empty").startswith("The samples appear here")
    assert (screen.form.destination, screen.form.credential, screen.form.responses) == (None, None, None)


def test_what_is_chosen_before_the_url_is_kept_for_it(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame)
    screen.type("Exclude Attributes", "ref")
    screen.type("Batch Size", 5)
    screen.type("Request Headers", "a:b")
    assert screen.chips == ["ref ✕"]
    assert screen.form.destination is None
    screen.type("URL", URL)
    assert screen.form.destination == PLAIN.replace(exclude=["ref"], batch_size=5, headers="a:b")
    assert screen.everything() == show(frame, screen.form.destination).everything()


def test_a_method_that_the_url_does_not_take_can_be_changed_back(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame)
    screen.type("Method", "PUT")
    screen.type("URL", URL)
    assert "JSON-2 takes POST only" in screen.text("problem")
    screen.type("Method", "POST")
    assert screen.form.destination == PLAIN
    assert screen.text("problem") == ""


def test_a_credential_alone_proposes_its_server(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, credential=ME)
    assert screen.form.destination == PLAIN
    late = show(frame)
    late.form.credential = ME
    assert late.everything() == screen.everything()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pd.DataFrame({"name": []}), "The frame has no rows."),
        (pd.DataFrame(index=[0, 1]), "The frame has no columns."),
        (pd.DataFrame(), "The frame has no rows."),
        (pd.DataFrame([["a", "b"]], columns=["name", "name"]), "The column name 'name' stands 2 times."),
        (pd.DataFrame({"x": [1.0, math.inf]}), "Column 'x', row 1: infinity cannot be sent."),
        (pd.DataFrame({0: [1]}), "The column name 0 is not text"),
    ],
)
def test_data_that_cannot_be_sent_are_named_until_they_are_replaced(
    show: Show, frame: pd.DataFrame, data: pd.DataFrame, words: str
) -> None:
    screen = show(data, PLAIN, ME)
    assert words in screen.text("problem")
    assert screen.button("Send").disabled
    assert screen.text("empty").startswith("The samples appear here")
    screen.form.data = frame
    assert screen.everything() == show(frame, PLAIN, ME).everything()


def test_data_that_cannot_be_read_any_more_end_as_words(show: Show, on_disk: Any) -> None:
    # Of nine rows, five are seen, and known from then on.
    screen = show(on_disk({"name": [*"abcdefghi"]}), PLAIN.replace(batch_size=1), ME)
    on_disk.is_lost = True
    screen.type("Batch Size", 5)
    assert screen.text("problem") == "This should not happen, please report it: OSError('the disk is gone')"
    assert screen.button("Send").disabled


def test_the_form_tells_in_a_short_line_what_it_is(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    assert repr(screen.form) == "DestinationForm(res.partner create, 12 rows)"
    screen.type("Batch Size", 5)
    assert repr(screen.form) == "DestinationForm(res.partner create, 12 rows)"
    assert repr(show(frame.head(1)).form) == "DestinationForm(1 row)"


@pytest.mark.usefixtures("shell")
def test_a_cell_shows_the_widget_and_beside_it_a_summary_that_needs_no_kernel(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    widget, summary = shown(screen.form)
    assert widget["application/vnd.jupyter.widget-view+json"]["model_id"] == screen.form.widget.model_id
    assert widget["text/plain"] == "DestinationForm(res.partner create, 12 rows)"
    assert "text/html" not in widget
    assert summary["text/html"] == (
        "<div class='ow-summary'><div>Create res.partner in mycompany (live) as me@example.com</div>"
        "<div>12 rows · 1 call to mycompany.odoo.com · nothing sent yet</div></div>"
    )


@pytest.mark.usefixtures("shell")
def test_a_closed_form_still_shows_what_it_was(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN, ME)
    screen.form.close()
    widget, summary = shown(screen.form)
    assert widget == {"text/plain": "DestinationForm(res.partner create, 12 rows)"}
    assert "nothing sent yet" in summary["text/html"]
    screen.form.close()
