"""`journal`: what has been sent from this machine."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from odoo_widgets.cli.options import Json
from odoo_widgets.cli.telling import answer
from odoo_widgets.flow import report
from odoo_widgets.flow.credential import host
from odoo_widgets.net import listed
from odoo_widgets.net import sends as written

if TYPE_CHECKING:
    import pandas as pd

# A hundred years; Python's calendar ends some time before.
MOST_DAYS = 36_500
NOTHING = "Nothing has been sent from this machine, or it was forgotten."


def journal(context: typer.Context, *, as_json: Json = False) -> None:
    """List what has been sent from this machine: when, what, where, how many rows, and what became of them."""
    if context.invoked_subcommand is not None:
        return
    found = listed.sends()
    answer(lambda: _lines(found) or [NOTHING], lambda: {"sends": report.plain(found)}, as_json=as_json)


def forget(
    days: Annotated[
        int, typer.Option(min=0, max=MOST_DAYS, metavar="NUMBER", help="How many days of sends to keep.")
    ] = written.KEPT.days,
    *,
    as_json: Json = False,
) -> None:
    """Throw away what is written down of older sends. Their rows are not known any more then."""
    gone = len(written.forget(timedelta(days=days)))
    answer(
        lambda: [f"{gone:,} send{'s' if gone != 1 else ''} forgotten."], lambda: {"forgotten": gone}, as_json=as_json
    )


def _lines(found: pd.DataFrame) -> list[str]:
    return [_line(each) for each in found.itertuples(index=False)]


def _line(each: Any) -> str:
    where = each.database or host(each.server)
    when = f"{each.when.to_pydatetime().astimezone():%Y-%m-%d %H:%M}"
    test = " as a test" if each.test else ""
    rows = f"{each.rows:,} row{'s' if each.rows != 1 else ''}"
    state = "" if each.state == "ended" else f"  ({each.state})"
    return f"{when}  {each.what} in {where}{test}: {rows}  {each.statuses}{state}"
