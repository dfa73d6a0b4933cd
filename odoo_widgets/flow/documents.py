"""Documents with lines: a list of dicts in a `one2many` field, over Odoo's own APIs, is the lines of the row's record.

Values in lines become what they become in columns (see `cells`); a missing one stays out of its line. Paths name what
lines have: `fields={"order_line/Qty": "product_uom_qty"}`, `exclude=["order_line/note"]`,
`missing={"order_line/discount": "clear"}`. A batch counts documents. Rows and lines count from 0.

Lines name records as columns do (see `linking`): `product_id/default_code`, `account_id/code`, `tax_ids` by name. Each
value is asked once, whatever lines it stands in. What says among which records, such as a country or a company, stands
in the line or in its document; taxes of an invoice are those for sales or for purchases, as its `move_type` says. Their
columns are called by paths in `lookups`, findings and `settlements`: `order_line/product_id/default_code`. Over REST
nothing in lines is looked up: what an add-on makes of them is its own affair.

Without a key, `create` makes each document with its lines. With one, each line has an external ID as its document has:
made of model, key, field and its place among the lines, or what `line_key` names, of what is looked up the id. So a
document that is sent again changes its lines, and makes none twice. It goes through `load`, in one transaction with its
lines. That leaves no cell out: where lines fill different fields, those from the first on that fill the same ones go
with the document, and the next ones follow in loads of their own, in the document's order. So an empty cell gets what
Odoo computes, as without a key. A document of which a later line is refused is there with those before it: its row is
`needs_attention`, and sent again, it gets the others. With `missing={"order_line/discount": "clear"}` each line fills
the field, and they go together.

A document that is there may have lines that were not made from here. Then its row is `rejected`, unless `lines` says:

* `keep` leaves all of the document's lines as they are, and writes the rest.
* `add` makes those of the row beside them.
* `replace` deletes them, once those of the row are there; never of a confirmed or posted document.

A line made from here that is no longer in the frame stays, and the row says so; `replace` deletes it. With
`only_changes`, lines that differ are written, each whole. With `since`, a document is `rejected` where somebody
changed, made or deleted one of its lines meanwhile: what `diff` said for the frame tells, or fetched lines with their
ids.

The ids of lines stand in a column of the responses such as `order_line/.id`: a list for each row, in the order of its
lines, None for one that is not known; of rows that were done before, `resume` asks them anew. `undo` deletes documents
that were made, with their lines, and puts no lines back; one whose lines came in several loads was changed after it was
made, and is left alone. `diff` compares lines where there is a key;
`read_back` says what Odoo kept of each cell of each line; `dry_run` tries each document whole, with the lines that a
send would write.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from odoo_widgets.flow.matching import line_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from odoo_widgets.flow.model import Fields

# Odoo's commands that make and delete a line (odoo/orm/commands.py), and the type of a field that has lines.
MAKE, DELETE, OF_LINES = 0, 2, "one2many"


def is_lines(value: Any) -> bool:
    """Whether a value of a record, as it goes on the wire, is lines: a list of dicts."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def with_lines(names: Iterable[str], fields: Fields) -> tuple[str, ...]:
    """Those of some names whose field has lines. One that nothing is known of is taken to have some.

    A list of dicts may be meant otherwise: properties are such lists.
    """
    return tuple(name for name in names if name not in fields or fields[name].type == OF_LINES)


def lines_of(record: Mapping[str, Any], names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The lines of a record, by field."""
    return {name: record[name] for name in names if is_lines(record.get(name))}


def commands(records: list[dict[str, Any]], names: Iterable[str]) -> list[dict[str, Any]]:
    """Records whose lines are commands that make them, as `create` takes them."""
    wanted = tuple(names)
    return [
        {**record, **{name: [[MAKE, 0, line] for line in lines] for name, lines in found.items()}}
        if (found := lines_of(record, wanted))
        else record
        for record in records
    ]


def line_ids(
    model: str, key: Mapping[str, Any], field: str, lines: Sequence[Mapping[str, Any]], line_key: Sequence[str]
) -> list[str]:
    """The external IDs of the lines of one document, in their order.

    Args:
        model: The document's model.
        key: Its key.
        field: The field that has the lines.
        lines: The lines.
        line_key: The names that tell them apart; by their place if empty.
    """
    return [
        line_id(model, key, field, {name: _held(line, name) for name in line_key} if line_key else {"": place})
        for place, line in enumerate(lines)
    ]


def _held(line: Mapping[str, Any], name: str) -> Any:
    # What was looked up, such as `product_id/default_code`, is an id by now.
    return line[name if name in line else name.partition("/")[0]]


def blamed(message: str, record: Mapping[str, Any], names: Iterable[str]) -> tuple[str, str]:
    """Odoo's message about a document, with the line that it is about: that tells the value, and not the line.

    Args:
        message: What Odoo said.
        record: The document, with its lines.
        names: The fields that may have lines.

    Returns:
        The message, and the path of the field; the message as it was and an empty path where no value in the lines, or
        one of several, is named.
    """
    named = {found for match in VALUES.finditer(message) if (found := next(filter(None, match.groups()), ""))}
    found = {
        (place, name, inner)
        for name in names
        for place, line in enumerate(lines_of(record, [name]).get(name, ()))
        for inner, value in line.items()
        if not isinstance(value, bool | list | dict) and str(value) in named
    }
    # The same value in two lines names neither.
    if len(found) != 1:
        return message, ""
    place, name, inner = found.pop()
    return of_lines([place], message), f"{name}/{inner}"


def of_lines(places: Sequence[int], message: str) -> str:
    """A message about some lines of a document."""
    *some, last = map(str, places)
    return f"Lines {', '.join(some)} and {last}: {message}" if some else f"Line {last}: {message}"


# A value in quotes, and the id of a record that is not there (odoo/exceptions.py, MissingError).
VALUES = re.compile(r"'([^']*)'|\((\d+),\)")
