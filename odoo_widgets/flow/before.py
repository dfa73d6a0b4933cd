"""What records held before a `write`: what of a call is kept, so that it can be put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from odoo_widgets.flow.calls import Ask

# The calls that write values of fields, and one call that writes other values to each record.
WRITES = ("write", "web_save_multi")
NOT_KEPT = (
    "What these records hold now is not kept (keep_before=False): what is written cannot be put back. Records that are "
    "created can be deleted all the same."
)


@attrs.frozen
class Kept:
    """What a row wrote, and over what.

    Attributes:
        row: Its position in the frame.
        id: The record's id.
        before: Field to what it held, as `search_read` answers without names of records.
        sent: Field to what was written, as it went on the wire.
    """

    row: int
    id: int
    before: dict[str, Any]
    sent: dict[str, Any]


def reads_before(ask: Ask) -> bool:
    """Whether a look-up reads what is about to be written over."""
    return ask.batch is not None and ask.by_name


def kept(ask: Ask) -> list[Kept]:
    """What a call is about to write over, as far as its look-up read it.

    Args:
        ask: A call that is about to go out.

    Returns:
        One for each row of a `write`; none for any other call.
    """
    if ask.method not in WRITES or ask.by_name or ask.ids is None or not ask.states:
        return []
    values = ask.arguments.get("vals_list") or [ask.arguments["vals"]] * len(ask.rows)
    return [
        Kept(row, each, {name: ask.states[each][name] for name in sent if name in ask.states[each]}, sent)
        for row, each, sent in zip(ask.rows, ask.ids, values, strict=True)
        if each in ask.states
    ]
