"""Every error that this package raises on purpose, in one tree.

    OdooWidgetsError
    ├── SettingsError          settings that contradict themselves or cannot be read
    ├── PayloadError           a payload that a person edited, and that cannot be sent; nothing was sent
    ├── TableError             a file with a table that cannot be read or written
    ├── DataError              a frame that cannot be sent as it is; nothing was sent
    │   └── RepeatedError      rows that were sent before, and would be made twice
    ├── StoppedError           a send that stopped at its first call, its responses with it
    │   ├── CredentialError    no key, an unknown key, or a key that belongs to another server
    │   ├── EndpointError      what answers at the URL is not the Odoo, database, model or method that was meant
    │   │   └── ModelError     the Odoo at the URL does not know the model or the method
    │   ├── RefusedError       what Odoo refuses as a whole: no right, or no such field, language or company
    │   ├── FieldsError        columns that the model has no field for, or a key that does not fit its field
    │   └── JournalError       what is written down of sends cannot be written or read, or does not fit
    └── SandboxError           the sandbox on this machine cannot be made, started or used
        └── NoOdooError        there is no Odoo package to make it from

The message is a sentence for an analyst: what is wrong, where, and what to do.
It holds neither a secret nor a server's traceback.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


class OdooWidgetsError(Exception):
    """The root of the tree: catch it to catch all that this package raises on purpose."""


class SettingsError(OdooWidgetsError, ValueError):
    """Settings that contradict themselves or cannot be read.

    Attributes:
        instead: Settings to change, by name, that would be right; empty where none can be proposed.
    """

    def __init__(self, message: str, instead: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.instead = dict(instead or {})


class DataError(OdooWidgetsError, ValueError):
    """A frame that cannot be sent as it is. Nothing was sent.

    Attributes:
        problems: One sentence for each problem; the message shows the first few.
    """

    MOST = 5

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        shown = self.problems[: self.MOST]
        left_off = len(self.problems) - len(shown)
        more = [f"… and {left_off} more problems."] if left_off else []
        super().__init__("\n".join(["Nothing was sent.", *shown, *more]))

    def __reduce__(self) -> tuple[type[DataError], tuple[Any, ...]]:
        return (type(self), (self.problems,))


@attrs.frozen
class Repeats:
    """Rows of a frame that were sent before.

    Attributes:
        rows: Their positions in the frame.
        of: How many rows there are to send in all.
        first: When the first of them was sent, for people.
        last: When the last of them was.
        statuses: How many of them have which status.
        tests: Whether all of them were sent as a test.
    """

    rows: tuple[int, ...]
    of: int
    first: str
    last: str
    statuses: Mapping[str, int]
    tests: bool = False

    @property
    def others(self) -> int:
        """How many rows were not sent before."""
        return self.of - len(self.rows)


class RepeatedError(DataError):
    """Rows that were sent before, and would be made twice. Nothing was sent.

    Attributes:
        repeats: Which rows, when, and what became of them then.
    """

    def __init__(self, problems: Sequence[str], repeats: Repeats) -> None:
        super().__init__(problems)
        self.repeats = repeats

    @property
    def rows(self) -> tuple[int, ...]:
        """Their positions in the frame."""
        return self.repeats.rows

    def __reduce__(self) -> tuple[type[RepeatedError], tuple[Any, ...]]:
        return (type(self), (self.problems, self.repeats))


class PayloadError(OdooWidgetsError, ValueError):
    """A payload that a person edited, and that cannot be sent. Nothing was sent."""


class TableError(OdooWidgetsError, ValueError):
    """A file with a table that cannot be read or written."""


class StoppedError(OdooWidgetsError):
    """A send that stopped at its first call.

    Attributes:
        responses: The DataFrame that the send would have returned, every row in it `not_sent`; None outside a send.
        instead: Settings to change, by name, that would be right; empty where none can be proposed.
        server: The `Server`, as far as it was found out before the question that failed; None where none was asked.
    """

    server: Any = None

    def __init__(
        self, message: str, responses: pd.DataFrame | None = None, instead: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.responses = responses
        self.instead = dict(instead or {})


class CredentialError(StoppedError):
    """No key, an unknown key, or a key that belongs to another server."""


class EndpointError(StoppedError):
    """What answers at the URL is not the Odoo, database, model or method that was meant."""


class ModelError(EndpointError):
    """The Odoo at the URL answers, and does not know the model or the method."""


class RefusedError(StoppedError):
    """What Odoo refuses as a whole, a question or a send: no right to it, or no such field, language or company.

    Attributes:
        error_type: Odoo's name of the exception, without its module.
        said: What is refused: the message without its advice.
        advice: What to do about it; empty where nothing is known.
    """

    def __init__(self, said: str, error_type: str = "", advice: str = "") -> None:
        ended = said if said.endswith((".", "!", "?")) else f"{said}."
        super().__init__(f"{ended} {advice}" if advice else said)
        self.error_type, self.said, self.advice = error_type, said, advice


class FieldsError(StoppedError):
    """Columns that the model has no field for, or a key that does not fit its field. Nothing was sent."""


class JournalError(StoppedError):
    """What is written down of sends cannot be written or read, or does not fit the frame."""


class SandboxError(OdooWidgetsError):
    """The sandbox on this machine cannot be made, started or used."""


class NoOdooError(SandboxError):
    """There is no Odoo package to make the sandbox from."""
