"""`send` and `resume`: a table goes to Odoo."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from odoo_widgets.cli import given
from odoo_widgets.cli.delivered import delivered
from odoo_widgets.cli.looking import tried
from odoo_widgets.cli.options import (
    Comma,
    Decimal,
    Encoding,
    File,
    Json,
    Key,
    Lines,
    Number,
    OnlyChanges,
    Out,
    Separator,
    Sheet,
    Table,
    Text,
    When,
    Who,
)
from odoo_widgets.net.reading import Reading


def send(
    destination: File,
    table: Table,
    *,
    key: Key = None,
    mode: When = None,
    only_changes: OnlyChanges = False,
    again: Annotated[bool, typer.Option("--again", help="Send rows once more that were sent before.")] = False,
    others: Annotated[bool, typer.Option("--others", help="Leave out rows that were sent before.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Let Odoo's own import say what it would refuse; nothing is kept.")
    ] = False,
    credential: Who = "",
    out: Out = None,
    as_json: Json = False,
    lines: Lines = False,
    separator: Separator = "",
    text: Text = None,
    number: Number = None,
    decimal: Comma = Decimal.POINT,
    encoding: Encoding = "",
    sheet: Sheet = "",
) -> None:
    """Send a table to Odoo, as the form or `Destination.save` wrote it down.

    The key comes from the keyring or from ODOO_API_KEY. A cell of a CSV file is a number where nothing of its text is
    lost by that: 7 and 1.5 are, 007 and 1.50 stay text, which Odoo reads into a field of numbers. Rows are counted
    from 0, the first below the header. A table is read as a whole: one that does not fit into memory goes frame by
    frame, with Destination.send in Python.
    """
    if again and others:
        raise typer.BadParameter("--again sends rows that were sent before, and --others leaves them out.")
    target = given.destination(destination, key, mode, only_changes=only_changes, to_send=not dry_run)
    given.check_out(out, table)
    me = given.sender(credential)
    frame = given.table(table, Reading(separator, text or (), number or (), decimal, encoding, sheet), lines=lines)
    title = given.announced(target, frame, me)
    before = True if again else False if others else None
    work = (
        partial(tried, target, frame, me)
        if dry_run
        else partial(delivered, partial(target.send, frame, me, again=before))
    )
    raise typer.Exit(work(title, out, as_json=as_json))


def resume(
    destination: File,
    table: Table,
    *,
    key: Key = None,
    mode: When = None,
    only_changes: OnlyChanges = False,
    credential: Who = "",
    out: Out = None,
    as_json: Json = False,
    lines: Lines = False,
    separator: Separator = "",
    text: Text = None,
    number: Number = None,
    decimal: Comma = Decimal.POINT,
    encoding: Encoding = "",
    sheet: Sheet = "",
) -> None:
    """Go on with the last send of a table that did not come to its end. Rows that are done are not sent again."""
    target = given.destination(destination, key, mode, only_changes=only_changes, to_send=True)
    given.check_out(out, table)
    me = given.sender(credential)
    frame = given.table(table, Reading(separator, text or (), number or (), decimal, encoding, sheet), lines=lines)
    title = given.announced(target, frame, me)
    raise typer.Exit(delivered(partial(target.resume, frame, me), title, out, as_json=as_json))
