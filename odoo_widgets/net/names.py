"""The file of stored credentials: names, servers, databases and logins, readable and without a key."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import attrs
import filelock
import platformdirs
import tomlkit
import tomlkit.exceptions

from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.errors import CredentialError, SettingsError
from odoo_widgets.net import whole
from odoo_widgets.net.homes import home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXTS = ("server", "database", "login")
# Another process writes a few lines.
LOCK_SECONDS = 10


@attrs.frozen
class Entry:
    """What is stored of a credential beside its key.

    Attributes:
        server: The server's address: scheme, host and port.
        database: The database's name; may be empty.
        login: The user's login; may be empty.
        allow_http: Whether the key may go over plain http to a host other than this machine.
    """

    server: str = ""
    database: str = ""
    login: str = ""
    allow_http: bool = False


def names_file() -> Path:
    """The file that lists the stored credentials, without their keys.

    Raises:
        CredentialError: The user has no home.
    """
    return home(platformdirs.user_config_path, "XDG_CONFIG_HOME", CredentialError) / "credentials.toml"


def entries() -> dict[str, Entry]:
    """What is stored, by name.

    Raises:
        CredentialError: The file cannot be read, or holds what is no credential. The sentence names both.
    """
    return {name: _entry(name, values) for name, values in _read().items()}


@contextmanager
def changing() -> Iterator[dict[str, Entry]]:
    """What is stored, to change inside a `with` block: written at its end, while no other process may.

    Raises:
        CredentialError: The file cannot be read or written, or another process holds it. It stays as it was.
    """
    file = names_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(file.with_suffix(".lock"), timeout=LOCK_SECONDS):
            document = _read()
            before = {name: _entry(name, values) for name, values in document.items()}
            after = dict(before)
            yield after
            if after != before:
                whole.write(file, tomlkit.dumps(_changed(document, before, after)).encode(), 0o600)
    except filelock.Timeout:
        raise CredentialError(f"Another process is changing {file}. Nothing was stored; try again.") from None
    except OSError as error:
        raise CredentialError(f"{file} cannot be written: {error.strerror or error}. Nothing was stored.") from None


def _entry(name: str, values: object) -> Entry:
    wrong = CredentialError(f"{names_file()} holds {name!r}, which is no credential. Correct or delete it.")
    if not isinstance(values, dict):
        raise wrong
    texts = {field: values.get(field, "") for field in TEXTS}
    allow_http = values.get("allow_http", False)
    if not all(isinstance(text, str) for text in texts.values()) or not isinstance(allow_http, bool):
        raise wrong
    try:
        texts["server"] = origin(texts["server"])
    except SettingsError:
        raise wrong from None
    return Entry(**texts, allow_http=allow_http)


def _read() -> tomlkit.TOMLDocument:
    file = names_file()
    try:
        # Some editors put a byte order mark before it.
        return tomlkit.parse(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return tomlkit.document()
    except OSError as error:
        raise CredentialError(f"{file} cannot be read: {error.strerror or error}.") from None
    except (tomlkit.exceptions.TOMLKitError, UnicodeDecodeError) as error:
        raise CredentialError(f"{file} cannot be read: {error}. Correct or delete it.") from None


def _changed(document: tomlkit.TOMLDocument, before: dict[str, Entry], after: dict[str, Entry]) -> tomlkit.TOMLDocument:
    for name in before.keys() - after.keys():
        del document[name]
    for name, entry in after.items():
        if before.get(name) != entry:
            # Only what is so: a file for people.
            document[name] = {field: value for field, value in attrs.asdict(entry).items() if value or field in TEXTS}
    return document
