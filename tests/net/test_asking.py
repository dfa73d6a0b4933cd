"""Questions outside a send, against an Odoo that speaks every protocol and may misbehave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.asking import page, question
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import CredentialError, EndpointError, RefusedError, SettingsError, StoppedError
from odoo_widgets.net.asking import ask
from tests.flow.wire import URLS
from tests.net.servers import ONCE, SOON
from tests.net.speaking import Asked, Odoo
from tests.net.speaking import RefusedError as Refused

if TYPE_CHECKING:
    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.policy import Policy

SERVER = "https://mycompany.example.com"
ME = Credential(SERVER, "mycompany", "me@example.com", "5ec2e7" * 6)
EVERY = pytest.mark.parametrize("protocol", URLS)
ACCESS = "odoo.exceptions.AccessError"


def destination(protocol: str, **settings: Any) -> Destination:
    if protocol == "json2":
        return Destination(f"{SERVER}/json/2/res.partner/create", **settings)
    path = {"jsonrpc": "/jsonrpc", "xmlrpc": "/xmlrpc/2/object"}[protocol]
    return Destination(SERVER + path, model="res.partner", operation="create", **settings)


def two() -> Questions[list[Any]]:
    """Asks twice, and makes do where the first is refused."""
    try:
        first = yield question("res.partner", "count", {"domain": []})
    except RefusedError as refused:
        first = str(refused)
    return [first, (yield question("res.partner", "count", {"domain": []}))]


def answered(odoo: Odoo, protocol: str, policy: Policy = ONCE, questions: Any = two, **settings: Any) -> Any:
    return ask(questions(), destination(protocol, **settings), ME, policy=policy, transport=odoo.transport)


@EVERY
def test_each_answer_comes_back_where_it_was_asked_after_one_login(protocol: str) -> None:
    odoo = Odoo(methods={"count": lambda odoo, _asked: len(odoo.asked)})
    logins = 0 if protocol == "json2" else 1
    assert answered(odoo, protocol, context={"lang": "fr_FR"}) == [1 + logins, 2 + logins]
    assert odoo.methods == ["authenticate"] * logins + ["count", "count"]
    assert odoo.asked[-1].context == {"lang": "fr_FR"}


@EVERY
def test_a_refusal_is_raised_where_it_was_asked_as_one_sentence(protocol: str) -> None:
    def once(odoo: Odoo, _asked: Asked) -> int:
        if odoo.methods.count("count") == 1:
            raise Refused(ACCESS, "You may not.\n\nThis operation is allowed for the following groups: x", 403)
        return 5

    advice = "You may not. Ask Odoo's administrator for the right, or use another key."
    assert answered(Odoo(methods={"count": once}), protocol) == [advice, 5]


@EVERY
@pytest.mark.parametrize("failure", [httpx.ReadError("cut"), httpx.ConnectError("none"), httpx.Response(502)])
def test_a_question_without_an_answer_is_asked_again_and_then_said(protocol: str, failure: Any) -> None:
    logins = 0 if protocol == "json2" else 1
    fails = Odoo(methods={"count": lambda _odoo, _asked: 5}, instead={logins: failure})
    assert answered(fails, protocol, SOON) == [5, 5]
    for_ever = Odoo(instead=dict.fromkeys(range(logins, 20), failure))
    with pytest.raises(StoppedError) as stopped:
        answered(for_ever, protocol, SOON)
    assert "\n" not in str(stopped.value)
    assert ME.api_key.get_secret_value() not in repr(stopped.value)
    # Who logged in was answered: that server is there.
    assert len(for_ever.asked) == (logins + SOON.tries if logins else SOON.few)


@EVERY
def test_a_clash_of_transactions_is_asked_again(protocol: str) -> None:
    def once(odoo: Odoo, _asked: Asked) -> int:
        if odoo.methods.count("count") == 1:
            raise Refused("psycopg2.errors.SerializationFailure", "could not serialize access", 500)
        return 5

    assert answered(Odoo(methods={"count": once}), protocol, SOON) == [5, 5]


def test_questions_end_with_what_they_raise() -> None:
    def wrong() -> Questions[None]:
        yield page("res.partner", [], ["name"])
        raise SettingsError("not so")

    with pytest.raises(SettingsError, match="not so"):
        answered(Odoo(methods={"search_read": lambda _odoo, _asked: []}), "json2", questions=wrong)


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("Invalid language code: xx_XX", "Install the language in Odoo, or choose another one."),
        ("Access to unauthorized or invalid companies.", "Choose a company that this user may work for."),
        ("Something else", ""),
    ],
)
def test_a_refusal_holds_what_was_said_and_what_to_do_apart(said: str, advice: str) -> None:
    def refuses(_odoo: Odoo, _asked: Asked) -> None:
        raise Refused("odoo.exceptions.UserError", said)

    def kept() -> Questions[tuple[str, str, str]]:
        try:
            yield page("res.partner", [], ["name"])
        except RefusedError as refused:
            return str(refused), refused.said, refused.advice
        return "", "", ""

    whole = f"{said.rstrip('.')}. {advice}" if advice else said
    assert answered(Odoo(methods={"search_read": refuses}), "json2", questions=kept) == (whole, said, advice)


def test_nothing_is_asked_with_a_key_of_another_server_or_none() -> None:
    odoo = Odoo()
    other = Credential("https://other.example.com", "db", "me", "k" * 40)
    for credential, words in ((other, "belongs to"), (None, "A credential is needed")):
        with pytest.raises(CredentialError, match=words):
            ask(two(), destination("json2"), credential, transport=odoo.transport)  # type: ignore[arg-type]
    with pytest.raises(CredentialError, match="wants the login"):
        ask(two(), destination("jsonrpc"), Credential(SERVER, "db", api_key="k" * 40), transport=odoo.transport)
    assert odoo.asked == []


def test_another_address_or_an_unknown_key_ends_it() -> None:
    moved = httpx.Response(301, headers={"location": "https://elsewhere.example.com"})
    with pytest.raises(EndpointError, match="says that the address is"):
        answered(Odoo(instead={0: moved}), "json2")
    with pytest.raises(CredentialError, match="key unknown or expired"):
        answered(Odoo(instead={0: httpx.Response(401, json={"name": "x", "message": "y"})}), "json2")


def test_a_rest_address_without_a_model_cannot_be_asked() -> None:
    with pytest.raises(SettingsError, match="of no model"):
        ask(two(), Destination(f"{SERVER}/api/v1/things"), ME)
