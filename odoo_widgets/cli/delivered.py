"""The end of a send: how far it is meanwhile, what is said of it, the file for its responses, and the exit code."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from odoo_widgets.cli.interrupts import interruptible
from odoo_widgets.cli.telling import Teller, answer, aside
from odoo_widgets.flow import report
from odoo_widgets.flow.errors import OdooWidgetsError, RepeatedError, StoppedError, TableError
from odoo_widgets.flow.receipt import by_row
from odoo_widgets.flow.repeats import said
from odoo_widgets.net import tables
from odoo_widgets.net.own_thread import InterruptedSendError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

CHOICES = "--others sends the other rows, --again sends all of them once more."


def delivered(work: Callable[..., pd.DataFrame], title: str, out: Path | None, *, as_json: bool) -> int:
    """Sends, writes what became of the rows to a file, and says it.

    Args:
        work: Sends, and returns the responses; it takes `on_progress`.
        title: What is sent where.
        out: The file for the responses; None for none.
        as_json: Whether another program reads it.

    Returns:
        The exit code.
    """
    with interruptible() as at_the_end:
        teller, stop = Teller(), ""
        try:
            responses = work(on_progress=teller)
            at_the_end()
            code = report.code(responses)
        except RepeatedError as error:
            raise OdooWidgetsError(f"Nothing was sent. {said(error.repeats)} {CHOICES}") from None
        except StoppedError as error:
            if error.responses is None:
                raise
            responses, code, stop = error.responses, report.NOTHING_SENT, str(error)
        except InterruptedSendError as error:
            responses, code, stop = error.responses, report.INTERRUPTED, "It was interrupted."
        finally:
            teller.end()
        # The file first: whoever reads the rest may be gone.
        code = code if out is None or _written(responses, out) else report.UNWRITTEN
        if stop:
            aside(stop)
        return code if _told(responses, title, code, stop, as_json=as_json) else report.UNWRITTEN


def _told(responses: pd.DataFrame, title: str, code: int, stop: str, *, as_json: bool) -> bool:
    """Whether what became of the rows could be said."""
    if code == report.NOTHING_SENT and not as_json:
        return True
    try:
        answer(
            lambda: report.lines(responses, title),
            lambda: {**report.summary(responses, title), "code": code, "error": stop},
            as_json=as_json,
        )
    except TableError as error:
        aside(str(error))
        return False
    return True


def _written(responses: pd.DataFrame, out: Path) -> bool:
    """Whether the responses are in the file that is wanted; else they are in another, which is said."""
    try:
        tables.write(by_row(responses), out)
    except TableError as error:
        # What is in Odoo must not be forgotten for a full disk.
        instead = Path(tempfile.mkdtemp()) / "responses.csv"
        tables.write(by_row(responses), instead)
        aside(f"{error} The responses are in {instead} instead.")
        return False
    return True
