from __future__ import annotations

import pandas as pd
import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow.credential import Credential
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.settings import Settings
from odoo_widgets.net.environment import filled
from tests.net.servers import Odoo

SERVER = "https://mycompany.example.com"
URL = f"{SERVER}/json/2/res.partner/create"
SECRET = "5ec2e7"

TEXTS = {
    "${A}": "5ec2e7",
    "Bearer ${A}, twice ${A}": "Bearer 5ec2e7, twice 5ec2e7",
    "${A}${B}": "5ec2e7${A} $A",
    "$A ${} ${1A} ${A-x} $(A) {A}": "$A ${} ${1A} ${A-x} $(A) {A}",
    "nothing": "nothing",
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_name_is_replaced_once_and_nothing_else_is(text: str) -> None:
    settings = filled(Settings(URL, headers={"X": text}), {"A": SECRET, "B": "${A} $A"})
    assert settings.headers == {"X": TEXTS[text]}


@pytest.mark.parametrize("value", ["a\nb", "a\r\nX-Other: b", "é", "\x7f"])
def test_what_no_header_can_carry_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(SettingsError, match="The header X-Token holds") as told:
        filled(Settings(URL, headers={"X-Token": "${A}"}), {"A": SECRET + value})
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("environment", [{}, {"A": ""}, {"a": SECRET}])
def test_a_name_that_is_not_there_is_refused_by_name(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="The header X-Token takes A from the environment, which does not have it"):
        filled(Settings(URL, headers={"X-Token": "${A}"}), environment)


def test_a_send_takes_it_and_nobody_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", SECRET)
    odoo, destination = Odoo(), Destination(URL, headers={"X-Token": "${MY_TOKEN}"})
    sending = destination.delivery(
        pd.DataFrame({"name": ["a"]}), Credential(SERVER, api_key="k"), transport=odoo.transport
    )
    sending.result()
    assert odoo.requests[0].headers["x-token"] == SECRET
    assert SECRET not in repr(destination) + repr(vars(sending))


def test_a_send_that_lacks_it_sends_nothing() -> None:
    odoo, destination = Odoo(), Destination(URL, headers={"X-Token": "${NOT_THERE_AT_ALL}"})
    with pytest.raises(SettingsError, match="NOT_THERE_AT_ALL"):
        destination.delivery(pd.DataFrame({"name": ["a"]}), Credential(SERVER, api_key="k"), transport=odoo.transport)
    assert odoo.requests == []
