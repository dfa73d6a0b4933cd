"""The names of the records that a call's ids lead to, as far as they were looked up."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.loading import IDS, links
from odoo_widgets.flow.model import TO_MANY, TO_ONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from odoo_widgets.flow.calls import Ask, Call
    from odoo_widgets.flow.model import Field
    from odoo_widgets.flow.server import Server

# Names that a note says.
FEW = 5


def names_of(server: Server) -> dict[str, dict[int, str]]:
    """Model to id to name of all that was found."""
    names: dict[str, dict[int, str]] = {}
    for look, found in server.found.items():
        by_id = names.setdefault(look.model, {})
        by_id.update((each.id, each.name) for matches in found.matches.values() for each in matches)
    return names


def names_in(call: Call, server: Server) -> dict[str, dict[int, str]]:
    """Field to id to name of the records that a call's values lead to, in the order in which they come."""
    known = names_of(server)
    made: dict[str, dict[int, str]] = {}
    for record in _records(call.ask) if known else ():
        for path, value, field in _links(record, call.model, server):
            names = known.get(field.relation, {})
            made.setdefault(path, {}).update((each, names[each]) for each in ids_in(value) if each in names)
    return {name: names for name, names in made.items() if names}


def _links(record: Mapping[str, Any], model: str, server: Server) -> Iterator[tuple[str, Any, Field]]:
    """The values of a record that lead to others, those in its lines too: the path, the value and the field."""
    fields = server.fields.get(model, {})
    for path, value in record.items():
        name, _, inner = path.removesuffix(IDS).partition("/")
        field = fields.get(name)
        if field is None or field.type not in (*TO_ONE, *TO_MANY):
            continue
        # `load` has a column for each field of lines, all other ways have dicts.
        lines = [{inner + path[len(path.removesuffix(IDS)) :]: value}] if inner else [*_dicts(value)]
        for line in lines:
            yield from ((f"{name}/{below}", each, one) for below, each, one in _links(line, field.relation, server))
        if not lines:
            yield name, value, field


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    """The dicts in a value: lines, as they are or in commands that make them."""
    for each in value if isinstance(value, list) else ():
        yield from [each] if isinstance(each, dict) else _dicts(each)


def said(names: Mapping[str, Mapping[int, str]]) -> str:
    """Names beside their ids, such as `country_id: 20 Belgium, 233 United States`, as sentences."""
    return " ".join(f"{field}: {', '.join(_few(by_id))}." for field, by_id in names.items())


def _few(by_id: Mapping[int, str]) -> list[str]:
    left = len(by_id) - FEW
    return [*(f"{each} {by_id[each]}" for each in list(by_id)[:FEW]), *([f"and {left:,} more"] if left > 0 else [])]


def _records(ask: Ask) -> Iterable[Mapping[str, Any]]:
    arguments = ask.arguments
    if ask.batch is not None:
        return ask.batch.records
    if ask.method == "load" and "data" in arguments:
        return (dict(zip(arguments["fields"], row, strict=True)) for row in arguments["data"])
    lists = (arguments.get(name) for name in ("vals_list", "records"))
    one = arguments.get("vals")
    return chain([one] if isinstance(one, dict) else [], *(each for each in lists if isinstance(each, list)))


def ids_in(value: Any) -> Iterator[int]:
    """The ids in a value: one, several, text with commas between them, or commands that set them."""
    if isinstance(value, str):
        yield from (int(each) for each in value.split(",") if each.isascii() and each.isdigit())
    elif isinstance(value, list):
        yield from links(value) or ()
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
