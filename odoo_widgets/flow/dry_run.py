"""A dry run: Odoo's own import makes the records in a transaction that it rolls back, and says what it refuses.

Odoo 19.0, addons/base_import/models/base_import.py, `execute_import` with `dryrun`. Whoever may log in may use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from odoo_widgets.flow import keying, records, unsettled
from odoo_widgets.flow.asking import asked_fields
from odoo_widgets.flow.calls import Batch
from odoo_widgets.flow.documents import OF_LINES
from odoo_widgets.flow.errors import DataError, SettingsError
from odoo_widgets.flow.fates import fates
from odoo_widgets.flow.import_file import NoFileError, Row, blocks, row
from odoo_widgets.flow.looking import looked_up
from odoo_widgets.flow.operations import EXTERNAL_ID
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.resolved import AS_EMPTY, resolved
from odoo_widgets.flow.server import NOTHING_KNOWN
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.trying import NOT_TRIED, REJECTED, UNCHANGED, WOULD_SAVE, Tried, tried_together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.fates import Fate
    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings

CANNOT_SEE = (
    "A dry run goes through Odoo's import and is rolled back. It takes choices by their labels, which a send does not. "
    "It sees nothing that happens after saving, such as e-mails, and not what others change until you send. Numbers of "
    "sequences that it drew are used up."
)
OF_LINES_TOO = (
    "Documents are tried whole: where one line fills a cell that another leaves out, it is empty there. No lines are "
    "deleted."
)
# What a column ends with that leads to records by their external IDs.
BY_EXTERNAL_ID = f"/{EXTERNAL_ID}"
# Rows to try at once: the server makes and rolls back about 500 in a second.
BLOCK = 1_000
# What has a dry run: operations whose rows are saved.
UPDATES, CREATES = ("write", "PUT", "PATCH"), ("create", "load", "POST")


def dry_run(data: pd.DataFrame | Source, settings: Settings) -> Questions[pd.DataFrame]:
    """What Odoo would refuse.

    Args:
        data: The frame to send.
        settings: How it would be sent.

    Returns:
        One row for each row of the frame, with its index: `status` (`would_save`, `rejected`, `not_tried`, or
        `unchanged` where its record is there and is left), `error_field`, `error`. Where a line of a document is
        refused and Odoo says or shows which, the error begins with it. `attrs["cannot_see"]` says what no dry run sees.

    Raises:
        DataError: The frame cannot be sent as it is.
        SettingsError: The operation saves no rows.
        RefusedError: The user may not read the model.
    """
    source = Source.of(data)
    if settings.endpoint.operation not in (*UPDATES, *CREATES):
        raise SettingsError(f"{settings.endpoint.operation} saves no rows, so there is nothing to try. Use check.")
    if found := problems(source, settings):
        raise DataError(found)
    model = settings.endpoint.model
    fields = yield from asked_fields(model)
    server = yield from looked_up(source, settings, NOTHING_KNOWN.describes(model, fields))
    if wrong := unsettled.refusals(source, settings, server):
        raise DataError(wrong)
    known = resolved(source, settings, server, to_make=AS_EMPTY)
    source, settings = known.source, known.settings
    size = len(source)
    tried = Tried([WOULD_SAVE] * size, [None] * size, [None] * size)
    for position, (name, why) in known.rejected.items():
        tried.reject(position, why, name)
    names = [each.field for each in records.columns(source, settings) if source.may_nest(each.position)]
    names = [name for name in names if name in fields and fields[name].type == OF_LINES]
    for name in names:
        server = server.describes(fields[name].relation, (yield from asked_fields(fields[name].relation)))
    for start in range(0, size, BLOCK):
        batch = _batch(source, settings, range(start, min(start + BLOCK, size)), tried)
        if batch.rows:
            decided = yield from fates(batch, settings, server)
            for together in blocks(_rows(batch.rows, decided, settings, server, tried), BLOCK):
                yield from tried_together(together, settings, tried)
    made = {"status": tried.statuses, "error_field": tried.fields, "error": tried.errors}
    told = pd.DataFrame({name: pd.array(cells, dtype="string") for name, cells in made.items()}, source.frame.index)
    told.attrs["cannot_see"] = f"{CANNOT_SEE} {OF_LINES_TOO}" if names else CANNOT_SEE
    return told


def _batch(source: Source, settings: Settings, positions: range, tried: Tried) -> Batch:
    """Some rows as they would go out, without those that are refused already, and without parents among them.

    Rows that fill other columns are tried by themselves, where a parent that another one makes is not there.
    """
    rows = [position for position in positions if tried.statuses[position] == WOULD_SAVE]
    block, columns = source.part(rows), records.columns(source, settings)
    made = records.records(block, columns)
    if settings.endpoint.operation == "load":
        cells = (cell for column in columns if column.field == EXTERNAL_ID for cell in column.cells(source.frame))
        own = {cell for cell in cells if isinstance(cell, str)}
        made = [{name: value for name, value in each.items() if not _of_row(name, value, own)} for each in made]
    return Batch(
        rows,
        made,
        records.ids(block, settings),
        keying.keys(block, keying.columns(source, settings)),
        lines=tuple(each.field for each in columns if each.lines),
    )


def _of_row(name: str, value: Any, own: set[str]) -> bool:
    return name.endswith(BY_EXTERNAL_ID) and isinstance(value, str) and value in own


def _rows(
    positions: Sequence[int], decided: Sequence[Fate], settings: Settings, server: Server, tried: Tried
) -> Iterator[Row]:
    """Rows as Odoo's import reads them; what becomes of the others is known without it."""
    fields = server.fields[settings.endpoint.model]
    as_import = settings.endpoint.operation == "load"
    line_fields = {name: server.fields.get(each.relation, {}) for name, each in fields.items() if each.type == OF_LINES}
    for position, fate in zip(positions, decided, strict=True):
        if fate.refusal or fate.left:
            said, status = (fate.refusal, REJECTED) if fate.refusal else (fate.left, UNCHANGED)
            tried.reject(position, said, fate.field, status)
            continue
        try:
            yield row(
                position,
                fate.record,
                fields,
                line_fields,
                number=fate.id,
                apart=settings.line_key,
                as_import=as_import,
            )
        except NoFileError as error:
            tried.reject(position, str(error), status=NOT_TRIED)
