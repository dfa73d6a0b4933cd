"""Who sends, stored from a shell: the key comes in unseen, goes to the keyring, and is shown nowhere."""

from __future__ import annotations

import json
import os
import sys
from subprocess import PIPE
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backends.null import Keyring as NullKeyring

from odoo_widgets.cli import credentials
from tests.cli.place import KEY
from tests.ring import InMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.place import Place

SERVER = "https://mycompany.odoo.com"
ADD = ("credential", "add", "mycompany", f"{SERVER}/odoo", "--database", "db", "--login", "me")


@pytest.fixture(autouse=True)
def ring() -> Iterator[InMemory]:
    before, made = keyring.get_keyring(), InMemory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_a_key_from_a_pipe_goes_to_the_keyring_and_the_rest_is_listed_and_forgotten(
    place: Place, ring: InMemory
) -> None:
    assert place.within("credential", "list") == (0, f"{credentials.NONE}\n", "")
    stored = f"mycompany  {SERVER} in db as me"
    assert place.within(*ADD, given=f"{KEY}\n") == (0, f"{stored}: stored. Its key is in the keyring.\n", "")
    assert list(ring.kept.values()) == [KEY]
    assert place.within("credential", "list") == (0, f"{stored}\n", "")
    entry = {"name": "mycompany", "server": SERVER, "database": "db", "login": "me"}
    assert json.loads(place.within("credential", "list", "--json")[1]) == {"credentials": [entry]}
    assert place.within("credential", "forget", "mycompany") == (0, "mycompany is forgotten.\n", "")
    assert not ring.kept
    assert "no credential called 'mycompany'" in place.refused("credential", "forget", "mycompany")


def test_what_is_stored_sends(place: Place) -> None:
    server = place.environment["ODOO_SERVER"]
    code, out, _ = place.within("credential", "add", "here", server, "--json", given=KEY)
    assert (code, json.loads(out)["server"]) == (0, server)
    place.answers(7, 8)
    nothing = dict.fromkeys(("ODOO_SERVER", "ODOO_DATABASE", "ODOO_API_KEY"), "")
    assert place.within("send", "contacts.toml", "data.csv", "--credential", "here", **nothing)[0] == 0
    assert place.server.log[0][0].headers["Authorization"] == f"bearer {KEY}"


def own_terminal() -> None:
    """Makes standard input the terminal that a process of its own asks."""
    os.setsid()
    os.close(os.open(os.ttyname(0), os.O_RDWR))


@pytest.mark.skipif(sys.platform == "win32", reason="this kind of terminal is POSIX's")
def test_on_a_terminal_the_key_is_asked_for_unseen(place: Place) -> None:
    ours, theirs = os.openpty()
    try:
        adding = place.started(*ADD, stdin=theirs, stdout=PIPE, stderr=PIPE, preexec_fn=own_terminal)
        assert os.read(ours, 1_000).decode() == f"API key for {SERVER}: "
        os.write(ours, f"{KEY}\n".encode())
        out, said = adding.communicate(timeout=60)
        echoed = os.read(ours, 1_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert (out, echoed.strip()) == ("", "")
    assert said.startswith("No keyring of this machine takes a key, so 'mycompany' is stored without one.")


REFUSALS = {
    "no key comes": (ADD, "\n", "The API key is empty"),
    "the address is none": (("credential", "add", "x", "mycompany"), KEY, "That is not the address of a server."),
    "the key would go unencrypted": (("credential", "add", "x", "http://odoo.lan"), KEY, "is not encrypted"),
    "the name is none": (("credential", "add", " ", SERVER), KEY, "stored under a name of one line"),
}


@pytest.mark.parametrize(("words", "given", "sentence"), REFUSALS.values(), ids=REFUSALS)
def test_nothing_is_stored_where(
    place: Place, ring: InMemory, words: tuple[str, ...], given: str, sentence: str
) -> None:
    code, out, said = place.within(*words, given=given)
    assert (code, out) == (1, "")
    assert sentence in said
    assert not ring.kept
    assert place.within("credential", "list")[1] == f"{credentials.NONE}\n"


def test_a_name_of_another_server_is_kept_until_its_place_may_be_taken(place: Place, ring: InMemory) -> None:
    place.within(*ADD, given=KEY)
    other = ("credential", "add", "mycompany", "https://other.odoo.com")
    code, _, said = place.within(*other, given=KEY)
    assert (code, f"'mycompany' is stored for {SERVER}." in said, "--replace" in said) == (1, True, True)
    assert place.within(*other, "--replace", given=KEY)[0] == 0
    assert list(ring.kept) == [("odoo_widgets", "https://other.odoo.com mycompany")]


def test_where_no_keyring_takes_the_key_it_is_said_where_else_it_can_stand(place: Place) -> None:
    keyring.set_keyring(NullKeyring())
    code, out, said = place.within(*ADD, "--json", given=KEY)
    assert json.loads(out) == {"code": code, "error": said.strip()}
    assert (code, "Set ODOO_API_KEY in the environment where it sends." in said) == (1, True)
