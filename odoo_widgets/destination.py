"""Settings with their verbs: the one class that users, the form and the command line speak to."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, overload

import attrs

from odoo_widgets import flow, net
from odoo_widgets.flow import allowed, bound, digests, payloads, problems, retry, samples, saved, seen, several, tested
from odoo_widgets.flow.errors import DataError, PayloadError, SettingsError
from odoo_widgets.flow.operations import what
from odoo_widgets.flow.receipt import receipt
from odoo_widgets.flow.server import NOTHING_KNOWN, Server
from odoo_widgets.flow.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from os import PathLike

    import httpx
    import pandas as pd

    from odoo_widgets.flow.calls import Call
    from odoo_widgets.flow.credential import Credential
    from odoo_widgets.flow.policy import Policy
    from odoo_widgets.flow.repeats import Unfinished
    from odoo_widgets.flow.samples import Samples
    from odoo_widgets.flow.source import Source
    from odoo_widgets.net.delivery import Delivery
    from odoo_widgets.net.frames import Frames
    from odoo_widgets.net.progress import Progress
    from odoo_widgets.net.undoing import Undoing


def _line(_destination: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or not value.isprintable():
        raise SettingsError(f"{attribute.name}={value!r} is not a name: one line of text.")


@attrs.frozen
class Destination(Settings):
    """Where a DataFrame goes, and how: a value, with the arguments of `Settings`. `replace` makes another one.

    Args:
        name: What people call it.
        active: Whether it is in use. The command line refuses one that is paused; in code, `send` is the decision.
    """

    name: str = attrs.field(default="", converter=allowed.stripped, validator=_line, kw_only=True)
    active: bool = attrs.field(default=False, validator=allowed.truth, kw_only=True)

    @property
    def what(self) -> str:
        """What is done to which model, such as `Create res.partner`."""
        return what(self.endpoint, self.when_found)

    @property
    def title(self) -> str:
        """The name; without one, `what`."""
        return self.name or self.what

    def replace(self, **changes: Any) -> Self:
        """The same destination with some values changed. Any other value of a setting pauses it.

        Raises:
            SettingsError: A name or a value is unknown.
        """
        made = super().replace(**changes)
        if "active" in changes or not made.active or made == attrs.evolve(self, name=made.name):
            return made
        return attrs.evolve(made, active=False)

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the settings to a text file, which a person can read and `load` reads back. No key is in it.

        Args:
            path: The file, such as `contacts.toml`.

        Raises:
            SettingsError: A header that looks like a secret holds its value in clear, or the file cannot be written;
                what was there is as it was.
        """
        text = saved.to_text(self)
        try:
            _write(path, text.encode())
        except UnicodeEncodeError:
            raise SettingsError("A name in the settings holds half a surrogate pair, which no file can hold.") from None

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Reads the settings that `save` wrote.

        Args:
            path: The file.

        Returns:
            The destination.

        Raises:
            SettingsError: The file is not there or cannot be read, or a key in it is unknown or wrong.
        """
        try:
            # Some editors put a byte order mark before it.
            text = Path(path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}."
            ) from None
        return saved.from_text(cls, text, str(path))

    @classmethod
    def switch(cls, path: str | PathLike[str], *, active: bool) -> Self:
        """Says in a saved file whether the destination is in use. All else in the file stays, comments included.

        Args:
            path: The file.
            active: Whether it is in use; False pauses it.

        Returns:
            The destination that the file now holds.

        Raises:
            SettingsError: As `load`, or the file cannot be written.
        """
        cls.load(path)
        # In bytes, so that the ends of lines stay too.
        _write(path, saved.switched(Path(path).read_bytes().decode(), active=active).encode())
        return cls.load(path)

    @staticmethod
    def receipt(
        responses: pd.DataFrame, path: str | PathLike[str] | None = None, *, who: str = "", when: datetime | None = None
    ) -> pd.DataFrame:
        """What to file after a send: which row became which record, by whom and when.

        Args:
            responses: What `send` returned, all of it or some of its rows.
            path: A file to write it to: `.csv`, `.xlsx`, `.parquet` or `.jsonl`. In the first two, text that a
                spreadsheet would take for a formula gets an apostrophe before it.
            who: Who sent it.
            when: When it was sent, with a time zone; now if left out.

        Returns:
            The receipt: row, status, id, link, who, when (UTC).

        Raises:
            TableError: The file cannot be written.
        """
        made = receipt(responses, who=who, when=when or datetime.now(UTC))
        if path is not None:
            net.tables.write(made, path)
        return made

    def problems(self, frame: pd.DataFrame | Source, *, rows: int | None = None) -> tuple[str, ...]:
        """What keeps a frame from being sent.

        Args:
            frame: The frame to send.
            rows: How many of the first rows to look at; all if left out.

        Returns:
            One sentence for each problem; none if the frame can be sent.
        """
        return problems.problems(frame, self, None if rows is None else range(rows))

    def samples(
        self,
        frame: pd.DataFrame | Source,
        n: int = 5,
        *,
        rows: Iterable[int] | None = None,
        among: Sequence[int] | None = None,
        credential: Credential | None = None,
        server: Server = NOTHING_KNOWN,
    ) -> Samples:
        """The requests that `send` would make, with a mask where the key goes. Nothing is sent.

        Args:
            frame: The frame to send.
            n: How many calls to show.
            rows: Positions of rows, from 0, to show the calls of in place of the first ones.
            among: Positions of the only rows to send; all if left out.
            credential: Whose database and login to show.
            server: What is known of the server.

        Returns:
            The samples; a notebook shows them folded up.

        Raises:
            DataError: The rows to show cannot be sent as they are. Other rows are not looked at.
        """
        return samples.samples(frame, self, n, rows=rows, among=among, credential=credential, server=server)

    def server(self, credential: Credential, *, transport: httpx.AsyncBaseTransport | None = None) -> Server:
        """What the server is, who the key belongs to, and which methods and fields the model has. Nothing is changed.

        Args:
            credential: As whom. Its server must be the one in the URL.
            transport: What carries the requests in place of the network.

        Returns:
            What could be read, for `samples` and `delivery`. What the user may not read stays unknown.

        Raises:
            CredentialError: The key or the login is unknown, or the key belongs to another server.
            EndpointError: Nothing answers, or what does is no Odoo or has no such database.
        """
        bound.given(credential, "ask")
        bound.own(credential, self.url, "ask")
        target = self.endpoint
        return net.odoo.probe(
            credential, model=target.model, protocol=target.protocol, settings=self, transport=transport
        )

    def replaced(
        self,
        credential: Credential,
        server: Server = NOTHING_KNOWN,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> Server:
        """Asks only what a PUT does to the fields that are not sent: one GET, which changes nothing.

        Args:
            credential: As whom. Its server must be the one in the URL.
            server: What is known of the server.
            transport: What carries the request in place of the network.

        Returns:
            The server, with the model's fields among `replaced`; as it was, where this is no PUT, or it does not say.

        Raises:
            CredentialError: The key belongs to another server.
        """
        return net.replaced.replaced(self, credential, server, transport=transport)

    def looked_up(
        self,
        frame: pd.DataFrame | Source,
        credential: Credential,
        server: Server = NOTHING_KNOWN,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> Server:
        """Looks up which records the cells lead to, so that `samples` shows their ids. Nothing is changed.

        Args:
            frame: The frame to send, without problems.
            credential: As whom.
            server: What is known of the server.
            transport: What carries the requests in place of the network.

        Returns:
            The server, with what was found; as it was, where no column has to be looked up.

        Raises:
            CredentialError: The key is unknown, or belongs to another server.
            EndpointError: What answers is not the Odoo, database or model that was meant.
            RefusedError: The user may not read the model.
        """
        return net.asking.ask(
            flow.looking.looked_up(frame, self, server), self, credential, server=server, transport=transport
        )

    def lookups(
        self,
        frame: pd.DataFrame | Source,
        credential: Credential,
        *,
        server: Server = NOTHING_KNOWN,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> pd.DataFrame:
        """What the cells lead to that name records by a text, as a table to settle once. Nothing is changed.

        `country_id` is looked up by the record's name, `country_id/code` by its code, `x/id` by its external ID, and
        `x/.id` holds its id. All must fit exactly. A state is looked up in its row's country, a tax by its use, and all
        of them among the companies that the context allows, or in the row's own.

        Args:
            frame: The frame to send.
            credential: As whom.
            server: What is known of the server.
            transport: What carries the requests in place of the network.

        Returns:
            One row for each value, those to settle on top: column, field, value, scope, rows, first_rows, found (ids),
            names, archived, settlement. Fill `settlement` with a record's id, `create` (make one of the value), `empty`
            (as if the cell were empty) or `reject` (reject its rows), and give it to `settled`.

        Raises:
            DataError: The frame cannot be sent as it is.
            OdooWidgetsError: As `looked_up`.
        """
        return net.asking.ask(
            flow.lookups.lookups(frame, self, server), self, credential, server=server, transport=transport
        )

    def settled(self, lookups: pd.DataFrame) -> Self:
        """The same destination, with what was settled of values that are not one record's.

        Args:
            lookups: What `lookups` returned, all of it or some of its rows, its column `settlement` filled.

        Raises:
            SettingsError: It is no such table, or a settlement is none.
        """
        return self.replace(settlements=flow.lookups.settlements(lookups, self))

    def fetch(
        self,
        credential: Credential,
        domain: Sequence[Any] = (),
        fields: Sequence[str] = (),
        limit: int | None = None,
        *,
        archived: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> pd.DataFrame:
        """Records of the model as a DataFrame, which can be edited and sent back. Nothing is changed.

        Args:
            credential: As whom. Its server must be the one in the URL.
            domain: Which records, such as `[["country_id.code", "=", "BE"]]`; all if left out.
            fields: Which fields; if left out, those that are stored and can be written, without files, HTML and lines.
            limit: The most records.
            archived: Whether archived records are among them.
            transport: What carries the requests in place of the network.

        Returns:
            One row for each record, by id: `id` and ids of linked records as Int64, dates, times in UTC, lists of ids.
            An empty field is missing where its type can be empty.

        Raises:
            SettingsError: A field is not there.
            CredentialError: The key is unknown, or belongs to another server.
            EndpointError: What answers is not the Odoo, database or model that was meant.
            RefusedError: The user may not read the model, or the domain or language is none.
        """
        questions = flow.fetching.fetched(self.endpoint.model, domain, fields, limit, archived=archived)
        return net.asking.ask(questions, self, credential, transport=transport)

    def check(
        self,
        frame: pd.DataFrame | Source,
        credential: Credential,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> pd.DataFrame:
        """What is known to go wrong, or otherwise than meant, before anything is sent. Nothing is changed.

        Args:
            frame: The frame to send.
            credential: As whom.
            transport: What carries the requests in place of the network.

        Returns:
            One row for each finding, the worst on top: severity (`error`, `warning`, `note`), column, field, rows (how
            many), first_rows (positions, from 0), first_lines (such as `row 1, line 0`, where it is about lines of
            documents), problem, advice.

        Raises:
            CredentialError: The key is unknown, or belongs to another server.
            StoppedError: Nothing answers, or the server is too busy.
        """
        return net.asking.ask(flow.checks.checked(frame, self), self, credential, transport=transport)

    def dry_run(
        self,
        frame: pd.DataFrame | Source,
        credential: Credential,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> pd.DataFrame:
        """What Odoo would refuse: its own import saves the rows, and rolls them back.

        Args:
            frame: The frame to send.
            credential: As whom.
            transport: What carries the requests in place of the network.

        Returns:
            One row for each row of the frame, with its index: `status` (`would_save`, `rejected`, `not_tried` for
            what Odoo's import cannot hold, or `unchanged` for a record that is there and is left), `error_field`,
            `error`. Documents are tried with their lines: an error of one begins with `Line 1:`, lines from 0, where
            Odoo says or trying it alone shows which. `attrs["cannot_see"]` says what no dry run sees.

        Raises:
            DataError: The frame cannot be sent as it is.
            SettingsError: The operation saves no rows.
            CredentialError: The key is unknown, or belongs to another server.
            EndpointError: What answers is not the Odoo, database or model that was meant.
            RefusedError: The user may not read the model.
        """
        return net.asking.ask(flow.dry_run.dry_run(frame, self), self, credential, transport=transport)

    def diff(
        self,
        frame: pd.DataFrame | Source,
        credential: Credential,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> pd.DataFrame:
        """The cells that Odoo does not hold as they would be sent. Nothing is changed.

        Args:
            frame: The frame, whose `ids` column or `key` says which records its rows are for.
            credential: As whom.
            transport: What carries the requests in place of the network.

        Returns:
            One row for each such cell: row (position), id, field, in_odoo, in_frame; where columns are looked up, then
            odoo_names and frame_names, what these ids are called. `attrs["counts"]` has how many rows would be made,
            changed, left and rejected as settled; `attrs["never_settle"]` the fields that differ again after each send.

        Raises:
            DataError: The frame cannot be sent as it is.
            SettingsError: A column is no field, or nothing says which records the rows are for.
            CredentialError: The key is unknown, or belongs to another server.
            EndpointError: What answers is not the Odoo, database or model that was meant.
            RefusedError: The user may not read the model or a field.
        """
        return net.asking.ask(flow.differences.diff(frame, self), self, credential, transport=transport)

    def read_back(
        self,
        responses: pd.DataFrame,
        credential: Credential,
        frame: pd.DataFrame | Source,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> pd.DataFrame:
        """What Odoo kept of what was sent. Nothing is changed.

        Args:
            responses: What `send` returned, all of it or some of its rows.
            credential: As whom.
            frame: The frame that was sent.
            transport: What carries the requests in place of the network.

        Returns:
            One row for each cell that is in Odoo: row (position), id, line (its place in the document; missing for the
            document's own cells), field (of a line like `order_line/price_unit`), sent, in_odoo, and `kept`: `same`,
            `rounded`, `truncated`, `dropped`, `translated`, otherwise `changed`. `not_compared` are commands, and lines
            of which it is not known which ones they are.

        Raises:
            DataError: The responses are those of another frame.
            SettingsError: A column is no field.
            CredentialError: The key is unknown, or belongs to another server.
            EndpointError: What answers is not the Odoo, database or model that was meant.
            RefusedError: The user may not read the model or a field.
        """
        return net.asking.ask(flow.read_back.read_back(responses, frame, self), self, credential, transport=transport)

    def delivery(
        self,
        frame: Frames,
        credential: Credential,
        *,
        server: Server = NOTHING_KNOWN,
        rows: Sequence[int] | None = None,
        edit: Callable[[Call], Call] | None = None,
        policy: Policy | None = None,
        again: bool | None = None,
        resume: bool = False,
        test: bool = False,
        journal: bool = True,
        since: pd.DataFrame | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        on_responses: Callable[[pd.DataFrame], None] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> Delivery:
        """A send that is ready to start, for whoever wants to watch and stop it.

        Args:
            frame: The frame to send, or several, as for `send`.
            credential: As whom.
            server: What is known of the server.
            rows: Positions of the only rows to send, from 0; all if left out.
            edit: From each call that changes something to the call to make in its place.
            policy: How often and how soon a call is made again.
            again: What becomes of rows that were sent before, as for `send`.
            resume: Whether the last send of these rows goes on that did not come to its end.
            test: Whether this is a test of some rows.
            journal: Whether what is sent is written down. Without, nothing is known of it afterwards: no row is found
                again, nothing can be resumed.
            since: With `only_changes`, what `fetch` or `diff` returned, as for `send`.
            on_progress: Called in the sending thread, after every call.
            on_responses: Called in the sending thread with the responses of each frame, which are not kept then.
            transport: What carries the requests in place of the network.

        Returns:
            The delivery, not started.

        Raises:
            CredentialError: The key belongs to another server.
            DataError: The frame cannot be sent as it is.
        """
        if since is not None:
            if not self.only_changes:
                raise SettingsError("since is for sends that write only what differs. Say only_changes=True.")
            if since is frame:
                raise DataError(["since is the frame that is sent. Edit a copy: edited = fetched.copy()."])
            seen.check(since, self)
        return net.delivery.Delivery(
            frame,
            self,
            credential,
            server=server,
            rows=rows,
            edit=edit,
            policy=policy,
            again=again,
            resume=resume,
            test=test,
            journal=journal,
            since=since,
            on_progress=on_progress,
            on_responses=on_responses,
            transport=transport,
        )

    def test(
        self,
        frame: pd.DataFrame | Source,
        credential: Credential,
        *,
        row: int = 0,
        payload: str = "",
        again: bool | None = None,
    ) -> pd.DataFrame:
        """Sends one row for real, and waits for the answer.

        Args:
            frame: The frame that the row is in.
            credential: As whom.
            row: The row's position, from 0.
            payload: What to ask in place of the row's own `Sample.payload`; as planned if left out.
            again: What becomes of a row that was sent before, as for `send`.

        Returns:
            The responses, of this row only.

        Raises:
            PayloadError: The payload cannot be sent; the sentence says where. Nothing was sent.
            OdooWidgetsError: As `send`.
        """
        if payload:
            shown = [each for each in self.samples(frame, among=[row]) if each.call.ask.changes]
            if self.key and len(shown) != 1:
                raise PayloadError(
                    "With a key, what goes for this row depends on what Odoo answers. Test it without a payload, or "
                    "change the frame."
                )
            payloads.edited(shown[0].call, self, payload)
        edit = partial(payloads.edited, settings=self, payload=payload) if payload else None
        return self.delivery(frame, credential, rows=[row], edit=edit, again=again, test=True).result()

    @overload
    def send(
        self,
        frame: Frames,
        credential: Credential,
        *,
        out: None = None,
        again: bool | None = None,
        since: pd.DataFrame | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        **changes: Any,
    ) -> pd.DataFrame: ...

    @overload
    def send(
        self,
        frame: Frames,
        credential: Credential,
        *,
        out: str | PathLike[str],
        again: bool | None = None,
        since: pd.DataFrame | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        **changes: Any,
    ) -> dict[str, int]: ...

    def send(
        self,
        frame: Frames,
        credential: Credential,
        *,
        out: str | PathLike[str] | None = None,
        again: bool | None = None,
        since: pd.DataFrame | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        **changes: Any,
    ) -> pd.DataFrame | dict[str, int]:
        """Sends every row of a frame, or of several, and waits for the end.

        Several frames are an iterable of them, such as `pd.read_csv(…, chunksize=50_000)` or
        `ParquetFile.iter_batches()`, or a DataFrame of Dask's, which its cluster computes, partition by partition. They
        are one send: its positions of rows go on counting. An iterator is read once, in the sending thread, a frame at
        a time; a list is looked through as a whole before the first call.

        Args:
            frame: The frame to send: of pandas, or one that Arrow can read, such as Polars' own. Or several.
            credential: As whom. Its server must be the one in the URL.
            out: A file to write the responses to as they come, `.parquet`, `.csv` or `.jsonl`, in the order of the
                rows and without their index. Then no more than a frame and its responses is in memory. What came until
                the process is killed stands in `.NAME.part` beside it, and `resume` writes the whole file.
            again: What becomes of rows that were sent before, and that would be there twice: True sends them once
                more, False leaves them out, with what became of them then. Left out, such a frame is refused.
            since: With `only_changes`, what `fetch` returned before the frame was edited, or `diff` for the frame as it
                is: a row with a cell, or a cell of a line, that somebody changed in Odoo since is `rejected`. Of
                several frames, it is what was fetched for all of them.
            on_progress: Called in the sending thread, after every call.
            changes: Settings to replace for this send.

        Returns:
            One row for each row of the frame, or of all frames, with its index: status, id, link, batch, http_status,
            error_type, error_field, error, attempts, seconds. With `expect`, then `expect` (`agrees`, `differs`,
            `not_read`, or missing where there is no record) and `expect_error`; for each step of `then` its name, with
            a status as rows have, and its name with `_error`. With `out`, how many rows have which status.

        Raises:
            CredentialError: The key is unknown, or belongs to another server; nothing is in Odoo.
            EndpointError: What answers is not the Odoo, database, model or method that was meant; nothing is in Odoo.
            RefusedError: The user has no right to the model, or Odoo no such language or company; nothing is in Odoo.
            FieldsError: The model has no such field that the user may see; nothing is in Odoo.
            DataError: The frame, or the first of several, cannot be sent as it is; nothing was sent.
            RepeatedError: Rows were sent before, and would be there twice; nothing was sent.
            JournalError: The same rows are being sent now, or what is sent cannot be written down.
            StoppedError: It stopped before the last of several frames, since one cannot be read or sent, or for a
                reason as above. The error holds what became of the rows until then, and `resume` goes on.
            InterruptedSendError: An interrupt came; the error holds what became of each row.
            TableError: The file `out` cannot be written.
        """
        target = self.replace(**changes)
        return _finished(
            partial(target.delivery, frame, credential, again=again, since=since, on_progress=on_progress), out
        )

    def send_each(
        self,
        frames: Frames,
        credential: Credential,
        *,
        again: bool | None = None,
        resume: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
        **changes: Any,
    ) -> Iterator[pd.DataFrame]:
        """Sends like `send` or `resume`, and gives the responses of each frame as soon as it is sent.

        It starts when the first is asked for. While one is looked at, the next frame is sent. Whoever walks away stops
        it; `resume` goes on then.

        Args:
            frames: The frames to send, as for `send`.
            credential: As whom.
            again: What becomes of rows that were sent before, as for `send`.
            resume: Whether it goes on with the last send of these frames, as `resume` does.
            on_progress: Called in the sending thread, after every call.
            changes: Settings to replace for this send.

        Returns:
            The responses of one frame after the other, each as `send` returns them.

        Raises:
            OdooWidgetsError: As `send`, after the responses until then.
        """
        target = self.replace(**changes)
        send = partial(target.delivery, frames, credential, again=again, resume=resume, on_progress=on_progress)
        return net.handing.handed(lambda take: send(on_responses=take))

    @overload
    def resume(
        self,
        frame: Frames,
        credential: Credential,
        *,
        out: None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> pd.DataFrame: ...

    @overload
    def resume(
        self,
        frame: Frames,
        credential: Credential,
        *,
        out: str | PathLike[str],
        on_progress: Callable[[Progress], None] | None = None,
    ) -> dict[str, int]: ...

    def resume(
        self,
        frame: Frames,
        credential: Credential,
        *,
        out: str | PathLike[str] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> pd.DataFrame | dict[str, int]:
        """Goes on with the last send of a frame, or of several, that did not come to its end, and waits for that.

        Rows that are done are not sent again. Of those in doubt it is found out what became of them where that can be;
        a `create` without a key leaves them `in_doubt`.

        Args:
            frame: The frame that was sent, with the values that it had; or the frames, from the first on. They may be
                cut otherwise.
            credential: As whom.
            out: A file to write the responses to, all of them, as for `send`.
            on_progress: Called in the sending thread, after every call.

        Returns:
            The responses of all rows, as `send` returns them.

        Raises:
            JournalError: There is nothing to resume, it still goes on, or the frame is another one; nothing was sent.
            OdooWidgetsError: As `send`.
        """
        return _finished(partial(self.delivery, frame, credential, resume=True, on_progress=on_progress), out)

    def retry(
        self,
        fixed: pd.DataFrame,
        credential: Credential,
        responses: pd.DataFrame,
        *,
        again: bool | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> pd.DataFrame:
        """Sends rows that were rejected and are corrected, and waits for the end.

        Args:
            fixed: The corrected rows, all that were rejected or some of them, with the labels that they had. The
                columns that `form.rejected` adds (error_type, error_field, error) stay out.
            credential: As whom.
            responses: What the send returned that rejected them.
            again: What becomes of rows that were sent before, as for `send`.
            on_progress: Called in the sending thread, after every call.

        Returns:
            The responses of the whole send, those of the corrected rows in their places.

        Raises:
            DataError: A row is not among the rejected ones; nothing was sent.
            OdooWidgetsError: As `send`.
        """
        places = retry.places(fixed, responses)
        answer = self.send(retry.without_errors(fixed), credential, again=again, on_progress=on_progress)
        return retry.merged(responses, answer, places)

    def unfinished(self, frame: pd.DataFrame | Source, credential: Credential) -> Unfinished | None:
        """What `resume` would go on with. Nothing is asked of the server.

        Args:
            frame: The frame that was sent.
            credential: As whom.

        Returns:
            How far the last send of these rows came; None if it came to its end, still goes on, or is not known.

        Raises:
            DataError: It is not one frame.
        """
        return net.unfinished.resumable(
            several.one(frame), self, net.past.Earlier(digests.target(self), credential.database)
        )

    def sent_before(self, frame: pd.DataFrame | Source, credential: Credential) -> pd.DataFrame:
        """The rows that were sent to the same place before, and would be there twice. Nothing is asked of the server.

        Args:
            frame: The frame to send.
            credential: As whom.

        Returns:
            One row for each of them, by its position: what became of it then, as `send` returns it, and `test`,
            whether that was a test. Empty where nothing is known, and where sending again makes nothing twice.

        Raises:
            DataError: It is not one frame.
        """
        found, rows = net.past.known_before(
            several.one(frame), self, net.past.Earlier(digests.target(self), credential.database)
        )
        return tested.before(found, rows, self, credential)

    def undo(
        self,
        responses: pd.DataFrame,
        credential: Credential,
        *,
        archive: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> pd.DataFrame:
        """Takes back what a send created and wrote, as far as that can be, and waits for the end.

        What was created is deleted, what was written is put back. Left as it is, with the reason, is what was posted,
        confirmed, counted or changed since, what a method or a deletion did, and what nothing on this machine says was
        created or written from here. `undo_preview` shows all of that first.

        Args:
            responses: What a send returned, all of it or some of its rows, also read back from a file.
            credential: As whom.
            archive: Whether what Odoo refuses to delete is archived instead.
            on_progress: Called in the sending thread, after every call.

        Returns:
            The responses of the undo, with the index of the given ones: `deleted`, `updated` (put back, or archived),
            `unchanged` (nothing to undo), `rejected` (Odoo refused), `not_sent` (left as it is, with the reason).

        Raises:
            DataError: What is given are no responses.
            JournalError: The same records are being undone now, or what was sent cannot be read.
            OdooWidgetsError: As `send`.
        """
        return self.undoing(responses, credential, archive=archive, on_progress=on_progress).result()

    def undo_preview(self, responses: pd.DataFrame, credential: Credential) -> pd.DataFrame:
        """What `undo` would do, read from what is written down and from the records as they are. Nothing is changed.

        Args:
            responses: What a send returned.
            credential: As whom.

        Returns:
            One row for each record: `id`, `group` (delete, put back, archive instead, refused), `reason`, `stays`
            (what is left all the same), `summary`.

        Raises:
            OdooWidgetsError: As `undo`.
        """
        return self.undoing(responses, credential).preview()

    def undoing(
        self,
        responses: pd.DataFrame,
        credential: Credential,
        *,
        archive: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
        policy: Policy | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> Undoing:
        """An undo that is ready to start, for whoever wants to watch and stop it.

        Args:
            responses: What a send returned, all of it or some of its rows.
            credential: As whom.
            archive: Whether what Odoo refuses to delete is archived instead.
            on_progress: Called in the sending thread, after every call.
            policy: How often and how soon a call is made again.
            transport: What carries the requests in place of the network.
        """
        return net.undoing.Undoing(
            responses,
            self,
            credential,
            archive=archive,
            on_progress=on_progress,
            policy=policy,
            transport=transport,
        )

    async def asend(
        self,
        frame: Frames,
        credential: Credential,
        *,
        again: bool | None = None,
        since: pd.DataFrame | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        **changes: Any,
    ) -> pd.DataFrame:
        """Sends like `send`, and leaves the event loop free meanwhile. It takes what `send` takes, but `out`."""
        target = self.replace(**changes)
        return await target.delivery(frame, credential, again=again, since=since, on_progress=on_progress).aresult()


def _write(path: str | PathLike[str], content: bytes) -> None:
    try:
        net.whole.write(path, content)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror or error}.") from None


def _finished(made: Callable[..., Delivery], out: str | PathLike[str] | None) -> pd.DataFrame | dict[str, int]:
    """What became of a send: its responses, or how many rows have which status where they go to a file."""
    if out is None:
        return made().result()
    with net.growing.growing(out) as add:
        sending = made(on_responses=add)
        answer = sending.result()
        if not sending.statuses:
            # Also of no rows there is a table.
            add(answer)
    return sending.statuses
