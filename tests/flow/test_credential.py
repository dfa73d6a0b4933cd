from __future__ import annotations

import copy
import json
import logging
import pickle
from typing import Any

import attrs
import pytest
from IPython.core.ultratb import VerboseTB

from odoo_widgets.flow.credential import Credential, Secret, is_loopback, origin
from odoo_widgets.flow.errors import CredentialError, OdooWidgetsError, SettingsError

SERVER = "https://mycompany.odoo.com"
KEY = "5ec2e7" * 6

# --- the key shows itself nowhere ------------------------------------------------------------------------------------

WAYS_OUT = {
    "repr": repr,
    "str": str,
    "format": format,
    "f-string": lambda value: f"{value} {value!r} {value:>60}" if isinstance(value, Secret) else f"{value} {value!r}",
    "percent": lambda value: "%s %r" % (value, value),  # noqa: UP031 - one of the ways
    "dir": lambda value: str([getattr(value, name) for name in ("__dict__", "__slots__") if hasattr(value, name)]),
    "deepcopy": lambda value: repr(copy.deepcopy(value)),
    "copy": lambda value: repr(copy.copy(value)),
    "a list": lambda value: str([value]),
    "a log": lambda value: logging.LogRecord("x", 10, "x", 1, "%s %r", (value, value), None).getMessage(),
}


@pytest.mark.parametrize("way", WAYS_OUT)
@pytest.mark.parametrize("value", [Secret(KEY), Credential(SERVER, "db", "me", KEY)])
def test_no_ordinary_way_shows_the_key(value: Any, way: str) -> None:
    assert KEY not in WAYS_OUT[way](value)


@pytest.mark.parametrize("leave", [pickle.dumps, json.dumps, lambda value: copy.copy(value).__reduce__()])
@pytest.mark.parametrize("value", [Secret(KEY), Credential(SERVER, "db", "me", KEY)])
def test_the_key_leaves_the_process_in_no_file(value: Any, leave: Any) -> None:
    with pytest.raises(TypeError) as refused:
        leave(value) if leave in (pickle.dumps, json.dumps) else pickle.dumps(value)
    assert KEY not in str(refused.value)


def test_the_fields_of_a_credential_hold_the_key_masked() -> None:
    credential = Credential(SERVER, "db", "me", KEY)
    assert KEY not in str(attrs.asdict(credential)) + str(attrs.astuple(credential))
    assert attrs.evolve(credential, database="other").api_key.get_secret_value() == KEY


def test_there_is_one_way_to_the_key() -> None:
    assert Credential(SERVER, api_key=f" {KEY}\n").api_key.get_secret_value() == KEY


def test_a_secret_is_a_value() -> None:
    assert Secret(KEY) == Secret(Secret(KEY)) != Secret("other")
    assert Secret(KEY) != KEY
    assert {Secret(KEY): 1}[Secret(KEY)] == 1
    with pytest.raises(AttributeError):
        Secret(KEY)._value = "other"


FAILING = {
    "no address": lambda key: Credential("mycompany", api_key=key),
    "not read": lambda key: Credential("http://[", api_key=key),
    "no server": lambda key: Credential(None, api_key=key),
    "plain http": lambda key: Credential("http://mycompany.odoo.com", api_key=key),
    "a database that is none": lambda key: Credential(SERVER, "d\nb", api_key=key),
    "a broken key": lambda key: Credential(SERVER, api_key=f"{key}\r\nX: y"),
    "a key of other letters": lambda key: Credential(SERVER, api_key=f"{key}é"),
    "a typed key": lambda key: Credential.ask(SERVER, prompt=lambda _question: f"{key}\0"),
}


@pytest.mark.parametrize("name", FAILING)
def test_no_verbose_traceback_of_a_failing_credential_holds_the_key(name: str) -> None:
    with pytest.raises(OdooWidgetsError) as failed:
        FAILING[name](KEY)
    assert KEY not in str(failed.value)
    # What the caller calls its key is the caller's to hide: our own frames are looked at.
    trace = failed.tb
    while not trace.tb_frame.f_globals["__name__"].startswith("odoo_widgets"):
        trace = trace.tb_next
    shown = VerboseTB(theme_name="nocolor").text(failed.type, failed.value, trace)
    assert "api_key" in shown
    assert KEY not in shown


@pytest.mark.parametrize("key", ["", "  ", None, 7, b"key"])
def test_no_key_is_no_credential(key: Any) -> None:
    with pytest.raises(CredentialError, match="The API key is empty, or not text"):
        Credential(SERVER, api_key=key)


# --- the key belongs to one server -----------------------------------------------------------------------------------

ORIGINS = {
    "https://mycompany.odoo.com": SERVER,
    " HTTPS://MyCompany.Odoo.com:443/odoo?x=y#z ": SERVER,
    "https://mycompany.odoo.com:8443": f"{SERVER}:8443",
    "http://localhost:80/": "http://localhost",
    "http://127.0.0.1:8069/json/2": "http://127.0.0.1:8069",
    "http://[::1]:8069": "http://[::1]:8069",
    "https://münchen.example": "https://xn--mnchen-3ya.example",
    "https://XN--MNCHEN-3YA.example": "https://xn--mnchen-3ya.example",
}


@pytest.mark.parametrize("url", ORIGINS)
def test_an_address_has_one_spelling(url: Any) -> None:
    assert origin(url) == ORIGINS[url]
    assert origin(ORIGINS[url]) == ORIGINS[url]


NOWHERE = [
    "", "mycompany", "mycompany.odoo.com", "//mycompany.odoo.com", "https://", "https:///x", "ftp://mycompany.odoo.com",
    "file:///etc/passwd", "javascript:alert(1)", "https://a b", "https://a\nb", "https://a%0ab", "https://-a", "https://.",
    "https://a:99999", "https://a:0", "https://a:b", "https://[::1", "https://a\\.b", "https://a,b", "https://a.",
    KEY, None, 7,
]  # fmt: skip


@pytest.mark.parametrize("url", NOWHERE)
def test_what_is_no_address_is_refused(url: Any) -> None:
    with pytest.raises(SettingsError, match="Write it like https://mycompany") as refused:
        origin(url)
    assert KEY not in str(refused.value)


@pytest.mark.parametrize("url", [f"https://me:{KEY}@a", f"https://{KEY}@a", f"me:{KEY}@a", f"https://a\\@b/{KEY}"])
def test_a_password_in_an_address_is_refused_and_not_repeated(url: Any) -> None:
    with pytest.raises(SettingsError, match="no place in an address") as refused:
        origin(url)
    assert KEY not in str(refused.value)


@pytest.mark.parametrize("url", [f"{SERVER}/json/2/res.partner/create", "https://MYCOMPANY.odoo.com:443"])
def test_a_key_belongs_to_its_server(url: Any) -> None:
    assert Credential(SERVER, api_key=KEY).belongs_to(url)


ELSEWHERE = [
    "http://mycompany.odoo.com", f"{SERVER}:8443", "https://odoo.com", "https://evil.mycompany.odoo.com",
    "https://mycompany.odoo.com.evil.com", "https://mycompany.odoo.co", "https://mycompany-odoo.com",
]  # fmt: skip


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_key_belongs_to_no_other_scheme_host_or_port(url: Any) -> None:
    assert not Credential(SERVER, api_key=KEY).belongs_to(url)


LOOPBACK = ["http://localhost", "http://LOCALHOST:8069", "http://127.0.0.1", "http://127.9.9.9", "http://[::1]:8069"]
BEYOND = [
    "http://127.0.0.1.evil.com", "http://localhost.evil.com", "http://evil-localhost", "http://128.0.0.1", "http://0.0.0.0",
    "http://mycompany.odoo.com", "http://192.168.0.1", "http://[::2]", "http://2130706433", "http://127.1",
]  # fmt: skip


@pytest.mark.parametrize("server", LOOPBACK)
def test_plain_http_is_taken_on_this_machine(server: str) -> None:
    assert is_loopback(server)
    assert Credential(server, api_key=KEY).server == origin(server)


@pytest.mark.parametrize("server", BEYOND)
def test_plain_http_beyond_this_machine_is_refused_unless_asked_for(server: str) -> None:
    with pytest.raises(CredentialError, match="is not encrypted"):
        Credential(server, api_key=KEY)
    assert Credential(server, api_key=KEY, allow_http=True).server == origin(server)


@pytest.mark.parametrize("database", ["a\nb", "a\r\nX-Evil: 1", "société"])
def test_a_database_that_no_header_can_carry_is_refused(database: str) -> None:
    with pytest.raises(CredentialError, match="The database's name"):
        Credential(SERVER, database, api_key=KEY)


def test_what_surrounds_database_and_login_is_dropped() -> None:
    credential = Credential(f"{SERVER}/odoo", " db ", " me ", KEY)
    assert (credential.server, credential.database, credential.login) == (SERVER, "db", "me")


def test_the_key_is_asked_for_by_the_server_s_name() -> None:
    asked = []
    credential = Credential.ask(f"{SERVER}/x", "db", prompt=lambda question: asked.append(question) or KEY)
    assert asked == [f"API key for {SERVER}: "]
    assert credential == Credential(SERVER, "db", api_key=KEY)


def test_none_stands_for_no_database_and_no_login() -> None:
    assert Credential("https://mycompany.odoo.com", None, None, KEY) == Credential(
        "https://mycompany.odoo.com", api_key=KEY
    )


@pytest.mark.parametrize("name", ["database", "login"])
def test_a_database_or_login_that_is_no_text_is_refused(name: str) -> None:
    with pytest.raises(CredentialError, match=f"{name} is not text"):
        Credential("https://mycompany.odoo.com", api_key=KEY, **{name: 3})
