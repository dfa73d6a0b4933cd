"""A dry run: Odoo's own import makes the records in a transaction that it rolls back, and says what it refuses.

Odoo 19.0, addons/base_import/models/base_import.py, `execute_import` with `dryrun`. Whoever may log in may use it.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import attrs
import pandas as pd

from odoo_widgets.flow import records, unsettled
from odoo_widgets.flow.asking import asked_fields, question
from odoo_widgets.flow.calls import Ask, Call
from odoo_widgets.flow.errors import DataError, RefusedError, SettingsError
from odoo_widgets.flow.loading import links
from odoo_widgets.flow.looking import looked_up
from odoo_widgets.flow.model import TO_MANY, TO_ONE
from odoo_widgets.flow.problems import problems
from odoo_widgets.flow.proofs import FIRST_ROW, WITH_THE_OTHERS, refusals
from odoo_widgets.flow.resolved import AS_EMPTY, resolved
from odoo_widgets.flow.server import NOTHING_KNOWN
from odoo_widgets.flow.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.settings import Settings

CANNOT_SEE = (
    "A dry run goes through Odoo's import and is rolled back. It takes choices by their labels and words for true, "
    "which a send does not. It sees no lines of records, nothing that happens after saving, such as e-mails, and not "
    "what others change until you send. Numbers of sequences that it drew are used up."
)
IMPORT = "base_import.import"
WOULD_SAVE, REJECTED, NOT_TRIED = "would_save", "rejected", "not_tried"
# Rows to try at once: the server makes and rolls back about 500 in a second.
BLOCK = 1_000
# What has a dry run: operations whose rows are saved.
UPDATES, CREATES = ("write", "PUT", "PATCH"), ("create", "load", "POST")
LINES = "this row holds lines, which a dry run cannot make. Send it to see."
NOTHING = "this row has no value, and a file of Odoo's import holds no such row."


@attrs.frozen
class Row:
    """A row to try.

    Attributes:
        position: Its place in the frame.
        cells: Path, as Odoo's import writes it, to the text in it.
    """

    position: int
    cells: dict[str, str]


@attrs.define
class Tried:
    """What came of each row.

    Attributes:
        statuses: One for each row of the frame.
        fields: The field that Odoo names.
        errors: What it says.
    """

    statuses: list[str]
    fields: list[str | None]
    errors: list[str | None]

    def reject(self, position: int, error: str, field: str | None = None, status: str = REJECTED) -> None:
        """A row that Odoo would not save."""
        self.statuses[position], self.errors[position], self.fields[position] = status, error, field or None


def dry_run(data: pd.DataFrame | Source, settings: Settings) -> Questions[pd.DataFrame]:
    """What Odoo would refuse.

    Args:
        data: The frame to send.
        settings: How it would be sent.

    Returns:
        One row for each row of the frame, with its index: `status` (`would_save`, `rejected` or `not_tried`),
        `error_field`, `error`. `attrs["cannot_see"]` says what no dry run sees.

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
    for row, (field, why) in known.rejected.items():
        tried.reject(row, why, field)
    for block in _blocks(_rows(source, settings, fields, tried)):
        yield from _try(block, settings, tried)
    made = {"status": tried.statuses, "error_field": tried.fields, "error": tried.errors}
    told = pd.DataFrame({name: pd.array(cells, dtype="string") for name, cells in made.items()}, source.frame.index)
    told.attrs["cannot_see"] = CANNOT_SEE
    return told


# --- rows as a file of Odoo's import ----------------------------------------------------------------------------------


def _rows(source: Source, settings: Settings, fields: Fields, tried: Tried) -> Iterator[Row]:
    columns = records.columns(source, settings)
    for start in range(0, len(source), BLOCK):
        block = source.frame.iloc[start : start + BLOCK]
        ids = records.ids(block, settings)
        for place, record in enumerate(records.records(block, columns)):
            position = start + place
            if tried.statuses[position] == REJECTED:
                continue
            cells = _cells(record, fields)
            if cells is None:
                tried.reject(position, LINES, status=NOT_TRIED)
                continue
            if not any(text.strip() for text in cells.values()):
                tried.reject(position, NOTHING, status=NOT_TRIED)
                continue
            known = {".id": str(ids[place])} if ids is not None and ids[place] else {}
            yield Row(position, known | cells)


def _cells(record: Mapping[str, Any], fields: Fields) -> dict[str, str] | None:
    """A record as text; None where it holds lines."""
    cells: dict[str, str] = {}
    for name, value in record.items():
        field = fields.get(name)
        linked = field is not None and field.type in (*TO_ONE, *TO_MANY)
        text = _linked(value) if linked else _text(value)
        if text is None:
            return None
        cells[f"{name}/.id" if linked else name] = text
    return cells


def _linked(value: Any) -> str | None:
    """Ids, with commas between them; None for commands that make or change lines."""
    if value is None or value is False:
        return ""
    if not isinstance(value, list):
        return str(value)
    ids = links(value) if any(isinstance(each, list | dict) for each in value) else value
    return None if ids is None else ",".join(map(str, ids))


def _text(value: Any) -> str | None:
    if value is None or value is False:
        return "" if value is None else "0"
    if isinstance(value, list | dict):
        return None
    return str(int(value)) if isinstance(value, bool) else str(value)


def _blocks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Rows that fill the same columns, not too many at once: a file has a cell for each of its columns."""
    together: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        same = together.setdefault(tuple(row.cells), [])
        same.append(row)
        if len(same) == BLOCK:
            yield together.pop(tuple(row.cells))
    yield from together.values()


def _file(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(rows[0].cells)
    writer.writerows(row.cells.values() for row in rows)
    return text.getvalue()


# --- what Odoo says of a file -----------------------------------------------------------------------------------------


def _try(rows: list[Row], settings: Settings, tried: Tried) -> Questions[None]:
    """Tries rows together, then without those that are refused: an error keeps Odoo from looking at all of them."""
    waiting = [rows]
    while waiting:
        some = waiting.pop()
        try:
            answer = yield from _answer(some, settings)
        except RefusedError as refused:
            for row in some:
                tried.reject(row.position, str(refused))
            continue
        found = refusals(Ask(range(len(some)), "load", {}), answer)
        sure = [each for each in found if FIRST_ROW not in each.message and each.message != WITH_THE_OTHERS]
        named = {place: each for each in (found if len(some) == 1 else sure) for place in each.places}
        for place, each in named.items():
            tried.reject(some[place].position, each.message, each.field)
        rest = [row for place, row in enumerate(some) if place not in named]
        if named:
            waiting += [rest] if rest else []
        elif found:
            half = len(some) // 2
            waiting += [some[half:], some[:half]]


def _answer(rows: Sequence[Row], settings: Settings) -> Questions[Any]:
    file = {
        "res_model": settings.endpoint.model,
        "file": _file(rows),
        "file_name": "rows.csv",
        "file_type": "text/csv",
    }
    made = yield _call("create", {"vals_list": [file]})
    paths = list(rows[0].cells)
    arguments = {"fields": paths, "columns": paths, "options": _options(len(rows)), "dryrun": True}
    return (yield _call("execute_import", arguments, made))


def _call(method: str, arguments: dict[str, Any], ids: list[int] | None = None) -> Call:
    # The import reads times in the zone of the context.
    return question(IMPORT, method, arguments, ids=ids, context={"tz": "UTC"})


def _options(rows: int) -> dict[str, Any]:
    return {
        "has_headers": True,
        "quoting": '"',
        "separator": ",",
        "encoding": "utf-8",
        "float_thousand_separator": "",
        "float_decimal_separator": ".",
        "date_format": "",
        "datetime_format": "",
        "limit": rows,
        "skip": 0,
        "name_create_enabled_fields": {},
        "import_set_empty_fields": [],
        "import_skip_records": [],
        "fallback_values": {},
    }
