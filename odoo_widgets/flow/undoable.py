"""What of a send can be undone, read from the records as they are now: questions, which change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from odoo_widgets.flow.asking import asked_fields, page, question
from odoo_widgets.flow.comparing import one_id, same
from odoo_widgets.flow.errors import StoppedError
from odoo_widgets.flow.fetching import told
from odoo_widgets.flow.history import origin
from odoo_widgets.flow.lasting import lasting
from odoo_widgets.flow.operations import EACH_ID, READ_GROUPS
from odoo_widgets.flow.undo import ARCHIVE, DELETE, PUT_BACK, Step, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.before import Kept
    from odoo_widgets.flow.history import Event, Origin
    from odoo_widgets.flow.lasting import State
    from odoo_widgets.flow.model import Field, Fields
    from odoo_widgets.flow.undo import Wanted

# Records to read at once.
PAGE = 500
MADE, CHANGED, NAME, ACTIVE = "create_date", "write_date", "display_name", "active"
# What holds no value that could be read and written back.
FILES, LINES = ("binary", "image"), ("one2many",)
# Odoo's commands that make and change what a field lists (odoo/orm/commands.py), and the one that sets it.
CREATE, UPDATE, SET = 0, 1, 6

GONE = "Its record is not there any more, or this user may not see it."
UNDATED = "Odoo does not say when records of this model were changed."
CHANGED_SINCE = "It was changed since: {}."
HELD = "It holds what it held before."


def examined(
    model: str, records: Sequence[Wanted], done: Mapping[int, Sequence[Event]], *, archives: bool = True
) -> Questions[list[Step]]:
    """What undo can do about each record.

    Args:
        model: Their model.
        records: Which.
        done: What was done to each, the newest first.
        archives: Whether records can be archived, as far as the protocol goes.

    Returns:
        One step for each, in their order.

    Raises:
        EndpointError: The model is not there.
        RefusedError: The user may not read it.
    """
    origins = [origin(done.get(each.id or 0, ()), each.status, each.seconds) for each in records]
    steps = [refused(each, found, lasting(model).final({})) for each, found in zip(records, origins, strict=True)]
    open_still = [place for place, step in enumerate(steps) if step is None]
    if not open_still:
        return [step for step in steps if step is not None]
    looked = _Looked(model, (yield from asked_fields(model)), archives=archives)
    by_context: dict[str, list[int]] = {}
    for place in open_still:
        found = origins[place]
        assert found is not None
        by_context.setdefault(repr(sorted(found.event.context.items())), []).append(place)
    for together in by_context.values():
        for some in _parts(together):
            asked = [(records[place], found) for place in some if (found := origins[place]) is not None]
            states = yield from looked.read(asked)
            for place, (each, found) in zip(some, asked, strict=True):
                steps[place] = looked.step(each, found, states.get(each.id or 0))
    whole = [step for step in steps if step is not None]
    yield from looked.look_at_mails(whole)
    return [looked.with_mails(step) for step in whole]


def _parts(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + PAGE] for start in range(0, len(items), PAGE))


def _grouped(
    model: str, domain: list[Any], moments: Sequence[str], aggregates: Sequence[str], *others: str
) -> Questions[list[tuple[Any, ...]]]:
    """Records in groups of the same moments, to the microsecond within its minute: what each group holds."""
    if not domain[0][2]:
        return []
    groupby = [*others, *(f"{name}:second_number" for name in moments)]
    arguments = {"domain": domain, "groupby": groupby, "aggregates": list(aggregates)}
    answer = yield question(model, READ_GROUPS, arguments, context={"active_test": False}, by_name=True)
    names = [*groupby, *aggregates]
    if not isinstance(answer, list) or not all(isinstance(each, dict) and each.keys() >= set(names) for each in answer):
        return []
    return [tuple(each[name] for name in names) for each in answer]


class _Looked:
    """Records as they are now, and what follows of that for each."""

    def __init__(self, model: str, fields: Fields, *, archives: bool) -> None:
        self._model, self._fields, self._lasting = model, fields, lasting(model)
        self._archives = archives and ACTIVE in fields
        self._touched: dict[int, str] = {}
        self._late: set[int] = set()
        self._decimals: dict[int, int] = {}
        self._mails: dict[int, int] = {}

    def read(self, some: Sequence[tuple[Wanted, Origin]]) -> Questions[dict[int, State]]:
        """What records hold, in the context that they were sent in."""
        context = some[0][1].event.context
        ids = [each.id for each, _ in some]
        sent = {name for _, found in some if found.event.kept for name in found.event.kept.sent}
        names = {NAME, MADE, CHANGED, *self._lasting.fields, *sent}
        names |= {self._fields[name].currency for name in sent if name in self._fields}
        readable = sorted(name for name in names if name in self._fields and self._fields[name].type not in FILES)
        call = page(self._model, [["id", "in", ids]], readable)
        there = attrs.evolve(call.ask, context={**context, **call.ask.context}, whole_context=True)
        answer = yield attrs.evolve(call, ask=there)
        states = {each["id"]: each for each in told(self._model, answer, readable)}
        yield from self._look_at_lines(list(states))
        yield from self._look_at_currencies(states.values(), sent)
        yield from self._look_closer(states)
        return states

    def _look_at_lines(self, ids: list[int]) -> Questions[None]:
        """When lines were last changed: that does not show in the record that they are of."""
        field = self._fields.get(self._lasting.lines)
        if field is None or not field.inverse or not ids:
            return
        answer = yield page(field.relation, [[field.inverse, "in", ids]], [field.inverse, CHANGED])
        for line in told(field.relation, answer, [field.inverse, CHANGED]):
            parent = one_id(line[field.inverse])
            self._touched[parent] = max(self._touched.get(parent, ""), line[CHANGED] or "")

    def _look_closer(self, states: Mapping[int, State]) -> Questions[None]:
        """Which records, or lines of them, were changed in the second in which they were made.

        A date is answered without the parts of its second, a group of them with all of them
        (Odoo 19.0, odoo/orm/fields_temporal.py, date_part). Older servers do not tell.
        """
        near = [each for each, state in states.items() if state.get(MADE) and state[MADE] == self._changed(each, state)]
        lines = self._fields.get(self._lasting.lines)
        try:
            made: dict[int, Any] = {}
            for group in (yield from _grouped(self._model, [["id", "in", near]], [MADE, CHANGED], [EACH_ID])):
                created, changed, ids = group
                made |= dict.fromkeys(ids, created)
                self._late |= set(ids) if created != changed else set()
            if lines is not None and lines.inverse:
                about = [[lines.inverse, "in", near]]
                for parent, changed in (yield from _grouped(lines.relation, about, [CHANGED], [], lines.inverse)):
                    self._late |= {one_id(parent)} if made.get(one_id(parent)) != changed else set()
        except StoppedError:
            return

    def _changed(self, each: int, state: State) -> str:
        return max(state.get(CHANGED) or "", self._touched.get(each, ""))

    def _look_at_currencies(self, states: Iterable[State], sent: Iterable[str]) -> Questions[None]:
        names = {self._fields[name].currency for name in sent if name in self._fields} - {""}
        ids = sorted(
            {one_id(state[name]) for state in states for name in names if state.get(name)} - set(self._decimals)
        )
        if ids:
            answer = yield page("res.currency", [["id", "in", ids]], ["decimal_places"])
            self._decimals |= {each["id"]: each["decimal_places"] for each in told("res.currency", answer, [])}

    def look_at_mails(self, steps: Sequence[Step]) -> Questions[None]:
        """How many e-mails were sent about records that are to be deleted."""
        ids = [step.id for step in steps if step.group in (DELETE, ARCHIVE)]
        for some in _parts(ids):
            about = [["model", "=", self._model], ["res_id", "in", list(some)]]
            domain = [*about, ["notification_ids.notification_type", "=", "email"]]
            try:
                answer = yield page("mail.message", domain, ["res_id"])
            except StoppedError:
                # Not every Odoo has e-mails, and not every user may read them.
                return
            for each in told("mail.message", answer, ["res_id"]):
                self._mails[each["res_id"]] = self._mails.get(each["res_id"], 0) + 1

    def with_mails(self, step: Step) -> Step:
        """A step that says which e-mails stay."""
        number = self._mails.get(step.id or 0, 0) if step.group in (DELETE, ARCHIVE) else 0
        mails = f"{number} e-mail{'s' if number > 1 else ''} that {'were' if number > 1 else 'was'} sent about it"
        return attrs.evolve(step, stays="; ".join(filter(None, [step.stays, mails * bool(number)])))

    # --- what follows ------------------------------------------------------------------------------------------------

    def step(self, each: Wanted, found: Origin, state: State | None) -> Step:
        """What undo does about a record."""
        step = Step(each.id, each.rows, event=found.event, can_archive=self._archives)
        if state is None:
            # An undo whose process died may have deleted it.
            undone = found.undone
            gone = f"It was undone already: on {undone.day}." if undone is not None else GONE
            status = "unchanged" if undone is not None else "not_sent"
            return attrs.evolve(step, reason=gone, status=status, gone=undone is not None)
        step = attrs.evolve(step, name=str(state.get(NAME) or ""))
        if reason := self._lasting.final(state):
            return attrs.evolve(step, reason=reason)
        return (self._delete if found.event.status == "created" else self._put_back)(step, found, state)

    def _delete(self, step: Step, found: Origin, state: State) -> Step:
        if self._lasting.never:
            return attrs.evolve(step, reason=self._lasting.never)
        made, changed = state.get(MADE), self._changed(step.id or 0, state)
        if not made:
            return attrs.evolve(step, reason=UNDATED)
        if changed != made:
            return attrs.evolve(step, reason=CHANGED_SINCE.format(f"created {made}, last changed {changed} (UTC)"))
        if step.id in self._late:
            return attrs.evolve(
                step, reason=CHANGED_SINCE.format(f"in the second in which it was created, {made} (UTC)")
            )
        step = attrs.evolve(step, stays=self._lasting.stays(state))
        if found.refused is not None and step.can_archive:
            said = f"Odoo refused to delete it on {found.refused.day}: {found.refused.error}".rstrip(": ")
            return attrs.evolve(step, group=ARCHIVE, reason=said)
        return attrs.evolve(step, group=DELETE)

    def _put_back(self, step: Step, found: Origin, state: State) -> Step:
        kept = found.event.kept
        assert kept is not None
        held: dict[str, Any] = {}
        for name, sent in kept.sent.items():
            field = self._fields.get(name)
            if field is not None and (field.dropped or _writes_nothing(sent)):
                continue
            if reason := _not_kept(name, field, kept):
                return attrs.evolve(step, reason=reason)
            assert field is not None
            decimals = self._decimals.get(one_id(state.get(field.currency))) if field.currency else None
            before = back(field, kept.before[name])
            if same(field, before, state[name], decimals):
                continue
            if not same(field, sent, state[name], decimals):
                return attrs.evolve(step, reason=CHANGED_SINCE.format(f"{name} does not hold what was sent any more"))
            held[name] = before
        if not held:
            return attrs.evolve(step, reason=HELD, status="unchanged")
        return attrs.evolve(step, group=PUT_BACK, held=held)


def _not_kept(name: str, field: Field | None, kept: Kept) -> str:
    """Why what a field held before cannot be put back; empty where it can."""
    if field is None:
        return f"{name} cannot be read by this user any more."
    if field.type in FILES:
        return f"{name} is a file: what it was before is not kept."
    if field.type in LINES or _makes_records(kept.sent[name]):
        return f"{name} made or changed records of its own: these are not put back."
    return "" if name in kept.before else f"What {name} held before is not known."


def _writes_nothing(sent: Any) -> bool:
    # An empty list leaves what a field lists as it is.
    return isinstance(sent, list) and not sent


def _makes_records(sent: Any) -> bool:
    commands = sent if isinstance(sent, list) else []
    return any(isinstance(each, list) and each and each[0] in (CREATE, UPDATE) for each in commands)


def back(field: Field, before: Any) -> Any:
    """What a field held, as the value that puts it back."""
    return BACK.get(field.type, lambda value: value)(before)


BACK: dict[str, Callable[[Any], Any]] = {
    "many2one": lambda value: one_id(value) or False,
    "many2many": lambda value: [[SET, 0, list(value or ())]],
    "properties": lambda value: {each["name"]: each.get("value", False) for each in value or () if "name" in each},
}
