"""What a send is given: one frame, or frames one after the other, which may be more than fits into memory.

Frames are one send: one journal, one rate, one progress, and positions of rows go on counting. A row with the key or
id of a row in an earlier frame is `rejected`, with both positions; a list of frames is in memory as it is, so it is
looked through as a whole before the first call. Of an iterator, what cannot be sent is found frame by frame: the first
frame is refused as one frame is, a later one stops the send. Then `StoppedError` has the `responses` until there, and
`resume` goes on with the frames from the first, also after a crash: what is done is not sent again. They may be cut
otherwise then. `then` and `expect` go to each frame after its rows: a row is a whole document, and a key that stands in
two frames is `rejected` in the second.

Such are `pd.read_csv("contacts.csv", chunksize=50_000)`, `ParquetFile("contacts.parquet").iter_batches()`, a generator
of frames of pandas, Polars or Arrow, and a DataFrame of Dask's. The responses come back as one DataFrame, go to a file
with `out=` as they come, or come frame by frame with `send_each`. Each row keeps its label; where a frame has none, as
those of Polars and Arrow, its position over all frames is its label.

An iterator is read once, in the thread that sends: a connection of SQLite's needs `check_same_thread=False`. On a
cluster of Dask's, all partitions are computed at once, and wait there, so that what they share is computed once.
Without one, each is computed when the one before is sent, and what they share is computed for each.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from odoo_widgets.flow.several import is_dask
from odoo_widgets.flow.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A frame of pandas, of Polars, of Arrow …; or an iterable of such, or a DataFrame of Dask's.
Frames: TypeAlias = "pd.DataFrame | Source | Iterable[Any]"


def sources(data: Any) -> Iterator[Source]:
    """The frames, one after the other; positions of rows go on counting. Frames without rows are passed over.

    Args:
        data: What `several.are_frames` says are frames; an iterator is read once, as the frames are asked for.
    """
    last: Source | None = None
    for frame in _partitions(data) if is_dask(data) else data:
        made = Source.of(frame) if last is None else last.followed_by(frame)
        # What is no frame is named by `problems`.
        if not isinstance(made.frame, pd.DataFrame) or len(made):
            last = made
            yield made


# --- Dask ------------------------------------------------------------------------------------------------------------


def _partitions(data: Any) -> Iterator[pd.DataFrame]:
    """The partitions of a frame of Dask's, in order, each computed once."""
    client = _client(data)
    if client is None:
        # Without a cluster, one after the other: computed together, all would be in this process's memory.
        for partition in data.to_delayed():
            yield partition.compute()
        return
    # All at once, so that what partitions share is computed once; each is let go of as soon as it is here.
    waiting = client.compute(data.to_delayed(), sync=False)[::-1]
    while waiting:
        yield waiting.pop().result()


def _client(data: Any) -> Any:
    """The client of the cluster that a frame is on, or that this process has; None without one."""
    distributed = sys.modules.get("distributed.client")
    if distributed is None:
        return None
    if held := distributed.futures_of(data):
        return held[0].client
    try:
        return distributed.default_client()
    except ValueError:
        return None
