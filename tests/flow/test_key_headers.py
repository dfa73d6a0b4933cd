"""Where the key goes over REST: every byte of the header, what is refused, and that nothing shows the key."""

from __future__ import annotations

from base64 import b64decode

import pandas as pd
import pytest

from odoo_widgets.flow import saved
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.key_headers import key_header
from odoo_widgets.flow.plan import plan
from odoo_widgets.flow.protocols import rest
from odoo_widgets.flow.samples import VIEWS, samples
from odoo_widgets.flow.settings import Settings

KEY = "5ec2e7" * 6
SERVER = "https://mycompany.example.com"
URL = f"{SERVER}/api/res.partner"
ME = Credential(SERVER, "my db", "zoé@example.com", KEY)
FRAME = pd.DataFrame({"name": ["A"]})

# What is written; the header's name and its value on the wire, and as people see it.
WRITTEN = {
    "Authorization": ("Authorization", f"Bearer {KEY}", "Authorization: Bearer ***"),
    "authorization": ("authorization", f"Bearer {KEY}", "Authorization: Bearer ***"),
    "api-key": ("api-key", KEY, "Api-Key: ***"),
    "api-key: {key}": ("api-key", KEY, "Api-Key: ***"),
    "Authorization: {key}": ("Authorization", KEY, "Authorization: ***"),
    "Authorization:Token {key}": ("Authorization", f"Token {KEY}", "Authorization: Token ***"),
    "X-Key: Api-Key {key}": ("X-Key", f"Api-Key {KEY}", "X-Key: Api-Key ***"),
    "Cookie: session_id={key}": ("Cookie", f"session_id={KEY}", "Cookie: session_id=***"),
    "Authorization: Basic {login}:{key}": (
        "Authorization",
        f"zoé@example.com:{KEY}",
        "Authorization: Basic base64(zoé@example.com:***)",
    ),
    "Authorization: Basic {database}:{key}": (
        "Authorization",
        f"my db:{KEY}",
        "Authorization: Basic base64(my db:***)",
    ),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_the_key_goes_where_it_is_written(written: str) -> None:
    name, value, shown = WRITTEN[written]
    settings = Settings(URL, key_header=written)
    (call,) = plan(FRAME, settings)
    request = rest.encode(call, settings, ME)
    sent = dict(request.headers.raw)[name.encode()].decode()
    assert (b64decode(sent.removeprefix("Basic ")).decode() if "Basic" in written else sent) == value
    keys = [each for each, text in request.headers.items() if KEY in text or text.startswith("Basic ")]
    assert keys == [name.lower()]
    (sample,) = samples(FRAME, settings, credential=ME)
    assert shown in sample.view()
    for view in VIEWS:
        assert KEY not in sample.view(view)
        assert sent not in sample.view(view)


@pytest.mark.parametrize("written", WRITTEN)
def test_where_the_key_goes_is_saved_and_the_key_is_not(written: str) -> None:
    settings = Settings(URL, key_header=written)
    text = saved.to_text(settings)
    assert saved.from_text(Settings, text) == settings
    assert KEY not in text


NO_PLACES = [
    "", "a b", "a\r\nHost", "Cookie", "Host: {key}", "X-Odoo-Database", "Content-Type: {key}", "Cookie: {key}",
    f"Authorization: Bearer {KEY}", f"api-key: {KEY}", f"Authorization: Bearer {KEY} {{key}}", f"Cookie: a={KEY}",
    f"Cookie: a={{key}}; b={KEY}", f"Authorization: Basic {KEY}:{{key}}", "Authorization: Basic {key}",
    "Authorization: Basic {key}:{key}", "X-Auth: Basic {login}:{key}", "api-key: {key}\r\nHost: x", "api-key:",
    f"Authorization: Basic {{login}}:{KEY}", "api-key: {login}", "api-key: {key}{key}",
]  # fmt: skip


@pytest.mark.parametrize("written", [*NO_PLACES, None, 7])
def test_what_is_no_place_for_a_key_is_refused_and_not_repeated(written: object) -> None:
    with pytest.raises(SettingsError, match="key_header is not a header that a key goes into") as refused:
        Settings(URL, key_header=written)  # type: ignore[arg-type]
    assert KEY not in str(refused.value)


UNFIT = {
    "login": (
        Credential(SERVER, "db", "", KEY),
        "HTTP Basic wants the login beside the key: Credential(…, login='…').",
    ),
    "database": (
        Credential(SERVER, "", "me", KEY),
        "HTTP Basic wants the database beside the key: Credential(…, database='…').",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_http_basic_lacks_is_said(name: str) -> None:
    me, sentence = UNFIT[name]
    written = key_header(f"Authorization: Basic {{{name}}}:{{key}}")
    assert written.unfit(me) == sentence
    assert written.unfit(ME) == ""
    with_colon = Credential(SERVER, "a:b", "a:b", KEY)
    assert written.unfit(with_colon) == f"The {name} holds a colon, which HTTP Basic has no place for."
    assert key_header("api-key").unfit(me) == ""


def test_a_header_of_ones_own_is_not_the_key_s() -> None:
    with pytest.raises(SettingsError, match="stands in headers, and the key goes into it"):
        Settings(URL, key_header="Api-Key: Token {key}", headers="api-key:${OTHER}")
