"""Looks records up by what cells say: which questions, in bulk, each value once; and what their answers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.answering import CREATE, domain, linked, unasked
from odoo_widgets.flow.asking import asked_fields, page
from odoo_widgets.flow.errors import EndpointError, RefusedError
from odoo_widgets.flow.fetching import told
from odoo_widgets.flow.linking import DISPLAY, TOLD, bases, links, may_link
from odoo_widgets.flow.looks import EXTERNAL, IDENTIFIERS, NUMBER, Look, Match
from odoo_widgets.flow.matching import ACTIVE, text_of
from odoo_widgets.flow.settling import made
from odoo_widgets.flow.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings

# Values to ask for at once.
MANY = 1_000
# The module of an external ID that names none (Odoo 19.0, odoo/orm/models.py, `load`).
NO_MODULE = "__import__"


def looked_up(
    data: pd.DataFrame | Source,
    settings: Settings,
    server: Server,
    rows: Sequence[int] | None = None,
    *,
    make: bool = False,
) -> Questions[Server]:
    """Looks up what is not known of the records that cells lead to.

    Args:
        data: The bound frame, the rows of it without problems.
        settings: What it is sent with.
        server: What is known of the server.
        rows: The only rows that count; all if left out.
        make: Whether records are made of values that are settled so. Else nothing is changed.

    Returns:
        The server, with what was found. It asks nothing where no column has to be looked up.

    Raises:
        EndpointError: The model is not there.
        RefusedError: The user may not read it, or may not make a record that is to be made.
    """
    source = Source.of(data)
    if not may_link(source, settings):
        return server
    server = yield from _described(source, settings, server)
    while True:
        columns = linked(source, settings, server, rows)
        if asked := list(unasked(columns)):
            for look, values in asked:
                server = yield from _asked(look, values, server)
        elif make and any(each.of(CREATE) for each in columns):
            each = next(each for each in columns if each.of(CREATE))
            server = yield from made(each, server)
        else:
            # What says among which records others are was answered the time before.
            return server


def _described(source: Source, settings: Settings, server: Server) -> Questions[Server]:
    """The fields of the model that the columns fill, and of the models that these lead to, as far as they count."""
    own = settings.endpoint.model
    asked: set[str] = set()
    # Which model lines are of is known once their field is.
    while waiting := {model: each for model, each in bases(source, settings, server).items() if model not in asked}:
        for model, filled in waiting.items():
            asked.add(model)
            if missing := [name for name in filled if name not in server.fields.get(model, {})]:
                ask = asked_fields if model == own else _fields
                server = server.describes(model, (yield from ask(model, [*missing, ACTIVE])))
    while True:
        # By what a column without a path is looked up is known once its model is.
        wanted: dict[str, list[str]] = {}
        for link in links(source, settings, server):
            known = {EXTERNAL: None, NUMBER: None, **server.fields.get(link.field.relation, {})}
            names: tuple[str, ...] = TOLD if DISPLAY not in known else (link.by,) if link.by not in known else ()
            wanted.setdefault(link.field.relation, []).extend(names)
        wanted = {relation: names for relation, names in wanted.items() if names}
        before = server
        for relation, each in wanted.items():
            server = server.describes(relation, (yield from _fields(relation, each)))
        if server == before:
            return server


def _fields(relation: str, names: Sequence[str]) -> Questions[Fields]:
    try:
        return (yield from asked_fields(relation, list(dict.fromkeys(names))))
    except (RefusedError, EndpointError):
        # The look-up itself will be refused, and say why.
        return {}


def _asked(look: Look, values: Sequence[Any], server: Server) -> Questions[Server]:
    """The server, with the answers to some values."""
    ask = by_external_id if look.by == EXTERNAL else _by_field
    for start in range(0, len(values), MANY):
        some = values[start : start + MANY]
        try:
            server = server.knows(look, (yield from ask(look, some, server.fields.get(look.model, {}))))
        except (RefusedError, EndpointError) as refused:
            return server.knows(look, {}, str(refused))
    return server


def _by_field(look: Look, values: Sequence[Any], fields: Fields) -> Questions[dict[str, tuple[Match, ...]]]:
    names = list(dict.fromkeys((look.by, *_shown(fields))))
    answer = yield page(look.model, [[look.by, "in", list(values)], *domain(look.scope)], names)
    found: dict[str, list[Match]] = {str(value): [] for value in values}
    for record in told(look.model, answer, names):
        # A field that is searched in its own way may find what is only like it.
        if (same := found.get(text_of(record[look.by]))) is not None:
            same.append(match(record))
    return {value: tuple(same) for value, same in found.items()}


def by_external_id(look: Look, values: Sequence[Any], fields: Fields) -> Questions[dict[str, tuple[Match, ...]]]:
    """The record of each external ID, if it is there: asked of a server at once."""
    parts = {value: _identifier(value) for value in values}
    modules, names = (sorted({part[place] for part in parts.values()}) for place in (0, 1))
    among = [["model", "=", look.model], ["module", "in", modules], ["name", "in", names]]
    columns = ["module", "name", "res_id"]
    answer = told(IDENTIFIERS, (yield page(IDENTIFIERS, among, columns)), columns)
    ids = {(each["module"], each["name"]): each["res_id"] for each in answer}
    shown = _shown(fields)
    answer = (yield page(look.model, [["id", "in", sorted(set(ids.values()))]], shown)) if ids else []
    records = {each["id"]: match(each) for each in told(look.model, answer, shown)}
    there = {value: records.get(ids.get(part, 0)) for value, part in parts.items()}
    return {value: (found,) if found else () for value, found in there.items()}


def _identifier(value: str) -> tuple[str, str]:
    module, point, name = value.partition(".")
    return (module, name) if point else (NO_MODULE, value)


def _shown(fields: Fields) -> list[str]:
    return [DISPLAY, *([ACTIVE] if ACTIVE in fields else [])]


def match(record: dict[str, Any]) -> Match:
    """A record as it was read."""
    return Match(record["id"], str(record.get(DISPLAY) or ""), record.get(ACTIVE, True) is not False)
