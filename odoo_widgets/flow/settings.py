"""All that decides a request, as one frozen value without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import attrs
import httpx
from immutabledict import immutabledict

from odoo_widgets.flow import allowed, choices, context, templates
from odoo_widgets.flow import steps as after
from odoo_widgets.flow.allowed import CONTENT_FORMATS, GROUPINGS, LINES, METHODS, MODES
from odoo_widgets.flow.choices import CREATE, OF_REST, REFUSE, UPDATE
from odoo_widgets.flow.endpoint import WITHOUT_IDS, Endpoint, endpoint, fixed, protocol_of
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.headers import parse_headers
from odoo_widgets.flow.key_headers import KeyHeader, key_header

if TYPE_CHECKING:
    from collections.abc import Mapping

# Odoo's acceptable use policy for Odoo Online (odoo.com/acceptable-use, 2025-05-07): one call a second, none at once.
ONLINE, ONLINE_RATE = ".odoo.com", 1.0


def _size_of(settings: Settings) -> int | None:
    """Odoo's own APIs take lists of records; most others take one."""
    return None if protocol_of(settings.url) == "rest" else 100


def _format_of(settings: Settings) -> str:
    value, _reason = fixed(settings.url).get("content_format", ("JSON", ""))
    return value


def _own(name: str, settings: Settings) -> Any:
    """What a protocol chooses by itself where a setting is left out."""
    factory = getattr(attrs.fields(Settings), name).default.factory
    return factory(settings)


@attrs.frozen
class Settings:
    """All that decides a request. Two equal values make equal requests from equal frames.

    Args:
        url: The address to send to, such as `https://mycompany.odoo.com/json/2/res.partner/create`, or the server's
            `/jsonrpc` or `/xmlrpc/2/object`. `{column}` in its path or query takes the row's value.
        method: The HTTP method: `POST`, `PUT`, `PATCH` or `DELETE`. Odoo's own APIs take POST only (Odoo 19.0,
            addons/rpc/controllers).
        content_format: How a body is written: `JSON`, `XML`, `form` (URL-encoded) or `CSV`. XML for XML-RPC, JSON for
            the others; left out, it follows the URL.
        model: The model, where the URL does not say it.
        operation: What to do, where the URL does not say it: create, write, unlink, load, or a method on records.
        headers: More headers, as `"name:value,name2:value2"` (quotes allow , and :) or as a dict. `${NAME}` in a value
            is taken from the environment when sending.
        exclude: Columns that stay out of the payload. They still serve as `ids`, `group_by` or in the URL. A name that
            no column has, but that one is nearly called, is refused: it would send what was not meant to go.
        ids: The column of database ids, for write, unlink and methods. It stays out of the payload.
        missing: Column to what becomes of its missing cells: `omit` leaves the field out, so that Odoo's default
            applies or the value stays, `clear` empties it, `reject` refuses the frame. `omit` where not said.
        fields: Column to the field that it fills, such as `{"Country": "country_id"}`; any other column fills the field
            of its own name.
        add: Columns of several records whose records are added to those that the field holds, such as `["category_id"]`
            or `["order_line/tax_ids"]`; those of any other column take their place. For create and write over Odoo's
            own APIs.
        settlements: Column to value to what was settled of a value that is not one record's: a record's id, `create`,
            `empty` or `reject`. `Destination.settled` makes them of a table of `lookups`.
        batch_size: Records in one call; None for one record per call.
        grouping: Which rows share a call: `sequential` takes them as they come, `by column` never mixes values of
            `group_by`, `keep together` never splits rows of one value, even where they are more than `batch_size`.
        group_by: The column for the groupings that need one.
        max_bytes: The most bytes in the body of a request; None for any number. A larger call is made as several.
        key: The column, or the columns, that say which record a row is, for create and write. Each row's record is
            looked up by it first, archived ones included; new records get an external ID made of model and key.
        mode: What becomes of a row with a key: `create` makes the record and leaves one that is there as it is,
            `update` never makes one, `upsert` does either. For REST with the id in the URL: `upsert` posts the rows
            without an id to the URL without its last part.
        lines: With a key, what becomes of the lines that a document has in Odoo and that were not made from here:
            `refuse` writes no such document, `keep` leaves its lines as they are and writes the rest, `add` makes those
            of the row beside them, `replace` deletes them, and never those of a confirmed or posted document.
        line_key: What tells the lines of one document apart, and their external IDs are made of: names in the lines,
            such as `["product_id"]`; their place if left out. A name that is no field stays out of the payload.
        only_changes: Whether only the cells that differ from what Odoo holds are written, read just before; a row
            without any is `unchanged`.
        wrap: For REST in JSON or XML: the names that the records are wrapped in, such as `data` or `params.data`.
        id_path: For REST: where the answer has the id, such as `data[0].id`; empty for the common places. A name with
            a dot or bracket in it stands in brackets and quotes: `["res.partner"][0].id`.
        key_header: For REST: the header that the key goes into, such as `api-key`; `Authorization` sends it as a
            bearer's (RFC 6750). Also `Authorization: Token {key}`, `Cookie: session_id={key}`, and for HTTP Basic
            `Authorization: Basic {login}:{key}` or `{database}:{key}`.
        timezone: The zone of times that carry none, such as `Europe/Brussels`.
        context: Odoo's context for every call, such as `{"lang": "fr_FR"}`. It replaces the user's own. What people
            choose in it most has a name here as well; `context` then holds it too.
        language: The language of what is translated, such as `fr_FR`; empty for the user's own.
        company: The id of the company that records are made in; None for the user's own.
        tracking: Whether Odoo writes the history of a record into its chatter. Without, a send is faster, and nobody
            sees there who made a record, what was changed, or follows it.
        assignment_emails: Whether people are e-mailed about records that are assigned to them.
        then: What is done with each record once its row is in Odoo, one step after the other: a method's name, or
            `{"write": ["date_order"]}`, which writes columns of the frame again after the steps before. Each step has a
            status of its own in the responses. One line of text will do: `action_confirm; write date_order`.
        expect: Field to the column with the figure that it is to have, such as `{"amount_total": "Total"}`. What Odoo
            computed is read once the rows are there; a row that does not agree within the rounding of its currency
            gets none of the steps. A column that nothing else uses stays out of the payload. As text:
            `amount_total = Total`.
        keep_before: Whether a `write` reads the fields that it writes first, and keeps what they held in a file of its
            own on this machine. Without that, what it writes cannot be undone.
        concurrency: Calls at a time. Above 1, calls that write the same parents make Odoo try again and again.
        calls_per_second: The most calls in a second; None for any number, but one a second on Odoo Online.
        timeout: Seconds that one call may take, answer included.

    Raises:
        SettingsError: A value is unknown, or two contradict each other.
    """

    url: str = attrs.field(converter=allowed.address)
    method: str = attrs.field(default="POST", validator=allowed.one_of(METHODS), kw_only=True)
    content_format: str = attrs.field(
        default=attrs.Factory(_format_of, takes_self=True), validator=allowed.one_of(CONTENT_FORMATS), kw_only=True
    )
    model: str | None = attrs.field(default=None, converter=allowed.name_or_none, kw_only=True)
    operation: str | None = attrs.field(default=None, converter=allowed.name_or_none, kw_only=True)
    headers: immutabledict[str, str] = attrs.field(
        factory=immutabledict, converter=parse_headers, repr=allowed.header_names, kw_only=True
    )
    exclude: tuple[str, ...] = attrs.field(default=(), converter=allowed.columns, kw_only=True)
    ids: str = attrs.field(default="id", validator=allowed.column, kw_only=True)
    missing: immutabledict[str, str] = attrs.field(factory=immutabledict, converter=allowed.missing, kw_only=True)
    fields: immutabledict[str, str] = attrs.field(factory=immutabledict, converter=allowed.fields, kw_only=True)
    add: tuple[str, ...] = attrs.field(default=(), converter=allowed.add, kw_only=True)
    settlements: immutabledict[str, immutabledict[str, int | str]] = attrs.field(
        factory=immutabledict, converter=allowed.settlements, kw_only=True
    )
    batch_size: int | None = attrs.field(
        default=attrs.Factory(_size_of, takes_self=True),
        converter=allowed.number_or_none,
        validator=allowed.number_of("records"),
        kw_only=True,
    )
    grouping: str = attrs.field(default="sequential", validator=allowed.one_of(GROUPINGS), kw_only=True)
    group_by: str | None = attrs.field(default=None, kw_only=True)
    max_bytes: int | None = attrs.field(
        default=None, converter=allowed.number_or_none, validator=allowed.number_of("bytes"), kw_only=True
    )
    key: tuple[str, ...] = attrs.field(default=(), converter=allowed.key, kw_only=True)
    mode: str = attrs.field(default=CREATE, validator=allowed.one_of(MODES), kw_only=True)
    lines: str = attrs.field(default=REFUSE, validator=allowed.one_of(LINES), kw_only=True)
    line_key: tuple[str, ...] = attrs.field(default=(), converter=allowed.line_key, kw_only=True)
    only_changes: bool = attrs.field(default=False, validator=allowed.truth, kw_only=True)
    wrap: str = attrs.field(default=OF_REST["wrap"], validator=allowed.path, kw_only=True)
    id_path: str = attrs.field(default=OF_REST["id_path"], validator=allowed.path, kw_only=True)
    key_header: str = attrs.field(default=OF_REST["key_header"], validator=allowed.header_of_key, kw_only=True)
    timezone: str | None = attrs.field(default=None, validator=allowed.zone, kw_only=True)
    context: immutabledict[str, object] = attrs.field(factory=immutabledict, converter=allowed.context, kw_only=True)
    language: str = attrs.field(default="", validator=allowed.language, kw_only=True)
    company: int | None = attrs.field(
        default=None, converter=allowed.number_or_none, validator=allowed.company, kw_only=True
    )
    tracking: bool = attrs.field(default=True, validator=allowed.truth, kw_only=True)
    assignment_emails: bool = attrs.field(default=False, validator=allowed.truth, kw_only=True)
    then: after.Then = attrs.field(default=(), converter=after.as_then, kw_only=True)
    expect: immutabledict[str, str] = attrs.field(factory=immutabledict, converter=after.as_expect, kw_only=True)
    keep_before: bool = attrs.field(default=True, validator=allowed.truth, kw_only=True)
    concurrency: int = attrs.field(default=1, validator=allowed.calls_at_once, kw_only=True)
    calls_per_second: float | None = attrs.field(
        default=None, converter=allowed.number_or_none, validator=allowed.rate, kw_only=True
    )
    timeout: float = attrs.field(default=180, validator=allowed.seconds, kw_only=True)

    def __attrs_post_init__(self) -> None:
        self._say_context_by_name()
        choices.check_verb(self.by_name())
        target = self.endpoint
        if target.protocol == "json2":
            # The URL says them: two equal destinations are equal, whether they were said twice or not.
            object.__setattr__(self, "model", None)
            object.__setattr__(self, "operation", None)
        elif target.protocol == "rest":
            object.__setattr__(self, "operation", None)
        choices.check(target, self.by_name())
        if self.grouping != "sequential":
            if not isinstance(self.group_by, str) or not self.group_by:
                raise SettingsError(f"grouping={self.grouping!r} needs to know by which column: group_by='…'.")
        elif self.group_by is not None:
            # It decides nothing in row order.
            object.__setattr__(self, "group_by", None)

    def _say_context_by_name(self) -> None:
        """Makes the context and what is said of it by name the same, whichever of them was given."""
        for name, choice in context.CHOICES.items():
            given, told = getattr(self, name), choice.read(self.context)
            if given == told:
                continue
            if given == getattr(attrs.fields(Settings), name).default:
                object.__setattr__(self, name, told)
            elif choice.key in self.context:
                raise SettingsError(
                    f"{name}={given!r} contradicts the context, whose {choice.key} is {self.context[choice.key]!r}. "
                    "Leave one of them out."
                )
            else:
                object.__setattr__(self, "context", immutabledict(choice.changed(self.context, given)))

    def by_name(self) -> dict[str, Any]:
        """Each setting's name and value."""
        return {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}

    @property
    def endpoint(self) -> Endpoint:
        """Protocol, model and operation, as the URL or the settings beside it say."""
        return endpoint(self.url, self.model, self.operation, self.method)

    def field_of(self, column: str) -> str:
        """The field that a column fills: the one that `fields` says, else the one of its own name."""
        return self.fields.get(column, column)

    def settlement_of(self, column: str, value: str, scope: str = "") -> int | str | None:
        """What was settled of a value of a column, among the records of a scope, else among all; None for nothing."""
        values: Mapping[str, int | str] = self.settlements.get(column, {})
        return values.get(f"{value} ({scope})", values.get(value)) if scope else values.get(value)

    @property
    def makes_lines(self) -> bool:
        """Whether a list of dicts in a cell is lines. Over REST, and for a method, it goes out as it is."""
        target = self.endpoint
        return target.protocol != "rest" and (target.operation == "create" or bool(self.key))

    @property
    def needs_ids(self) -> bool:
        """Whether each row says by its id which record it is for."""
        target = self.endpoint
        if target.protocol == "rest":
            return self.ids in self.url_columns
        return not self.key and target.operation not in WITHOUT_IDS

    @property
    def when_found(self) -> str:
        """What becomes of rows with a key, one of `MODES`: writing never makes a record. Empty without a key."""
        if not self.key:
            return ""
        return UPDATE if self.endpoint.operation == "write" else self.mode

    @property
    def steps(self) -> tuple[after.Step, ...]:
        """What is done with each record after the rows, each step under the name that the responses have for it."""
        return after.steps(self.then)

    @property
    def place_of_key(self) -> KeyHeader:
        """The header that the key goes into over REST."""
        return key_header(self.key_header)

    @property
    def rate(self) -> float | None:
        """The most calls in a second; None for any number."""
        return ONLINE_RATE if self.is_online and self.calls_per_second is None else self.calls_per_second

    @property
    def is_online(self) -> bool:
        """Whether the server is one of Odoo Online, whose terms limit the rate."""
        return httpx.URL(self.url).host.endswith(ONLINE)

    @property
    def path(self) -> str:
        """The part of the URL behind the server, without the query."""
        return httpx.URL(self.url).path

    @property
    def url_columns(self) -> tuple[str, ...]:
        """The columns whose values the URL takes."""
        return templates.names(self.url)

    @property
    def rows_per_call(self) -> int:
        """The most records in one call."""
        return self.batch_size or 1

    @property
    def sends_lists(self) -> bool:
        """Whether a call holds a list of records, even if it is one record: rows kept together may be several."""
        return self.batch_size is not None or self.grouping == "keep together"

    def replace(self, **changes: Any) -> Self:
        """The same settings with some values changed.

        Raises:
            SettingsError: A name or a value is unknown.
        """
        names = [field.name for field in attrs.fields(type(self))]
        unknown = [name for name in changes if name not in names]
        if unknown:
            raise SettingsError(f"There is no setting {unknown[0]!r}. The settings are: {', '.join(names)}.")
        # These are read below, before the settings are made of them.
        changes |= {name: _fit(name, changes[name]) for name in ("url", *context.CHOICES) if name in changes}
        # What is said of the context by name follows the context, but for what is said anew.
        told: dict[str, Any] = {name: attrs.NOTHING for name in context.CHOICES if name not in changes}
        if "context" not in changes:
            told["context"] = self.context
            for name in context.CHOICES.keys() & changes.keys():
                told["context"] = context.CHOICES[name].changed(told["context"], changes[name])
        changes = {**told, **changes}
        if "url" in changes and protocol_of(changes["url"]) != self.endpoint.protocol:
            # What was the old protocol's own choice becomes the new one's.
            for name in ("content_format", "batch_size"):
                if name not in changes and getattr(self, name) == _own(name, self):
                    changes[name] = attrs.NOTHING
        return type(self)(
            **{name: value for name, value in (self.by_name() | changes).items() if value is not attrs.NOTHING}
        )


def _fit(name: str, value: Any) -> Any:
    """A setting's value as it is kept.

    Raises:
        SettingsError: It is none.
    """
    field = getattr(attrs.fields(Settings), name)
    found = field.converter(value) if field.converter is not None else value
    if field.validator is not None:
        field.validator(None, field, found)
    return found
