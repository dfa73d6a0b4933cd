"""Rows that were sent as a test: where they stand in the bound frame, what a later send owes them, how to undo them."""

from __future__ import annotations

from collections import defaultdict, deque
from functools import cache
from itertools import count
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import attrs
import numpy as np
import pandas as pd

from odoo_widgets.flow.credential import origin
from odoo_widgets.flow.endpoint import address
from odoo_widgets.flow.others import Others
from odoo_widgets.flow.responses import responses

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.responses import Outcome
    from odoo_widgets.flow.settings import Settings
    from odoo_widgets.flow.source import Source

# Server, database, model and operation: a row is known only where it went.
Target: TypeAlias = "tuple[str, str, str, str]"
S = TypeVar("S", bound="Settings")
# What becomes of rows that were sent as a test: left out, written to the records that they made, or made once more.
SKIP, UPDATE, AGAIN = "skip", "update", "send again"
# What leaves nothing in Odoo.
WITHOUT_TRACE = ("rejected", "not_sent", "deleted")


@attrs.frozen(eq=False)
class Tested:
    """One test: some rows that were sent for real.

    Attributes:
        target: Where they went.
        rows: Their positions in the bound frame; -1 for a row that is not in it any more.
        cells: The rows as they were in the frame, edits of the payload aside.
        responses: What became of them.
    """

    target: Target
    rows: tuple[int, ...]
    cells: pd.DataFrame = attrs.field(repr=False)
    responses: pd.DataFrame = attrs.field(repr=False)

    @property
    def created(self) -> pd.DataFrame:
        """The responses of the rows whose records the test made, to undo."""
        return self.responses.loc[(self.responses["status"] == "created").to_numpy(dtype=bool)]


def target(settings: Settings, credential: Credential) -> Target:
    """Where rows go, as far as it decides whether they have been there."""
    there = settings.endpoint
    return origin(settings.url), credential.database, there.model, there.operation


def tested(
    source: Source, settings: Settings, credential: Credential, rows: Sequence[int], answer: pd.DataFrame
) -> Tested:
    """A test that has been made.

    Args:
        source: The bound frame.
        settings: What was sent with.
        credential: As whom.
        rows: The positions of the rows that were sent.
        answer: Their responses, in the order of the rows.
    """
    return Tested(target(settings, credential), tuple(rows), source.frame.iloc[list(rows)], answer)


def rebound(test: Tested, source: Source) -> Tested:
    """A test as another bound frame has it: a row is the same one where its label and its cells are.

    Columns that are new in the frame do not count. A row whose cells have changed is another one.
    """
    cells, frame = test.cells, source.frame
    same = not cells.columns.has_duplicates and not frame.columns.has_duplicates
    there: defaultdict[tuple[Any, str], deque[int]] = defaultdict(deque)
    if same and set(cells.columns) <= set(frame.columns) and frame.index.nlevels == cells.index.nlevels:
        places = np.flatnonzero(frame.index.isin(cells.index))
        for row, each in zip(places.tolist(), _told_apart(frame.iloc[places][list(cells.columns)]), strict=True):
            there[each].append(row)
    rows = (there[each].popleft() if there[each] else -1 for each in _told_apart(cells))
    return attrs.evolve(test, rows=tuple(rows))


def _told_apart(frame: pd.DataFrame) -> Iterator[tuple[Any, str]]:
    """What tells each row from others: its label and its cells."""
    columns = [frame.iloc[:, position].tolist() for position in range(frame.shape[1])]
    return zip(frame.index.tolist(), map(repr, zip(*columns, strict=True)), strict=True)


def known(tests: Iterable[Tested], there: Target) -> pd.DataFrame:
    """The rows that have been sent to a target as a test.

    Args:
        tests: The tests, in the order in which they were made.
        there: The target.

    Returns:
        The last response of each that left something in Odoo, or may have, by the row's position.
    """
    placed = [test.responses.set_axis(list(test.rows)) for test in tests if test.target == there]
    return latest(each[~each["status"].isin(WITHOUT_TRACE).to_numpy(dtype=bool) & (each.index >= 0)] for each in placed)


def latest(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Responses by the positions of their rows, as one frame in the rows' order: of a row, those that come last."""
    some = [each for each in parts if len(each)]
    if not some:
        return nothing()
    joined = pd.concat(some)
    return joined[~joined.index.duplicated(keep="last")].sort_index()


@cache
def nothing() -> pd.DataFrame:
    """The responses of no rows: one frame for all who look at it, since a form does with every key."""
    return responses([], pd.RangeIndex(0), "", "")


def taken_back(tests: Iterable[Tested], there: Target) -> set[int]:
    """The rows whose last test left records at a target that were deleted again."""
    last = {
        row: test.responses["status"].iloc[place]
        for test in tests
        for place, row in enumerate(test.rows)
        if test.target == there
    }
    return {row for row, status in last.items() if status == "deleted" and row >= 0}


def updating(settings: S, names: Iterable[object]) -> S | None:
    """The settings that write once more what a create has made, with the column that is to hold the records' ids.

    Args:
        settings: Those of the create.
        names: The names of the frame's columns.

    Returns:
        The same with `write`; None for another operation, for REST, and where a key finds the records by itself.
    """
    there = settings.endpoint
    if there.operation != "create" or there.protocol == "rest" or settings.key:
        return None
    taken = set(names)
    ids = next(name for name in (f"{'_' * number}id" for number in count()) if name not in taken)
    # The test has done what follows.
    written = settings.replace(ids=ids, then=(), expect={})
    if there.protocol == "json2":
        return written.replace(url=address(settings.url, there.model, "write"))
    return written.replace(operation="write")


def to_update(source: Source, left_out: pd.DataFrame, ids: str) -> pd.DataFrame:
    """The rows that a test made records of, with these records' ids.

    Args:
        source: The bound frame.
        left_out: The rows, as `known` has them.
        ids: The column for the ids.
    """
    made = left_out[left_out["id"].notna()]
    return source.frame.iloc[made.index.to_numpy()].assign(**{ids: made["id"].array})


def among(size: int, left_out: pd.DataFrame) -> Sequence[int] | None:
    """The positions of the rows that a send has to send; None for all."""
    return Others(size, left_out.index.tolist()) if len(left_out) else None


def before(
    found: Iterable[Outcome], tests: Collection[int], settings: Settings, credential: Credential
) -> pd.DataFrame:
    """Rows that were sent before, as a frame by their positions.

    Args:
        found: What became of each, in an outcome of its own.
        tests: The positions of those that were sent as a test.
        settings: Where they went.
        credential: As whom.

    Returns:
        Their responses, and `test`.
    """
    placed = sorted(((outcome.rows[0], outcome) for outcome in found), key=itemgetter(0))
    rows = [row for row, _ in placed]
    outcomes = [attrs.evolve(outcome, rows=[place]) for place, (_, outcome) in enumerate(placed)]
    model, database = settings.endpoint.model, credential.database
    told = responses(outcomes, pd.Index(rows, dtype="int64"), credential.server, model, database=database)
    return told.assign(test=[row in tests for row in rows])


def of_journal(earlier: pd.DataFrame, *, test: bool) -> pd.DataFrame:
    """The responses of some of the rows that were sent before, by their positions.

    Args:
        earlier: What `Destination.sent_before` returned.
        test: Those that were sent as a test, or the others.
    """
    return earlier.loc[(earlier["test"] == test).to_numpy(dtype=bool)].drop(columns="test")


def by_row(left_out: pd.DataFrame, answer: pd.DataFrame) -> pd.DataFrame:
    """The responses of `to_update` by the rows' positions.

    Args:
        left_out: The rows, as `known` has them.
        answer: The responses, in the order of the rows.
    """
    return answer.set_axis(left_out.index[left_out["id"].notna()])


def whole(source: Source, answer: pd.DataFrame | None, left_out: pd.DataFrame) -> pd.DataFrame:
    """The responses of a send with those of the rows that it left out, since they had been sent as a test.

    Args:
        source: The bound frame.
        answer: The responses of the send, in the order of the rows that were sent; None where none was.
        left_out: The others, as `known` has them.

    Returns:
        One row for each row of the frame, with its index. A tested row was in no batch of this send.
    """
    if not len(left_out) and answer is not None:
        return answer
    rows = np.concatenate([np.asarray(Others(len(source), left_out.index)), left_out.index])
    # A tested row was in no batch.
    earlier = left_out.assign(batch=pd.array([pd.NA], "Int64").repeat(len(left_out)))
    joined = pd.concat([*([] if answer is None else [answer]), earlier])
    made = joined.iloc[np.argsort(rows)]
    made.index = source.frame.index
    return made


def log(tests: Sequence[Tested]) -> pd.DataFrame:
    """All tests as one frame of responses, in the order in which they were made; without any, an empty one."""
    return pd.concat([test.responses for test in tests]) if tests else nothing().copy()


def undone(test: Tested, answer: pd.DataFrame) -> Tested:
    """A test after its records were deleted.

    Args:
        test: The test.
        answer: The responses of the undo of `test.created`, or of more rows.

    Returns:
        The test, whose rows are `deleted` where the server said so of their records.
    """
    gone = answer.loc[(answer["status"] == "deleted").to_numpy(dtype=bool), "id"]
    places = test.responses["id"].isin(gone).to_numpy(dtype=bool, na_value=False)
    after = test.responses.copy()
    after.loc[places, "status"] = "deleted"
    after.loc[places, "link"] = pd.NA
    return attrs.evolve(test, responses=after)
