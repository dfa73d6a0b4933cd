"""What an answer proves: the server's own word that the rows of a call were done, one function for each method."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from operator import ge
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.answers import LAST_ID
from odoo_widgets.flow.calls import LOOK_UP
from odoo_widgets.flow.documents import blamed
from odoo_widgets.flow.methods import State, window
from odoo_widgets.flow.operations import EACH_ID, READ_GROUPS
from odoo_widgets.flow.verb_proofs import VERB_PROOFS, prove_verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from odoo_widgets.flow.calls import Ask

# What PostgreSQL says where two transactions met (its source, errmsg of 40001 and 40P01).
CLASHES = ("could not serialize access", "deadlock detected")
# And where two made the same external ID (odoo/addons/base/models/ir_model.py).
TAKEN = ("duplicate key value violates unique constraint", "ir_model_data")

FIRST_ROW = "(Odoo says this of the first row of a call even if only a later one is refused.)"
WITH_THE_OTHERS = "Not saved, because load saves all rows of a call or none, and others of this call were refused."


@attrs.frozen
class Proof:
    """Rows that were done.

    Attributes:
        status: What they are now.
        ids: Their records' ids, one for each; None where no answer names them.
        places: Which of the call's rows; None for all.
        warning: What Odoo warned of.
        field: The field that the warning is about.
    """

    status: str
    ids: Sequence[int] | None
    places: Sequence[int] | None = None
    warning: str = ""
    field: str = ""


@attrs.frozen
class Refusal:
    """Rows that `load` refused, as it names them.

    Attributes:
        places: Which of the call's rows.
        message: Why.
        field: The field that the message is about.
    """

    places: Sequence[int]
    message: str
    field: str = ""


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value <= LAST_ID


def _one_id_each(ask: Ask, result: Any) -> list[int] | None:
    fits = isinstance(result, list) and len(result) == len(ask.rows) and all(map(_is_id, result))
    return result if fits and len(set(result)) == len(result) else None


def _create(ask: Ask, result: Any) -> list[Proof] | None:
    ids = _one_id_each(ask, result)
    if ids is None or ask.newest is None:
        return None if ids is None else [Proof("created", ids)]
    # What was there before was changed, whatever the method is called.
    old = [place for place, each in enumerate(ids) if each <= ask.newest]
    new = [place for place, each in enumerate(ids) if each > ask.newest]
    parts = (("updated", old), ("created", new))
    return [Proof(status, [ids[place] for place in places], places) for status, places in parts if places]


def _true(status: str) -> Callable[[Ask, Any], list[Proof] | None]:
    def proof(ask: Ask, result: Any) -> list[Proof] | None:
        # A write or unlink without ids returns true and does nothing.
        return [Proof(status, ask.ids)] if result is True and ask.ids else None

    return proof


def _save_multi(ask: Ask, result: Any) -> list[Proof] | None:
    if not ask.ids or not isinstance(result, list):
        return None
    read = [each.get("id") if isinstance(each, dict) else None for each in result]
    # True == 1 == 1.0, and neither is an id.
    return [Proof("updated", ask.ids)] if all(map(_is_id, read)) and read == ask.ids else None


def _load(ask: Ask, result: Any) -> list[Proof] | None:
    ids = result.get("ids") if isinstance(result, dict) else None
    # Two rows with one external ID are one record, written twice.
    if not isinstance(ids, list) or len(ids) != len(ask.rows) or not all(map(_is_id, ids)):
        return None
    # An error and ids exclude each other.
    if any(message.get("type") == "error" for message in _messages(result)):
        return None
    warned = _by_place(_messages(result), _rows_of_data(ask))
    fine = [place for place in range(len(ids)) if place not in warned]
    proofs = [Proof("saved", [ids[place]], [place], text, field) for place, (text, field) in warned.items()]
    return [*([Proof("saved", [ids[place] for place in fine], fine)] if fine else []), *proofs]


def _called(ask: Ask, result: Any) -> list[Proof] | None:
    """Of a method that nothing is known of, that it was called is all that an answer says."""
    title = window(result)
    status = "called" if title is None else "needs_attention"
    return [Proof(status, ask.ids or (), warning=title or "")] if ask.ids else None


PROOFS: dict[str, Callable[[Ask, Any], list[Proof] | None]] = {
    "create": _create,
    "write": _true("updated"),
    "web_save_multi": _save_multi,
    "unlink": _true("deleted"),
    "load": _load,
}


def there(ask: Ask, result: Any) -> dict[int, State] | None:
    """The records that a look-up found, or a look at a method's effect.

    Args:
        ask: The call that was made.
        result: What the method returned.

    Returns:
        Id to what the record holds; None if the call was neither, or the answer is none to it.
    """
    if ask.batch is not None and ask.newest is not None:
        newest = _one_id_or_none(result)
        return None if newest is None else {each: {} for each in newest}
    if ask.method != LOOK_UP:
        return None
    wanted = ask.batch.ids if ask.batch is not None else ask.effect_of.ids if ask.effect_of is not None else None
    if wanted is None or not isinstance(result, list) or not set(map(type, result)) <= {dict}:
        return None
    ids, fields = [each.get("id") for each in result], {*ask.arguments["fields"]}
    if not all(map(_is_id, ids)) or not all(map(ge, map(dict.keys, result), repeat(fields))):
        return None
    # Ids that were not asked for are the answer to another question.
    found: dict[int, State] = dict(zip(ids, result, strict=True))
    return found if found.keys() <= set(wanted) else None


def made_when(ask: Ask, result: Any) -> dict[int, bool] | None:
    """Which of the records of a `load` it made.

    All that a call does has one time, to the microsecond: what it updates was made at another. A record that was not
    written since it was made tells that time; with it, those are known too that somebody else has written since.

    Args:
        ask: The call that asked when they were made and written.
        result: What the method returned.

    Returns:
        Id to whether it was made by that call; None if the answer is none to this.
    """
    if ask.method != READ_GROUPS or ask.effect_of is None or not isinstance(result, list):
        return None
    times: dict[int, tuple[Any, Any]] = {}
    names = [*ask.arguments["groupby"], EACH_ID]
    for group in result:
        if not isinstance(group, dict) or not all(name in group for name in names):
            return None
        created, written, ids = (group[name] for name in names)
        if not isinstance(ids, list) or not all(map(_is_id, ids)):
            return None
        times |= dict.fromkeys(ids, (created, written))
    own = {created for created, written in times.values() if created == written}
    found = {each: created in own for each, (created, _) in times.items()}
    # Ids that were not asked for are the answer to another question.
    return found if found.keys() <= set(ask.effect_of.ids or ()) else None


def _one_id_or_none(result: Any) -> list[int] | None:
    """The id of the newest record, where there is one; None where the answer is none to that."""
    if not isinstance(result, list) or len(result) > 1:
        return None
    read: list[Any] = [each.get("id") if isinstance(each, dict) else None for each in result]
    return read if all(map(_is_id, read)) else None


def prove(ask: Ask, result: Any, id_path: str = "") -> list[Proof] | None:
    """What an answer proves.

    Args:
        ask: The call that was made.
        result: What the method returned.
        id_path: For REST, where the answer has the ids; empty for the common places.

    Returns:
        The rows that were done, each in one proof; None if the answer proves nothing.
    """
    if not ask.changes:
        return None
    if ask.by_name:
        return _called(ask, result)
    if ask.method in VERB_PROOFS:
        proved = prove_verb(ask, result, id_path)
        return None if proved is None else [Proof(proved[0], proved[1], warning=proved[2])]
    # What only asks, such as who the key belongs to, does nothing to any row.
    return PROOFS[ask.method](ask, result) if ask.method in PROOFS else None


def refusals(ask: Ask, result: Any) -> list[Refusal]:
    """The rows that `load` refused. It answers 200 all the same, with `ids` false (Odoo 19.0, odoo/orm/models.py).

    Args:
        ask: The call that was made.
        result: What the method returned.

    Returns:
        One for each row of the call; none if nothing was refused, or the method is another.
    """
    if ask.method != "load" or not isinstance(result, dict) or result.get("ids") is not False:
        return []
    messages = [message for message in _messages(result) if message.get("type") == "error"] or _messages(result)
    # What follows from another row's error says nothing of its own row, which is sent again without that one.
    messages = [message for message in messages if not _follows(message)] or messages
    if not messages:
        return []
    rows = _rows_of_data(ask)
    named = _by_place(messages, rows)
    if (first := _perhaps_innocent(messages, rows)) is not None:
        text, field = named[first]
        named[first] = (f"{text}\n{FIRST_ROW}", field)
    # Of lines that are written apart, the places are those among all lines of their document.
    whole = ask.lined.batch if ask.lined is not None else ask.keyed
    if whole is not None and whole.lines:
        records = dict(zip(whole.rows, whole.records, strict=True))
        for place, (text, field) in named.items():
            # What is said of a field of the document's own is about no line, whatever value it repeats.
            if field and field not in whole.lines:
                continue
            said, path = blamed(text, records[ask.rows[place]], whole.lines)
            named[place] = (said, path or field)
    others = [place for place in range(len(ask.rows)) if place not in named]
    refused = [Refusal([place], text, field) for place, (text, field) in named.items()]
    return [*refused, *([Refusal(others, WITH_THE_OTHERS)] if others else [])]


def rolled_back(ask: Ask, result: Any) -> str:
    """What `load` says where others were writing the same records; empty if it does not.

    Elsewhere that is an exception, which Odoo tries again by itself. `load` puts it among its messages.

    Args:
        ask: The call that was made.
        result: What the method returned.

    Returns:
        PostgreSQL's message: nothing was saved, and nothing is wrong with the rows.
    """
    messages = (refusal.message for refusal in refusals(ask, result))
    return next(
        (told for told in messages if any(each in told for each in CLASHES) or all(each in told for each in TAKEN)), ""
    )


def _perhaps_innocent(messages: list[dict[str, Any]], rows: list[int]) -> int | None:
    """The row that `load` may name for another one's sake.

    It puts what all rows together were refused with first, under the name of the call's first row, and then what each
    row alone was refused with. Only messages from before the records are made have a field.
    """
    bare = [message for message in messages if not message.get("field")]
    if not bare or bare[0] is not messages[0]:
        return None
    places = [list(_places(message, len(rows))) for message in bare]
    apart = places[0] and any(others and others != places[0] for others in places[1:])
    return rows[places[0][0]] if apart else None


def _follows(message: dict[str, Any]) -> bool:
    """Whether `load` advises to resolve other errors first: it met an error that it does not know, beside them."""
    return bool(message.get("moreinfo")) and not message.get("field")


def _rows_of_data(ask: Ask) -> list[int]:
    """For each row of the data of a `load` the place of the document that it belongs to."""
    return [place for place, size in enumerate(ask.sizes or [1] * len(ask.rows)) for _ in range(size)]


def _by_place(messages: list[dict[str, Any]], rows: list[int]) -> dict[int, tuple[str, str]]:
    """What is said of each place and the first field named there; of all places, where a call's messages name none."""
    named: dict[int, tuple[str, str]] = {}
    for message in messages:
        for place in dict.fromkeys(rows[each] for each in _places(message, len(rows))):
            text, field = named.get(place, ("", ""))
            both = f"{text}\n{message['message']}".strip()
            named[place] = (both, field or str(message.get("field") or ""))
    if messages and not named:
        everything = "\n".join(message["message"] for message in messages)
        named = dict.fromkeys(rows, (everything, ""))
    return named


def _messages(result: dict[str, Any]) -> list[dict[str, Any]]:
    messages = result.get("messages")
    found = messages if isinstance(messages, list) else []
    return [each for each in found if isinstance(each, dict) and isinstance(each.get("message"), str)]


def _places(message: dict[str, Any], rows: int) -> range:
    # `rows` counts from 0 within the data of the call. A message about all of them has none.
    told = message.get("rows")
    if not isinstance(told, dict) or not all(type(told.get(end)) is int for end in ("from", "to")):
        return range(0)
    return range(max(0, told["from"]), min(told["to"], rows - 1) + 1)
