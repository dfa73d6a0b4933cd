"""What an answer to a verb of REST proves, and in words why another proves nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from odoo_widgets.flow import answers
from odoo_widgets.flow.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from odoo_widgets.flow.calls import Ask
    from odoo_widgets.flow.exchange import Reply

# A status, the ids, and what the endpoint said beside.
Proved: TypeAlias = "tuple[str, Sequence[int] | None, str]"

CREATED, ACCEPTED, SERVER_ERROR = 201, 202, 500
# RFC 9110, 15.3: what says that all was done. 202 says that it may be done later, 206 and 207 that it was in part.
FINISHED = (200, CREATED, 203, 204, 205)
# What needs no second look.
FINE = re.compile(r"\W*(ok(ay)?|success(ful)?(ly)?|done|accepted|received|created|updated|deleted)\W*", re.IGNORECASE)
# Characters of a text that are shown.
MOST = 200


def _called(ask: Ask, answer: Answer) -> Proved | None:
    """Of text, only a person can say what it says; of what is accepted, what becomes of it."""
    text = answer.content if isinstance(answer.content, str) else None
    if text is None and answer.status != ACCEPTED:
        return None
    said = "" if text is None or FINE.fullmatch(text) else f"The endpoint answered: {' '.join(text.split())[:MOST]}"
    return "called", ask.ids, said


def _made(ask: Ask, answer: Answer, id_path: str) -> Proved | None:
    """Of a POST: the ids that the answer names; without any, 201 for one record says that it was made."""
    if ask.ids is not None:
        # What is posted to a record, such as a message, makes something that nobody told the model of.
        return "called", ask.ids, ""
    found = _made_ids(answer, id_path)
    if found is not None:
        fits = len(found) == len(ask.rows) and len(set(found)) == len(found)
        return ("created", found, "") if fits else None
    if id_path or answers.is_mixed(answer.content):
        return None
    if answer.status == CREATED:
        # RFC 9110, 15.3.2: one or more new resources.
        return ("created", None, "") if len(ask.rows) == 1 else None
    return "called", None, ""


def _made_ids(answer: Answer, id_path: str) -> Sequence[int] | None:
    found = answers.ids(answer, id_path)
    if found is None and answer.status == CREATED and not id_path:
        found = answers.made_at(answer.location)
    return found


def _answered(status: str) -> Callable[[Ask, Answer, str], Proved | None]:
    """Of the other verbs: a status of success, and no id but the record's own."""

    def proof(ask: Ask, answer: Answer, id_path: str) -> Proved | None:
        found = answers.ids(answer, id_path, named=True)
        if found is None:
            unclear = _touched_nothing(answer) or answers.is_mixed(answer.content)
            return None if unclear else (status, ask.ids, "")
        fits = list(found) == ask.ids if ask.ids is not None else len(found) == len(ask.rows)
        return (status, found, "") if fits else None

    return proof


def _touched_nothing(answer: Answer) -> bool:
    inner = answers.opened(answer.content)
    count = inner.get("count") if isinstance(inner, dict) else None
    return inner == [] or (type(count) is int and count == 0)


VERB_PROOFS: dict[str, Callable[[Ask, Answer, str], Proved | None]] = {
    "POST": _made,
    "PUT": _answered("updated"),
    "PATCH": _answered("updated"),
    "DELETE": _answered("deleted"),
}


def prove_verb(ask: Ask, answer: Any, id_path: str) -> Proved | None:
    """What an answer to a verb proves of all rows of its call.

    Args:
        ask: The call that was made; its method is the verb.
        answer: What came back.
        id_path: Where the answer has the ids; empty for the common places.

    Returns:
        The rows' status, their ids, and a warning; None if the answer proves nothing.
    """
    if not isinstance(answer, Answer):
        return None
    if called := _called(ask, answer):
        return called
    return VERB_PROOFS[ask.method](ask, answer, id_path) if answer.status in FINISHED else None


def doubt(ask: Ask, reply: Reply, status: int, id_path: str) -> str:
    """Why an answer to a verb proves nothing.

    Args:
        ask: The call that was made.
        reply: What came back.
        status: Its HTTP status.
        id_path: Where the answer should have the ids; empty for the common places.

    Returns:
        What the endpoint answered, to stand behind "answered".
    """
    if status >= SERVER_ERROR:
        return f"HTTP {status}{': ' if reply.message else ''}{reply.message.rstrip('.')}"
    if not isinstance(reply.result, Answer):
        return f"with a page for people, or with what is neither JSON, XML nor text (HTTP {status})"
    records = f"{len(ask.rows):,} record{'s' if len(ask.rows) > 1 else ''}"
    if status not in FINISHED:
        return f"HTTP {status}, which does not say what became of {records}"
    return _told_of_ids(ask, reply.result, id_path, records)


def _told_of_ids(ask: Ask, answer: Answer, id_path: str, records: str) -> str:
    found = _made_ids(answer, id_path)
    if found is None and _touched_nothing(answer):
        return "that it found no record"
    if found is None:
        where = f" at id_path={id_path!r}" if id_path else ""
        return f"no id{where} for {'some of ' if len(ask.rows) > 1 else ''}{records}"
    if ask.ids is not None and len(found) == 1:
        return f"about record {found[0]} to what was for {ask.ids[0]}"
    if len(found) != len(ask.rows):
        return f"{len(found):,} id{'s' if len(found) > 1 else ''} for {records}"
    return f"one id twice for {records}"
