"""Settings as a text file that a person can read and edit: TOML, with a format version, and without secrets.

A value that is the default is left out. `batch_size = 0` stands for one record per call, since TOML has no null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import httpx
import tomlkit
import tomlkit.exceptions
from immutabledict import immutabledict

from odoo_widgets.flow.context import unsaid
from odoo_widgets.flow.endpoint import endpoint
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.headers import SECRET_NAME, is_secret

if TYPE_CHECKING:
    from odoo_widgets.flow.settings import Settings

# 1 knew no steps, and said language, company and e-mails in `context`, which is read all the same.
FORMAT = 2
# What a person looks for first.
FIRST = ("name", "active")
MARK = "\ufeff"

AnySettings = TypeVar("AnySettings", bound="Settings")


def to_text(settings: Settings) -> str:
    """Settings as TOML.

    Args:
        settings: The settings.

    Returns:
        The text, which `from_text` reads back to equal settings.

    Raises:
        SettingsError: A header that looks like a secret holds its value in clear.
    """
    _refuse_secrets(settings)
    if _holds_none(settings.context):
        raise SettingsError("context holds None, which a saved file cannot. Leave it out, or use False.")
    document = tomlkit.document()
    document.add("format", tomlkit.item(FORMAT))
    for name, value in chosen(settings).items():
        document.add(name, tomlkit.item(_plain(value)))
    return tomlkit.dumps(document)


def chosen(settings: Settings) -> dict[str, Any]:
    """The settings that are not what they are by themselves, name and activity first.

    Raises:
        SettingsError: A header that looks like a secret holds its value in clear.
    """
    _refuse_secrets(settings)
    fields = sorted(attrs.fields(type(settings)), key=lambda field: field.name not in FIRST)
    values = {field: getattr(settings, field.name) for field in fields}
    # What stands beside it by name need not be said twice.
    values = {field: unsaid(value) if field.name == "context" else value for field, value in values.items()}
    return {
        field.name: value
        for field, value in values.items()
        if field.default is attrs.NOTHING or value != _default(field, settings)
    }


def _refuse_secrets(settings: Settings) -> None:
    for name, value in settings.headers.items():
        if is_secret(name, value):
            raise SettingsError(
                f"The header {name} looks like a secret, and a saved file is no place for one. Put it into the "
                f"environment, and write {name}:${{NAME}}."
            )
    for name in httpx.URL(settings.url).params:
        if SECRET_NAME.search(name):
            raise SettingsError(
                f"The URL's {name} looks like a secret, and a saved file is no place for one. Send it as a header: "
                f"{name}:${{NAME}} takes it from the environment."
            )


def from_text(kind: type[AnySettings], text: str, name: str = "The text") -> AnySettings:
    """Settings from TOML.

    Args:
        kind: What to make: `Settings`, or an heir.
        text: The text.
        name: What to call it in a sentence, such as the file's name.

    Returns:
        The settings.

    Raises:
        SettingsError: The text is no TOML, was written by a newer version, or a key is unknown or wrong. The sentence
            names the line.
    """
    try:
        values = tomlkit.parse(text).unwrap()
    except tomlkit.exceptions.TOMLKitError as error:
        raise SettingsError(f"{name} cannot be read: {error}.") from None
    version = values.pop("format", FORMAT)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise SettingsError(
            f"{name}, line {_line(text, 'format')}: format={version!r} is not the number of a version. Use {FORMAT}."
        )
    if version > FORMAT:
        raise SettingsError(
            f"{name} has the format {version!r}, which a newer version of this package wrote. Upgrade it."
        )
    known = {field.name: field for field in attrs.fields(kind)}
    for key in values:
        if key not in known:
            raise SettingsError(f"{name}, line {_line(text, key)}: there is no setting {key!r}. Remove or correct it.")
    if missing := [key for key, field in known.items() if field.default is attrs.NOTHING and key not in values]:
        raise SettingsError(f"{name} does not say {missing[0]!r}. Add it.")
    try:
        return kind(**values)
    except SettingsError as error:
        wrong = _wrong(kind, values, str(error))
        where = f", line {_place(kind, values, wrong, text)}" if wrong else ""
        raise SettingsError(f"{name}{where}: {error}") from None


def switched(text: str, *, active: bool) -> str:
    """A file's text that says whether the destination is in use, with all else as it was, comments included.

    Args:
        text: The text of a file that `from_text` reads.
        active: Whether it is to be in use.

    Returns:
        The text to write in its place.
    """
    # Some editors put a byte order mark before it, which stays.
    mark = MARK if text.startswith(MARK) else ""
    document = tomlkit.parse(text.removeprefix(MARK))
    document["active"] = active
    return mark + tomlkit.dumps(document)


def _wrong(kind: type[Settings], values: dict[str, Any], message: str) -> str | None:
    """The key whose value makes a message; None where it is about several."""
    named: str | None = next((key for key in values if message.startswith((f"{key}=", f"{key} "))), None)
    if named is not None:
        return named
    for field in attrs.fields(kind):
        try:
            if field.converter is not None and field.name in values:
                field.converter(values[field.name])
        except SettingsError:
            return str(field.name)
    right = {"model": "res.partner", "operation": "create"}
    told: dict[str, Any] = {name: values.get(name) for name in right}
    # Whichever has to be right for the endpoint to be found is wrong; the URL, where neither helps.
    for name, tried in ((None, told), *((name, {**told, name: right[name]}) for name in right)):
        try:
            endpoint(values["url"], **tried)
        except SettingsError:
            continue
        return name
    return "url"


def _default(field: attrs.Attribute[Any], settings: Settings) -> Any:
    default: Any = field.default
    if not hasattr(default, "factory"):
        return default
    return default.factory(settings) if default.takes_self else default.factory()


def _holds_none(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_none, value.values()))
    return any(map(_holds_none, value)) if isinstance(value, list) else value is None


def _plain(value: Any) -> Any:
    if value is None:
        return 0
    if isinstance(value, immutabledict | dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple | list) else value


def _place(kind: type[Settings], values: dict[str, Any], wrong: str, text: str) -> int:
    """The line of a wrong value; in a table, of the entry that is wrong by itself."""
    line, table = _line(text, wrong), values.get(wrong)
    converter = getattr(attrs.fields(kind), wrong).converter
    for key, value in table.items() if isinstance(table, Mapping) and converter is not None else ():
        try:
            converter({key: value})
        except SettingsError:
            return _line(text, key, line)
    return line


def _line(text: str, key: str, above: int = 0) -> int:
    """The line on which a key stands, from 1, below another one; that one, or 1, if it stands nowhere by itself."""
    pattern = re.compile(rf"\s*(\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*[=\].]")
    numbered = enumerate(text.splitlines()[above:], start=above + 1)
    return next((number for number, line in numbered if pattern.match(line)), above or 1)
