"""What is done with the records of a send once its rows are in Odoo: methods, columns that are written again, totals.

`then=["action_confirm", {"write": ["date_order"]}]` runs a method on each record, and writes a column once more after
it; `expect={"amount_total": "Total"}` holds what Odoo computed against a column of the frame. As one line of text, the
way a form shows them: `action_confirm; write date_order` and `amount_total = Total`.

After all rows, each step runs on the records of those that are done. A step has two columns of its own behind the
others: its name, with one of the rows' statuses, and its name with `_error`. A second step of one name is
`action_confirm_2`, columns that are written again are `write`; they may name records as those of the rows do, such as
`user_id`. `expect` is `agrees`, `differs` or `not_read`. Figures agree within half of the smallest amount of their
currency; a row whose totals differ, or whose figure is missing, stays as it is, its steps are `not_sent`, and both
figures stand in the sentence. A column that only `expect` uses is not sent.

A known method is called only where the record's state says that it is still to be done, so that sending once more makes
up for what is owed, and does nothing twice; `again=False` does so for rows without a key. Another method is called on a
record once, as far as this machine knows, and never on one that the send left `unchanged`. A step waits for the one
before it: where that is not done, it is `not_sent`. Entries are posted in the order of their dates, one call at a time.
`resume` goes on with steps, too; `undo` leaves alone what a method was called on, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import attrs
from immutabledict import immutabledict

from odoo_widgets.flow.endpoint import json2_address, operation_name
from odoo_widgets.flow.errors import SettingsError

# As settings hold them: a method's name, or what is written again.
Then: TypeAlias = "tuple[str | immutabledict[str, tuple[str, ...]], ...]"

WRITE = "write"
# What the totals are called among the steps.
EXPECT = "expect"
# What makes records, or changes them.
FOLLOWED = ("create", "load", WRITE)
# What has no step of its own: the rows themselves do it.
OF_ROWS = ("create", "load", "unlink", WRITE)
# What the responses have a column for already.
TAKEN = ("status", "id", "link", "batch", "http_status", "error_type", "error_field", "error", "attempts", "seconds")
ERROR = "_error"
HOW = 'Write it like "action_confirm; write date_order".'
# Between two steps or totals, and between two columns of a step, in one line of text.
NEXT, AND, EQUALS = "; ", ", ", " = "


@attrs.frozen
class Step:
    """One thing that is done with each record, after the rows and after the steps before it.

    Attributes:
        name: The column of the responses that says what became of it.
        method: The method; `write` where columns are written again.
        columns: The columns that are written again.
    """

    name: str
    method: str
    columns: tuple[str, ...] = ()

    @property
    def error(self) -> str:
        """The column of the responses that says why."""
        return self.name + ERROR

    @property
    def words(self) -> str:
        """What it does, for people."""
        return f"{self.method} {AND.join(self.columns)}".strip()


def steps(then: Then) -> tuple[Step, ...]:
    """The steps of a setting, each under a name of its own: a second `action_x` is `action_x_2`.

    Args:
        then: What the setting holds.
    """
    made: list[Step] = []
    for each in then:
        method, columns = (each, ()) if isinstance(each, str) else (WRITE, each[WRITE])
        names = [step.name for step in made]
        again = sum(step.method == method for step in made)
        name = f"{method}_{again + 1}" if again else method
        made.append(Step(f"{name}_step" if name in (*TAKEN, EXPECT, *names) else name, method, columns))
    return tuple(made)


def text_of_steps(then: Then) -> str:
    """The steps of a setting as one line of text, which `as_then` reads back.

    Args:
        then: What the setting holds.
    """
    return NEXT.join(step.words for step in steps(then))


def text_of_totals(expect: Mapping[str, str]) -> str:
    """The totals of a setting as one line of text, which `as_expect` reads back.

    Args:
        expect: What the setting holds.
    """
    return NEXT.join(f"{field}{EQUALS}{column}" for field, column in expect.items())


def _parts(text: str, between: str) -> list[str]:
    return [part.strip() for part in text.split(between.strip()) if part.strip()]


def _typed(text: str) -> str | dict[str, list[str]]:
    method, space, columns = text.partition(" ")
    return {WRITE: _parts(columns, AND)} if space and method == WRITE else text


def as_then(value: Any) -> Then:
    """The setting `then`, as it is given, typed in one line, or read from a file.

    Raises:
        SettingsError: A step is neither a method nor columns to write again.
    """
    if isinstance(value, str):
        value = map(_typed, _parts(value, NEXT))
    try:
        return tuple(map(_step, () if value is None else value))
    except TypeError:
        raise SettingsError(f"then={value!r} is not a list of steps. {HOW}") from None


def _step(value: Any) -> str | immutabledict[str, tuple[str, ...]]:
    if isinstance(value, str):
        try:
            name = operation_name(value)
        except SettingsError as error:
            # Most often it is two steps with something else between them.
            raise SettingsError(f"{error} {HOW}") from None
        if name in OF_ROWS:
            raise SettingsError(f"then={value!r}: a step is a method, or columns to write again. {HOW}")
        return name
    columns = value[WRITE] if isinstance(value, Mapping) and set(value) == {WRITE} else None
    columns = (columns,) if isinstance(columns, str) else columns
    if not isinstance(columns, Iterable) or isinstance(columns, Mapping):
        raise SettingsError(f"then={value!r} is neither a method nor columns to write again. {HOW}")
    names = tuple(dict.fromkeys(columns))
    if not names or not all(isinstance(name, str) and name for name in names):
        raise SettingsError(f"then={value!r} names no columns to write again. {HOW}")
    return immutabledict({WRITE: names})


def as_expect(value: Mapping[str, str] | str | None) -> immutabledict[str, str]:
    """The setting `expect`: field to the column with the figure that is expected in it.

    Raises:
        SettingsError: It is no such dict, and no such text.
    """
    if isinstance(value, str):
        pairs = [part.partition(EQUALS.strip()) for part in _parts(value, NEXT)]
        value = {field.strip(): column.strip() for field, _, column in pairs}
    try:
        wanted = dict(value or {})
    except (TypeError, ValueError):
        wanted = {"": ""}
    if not all(isinstance(each, str) and each for pair in wanted.items() for each in pair):
        raise SettingsError("expect names no field and its column. Write it like 'amount_total = Total'.")
    return immutabledict(wanted)


def check(protocol: str, operation: str, settings: Mapping[str, Any]) -> None:
    """Looks for steps that do not fit the rows before them.

    Raises:
        SettingsError: There are some, and the rows are sent over REST, or have no records of their own.
    """
    for name in ("then", EXPECT):
        off = {name: settings[name][:0] if name == "then" else {}}
        if settings[name] and protocol == "rest":
            raise SettingsError(
                f"{name} calls Odoo's own methods, which an endpoint of REST does not have. Use JSON-2.", off
            )
        if settings[name] and operation not in FOLLOWED:
            raise SettingsError(f"{name} is for rows that are created or updated, and {operation} does neither.", off)


def fit(protocol: str, operation: str) -> bool:
    """Whether steps and totals can follow the rows.

    Args:
        protocol: A name of `protocols.PROTOCOLS`.
        operation: What the rows are sent to.
    """
    return protocol != "rest" and operation in FOLLOWED


def used_apart(settings: Any) -> tuple[str, ...]:
    """The columns that only `expect` uses, which stay out of the payload: no key, and given no field to fill."""
    return tuple(name for name in settings.expect.values() if name not in settings.key and name not in settings.fields)


def place(settings: Any, method: str) -> dict[str, str | None]:
    """The settings that lead to another method of the same model: over JSON-2 the URL says it."""
    target = settings.endpoint
    if target.protocol == "json2":
        return {"url": json2_address(settings.url, target.model, method), "model": None, "operation": None}
    return {"url": settings.url, "model": target.model, "operation": method}


def named(columns: Iterable[str]) -> list[str]:
    """The steps that responses have columns for, in their order; totals among them, as `expect`."""
    names = list(columns)
    return [name for name in names if name not in TAKEN and name + ERROR in names]
