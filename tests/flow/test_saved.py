from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_widgets import Destination, SettingsError
from odoo_widgets.flow.saved import FORMAT, from_text, to_text
from odoo_widgets.flow.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://mycompany.odoo.com/json/2/res.partner/create"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)

WHOLE = Settings(
    URL,
    headers={"X-Request-Source": 'a "quoted", one'},
    exclude=["_loaded_at", "é\n"],
    batch_size=None,
    timezone="Europe/Brussels",
    context={"lang": "fr_FR", "allowed_company_ids": [1, 2]},
    timeout=12.5,
)


@pytest.mark.parametrize("settings", [Settings(URL), WHOLE])
def test_what_is_saved_is_read_back(settings: Settings) -> None:
    assert from_text(Settings, to_text(settings)) == settings


@given(
    exclude=st.lists(TEXT, unique=True),
    size=st.none() | st.integers(1, 10**6),
    context=st.dictionaries(TEXT, TEXT | st.booleans() | st.integers(-(2**31), 2**31)),
)
def test_any_settings_are_read_back(exclude: list[str], size: int | None, context: dict[str, Any]) -> None:
    settings = Settings(URL, exclude=exclude, batch_size=size, context=context)
    assert from_text(Settings, to_text(settings)) == settings


def test_the_file_is_one_that_a_person_can_read() -> None:
    assert to_text(Settings(URL, exclude=["_id"], batch_size=None)) == (
        f'format = 1\nurl = "{URL}"\nexclude = ["_id"]\nbatch_size = 0\n'
    )


@pytest.mark.parametrize("name", ["X-Api-Key", "api_key", "X-Auth", "Session-Id", "My-Token"])
def test_a_header_that_looks_like_a_secret_is_not_saved(name: str, tmp_path: Path) -> None:
    destination = Destination(URL, headers={name: "0123456789abcdef"})
    with pytest.raises(SettingsError, match=f"The header {name} looks like a secret") as told:
        destination.save(tmp_path / "contacts.toml")
    assert "0123456789abcdef" not in str(told.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("url = [", "The text cannot be read: "),
        (f'format = {FORMAT + 1}\nurl = "{URL}"\n', "a newer version of this package wrote"),
        (f'url = "{URL}"\n\nbatch = 5\n', "The text, line 3: there is no setting 'batch'. Remove or correct it."),
        (f'url = "{URL}"\nbatch_size = -5\n', "The text, line 2: batch_size=-5 is not a number of records."),
        (f'url = "{URL}"\n[context2]\nlang = "x"\n', "The text, line 2: there is no setting 'context2'."),
        ("batch_size = 5\n", "The text does not say 'url'. Add it."),
        ('url = "x"\n', "That is not the address of a server"),
    ],
)
def test_a_file_that_is_wrong_says_what_and_where(text: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as told:
        from_text(Settings, text)
    assert sentence in str(told.value)


def test_a_destination_comes_back_from_its_file(tmp_path: Path) -> None:
    destination = Destination(URL, exclude=["_id"])
    destination.save(tmp_path / "contacts.toml")
    assert Destination.load(tmp_path / "contacts.toml") == destination


def test_a_file_that_is_not_there_or_no_text_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"contacts.toml cannot be read: No such file"):
        Destination.load(tmp_path / "contacts.toml")
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"x.toml cannot be read: it is no text"):
        Destination.load(tmp_path / "x.toml")
