"""What an exchange is called in the words of the responses: each function from its facts to a sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx

from odoo_widgets.flow.answers import Answer
from odoo_widgets.flow.calls import FIELDS_GET, LOG_IN
from odoo_widgets.flow.methods import OF_MODEL, State, known
from odoo_widgets.flow.pages import shown
from odoo_widgets.flow.proofs import rolled_back
from odoo_widgets.flow.verb_proofs import doubt
from odoo_widgets.flow.ways_out import hint, instead

if TYPE_CHECKING:
    from odoo_widgets.flow.facts import Facts

# PostgreSQL's words (its source, src/backend/utils/init/postinit.c).
NO_DATABASE = re.compile(r'database "(?P<name>.*)" does not exist')

# Python's words for an argument that was not given (inspect.Signature.bind), which JSON-2 repeats.
WANTED = re.compile(r"missing a required argument: '(?P<name>\w+)'")

# Where PostgreSQL is (libpq, fe-connect.c): nobody's business but its administrator's.
DATABASE_SERVER = re.compile(r"connection to server .*? failed: |host name \"[^\"]*\" ")

NO_ADDRESS = (404,)

# What a call may have done that no answer came to.
MAY = {
    "write": "the records may have changed in Odoo",
    "web_save_multi": "the records may have changed in Odoo",
    "unlink": "the records may be gone from Odoo",
    "POST": "the records may be there",
    "PUT": "the records may have changed",
    "PATCH": "the records may have changed",
    "DELETE": "the records may be gone",
}


def _may(facts: Facts) -> str:
    ask = facts.call.ask
    return f"{ask.method} may have been called" if ask.by_name else MAY.get(ask.method, "the records may be in Odoo")


def _asked(facts: Facts) -> str:
    """What was asked by a call that changes nothing; empty for one that may."""
    ask = facts.call.ask
    if ask.effect_of is not None:
        return f"{ask.effect_of.method} was called, and {facts.server} was asked what it did"
    if ask.batch is not None:
        return f"{facts.server} was asked which records are there"
    if ask.reads:
        return f"{facts.server} was asked for {facts.call.model}"
    if ask.method == FIELDS_GET:
        return f"{facts.server} was asked which fields {facts.call.model} has"
    if ask.whose:
        return f"{facts.server} was asked whose method {ask.method} is"
    return "" if ask.changes else f"{facts.server} was asked who has this login and key"


def _then(facts: Facts) -> str:
    """What that means for the rows."""
    looked = facts.call.ask.effect_of is not None
    if facts.call.ask.reads:
        return "Ask again later."
    return "Look in Odoo what became of these records." if looked else "Nothing was sent."


def no_connection(facts: Facts) -> str:
    """Nothing was reached."""
    error = facts.exchange.error
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return (
            f"{facts.server} did not prove who it is: its certificate is expired, self-made or another host's. "
            "Nothing was sent. Ask its administrator."
        )
    if "WRONG_VERSION_NUMBER" in str(error):
        return f"{facts.server} answers, and not over https. Write the address with http:// if that is meant."
    return f"Nothing answers at {facts.server}. Check the server's address and this machine's network."


def no_answer(facts: Facts) -> str:
    """The request went out, and no whole answer came."""
    late = isinstance(facts.exchange.error, TimeoutError | httpx.TimeoutException)
    waited = f" within {facts.settings.timeout:g} s" if late else ""
    if asked := _asked(facts):
        return f"{asked}, and no whole answer came{waited}. {_then(facts)}"
    return f"Sent, no whole answer came{waited}: {_may(facts)}. {_before_again(facts)}"


def lost(facts: Facts) -> str:
    """The request went out, and what came back, if anything, proves nothing."""
    return no_answer(facts) if facts.exchange.error is not None else unreadable(facts)


def _before_again(facts: Facts) -> str:
    if facts.call.ask.keyed is not None:
        return "Send these rows again when it answers: they are looked up by their key, and none is made twice."
    return "Look there for the first of them before sending these rows again."


def redirected(facts: Facts) -> str:
    """The server names another address."""
    return f"{facts.server} says that the address is {_elsewhere(facts)}. Nothing was sent there. Correct the URL."


def told_elsewhere(facts: Facts) -> str:
    """The server did its work, as HTTP has it, and says where one may read what came of it."""
    return (
        f"Sent, and {facts.server} answered HTTP {facts.status}: what came of it is told at {_elsewhere(facts)}, where "
        f"nobody has looked: {_may(facts)}. {_before_again(facts)}"
    )


def _elsewhere(facts: Facts) -> str:
    assert facts.exchange.response is not None
    told = facts.exchange.response.headers.get("location", "")
    try:
        return repr(str(httpx.URL(told).copy_with(userinfo=b"", query=None, fragment=None))) if told else "another one"
    except (httpx.InvalidURL, ValueError):
        return "another one"


def unknown_key(facts: Facts) -> str:
    """The server does not know the key."""
    if facts.settings.endpoint.protocol == "rest":
        # Some add-ons answer 401 to everything: their own words tell what it is.
        told = f": {facts.message}" if facts.message else ""
        return f"{facts.server} answers HTTP {facts.status}{told}. Check the key, and the header that it goes into."
    return f"{facts.server}: key unknown or expired (Odoo's default lifetime is one day). Make a new one in Odoo."


def unknown_login(facts: Facts) -> str:
    """The server does not know the login, or the key is not that user's."""
    return (
        f"{facts.server}: login unknown, or key unknown or expired (Odoo's default lifetime is one day). Check the "
        "login, or make a new key in Odoo."
    )


def no_log_in(facts: Facts) -> str:
    """Odoo failed at the login. Its words may name the database server, which is nobody's business."""
    return (
        f"{facts.server} failed to log in: {facts.error}. Nothing was sent. Check the credential's database and login, "
        "or ask the server's administrator."
    )


def wrong_call(facts: Facts) -> str:
    """Odoo does not know the model, the method or an argument."""
    told = facts.message.rstrip(".")
    if facts.call.ask.by_name and "argument" in told:
        return f"{facts.server} answers: {told}. Each column is an argument: exclude those that are none."
    return f"{facts.server} answers: {told}{'' if told.endswith('?') else '.'} Check {facts.where}."


def no_database(facts: Facts) -> str:
    """PostgreSQL does not know the database. Its own words name its host and port, which are nobody's business."""
    match = NO_DATABASE.search(facts.message)
    name = f"called {match['name']!r}" if match else "of this name"
    return f"No database {name} on {facts.server}. Check the credential's database."


def no_api(facts: Facts) -> str:
    """What answers is not this protocol of this database's."""
    if facts.settings.endpoint.protocol == "rest":
        return _nothing_there(facts)
    if facts.settings.endpoint.protocol != "json2":
        return f"{facts.server} does not answer {facts.protocol} here. Check the server's address."
    if proposed := way_out(facts):
        return f"{facts.server} is Odoo {facts.knows.version}, which has no JSON-2. Use {proposed['url']}?"
    database = facts.exchange.request.headers.get("x-odoo-database")
    if database:
        return (
            f"No database called {database!r} on {facts.server}, or an Odoo older than 19, which has no JSON-2. "
            "Check the credential's database, or use /jsonrpc or /xmlrpc/2/object."
        )
    return (
        f"{facts.server} does not answer JSON-2 here. Name the database, Credential(database=…), if the server has "
        "several; Odoo older than 19 has no JSON-2: use /jsonrpc or /xmlrpc/2/object."
    )


def _nothing_there(facts: Facts) -> str:
    """A page for people in place of an answer."""
    path = facts.exchange.request.url.path
    proposed = hint(facts.settings, path, facts.knows)
    if facts.status in NO_ADDRESS:
        missing = "address, database or record" if facts.settings.url_columns else "address or database"
        then = proposed or "Check the URL."
        return f"{facts.server} has nothing at {path} (HTTP {facts.status}): no such {missing}. {then}"
    return (
        f"{facts.server} refused what came to {path} with a page for people (HTTP {facts.status}). Check the content "
        f"format, the header that the key goes into, and the URL. {proposed}".rstrip()
    )


def wrong_format(facts: Facts) -> str:
    """The address does not take the content format."""
    told = f": {facts.message.rstrip('.')}" if facts.message else ""
    kind = facts.settings.content_format
    return f"{facts.server} does not take {kind} at {facts.exchange.request.url.path}{told}. Choose another format."


def way_out(facts: Facts) -> dict[str, Any]:
    """The settings to use in place of an API that is not there; empty where none can be proposed."""
    model = facts.settings.endpoint.model
    if model and f"model {model!r} does not exist" in facts.message:
        # What does not know the model is there, and another API of the same Odoo does not know it either.
        return {}
    return instead(facts.settings, facts.exchange.request.url.path, facts.knows)


def wrong_verb(facts: Facts) -> str:
    """The address is there, and does not take the verb."""
    verb, path = facts.exchange.request.method, facts.exchange.request.url.path
    allowed = facts.exchange.response.headers.get("allow", "") if facts.exchange.response is not None else ""
    takes = f" It takes {allowed}." if allowed else ""
    return f"{facts.server} does not take {verb} at {path}.{takes} Choose another method, or correct the URL."


def of_model(facts: Facts) -> str:
    """The method takes no records."""
    return OF_MODEL.format(method=facts.call.ask.method, model=facts.call.model)


def over_budget(facts: Facts) -> str:
    """The body is longer than the settings allow, and cannot be parted."""
    size, most = len(facts.exchange.request.content), facts.settings.max_bytes
    if facts.call.ask.method == LOG_IN:
        return f"The login alone makes a request of {size:,} bytes, and max_bytes={most:,}. Raise it."
    rows = "This row alone makes" if len(facts.call.rows) == 1 else "These rows, which are kept together, make"
    return f"{rows} a request of {size:,} bytes, and max_bytes={most:,}. Raise it, or shorten the values."


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
    if asked := _asked(facts):
        return f"{asked}, and answered something that Odoo does not write (HTTP {_said(facts)}). {_then(facts)}"
    if facts.settings.endpoint.protocol == "rest" and facts.reply is not None:
        answered = doubt(facts.call.ask, facts.reply, facts.status, facts.settings.id_path)
        silent = not facts.reply.message and not isinstance(facts.reply.result, Answer)
        if silent and (page := shown(facts.exchange.response)):
            answered = f"{answered}, {page!r}"
        return f"Sent, and {facts.server} answered {answered}: {_may(facts)}. {_before_again(facts)}"
    return (
        f"Sent, and {facts.server} answered something that Odoo does not write (HTTP {_said(facts)}): {_may(facts)}. "
        f"{_before_again(facts)}"
    )


def _said(facts: Facts) -> str:
    """The status, and the first words of whatever came with it."""
    page = facts.message or shown(facts.exchange.response)
    return f"{facts.status}: {page!r}" if page else f"{facts.status}, without a word"


def odoo_says(facts: Facts) -> str:
    """Odoo's own message."""
    told = facts.message
    if facts.reply is not None and facts.reply.error_type.startswith("psycopg2."):
        # The lines below hold SQL and other values of the row.
        told = DATABASE_SERVER.sub("", told.partition("\n")[0])
    if facts.call.ask.effect_of is not None:
        return f"{_asked(facts)}, which it refused: {told} {_then(facts)}"
    who = facts.server if facts.settings.endpoint.protocol == "rest" else "Odoo"
    return told or f"{who} refused these rows and did not say why ({facts.error})."


def of_effect(facts: Facts, sentence: str) -> str:
    """What keeps a method's effect from being read: the method was called, so nothing may say that nothing was sent."""
    if sentence.startswith(_asked(facts)):
        return sentence
    seen = f"HTTP {facts.status}" if facts.status else "no connection"
    return f"{_asked(facts)}, which failed ({seen}). {_then(facts)}"


# What is said of a document between the calls that make its lines: those that leave different cells empty go apart.
HALF = "The document is there, and not all of its lines are. Send the row again, and its other lines follow."


def of_doubted(facts: Facts, sentence: str) -> str:
    """What keeps rows in doubt from being found out: they were sent, so nothing may say that they were not."""
    said = facts.call.ask.doubted
    if facts.call.ask.become and facts.error and sentence:
        return of_half(facts, sentence)
    if not sentence or said == sentence:
        return said
    seen = f"HTTP {facts.status}" if facts.status else "no answer"
    return f"{said} (The call that was to find it out failed: {seen}.)"


def of_half(facts: Facts, message: str) -> str:
    """What Odoo says of a document, or of the rest of its lines where it is there already."""
    return f"{HALF} Odoo says of these: {message}" if facts.call.ask.become else message


def load_rolled_back(facts: Facts) -> str:
    """PostgreSQL's own message."""
    return rolled_back(facts.call.ask, facts.result)


def nothing(_facts: Facts) -> str:
    """Each part of the answer has words of its own, or needs none."""
    return ""


def no_record(facts: Facts) -> str:
    """Of a row whose record is not there."""
    return f"{facts.call.model} has no record of this id that this user may see. Look the id up again."


def not_ready(facts: Facts, state: State) -> str:
    """Of a row whose record is in a state that the method is not for."""
    target = facts.settings.endpoint
    method = known(target.model, target.operation)
    assert method is not None
    held = ", ".join(f"{field} is {state[field]}" for field in method.fields)
    return f"{target.operation} wants {method.wants}; of this record, {held}. It was not called."


def no_effect(facts: Facts, state: State) -> str:
    """Of a row whose record the method did not bring where it was to."""
    ask = facts.call.ask
    if ask.title:
        return f"Odoo opened a window in place of doing it: {ask.title}. Open the record, and answer there."
    if not state:
        return "The method was called, and the record is not there any more."
    held = ", ".join(f"{field} is {state[field]}" for field in ask.arguments["fields"] if field != "id")
    return f"The method was called, and did not do its work: {held}. Open the record to see why."
