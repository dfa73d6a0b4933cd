"""Where a credential comes from: a list of names, the keyring, the environment, a hidden prompt.

Names, servers, databases and logins stand in `credentials.toml` in the user's folder for settings, readable and without
secrets. The keys stand in the keyring of the operating system.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import keyring
import keyring.errors
import platformdirs
import tomlkit
import tomlkit.exceptions

from odoo_widgets.flow.credential import Credential, Secret, origin
from odoo_widgets.flow.errors import CredentialError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SERVICE = "odoo_widgets"
VARIABLES = {"server": "ODOO_SERVER", "database": "ODOO_DATABASE", "login": "ODOO_LOGIN", "api_key": "ODOO_API_KEY"}


def names_file() -> Path:
    """The file that lists the stored credentials, without their keys."""
    return platformdirs.user_config_path(SERVICE, appauthor=False) / "credentials.toml"


def names() -> tuple[str, ...]:
    """The names of the stored credentials, sorted."""
    return tuple(sorted(_read().keys()))


def credential(
    name: str = "",
    *,
    environment: Mapping[str, str] | None = None,
    prompt: Callable[[str], str] = getpass,
) -> Credential:
    """A credential by its name, else from the environment, else with a hidden prompt for the key.

    Args:
        name: The name that `remember` stored it under; empty for the environment.
        environment: Where ODOO_SERVER, ODOO_DATABASE, ODOO_LOGIN and ODOO_API_KEY stand; the process's own at first.
        prompt: Shows a question and returns what was typed, unseen.

    Returns:
        The credential.

    Raises:
        CredentialError: The name is unknown and the environment names no server, or no key can be had.
    """
    variables = os.environ if environment is None else environment
    given = {field: variables.get(variable, "") for field, variable in VARIABLES.items() if field != "api_key"}
    stored = _read().get(name) if name else None
    found = given if stored is None else {field: str(stored.get(field, "")) for field in given}
    key = Secret("") if stored is None else _stored_key(name)
    # A key in the environment is for the server that stands beside it, or for the one that was named.
    if not key and (not given["server"] or origin(given["server"]) == origin(found["server"])):
        key = Secret(variables.get(VARIABLES["api_key"], ""))
    if not found["server"]:
        known = f" The stored names are: {', '.join(names())}." if names() else ""
        called = f" called {name!r}" if name else ""
        raise CredentialError(
            f"There is no credential{called}.{known} Store one with remember(name, Credential.ask(server)), "
            f"or set {', '.join(VARIABLES.values())} in the environment."
        )
    if not key:
        key = _ask(found["server"], prompt)
    return Credential(found["server"], found["database"], found["login"], key)


def remember(name: str, me: Credential) -> None:
    """Stores a credential under a name: its key in the keyring, the rest in `names_file()`.

    Args:
        name: What to call it.
        me: The credential.

    Raises:
        CredentialError: This machine has no keyring; nothing was stored.
    """
    if not name.strip():
        raise CredentialError("A credential is stored under a name. Give it one, such as the company's.")
    try:
        keyring.set_password(SERVICE, name, me.api_key.get_secret_value())
        # A keyring that is switched off takes everything and keeps nothing.
        kept = _stored_key(name) == me.api_key
    except keyring.errors.KeyringError:
        kept = False
    if not kept:
        raise CredentialError(
            "This machine has no keyring to keep the key in, so nothing was stored. Put the key into the environment "
            f"as {VARIABLES['api_key']} instead, or type it when asked."
        )
    document = _read()
    document[name] = {"server": me.server, "database": me.database, "login": me.login}
    _write(document)


def forget(name: str) -> None:
    """Removes a stored credential, its key first.

    Args:
        name: What it is called.

    Raises:
        CredentialError: There is none of that name.
    """
    document = _read()
    if name not in document:
        raise CredentialError(f"There is no credential called {name!r}.")
    # A key that is not there, or a keyring that is not: the name goes all the same.
    with suppress(keyring.errors.KeyringError):
        keyring.delete_password(SERVICE, name)
    del document[name]
    _write(document)


def _stored_key(name: str) -> Secret:
    try:
        return Secret(keyring.get_password(SERVICE, name) or "")
    except keyring.errors.KeyringError:
        return Secret("")


def _ask(server: str, prompt: Callable[[str], str]) -> Secret:
    try:
        return Secret(prompt(f"API key for {server}: "))
    except (EOFError, RuntimeError):
        # A scheduler has no terminal; a kernel without a front end raises a RuntimeError of its own.
        raise CredentialError(
            f"There is no key for {server}, and nobody to ask. Set {VARIABLES['api_key']} in the environment."
        ) from None


def _read() -> tomlkit.TOMLDocument:
    file = names_file()
    try:
        document = tomlkit.parse(file.read_text(encoding="utf-8"))
        if other := [name for name, entry in document.items() if not isinstance(entry, dict)]:
            raise CredentialError(f"{file} holds {other[0]!r}, which is no credential. Correct or delete it.")
    except FileNotFoundError:
        return tomlkit.document()
    except (tomlkit.exceptions.TOMLKitError, UnicodeDecodeError) as error:
        raise CredentialError(f"{file} cannot be read: {error}. Correct or delete it.") from None
    return document


def _write(document: tomlkit.TOMLDocument) -> None:
    file = names_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and moved into place: a full disk leaves the old list whole.
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as new:
        new.write(tomlkit.dumps(document))
    Path(new.name).replace(file)
