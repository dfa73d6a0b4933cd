"""What Odoo refuses of all rows alike: no right to the model or to a field, no such field, language or company.

No further row fares better, so the send stops there. Odoo's own words tell it. Those about rights come in the language
of the context, so where they are not the English ones, one question tells: whether the user has the right, and sees the
fields. It is asked once, after the first refusal that may be such; a send that is refused nothing asks nothing. A rule
on records is not such a refusal: it is about some rows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.calls import FIELDS_GET, LOOK_UP, Ask, Call
from odoo_widgets.flow.choices import UPSERT
from odoo_widgets.flow.methods import known
from odoo_widgets.flow.model import fields
from odoo_widgets.flow.naming import did_you_mean, meant
from odoo_widgets.flow.operations import OF_LOAD, SAVE_MULTI, ask_fields
from odoo_widgets.flow.proofs import refusals

if TYPE_CHECKING:
    from odoo_widgets.flow.facts import Facts
    from odoo_widgets.flow.server import Server

# The right that an operation needs; a method may need any.
RIGHTS = {
    "create": "create", "load": "create", "POST": "create", "write": "write", "PUT": "write", "PATCH": "write",
    "unlink": "unlink", "DELETE": "unlink",
}  # fmt: skip
# Odoo's words where the user has no right to a whole model (19.0, odoo/addons/base/models/ir_model.py,
# _make_access_error).
NO_RIGHT = ("This operation is allowed for the following groups", "No group currently allows this operation")
# The same of fields (odoo/orm/models.py: create, write and read; load), which nobody translates.
NO_FIELD = re.compile(r"Invalid field (?:'(?P<field>[^']+)' (?:in|on) '(?P<model>[\w.]+)'|name '(?P<loaded>[^']+)')")
# And of the context (odoo/orm/environments.py).
NO_LANGUAGE, NO_COMPANY = "Invalid language code", "unauthorized or invalid companies"

OTHER_USER = "Ask Odoo's administrator for the right, or use another key."
OTHER_COMPANY = "Choose a company that this user may work for."
OTHER_LANGUAGE = "Install the language in Odoo, or choose another one."
ALL_ROWS = "That goes for every row, so no more is sent."


def said(facts: Facts) -> str:
    """What Odoo said: `load` puts it into its answer."""
    return facts.message or next((each.message for each in refusals(facts.call.ask, facts.result)), "")


def _of_rows(facts: Facts) -> bool:
    ask = facts.call.ask
    return (ask.changes or ask.batch is not None) and bool(facts.error or refusals(ask, facts.result))


def _of_any(facts: Facts) -> bool:
    """Whether Odoo refuses a call that is for rows, or one that comes before all of them."""
    ask = facts.call.ask
    return _of_rows(facts) or bool(ask.prepares and not ask.reads and facts.error)


# --- what shows it ----------------------------------------------------------------------------------------------------


def no_language(facts: Facts) -> bool:
    """Whether the language of the context is not installed."""
    return _of_any(facts) and said(facts).startswith(NO_LANGUAGE)


def no_company(facts: Facts) -> bool:
    """Whether the user may not work in a company of the context."""
    return _of_any(facts) and NO_COMPANY in said(facts)


def no_right(facts: Facts) -> bool:
    """Whether the user has no right to the model."""
    if not _of_rows(facts):
        return False
    told = said(facts)
    by_words = any(each in told for each in NO_RIGHT) and f"({facts.call.model})" in told
    return by_words or (_may_be(facts) and facts.knows.rights.get(_right_key(facts.call)) is False)


def no_field(facts: Facts) -> bool:
    """Whether the model has no such field, or the user no right to it."""
    return _of_rows(facts) and bool(missing(facts))


def missing(facts: Facts) -> str:
    """The field that a refusal is about, since it is not there for this user; empty for any other refusal."""
    call, told = facts.call, said(facts)
    if (match := NO_FIELD.search(told)) is not None and match["model"] in (None, call.model):
        name = match["field"] or match["loaded"].partition("/")[0]
        return name if name in (*_given(call.ask), *_looked_at(call.ask)) else ""
    if facts.error == "KeyError":
        # All that web_save_multi says (addons/web/models/models.py).
        return next((name for name in _given(call.ask) if told.strip("'") == name), "")
    if not _may_be(facts):
        return ""
    return next((name for name in _given(call.ask) if facts.knows.rights.get(f"{call.model}.{name}") is False), "")


def _may_be(facts: Facts) -> bool:
    """Whether a refusal may be one of rights; of what `load` refuses, its words say no more than the model's name."""
    if facts.error:
        return facts.error == "AccessError"
    return f"({facts.call.model})" in said(facts)


def _right(call: Call) -> str:
    """The right that a call needs; empty where that is not known."""
    ask = call.ask
    if ask.by_name:
        return "write" if known(call.model, ask.method) is not None else ""
    return {**RIGHTS, SAVE_MULTI: "write", LOOK_UP: "read"}.get(ask.method, "")


def _right_key(call: Call) -> str:
    return f"{call.model}/{_right(call)}"


def _given(ask: Ask) -> list[str]:
    """The fields that a call gives values for."""
    if ask.by_name or not ask.changes:
        return []
    if ask.method == "load":
        return [name for path in ask.arguments["fields"] if (name := path.partition("/")[0]) not in OF_LOAD]
    records = ask.arguments.get("vals_list") or ask.arguments.get("records") or [ask.arguments.get("vals")]
    return list(dict.fromkeys(name for each in records if isinstance(each, dict) for name in each))


def _looked_at(ask: Ask) -> list[str]:
    """The fields that the look-up of rows reads since the rows have values for them."""
    return ask.arguments["fields"] if ask.batch is not None and ask.method == LOOK_UP else []


# --- what is asked where Odoo's words do not tell ---------------------------------------------------------------------


def question(facts: Facts) -> Call | None:
    """What to ask before a refused call is made in smaller parts; None where it is known to be about some rows."""
    call, knows = facts.call, facts.knows
    if facts.settings.endpoint.protocol == "rest" or not _of_rows(facts) or not _may_be(facts) or not _right(call):
        return None
    if _right_key(call) not in knows.rights:
        ask = Ask(call.rows, "has_access", {"operation": _right(call)}, [])
    elif unknown := [name for name in _given(call.ask) if f"{call.model}.{name}" not in knows.rights]:
        ask = attrs.evolve(ask_fields(unknown), rows=call.rows)
    else:
        return None
    return attrs.evolve(call, ask=attrs.evolve(ask, doubted=call.ask.doubted, refusal=(call, facts.exchange)))


def learned(facts: Facts) -> Server:
    """What is known of the server after a question. A question without an answer says nothing against the user."""
    ask = facts.call.ask
    assert ask.refusal is not None
    call = ask.refusal[0]
    if ask.method == FIELDS_GET:
        seen = fields(facts.result)
        names = ask.arguments["allfields"]
        return facts.knows.may({f"{call.model}.{name}": seen is None or name in seen for name in names})
    return facts.knows.may({_right_key(call): facts.result is not False})


# --- the sentences ----------------------------------------------------------------------------------------------------


def language(facts: Facts) -> str:
    """The language is not installed."""
    return f"{_first(facts)} {ALL_ROWS} {OTHER_LANGUAGE}"


def company(facts: Facts) -> str:
    """The company is none that the user may work in."""
    return f"{_first(facts)} {ALL_ROWS} {OTHER_COMPANY}"


def right(facts: Facts) -> str:
    """The user has no right to the model."""
    makes = _right(facts.call) == "create" and facts.settings.when_found == UPSERT
    other = " Or use mode='update', which only changes what is there." if makes else ""
    return f"{_first(facts)} {ALL_ROWS} {OTHER_USER}{other}"


def field(facts: Facts) -> str:
    """The model has no such field, or the user no right to it."""
    name, column, model = missing(facts), _column(facts), facts.call.model
    labels = {each: of.label for each, of in facts.knows.fields.get(model, {}).items() if each != name}
    return (
        f"{model} has no field {name!r} that this user may see.{did_you_mean(meant(name, labels))} {ALL_ROWS} Say "
        f"which field the column {column!r} is, fields={{{column!r}: '…'}}, or exclude it."
    )


def way_out(facts: Facts) -> dict[str, Any]:
    """The settings without the column of that field; empty where it is a key, which cannot stay out."""
    column, settings = _column(facts), facts.settings
    return {} if column in settings.key else {"exclude": (*settings.exclude, column)}


def _column(facts: Facts) -> str:
    """The column that fills the field which is not there."""
    name = missing(facts)
    return next((column for column, field in facts.settings.fields.items() if field == name), name)


def _first(facts: Facts) -> str:
    """Odoo's own words, without the paragraphs for whoever gives rights."""
    first = said(facts).partition("\n\n")[0].partition("\n")[0].strip()
    return first if first.endswith((".", "!", "?")) else f"{first}."
