"""What an exchange is called in the words of the responses: each function from its facts to a sentence."""

from __future__ import annotations

import attrs
import httpx

from odoo_widgets.flow.exchange import Exchange, Reply
from odoo_widgets.flow.plan import Call
from odoo_widgets.flow.proofs import rolled_back
from odoo_widgets.flow.settings import Settings

# What a call may have done that no answer came to.
MAY = {
    "write": "the records may have changed in Odoo",
    "web_save_multi": "the records may have changed in Odoo",
    "unlink": "the records may be gone from Odoo",
}


@attrs.frozen
class Facts:
    """All that a rule may look at."""

    call: Call
    exchange: Exchange
    settings: Settings
    reply: Reply | None

    @property
    def status(self) -> int:
        """The HTTP status; 0 if there was no response."""
        return self.exchange.response.status_code if self.exchange.response is not None else 0

    @property
    def error(self) -> str:
        """Odoo's name of the exception, without its module."""
        return self.reply.error_type.rpartition(".")[2] if self.reply else ""

    @property
    def message(self) -> str:
        """Odoo's message for people."""
        return self.reply.message.strip() if self.reply else ""

    @property
    def server(self) -> str:
        """The server's host, as it is called in a sentence."""
        return self.exchange.request.url.netloc.decode()


def _may(facts: Facts) -> str:
    return MAY.get(facts.call.ask.method, "the records may be in Odoo")


def no_connection(facts: Facts) -> str:
    """Nothing was reached."""
    error = facts.exchange.error
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return (
            f"{facts.server} did not prove who it is: its certificate is expired, self-made or another host's. "
            "Nothing was sent. Ask its administrator."
        )
    return f"Nothing answers at {facts.server}. Check the server's address and this machine's network."


def no_answer(facts: Facts) -> str:
    """The request went out, and no whole answer came."""
    late = isinstance(facts.exchange.error, TimeoutError | httpx.TimeoutException)
    waited = f" within {facts.settings.timeout:g} s" if late else ""
    if facts.call.ask.batch is not None:
        return f"{facts.server} was asked which records are there, and no whole answer came{waited}. Nothing was sent."
    return (
        f"Sent, no whole answer came{waited}: {_may(facts)}. Look there for the first of them before sending these "
        "rows again."
    )


def redirected(facts: Facts) -> str:
    """The server names another address."""
    assert facts.exchange.response is not None
    told = facts.exchange.response.headers.get("location", "")
    try:
        target = (
            repr(str(httpx.URL(told).copy_with(userinfo=b"", query=None, fragment=None))) if told else "another one"
        )
    except (httpx.InvalidURL, ValueError):
        target = "another one"
    return f"{facts.server} says that the address is {target}. Nothing was sent there. Correct the URL."


def unknown_key(facts: Facts) -> str:
    """The server does not know the key."""
    return f"{facts.server}: key unknown or expired (Odoo's default lifetime is one day). Make a new one in Odoo."


def wrong_call(facts: Facts) -> str:
    """Odoo does not know the model, the method or an argument."""
    return f"{facts.server} answers: {facts.message}. Check the URL."


def no_api(facts: Facts) -> str:
    """What answers is no JSON-2 of this database's."""
    database = facts.exchange.request.headers.get("x-odoo-database")
    if database:
        return (
            f"No database called {database!r} on {facts.server}, or an Odoo older than 19, which has no JSON-2. "
            "Check the credential's database."
        )
    return (
        f"{facts.server} does not answer JSON-2 here. Name the database, Credential(database=…), if the server has "
        "several; Odoo older than 19 has no JSON-2."
    )


def too_large(facts: Facts) -> str:
    """The request has more bytes than the server takes."""
    size = len(facts.exchange.request.content)
    return f"{facts.server} takes no request of {size:,} bytes. Use a smaller batch size than {len(facts.call.rows)}."


def busy(facts: Facts) -> str:
    """The server asks to come again."""
    assert facts.exchange.response is not None
    wait = facts.exchange.response.headers.get("retry-after", "")
    when = f"after {wait} s" if wait.isdigit() else "later"
    return f"{facts.server} is too busy (HTTP {facts.status}) and took nothing. Send again {when}."


def unreadable(facts: Facts) -> str:
    """The answer proves nothing."""
    if facts.call.ask.batch is not None:
        return (
            f"{facts.server} was asked which records are there, and answered something that Odoo does not write "
            f"(HTTP {facts.status}). Nothing was sent."
        )
    return (
        f"Sent, and {facts.server} answered something that Odoo does not write (HTTP {facts.status}): {_may(facts)}. "
        "Look there for the first of them before sending these rows again."
    )


def odoo_says(facts: Facts) -> str:
    """Odoo's own message."""
    return facts.message or f"Odoo refused these rows and did not say why ({facts.error})."


def load_rolled_back(facts: Facts) -> str:
    """PostgreSQL's own message."""
    return rolled_back(facts.call.ask, facts.reply.result if facts.reply else None)


def nothing(_facts: Facts) -> str:
    """Each part of the answer has words of its own, or needs none."""
    return ""


def no_record(facts: Facts) -> str:
    """Of a row whose record is not there."""
    return f"{facts.call.model} has no record of this id that this user may see. Look the id up again."
