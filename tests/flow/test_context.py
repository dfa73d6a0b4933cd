from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets import Destination
from odoo_widgets.flow.context import (
    QUIET,
    assignment_emails,
    company,
    language,
    quiet,
    with_assignment_emails,
    with_company,
    with_language,
)

OTHERS = {"tz": "UTC", "deep": {"a": [1]}}
CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        "lang": st.sampled_from(["fr_FR", "en_US"]),
        "allowed_company_ids": st.lists(st.integers(1, 5), unique=True),
        QUIET: st.booleans(),
        "tz": st.just("UTC"),
    },
)


@given(CONTEXTS, st.sampled_from(["", "nl_BE"]), st.none() | st.integers(1, 5), st.booleans())
def test_what_is_chosen_is_read_back_and_nothing_else_changes(
    context: dict[str, Any], code: str, number: int | None, emails: bool
) -> None:
    for changed, read, wanted, key in (
        (with_language(context, code), language, code, "lang"),
        (with_company(context, number), company, number, "allowed_company_ids"),
        (with_assignment_emails(context, emails), assignment_emails, emails, QUIET),
    ):
        assert read(changed) == wanted
        assert {name: value for name, value in changed.items() if name != key} == {
            name: value for name, value in context.items() if name != key
        }


@pytest.mark.parametrize(("before", "after"), [([1, 2, 3], [2, 1, 3]), ([1], [2]), ([], [2]), ("x", [2]), ([2], [2])])
def test_a_company_comes_first_of_those_that_are_allowed(before: Any, after: list[int]) -> None:
    assert with_company({"allowed_company_ids": before}, 2)["allowed_company_ids"] == after


@pytest.mark.parametrize("odd", [7, None, [], ["x"], [True], {}])
def test_a_context_of_other_values_is_no_choice(odd: Any) -> None:
    assert language({"lang": odd}) == ""
    assert company({"allowed_company_ids": odd}) is None


@pytest.mark.parametrize(
    "record",
    [
        {"user_id": 7},
        {"user_ids": [[4, 7]]},
        {"user_id/id": "base.user_admin"},
        {"order_line/user_id/.id": 7},
        {"child_ids": [[0, 0, {"name": "x", "user_id": 7}]]},
    ],
)
def test_where_a_record_may_be_assigned_nobody_is_e_mailed(record: dict[str, Any]) -> None:
    assert quiet([{"name": "x"}, record]) == {QUIET: True}


@pytest.mark.parametrize("record", [{"name": "user_id"}, {"my_user_id": 7}, {"tags": ["user_id"]}, {}])
def test_no_other_call_says_anything_of_e_mails(record: dict[str, Any]) -> None:
    assert quiet([record]) == {}


WHERE = [
    {"url": "https://a.b/json/2/crm.lead/{}"},
    {"url": "https://a.b/jsonrpc", "model": "crm.lead", "operation": "{}"},
    {"url": "https://a.b/xmlrpc/2/object", "model": "crm.lead", "operation": "{}"},
]
FRAME = pd.DataFrame({"id": [1, 2], "name": ["x", "y"], "user_id": [6, 7]})


@pytest.mark.parametrize("operation", ["create", "write", "load"])
@pytest.mark.parametrize("where", WHERE)
def test_the_samples_show_it_and_a_choice_comes_before_it(where: dict[str, str], operation: str) -> None:
    settings = {name: text.format(operation) for name, text in where.items()}
    # `load` takes ids under a name of their own.
    assigned = "user_id/.id" if operation == "load" else "user_id"
    frame = FRAME.rename(columns={"user_id": assigned})
    excluded = ["id"] if operation != "write" else []
    said = {}
    for context in ({}, with_assignment_emails({}, wanted=True)):
        destination = Destination(**settings, context=context, exclude=excluded)
        said[bool(context)] = destination.samples(frame)[-1].view()
    assert QUIET in said[False]
    assert QUIET in said[True]
    assert said[False] != said[True]
    alone = Destination(**settings, exclude=[*excluded, assigned]).samples(frame)
    assert QUIET not in alone.view()


def test_over_rest_there_is_no_context_to_add_to() -> None:
    assert QUIET not in Destination("https://a.b/api/crm.lead").samples(FRAME).view()
