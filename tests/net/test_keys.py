"""Where a credential comes from, with a keyring in memory and a folder for settings of the test's own."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, NoReturn

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as NullKeyring
from keyring.errors import PasswordDeleteError

from odoo_widgets import Credential, CredentialError, credential, remember
from odoo_widgets.net.keys import forget, names, names_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "0123456789abcdef0123456789abcdef01234567"
SERVER = "https://mycompany.example.com"
ENVIRONMENT = {"ODOO_SERVER": SERVER, "ODOO_DATABASE": "db", "ODOO_LOGIN": "me", "ODOO_API_KEY": KEY}


class InMemory(KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


@pytest.fixture(autouse=True)
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemory]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    before, made = keyring.get_keyring(), InMemory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def nobody(_question: str) -> NoReturn:
    raise EOFError


def test_what_is_remembered_comes_back_by_its_name() -> None:
    me = Credential(SERVER, "db", "me", KEY)
    remember("mycompany", me)
    assert credential("mycompany", environment={}, prompt=nobody) == me
    assert names() == ("mycompany",)


def test_the_file_of_names_holds_no_key_and_is_the_users_alone(ring: InMemory) -> None:
    remember("mycompany", Credential(SERVER, "db", "me", KEY))
    assert KEY not in names_file().read_text(encoding="utf-8")
    assert stat.S_IMODE(names_file().stat().st_mode) == 0o600
    assert KEY in ring.kept.values()


def test_a_comment_in_the_file_of_names_survives() -> None:
    remember("one", Credential(SERVER, api_key=KEY))
    names_file().write_text("# mine\n" + names_file().read_text(encoding="utf-8"), encoding="utf-8")
    remember("two", Credential(SERVER, api_key=KEY))
    assert names_file().read_text(encoding="utf-8").startswith("# mine\n")
    assert names() == ("one", "two")


def test_an_unknown_name_is_looked_for_in_the_environment() -> None:
    assert credential("other", environment=ENVIRONMENT, prompt=nobody) == Credential(SERVER, "db", "me", KEY)


def test_a_key_that_is_nowhere_is_asked_for_unseen() -> None:
    asked = []

    def prompt(question: str) -> str:
        asked.append(question)
        return KEY + "\n"

    me = credential(environment={"ODOO_SERVER": SERVER}, prompt=prompt)
    assert me.api_key.get_secret_value() == KEY
    assert asked == [f"API key for {SERVER}: "]


def test_with_neither_name_nor_server_the_ways_to_get_a_credential_are_named() -> None:
    remember("mine", Credential(SERVER, api_key=KEY))
    with pytest.raises(CredentialError, match=r"called 'other'. The stored names are: mine.*remember.*ODOO_API_KEY"):
        credential("other", environment={}, prompt=nobody)


def test_a_scheduler_without_a_terminal_is_told_which_variable_to_set() -> None:
    with pytest.raises(CredentialError, match=r"nobody to ask. Set ODOO_API_KEY"):
        credential(environment={"ODOO_SERVER": SERVER}, prompt=nobody)


def test_without_a_keyring_nothing_is_stored_and_the_sentence_says_what_to_do() -> None:
    keyring.set_keyring(NoKeyring())
    with pytest.raises(CredentialError, match="has no keyring") as told:
        remember("mycompany", Credential(SERVER, api_key=KEY))
    assert KEY not in str(told.value)
    assert not names_file().exists()


def test_a_name_whose_key_has_gone_from_the_keyring_is_asked_for(ring: InMemory) -> None:
    remember("mycompany", Credential(SERVER, "db", "me", KEY))
    ring.kept.clear()
    assert credential("mycompany", environment={}, prompt=lambda _: KEY) == Credential(SERVER, "db", "me", KEY)


@pytest.mark.parametrize("server", ["", SERVER])
def test_a_name_whose_key_has_gone_takes_the_one_in_the_environment(ring: InMemory, server: str) -> None:
    remember("mycompany", Credential(SERVER, "db", "me", KEY))
    ring.kept.clear()
    environment = {"ODOO_SERVER": server, "ODOO_API_KEY": KEY}
    assert credential("mycompany", environment=environment, prompt=nobody).database == "db"


def test_a_key_in_the_environment_is_not_given_to_another_server(ring: InMemory) -> None:
    remember("mycompany", Credential(SERVER, "db", "me", KEY))
    ring.kept.clear()
    environment = {"ODOO_SERVER": "https://other.odoo.com", "ODOO_API_KEY": KEY}
    with pytest.raises(CredentialError, match="nobody to ask"):
        credential("mycompany", environment=environment, prompt=nobody)


def test_a_keyring_that_keeps_nothing_is_no_keyring() -> None:
    keyring.set_keyring(NullKeyring())
    with pytest.raises(CredentialError, match="has no keyring"):
        remember("mycompany", Credential(SERVER, api_key=KEY))
    assert not names_file().exists()


def test_a_forgotten_name_is_gone_with_its_key(ring: InMemory) -> None:
    remember("mycompany", Credential(SERVER, api_key=KEY))
    forget("mycompany")
    assert (names(), ring.kept) == ((), {})
    with pytest.raises(CredentialError, match="no credential called 'mycompany'"):
        forget("mycompany")


@pytest.mark.parametrize("content", ["[half", "mycompany = 1\n", b"\xff\xfe"])
def test_a_broken_file_of_names_is_one_sentence(content: str | bytes) -> None:
    names_file().parent.mkdir(parents=True)
    names_file().write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(CredentialError, match="Correct or delete it"):
        credential("mycompany", environment={}, prompt=nobody)


def test_a_credential_without_a_name_is_not_stored() -> None:
    with pytest.raises(CredentialError, match="under a name"):
        remember(" ", Credential(SERVER, api_key=KEY))
