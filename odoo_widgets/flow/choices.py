"""Which settings go together: what an API fixes for itself, and what only REST knows, or some of its formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.endpoint import fixed, in_json2
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.limits import XML_NAME

if TYPE_CHECKING:
    from odoo_widgets.flow.settings import Settings

OF_REST = ("mode", "wrap", "id_path", "key_header")
# The formats that have names around their records.
WRAPPED = ("JSON", "XML")
# The verbs that are for a record which may not be there yet.
UPSERTS = ("PUT", "PATCH")


def check(settings: Settings) -> None:
    """Looks for settings that contradict each other.

    Args:
        settings: All of them, each valid by itself.

    Raises:
        SettingsError: Two do not fit together, with what would.
    """
    target = settings.endpoint
    for name, (value, reason) in fixed(settings.url).items():
        if (said := getattr(settings, name)) != value:
            instead = {name: value} if name != "method" else over_json2(settings, target.model, said)
            raise SettingsError(f"{name}={said!r} does not fit the URL. {reason}", instead)
    if target.protocol == "rest":
        _wrap(settings)
        _mode(settings)
        _key_header(settings)
        return
    for name, default in _of_rest(settings).items():
        raise SettingsError(f"{name}={getattr(settings, name)!r} is for REST only. Leave it out.", {name: default})


def over_json2(settings: Settings, model: str, verb: str) -> dict[str, Any]:
    """The settings to change, to do over JSON-2 what a verb would do over REST.

    Args:
        settings: What they are now.
        model: The model.
        verb: The HTTP method.

    Returns:
        Names and values for `replace`; what JSON-2 has no use for goes back to what it is by itself.
    """
    content = {"content_format": "JSON"} if settings.content_format != "JSON" else {}
    return {**in_json2(settings.url, model, verb), **content, **_of_rest(settings)}


def _of_rest(settings: Settings) -> dict[str, Any]:
    """The choices that only REST has, as far as one was made: name to what it is by itself."""
    defaults = {name: getattr(attrs.fields(type(settings)), name).default for name in OF_REST}
    return {name: default for name, default in defaults.items() if getattr(settings, name) != default}


def _wrap(settings: Settings) -> None:
    names = settings.wrap.split(".") if settings.wrap else []
    if not names:
        return
    kind = settings.content_format
    if kind not in WRAPPED:
        raise SettingsError(
            f"wrap={settings.wrap!r} does nothing in {kind}, which has no names around a record.", {"wrap": ""}
        )
    if "[" in settings.wrap:
        raise SettingsError(f"wrap={settings.wrap!r} has a place in a list. Write names only, like params.data.")
    if kind == "XML" and not all(map(XML_NAME.fullmatch, names)):
        raise SettingsError(f"wrap={settings.wrap!r} cannot name elements in XML. Use letters and digits.")


def _mode(settings: Settings) -> None:
    if settings.mode != "upsert":
        return
    place = f"{{{settings.ids}}}"
    if settings.method not in UPSERTS:
        raise SettingsError(
            f"mode='upsert' is for PUT and PATCH: {settings.method} has no second way for rows without an id.",
            {"mode": "create"},
        )
    if settings.url.partition("?")[0].rstrip("/").rpartition("/")[2] != place:
        raise SettingsError(
            f"mode='upsert' posts rows without an id to the URL without its last part, so that has to be {place}, like "
            f"https://mycompany.odoo.com/api/res.partner/{place}.",
            {"mode": "create"},
        )


def _key_header(settings: Settings) -> None:
    if settings.key_header.lower() in {name.lower() for name in settings.headers}:
        raise SettingsError(
            f"The header {settings.key_header} stands in headers too, and the key goes into it. Take it out of headers."
        )
