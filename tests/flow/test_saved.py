from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
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
        f'format = 2\nurl = "{URL}"\nexclude = ["_id"]\nbatch_size = 0\n'
    )


SECRETS = [
    "X-Api-Key", "api_key", "X-Auth", "Session-Id", "My-Token", "Ocp-Apim-Subscription-Key", "Access-Key", "X-Key",
    "Private-Key", "X-Credential", "X-Pwd", "X-Hub-Signature", "X-Bearer",
]  # fmt: skip


@pytest.mark.parametrize("name", ["X-Team", "Idempotency-Key", "Keyboard"])
def test_other_headers_are_saved(name: str) -> None:
    assert f'{name} = "finance"' in to_text(Settings(URL, headers={name: "finance"}))


@pytest.mark.parametrize("name", SECRETS)
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
        *(
            (f'url = "{URL}"\nformat = {wrong}\n', f"line 2: format={shown} is not the number of a version. Use 2.")
            for wrong, shown in (("true", "True"), ('"1"', "'1'"), ("0", "0"), ("1.5", "1.5"))
        ),
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


def test_the_name_and_whether_it_is_active_stand_first_in_the_file(tmp_path: Path) -> None:
    destination = Destination(URL, name='  contacts "é"  ', active=True, context={"lang": "fr_FR"})
    destination.save(tmp_path / "contacts.toml")
    assert Destination.load(tmp_path / "contacts.toml") == destination
    assert (tmp_path / "contacts.toml").read_text(encoding="utf-8").splitlines()[1:3] == [
        'name = "contacts \\"é\\""',
        "active = true",
    ]


@given(name=st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20), active=st.booleans())
def test_any_name_is_read_back(name: str, active: bool) -> None:
    destination = Destination(URL, name=name, active=active)
    assert from_text(Destination, to_text(destination)) == destination


@pytest.mark.parametrize("line", ['active = "yes"', "active = 1", "name = 7", 'name = "two\\nlines"'])
def test_a_wrong_name_or_switch_names_its_line(line: str) -> None:
    with pytest.raises(SettingsError, match=rf"^contacts.toml, line 2: {line[:4]}"):
        from_text(Destination, f'url = "{URL}"\n{line}\n', "contacts.toml")


def test_a_file_without_them_is_a_paused_destination_without_a_name() -> None:
    destination = from_text(Destination, f'url = "{URL}"\n')
    assert (destination.name, destination.active, destination.title) == ("", False, "Create res.partner")


def test_a_file_that_is_not_there_or_no_text_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"contacts.toml cannot be read: No such file"):
        Destination.load(tmp_path / "contacts.toml")
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"x.toml cannot be read: it is no text"):
        Destination.load(tmp_path / "x.toml")


EVERY = {
    "url": "https://mycompany.odoo.com/xmlrpc/2/object?ref={ref}",
    "model": "res.partner",
    "operation": "action_archive",
    "headers": {"X-Token": "${MY_TOKEN}", "X-Source": 'a, "b"'},
    "exclude": ["_id"],
    "ids": "odoo id",
    "missing": {"email": "clear"},
    "fields": {"Country of birth": "country_id"},
    "settlements": {"country_id/code": {"XX": 20, "WA (country_id=233)": "reject"}, "Tags": {"a b": "create"}},
    "batch_size": 7,
    "grouping": "keep together",
    "group_by": "ref",
    "max_bytes": 500_000,
    "timezone": "Europe/Brussels",
    "context": {"lang": "fr_FR", "mine": 1, "deep": {"a": [1, {"b": [True, 0.5]}]}},
    "keep_before": False,
    "concurrency": 2,
    "calls_per_second": 0.5,
    "timeout": 12.5,
}


def test_every_setting_is_saved_and_read_back() -> None:
    settings = Settings(**EVERY)
    assert {field.name for field in attrs.fields(Settings)} - EVERY.keys() == {
        # What the protocol fixes, and what is for REST alone.
        *("method", "content_format"),
        *("wrap", "id_path", "key_header"),
        # What goes with other operations.
        *("key", "mode", "only_changes", "lines", "line_key", "add", "then", "expect"),
        # What the context says.
        *("language", "company", "tracking", "assignment_emails"),
    }
    assert from_text(Settings, to_text(settings)) == settings
    assert all(f"{name} = " in to_text(settings) or f"[{name}" in to_text(settings) for name in EVERY)


def test_what_becomes_of_lines_is_saved_and_read_back() -> None:
    settings = Settings(URL, key="ref", mode="upsert", lines="replace", line_key=["product_id", "x"])
    assert from_text(Settings, to_text(settings)) == settings
    assert 'lines = "replace"\nline_key = ["product_id", "x"]\n' in to_text(settings)


def test_that_only_changes_are_written_is_saved_and_read_back() -> None:
    settings = Settings(URL.replace("create", "write"), only_changes=True)
    assert "only_changes = true" in to_text(settings)
    assert from_text(Settings, to_text(settings)) == settings


URLS = st.sampled_from([
    {"url": URL}, {"url": f"{URL}?x={{ref}}&y=%2F"},
    {"url": "http://[::1]:8069/jsonrpc", "model": "x_thing", "operation": "action_post"},
    {"url": "https://a.b/xmlrpc/2/object", "model": "sale.order", "operation": "load"},
])  # fmt: skip
GROUPED = st.fixed_dictionaries(
    {"grouping": st.sampled_from(["by column", "keep together"]), "group_by": TEXT.filter(bool)}
)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**31), 2**31) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)


@given(
    where=URLS,
    grouped=st.just({}) | GROUPED,
    others=st.fixed_dictionaries(
        {},
        optional={
            "headers": st.dictionaries(st.sampled_from(["X-Source", "x-b", "!#$"]), HEADER_TEXT),
            "exclude": st.lists(TEXT),
            "ids": TEXT.filter(bool),
            "missing": st.dictionaries(TEXT, st.sampled_from(["omit", "clear", "reject"])),
            "fields": st.dictionaries(TEXT.filter(bool), TEXT.filter(str.strip)),
            "batch_size": st.none() | st.integers(1, 2**53 - 1),
            "max_bytes": st.none() | st.integers(1, 2**40),
            "timezone": st.sampled_from([None, "UTC", "Asia/Kolkata"]),
            "context": st.dictionaries(TEXT, VALUES),
            "timeout": st.integers(1, 999) | st.floats(0.001, 1e6),
        },
    ),
)
def test_whatever_is_set_is_read_back(where: Any, grouped: Any, others: Any) -> None:
    settings = Settings(**where, **grouped, **others)
    assert from_text(Settings, to_text(settings)) == settings


@pytest.mark.parametrize("key", ["ref", ["ref", "company_id"], ("a b",)])
@pytest.mark.parametrize("mode", ["create", "update", "upsert"])
def test_a_key_is_saved_as_a_list_of_names(key: Any, mode: str) -> None:
    settings = Settings(URL, key=key, mode=mode)
    text = to_text(settings)
    assert "key = [" in text
    assert from_text(Settings, text) == settings
    assert from_text(Settings, f'url = "{URL}"\nkey = "ref"\n').key == ("ref",)


@pytest.mark.parametrize("context", [{"a": None}, {"a": [1, None]}, {"a": {"b": None}}])
def test_a_context_that_no_file_can_hold_is_refused_and_not_changed(context: Any) -> None:
    with pytest.raises(SettingsError, match="context holds None, which a saved file cannot"):
        to_text(Settings(URL, context=context))


def test_a_context_is_the_lists_that_go_out() -> None:
    settings = Settings(URL, context={"allowed_company_ids": (1, 2)})
    assert settings == Settings(URL, context={"allowed_company_ids": [1, 2]}) == from_text(Settings, to_text(settings))


@pytest.mark.parametrize("query", ["token={ref}", "a=1&Api-Key=0123456789abcdef", "x=1&session_id=0123456789abcdef"])
def test_an_address_that_looks_like_it_holds_a_secret_is_not_saved(query: str) -> None:
    with pytest.raises(SettingsError, match="looks like a secret") as told:
        to_text(Settings(f"{URL}?{query}"))
    assert "0123456789abcdef" not in str(told.value)


WRONG = {
    "batch_size": "-5", "max_bytes": "1.5", "timeout": "0", "timezone": '"Nowhere"', "exclude": "[7]", "ids": '""',
    "grouping": '"x"', "method": '"GET"', "content_format": '"YAML"', "missing": '{a = "x"}', "headers": "7",
    "fields": "{a = 7}", "only_changes": '"yes"',
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_names_its_line(name: str) -> None:
    with pytest.raises(SettingsError, match=rf"^contacts.toml, line 3: .*{name}"):
        from_text(Settings, f'url = "{URL}"\n\n{name} = {WRONG[name]}\n', "contacts.toml")


ENTRIES = {
    "missing": ('name = "omit"', 'email = "cler"', "missing='cler'"),
    "headers": ('X-A = "one"', '"X B" = "two"', "Header 2 has no usable name"),
    "context": ('lang = "fr_FR"', "day = 2026-01-01", "context is not"),
}


@pytest.mark.parametrize("table", ENTRIES)
def test_a_wrong_entry_of_a_table_names_its_own_line(table: str) -> None:
    right, wrong, sentence = ENTRIES[table]
    with pytest.raises(SettingsError, match=f"^contacts.toml, line 5: {sentence}"):
        from_text(Settings, f'url = "{URL}"\n\n[{table}]\n{right}\n{wrong}\n', "contacts.toml")


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "contacts.toml").write_text(f'format = 1\nurl = "{URL}"\n', encoding="utf-8-sig")
    assert Destination.load(tmp_path / "contacts.toml") == Destination(URL)


def test_a_file_of_the_first_format_says_language_company_and_e_mails_in_its_context() -> None:
    text = (
        f'format = 1\nurl = "{URL}"\n\n[context]\nlang = "fr_FR"\nallowed_company_ids = [3]\n'
        "mail_auto_subscribe_no_notify = false\ntracking_disable = true\nmy_key = 1\n"
    )
    read = from_text(Settings, text)
    assert (read.language, read.company, read.assignment_emails, read.tracking) == ("fr_FR", 3, True, False)
    assert to_text(read) == (
        f'format = 2\nurl = "{URL}"\nlanguage = "fr_FR"\ncompany = 3\ntracking = false\nassignment_emails = true\n\n'
        "[context]\nmy_key = 1\n"
    )
    assert from_text(Settings, to_text(read)) == read
