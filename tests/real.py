"""A real Odoo for a module of tests, and another way to it, to look at what stands in it."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import pytest

from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import NoOdooError
from odoo_widgets.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


# Where these are set, the tests go to that Odoo. They write into the database, and clear nothing away.
SERVER, DATABASE, LOGIN, API_KEY = ELSEWHERE = [
    f"ODOO_TEST_{name}" for name in ("SERVER", "DATABASE", "LOGIN", "API_KEY")
]
# A database is 1,500 files, and after as many were deleted, ext4 takes four times as long to make them: it looks for
# numbers that no file had in the last minutes. So the databases of all modules are dropped together, at the very end.
KEPT = ExitStack()


@attrs.frozen
class Elsewhere:
    """An Odoo that is not the sandbox's, with as much of a `Sandbox` as tests look at."""

    credential: Credential

    @property
    def url(self) -> str:
        return self.credential.server

    @property
    def database(self) -> str:
        return self.credential.database

    @property
    def login(self) -> str:
        return self.credential.login


def elsewhere() -> Elsewhere | None:
    """The Odoo that the environment names; None where it names none."""
    if SERVER not in os.environ:
        return None
    if missing := [name for name in ELSEWHERE if not os.environ.get(name)]:
        raise pytest.UsageError(f"{SERVER} is set, so {', '.join(missing)} has to be set too.")
    told = [os.environ[name] for name in ELSEWHERE]
    return Elsewhere(Credential(told[0], database=told[1], login=told[2], api_key=told[3]))


@contextmanager
def sandbox() -> Iterator[Sandbox | Elsewhere]:
    """The Odoo that the environment names, else a fresh database in the sandbox, kept until `KEPT` is closed.

    Without any Odoo to be had, the tests are skipped, or fail where CI is set.
    """
    if named := elsewhere():
        yield named
        return
    try:
        odoo = Sandbox()
    except NoOdooError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    KEPT.callback(odoo.close)
    yield odoo


def call(odoo: Sandbox | Elsewhere, model: str, method: Any, **arguments: Any) -> Any:
    """What a method answers to a plain request, made without this package."""
    headers = {
        "Authorization": f"bearer {odoo.credential.api_key.get_secret_value()}",
        "X-Odoo-Database": odoo.credential.database,
    }
    with httpx.Client(trust_env=False, timeout=60) as client:
        answer = client.post(f"{odoo.url}/json/2/{model}/{method}", headers=headers, json=arguments)
    assert answer.status_code == httpx.codes.OK, answer.text[:500]
    return answer.json()
