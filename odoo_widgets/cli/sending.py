"""`send` and `resume`: a table goes to Odoo."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from odoo_widgets.cli import given
from odoo_widgets.cli.delivered import delivered
from odoo_widgets.cli.options import File, Json, Lines, Number, Out, Separator, Sheet, Table, Text, View, Who
from odoo_widgets.destination import Destination
from odoo_widgets.net import tables
from odoo_widgets.net.reading import Reading

if TYPE_CHECKING:
    import pandas as pd

    from odoo_widgets.flow.credential import Credential


def send(
    destination: File,
    table: Table,
    *,
    credential: Who = "",
    out: Out = None,
    as_json: Json = False,
    sample: Annotated[int, typer.Option(min=0, help="Show so many calls, and send nothing.")] = 0,
    view: Annotated[View, typer.Option(help="How to show them.")] = View.HTTP,
    lines: Lines = False,
    separator: Separator = "",
    text: Text = None,
    number: Number = None,
    sheet: Sheet = "",
    again: Annotated[bool, typer.Option("--again", help="Send rows once more that were sent before.")] = False,
    others: Annotated[bool, typer.Option("--others", help="Leave out rows that were sent before.")] = False,
) -> None:
    """Send a table to Odoo, as the form or `Destination.save` wrote it down.

    The key comes from the keyring or from ODOO_API_KEY. A cell of a CSV file is a number where nothing of its text is
    lost by that: 7 and 1.5 are, 007 and 1.50 stay text, which Odoo reads into a field of numbers.
    """
    if again and others:
        raise typer.BadParameter("--again sends rows that were sent before, and --others leaves them out.")
    target = Destination.load(destination) if sample else given.active(destination)
    if out is not None:
        tables.check_writable(out)
    me = None if sample else given.sender(credential)
    frame = given.table(table, Reading(separator, text or (), number or (), sheet), lines=lines)
    if me is None:
        _show_samples(target, frame, sample, view, given.as_whom(credential))
        return
    before = True if again else False if others else None
    work = partial(target.send, frame, me, again=before)
    raise typer.Exit(delivered(work, given.announced(target, frame, me), out, as_json=as_json))


def resume(
    destination: File,
    table: Table,
    *,
    credential: Who = "",
    out: Out = None,
    as_json: Json = False,
    lines: Lines = False,
    separator: Separator = "",
    text: Text = None,
    number: Number = None,
    sheet: Sheet = "",
) -> None:
    """Go on with the last send of a table that did not come to its end. Rows that are done are not sent again."""
    target = given.active(destination)
    if out is not None:
        tables.check_writable(out)
    me = given.sender(credential)
    frame = given.table(table, Reading(separator, text or (), number or (), sheet), lines=lines)
    work = partial(target.resume, frame, me)
    raise typer.Exit(delivered(work, given.announced(target, frame, me), out, as_json=as_json))


def _show_samples(target: Destination, frame: pd.DataFrame, number: int, view: View, me: Credential | None) -> None:
    shown = target.samples(frame, number, credential=me)
    for each in (*filter(None, [shown.log_in]), *shown):
        typer.echo(f"# {each.title}\n" + (f"# {each.note}\n" if each.note else "") + f"{each.view(view.value)}\n")
