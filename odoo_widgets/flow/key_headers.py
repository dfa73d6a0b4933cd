"""The header that a key goes into, as an analyst writes it: `api-key`, `Cookie: session_id={key}`, and so on."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING

import attrs

from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.headers import COOKIE, NAME, OURS

if TYPE_CHECKING:
    from odoo_widgets.flow.credential import Credential

KEY = "{key}"
AUTHORIZATION = "authorization"
# A scheme in front of the key (RFC 9110, 11.1), or the name of the cookie that it is (RFC 6265, 4.1.1). Nothing else
# may stand there: it could be the key itself, which has no place in settings.
SCHEME = re.compile(r"([A-Za-z][A-Za-z-]{0,19} )?\{key\}")
ONE_COOKIE = re.compile(rf"{NAME.pattern}=\{{key\}}")
# RFC 7617, 2: the name has no colon.
BASIC = re.compile(r"Basic \{(?P<name>login|database)\}:\{key\}")
FORMS = "api-key, Authorization: Basic {login}:{key} or Cookie: session_id={key}"


@attrs.frozen
class KeyHeader:
    """A header with a place for the key.

    Attributes:
        name: What it is called.
        before: What stands before the key.
        user: What of the credential stands before the key, for HTTP Basic: `login` or `database`; else empty.
    """

    name: str
    before: str = ""
    user: str = ""

    def value(self, credential: Credential) -> str:
        """What goes out: with the key in it, so it is asked for last."""
        key = credential.api_key.get_secret_value()
        if self.user:
            return f"Basic {b64encode(f'{getattr(credential, self.user)}:{key}'.encode()).decode()}"
        return f"{self.before}{key}"

    def around(self, credential: Credential) -> tuple[str, str, str]:
        """What goes out, for people: what stands before the key, the key, and behind it."""
        key = credential.api_key.get_secret_value()
        return (f"Basic base64({getattr(credential, self.user)}:", key, ")") if self.user else (self.before, key, "")

    def unfit(self, credential: Credential) -> str:
        """Why a credential cannot go into this header, as a sentence; empty if it can."""
        if not self.user:
            return ""
        name = getattr(credential, self.user)
        if not name:
            return f"HTTP Basic wants the {self.user} beside the key: Credential(…, {self.user}='…')."
        return f"The {self.user} holds a colon, which HTTP Basic has no place for." if ":" in name else ""


def key_header(text: str) -> KeyHeader:
    """Reads where the key goes.

    Args:
        text: A header's name, or one with its value: `Authorization: Token {key}`, `Cookie: session_id={key}`,
            `Authorization: Basic {login}:{key}` or `{database}:{key}`. Alone, `Authorization` means a bearer's
            (RFC 6750), and any other name the bare key.

    Returns:
        The header.

    Raises:
        SettingsError: It cannot be read. The sentence does not repeat it, since it may hold a key.
    """
    name, colon, value = (part.strip() for part in text.partition(":")) if isinstance(text, str) else ("", "", "")
    lower = name.lower()
    if NAME.fullmatch(name) and lower not in OURS - {AUTHORIZATION, COOKIE}:
        if not colon and lower != COOKIE:
            return KeyHeader(name, "Bearer " if lower == AUTHORIZATION else "")
        if lower == AUTHORIZATION and (basic := BASIC.fullmatch(value)):
            return KeyHeader(name, user=basic["name"])
        form = ONE_COOKIE if lower == COOKIE else SCHEME
        if form.fullmatch(value) and not value.startswith("Basic "):
            return KeyHeader(name, value.removesuffix(KEY))
    raise SettingsError(f"key_header is not a header that a key goes into. Write it like {FORMS}.")
