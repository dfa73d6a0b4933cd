"""Who sends, and to which server: a value that cannot show its key by accident."""

from __future__ import annotations

import html
import ipaddress
import json
import re
from functools import lru_cache
from getpass import getpass
from typing import TYPE_CHECKING, NoReturn, Self
from urllib.parse import quote

import attrs
import httpx

from odoo_widgets.flow.errors import CredentialError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

MASK = "***"
# As many characters are no word by chance. Keys of Odoo have 40.
TELLING = 16
DEFAULT_PORTS = {"http": 80, "https": 443}
# Names as DNS has them (RFC 1123, 2.1, and the underscore of private networks), and addresses of both kinds.
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|[0-9a-f]*:[0-9a-f:.]*")
PORTS = range(1, 65536)
UNREADABLE = "The server's address cannot be read. Write it like https://mycompany.odoo.com."


class Secret:
    """Text that shows itself only when asked by name.

    White space around it is dropped: a key is mostly pasted, and httpx, requests and urllib all print a header's
    value when a newline in it makes them refuse the header. Making a Secret never fails, so that no frame of a
    traceback holds the plain text; `flaw` says what is wrong with it.

    Args:
        value: The plain text, or a Secret, which is taken over. Anything else counts as no key.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | Secret) -> None:
        plain = value.get_secret_value() if isinstance(value, Secret) else value
        object.__setattr__(self, "_value", plain.strip() if isinstance(plain, str) else "")

    def get_secret_value(self) -> str:
        """The plain text."""
        return self._value  # type: ignore[attr-defined,no-any-return]

    def masked(self, text: bytes) -> bytes:
        """Bytes that somebody else wrote, with a mask where it repeats the secret, as it is or as a page writes it.

        A short one, such as a password that is a word, could be a part of any other word: it stays.
        """
        value: str = self._value  # type: ignore[attr-defined]
        if len(value) < TELLING:
            return text
        for each in {value, html.escape(value), quote(value, safe=""), json.dumps(value)[1:-1]}:
            text = text.replace(each.encode(), MASK.encode())
        return text

    @property
    def flaw(self) -> str:
        """What keeps this text from going into a header, in words without the text; empty if nothing does."""
        if not self:
            return "is empty, or not text"
        value: str = self._value  # type: ignore[attr-defined]
        return (
            "" if value.isascii() and value.isprintable() else "holds a line break or another character that no key has"
        )

    def __bool__(self) -> bool:
        return bool(self._value)  # type: ignore[attr-defined]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.get_secret_value() == other.get_secret_value()

    def __hash__(self) -> int:
        return hash(self.get_secret_value())

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("A Secret does not change.")

    def __repr__(self) -> str:
        return f"Secret({MASK!r})" if self else "Secret('')"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A key is not written to a file or handed to another process. Make the credential where it is used."
        )


def origin(url: str) -> str:
    """Scheme, host and port of an address, in the one spelling by which servers are compared.

    httpx reads the address here as it does when it connects, so that no spelling can mean one server to the
    comparison and another to the network. No message repeats the address: it may hold a password, or be the key itself.

    Args:
        url: An address such as `https://mycompany.odoo.com/json/2/res.partner/create`.

    Returns:
        `https://mycompany.odoo.com`, or `http://127.0.0.1:8069`: lower case, in the letters that DNS has, the scheme's
        own port left out.

    Raises:
        SettingsError: The address has no http or https scheme, no host, an impossible port, or a user in it.
    """
    if not isinstance(url, str):
        raise SettingsError(UNREADABLE)
    return _origin(url)


# The address of one server is compared again and again; one that is refused is not kept.
@lru_cache(maxsize=256)
def _origin(url: str) -> str:
    try:
        parts = httpx.URL(url.strip())
    except (httpx.InvalidURL, TypeError):
        raise SettingsError(UNREADABLE) from None
    host = parts.raw_host.decode()
    if "@" in url:
        raise SettingsError("A user or password has no place in an address. Give login and api_key instead.")
    port = DEFAULT_PORTS.get(parts.scheme) if parts.port is None else parts.port
    if parts.scheme not in DEFAULT_PORTS or not HOST.fullmatch(host) or port not in PORTS:
        raise SettingsError("That is not the address of a server. Write it like https://mycompany.odoo.com.")
    suffix = "" if port == DEFAULT_PORTS[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{suffix}"


def host(url: str) -> str:
    """The host, and the port where it is not the scheme's own, as a sentence names a server."""
    return origin(url).partition("://")[2]


@lru_cache(maxsize=256)
def is_loopback(url: str) -> bool:
    """Whether an address stays on this machine: `localhost`, 127.0.0.0/8 (RFC 1122, 3.2.1.3) or ::1."""
    host = httpx.URL(url).host
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _key(value: Secret) -> Secret:
    if value.flaw:
        raise CredentialError(f"The API key {value.flaw}. Copy it again from Odoo: it is shown once, when it is made.")
    return value


@attrs.frozen(init=False)
class Credential:
    """Who sends, bound to the one server that the key belongs to.

    Args:
        server: The server's address. Anything behind the host is cut off.
        database: The database's name; may stay empty where the server has just one.
        login: The user's login; only XML-RPC and JSON-RPC ask for it.
        api_key: The API key, or the password for XML-RPC and JSON-RPC. Shown nowhere.
        allow_http: Whether the key may go over plain http to a host other than this machine.

    Raises:
        SettingsError: The server's address is none.
        CredentialError: The key is empty or cannot be a key, the database cannot be one, or the key would leave this
            machine unencrypted.
    """

    server: str
    database: str
    login: str
    api_key: Secret
    allow_http: bool

    def __init__(
        self,
        server: str,
        database: str | None = "",
        login: str | None = "",
        api_key: str | Secret = "",
        *,
        allow_http: bool = False,
    ) -> None:
        # Bound anew before anything can fail: a verbose traceback shows the locals of each frame.
        api_key = Secret(api_key)
        database, login = database or "", login or ""
        for name, value in {"database": database, "login": login}.items():
            if not isinstance(value, str):
                raise CredentialError(f"The credential's {name} is not text. Leave it empty if there is none.")
        address = origin(server)
        if address.startswith("http:") and not is_loopback(address) and not allow_http:
            raise CredentialError(
                f"{address} is not encrypted, so everybody on the way could read the key. "
                "Use https, or Credential(…, allow_http=True) if that network is yours alone."
            )
        if not login.strip().isprintable():
            raise CredentialError("The login holds a line break or another character that no login has.")
        # The name goes out as a header.
        if not database.isascii() or not database.strip().isprintable():
            raise CredentialError("The database's name holds a line break or a letter that no header can carry.")
        self.__attrs_init__(address, database.strip(), login.strip(), _key(api_key), allow_http)

    @classmethod
    def ask(cls, server: str, database: str = "", login: str = "", *, prompt: Callable[[str], str] = getpass) -> Self:
        """Asks for the key without showing what is typed.

        Args:
            server: The server's address.
            database: The database's name; may stay empty where the server has just one.
            login: The user's login; only XML-RPC and JSON-RPC ask for it.
            prompt: Shows a question and returns what was typed.

        Returns:
            The credential, bound to the server.
        """
        return cls(server, database, login, Secret(prompt(f"API key for {origin(server)}: ")))

    def belongs_to(self, url: str) -> bool:
        """Whether an address has the scheme, host and port that this key is bound to."""
        return origin(url) == self.server
