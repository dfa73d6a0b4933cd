"""Puts questions to a server, one after the other; what to ask, and what an answer means, is decided in `flow`."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from typing import TYPE_CHECKING, Any

import attrs
from aiolimiter import AsyncLimiter

from odoo_widgets.flow.asking import Found, Heard, Questions, heard, spoken
from odoo_widgets.flow.bound import bound
from odoo_widgets.flow.calls import Call
from odoo_widgets.flow.errors import StoppedError
from odoo_widgets.flow.operations import log_in
from odoo_widgets.flow.policy import Policy, Standing, Wait
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.net.environment import filled
from odoo_widgets.net.own_loop import in_own_loop
from odoo_widgets.net.transport import client, perform

if TYPE_CHECKING:
    import httpx

    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.settings import Settings


class _Asker:
    """One run of questions on the event loop that it runs on."""

    def __init__(
        self, http: httpx.AsyncClient, settings: Settings, credential: Credential, server: Server, policy: Policy
    ) -> None:
        self._http, self._settings, self._credential, self._server = http, settings, credential, server
        self._standing = Standing(policy)
        self._protocol = PROTOCOLS[settings.endpoint.protocol]
        self._limiter = AsyncLimiter(1, 1 / settings.rate) if settings.rate else None

    async def run(self, questions: Questions[Found]) -> Found:
        """What the questions find out. An error goes to whoever asked, who may know better than to end."""
        try:
            if self._protocol.LOGS_IN and self._server.uid is None:
                await self._answer(Call(0, "", log_in()))
            call = next(questions)
            while True:
                try:
                    result = await self._answer(call)
                except StoppedError as error:
                    call = questions.throw(error)
                else:
                    call = questions.send(result)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        finally:
            questions.close()

    async def _answer(self, call: Call) -> Any:
        calls = deque([call])
        told = Heard()
        while calls:
            told = await self._hear(calls.popleft())
            calls.extendleft(reversed(told.follow))
            if told.error is not None:
                raise told.error
            if told.wait is not None:
                await asyncio.sleep(_seconds(told.wait))
        return told.result

    async def _hear(self, call: Call) -> Heard:
        if self._limiter is not None:
            await self._limiter.acquire()
        request = self._protocol.encode(call, self._settings, self._credential, self._server)
        exchange = await perform(self._http, request, self._settings, self._credential.api_key)
        told = heard(call, exchange, self._settings, self._server, self._standing)
        again = self._standing.again + told.again
        self._standing = attrs.evolve(self._standing, made=self._standing.made + 1, again=again)
        self._server = told.server or self._server
        return told


def _seconds(wait: Wait) -> float:
    return wait.seconds if wait.told else random.uniform(0, wait.seconds)  # noqa: S311 - nobody guesses at it


async def aask(
    questions: Questions[Found],
    settings: Settings,
    credential: Credential,
    *,
    server: Server = NOTHING_KNOWN,
    policy: Policy | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Found:
    """What questions find out; see `ask`. It leaves the event loop free meanwhile."""
    bound(credential, settings, "ask")
    going = filled(spoken(settings))
    async with client(going, transport) as http:
        return await _Asker(http, going, credential, server, policy or Policy()).run(questions)


def ask(
    questions: Questions[Found],
    settings: Settings,
    credential: Credential,
    *,
    server: Server = NOTHING_KNOWN,
    policy: Policy | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Found:
    """What questions find out. None of them changes anything.

    Args:
        questions: Yields calls that only read, is sent their results, and returns what it found out.
        settings: Those of a send to the same server and model.
        credential: As whom.
        server: What is known of the server.
        policy: How often and how soon a question is asked again.
        transport: What carries the requests in place of the network.

    Returns:
        What the questions return.

    Raises:
        CredentialError: The key is unknown, or belongs to another server.
        EndpointError: What answers is not the Odoo, database or model that was meant.
        RefusedError: Odoo refuses to answer: no right, or no such field or language.
        StoppedError: The server is too busy, or its answer cannot be read.
    """
    return in_own_loop(
        aask(questions, settings, credential, server=server, policy=policy, transport=transport), "odoo_widgets ask"
    )
