"""The byte budget: a batch in as few calls as are short enough."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import attrs
import numpy as np

from odoo_widgets.flow.asks import LARGEST_NUMBER, asks_of, in_turn, looked_up, ways
from odoo_widgets.flow.calls import Batch, Call
from odoo_widgets.flow.credential import Credential, origin
from odoo_widgets.flow.operations import operation, part
from odoo_widgets.flow.protocols import PROTOCOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import httpx

    from odoo_widgets.flow.server import Server
    from odoo_widgets.flow.settings import Settings

# As long as a key (40), a database's name (PostgreSQL, NAMEDATALEN) and a user's id are at most: requests are measured
# with these, so that whoever sends, the same rows go together.
LONGEST_KEY, LONGEST_NAME, LONGEST_UID = "k" * 64, "d" * 63, 2**31 - 1


def fitting(batch: Batch, groups: Sequence[int], settings: Settings, server: Server, url: str) -> Iterator[Batch]:
    """A batch in as few parts as the byte budget allows, about equally long; rows of one group stay together."""
    most = settings.max_bytes
    if most is None:
        yield batch
        return
    ends = np.flatnonzero(np.diff(groups)) + 1
    if not len(ends) or (size := _size(batch, settings, server, url)) <= most:
        # What cannot be parted goes as it is: whoever sends it sees that it is too large.
        yield batch
        return
    units = np.split(np.arange(len(batch.rows)), ends)
    for together in np.array_split(np.arange(len(units)), min(len(units), -(-size // most))):
        places = np.concatenate([units[unit] for unit in together]).tolist()
        yield from fitting(part(batch, places), [groups[place] for place in places], settings, server, url)


def _size(batch: Batch, settings: Settings, server: Server, url: str) -> int:
    """The bytes of the longest body that a batch takes."""
    target = settings.endpoint
    someone = Credential(origin(settings.url), LONGEST_NAME, LONGEST_NAME, LONGEST_KEY, allow_http=True)
    known_user = attrs.evolve(server, uid=LONGEST_UID)
    turns = chain.from_iterable(in_turn(each, settings, server) for each in _ways(batch, settings))
    asks = [*chain.from_iterable(asks_of(each, settings, server) for each in turns)]
    if (batch.keys or operation(target.operation).needs_ids) and not batch.operation:
        asks.append(looked_up(batch, settings, server))
    encode: Callable[..., httpx.Request] = PROTOCOLS[target.protocol].encode
    calls = (Call(LARGEST_NUMBER, target.model, ask, url) for ask in asks)
    return max(len(encode(call, settings, someone, known_user).content) for call in calls)


def _ways(batch: Batch, settings: Settings) -> tuple[Batch, ...]:
    """A batch as it may be sent: with a key, its rows may all be there, or none."""
    return ways(batch, settings.when_found, LARGEST_NUMBER) if batch.keys and not batch.operation else (batch,)
