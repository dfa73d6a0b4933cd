"""Where a credential comes from, with a keyring in memory and a folder for settings of the test's own."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

import filelock
import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as NullKeyring
from keyring.errors import KeyringLocked

from odoo_widgets import Credential, CredentialError, credential, remember
from odoo_widgets.net import keys, names
from odoo_widgets.net.keys import Entry, entry, forget, names_file, stored
from tests.ring import InMemory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyring.backend import KeyringBackend

KEY = "0123456789abcdef0123456789abcdef01234567"
SERVER = "https://mycompany.odoo.com"
ENVIRONMENT = {"ODOO_SERVER": SERVER, "ODOO_DATABASE": "db", "ODOO_LOGIN": "me", "ODOO_API_KEY": KEY}


class Locked(InMemory):
    """A keyring that nobody unlocks."""

    def get_password(self, service: str, username: str) -> NoReturn:
        raise KeyringLocked(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> NoReturn:
        raise KeyringLocked(f"{service} {username} {password}")

    delete_password = get_password


class Failing(Locked):
    """A backend whose own service is not there."""

    def get_password(self, service: str, username: str) -> NoReturn:
        raise OSError(f"no bus for {service} {username}")

    def set_password(self, service: str, username: str, password: str) -> NoReturn:
        raise OSError(f"no bus for {service} {username} {password}")


@pytest.fixture(autouse=True)
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemory]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(keys, "_memory", {})
    before, made = keyring.get_keyring(), InMemory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def nobody(_question: str) -> NoReturn:
    raise EOFError


def test_what_is_remembered_comes_back_by_its_name() -> None:
    me = Credential(SERVER, "db", "me", KEY)
    assert remember("mycompany", me) == "keyring"
    assert credential("mycompany", environment={}, prompt=nobody) == me
    assert stored() == ("mycompany",)


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
    assert stored() == ("one", "two")


def test_an_editor_may_mark_the_file_of_names_as_utf_8() -> None:
    remember("one", Credential(SERVER, api_key=KEY))
    names_file().write_bytes(b"\xef\xbb\xbf" + names_file().read_bytes())
    assert stored() == ("one",)


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


@pytest.mark.parametrize("broken", [NoKeyring, NullKeyring, Locked, Failing])
def test_a_key_that_no_keyring_takes_is_kept_in_memory_and_the_name_stored(broken: type[KeyringBackend]) -> None:
    keyring.set_keyring(broken())
    me = Credential(SERVER, "db", "me", KEY)
    assert remember("mycompany", me) == "memory"
    assert credential("mycompany", environment={}, prompt=nobody) == me
    assert stored() == ("mycompany",)
    assert KEY not in names_file().read_text(encoding="utf-8")


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


def test_a_forgotten_name_is_gone_with_its_key(ring: InMemory) -> None:
    remember("mycompany", Credential(SERVER, api_key=KEY))
    forget("mycompany")
    assert (stored(), ring.kept) == ((), {})
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


def test_a_name_for_another_server_is_replaced_only_if_that_is_said(ring: InMemory) -> None:
    remember("mycompany", Credential(SERVER, "db", "me", KEY))
    other = Credential("https://other.odoo.com", "db2", "me", "f" * 40)
    with pytest.raises(CredentialError, match=r"is stored for https://mycompany.odoo.com") as told:
        remember("mycompany", other)
    assert KEY not in str(told.value)
    assert credential("mycompany", environment={}, prompt=nobody).server == SERVER
    assert remember("mycompany", other, replace=True) == "keyring"
    assert credential("mycompany", environment={}, prompt=nobody) == other
    assert KEY not in ring.kept.values()


def test_a_name_for_the_same_server_is_replaced(ring: InMemory) -> None:
    remember("mycompany", Credential(SERVER, "db", "me", KEY))
    remember("mycompany", Credential(SERVER, "db2", "you", "f" * 40))
    assert credential("mycompany", environment={}, prompt=nobody) == Credential(SERVER, "db2", "you", "f" * 40)
    assert len(ring.kept) == 1


def test_a_server_that_was_changed_in_the_file_gets_no_key() -> None:
    remember("mycompany", Credential(SERVER, "db", "me", KEY))
    text = names_file().read_text(encoding="utf-8")
    names_file().write_text(text.replace("mycompany.odoo.com", "evil.example.com"), encoding="utf-8")
    with pytest.raises(CredentialError, match=r"no key for https://evil.example.com"):
        credential("mycompany", environment={}, prompt=nobody)


def test_a_key_for_a_network_of_ones_own_comes_back_as_such() -> None:
    me = Credential("http://odoo.internal:8069", "db", "me", KEY, allow_http=True)
    remember("inside", me)
    assert credential("inside", environment={}, prompt=nobody) == me


def test_what_is_stored_is_told_without_the_key(ring: InMemory) -> None:
    remember("mycompany", Credential(SERVER, "db", "me", KEY))
    ring.kept.clear()
    assert entry("mycompany") == Entry(SERVER, "db", "me")
    assert entry(environment=ENVIRONMENT) == Entry(SERVER, "db", "me")
    with pytest.raises(CredentialError, match="called 'other'"):
        entry("other", environment=ENVIRONMENT)
    with pytest.raises(CredentialError, match="ODOO_SERVER"):
        entry(environment={})


# What `str.isprintable` takes, with blanks around it.
SEEN = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=6)
BLANKS = st.sampled_from(["", " ", "\t", "\n"])
NAMES = st.tuples(BLANKS, SEEN, st.just(" ") | st.just(""), SEEN, BLANKS).map("".join)


@given(st.lists(NAMES, max_size=4))
def test_any_line_of_text_is_a_name(names: list[str]) -> None:
    for name in names:
        remember(name, Credential(SERVER, "db", name.strip(), KEY))
    found = {name.strip() for name in names}
    assert set(stored()) == found
    for name in found:
        assert entry(name).login == name
        assert credential(name, environment={}, prompt=nobody).login == name
        forget(name)
    assert stored() == ()


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "nul\0", "esc\x1b[2J", "half \ud800"])
def test_a_name_that_is_no_line_of_text_is_refused(name: str) -> None:
    with pytest.raises(CredentialError, match="a name of one line"):
        remember(name, Credential(SERVER, api_key=KEY))
    assert not names_file().exists()


@pytest.mark.parametrize("broken", [Locked, Failing])
def test_what_a_keyring_does_not_let_go_is_not_forgotten_half(ring: InMemory, broken: type[KeyringBackend]) -> None:
    remember("mycompany", Credential(SERVER, api_key=KEY))
    keyring.set_keyring(broken())
    with pytest.raises(CredentialError, match="nothing was removed"):
        forget("mycompany")
    keyring.set_keyring(ring)
    assert stored() == ("mycompany",)
    assert credential("mycompany", environment={}, prompt=nobody).api_key.get_secret_value() == KEY


@pytest.mark.parametrize("none", [NoKeyring, NullKeyring])
def test_what_is_in_memory_is_forgotten_too(none: type[KeyringBackend]) -> None:
    keyring.set_keyring(none())
    remember("mycompany", Credential(SERVER, api_key=KEY))
    forget("mycompany")
    assert (stored(), keys._memory) == ((), {})


def test_a_file_that_cannot_be_written_stores_nothing(ring: InMemory, tmp_path: Path) -> None:
    (tmp_path / "odoo_widgets").write_text("in the way", encoding="utf-8")
    with pytest.raises(CredentialError, match="cannot be written"):
        remember("mycompany", Credential(SERVER, api_key=KEY))
    assert ring.kept == {}


def test_an_entry_that_is_no_server_is_named() -> None:
    names_file().parent.mkdir(parents=True)
    for values in ('server = "nowhere"', "server = 7", 'server = "https://a.b"\nlogin = []', 'allow_http = "yes"'):
        names_file().write_text(f"[mine]\n{values}\n", encoding="utf-8")
        with pytest.raises(CredentialError, match="holds 'mine', which is no credential"):
            stored()


STORE = """
import sys, keyring
from keyring.backends.null import Keyring
from odoo_widgets import Credential, remember
keyring.set_keyring(Keyring())
for number in range(20):
    remember(f"{sys.argv[1]} {number}", Credential("https://a.b", api_key="k" * 40))
"""


def test_processes_that_store_at_once_lose_no_name() -> None:
    command = [sys.executable, "-c", STORE]
    started = [subprocess.Popen([*command, who]) for who in "abc"]
    assert [each.wait(timeout=60) for each in started] == [0, 0, 0]
    assert len(stored()) == 60
    assert {path.name for path in names_file().parent.iterdir()} <= {"credentials.toml", "credentials.lock"}


def test_a_file_that_another_process_keeps_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "LOCK_SECONDS", 0.05)
    names_file().parent.mkdir(parents=True)
    with (
        filelock.FileLock(names_file().with_suffix(".lock")),
        pytest.raises(CredentialError, match="Another process is changing"),
    ):
        remember("mycompany", Credential(SERVER, api_key=KEY))
    assert not names_file().exists()
