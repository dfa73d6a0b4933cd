"""What is said where a server can be asked nothing more: the judge's rules, in the words of a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from odoo_widgets.flow import words
from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.errors import EndpointError, SettingsError, StoppedError
from odoo_widgets.flow.facts import Facts
from odoo_widgets.flow.inquiry import OK, USERS, WHO, Inquiry
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.rules import REDIRECTS, RULES
from odoo_widgets.flow.server import Server, proposed

if TYPE_CHECKING:
    from collections.abc import Callable

    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.exchange import Exchange, Reply

    # The words of a rule, and the error that holds them.
    Said = tuple[Callable[[Facts], str], type[StoppedError]]

# How many databases a sentence names.
FEW = 5


def leads_away(exchange: Exchange) -> bool:
    """Whether an answer names another server. An address on the same one is only a page that is not there."""
    assert exchange.response is not None
    if exchange.response.status_code not in REDIRECTS:
        return False
    here = exchange.request.url
    try:
        return origin(str(here.join(exchange.response.headers.get("location", "")))) != origin(str(here))
    except (SettingsError, httpx.InvalidURL):
        return True


def _no_answer(facts: Facts) -> str:
    late = isinstance(facts.exchange.error, TimeoutError | httpx.TimeoutException)
    waited = f" within {facts.settings.timeout:g} s" if late else ""
    return f"{facts.server} was asked what it is, and no whole answer came{waited}. Ask again later."


def _no_odoo(facts: Facts) -> str:
    return f"{facts.server} does not answer as an Odoo does (HTTP {facts.status}). Check the server's address."


def _gate(facts: Facts) -> str:
    return (
        f"{facts.server} asks for a password before Odoo is reached (HTTP {facts.status}). Add the header that it "
        "wants to the headers, or ask its administrator."
    )


def _no_database(facts: Facts) -> str:
    database = facts.exchange.request.headers.get("x-odoo-database")
    if database and database not in facts.knows.databases:
        return f"No database called {database!r} on {facts.server}. Check the credential's database.{has(facts.knows)}"
    if not database and len(facts.knows.databases) > 1:
        return (
            f"{facts.server} has several databases, and none is named: Credential(…, database='…').{has(facts.knows)}"
        )
    return words.no_api(facts)


def _no_database_of_rpc(facts: Facts) -> str:
    return words.no_database(facts) + has(facts.knows)


def has(server: Server) -> str:
    """Which databases a server has, as the end of a sentence; empty where it does not list them."""
    if not server.databases:
        return ""
    shown, left = server.databases[:FEW], len(server.databases) - FEW
    return f" It has: {', '.join(shown)}{f' and {left} more' if left > 0 else ''}."


# What a rule of the judge's is called here, where that differs: its signal to the words and the error.
BEFORE_THE_KEY: dict[str, Said] = {
    "no answer": (_no_answer, EndpointError),
    "unknown key": (_gate, EndpointError),
    "no such database or API": (_no_odoo, EndpointError),
    "anything else": (_no_odoo, EndpointError),
}
WITH_THE_KEY: dict[str, Said] = {
    "no answer": (_no_answer, EndpointError),
    "no such database": (_no_database_of_rpc, EndpointError),
    "no such database or API": (_no_database, EndpointError),
    "anything else": (_no_odoo, EndpointError),
}


def stopped(
    inquiry: Inquiry, call: Call, exchange: Exchange, said: dict[str, Said], protocol: str | None = None
) -> StoppedError:
    """The error that an answer ends a probe with."""
    spoken = inquiry.spoken
    if protocol:
        spoken = spoken.replace(**proposed(inquiry.server, USERS, WHO, protocol=protocol))
    decode: Callable[[Exchange], Reply] = PROTOCOLS[spoken.endpoint.protocol].decode
    reply = decode(exchange) if exchange.response is not None else None
    facts = Facts(call, exchange, spoken, reply, inquiry.server)
    if _answered(facts):
        return EndpointError(_no_odoo(facts))
    rule = next(rule for rule in RULES if rule.fits(facts))
    say, error = said.get(rule.signal, (rule.say, rule.stop or EndpointError))
    return error(say(facts))


def _answered(facts: Facts) -> bool:
    """Whether something came back that is no answer to the question, and no refusal."""
    fine = facts.status == OK and facts.reply is not None and facts.reply.readable and not facts.error
    return fine and facts.result is not False
