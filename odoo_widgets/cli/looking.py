"""`check`, `sample` and a dry run: what would go, and what Odoo would refuse. Nothing is kept in Odoo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from odoo_widgets.cli import given
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
    Separator,
    Sheet,
    Table,
    Text,
    View,
    When,
    Who,
)
from odoo_widgets.cli.telling import answer
from odoo_widgets.flow import report
from odoo_widgets.flow.checks.notes import ERROR
from odoo_widgets.flow.foretold import Foretold, of_check, of_dry_run
from odoo_widgets.flow.receipt import by_row
from odoo_widgets.flow.trying import FINE
from odoo_widgets.net import tables
from odoo_widgets.net.reading import Reading

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from odoo_widgets.destination import Destination
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.samples import Sample


def check(
    destination: File,
    table: Table,
    *,
    key: Key = None,
    mode: When = None,
    only_changes: OnlyChanges = False,
    credential: Who = "",
    as_json: Json = False,
    lines: Lines = False,
    separator: Separator = "",
    text: Text = None,
    number: Number = None,
    decimal: Comma = Decimal.POINT,
    encoding: Encoding = "",
    sheet: Sheet = "",
) -> None:
    """Say what Odoo would refuse or keep otherwise than meant. It only reads; a paused destination is checked too."""
    target = given.destination(destination, key, mode, only_changes=only_changes, to_send=False)
    me = given.sender(credential)
    frame = given.table(table, Reading(separator, text or (), number or (), decimal, encoding, sheet), lines=lines)
    title = given.announced(target, frame, me)
    found = target.check(frame, me)
    code = report.SOME_NOT_DONE if found["severity"].eq(ERROR).any() else report.ALL_DONE
    answer(
        lambda: _foretold(title, of_check(found)),
        lambda: {"title": title, "rows": len(frame), "findings": report.plain(found), "code": code},
        as_json=as_json,
    )
    raise typer.Exit(code)


def sample(
    destination: File,
    table: Table,
    *,
    calls: Annotated[int, typer.Option("--calls", "-n", min=1, metavar="NUMBER", help="How many calls to show.")] = 5,
    row: Annotated[
        list[int] | None,
        typer.Option(metavar="NUMBER", help="A row, counted from 0, to show the calls of. Repeat it for more."),
    ] = None,
    view: Annotated[View, typer.Option(help="How to show them.")] = View.HTTP,
    key: Key = None,
    mode: When = None,
    only_changes: OnlyChanges = False,
    credential: Who = "",
    as_json: Json = False,
    lines: Lines = False,
    separator: Separator = "",
    text: Text = None,
    number: Number = None,
    decimal: Comma = Decimal.POINT,
    encoding: Encoding = "",
    sheet: Sheet = "",
) -> None:
    """Show the calls that `send` would make, with a mask where the key goes. Nothing is sent, and no key is needed."""
    target = given.destination(destination, key, mode, only_changes=only_changes, to_send=False)
    frame = given.table(table, Reading(separator, text or (), number or (), decimal, encoding, sheet), lines=lines)
    shown = target.samples(frame, calls, rows=row or None, credential=given.as_whom(credential))
    every = [*filter(None, [shown.log_in, *shown.methods, shown.fields]), *shown]
    answer(
        lambda: [line for each in every for line in _lines(each, view)],
        lambda: {
            "title": target.title,
            "rows": len(frame),
            "calls": [{"title": each.title, "note": each.note, view.value: each.view(view.value)} for each in every],
        },
        as_json=as_json,
    )


def tried(
    target: Destination, frame: pd.DataFrame, me: Credential, title: str, out: Path | None, *, as_json: bool
) -> int:
    """Makes a dry run, writes what it says of the rows to a file, and says it.

    Args:
        target: Where the rows would go.
        frame: The rows.
        me: As whom.
        title: What would be sent where.
        out: The file; None for none.
        as_json: Whether another program reads it.

    Returns:
        The exit code.
    """
    found = target.dry_run(frame, me)
    code = report.ALL_DONE if found["status"].isin(FINE).all() else report.SOME_NOT_DONE
    if out is not None:
        tables.write(by_row(found), out)
    answer(
        lambda: _foretold(title, of_dry_run(found)),
        lambda: {
            "title": title,
            "rows": len(frame),
            "statuses": {str(status): int(number) for status, number in found["status"].value_counts().items()},
            "not_done": report.plain(by_row(found[~found["status"].isin(FINE)])),
            "cannot_see": found.attrs["cannot_see"],
            "code": code,
        },
        as_json=as_json,
    )
    return code


def _foretold(title: str, foretold: Foretold) -> list[str]:
    return [f"{title}: {foretold.headline}", *foretold.sentences]


def _lines(shown: Sample, view: View) -> list[str]:
    note = [f"# {shown.note}"] if shown.note else []
    return [f"# {shown.title}", *note, *shown.view(view.value).splitlines(), ""]
