"""Calls as a person looks at them: a sample is a send without the sending."""

from __future__ import annotations

import html
from itertools import islice
from typing import TYPE_CHECKING

import attrs
import httpx
import orjson

from odoo_widgets.flow.batches import batches, rows_text
from odoo_widgets.flow.credential import MASK, Credential, origin
from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.plan import Call, calls_of, plan
from odoo_widgets.flow.problems import problems, shape
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.records import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from odoo_widgets.flow.settings import Settings

KILO = 1000


def size_text(size: int) -> str:
    """A size in bytes for people: `412 B`, `14.2 kB`, `3.0 MB`."""
    amount, unit = float(size), "B"
    for larger in ("kB", "MB", "GB"):
        if amount < KILO:
            break
        amount, unit = amount / KILO, larger
    return f"{amount:.0f} B" if unit == "B" else f"{amount:,.1f} {unit}"


@attrs.frozen
class Sample:
    """One call as it would be sent, with a mask where the key goes.

    Attributes:
        call: The call.
        request: The request that makes it, encoded with a stand-in for the credential.
    """

    call: Call = attrs.field(repr=False)
    request: httpx.Request = attrs.field(repr=False)

    @property
    def title(self) -> str:
        """One line: which rows, how many records, how large."""
        records = len(self.call.records)
        size = size_text(len(self.request.content))
        return f"{rows_text(self.call.rows)} · {records:,} record{'s' if records > 1 else ''} · {size}"

    @property
    def payload(self) -> str:
        """The body, indented for reading."""
        return orjson.dumps(orjson.loads(self.request.content), option=orjson.OPT_INDENT_2).decode()

    def view(self, name: str = "http") -> str:
        """The whole request in one of the `VIEWS`."""
        return VIEWS[name](self)

    def __repr__(self) -> str:
        return f"Sample({self.title})"


def envelope(request: httpx.Request) -> str:
    """The request line and the headers."""
    lines = [f"{request.method} {request.url.raw_path.decode()}", f"Host: {request.headers['host']}"]
    names = [(name.title(), value) for name, value in request.headers.items() if name not in ("host", "content-length")]
    return "\n".join([*lines, *(f"{name}: {value}" for name, value in names)])


def _http(sample: Sample) -> str:
    return f"{envelope(sample.request)}\n\n{sample.payload}"


VIEWS: dict[str, Callable[[Sample], str]] = {"http": _http}


class Samples(tuple[Sample, ...]):
    """Some calls of a send, shown as they would go."""

    __slots__ = ()
    # A notebook page that shows more than this gets slow.
    CLIP = 20_000

    def __repr__(self) -> str:
        return "\n".join(f"{sample.call.number + 1}  {sample.title}" for sample in self) or "no calls"

    def _repr_html_(self) -> str:
        return "".join(
            f"<details{' open' if not position else ''}><summary>{sample.call.number + 1} &nbsp; "
            f"{html.escape(sample.title)}</summary><pre>{html.escape(self._clipped(sample))}</pre></details>"
            for position, sample in enumerate(self)
        )

    def _clipped(self, sample: Sample) -> str:
        text = sample.view()
        left = len(text) - self.CLIP
        return text if left <= 0 else f"{text[: self.CLIP]}\n… and {left:,} more characters"


def stand_in(url: str, credential: Credential | None = None, key: str = MASK) -> Credential:
    """A credential that looks like one and holds no key: samples are encoded with it.

    Args:
        url: The address that the sample is for.
        credential: Whose database and login to show.
        key: What to write where the key goes.

    Returns:
        The stand-in, bound to the address's server.
    """
    database, login = (credential.database, credential.login) if credential else ("", "")
    return Credential(origin(url), database, login, key, allow_http=True)


def samples(
    data: pd.DataFrame | Source,
    settings: Settings,
    n: int = 5,
    rows: Iterable[int] | None = None,
    credential: Credential | None = None,
) -> Samples:
    """The first calls of a send, or those of chosen rows.

    Args:
        data: The bound frame.
        settings: What to make of it.
        n: How many calls.
        rows: Positions of rows to see the calls of, in place of the first ones.
        credential: Whose database and login to show; its key is not looked at.

    Returns:
        The samples; fewer than `n` if there are fewer calls.

    Raises:
        DataError: These rows cannot be sent as they are. Other rows are not looked at.
    """
    source = Source.of(data)
    if found := list(shape(source.frame, settings)):
        raise DataError(found)
    wanted = None if rows is None else set(rows)
    fitting = (batch for batch in batches(len(source), settings) if wanted is None or not wanted.isdisjoint(batch))
    shown = list(islice(fitting, max(0, n)))
    if found := [sentence for batch in shown for sentence in problems(source, settings, batch)]:
        raise DataError(found)
    masked = stand_in(settings.url, credential)
    encode: Callable[[Call, Settings, Credential], httpx.Request] = PROTOCOLS[settings.endpoint.protocol].encode
    # The first ones without looking through all the batches there are.
    calls = plan(source, settings, 0) if wanted is None else calls_of(source, settings, (rows[0] for rows in shown))
    return Samples(Sample(call, encode(call, settings, masked)) for call in islice(calls, len(shown)))
