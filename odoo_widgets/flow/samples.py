"""Calls as a person looks at them: a sample is a send without the sending."""

from __future__ import annotations

import html
from itertools import chain, islice
from typing import TYPE_CHECKING

import attrs
import httpx

from odoo_widgets.flow import methods, payloads
from odoo_widgets.flow.batches import batches, rows_text, together
from odoo_widgets.flow.before import NOT_KEPT, WRITES
from odoo_widgets.flow.calls import FIELDS_GET, LOG_IN, WHOSE, Call
from odoo_widgets.flow.choices import UPDATE
from odoo_widgets.flow.credential import MASK, Credential, origin
from odoo_widgets.flow.errors import DataError
from odoo_widgets.flow.methods import known
from odoo_widgets.flow.named import names_in, said
from odoo_widgets.flow.others import Others
from odoo_widgets.flow.plan import calls_of, plan
from odoo_widgets.flow.problems import problems_in
from odoo_widgets.flow.replacing import note
from odoo_widgets.flow.resolved import waits
from odoo_widgets.flow.scenes import LINES, NO_ROWS, expanded, of_steps
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.flow.shape import shape
from odoo_widgets.flow.source import Source
from odoo_widgets.flow.views import VIEWS, Scene

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from odoo_widgets.flow.settings import Settings

KILO = 1000
# Which rows with a key a call would be for: that only their look-up tells.
WHETHER, WRITTEN = {"load": "those that are not there · "}, "those that are there · "
NOT_ASKED = "Those that are not there are then made with load, which goes by the fields' types, asked for first."
BY_DATE = "Sent in the order of their {order} in Odoo, which is read first, one call at a time."
OF_ROWS = "In {}, 0 stands for each record that another row makes first."
WAITING = "What stands in {} is looked up before, and goes as ids."
NO_IDS = "0 stands for each id, which only the call before it tells."


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
        scene: What the sample is made of.
        request: The request that makes the call, with a mask where the key goes.
        waiting: The columns whose texts are looked up before it, and go as ids; none where they were.
        of_rows: The columns of which some cells lead to records that other rows make first.
    """

    scene: Scene = attrs.field(repr=False)
    request: httpx.Request = attrs.field(repr=False)
    waiting: tuple[str, ...] = ()
    of_rows: tuple[str, ...] = ()

    @property
    def call(self) -> Call:
        """The call."""
        return self.scene.call

    @property
    def title(self) -> str:
        """One line: what for, which rows, how many records, how large."""
        size, ask = size_text(len(self.request.content)), self.call.ask
        if self.scene.step:
            return f"{self.scene.step} · {size}"
        if ask.prepares:
            return f"{NO_ROWS[ask.prepares]} · {size}"
        records = f"{len(ask.rows):,} record{'s' if len(ask.rows) > 1 else ''}"
        if ask.reads and ask.lined is not None:
            return f"{LINES[ask.method]} · {size}"
        looks = "look up · " if ask.batch is not None else "" if ask.effect_of is None else "read what it did · "
        there = ask.keyed is not None and ask.keyed.ids is not None
        whether = "" if not self.scene.settings.key or looks else WHETHER.get("" if there else ask.method, WRITTEN)
        return f"{looks}{whether}{rows_text(ask.rows)} · {records} · {size}"

    @property
    def note(self) -> str:
        """What the call does that its payload does not show, and who its ids are; empty for most."""
        told = ((WAITING, self.waiting), (OF_ROWS, self.of_rows)) if not self.call.ask.prepares else ()
        links = [sentence.format(", ".join(names)) for sentence, names in told if names]
        return " ".join(filter(None, (self._note, *links, said(self.names))))

    @property
    def names(self) -> dict[str, dict[int, str]]:
        """Field to id to name of the records that its values lead to, as far as these were looked up."""
        return names_in(self.call, self.scene.server)

    @property
    def _note(self) -> str:
        ask, settings = self.call.ask, self.scene.settings
        if ask.batch is not None and ask.batch.keys and settings.when_found != UPDATE and not self._knows_fields:
            return NOT_ASKED
        if ask.method in WRITES and ask.changes and not settings.keep_before:
            return NOT_KEPT
        if self.scene.step:
            return NO_IDS if self.scene.guesses else ""
        if ask.by_name and ask.changes and (method := known(self.call.model, ask.method)) and method.order:
            return BY_DATE.format(order=method.order)
        if (settings.key and (ask.effect_of is not None or ask.ids)) or (ask.lined is not None and ask.reads):
            return NO_IDS
        return note(self.call, self.scene.server)

    @property
    def _knows_fields(self) -> bool:
        return self.call.model in self.scene.server.fields

    @property
    def payload(self) -> str:
        """What is asked, without the envelope: the part that `destination.test` takes edited."""
        return payloads.text(self.call, self.scene.settings, self.scene.server)

    def view(self, name: str = "http") -> str:
        """The whole request in one of the `VIEWS`: `http`, `curl` or `python`.

        The last two run as they are, once the key is in the environment as ODOO_API_KEY.
        """
        return VIEWS[name](self.scene)

    def __repr__(self) -> str:
        return f"Sample({self.title})"


class Samples(tuple[Sample, ...]):  # noqa: SLOT001 - the login stands beside the calls
    """Some calls of a send, shown as they would go.

    As text, each is one line, and `view` is the whole of it, however long. On a page each folds out to its whole, up to
    `CLIP` characters: what is folded up is on the page all the same, and in the saved notebook, and five calls of ten
    thousand records would be 20 MB of both. What is left off is counted there, with the line that shows it.

    Attributes:
        log_in: The login before the first call, where the protocol wants one; else None.
        fields: The question about the model's fields before the first call, where they have to be known; else None.
        methods: The questions whose methods they are, before the first call, where that has to be known; else none.
        steps: The calls of the steps after all rows, those that read the totals first, for the rows that are shown.
        CLIP: The most characters of one call on a page: about five hundred records of twelve fields.
    """

    log_in: Sample | None = None
    fields: Sample | None = None
    methods: tuple[Sample, ...] = ()
    steps: tuple[Sample, ...] = ()
    CLIP = 200_000

    def view(self, name: str = "http") -> str:
        """All of them in one of the `VIEWS`, those of steps last."""
        return "\n\n".join(sample.view(name) for sample in (*self, *self.steps))

    def __repr__(self) -> str:
        return "\n".join([*map(self._line, self), *map(self._then, self.steps)]) or "no calls"

    @staticmethod
    def _then(sample: Sample) -> str:
        return f"then  {sample.title}" + (f"\n   {sample.note}" if sample.note else "")

    @staticmethod
    def _line(sample: Sample) -> str:
        return f"{sample.call.number + 1}  {sample.title}" + (f"\n   {sample.note}" if sample.note else "")

    def _repr_html_(self) -> str:
        return "".join(
            f"<details{' open' if not position else ''}><summary>{sample.call.number + 1} &nbsp; "
            f"{html.escape(sample.title)}</summary>{f'<p>{html.escape(sample.note)}</p>' if sample.note else ''}"
            f"<pre>{html.escape(self._clipped(sample, f'[{position}]'))}</pre></details>"
            for position, sample in enumerate(self)
        ) + "".join(
            f"<details><summary>then &nbsp; {html.escape(sample.title)}</summary>"
            f"{f'<p>{html.escape(sample.note)}</p>' if sample.note else ''}"
            f"<pre>{html.escape(self._clipped(sample, f'.steps[{position}]'))}</pre></details>"
            for position, sample in enumerate(self.steps)
        )

    def _clipped(self, sample: Sample, place: str) -> str:
        text = sample.view()
        left = len(text) - self.CLIP
        more = f"… and {left:,} more characters: print(destination.samples(df){place}.view()) shows all"
        return text if left <= 0 else f"{text[: self.CLIP]}\n{more}"


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
    *,
    rows: Iterable[int] | None = None,
    among: Sequence[int] | None = None,
    credential: Credential | None = None,
    server: Server = NOTHING_KNOWN,
) -> Samples:
    """The first calls of a send, or those of chosen rows.

    Args:
        data: The bound frame.
        settings: What to make of it.
        n: How many calls.
        rows: Positions of rows to see the calls of, in place of the first ones.
        among: Positions of the only rows to send; all if left out.
        credential: Whose database and login to show; its key is not looked at.
        server: What is known of the server.

    Returns:
        The samples; fewer than `n` if there are fewer calls.

    Raises:
        DataError: These rows cannot be sent as they are. Other rows are not looked at.
        SettingsError: The operation is a method that is known not to be one of records.
    """
    methods.check(settings, server)
    source = Source.of(data)
    if found := list(shape(source.frame, settings)):
        raise DataError(found)
    wanted = None if rows is None else set(rows)
    # The others of a frame are rows of it by themselves, and may be millions.
    for row in (*(wanted or ()), *(() if among is None or isinstance(among, Others) else among)):
        if not 0 <= row < len(source):
            raise DataError([f"There is no row {row}: the frame has rows 0 to {len(source) - 1:,}."])
    fitting = (batch for batch in batches(source, settings, among) if wanted is None or not wanted.isdisjoint(batch))
    shown = list(islice(fitting, max(0, n)))
    # Looked at and converted together: each look at a column has a price of its own.
    looked_at = together(shown)
    if wrong := problems_in(source, settings, looked_at) if shown else ():
        raise DataError(wrong)
    masked = stand_in(settings.url, credential)
    calls = (
        plan(source, settings, server, len(looked_at), among)
        if wanted is None
        else calls_of(source, settings, wanted, server)
    )
    scenes = (Scene(call, settings, masked, server) for call in expanded(calls, settings, wanted, server))
    waiting, of_rows = waits(source, settings, server, among)
    made = (Sample(scene, scene.request(), waiting, of_rows) for scene in scenes)
    before: list[Sample] = []
    while (first := next(made, None)) is not None and first.call.ask.prepares:
        before.append(first)
    answer = Samples(islice(chain([] if first is None else [first], made), n))
    asked = {each.call.ask.prepares: each for each in before}
    answer.log_in, answer.fields = asked.get(LOG_IN), asked.get(FIELDS_GET)
    answer.methods = tuple(each for each in before if each.call.ask.prepares == WHOSE)
    rows = sorted({row for sample in answer for row in sample.call.rows if wanted is None or row in wanted})
    answer.steps = tuple(
        Sample(scene, scene.request()) for scene in of_steps(source, settings, rows, masked, server) if rows
    )
    return answer
