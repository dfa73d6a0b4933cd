"""`credential`: who sends, kept under a name. The key is asked for, and no option: a shell remembers what is typed."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Annotated, Any

import typer

from odoo_widgets.cli.options import NAME, Json
from odoo_widgets.cli.telling import answer
from odoo_widgets.flow.credential import Credential, Secret, origin
from odoo_widgets.flow.errors import CredentialError
from odoo_widgets.net import keys

NONE = "No credential is stored."
Named = Annotated[str, typer.Argument(metavar=NAME, help="What it is called, such as the company's name.")]


def add(
    name: Named,
    server: Annotated[str, typer.Argument(metavar="SERVER", help="Its address: https://mycompany.odoo.com.")],
    *,
    database: Annotated[
        str, typer.Option(metavar=NAME, help="The database; not needed where the server has just one.")
    ] = "",
    login: Annotated[str, typer.Option(metavar=NAME, help="The user's login, for XML-RPC and JSON-RPC.")] = "",
    allow_http: Annotated[
        bool, typer.Option("--allow-http", help="Let the key go unencrypted to another machine, in a network of yours.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of one for another server.")] = False,
    as_json: Json = False,
) -> None:
    """Store a credential: its key in the system's keyring, the rest in a file.

    The API key is asked for and not shown; where standard input is no terminal, its first line is the key.
    """
    question = f"API key for {origin(server)}: "
    me = Credential(server, database, login, _key(question), allow_http=allow_http)
    if keys.remember(name, me, replace=replace) != keys.KEYRING:
        raise CredentialError(
            f"No keyring of this machine takes a key, so {name.strip()!r} is stored without one. "
            f"Set {keys.VARIABLES['api_key']} in the environment where it sends."
        )
    answer(
        lambda: [f"{_line(name.strip())}: stored. Its key is in the keyring."],
        lambda: _told(name.strip()),
        as_json=as_json,
    )


def show(*, as_json: Json = False) -> None:
    """List the stored credentials, without their keys."""
    answer(
        lambda: [_line(name) for name in keys.stored()] or [NONE],
        lambda: {"credentials": [_told(name) for name in keys.stored()]},
        as_json=as_json,
    )


def forget(name: Named, *, as_json: Json = False) -> None:
    """Forget a stored credential, its key first."""
    keys.forget(name)
    answer(lambda: [f"{name} is forgotten."], lambda: {"forgotten": name}, as_json=as_json)


def _key(question: str) -> Secret:
    """What a person types, unseen, or what another program hands over."""
    if sys.stdin is None:
        return Secret("")
    try:
        return Secret(getpass(question) if sys.stdin.isatty() else sys.stdin.readline())
    except EOFError:
        return Secret("")


def _told(name: str) -> dict[str, Any]:
    entry = keys.entry(name)
    return {"name": name, "server": entry.server, "database": entry.database, "login": entry.login}


def _line(name: str) -> str:
    told = _told(name)
    where = f" in {told['database']}" if told["database"] else ""
    return f"{name}  {told['server']}{where}{' as ' if told['login'] else ''}{told['login']}"
