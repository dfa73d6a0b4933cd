"""Headers as an analyst writes them: `name:value,name2:value2`, or a dict.

`api-key:${MY_KEY}` takes MY_KEY from the environment when sending. `Destination.save` refuses a header that holds a
secret in clear.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from immutabledict import immutabledict

from odoo_widgets.flow.errors import SettingsError

# RFC 9110, 5.6.2: a field name is a token.
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

# One `name:value`: the value is quoted (and may hold , and : and escaped quotes) or runs up to the next comma.
PAIR = re.compile(
    r"""[ \t]*(?P<name>[^:,"]*?)[ \t]*:[ \t]*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^,"]*?))[ \t]*(?:,|\Z)""",
    re.DOTALL,
)
# What stands around a value and is no part of it (RFC 9110, 5.5).
BLANKS = " \t"

# What is taken from the environment when sending, as a shell names its variables (POSIX.1-2024, 3.216).
NAMED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

# A value that is taken from there, with the word in front that says what it is (RFC 9110, 11.1), such as Bearer.
FROM_ENVIRONMENT = re.compile(rf"([A-Za-z]+ +)?{NAMED.pattern}")

# A header that is named like one of these holds a secret.
SECRET_NAME = re.compile(
    r"(access|api|app|client|master|private|service|shared|signing|subscription).?key|^(x.)?key$|auth|bearer|cookie|credential"
    r"|passw|pwd|secret|session|signature|token",
    re.IGNORECASE,
)

COOKIE = "cookie"
KEY_AS_COOKIE = " Over REST, key_header='Cookie: session_id={key}' sends the key as one."
# What the credential or the protocol sets, nothing else may set.
OURS = frozenset(
    {"authorization", "content-length", "content-type", COOKIE, "host", "transfer-encoding", "x-odoo-database"}
)


def parse_headers(value: str | Mapping[str, str] | None) -> immutabledict[str, str]:
    """Reads headers from text or a mapping.

    Args:
        value: `"name:value,name2:value2"`, where quotes around a value allow , and : in it; or a mapping.

    Returns:
        Name to value, in the order given. Blanks around a value are no part of it (RFC 9110, 5.5).

    Raises:
        SettingsError: A header cannot be read or sent. The message names the header and never shows its value.
    """
    if isinstance(value, Mapping):
        pairs = [(name, text.strip(BLANKS) if isinstance(text, str) else text) for name, text in value.items()]
    elif value is None or isinstance(value, str):
        pairs = _pairs(value or "")
    else:
        raise SettingsError("headers is neither text nor a dict. Write it like name:value,name2:value2.")
    seen: set[str] = set()
    for position, (name, content) in enumerate(pairs, start=1):
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise SettingsError(f"Header {position} has no usable name. Write headers like name:value,name2:value2.")
        if name.lower() in OURS:
            cookie = KEY_AS_COOKIE if name.lower() == COOKIE else ""
            raise SettingsError(f"The header {name} is set by the credential and the protocol. Leave it out.{cookie}")
        if name.lower() in seen:
            raise SettingsError(f"The header {name} stands twice. Keep one of them.")
        if not isinstance(content, str) or not content.isascii() or not content.isprintable():
            raise SettingsError(f"The header {name} holds a line break or a character that no header can carry.")
        seen.add(name.lower())
    return immutabledict(pairs)


def header_text(headers: Mapping[str, str]) -> str:
    """Headers as the text that `parse_headers` reads back."""
    return ",".join(f"{name}:{_quoted(value)}" for name, value in headers.items())


def is_secret(name: str, value: str) -> bool:
    """Whether a header holds a secret in clear: its name says so, and its value does not come from the environment."""
    return bool(SECRET_NAME.search(name)) and not FROM_ENVIRONMENT.fullmatch(value)


def _quoted(value: str) -> str:
    if not set(value) & set(',":\\'):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    position = 0
    while position < len(text.rstrip().rstrip(",")):
        match = PAIR.match(text, position)
        if not match:
            raise SettingsError(
                f"Header {len(pairs) + 1} cannot be read. Write headers like name:value,name2:value2, "
                'with "quotes" around a value that holds a comma.'
            )
        quoted = match["quoted"]
        value = match["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        pairs.append((match["name"], value.strip(BLANKS)))
        position = match.end()
    return pairs
