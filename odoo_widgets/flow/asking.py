"""Questions to a server outside a send: what is asked, and its answer or why there is none.

Whoever asks is a generator of questions: it yields a call, is sent the result, and returns what it found out. Why a
question has no answer is raised where it was asked, as a sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import attrs

from odoo_widgets.flow.barred import NO_COMPANY, NO_LANGUAGE, OTHER_COMPANY, OTHER_LANGUAGE, OTHER_USER
from odoo_widgets.flow.calls import FIELDS_GET, Ask, Call
from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.errors import EndpointError, RefusedError, SettingsError, StoppedError
from odoo_widgets.flow.judge import judge
from odoo_widgets.flow.model import Fields, fields
from odoo_widgets.flow.operations import ask_fields
from odoo_widgets.flow.policy import Wait
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.rules import OK
from odoo_widgets.flow.server import Server, proposed
from odoo_widgets.flow.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from odoo_widgets.flow.exchange import Exchange
    from odoo_widgets.flow.policy import Standing

Found = TypeVar("Found")
# Yields questions, is sent their answers, returns what was found out.
Questions: TypeAlias = "Generator[Call, Any, Found]"

NO_RIGHT = "AccessError"
# What to do, by Odoo's words of what it refuses.
ADVICE = {NO_COMPANY: OTHER_COMPANY, NO_LANGUAGE: OTHER_LANGUAGE}
SEARCH_READ = "search_read"


def question(
    model: str,
    method: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    ids: Sequence[int] | None = None,
    context: Mapping[str, Any] | None = None,
    by_name: bool = False,
) -> Call:
    """A call that only reads.

    Args:
        model: Whom to ask.
        method: The method, which must change nothing.
        arguments: Its arguments by name, in the order of its signature.
        ids: The records that it is called on; None for a method of the model itself.
        context: What it adds to the context.
        by_name: Whether the arguments go by their names also where a protocol could number them.
    """
    called = None if ids is None else list(ids)
    ask = Ask(range(0), method, dict(arguments or {}), called, dict(context or {}), by_name=by_name, reads=True)
    return Call(0, model, ask)


def page(
    model: str,
    domain: Sequence[Any],
    names: Sequence[str],
    *,
    limit: int | None = None,
    order: str = "id",
) -> Call:
    """The call that reads records, archived ones included: what they hold; of a record that they lead to, its id."""
    arguments: dict[str, Any] = {"domain": list(domain), "fields": list(names), "offset": 0, "order": order}
    if limit:
        # Where there is none it is not said: to a model with a search of its own, such as attachments', false is 0.
        arguments["limit"] = limit
    # With its name, each such record costs a look of its own (odoo/orm/models.py, `_read_format`).
    arguments["load"] = ""
    return question(model, SEARCH_READ, arguments, context={"active_test": False}, by_name=True)


def asked_fields(model: str, names: Sequence[str] = ()) -> Questions[Fields]:
    """The fields of a model that the user may see; all of them, or those of some names.

    Raises:
        EndpointError: The model is not there.
        RefusedError: The user may not read it.
    """
    asked = attrs.evolve(ask_fields(names), reads=True)
    found = fields((yield Call(0, model, asked)))
    if found is None:
        raise EndpointError(f"What came back for the fields of {model} is none of Odoo's answers. Check the URL.")
    return found


def spoken(settings: Settings) -> Settings:
    """The settings that questions go by: the protocol, headers, context, rate and time of those of a send.

    A REST address belongs to an add-on, which has no questions. The Odoo behind it is asked over JSON-2.

    Raises:
        SettingsError: The settings say of no model.
    """
    target = settings.endpoint
    if not target.model:
        raise SettingsError("The URL says of no model which one it is. Say it: model='res.partner'.")
    protocol = target.protocol if target.protocol != "rest" else "json2"
    # Of which operation, is none of a question's business, but an address names one.
    where: dict[str, Any] = proposed(Server(url=origin(settings.url)), target.model, "create", protocol=protocol)
    return Settings(
        **where,
        headers=settings.headers,
        context=settings.context,
        calls_per_second=settings.calls_per_second,
        timeout=settings.timeout,
    )


@attrs.frozen
class Heard:
    """What an exchange means for a question.

    Attributes:
        result: The answer.
        error: Why there is none; None where there is one, or something has to be called first.
        follow: What to call in its place, the question among it.
        wait: The pause before.
        again: Whether it is a try again, which the budget counts.
        server: What is known of the server now; None if nothing was learned.
    """

    result: Any = None
    error: StoppedError | None = None
    follow: tuple[Call, ...] = ()
    wait: Wait | None = None
    again: bool = False
    server: Server | None = None


def heard(call: Call, exchange: Exchange, settings: Settings, server: Server, standing: Standing) -> Heard:
    """What an exchange means for a question: its answer, or what the judge says of a call without one."""
    response = exchange.response
    reply = PROTOCOLS[settings.endpoint.protocol].decode(exchange) if response is not None else None
    fine = response is not None and response.status_code == OK and reply is not None and reply.readable
    if reply is not None and fine and not reply.error_type and (call.ask.reads or call.ask.method == FIELDS_GET):
        return Heard(reply.result)
    verdict = judge(call, exchange, settings, server, standing)
    if verdict.follow or not verdict.outcomes:
        return Heard(None, None, verdict.follow, verdict.wait, verdict.again, verdict.server)
    return Heard(error=verdict.stop or _refused(call, verdict.outcomes[0].error, verdict.outcomes[0].error_type))


def _refused(call: Call, said: str | None, error_type: str | None) -> RefusedError:
    # The paragraphs below are for whoever gives rights.
    sentence = (said or "").partition("\n\n")[0].strip()
    name = (error_type or "").rpartition(".")[2]
    known = (advice for words, advice in ADVICE.items() if words in sentence)
    advice = next(known, OTHER_USER if name == NO_RIGHT else "")
    return RefusedError(sentence or f"Odoo refused to answer for {call.model}.", name, advice)
