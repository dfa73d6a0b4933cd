"""All rows of a frame but some, which takes no list of them: a frame may have millions, and few that are left out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Any, overload

import numpy as np


class Others(Sequence[int]):
    """The positions of rows, in order, without some of them.

    Args:
        size: How many rows there are in all.
        without: The positions of those that are left out.
    """

    def __init__(self, size: int, without: Iterable[int]) -> None:
        self._size = size
        self._without = sorted(set(without))
        # How many of the others stand before each row that is left out.
        self._before = [row - place for place, row in enumerate(self._without)]

    def __len__(self) -> int:
        return self._size - len(self._without)

    @overload
    def __getitem__(self, place: int) -> int: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...

    def __getitem__(self, place: int | slice) -> int | Sequence[int]:
        """A row, or several: as a range where no row between them is left out."""
        if not isinstance(place, slice):
            return self._row(range(len(self))[place])
        places = range(len(self))[place]
        if not places:
            return range(0)
        first, last = self._row(places[0]), self._row(places[-1])
        whole = last - first == places[-1] - places[0]
        return range(first, last + places.step, places.step) if whole else [self._row(each) for each in places]

    def _row(self, place: int) -> int:
        return place + bisect_right(self._before, place)

    def __iter__(self) -> Iterator[int]:
        ends = pairwise([-1, *self._without, self._size])
        return chain.from_iterable(range(before + 1, after) for before, after in ends)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        """The positions as an array, which is always a new one."""
        return np.delete(np.arange(self._size), self._without).astype(dtype or np.int64, copy=False)
