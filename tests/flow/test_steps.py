"""What is done after the rows: what settings take, on which rows it is run, what the responses say."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from odoo_widgets.flow.chain import next_source
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.flow.model import Field
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.records import columns as sent_columns
from odoo_widgets.flow.records import records, written_again
from odoo_widgets.flow.report import code, lines
from odoo_widgets.flow.responses import COLUMNS, Outcome, responses, shown
from odoo_widgets.flow.saved import from_text, to_text
from odoo_widgets.flow.server import NOTHING_KNOWN
from odoo_widgets.flow.settings import Settings
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.step_responses import Told, beside, told_of
from odoo_widgets.flow.steps import TAKEN, named, text_of_steps, text_of_totals
from odoo_widgets.flow.then import Before, Row, in_order, parted, sent_by, settings_of, twins
from odoo_widgets.flow.totals import agrees
from odoo_widgets.flow.totals import shown as figure

URL = "https://a.b/json/2/sale.order/create"
THEN = ["action_confirm", {"write": ["date_order"]}]


def settings(**given: Any) -> Settings:
    return Settings(given.pop("url", URL), **given)


def test_steps_are_read_back_from_a_file() -> None:
    told = settings(then=THEN, expect={"amount_total": "Total"})
    assert from_text(Settings, to_text(told)) == told
    assert 'then = ["action_confirm", {write = ["date_order"]}]' in to_text(told)
    only = settings(then=[{"write": "date_order"}], concurrency=2)
    assert from_text(Settings, to_text(only)) == only


def test_steps_and_totals_are_one_line_of_text_too() -> None:
    text, totals = "action_confirm; write date_order, Our Ref", "amount_total = Total; amount_tax = Tax of which"
    told = settings(then=text, expect=totals)
    assert told.then == ("action_confirm", {"write": ("date_order", "Our Ref")})
    assert told.expect == {"amount_total": "Total", "amount_tax": "Tax of which"}
    assert (text_of_steps(told.then), text_of_totals(told.expect)) == (text, totals)
    assert settings(then=" action_confirm ;", expect="") == settings(then=["action_confirm"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"then": "action_confirm; write"}, "a step is a method, or columns to write again"),
        ({"then": "write ,"}, "names no columns"),
        ({"then": "action confirm"}, "not the name of a method"),
        ({"then": "action_confirm, write date_order"}, 'Write it like "action_confirm; write date_order".'),
        ({"expect": "amount_total"}, "names no field and its column"),
        ({"expect": "= Total"}, "names no field and its column"),
        ({"then": ["write"]}, "a step is a method, or columns to write again"),
        ({"then": ["_private"]}, "a private method"),
        ({"then": [{"write": []}]}, "names no columns"),
        ({"then": [{"create": ["a"]}]}, "neither a method nor columns"),
        ({"then": 7}, "not a list of steps"),
        ({"expect": ["amount_total"]}, "names no field and its column"),
        ({"expect": {"amount_total": 7}}, "names no field and its column"),
        ({"url": "https://a.b/api/sale.order", "then": ["action_confirm"]}, "which an endpoint of REST does not have"),
        ({"url": "https://a.b/json/2/sale.order/unlink", "expect": {"a": "b"}}, "unlink does neither"),
    ],
)
def test_steps_that_cannot_be_are_refused_in_one_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        settings(**given)


def test_each_step_has_a_name_that_no_other_column_has() -> None:
    names = [step.name for step in settings(then=["a", "b", "a", {"write": ["x"]}, {"write": ["y"]}, "status"]).steps]
    assert names == ["a", "b", "a_2", "write", "write_2", "status_step"]
    assert tuple(COLUMNS) == TAKEN


def test_a_column_that_only_totals_use_stays_out_of_the_payload() -> None:
    frame = pd.DataFrame({"name": ["a"], "Total": [1.5], "ref": ["x"]})
    told = settings(expect={"amount_total": "Total", "ref": "ref"}, key="ref")
    assert records(frame, sent_columns(frame, told)) == [{"name": "a", "ref": "x"}]
    assert [column.name for column in written_again(frame, told)] == ["Total"]


def test_columns_of_steps_have_to_be_there_and_to_be_sendable() -> None:
    frame = pd.DataFrame({"name": ["a"], "when": [float("inf")], "Total": [1.0]})
    assert problems(frame, settings(then=[{"write": ["whem"]}])) == (
        "A step writes one column again, and none is called 'whem'. Correct then. Did you mean 'when'?",
    )
    (said,) = problems(frame, settings(then=[{"write": ["when"]}], exclude=["when"]))
    assert said.startswith("Column 'when', row 0: ")
    (said,) = problems(frame[["name", "Total"]], settings(expect={"amount_total": "total"}))
    assert said.startswith("The figure of amount_total is expected in one column, and none is called 'total'. ")
    assert said.endswith("Did you mean 'Total'?")


def test_a_step_is_a_send_of_the_ids_and_of_what_it_writes() -> None:
    frame = pd.DataFrame({"id": ["a", "b"], "Ordered": pd.to_datetime(["2026-03-01 10:00", "2026-03-02 10:00"])})
    told = settings(fields={"Ordered": "date_order"}, timezone="UTC", then=["action_confirm", {"write": ["Ordered"]}],
                    context={"lang": "fr_FR"}, concurrency=3)  # fmt: skip
    confirm, write = told.steps
    assert settings_of(told, confirm).url == "https://a.b/json/2/sale.order/action_confirm"
    assert settings_of(told, write).endpoint.operation == "write"
    assert settings_of(told, write).only_changes
    assert settings_of(told, write).context == told.context
    made, _ = sent_by(Source(frame), told, write, {1: 7}, NOTHING_KNOWN)
    assert made.frame.columns.tolist() == ["Ordered", "id"]
    assert made.frame["id"].tolist() == [pd.NA, 7]
    assert records(made.frame, sent_columns(made, settings_of(told, write)))[0] == {"date_order": "2026-03-01 10:00:00"}
    posting = settings(url="https://a.b/jsonrpc", model="account.move", operation="create", then=["action_post"],
                       concurrency=3)  # fmt: skip
    assert settings_of(posting, posting.steps[0]).concurrency == 1
    assert settings_of(told, confirm).concurrency == 3


# --- on which rows ---------------------------------------------------------------------------------------------------

ROWS = {
    0: Row("created", 7), 1: Row("updated", 8), 2: Row("unchanged", 9), 3: Row("rejected", None),
    4: Row("in_doubt", None), 5: Row("not_sent", None), 6: Row("rejected", 10),
}  # fmt: skip


def run_of(method: str, before: Before, model: str = "sale.order") -> tuple[list[int], dict[int, tuple[str, str]]]:
    (step,) = settings(then=[method]).steps
    run, others = parted(step, model, before)
    return run, {row: (each.status, each.error or "") for each in others for row in each.rows}


def test_a_known_method_runs_on_every_row_that_is_done() -> None:
    run, others = run_of("action_confirm", Before(ROWS))
    assert run == [0, 1, 2]
    assert {row: status for row, (status, _) in others.items()} == dict.fromkeys((3, 4, 5, 6), "not_sent")
    assert others[3][1] == "Not sent: the row is rejected, so there is no record to do it with."
    assert others[6][1] == "Not sent: the row is rejected, so its record is not as it was to be."


def test_an_unknown_method_runs_where_nothing_says_that_it_was_called() -> None:
    run, others = run_of("x_do", Before(ROWS, called={8: "2026-03-01 10:00"}))
    assert run == [0]
    said = "x_do was called on this record from here on 2026-03-01 10:00, and is called once only."
    assert others[1] == ("unchanged", said)
    assert others[2][0] == "not_sent"
    assert "cannot be read, so it is not called again" in others[2][1]
    assert run_of("x_do", Before(ROWS))[0] == [0, 1]


@pytest.mark.parametrize("status", ["called", "needs_attention", "in_doubt"])
def test_a_send_that_goes_on_calls_no_unknown_method_again(status: str) -> None:
    run, others = run_of("x_do", Before(ROWS, settled={0: Outcome([0], status)}))
    assert run == [1]
    assert others[0][0] == status
    # What is known of a method tells whether it worked.
    assert run_of("action_confirm", Before(ROWS, settled={0: Outcome([0], status)}))[0] == (
        [1, 2] if status == "called" else [0, 1, 2]
    )


def test_a_step_waits_for_the_one_before_it_and_for_the_totals() -> None:
    first, second = settings(then=["action_confirm", "action_lock"]).steps
    before = Before(ROWS, earlier=first, statuses={0: "rejected", 1: "called", 2: "unchanged"}, held_back={2: "held"})
    run, others = parted(second, "sale.order", before)
    assert run == [1]
    said = {row: each.error for each in others for row in each.rows}
    assert said[0] == "Not sent: action_confirm comes before it, and is rejected."
    assert said[2] == "held"


def test_rows_of_one_record_get_a_step_once() -> None:
    assert twins({0: Row("saved", 7), 1: Row("saved", 8), 2: Row("saved", 7), 3: Row("rejected", None)}) == {2: 0}


def test_rows_go_by_their_dates() -> None:
    assert in_order([0, 1, 2, 3], {0: "2026-03-02", 1: "2026-01-01", 2: "2026-03-02", 3: False}) == [3, 1, 0, 2]


# --- totals ----------------------------------------------------------------------------------------------------------

MONEY = Field("amount_total", "monetary", currency="currency_id")


@pytest.mark.parametrize(
    ("wanted", "there", "step", "same"),
    [
        (121.0, 121.0, 0.01, True),
        (120.995, 121.0, 0.01, True),
        (0.1 + 0.2, 0.3, 0.01, True),
        (120.99, 121.0, 0.01, False),
        (121.02, 121.0, 0.05, True),
        (121.05, 121.0, 0.05, False),
        ("121.00", 121.0, 0.01, True),
        ("121,00", 121.0, 0.01, False),
        (0.1 + 0.2, 0.3, None, True),
        (0.31, 0.3, None, False),
        (1e12 + 0.01, 1e12, 0.01, False),
    ],
)
def test_figures_agree_within_the_rounding_of_their_currency(
    wanted: object, there: float, step: float | None, same: bool
) -> None:
    assert agrees(MONEY, wanted, there, step) == same


def test_what_is_no_number_is_the_same_where_it_is_equal() -> None:
    assert agrees(Field("state", "selection"), "draft", "draft", None)
    assert not agrees(Field("state", "selection"), "draft", "sale", None)


@pytest.mark.parametrize(
    ("value", "step", "said"),
    [(1234.5, 0.01, "1,234.50"), (7.0, 0.05, "7.00"), (120.995, 0.01, "120.995"), (3, 1.0, "3"), (0.5, None, "0.5"),
     ("1,5", 0.01, "'1,5'")],
)  # fmt: skip
def test_a_figure_is_shown_as_its_currency_has_it(value: object, step: float | None, said: str) -> None:
    assert figure(value, step) == said


# --- what the responses say ------------------------------------------------------------------------------------------


def made(told: Settings, **known: Any) -> pd.DataFrame:
    outcomes = [
        Outcome([0], "created", ids=[7]),
        Outcome([1], "created", ids=[8]),
        Outcome([2], "rejected", error="no"),
    ]
    whole = responses(outcomes, pd.Index(["a", "a", "b"]), "https://a.b", "sale.order")
    return beside(whole, told, Told(**known))


def test_responses_have_two_columns_for_each_step_behind_the_contract_s() -> None:
    told = settings(then=THEN, expect={"amount_total": "Total"})
    answer = made(
        told,
        outcomes={"action_confirm": (Outcome([0], "called", ids=[7]), Outcome([1, 2], "not_sent", error="held"))},
        compared={0: "", 1: "40 and 41"},
        reason="stopped",
    )
    assert answer.columns.tolist() == [
        *COLUMNS, "expect", "expect_error", "action_confirm", "action_confirm_error", "write", "write_error",
    ]  # fmt: skip
    assert named(answer.columns) == ["expect", "action_confirm", "write"]
    assert answer["expect"].astype(object).where(answer["expect"].notna(), None).tolist() == ["agrees", "differs", None]
    assert answer["action_confirm"].tolist() == ["called", "not_sent", "not_sent"]
    assert answer["write_error"].tolist() == ["stopped"] * 3
    assert told_of(answer) == [
        "expect: agrees 1, differs 1",
        "action_confirm: called 1, not sent 2",
        "write: not sent 3",
    ]
    assert code(answer) == 3
    said = lines(answer, "Orders")
    assert said[0] == (
        "Orders: created 2 · rejected 1; expect: agrees 1, differs 1; action_confirm: called 1, not sent 2; "
        "write: not sent 3"
    )
    assert said[2] == "row a: created: expect is differs. 40 and 41"
    assert said[3] == "row b: rejected: no"
    assert "action_confirm" in shown(answer)[0].columns


def test_a_command_ends_well_only_if_the_steps_did() -> None:
    told = settings(then=["action_confirm"])
    done = made(told, outcomes={"action_confirm": (Outcome([0, 1], "called"), Outcome([2], "not_sent"))}).iloc[:2]
    assert code(done) == 0
    doubted = made(told, outcomes={"action_confirm": (Outcome([0, 1], "in_doubt"),)}).iloc[:2]
    assert code(doubted) == 4


def test_what_comes_next_takes_no_column_of_a_step_for_a_value() -> None:
    answer = made(settings(then=["action_confirm"])).assign(note="mine")
    assert {"action_confirm", "action_confirm_error"} <= set(next_source(answer).exclude)
    assert "note" not in next_source(answer).exclude
