"""The end of a send: how far it is meanwhile, what is said of it, the file for its responses, and the exit code."""

from __future__ import annotations

import json
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from odoo_widgets.cli.telling import Teller, aside
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
    """Sends, says what became of the rows, and writes it to a file.

    Args:
        work: Sends, and returns the responses; it takes `on_progress`.
        title: What is sent where.
        out: The file for the responses; None for none.
        as_json: Whether another program reads it.

    Returns:
        The exit code.
    """
    # Whoever ends this process wants to know what became of the rows.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    teller, stop = Teller(), ""
    try:
        responses = work(on_progress=teller)
        code = report.code(responses)
    except RepeatedError as error:
        raise OdooWidgetsError(f"Nothing was sent. {said(error.repeats)} {CHOICES}") from None
    except StoppedError as error:
        if error.responses is None:
            raise
        responses, code, stop = error.responses, report.NOTHING_SENT, str(error)
    except InterruptedSendError as error:
        responses, code, stop = error.responses, report.INTERRUPTED, "The send was interrupted."
    finally:
        teller.end()
    if as_json:
        told = {**report.summary(responses, title), "code": code, "error": stop}
        typer.echo(json.dumps(told))
    elif code != report.NOTHING_SENT:
        typer.echo("\n".join(report.lines(responses, title)))
    if stop:
        aside(stop)
    return code if out is None or written(responses, out) else report.UNWRITTEN


def written(responses: pd.DataFrame, out: Path) -> bool:
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
