"""A new record of a key holds what `create` would have stored, cell for cell, though `load` makes it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from tests.models import PROTOCOLS, Given
from tests.real import call, sandbox
from tests.test_real_values import (
    ACTION,
    CATEGORY,
    FIELDS,
    FILE,
    LEAD,
    LINKED,
    NEEDED,
    PLAIN,
    SHAPES,
    ZONE,
    columns,
    read,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = itertools.count(1)
# By which field each model's records are found; what a new record of a key cannot be given at once.
KEYS = [(PLAIN, "char"), (PLAIN, "text"), (CATEGORY, "name"), (LEAD, "name"), (FILE, "name"), (ACTION, "name")]
LATER = ("child_ids", "lead_properties")


@pytest.fixture(scope="module")
def given() -> Iterator[Given]:
    with sandbox() as odoo:
        call(odoo, f"{PLAIN}.sub", "create", vals_list=[{"name": name} for name in LINKED])
        yield Given.made(odoo)


def keys(rows: int) -> list[str]:
    return [f"k{next(NUMBERS)}" for _ in range(rows)]


def held(given: Given, model: str, ids: list[int], name: str) -> list[Any]:
    # An empty text and none are the same on every screen of Odoo's; load stores none.
    return [False if value == "" else value for value in read(given, model, ids, name)]


# What a protocol makes of a value is the same in each model.
CASES = [(protocol, *each) for protocol in PROTOCOLS for each in KEYS if protocol == "json2" or each[0] == PLAIN]


@pytest.mark.parametrize(("protocol", "model", "key"), CASES)
@settings(max_examples=4)
@drawn(data=st.data())
def test_a_new_record_of_a_key_holds_what_create_stores(
    given: Given, protocol: str, model: str, key: str, data: st.DataObject
) -> None:
    found = {
        name: each for name, each in data.draw(columns(protocol, model)).items() if name != key and name not in LATER
    }
    frame = pd.DataFrame(
        {name: SHAPES[FIELDS[model][name].shapes][shape](cells) for name, (shape, cells, _) in found.items()}
    )
    if model == ACTION:
        (frame["model_id"],) = call(given.odoo, "ir.model", "search", domain=[["model", "=", "res.partner"]])
    frame = frame.assign(**NEEDED[model] | {key: keys(len(frame))})
    options = {"missing": {name: policy for name, (_, _, policy) in found.items()}, "timezone": ZONE}
    plain = given.send(protocol, model, "create", frame, batch_size=1000, **options)
    frame[key] = keys(len(frame))
    keyed = given.send(protocol, model, "create", frame, batch_size=1000, key=key, **options)
    assert set(plain["status"]) == set(keyed["status"]) == {"created"}, keyed["error"].tolist()
    for name in found:
        one, other = (held(given, model, each["id"].tolist(), name) for each in (plain, keyed))
        assert (name, other) == (name, one)


# What create makes of a value that is of another type than its field.
ODD: dict[str, tuple[str, Any]] = {
    "a number in a text field": ("text", 12.5),
    "a large number in a text field": ("text", 1e300),
    "truth in a text field": ("text", True),
    "falsehood in a text field": ("text", False),
    "a fraction in a field of whole numbers": ("integer", 5.7),
    "truth in a field of whole numbers": ("integer", True),
    "text in a field of whole numbers": ("integer", " 7 "),
    "truth in a field of numbers": ("float", True),
    "text in a field of numbers": ("float", "1.5"),
    "digits that are rounded": ("numeric", 1.239),
    "a time in a field of dates": ("date", "2026-03-01 23:30:00"),
    "a day in a field of times": ("datetime", "2026-03-01"),
    "a link as text": ("many2one", "2"),
    "no link": ("many2one", 0),
    "markup that runs": ("html", "<p>a</p><script>b</script>"),
    "text in a field of markup": ("html", "a & b"),
    "an empty file": ("binary", b""),
    "a choice": ("selection_str", "B"),
}


@pytest.mark.parametrize("name", ODD)
def test_a_value_of_another_type_is_stored_alike(given: Given, name: str) -> None:
    field, value = ODD[name]
    frame = pd.DataFrame({"char": keys(1), field: pd.Series([value], dtype=object)})
    ids = []
    for options in ({}, {"key": "char"}):
        frame["char"] = keys(1)
        responses = given.send("json2", PLAIN, "create", frame, **options)
        assert responses["status"].tolist() == ["created"], responses["error"].tolist()
        ids += responses["id"].tolist()
    one, other = held(given, PLAIN, ids, field)
    assert other == one


def test_truth_in_a_field_of_truth_is_what_create_makes_of_it(given: Given) -> None:
    values = pd.Series([True, False, 1, 0, "false", "x", np.bool_(True)], dtype=object)
    kept = []
    for options in ({}, {"key": "name"}):
        frame = pd.DataFrame({"name": keys(len(values)), "active": values})
        responses = given.send("json2", CATEGORY, "create", frame, **options)
        kept.append(read(given, CATEGORY, responses["id"].tolist(), "active"))
    assert kept[1] == kept[0] == [True, False, True, False, True, True, True]


@pytest.mark.parametrize("wrong", ["a", "Choice", "zzz"])
def test_what_is_no_choice_is_refused_as_create_refuses_it(given: Given, wrong: str) -> None:
    frame = pd.DataFrame({"char": keys(2), "selection_str": ["B", wrong]})
    assert given.send("json2", PLAIN, "create", frame)["status"].tolist() == ["created", "rejected"]
    responses = given.send("json2", PLAIN, "create", frame.assign(char=keys(2)), key="char")
    assert responses["status"].tolist() == ["created", "rejected"]
    assert responses["error_field"].iloc[1] == "selection_str"
    assert "Its choices are: 'A', 'B'" in responses["error"].iloc[1]


COMMANDS = {
    "ids": [1, 3],
    "set": [[6, 0, [3]]],
    "link": [[4, 1, 0], [4, 3, 0]],
    "clear and link": [[5, 0, 0], [4, 1]],
    "none": [],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_links_are_the_same_however_they_are_written(given: Given, name: str) -> None:
    kept = []
    for options in ({}, {"key": "name"}):
        frame = pd.DataFrame({"name": keys(1), "partner_ids": pd.Series([COMMANDS[name]], dtype=object)})
        responses = given.send("json2", CATEGORY, "create", frame, **options)
        kept.append(read(given, CATEGORY, responses["id"].tolist(), "partner_ids"))
    assert kept[1] == kept[0]
