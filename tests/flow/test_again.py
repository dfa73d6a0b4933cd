"""What is done about an answer that leaves rows undone, by tables: and when it is not done any more."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import pytest

from odoo_widgets.flow.again import AGAIN, repeatable, unasked
from odoo_widgets.flow.calls import Ask, Batch, Call
from odoo_widgets.flow.exchange import Exchange
from odoo_widgets.flow.judge import judge
from odoo_widgets.flow.operations import look_up
from odoo_widgets.flow.policy import Policy, Standing, Wait
from odoo_widgets.flow.rules import RULES
from odoo_widgets.flow.settings import Settings

if TYPE_CHECKING:
    from odoo_widgets.flow.follow import Verdict

SETTINGS = Settings("https://mycompany.odoo.com/json/2/res.partner/create")
WRITING = Settings("https://mycompany.odoo.com/json/2/res.partner/write")
NAMES = [{"name": name} for name in "abcd"]
CREATE = Call(3, "res.partner", Ask(range(10, 14), "create", {"vals_list": NAMES}))
WRITE = Call(3, "res.partner", Ask(range(2), "write", {"vals": {"name": "x"}}, [7, 8]))
UNLINK = Call(3, "res.partner", Ask(range(2), "unlink", {}, [7, 8]))
METHOD = Call(3, "res.partner", Ask(range(2), "action_archive", {}, [7, 8], by_name=True))
UNKNOWN = Call(3, "res.partner", Ask(range(2), "ship", {}, [7, 8], by_name=True))
LOOK = Call(3, "res.partner", look_up(Batch(range(2), NAMES[:2], [7, 8])))
CUT, REFUSED = httpx.ReadError("x"), httpx.ConnectError("x")
FRESH = Standing()
DATE = {"date": "Mon, 23 Nov 2026 16:00:00 GMT"}


def error(status: int, name: str) -> httpx.Response:
    return httpx.Response(status, json={"name": name, "message": "No.", "arguments": [], "context": {}, "debug": ""})


CLASH, INVALID = error(500, "psycopg2.errors.LockNotAvailable"), error(422, "odoo.exceptions.ValidationError")


def judged(call: Call, answer: Any, standing: Standing | None = FRESH, settings: Settings = SETTINGS) -> Verdict:
    request = httpx.Request("POST", settings.url, content=b"{}")
    given = {"error": answer} if isinstance(answer, Exception) else {"response": answer}
    return judge(call, Exchange(request, **given), settings, standing=standing)


def busy(after: str | None, status: int = 429, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers=headers | ({} if after is None else {"retry-after": after}))


# The answer; the pause that follows, and whether fewer calls are made then.
PAUSES = {
    "no connection": (REFUSED, Wait(1.0), False),
    "a clash": (CLASH, Wait(1.0), True),
    "seconds": (busy("30"), Wait(30.0, told=True), True),
    "no seconds": (busy("0"), Wait(0.0, told=True), True),
    "the most seconds": (busy("300"), Wait(300.0, told=True), True),
    "a date": (busy("Mon, 23 Nov 2026 16:00:10 GMT", **DATE), Wait(10.0, told=True), True),
    "a date gone by": (busy("Mon, 23 Nov 2026 15:00:00 GMT", **DATE), Wait(0.0, told=True), True),
    "maintenance": (busy("5", 503), Wait(5.0, told=True), True),
    "nothing told": (busy(None), Wait(1.0), True),
    "nonsense told": (busy("soon"), Wait(1.0), True),
    "a date beside none": (busy("Mon, 23 Nov 2026 16:00:10 GMT"), Wait(1.0), True),
}
EXHAUSTED = {
    "all tries": (4, FRESH),
    "all tries of a server that answers": (7, Standing(made=100, again=9)),
    "the budget": (1, Standing(made=100, again=40)),
    "no budget": (1, Standing(Policy(spare=0, share=0))),
    "nothing to be made again": (1, None),
}


@pytest.mark.parametrize("name", PAUSES)
@pytest.mark.parametrize("call", [CREATE, WRITE, UNLINK, METHOD, UNKNOWN, LOOK])
def test_what_was_not_done_is_made_again_after_a_pause(name: str, call: Call) -> None:
    answer, wait, slower = PAUSES[name]
    verdict = judged(call, answer)
    assert verdict.follow == (attrs.evolve(call, tries=2),)
    assert (verdict.wait, verdict.again, verdict.slower) == (wait, True, slower)
    assert (verdict.outcomes, verdict.stop) == ((), None)


@pytest.mark.parametrize("exhausted", EXHAUSTED)
@pytest.mark.parametrize("name", PAUSES)
def test_what_may_not_be_made_again_is_not_sent(name: str, exhausted: str) -> None:
    tries, standing = EXHAUSTED[exhausted]
    verdict = judged(attrs.evolve(CREATE, tries=tries), PAUSES[name][0], standing)
    assert [(each.status, each.rows) for each in verdict.outcomes] == [("not_sent", CREATE.rows)]
    assert (verdict.follow, verdict.wait, verdict.again) == ((), None, False)
    assert (verdict.stop is None) == (name == "a clash")


@pytest.mark.parametrize("after", ["301", "99999999999999999999", "Mon, 23 Nov 2026 17:00:00 GMT"])
def test_a_wait_beyond_the_cap_is_not_waited(after: str) -> None:
    verdict = judged(CREATE, busy(after, **DATE))
    assert (verdict.follow, verdict.outcomes[0].status) == ((), "not_sent")
    assert verdict.stop is not None


def test_a_server_that_fails_one_call_in_five_is_borne_and_one_that_fails_two_in_five_is_not() -> None:
    for seed in range(50):
        for failing, ends in ((0.2, False), (0.45, True)):
            chance, standing, borne = random.Random(seed), Standing(), True
            for _ in range(1000):
                bad = chance.random() < failing
                borne = borne and (not bad or standing.allows(1))
                standing = attrs.evolve(standing, made=standing.made + 1, again=standing.again + bad)
            assert borne is not ends


def test_what_costs_the_server_much_is_tried_less_often() -> None:
    standing = Standing(made=100, again=9)
    late = httpx.ReadTimeout("late")
    for answer in (CLASH, late):
        tried = [attrs.evolve(WRITE, tries=each) for each in (3, 4)]
        assert [judged(each, answer, standing, settings=WRITING).again for each in tried] == [True, False]
    # Whether a look-up takes long or not, it changes nothing.
    assert judged(attrs.evolve(LOOK, tries=6), late, standing, settings=WRITING).again


def test_a_look_for_rows_in_doubt_takes_no_try_from_them() -> None:
    (look,) = judged(attrs.evolve(WRITE, tries=2), CUT, settings=WRITING).follow
    assert (look.tries, look.sent) == (1, 2)


def test_each_pause_may_be_twice_as_long_up_to_the_longest() -> None:
    waits = [judged(attrs.evolve(CREATE, tries=each), REFUSED, Standing(Policy(99, 99))).wait for each in range(1, 8)]
    assert waits == [Wait(each) for each in (1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0)]


# What was sent and not answered: the methods that follow.
DOUBTED = {
    "create": (CREATE, None), "a method": (METHOD, None), "another method": (UNKNOWN, None),
    "write": (WRITE, "search_read"), "unlink": (UNLINK, "search_read"), "a look-up": (LOOK, "search_read"),
}  # fmt: skip


@pytest.mark.parametrize("name", DOUBTED)
@pytest.mark.parametrize("answer", [CUT, httpx.Response(502, html="<html></html>"), httpx.Response(200, text="?")])
def test_only_what_can_be_repeated_is_found_out(name: str, answer: Any) -> None:
    call, method = DOUBTED[name]
    verdict = judged(call, answer, settings=WRITING)
    assert [each.ask.method for each in verdict.follow] == ([method] if method else [])
    assert [each.status for each in verdict.outcomes] == ([] if method else ["in_doubt"])
    assert all(bool(each.ask.doubted) == (call is not LOOK) for each in verdict.follow)


@pytest.mark.parametrize(
    "answer", [CUT, REFUSED, INVALID, CLASH, httpx.Response(401), httpx.Response(302), busy("999")]
)
def test_what_is_in_doubt_stays_so_whatever_a_second_call_meets(answer: Any) -> None:
    for call in (LOOK, WRITE):
        doubted = attrs.evolve(call, ask=attrs.evolve(call.ask, doubted="Sent, no answer."), tries=4)
        rows = judged(doubted, answer, settings=WRITING)
        parts = [each for each in rows.follow if not each.ask.doubted]
        assert parts == []
        assert {each.status for each in rows.outcomes} <= {"in_doubt"}
        assert all(each.error.startswith("Sent, no answer.") for each in rows.outcomes)


@pytest.mark.parametrize(
    ("method", "arguments", "repeats"),
    [
        ("write", {"vals": {"name": "x", "color": 3, "active": False}}, True),
        ("write", {"vals": {"child_ids": [[0, 0, {"name": "x"}]]}}, False),
        ("write", {"vals": {"category_id": [4, 5]}}, False),
        ("write", {"vals": {"properties": {"a": 1}}}, False),
        ("web_save_multi", {"vals_list": [{"name": "a"}, {"name": "b"}], "specification": {}}, True),
        ("web_save_multi", {"vals_list": [{"name": "a"}, {"child_ids": [[5]]}], "specification": {}}, False),
        ("unlink", {}, True),
        ("action_archive", {}, False),
    ],
)
def test_plain_values_and_deletes_can_be_repeated_and_commands_cannot(
    method: str, arguments: dict[str, Any], repeats: bool
) -> None:
    assert repeatable(Ask(range(2), method, arguments, [1, 2])) == repeats
    assert not repeatable(Ask(range(2), method, arguments, [1, 2], by_name=True))
    assert not repeatable(Ask(range(2), method, arguments))


def test_what_odoo_refuses_is_asked_in_halves_and_an_unknown_method_is_not() -> None:
    first, second = judged(CREATE, INVALID, Standing(judged=5, refused=2)).follow
    assert (list(first.rows), list(second.rows)) == ([10, 11], [12, 13])
    assert [each.ask.arguments["vals_list"] for each in (first, second)] == [NAMES[:2], NAMES[2:]]
    # Where the first half was refused nothing, the second one would be.
    assert unasked(first, Standing(refused=2)) == ()
    assert [list(each.rows) for each in unasked(second, Standing(refused=2))] == [[12], [13]]
    assert unasked(second, Standing(refused=3)) == ()
    assert len(judged(METHOD, INVALID).follow) == 2
    refused = judged(UNKNOWN, INVALID)
    assert (refused.follow, refused.outcomes[0].status) == ((), "rejected")


@pytest.mark.parametrize(("judged_rows", "bad", "parts"), [(3, 3, 4), (3, 2, 2), (20, 6, 4), (21, 6, 2), (0, 0, 2)])
def test_where_many_rows_were_refused_each_is_asked_for(judged_rows: int, bad: int, parts: int) -> None:
    assert len(judged(CREATE, INVALID, Standing(judged=judged_rows, refused=bad)).follow) == parts


def test_every_rule_s_remedy_is_known_and_none_is_left_over() -> None:
    assert {rule.then for rule in RULES} - {""} == set(AGAIN)
