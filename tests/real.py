"""A real Odoo for a module of tests, and another way to it, to look at what stands in it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from odoo_widgets.flow.errors import NoOdooError
from odoo_widgets.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """A fresh database; without any Odoo to be had, the tests are skipped, or fail where CI is set."""
    try:
        odoo = Sandbox()
    except NoOdooError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    with odoo:
        yield odoo


def call(odoo: Sandbox, model: str, method: Any, **arguments: Any) -> Any:
    """What a method answers to a plain request, made without this package."""
    headers = {
        "Authorization": f"bearer {odoo.credential.api_key.get_secret_value()}",
        "X-Odoo-Database": odoo.credential.database,
    }
    with httpx.Client(trust_env=False, timeout=60) as client:
        answer = client.post(f"{odoo.url}/json/2/{model}/{method}", headers=headers, json=arguments)
    assert answer.status_code == httpx.codes.OK, answer.text[:500]
    return answer.json()
