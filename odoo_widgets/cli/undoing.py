"""`undo`: what a send did is taken back."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from odoo_widgets.cli import given
from odoo_widgets.cli.delivered import delivered
from odoo_widgets.cli.options import Json, Out, Who
from odoo_widgets.cli.telling import answer, aside
from odoo_widgets.destination import Destination
from odoo_widgets.flow import report
from odoo_widgets.flow import undo as undoing
from odoo_widgets.flow.credential import host
from odoo_widgets.flow.errors import SettingsError
from odoo_widgets.net import reading


def undo(
    destination: Annotated[Path, typer.Argument(help="The destination's file that the rows were sent with.")],
    responses: Annotated[Path, typer.Argument(help="The file that send --out wrote, or some rows of it.")],
    *,
    confirm: Annotated[
        str, typer.Option(metavar="DATABASE", help="The database's name. Without it, nothing is changed.")
    ] = "",
    archive: Annotated[bool, typer.Option("--archive", help="Archive what Odoo refuses to delete.")] = False,
    credential: Who = "",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Delete what a send created and put back what it wrote, as far as that can be; first say what would be done."""
    target, me = Destination.load(destination), given.sender(credential)
    wanted = me.database or host(me.server)
    if confirm and confirm != wanted:
        raise SettingsError(f"--confirm {confirm} is not {wanted}, which the credential is for. Nothing was changed.")
    given.check_out(out, responses)
    sent = reading.read(str(responses), reading.Reading())
    plan = target.undo_preview(sent, me)
    some = undoing.headline(plan)
    headline = f"{some or 'Nothing can be undone'} in {wanted}."
    how = f" To do it, add --confirm {wanted}." if some else ""
    if confirm:
        for line in (headline, *undoing.sentences(plan)):
            aside(line)
        work = partial(target.undo, sent, me, archive=archive)
        raise typer.Exit(delivered(work, f"Undo in {wanted}", out, as_json=as_json))
    answer(
        lambda: [headline, *undoing.sentences(plan), f"Nothing was changed.{how}"],
        lambda: {"title": headline, "confirm": wanted, "records": report.plain(plan)},
        as_json=as_json,
    )
