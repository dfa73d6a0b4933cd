"""All that decides a request, as one frozen value without secrets."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs
import httpx
import numpy as np
import orjson
from immutabledict import immutabledict

from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.headers import parse_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

METHODS = ("POST", "PUT", "PATCH", "DELETE")
CONTENT_FORMATS = ("JSON", "XML", "form", "CSV")
OPERATIONS = ("create", "write", "unlink", "load")
# The operations that say for each row which record it is for.
ON_IDS = ("write", "unlink")
# What becomes of a missing cell: the field stays out, is emptied, or the row cannot be sent.
MISSING = ("omit", "clear", "reject")
GROUPINGS = ("sequential",)
# More records than any call could hold, and as many as a browser can count (ECMA-262, Number.MAX_SAFE_INTEGER).
MOST = 2**53 - 1

# What a protocol fixes for itself: the value, and why, in words.
FIXED: dict[str, dict[str, tuple[str, str]]] = {
    "json2": {
        "method": ("POST", "JSON-2 takes POST only: the URL's last part says what to do."),
        "content_format": ("JSON", "JSON-2 takes JSON only."),
    },
}

# Model and method names as Odoo spells them. Anything else could change the path:
# `res.partner/../../web/session` reaches another address in httpx and requests.
JSON2_PATH = re.compile(r"/json/2/(?P<model>[a-z0-9_.]+)/(?P<operation>[a-z0-9_]+)/?")
MODEL_NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")


@attrs.frozen
class Endpoint:
    """What a URL says: the protocol, and the model and operation where the protocol puts them into the URL."""

    protocol: str
    model: str
    operation: str


def endpoint(url: str) -> Endpoint:
    """Reads protocol, model and operation off a URL.

    Args:
        url: For example `https://mycompany.odoo.com/json/2/res.partner/create`.

    Returns:
        For example `Endpoint("json2", "res.partner", "create")`.

    Raises:
        SettingsError: The URL is no address, or leads to no API that this package speaks.
    """
    server = origin(url)
    parts = httpx.URL(url.strip())
    match = JSON2_PATH.fullmatch(parts.path)
    if not match or not MODEL_NAME.fullmatch(match["model"]) or parts.query or parts.fragment:
        # What stands behind a ? may be a key: it is not repeated.
        raise SettingsError(
            f"{server + parts.path!r} {'with a query ' if parts.query else ''}is no address that Odoo's JSON-2 API "
            "answers at. "
            "Write it like https://mycompany.odoo.com/json/2/res.partner/create."
        )
    if match["operation"] not in OPERATIONS:
        known = ", ".join(OPERATIONS)
        raise SettingsError(
            f"The operation {match['operation']!r} at the end of the URL cannot be sent yet. Use: {known}."
        )
    return Endpoint("json2", match["model"], match["operation"])


def fixed(url: str) -> dict[str, tuple[str, str]]:
    """The settings that an address leaves no choice for.

    Args:
        url: The address; one that leads nowhere fixes nothing.

    Returns:
        Name of the setting to its one value, and the reason in words.
    """
    try:
        return FIXED.get(endpoint(url).protocol, {})
    except SettingsError:
        return {}


def address(url: str, model: str, operation: str) -> str:
    """The JSON-2 address of a model's operation on the server of another address.

    Args:
        url: Any address on the server.
        model: A model such as `res.partner`.
        operation: An operation such as `create`.

    Returns:
        For example `https://mycompany.odoo.com/json/2/res.partner/create`.

    Raises:
        SettingsError: The URL is no address, or a name would change its path.
    """
    if not MODEL_NAME.fullmatch(model):
        raise SettingsError(f"{model!r} is not the name of a model. Odoo writes them like res.partner or sale.order.")
    built = json2_address(url, model, operation)
    endpoint(built)
    return built


def json2_address(url: str, model: str, method: str) -> str:
    """The JSON-2 address of any method, on the server of another address."""
    return f"{origin(url)}/json/2/{model}/{method}"


def _names(value: Iterable[str] | str | None) -> tuple[str, ...]:
    wrong = SettingsError(f"exclude={value!r} is not a list of column names. Write it like ['_loaded_at'].")
    try:
        names = (value,) if isinstance(value, str) else tuple(dict.fromkeys(value or ()))
    except TypeError:
        raise wrong from None
    if not all(isinstance(name, str) for name in names):
        raise wrong
    return names


def _batch_size(value: Any) -> Any:
    # A saved file cannot hold None: 0 stands for it there.
    if isinstance(value, np.integer):
        value = int(value)
    return None if value == 0 and value is not False else value


def _one_of(allowed: tuple[str, ...]) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    def validate(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value not in allowed:
            raise SettingsError(f"{attribute.name}={value!r} is not known. Use one of: {', '.join(allowed)}.")

    return validate


def _context(value: Mapping[str, object] | None) -> immutabledict[str, object]:
    try:
        orjson.dumps(dict(value or {}))
        # For NaN, orjson would write null.
        json.dumps(dict(value or {}), allow_nan=False)
    except (TypeError, ValueError):
        raise SettingsError("context is not a dict of names and plain values, such as {'lang': 'fr_FR'}.") from None
    return immutabledict(value or {})


def _column_name(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or not value:
        raise SettingsError(f"{attribute.name}={value!r} is not the name of a column.")


def _missing(value: Mapping[str, str] | None) -> immutabledict[str, str]:
    try:
        policies = dict(value or {})
    except (TypeError, ValueError):
        raise SettingsError("missing is not a dict of column and policy, such as {'email': 'clear'}.") from None
    for column, policy in policies.items():
        if not isinstance(column, str):
            raise SettingsError(f"missing names the column {column!r}, which is not text. Rename the column.")
        if policy not in MISSING:
            raise SettingsError(
                f"missing={policy!r} for the column {column!r} is not known. Use: {', '.join(MISSING)}."
            )
    return immutabledict(policies)


def _stripped(value: str) -> str:
    return value.strip() if isinstance(value, str) else value


def _header_names(headers: immutabledict[str, str]) -> str:
    # A header's value may be a secret: only the names are shown.
    return repr(list(headers))


@attrs.frozen
class Settings:
    """All that decides a request. Two equal values make equal requests from equal frames.

    Args:
        url: The address to send to, such as `https://mycompany.odoo.com/json/2/res.partner/create`.
        method: The HTTP method. JSON-2 takes POST only (Odoo 19.0, addons/rpc/controllers/json2.py).
        content_format: How a body is written. JSON-2 takes JSON only.
        headers: More headers, as `"name:value,name2:value2"` (quotes allow , and :) or as a dict.
        exclude: Columns that stay out of the payload.
        ids: The column of database ids, for write and unlink. It stays out of the payload.
        missing: Column to what becomes of its missing cells: `omit` leaves the field out, so that Odoo's default
            applies or the value stays, `clear` empties it, `reject` refuses the frame. `omit` where not said.
        batch_size: Records in one call; None for one record per call.
        grouping: Which rows share a call: `sequential` takes them as they come.
        timezone: The zone of times that carry none, such as `Europe/Brussels`.
        context: Odoo's context for every call, such as `{"lang": "fr_FR"}`. It replaces the user's own.
        timeout: Seconds that one call may take, answer included.

    Raises:
        SettingsError: A value is unknown, or two contradict each other.
    """

    url: str = attrs.field(converter=_stripped)
    method: str = attrs.field(default="POST", validator=_one_of(METHODS), kw_only=True)
    content_format: str = attrs.field(default="JSON", validator=_one_of(CONTENT_FORMATS), kw_only=True)
    headers: immutabledict[str, str] = attrs.field(
        factory=immutabledict, converter=parse_headers, repr=_header_names, kw_only=True
    )
    exclude: tuple[str, ...] = attrs.field(default=(), converter=_names, kw_only=True)
    ids: str = attrs.field(default="id", validator=_column_name, kw_only=True)
    missing: immutabledict[str, str] = attrs.field(factory=immutabledict, converter=_missing, kw_only=True)
    batch_size: int | None = attrs.field(default=100, converter=_batch_size, kw_only=True)
    grouping: str = attrs.field(default="sequential", validator=_one_of(GROUPINGS), kw_only=True)
    timezone: str | None = attrs.field(default=None, kw_only=True)
    context: immutabledict[str, object] = attrs.field(factory=immutabledict, converter=_context, kw_only=True)
    timeout: float = attrs.field(default=180, kw_only=True)

    @batch_size.validator
    def _batch_size_counts_records(self, _attribute: object, value: object) -> None:
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST):
            raise SettingsError(f"batch_size={value!r} is not a number of records. Use 1 or more, or None.")

    @timezone.validator
    def _timezone_is_known(self, _attribute: object, value: str | None) -> None:
        if value is None:
            return
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, TypeError, AttributeError, OSError):
            raise SettingsError(f"timezone={value!r} is not known. Write it like Europe/Brussels or UTC.") from None

    @timeout.validator
    def _timeout_is_positive(self, _attribute: object, value: float) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < math.inf:
            raise SettingsError(f"timeout={value!r} is not a number of seconds above 0.")

    def __attrs_post_init__(self) -> None:
        endpoint(self.url)
        for name, (value, reason) in fixed(self.url).items():
            if getattr(self, name) != value:
                raise SettingsError(f"{name}={getattr(self, name)!r} does not fit the URL. {reason}")

    @property
    def endpoint(self) -> Endpoint:
        """Protocol, model and operation, as the URL says."""
        return endpoint(self.url)

    @property
    def needs_ids(self) -> bool:
        """Whether each row says by its id which record it is for."""
        return self.endpoint.operation in ON_IDS

    @property
    def rows_per_call(self) -> int:
        """The most records in one call."""
        return self.batch_size or 1

    def replace(self, **changes: Any) -> Self:
        """The same settings with some values changed.

        Raises:
            SettingsError: A name or a value is unknown.
        """
        names = [field.name for field in attrs.fields(type(self))]
        unknown = [name for name in changes if name not in names]
        if unknown:
            raise SettingsError(f"There is no setting {unknown[0]!r}. The settings are: {', '.join(names)}.")
        return attrs.evolve(self, **changes)
