"""Handlers arrive on the main thread and on a kernel's subshell, progress on the sending thread, all at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tests.forms.screen import EVER, Show

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tests.forms.odoo import Odoo


def test_a_handler_on_another_thread_does_what_it_does_on_the_main_one(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)
    run_together(
        lambda: screen.type("Batch Size", 6),
        lambda: screen.type("Exclude Attributes", "ref"),
        lambda: screen.type("Request Headers", "a:b"),
    )
    wanted = odoo.destination.replace(batch_size=6, exclude=["ref"], headers="a:b")
    assert screen.form.destination == wanted
    assert screen.everything() == show(frame, wanted, odoo.credential).everything()


def test_cells_handlers_and_a_send_at_once_end_without_a_deadlock_and_agree(
    show: Show, frame: pd.DataFrame, odoo: Odoo
) -> None:
    screen = show(frame, odoo.destination, odoo.credential)

    def cell() -> None:
        for size in range(1, 40):
            screen.form.destination = odoo.destination.replace(batch_size=size)
            screen.form.data = frame.head(size)

    def subshell() -> None:
        for number in range(41):
            screen.type("Request Headers", f"x:{number}" if number % 3 else "no colon")
            screen.type("Batch Size", number + 100)
            screen.unfold(0)

    def person() -> None:
        for _ in range(8):
            screen.click("Send")
            screen.wait_for_end()

    run_together(cell, subshell, person)
    screen.wait_for_end()
    shown = show(screen.form.data, screen.form.destination, odoo.credential)
    for label in ("URL", "Model", "Request Headers", "Batch Size", "Exclude Attributes"):
        assert screen.field(label).value == shown.field(label).value
    assert screen.text("problem") == ""
    assert [each.description[2:] for each in screen.titles] == [each.description[2:] for each in shown.titles]


def run_together(*functions: Callable[[], None]) -> None:
    raised = []
    ready = threading.Barrier(len(functions))

    def run(function: Callable[[], None]) -> None:
        ready.wait(EVER)
        try:
            function()
        except BaseException as error:  # noqa: BLE001 - a thread's error is told by the test
            raised.append(error)

    threads = [threading.Thread(target=run, args=(function,), daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(EVER)
    assert [thread for thread in threads if thread.is_alive()] == []
    assert raised == []
