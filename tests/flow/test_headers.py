from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.headers import OURS, header_text, parse_headers

READ = {
    "": {},
    "  ": {},
    "a:b": {"a": "b"},
    "a:b,c:d": {"a": "b", "c": "d"},
    " a : b , c : d , ": {"a": "b", "c": "d"},
    'a:"b,c:d"': {"a": "b,c:d"},
    r'a:"\"\\"': {"a": '"\\'},
    "X-Url:https://example.com/?a=b": {"X-Url": "https://example.com/?a=b"},
    'a:" b "': {"a": "b"},
    "a:": {"a": ""},
    'a:""': {"a": ""},
}


@pytest.mark.parametrize("text", READ)
def test_text_is_read_as_headers(text: str) -> None:
    assert parse_headers(text) == READ[text]


def test_a_mapping_and_nothing_are_read_too() -> None:
    assert parse_headers({"a": " b "}) == {"a": "b"}
    assert parse_headers(None) == {}


NO_NAME = "Header 1 has no usable name. Write headers like name:value,name2:value2."
UNREADABLE = (
    "Header 1 cannot be read. Write headers like name:value,name2:value2, "
    'with "quotes" around a value that holds a comma.'
)
NO_VALUE = "The header a holds a line break or a character that no header can carry."
REFUSED = [
    (":SECRET", NO_NAME),
    ("a b:SECRET", NO_NAME),
    ({"": "SECRET"}, NO_NAME),
    ({"a\n": "SECRET"}, NO_NAME),
    ({7: "SECRET"}, NO_NAME),
    ("SECRET", UNREADABLE),
    ('a:"SECRET', UNREADABLE),
    ('a:b"SECRET"', UNREADABLE),
    ('a:"b"SECRET', UNREADABLE),
    ({"a": "SECRET\r\nX: y"}, NO_VALUE),
    ({"a": "SECRET\0"}, NO_VALUE),
    ({"a": "SECRETé"}, NO_VALUE),
    ({"a": b"SECRET"}, NO_VALUE),
    ("a:b,A:SECRET", "The header A stands twice. Keep one of them."),
    (5, "headers is neither text nor a dict. Write it like name:value,name2:value2."),
    *[
        (f"{name}:SECRET", f"The header {name} is set by the credential and the protocol. Leave it out.")
        for name in [*sorted(OURS - {"cookie"}), "Authorization", "X-ODOO-DATABASE"]
    ],
    (
        "Cookie:SECRET",
        (
            "The header Cookie is set by the credential and the protocol. Leave it out. Over REST, "
            "key_header='Cookie: session_id={key}' sends the key as one."
        ),
    ),
]


@pytest.mark.parametrize(("value", "sentence"), REFUSED)
def test_a_header_that_cannot_be_sent_is_refused_without_showing_its_value(value: Any, sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_headers(value)
    assert str(refused.value) == sentence


NAMES = st.from_regex(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}", fullmatch=True).filter(lambda name: name.lower() not in OURS)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12).map(str.strip)
HEADERS = st.dictionaries(NAMES, VALUES, max_size=4).filter(
    lambda found: len({name.lower() for name in found}) == len(found)
)


@given(HEADERS)
def test_headers_written_as_text_are_read_back(headers: dict[str, str]) -> None:
    assert parse_headers(header_text(headers)) == headers
    assert list(parse_headers(header_text(headers))) == list(headers)
