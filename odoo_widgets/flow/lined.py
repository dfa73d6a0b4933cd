"""The lines of documents in Odoo: what is asked about them, and what becomes of a document's lines by the answers.

A line was made from here where its external ID is one of this package's. Others may have been typed by somebody, or
made by Odoo itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.calls import LOOK_UP, Ask, Call, Lined
from odoo_widgets.flow.choices import KEEP, REFUSE, REPLACE
from odoo_widgets.flow.comparing import differing
from odoo_widgets.flow.documents import line_ids, lines_of, with_lines
from odoo_widgets.flow.lines_since import Before, added, conflict
from odoo_widgets.flow.matching import STATE, is_own, names_of
from odoo_widgets.flow.operations import EXTERNAL_ID, GET_METADATA, part
from odoo_widgets.flow.server import NOTHING_SEEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from odoo_widgets.flow.calls import Batch
    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings

# The states of documents whose lines may be deleted: of orders, invoices and others, before anybody relies on them.
OPEN = (None, False, "draft", "sent")


@attrs.frozen
class Decision:
    """What becomes of a document that is there.

    Attributes:
        record: What is written of it: its lines with their external IDs, those only that have to be.
        refusal: Why nothing is written; empty where something may be.
        field: The field that this is about.
        remark: What is told of it all the same.
        gone: Field to the lines to delete, once the others are there.
    """

    record: dict[str, Any]
    refusal: str = ""
    field: str = ""
    remark: str = ""
    gone: Mapping[str, list[int]] = attrs.field(factory=dict)


# --- what is asked ---------------------------------------------------------------------------------------------------


def ask_documents(number: int, model: str, batch: Batch, names: Sequence[str]) -> Call:
    """The call of a batch that asks which lines documents have, now that they are written. No row waits for it."""
    arguments = {"domain": [["id", "in", batch.ids]], "fields": ["id", *names]}
    lined = Lined(batch, done=True)
    ask = Ask(range(0), LOOK_UP, arguments, context={"active_test": False}, reads=True, lined=lined)
    return Call(number, model, ask)


def ask_lines(call: Call, lined: Lined, settings: Settings, server: Server) -> tuple[Lined, Call | None]:
    """The next call that asks about lines of documents.

    Args:
        call: The one before.
        lined: What is known of them.
        settings: How the documents are sent.
        server: The fields of the model and of its lines.

    Returns:
        What is known, and the call; None in its place where nothing is left to ask.
    """
    fields = server.fields.get(settings.endpoint.model, {})
    compared = settings.only_changes and not lined.done
    rows = range(0) if lined.done else lined.batch.rows
    for name, by_document in lined.ids.items():
        ids = sorted({each for some in by_document.values() for each in some})
        if name not in lined.names and not (lined.done and lined.batch.keys is None):
            if not ids:
                lined = attrs.evolve(lined, names={**lined.names, name: {}})
            else:
                ask = Ask(rows, GET_METADATA, {}, ids)
                return lined, _asked(call, ask, lined, name, fields[name].relation)
        if compared and name not in lined.cells:
            inside = server.fields.get(fields[name].relation, {})
            sent = [each for each in _inside(lined.batch, name) if each in inside]
            if not ids or not sent:
                lined = attrs.evolve(lined, cells={**lined.cells, name: {}})
            else:
                arguments = {"domain": [["id", "in", ids]], "fields": ["id", *sent]}
                ask = Ask(rows, LOOK_UP, arguments, context={"active_test": False})
                return lined, _asked(call, ask, lined, name, fields[name].relation)
    return lined, None


def _asked(call: Call, ask: Ask, lined: Lined, about: str, model: str) -> Call:
    asked = attrs.evolve(ask, reads=True, doubted=call.ask.doubted, lined=attrs.evolve(lined, about=about))
    return attrs.evolve(call, model=model, ask=asked, tries=1)


def _inside(batch: Batch, name: str) -> list[str]:
    """The names in the lines of a field."""
    return list(dict.fromkeys(each for record in batch.records for line in record.get(name) or () for each in line))


def told(ask: Ask, result: Any) -> Lined | None:
    """What is known of lines, with an answer to `ask_documents` or `ask_lines`; None where it is none to them."""
    lined = ask.lined
    if lined is None or not ask.reads:
        return None
    if ask.method == GET_METADATA:
        return _named(ask, lined, result)
    if not isinstance(result, list) or not all(isinstance(each, dict) for each in result):
        return None
    names = [name for name in ask.arguments["fields"] if name != "id"]
    if not all(type(each.get("id")) is int and each.keys() >= set(names) for each in result):
        return None
    if lined.about:
        cells = {each["id"]: each for each in result}
        return attrs.evolve(lined, cells={**lined.cells, lined.about: cells}, about="")
    return attrs.evolve(lined, ids=held(result, names))


def _named(ask: Ask, lined: Lined, result: Any) -> Lined | None:
    names = names_of(result)
    if names is None or not names.keys() <= set(ask.ids or ()):
        return None
    return attrs.evolve(lined, names={**lined.names, lined.about: names}, about="")


def held(states: Iterable[Mapping[str, Any]], names: Iterable[str]) -> dict[str, dict[int, list[int]]]:
    """The lines that records hold, as a look-up read them: field to the record's id to the ids of its lines."""
    known = [*states]
    return {name: {each["id"]: sorted(each.get(name) or ()) for each in known} for name in names}


def of_rows(lined: Lined, rows: Sequence[int]) -> Lined:
    """What is known of the documents of some rows."""
    wanted = set(rows)
    places = [place for place, row in enumerate(lined.batch.rows) if row in wanted]
    return attrs.evolve(lined, batch=part(lined.batch, places))


# --- what the answers mean -------------------------------------------------------------------------------------------


def ids_of(lined: Lined, settings: Settings) -> dict[str, dict[int, list[int | None]]]:
    """The ids of the lines of each row, in the order of its lines; None for one that is not known.

    With a key, the external IDs tell. Without, Odoo makes lines one after the other (odoo/orm/fields_relational.py):
    where a document has as many as were sent, they are told apart by the order of their ids.

    Returns:
        Field to the position of the row to the ids.
    """
    batch = lined.batch
    assert batch.ids is not None
    found: dict[str, dict[int, list[int | None]]] = {}
    for name, by_document in lined.ids.items():
        names = lined.names.get(name, {})
        for place, (row, record, document) in enumerate(zip(batch.rows, batch.records, batch.ids, strict=True)):
            sent, there = record.get(name) or [], by_document.get(document, [])
            if batch.keys is None:
                ids: list[int | None] = [*there] if len(there) == len(sent) else [None] * len(sent)
            else:
                wanted = line_ids(settings.endpoint.model, batch.keys[place], name, sent, settings.line_key)
                own = {names.get(each, ""): each for each in there}
                ids = [own.get(each) for each in wanted]
            if sent:
                found.setdefault(name, {})[row] = ids
    return found


def decided(lined: Lined, settings: Settings, server: Server) -> list[Decision]:
    """What becomes of each document of a batch whose record is there."""
    model = settings.endpoint.model
    batch = lined.batch
    assert batch.ids is not None
    assert batch.keys is not None
    fields = server.fields.get(model, {})
    names = with_lines(batch.lines, fields)
    seen = server.seen.get(model, NOTHING_SEEN)
    decisions = []
    for document, record, key in zip(batch.ids, batch.records, batch.keys, strict=True):
        decision = Decision(record)
        state = lined.states.get(document, {}).get(STATE)
        for name, lines in lines_of(record, names).items():
            external = line_ids(model, key, name, lines, settings.line_key)
            marked = [{**line, EXTERNAL_ID: each} for line, each in zip(lines, external, strict=True)]
            there = {each: lined.names[name].get(each, "") for each in lined.ids[name].get(document, [])}
            before = Before.of(seen, document, name) if settings.only_changes else None
            said = None
            if settings.only_changes:
                inside, own = server.fields.get(fields[name].relation, {}), {own: each for each, own in there.items()}
                cells = {each: lined.cells[name][each] for each in there if each in lined.cells[name]}
                numbers = [own.get(each, 0) for each in external]
                said = conflict(before, lines, numbers, cells, inside) if before and settings.lines != KEEP else None
                marked = _changed(marked, own, cells, inside)
            where = _Where(name, model, document, state, settings.lines)
            decision = _field(decision, marked, there, external, where)
            if before and not decision.refusal and (said := said or added(before, decision.gone.get(name, ()))):
                decision = attrs.evolve(decision, refusal=said.sentence, field=said.field)
            if decision.refusal:
                break
        decisions.append(decision)
    return decisions


def _changed(
    lines: list[dict[str, Any]], own: Mapping[str, int], cells: Mapping[int, dict[str, Any]], fields: Fields
) -> list[dict[str, Any]]:
    """The lines that Odoo does not hold as they would be sent."""
    changed = []
    for line in lines:
        known = cells.get(own.get(line[EXTERNAL_ID], 0))
        sent = {name: value for name, value in line.items() if name in fields and name != EXTERNAL_ID}
        if known is None or differing(sent, known, fields):
            changed.append(line)
    return changed


@attrs.frozen
class _Where:
    """One field of a document that is there, and what its settings say of its lines."""

    name: str
    model: str
    document: int
    state: Any
    policy: str


def _field(
    decision: Decision,
    lines: list[dict[str, Any]],
    there: Mapping[int, str],
    external: Sequence[str],
    where: _Where,
) -> Decision:
    """What becomes of the lines of one field of a document."""
    name = where.name
    foreign = [each for each, own in there.items() if not is_own(own)]
    left = [each for each, own in there.items() if is_own(own) and own not in external]
    record = {**decision.record, name: lines}
    if not lines:
        del record[name]
    if foreign and where.policy == REFUSE:
        return attrs.evolve(decision, field=name, refusal=_refused(len(foreign), where))
    if foreign and where.policy == KEEP:
        del record[name]
        return attrs.evolve(decision, record=record)
    if where.policy != REPLACE:
        said = STAYS.format(lines=_lines(len(left)), name=name) if left else ""
        return attrs.evolve(decision, record=record, remark="\n".join(filter(None, (decision.remark, said))))
    if (foreign or left) and where.state not in OPEN:
        said = NOT_OPEN.format(model=where.model, id=where.document, state=where.state)
        return attrs.evolve(decision, field=name, refusal=said)
    gone = {**decision.gone, name: [*foreign, *left]} if foreign or left else decision.gone
    return attrs.evolve(decision, record=record, gone=gone)


def _refused(lines: int, where: _Where) -> str:
    were = "was" if lines == 1 else "were"
    return (
        f"{where.model} {where.document} has {_lines(lines)} in {where.name} that {were} not made from here, and "
        "these would be made beside. Choose: lines='keep' leaves the document's lines as they are and "
        "writes the rest, lines='add' makes these beside, lines='replace' deletes the others."
    )


def _lines(count: int) -> str:
    return f"{count:,} line{'s' if count > 1 else ''}"


STAYS = "{lines} in {name} that an earlier send made are not in the frame, and stay. lines='replace' deletes them."
NOT_OPEN = (
    "{model} {id} is in the state {state!r}: lines of a confirmed or posted document are not deleted. Use lines='keep' "
    "or lines='add' for it, or put it back to draft in Odoo."
)
