"""`journal`: what has been sent from this machine."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from odoo_widgets.flow.credential import host
from odoo_widgets.flow.report import printed
from odoo_widgets.net import listed
from odoo_widgets.net import sends as written


def journal(context: typer.Context) -> None:
    """List what has been sent from this machine: when, what, where, how many rows, and what became of them."""
    if context.invoked_subcommand is not None:
        return
    found = listed.sends()
    if found.empty:
        typer.echo("Nothing has been sent from this machine, or it was forgotten.")
    for each in found.itertuples(index=False):
        where = each.database or host(each.server)
        when = f"{each.when.to_pydatetime().astimezone():%Y-%m-%d %H:%M}"
        test = " as a test" if each.test else ""
        rows = f"{each.rows:,} row{'s' if each.rows != 1 else ''}"
        state = "" if each.state == "ended" else f"  ({each.state})"
        typer.echo(printed(f"{when}  {each.what} in {where}{test}: {rows}  {each.statuses}{state}"))


def forget(
    days: Annotated[int, typer.Option(min=0, help="How many days of sends to keep.")] = written.KEPT.days,
) -> None:
    """Throw away what is written down of older sends. Their rows are not known any more then."""
    gone = len(written.forget(timedelta(days=days)))
    typer.echo(f"{gone:,} send{'s' if gone != 1 else ''} forgotten.")
