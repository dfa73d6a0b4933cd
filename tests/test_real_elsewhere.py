"""The tests can be pointed at another Odoo; here, at a database of the sandbox's."""

from __future__ import annotations

import pytest

from odoo_widgets import Destination, Sandbox
from tests import real


@pytest.fixture
def odoo(monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    with real.sandbox() as odoo:
        key = odoo.credential.api_key.get_secret_value()
        for name, value in zip(real.ELSEWHERE, (odoo.url, odoo.database, odoo.login, key), strict=True):
            monkeypatch.setenv(name, value)
        yield odoo


def test_an_odoo_that_the_environment_names_is_the_one_that_tests_go_to(odoo: Sandbox) -> None:
    with real.sandbox() as named:
        assert isinstance(named, real.Elsewhere)
        assert (named.url, named.database, named.login) == (odoo.url, odoo.database, odoo.login)
        server = Destination(f"{named.url}/json/2/res.partner/create").server(named.credential)
        assert server.version.startswith("19")
        assert real.call(named, "res.users", "context_get") == real.call(odoo, "res.users", "context_get")
    assert odoo.credential.api_key.get_secret_value() not in repr(named)


@pytest.mark.parametrize("left_out", real.ELSEWHERE[1:])
def test_an_odoo_that_is_named_by_half_is_no_odoo(monkeypatch: pytest.MonkeyPatch, left_out: str) -> None:
    for name in real.ELSEWHERE:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv(left_out)
    with pytest.raises(pytest.UsageError, match=left_out), real.sandbox():
        pass
