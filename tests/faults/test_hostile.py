"""Cells, texts and keys that are meant to do harm: they are refused before a byte goes, or arrive as they are."""

from __future__ import annotations

import io
import logging
import traceback
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.errors import CredentialError, DataError, SettingsError
from odoo_widgets.flow.server import NOTHING_KNOWN
from odoo_widgets.net import sends
from tests.faults.conftest import ALL, delivery, told, where
from tests.faults.faults import after, answering
from tests.faults.proxy import proxy

if TYPE_CHECKING:
    from tests.faults.conftest import Truth

ANY = pytest.mark.parametrize("protocol", ALL)
POISON: dict[str, Any] = {
    "infinite": np.inf,
    "NUL": "a\0b",
    "half a surrogate pair": "a\ud800b",
    "a stranger": object(),
}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a\r\nX-Evil: 1\r\n\r\nGET /web HTTP/1.1",
    '=HYPERLINK("http://x","y")',
    "]]></value><!ENTITY a 'b'>&a;",
    "%(name)s {name} ${HOME} '; DROP TABLE res_partner; --",
]


@ANY
@pytest.mark.parametrize("name", POISON)
def test_a_cell_that_cannot_be_sent_is_named_and_no_byte_goes(truth: Truth, protocol: str, name: str) -> None:
    frame = truth.frame(3).assign(comment=pd.Series(["fine", POISON[name], "fine"], dtype=object))
    with proxy(truth.odoo.url) as through, pytest.raises(DataError, match="Column 'comment', row 1: "):
        delivery(truth, through, protocol, "create", frame, server=NOTHING_KNOWN).result()
    assert through.seen == []
    assert truth.of(frame) == []


@pytest.mark.parametrize("protocol", ["json2", "jsonrpc", "xmlrpc", "rest"])
def test_half_an_id_and_a_column_twice_are_named_and_no_byte_goes(truth: Truth, protocol: str) -> None:
    frame = truth.frame(2)
    twice = pd.concat([frame, frame[["name"]]], axis=1)
    halves = pd.DataFrame({"id": [1.0, 1.5], "name": "x"})
    with proxy(truth.odoo.url) as through:
        for operation, wrong in (("create", twice), ("write", halves)):
            with pytest.raises(DataError, match=r"name|id"):
                delivery(truth, through, protocol, operation, wrong, server=NOTHING_KNOWN).result()
    assert through.seen == []


def test_a_number_beyond_32_bits_does_not_go_over_xml(truth: Truth) -> None:
    frame = truth.frame(2).assign(color=[1, 2**31])
    with proxy(truth.odoo.url) as through, pytest.raises(DataError, match="Column 'color', row 1: "):
        delivery(truth, through, "xmlrpc", "create", frame, server=NOTHING_KNOWN).result()
    assert through.seen == []


@ANY
def test_hostile_text_arrives_as_it_is_and_in_no_header(truth: Truth, protocol: str) -> None:
    frame = truth.frame(len(HOSTILE)).assign(street=HOSTILE)
    with proxy(truth.odoo.url) as through:
        responses = delivery(truth, through, protocol, "create", frame, batch_size=10).result()
    assert told(responses) == ["created"] * len(HOSTILE)
    # XML's own rule for ends of lines (XML 1.0, 2.11).
    wanted = [text.replace("\r\n", "\n") if protocol == "xmlrpc" else text for text in HOSTILE]
    assert [record["street"] for record in truth.of(frame, "street")] in (wanted, HOSTILE)
    assert len(through.seen) == 1
    assert not [line for line in through.seen[0].head.split(b"\r\n") if line.lower().startswith(b"x-evil")]


@pytest.mark.parametrize("model", ["res.partner/../../web/session", "res.partner?x=", "res.partner#", "Res Partner"])
@ANY
def test_a_model_that_is_a_path_is_refused_here(truth: Truth, protocol: str, model: str) -> None:
    with proxy(truth.odoo.url) as through:
        settings = where(through.url, protocol, "create")
        there = settings["url"].replace("res.partner", model)
        if "model" in settings:
            settings["model"] = model
        try:
            target = Destination(**settings | {"url": there})
        except SettingsError:
            return
        # REST takes any address of its own server, as it was written.
        assert protocol == "rest"
        assert target.samples(truth.frame(1))
    assert through.seen == []


@ANY
def test_a_key_is_nowhere_whatever_becomes_of_the_send(
    truth: Truth, protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = truth.odoo.credential.api_key.get_secret_value()
    heard = io.StringIO()
    frame = truth.frame(4)
    # The key as it is, with the end of a line, a wrong one; an answer that is lost, and one that repeats the key.
    page = answering(502, body=f"<p>no such key: {key}</p>".encode())
    for each, script in ((key, {}), (f"{key}\n", {"create": [after(page)]}), (f"{key[::-1]}", {})):
        with proxy(truth.odoo.url, script) as through:
            sending = delivery(
                truth, through, protocol, "create", frame, api_key=each, batch_size=2, server=NOTHING_KNOWN, again=True
            )
            try:
                print(sending.result().to_csv(), file=heard)
            except CredentialError as error:
                traceback.print_exception(error, file=heard)
                print(error.responses.to_csv(), file=heard)
            print(repr(sending), repr(sending.progress), file=heard)
    texts = [heard.getvalue(), caplog.text, *(repr(record.args) for record in caplog.records)]
    files = [path.read_bytes() for path in sends.folder().iterdir()]
    for secret in (key, key[::-1]):
        assert not [text for text in texts if secret in text]
        assert not [text for text in files if secret.encode() in text]
    assert len(files) > 3
    assert "***" in heard.getvalue()
