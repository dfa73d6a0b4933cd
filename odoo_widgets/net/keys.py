"""Where a credential comes from: a list of names, the keyring, the environment, a hidden prompt.

Names, servers, databases and logins stand in a file; see `names`. The keys stand in the keyring of the operating
system, each beside its server: who changes the server in the file gets no key for it. A key that no keyring takes is
kept in the memory of this process alone.

`remember("mycompany", me)` stores a credential, as `odoo-widgets credential add` does, and `credential("mycompany")`
finds it. Where no keyring takes the key, `remember` answers `"memory"`. Without a name, ODOO_SERVER, ODOO_DATABASE,
ODOO_LOGIN and ODOO_API_KEY are taken.
"""

from __future__ import annotations

import os
from getpass import getpass
from typing import TYPE_CHECKING

import keyring
import keyring.errors

from odoo_widgets.flow.credential import Credential, Secret, origin
from odoo_widgets.flow.errors import CredentialError
from odoo_widgets.net.names import TEXTS, Entry, changing, entries, names_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SERVICE = "odoo_widgets"
VARIABLES = {"server": "ODOO_SERVER", "database": "ODOO_DATABASE", "login": "ODOO_LOGIN", "api_key": "ODOO_API_KEY"}
# Where a key can be.
KEYRING, MEMORY = "keyring", "memory"

# What no keyring took, by the names that it would have there.
_memory: dict[str, Secret] = {}


def stored() -> tuple[str, ...]:
    """The names of the stored credentials, sorted.

    Raises:
        CredentialError: The file of names cannot be read.
    """
    return tuple(sorted(entries()))


def entry(name: str = "", *, environment: Mapping[str, str] | None = None) -> Entry:
    """Server, database and login of a credential. The keyring is not asked.

    Args:
        name: The name that `remember` stored it under; empty for the environment.
        environment: Where ODOO_SERVER, ODOO_DATABASE and ODOO_LOGIN stand; the process's own at first.

    Raises:
        CredentialError: There is none of that name, or the environment names no server, or the file of names cannot be
            read.
    """
    given = entries().get(name) if name else _given(os.environ if environment is None else environment)
    if given is None or not given.server:
        raise _unknown(name, entries())
    return given


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
    given = _given(variables)
    named = entries() if name else {}
    found = named.get(name, given)
    if not found.server:
        raise _unknown(name, named or entries())
    key = _kept(name, found.server) if name in named else Secret("")
    # A key in the environment is for the server that stands beside it, or for the one that was named.
    if not key and (not given.server or origin(given.server) == origin(found.server)):
        key = Secret(variables.get(VARIABLES["api_key"], ""))
    if not key:
        key = _ask(found.server, prompt)
    return Credential(found.server, found.database, found.login, key, allow_http=found.allow_http)


def remember(name: str, me: Credential, *, replace: bool = False) -> str:
    """Stores a credential under a name: its key in the keyring, the rest in `names_file()`.

    Args:
        name: What to call it: one line of text. White space around it is dropped.
        me: The credential. It takes the place of one of that name for the same server.
        replace: Whether it may take the place of one for another server too.

    Returns:
        Where the key went: `keyring`; or `memory`, where this machine has no keyring that takes it. The key is then
        known until this process ends, and the name is stored without it.

    Raises:
        CredentialError: It is no name, one of that name is for another server, or the file cannot be written; nothing
            was stored.
    """
    name = name.strip()
    if not name or not name.isprintable():
        raise CredentialError("A credential is stored under a name of one line. Give it one, such as the company's.")
    with changing() as names:
        before = names.get(name)
        if before is not None and before.server != me.server and not replace:
            raise CredentialError(
                f"{name!r} is stored for {before.server}. Choose another name for {me.server}, or say --replace, "
                "or remember(…, replace=True)."
            )
        names[name] = Entry(me.server, me.database, me.login, me.allow_http)
    if before is not None and before.server != me.server:
        _drop(name, before.server)
    return _keep(name, me)


def forget(name: str) -> None:
    """Removes a stored credential, its key first.

    Args:
        name: What it is called.

    Raises:
        CredentialError: There is none of that name, or the keyring does not let its key go; nothing was removed.
    """
    with changing() as names:
        if name not in names:
            raise _unknown(name, names)
        if not _drop(name, names[name].server):
            raise CredentialError(
                f"The keyring did not let go of the key of {name!r}, so nothing was removed. Unlock it and try again."
            )
        del names[name]


def _given(variables: Mapping[str, str]) -> Entry:
    server, database, login = (variables.get(VARIABLES[field], "") for field in TEXTS)
    return Entry(server, database, login)


def _unknown(name: str, names: Mapping[str, Entry]) -> CredentialError:
    known = f" The stored names are: {', '.join(sorted(names))}." if names else ""
    called = f" called {name!r}" if name else ""
    return CredentialError(
        f"There is no credential{called}.{known} Store one with remember(name, Credential.ask(server)) or with "
        f"odoo-widgets credential add NAME SERVER, or set {', '.join(VARIABLES.values())} in the environment."
    )


# --- keys ------------------------------------------------------------------------------------------------------------
# What goes wrong in a keyring is an error of its backend's own, of any type.


def _place(name: str, server: str) -> str:
    """What a key is called in the keyring. A server's address holds no space, so no two names share a place."""
    return f"{server} {name}"


def _kept(name: str, server: str) -> Secret:
    place = _place(name, server)
    if place in _memory:
        return _memory[place]
    try:
        return Secret(keyring.get_password(SERVICE, place) or "")
    except Exception:  # noqa: BLE001
        return Secret("")


def _keep(name: str, me: Credential) -> str:
    place = _place(name, me.server)
    _memory[place] = me.api_key
    try:
        keyring.set_password(SERVICE, place, me.api_key.get_secret_value())
        # A keyring that is switched off takes everything and keeps nothing.
        if Secret(keyring.get_password(SERVICE, place) or "") != me.api_key:
            return MEMORY
    except Exception:  # noqa: BLE001
        return MEMORY
    del _memory[place]
    return KEYRING


def _drop(name: str, server: str) -> bool:
    """Whether the key is gone: it was removed, or there is no keyring that could hold it."""
    place = _place(name, server)
    _memory.pop(place, None)
    try:
        if keyring.get_password(SERVICE, place) is not None:
            keyring.delete_password(SERVICE, place)
    except keyring.errors.NoKeyringError:
        return True
    except Exception:  # noqa: BLE001
        return False
    return True


def _ask(server: str, prompt: Callable[[str], str]) -> Secret:
    try:
        return Secret(prompt(f"API key for {server}: "))
    except (EOFError, RuntimeError):
        # A scheduler has no terminal; a kernel without a front end raises a RuntimeError of its own.
        raise CredentialError(
            f"There is no key for {server}, and nobody to ask. Set {VARIABLES['api_key']} in the environment."
        ) from None


__all__ = ["Entry", "credential", "entry", "forget", "names_file", "remember", "stored"]
