"""What to ask a server in order to know it: one table of questions, each with how its answer is read.

A question that only adds to what is known adds nothing where its answer does not come or cannot be read. The version
and the user have to be known: without them, the probe ends with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import attrs
import httpx
import orjson

from odoo_widgets.flow.calls import Ask, Call
from odoo_widgets.flow.credential import host
from odoo_widgets.flow.dead_ends import BEFORE_THE_KEY, WITH_THE_KEY, has, leads_away, stopped
from odoo_widgets.flow.errors import CredentialError
from odoo_widgets.flow.exchange import Exchange
from odoo_widgets.flow.inquiry import OK, USERS, WHO, Inquiry
from odoo_widgets.flow.model import fields
from odoo_widgets.flow.operations import SAVE_MULTI, ask_fields, log_in
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.protocols.envelope import headers
from odoo_widgets.flow.server import JSON2_SINCE, Server

# 19.0, saas~18.3; what follows says the edition or the day: 17.0+e-20260301 (odoo/release.py).
VERSION = re.compile(r"(saas~)?\d+\.\d+")

# From this version on, every internal user may ask which models there are.
MODELS_SINCE = 16

# How the version is asked for over the protocols that say it to everybody (odoo/service/common.py): path, content
# type, body.
VERSION_CALLS = {
    "jsonrpc": (
        "/jsonrpc",
        "application/json",
        orjson.dumps(
            {
                "jsonrpc": "2.0",
                "method": "call",
                "id": "version",
                "params": {"service": "common", "method": "version", "args": []},
            }
        ),
    ),
    "xmlrpc": (
        "/xmlrpc/2/common",
        "text/xml",
        b"<?xml version='1.0'?><methodCall><methodName>version</methodName><params/></methodCall>",
    ),
}


@attrs.frozen
class Question:
    """One request, and what its answer tells.

    Attributes:
        request: The request to make; None where there is no need to ask.
        read: What is known after the answer. Raises a StoppedError where nothing more can be asked.
    """

    request: Callable[[Inquiry], httpx.Request | None]
    read: Callable[[Inquiry, Exchange], Server]


# --- what is asked without a key: the version and the databases -------------------------------------------------------


def _plain(inquiry: Inquiry, verb: str, path: str, content_type: str, content: bytes | None = None) -> httpx.Request:
    """A request without the key."""
    envelope = headers(inquiry.settings, content_type)
    if content is None:
        del envelope["Content-Type"]
    return httpx.Request(verb, f"{inquiry.server.url}{path}", headers=envelope, content=content)


def _json(exchange: Exchange) -> dict[str, Any]:
    """The JSON object of a good answer; empty where it is none."""
    if exchange.response is None or exchange.response.status_code != OK:
        return {}
    try:
        content = orjson.loads(exchange.response.content)
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}


def _listed(content: object) -> list[Any]:
    return content if isinstance(content, list) else []


def _of_version(inquiry: Inquiry, text: object) -> Server:
    match = VERSION.match(text) if isinstance(text, str) else None
    server = attrs.evolve(inquiry.server, version=match.group() if match else "")
    old = server.major is not None and server.major < JSON2_SINCE
    return server.lacks(inquiry.model, SAVE_MULTI) if old and inquiry.model else server


def _ask_page(inquiry: Inquiry) -> httpx.Request:
    return _plain(inquiry, "GET", "/web/version", "application/json")


def _read_page(inquiry: Inquiry, exchange: Exchange) -> Server:
    """The version, from 19 on; an older Odoo answers with a page, or leads to one."""
    if exchange.response is None or leads_away(exchange):
        raise stopped(inquiry, Call(0, "", Ask(range(0), "version", {})), exchange, BEFORE_THE_KEY)
    content = _json(exchange)
    return _of_version(inquiry, content.get("version") if "version_info" in content else None)


def _ask_version(inquiry: Inquiry) -> httpx.Request | None:
    if inquiry.server.version:
        return None
    path, content_type, content = VERSION_CALLS[_rpc(inquiry)]
    return _plain(inquiry, "POST", path, content_type, content)


def _read_version(inquiry: Inquiry, exchange: Exchange) -> Server:
    result = PROTOCOLS[_rpc(inquiry)].decode(exchange).result if exchange.response is not None else None
    server = _of_version(inquiry, result.get("server_version") if isinstance(result, dict) else None)
    if not server.version:
        raise stopped(inquiry, Call(0, "", Ask(range(0), "version", {})), exchange, BEFORE_THE_KEY, _rpc(inquiry))
    return server


def _rpc(inquiry: Inquiry) -> str:
    preferred = inquiry.settings.endpoint.protocol
    return preferred if preferred in VERSION_CALLS else "xmlrpc"


def _ask_databases(inquiry: Inquiry) -> httpx.Request:
    return _plain(inquiry, "POST", "/web/database/list", "application/json", b"{}")


def _read_databases(inquiry: Inquiry, exchange: Exchange) -> Server:
    """The databases, where the server lists them: most that face the internet refuse (`list_db`)."""
    names = [name for name in _listed(_json(exchange).get("result")) if isinstance(name, str)]
    return attrs.evolve(inquiry.server, databases=tuple(names))


# --- who the key belongs to -------------------------------------------------------------------------------------------


def _who(inquiry: Inquiry) -> Call:
    return Call(0, "", log_in()) if PROTOCOLS[inquiry.protocol].LOGS_IN else _call(USERS, WHO)


def _call(model: str, method: str, ids: list[int] | None = None, **arguments: Any) -> Call:
    return Call(0, model, Ask(range(0), method, arguments, ids))


def _ask_who(inquiry: Inquiry) -> httpx.Request:
    protocol, me = PROTOCOLS[inquiry.protocol], inquiry.credential
    missing = [name for name in ("database", "login") if not getattr(me, name)]
    if protocol.LOGS_IN and missing:
        wanted = " and ".join(missing)
        say = ", ".join(f"{name}='…'" for name in missing)
        there = has(inquiry.server) if "database" in missing else ""
        raise CredentialError(
            f"{host(me.server)} is Odoo {inquiry.server.version}, to be asked over {protocol.NAME}, which wants the "
            f"{wanted} beside the key: Credential(…, {say}).{there}"
        )
    return inquiry.request(_who(inquiry))


def _read_who(inquiry: Inquiry, exchange: Exchange) -> Server:
    result = inquiry.result(exchange)
    told = result if isinstance(result, dict) else {"uid": result}
    # A login that is refused is answered with false, which Python counts as 0.
    if type(uid := told.get("uid")) is not int or uid < 1:
        raise stopped(inquiry, _who(inquiry), exchange, WITH_THE_KEY)
    return attrs.evolve(inquiry.server, uid=uid, language=_text(told.get("lang")), timezone=_text(told.get("tz")))


def _ask_user(inquiry: Inquiry) -> httpx.Request:
    assert inquiry.server.uid is not None
    fields = ["name", "lang", "tz", "company_id", "company_ids"]
    return inquiry.request(_call(USERS, "read", [inquiry.server.uid], fields=fields))


def _read_user(inquiry: Inquiry, exchange: Exchange) -> Server:
    match inquiry.result(exchange):
        case [{"name": str(name), "company_id": [int(company), str(called)], "company_ids": [*ids], **more}]:
            return attrs.evolve(
                inquiry.server,
                user=name,
                language=_text(more.get("lang")),
                timezone=_text(more.get("tz")),
                company=company,
                companies={each: called if each == company else "" for each in ids if type(each) is int},
            )
    return inquiry.server


def _ask_companies(inquiry: Inquiry) -> httpx.Request | None:
    unnamed = [each for each, name in inquiry.server.companies.items() if not name]
    if not unnamed:
        return None
    return inquiry.request(_call("res.company", "search_read", domain=[["id", "in", unnamed]], fields=["name"]))


def _read_companies(inquiry: Inquiry, exchange: Exchange) -> Server:
    named = dict(inquiry.server.companies)
    for record in _listed(inquiry.result(exchange)):
        match record:
            case {"id": int(each), "name": str(name)} if each in named:
                named[each] = name
    return attrs.evolve(inquiry.server, companies=named)


def _ask_languages(inquiry: Inquiry) -> httpx.Request:
    return inquiry.request(_call("res.lang", "get_installed"))


def _read_languages(inquiry: Inquiry, exchange: Exchange) -> Server:
    """The active languages: `res.lang.get_installed` tells them to every user (odoo/addons/base/models/res_lang.py)."""
    found = {}
    for language in _listed(inquiry.result(exchange)):
        match language:
            case [str(code), str(name)]:
                found[code] = name
    return attrs.evolve(inquiry.server, languages=found)


# --- the models -------------------------------------------------------------------------------------------------------


def _ask_models(inquiry: Inquiry) -> httpx.Request | None:
    if (inquiry.server.major or 0) < MODELS_SINCE:
        return None
    return inquiry.request(_call("ir.model", "get_available_models"))


def _read_models(inquiry: Inquiry, exchange: Exchange) -> Server:
    """The models that the user may read, and what they are called, in English since no language is asked for.

    `ir.model` itself is the administrator's to read; this is for every internal user (19.0, addons/web/models/
    ir_model.py).
    """
    found = {}
    for each in _listed(inquiry.result(exchange)):
        match each:
            case {"model": str(name), "display_name": str(called)} if called:
                found[name] = called
    return attrs.evolve(inquiry.server, models=found)


def _text(value: object) -> str:
    # An empty field is false in Odoo.
    return value if isinstance(value, str) else ""


# --- the model's methods ----------------------------------------------------------------------------------------------


def _ask_methods(inquiry: Inquiry) -> httpx.Request | None:
    if not inquiry.model or (inquiry.server.major or 0) < JSON2_SINCE:
        return None
    request = _plain(inquiry, "GET", f"/doc-bearer/{inquiry.model}.json", "application/json")
    if inquiry.credential.database:
        request.headers["X-Odoo-Database"] = inquiry.credential.database
    # The key comes last: no frame that can fail holds it.
    request.headers["Authorization"] = f"bearer {inquiry.credential.api_key.get_secret_value()}"
    return request


def _read_methods(inquiry: Inquiry, exchange: Exchange) -> Server:
    """The argument names, and whose method each is: a user of the group Technical Documentation may read them.

    `parameters` holds the names in the signature's order; `kind` tells `*args` and `**kwargs`, which are no names to
    give; `api` has `model` for a method that takes no records (19.0, addons/api_doc/controllers/api_doc.py).
    """
    methods = _json(exchange).get("methods")
    if not isinstance(methods, dict) or not methods:
        return inquiry.server
    known = {
        f"{inquiry.model}/{method}": tuple(name for name, of in parameters.items() if not _takes_any(of))
        for method, told in methods.items()
        if isinstance(told, dict) and isinstance(parameters := told.get("parameters"), dict)
    }
    of_models = frozenset(name for name in known if "model" in _listed(methods[name.partition("/")[2]].get("api")))
    of_records = frozenset(known) - of_models
    listed = frozenset([inquiry.model] if len(known) == len(methods) else [])
    server = attrs.evolve(inquiry.server, arguments=known, of_models=of_models, of_records=of_records, listed=listed)
    return server if SAVE_MULTI in methods else server.lacks(inquiry.model, SAVE_MULTI)


def _takes_any(parameter: object) -> bool:
    return isinstance(parameter, dict) and str(parameter.get("kind", "")).startswith("VAR_")


# --- the model's fields -----------------------------------------------------------------------------------------------


def _ask_fields(inquiry: Inquiry) -> httpx.Request | None:
    return inquiry.request(Call(0, inquiry.model, ask_fields())) if inquiry.model else None


def _read_fields(inquiry: Inquiry, exchange: Exchange) -> Server:
    """What the user may see of the fields; what may not be read is asked again by a send, which says why."""
    found = fields(inquiry.result(exchange))
    return inquiry.server if found is None else inquiry.server.describes(inquiry.model, found)


def _required(inquiry: Inquiry) -> list[str]:
    return [name for name, field in inquiry.server.fields.get(inquiry.model, {}).items() if field.required]


def _ask_defaults(inquiry: Inquiry) -> httpx.Request | None:
    names = _required(inquiry)
    return inquiry.request(_call(inquiry.model, "default_get", fields=names)) if names else None


def _read_defaults(inquiry: Inquiry, exchange: Exchange) -> Server:
    """Which of the required fields have a default, which then need no column."""
    told = inquiry.result(exchange)
    known = [name for name in _required(inquiry) if name in told] if isinstance(told, dict) else None
    return inquiry.server if known is None else inquiry.server.supplies(inquiry.model, known)


QUESTIONS: tuple[Question, ...] = (
    Question(_ask_page, _read_page),
    Question(_ask_version, _read_version),
    Question(_ask_databases, _read_databases),
    Question(_ask_who, _read_who),
    Question(_ask_user, _read_user),
    Question(_ask_companies, _read_companies),
    Question(_ask_languages, _read_languages),
    Question(_ask_models, _read_models),
    Question(_ask_methods, _read_methods),
    Question(_ask_fields, _read_fields),
    Question(_ask_defaults, _read_defaults),
)
