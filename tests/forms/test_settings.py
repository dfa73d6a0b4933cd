"""The controls and the destination are one value: each moves the other, and the samples follow."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import pytest
from hypothesis import given, settings, strategies

from odoo_widgets import Credential, Destination
from tests.forms.examples import KEY, PLAIN, URL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from tests.forms.screen import Screen, Show

# What is typed into which control, the setting it changes, and what the open sample or the plan says then.
EDITS = [
    ("URL", "https://other.odoo.com/json/2/crm.lead/create", "url", "https://other.odoo.com/json/2/crm.lead/create",
     "Host: other.odoo.com"),
    ("Model", "sale.order", "url", "https://mycompany.odoo.com/json/2/sale.order/create",
     "POST /json/2/sale.order/create"),
    ("Request Headers", 'X-Source:notebook,X-Note:"a,b"', "headers", {"X-Source": "notebook", "X-Note": "a,b"},
     "X-Source: notebook\nX-Note: a,b"),
    ("Batch Size", 5, "batch_size", 5, "12 rows · 3 calls"),
    ("Would you like to batch your records together?", False, "batch_size", None, "12 rows · 12 calls"),
]  # fmt: skip

DESTINATIONS = {
    "plain": PLAIN,
    "another model": PLAIN.replace(url="https://mycompany.odoo.com/json/2/sale.order/create"),
    "another server": PLAIN.replace(url="http://127.0.0.1:8069/json/2/res.partner/create"),
    "headers": PLAIN.replace(headers={"X-Source": "notebook", "X-Note": 'a "quoted", b'}),
    "a column left out": PLAIN.replace(exclude=["ref"]),
    "the other column left out, and one that is not there": PLAIN.replace(exclude=["name", "_loaded_at"]),
    "small batches": PLAIN.replace(batch_size=5),
    "one batch larger than any": PLAIN.replace(batch_size=10**12),
    "no batches": PLAIN.replace(batch_size=None),
    "rows grouped by a column": PLAIN.replace(grouping="by column", group_by="ref", batch_size=5),
    "rows kept together, in requests of a size": PLAIN.replace(grouping="keep together", group_by="ref", max_bytes=999),
    "XML-RPC": Destination("https://mycompany.odoo.com/xmlrpc/2/object", model="crm.lead", operation="create"),
    "a method over JSON-RPC": Destination(
        "https://mycompany.odoo.com/jsonrpc", model="sale.order", operation="action_confirm"
    ),
    "a method": PLAIN.replace(url="https://mycompany.odoo.com/json/2/sale.order/action_confirm", exclude=["name"]),
    "REST": Destination("https://mycompany.odoo.com/api/res.partner/{ref}", method="PATCH", content_format="XML"),
    "REST with choices of its own": Destination(
        "https://mycompany.odoo.com/api/contacts/{id}",
        method="PUT",
        model="res.partner",
        mode="upsert",
        wrap="params.data",
        id_path="data[0].id",
        key_header="api-key",
    ),
    "what has no control": PLAIN.replace(timezone="UTC", context={"lang": "fr_FR"}, timeout=5),
    "nothing left to send": PLAIN.replace(exclude=["name", "ref"]),
}

# What is typed where, and words of the problem that the form names.
INVALID = [
    ("URL", "mycompany", "not the address of a server"),
    ("URL", "https://mycompany.odoo.com/json/3/res.partner", "no address that Odoo's JSON-2, JSON-RPC or XML-RPC"),
    ("URL", "https://mycompany.odoo.com/json/2/res.partner/_compute_name", "is a private method"),
    ("URL", "https://me:secret@mycompany.odoo.com/json/2/res.partner/create", "has no place in an address"),
    ("URL", "", "not the address of a server"),
    ("Model", "res.partner/../../web", "is not the name of a model"),
    ("Model", "", "is not the name of a model"),
    ("Request Headers", "no colon", "cannot be read"),
    ("Request Headers", "Authorization:bearer x", "set by the credential"),
]


@pytest.mark.parametrize("edited", EDITS)
def test_a_control_changes_the_destination_and_the_samples(
    show: Show, frame: pd.DataFrame, edited: tuple[str, Any, str, Any, str]
) -> None:
    label, typed, name, value, words = edited
    screen = show(frame, PLAIN)
    screen.type(label, typed)
    assert screen.form.destination == PLAIN.replace(**{name: value})
    assert screen.says(words)


@pytest.mark.parametrize("edited", EDITS)
def test_the_destination_moves_the_control_and_the_samples(
    show: Show, frame: pd.DataFrame, edited: tuple[str, Any, str, Any, str]
) -> None:
    label, shown, name, value, words = edited
    screen = show(frame, PLAIN)
    screen.form.destination = PLAIN.replace(**{name: value})
    assert screen.field(label).value == shown
    assert screen.says(words)


def test_method_content_format_operation_and_grouping_show_the_destination_and_json2_fixes_its_format(
    show: Show, frame: pd.DataFrame
) -> None:
    screen = show(frame, PLAIN)
    shown = [screen.field(label) for label in ("Method", "Content Format", "Operation", "Grouping Algorithm")]
    assert [control.value for control in shown] == ["POST", "JSON", "create", "sequential"]
    assert [control.disabled for control in shown] == [False, True, False, False]
    assert screen.says("JSON-2 takes POST only: the URL's last part says what to do.")
    assert screen.says("JSON-2 takes JSON only.")


def test_url_model_and_operation_are_views_of_one_value(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    screen.type("Model", "crm.lead")
    assert screen.field("URL").value == "https://mycompany.odoo.com/json/2/crm.lead/create"
    screen.type("URL", "https://mycompany.odoo.com/json/2/hr.employee/create")
    assert (screen.field("Model").value, screen.field("Operation").value) == ("hr.employee", "create")
    screen.type("URL", "https://mycompany.odoo.com/web")
    screen.type("Model", "sale.order")
    assert screen.field("URL").value == "https://mycompany.odoo.com/json/2/sale.order/create"
    assert screen.form.destination.url == screen.field("URL").value


def test_columns_are_left_out_and_taken_back_one_by_one(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    assert screen.field("Exclude Attributes").options == ("name", "ref")
    assert screen.type("Exclude Attributes", "ref") == ""
    assert screen.form.destination.exclude == ("ref",)
    assert screen.field("Exclude Attributes").options == ("name",)
    assert screen.chips == ["ref ✕"]
    assert "R0" not in screen.sample
    screen.click("ref ✕")
    assert screen.form.destination.exclude == ()
    assert screen.chips == []
    assert "R0" in screen.sample


def test_a_column_that_the_data_does_not_have_is_named_and_can_be_taken_back(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    screen.type("Exclude Attributes", "nmae")
    assert screen.chips == ["nmae ✕"]
    assert screen.says("The data has no column called 'nmae'. Did you mean 'name'?")
    assert screen.text("problem").startswith("exclude names 'nmae'")
    screen.form.data = frame.rename(columns={"ref": "nmae"})
    assert not screen.says("The data has no column")
    screen.click("nmae ✕")
    assert screen.form.destination == PLAIN


def test_without_batches_size_and_grouping_are_disabled_and_the_form_says_why(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    screen.type("Would you like to batch your records together?", False)
    assert screen.field("Batch Size").disabled
    assert screen.field("Grouping Algorithm").disabled
    assert screen.says("Each record is sent in a call of its own.")
    screen.type("Would you like to batch your records together?", True)
    assert screen.form.destination == PLAIN
    assert not screen.field("Batch Size").disabled


def test_the_batch_size_is_one_at_least(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    assert screen.type("Batch Size", 0) == 1
    assert screen.form.destination.batch_size == 1


@pytest.mark.parametrize(("label", "typed", "words"), INVALID)
def test_what_cannot_be_stays_in_the_control_with_the_reason_until_it_is_corrected(
    show: Show, frame: pd.DataFrame, label: str, typed: Any, words: str
) -> None:
    screen = show(frame, PLAIN, Credential("https://mycompany.odoo.com", "mycompany", api_key=KEY))
    before, good = screen.everything(), screen.field(label).value
    assert screen.type(label, typed) == typed
    assert words in screen.text("problem")
    assert "secret" not in screen.text("problem")
    assert screen.form.destination == PLAIN
    assert screen.button("Send").disabled
    assert screen.says("See what is wrong above.")
    assert (screen.titles, screen.sample) == ([], "")
    screen.type(label, good)
    assert screen.text("problem") == ""
    assert screen.everything() == before


def test_two_invalid_edits_are_corrected_one_after_the_other(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    screen.type("URL", "nowhere")
    screen.type("Request Headers", "no colon")
    screen.type("Batch Size", 4)
    assert screen.form.destination == PLAIN
    screen.type("URL", URL)
    assert "Header 1 cannot be read" in screen.text("problem")
    screen.type("Request Headers", "a:b")
    assert screen.text("problem") == ""
    assert screen.form.destination == PLAIN.replace(headers="a:b", batch_size=4)


def test_other_data_or_another_credential_does_not_send_what_the_controls_do_not_show(
    show: Show, frame: pd.DataFrame
) -> None:
    screen = show(frame, PLAIN)
    screen.type("URL", "nowhere")
    screen.form.data = frame.head(3)
    screen.form.credential = Credential("https://mycompany.odoo.com", api_key=KEY)
    assert screen.field("URL").value == "nowhere"
    assert "not the address of a server" in screen.text("problem")
    assert screen.button("Send").disabled
    screen.form.destination = PLAIN
    assert screen.field("URL").value == URL
    assert not screen.button("Send").disabled


def each_after_each_other(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """One walk on which each name comes right after each other one, once: pairs of the one before and the one."""
    names = tuple(names)
    walk = [*itertools.chain.from_iterable(itertools.combinations(names, 2)), names[0]]
    assert sorted(itertools.pairwise(walk)) == sorted(itertools.permutations(names, 2))
    yield "nothing", walk[0]
    yield from itertools.pairwise(walk)


def test_a_form_that_is_given_settings_is_a_form_that_was_made_with_them(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    made = {name: show(frame, destination).everything() for name, destination in DESTINATIONS.items()}
    for before, name in each_after_each_other(DESTINATIONS):
        screen.form.destination = DESTINATIONS[name]
        assert screen.everything() == made[name], before
        assert screen.form.destination == DESTINATIONS[name]


def test_a_form_that_is_edited_to_settings_is_a_form_that_was_made_with_them(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    wanted = {name: show(frame, DESTINATIONS[name]) for name in DESTINATIONS if name != "what has no control"}
    made = {name: each.everything() for name, each in wanted.items()}
    for before, name in each_after_each_other(wanted):
        edit(screen, wanted[name])
        assert screen.form.destination == DESTINATIONS[name]
        assert screen.everything() == made[name], before


def edit(screen: Screen, wanted: Screen) -> None:
    """Gives every control the value that another form shows."""
    for label in (
        "URL", "Method", "Content Format", "Model", "Operation", "Method Name", "Record Ids", "Request Headers",
        "Would you like to batch your records together?", "Batch Size", "Grouping Algorithm", "Group By",
        "Largest Request", "Make the rows that have no id, by POST?", "Wrap Records In", "Id in Answer", "Key Header",
        "Language", "Company", "E-mail people about records that are assigned to them?", "Time Zone",
        "Seconds per Call",
    ):  # fmt: skip
        here, there = screen.field(label), wanted.field(label)
        if here in screen.visible and not here.disabled:
            screen.type(label, there.label if isinstance(there, w.Dropdown) else there.value)
    for chip in screen.chips:
        screen.click(chip)
    for chip in wanted.chips:
        screen.type("Exclude Attributes", chip.removesuffix(" ✕"))


def test_an_open_sample_stays_open_through_a_mistake(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN.replace(batch_size=3))
    screen.unfold(2)
    assert "Company 6" in screen.sample
    screen.type("URL", "nowhere")
    assert screen.sample == ""
    screen.type("URL", URL)
    assert "Company 6" in screen.sample


def test_one_sample_is_open_at_a_time_and_it_folds_up_again(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN.replace(batch_size=3))
    assert [title.value for title in screen.titles] == [True, False, False, False]
    assert "Company 0" in screen.sample
    screen.unfold(1)
    assert [title.value for title in screen.titles] == [False, True, False, False]
    assert "Company 3" in screen.sample
    assert "Company 0" not in screen.sample
    screen.unfold(1)
    assert [title.value for title in screen.titles] == [False] * 4
    assert screen.sample == ""


def test_whatever_is_typed_gives_a_destination_or_a_reason(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN)
    screen.click("▸ More")
    labels = ["URL", "Model", "Method Name", "Record Ids", "Request Headers", "Exclude Attributes", "Group By",
              "Largest Request", "Wrap Records In", "Id in Answer", "Key Header", "Language", "Company",
              "Time Zone", "name →"]  # fmt: skip

    @settings(max_examples=400)
    @given(label=strategies.sampled_from(labels), text=strategies.text())
    def holds(label: str, text: str) -> None:
        screen.form.destination = PLAIN
        screen.type(label, text)
        assert "please report" not in screen.text("problem")
        assert bool(screen.text("problem")) != bool(screen.titles)

    holds()


def test_every_control_has_a_label_or_words_on_it(show: Show, frame: pd.DataFrame) -> None:
    screen = show(frame, PLAIN.replace(exclude=["ref"]))
    controls = [each for each in screen.visible if hasattr(each, "description") and not isinstance(each, w.HTML)]
    assert [type(each).__name__ for each in controls if not each.description and each is not screen.bar] == []
