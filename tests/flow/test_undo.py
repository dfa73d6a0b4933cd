"""What undo makes of what was written down and of what Odoo says, by tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from odoo_widgets.destination import Destination
from odoo_widgets.flow import taking_back, undo
from odoo_widgets.flow.before import Kept, kept
from odoo_widgets.flow.calls import Ask
from odoo_widgets.flow.history import Event, origin
from odoo_widgets.flow.lasting import LASTING, lasting
from odoo_widgets.flow.undo import Step, Wanted
from odoo_widgets.flow.undoable import examined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from odoo_widgets.flow.asking import Questions

SERVER = "https://mycompany.odoo.com"
CREATE = Destination(f"{SERVER}/json/2/res.partner/create")
MADE = "2026-03-01 12:00:00"
LATER = "2026-03-01 12:00:01"


def event(status: str, send: str = "a", **more: Any) -> Event:
    return Event(send, f"day {send}", "write", status, (0,), **more)


def wrote(before: dict[str, Any], sent: dict[str, Any], **more: Any) -> Event:
    return event("updated", kept=Kept(0, 7, before, sent), **more)


# --- which send a row is of ------------------------------------------------------------------------------------------

CREATED, UPDATED = event("created"), event("updated", "b", seconds=(0.2,))
UPDATED_LATER = event("updated", "c", seconds=(0.3,))
DELETED = event("deleted", "d", undo="a")
ORIGINS = {
    "nothing is written down": ([], "created", None, None),
    "an undo alone is no send": ([DELETED], "deleted", None, None),
    "what the row says": ([UPDATED, CREATED], "created", None, (CREATED, None)),
    "the last of several": ([UPDATED_LATER, UPDATED, CREATED], "updated", None, (UPDATED_LATER, None)),
    "the one of its time": ([UPDATED_LATER, UPDATED, CREATED], "updated", 0.2, (UPDATED, None)),
    "a time that none has": ([UPDATED_LATER, UPDATED], "updated", 0.9, (UPDATED_LATER, None)),
    "a status that none has": ([UPDATED, CREATED], "saved", None, (UPDATED, None)),
    "a deletion is of all": ([DELETED, UPDATED, CREATED], "updated", None, (UPDATED, DELETED)),
    "an undo of another send": (
        [event("updated", "e", undo="c"), UPDATED_LATER, UPDATED], "updated", 0.2, (UPDATED, None)
    ),
    "an undo before it": ([UPDATED_LATER, event("updated", "e", undo="c")], "updated", None, (UPDATED_LATER, None)),
}  # fmt: skip


@pytest.mark.parametrize("name", ORIGINS)
def test_a_row_is_of_the_send_that_did_what_it_says(name: str) -> None:
    events, said, seconds, wanted = ORIGINS[name]
    found = origin(events, said, seconds)
    assert (None if found is None else (found.event, found.undone)) == wanted


def test_an_undo_that_odoo_refused_or_whose_end_is_not_known_is_told_apart() -> None:
    refused = event("rejected", "b", undo="a", error="It is in use.")
    assert origin([refused, CREATED], "created").refused == refused  # type: ignore[union-attr]
    flying = event("in flight", "b", undo="a")
    assert origin([flying, CREATED], "created").undone == flying  # type: ignore[union-attr]


# --- what is done about a record -------------------------------------------------------------------------------------

FIELDS = {
    **{name: {"type": "datetime"} for name in ("create_date", "write_date")},
    "display_name": {"type": "char"},
    "active": {"type": "boolean"},
    "name": {"type": "char"},
    "amount": {"type": "monetary", "currency_field": "currency_id"},
    "currency_id": {"type": "many2one", "relation": "res.currency"},
    "parent_id": {"type": "many2one", "relation": "res.partner"},
    "tag_ids": {"type": "many2many", "relation": "tag"},
    "child_ids": {"type": "one2many", "relation": "res.partner"},
    "image": {"type": "image"},
    "total": {"type": "float", "readonly": True, "depends": ["amount"]},
}
FRESH = {"create_date": MADE, "write_date": MADE, "display_name": "Ana", "currency_id": 3}


def answers(questions: Questions[list[Step]], record: dict[str, Any] | None) -> list[Step]:
    """What the questions find out of a server that has one record."""
    told: Any = None
    try:
        while True:
            call = questions.send(told)
            names = call.ask.arguments.get("fields", [])
            held = [] if record is None else [{"id": 7, **dict.fromkeys(names, False), **record}]
            told = {
                "fields_get": FIELDS,
                "res.currency": [{"id": 3, "decimal_places": 2}],
                "mail.message": [{"id": 1, "res_id": 7}] * 2,
            }.get(call.ask.method if call.ask.method == "fields_get" else call.model, held)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def step(events: Sequence[Event], record: dict[str, Any] | None, said: str = "created", model: str = "x.y") -> Step:
    [found] = answers(examined(model, [Wanted(7, (0,), said)], {7: events}), record)
    return found


def test_what_was_created_and_not_changed_is_deleted_with_its_e_mails_named() -> None:
    found = step([CREATED], FRESH)
    assert (found.group, found.stays) == (undo.DELETE, "2 e-mails that were sent about it")


REFUSED = {
    "changed": ([CREATED], {**FRESH, "write_date": LATER}, "It was changed since: created 2026-03-01 12:00:00"),
    "gone": ([CREATED], None, "Its record is not there any more"),
    "without a date": ([CREATED], {**FRESH, "create_date": False}, "Odoo does not say when"),
    "not ours": ([], FRESH, "Nothing that was written down"),
    "a method": ([event("called")], FRESH, "A method was called"),
    "a window": ([event("needs_attention")], FRESH, "A method was called"),
    "a load": ([event("saved")], FRESH, "load does not say"),
    "a deletion": ([event("deleted")], FRESH, "It was deleted."),
    "in doubt": ([event("in_doubt")], FRESH, "It is not known what became of it"),
    "nothing kept": ([event("updated")], FRESH, "What it held before is not known"),
    "another value": ([wrote({"name": "a"}, {"name": "b"})], {**FRESH, "name": "c"}, "It was changed since: name"),
    "a file": ([wrote({"image": "3 kB"}, {"image": "aGk="})], FRESH, "image is a file"),
    "lines": ([wrote({"child_ids": []}, {"child_ids": [[0, 0, {}]]})], FRESH, "child_ids made or changed records"),
    "new tags": ([wrote({"tag_ids": []}, {"tag_ids": [[0, 0, {}]]})], FRESH, "tag_ids made or changed records"),
    "a field that is gone": ([wrote({"gone": 1}, {"gone": 2})], FRESH, "gone cannot be read"),
    "a field by hand": ([wrote({}, {"name": "b"})], {**FRESH, "name": "b"}, "What name held before is not known."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_certain_is_refused_with_the_reason(name: str) -> None:
    events, record, words = REFUSED[name]
    found = step(events, record, events[0].status if events else "created")
    assert (found.group, found.status, found.held) == (undo.REFUSED, "not_sent", {})
    assert found.reason.startswith(words)


PUT_BACK = {
    "text": ({"name": "a"}, {"name": "b"}, {"name": "b"}, {"name": "a"}),
    "an empty field": ({"name": False}, {"name": "b"}, {"name": "b"}, {"name": False}),
    "a link": ({"parent_id": 4}, {"parent_id": 5}, {"parent_id": 5}, {"parent_id": 4}),
    "tags": ({"tag_ids": [1, 2]}, {"tag_ids": [[6, 0, [3]]]}, {"tag_ids": [3]}, {"tag_ids": [[6, 0, [1, 2]]]}),
    "money as Odoo rounds it": ({"amount": 1.5}, {"amount": 2.005}, {"amount": 2.01}, {"amount": 1.5}),
    "only what changed": (
        {"name": "a", "parent_id": 4}, {"name": "b", "parent_id": 4}, {"name": "b", "parent_id": 4}, {"name": "a"}
    ),
    "not what Odoo drops": ({"name": "a", "total": 1}, {"name": "b", "total": 9}, {"name": "b"}, {"name": "a"}),
    "half of it by a person": (
        {"name": "a", "parent_id": 4}, {"name": "b", "parent_id": 5}, {"name": "a", "parent_id": 5}, {"parent_id": 4}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PUT_BACK)
def test_what_was_written_is_put_back(name: str) -> None:
    before, sent, now, wanted = PUT_BACK[name]
    found = step([wrote(before, sent)], {**FRESH, **now}, "updated")
    assert (found.group, found.held) == (undo.PUT_BACK, wanted)


def test_what_holds_what_it_held_before_needs_nothing() -> None:
    found = step([wrote({"name": "a"}, {"name": "b"})], {**FRESH, "name": "a"}, "updated")
    assert (found.group, found.status, found.reason) == (undo.REFUSED, "unchanged", "It holds what it held before.")


def test_of_what_a_send_left_as_it_was_there_is_nothing_to_undo() -> None:
    found = step([event("unchanged", "a")], FRESH, "unchanged")
    assert (found.group, found.status, found.reason) == (undo.REFUSED, "unchanged", "The send did nothing to it.")


@pytest.mark.parametrize("said", ["rejected", "not_sent"])
def test_of_a_row_that_did_nothing_to_its_record_there_is_nothing_to_undo(said: str) -> None:
    [found] = answers(examined("x.y", [Wanted(7, (0,), said)], {}), FRESH)
    assert (found.status, found.reason) == ("unchanged", undo.NOTHING_DONE[said])


def test_a_preview_counts_reasons_without_their_dates() -> None:
    steps = [step([event("deleted", f"b{number}", undo="a"), CREATED], None) for number in range(2)]
    assert undo.sentences(undo.preview("x.y", steps)) == ["Leave 2: It was undone already (2)."]


def test_an_undo_that_was_killed_is_found_to_have_deleted_a_record_that_is_gone() -> None:
    flying = event("in flight", "b", undo="a")
    found = step([flying, CREATED], None)
    assert (found.status, found.gone, found.reason) == ("unchanged", True, "It was undone already: on day b.")
    assert step([flying, CREATED], FRESH).group == undo.DELETE


def test_what_odoo_refused_to_delete_can_be_archived() -> None:
    refused = event("rejected", "b", undo="a", error="It is in use.")
    found = step([refused, CREATED], FRESH)
    assert (found.group, found.reason) == (undo.ARCHIVE, "Odoo refused to delete it on day b: It is in use.")


FINAL = {
    ("account.move", "posted"): {"state": "posted"},
    ("account.move", "posted before"): {"state": "draft", "posted_before": True},
    ("account.move.line", "posted"): {"parent_state": "posted"},
    **{("sale.order", state): {"state": state} for state in ("sent", "sale", "done")},
    **{("purchase.order", state): {"state": state} for state in ("sent", "to approve", "purchase", "done")},
    **{("stock.picking", state): {"state": state} for state in ("waiting", "confirmed", "assigned", "done")},
    ("account.payment", "paid"): {"state": "paid"},
    ("stock.quant", "any"): {},
}


@pytest.mark.parametrize("name", FINAL)
def test_a_document_that_is_final_is_left(name: tuple[str, str]) -> None:
    assert lasting(name[0]).final(FINAL[name])


@pytest.mark.parametrize("model", [model for model in LASTING if model != "stock.quant"])
def test_a_draft_is_not_final(model: str) -> None:
    assert lasting(model).final({"state": "draft", "parent_state": "draft", "posted_before": False}) == ""


# --- how it is sent and shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "url", "operation"),
    [
        (CREATE, f"{SERVER}/json/2/res.partner/unlink", "unlink"),
        (Destination(f"{SERVER}/jsonrpc", model="res.partner", operation="create"), f"{SERVER}/jsonrpc", "unlink"),
        (Destination(f"{SERVER}/api/res.partner?a=b"), f"{SERVER}/api/res.partner/{{id}}?a=b", "DELETE"),
        (
            Destination(f"{SERVER}/api/res.partner/{{id}}", method="PUT", mode="upsert"),
            f"{SERVER}/api/res.partner/{{id}}",
            "DELETE",
        ),
    ],
)
def test_what_was_created_is_deleted_over_the_same_protocol(settings: Destination, url: str, operation: str) -> None:
    steps = [
        Step(each, (0,), undo.DELETE, event=event("created", send)) for each, send in ((1, "a"), (3, "b"), (2, "b"))
    ]
    first, second = taking_back.deletion(settings.replace(exclude=["x"], headers="a:b"), steps)
    assert (first.settings.url, first.settings.endpoint.operation) == (url, operation)
    assert first.settings.endpoint.model == "res.partner"
    assert (first.settings.headers, first.settings.exclude) == ({"a": "b"}, ())
    assert [(part.undoes, part.frame["id"].tolist()) for part in (first, second)] == [("b", [3, 2]), ("a", [1])]


def test_a_url_that_takes_values_of_rows_does_not_say_how_a_record_is_undone() -> None:
    assert taking_back.says_how(CREATE)
    assert not taking_back.says_how(CREATE.replace(url=f"{CREATE.url}?a={{name}}"))


def test_a_preview_comes_to_a_headline_and_its_reasons() -> None:
    steps = [
        Step(1, (0,), undo.DELETE, stays="the number S1"),
        Step(2, (1,), undo.DELETE),
        Step(3, (2,), undo.PUT_BACK, held={"name": "a"}),
        Step(4, (3,), reason="It was changed since: created x."),
        Step(5, (4,), reason="It was changed since: created y."),
        Step(None, (5,), reason="No id."),
    ]
    plan = undo.preview("res.partner", steps)
    assert plan["id"].tolist() == [1, 2, 3, 4, 5]
    assert plan["summary"].iloc[2] == "Puts name of res.partner 3 back."
    assert undo.headline(plan) == "Delete 2, put back 1"
    assert undo.sentences(plan) == ["Leave 2: It was changed since (2).", "What stays: the number S1."]
    assert undo.headline(undo.preview("res.partner", [])) == ""


def test_rows_of_one_record_are_one_step_and_rows_without_an_id_stand_alone() -> None:
    found = undo.wanted([7, None, 7, None], ["created", "rejected", "created", "not_sent"])
    assert [(each.id, each.rows) for each in found] == [(7, (0, 2)), (None, (1,)), (None, (3,))]


def test_only_a_write_whose_look_up_read_the_fields_is_kept() -> None:
    states = {7: {"id": 7, "name": "a"}, 8: {"id": 8, "name": "b"}}
    one = Ask([0, 1], "write", {"vals": {"name": "x", "city": "y"}}, [7, 8], states=states)
    assert [(each.row, each.id, each.before) for each in kept(one)] == [(0, 7, {"name": "a"}), (1, 8, {"name": "b"})]
    each = Ask([1], "web_save_multi", {"vals_list": [{"name": "x"}], "specification": {}}, [8], states=states)
    assert kept(each) == [Kept(1, 8, {"name": "b"}, {"name": "x"})]
    assert kept(Ask([0], "write", {"vals": {"name": "x"}}, [7])) == []
    assert kept(Ask([0], "create", {"vals_list": [{}]})) == []
    assert kept(Ask([0], "action_archive", {}, [7], by_name=True, states=states)) == []
