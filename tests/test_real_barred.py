"""What a real Odoo refuses of all rows alike: the send stops at its first refusal, and says why once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import pytest

from odoo_widgets.flow.errors import FieldsError, ModelError, RefusedError, StoppedError
from tests.models import NOWHERE, PROTOCOLS, Given, destination, plain_user
from tests.real import call, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from odoo_widgets.flow.credential import Credential

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS)
CONTACTS = "res.partner"
ROWS = 30
NAMES = [f"n{row}" for row in range(ROWS)]
FRENCH = {"language": "fr_FR"}


@pytest.fixture(scope="module")
def given() -> Iterator[Given]:
    with sandbox() as odoo:
        french = call(odoo, "res.lang", "search", domain=[["code", "=", "fr_FR"]], context={"active_test": False})
        call(odoo, "res.lang", "write", ids=french, vals={"active": True})
        yield Given.made(odoo)


@pytest.fixture(scope="module")
def plain(given: Given) -> Credential:
    return plain_user(given.odoo)


@pytest.fixture(scope="module")
def of_contacts(given: Given) -> Credential:
    """A user who may make contacts, and see nothing of accounting."""
    return plain_user(given.odoo, "base.group_partner_manager")


class Counting(httpx.AsyncBaseTransport):
    """Counts the requests that go to the network."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner, self.asked = inner, list[bytes]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path.encode() + request.content)
        return await self.inner.handle_async_request(request)


def stopped(
    given: Given, who: Credential, where: tuple[str, str, str], frame: Any, **settings: Any
) -> tuple[StoppedError, list[bytes]]:
    """Why a send stopped before anything was done, and what was asked until then, but the login."""
    target = destination(given.odoo, *where, batch_size=10, **settings)
    counting = Counting(httpx.AsyncHTTPTransport(trust_env=False))
    with pytest.raises(StoppedError) as raised:
        target.delivery(pd.DataFrame(frame), who, again=True, transport=counting).result()
    responses = raised.value.responses
    assert responses is not None
    assert responses["status"].tolist() == ["not_sent"] * ROWS
    assert set(responses["error"]) == {str(raised.value)}
    return raised.value, [each for each in counting.asked if b"authenticate" not in each]


# What is sent by somebody with no right to it, and what Odoo is asked before it tells: the record's look-up.
NO_RIGHT: dict[str, tuple[str, dict[str, Any], dict[str, Any], int]] = {
    "create": ("create 'Contact'", {"name": NAMES}, {}, 1),
    "load": ("create 'Contact'", {"name": NAMES}, {}, 1),
    "write": ("modify 'Contact'", {"name": NAMES}, {"ids": "number"}, 2),
    "unlink": ("delete 'Contact'", {}, {"ids": "number"}, 2),
}


@EVERY
@pytest.mark.parametrize("operation", NO_RIGHT)
def test_without_the_right_to_a_model_nothing_more_is_sent(
    given: Given, plain: Credential, protocol: str, operation: str
) -> None:
    words, frame, settings, calls = NO_RIGHT[operation]
    if settings:
        made = call(given.odoo, CONTACTS, "create", vals_list=[{"name": name} for name in NAMES])
        frame = {"number": made, **frame}
    error, asked = stopped(given, plain, (protocol, CONTACTS, operation), frame, **settings)
    assert type(error) is RefusedError
    assert str(error) == (
        f"You are not allowed to {words} (res.partner) records. That goes for every row, so no more is sent. "
        "Ask Odoo's administrator for the right, or use another key."
    )
    assert len(asked) == calls


@EVERY
@pytest.mark.parametrize("operation", ["create", "load"])
def test_in_another_language_one_question_tells_that_there_is_no_right(
    given: Given, plain: Credential, protocol: str, operation: str
) -> None:
    error, asked = stopped(given, plain, (protocol, CONTACTS, operation), {"name": NAMES}, **FRENCH)
    assert type(error) is RefusedError
    assert "(res.partner)" in str(error)
    assert "You are not allowed" not in str(error)
    assert [b"has_access" in each for each in asked] == [False, True]


@EVERY
def test_rows_with_a_key_stop_where_none_may_be_made_and_say_how_to_go_on(
    given: Given, plain: Credential, protocol: str
) -> None:
    frame = {"ref": [f"{protocol} {name}" for name in NAMES], "name": NAMES}
    error, _ = stopped(given, plain, (protocol, CONTACTS, "create"), frame, key="ref", mode="upsert")
    assert str(error).endswith("Or use mode='update', which only changes what is there.")


@EVERY
@pytest.mark.parametrize("settings", [{}, FRENCH])
def test_without_the_right_to_a_field_nothing_more_is_sent(
    given: Given, of_contacts: Credential, protocol: str, settings: dict[str, Any]
) -> None:
    frame = {"name": NAMES, "Limit": [5.0] * ROWS}
    settings = {"fields": {"Limit": "credit_limit"}, **settings}
    error, asked = stopped(given, of_contacts, (protocol, CONTACTS, "create"), frame, **settings)
    assert type(error) is FieldsError
    assert str(error) == (
        "res.partner has no field 'credit_limit' that this user may see. That goes for every row, so no more is sent. "
        "Say which field the column 'Limit' is, fields={'Limit': '…'}, or exclude it."
    )
    assert len(asked) == 3


@EVERY
@pytest.mark.parametrize(("operation", "keep"), [("create", True), ("load", True), ("write", True), ("write", False)])
def test_a_field_that_is_not_there_ends_the_send_at_its_first_call(
    given: Given, protocol: str, operation: str, keep: bool
) -> None:
    frame: dict[str, Any] = {"nope": NAMES}
    if operation == "write":
        frame["id"] = call(given.odoo, CONTACTS, "create", vals_list=[{"name": name} for name in NAMES])
    where = protocol, CONTACTS, operation
    error, asked = stopped(given, given.odoo.credential, where, frame, keep_before=keep)
    assert type(error) is FieldsError
    assert str(error).startswith("res.partner has no field 'nope' that this user may see.")
    # Without the values from before, the records are looked up only as being there.
    assert len(asked) == 1 + (not keep)


@EVERY
def test_a_model_that_is_not_there_ends_the_send_at_its_first_call(given: Given, protocol: str) -> None:
    error, asked = stopped(given, given.odoo.credential, (protocol, "res.nope", "create"), {"name": NAMES})
    assert type(error) is ModelError
    assert "res.nope" in str(error)
    assert len(asked) == 1


@EVERY
@pytest.mark.parametrize("operation", ["create", "load", "write"])
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"language": "xx_XX"}, "Invalid language code: xx_XX. That goes for every row, so no more is sent. Install"),
        ({"company": NOWHERE}, "companies. That goes for every row, so no more is sent. Choose a company that this"),
    ],
)
def test_no_such_language_or_company_ends_the_send_at_its_first_call(
    given: Given, protocol: str, operation: str, settings: dict[str, Any], words: str
) -> None:
    frame: dict[str, Any] = {"name": NAMES}
    if operation == "write":
        frame["id"] = call(given.odoo, CONTACTS, "create", vals_list=[{"name": name} for name in NAMES])
    error, asked = stopped(given, given.odoo.credential, (protocol, CONTACTS, operation), frame, **settings)
    assert type(error) is RefusedError
    assert words in str(error)
    assert len(asked) == 1


@EVERY
def test_no_such_language_or_company_ends_a_send_with_a_key_as_any_other(given: Given, protocol: str) -> None:
    target = destination(given.odoo, protocol, CONTACTS, "create", key="name")
    for settings, words in (
        ({"language": "xx_XX"}, "Install the language"),
        ({"company": NOWHERE}, "Choose a company"),
    ):
        with pytest.raises(RefusedError, match=words):
            target.replace(**settings).send(pd.DataFrame({"name": NAMES}), given.odoo.credential)
        with pytest.raises(RefusedError, match=words):
            target.replace(**settings).diff(pd.DataFrame({"name": NAMES}), given.odoo.credential)


@EVERY
def test_a_rule_on_records_keeps_only_these_back(given: Given, plain: Credential, protocol: str) -> None:
    filters = [{"name": f"{protocol} {name}", "model_id": CONTACTS} for name in "abcd"]
    theirs = [each | {"user_ids": [2]} for each in filters]
    owner = destination(given.odoo, protocol, "ir.filters", "create")
    # What nobody else may see is no record for them; so it is one that they see, and may not change.
    mine = owner.send(pd.DataFrame(filters), plain)["id"].tolist()
    other = call(given.odoo, "ir.filters", "create", vals_list=theirs)
    frame = pd.DataFrame(
        {"id": [mine[0], other[0], mine[1], mine[2]], "name": [f"{protocol} new {n}" for n in range(4)]}
    )
    sent = destination(given.odoo, protocol, "ir.filters", "write").send(frame, plain)
    assert sent["status"].tolist() == ["updated", "rejected", "updated", "updated"], sent["error"].tolist()


@EVERY
def test_rows_that_a_rule_keeps_from_being_made_are_rejected_alone(
    given: Given, plain: Credential, protocol: str
) -> None:
    # Everybody may make filters, of one's own.
    frame = pd.DataFrame(
        {
            "name": [f"{protocol} rule {row}" for row in range(6)],
            "model_id": CONTACTS,
            "user_ids": pd.Series([[2] if row == 4 else None for row in range(6)], dtype=object),
        }
    )
    sent = destination(given.odoo, protocol, "ir.filters", "create", **FRENCH).send(frame, plain)
    assert sent["status"].tolist() == ["created"] * 4 + ["rejected", "created"], sent["error"].tolist()
