"""Samples of rows with a key are what goes to a real Odoo, byte for byte, but for ids that nobody knows yet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs
import pandas as pd
import pytest

from odoo_widgets.flow.model import fields
from tests.models import PROTOCOLS, Given, destination
from tests.real import call
from tests.test_real_samples import GROUPINGS, Recording, Seen, with_key

if TYPE_CHECKING:
    from odoo_widgets.flow.server import Server

# What three rows take, in the longest of their calls.
BYTES = {"json2": 900, "jsonrpc": 1200, "xmlrpc": 5000}
# Places of ids: 0 in a sample, a record's own in the request.
IDS = re.compile(rb"(?<=[\[,])\d+(?=[\],])|(?<=<int>)\d+(?=</int>)")


@pytest.fixture(scope="module")
def known(given: Given) -> Server:
    """What is known of a server that was asked before."""
    found = fields(call(given.odoo, "res.partner", "fields_get", attributes=["type", "selection"]))
    assert found is not None
    return given.user.describes("res.partner", found)


def frame(tag: str) -> pd.DataFrame:
    return pd.DataFrame({
        "ref": [f"{tag} {row}" for row in range(6)],
        "name": ["a", 'b"\\', "c", "😀", "e", "f"],
        "color": pd.array([1, None, 3, 4, 5, 6], dtype="Int64"),
        "category_id": [[], None, [], None, [], []],
        "city": ["B", "A", "B", None, "A", "B"],
    })  # fmt: skip


def without_ids(seen: Seen) -> Seen:
    """A request with nothing where ids are, and so without its length."""
    headers = {name: value for name, value in seen.headers.items() if name != "content-length"}
    return attrs.evolve(seen, headers=headers, content=IDS.sub(b"?", seen.content))


# How rows share calls is the same over each protocol, and how many bytes they take is not.
CASES = [
    (protocol, grouping)
    for protocol in PROTOCOLS
    for grouping in GROUPINGS
    if protocol == "json2" or grouping in ("in row order", "in bytes")
]


@pytest.mark.parametrize(("protocol", "grouping"), CASES)
@pytest.mark.parametrize(("mode", "there"), [("create", False), ("upsert", False), ("upsert", True), ("update", True)])
def test_samples_of_a_key_list_what_is_sent_where_its_rows_are_there_or_not(
    given: Given, known: Server, protocol: str, grouping: str, mode: str, *, there: bool
) -> None:
    rows = frame(f"{protocol} {grouping} {mode} {there}")
    if there:
        call(given.odoo, "res.partner", "create", vals_list=rows[["ref", "name"]].to_dict("records"))
    target = destination(
        given.odoo, protocol, "res.partner", "create", key="ref", mode=mode, headers="X-Trace:one",
        missing={"color": "clear", "city": "clear", "category_id": "clear"}, **GROUPINGS[grouping],
    )  # fmt: skip
    if grouping == "in bytes":
        target = target.replace(max_bytes=BYTES[protocol])
    found = target.samples(rows, 1000, credential=given.odoo.credential, server=known)
    # Of what may follow a look-up, what does.
    gone = {"load", "formatted_read_group"} if there else {"write", "web_save_multi"}
    wanted = [each for each in found if each.call.ask.method not in gone]
    recording = Recording()
    responses = target.delivery(rows, given.odoo.credential, server=known, transport=recording).result()
    assert set(responses["status"]) == {"updated" if there else "created"}, responses["error"].tolist()
    key = given.odoo.credential.api_key.get_secret_value()
    assert len(recording.seen) == len(wanted) > 1
    for seen, each in zip(recording.seen, wanted, strict=True):
        sample = with_key(Seen.of(each.request), key)
        guessed = each.note.startswith("0 stands for each id")
        assert (without_ids(seen) == without_ids(sample)) if guessed else (seen == sample)
    assert target.max_bytes is None or max(len(each.content) for each in recording.seen) <= target.max_bytes


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_question_about_the_fields_is_listed_as_it_goes(given: Given, protocol: str) -> None:
    target = destination(given.odoo, protocol, "res.partner", "create", key="ref")
    rows = frame(f"{protocol} fields")
    found = target.samples(rows, credential=given.odoo.credential, server=given.user)
    recording = Recording()
    target.delivery(rows, given.odoo.credential, server=given.user, transport=recording).result()
    assert found.fields is not None
    assert recording.seen[0] == with_key(
        Seen.of(found.fields.request), given.odoo.credential.api_key.get_secret_value()
    )
