"""What is shown of a page that came in place of an answer: who speaks, and nothing that is a secret or a tag."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets.flow.credential import Secret
from odoo_widgets.flow.pages import MOST, shown

KEY = "5ec2e7" * 6
TRACE = "Oops\nTraceback (most recent call last):\n  File '/opt/x.py'"
# What was answered; what is shown of it.
PAGES = {
    "a gateway's": (
        b"<html>\r\n<head><title>502 Bad Gateway</title></head><body><h1>502</h1><hr>nginx/1.18.0</body></html>",
        "502 Bad Gateway 502 nginx/1.18.0",
    ),
    "scripts and styles": (b"<style>a{}</style>Sorry<script>alert('x')</script><!-- 10.0.0.7 -->!", "Sorry !"),
    "a script without end": (b"Sorry <script>alert(1)", "Sorry"),
    "half a tag": (b"Sorry <img src=x onerror=alert(1)", "Sorry"),
    "a tag as text": (b"&lt;img src=x onerror=alert(1)&gt; Sorry &amp; bye", "Sorry & bye"),
    "half a tag as text": (b"a &lt;b", "a"),
    "a key": (f"no user with {KEY}".encode(), "no user with ***"),
    "a password": (b"login failed: password=hunter2; db=x", "login failed: password=***; db=x"),
    "a header": (b"Authorization: Bearer abc Cookie: session_id=abc", "Authorization: *** Cookie: ***"),
    "an address": (b"cannot reach postgres://odoo:odoo@db/x", "cannot reach postgres://***@db/x"),
    "a trace": (TRACE.encode(), "Oops"),
    "a trace in JSON": (b'{"message": "No.", "debug": "line 1"}', '{"message": "No.", "'),
    "control characters": ("a\x00\x1b[31mb\u202ec\n\n d".encode(), "a [31mb c d"),
    "half a character": (b"caf\xc3", "caf"),
    "half an answer": (b'{"result": [4711, 47', '{"result": [4711, 47'),
    "nothing": (b"", ""),
    "only a picture": (b"<img src='x'>", ""),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_who_speaks_and_no_more(name: str) -> None:
    body, wanted = PAGES[name]
    assert shown(httpx.Response(200, content=body)) == wanted


def test_a_long_page_is_cut() -> None:
    text = shown(httpx.Response(200, text="word " * 100_000))
    assert len(text) <= MOST
    assert text.startswith("word word")
    assert text.endswith("…")


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_whatever_is_answered_what_is_shown_is_one_short_line_without_a_tag(body: bytes) -> None:
    text = shown(httpx.Response(200, content=body))
    assert len(text) <= MOST
    assert not set(text) & set("<>")
    assert not text or text.isprintable()


@pytest.mark.parametrize(
    "told", ["a<b>&'c\"d-0123456789", "a/b c+d?e=f&g-0123456789"], ids=["in a page", "in an address"]
)
def test_a_key_is_masked_as_a_page_writes_it(told: str) -> None:
    page = f"{told} a&lt;b&gt;&amp;&#x27;c&quot;d-0123456789 a%2Fb%20c%2Bd%3Fe%3Df%26g-0123456789"
    masked = Secret(told).masked(page.encode()).decode()
    assert told not in masked
    assert masked.count("***") == 2
