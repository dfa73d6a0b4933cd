"""Makes a record of a value that is settled so. Made twice at once, it is there once: its external ID is unique."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.answering import CREATE, Linked, Want
from odoo_widgets.flow.asking import page, question
from odoo_widgets.flow.calls import Ask
from odoo_widgets.flow.errors import RefusedError
from odoo_widgets.flow.fetching import told
from odoo_widgets.flow.loading import IDS
from odoo_widgets.flow.looks import IDENTIFIERS, Match
from odoo_widgets.flow.matching import PREFIX, external_id
from odoo_widgets.flow.operations import EXTERNAL_ID
from odoo_widgets.flow.proofs import refusals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from odoo_widgets.flow.asking import Questions
    from odoo_widgets.flow.model import Fields
    from odoo_widgets.flow.server import Server

# Records to make at once.
MANY = 100
# What stands between names where Odoo calls a record by those above it too (Odoo 19.0, hr/models/hr_department.py and
# product/models/product_category.py, `_compute_complete_name`).
NAME, PATH = "name", " / "


def made(column: Linked, server: Server) -> Questions[Server]:
    """The server, with the records that were made of values.

    Args:
        column: The column, some of whose values are settled as `create`.
        server: What is known of it.

    Raises:
        RefusedError: Odoo makes no such record: no right, or it needs more than this.
    """
    by_look: dict[Any, list[Want]] = {}
    for want in column.of(CREATE):
        by_look.setdefault(column.look(want), []).append(want)
    for look, wants in by_look.items():
        for start in range(0, len(wants), MANY):
            some = wants[start : start + MANY]
            ids = yield from _ids(column, some, server.fields.get(column.link.field.relation, {}))
            server = server.knows(look, {want.text: (Match(ids[want], want.text),) for want in some})
    return server


def _ids(column: Linked, wants: Sequence[Want], fields: Fields) -> Questions[dict[Want, int]]:
    """The ids of the records that are made, or were made before."""
    model, by = column.link.field.relation, column.link.by
    names = {want: external_id(model, {by: want.text, **dict(want.scope or ())}) for want in wants}
    there = yield from _there(model, list(names.values()))
    ids = {want: there[name] for want, name in names.items() if name in there}
    rest = [want for want in wants if want not in ids]
    return ids | dict(zip(rest, (yield from _loaded(column, rest, names, fields)), strict=True)) if rest else ids


def _loaded(
    column: Linked, wants: Sequence[Want], identifiers: Mapping[Want, str], fields: Fields
) -> Questions[list[int]]:
    """The ids of the records that are made. Whoever calls it again finds them."""
    model, by, scope = column.link.field.relation, column.link.by, dict(wants[0].scope or ())
    names = [EXTERNAL_ID, _filled(by, fields), *(f"{name}{IDS}" if name.endswith("_id") else name for name in scope)]
    if by not in names and (paths := [want for want in wants if PATH in want.text]):
        raise _not_made(column, paths[0], " It is called by the names of the records above it, too.")
    data = [[identifiers[want], want.text, *map(str, scope.values())] for want in wants]
    # The same call again is its own look-up, so it may be asked again like a question that only reads.
    answer = yield question(model, "load", {"fields": names, "data": data}, context={"tz": "UTC"})
    ids = answer.get("ids") if isinstance(answer, dict) else None
    if isinstance(ids, list) and len(ids) == len(wants) and all(type(each) is int for each in ids):
        return ids
    found = refusals(Ask(range(len(wants)), "load", {}), answer)
    said = f" {found[0].message}" if found else ""
    raise _not_made(column, wants[0], said)


def _filled(by: str, fields: Fields) -> str:
    """The field that a value fills: a department or a category is found by what Odoo makes of its name."""
    return NAME if by in fields and fields[by].dropped and NAME in fields else by


def _not_made(column: Linked, want: Want, said: str) -> RefusedError:
    return RefusedError(
        f"Column {column.link.column!r}: no record of {column.link.field.relation} could be made of {want.text!r}, as "
        f"it is settled.{said} Make it in Odoo, or settle it otherwise."
    )


def _there(model: str, names: Sequence[str]) -> Questions[dict[str, int]]:
    """The records that were made before and are called otherwise now, as far as the user may know: they are meant."""
    columns = ["name", "res_id"]
    among = [["module", "=", PREFIX], ["model", "=", model], ["name", "in", [name.partition(".")[2] for name in names]]]
    try:
        answer = told(IDENTIFIERS, (yield page(IDENTIFIERS, among, columns)), columns)
    except RefusedError:
        return {}
    return {f"{PREFIX}.{each['name']}": each["res_id"] for each in answer}
