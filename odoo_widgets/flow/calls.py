"""What is sent together, and what is asked for it: the values that go from the plan to the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

# The method that answers with the user's id, before the first call of a protocol that wants it in each.
from odoo_widgets.flow.endpoint import LOG_IN
from odoo_widgets.flow.exchange import Exchange

__all__ = ["FIELDS_GET", "LOG_IN", "LOOK_UP", "WHOSE", "Ask", "Batch", "Call", "Lined", "Shaped", "pick"]

# The method that a look-up calls. It changes nothing.
LOOK_UP = "search_read"
# The method that describes a model's fields.
FIELDS_GET = "fields_get"
# The question whose method one is: the model's own, or its records'.
WHOSE = "whose"


@attrs.frozen
class Batch:
    """The rows that are sent together, as values.

    Attributes:
        rows: Their positions in the frame.
        records: One dict of field to value for each row.
        ids: The database id of each row's record, 0 for one that is still to be made; None for an operation that needs
            no ids.
        keys: The values of each row's key, by field; None where rows have none.
        operation: What is done with these rows, where that is not what the settings say: rows with a key are looked up
            before it is known whether they are written or made.
        lines: The fields that may hold lines in these records: lists of dicts.
    """

    rows: Sequence[int]
    records: list[dict[str, Any]] = attrs.field(repr=False)
    ids: list[int] | None = attrs.field(default=None, repr=False)
    keys: list[dict[str, Any]] | None = attrs.field(default=None, repr=False)
    operation: str = ""
    lines: tuple[str, ...] = ()


@attrs.frozen
class Shaped:
    """The first cell of its shape in a column.

    Attributes:
        field: The field that the column fills.
        kind: What the cell is: one of those in `dicts`.
        where: The column and the row, in words.
        inside: Whether it stands in a line.
    """

    field: str
    kind: str
    where: str
    inside: bool = False


@attrs.frozen
class Lined:
    """Documents whose lines in Odoo are asked about.

    Attributes:
        batch: The documents, with the ids of their records.
        ids: Field to the document's id to the ids of its lines.
        names: Field to the line's id to its external ID; empty for a line without. A field that was not asked for yet
            is left out.
        cells: Field to the line's id to what it holds, where only what differs is written; left out as above.
        states: What the documents' records hold, where they are to be written.
        gone: The document's id to field to the lines to delete, once the others are there.
        look: The look-up that found the documents.
        about: The field whose lines are asked about; empty for the documents themselves.
        done: Whether the documents are written, and the ids of their lines are all that is asked.
    """

    batch: Batch = attrs.field(repr=False)
    ids: Mapping[str, Mapping[int, list[int]]] = attrs.field(factory=dict)
    names: Mapping[str, Mapping[int, str]] = attrs.field(factory=dict)
    cells: Mapping[str, Mapping[int, dict[str, Any]]] = attrs.field(factory=dict, repr=False)
    states: Mapping[int, dict[str, Any]] = attrs.field(factory=dict, repr=False)
    gone: Mapping[int, Mapping[str, list[int]]] = attrs.field(factory=dict)
    look: Ask | None = attrs.field(default=None, repr=False)
    about: str = ""
    done: bool = False


@attrs.frozen
class Ask:
    """One call of a method of Odoo's, for some rows of a batch.

    Attributes:
        rows: The positions of the rows in the frame.
        method: The method.
        arguments: Its arguments by name, in the order of its signature, without the ids.
        ids: The records that it is called on, in the order of the rows; None for a method of the model itself.
        context: What it adds to the context.
        by_name: Whether the arguments go by their names also where a protocol could number them.
        batch: For a look-up, the rows to send as soon as their records are known to be there.
        doubted: What was said of its rows, where they were sent before and it is not known what became of them; empty
            for rows that were not.
        states: For a method whose effect can be read, and a `write` whose look-up read it, what its records held
            before: id to field to value.
        newest: For a `create` that may answer with an id that was there, the largest id before it; -1 where it is not
            known yet, and None where no such look is wanted.
        effect_of: For a look at the effect of a method, the call whose effect it reads.
        title: For the same, the title of the window that the method answered with.
        body: For REST, the body that a person wrote in place of the arguments' own.
        whole_context: Whether its context is all of it, and not added to that of the settings.
        reads: Whether it only reads, and its answer is for whoever asks: no row waits for it.
        keyed: For a `load` that makes the records of rows with a key, these rows: they can be looked up again. For
            that look-up, the same.
        refused: For a look-up of rows that were refused, since somebody may have made their records meanwhile: row to
            the message, the field and Odoo's name of the exception.
        remarks: What is told of records whose rows are done all the same, by id.
        whose: Whether it only asks whose method this is. The method itself is not called.
        wanted: For the question about a model's fields, those that it must have.
        cells: For the same, what the cells of the key columns are: field to kind.
        shapes: For the same, the dicts and lists in cells, which fields that lead to records may not take.
        sizes: For a `load` of documents, how many rows of its data each takes; empty where each takes one.
        become: For a `load` of lines that an earlier one of the same documents left, what these are once it is done: id
            to status.
        lined: For a question about the lines of documents, what is known of these by now; for a `load` that may leave
            some to delete, the same.
        refusal: For a question about a refusal, whether it is one of all rows alike, the call and what came of it.
    """

    rows: Sequence[int]
    method: str
    arguments: dict[str, Any] = attrs.field(repr=False)
    ids: list[int] | None = attrs.field(default=None, repr=False)
    context: dict[str, Any] = attrs.field(factory=dict, repr=False)
    by_name: bool = False
    batch: Batch | None = attrs.field(default=None, repr=False)
    doubted: str = ""
    states: Mapping[int, dict[str, Any]] = attrs.field(factory=dict, repr=False)
    newest: int | None = None
    effect_of: Ask | None = attrs.field(default=None, repr=False)
    title: str = ""
    body: bytes | None = attrs.field(default=None, repr=False)
    whole_context: bool = False
    reads: bool = False
    keyed: Batch | None = attrs.field(default=None, repr=False)
    refused: Mapping[int, tuple[str, str, str]] = attrs.field(factory=dict, repr=False)
    remarks: Mapping[int, str] = attrs.field(factory=dict, repr=False)
    whose: bool = False
    wanted: Sequence[str] = attrs.field(default=(), repr=False)
    cells: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    shapes: Sequence[Shaped] = attrs.field(default=(), repr=False)
    sizes: Sequence[int] = attrs.field(default=(), repr=False)
    become: Mapping[int, str] = attrs.field(factory=dict, repr=False)
    lined: Lined | None = attrs.field(default=None, repr=False)
    refusal: tuple[Call, Exchange] | None = attrs.field(default=None, repr=False)

    def context_with(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """The context of the call, given that of the settings."""
        return dict(self.context) if self.whole_context else {**context, **self.context}

    @property
    def prepares(self) -> str:
        """What is asked before any row is sent: the login, the fields, whose method; empty for calls for rows."""
        return WHOSE if self.whose else self.method if self.method in (LOG_IN, FIELDS_GET) else ""

    @property
    def changes(self) -> bool:
        """Whether it may change anything in Odoo. What only reads leaves no row in doubt."""
        looks = self.reads or self.batch is not None or self.effect_of is not None or self.refusal is not None
        return not looks and not self.prepares


@attrs.frozen
class Call:
    """One API call to make.

    Attributes:
        number: The batch that it belongs to, from 0.
        model: The model that it is for.
        ask: Which method it calls, on what, for which rows.
        url: Its own address, where the URL takes values of the row; empty for the one of the settings.
        tries: Which try it is, from 1.
        sent: For the look-up of rows in doubt, how often they were sent.
        refused_before: For the second half of a call that was refused, how many rows of the batch were refused by then;
            -1 for any other.
    """

    number: int
    model: str
    ask: Ask
    url: str = ""
    tries: int = 1
    sent: int = 0
    refused_before: int = -1

    @property
    def rows(self) -> Sequence[int]:
        """The positions of its rows in the frame."""
        return self.ask.rows


def pick(items: Sequence[Any], places: Sequence[int]) -> Any:
    """Those of some items that stand at some places."""
    return items if len(places) == len(items) else [items[place] for place in places]
