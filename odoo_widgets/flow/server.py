"""What is known of a server: frozen, and never needed to be complete."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs
from immutabledict import immutabledict

from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.endpoint import RPC_PATHS, address, endpoint
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.looks import Found, Look, Match
from odoo_widgets.flow.model import Fields

# From this version on, Odoo speaks JSON-2 (19.0, addons/rpc/controllers/json2.py).
JSON2_SINCE = 19

# The arguments of stock Odoo's methods, as far as this package gives them by name (19.0, odoo/orm/models.py and
# addons/web/models/models.py). What a column gives is under the analyst's own name, and keeps it.
STOCK = {
    "create": ("vals_list",),
    "write": ("vals",),
    "load": ("fields", "data"),
    "web_save_multi": ("vals_list", "specification"),
    "search_read": ("domain", "fields"),
}


@attrs.frozen
class Seen:
    """What records held when they were fetched or compared.

    Attributes:
        cells: Id to field to value. Of lines, `order_line` has a dict with its `id` for each; where they were compared,
            a cell that differed stands under `order_line[0].price_unit`, and a line that was not there under
            `order_line[0]`.
        as_sent: Whether all else was as it is sent, as after a comparison.
    """

    cells: Mapping[int, Mapping[str, Any]] = attrs.field(factory=dict, repr=False)
    as_sent: bool = False

    def is_sure(self, record: int) -> bool:
        """Whether a record was surely there. With a key, one that did not differ may have been made since."""
        return not self.as_sent or record in self.cells

    def of(self, record: int, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a record held, given what is sent to it."""
        known = self.cells.get(record, {})
        return {**sent, **known} if self.as_sent else known


NOTHING_SEEN = Seen()


@attrs.frozen
class Server:
    """What is known of a server. Nothing said means nothing known.

    Attributes:
        url: Its address: scheme, host and port.
        databases: The databases on it; empty where it does not list them.
        version: Its version, such as `19.0` or `saas~18.3`.
        uid: The id of the user whom the key belongs to.
        user: That user's name.
        language: The user's language, such as `en_US`.
        timezone: The user's time zone, such as `Europe/Brussels`.
        languages: The active languages: code to name.
        company: The id of the user's company.
        companies: The companies that the user may work in: id to name.
        arguments: `model/method` to the names of its arguments, where they are known.
        without: `model/method` of methods that it does not have.
        of_models: `model/method` of methods that are a model's own, and not its records', where they are known.
        of_records: The same of methods of records.
        listed: The models whose methods are known by `arguments`, all but those that Odoo calls deprecated.
        fields: Model to its fields by name, where they are known; all of them, or those that were asked for.
        defaults: Model to the fields that it requires and has defaults for, where they are known.
        seen: Model to what its records held when they were fetched or compared.
        models: The models that the user may read: name to what people call one record, in English, such as `Contact`.
        sharing: Model to what a send gives to records that several of its own lead to: the field that leads there, that
            record's id and the field written, to the first record that was given for it and the value.
        replaced: Model to the fields that a PUT without them puts back to their defaults, where it is known.
        found: What was looked up to the records that it found.
        rights: `model/right` and `model.field` to whether the user has it, where a refusal had it asked.
    """

    url: str = ""
    databases: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    version: str = ""
    uid: int | None = None
    user: str = ""
    language: str = ""
    timezone: str = ""
    languages: immutabledict[str, str] = attrs.field(factory=immutabledict, converter=immutabledict)
    company: int | None = None
    companies: immutabledict[int, str] = attrs.field(factory=immutabledict, converter=immutabledict)
    arguments: immutabledict[str, tuple[str, ...]] = attrs.field(
        factory=immutabledict, converter=immutabledict, repr=False
    )
    without: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    of_models: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    of_records: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    listed: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    fields: immutabledict[str, Fields] = attrs.field(
        factory=immutabledict, converter=immutabledict, repr=False, kw_only=True
    )
    defaults: immutabledict[str, frozenset[str]] = attrs.field(
        factory=immutabledict, converter=immutabledict, repr=False, kw_only=True
    )
    seen: immutabledict[str, Seen] = attrs.field(
        factory=immutabledict, converter=immutabledict, repr=False, eq=False, kw_only=True
    )
    models: immutabledict[str, str] = attrs.field(
        factory=immutabledict, converter=immutabledict, repr=False, kw_only=True
    )
    sharing: immutabledict[str, Mapping[tuple[str, int, str], tuple[int, Any]]] = attrs.field(
        factory=immutabledict, converter=immutabledict, repr=False, eq=False, kw_only=True
    )
    replaced: immutabledict[str, tuple[str, ...]] = attrs.field(
        factory=immutabledict, converter=immutabledict, repr=False, kw_only=True
    )
    found: immutabledict[Look, Found] = attrs.field(
        factory=immutabledict, converter=immutabledict, repr=False, eq=False, kw_only=True
    )

    rights: immutabledict[str, bool] = attrs.field(
        factory=immutabledict, converter=immutabledict, repr=False, kw_only=True
    )

    @property
    def major(self) -> int | None:
        """The first number of the version; None where it is not known."""
        number = self.version.rpartition("~")[2].partition(".")[0]
        return int(number) if number.isdigit() else None

    @property
    def protocol(self) -> str:
        """The best protocol for it: JSON-2 where it has that, else XML-RPC, which every Odoo up to 21 has."""
        return "json2" if self.major is None or self.major >= JSON2_SINCE else "xmlrpc"

    def has(self, model: str, method: str) -> bool:
        """Whether it may have a method; false only if it is known not to.

        Args:
            model: The model, such as `res.partner`.
            method: The method's name.
        """
        return f"{model}/{method}" not in self.without

    def lacks(self, model: str, method: str) -> Self:
        """The same server, with a method known not to be there.

        Args:
            model: The model, such as `res.partner`.
            method: The method's name.
        """
        return attrs.evolve(self, without=self.without | {f"{model}/{method}"})

    def methods(self, model: str) -> list[str]:
        """The names of a model's methods, as far as they are known.

        Args:
            model: The model, such as `res.partner`.
        """
        return [name for of, _, name in (each.partition("/") for each in self.arguments) if of == model]

    def takes(self, model: str, method: str, names: tuple[str, ...]) -> Self:
        """The same server, with the names of a method's arguments known.

        Args:
            model: The model, such as `res.partner`.
            method: The method's name.
            names: The names, in the order of the signature.
        """
        return attrs.evolve(self, arguments=self.arguments.set(f"{model}/{method}", names))

    def describes(self, model: str, fields: Fields) -> Self:
        """The same server, with more of a model's fields known.

        Args:
            model: The model, such as `res.partner`.
            fields: The fields by name.
        """
        return attrs.evolve(
            self, fields=self.fields.set(model, immutabledict({**self.fields.get(model, {}), **fields}))
        )

    def supplies(self, model: str, fields: Iterable[str]) -> Self:
        """The same server, with the fields known that a model requires and has defaults for.

        Args:
            model: The model, such as `res.partner`.
            fields: The names of the fields.
        """
        return attrs.evolve(self, defaults=self.defaults.set(model, frozenset(fields)))

    def saw(self, model: str, held: Seen) -> Self:
        """The same server, with what records of a model held when they were fetched or compared.

        Args:
            model: The model, such as `res.partner`.
            held: What they held.
        """
        return attrs.evolve(self, seen=self.seen.set(model, held))

    def shares(self, model: str, given: Mapping[tuple[str, int, str], tuple[int, Any]]) -> Self:
        """The same server, with more of what a send gives to records that several of its own lead to.

        Args:
            model: The model of the send's own records, such as `product.product`.
            given: What is given, as in `sharing`.
        """
        known = self.sharing.get(model, {})
        return attrs.evolve(self, sharing=self.sharing.set(model, {**given, **known}))

    def replaces(self, model: str, fields: tuple[str, ...]) -> Self:
        """The same server, with the fields known that a PUT without them puts back to their defaults.

        Args:
            model: The model, such as `res.partner`.
            fields: The names of the fields.
        """
        return attrs.evolve(self, replaced=self.replaced.set(model, fields))

    def knows(self, look: Look, matches: Mapping[str, tuple[Match, ...]], refused: str = "") -> Self:
        """The same server, with more of what a look-up found.

        Args:
            look: What was looked up.
            matches: Each value that was asked for to its records.
            refused: Why nothing could be asked.
        """
        before = self.found.get(look, Found())
        return attrs.evolve(self, found=self.found.set(look, Found({**before.matches, **matches}, refused)))

    def may(self, rights: Mapping[str, bool]) -> Self:
        """The same server, with more of the user's rights known.

        Args:
            rights: As in `rights`.
        """
        return attrs.evolve(self, rights=immutabledict({**self.rights, **rights}))

    def named(self, model: str, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments under the server's own names: an add-on may have renamed them (OCA/server-tools#3644).

        Args:
            model: The model.
            method: The method.
            arguments: Stock Odoo's names to values, in the order of the signature.

        Returns:
            The server's names to values, in the same order.
        """
        known = self.arguments.get(f"{model}/{method}")
        if known is None or set(arguments) <= set(known) or len(known) < len(arguments):
            return dict(arguments)
        if tuple(arguments) != STOCK.get(method):
            return dict(arguments)
        return dict(zip(known, arguments.values(), strict=False))


NOTHING_KNOWN = Server()


def proposed(
    server: Server, model: str, operation: str, *, typed: str = "", protocol: str | None = None
) -> dict[str, str | None]:
    """The settings that lead to a model's operation on a server, whatever page of it was typed.

    Args:
        server: What is known of the server.
        model: A model such as `res.partner`.
        operation: An operation such as `create`.
        typed: Any address on it, such as `https://mycompany.odoo.com/odoo/contacts`; the server's own if left out.
        protocol: Which protocol to use; the best one that the server has if left out.

    Returns:
        `url`, `model` and `operation`, for `Destination(**…)` or `replace(**…)`. The last two are None where the URL
        says them.

    Raises:
        SettingsError: There is no address, it is on another server, or a name is none of Odoo's.
    """
    # What stands behind may hold an @, as an address of a server may not.
    where = origin(re.split(r"[?#]", typed, maxsplit=1)[0] if typed else server.url)
    if server.url and where != server.url:
        raise SettingsError(f"What is known is of {server.url}, and the address leads elsewhere. Ask that server.")
    path = {spoken: path for path, spoken in RPC_PATHS.items()}.get(protocol or server.protocol)
    if path is None:
        return {"url": address(where, model, operation), "model": None, "operation": None}
    names = endpoint(where + path, model, operation)
    return {"url": where + path, "model": names.model, "operation": names.operation}
